"""The days a claim gives to what happened, against the sentences it rests on: none is borrowed from another event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dateline.rag.check.alignment import Alignment
from dateline.rag.english.words import DAYS, MONTHS, Words


def find(claim: Words, sentences: Sequence[Words], alignment: Alignment, follows: Sequence[bool]) -> Iterator[str]:
    """Yield the dates that stand neither in the sentence of the words next to them nor in the one before it."""
    dated = [_dates(claim, i) for i in range(len(claim))]
    for i in range(len(claim)):
        if not dated[i] or (i and dated[i - 1]):
            continue
        end = next((j for j in range(i, len(claim)) if not dated[j]), len(claim))
        words = claim[i:end]
        if not any(w.key in DAYS or (w.kind == "number" and len(w.text) <= 2) for w in words):
            continue  # a month or a year alone may be that of the whole article
        at: set[int] = set()
        for side in (range(i - 1, -1, -1), range(end, len(claim))):
            place = next((p for n in side if claim[n].content and (p := alignment.places[n])), None)
            if place is not None:
                at |= {place[0], place[0] - 1} if follows[place[0]] else {place[0]}
        known = {word.key for s in at for word in sentences[s]}
        elsewhere = at and not any(word.key in known for word in words)
        if elsewhere or _nearer(claim, i, words, sentences, alignment):
            yield f"the date {' '.join(word.text for word in words)} belongs to something else"
            return


def _nearer(claim: Words, i: int, date: Words, sentences: Sequence[Words], alignment: Alignment) -> bool:
    """Whether the deed before a day has another day nearer to it in its sentence: "Tuesday's collapse …, on Friday"."""
    days = [word.key for word in date if word.key in DAYS]
    place = next((p for n in range(i - 1, -1, -1) if claim[n].kind == "word" and (p := alignment.places[n])), None)
    if len(days) != 1 or place is None:
        return False
    sentence = sentences[place[0]]
    ours = [abs(n - place[1]) for n, word in enumerate(sentence) if word.key == days[0]]
    others = [abs(n - place[1]) for n, word in enumerate(sentence) if word.key in DAYS and word.key != days[0]]
    return bool(ours and others) and min(others) < min(ours)


def _dates(words: Words, i: int) -> bool:
    """Whether a word is part of a date: a month or a day of the week, a number beside a month, a year."""
    word = words[i]
    if word.key in DAYS or (word.key in MONTHS and word.kind != "function"):
        return True
    if word.kind != "number" or not word.text.isdigit():
        return False
    year = len(word.text) == 4 and word.text[:2] in ("18", "19", "20")
    return year or any(w.key in MONTHS for w in [*words[max(0, i - 1) : i], *words[i + 1 : i + 2]])
