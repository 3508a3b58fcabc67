"""Noun phrases around a verb, and whether one of them means what a question names."""

from __future__ import annotations

import re

from dateline.rag.english.people import TITLES
from dateline.rag.english.tokens import IRREGULAR_FORMS, wordset
from dateline.rag.rules.deed_words import (
    ADVERBS,
    ANYONE,
    ARTICLES,
    AUXILIARIES,
    BREAKS,
    CLAIMED,
    PREPOSITIONS,
    PRONOUNS,
    SAID,
    TIME,
    Word,
    akin,
    is_finite,
    same_word,
)

OTHERWISE = wordset("former deputy vice assistant ex acting fake alleged draft proposed rival second")
"""Words that make their noun mean someone or something else."""

_STATE = wordset("officials authorities government forces army military troops navy warplanes jets")
"""Heads that act for the country named in front of them."""


_DISTINCT = 3
"""Words of "the strike group" from which "a strike group" can be the one that is meant."""


def clause_after(words: list[Word], start: int) -> list[Word]:
    """The words behind a verb up to the end of its clause."""
    found: list[Word] = []
    for at, word in enumerate(words[start:], start=start):
        if word.low in BREAKS or re.search(r"[;:—(]|[.!?][”\"]?\s", word.gap):
            break
        if found and "," in word.gap and any(w.low in SAID | CLAIMED for w in words[at : at + 8]):
            break
        if (
            found
            and "," in word.gap
            and (word.low in SAID or word.low.endswith("ing") or word.low in ("and", "with", "including"))
        ):
            break
        if found and found[-1].low == "and" and not word.capital and (is_finite(word) or word.low.endswith("s")):
            return found[:-1]
        found.append(word)
    return found


def object_phrases(after: list[Word]) -> tuple[list[list[Word]], int]:
    """The noun phrases directly behind a verb (several where joined by "and"), and how far they reach."""
    phrases: list[list[Word]] = [[]]
    for i, word in enumerate(after):
        if word.low in PREPOSITIONS and not word.capital:
            title = phrases[-1] and phrases[-1][-1].low in TITLES and word.low == "of"
            if not title:
                return [p for p in phrases if p], i
        elif word.low in ("and", "or"):
            phrases.append([])
            continue
        elif word.low in PRONOUNS | {"i", "we", "you"} and phrases[-1]:
            return [p for p in phrases if p], i  # "the trips he took"
        elif is_finite(word) and i > 0:
            if len(phrases) > 1:
                phrases.pop()
            return [p for p in phrases if p], i
        elif "," in word.gap and phrases[-1]:
            following = after[i + 1] if i + 1 < len(after) else None
            if not word.capital or following is None or not ("," in following.gap or following.low == "and"):
                return [p for p in phrases if p], i
            phrases.append([])
        if word.low in TIME and phrases[-1] and not (word.low in ("last", "next", "this") and i == 0):
            return [p for p in phrases if p], i
        phrases[-1].append(word)
    return [p for p in phrases if p], len(after)


def any_fits(wanted: tuple[Word, ...], phrases: list[list[Word]]) -> bool:
    """Whether one of the object's phrases is what was asked, by its head and its other words."""
    return any(heads_match(wanted, phrase) for phrase in phrases)


def same_subject(wanted: tuple[Word, ...], phrase: tuple[Word, ...], words: list[Word], resolved: bool) -> bool:
    """Whether ``phrase`` is the asked subject, or a pronoun or description of it where its name is not in the text."""
    if wanted and all(w.low in ANYONE for w in wanted):
        return bool(phrase)
    own = _stripped(list(phrase))
    vague = own and own[0].low in ("a", "an", "another") and wanted[0].low == "the" and not wanted[-1].capital
    if vague and len(wanted) < _DISTINCT:
        return False
    if heads_match(wanted, own):
        return True
    if not resolved or not wanted[-1].capital or any(same_word(wanted[-1], w) for w in words):
        return False
    if not own:
        return False
    return own[-1].low in PRONOUNS or (phrase[-len(own)].low in ("the", "both") or own[0].low in ("the", "both", "two"))


def _stripped(phrase: list[Word]) -> list[Word]:
    """A noun phrase without what stands around it: conjunctions, adverbs, "on Monday" in front."""
    own = list(phrase)
    while own:
        first = own[0]
        if first.low in PREPOSITIONS:
            i = 1
            while i < len(own) and (own[i].low in TIME or own[i].low[:1].isdigit() or own[i].low in ("the", "of")):
                i += 1
            if i == 1 or i >= len(own):
                return own if i == 1 else []
            own = own[i:]
        elif first.low in TIME | {"and", "but", "also", "then"} or first.low in BREAKS:
            own = own[1:]
        else:
            break
    return own


def heads_match(wanted: tuple[Word, ...], phrase: list[Word]) -> bool:
    """Whether a noun phrase means ``wanted``: the same head, every word of ``wanted`` in it, and no other owner."""
    goal = [w for w in wanted if w.low not in ARTICLES]
    own = _stripped(list(phrase))
    if not goal or not own:
        return False
    if any(w.low == "and" for w in goal):
        at = next(i for i, w in enumerate(goal) if w.low == "and")
        return heads_match(tuple(goal[:at]), own) and heads_match(tuple(goal[at + 1 :]), own)
    parts: list[list[Word]] = [[]]
    for word in own:
        if word.low in ("and", "or") or ("," in word.gap and parts[-1]):
            parts.append([])
            if word.low in ("and", "or"):
                continue
        parts[-1].append(word)
    inside = next((i for i, part in enumerate(parts) if any(w.low in PREPOSITIONS for w in part)), len(parts))
    return any(_head_matches(goal, part) for part in parts[: inside + 1] if part)


def _head_matches(goal: list[Word], part: list[Word]) -> bool:
    cut = next((i for i, w in enumerate(part) if w.low in PREPOSITIONS and i > 0), len(part))
    front, tail = part[:cut], part[cut:]
    if len(front) > 1 and tail and tail[0].low == "by" and is_finite(front[-1]):
        front = front[:-1]  # "a group led by …"
    aim = next((i for i, w in enumerate(goal) if w.low in PREPOSITIONS and i > 0), len(goal))
    if not front or not goal[:aim]:
        return False
    head = goal[aim - 1]
    while len(front) > 1 and (front[-1].low in TIME or front[-1].low in ADVERBS or front[-1].low.endswith("ly")):
        front = front[:-1]
    if front[-1].low in TITLES and tail and tail[0].low == "of" and len(tail) > 2 and all(w.capital for w in tail[1:]):
        front, tail = (front, tail) if any(same_word(tail[1], w) for w in goal) else (tail[1:], [])
    if not same_word(head, front[-1]):
        acting = front[-1].low in _STATE and len(front) > 1 and front[-2].stem[:4] == head.stem[:4] and len(goal) == 1
        return acting and head.capital and len(front) <= 3
    if front[-1].owner or any(w.low in ARTICLES | AUXILIARIES for w in front[1:]):
        return False
    if any(w.low in OTHERWISE and not any(same_word(w, g) for g in goal) for w in front[:-1]) and not head.capital:
        return False
    for i, word in enumerate(front[:-1]):
        verbal = word.low.endswith(("s", "ed")) or word.low in IRREGULAR_FORMS
        if (
            i
            and verbal
            and not word.capital
            and front[i - 1].capital
            and not front[i - 1].owner
            and front[i + 1].capital
        ):
            return False
    if head.capital:
        first = [w for w in goal[: aim - 1] if w.capital and w.low not in TITLES]
        given = front[-2] if len(front) > 1 else None
        other = given and given.capital and not given.owner and given.low not in TITLES and not given.quoted
        if first and other and given and not any(same_word(given, w) for w in first):
            return False
        extra = [w for w in goal[aim:] if w.capital]
        return all(any(same_word(w, t) for t in tail) for w in extra)
    return all(any(akin(w, t) for t in part) for w in goal if w.low not in PREPOSITIONS)


def phrase_behind(after: list[Word], preposition: str) -> list[Word] | None:
    """The noun phrase behind a preposition."""
    for i, word in enumerate(after):
        if word.low == preposition:
            phrases, _ = object_phrases(after[i + 1 :])
            return phrases[0] if phrases else None
    return None
