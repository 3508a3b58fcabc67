"""A Chroma server that is silent, slow, cuts its answers off, talks nonsense; and clocks that differ."""

from __future__ import annotations

import shutil
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fakes import HashingEmbedder

from dateline.index import Index
from dateline.index.documents import Document
from dateline.index.errors import StoreError
from dateline.index.keeping import chroma_server, server_lock
from dateline.index.keeping.lexical import terms

pytestmark = pytest.mark.filterwarnings("ignore")
ARTICLES = [Document(name, f"{name.capitalize()} fell in Rome.") for name in ("wheat", "barley", "oats")]
NONSENSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Handler(socketserver.BaseRequestHandler):
    server: Between

    def handle(self) -> None:
        with suppress(OSError):
            self._handle()

    def _handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.behind), timeout=20) as behind:
            threading.Thread(target=self._answers, args=(behind,), daemon=True).start()
            while request := self.request.recv(1 << 20):
                if self.server.manner == "silent":
                    self.server.stop.wait(20)
                    return
                if self.server.manner in self.server.REPLIES:
                    self.request.sendall(self.server.REPLIES[self.server.manner])
                    return
                behind.sendall(request)

    def _answers(self, behind: socket.socket) -> None:
        with suppress(OSError):
            while answer := behind.recv(1 << 20):
                if self.server.manner == "cut off":
                    self.request.sendall(answer[: len(answer) // 2])
                    self.request.shutdown(socket.SHUT_RDWR)
                    return
                if self.server.manner == "slow":
                    time.sleep(0.2)
                self.request.sendall(answer)


class Between(socketserver.ThreadingTCPServer):
    """Stands between the client and the server, and passes on what it is told to."""

    daemon_threads = True
    allow_reuse_address = True
    REPLIES: ClassVar[dict[str, bytes]] = {
        "no HTTP": b"\x00\xff\x00" * 5000,
        "an error": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops",
        "no JSON": NONSENSE + b"Content-Length: 13\r\n\r\n<html></html>",
        "a list": NONSENSE + b"Content-Length: 2\r\n\r\n[]",
        "null": NONSENSE + b"Content-Length: 4\r\n\r\nnull",
        "ten megabytes": NONSENSE + b"Content-Length: 10000000\r\n\r\n" + b"[" * 10_000_000,
        "other fields": NONSENSE + b'Content-Length: 31\r\n\r\n{"ids": 5, "documents": "nine"}',
        "a login page": b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
    }

    def __init__(self, behind: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = behind
        self.manner = ""
        self.stop = threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    command = [shutil.which("chroma", path=str(Path(sys.executable).parent)) or "chroma", "run", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--path", str(tmp_path_factory.mktemp("server"))],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
        process.kill()


@pytest.fixture
def between(behind: int) -> Iterator[Between]:
    between = Between(behind)
    yield between
    between.stop.set()
    between.shutdown()
    between.server_close()


@pytest.fixture
def opened(
    between: Between, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Index]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(chroma_server, "TIMEOUT", 1.0)
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)[-50:].strip("-")
    index = Index.open(f"http://127.0.0.1:{between.server_address[1]}/{name}", embedder=HashingEmbedder())
    index.add_documents(ARTICLES[:2])
    yield index
    index.close()


def found(index: Index, query: str) -> list[str]:
    store: Any = index.store
    store._synced -= 10
    rows = [row for row, _ in store.dense(index.embedder.encode([query])[0], 1)]
    rows += [row for row, _ in store.lexical(terms(query), 1)]
    return [passage.text for passage in store.passages(rows)]


OFTEN = ("an error", "no JSON")


@pytest.mark.parametrize(
    "manner",
    [
        "silent",
        "cut off",
        *(manner if manner in OFTEN else pytest.param(manner, marks=pytest.mark.faults) for manner in Between.REPLIES),
    ],
)
def test_every_failing_ends_in_one_sentence_and_passes(opened: Index, between: Between, manner: str) -> None:
    assert found(opened, "wheat") == ["Wheat fell in Rome."] * 2
    between.manner = manner
    for attempt in (
        lambda: found(opened, "wheat"),
        lambda: opened.add_documents(ARTICLES[2:]),
        lambda: Index.open(opened.store.location, embedder=HashingEmbedder(), read_only=True),
    ):
        with pytest.raises(StoreError, match="the Chroma server of http") as told:
            attempt()
        assert len(str(told.value)) < 400 and "\n" not in str(told.value)
    between.manner = ""
    assert found(opened, "wheat") == ["Wheat fell in Rome."] * 2
    assert opened.add_documents(ARTICLES[2:]).added == 1
    assert found(opened, "oats") == ["Oats fell in Rome."] * 2
    assert opened.store.vectors.ids() == set(opened.store.catalogue.passage_ids())


def test_a_slow_server_is_waited_for(opened: Index, between: Between) -> None:
    between.manner = "slow"
    assert found(opened, "barley") == ["Barley fell in Rome."] * 2
    assert opened.add_documents(ARTICLES[2:]).added == 1


@pytest.mark.parametrize("ahead", [-10_000, 10_000])
def test_a_lock_is_not_taken_from_a_writer_whose_clock_differs(
    opened: Index, ahead: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Any = opened.store
    monkeypatch.setattr(server_lock, "_LOCK_SECONDS", 6.0)
    monkeypatch.setattr(server_lock.time, "time", lambda clock=time.time: clock() + ahead)
    with store.writing():
        monkeypatch.undo()
        monkeypatch.setattr(server_lock, "_LOCK_SECONDS", 6.0)
        monkeypatch.setattr(
            server_lock, "_owner", lambda owner=server_lock._owner: {**owner(), "beat": owner()["beat"] + ahead}
        )
        with pytest.raises(StoreError, match="is being written to by process"):
            store.lock.take()
    # Left behind by a kill, whatever its clock said, it is taken over.
    store.lock.take()
    assert opened.add_documents(ARTICLES[2:]).added == 1
