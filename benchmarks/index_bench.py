"""Speed and memory of indexing, beside bare encoding and a stock LlamaIndex pipeline, in one run.

    python benchmarks/index_bench.py --data PATH [--articles 200] [--all]

``--data`` (or DATELINE_BENCHMARKS) is the folder that holds ``realtimeqa_articles``. The first
table indexes ``--articles`` of its articles three ways, alternating, each in a fresh process:
``SentenceTransformer.encode`` of our passages and nothing else; ``dateline``; and stock LlamaIndex
(``SentenceSplitter`` -> ``VectorStoreIndex`` on Chroma with the same model and about the same
passage size). ``--all`` also indexes the whole collection and then measures a run in which nothing,
and one in which a single article, has changed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from memory import peak
from sets import add_data

ROOT = Path(__file__).parent.parent


def documents(collection: Path) -> list[object]:
    """Return the documents of a collection."""
    from dateline.index.reading.loaders import load

    return list(load([collection], on_error=lambda error: None))


def bare(collection: Path, folder: Path) -> tuple[int, float]:
    """Encode our passages with sentence-transformers; return how many and the seconds of encoding alone."""
    from dateline.index.prose.chunking import chunk
    from dateline.index.vectors.embedding import SentenceTransformerEmbedder
    from dateline.index.vectors.packaged import packaged_folder

    texts = [text for document in documents(collection) for text in chunk(document).embedded]  # type: ignore[arg-type]
    embedder = SentenceTransformerEmbedder(str(packaged_folder()))
    embedder.encode(["warm"])
    started = time.perf_counter()
    embedder.encode(texts)
    return len(texts), time.perf_counter() - started


def ours(collection: Path, folder: Path) -> tuple[int, float]:
    """Index with dateline, loading, chunking, dates and both stores included."""
    from dateline.index import Index
    from dateline.index.vectors.embedding import PackagedEmbedder

    embedder = PackagedEmbedder()
    embedder.encode(["warm"] * 100)
    index = Index.open(folder / "index", embedder=embedder)
    started = time.perf_counter()
    index.add(collection)
    return index.status()["passages"], time.perf_counter() - started


def stock(collection: Path, folder: Path) -> tuple[int, float]:
    """Index with stock LlamaIndex on Chroma, the same model, passages of about the same size."""
    import chromadb
    from chromadb.config import Settings
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from dateline.index.vectors.packaged import packaged_folder

    model = HuggingFaceEmbedding(str(packaged_folder()), embed_batch_size=32)
    model.get_text_embedding("warm")
    client = chromadb.PersistentClient(str(folder / "stock"), settings=Settings(anonymized_telemetry=False))
    store = ChromaVectorStore(chroma_collection=client.create_collection("stock", embedding_function=None))
    started = time.perf_counter()
    with collection.open(encoding="utf-8") as lines:
        articles = [json.loads(line) for line in lines]
    given = [Document(text=a["text"], metadata={"title": a["title"], "published": a["published"]}) for a in articles]
    VectorStoreIndex.from_documents(
        given,
        storage_context=StorageContext.from_defaults(vector_store=store),
        embed_model=model,
        transformations=[SentenceSplitter(chunk_size=200, chunk_overlap=0)],
    )
    return store.client.count(), time.perf_counter() - started


WAYS: dict[str, Callable[[Path, Path], tuple[int, float]]] = {"bare": bare, "ours": ours, "stock": stock}


def measured(way: str, collection: Path, folder: Path) -> dict[str, float]:
    """Run one way in a fresh process; return its passages, seconds and peak memory in MiB."""
    ran = subprocess.run(
        [sys.executable, __file__, "--way", way, "--data", str(collection), "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SystemExit(f"{way}: {ran.stderr.strip().splitlines()[-1]}")
    result: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return result


def sample(articles: Path, count: int, target: Path) -> Path:
    """Write every n-th article of a collection, ``count`` in all, to ``target``."""
    lines = articles.read_text(encoding="utf-8").splitlines(keepends=True)
    step = max(1, len(lines) // count)
    target.write_text("".join(lines[::step][:count]), encoding="utf-8")
    return target


def main() -> None:
    """Measure and print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data(parser)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--no-stock", action="store_true")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        passages, seconds = WAYS[arguments.way](arguments.data, Path(arguments.folder))
        print(json.dumps({"passages": passages, "seconds": seconds, "mib": peak()}))
        return
    articles = arguments.data / "realtimeqa_articles" / "articles.jsonl"
    ways = [way for way in WAYS if not (arguments.no_stock and way == "stock")]
    results: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as name:
        collection = sample(articles, arguments.articles, Path(name) / "articles.jsonl")
        for run in range(arguments.runs):
            for way in ways:
                folder = Path(name) / f"{way}{run}"
                folder.mkdir()
                results[way].append(measured(way, collection, folder))
        print(f"{arguments.articles} articles, medians of {arguments.runs} runs\n")
        print(
            "| way | passages | s | passages/s | of bare encoding | peak MiB |\n| --- | --- | --- | --- | --- | --- |"
        )
        base = statistics.median(r["seconds"] / r["passages"] for r in results["bare"])
        for way in ways:
            seconds = statistics.median(r["seconds"] for r in results[way])
            passages = results[way][0]["passages"]
            most = max(r["mib"] for r in results[way])
            ratio = seconds / passages / base
            print(f"| {way} | {passages} | {seconds:.1f} | {passages / seconds:.1f} | {ratio:.2f} | {most:.0f} |")
        if arguments.all:
            whole(articles, Path(name))


def whole(articles: Path, folder: Path) -> None:
    """Index everything, then again unchanged, then with one article changed; print a table."""
    collection = folder / "whole.jsonl"
    lines = articles.read_text(encoding="utf-8").splitlines()
    collection.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "dateline", "index", str(collection), "--index", str(folder / "whole")]

    def run(name: str) -> None:
        started = time.perf_counter()
        ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        print(f"| {name} | {time.perf_counter() - started:.2f} | {ran.stdout.strip()} |")

    print("\n| `dateline index`, a process each | s | report |\n| --- | --- | --- |")
    run(f"{len(lines)} articles, new")
    run("nothing changed")
    changed = json.loads(lines[100])
    changed["text"] += " One sentence was added to it."
    lines[100] = json.dumps(changed)
    collection.write_text("\n".join(lines), encoding="utf-8")
    run("one article changed")


if __name__ == "__main__":
    main()
