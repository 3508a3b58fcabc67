"""Is X for or against it, on somebody's side, in an alliance? — the other words in which an article tells a stance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dateline.rag.english.tokens import stem, wordset
from dateline.rag.rules.asked_deeds import AskedDeed
from dateline.rag.rules.deed_words import Word, words_of

_PRO = frozenset(stem(w) for w in wordset("support back endorse favour favor"))
_CON = frozenset([stem("oppose")])
_FOR = wordset("for behind")
_SIDE = wordset("side")

REFUSED = {
    **dict.fromkeys(_PRO, frozenset(stem(w) for w in wordset("oppose condemn denounce criticise criticize reject"))),
    **dict.fromkeys(_CON, frozenset(stem(w) for w in wordset("support back endorse favour favor welcome"))),
}
"""Verb stem of a stance -> stems of the verbs that tell the contrary one."""


def readings(asked: AskedDeed) -> Iterator[tuple[AskedDeed, bool]]:
    """The stance that ``asked`` asks for in its other words, and whether they can also tell that it is not taken.

    Whoever supports a thing is told to back it; whoever has "called for" it supports it too, but whoever has not
    called for it need not be against it.
    """
    goal = next((ws for p, ws in asked.chunks if p == "" and ws), ())
    if asked.verb == "be" and not goal and len(asked.chunks) == 1:
        preposition, wanted = asked.chunks[0]
        if preposition in _FOR:
            yield from _pro(asked, wanted)
        elif preposition == "against":
            yield from _con(asked, wanted)
        elif preposition == "on" and len(wanted) > 1 and wanted[-1].low in _SIDE:
            yield from _pro(asked, tuple(replace(w, owner=False) for w in wanted[:-1]))
        elif preposition == "in":
            yield replace(asked, chunks=(("", (_word("member"),)), ("of", wanted))), True
    elif asked.verb in _PRO and goal and not asked.passive and len(asked.chunks) == 1:
        yield from _pro(asked, goal)
    elif asked.verb in _CON and goal and not asked.passive and len(asked.chunks) == 1:
        yield from _con(asked, goal)


def _pro(asked: AskedDeed, wanted: tuple[Word, ...]) -> Iterator[tuple[AskedDeed, bool]]:
    for verb in sorted(_PRO):
        yield replace(asked, verb=verb, chunks=(("", wanted),)), True
    yield replace(asked, verb="be", chunks=(("", (_word("ally"),)), ("of", wanted))), False
    for verb in ("welcom", "prais"):
        yield replace(asked, verb=verb, chunks=(("", wanted),)), False
    yield replace(asked, verb="call", chunks=(("for", wanted),)), False
    for verb in ("stress", "underscor", "emphasis", "emphas", "highlight"):
        for noun, preposition in (("importance", "of"), ("need", "for")):
            yield replace(asked, verb=verb, chunks=(("", (_word(noun),)), (preposition, wanted))), False


def _con(asked: AskedDeed, wanted: tuple[Word, ...]) -> Iterator[tuple[AskedDeed, bool]]:
    yield replace(asked, verb="oppos", chunks=(("", wanted),)), True
    for verb in ("condemn", "denounc", "reject"):
        yield replace(asked, verb=verb, chunks=(("", wanted),)), False
    yield replace(asked, verb="warn", chunks=(("against", wanted),)), False


def _word(text: str) -> Word:
    return words_of(text)[0]
