"""Text -> sentence spans.

Rules made for news: quotations stay whole ("“Don't. Ever.” he said"), titles, initials and
agencies' abbreviations do not end a sentence, and a line break in the middle of a sentence (a
hard-wrapped text) does not either, while a paragraph break always does.
"""

from __future__ import annotations

import re

_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "gen",
        "lt",
        "col",
        "sgt",
        "capt",
        "cmdr",
        "maj",
        "adm",
        "brig",
        "gov",
        "sen",
        "rep",
        "rev",
        "hon",
        "pres",
        "st",
        "ste",
        "mt",
        "ft",
        "messrs",
        "mme",
        "sr",
        "jr",
        "insp",
        "supt",
        "det",
        "cpl",
        "pvt",
        "amb",
        "atty",
        "asst",
        "dep",
        "pm",
    ]
)
"""A full stop after one of these never ends a sentence: a name follows."""

_ABBREVIATIONS = frozenset(
    [
        "inc",
        "ltd",
        "co",
        "corp",
        "bros",
        "v",
        "vs",
        "etc",
        "approx",
        "dept",
        "est",
        "no",
        "nos",
        "vol",
        "fig",
        "al",
        "e.g",
        "i.e",
        "cf",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "a.m",
        "p.m",
        "u.s",
        "u.k",
        "u.n",
        "e.u",
        "d.c",
        "u.s.a",
        "ph.d",
        "m.d",
        "b.a",
        "m.a",
        "ave",
        "blvd",
        "rd",
    ]
)
"""A full stop after one of these ends a sentence only where a likely sentence start follows."""

_MONTHS = frozenset(["jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"])
_STARTERS = frozenset(
    [
        "the",
        "a",
        "an",
        "he",
        "she",
        "it",
        "they",
        "we",
        "i",
        "you",
        "this",
        "that",
        "these",
        "those",
        "in",
        "on",
        "at",
        "but",
        "and",
        "however",
        "meanwhile",
        "according",
        "earlier",
        "last",
        "his",
        "her",
        "its",
        "their",
        "our",
        "my",
        "there",
        "when",
        "while",
        "after",
        "before",
        "as",
        "for",
        "from",
        "with",
        "by",
        "if",
        "what",
        "who",
        "how",
        "why",
        "also",
        "since",
        "both",
        "one",
        "two",
        "some",
        "many",
        "most",
        "more",
        "no",
        "not",
        "all",
        "another",
        "other",
    ]
)
"""Lower-cased words that commonly begin a sentence, used to decide after an abbreviation."""

# Begun at the first mark of a run and never given back, so that a long run of marks is read once.
_BOUNDARY = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]{0,4}+(?=\s|\Z)|\n[ \t\r\f\v]*+\n\s*+|[。！？]")
_WORD_BEFORE = re.compile(r"[^\s(\[“\"‘']{1,40}\Z")
_NEXT_WORD = re.compile(r"\s*[\"'“‘«(\[]{0,3}([^\s]{1,40})")
_OPENERS = "“«"
_CLOSERS = "”»"


def split(text: str) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) character spans of the sentences of ``text``, in order.

    Spans are trimmed of white space, never empty, never overlap; what lies between them is white
    space. Runs in time linear in ``len(text)``.
    """
    spans: list[tuple[int, int]] = []
    start = depth = scanned = 0
    for match in _BOUNDARY.finditer(text):
        inside = text[scanned : match.end()]
        paragraph = match.group().startswith("\n")
        if paragraph:
            depth = 0
        else:
            for character in inside:
                if character in _OPENERS:
                    depth += 1
                elif character in _CLOSERS:
                    depth = max(0, depth - 1)
        scanned = match.end()
        if paragraph or (depth == 0 and _ends_sentence(text, match)):
            _append(spans, text, start, match.start() if paragraph else match.end())
            start = match.end()
    _append(spans, text, start, len(text))
    return tuple(spans)


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return
    left = start + len(piece) - len(piece.lstrip())
    spans.append((left, left + len(stripped)))


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Decide whether the punctuation at ``match`` closes a sentence."""
    following = _NEXT_WORD.match(text, match.end(), match.end() + 80)
    if following is None:
        return True
    following_word = following.group(1)
    first = following_word[0]
    closing = match.group()
    if first.islower():
        # "“Stop!” he said": the quotation belongs to its speaker; "e.g. this" goes on.
        return False
    if not closing.startswith(".") or closing.startswith(".."):
        return True
    before = _WORD_BEFORE.search(text, max(0, match.start() - 40), match.start())
    if before is None:
        return True
    word = before.group().casefold()
    if len(closing) > 1:
        return True
    plain_next = following_word.casefold().strip(".,;:!?\"'”’)")
    if word in _TITLES:
        return False
    if len(word) == 1 and word.isalpha() and before.group().isupper():
        # An initial ("John F. Kennedy"), or the rare sentence ending in a letter ("Plan B. The").
        return plain_next in _STARTERS and plain_next != "i"
    if word in _MONTHS and first.isdigit():
        return False
    if word in ("no", "nos") and first.isdigit():
        return False
    if word in _ABBREVIATIONS or re.fullmatch(r"(?:[a-z]\.)+[a-z]", word):
        return plain_next in _STARTERS or first in '“"‘'
    return not (word.isdigit() and len(word) < 3 and text[max(0, match.start() - len(word) - 1)] == "\n")
