"""Index: the ground floor's face."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dateline.index.building.build import Progress, Report, build, build_documents
from dateline.index.building.pipeline import LocalPipeline
from dateline.index.documents import Document
from dateline.index.errors import UsageError
from dateline.index.keeping.lexical import terms
from dateline.index.keeping.rows import DocumentInfo
from dateline.index.keeping.store import Store
from dateline.index.vectors.embedding import Embedder, open_embedder
from dateline.index.vectors.forks import leave_be, tell_of_forks


class Index:
    """Articles on disk, searchable: open it, add to it, read from it.

    Any number of threads may use it. A forked process opens its files anew; a pickled or copied one is opened anew
    where it is unpickled, at the same location.

    >>> from dateline.index import Document, Index
    >>> index = Index.open("news")
    >>> print(index.add("seeds/"))
    added 2, updated 0, unchanged 0, removed 0, failed 0
    >>> bridge = Document("bridge.txt", "Ann Lee reopened the bridge on Monday.", published="2026-03-04")
    >>> print(index.add_documents([bridge]))
    added 1, updated 0, unchanged 0, removed 0, failed 0
    >>> index.document("bridge.txt").text[0:7]
    'Ann Lee'
    >>> index.remove(["bridge.txt"])
    >>> [index.status()[name] for name in ("documents", "format_version")]
    [2, 2]
    >>> index.close()
    """

    def __init__(self, store: Store, embedder: Embedder, *, read_only: bool = False) -> None:
        self.embedder = embedder
        self.read_only = read_only
        self._store: Store | None = store
        self._location = store.location if is_address(store.location) else str(Path(store.location).absolute())
        self._guard = threading.Lock()
        tell_of_forks(self)

    @property
    def store(self) -> Store:
        """The files or the server; in a forked process opened when first used."""
        store = self._store
        if store is None:
            with self._guard:
                if self._store is None:
                    self._store = _open_store(self._location, self.embedder, read_only=self.read_only)
                store = self._store
        return store

    def forked(self) -> None:
        """Leave the parent's files and connections alone."""
        leave_be(self._store)
        self._store = None
        self._guard = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        """Say where to open it again."""
        return _opened, (self._location, self.embedder, self.read_only)

    @classmethod
    def open(
        cls, location: str | Path = ".dateline", *, embedder: Embedder | None = None, read_only: bool = False
    ) -> Index:
        """Open the index at ``location``, a folder or ``http://HOST:PORT/COLLECTION`` of a Chroma server.

        Makes an empty one where there is none, unless ``read_only``.

        Raises StoreError where it cannot be used, StoreMismatchError where another embedder made it.
        """
        embedder = embedder or open_embedder()
        return cls(_open_store(str(location), embedder, read_only=read_only), embedder, read_only=read_only)

    def add(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        prune: bool = False,
        progress: Progress | None = None,
        ray: str | None = None,
    ) -> Report:
        """Add and update the articles of files, folders and collections; unchanged ones are skipped.

        ``ray`` is the address of a Ray cluster that is to do the work; this process alone writes.
        """
        some = [paths] if isinstance(paths, str | Path) else list(paths)
        if not some:
            raise UsageError("no path was given; name files or folders of articles")
        if ray is None:
            return build(self.store, LocalPipeline(self.embedder), some, prune=prune, progress=progress)
        from dateline.index.building.ray_workers import RayPipeline

        with RayPipeline(ray, self.embedder) as pipeline:
            return build(self.store, pipeline, some, prune=prune, progress=progress)

    def add_documents(self, documents: Iterable[Document]) -> Report:
        """Add and update documents made by a program."""
        return build_documents(self.store, LocalPipeline(self.embedder), documents)

    def remove(self, doc_ids: Sequence[str]) -> None:
        """Remove documents, all or none; raises UnknownDocumentError."""
        with self.store.writing():
            self.store.remove(doc_ids)

    def require(self, doc_ids: Sequence[str]) -> None:
        """Raise UnknownDocumentError, which names it, where one of the documents is not in the index."""
        self.store.require(doc_ids)

    def document(self, doc_id: str) -> Document:
        """Return a document; raises UnknownDocumentError."""
        return self.store.document(doc_id)

    def documents(self) -> list[DocumentInfo]:
        """Return every document without its text, newest first, undated ones last."""
        return self.store.documents()

    def knows(self, word: str) -> bool:
        """Return whether every term of ``word`` occurs somewhere in the articles."""
        wanted = terms(word)
        return len(self.store.catalogue.document_frequency(wanted)) == len(set(wanted))

    def status(self) -> dict[str, Any]:
        """Return counts and what the index was made with."""
        meta = self.store.meta
        return {
            **self.store.catalogue.counts(),
            "embedder": {"name": meta["embedder"], "dimension": int(meta["dimension"])},
            "chunking": meta["chunking"],
            "store": self.store.location,
            "format_version": int(meta["format_version"]),
        }

    def close(self) -> None:
        """Close the files."""
        if self._store is not None:
            self._store.close()


def is_address(location: str) -> bool:
    """Return whether an index's location is that of a server rather than a folder."""
    return location.startswith(("http://", "https://"))


def _open_store(location: str, embedder: Embedder, *, read_only: bool) -> Store:
    if is_address(location):
        from dateline.index.keeping.server import ServerStore

        return ServerStore.connect(location, embedder, read_only=read_only)
    folder = Path(location)
    return Store.open(folder, embedder, read_only=True) if read_only else Store.create(folder, embedder)


def _opened(location: str, embedder: Embedder, read_only: bool) -> Index:
    return Index.open(location, embedder=embedder, read_only=read_only)
