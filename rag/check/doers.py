"""Who does what to whom, and who is what: a claim against the sentences it rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise, takewhile

from dateline.rag.check.alignment import Alignment
from dateline.rag.check.names import alike, same_name
from dateline.rag.english.words import ARTICLES, DAYS, MONTHS, TITLES, Word, Words


def find(
    claim: Words, sentences: Sequence[Words], alignment: Alignment, before: Sequence[Collection[str]]
) -> Iterator[str]:
    """Yield one phrase for each deed or office that the claim gives to another than the evidence does.

    ``before[i]`` are the words (their keys) right before a sentence in its passage: whom its "he" can mean.
    """
    yield from _roles(claim, sentences)
    yield from _another_doer(claim, sentences, alignment, before)
    yield from _another_holder(claim, sentences)


def _roles(claim: Words, sentences: Sequence[Words]) -> Iterator[str]:
    """Yield two names that do to each other the reverse of what a sentence says, and no other says as the claim does."""
    ours = _first(claim)
    names = [
        word.key
        for i, word in enumerate(claim)
        if word.kind in ("name", "initial") and ours[word.key] == i and word.key not in DAYS | MONTHS
    ]
    for a, b in pairwise(names):
        between = claim[ours[a] + 1 : ours[b]]
        if len(between) > _NEAR:
            continue
        says = [same for sentence in sentences for same in _same_roles(a, b, between, sentence)]
        if says and not any(says):
            first, second = claim[ours[a]].text, claim[ours[b]].text
            yield f"who did what: {first} and {second} change places"
            return


_NEAR = 8
"""Words between a verb and those who do it to each other."""
_ORDER = frozenset(["over", "than", "before", "after"])
"""Function words that set one name against another."""


def _same_roles(a: str, b: str, between: Words, sentence: Words) -> Iterator[bool]:
    """Yield, for each word the sentence shares with ``between``, whether ``a`` and ``b`` stand around it as there."""
    shared = {word.key for word in between if word.kind == "word" or word.key in _ORDER}
    for v, word in enumerate(sentence):
        if word.key not in shared:
            continue
        left = next((i for i in range(v - 1, max(-1, v - _NEAR), -1) if _either(sentence[i], a, b)), None)
        right = next((i for i in range(v + 1, min(len(sentence), v + _NEAR)) if _either(sentence[i], a, b)), None)
        if right is None:
            continue
        turned = _turned(between) != _turned(sentence[v:right] if left is None else sentence[left + 1 : right])
        if left is None:
            # "..., beating A": A is what is beaten, whoever beats it.
            if alike(sentence[right].key, a) and right - v <= 2 and between[0].key == word.key:
                yield turned
        elif alike(sentence[left].key, a) != alike(sentence[right].key, a) and not _belongs(sentence, left, between):
            yield alike(sentence[left].key, a) != turned


def _either(word: Word, a: str, b: str) -> bool:
    return word.kind in ("name", "initial") and (alike(word.key, a) or alike(word.key, b))


def _belongs(sentence: Words, left: int, between: Words) -> bool:
    """Whether one name is only the other's owner: "B's coach A", and "A, the coach of B"."""
    return sentence[left].text.endswith(("'s", "’s", "s'", "s’")) or any(word.key == "of" for word in between)


_PRONOUNS = frozenset(["he", "she", "they"])
_BE = frozenset(["is", "are", "was", "were", "be", "been", "being"])
_PREPOSITIONS = frozenset(
    ["by", "with", "in", "on", "at", "from", "of", "to", "for", "about", "over", "after", "before", "as", "and", "or"]
)
_SAYS = frozenset(["said", "says", "told"])
_HAVE = frozenset(["has", "have", "had"])
_BACK = 14
"""Words before a deed in which whoever does it is named."""


def _another_doer(
    claim: Words, sentences: Sequence[Words], alignment: Alignment, context: Sequence[Collection[str]]
) -> Iterator[str]:
    """Yield a deed that stands right after one name in the claim, and after another, which the claim lacks, there."""
    keys = {word.key for word in claim}
    content = [i for i, word in enumerate(claim) if word.content]
    for before, i, after in zip(content, content[1:], [*content[2:], None], strict=False):
        name, place = claim[before], alignment.places[i]
        between = {word.text.lower() for word in claim[before + 1 : i]}
        says = bool(between & _SAYS)
        if name.kind not in ("name", "initial") or name.key in DAYS | MONTHS or not place or between & _PREPOSITIONS:
            continue
        if claim[i].kind != "word" and not says:
            continue
        sentence, verb = sentences[place[0]], place[1]
        rival = _named_before(sentence, verb)
        named = [n for n, word in enumerate(sentence) if alike(word.key, name.key)]
        if named:
            rival = rival or _subject(sentence, verb)
            stolen = min(named) > verb and _passive(claim, i) == _passive(sentence, verb)
        else:
            goes_on = alignment.places[after] if after is not None else place if says else None
            stolen = goes_on is not None and goes_on[0] == place[0] and not same_name(claim, before, sentence)
            if rival is not None and rival.key in _PRONOUNS:
                stolen = stolen and not any(alike(name.key, key) for key in context[place[0]])
        if stolen and rival is not None and rival.key not in keys:
            doer = "somebody else" if rival.key in _PRONOUNS else rival.text
            yield f"“{claim[i].text}” is said of {doer}, not of {name.text}"
            return


def _named_before(sentence: Words, verb: int) -> Word | None:
    """Return the last name or pronoun before a verb, the one that does it; None where "A's officials" do."""
    for n in range(verb - 1, max(-1, verb - 1 - _BACK), -1):
        word = sentence[n]
        if word.key in _PRONOUNS:
            return word
        if word.kind in ("name", "initial") and word.key not in DAYS | MONTHS | TITLES:
            following = sentence[n + 1]
            owner = n + 1 < verb and following.kind == "word" and following.text.endswith("s")
            return None if owner else word
    return None


def _subject(sentence: Words, verb: int) -> Word | None:
    """Return the common noun right before a verb."""
    for word in reversed(sentence[max(0, verb - 3) : verb]):
        if word.kind == "word":
            return word
        if word.key not in _BE | _HAVE:
            return None
    return None


def _passive(words: Words, verb: int) -> bool:
    return any(word.key in _BE for word in words[max(0, verb - 2) : verb])


_COPULAS = frozenset(["is", "was", "are", "were", "becam"])


def _another_holder(claim: Words, sentences: Sequence[Words]) -> Iterator[str]:
    """Yield an office that the claim gives to one and the passage to another: "A is the mayor" from "Mayor B said"."""
    copula = next((i for i, word in enumerate(claim) if word.key in _COPULAS), 0)
    before, after = claim[:copula], claim[copula + 1 :]
    if before and before[-1].kind in ("name", "initial") and before[0].key not in ARTICLES:
        holder, described = before[-1].text, after
    else:
        # "The mayor is B", "the mayor of Arlen is B"
        names = list(takewhile(lambda word: word.kind == "name", after))
        if not names:
            return
        holder, described = names[-1].text, before
    office = [word.key for word in takewhile(lambda w: w.content or w.key in ARTICLES, described)]
    if len(office) < 2 or office[0] not in ARTICLES:
        return
    office = office[1:]
    for sentence in sentences:
        for end in range(len(office), len(sentence)):
            if [word.key for word in sentence[end - len(office) : end]] != office:
                continue
            holders = [word.text for word in takewhile(lambda w: w.kind == "name", sentence[end:])]
            if holders and holder not in holders:
                yield f"{' '.join(office)} is said of {' '.join(holders)}"
                return


def _first(words: Words) -> dict[str, int]:
    """Return the index at which each word first occurs."""
    first: dict[str, int] = {}
    for i, word in enumerate(words):
        first.setdefault(word.key, i)
    return first


_TAKES = frozenset({"receiv", "got", "get", "took", "take", "taken", "accept", "heard", "hear"})
"""Stems of verbs whose doer is the one the thing comes from: "A received a call from B" is B's call to A."""


def _turned(words: Words) -> bool:
    """Return whether the one who acts is named after these words: "was told by", "received a call from"."""
    keys = {word.key for word in words}
    if "by" in keys:
        return bool(keys & {"was", "were", "is", "are", "been", "be", "being"})
    return "from" in keys and bool(keys & _TAKES)
