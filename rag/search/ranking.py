"""Query + candidates -> ranked candidates: features, their weights, near-copies last.

Pure scoring: nothing is read here. Every feature lies between 0 and 1 and the score is their
weighted sum (Bruch, Gai and Ingber 2023 find convex combination ahead of reciprocal rank fusion),
so a score can be explained by its parts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from dateline.index.keeping.lexical import terms
from dateline.index.keeping.rows import Candidate
from dateline.rag.search.query import Query

Floats = NDArray[np.float64]

K1 = 1.2
"""BM25's saturation of term frequency (Robertson and Zaragoza 2009)."""
B = 0.75
"""BM25's normalisation by passage length."""
FRESH_DAYS = 14.0
"""Days after which the freshness of an article has fallen to 1/e."""
WINDOW_DAYS = 7.0
"""Days outside the asked-about window at which its fit has fallen to 1/e."""
SENTENCE = 0.5
"""What the likeness of a passage's nearest sentence counts beside that of the whole passage."""
SUPPORT = 0.15
"""What the next best passage of the same article adds: an article about the matter has several."""
ALONE = 0.8
"""The share of its own standing that an article's only passage is given as support: it can have no second one,
and being short is no fault."""
TOLERANCE_DAYS = 1
"""An article dated this much after the asker's today is taken for today's: time zones."""


@dataclass(frozen=True)
class Weights:
    """The weight of every feature; ``dense`` is the unit.

    Fitted by a conditional logit (softmax over a question's candidates, as in
    ``benchmarks/learn_weights.py``) on public question sets in two folds, rounded, and then three
    of them set by hand between what different sets ask for: ``title`` between 0.25 (all sets
    together) and 0.7 (full articles alone), ``fresh_asked`` between 0.06 (with full articles) and
    0.25 (without), ``fresh`` near the middle.

    ``dense``: likeness of question and passage (``likeness``). ``lexical``: BM25 divided by the
    candidates' best, times the share of the question's terms, weighed by their rarity, that the
    candidate with most of them has: where no passage has the question's words, the one with a
    few more of them is not the better one. ``title``: share of the question's terms, weighed by their rarity, that the
    article's heading has; an article about the matter, rather than one that mentions it.
    ``source``: the question names the article's source. ``fresh``: nearness of publication to the
    asker's today, where the question sets no earlier time; ``fresh_asked``: the same, once more,
    where it asks for what is new. ``future``: published after the asker's today. ``window``: the
    article was published in, or the passage speaks of, the days asked about.
    """

    dense: float = 1.0
    lexical: float = 0.50
    title: float = 0.40
    source: float = 0.20
    fresh: float = 0.36
    fresh_asked: float = 0.15
    future: float = -0.40
    window: float = 0.13


FEATURES = tuple(field.name for field in fields(Weights))
"""The columns of ``features``, in order."""

DEFAULT_WEIGHTS = Weights()


@dataclass(frozen=True)
class LexicalStats:
    """What BM25 needs of the whole index.

    ``count`` passages; ``document_frequency`` says in how many of them a query term occurs.
    """

    count: int
    document_frequency: Mapping[str, int]

    def idf(self, term: str) -> float:
        """Inverse document frequency in the form that is never negative (Lucene's)."""
        df = self.document_frequency.get(term, 0)
        return math.log(1.0 + (self.count - df + 0.5) / (df + 0.5)) if self.count >= df else 0.0


def likeness(passage: float, sentence: float | None) -> float:
    """Return how like a question a passage is, from the cosines of the passage and of its nearest sentence.

    A long passage holds the answer in one sentence, which its own vector blurs.
    """
    return passage if sentence is None else (passage + SENTENCE * sentence) / (1 + SENTENCE)


def rank(
    query: Query,
    candidates: Sequence[Candidate],
    likenesses: Sequence[float],
    stats: LexicalStats,
    weights: Weights = DEFAULT_WEIGHTS,
) -> list[tuple[float, int]]:
    """Return (score, position in ``candidates``), best first; copies of a better-ranked article last.

    ``likenesses[i]`` is the ``likeness`` of the question and ``candidates[i]``.
    """
    if not candidates:
        return []
    vector = np.array([getattr(weights, name) for name in FEATURES])
    scores = features(query, candidates, likenesses, stats) @ vector
    scores += SUPPORT * _support(scores, candidates)
    order = sorted(range(len(candidates)), key=lambda i: (-scores[i], candidates[i].row))
    copies = _copies(order, candidates)
    # Lowered by the whole range, copies keep their order and stand behind everything else.
    scores[copies] -= scores[order[0]] - scores[order[-1]] + 1e-6
    order = [i for i in order if i not in copies] + copies
    return [(float(scores[i]), i) for i in order]


def features(query: Query, candidates: Sequence[Candidate], likenesses: Sequence[float], stats: LexicalStats) -> Floats:
    """Return the features of every candidate, shape (len(candidates), len(FEATURES))."""
    columns = {
        "dense": np.asarray(likenesses, dtype=np.float64),
        "lexical": _lexical(query, candidates, stats),
        "title": _title(query, candidates, stats),
        "source": _named_sources(query, candidates),
        **_time(query, candidates),
    }
    return np.stack([columns[name] for name in FEATURES], axis=1)


def frequencies(query: Query, candidates: Sequence[Candidate]) -> Floats:
    """How often each term of the query is in passage and heading together, shape (len(candidates), terms)."""
    column = {term: j for j, term in enumerate(query.terms)}
    found = np.zeros((len(candidates), len(column)))
    for i, candidate in enumerate(candidates):
        for words in (candidate.terms, candidate.title_terms):
            for term in filter(column.__contains__, words):
                found[i, column[term]] += 1
    return found


def bm25(frequency: Floats, candidates: Sequence[Candidate], idf: Floats) -> Floats:
    """BM25 (Robertson and Zaragoza 2009) of ``frequencies``; the average length is the candidates' own."""
    length = np.array([len(candidate.terms) for candidate in candidates], dtype=np.float64)
    damping = K1 * (1 - B + B * length / max(length.mean(), 1.0))
    scores: Floats = (frequency * (K1 + 1) / (frequency + damping[:, None])) @ idf
    return scores


def _lexical(query: Query, candidates: Sequence[Candidate], stats: LexicalStats) -> Floats:
    """BM25 as a share of the best, times the largest share of the question's idf that one candidate has."""
    frequency = frequencies(query, candidates)
    idf = np.array([stats.idf(term) for term in query.terms])
    scores = bm25(frequency, candidates, idf)
    best = scores.max(initial=0.0)
    if best <= 0:
        return scores
    covered = float(((frequency > 0) @ idf).max() / idf.sum())
    shares: Floats = scores * (covered / best)
    return shares


def _support(scores: Floats, candidates: Sequence[Candidate]) -> Floats:
    """How far the second best passage of each candidate's article stands above the worst of all candidates.

    0 where no second one was found, ``ALONE`` of its own height where there is none to find.
    """
    best: dict[str, list[float]] = {}
    for candidate, score in zip(candidates, scores.tolist(), strict=True):
        best[candidate.doc_id] = sorted([*best.get(candidate.doc_id, ()), score])[-2:]
    worst = float(scores.min())
    second = {doc_id: found[0] - worst if len(found) > 1 else 0.0 for doc_id, found in best.items()}
    only = ALONE * (scores - worst)
    return np.array([only[i] if c.alone else second[c.doc_id] for i, c in enumerate(candidates)])


def _title(query: Query, candidates: Sequence[Candidate], stats: LexicalStats) -> Floats:
    """Share of the question's idf that is in the heading."""
    idf = {term: stats.idf(term) for term in query.terms}
    whole = sum(idf.values())
    if not whole:
        return np.zeros(len(candidates))
    return np.array([sum(idf[term] for term in idf.keys() & candidate.title_terms) for candidate in candidates]) / whole


def _named_sources(query: Query, candidates: Sequence[Candidate]) -> Floats:
    """1 where every word of the article's source is in the question."""
    asked = set(query.terms)
    named: dict[str, bool] = {}
    for source in {candidate.source for candidate in candidates}:
        words = terms(source)
        named[source] = bool(words) and asked.issuperset(words)
    return np.array([float(named[candidate.source]) for candidate in candidates])


def _time(query: Query, candidates: Sequence[Candidate]) -> dict[str, Floats]:
    """Freshness, futurity and fit to the asked-about days; an undated article has none of them."""
    columns = {name: np.zeros(len(candidates)) for name in ("fresh", "fresh_asked", "future", "window")}
    today, window = query.asked_day, query.window
    past = today is not None and window is not None and window[1] < today - 2 * FRESH_DAYS
    for i, candidate in enumerate(candidates):
        day = candidate.published_day
        if today is not None and day is not None:
            columns["future"][i] = day > today + TOLERANCE_DAYS
            if not past and not columns["future"][i]:
                columns["fresh"][i] = math.exp(-max(today - day, 0) / FRESH_DAYS)
        if window is not None:
            columns["window"][i] = _fit(window, candidate)
    columns["fresh_asked"] = columns["fresh"] * query.recent
    return columns


def _fit(window: tuple[int, int], candidate: Candidate) -> float:
    """1 where the article appeared, or the passage speaks of a day, in the window; less with distance."""
    spans = []
    if candidate.published_day is not None:
        spans.append((candidate.published_day, candidate.published_day))
    if candidate.first_day is not None and candidate.last_day is not None:
        spans.append((candidate.first_day, candidate.last_day))
    if not spans:
        return 0.0
    distance = min(max(first - window[1], window[0] - last, 0) for first, last in spans)
    return math.exp(-distance / WINDOW_DAYS)


def _copies(order: Sequence[int], candidates: Sequence[Candidate]) -> list[int]:
    """Return, in order, the passages of near-copies of an article that already stands higher."""
    first_of: dict[str, str] = {}
    copies = []
    for i in order:
        cluster, doc_id = candidates[i].cluster, candidates[i].doc_id
        if cluster is not None and first_of.setdefault(cluster, doc_id) != doc_id:
            copies.append(i)
    return copies
