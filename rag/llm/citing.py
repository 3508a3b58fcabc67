r"""The shapes in which models cite -> plain words, and the numbers at their places.

[1], [1, 2], [1-3], [1] - [3], [1][2], 【1†source】, ［１］, [[1]](#1), [^1], \[1\], ¹², [citation:1], [ID:1], [S1],
[Article 1: title], [1: source], [Coast News], (1), (Article 1), (Source: [1]), (see [1]), <cite>1</cite>,
<ref>[1]</ref>, <sup>1</sup>, ##0$$ (counted from 0), "According to article 1, …", "Article [1] says that …".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = r"(?:sources?|docs?|documents?|passages?|articles?|art|evidence|refs?|references?|citations?|cites?|cited|ids?|s|no|item|news)\.?\s*[:\#]?\s*"
_NUMBER = rf"(?:{_NAME})?\^?\s*\d{{1,3}}"
_JOIN = r"\s*(?:[,;，、&+–—-]|and|to)\s*"
_LIST = rf"\d{{1,3}}(?:{_JOIN}(?:and\s*)?{_NUMBER})*(?!\d)"
_BRACKETED = rf"\\?\[\s*(?:{_NAME})?{_LIST}\s*\\?\]"
_LEAD = r"(?:(?:see|cf|from|per|via|also|as\ (?:stated|reported)(?:\ (?:in|by))?|as\ per|according\ to|cited?|citing|in)\b\.?:?\s*)?(?:the\s+)?"
_TAIL = r"(?:\s*(?::|\||,(?=\s*[A-Z“\"'])|\s[–—-]\s)\s*[^\[\]()\n]{1,160})?"
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_UNITS = frozenset(["m", "km", "cm", "mm", "mi", "ft", "in", "yd", "s", "x"])

_MARK = re.compile(
    rf"""\s*(?:
        \\?[\[【［]{{1,2}} \s* (?:{_LEAD}{_NAME}|\^|\#)? (?P<numbers>{_LIST})
        (?:†[^\]】］\n]{{0,80}} | {_TAIL}) \s* \\?[\]】］]{{1,2}} (?:\([^()\s]{{0,300}}\))?
      | \( \s* {_LEAD} (?:{_NAME})? (?P<round>{_BRACKETED}(?:(?:{_JOIN})?{_BRACKETED})*) {_TAIL} \s* \)
      | \( \s* {_LEAD} {_NAME} (?P<called>{_LIST}) {_TAIL} \s* \)
      | \( \s* (?P<bare>{_LIST}) \s* \) (?=\s*(?:[.!?]|$)) | (?<=[.!?]) \s* \( (?P<after>{_LIST}) \s* \)
      | <(?:sup|cite|ref|citation|source|a|span|footnote)\b[^<>]{{0,100}}> \s* \[? \s* (?:{_NAME})? (?P<html>{_LIST}) \s* \]? \s*
        </(?:sup|cite|ref|citation|source|a|span|footnote)\s*>
      | <(?:cite|ref|citation|source)\b[^<>]{{0,60}}?[=:]\s*["']?(?:{_NAME})?(?P<attribute>\d{{1,3}})["']?\s*/?>(?:\s*</(?:cite|ref|citation|source)\s*>)?
      | \#\#(?P<zero>\d{{1,3}})\$\$
      | (?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:[˒,⸴]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)*)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_NAMED = re.compile(r"\s*(?:\\?\[|\()\s*(?:(?:sources?|from|via|see)\b\s*:?\s*)?(?P<name>[^\[\]()\n]{2,200}?)\s*(?:\\?\]|\))(?:\([^()\s]{0,300}\))?", re.IGNORECASE)  # fmt: skip
_OPENING = re.compile(
    rf"""(?:^\W*|(?<=[.!?]\s)|(?<=[.!?\])]\s))(?:
        (?:according\ to|as\ (?:reported|stated|described)\ (?:in|by)|based\ on|in|per|from)\s+(?:the\s+)?
        (?:{_NAME})?(?:\[\s*)?(?P<of>{_LIST})(?:\s*\])? \s*[,:]\s*
      | (?:the\s+)?(?:source|document|passage|article|evidence|text)s?\s+(?:\[\s*)?(?P<by>{_LIST})(?:\s*\])? \s+
        (?:says?|states?|reports?|mentions?|notes?|tells?\s+us|confirms?|explains?|writes?|describes?)\s*(?:that\s+|,\s*|:\s*)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:[-–—,;&]|and|to)\s*$", re.IGNORECASE)
_UNFINISHED = re.compile(
    r"""\s*(?:\\?[\[【［]{1,2}[^\[\]【】［］\n]{0,200}\\?[\]】］]{0,2}(?:\([^()\s]*)? | \([^()\n]{0,200}\)?
      | <[^<>\n]{0,110}>?[^<>\n]{0,30}(?:</?\w{0,10})? | \#{1,2}\d{0,3}\$? | \\ | [⁰¹²³⁴⁵⁶⁷⁸⁹]+)?\s*$""",
    re.VERBOSE,
)
_INLINE_CODE = re.compile(r"`[^`\n]*`")

Mark = tuple[int, int, str]
"""A place in the plain text, how many characters were taken out there, and the numbers as written."""


def held(text: str) -> int:
    """Return where a mark at the end of ``text`` begins that may still grow, or its length."""
    match = _UNFINISHED.search(text, max(0, len(text) - 400))
    return match.start() if match and match.group().strip() else len(text)


def numbers_of(values: str) -> list[int]:
    """Return the numbers of a list as written: "1, 3" or "1-3"."""
    numbers: list[int] = []
    for part in re.split(r"\s*(?:[,;，、&+]|and)\s*", values):
        bounds = [int(n) for n in re.findall(r"\d+", part)]
        if len(bounds) == 2 and bounds[0] < bounds[1] <= bounds[0] + 20:
            numbers.extend(range(bounds[0], bounds[1] + 1))
        else:
            numbers.extend(bounds)
    return numbers


def without_marks(text: str, names: Mapping[str, int]) -> tuple[str, list[Mark]]:
    """Return ``text`` without marks, and the marks; ``names`` (in lower case) in brackets are marks of their number."""
    code = [match.span() for match in _INLINE_CODE.finditer(text)]
    found = [(m, values) for m in _MARK.finditer(text) if (values := _values(m, text)) is not None]
    found += [(m, m["of"] or m["by"]) for m in _OPENING.finditer(text) if _calls(m)]
    found += [
        (m, str(names[name]))
        for m in _NAMED.finditer(text)
        if (name := " ".join(m["name"].casefold().split())) in names
    ]
    plain: list[str] = []
    marks: list[Mark] = []
    position = length = 0
    capital = False
    for match, values in sorted(found, key=lambda pair: (pair[0].start(), -pair[0].end())):
        if match.start() < position or any(a <= match.start() < b for a, b in code):
            continue
        kept = text[position : match.start()]
        opening = match.re is _OPENING
        # "[1] - [3]", "[1] and [2]": what stands between two marks is part of them.
        if marks and kept.strip() and _BETWEEN.match(kept) and not opening and not values.startswith("^"):
            at, width, before = marks.pop()
            marks.append(
                (
                    at,
                    width + len(kept) + len(match.group()),
                    f"{before}{'-' if re.search('[-–—]|to', kept) else ','}{values}",
                )
            )
            position = match.end()
            continue
        if capital and kept:
            kept, capital = kept[0].upper() + kept[1:], False
        # "left. [1]Then": the space before a mark parts the words around it.
        gap = " " if match.group()[0].isspace() and text[match.end() : match.end() + 1].isalnum() else ""
        plain += [kept, gap]
        length += len(kept)
        marks.append((length, len(match.group()) - len(gap), values))
        length += len(gap)
        position = match.end()
        capital = opening
    kept = text[position:]
    plain.append(kept[0].upper() + kept[1:] if capital and kept else kept)
    return "".join(plain), marks


def _values(match: re.Match[str], text: str) -> str | None:
    """Return the numbers of a mark, "^" before raised ones; None for what is a power or a unit."""
    if match["raised"]:
        return None if _is_power(text, match) else "^" + match["raised"].translate(_SUPERSCRIPTS)
    if match["zero"]:
        return str(int(match["zero"]) + 1)
    if match["round"]:
        return re.sub(r"\\?\]\s*\\?\[", ",", match["round"])
    return match["numbers"] or match["called"] or match["bare"] or match["after"] or match["html"] or match["attribute"]


def _calls(match: re.Match[str]) -> bool:
    """Whether an opening names an article by number, and is not "In 12, …" or a year."""
    return bool(match["by"]) or "[" in match.group() or bool(re.search(rf"\b{_NAME}\d", match.group(), re.IGNORECASE))


def _is_power(text: str, match: re.Match[str]) -> bool:
    """Whether raised digits belong to a unit or a number: km², 10³."""
    before = re.search(r"([^\W\d_]+|\d)$", text[: match.start()])
    return (
        before is not None
        and match.group()[0] in "⁰¹²³⁴⁵⁶⁷⁸⁹"
        and (before.group().isdigit() or before.group().lower() in _UNITS)
    )


_EMPTY = re.compile(r"\s*(?:\(\s*(?:(?:see|sources?|cf|refs?|references?|from|via|according to|articles?)\b)?[\s:,;.&–-]*\)|\\?\[[\s:,;\\]*\])", re.I)  # fmt: skip


def tidied(text: str) -> str:
    """Return words from which marks were taken, without the brackets, dashes and spaces these leave behind."""
    text = _EMPTY.sub("", text)
    text = re.sub(r"\s+[-–—]\s*(?=[.!?]?\s*$)", "", text)
    text = re.sub(r"\s+(?=[.,;!?](?:\s|$))", "", text)
    text = re.sub(r"[,;:]+(?=[.!?]\s*$)", "", text)
    return " ".join(re.sub(r"^\s*[,;:.)\]]+\s*(?=\w)", "", text).split())
