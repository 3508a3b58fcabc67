"""Several processes that ask at once: over one folder, and over one ``chroma run`` server.

    python benchmarks/server_bench.py [--passages 10000] [--queries 60] [--clients 1 2 4]

The archive is that of ``scale_bench.py`` (made-up words, random vectors); every question has a random
vector too, so that no encoding is measured. Each client is a process of its own with its own index
object; on the server they share one catalogue in the user's cache, here a temporary one.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from memory import resident
from scale_bench import RandomVectors, documents, questions

from dateline.index import Index
from dateline.rag.search.retriever import Retriever


def client(where: str, queries: int, seed: int) -> dict[str, object]:
    """Open the index, wait for the word on standard input, ask; return what it took."""
    started = time.perf_counter()
    index = Index.open(where, embedder=RandomVectors(seed), read_only=True)
    retriever = Retriever(index, k=10)
    asked = questions(queries + 3)
    for question in asked[:3]:
        retriever.search(question)
    opened = time.perf_counter() - started
    print("ready", flush=True)
    sys.stdin.readline()
    times = []
    for question in asked[3:]:
        started = time.perf_counter()
        retriever.search(question)
        times.append((time.perf_counter() - started) * 1000)
    return {"times": times, "opened": opened, "mib": resident()}


def together(where: str, clients: int, queries: int) -> dict[str, float]:
    """Have so many processes ask at once."""
    command = [sys.executable, __file__, "--where", where, "--queries", str(queries), "--seed"]
    processes = [
        subprocess.Popen([*command, str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for seed in range(clients)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    started = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    results = [json.loads(process.communicate()[0]) for process in processes]
    seconds = time.perf_counter() - started
    times = [one for result in results for one in result["times"]]
    return {
        "p50 ms": statistics.median(times),
        "p95 ms": statistics.quantiles(times, n=20)[-1],
        "questions/s": len(times) / seconds,
        "MiB each": max(result["mib"] for result in results),
    }


def serve(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start ``chroma run`` on a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    program = str(Path(sys.executable).parent / "chroma")
    process = subprocess.Popen(
        [program, "run", "--path", str(folder), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    return process, port


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--where", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.where:
        print(json.dumps(client(options.where, options.queries, options.seed)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["XDG_CACHE_HOME"] = str(Path(temporary) / "cache")
        server, port = serve(Path(temporary) / "server")
        try:
            places = {"folder": str(Path(temporary) / "index"), "server": f"http://127.0.0.1:{port}/news"}
            for name, where in places.items():
                index = Index.open(where, embedder=RandomVectors())
                started = time.perf_counter()
                index.add_documents(documents(options.passages))
                print(f"{name}: written in {time.perf_counter() - started:.1f} s")
                index.close()
            os.environ["XDG_CACHE_HOME"] = str(Path(temporary) / "another")
            started = time.perf_counter()
            Index.open(places["server"], embedder=RandomVectors(), read_only=True).close()
            print(f"server: a new client's first start {time.perf_counter() - started:.1f} s\n")
            print("| store | processes | p50 ms | p95 ms | questions/s | MiB each | server's MiB |")
            print("| --- | --- | --- | --- | --- | --- | --- |")
            for name, where in places.items():
                for clients in options.clients:
                    found = together(where, clients, options.queries)
                    mib = f"{resident(server.pid):.0f}" if name == "server" else ""
                    print(
                        f"| {name} | {clients} | {found['p50 ms']:.0f} | {found['p95 ms']:.0f} |"
                        f" {found['questions/s']:.1f} | {found['MiB each']:.0f} | {mib} |",
                        flush=True,
                    )
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
