"""Check a store, say what is wrong with it, and repair what can be repaired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dateline.index.building.pipeline import embedded
from dateline.index.errors import StoreFileError
from dateline.index.keeping.store import Entry, Store
from dateline.index.prose.chunking import Chunked, chunk
from dateline.index.vectors.embedding import Embedder

_BATCH = 64
"""Documents embedded and written together."""


@dataclass
class Diagnosis:
    """What ``examine`` found, each as the ids concerned.

    ``strays`` are vectors without a passage, ``missing`` passages without a vector, ``postings``
    tells a lexical side that does not match its passages, ``offsets`` documents whose passages do
    not reproduce their text, ``altered`` documents whose content is not what was stored: a damaged
    disk has changed them. ``unpooled`` documents have no sentence vectors: made by an earlier
    version, or by a model that has none; they are as good, questions about them take longer.
    """

    documents: int = 0
    passages: int = 0
    strays: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    offsets: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    unpooled: list[str] = field(default_factory=list)
    postings: str = ""
    repaired: bool = False

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.strays or self.missing or self.offsets or self.altered or self.postings)

    def to_dict(self) -> dict[str, object]:
        """The JSON form of ``dateline doctor``."""
        return {
            "healthy": self.healthy,
            "repaired": self.repaired,
            "documents": self.documents,
            "passages": self.passages,
            "vectors_without_passage": self.strays,
            "passages_without_vector": self.missing,
            "documents_with_wrong_offsets": self.offsets,
            "documents_altered": self.altered,
            "documents_without_sentence_vectors": self.unpooled,
            "lexical_side": self.postings or "ok",
        }


def examine(store: Store) -> Diagnosis:
    """Compare both sides of a store and every offset with its text."""
    catalogue = store.catalogue
    counts = catalogue.counts()
    found = Diagnosis(counts["documents"], counts["passages"])
    expected, vectors = set(catalogue.passage_ids()), store.vectors.ids()
    found.strays = sorted(vectors - expected)
    found.missing = sorted(expected - vectors)
    found.unpooled = catalogue.without_sentences()
    found.postings = catalogue.check_postings()
    for info in catalogue.documents():
        chunked = _stored(store, info.doc_id, info.hash)
        if chunked is None:
            found.altered.append(info.doc_id)
            continue
        stored = catalogue.passages(catalogue.rows_of(info.doc_id))
        if [(p.passage_id, p.start, p.end, p.text) for p in stored] != [
            (p.passage_id, p.start, p.end, p.text) for p in chunked.passages
        ]:
            found.offsets.append(info.doc_id)
    return found


def repair(store: Store, embedder: Embedder) -> Diagnosis:
    """Mend what ``examine`` finds, from the stored articles; return what was wrong.

    Strays are deleted, missing vectors embedded again, sentence vectors added where the model has
    them, wrong passages cut again, the lexical side rebuilt. Altered articles are taken out, so that
    nothing is quoted that was never printed, and the next indexing reads them anew; the others are
    never touched.
    """
    with store.writing():
        found = examine(store)
        unpooled = set(found.unpooled) if hasattr(embedder, "encode_passages") else set()
        if found.healthy and not unpooled:
            return found
        if found.postings:
            store.catalogue.rebuild_postings()
        if found.altered:
            store.remove(found.altered)
        store.vectors.delete(found.strays)
        missing = set(found.missing)
        broken = set(found.offsets) | unpooled
        digests = store.catalogue.digests()
        batch: list[Entry] = []
        for doc_id, origin in store.catalogue.origins().items():
            if doc_id in broken or missing.intersection(store.catalogue.passage_ids([doc_id])):
                batch.append(Entry(chunk(store.catalogue.document(doc_id)), origin, digests[doc_id]))
            if len(batch) == _BATCH:
                _write(store, batch, embedder)
                batch = []
        _write(store, batch, embedder)
        found.repaired = examine(store).healthy
    return found


def _stored(store: Store, doc_id: str, content_hash: str) -> Chunked | None:
    """Return a stored document, cut anew, or None where it is not what was stored."""
    try:
        document = store.catalogue.document(doc_id)
    except StoreFileError:
        return None
    return chunk(document) if document.content_hash() == content_hash else None


def _write(store: Store, entries: Sequence[Entry], embedder: Embedder) -> None:
    if entries:
        store.write(*embedded(entries, embedder))
