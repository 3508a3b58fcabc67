"""One Chroma collection and its SQLite twin, kept equal: open, write, remove, search, count.

Writing a batch: (1) the journal notes the new vectors' ids; (2) Chroma gets the vectors; (3) one
SQLite transaction replaces the documents: from here on readers see the new state; (4) Chroma
loses the old vectors and the journal forgets them. Killed before (3), the new vectors are strays
that no reader sees; killed after it, the old ones are. ``recover`` deletes strays at the next
opening for writing.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from dateline.index.documents import Document, Passage
from dateline.index.errors import StoreError, StoreFileError, StoreLockedError, StoreMismatchError
from dateline.index.filters import Filter
from dateline.index.keeping.catalogue import Catalogue
from dateline.index.keeping.rows import Candidate, DocumentInfo, Sentences
from dateline.index.prose.chunking import CHUNKING, Chunked
from dateline.index.vectors.collection import VectorStore
from dateline.index.vectors.embedding import Embedder
from dateline.index.vectors.pooling import Vectors
from dateline.index.vectors.probe import vector_fault

FORMAT_VERSION = 2
"""2: the vectors of sentences are stored; an index of version 1 has none and is brought to 2 when it is written to."""
CATALOGUE = "catalogue.sqlite"
VECTORS = "chroma"
_FEW = 2000
"""So many passages within bounds are compared with a question one by one."""
_WIDE = 2000
"""So many of the nearest passages are looked through for those within wider bounds."""
_BRIEF = 300
"""Both of these for a search that need not be thorough."""
_MAKING_SECONDS = 30.0
"""So long an opening waits for another process that makes the same index."""
_NEARLY_FULL = 16 << 20
"""Bytes; a write that failed with less than this free is put down to the full disk."""


class Entry(NamedTuple):
    """A document to be written: cut up, with the file it came from and the digest of what was found there."""

    chunked: Chunked
    origin: str = ""
    digest: str = ""
    sentences: tuple[bytes, ...] = ()
    """For each passage the quantised vectors of its sentences, if the model gives them."""


class Store:
    """The index on disk. Searching is safe from many threads; writing takes the write lock."""

    def __init__(self, folder: Path, catalogue: Catalogue, vectors: VectorStore, meta: dict[str, str]) -> None:
        self.folder = folder
        self.catalogue = catalogue
        self.vectors = vectors
        self.meta = meta
        self.vectors.follow(catalogue.generation())

    @classmethod
    def open(cls, folder: Path, embedder: Embedder, *, read_only: bool = False) -> Store:
        """Open the index in ``folder`` and check that ``embedder`` made it.

        Raises StoreError where there is none, StoreMismatchError where it was made differently.
        """
        if not (folder / CATALOGUE).is_file():
            raise StoreError(f"there is no index in {folder}; make one with: dateline index PATH --index {folder}")
        catalogue = Catalogue(folder / CATALOGUE, read_only=read_only)
        if catalogue.is_empty_file():
            raise StoreError(f"the index in {folder} was never finished; index the articles again")
        meta = catalogue.meta()
        check_meta(meta, embedder, str(folder))
        vectors = VectorStore.embedded(folder / VECTORS)
        searched = vectors.somebody_died_searching()
        if searched or vectors.somebody_died_reading():
            fault = vector_fault(folder / VECTORS, look="graph" if searched else "few")
            if fault:
                raise StoreError(
                    f"the vectors in {folder / VECTORS} are damaged: {fault}; make them anew with: dateline doctor --repair"
                )
            vectors.forget_deaths()
        return cls(folder, catalogue, vectors, meta)

    @classmethod
    def create(cls, folder: Path, embedder: Embedder) -> Store:
        """Make an empty index in ``folder``, or open the one that is there."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the index folder {folder} cannot be made ({error.strerror}); choose another with --index"
            ) from error
        if not os.access(folder, os.W_OK):
            raise StoreError(f"the index folder {folder} may not be written to; choose another with --index")
        catalogue = Catalogue(folder / CATALOGUE)

        def make() -> None:
            VectorStore.embedded(folder / VECTORS, create=True)
            catalogue.create({**fresh_meta(embedder), "generation": "0"})

        _once(folder, catalogue.is_empty_file, make)
        check_meta(catalogue.meta(), embedder, str(folder))
        _once(folder, lambda: catalogue.version() < FORMAT_VERSION, lambda: catalogue.upgrade(FORMAT_VERSION))
        catalogue.close()
        return cls.open(folder, embedder)

    @property
    def location(self) -> str:
        """Where the index lies, as given to ``--index``."""
        return str(self.folder)

    def close(self) -> None:
        """Close the SQLite connections."""
        self.catalogue.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock; raises StoreLockedError naming the writer that has it."""
        try:
            with write_lock(self.folder):
                self.recover()
                yield
        except Exception as error:
            if not isinstance(error, StoreFileError | OSError) and not type(error).__module__.startswith("chromadb"):
                raise
            reason = error.__cause__ if isinstance(error, StoreFileError) else error
            full = shutil.disk_usage(self.folder).free < _NEARLY_FULL
            hint = "the disk is full: free some space" if full else "check the disk and its permissions"
            raise StoreError(
                f"writing to the index {self.folder} failed ({reason}); {hint}, then run the command again"
            ) from error

    def recover(self) -> int:
        """Delete the vectors that a killed run left behind; return how many. Needs the write lock."""
        strays = self.catalogue.journaled()
        if strays:
            self.vectors.delete(strays)
        with self.catalogue.transaction() as connection:
            self.catalogue.clear_journal(connection)
        return len(strays)

    def write(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Add or replace documents. Needs the write lock.

        ``vectors`` has a row for each passage of each entry, in order.
        """
        passages = [passage for entry in entries for passage in entry.chunked.passages]
        with self.catalogue.transaction() as connection:
            self.catalogue.journal(connection, [entry.chunked for entry in entries])
        self.vectors.add(passages, vectors)
        with self.catalogue.transaction() as connection:
            for entry in entries:
                self.catalogue.put(connection, *entry)
        self._drop_strays()

    def remove(self, doc_ids: Sequence[str]) -> None:
        """Remove documents from both sides. Needs the write lock.

        Raises UnknownDocumentError, and removes none, if one of them is not there.
        """
        self.catalogue.require(doc_ids)
        with self.catalogue.transaction() as connection:
            self.catalogue.delete(connection, doc_ids)
        self._drop_strays()

    def move(self, origins: Mapping[str, str]) -> None:
        """Note where documents, by id, are read from now. Needs the write lock."""
        self.catalogue.move(origins)

    def _drop_strays(self) -> None:
        strays = self.catalogue.journaled()
        self.vectors.delete(strays)
        with self.catalogue.transaction() as connection:
            self.catalogue.clear_journal(connection, strays)
        self.vectors.follow(self.catalogue.generation(), own=True)

    # Searching.

    def state(self) -> tuple[int, int]:
        """Return what is equal only while searches find the same: the generations of documents and of vectors."""
        generation = self.catalogue.generation()
        self.vectors.follow(generation)
        return generation, self.vectors.seen

    def dense(
        self, vector: Vectors, k: int, bounds: Filter | None = None, *, thorough: bool = True
    ) -> list[tuple[int, float]]:
        """Return up to ``k`` (passage row, cosine similarity), best first.

        Without ``thorough`` what lies within wide ``bounds`` is only looked for among the nearest few hundred.
        """
        self.vectors.follow(self.catalogue.generation())
        return self._nearest(vector, k, bounds, thorough=thorough)

    def _nearest(self, vector: Vectors, k: int, bounds: Filter | None, *, thorough: bool) -> list[tuple[int, float]]:
        """Return up to ``k`` (passage row, cosine similarity) within ``bounds``, best first.

        Chroma lists all that is within bounds before it searches, which takes seconds among a million.
        So few passages within are compared one by one, and of many the nearest of all are looked
        through; only where none of those is within is Chroma asked for it.
        """
        if bounds:
            most, wide = (_FEW, _WIDE) if thorough else (_BRIEF, _BRIEF)
            few = self.catalogue.rows_within(bounds, most + 1)
            if len(few) <= most:
                stored = self.vectors.vectors(list(few))
                scored = [(few[passage_id], float(other @ vector)) for passage_id, other in stored.items()]
                return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:k]
            for within in (None, bounds) if thorough else (None,):
                found = self.vectors.search(vector, k if within else max(k, wide), within)
                rows = self.catalogue.rows([passage_id for passage_id, _ in found], bounds)
                if rows:
                    break
        else:
            found = self.vectors.search(vector, k)
            rows = self.catalogue.rows([passage_id for passage_id, _ in found])
        return [(rows[passage_id], score) for passage_id, score in found if passage_id in rows][:k]

    def lexical(self, terms: Sequence[str], k: int, bounds: Filter | None = None) -> list[tuple[int, float]]:
        """Return up to ``k`` (passage row, BM25 score), best first."""
        return self.catalogue.search(terms, k, bounds)

    def candidates(self, rows: Sequence[int]) -> list[Candidate]:
        """Return what the ranking needs of passages."""
        return self.catalogue.candidates(rows)

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return whole passages in the order of ``rows``."""
        return self.catalogue.passages(rows)

    def sentences(self, passage_ids: Sequence[str]) -> dict[str, Sentences]:
        """Return the sentences of passages, with their vectors where they are stored."""
        return self.catalogue.sentences(passage_ids)

    def require(self, doc_ids: Sequence[str]) -> None:
        """Raise UnknownDocumentError where one of the documents is not there."""
        self.catalogue.require(doc_ids)

    def document(self, doc_id: str) -> Document:
        """Return a document; raises UnknownDocumentError."""
        return self.catalogue.document(doc_id)

    def documents(self) -> list[DocumentInfo]:
        """Return every document without its text."""
        return self.catalogue.documents()


def _once(folder: Path, wanted: Callable[[], bool], act: Callable[[], None]) -> None:
    """Do what is wanted of a folder under its write lock, or wait while another process does it."""
    until = time.monotonic() + _MAKING_SECONDS
    while wanted():
        try:
            with write_lock(folder):
                if wanted():
                    act()
        except StoreLockedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """Hold the write lock of a folder; raises StoreLockedError naming the writer that has it."""
    lock = FileLock(str(folder / "write.lock"), timeout=0)
    note = folder / "writer.json"
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreLockedError(
            f"the index {folder} is being written to by {_writer(note)}; try again when it is done"
        ) from error
    except OSError as error:
        raise StoreError(f"the index folder {folder} may not be written to ({error.strerror})") from error
    try:
        since = time.strftime("%Y-%m-%d %H:%M:%S")
        note.write_text(
            json.dumps({"pid": os.getpid(), "command": Path(sys.argv[0]).name, "since": since}), encoding="utf-8"
        )
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def fresh_meta(embedder: Embedder) -> dict[str, str]:
    """Return what a new index notes of how it is made."""
    return {
        "format_version": str(FORMAT_VERSION),
        "embedder": embedder.name,
        "dimension": str(embedder.dimension),
        "chunking": CHUNKING,
    }


def check_meta(meta: dict[str, str], embedder: Embedder, where: str) -> None:
    """Raise StoreMismatchError unless the index at ``where`` was made with this embedder and format."""
    version = int(meta.get("format_version", "0"))
    if not 1 <= version <= FORMAT_VERSION:
        raise StoreMismatchError(
            f"the index in {where} has format version {version}, this program reads up to {FORMAT_VERSION}; "
            "index the articles into a new folder"
        )
    if meta["embedder"] != embedder.name:
        raise StoreMismatchError(
            f"the index in {where} was made with the embedder {meta['embedder']!r}, but {embedder.name!r} is set; "
            f"set embedder = {meta['embedder']!r}, or index the articles into a new folder"
        )
    if int(meta["dimension"]) != embedder.dimension:
        raise StoreMismatchError(
            f"the index in {where} holds vectors of length {meta['dimension']}, the embedder makes {embedder.dimension}; "
            "index the articles into a new folder"
        )
    if meta["chunking"] != CHUNKING:
        raise StoreMismatchError(
            f"the index in {where} was cut by {meta['chunking']!r}, this program cuts by {CHUNKING!r}; "
            "index the articles into a new folder"
        )


def _writer(note: Path) -> str:
    try:
        writer = json.loads(note.read_text(encoding="utf-8"))
        return f"{writer['command']} (process {writer['pid']}, since {writer['since']})"
    except (OSError, ValueError, KeyError):
        return "another process"
