"""Did X …? — what one sentence says to a yes/no question.

A verdict is given only where a sentence tells of the asked deed itself: its verb (or a phrase that means the same)
with the asked subject and object in their roles, outside quotation marks, told as fact in a tense that fits. The
reading is made at function words and word forms, without a parser; whatever it cannot place gives no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from dateline.rag.english.tokens import Token, tokens, wordset
from dateline.rag.question.analysis import Question
from dateline.rag.rules.asked_deeds import AskedDeed, asked_deeds
from dateline.rag.rules.deed_roles import Verdict, weigh
from dateline.rag.rules.deed_words import (
    ADVERBS,
    ANYONE,
    BE,
    CLAIMED,
    MEANINGS,
    NOT,
    NOUNS,
    OPPOSITES,
    SYMMETRIC,
    Word,
    is_participle,
    words_of,
)
from dateline.rag.rules.paraphrases import LIGHT, existence, hosted, light_verb, nobody, none_found, received, underway
from dateline.rag.rules.predicates import being
from dateline.rag.rules.stances import REFUSED, readings
from dateline.rag.rules.told_deeds import told_deed

_DENIES = re.compile(r"\w+n[’']t\b|(?:\S+\s+){1,6}?not\b", re.IGNORECASE)

_ONCE = wordset("until once formerly initially previously originally")
"""Words of a stance that may have been given up."""

LEADS_DENIED: dict[Verdict | None, str] = {
    "yes": "**Yes, it is reported so.**",
    "no": "**No, it is reported not to be so.**",
}
"""The words for a question that denies itself ("Did she not resign?"), where a mere yes or no means either."""

LEADS: dict[Verdict | None, str] = {
    "yes": "**Yes.**",
    "no": "**No.**",
    "planned": "**Planned or expected, not reported as done.**",
    "hedged": "**Reported as possible, not as fact.**",
    "open": "**Left open.**",
    "changed": "**Planned at first, then changed.**",
}
"""The words a verdict is given in."""


def lead(asked: Question, said: Verdict | None) -> str:
    """The words in which the verdict ``said`` on ``asked`` is given."""
    return LEADS_DENIED.get(said, LEADS[said]) if _DENIES.match(asked.text) else LEADS[said]


def holds(asked: Question, text: str) -> float:
    """The share of the question's terms that ``text`` has; "Iranian" counts for "Iran"."""
    have = tokens(text)
    return sum(any(_meets(term, word) for word in have) for term in asked.terms) / max(1, len(asked.terms))


def names_held(asked: Question, text: str) -> bool:
    """Whether every name of the question is in ``text``, at least by its last word."""
    have = tokens(text)
    return all(any(_meets(tokens(name)[-1].stem, word) for word in have) for name in asked.names)


def verdict(asked: Question, text: str, *, resolved: bool = False) -> Verdict | None:
    """What ``text``, one sentence or clause, says to ``asked``; None where it does not tell of the very deed.

    A name of the question that is not in ``text`` may be meant by a pronoun or description there only if this is
    known (``resolved``), or if the question has several names: callers that resolve references pass clauses in which
    all names take part.
    """
    if text.rstrip(' ”"').endswith("?"):
        return None
    words = words_of(text)
    claimed = any(w.low in CLAIMED for w in words[-3:])
    found: set[Verdict] = set()
    for reading in asked_deeds(asked):
        both = resolved or len(asked.names) > 1
        for said in chain(_said(reading, words, both), _stance(reading, words, both)):
            found.add("hedged" if claimed and said in ("yes", "no") else said)
    if {"yes", "no"} <= found:
        return None
    order: tuple[Verdict, ...] = ("yes", "no", "planned", "hedged", "open")
    return next((v for v in order if v in found), None)


def _stance(asked: AskedDeed, words: list[Word], resolved: bool) -> Iterator[Verdict]:
    """The verdict on whether somebody is for or against a thing, which a sentence may tell in other words."""
    if asked.tense == "present" and any(w.low in _ONCE for w in words):
        return
    now = replace(asked, tense="past") if asked.tense == "present" else asked  # a stance once taken is held
    for other, also_denied in readings(now):
        for said in _said(replace(other, tense=asked.tense) if other.verb == "be" else other, words, resolved):
            if also_denied or said in ("yes", "hedged"):
                yield said


def _said(asked: AskedDeed, words: list[Word], resolved: bool) -> Iterator[Verdict]:
    """The verdict of every place in the sentence that tells of the deed with its subject and object in their roles."""
    if asked.verb == "there":
        yield from existence(asked, words)
        return
    if asked.verb == "be":
        yield from being(asked, words, resolved)
        return
    if asked.subject and all(w.low in ANYONE for w in asked.subject):
        yield from nobody(asked, words)
    if asked.verb in ("have", "caus", "there", "find"):
        yield from none_found(asked, words)
    held = asked.verb == "hold" and asked.passive
    meanings = next((m for m in MEANINGS if asked.verb in m), frozenset([asked.verb]))
    for at, word in enumerate(words):
        if word.quoted or (word.capital and at > 0):
            continue
        owned = asked.verb == "have" and word.low in ("has", "have", "had")
        if (
            owned
            and at + 1 < len(words)
            and (is_participle(words[at + 1]) or words[at + 1].low in NOT | {"been", "to"})
        ):
            continue
        if word.stem in meanings or owned or (asked.verb == "die" and word.stem == "kill"):
            told = told_deed(words, at)
            if told is None:
                continue
            flipped = asked.verb == "die" and word.stem == "kill"
            if flipped and not told.passive:
                continue
            yield from weigh(asked, told, words, at + 1, resolved, flipped=flipped)
        elif word.stem in OPPOSITES.get(asked.verb, frozenset()) | REFUSED.get(asked.verb, frozenset()):
            told = told_deed(words, at)
            if told is not None and not told.denied:
                yield from weigh(asked, replace(told, denied=True), words, at + 1, resolved)
        elif word.low in LIGHT and asked.verb in NOUNS:
            yield from light_verb(asked, words, at, resolved)
        elif word.low in ("on", "during") and asked.verb in NOUNS:
            yield from underway(asked, words, at)
        elif word.low == "contact" and asked.verb in SYMMETRIC and at > 1 and words[at - 1].low == "in":
            be = next((i for i in range(at - 2, -1, -1) if words[i].low not in NOT | ADVERBS), 0)
            told = told_deed(words, be) if words[be].low in BE else None
            if told is not None:
                denied = told.denied != any(w.low in NOT for w in words[be:at])
                contact = replace(told, denied=denied, passive=False)
                met = replace(asked, chunks=tuple((p or "with", ws) for p, ws in asked.chunks))
                if denied or asked.verb != "meet":  # whoever had no contact did not meet; not the other way round
                    yield from weigh(met, contact, words, at + 1, resolved)
        elif word.low in ("receiv", "received", "receives") and asked.verb in ("call", "phone", "speak", "talk"):
            yield from received(asked, words, at, resolved)
        elif word.low in ("held", "host", "hosted", "hosts") and (asked.verb == "take" or held):
            yield from hosted(asked, words, at)


def _meets(term: str, word: Token) -> bool:
    """Whether ``word`` is ``term``, means the same, or is its demonym or inhabitant."""
    if term == word.stem or any(term in group and word.stem in group for group in MEANINGS):
        return True
    return word.stem in NOUNS.get(term, ()) or (word.capital and len(term) > 3 and word.stem[:4] == term[:4])
