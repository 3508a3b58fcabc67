"""What something is or where it belongs: "X is a Y", "Y X, which …", "X, a Y, …"."""

from __future__ import annotations

from collections.abc import Iterator

from dateline.rag.english.tokens import wordset
from dateline.rag.rules.asked_deeds import AskedDeed
from dateline.rag.rules.deed_roles import Verdict, has_adjunct, same_preposition
from dateline.rag.rules.deed_words import ADVERBS, ARTICLES, BE, HAVE, NOT, PREPOSITIONS, Word, akin, same_word
from dateline.rag.rules.noun_phrases import OTHERWISE, clause_after, heads_match, object_phrases, same_subject
from dateline.rag.rules.told_deeds import HARDLY, framing, subject_before, told_deed

_KEPT = wordset("remain remains remained stay stayed stays became becomes")


def being(asked: AskedDeed, words: list[Word], resolved: bool) -> Iterator[Verdict]:
    """Read "X is a Y", "Y X, which …", "X, a Y, …": what something is called, and where it belongs."""
    goal = tuple(w for p, ws in asked.chunks if p == "" for w in ws)
    others = [(p, ws) for p, ws in asked.chunks if p]
    for at, word in enumerate(words):
        perfect = word.low == "been" and at > 0 and any(w.low in HAVE for w in words[max(0, at - 3) : at])
        if word.quoted or word.low not in BE | _KEPT or (word.low in ("be", "been", "being", "am") and not perfect):
            continue
        told = told_deed(words, at)
        if (
            told is None
            or told.manner not in ("past", "present")
            or not same_subject(asked.subject, told.subject, words, resolved)
        ):
            continue
        after = clause_after(words, at + 1)
        denied = told.denied
        while after and after[0].low in NOT | ADVERBS | {"no", "been"}:
            denied = denied != (after[0].low in NOT | {"no"})
            after = after[1:]
        past = word.low in ("was", "were", "wasn't", "weren't")
        if past and asked.tense == "present" and framing(words, _subject_start(words, at)) != "said":
            continue
        if goal:
            phrases, reach = object_phrases(after)
            if not phrases:
                continue
            cut = next((i for i, w in enumerate(after[:reach]) if w.low in PREPOSITIONS), reach)
            if not _predicate(goal, after[:cut] if cut < reach else phrases[0]):
                continue
            rest = after[cut:]
            if not all(has_adjunct(p, ws, rest, told, words) for p, ws in others):
                continue
        elif not others or not _placed(others, after, words, at):
            continue
        yield "no" if denied else "yes"
    if goal and asked.tense == "present" and (not others or [p for p, _ in others] == ["of"]):
        owner = others[0][1] if others else ()  # "a member of the guild" is said as "a guild member" too
        yield from _apposed(asked.subject, (*owner, *goal), words)


def _subject_start(words: list[Word], at: int) -> int:
    found = subject_before(words, at)
    return found[1] if found else 0


def _predicate(goal: tuple[Word, ...], phrase: list[Word]) -> bool:
    """Whether what is said of something is what was asked: the same last word, and all others."""
    own = [w for w in phrase if w.low not in ARTICLES and w.low not in ADVERBS]
    if not own or any(w.low in ("potential", "likely", "future") for w in own):
        return False
    if any(w.low in OTHERWISE | HARDLY and not any(same_word(w, g) for g in goal) for w in own):
        return False
    return same_word(goal[-1], own[-1]) and all(any(akin(w, o) for o in own) for w in goal)


def _placed(others: list[tuple[str, tuple[Word, ...]]], after: list[Word], words: list[Word], at: int) -> bool:
    """Whether "among the countries that voted against …" is said word for word right behind the verb."""
    stems = {w.stem for w in words[at + 1 :]}
    first = others[0]
    if not after or not same_preposition(first[0], after[0].low):
        return False
    phrases, _ = object_phrases(after[1:])
    wanted = first[1]
    if not phrases or not any(heads_match(wanted[:n], phrases[0]) for n in range(1, len(wanted) + 1)):
        return False
    return all(w.stem in stems for _, ws in others for w in ws) and all(
        any(same_preposition(p, w.low) for w in words[at + 1 :]) for p, _ in others
    )


def _apposed(subject: tuple[Word, ...], goal: tuple[Word, ...], words: list[Word]) -> Iterator[Verdict]:
    """Read "NATO member X" and "X, a NATO member,"."""
    head = subject[-1]
    size = len(goal)
    for at, word in enumerate(words):
        if word.quoted or not head.capital or not same_word(head, word) or word.owner:
            continue
        front = words[max(0, at - size - len(subject) + 1) : at]
        before = front[:size] if len(subject) > 1 else front
        if len(before) == size and all(same_word(a, b) for a, b in zip(goal, before, strict=True)):
            lead = words[at - size - len(subject)] if at > size + len(subject) - 1 else None
            if lead is None or lead.low not in ("former", "not", "non", "ex", "and"):
                yield "yes"
        behind = words[at + 1 : at + 2 + size]
        opens = len(behind) == size + 1 and "," in behind[0].gap and behind[0].low in ("a", "an")
        if opens and all(same_word(a, b) for a, b in zip(goal, behind[1:], strict=True)):
            yield "yes"
