"""Matching: whether a text holds what is asked for, by whole words or letter for letter.

By words, "a son" does not stand in "the reason" and "5 million" stands in "$5 million"; letter for letter it is the
other way round, as in sets whose alternatives spell out signs, such as "$5" or "80%".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dateline.eval.numbers.metrics import Holds, containment

_LETTERS = re.compile(r"\w+")


def substring(text: str, alternatives: Iterable[str]) -> float:
    """1 when an alternative stands in the text letter for letter, case aside."""
    lowered = text.lower()
    return float(any(alternative.lower() in lowered for alternative in alternatives))


def overlap(first: str, second: str) -> bool:
    """Whether one of two stretches of text stands in the other, letters and digits alone; an empty one never does."""
    a, b = letters(first), letters(second)
    return bool(a and b) and (a in b or b in a)


def letters(text: str) -> str:
    """Letters and digits in lower case, one space between what other signs separate."""
    return " ".join(_LETTERS.findall(text.lower()))


MATCHING: dict[str, Holds] = {"words": containment, "text": substring}
"""How a set's alternatives are looked for, by the name that its questions give."""
