"""Who did it: where the one who does a deed stands in a sentence, and which words can be somebody who does one."""

from __future__ import annotations

import re
from functools import lru_cache

from dateline.rag.english.tokens import IRREGULAR_FORMS, Token, content_stems, stem, tokens, wordset
from dateline.rag.question.analysis import Question, defines_role
from dateline.rag.rules.deed_words import ADVERBS, AUXILIARIES, BE, BREAKS, MEANINGS

_DOER = re.compile(
    r"who\s+(?:(?:has|have|had|will|would|also|else|first|just|\w+ly)\s+)*(?P<verb>(?!is\b|was\b|are\b|were\b|did\b|does\b|do\b|am\b)[a-z]+)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"when\s+(?:did|does|do|will|has|have|had)\s+(?P<who>.+?)\s+(?P<verb>[a-z]+)[\s?.!]*$", re.IGNORECASE
)
_OWNER = re.compile(r"[\w-]+['’]s\b")
_HE = re.compile(r"\b(?:he|she|it|they)\b", re.IGNORECASE)
_OBJECT = re.compile(
    r"\s+(?!(?:in|on|at|to|for|with|by|from|of|about|against|over|after|before|as|than|that|what|it|him|her|them|up|out|off"
    r"|down|back|away)\b)(?:(?!(?:in|on|at|to|for|with|by|from|of|about|against|over|after|before|as|than|that|who|which|when"
    r"|while|and|but|or)\b)[\w’'&-]+\s*)+",
    re.IGNORECASE,
)
_BY = re.compile(r"\bby\s+")
_FROM = re.compile(r"\s+(?:from|by)\s+")
"""What leads from a deed told by a noun to its doer: "a call from", "the visit by"."""
_AGENT = re.compile(r"[eo]rs?$")
_NAMED = re.compile(r",?\s+(?=(?:[\w-]+\s){0,3}[A-Z])")
"""What leads from a noun for who does it to the name: "the manufacturer, Belgian company Northpharm"."""
_END = re.compile(r"[,;:.()—“”\"]|\s(?:and|but|that|which|who|while|when|after|before|as|because)\s")
_PLACED = wordset("in at on near via through during under over into across around outside inside within against onto")
"""Prepositions behind which nobody stands who acts."""
_SOURCE = re.compile(r"\baccording to\s+(?:[\w’'.-]+\s+){0,5}$", re.IGNORECASE)
"""What stands before whoever tells of a deed."""
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
_COLLECTIVES = wordset(
    """
    police army navy government parliament crowd gang mob family couple crew majority coalition alliance militia
    congress senate council court jury staff media press public troops people men women children researchers
    """
)
"""Nouns, beside names and roles, that act."""
_NO_SUBJECT = wordset("to the a an his her its their of this that")
"""Words right behind which no verb stands."""
_COUNTS = wordset("two three four five six seven eight nine ten several many some")
_OF_A_NOUN = wordset("on against of by")
"""What follows "attacks" where it is a noun."""
_NO_NOUN = re.compile(r"(?:ing|ly)$")


def deed(question: Question) -> str:
    """The stem of the verb in "who attacked …?"; "" where the question asks for no doer."""
    match = _DOER.search(question.text) if question.kind == "who" else None
    return stem(match.group("verb")) if match else ""


@lru_cache(maxsize=1_024)
def doers(text: str, verb: str) -> tuple[tuple[int, int], ...]:
    """Where, in a sentence, those stand who do the deed ``verb`` (a stem): in front of it, or behind "by"."""
    sequence = tokens(text)
    quotes = [m.span() for m in _QUOTED.finditer(text)]
    meant = next((m for m in MEANINGS if verb in m), frozenset([verb]))
    found = []
    for at, word in enumerate(sequence):
        if word.stem not in meant or word.capital or any(a <= word.start < b for a, b in quotes):
            continue
        first = at
        while (
            first and _helps(sequence[first - 1]) and "," not in text[sequence[first - 1].end : sequence[first].start]
        ):
            first -= 1
        group = {w.text.casefold() for w in sequence[first:at]}
        if not _verbal(sequence, first, at, text, helped=bool(group & AUXILIARIES)):
            behind = _FROM.match(text, word.end) or (_NAMED.match(text, word.end) if _AGENT.search(word.text) else None)
            if behind:
                found.append((behind.end(), _end(text, behind.end())))
            continue
        by = _BY.search(text, word.end, word.end + 60)
        if group & BE and not word.text.endswith("ing"):
            if by:
                found.append((by.end(), _end(text, by.end())))
        elif by and by.start() - word.end < 2:
            found.append((by.end(), _end(text, by.end())))
        elif first and not (first == at and _reduced(text, sequence, at)):
            found.append((_opening(text, sequence, first), sequence[first].start))
    return tuple(span for span in found if span[0] < span[1])


def _reduced(text: str, sequence: tuple[Token, ...], at: int) -> bool:
    """Whether a participle behind a comma only describes what stands before it: "the bridge, built in 1957,"."""
    gap = text[sequence[at - 1].end : sequence[at].start]
    behind = sequence[at + 1].text.casefold() if at + 1 < len(sequence) else ""
    inserted = text[: sequence[at - 1].end].count(",") > 0
    return "," in gap and not inserted and behind in _PLACED | {"by", "from", "for", "with", "of", "as", ""}


def told_of_another(question: Question, text: str) -> bool:
    """Whether a sentence tells the deed asked about, but of another, or done to something else.

    "When did Ada die?" is not answered by "her father died in 1952", nor "who won the cup?" by "Arlen won the group".
    """
    if question.kind == "when":
        asks = _WHEN.match(question.text)
        if asks is None or not question.names:
            return False
        subject = content_stems(asks["who"])
        by = [_OWNER.sub("", text[a:b]) for a, b in doers(text, stem(asks["verb"]))]
        others = [who for who in by if not _HE.search(who)]
        return bool(others) and not any(subject & content_stems(who) for who in others)
    verb = deed(question)
    asked = _DOER.search(question.text)
    if not verb or asked is None or not doers(text, verb):
        return False
    wanted = content_stems(_phrase(question.text[asked.end("verb") :]))
    meant = next((m for m in MEANINGS if verb in m), frozenset([verb]))
    told = [content_stems(_phrase(text[w.end :])) for w in tokens(text) if w.stem in meant and not w.capital]
    return bool(wanted) and bool(told) and all(found and not found & wanted for found in told)


def _phrase(text: str) -> str:
    """The noun phrase that follows a verb; "" where a preposition, a pronoun or nothing does."""
    match = _OBJECT.match(text)
    return match[0] if match else ""


def somebody(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` can be who is asked for: it does not open with "saying", nor is it one such word."""
    words = tokens(text[start:end])
    return bool(words) and not (
        (not words[0].capital or (len(words) == 1 and start < 2)) and _NO_NOUN.search(words[0].text)
    )


def may_act(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` can be somebody who does something: a name, a role, a body or a plural, not a place."""
    words = tokens(text[start:end])
    if not words:
        return False
    lead = tokens(text[:start])[-2:]
    led = (
        lead[-2 if lead and lead[-1].text.casefold() == "the" and len(lead) > 1 else -1].text.casefold() if lead else ""
    )
    if (
        led in _PLACED
        or _SOURCE.search(text[:start])
        or any(a < start and end < b for a, b in (m.span() for m in _QUOTED.finditer(text)))
    ):
        return False
    return any(w.capital or defines_role(w) or w.text.casefold() in _COLLECTIVES or w.text.endswith("s") for w in words)


def _helps(word: Token) -> bool:
    low = word.text.casefold()
    return low in AUXILIARIES | ADVERBS or (low.endswith("ly") and not word.capital)


def _verbal(sequence: tuple[Token, ...], first: int, at: int, text: str, *, helped: bool) -> bool:
    """Whether a word tells the deed as a verb: no noun ("the attack on"), no infinitive, no participle before a noun."""
    low = sequence[at].text.casefold()
    before = sequence[first - 1] if first else None
    lead = before.text.casefold() if before else ""
    if lead in _COUNTS and first > 1:  # "the bodies of four badly burnt dogs"
        lead = sequence[first - 2].text.casefold()
    owned = before is not None and text[before.end : before.end + 1] in ("’", "'")
    if not helped and (lead in _NO_SUBJECT or owned):
        return False
    behind = sequence[at + 1].text.casefold() if at + 1 < len(sequence) else ""
    named = low.endswith("s") and low not in IRREGULAR_FORMS and behind in _OF_A_NOUN
    return helped or low.endswith("ed") or low in IRREGULAR_FORMS or (low.endswith("s") and bool(before) and not named)


def _opening(text: str, sequence: tuple[Token, ...], first: int) -> int:
    """Where the subject in front of a verb begins: behind the punctuation or conjunction before it, insertions skipped."""
    at = sequence[first].start
    if text[:at].rstrip().endswith(","):  # "Ann Lee, 43, has won": the subject is in front of the insertion
        comma = text.rfind(",", 0, text[:at].rstrip().rfind(","))
        at = comma if comma > 0 else 0
        return _front(text, at) if at else 0
    if sequence[first - 1].text.casefold() in ("who", "which", "that"):
        before = text[: sequence[first - 1].start].rstrip(" ,")
        return _front(text, len(before))
    return _front(text, at)


def subject_start(text: str, at: int) -> int:
    """Where the subject begins that ends right before the verb at ``at``: insertions skipped."""
    sequence = tokens(text)
    before = sum(word.end <= at for word in sequence)
    return _opening(text, sequence, before) if 0 < before < len(sequence) else 0


def _front(text: str, at: int) -> int:
    opened = 0
    for match in re.finditer(r"[,;:()—“”\"]\s*|\s(?:and|but|that|while|when|after|before|because|as)\s", text[:at]):
        if match.group().strip() in BREAKS | {"but"} or not match.group().strip().isalpha():
            opened = match.end()
    return opened


def _end(text: str, start: int) -> int:
    match = _END.search(text, start)
    return match.start() if match else len(text)
