"""The asked deed against a told one: whether all that take part stand in their roles, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from dateline.rag.english.tokens import wordset
from dateline.rag.rules.asked_deeds import AskedDeed
from dateline.rag.rules.deed_words import ARTICLES, PARTICLES, PREPOSITIONS, SYMMETRIC, TIME, Word, akin, same_word
from dateline.rag.rules.noun_phrases import (
    any_fits,
    clause_after,
    heads_match,
    object_phrases,
    phrase_behind,
    same_subject,
)
from dateline.rag.rules.told_deeds import ToldDeed

Verdict = Literal["yes", "no", "planned", "hedged", "open", "changed"]

_SAME_PREPOSITION = [
    wordset("in at on inside within"),
    wordset("about over on concerning regarding"),
    wordset("with to"),
    wordset("to towards toward"),
    wordset("during in amid"),
]

_SLACK = wordset("against about over concerning regarding on")


def weigh(
    asked: AskedDeed, told: ToldDeed, words: list[Word], behind: int, resolved: bool, *, flipped: bool = False
) -> Iterator[Verdict]:
    """The verdict of a verb told as ``told`` with ``words[behind:]`` after it."""
    goal = [w for p, ws in asked.chunks if p == "" for w in ws]
    others = [(p, ws) for p, ws in asked.chunks if p]
    after = clause_after(words, behind)
    if (goal[0].low if goal and goal[0].low in PARTICLES else "") != (
        after[0].low if after and after[0].low in PARTICLES else ""
    ):
        return
    if after and after[0].low in PARTICLES:
        goal, after = goal[1:], after[1:]
    turned = _turned(others, after)
    denied = told.denied != turned
    passive = told.passive and not flipped
    if asked.passive == passive:
        if asked.verb in SYMMETRIC and _exchanged(asked, told, after, words, resolved):
            others = [(p, ws) for p, ws in others if p not in ("with", "to")]
            goal = []
        elif not same_subject(asked.subject, told.subject, words, resolved) and not _beside(asked.subject, after):
            return
        objects, _ = object_phrases(after)
        if goal and not any_fits(tuple(goal), objects):
            return
    elif asked.passive and not passive:
        objects, _ = object_phrases(after)
        if not any_fits(asked.subject, objects):
            return
        by = [ws for p, ws in others if p == "by"]
        if by and not same_subject(by[0], told.subject, words, resolved):
            return
        others = [(p, ws) for p, ws in others if p != "by"]
    else:
        actor = phrase_behind(after, "by")
        if actor is None or not heads_match(asked.subject, actor) or not heads_match(tuple(goal), list(told.subject)):
            return
    if any(w.low == "no" for w in after[:2]):
        denied = not denied
    for preposition, wanted in others if told.manner != "open" else ():
        if turned and preposition in ("for", "against"):
            continue
        if not has_adjunct(preposition, wanted, after, told, words):
            return
    verdict = in_tense(asked, told, denied)
    if verdict is not None:
        yield verdict


def in_tense(asked: AskedDeed, told: ToldDeed, denied: bool) -> Verdict | None:
    """What a deed told in a manner says to a question in a tense."""
    answer: Verdict = "no" if denied else "yes"
    if told.manner == "open":
        return "open"
    if told.manner == "hedged":
        return "hedged"
    if asked.tense == "modal":
        return answer if told.modal.removesuffix("n't") == asked.modal else None
    if asked.tense == "future":
        return answer if told.manner == "future" else None
    if told.manner == "future":
        return None if denied else "planned"
    if told.manner == "modal" or (asked.tense == "present" and told.manner == "past" and not told.lasting):
        return None
    return answer


def _beside(subject: tuple[Word, ...], after: list[Word]) -> bool:
    """Whether ``subject`` did the same as the subject told of: "alongside India and China"."""
    for i, word in enumerate(after):
        if word.low == "alongside" or (word.low == "with" and i and after[i - 1].low in ("along", "together")):
            phrases, _ = object_phrases(after[i + 1 :])
            return any(heads_match(subject, phrase) for phrase in phrases)
    return False


def same_preposition(one: str, other: str) -> bool:
    """Whether two prepositions can lead to the same: "about" and "over"."""
    return one == other or any(one in group and other in group for group in _SAME_PREPOSITION)


def has_adjunct(
    preposition: str, wanted: tuple[Word, ...], after: list[Word], told: ToldDeed, words: list[Word]
) -> bool:
    """Whether "with X", "in Oslo" of the question is in the clause, in front of the verb, or left to the reader."""
    if not wanted:
        return any(same_preposition(preposition, w.low) for w in after)
    for i, word in enumerate(after):
        if same_preposition(preposition, word.low) and not (i and after[i - 1].low == "not"):
            phrases, _ = object_phrases(after[i + 1 :])
            if any(heads_match(wanted, p) for p in phrases):
                return True
            if preposition in ("in", "on", "at") and phrases and _begins(wanted, phrases[0]):
                return True
            if preposition == "to" and any(same_word(wanted[0], w) for w in after[i + 1 : i + 2]):
                return all(any(akin(w, t) for t in after[i + 1 :]) for w in wanted)
            if preposition in ("with", "to", "against", "from", "by"):
                return False
    if all(w.low in TIME or w.low[:1].isdigit() for w in wanted):
        said = [
            [v.stem for v in words[i + 1 : i + 2 + len(wanted)]] for i, w in enumerate(words) if w.low == preposition
        ]
        return any(all(w.stem in stems for w in wanted) for stems in said)
    opened = words[: len(words) - len(after)]
    if preposition in ("in", "on", "at") and opened and same_preposition(preposition, opened[0].low):
        phrases, _ = object_phrases(opened[1:4])
        if phrases and heads_match(wanted, phrases[0]) and len(opened) > 2:
            return True
    slot = any(w.low in _SLACK | PREPOSITIONS for w in after)
    return (
        preposition in _SLACK and not slot and all(any(same_word(w, t) and not t.quoted for t in words) for w in wanted)
    )


def _begins(wanted: tuple[Word, ...], phrase: list[Word]) -> bool:
    """Whether a phrase opens with the place asked about: "the Middle East waters" are in the Middle East."""
    own = [w for w in phrase if w.low not in ARTICLES]
    goal = [w for w in wanted if w.low not in ARTICLES]
    named = all(w.capital for w in goal) and len(own) > len(goal) and not own[len(goal)].capital
    return named and all(same_word(a, b) for a, b in zip(goal, own, strict=False))


def _turned(others: list[tuple[str, tuple[Word, ...]]], after: list[Word]) -> bool:
    """Whether the sentence tells "against" where "for" is asked, or the other way round."""
    asked = {p for p, _ in others} & {"for", "against"}
    have = next((w.low for w in after if w.low in ("for", "against")), "")
    if not asked or not have or have in asked:
        return False
    wanted = next(ws for p, ws in others if p in asked)
    said = phrase_behind(after, have)
    return said is not None and heads_match(wanted, said)


def _exchanged(asked: AskedDeed, told: ToldDeed, after: list[Word], words: list[Word], resolved: bool) -> bool:
    """Whether a deed that holds both ways is told with subject and partner exchanged, or of both as subject."""
    partner = next((ws for p, ws in asked.chunks if p in ("with", "to", "") and ws), None)
    if partner is None:
        return False
    if heads_match(asked.subject, list(told.subject)) and heads_match(partner, list(told.subject)):
        return True
    if not same_subject(partner, told.subject, words, resolved):
        return False
    said = phrase_behind(after, "with") or phrase_behind(after, "to")
    direct, _ = object_phrases(after)
    return bool((said and heads_match(asked.subject, said)) or any(heads_match(asked.subject, d) for d in direct))
