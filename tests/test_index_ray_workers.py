"""Indexing on a real Ray cluster of two workers on this machine."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import HashingEmbedder

from dateline.index import Index
from dateline.index.building.build import Report, Silent
from dateline.index.errors import ClusterError, UsageError
from dateline.index.mending.doctor import examine

pytestmark = pytest.mark.filterwarnings("ignore")
pytest.importorskip("ray", reason="Ray is an extra: pip install 'dateline[ray]'")

WORKER_MEMORY = 80 << 20


class TellingEmbedder(HashingEmbedder):
    """Leaves a note of the process in which it works, and takes its time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def encode(self, texts: Any) -> np.ndarray:
        if texts:
            (self.folder / str(os.getpid())).touch()
            time.sleep(0.2)
        return super().encode(texts)

    def workers(self) -> list[int]:
        return sorted(int(note.name) for note in self.folder.iterdir() if note.name != str(os.getpid()))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head that does no work and two workers with a processor each."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": WORKER_MEMORY}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        for _ in range(2):
            cluster.add_node(num_cpus=1, object_store_memory=WORKER_MEMORY)
        yield cluster
        cluster.shutdown()


@pytest.fixture
def embedder(tmp_path: Path) -> TellingEmbedder:
    (tmp_path / "notes").mkdir()
    return TellingEmbedder(tmp_path / "notes")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(40):
        text = " ".join(f"Sentence {number * 1000 + at} of the story is told here." for at in range(400))
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    (folder / "dated.txt").write_text("A story with a sidecar is told here.", encoding="utf-8")
    (folder / "dated.txt.meta.json").write_text('{"published": "2026-01-02"}', encoding="utf-8")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    lines = [{"doc_id": f"line {number}", "text": f"Line {number} tells a story."} for number in range(5)]
    (folder / "news.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + "no json\n")
    return folder


def contents(index: Index) -> list[tuple[Any, ...]]:
    """Everything an index holds, each passage with its vector."""
    catalogue = index.store.catalogue
    ids = sorted(catalogue.passage_ids())
    rows, vectors = catalogue.rows(ids), index.store.vectors.vectors(ids)
    return [(p, vectors[p.passage_id].round(5).tolist()) for p in catalogue.passages([rows[i] for i in ids])]


def test_a_cluster_makes_what_one_process_makes(
    cluster: Any, embedder: TellingEmbedder, articles: Path, tmp_path: Path
) -> None:
    alone, shared = (Index.open(tmp_path / name, embedder=embedder) for name in ("alone", "shared"))
    expected = alone.add(articles)
    report = shared.add(articles, ray=cluster.address)
    assert len(embedder.workers()) == 2
    assert report.added == expected.added == 46
    assert [str(e) for e in report.failed] == [str(e) for e in expected.failed]
    assert {Path(e.where).name for e in report.failed} == {"binary.txt", "news.jsonl:6"}
    assert contents(shared) == contents(alone)
    assert {info.published for info in shared.documents()} == {None, "2026-01-02"}
    (articles / "3.txt").write_text("Another story is told here now.", encoding="utf-8")
    (articles / "4.txt").unlink()
    again = shared.add(articles, prune=True, ray=cluster.address)
    assert (again.added, again.updated, again.unchanged, again.removed) == (0, 1, 44, 1)
    assert examine(shared.store).healthy


@pytest.mark.parametrize("victim", ["process", "machine"])
def test_a_worker_lost_midway_loses_and_doubles_nothing(
    cluster: Any, embedder: TellingEmbedder, articles: Path, tmp_path: Path, victim: str
) -> None:
    class Killing(Silent):
        killed = 0

        def advance(self, read_bytes: int, report: Report) -> None:
            if self.killed or not embedder.workers():
                return
            if victim == "process":
                self.killed = embedder.workers()[-1]
                os.kill(self.killed, signal.SIGKILL)
            else:
                node = next(iter(cluster.worker_nodes))
                self.killed = node.all_processes["raylet"][0].process.pid
                cluster.remove_node(node, allow_graceful=False)

    index, killing = Index.open(tmp_path / "index", embedder=embedder), Killing()
    report = index.add(articles, progress=killing, ray=cluster.address)
    if victim == "machine":
        cluster.add_node(num_cpus=1, object_store_memory=WORKER_MEMORY)
    assert killing.killed
    assert report.added == len(index.documents()) == 46
    assert {Path(error.where).name for error in report.failed} == {"binary.txt", "news.jsonl:6"}
    ids = index.store.catalogue.passage_ids()
    assert len(ids) == len(set(ids)) == index.store.vectors.count()
    for number in range(40):
        assert index.document(f"{number}.txt").text == (articles / f"{number}.txt").read_text()
    assert examine(index.store).healthy


def test_ctrl_c_stops_cleanly_and_the_next_run_completes(
    cluster: Any, embedder: TellingEmbedder, articles: Path, tmp_path: Path
) -> None:
    class Impatient(Silent):
        def advance(self, read_bytes: int, report: Report) -> None:
            if report.added:
                raise KeyboardInterrupt

    index = Index.open(tmp_path / "index", embedder=embedder)
    report = index.add(articles, progress=Impatient(), ray=cluster.address)
    assert report.interrupted
    assert 0 < report.added == len(index.documents()) < 46
    assert index.add(articles, ray=cluster.address).added == 46 - report.added
    assert examine(index.store).healthy


def test_an_embedder_that_cannot_travel_is_named(cluster: Any, articles: Path, tmp_path: Path) -> None:
    class Local(HashingEmbedder):
        socket = property(lambda self: None)

        def __reduce__(self) -> str:
            raise TypeError("cannot pickle")

    index = Index.open(tmp_path / "index", embedder=Local())
    with pytest.raises(UsageError, match="cannot be sent"):
        index.add(articles, ray=cluster.address)


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_a_cluster_that_is_not_there_is_named(articles: Path, tmp_path: Path, scheme: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"{scheme}127.0.0.1:{probe.getsockname()[1]}"
    index = Index.open(tmp_path / "index", embedder=HashingEmbedder())
    with pytest.raises(ClusterError, match=r"no Ray cluster answers at .*ray start --head"):
        index.add(articles, ray=address)
    assert index.documents() == []


def test_without_ray_the_extra_is_named(articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(UsageError, match=r"dateline\[ray\]"):
        Index.open(tmp_path / "index", embedder=HashingEmbedder()).add(articles, ray="auto")
