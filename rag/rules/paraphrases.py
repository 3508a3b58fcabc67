"""The same deed in other words: "held talks with", "received a call from", "no deaths were reported"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dateline.rag.english.tokens import wordset
from dateline.rag.rules.asked_deeds import AskedDeed
from dateline.rag.rules.deed_roles import Verdict, has_adjunct, in_tense, weigh
from dateline.rag.rules.deed_words import (
    ADVERBS,
    AUXILIARIES,
    BE,
    MODALS,
    NOT,
    NOUNS,
    SYMMETRIC,
    Word,
    is_content,
    is_finite,
    is_participle,
    same_word,
)
from dateline.rag.rules.noun_phrases import clause_after, heads_match, object_phrases, phrase_behind, same_subject
from dateline.rag.rules.told_deeds import framing, told_deed

_SEEN = wordset("find report record see observ detect")
LIGHT = wordset(
    "hold have has had held holding pay paid launch launched launches made make carried express expressed conducted staged gave"
)


def light_verb(asked: AskedDeed, words: list[Word], at: int, resolved: bool) -> Iterator[Verdict]:
    """Read "held talks with X", "launched an attack on X", "paid a visit to X"."""
    after = words[at + 1 :]
    phrases, reach = object_phrases(clause_after(words, at + 1))
    if not phrases or phrases[0][-1].stem not in NOUNS[asked.verb] or asked.passive:
        return
    told = told_deed(words, at)
    if told is None or told.passive or reach >= len(after):
        return
    none = any(w.low == "no" for w in phrases[0])
    yield from weigh(_indirect(asked), replace(told, denied=told.denied != none), words, at + 1 + reach, resolved)


def _indirect(asked: AskedDeed) -> AskedDeed:
    """The question with its object behind a preposition, as a noun takes it."""
    link = {"attack": "on", "strike": "on", "meet": "with"}.get(asked.verb, "to")
    return replace(asked, chunks=tuple((p or link, ws) for p, ws in asked.chunks))


def underway(asked: AskedDeed, words: list[Word], at: int) -> Iterator[Verdict]:
    """Read "while on a visit to X", said of the subject right before it."""
    if [w.low for w in words[at + 1 : at + 2]] not in (["a"], ["an"]) or at + 3 >= len(words):
        return
    if words[at + 2].stem not in NOUNS[asked.verb] or asked.passive or at < 2 or words[at - 1].low != "while":
        return
    for verb in range(at - 2, 0, -1):
        if is_finite(words[verb]) and not words[verb].quoted:
            told = told_deed(words, verb)
            if told is not None and told.manner == "past" and not told.denied:
                yield from weigh(_indirect(asked), replace(told, passive=False), words, at + 3, False)
            return


def received(asked: AskedDeed, words: list[Word], at: int, resolved: bool) -> Iterator[Verdict]:
    """Read "X received a call from Y": Y called X, and the two spoke."""
    after = clause_after(words, at + 1)
    phrases, reach = object_phrases(after)
    caller = phrase_behind(after[reach:], "from")
    if not phrases or phrases[0][-1].stem != "call" or caller is None or asked.passive:
        return
    told = told_deed(words, at)
    partner = next((ws for p, ws in asked.chunks if ws), ())
    if told is None or told.passive or not partner:
        return
    pairs = [(asked.subject, partner)] + ([(partner, asked.subject)] if asked.verb in SYMMETRIC else [])
    if any(heads_match(a, caller) and same_subject(b, told.subject, words, resolved) for a, b in pairs):
        said = in_tense(asked, told, told.denied)
        if said is not None:
            yield said


def hosted(asked: AskedDeed, words: list[Word], at: int) -> Iterator[Verdict]:
    """Something takes place where it is held or hosted."""
    told = told_deed(words, at) if words[at].low != "host" or words[at - 1].low == "to" else None
    if told is None:
        return
    if asked.verb == "take" and not any(w.low == "place" for p, ws in asked.chunks if p == "" for w in ws):
        return
    places = [(p, ws) for p, ws in asked.chunks if p]
    after = clause_after(words, at + 1)
    held = list(told.subject) if told.passive else after
    head = next((w for w in asked.subject if is_content(w)), None)
    if head is None or not all(any(same_word(w, h) for h in held) for w in asked.subject if is_content(w)):
        return
    if all(has_adjunct(p, ws, after, told, words) for p, ws in places):
        said = in_tense(asked, told, told.denied)
        if said is not None:
            yield said


def nobody(asked: AskedDeed, words: list[Word]) -> Iterator[Verdict]:
    """Read "No deaths were reported", "nobody was hurt" where "anyone" is asked about."""
    nouns = {"die": ("death", "fatal", "casualti"), "kill": ("death", "fatal", "casualti"), "hurt": ("injuri", "casualti"),
             "injur": ("injuri", "casualti")}.get(asked.verb, ())  # fmt: skip
    for i, word in enumerate(words[:-1]):
        if word.low != "no" or words[i + 1].stem not in nouns or word.quoted:
            continue
        if i and words[i - 1].low in AUXILIARIES | {"been"} and "there" not in [w.low for w in words[:i]]:
            continue
        if not any(w.stem in ("report", "record") or w.low == "there" for w in words):
            continue
        if any(w.low in MODALS for w in words) or framing(words, i) in ("none", "open", "denied", "hedged"):
            continue
        yield "no"


def none_found(asked: AskedDeed, words: list[Word]) -> Iterator[Verdict]:
    """Read "No serious side effects were found" where it is asked whether there are any."""
    wanted = next((ws for p, ws in asked.chunks if p == "" and ws), ())
    for at, word in enumerate(words[:-2]):
        if word.low != "no" or word.quoted or not wanted or framing(words, at) not in ("", "said"):
            continue
        phrases, _ = object_phrases(clause_after(words, at + 1))
        seen = [w.stem for w in words[at + 1 : at + 10] if is_participle(w)]
        if (
            phrases
            and heads_match(wanted, phrases[0])
            and set(seen) & _SEEN
            and not any(w.low in MODALS for w in words)
        ):
            yield "no"


def existence(asked: AskedDeed, words: list[Word]) -> Iterator[Verdict]:
    """Read "There were blackouts", "there had been no blackouts"."""
    wanted = next((ws for p, ws in asked.chunks if p == ""), ())
    for at, word in enumerate(words):
        if word.low != "there" or word.quoted or not wanted:
            continue
        i = at + 1
        while i < len(words) and words[i].low in AUXILIARIES | NOT | ADVERBS:
            i += 1
        group = [w.low for w in words[at + 1 : i]]
        governed = framing(words, at)
        if not set(group) & BE or set(group) & MODALS or governed not in ("", "said"):
            continue
        phrases, _ = object_phrases(clause_after(words, i))
        if not phrases or not heads_match(wanted, phrases[0]):
            continue
        none = phrases[0][0].low == "no" or any(w in NOT or w.endswith("n't") for w in group)
        if none or all(any(same_word(w, t) for t in words) for p, ws in asked.chunks if p for w in ws):
            yield "no" if none else "yes"
