"""Does this passage support this sentence: a score and what speaks against it, without a language model.

A claim's words are laid along the sentences of the passages (``dateline.rag.check.alignment``); the cost of that, what is found
nowhere and what disagrees (``dateline.rag.check.disagreements``) make the score. Paraphrase costs a little, a splice of two
sentences more, an exchanged name, number, date or "not" decides.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from dateline.index.dates.expressions import TimeExpression, resolve
from dateline.index.prose.sentences import split
from dateline.rag.check import disagreements
from dateline.rag.check.alignment import Alignment, align
from dateline.rag.english.words import Word, read

SHORTLIST = 6
"""How many sentences of the passages a sentence is laid along."""

# Logistic regression, fitted by benchmarks/grounding_bench.py --fit.
INTERCEPT = 2.46
COST_PER_WORD = -6.13
UNFOUND_WORDS = -0.093
UNFOUND_NUMBERS = -0.2
DISAGREEMENT = -1.35

THRESHOLD = 0.5


class Entailment(Protocol):
    """A second opinion, such as ``dateline.rag.check.entailment.CrossEncoderEntailment``."""

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return for each (passage sentences, claim) how likely the first entails the second, 0 to 1."""
        ...


@dataclass(frozen=True)
class Support:
    """Whether passages support a claim.

    ``score`` is between 0 and 1; for a single sentence it is at least 0.5 exactly where ``supported``, for several
    it is their mean by length while ``supported`` asks for each. ``passage`` is the index of the passage that holds
    most of the claim and ``quote`` its sentence, verbatim, both None where nothing is found. ``problems`` name what
    disagrees, one phrase each.
    """

    supported: bool
    score: float
    passage: int | None = None
    quote: str | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Features:
    """What the score is made of, for one sentence."""

    cost_per_word: float
    unfound_words: int
    unfound_numbers: int
    disagrees: bool

    def score(self) -> float:
        """Return the probability of support under the fitted logistic regression."""
        z = (
            INTERCEPT
            + COST_PER_WORD * self.cost_per_word
            + UNFOUND_WORDS * self.unfound_words
            + UNFOUND_NUMBERS * self.unfound_numbers
            + DISAGREEMENT * self.disagrees
        )
        return 1.0 / (1.0 + math.exp(-z))


@dataclass(frozen=True)
class Finding:
    """One sentence of a claim held against the passages.

    ``quotes`` are the sentences it rests on, verbatim, each with the index of its passage; the one that holds most
    of it comes first.
    """

    features: Features
    quotes: tuple[tuple[int, str], ...] = ()
    problems: tuple[str, ...] = ()

    def score(self, sentence: str, entailment: Entailment | None = None) -> float:
        """Return how well the passages support the sentence, 0 to 1; below 0.5 wherever something disagrees."""
        if not self.quotes:
            return 0.0
        score = self.features.score()
        if entailment is not None:
            score = (score + entailment([(" ".join(quote for _, quote in self.quotes), sentence)])[0]) / 2
        return score * THRESHOLD * 0.99 if self.problems else score


def check(
    claim: str,
    passages: Sequence[str],
    *,
    published: Sequence[str | None] = (),
    entailment: Entailment | None = None,
) -> Support:
    """Return whether ``passages`` together support ``claim``: one sentence, or several that all must hold.

    ``published[i]`` is the ISO date of ``passages[i]``, against which its "on Wednesday" is resolved. With
    ``entailment`` the score is the mean of its opinion and ours; disagreements decide as before.
    """
    text = _plain(claim)
    sentences = [text[start:end] for start, end in split(text)]
    sentences = [sentence for sentence in sentences if read(sentence)]
    if not sentences:
        return Support(False, 0.0)
    findings = [examine(sentence, passages, published=published) for sentence in sentences]
    scores = [finding.score(sentence, entailment) for sentence, finding in zip(sentences, findings, strict=True)]
    lengths = [len(read(sentence)) for sentence in sentences]
    score = sum(s * n for s, n in zip(scores, lengths, strict=True)) / sum(lengths)
    best = max(range(len(findings)), key=lambda i: (scores[i], -i))
    passage, quote = next(iter(findings[best].quotes), (None, None))
    return Support(
        supported=min(scores) >= THRESHOLD,
        score=score,
        passage=passage,
        quote=quote,
        problems=tuple(dict.fromkeys(problem for finding in findings for problem in finding.problems)),
    )


class Checker:
    """``check`` with the second opinion of the NLI cross-encoder in the folder ``nli``, or without one."""

    def __init__(self, nli: str = "") -> None:
        self.entailment: Entailment | None = None
        if nli:
            from dateline.rag.check.entailment import CrossEncoderEntailment

            self.entailment = CrossEncoderEntailment(nli)

    def check(self, claim: str, passages: Sequence[str], *, published: Sequence[str | None] = ()) -> Support:
        """Return whether ``passages`` together support ``claim``."""
        return check(claim, passages, published=published, entailment=self.entailment)


_MARKUP = re.compile(r"\[\d+(?:\s*,\s*\d+)*\]|^\s*(?:[-*•]|\d+[.)]|#+)\s+|\*\*|__|`", re.MULTILINE)


def _plain(text: str) -> str:
    """Return ``text`` without citation marks and Markdown."""
    return _MARKUP.sub("", text).strip()


@dataclass(frozen=True)
class _Sentence:
    passage: int
    index: int
    text: str
    words: tuple[Word, ...]


def examine(sentence: str, passages: Sequence[str], *, published: Sequence[str | None] = ()) -> Finding:
    """Hold one sentence against ``passages`` and return what the score is made of."""
    shortlist = _shortlist(sentence, passages) if read(sentence) else []
    if not shortlist:
        return Finding(Features(0.0, 0, 0, False))
    dates = [published[s.passage] if s.passage < len(published) else None for s in shortlist]
    words = read(_in_their_dates(sentence, shortlist, dates))
    evidence = [s.words for s in shortlist]
    alignment = align(words, evidence)
    keys = [word.key for word in words]
    verbatim = any(keys == [word.key for word in s.words] for s in shortlist)
    found = () if verbatim else disagreements.find(words, evidence, alignment, _settings(shortlist, passages))
    problems = tuple(dict.fromkeys(found))
    known = {word.key for s in evidence for word in s}
    features = Features(
        cost_per_word=alignment.cost / len(words),
        unfound_words=sum(word.content and place is None for word, place in zip(words, alignment.places, strict=True)),
        unfound_numbers=sum(word.kind == "number" and word.key not in known for word in words),
        disagrees=bool(problems),
    )
    quotes = tuple((shortlist[i].passage, shortlist[i].text) for i in _most_used(words, alignment))
    return Finding(features, quotes, problems)


_QUOTES = 3


def _most_used(words: Sequence[Word], alignment: Alignment) -> list[int]:
    """Return the sentences that hold the content words: the fullest, and others that hold two or more."""
    used = Counter(place[0] for word, place in zip(words, alignment.places, strict=True) if place and word.content)
    order = sorted(used, key=lambda s: (-used[s], s))
    return order[:1] + [s for s in order[1:_QUOTES] if used[s] >= 2]


_ROUGH = re.compile(r"\w+(?:[.,]\d+)*")


@lru_cache(maxsize=1024)
def _spans(passage: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the sentences of a passage with the first letters of their words: enough to rank them by."""
    return tuple(
        (passage[start:end], frozenset(word[:5] for word in _ROUGH.findall(passage[start:end].lower())))
        for start, end in split(passage)
    )


def _shortlist(sentence: str, passages: Sequence[str]) -> list[_Sentence]:
    """Return the sentences that share most content words with ``sentence``, in the order of the passages."""
    words = read(sentence)
    wanted = {word.text.lower()[:5] for word in words if word.content} or {word.text.lower()[:5] for word in words}
    candidates = [
        (p, n, text, len(wanted & keys))
        for p, passage in enumerate(passages)
        for n, (text, keys) in enumerate(_spans(passage))
    ]
    order = sorted(range(len(candidates)), key=lambda i: (-candidates[i][3], i))[:SHORTLIST]
    found = [_Sentence(p, n, text, read(text)) for p, n, text, _ in (candidates[i] for i in sorted(order))]
    return [sentence for sentence in found if sentence.words]


_CONTEXT = 2
"""Sentences back that a "he" can mean somebody of."""


def _settings(shortlist: Sequence[_Sentence], passages: Sequence[str]) -> list[disagreements.Setting]:
    settings = []
    for previous, sentence in zip([None, *shortlist], shortlist, strict=False):
        earlier = _spans(passages[sentence.passage])[max(0, sentence.index - _CONTEXT) : sentence.index]
        before = frozenset(word.key for text, _ in earlier for word in read(text))
        here = (sentence.passage, sentence.index - 1)
        follows = previous is not None and (previous.passage, previous.index) == here
        settings.append(disagreements.Setting(follows, before))
    return settings


def _in_their_dates(sentence: str, evidence: Sequence[_Sentence], published: Sequence[str | None]) -> str:
    """Return ``sentence`` with each date in the words that the evidence has for that day.

    "on 4 February 2026" becomes "on Wednesday" where an article of 5 February says so; a claim may be less exact
    than the evidence ("in February"), never more.
    """
    ours = [t for t in resolve(sentence) if t.type in ("DATE", "TIME") and t.earliest and t.latest]
    ours = [t for t in ours if not any(t.text in s.text for s in evidence)]
    if not ours:
        return sentence
    theirs = [t for s, day in zip(evidence, published, strict=True) for t in resolve(s.text, day)]
    for expression in reversed(ours):
        same = next((t for t in theirs if _within(t, expression)), None)
        if same is not None:
            sentence = sentence[: expression.start] + same.text + sentence[expression.end :]
    return sentence


def _within(inner: TimeExpression, outer: TimeExpression) -> bool:
    """Whether every day ``inner`` can mean is one ``outer`` can mean (ISO dates compare as text)."""
    if inner.earliest is None or inner.latest is None or outer.earliest is None or outer.latest is None:
        return False
    return outer.earliest <= inner.earliest and inner.latest <= outer.latest
