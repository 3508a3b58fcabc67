"""Which of two values stands: what an article takes back, and what a later one brings up to date."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dateline.rag.evidence.sentences import Evidence
from dateline.rag.rules.spans import Span

_RETRACTED = re.compile(
    r"\b(?:an? |the )?(?:earlier|previous|original|initial) (?:version|report|edition|article|figure|count|estimate)s?\b"
    r"|\b(?:misstated|misreported|misidentified)\b|\b(?:incorrectly|wrongly|mistakenly|erroneously) (?:\w+ed|said|gave|put)\b",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"\b(?:risen|rose|climbed|grown|grew|increased|fallen|fell|dropped|lowered|raised|revised|corrected|updated|now stands?"
    r"|final (?:figure|count|result|tally)|new (?:figure|count|tally|date)|postponed|rescheduled|moved|shifted)\b",
    re.IGNORECASE,
)
_REACHED = re.compile(
    r"\b(?:risen|rose|rises?|climbed|grown|grew|increased|jumped|fallen|fell|dropped|lowered|raised|revised|corrected)"
    r"\s+(?:\S+\s+){0,5}?to\s+(?:about\s+|around\s+|at least\s+|nearly\s+)?\Z"
)


def retracts(text: str) -> bool:
    """Whether a sentence tells what was reported before and no longer holds."""
    return bool(_RETRACTED.search(text))


def reached(text: str, span: Span) -> bool:
    """Whether ``span`` is what something has come to: "eleven" in "has risen from nine to eleven"."""
    return bool(_REACHED.search(text, 0, span.start))


def supersedes(new: Evidence, old: Evidence) -> bool:
    """Whether ``new`` is of a later day than ``old`` and says that something has changed since."""
    return _later(new, old) and bool(_UPDATED.search(new.text))


def standing(rival: Evidence, span: Span, first: Evidence, evidence: Sequence[Evidence]) -> str:
    """What a reader should know of a rival value: that it was corrected, or is earlier or later news; else ""."""
    value = rival.text[span.start : span.end]
    if retracts(rival.text) or any(retracts(e.text) and value in e.text for e in evidence):
        return "corrected since"
    if _later(rival, first):
        return "later"
    return "earlier" if _later(first, rival) else ""


def _later(one: Evidence, other: Evidence) -> bool:
    days = [e.passage.published for e in (one, other)]
    return all(days) and str(days[0])[:10] > str(days[1])[:10]
