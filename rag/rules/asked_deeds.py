"""A yes/no question -> the deed it asks about: who does what to whom, and in which tense."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dateline.rag.english.tokens import wordset
from dateline.rag.question.analysis import Question
from dateline.rag.rules.deed_words import (
    ADVERBS,
    ANYONE,
    AUXILIARIES,
    BE,
    HAVE,
    MODALS,
    PARTICLES,
    PREPOSITIONS,
    Word,
    is_content,
    is_participle,
    words_of,
)

_FAVOUR = re.compile(r"\bin favou?r of\b", re.IGNORECASE)
_VAGUE = wordset("yet ever already recently so far time really actually just still also any")


@dataclass(frozen=True)
class AskedDeed:
    """One way to take a question apart; ``verb`` is "be" for "Is X a …?" and "there" for "Were there …?"."""

    tense: Literal["past", "present", "future", "modal"]
    subject: tuple[Word, ...]
    verb: str
    passive: bool
    chunks: tuple[tuple[str, tuple[Word, ...]], ...]
    modal: str = ""


def asked_deeds(asked: Question) -> Iterator[AskedDeed]:
    """Every split of the question into subject, verb and rest; wrong ones find no sentence that fits."""
    words = words_of(_FAVOUR.sub("for", asked.text))
    if len(words) < 2:
        return
    first, rest = words[0].low, words[1:]
    rest = [w for w in rest if w.low not in _VAGUE and w.low != "not"]
    tense: Literal["past", "present", "future", "modal"] = "past"
    base = first.removesuffix("n't")
    if base in ("will", "wo", "shall"):
        tense = "future"
    elif first in MODALS:
        tense = "modal"
    elif base in ("does", "do", "is", "are"):
        tense = "present"
    if rest and rest[0].low == "there":
        yield AskedDeed(tense, (), "there", False, _chunks(rest[1:]))
        return
    for i in range(1, len(rest)):
        subject, word = tuple(rest[:i]), rest[i]
        if not any(is_content(w) or w.low in ANYONE for w in subject) or word.capital:
            continue
        if any(w.low in AUXILIARIES for w in subject) or word.low in PARTICLES:
            break
        if word.low == "have":
            yield AskedDeed(tense, subject, "have", False, _chunks(rest[i + 1 :]), base)
            break
        if base in BE:
            if word.low == "going" and [w.low for w in rest[i + 1 : i + 2]] == ["to"] and i + 2 < len(rest):
                yield AskedDeed("future", subject, rest[i + 2].stem, False, _chunks(rest[i + 3 :]))
            elif is_participle(word):
                yield AskedDeed(
                    "past" if base in ("was", "were") else tense, subject, word.stem, True, _chunks(rest[i + 1 :])
                )
        elif base in HAVE and word.low == "been" and i + 1 < len(rest) and is_participle(rest[i + 1]):
            yield AskedDeed("past", subject, rest[i + 1].stem, True, _chunks(rest[i + 2 :]))
        elif base in HAVE and not is_participle(word):
            continue
        elif word.low == "be" and i + 1 < len(rest) and is_participle(rest[i + 1]):
            yield AskedDeed(tense, subject, rest[i + 1].stem, True, _chunks(rest[i + 2 :]), base)
        elif is_content(word) or word.low in ("take", "give", "make", "get", "go", "gave", "taken", "made", "given"):
            if word.low == "plan" and [w.low for w in rest[i + 1 : i + 2]] == ["to"] and i + 2 < len(rest):
                yield AskedDeed("future", subject, rest[i + 2].stem, False, _chunks(rest[i + 3 :]))
            yield AskedDeed(tense, subject, word.stem, False, _chunks(rest[i + 1 :]), base)
    if base in HAVE:
        for i in range(1, len(rest) - 1):
            if rest[i].low == "been" and any(is_content(w) for w in rest[:i]) and rest[i + 1].low in PREPOSITIONS:
                yield AskedDeed("past", tuple(rest[:i]), "be", False, _chunks(rest[i + 1 :]))
    if base in BE:
        for i in range(1, len(rest)):
            if any(is_content(w) for w in rest[:i]) and (not rest[i].capital or rest[i - 1].capital):
                yield AskedDeed(tense, tuple(rest[:i]), "be", False, _chunks(rest[i:]))


def _chunks(words: list[Word]) -> tuple[tuple[str, tuple[Word, ...]], ...]:
    """The rest of a question cut at its prepositions: ("", object), ("with", …), …."""
    chunks: list[tuple[str, list[Word]]] = [("", [])]
    for word in words:
        if word.low in PREPOSITIONS | {"as"} and not word.capital:
            chunks.append((word.low, []))
        elif (is_content(word) or word.capital) and word.low not in ADVERBS:
            chunks[-1][1].append(word)
    return tuple((p, tuple(ws)) for p, ws in chunks if ws or p)
