r"""A model's text, piece by piece -> whole sentences and the evidence each one cites.

A mark may arrive in parts ("[", "1", "]"), in any of the shapes models write: [1], [1, 2], [1-3], [1][2], 【1†source】,
［１］, [[1]], [^1], \[1\], ¹². Marks in code are left alone; numbers of no evidence are dropped and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from dateline.index.prose.sentences import split

Kind = Literal["sentence", "item", "heading", "code"]
"""``item`` is a sentence of a list or a row of a table; ``heading`` claims nothing and announces what follows."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_UNITS = frozenset(["m", "km", "cm", "mm", "mi", "ft", "in", "yd", "s", "x"])
_MARK = re.compile(
    r"""\s*(?:
        \\?[\[【［]{1,2} \s* (?:\^|(?:source|sources|doc|document|passage|article|evidence|ref)s?\.?\s*[:\#]?\s*|\#)?
        (?P<numbers>\d{1,3}(?:\s*(?:[,;，、&+–-]|and)\s*(?:source|\^)?\s*\d{1,3})*)
        (?:†[^\]】］\n]{0,80})? \s* \\?[\]】］]{1,2} (?:\([^()\s]{0,300}\))?
      | <sup>\s*\[?(?P<html>\d{1,3}(?:\s*,\s*\d{1,3})*)\]?\s*</sup>
      | (?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:[˒,⸴]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)*)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_UNFINISHED = re.compile(
    r"\s*(?:\\?[\[【［][^\]】］\n]{0,90}[\]】］]?(?:\([^()\s]*)?|<(?:s?u?p?|sup>[^<>\n]{0,20}(?:</?s?u?p?)?)|\\|[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?\s*$"
)
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s+")
_HEADING = re.compile(r"\s*#{1,6}\s+|\s*\*\*[^*\n]+\*\*:?\s*$")
_RULE = re.compile(r"[\s|:*_=-]+$")
_GAP = re.compile(r"[^\S\n]{9,}")
_LONGEST = 3000
"""Characters that a sentence may grow to; more is taken for one, so that what is unfinished stays short."""
_THOUGHT = re.compile(r"\s*<think(?:ing)?>")
_THOUGHT_END = re.compile(r"</think(?:ing)?>\s*")


@dataclass(frozen=True)
class Marked:
    """A finished sentence without its marks, and the evidence it cites, by number from 1, each once.

    ``invented`` are the numbers it cites that are no evidence. ``paragraph`` is True where a blank line, or the
    beginning of a list, stands before it.
    """

    text: str
    marks: tuple[int, ...] = ()
    invented: tuple[int, ...] = ()
    kind: Kind = "sentence"
    paragraph: bool = False


class MarkParser:
    """Reads a model's text as it streams; ``count`` is how many pieces of evidence it was given."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._text = ""
        self._row = ""
        self._fence = ""
        self._code: list[str] = []
        self._blank = False
        self._any = False
        self._begun = False
        self._within: Kind | None = None  # the kind of a line whose first sentences are out already

    def feed(self, piece: str) -> Iterator[Marked]:
        """Take the next piece and yield what is finished by it."""
        self._text = _GAP.sub(" ", self._text + piece)
        if not self._begun and not self._past_thought():
            return
        while (end := self._text.find("\n")) >= 0:
            line, self._text = self._text[:end], self._text[end + 1 :]
            yield from self._line(line)
        yield from self._sentences()
        if len(self._text) > _LONGEST:
            line, self._text = self._text, ""
            yield from self._line(line)

    def close(self) -> Iterator[Marked]:
        """Yield what is left when the model has stopped, finished or not."""
        line, self._text = self._text, ""
        if not self._begun and _THOUGHT.match(line):
            return
        yield from self._line(line)
        yield from self._table_row("")
        if self._fence and self._code:
            yield Marked("\n".join(self._code), kind="code", paragraph=True)

    def _past_thought(self) -> bool:
        """Whether the answer has begun: some models first think aloud in <think> tags."""
        if _THOUGHT.match(self._text):
            end = _THOUGHT_END.search(self._text)
            if end is None:
                return False
            self._text = self._text[end.end() :]
        elif "<thinking>".startswith(self._text.lstrip()):
            return False
        self._begun = True
        return True

    def _line(self, line: str) -> Iterator[Marked]:
        """Yield what a whole line holds."""
        if self._within:
            yield from self._read(line)
            return
        if fence := _FENCE.match(line):
            if not self._fence:
                yield from self._table_row("")
                self._fence = fence[1]
            elif self._fence == fence[1]:
                yield Marked("\n".join(self._code), kind="code", paragraph=True)
                self._fence, self._code = "", []
            return
        if self._fence:
            self._code.append(line)
            return
        row = line.strip()
        if row.startswith("|") and row.count("|") > 1:
            yield from self._table_row(row)
            return
        yield from self._table_row("")
        if not line.strip():
            self._blank = self._any
            return
        yield from self._read(line)

    def _table_row(self, row: str) -> Iterator[Marked]:
        """Yield the row before, which was a header if this one is a rule; then keep ``row``, "" after the table."""
        before, self._row = self._row, row
        if not before or _RULE.match(before):
            return
        if row and _RULE.match(row):
            yield self._marked(before.strip("|"), "heading")
        else:
            cells = [cell.strip() for cell in before.strip("|").split("|")]
            yield self._marked(", ".join(cell for cell in cells if cell), "item")

    def _sentences(self) -> Iterator[Marked]:
        """Yield the sentences of an unfinished line that can grow no more."""
        line = self._text
        if self._fence or (not self._within and line.lstrip().startswith(("|", "#", "`", "~"))):
            return
        kind, begin = self._opening(line)
        ends = [end for _, end in self._ends(line[begin : _held(line)])]
        if len(ends) < 2:
            return
        # The last sentence may go on; the one before it is finished once a word has followed.
        cut = begin + ends[-2]
        if re.search(r"\w\W", line[cut : _held(line)]):
            yield from self._table_row("")
            yield from (self._marked(line[begin + a : begin + b], kind) for a, b in pairwise([0, *ends[:-1]]))
            self._text, self._within = line[cut:], kind

    def _opening(self, line: str) -> tuple[Kind, int]:
        """Return what kind of line it is and where its words begin."""
        if self._within:
            return self._within, 0
        item = _ITEM.match(line)
        return ("item", item.end()) if item else ("sentence", 0)

    def _ends(self, text: str) -> list[tuple[int, int]]:
        """Return the sentences of ``text`` as spans of it, each with the marks that follow it."""
        plain, marks = _without_marks(text)
        spans: list[tuple[int, int]] = []
        sentences = split(plain)
        for (_, end), following in pairwise([*sentences, (len(plain), len(plain))]):
            stop = end + sum(width for at, width, _ in marks if at <= end or at < following[0])
            spans.append((spans[-1][1] if spans else 0, stop))
        return spans

    def _read(self, line: str) -> Iterator[Marked]:
        """Yield the sentences of a line that has ended."""
        kind, begin = self._opening(line)
        started, self._within = self._within is not None, None
        body = line[begin:]
        if not started and (_HEADING.match(line) or (kind == "sentence" and body.rstrip().endswith(":"))):
            yield self._marked(re.sub(r"^\s*#{1,6}\s+", "", line), "heading")
            return
        for start, end in self._ends(body):
            yield self._marked(body[start:end], kind)

    def _marked(self, raw: str, kind: Kind) -> Marked:
        plain, found = _without_marks(raw)
        numbers = list(dict.fromkeys(n for _, _, values in found for n in self._known(values)))
        paragraph, self._blank, self._any = self._blank, False, True
        return Marked(
            " ".join(plain.split()),
            tuple(n for n in numbers if 1 <= n <= self.count),
            tuple(n for n in numbers if not 1 <= n <= self.count),
            kind,
            paragraph,
        )

    def _known(self, values: str) -> list[int]:
        """Return the numbers of one mark; "12" raised is 1 and 2 where there is no twelfth piece of evidence."""
        if values[0] == "^":
            run = values[1:]
            if run.isdigit() and int(run) > self.count:
                return [int(digit) for digit in run]
            return [int(n) for n in re.findall(r"\d+", run)]
        numbers: list[int] = []
        for part in re.split(r"\s*(?:[,;，、&+]|and)\s*", values):
            bounds = [int(n) for n in re.findall(r"\d+", part)]
            if len(bounds) == 2 and bounds[0] < bounds[1] <= bounds[0] + 20:
                numbers.extend(range(bounds[0], bounds[1] + 1))
            else:
                numbers.extend(bounds)
        return numbers


def _held(text: str) -> int:
    """Return where a mark at the end of ``text`` begins that may still grow, or its length."""
    match = _UNFINISHED.search(text)
    return match.start() if match and match.group().strip() else len(text)


def _without_marks(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return ``text`` without marks, and for each its place in the plain text, its width and its numbers."""
    code = [match.span() for match in _INLINE_CODE.finditer(text)]
    plain: list[str] = []
    marks: list[tuple[int, int, str]] = []
    position = length = 0
    for match in _MARK.finditer(text):
        if any(a <= match.start() < b for a, b in code) or _is_power(text, match):
            continue
        # "left. [1]Then": the space before a mark parts the words around it.
        gap = " " if match.group()[0].isspace() and text[match.end() : match.end() + 1].isalnum() else ""
        kept = text[position : match.start()]
        plain.append(kept)
        length += len(kept)
        values = match["numbers"] or match["html"] or "^" + match["raised"].translate(_SUPERSCRIPTS)
        marks.append((length, len(match.group()) - len(gap), values))
        plain.append(gap)
        length += len(gap)
        position = match.end()
    plain.append(text[position:])
    return "".join(plain), marks


def _is_power(text: str, match: re.Match[str]) -> bool:
    """Whether raised digits belong to a unit or a number: km², 10³."""
    if not match["raised"]:
        return False
    before = re.search(r"([^\W\d_]+|\d)$", text[: match.start()])
    return (
        before is not None
        and match.group()[0] in "⁰¹²³⁴⁵⁶⁷⁸⁹"
        and (before.group().isdigit() or before.group().lower() in _UNITS)
    )
