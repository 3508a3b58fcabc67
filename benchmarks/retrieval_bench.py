"""Which passage comes first: retrieval measured on public question sets.

Usage: python benchmarks/retrieval_bench.py --data DIR [--sets NAME…] [--indexes DIR] [--ready NAME=FOLDER…]
       [--peers] [--out DIR] [--every N]

DIR (or the environment variable DATELINE_BENCHMARKS) holds the sets that ``dateline.eval.sets.adapters`` reads.
Every set is indexed as any archive is; an index kept by ``--indexes`` is used again, and one that
``dateline index`` has made of a set's articles is named by ``--ready`` and only read. Compared are
BM25 alone, vectors alone, the fixed mixture 0.3 BM25 + 0.7 cosine, and Dateline's retriever
without and with the day the question was asked on; with ``--peers`` also LlamaIndex's stock hybrid
(QueryFusionRetriever over vectors and BM25Retriever) and txtai's, over the same passages and
vectors. An article counts once, at its best passage. ``--out`` gets, for each set and system, a
TREC run and a tab-separated file of values per query.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import peers
from sets import add_data

from dateline.eval.numbers.metrics import mean, score_run
from dateline.eval.sets.adapters import load_benchmark
from dateline.eval.sets.questions import Question
from dateline.index import Document, Index
from dateline.index.vectors.embedding import Embedder, open_embedder
from dateline.index.vectors.pooling import Vectors
from dateline.rag.search.query import analyse
from dateline.rag.search.retriever import Retriever

SETS: dict[str, tuple[str, ...]] = {
    "realtimeqa_evidence": ("Recall@1", "Recall@5", "MRR@10"),
    "realtimeqa_articles": ("Recall@1", "Recall@5", "MRR@10"),
    "multihop_rag_facts": ("Recall@4", "Recall@10"),
    "squad_v2": ("Recall@1", "Recall@5", "MRR@10"),
    "ir_time": ("nDCG@10",),
    "ir_cranfield": ("nDCG@10",),
}
DEPTH = 100
BATCH = 200

Search = Callable[[Question], Iterable[tuple[str, float]]]
"""A question -> (doc_id, score) of passages, best first."""


class Remembering:
    """An embedder that encodes a question once for all systems."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.dimension = embedder.dimension
        self._embedder = embedder
        self._one = lru_cache(maxsize=10_000)(lambda text: embedder.encode([text]))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode ``texts``."""
        return self._one(texts[0]) if len(texts) == 1 else self._embedder.encode(texts)


def build(folder: Path, documents: Sequence[Document], embedder: Embedder) -> Index:
    """Index what is not indexed yet."""
    index = Index.open(folder, embedder=embedder)
    for at in range(0, len(documents), BATCH):
        index.add_documents(documents[at : at + BATCH])
    return index


def systems(index: Index, *, with_peers: bool = False) -> dict[str, Search]:
    """Return the compared ways to search; ``peers.MissingPeer`` is raised where a peer is not installed."""
    retriever = Retriever(index, k=DEPTH)

    def docs(scores: dict[int, float]) -> list[tuple[str, float]]:
        rows = sorted(scores, key=lambda row: (-scores[row], row))[:DEPTH]
        passages = index.store.passages(rows)
        return [(passage.doc_id, scores[row]) for passage, row in zip(passages, rows, strict=True)]

    def lexical(question: Question) -> dict[int, float]:
        return dict(index.store.lexical(analyse(question.question).terms, DEPTH))

    def dense(question: Question) -> dict[int, float]:
        return dict(index.store.dense(index.embedder.encode([question.question])[0], DEPTH))

    def mixture(question: Question) -> dict[int, float]:
        words, meaning = lexical(question), dense(question)
        best = max(words.values(), default=1.0)
        return {
            row: 0.3 * words.get(row, 0.0) / best + 0.7 * meaning.get(row, 0.0) for row in words.keys() | meaning.keys()
        }

    def dateline(question: Question, asked_on: str | None) -> list[tuple[str, float]]:
        return [(hit.passage.doc_id, hit.score) for hit in retriever.search(question.question, asked_on=asked_on)]

    doc_of = {passage.passage_id: passage.doc_id for passage, _ in peers.stored(index)} if with_peers else {}

    def peer(name: str) -> Search:
        search = peers.peer(name, index, index.embedder, DEPTH)
        return lambda question: [(doc_of[found], score) for found, score in search(question.question)]

    return {
        "BM25": lambda q: docs(lexical(q)),
        "dense": lambda q: docs(dense(q)),
        "0.3 BM25 + 0.7 dense": lambda q: docs(mixture(q)),
        **({name: peer(name) for name in peers.PEERS} if with_peers else {}),
        "dateline": lambda q: dateline(q, None),
        "dateline, asked_on": lambda q: dateline(q, q.asked_on),
    }


def run(search: Search, questions: Sequence[Question]) -> dict[str, dict[str, float]]:
    """Return {question id: {doc_id: score of its best passage}}."""
    found: dict[str, dict[str, float]] = {}
    for question in questions:
        scores: dict[str, float] = {}
        for doc_id, score in search(question):
            scores.setdefault(doc_id, score)
        found[question.id] = scores
    return found


def write(folder: Path, name: str, found: dict[str, dict[str, float]], values: dict[str, dict[str, float]]) -> None:
    """Write a TREC run and the values per query."""
    folder.mkdir(parents=True, exist_ok=True)
    tag = name.replace(" ", "_").replace(",", "")
    with (folder / f"{tag}.run").open("w", encoding="utf-8") as file:
        for query, scores in found.items():
            for rank, (doc_id, score) in enumerate(scores.items(), 1):
                file.write(f"{query} Q0 {doc_id} {rank} {score:.6f} {tag}\n")
    with (folder / f"{tag}.tsv").open("w", encoding="utf-8") as file:
        for metric, row in values.items():
            for query, value in row.items():
                file.write(f"{query}\t{metric}\t{value:.6f}\n")


def bench(
    name: str,
    data: Path,
    folder: Path,
    out: Path | None,
    every: int,
    embedder: Embedder,
    *,
    made: bool,
    with_peers: bool,
) -> None:
    """Measure one set and print its rows; ``made`` says that its index in ``folder`` is only read."""
    loaded = load_benchmark(data, name)
    index = Index.open(folder, embedder=embedder, read_only=True) if made else build(folder, loaded.documents, embedder)
    human = [q for q in loaded.questions if q.gold_docs and "weak_recent" not in q.tags][::every]
    qrels = {q.id: q.gold_docs for q in human}
    metrics = SETS[name]
    print(f"\n{name}: {len(human)} questions, {index.status()['passages']:,} passages\n")
    print(f"| system | {' | '.join(metrics)} |\n|{' --- |' * (len(metrics) + 1)}")
    for system, search in systems(index, with_peers=with_peers).items():
        if "asked_on" in system and not any(q.asked_on for q in human):
            continue
        found = run(search, human)
        values = score_run(qrels, found, metrics)
        if out:
            write(out / name, system, found, values)
        means = (mean(values[metric].values()) for metric in metrics)
        print(f"| {system} | {' | '.join(f'{value:.3f}' for value in means)} |", flush=True)
    index.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the sets and print one Markdown table each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data(parser)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    parser.add_argument("--indexes", type=Path, help="keep the indexes here; by default they are temporary")
    parser.add_argument("--ready", nargs="+", default=[], metavar="NAME=FOLDER", help="an index made before, only read")
    parser.add_argument("--peers", action="store_true", help="compare with LlamaIndex's and txtai's hybrid search")
    parser.add_argument("--out", type=Path, help="write TREC runs and values per query here")
    parser.add_argument("--every", type=int, default=1, help="take every N-th question")
    options = parser.parse_args(arguments)
    ready = dict(pair.partition("=")[::2] for pair in options.ready)
    unknown = ready.keys() - SETS.keys()
    if unknown or not all(ready.values()):
        parser.error(f"--ready wants NAME=FOLDER with a name of {', '.join(SETS)}")
    embedder = Remembering(open_embedder())
    with tempfile.TemporaryDirectory() as temporary:
        for name in options.sets:
            folder = Path(ready[name]) if name in ready else (options.indexes or Path(temporary)) / name
            bench(
                name,
                options.data,
                folder,
                options.out,
                options.every,
                embedder,
                made=name in ready,
                with_peers=options.peers,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
