"""Query analysis for retrieval: what to look for, and when.

A question is split into content (terms, names, adjacent pairs of terms) and time (the days it asks
about, whether it asks for what is new), because the two are matched against different things: the
words of a passage, and its dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dateline.index.dates.expressions import TimeExpression, resolve
from dateline.index.dates.timex_lexicon import ABBREVIATIONS, MONTHS
from dateline.index.filters import to_day
from dateline.index.keeping import lexical

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.?!:;]\s*[\"'“”‘’(]*\Z")
_RECENT = re.compile(
    r"\b(?:recent(?:ly)?|latest|newest|new(?:ly)?|current(?:ly)?|now|just|today|yesterday|tonight"
    r"|so far|these days|th(?:is|e past|e last) (?:week|weekend|month)|last (?:week|weekend|night))\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_SHORT_MONTHS = [word for word, (unit, _) in ABBREVIATIONS.items() if unit == "month"]
_MONTH = re.compile(rf"\b(?:{'|'.join((*MONTHS, *_SHORT_MONTHS))})\b", re.IGNORECASE)
_HAPPENING = frozenset(
    [
        "happen",
        "occur",
        "event",
        "news",
        "go",
        "take",
        "took",
        "place",
        "tell",
        "articl",
        "say",
        "report",
        "day",
        "anyth",
        "someth",
    ]
)
"""Stems of words that ask what happened without saying anything about it."""
_WIDEST_WINDOW = 366
"""Days; a time expression wider than this (a decade, a century) does not narrow a search."""


@dataclass(frozen=True)
class Query:
    """What is looked for.

    ``text`` is the question without markup, to be embedded; ``terms`` are the distinct stems of the
    content words in order, without those of relative time expressions ("this week"); ``names`` those of them written as names or numbers; ``pairs`` the
    adjacent ones. ``window`` is the earliest and the latest day asked about and ``asked_day`` the
    asker's today (both proleptic ordinals, None where not given); ``recent`` says that the
    question asks for what is new, ``only_when`` that it asks about days and nothing else.
    """

    text: str
    terms: tuple[str, ...]
    names: frozenset[str] = frozenset()
    pairs: tuple[tuple[str, str], ...] = ()
    window: tuple[int, int] | None = None
    recent: bool = False
    asked_day: int | None = None
    only_when: bool = False


def analyse(text: str, asked_on: str | None = None) -> Query:
    """Split a question into what it asks about and when.

    ``asked_on`` is the asker's today (ISO date); without it, relative expressions place nothing.
    Raises UsageError where it is not a date.
    """
    text = " ".join(_TAG.sub(" ", text).split())
    asked_day = to_day(asked_on) if asked_on else None
    expressions = resolve(text, asked_on)
    relative = [(e.start, e.end) for e in expressions if e.type in ("DATE", "TIME") and not _is_absolute(e.text)]
    shouted = text.isupper()
    times = [(e.start, e.end) for e in expressions]
    terms: dict[str, None] = {}
    names: set[str] = set()
    matters = False
    pairs: dict[tuple[str, str], None] = {}
    before: tuple[str, int] | None = None
    for match in _WORD.finditer(text):
        stems = lexical.terms(match.group())
        if not stems or any(start <= match.start() < end for start, end in relative):
            continue
        stem = stems[0]
        terms[stem] = None
        inside = any(start <= match.start() < end for start, end in times)
        matters = matters or not (inside or stem in _HAPPENING)
        if _is_name(text, match, shouted=shouted):
            names.add(stem)
        if before and not text[before[1] : match.start()].strip(" -–’'\""):
            pairs[before[0], stem] = None
        before = (stem, match.end())
    window = _window(expressions)
    return Query(
        text=text,
        terms=tuple(terms),
        names=frozenset(names),
        pairs=tuple(pairs),
        window=window,
        recent=_RECENT.search(text) is not None,
        asked_day=asked_day,
        only_when=window is not None and not matters,
    )


def _is_absolute(expression: str) -> bool:
    """Whether a time expression has words that an article about that time would use as well."""
    return any(character.isdigit() for character in expression) or _MONTH.search(expression) is not None


def _is_name(text: str, match: re.Match[str], *, shouted: bool) -> bool:
    """Whether a word is written as a name or a number, which a sentence's first word does not show."""
    word = match.group()
    if any(character.isdigit() for character in word):
        return True
    if shouted or not word[0].isupper():
        return False
    lead = text[: match.start()].rstrip("\"'“”‘’( ")
    first = not lead or _SENTENCE_END.search(text[: match.start()].rstrip()) is not None
    return not first or any(character.isupper() for character in word[1:])


def _window(expressions: Sequence[TimeExpression]) -> tuple[int, int] | None:
    """Return the earliest and latest day of all bounded expressions together, or None."""
    bounded = [(to_day(e.earliest), to_day(e.latest)) for e in expressions if e.earliest and e.latest]
    narrow = [(first, last) for first, last in bounded if last - first <= _WIDEST_WINDOW]
    if not narrow:
        return None
    return min(first for first, _ in narrow), max(last for _, last in narrow)
