"""How fast articles are read, and how fast unchanged ones are passed over.

``python benchmarks/loaders_bench.py --data DIR`` (or DATELINE_BENCHMARKS) reads
``realtimeqa_articles/articles.jsonl``, as a collection and written out as one file an article.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from memory import peak
from sets import add_data

from dateline.index.errors import LoadError
from dateline.index.reading.loaders import load, scan


def report(error: LoadError) -> None:
    """Name what cannot be read."""
    print(error, file=sys.stderr)


def timed(name: str, work: Callable[[], int]) -> None:
    """Print a row: what was done, to how many, wall and processor time, peak memory."""
    wall, cpu = time.perf_counter(), time.process_time()
    count = work()
    print(
        f"| {name} | {count} | {time.perf_counter() - wall:.2f} s | {time.process_time() - cpu:.2f} s | {peak():.0f} MB |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_data(parser)
    path = parser.parse_args().data / "realtimeqa_articles" / "articles.jsonl"
    with tempfile.TemporaryDirectory() as folder:
        with path.open(encoding="utf-8") as lines:
            for article in map(json.loads, lines):
                Path(folder, f"{article['doc_id']}.txt").write_text(article["text"], "utf-8")

        def read(source: str | Path) -> Callable[[], int]:
            return lambda: sum(1 for _ in load([source], on_error=report))

        def digest(source: str | Path) -> Callable[[], int]:
            return lambda: len([file.digest() for file in scan([source], on_error=report)])

        print("| what | articles or files | wall | processor | peak memory |\n| --- | --- | --- | --- | --- |")
        timed("unchanged: files listed and hashed", digest(folder))
        timed("unchanged: collection hashed", digest(path))
        timed("collection read", read(path))
        timed("files read", read(folder))


if __name__ == "__main__":
    main()
