import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import HashingEmbedder

from dateline.index import Index
from dateline.index.documents import Document
from dateline.index.errors import StoreError, StoreLockedError, StoreUnavailableError, UnknownDocumentError, UsageError
from dateline.index.keeping import server_lock
from dateline.index.keeping.chroma_server import Address
from dateline.index.keeping.lexical import terms
from dateline.index.keeping.server import ServerStore

pytestmark = pytest.mark.filterwarnings("ignore")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A real ``chroma run`` on loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(self.folder), "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("chroma run did not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


@pytest.fixture
def where(server: Server, request: pytest.FixtureRequest) -> str:
    return f"http://127.0.0.1:{server.port}/{request.node.name.replace('[', '-').replace(']', '')[:60]}"


_opened: list[Index] = []


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield
    while _opened:
        _opened.pop().close()


def opened(
    where: str, monkeypatch: pytest.MonkeyPatch, machine: Path | None = None, *, read_only: bool = False
) -> Index:
    """Open the index as from a machine with a cache of its own."""
    if machine:
        monkeypatch.setenv("XDG_CACHE_HOME", str(machine))
    _opened.append(Index.open(where, embedder=HashingEmbedder(), read_only=read_only))
    return _opened[-1]


def found(index: Index, query: str) -> list[str]:
    store = index.store
    rows = [row for row, _ in store.dense(index.embedder.encode([query])[0], 1)]
    rows += [row for row, _ in store.lexical(terms(query), 1)]
    return [passage.text for passage in store.passages(rows)]


def test_what_one_process_writes_another_finds(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = opened(where, monkeypatch, tmp_path / "one")
    writer.add_documents([Document("a", "Wheat fell in Rome.", title="Wheat", published="2026-01-02")])
    reader = opened(where, monkeypatch, tmp_path / "two", read_only=True)
    assert found(reader, "wheat") == ["Wheat fell in Rome."] * 2
    assert reader.document("a") == writer.document("a")
    writer.add_documents([Document("a", "Barley rose in Rome."), Document("b", "Oats grew in Oslo.")])
    reader.store._synced -= 10  # type: ignore[attr-defined]
    assert found(reader, "oats") == ["Oats grew in Oslo."] * 2
    assert reader.store.lexical(terms("wheat"), 5) == []
    writer.remove(["b"])
    reader.store._synced -= 10  # type: ignore[attr-defined]
    assert [info.doc_id for info in reader.documents()] == ["a"]
    assert writer.store.vectors.ids() == set(writer.store.catalogue.passage_ids())
    assert reader.status()["store"] == where


def test_copies_are_looked_for_once_all_is_written(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Wheat fell in Rome on Monday, and the bakers of the town were glad to hear of it at last."
    monkeypatch.setattr("dateline.index.building.pipeline._PASSAGES", 1)  # a batch a document
    writer = opened(where, monkeypatch, tmp_path / "one")
    looked = 0

    def counted() -> None:
        nonlocal looked
        looked += 1
        recluster()

    recluster = writer.store.catalogue.recluster
    monkeypatch.setattr(writer.store.catalogue, "recluster", counted)
    writer.add_documents([Document(name, f"{text} {name}.") for name in "abcd"])
    assert looked == 1
    reader = opened(where, monkeypatch, tmp_path / "two", read_only=True)
    assert [info.cluster for index in (writer, reader) for info in index.documents()] == ["a"] * 8
    writer.store.catalogue.connection.execute(
        "UPDATE documents SET cluster = NULL WHERE doc_id = 'd'"
    ).connection.commit()
    assert [info.cluster for info in opened(where, monkeypatch, tmp_path / "one").documents()] == ["a"] * 4


def test_a_reader_takes_the_articles_over_a_page_at_a_time(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = opened(where, monkeypatch, tmp_path / "one")
    writer.add_documents([Document(name, f"Wheat fell in {name}town on Monday.") for name in "abcde"])
    writer.remove(["c"])
    monkeypatch.setattr("dateline.index.keeping.server._PAGE", 2)
    sizes: list[int] = []
    read = ServerStore._read

    def counted(store: ServerStore, keys: list[str]) -> object:
        sizes.append(len(keys))
        return read(store, keys)

    monkeypatch.setattr(ServerStore, "_read", counted)
    reader = opened(where, monkeypatch, tmp_path / "two", read_only=True)
    assert [info.doc_id for info in reader.documents()] == ["a", "b", "d", "e"]
    assert sizes == [2, 2, 1]
    with pytest.raises(UnknownDocumentError, match="no document 'c' is in the index"):
        writer.remove(["a", "c"])
    assert [info.doc_id for info in writer.documents()] == ["a", "b", "d", "e"]


def test_unchanged_articles_are_skipped(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "one.txt").write_text("The story of one is told here in full.")
    assert opened(where, monkeypatch).add(tmp_path / "articles").added == 1
    assert opened(where, monkeypatch).add(tmp_path / "articles").unchanged == 1
    assert opened(where, monkeypatch, tmp_path / "new").add(tmp_path / "articles").unchanged == 1


def test_a_killed_writer_leaves_nothing_behind(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    index = opened(where, monkeypatch)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):

        def kill(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(index.store, "_switch", kill)
        index.add_documents([Document("a", "Wheat fell.")])
    assert index.store.vectors.count() == 1
    assert found(index, "wheat") == []
    index.add_documents([Document("b", "Oats grew.")])
    assert index.store.vectors.ids() == set(index.store.catalogue.passage_ids())


def test_a_second_writer_waits_for_the_first(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = opened(where, monkeypatch, tmp_path / "1"), opened(where, monkeypatch, tmp_path / "2")
    with first.store.writing(), pytest.raises(StoreLockedError, match=r"process \d+ on"), second.store.writing():
        pass
    with second.store.writing():
        pass
    with monkeypatch.context() as patch:
        patch.setattr(server_lock, "_LOCK_SECONDS", 0.0)
        first.store.lock.take()  # type: ignore[attr-defined]
        with second.store.writing():
            pass


def test_a_server_that_is_down_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(tmp_path / "data")
    where = f"http://127.0.0.1:{server.port}/news"
    index = opened(where, monkeypatch)
    index.add_documents([Document("a", "Wheat fell.")])
    server.stop()
    with pytest.raises(StoreUnavailableError, match="does not answer"):
        found(index, "wheat")
    with pytest.raises(StoreUnavailableError, match="chroma run"):
        opened(where, monkeypatch, tmp_path / "other")
    server.start()
    try:
        assert found(index, "wheat") == ["Wheat fell."] * 2
    finally:
        server.stop()


def test_reading_where_there_is_nothing_says_so(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match="there is no index at"):
        opened(where, monkeypatch, read_only=True)


@pytest.mark.parametrize(
    "text", ["http://", "http://h:x/c", "http://host:1/", "http://host:1/a b", "http://host:99999/abc"]
)
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT/COLLECTION"):
        Address.parse(text)
