"""An article read clause by clause: who takes part in each, and whether it is told as done, planned or denied.

A clause is the stretch in which two names can stand in one relation: "Dar spoke with Araghchi, while
Sharif spoke with Pezeshkian" are two. The cuts are made at punctuation and function words, without a parser.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from dateline.index.documents import Document
from dateline.index.prose.chunking import evidence_sentences
from dateline.rag.english.people import Mention, full_names, mentions, name_words, same_name
from dateline.rag.english.tokens import stem, tokens, wordset
from dateline.rag.evidence.captions import is_caption

Modality = Literal["actual", "planned", "denied", "hedged"]

_SAID = r"(?:said|says|say|told|added|adding|stated|stating|noted|noting|announced|reported|reports|confirmed|claimed|according)"
_TOLD = rf"(?<!not\s)(?<!n[’']t\s)(?!claimed){_SAID}"
"""What is said so, is told as fact; what is claimed or not said stays with the words that say so."""
_CUT = re.compile(
    r"\s*;\s+"
    r"|,?\s+(?=(?:while|whereas|although|though|after which|during which|in which|at which|with whom|following which)\b)"
    r"|,\s+(?=(?:when|where|who|which|whose|whom|but|with the|adding|saying|warning|calling|as|after|before)\b)"
    r"|\s+(?=(?:when|after|before)\s+(?:he|she|they|it|the|[A-Z]))"
    r"|,?\s+and\s+(?=(?:\w+ly\s+)?(?:\w{3,}ed|said|told|made|gave|took|met|held|spoke|went|won|had|has|was|were|is|are|will|agreed)\b)"
    r"|,?\s+and\s+(?=(?:that\s+)?(?:he|she|they|it)\s)"
    rf"|(?<=\s){_TOLD}\s+(?=that\b)"
    rf"|\b(?<=\s){_TOLD},?\s+(?=(?:the|he|she|they|it|[A-Z]\w+(?:\s+[A-Z]\w+)*\s+(?:had|has|was|is|would|will))\b)"
    rf"|,\s+(?=(?:according\s+to|(?:[A-Z’'\w]+\s+){{1,8}}(?!claimed){_SAID})\b[^,]{{0,60}}[.,]?$)"
    r"|(?<=[”\"])\s+(?=[A-Z])|,\s+(?=[“\"])"
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_NEGATED = re.compile(
    r"\b(?:not|never|nor|neither|cannot|without|no longer|no contact|refused to|declined to|failed to|ruled out|rejected|"
    r"den(?:y|ies|ied)|dismissed|cancel+ed|called off|(?:stopped|fell) short of|no)\b|n[’']t\b",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:will|shall|would)\s+[a-z]"
    r"|\b(?:plans?|planned|planning|set|scheduled|expected|due|intends?|about|going|hopes|hoped|wants?|wanted|agreed|"
    r"ready|willing|prepared|likely|poised|aims?|aimed|vowed|promised|proposal)\s+to\s+[a-z]|\bupcoming\b",
)
_HEDGED = re.compile(
    r"\b(?:may|might|could|reportedly|allegedly|possibly|perhaps|rumou?red|unconfirmed|if|alleged)\b", re.IGNORECASE
)
_PAIR = re.compile(
    r"\b(?:(?:the|these)\s+two\s+(?:(?!sides\b)[a-z]+\s+)?[a-z]+s\b|both\s+(?:leaders|sides|men|women|ministers|officials|presidents)|"
    r"the\s+(?:leaders|pair|duo|couple)\b|(?<![\w])[Tt]hey\b|[Bb]oth\s+(?=[a-z]+ed\b))",
    re.IGNORECASE,
)
_ROLE = (
    r"minister|president|leader|premier|chancellor|king|queen|pope|envoy|ambassador|secretary|coach|chairman|chairwoman|director|mayor|"
    r"governor|senator|spokesman|spokeswoman|spokesperson|diplomat|chief|prince|princess|judge|manager|founder|executive"
)
_DESCRIBED = re.compile(
    rf"\b(?:the|his|her|their)\s+((?:(?:[A-Z]\w+|deputy|prime|foreign|defen[cs]e|finance|interior|vice|top|former|\w+ish|\w+ian|\w+ese)\s+){{0,4}}?(?:{_ROLE}))\b(?!\s+(?:of\s+)?[A-Z])"
)
_HE = re.compile(
    r"(?:^|\bthat\s+|\band\s+|\bbut\s+|\bwhen\s+|\bafter\s+|\bwhile\s+|\bsaying\s+|\badding\s+that\s+|,[”\"]?\s+)(he|she)\b",
    re.IGNORECASE,
)
_ANY_TWO = wordset(
    """
    they both leaders sides men women diplomats officials counterparts politicians rivals players chiefs pair duo
    couple statesmen heads friends
    """
)
"""Nouns that any two people can be called by."""

_HIM = re.compile(r"\b(him|her)\b(?=\s+(?:in|on|at|to|for|with|by|from|about|after|before|and|as|that)\b|[.,;]|\s*$)")

_PAIR_REACH = 4
"""Sentences; further back, nobody takes "the two" to be the same pair."""


@dataclass(frozen=True)
class Clause:
    """One clause: document offsets, its words, the names in it (descriptions resolved), how it is told."""

    start: int
    end: int
    text: str
    names: tuple[Mention, ...]
    modality: Modality


@dataclass(frozen=True)
class Read:
    """One sentence of an article with its clauses."""

    start: int
    end: int
    text: str
    clauses: tuple[Clause, ...]


def modality(text: str) -> Modality:
    """How a clause is told: quotations inside it do not count."""
    plain = _QUOTED.sub("", text)
    if _NEGATED.search(plain):
        return "denied"
    if _PLANNED.search(plain):
        return "planned"
    return "hedged" if _HEDGED.search(plain) else "actual"


@dataclass(frozen=True, eq=False)
class _ById:
    """A document that is compared by id and text alone, so that reading it can be remembered."""

    document: Document

    def __hash__(self) -> int:
        return hash((self.document.doc_id, self.document.text))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and (self.document.doc_id, self.document.text) == (
            other.document.doc_id,
            other.document.text,
        )


def read(document: Document) -> tuple[Read, ...]:
    """Read ``document``: its sentences (without furniture and captions), clauses, names, what descriptions refer to.

    The last articles read are remembered.
    """
    return _read(_ById(document))


@lru_cache(maxsize=256)
def _read(key: _ById) -> tuple[Read, ...]:
    document = key.document
    spans = _prose(document)
    known = name_words("\n".join(document.text[s:e] for s, e in spans))
    found = [mentions(document.text[s:e], known) for s, e in spans]
    full = full_names(m.name for ms in found for m in ms)
    people = _people(found, full, [document.text[s:e] for s, e in spans])
    described = _descriptions(found, full)
    seen: Counter[str] = Counter()
    pair: tuple[int, tuple[str, str]] | None = None
    subject: str | None = None
    sentences = []
    for number, ((start, end), own) in enumerate(zip(spans, found, strict=True)):
        text = document.text[start:end]
        named = [replace(m, name=full[m.name]) for m in own]
        parts = pieces(text)
        if pair is not None and number - pair[0] > _PAIR_REACH:
            pair = None
        later = None if pair else _later_pair(text, parts, named, people)
        clauses = []
        for left, right in parts:
            here = [m for m in named if left <= m.name_start < right]
            couple = pair[1] if pair else later
            here += _resolve(text, left, right, here, couple, subject, described, seen, people)
            here.sort(key=lambda m: m.name_start)
            clauses.append(
                Clause(
                    start + left,
                    start + right,
                    text[left:right],
                    tuple(_shift(m, start) for m in here),
                    modality(text[left:right]),
                )
            )
            together = list(dict.fromkeys(m.name for m in here if m.name in people))
            if len(together) == 2:
                pair = (number, (together[0], together[1]))
            first = together[0] if together else None
            if first and left == parts[0][0]:
                subject = first
                seen[first] += 1
        sentences.append(Read(start, end, text, _share_subjects(clauses)))
    return tuple(sentences)


def described(document: Document) -> dict[str, frozenset[str]]:
    """The people of ``document`` with the stems of the titles and roles they are given in it."""
    return _described(_ById(document))


@lru_cache(maxsize=256)
def _described(key: _ById) -> dict[str, frozenset[str]]:
    document = key.document
    texts = [document.text[s:e] for s, e in _prose(document)]
    known = name_words("\n".join(texts))
    found = [mentions(text, known) for text in texts]
    full = full_names(m.name for ms in found for m in ms)
    people = _people(found, full, texts)
    return {name: words for name, words in _descriptions(found, full).items() if name in people and words}


def _prose(document: Document) -> list[tuple[int, int]]:
    """The spans of the sentences that an answer may quote."""
    return [(s, e) for s, e in evidence_sentences(document) if not is_caption(document.text[s:e])]


def _shift(mention: Mention, by: int) -> Mention:
    return replace(mention, start=mention.start + by, end=mention.end + by, name_start=mention.name_start + by)


def pieces(text: str) -> list[tuple[int, int]]:
    """The clause spans of one sentence; nothing is cut inside a quotation."""
    masked = _QUOTED.sub(lambda m: m.group()[0] + "x" * (len(m.group()) - 2) + m.group()[-1], text)
    cuts = [0]
    for match in _CUT.finditer(masked):
        if match.end() - cuts[-1] > 8:
            cuts.append(match.end())
    cuts.append(len(text))
    return [(a, b) for a, b in pairwise(cuts) if text[a:b].strip()]


def _people(found: Sequence[Sequence[Mention]], full: dict[str, str], texts: Sequence[str]) -> frozenset[str]:
    """The names that are people: titled, or reported to speak, or a full name later cut to its surname."""
    votes: Counter[str] = Counter()
    for own, text in zip(found, texts, strict=True):
        for m in own:
            name = full[m.name]
            if m.place or m.organisation or replace(m, name=name).organisation:
                votes[name] -= 5
                continue
            if m.titled:
                votes[name] += 3
            if name != m.name and name.split()[-1] == m.name:
                votes[name] += 2
            if re.match(
                rf"(?:,? (?:who|{_SAID})\b|, \d\d,| (?:tweeted|wrote|insisted|thanked|warned)\b)", text[m.end :]
            ):
                votes[name] += 1
            if len(m.name.split()) in (2, 3) and not m.name.isupper():
                votes[name] += 1
            if re.search(r"\b(?:in|at|near|across|inside|outside)\s+(?:the\s+)?$", text[: m.start]):
                votes[name] -= 2
    return frozenset(name for name, count in votes.items() if count > 0)


def _descriptions(found: Sequence[Sequence[Mention]], full: dict[str, str]) -> dict[str, frozenset[str]]:
    described: dict[str, frozenset[str]] = {}
    for own in found:
        for m in own:
            described[full[m.name]] = described.get(full[m.name], frozenset()) | m.description
    return described


def _later_pair(
    text: str, parts: Sequence[tuple[int, int]], named: Sequence[Mention], people: frozenset[str]
) -> tuple[str, str] | None:
    """Two people named only behind "the two leaders …, when Dar received a call from Araghchi"."""
    for left, right in parts[1:]:
        inside = list(dict.fromkeys(m.name for m in named if left <= m.name_start < right and m.name in people))
        if len(inside) == 2 and re.match(r"(?:when|as|after)\b", text[left:right]):
            return inside[0], inside[1]
    return None


def _resolve(
    text: str,
    left: int,
    right: int,
    here: Sequence[Mention],
    pair: tuple[str, str] | None,
    subject: str | None,
    described: dict[str, frozenset[str]],
    seen: Counter[str],
    people: frozenset[str],
) -> list[Mention]:
    """Mentions for "the two leaders", "the Iranian foreign minister" and "he" in ``text[left:right]``."""
    extra: list[Mention] = []
    piece = text[left:right]
    taken = {m.name for m in here}
    couple = _PAIR.search(piece)
    if couple and pair and not taken & people and _suits(couple.group(), pair, described):
        at = (left + couple.start(), left + couple.end())
        extra += [Mention(name, *at, at[0], resolved=True) for name in pair]
        taken |= set(pair)
    for match in _DESCRIBED.finditer(piece):
        wanted = [stem(w.text) for w in tokens(match.group(1))]
        fits = [n for n, d in described.items() if n in people and n not in taken and _fits(wanted, d)]
        if fits:
            name = max(fits, key=lambda n: seen[n])
            extra.append(Mention(name, left + match.start(), left + match.end(), left + match.start(), resolved=True))
            taken.add(name)
    he = _HE.search(piece) or _HIM.search(piece)
    if he and subject and subject not in taken and not extra:
        at = (left + he.start(1), left + he.end(1))
        extra.append(Mention(subject, *at, at[0], resolved=True))
    return extra


def _suits(expression: str, pair: tuple[str, str], described: dict[str, frozenset[str]]) -> bool:
    """Whether "the two foreign ministers" can mean ``pair``: a role must be both people's."""
    noun = tokens(expression)[-1]
    if noun.text.casefold() in _ANY_TWO:
        return True
    return all(_fits([noun.stem], described.get(name, frozenset())) for name in pair)


def _fits(wanted: Sequence[str], description: frozenset[str]) -> bool:
    """Whether every word of a description is in a person's; "iranian" meets "iran"."""
    return all(any(w == d or (min(len(w), len(d)) > 3 and w[:4] == d[:4]) for d in description) for w in wanted)


def _share_subjects(clauses: list[Clause]) -> tuple[Clause, ...]:
    """Give a clause that starts with a verb or "adding" the first name of the clause before it."""
    shared: list[Clause] = []
    for clause in clauses:
        previous = shared[-1] if shared else None
        opening = re.match(
            r"(?:\w+ly\s+)?(?:\w{3,}ed|had|has|was|were|is|are|will|said|told|made|gave|took|met|held|spoke|went|won|agreed)\b",
            clause.text,
        )
        first = next((m for m in previous.names if not _owns(previous, m)), None) if previous else None
        if first and opening and not any(same_name(m.name, first.name) for m in clause.names):
            subject = replace(first, resolved=True, start=clause.start, end=clause.start, name_start=clause.start)
            clause = replace(clause, names=(subject, *clause.names))
        shared.append(clause)
    return tuple(shared)


def _owns(clause: Clause, mention: Mention) -> bool:
    """Whether the mention is a possessive: "Pakistan’s"."""
    return clause.text[mention.end - clause.start :][:2] in ("’s", "'s")
