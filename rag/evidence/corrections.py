"""What an article takes back, and what a later one brings up to date."""

from __future__ import annotations

import re

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


def retracts(text: str) -> bool:
    """Whether a sentence tells what was reported before and no longer holds."""
    return bool(_RETRACTED.search(text))


def updates(text: str) -> bool:
    """Whether a sentence says that something has changed since."""
    return bool(_UPDATED.search(text))
