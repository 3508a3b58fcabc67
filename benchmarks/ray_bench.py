"""How indexing on a Ray cluster scales: without Ray, with one and with two workers of one processor each.

    python benchmarks/ray_bench.py --data PATH [--articles 100] [--runs 1] [--milliseconds 40]

``--data`` (or DATELINE_BENCHMARKS) is the folder that holds ``realtimeqa_articles``. A cluster on this
machine has a head that does no work and workers with a processor each, pinned to a core of their own
(Linux); this process writes. Without Ray the whole process is pinned to one core. ``--milliseconds``
puts a wait of so long a passage in place of the model, so that the number shows what Ray and the one
writer cost and not how busy this machine's cores are otherwise.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from index_bench import sample
from ray.cluster_utils import Cluster
from sets import add_data

from dateline.index import Index
from dateline.index.building.build import build
from dateline.index.building.pipeline import LocalPipeline, Pipeline
from dateline.index.building.ray_workers import RayPipeline
from dateline.index.vectors.embedding import Embedder, PackagedEmbedder
from dateline.index.vectors.pooling import Vectors, unit


def pinned(core: int, pid: int) -> None:
    """Pin a process, with the children that it will have, to a core where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, {core % (os.cpu_count() or 1)})


class Waiting:
    """Texts -> random directions, after as long as a model might take."""

    name = "waiting"
    dimension = 384

    def __init__(self, milliseconds: float) -> None:
        self.milliseconds = milliseconds

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape (len(texts), 384)."""
        time.sleep(self.milliseconds / 1000 * len(texts))
        return unit(np.random.default_rng(len(texts)).standard_normal((len(texts), 384), dtype=np.float32))


def run(collection: Path, folder: Path, warm: Path, workers: int, embedder: Embedder) -> tuple[int, float]:
    """Index a collection; return how many passages and the seconds, the start of the workers left out."""
    with ExitStack() as stack:
        pipeline: Pipeline = LocalPipeline(embedder)
        if not workers:
            pinned(0, 0)
        else:
            memory = 200 << 20
            head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": memory}
            cluster = Cluster(initialize_head=True, head_node_args=head)
            stack.callback(cluster.shutdown)
            for core in range(workers):
                node = cluster.add_node(num_cpus=1, object_store_memory=memory)
                pinned(core, node.all_processes["raylet"][0].process.pid)
            pipeline = stack.enter_context(RayPipeline(cluster.address, embedder))
        build(Index.open(folder / "warm", embedder=embedder).store, pipeline, [warm])
        index = Index.open(folder / "index", embedder=embedder)
        started = time.perf_counter()
        build(index.store, pipeline, [collection])
        return index.status()["passages"], time.perf_counter() - started


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data(parser)
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--milliseconds", type=float)
    arguments = parser.parse_args()
    articles = arguments.data / "realtimeqa_articles" / "articles.jsonl"
    print("| workers | passages | s | passages/s |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as temporary:
        collection = sample(articles, arguments.articles, Path(temporary) / "articles.jsonl")
        warm = sample(articles, 30, Path(temporary) / "warm.jsonl")
        for workers in (0, 1, 2):
            seconds = []
            for number in range(arguments.runs):
                folder = Path(temporary) / f"{workers}-{number}"
                folder.mkdir()
                # A fresh process each, since one that is pinned stays so.
                if child := os.fork():
                    os.waitpid(child, 0)
                else:
                    embedder = Waiting(arguments.milliseconds) if arguments.milliseconds else PackagedEmbedder()
                    passages, took = run(collection, folder, warm, workers, embedder)
                    (folder / "result").write_text(f"{passages} {took}", encoding="ascii")
                    os._exit(0)
                told = (folder / "result").read_text(encoding="ascii").split()
                seconds.append(float(told[1]))
            middle = statistics.median(seconds)
            print(f"| {workers or 'none'} | {told[0]} | {middle:.1f} | {int(told[0]) / middle:.1f} |", flush=True)


if __name__ == "__main__":
    main()
