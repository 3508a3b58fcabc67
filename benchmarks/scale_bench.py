"""What an archive of a million passages costs: build time, disk, memory, and how long a search takes.

    python benchmarks/scale_bench.py [--passages 1000000] [--folder DIR] [--queries 200] [--k 10]

The archive is made up: words drawn by Zipf's law, made-up names, dates in words, and one random unit
vector a passage, so that nothing is encoded. Everything else is what ``dateline index`` does: cutting,
resolving dates, signatures, postings, both stores. An archive that an earlier run left in ``--folder``
is searched again, one that it did not finish is finished. Questions have a random vector too; what encoding them
takes with the packaged model is measured apart and added.

Searches run in a fresh process: the first ones with the operating system's cache of the index emptied
where the program may do that (``/proc/sys/vm/drop_caches``, root only), the others as they come.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from memory import peak, resident

from dateline.index import Document, Index
from dateline.index.building.build import build_documents
from dateline.index.building.pipeline import Batch, Made, Task, finished, make
from dateline.index.vectors.embedding import PackagedEmbedder
from dateline.index.vectors.pooling import Span, Vectors, unit
from dateline.rag.search.query import analyse
from dateline.rag.search.retriever import Retriever

DIMENSION = 384
PASSAGES_A_DOCUMENT = 5
SENTENCES, WORDS = 7, 20
VOCABULARY = 200_000
NAMES = 40_000
REPORT_EVERY = 10_000


class RandomVectors:
    """Texts -> random directions, which cost nothing to make."""

    name = "random directions"
    dimension = DIMENSION

    def __init__(self, seed: int = 1) -> None:
        self.random = np.random.default_rng(seed)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape (len(texts), 384)."""
        return unit(self.random.standard_normal((len(texts), DIMENSION), dtype=np.float32))

    def encode_passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        """Return unit vectors of texts and of their sentences."""
        return self.encode(texts), [self.encode([""] * len(some)) for some in spans]


class Pool:
    """A pipeline that cuts articles in processes of its own, and gives their passages random directions."""

    def __init__(self, processes: int, seed: int) -> None:
        self.embedder = RandomVectors(seed)
        self.processes = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))

    def batches(self, tasks: Iterable[Task]) -> Iterator[Batch]:
        """Yield what the tasks have become, some 250 passages at a time."""
        stream = iter(tasks)
        waiting: deque[tuple[list[Task], Future[list[Made]]]] = deque()
        while group := list(islice(stream, 50)):
            waiting.append((group, self.processes.submit(made, group)))
            if len(waiting) > 6:
                yield self._finished(*waiting.popleft())
        while waiting:
            yield self._finished(*waiting.popleft())

    def _finished(self, group: list[Task], future: Future[list[Made]]) -> Batch:
        return finished(group, future.result(), self.embedder)


def made(tasks: Sequence[Task]) -> list[Made]:
    """Cut some articles."""
    return [make(task) for task in tasks]


class Language:
    """A made-up language: words and names, commonest first, each drawn by Zipf's law (exponent 1)."""

    def __init__(self) -> None:
        syllables = [onset + vowel for onset in "bdfgklmnprstvz" for vowel in "aeiou"]
        count = len(syllables)

        def word(number: int) -> str:
            parts = [syllables[number % count]]
            while number := number // count:
                parts.append(syllables[number % count])
            return "".join(parts) + "n"

        self.words = np.array([word(i) for i in range(VOCABULARY)])
        self.names = np.array([word(i * 7 + 3).capitalize() + "ski" for i in range(NAMES)])
        self._words, self._names = _cumulated(VOCABULARY), _cumulated(NAMES)

    def draw(self, random: np.random.Generator, count: int) -> list[str]:
        """Return words of running text, one in ten a name."""
        words = self.words[np.searchsorted(self._words, random.random(count))]
        names = self.names[np.searchsorted(self._names, random.random(count))]
        return np.where(random.random(count) < 0.1, names, words).tolist()  # type: ignore[no-any-return]


def _cumulated(count: int) -> Vectors:
    weights = 1.0 / np.arange(1, count + 1)
    cumulated: Vectors = np.cumsum(weights / weights.sum())
    return cumulated


def documents(passages: int, done: int = 0) -> Iterator[Document]:
    """Yield articles of five passages each, two years of them, after the first ``done`` articles."""
    language = Language()
    whens = ("on Monday", "last week", "on 3 March", "in 2024", "", "", "", "", "", "")
    for number in range(done, passages // PASSAGES_A_DOCUMENT):
        random = np.random.default_rng(number)
        words = language.draw(random, PASSAGES_A_DOCUMENT * SENTENCES * WORDS)
        sentences = [
            f"{' '.join(words[at : at + WORDS])} {whens[number % 7 + at // WORDS % 4]}".strip().capitalize() + "."
            for at in range(0, len(words), WORDS)
        ]
        published = date(2024, 1, 1) + timedelta(days=number % 730)
        title = " ".join(words[:8]).capitalize()
        yield Document(f"news/{number}.txt", " ".join(sentences), title, published.isoformat(), "metadata")


def questions(count: int) -> list[str]:
    """Return questions of a few common and a few rare words, a quarter of them about a time."""
    language, random = Language(), np.random.default_rng(2)
    made = []
    for number in range(count):
        common = language.words[random.integers(20, 2000, 4)]
        names = language.names[random.integers(0, 5000, 2)]
        when = ("", "", "", "in March 2025")[number % 4]
        made.append(f"What did {names[0]} {common[0]} about the {common[1]} {common[2]} {names[1]} {common[3]} {when}?")
    return made


def build(folder: Path, passages: int) -> None:
    """Make the archive, or go on with one; print where time goes as it grows."""
    index = Index.open(folder, embedder=RandomVectors())
    known = index.status()["documents"]
    if known >= passages // PASSAGES_A_DOCUMENT:
        return
    started, last = time.perf_counter(), time.process_time()

    def told() -> Iterator[Document]:
        nonlocal last
        for number, document in enumerate(documents(passages, known), 1):
            if number % (REPORT_EVERY // PASSAGES_A_DOCUMENT) == 0:
                spent, last = time.process_time() - last, time.process_time()
                print(
                    f"  {(known + number) * PASSAGES_A_DOCUMENT:>9,} passages, {time.perf_counter() - started:7.0f} s,"
                    f" {spent / REPORT_EVERY * 1000:5.2f} ms of the writer's processor time a passage, {peak():6.0f} MiB at most",
                    file=sys.stderr,
                    flush=True,
                )
            yield document

    pool = Pool(os.cpu_count() or 1, known)
    with suppress(KeyboardInterrupt):  # what is there by then can be searched, and gone on with
        build_documents(index.store, pool, told())
    pool.processes.shutdown(cancel_futures=True)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = {
        "seconds": time.perf_counter() - started,
        "processor": time.process_time() + children.ru_utime + children.ru_stime,
        "mib": peak(),
    }
    index.close()
    with (folder / "made.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(run) + "\n")


def search(folder: Path, count: int, k: int) -> dict[str, object]:
    """Open the archive and ask; return milliseconds of each half and of the whole."""
    asked = questions(count)
    started = time.perf_counter()
    index = Index.open(folder, embedder=RandomVectors(7), read_only=True)
    opened = time.perf_counter() - started
    retriever = Retriever(index, k=k, asked_on="2025-12-31")
    store = index.store
    queries = [analyse(question) for question in asked]

    def dense(number: int) -> None:
        store.dense(index.embedder.encode([""])[0], 100)

    def lexical(number: int) -> None:
        store.lexical(queries[number].terms, 100)

    def hybrid(number: int) -> None:
        retriever.retrieve(asked[number])

    first = _milliseconds(hybrid, range(1))[0][0]
    loaded = resident()
    cold = _milliseconds(hybrid, range(1, count // 4))
    warm = range(count // 4, count)
    found: dict[str, object] = {
        "open s": opened,
        "first ms": first,
        "MiB after the first": loaded,
        **{f"cold hybrid {name}": value for name, value in _percentiles(cold).items()},
    }
    ways: dict[str, Callable[[int], None]] = {"hybrid": hybrid, "dense": dense, "lexical": lexical}
    for name, way in ways.items():
        found |= {f"{name} {key}": value for key, value in _percentiles(_milliseconds(way, warm)).items()}
    with_time = [number for number in warm if number % 4 == 3]
    found |= {
        f"hybrid, question with a time, {key}": v for key, v in _percentiles(_milliseconds(hybrid, with_time)).items()
    }
    found["MiB at the end"] = resident()
    index.close()
    model = PackagedEmbedder()
    model.encode(["warm"])
    encoding = _milliseconds(lambda number: _encode(model, asked[number]), warm)
    return found | {f"encoding the question {key}": value for key, value in _percentiles(encoding).items()}


def _encode(model: PackagedEmbedder, text: str) -> None:
    model.encode([text])


def _milliseconds(call: Callable[[int], None], numbers: Sequence[int]) -> list[tuple[float, float]]:
    """Return, for each call, the milliseconds that it took and those of processor time."""
    times = []
    for number in numbers:
        started, spent = time.perf_counter(), time.process_time()
        call(number)
        times.append(((time.perf_counter() - started) * 1000, (time.process_time() - spent) * 1000))
    return times


def _percentiles(times: Sequence[tuple[float, float]]) -> dict[str, float]:
    waited, spent = zip(*times, strict=True)
    return {
        "p50": statistics.median(waited),
        "p95": statistics.quantiles(waited, n=20)[-1],
        "p50, processor time": statistics.median(spent),
    }


def _forget_files() -> bool:
    """Empty the operating system's cache of files; return whether that was allowed."""
    try:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("1", encoding="ascii")
    except OSError:
        return False
    return True


def sizes(folder: Path) -> dict[str, float]:
    """Return the MB of the catalogue, of Chroma's SQLite file and of its graph."""
    found = {"catalogue MB": 0.0, "Chroma's SQLite MB": 0.0, "Chroma's graph MB": 0.0}
    for file in folder.rglob("*"):
        if file.is_file():
            name = (
                "catalogue MB"
                if file.name.startswith("catalogue")
                else "Chroma's SQLite MB"
                if file.name.startswith("chroma.sqlite3")
                else "Chroma's graph MB"
            )
            found[name] += file.stat().st_size / 1e6
    return found


def main() -> None:
    """Build and search in processes of their own; print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--folder", type=Path, help="where the archive is kept; by default a temporary folder")
    parser.add_argument("--step", choices=("build", "search"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step == "build":
        build(options.folder, options.passages)
        return
    if options.step == "search":
        print(json.dumps(search(options.folder, options.queries, options.k)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        command = [
            sys.executable, __file__, "--folder", str(folder), "--passages", str(options.passages), "--queries", str(options.queries), "--k", str(options.k),
        ]  # fmt: skip
        subprocess.run([*command, "--step", "build"], check=True)
        print("| what | value |\n| --- | --- |")
        made = [json.loads(line) for line in (folder / "made.jsonl").read_text(encoding="utf-8").splitlines()]
        print(f"| build s | {sum(run['seconds'] for run in made):,.0f} |")
        print(f"| build, s of processor time | {sum(run['processor'] for run in made):,.0f} |")
        print(f"| build, MiB at most | {max(run['mib'] for run in made):,.0f} |")
        for name, size in sizes(folder).items():
            print(f"| {name} | {size:,.0f} |")
        print(f"| file cache emptied before the search | {'yes' if _forget_files() else 'no'} |", flush=True)
        ran = subprocess.run([*command, "--step", "search"], check=True, stdout=subprocess.PIPE, text=True)
        for name, value in json.loads(ran.stdout).items():
            print(f"| {name} | {value:,.1f} |")


if __name__ == "__main__":
    main()
