"""Where will it be held? — the place that something was moved to, or, where that is asked, the one first planned."""

from __future__ import annotations

import re

from dateline.index.documents import Passage
from dateline.rag.answers.draft import Draft, inline
from dateline.rag.answers.material import Material
from dateline.rag.english.tokens import content_stems, stem, wordset
from dateline.rag.rules.clauses import Read, modality, read

_PLACE = r"(?:the\s+)?(?P<place>[A-Z][\w’'-]*(?:,?\s+(?:(?:of|de|al)\s+)?[A-Z][\w’'-]*){0,4})"
_MOVED = re.compile(
    r"\b(?:moved|shifted|relocated|transferred|switched)(?:\s+(?:away\s+)?from\s+(?P<left>[^,.;]{2,40}?))?\s+to\s+"
    + _PLACE
)
_IN = re.compile(r"\b(?:in|at)\s+" + _PLACE)
_GATHERINGS = frozenset(
    stem(w)
    for w in wordset(
        "talks meeting summit round conference negotiations match game final concert event hearing trial ceremony session"
        " forum fair festival exhibition tournament race"
    )
)
"""Stems of what is held somewhere; one word stands for another when an article goes on about it."""
_HOLDING = frozenset(
    stem(w)
    for w in wordset(
        "hold held take place happen host occur stage move shift relocate new venue now"
        " plan original initial first expect schedule set due"
    )
)
_AT_FIRST = re.compile(r"\b(?:original(?:ly)?|initially|at first|first|previously|planned)\b", re.IGNORECASE)
_EXPECTED = re.compile(r"\b(?:expected|due|set|scheduled|supposed|meant|to have been)\b")
_BEFORE = 2
"""Sentences in front of "However, the meeting was moved to …" that may say which meeting."""
_ENOUGH = 0.5
"""Share of what the question is about that stands there."""
_SURE = 0.75
"""Confidence, at least, where an article tells that it was moved."""


def venue(material: Material) -> Draft | None:
    """The place something was moved to, or from where the question asks for the first; None where no move is told."""
    asked = material.asked
    if asked.kind != "where":
        return None
    first = _AT_FIRST.search(asked.text) is not None
    topic = [t for t in asked.terms if t not in _HOLDING]
    if not topic or not (set(topic) & _GATHERINGS):
        return None
    for document, passage in material.articles():
        if not _MOVED.search(passage.text):
            continue  # most articles; reading one takes milliseconds
        inside = [s for s in read(document) if passage.start <= s.start and s.end <= passage.end]
        for at, sentence in enumerate(inside):
            match = _MOVED.search(sentence.text)
            if match is None or modality(sentence.text) != "actual" or not content_stems(sentence.text) & _GATHERINGS:
                continue
            told = inside[max(0, at - _BEFORE) : at + 1]
            if _about(topic, told) < _ENOUGH:
                continue
            place = _left(match, told[:-1]) if first else match.group("place")
            if place:
                return _written(material, passage, told, place, topic, first=first)
    return None


def _left(moved: re.Match[str], before: list[Read]) -> str:
    """The place that something was moved away from: said with the move, or planned for in a sentence before; else ""."""
    if moved.group("left"):
        return moved.group("left")
    for sentence in reversed(before):
        planned = _AT_FIRST.search(sentence.text) or _EXPECTED.search(sentence.text)
        places = list(_IN.finditer(sentence.text, planned.end())) if planned else []
        if places and places[-1].group("place") != moved.group("place"):
            return places[-1].group("place")
    return ""


def _about(topic: list[str], told: list[Read]) -> float:
    """The share of ``topic`` in the sentences; any gathering stands for the one asked about."""
    stems = {word for s in told for word in content_stems(s.text)}
    return sum(t in stems or (t in _GATHERINGS and bool(stems & _GATHERINGS)) for t in topic) / len(topic)


def _written(
    material: Material, passage: Passage, told: list[Read], place: str, topic: list[str], *, first: bool
) -> Draft:
    """The place in bold, the sentence of the move, and the one before where it says what was moved, answer first."""
    *before, moved = told
    named = [s for s in before if content_stems(s.text) & set(topic)][-1:]
    writing = material.writing()
    shown = (*named, moved) if first else (moved, *named)
    writing.quote([(passage, s.start, s.end) for s in shown])
    return writing.draft(f"**{inline(place)}**", max(material.likely, _SURE))
