"""Passages -> ranked evidence sentences.

Every sentence of the retrieved passages is scored by a linear model over readable features
(``rag/evidence/weights.py``): words, names, the answer's type, and the likeness of question and sentence by
the vectors that were stored when the article was indexed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dateline.index.dates.expressions import TimeExpression
from dateline.index.documents import Document, Passage
from dateline.index.keeping.rows import Sentences
from dateline.index.prose.sentences import split
from dateline.rag.english.acronyms import abbreviated
from dateline.rag.english.patterns import NUMBER
from dateline.rag.english.tokens import Token, tokens
from dateline.rag.evidence.captions import is_caption
from dateline.rag.evidence.weights import SENTENCE
from dateline.rag.question.analysis import Question

Embed = Callable[[list[str]], NDArray[np.float32]]

Stored = Callable[[Sequence[str]], Mapping[str, Sentences]]
"""Passage ids -> what the index keeps of their sentences; ids it does not know are missing."""

KEPT = 16
"""Sentences that are weighed against each other; where the index has no vectors, so many are embedded."""

_MAX_HITS = 10
_UNTOLD = 0.3
"""What a time, number or place is worth in a sentence without a word of what is asked about."""
_UNPLACED = 0.5
"""What a name is worth as a place that no preposition makes one."""
_PLACED = re.compile(r"\b(?:in|at|near|outside|inside|around|to|from|into|across|off)\s+(?:the\s+)?([A-Z][\w’'-]+)")
_OPENER = re.compile(
    r"[“\"]?(?:(?:But|And|However|Later|Then|Instead|Meanwhile|Earlier|Also|In addition|Separately)\b,?\s+)?"
    r"(?:He|She|It|They|His|Her|Its|Their|This|That|These|Those|Such|Both|The (?:two|pair|move|decision|statement|latter|former))\b"
)


class Hit(Protocol):
    """What a retriever gives: a passage with its rank (from 1) and scores."""

    @property
    def rank(self) -> int: ...  # noqa: D102
    @property
    def score(self) -> float: ...  # noqa: D102
    @property
    def dense(self) -> float | None: ...  # noqa: D102
    @property
    def lexical(self) -> float | None: ...  # noqa: D102
    @property
    def passage(self) -> Passage: ...  # noqa: D102


@dataclass(frozen=True)
class Evidence:
    """A sentence of a passage and how likely it answers: ``document.text[start:end] == text``.

    ``score`` is a log-odds. ``previous`` is the span of the sentence before it where the sentence
    opens with a pronoun and cannot be understood alone.
    """

    passage: Passage
    start: int
    end: int
    text: str
    hit: Hit
    score: float = 0.0
    previous: tuple[int, int] | None = None
    dates: tuple[TimeExpression, ...] = ()
    features: dict[str, float] = field(default_factory=dict)


def sentences(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """The sentence spans of ``document.text[start:end]`` outside web furniture, in document offsets."""
    spans: list[tuple[int, int]] = []
    position = start
    inside = [(s, e) for s, e in document.furniture if s < end and e > start]
    for left, right in (*inside, (end, end)):
        if left > position:
            spans.extend((position + s, position + e) for s, e in split(document.text[position:left]))
        position = max(position, right)
    return spans


def gather(
    question: Question,
    hits: Sequence[Hit],
    document: Callable[[str], Document],
    embed: Embed,
    stored: Stored | None = None,
) -> list[Evidence]:
    """Return the best ``KEPT`` evidence sentences of ``hits``, best first.

    ``stored`` gives the sentences that the index keeps for a passage, with their vectors; where it
    has none they are split off here, and only the best by their words are embedded.
    """
    hits = [h for h in hits if h.passage.text.strip()][:_MAX_HITS]
    if not hits:
        return []
    rarity = _rarity(question, hits)
    known = stored([h.passage.passage_id for h in hits]) if stored else {}
    asked = embed([question.text])[0]
    found: list[Evidence] = []
    for hit in hits:
        passage = hit.passage
        article = document(passage.doc_id)
        spans, vectors = known.get(passage.passage_id) or Sentences(
            sentences(article, passage.start, passage.end), None
        )
        similar = (vectors @ asked).tolist() if vectors is not None else []
        read = _Read.of(question, hit)
        before = ""
        for number, (start, end) in enumerate(spans):
            text = article.text[start:end]
            if is_caption(text) or text.endswith("?"):  # what an article asks, it does not tell
                continue
            times = tuple(t for t in passage.dates if start <= t.start and t.end <= end)
            values = features(question, text, before, read, hits, rarity, [t.text for t in times])
            values["opening"] = float(number == 0)
            if similar:
                values["dense"] = similar[number]
            previous = spans[number - 1] if number and _OPENER.match(text) else None
            found.append(Evidence(passage, start, end, text, hit, _weigh(values), previous, times, values))
            before = text
    return _ranked(found, asked, embed)


def _ranked(found: list[Evidence], asked: NDArray[np.float32], embed: Embed) -> list[Evidence]:
    """Return the best, once more weighed with what only their comparison tells."""
    best = sorted(found, key=lambda e: -e.score)[:KEPT]
    bare = [e for e in best if "dense" not in e.features]
    if bare:
        for evidence, vector in zip(bare, embed([e.text for e in bare]), strict=True):
            evidence.features["dense"] = float(vector @ asked)
    most = max((e.features["dense"] for e in best), default=0.0)
    ranked = []
    for evidence in best:
        values = evidence.features | {"dense_gap": evidence.features["dense"] - most}
        ranked.append(replace(evidence, score=_weigh(values), features=values))
    return sorted(ranked, key=lambda e: -e.score)


def _weigh(values: dict[str, float]) -> float:
    return sum(SENTENCE.get(name, 0.0) * value for name, value in values.items())


def _rarity(question: Question, hits: Sequence[Hit]) -> dict[str, float]:
    """Inverse document frequency of the question's terms among the hits; names and numbers weigh more."""
    named = {w.stem for name in question.names for w in tokens(name)}
    stems = [{w.stem for w in tokens(h.passage.text)} for h in hits]
    rarity = {}
    for term in question.terms:
        count = sum(term in s for s in stems)
        weight = math.log(1 + (len(stems) + 0.5) / (count + 0.5))
        rarity[term] = (weight + 0.3) * (1.3 if term in named or term[0].isdigit() else 1.0)
    return rarity


@dataclass(frozen=True)
class _Read:
    """What is the same for all sentences of a hit: the stems of its title and of its text, names' other forms among them."""

    hit: Hit
    title: set[str]
    text: set[str]

    @classmethod
    def of(cls, question: Question, hit: Hit) -> _Read:
        """Read a hit for a question."""
        passage = hit.passage
        title = {w.stem for w in tokens(passage.title)}
        return cls(hit, title, {w.stem for w in tokens(passage.text)} | title | _abbreviated(question, passage.text))


def features(
    question: Question,
    text: str,
    before: str,
    read: _Read,
    hits: Sequence[Hit],
    rarity: dict[str, float],
    times: Sequence[str],
) -> dict[str, float]:
    """The lexical features of one sentence as evidence for ``question``, each about 0 to 1; ``times`` stand in it."""
    hit = read.hit
    sequence = tokens(text)
    stems = {w.stem for w in sequence} | _abbreviated(question, text)
    around = stems | {w.stem for w in tokens(before)} | read.title
    total = sum(rarity.values()) or 1.0
    cover = sum(rarity[t] for t in question.terms if t in stems) / total
    context = sum(rarity[t] for t in question.terms if t in around) / total
    passage = read.text | around
    top_lexical = max((h.lexical or 0.0 for h in hits), default=0.0)
    top_dense = max((h.dense or 0.0 for h in hits), default=0.0)
    numbers = [t for t in question.terms if t[0].isdigit()]
    named = [{w.stem for w in tokens(name)} for name in question.names]
    told = [t for t in question.terms if not any(t in n for n in named) and t not in question.target] or question.terms
    share = sum(t in stems for t in told) / len(told) if told else 1.0
    kind_ok = _type_present(question, text, sequence, times)
    if question.type in ("time", "number", "place") and not share and not any(n & stems for n in named):
        kind_ok *= _UNTOLD  # a date or figure of something else
    return {
        "cover": cover,
        "context": context - cover,
        "told": share,
        "passage_cover": sum(rarity[t] for t in question.terms if t in passage) / total,
        "names": sum(bool(n & stems) for n in named) / len(named) if named else 0.0,
        "no_names": float(not named),
        "numbers": sum(n in stems for n in numbers) / len(numbers) if numbers else 0.0,
        "bigrams": _bigrams(question, sequence),
        "type": kind_ok,
        f"type_{question.type}": kind_ok,
        "hit_dense": hit.dense or 0.0,
        "hit_dense_gap": (hit.dense or 0.0) - top_dense,
        "hit_lexical": (hit.lexical or 0.0) / top_lexical if top_lexical else 0.0,
        "hit_gap": hit.score - max(h.score for h in hits),
        "hit_rank": 1 / hit.rank,
        "hit_first": float(hit.rank == 1),
        "length": math.log(1 + len(sequence)) / 4,
        "short": float(len(sequence) < 6),
        "asks": float(text.rstrip().endswith("?")),
        "pronoun": float(bool(_OPENER.match(text))),
    }


def _abbreviated(question: Question, text: str) -> set[str]:
    """The stems of the question's names that ``text`` has in their other form, as an acronym or spelled out."""
    return {w.stem for name in question.names if abbreviated(name, text) for w in tokens(name)}


def _bigrams(question: Question, sequence: Sequence[Token]) -> float:
    """Share of neighbouring question terms that stand within three words of each other."""
    pairs = list(zip(question.terms, question.terms[1:], strict=False))
    if not pairs:
        return 0.0
    places: dict[str, list[int]] = {}
    for position, word in enumerate(sequence):
        places.setdefault(word.stem, []).append(position)
    close = sum(
        any(abs(a - b) <= 3 for a in places.get(one, ()) for b in places.get(other, ())) for one, other in pairs
    )
    return close / len(pairs)


def _type_present(question: Question, text: str, sequence: Sequence[Token], times: Sequence[str]) -> float:
    """Whether the sentence holds something of the answer's type that the question does not say."""
    asked = set(question.terms)
    if question.type == "time":
        return float(any(not _said(time, asked) for time in times))
    if question.type == "number":
        return float(any(not _said(m.group(), asked) for m in NUMBER.finditer(text)))
    if question.type == "place":
        named = [m.group(1) for m in _PLACED.finditer(text)]
        if any(not _said(name, asked) for name in named):
            return 1.0
        return _UNPLACED * float(any(w.capital and w.content and w.start > 0 and w.stem not in asked for w in sequence))
    if question.type in ("person", "name"):
        return float(any(w.capital and w.content and w.start > 0 and w.stem not in asked for w in sequence))
    if question.type == "quote":
        return float("“" in text or '"' in text)
    if question.kind == "why":
        return float(
            bool(
                re.search(
                    r"\b(?:because|due to|since|so that|in order to|as a result|after|amid|over|to avoid)\b", text
                )
            )
        )
    return float(sum(w.content and w.stem not in asked for w in sequence) > 2)


def _said(text: str, asked: set[str]) -> bool:
    return all(w.stem in asked for w in tokens(text))
