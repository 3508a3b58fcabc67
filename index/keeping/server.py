"""The index on a Chroma server, shared by several processes and machines.

The server holds two collections: NAME with the passages' vectors, and NAME.documents with the
articles themselves, each with the generation (a number that grows with every change) in which it
was last written or removed. Every client keeps a catalogue of its own, in its user cache, and
brings it up to date with what has a higher generation: passages and terms are derived from the
articles again, nothing is embedded, nothing is rebuilt per query. Writers exclude each other
through a third collection, NAME.lock: making one that exists fails, on every machine alike.
"""

from __future__ import annotations

import json
import os
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from dateline.index.documents import Document
from dateline.index.errors import StoreError
from dateline.index.filters import Filter
from dateline.index.keeping.catalogue import Catalogue
from dateline.index.keeping.chroma_server import Address, bounded, connected, disconnect, is_connection
from dateline.index.keeping.rows import DocumentInfo
from dateline.index.keeping.server_lock import ServerLock
from dateline.index.keeping.store import CATALOGUE, FORMAT_VERSION, Entry, Store, check_meta, fresh_meta
from dateline.index.prose.chunking import chunk
from dateline.index.vectors.collection import VectorStore
from dateline.index.vectors.embedding import Embedder
from dateline.index.vectors.pooling import Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

_FOLLOW_SECONDS = 1.0
"""A reader asks the server at most this often whether something has changed."""
_STATE = "__state__"
_PAGE = 200
_Result = TypeVar("_Result")


class _Record(NamedTuple):
    """An article's record on the server: the document as JSON, or word that it was removed."""

    doc_id: str
    text: str
    origin: str = ""
    digest: str = ""
    sentences: str = ""
    """The quantised vectors of each passage's sentences, as JSON in base 64."""
    removed: bool = False


class ServerStore(Store):
    """A store whose truth lies on a Chroma server; the catalogue here follows it."""

    def __init__(self, address: Address, client: ClientAPI, embedder: Embedder, cache: Path, *, create: bool) -> None:
        self.address = address
        self._client = client
        self._sync_guard = threading.Lock()
        self._synced = 0.0
        self.lock = ServerLock(client, address)
        self._articles = self._call(lambda: self._open_articles(embedder, create=create))
        meta = self._call(self._state)
        check_meta(meta, embedder, str(address))
        cache.mkdir(parents=True, exist_ok=True)
        catalogue = Catalogue(cache / CATALOGUE)
        fresh = {**meta, "generation": "0", "format_version": str(FORMAT_VERSION)}
        if catalogue.is_empty_file():
            catalogue.create(fresh)
        elif any(catalogue.meta().get(key) != fresh[key] for key in ("made", "format_version")):
            # Another collection has taken the old one's name, or an earlier program made this copy.
            catalogue.close()
            for file in cache.glob(f"{CATALOGUE}*"):
                file.unlink()
            catalogue = Catalogue(cache / CATALOGUE)
            catalogue.create(fresh)
        vectors = VectorStore.served(client, address.collection, str(address), create=create)
        super().__init__(cache, catalogue, vectors, meta)
        self.sync(force=True)

    @classmethod
    def connect(cls, location: str, embedder: Embedder, *, read_only: bool = False) -> ServerStore:
        """Open the index at ``http://HOST:PORT/COLLECTION``, making an empty one unless ``read_only``."""
        from platformdirs import user_cache_path

        address = Address.parse(location)
        cache = user_cache_path("dateline", appauthor=False) / f"{address.host}-{address.port}-{address.collection}"
        client = connected(address)
        try:
            return cls(address, client, embedder, cache, create=not read_only)
        except BaseException:
            disconnect(client)
            raise

    @property
    def location(self) -> str:
        """The server's address."""
        return str(self.address)

    def close(self) -> None:
        """Close the catalogue's connections and those to the server."""
        super().close()
        disconnect(self._client)

    def _call(self, request: Callable[[], _Result]) -> _Result:
        return bounded(request, self.address)

    def _open_articles(self, embedder: Embedder, *, create: bool) -> Any:
        name = f"{self.address.collection}.documents"
        try:
            return self._client.get_collection(name, embedding_function=None)
        except Exception as error:
            if is_connection(error):
                raise
            if not create:
                raise StoreError(
                    f"there is no index at {self.address}; make one with: dateline index PATH --index {self.address}"
                ) from error
        articles: Any = self._client.get_or_create_collection(name, embedding_function=None)
        state = {**fresh_meta(embedder), "made": f"{time.time_ns()}-{os.getpid()}"}
        # ``add`` leaves an existing record alone: of two clients making the index at once, one wins.
        articles.add(ids=[_STATE], embeddings=[[1.0]], documents=[json.dumps(state)], metadatas=[{"generation": 0}])
        return articles

    def _state(self) -> dict[str, str]:
        got = self._articles.get(ids=[_STATE], include=["documents"])
        if not got["ids"]:
            raise StoreError(f"the collection at {self.address} was not made by dateline; give another name")
        state: dict[str, str] = json.loads(got["documents"][0])
        return state

    def _generation(self) -> int:
        got = self._articles.get(ids=[_STATE], include=["metadatas"])
        if not got["ids"]:
            raise StoreError(f"the index at {self.address} is gone; index the articles again")
        return int(got["metadatas"][0]["generation"])

    # Following the server.

    def sync(self, *, force: bool = False, recluster: bool = True) -> None:
        """Bring the catalogue up to date with the server; asks at most once a second unless ``force``.

        Without ``recluster`` it is left to the caller to see which articles are copies of each other.
        """
        if not force and time.monotonic() - self._synced < _FOLLOW_SECONDS:
            return
        with self._sync_guard:
            newest = self._call(self._generation)
            seen = self.catalogue.generation()
            if newest > seen:
                self._fetch(seen, newest)
            if recluster and (force or newest > seen) and not self.catalogue.is_clustered():
                self.catalogue.recluster()
            self._synced = time.monotonic()

    def _fetch(self, seen: int, newest: int) -> None:
        """Take over what has changed between two generations; of the articles only a page is held at a time."""
        where = {"$and": [{"generation": {"$gt": seen}}, {"generation": {"$lte": newest}}]}
        got = self._call(lambda: self._articles.get(where=where, include=[]))
        changed = [key for key in got["ids"] if key.startswith("d:")]
        for at in range(0, len(changed), _PAGE):
            removed, entries = self._read(changed[at : at + _PAGE])
            with self.catalogue.transaction() as connection:
                self.catalogue.delete(connection, removed)
                for entry in entries:
                    self.catalogue.put(connection, *entry)
        with self.catalogue.transaction() as connection:
            self.catalogue.clear_journal(connection)
            self.catalogue.set_generation(connection, newest)

    def _read(self, keys: list[str]) -> tuple[list[str], list[Entry]]:
        """Return, by the keys of their records, the ids of articles that were removed, and the others."""
        got = self._call(lambda: self._articles.get(ids=keys, include=["documents", "metadatas"]))
        removed: list[str] = []
        entries: list[Entry] = []
        for key, text, metadata in zip(got["ids"], got["documents"], got["metadatas"], strict=True):
            if metadata["removed"]:
                removed.append(key[2:])
                continue
            sentences = tuple(b64decode(some) for some in json.loads(metadata.get("sentences") or "[]"))
            entries.append(Entry(chunk(_document(text)), str(metadata["origin"]), str(metadata["digest"]), sentences))
        return removed, entries

    # Writing.

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the server's write lock; raises StoreLockedError naming the writer that has it."""
        with self.lock.held():
            self.sync(force=True)
            self.recover()
            yield

    def recover(self) -> int:
        """Delete the vectors that a killed writer left behind; return how many. Needs the write lock."""
        got = self._call(lambda: self._articles.get(ids=["__journal__"], include=["documents"]))
        if not got["ids"]:
            return 0
        current = set(self.catalogue.passage_ids())
        strays = [i for i in json.loads(got["documents"][0]) if i not in current]
        self._call(lambda: self.vectors.delete(strays))
        self._call(lambda: self._articles.delete(ids=["__journal__"]))
        return len(strays)

    def write(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Add or replace documents on the server, then here. Needs the write lock."""
        passages = [passage for entry in entries for passage in entry.chunked.passages]
        old = self.catalogue.passage_ids([entry.chunked.document.doc_id for entry in entries])
        new = [passage.passage_id for passage in passages]
        self._note([*old, *new])
        self._call(lambda: self.vectors.add(passages, vectors))
        records = [
            _Record(
                document.doc_id,
                json.dumps(asdict(document), ensure_ascii=False),
                entry.origin,
                entry.digest,
                json.dumps([b64encode(some).decode() for some in entry.sentences]),
            )
            for entry in entries
            for document in [entry.chunked.document]
        ]
        self._switch(records, sorted(set(old) - set(new)))

    def remove(self, doc_ids: Sequence[str]) -> None:
        """Remove documents; raises UnknownDocumentError, and removes none, if one is not there."""
        self.catalogue.require(doc_ids)
        old = self.catalogue.passage_ids(doc_ids)
        self._note(old)
        self._switch([_Record(doc_id, "removed", removed=True) for doc_id in doc_ids], old)

    def move(self, origins: Mapping[str, str]) -> None:
        """Note where documents, by id, are read from now. Needs the write lock."""
        generation = self._call(self._generation) + 1
        ids = [*(f"d:{doc_id}" for doc_id in origins), _STATE]
        metadatas = [*({"origin": o, "generation": generation} for o in origins.values()), {"generation": generation}]
        self._call(lambda: self._articles.update(ids=ids, metadatas=metadatas))
        self.sync(force=True, recluster=False)

    def _note(self, passage_ids: Sequence[str]) -> None:
        text = json.dumps(list(passage_ids))
        self._call(lambda: self._articles.upsert(ids=["__journal__"], embeddings=[[1.0]], documents=[text], metadatas=[{"generation": 0}]))  # fmt: skip

    def _switch(self, records: Sequence[_Record], old: Sequence[str]) -> None:
        """Make a change visible: articles first, the generation last, in one request; then drop old vectors."""
        generation = self._call(self._generation) + 1
        state = self._call(self._state)
        ids = [*(f"d:{record.doc_id}" for record in records), _STATE]
        metadatas: list[dict[str, Any]] = [
            {"generation": generation, **{key: getattr(r, key) for key in ("origin", "digest", "sentences", "removed")}}
            for r in records
        ]
        metadatas.append({"generation": generation})
        documents = [*(record.text for record in records), json.dumps(state)]
        self._call(lambda: self._articles.upsert(ids=ids, embeddings=[[1.0]] * len(ids), documents=documents, metadatas=metadatas))  # fmt: skip
        self._call(lambda: self.vectors.delete(old))
        self._call(lambda: self._articles.delete(ids=["__journal__"]))
        self.sync(force=True, recluster=False)  # not after every batch: when all are written

    # Reading: what is on the server by now.

    def state(self) -> tuple[int, int]:
        """Return what is equal only while searches find the same."""
        self.sync()
        return super().state()

    def dense(
        self, vector: Vectors, k: int, bounds: Filter | None = None, *, thorough: bool = True
    ) -> list[tuple[int, float]]:
        """Return up to ``k`` (passage row, cosine similarity), best first."""
        self.sync()
        return self._call(lambda: self._nearest(vector, k, bounds, thorough=thorough))

    def require(self, doc_ids: Sequence[str]) -> None:
        """Raise UnknownDocumentError where one of the documents is not there."""
        self.sync()
        super().require(doc_ids)

    def document(self, doc_id: str) -> Document:
        """Return a document; raises UnknownDocumentError."""
        self.sync()
        return super().document(doc_id)

    def documents(self) -> list[DocumentInfo]:
        """Return every document without its text."""
        self.sync()
        return super().documents()


def _document(text: str) -> Document:
    fields = json.loads(text)
    for name in ("furniture", "pages"):
        fields[name] = tuple((start, end) for start, end in fields[name])
    return Document(**{**fields, "authors": tuple(fields["authors"])})
