"""Learn the weights of the ranking (``rag/search/ranking.py``) on public question sets, cross-validated.

Usage: python benchmarks/learn_weights.py --data DIR [--indexes DIR] [--every N]

The model is a conditional logit: the chance that a candidate is the wanted one is the softmax of
its score among the question's candidates (McFadden 1974). Two folds: the table shows every
question ranked by weights that have not seen it; the weights printed last are learned on all.
Every set counts the same.

Time is learned on RealTime QA with the dates of the linked articles (not the days of the quizzes,
which coincide with the questions'): "news" asks in the week of the quiz; "archive" asks the
questions that name no time two months to four years later, so that freshness may help a question
about the news and must not bury an answer that is old.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from retrieval_bench import Remembering, build
from scipy.optimize import minimize
from sets import add_data

from dateline.eval.numbers.metrics import mean, ndcg, recall
from dateline.eval.sets.adapters import load_benchmark
from dateline.eval.sets.questions import Question
from dateline.index import Index
from dateline.index.filters import to_day
from dateline.index.keeping.rows import Candidate
from dateline.index.vectors.embedding import open_embedder
from dateline.rag.search.query import analyse
from dateline.rag.search.ranking import FEATURES, LexicalStats, features, likeness

Floats = NDArray[np.float64]

SETS = ("realtimeqa_evidence", "realtimeqa_articles", "multihop_rag_facts", "squad_v2", "ir_time", "ir_cranfield")
POOL = 100
L2 = 1e-4


@dataclass(frozen=True)
class Case:
    """A question's candidates: features (shape (candidates, features)) and the grade of each."""

    question: str
    features: Floats
    grades: Floats
    docs: tuple[str, ...]
    wanted: dict[str, int]

    @property
    def fold(self) -> int:
        """0 or 1, by the question's id."""
        return zlib.crc32(self.question.encode()) % 2


def candidates(index: Index, question: Question) -> tuple[list[Candidate], list[float], LexicalStats]:
    """Return what the retriever would rank for a question, and its likeness to each."""
    query, store = analyse(question.question), index.store
    vector = index.embedder.encode([query.text])[0]
    dense = dict(store.dense(vector, POOL))
    lexical = dict(store.lexical(query.terms, POOL // 2))
    found = store.candidates(sorted(dense.keys() | lexical.keys()))
    floor = min(dense.values())
    nearest = store.catalogue.nearest_sentences([c.row for c in found], vector)
    stats = LexicalStats(store.catalogue.counts()["passages"], store.catalogue.document_frequency(query.terms))
    return found, [likeness(dense.get(c.row, floor), nearest.get(c.row)) for c in found], stats


def cases(index: Index, questions: Sequence[Question], published: dict[str, str | None]) -> dict[str, list[Case]]:
    """Return the cases of a set; ``published`` are the stricter dates that time is learned on, if any."""
    random = np.random.default_rng(0)
    made: dict[str, list[Case]] = {"plain": [], "news": [], "archive": []}
    for question in questions:
        found, likenesses, stats = candidates(index, question)
        wanted = dict(question.gold_docs)

        def case(some: Sequence[Candidate], similar: Sequence[float], day: int | None) -> Case:
            query = analyse(question.question, question.asked_on if day else None)  # noqa: B023
            grades = np.array([float(wanted.get(c.doc_id, 0)) for c in some])  # noqa: B023
            values = features(replace(query, asked_day=day), some, similar, stats)  # noqa: B023
            return Case(question.id, values, grades, tuple(c.doc_id for c in some), wanted)  # noqa: B023

        made["plain"].append(case(found, likenesses, None))
        if not question.asked_on or not all(published.get(doc_id) for doc_id in wanted):
            continue
        days = [published.get(c.doc_id) for c in found]
        kept = [
            (replace(c, published_day=to_day(day)), like)
            for c, day, like in zip(found, days, likenesses, strict=True)
            if day
        ]
        dated, similar = [c for c, _ in kept], [like for _, like in kept]
        today = to_day(question.asked_on)
        made["news"].append(case(dated, similar, today))
        query = analyse(question.question, question.asked_on)
        if not query.recent and query.window is None:
            made["archive"].append(case(dated, similar, today + int(random.integers(60, 1500))))
    return {name: [c for c in some if c.grades.any()] for name, some in made.items() if some}


def loss(weights: Floats, some: Sequence[Case]) -> tuple[float, Floats]:
    """Mean negative log-likelihood of the wanted candidates, and its gradient."""
    total, gradient = 0.0, np.zeros_like(weights)
    for case in some:
        scores = case.features @ weights
        wanted = np.flatnonzero(case.grades > 0)
        for at in wanted:
            # Against candidates of lower grade only: a better one beside it is no mistake.
            rivals = np.flatnonzero(case.grades < case.grades[at])
            rows = np.append(rivals, at)
            shifted = scores[rows] - scores[rows].max()
            chances = np.exp(shifted)
            chances /= chances.sum()
            total -= float(np.log(chances[-1])) / len(wanted)
            gradient += (chances @ case.features[rows] - case.features[at]) / len(wanted)
    return total / len(some), gradient / len(some)


def learn(parts: Sequence[Sequence[Case]]) -> Floats:
    """Return the weights that minimise the parts' summed losses, ``dense`` scaled to 1."""

    def objective(weights: Floats) -> tuple[float, Floats]:
        values = [loss(weights, part) for part in parts if part]
        penalty = L2 * float(weights @ weights)
        return sum(v for v, _ in values) + penalty, sum(g for _, g in values) + 2 * L2 * weights

    weights: Floats = minimize(objective, np.ones(len(FEATURES)), jac=True, method="L-BFGS-B").x
    return weights / weights[FEATURES.index("dense")]


def quality(some: Sequence[Case], weights: Sequence[Floats]) -> str:
    """Return Recall@1, Recall@10 and nDCG@10 as table cells; ``weights[fold]`` ranks a fold."""
    rankings = [
        (dict.fromkeys(case.docs[i] for i in np.argsort(-(case.features @ weights[case.fold]), kind="stable")), case)
        for case in some
    ]
    values = (
        mean(recall(list(ranking), case.wanted, 1) for ranking, case in rankings),
        mean(recall(list(ranking), case.wanted, 10) for ranking, case in rankings),
        mean(ndcg(list(ranking), case.wanted, 10) for ranking, case in rankings),
    )
    return " | ".join(f"{value:.3f}" for value in values)


def parts(data: Path, indexes: Path, every: int) -> Iterator[tuple[str, list[Case]]]:
    """Yield the name and the cases of every part of every set."""
    embedder = Remembering(open_embedder())
    for name in SETS:
        loaded = load_benchmark(data, name)
        index = build(indexes / name, loaded.documents, embedder)
        published: dict[str, str | None] = {}
        if name == "realtimeqa_evidence":
            from dateline.eval.sets.adapters import realtimeqa_evidence

            strict = realtimeqa_evidence(data / name, published="article_date").documents
            published = {document.doc_id: document.published for document in strict}
        elif name == "realtimeqa_articles":
            published = {document.doc_id: document.published for document in loaded.documents}
        step = every if len(loaded.questions) > 1000 else 1
        asked = [q for q in loaded.questions if q.gold_docs and "weak_recent" not in q.tags][::step]
        for part, some in cases(index, asked, published).items():
            yield f"{name}, {part}", some
        index.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the cross-validated table and the weights learned on all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data(parser)
    parser.add_argument("--indexes", type=Path, help="keep the indexes here; by default they are temporary")
    parser.add_argument("--every", type=int, default=1, help="take every N-th question of the large sets")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        found = dict(parts(options.data, options.indexes or Path(temporary), options.every))
    folds = [learn([[c for c in some if c.fold != fold] for some in found.values()]) for fold in (0, 1)]
    print("| set | questions | Recall@1 | Recall@10 | nDCG@10 |\n| --- | --- | --- | --- | --- |")
    for name, some in found.items():
        print(f"| {name} | {len(some)} | {quality(some, folds)} |")
    for title, weights in (("fold 0", folds[0]), ("fold 1", folds[1]), ("all", learn(list(found.values())))):
        print(title, ", ".join(f"{name} {weight:.2f}" for name, weight in zip(FEATURES, weights, strict=True)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
