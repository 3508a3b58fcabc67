"""How long a search takes, alone and with sixteen callers, beside LlamaIndex's and txtai's hybrid search.

Usage: python benchmarks/speed_bench.py [--passages 20000] [--queries 200] [--peers] [--folder DIR]

The archive is made up: words drawn by Zipf's law, one random unit vector a passage. Questions are
encoded by the packaged model, whose time is part of every number. ``--peers`` measures in the same
run stock LlamaIndex (QueryFusionRetriever over a VectorStoreIndex and a BM25Retriever) and txtai's
hybrid index with the same model; install llama-index-retrievers-bm25, txtai and faiss-cpu for it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import peers

from dateline.index import Document, Index
from dateline.index.vectors.embedding import PackagedEmbedder, SentenceTransformerEmbedder
from dateline.index.vectors.packaged import packaged_folder
from dateline.index.vectors.pooling import Span, Vectors, unit
from dateline.rag.search.retriever import Retriever

CALLERS = 16
K = 10
WORDS = 140
PASSAGES_A_DOCUMENT = 5
VOCABULARY = 60_000
BATCH = 1000


class MadeUpVectors(PackagedEmbedder):
    """Questions are encoded by the real model; passages get random directions, which cost nothing to make."""

    def __init__(self) -> None:
        super().__init__()
        self.random = np.random.default_rng(1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode one text really, several at random."""
        return super().encode(texts) if len(texts) == 1 else self.directions(len(texts))

    def encode_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors] | None]:
        """Give passages and their sentences random directions."""
        return self.directions(len(texts)), [self.directions(len(some)) for some in spans]

    def directions(self, count: int) -> Vectors:
        """Return ``count`` random unit vectors."""
        return unit(self.random.standard_normal((count, self.dimension), dtype=np.float32))


def vocabulary() -> list[str]:
    """Return pronounceable words, commonest first."""
    onsets, vowels = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z"], ["a", "e", "i", "o", "u"]
    syllables = [onset + vowel for onset in onsets for vowel in vowels]
    count = len(syllables)
    return [syllables[i % count] + syllables[i // count % count] + syllables[i // count**2] for i in range(VOCABULARY)]


def documents(passages: int) -> Iterator[Document]:
    """Yield articles of five passages each, two years of them."""
    random = np.random.default_rng(0)
    words = np.array(vocabulary())
    weights = 1.0 / np.arange(1, VOCABULARY + 1)
    cumulated = np.cumsum(weights / weights.sum())
    for number in range(passages // PASSAGES_A_DOCUMENT):
        drawn = words[np.searchsorted(cumulated, random.random(PASSAGES_A_DOCUMENT * WORDS))]
        sentences = [" ".join(drawn[at : at + 20]).capitalize() + "." for at in range(0, len(drawn), 20)]
        published = date(2024, 1, 1) + timedelta(days=number % 730)
        yield Document(f"d{number}", " ".join(sentences), f"{drawn[0]} {drawn[1]}", published.isoformat(), "metadata")


def questions(count: int) -> list[str]:
    """Return questions of common and rare words, some of them about a time."""
    random = np.random.default_rng(2)
    words = vocabulary()
    made = []
    for number in range(count):
        common = [words[i] for i in random.integers(0, 300, 4)]
        rare = [words[i].capitalize() for i in random.integers(300, 20_000, 3)]
        when = ("this week", "on Monday", "in March 2025", "")[number % 4]
        made.append(
            f"What did {rare[0]} {common[0]} say about the {common[1]} {rare[1]} {common[2]} of {rare[2]} {when}?"
        )
    return made


def build(folder: Path, passages: int) -> Index:
    """Make the archive, or open the one that an earlier run made in ``folder``."""
    index = Index.open(folder, embedder=MadeUpVectors())
    if index.status()["passages"] < passages * 0.9:
        batch: list[Document] = []
        for document in documents(passages):
            batch.append(document)
            if len(batch) == BATCH:
                index.add_documents(batch)
                batch = []
        index.add_documents(batch)
    return index


def measure(search: Callable[[str], Any], asked: Sequence[str], *, threads: bool) -> dict[str, float]:
    """Return p50 and p95 (ms) of one caller and its throughput; with ``threads`` that of sixteen, as a share of it too."""
    for question in asked[:10]:
        search(question)
    times = []
    for question in asked:
        started = time.perf_counter()
        search(question)
        times.append((time.perf_counter() - started) * 1000)
    alone = len(asked) / (sum(times) / 1000)
    found = {"p50": statistics.median(times), "p95": statistics.quantiles(times, n=20)[-1], "alone": alone}
    if not threads:
        return {**found, "together": float("nan"), "share": float("nan")}
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(search, asked[:CALLERS]))
        started = time.perf_counter()
        list(pool.map(search, asked))
        together = len(asked) / (time.perf_counter() - started)
    return {**found, "together": together, "share": together / alone}


def check_callers(search: Callable[[str], list[str]], asked: Sequence[str]) -> None:
    """Raise unless sixteen callers get what one gets."""
    expected = [search(question) for question in asked]
    with ThreadPoolExecutor(CALLERS) as pool:
        if list(pool.map(search, asked)) != expected:
            raise SystemExit("sixteen callers got other results than one")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="where the archive is kept; by default a temporary folder")
    parser.add_argument("--peers", action="store_true", help="measure LlamaIndex and txtai too")
    options = parser.parse_args(arguments)
    asked = questions(options.queries)
    with tempfile.TemporaryDirectory() as temporary:
        index = build(options.folder or Path(temporary), options.passages)
        retriever = Retriever(index, k=K, asked_on="2025-12-31")
        check_callers(lambda q: [hit.passage.passage_id for hit in retriever.search(q)], asked[:64])
        systems: dict[str, Callable[[], Callable[[str], Any]]] = {"dateline": lambda: retriever.retrieve}
        if options.peers:
            model = SentenceTransformerEmbedder(str(packaged_folder()))
            systems |= {name: partial(peers.peer, name, index, model, K) for name in peers.PEERS}
        print(f"{index.status()['passages']:,} passages, {len(asked)} questions, k = {K}, {CALLERS} callers\n")
        print("| search | p50 ms | p95 ms | one caller, 1/s | sixteen, 1/s | share |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name, system in systems.items():
            # txtai's database belongs to one thread: sixteen callers end its process.
            m = measure(system(), asked, threads="txtai" not in name)
            print(
                f"| {name} | {m['p50']:.1f} | {m['p95']:.1f} | {m['alone']:.1f} | {m['together']:.1f} "
                f"| {m['share']:.0%} |",
                flush=True,
            )
        index.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
