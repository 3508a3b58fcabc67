"""The Chroma collection that holds the passages' vectors.

Chroma is given our own vectors and no embedding function: a collection's configuration can then
never name code to run. What it stores beside a vector (text, title, dates as numbers) makes the
collection useful to other programs, and lets it filter.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from filelock import FileLock, Timeout

from dateline.index.documents import Passage, Scalar
from dateline.index.errors import StoreError, StoreLockedError, first_line
from dateline.index.filters import Filter, days_spoken_of, to_day
from dateline.index.vectors.forks import chroma_is_used, chroma_would_hang, leave_be, tell_of_forks
from dateline.index.vectors.pooling import Vectors
from dateline.index.vectors.remote import RemoteCollection
from dateline.index.vectors.unfinished import SEARCHING, Searching

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

COLLECTION = "dateline"
READING = "vectors.reading"
"""A file beside a folder while a process reads its graph; one that lies there all the same was left behind."""
_BATCH = 1000
_PAGE = 10_000
_TRIES = 4
"""So often a request is made while another process keeps writing."""
_LOCK_SECONDS = 60.0
_REOPEN_SECONDS = 1.0
"""A reader looks at most this often for vectors written by another process."""


Opened = tuple[Any, Callable[[], None]]
"""An open Chroma collection and what closes its client."""


class VectorStore:
    """Vectors by passage id in a Chroma collection, of a folder or of a server."""

    def __init__(self, opener: Callable[[], Opened], where: str, lock: Path | None = None) -> None:
        self._opener = opener
        self._where = where
        self._lock = lock
        self._mark = lock.with_name(READING) if lock else None
        self._searching = Searching(lock.with_name(SEARCHING)) if lock else None
        self._follows = lock is not None
        self._guard = threading.Lock()
        self._handle = self._open()
        self._opened = time.monotonic()
        self._seen = -1

    @classmethod
    def embedded(cls, folder: Path, *, create: bool = False) -> VectorStore:
        """Open the collection in ``folder``; ``create`` makes it where there is none."""
        return cls(lambda: open_folder(folder, create=create), str(folder), folder.with_name("vectors.lock"))

    @classmethod
    def served(cls, client: ClientAPI, name: str, where: str, *, create: bool = False) -> VectorStore:
        """Open the collection ``name`` of a server."""
        return cls(lambda: (_collection(client, name, create=create), lambda: None), where)

    def _open(self) -> _Handle:
        try:
            return _Handle(*self._opener())
        except BaseException as error:
            if not isinstance(error, Exception) and not _is_panic(error):
                raise
            raise StoreError(
                f"the vectors in {self._where} cannot be opened ({first_line(error)}); "
                "if they are damaged, make them anew with: dateline doctor --repair"
            ) from error

    @property
    def _collection(self) -> Any:
        chroma_is_used()
        return self._handle.collection

    @property
    def seen(self) -> int:
        """The generation up to which searches see what was written."""
        return self._seen

    def follow(self, generation: int, *, own: bool = False) -> None:
        """See to it that searches see what was written up to ``generation``.

        ``own`` says that this object wrote it itself. What another process wrote into a folder is
        seen by opening it anew, at most once a second; a server shows it by itself.
        """
        if own or self._seen == -1 or not self._follows:
            self._seen = generation
            return
        if generation == self._seen or time.monotonic() - self._opened < _REOPEN_SECONDS:
            return
        with self._guard:
            if generation == self._seen:
                return
            self._handle = self._open()
            self._opened = time.monotonic()
            self._seen = generation

    def _asked(self, request: Callable[[Any], Any]) -> Any:
        """Make a request of the collection, of a newly opened one where another process has written meanwhile.

        Chroma lists a folder's passages anew at every request but has read their vectors once, and
        fails when asked for one that it has not.
        """
        from chromadb.errors import InternalError

        if not self._follows:
            return request(self._handle.collection)
        chroma_is_used()
        for attempt in range(_TRIES):
            handle = self._handle
            try:
                return self._first(request, handle) if handle.fresh else request(handle.collection)
            except BaseException as error:
                if not isinstance(error, InternalError) and not _is_panic(error):
                    raise
                if attempt == _TRIES - 1:
                    raise StoreError(
                        f"the vectors in {self._where} cannot be read ({first_line(error)}); "
                        "make them anew with: dateline doctor --repair"
                    ) from error
            with self._guard:
                if self._handle is handle:
                    self._handle = self._open()
                    self._opened = time.monotonic()
        raise AssertionError("unreachable")

    def _first(self, request: Callable[[Any], Any], handle: _Handle) -> Any:
        """Make the first request of a handle, which reads the folder's graph, while nobody writes."""
        with self._alone(), self._marked():
            result = request(handle.collection)
        handle.fresh = False
        return result

    @contextmanager
    def _marked(self) -> Iterator[None]:
        """Leave a mark if the process ends meanwhile, as reading a damaged graph can make it."""
        if self._mark is None:
            yield
            return
        with suppress(OSError):
            self._mark.touch()
        try:
            yield
        finally:
            with suppress(OSError):
                self._mark.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep all other processes from a folder's graph: Chroma writes it at a process' first request too.

        Two that write it at once can crash, and leave a file that grows without bound. A folder in
        which no lock can be made cannot be written to by Chroma either.
        """
        lock = FileLock(str(self._lock), timeout=_LOCK_SECONDS) if self._lock else nullcontext()
        with ExitStack() as stack:
            try:
                stack.enter_context(lock)
            except Timeout as error:
                raise StoreLockedError(
                    f"the vectors in {self._where} have been in use by another process for a minute; try again"
                ) from error
            except OSError:
                pass
            yield

    def somebody_died_searching(self) -> bool:
        """Return whether a process ended, by a crash or a kill, while it searched the folder's graph."""
        return self._searching is not None and self._searching.cut_off()

    def forget_deaths(self) -> None:
        """Forget what processes left behind that ended while they searched."""
        if self._searching is not None:
            self._searching.forget()

    def somebody_died_reading(self) -> bool:
        """Return whether a process ended, by a crash or a kill, while it read the folder's graph."""
        if self._mark is None or not self._mark.exists():
            return False
        with self._alone():
            return self._mark.exists()

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Add or replace the vectors (shape (len(passages), dimension)) of passages."""
        for at in range(0, len(passages), _BATCH):
            some = passages[at : at + _BATCH]
            with self._alone():
                self._collection.upsert(
                    ids=[p.passage_id for p in some],
                    embeddings=vectors[at : at + _BATCH],
                    documents=[p.text for p in some],
                    metadatas=[_metadata(p) for p in some],
                )

    def delete(self, passage_ids: Sequence[str]) -> None:
        """Delete vectors; ids that do not exist are fine."""
        for at in range(0, len(passage_ids), _BATCH):
            with self._alone():
                self._collection.delete(ids=list(passage_ids[at : at + _BATCH]))

    def search(self, vector: Vectors, k: int, bounds: Filter | None = None) -> list[tuple[str, float]]:
        """Return up to ``k`` (passage id, cosine similarity) nearest to a unit vector, best first."""
        where = bounds.to_chroma() if bounds else None
        with self._searching.noted() if self._searching and not self._handle.fresh else nullcontext():
            found = self._asked(
                lambda collection: collection.query(
                    query_embeddings=[vector], n_results=k, where=where, include=["distances"]
                )
            )
        return [(i, 1.0 - d) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def vectors(self, passage_ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the stored vectors of passages; missing ones are left out."""
        found: dict[str, Vectors] = {}
        for at in range(0, len(passage_ids), _BATCH):
            some = list(passage_ids[at : at + _BATCH])
            got = self._asked(partial(_get, ids=some))
            found.update(
                (i, np.asarray(v, dtype=np.float32)) for i, v in zip(got["ids"], got["embeddings"], strict=True)
            )
        return found

    def ids(self, most: int | None = None) -> set[str]:
        """Return the ids of all vectors, or of about ``most``."""
        found: set[str] = set()
        page = min(_PAGE, most or _PAGE)
        while True:
            got = self._asked(partial(_page, offset=len(found), limit=page))["ids"]
            found.update(got)
            if len(got) < page or (most and len(found) >= most):
                return found

    def count(self) -> int:
        """Return how many vectors are stored."""
        return int(self._asked(lambda collection: collection.count()))


class _Handle:
    """An open collection; its client is closed when the last query using it has ended."""

    def __init__(self, collection: Any, close: Callable[[], None]) -> None:
        self.collection = collection
        self.fresh = True
        self._closing = weakref.finalize(self, close)
        tell_of_forks(self)

    def forked(self) -> None:
        """Leave the client to the parent, also when this process ends: closing it waits for threads that are not here."""
        self._closing.detach()
        leave_be(self.collection)


_numbers = iter(range(1, 1 << 62))


def open_folder(folder: Path, *, create: bool) -> Opened:
    """Open a folder's collection, here or, where Chroma's library would hang, in a process of its own."""
    if chroma_would_hang():
        collection = RemoteCollection(folder, create=create)
        return collection, collection.close
    if not create and folder.is_dir() and not _writable(folder):
        return _open_copy(folder)
    return _open_client(folder, create=create)


def _open_client(folder: Path, *, create: bool) -> Opened:
    import chromadb
    from chromadb.config import Settings

    # Chroma shares one client per path string in a process and keeps its view of the folder; a
    # differently spelled path gives a fresh view while older ones finish their queries.
    path = str(folder) + "/." * next(_numbers)
    settings = Settings(anonymized_telemetry=False, is_persistent=True, persist_directory=path)
    client = cast(Any, chromadb.PersistentClient(path, settings=settings))
    return _collection(client, COLLECTION, create=create), client.close


def _writable(folder: Path) -> bool:
    return all(os.access(path, os.W_OK) for path in (folder, folder / "chroma.sqlite3") if path.exists())


def _open_copy(folder: Path) -> Opened:
    """Open a copy of a folder that may not be written to: Chroma writes even where it only reads."""
    place = Path(tempfile.mkdtemp(prefix="dateline-"))
    try:
        for path in folder.rglob("*"):
            if path.is_file():
                copy = place / path.relative_to(folder)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
        collection, close = _open_client(place, create=False)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise

    def remove() -> None:
        close()
        shutil.rmtree(place, ignore_errors=True)

    return collection, remove


def _collection(client: ClientAPI, name: str, *, create: bool) -> Any:
    if create:
        return client.get_or_create_collection(
            name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
    return client.get_collection(name, embedding_function=None)


def _metadata(passage: Passage) -> dict[str, Scalar]:
    first, last = days_spoken_of(passage.dates)
    numbers = {
        "published_day": to_day(passage.published) if passage.published else None,
        "first_day": first,
        "last_day": last,
        "page": passage.page,
    }
    return {
        "doc_id": passage.doc_id,
        "title": passage.title,
        "source": passage.source,
        "published": passage.published or "",
        "start": passage.start,
        "end": passage.end,
        **{key: value for key, value in numbers.items() if value is not None},
        **{f"meta.{key}": value for key, value in passage.metadata.items()},
    }


def _page(collection: Any, offset: int, limit: int) -> Any:
    return collection.get(limit=limit, offset=offset, include=[])


def _get(collection: Any, ids: list[str]) -> Any:
    return collection.get(ids=ids, include=["embeddings"])


def _is_panic(error: BaseException) -> bool:
    """Return whether Chroma's library has given up on something damaged; its panics are no Exceptions."""
    return type(error).__name__ == "PanicException"
