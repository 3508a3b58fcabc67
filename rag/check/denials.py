"""What a claim denies or asserts otherwise than the sentences it rests on: a "not" too many or too few, a lost "may"."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, pairwise

from dateline.rag.check.alignment import Alignment
from dateline.rag.english.words import Word, Words


def _table(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEGATORS = _table("not no never none nobody nothing neither nor without cannot hard bare")
_WEAK_NEGATORS = _table("deni refus fail reject unabl declin lack avoid prevent stop ban unlik unless")
_HEDGES = _table(
    "may might could would allegedly alleged reportedly possibly perhaps probably likely potentially expected expects "
    "plans planned planning plan wants wanted hopes hoped hoping considering proposed threatened threatens suspected "
    "unlikely intends intended seeking if whether"
)
_DETERMINERS = _table("the a this that its his her their our")
_ADVERBS = _table("still also soon now first onli")
_DUE = _table("must should will shall")
"""What is due is no more certain to have happened, and as uncertain in a claim that says "may"."""
_LEFT_OUT = 5
"""How many words a claim may leave out between two that are still read as neighbours."""
_DENIES = _table("deni denial")
_FAR = 7
"""Words from "denied that" to the verb that is denied with it."""
_REACH = 3
"""Words from a "not" to the verb it denies: "had not been in contact"."""


def find(claim: Words, sentences: Sequence[Words], alignment: Alignment) -> Iterator[str]:
    """Yield one phrase for each word that is denied, or certain, on one side alone."""
    yield from _dropped_or_added(claim, sentences, alignment)
    yield from _dropped_before(claim, sentences, alignment)
    yield from _invented(claim, sentences, alignment)
    yield from _certainty(claim, sentences, alignment)


def _dropped_or_added(claim: Words, sentences: Sequence[Words], alignment: Alignment) -> Iterator[str]:
    """Yield the words that are denied on one side and not on the other."""
    for i, sentence, left, right in _neighbours(claim, sentences, alignment):
        here = any(map(_negates, claim[max(0, i - 2) : i]))
        word = claim[i]
        if here and not any(_negates(w) or w.key in _WEAK_NEGATORS for w in sentence[max(0, right - 6) : right]):
            yield f"“{word.text}” is denied, which the passage does not do"
            return
        dropped = any(map(_negates, sentence[max(left, right - 4) : right]))
        if dropped and not any(_negates(w) or w.key in _WEAK_NEGATORS for w in claim[max(0, i - 6) : i + 3]):
            yield f"“{word.text}” is denied in the passage"
            return


def _dropped_before(claim: Words, sentences: Sequence[Words], alignment: Alignment) -> Iterator[str]:
    """Yield the words right before which the evidence has a "not", wherever the claim has them, and the claim none."""
    for i, place in enumerate(alignment.places):
        if place is None or claim[i].kind not in ("word", "initial") or not _denied(sentences[place[0]], place[1]):
            continue
        around = [*claim[max(0, i - 6) : i], *claim[i + 1 : i + 3]]
        if not any(_negates(w) or w.key in _WEAK_NEGATORS for w in around):
            yield f"“{claim[i].text}” is denied in the passage"
            return


def _denied(words: Words, i: int) -> bool:
    """Whether a "not" stands before the word with nothing between but function words, or a noun as in "no power to"."""
    for n in range(i - 1, max(-1, i - 1 - _REACH), -1):
        if _negates(words[n]):
            return True
        if words[n].content and words[n + 1].key != "to":  # "had no power to ban"
            break
    return any(a.key in _DENIES and b.key == "that" for a, b in pairwise(words[max(0, i - _FAR) : i]))


def _invented(claim: Words, sentences: Sequence[Words], alignment: Alignment) -> Iterator[str]:
    """Yield a word, the passage's or not, that is denied where the sentences that the claim rests on deny nothing."""
    if any(_negates(w) or w.key in _WEAK_NEGATORS for s in alignment.sentences for w in sentences[s]):
        return
    for i, word in enumerate(claim):
        if word.kind == "word" and any(map(_negates, claim[max(0, i - 2) : i])):
            yield f"“{word.text}” is denied, which the passage does not do"
            return


def _negates(word: Word) -> bool:
    return word.key in _NEGATORS or word.key.endswith("n't")


def _certainty(claim: Words, sentences: Sequence[Words], alignment: Alignment) -> Iterator[str]:
    """Yield the words that the claim asserts and the evidence only plans, expects, alleges or says to be due."""
    ours = {
        word.text.lower() for before, word in zip([None, *claim], claim, strict=False) if not _is_noun(before, word)
    }
    if ours & _HEDGES:
        return
    hedges = _HEDGES if ours & _DUE else _HEDGES | _DUE
    close = (
        (i, _hedged(sentences[place[0]], place[1], hedges))
        for i, place in enumerate(alignment.places)
        if place is not None and claim[i].kind == "word"
    )
    left_out = (
        (i, next((w for w in sentence[max(left, right - 3) : right] if w.text.lower() in hedges), None))
        for i, sentence, left, right in _neighbours(claim, sentences, alignment)
    )
    for i, hedge in chain(close, left_out):
        if hedge is not None:
            yield f"“{claim[i].text}” is certain, where the passage says “{hedge.text}”"
            return


def _is_noun(before: Word | None, word: Word) -> bool:
    """Whether a word is a plan, not a planning."""
    return word.text.lower() in ("plan", "plans") and before is not None and before.text.lower() in _DETERMINERS


def _hedged(words: Words, i: int, hedges: Collection[str]) -> Word | None:
    """Return the hedge that stands before the word with nothing but function words between."""
    for word in reversed(words[max(0, i - _REACH) : i]):
        if word.text.lower() in hedges:
            return word
        if _negates(word) or (word.content and word.key not in _ADVERBS):
            return None
    return None


def _neighbours(
    claim: Words, sentences: Sequence[Words], alignment: Alignment
) -> Iterator[tuple[int, Words, int, int]]:
    """Yield content words found shortly after their predecessor in the same sentence, with what lies between.

    Items are (index in the claim, sentence, start, end): ``sentence[start:end]`` are the words the claim left out.
    """
    previous: tuple[int, int] | None = None
    for i, place in enumerate(alignment.places):
        if place is None:
            continue
        if claim[i].kind == "word" and previous is not None and previous[0] == place[0]:
            left, right = previous[1] + 1, place[1]
            if 0 <= right - left <= _LEFT_OUT:
                yield i, sentences[place[0]], left, right
        previous = place
