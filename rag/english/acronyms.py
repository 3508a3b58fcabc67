"""Acronyms and what they stand for: "UN" and "United Nations" are one name."""

from __future__ import annotations

import re
from functools import lru_cache

from dateline.rag.english.tokens import tokens

_ACRONYM = re.compile(r"(?:[A-Z]\.){2,6}|(?:[A-Z][a-z]?){2,6}")
_CAPITALISED = re.compile(r"[A-Z][\w’'-]*(?:\s+(?:(?:of|and|the|for)\s+){0,2}[A-Z][\w’'-]*)+")
_LONGEST = 6
"""Words that an acronym stands for, at most."""


def acronym(word: str) -> str:
    """The capitals of ``word``, case-folded, where it is written as an acronym ("U.S.", "MoFA"); else ""."""
    return "".join(filter(str.isupper, word)).casefold() if _ACRONYM.fullmatch(word) else ""


def initials(name: str) -> str:
    """The initials of the capitalised words of ``name``, case-folded; "" for fewer than two."""
    letters = [w.text[0] for w in tokens(name) if w.capital]
    return "".join(letters).casefold() if len(letters) > 1 else ""


@lru_cache(maxsize=4_096)
def acronyms(text: str) -> frozenset[str]:
    """The acronyms written in ``text``, case-folded and without dots; "UNHRC" is no "UN"."""
    return frozenset(filter(None, (acronym(w.text) for w in tokens(text))))


@lru_cache(maxsize=4_096)
def abbreviable(text: str) -> frozenset[str]:
    """The acronyms that the capitalised words of ``text`` can be shortened to: "UN" for "the United Nations Council"."""
    found = set()
    for run in _CAPITALISED.finditer(text):
        letters = "".join(word[0] for word in run.group().split() if word[0].isupper()).casefold()
        found |= {
            letters[start:end]
            for start in range(len(letters))
            for end in range(start + 2, min(start + _LONGEST, len(letters)) + 1)
        }
    return frozenset(found)


def abbreviated(name: str, text: str) -> bool:
    """Whether ``text`` has ``name`` in its other form: spelled out where it is an acronym, else as its acronym."""
    short = acronym(name)
    if short:
        return short in abbreviable(text)
    return initials(name) in acronyms(text)
