"""Index: the ground floor's face."""

from __future__ import annotations

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


class Index:
    """Articles on disk, searchable: open it, add to it, read from it.

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

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self.store = store
        self.embedder = embedder

    @classmethod
    def open(
        cls, location: str | Path = ".dateline", *, embedder: Embedder | None = None, read_only: bool = False
    ) -> Index:
        """Open the index at ``location``, a folder or ``http://HOST:PORT/COLLECTION`` of a Chroma server.

        Makes an empty one where there is none, unless ``read_only``.

        Raises StoreError where it cannot be used, StoreMismatchError where another embedder made it.
        """
        embedder = embedder or open_embedder()
        if str(location).startswith(("http://", "https://")):
            from dateline.index.keeping.server import ServerStore

            return cls(ServerStore.connect(str(location), embedder, read_only=read_only), embedder)
        folder = Path(location)
        store = Store.open(folder, embedder, read_only=True) if read_only else Store.create(folder, embedder)
        return cls(store, embedder)

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
        self.store.close()
