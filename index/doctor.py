"""Check a store, say what is wrong with it, and repair what can be repaired."""

from __future__ import annotations

from dataclasses import dataclass, field

from index.chunking import chunk
from index.embedding import Embedder
from index.store import Entry, Store
from index.workshop import embedded


@dataclass
class Diagnosis:
    """What ``examine`` found, each as the ids concerned.

    ``strays`` are vectors without a passage, ``missing`` passages without a vector, ``postings``
    tells a lexical side that does not match its passages, ``offsets`` documents whose passages do
    not reproduce their text. ``unpooled`` documents have no sentence vectors: made by an earlier
    version, or by a model that has none; they are as good, questions about them take longer.
    """

    documents: int = 0
    passages: int = 0
    strays: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    offsets: list[str] = field(default_factory=list)
    unpooled: list[str] = field(default_factory=list)
    postings: str = ""
    repaired: bool = False

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.strays or self.missing or self.offsets or self.postings)

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
        chunked = chunk(catalogue.document(info.doc_id))
        stored = catalogue.passages(catalogue.rows_of(info.doc_id))
        if [(p.passage_id, p.start, p.end, p.text) for p in stored] != [
            (p.passage_id, p.start, p.end, p.text) for p in chunked.passages
        ]:
            found.offsets.append(info.doc_id)
    return found


def repair(store: Store, embedder: Embedder) -> Diagnosis:
    """Mend what ``examine`` finds, from the stored articles; return what was wrong.

    Strays are deleted, missing vectors embedded again, sentence vectors added where the model has
    them, wrong passages cut again, the lexical side rebuilt. The articles themselves are never touched.
    """
    with store.writing():
        found = examine(store)
        unpooled = set(found.unpooled) if hasattr(embedder, "encode_passages") else set()
        if found.healthy and not unpooled:
            return found
        if found.postings:
            store.catalogue.rebuild_postings()
        store.vectors.delete(found.strays)
        missing = set(found.missing)
        broken = set(found.offsets)
        digests = store.catalogue.digests()
        for doc_id, origin in store.catalogue.origins().items():
            if doc_id not in broken | unpooled and not missing & set(store.catalogue.passage_ids([doc_id])):
                continue
            chunked = chunk(store.catalogue.document(doc_id))
            store.write(*embedded([Entry(chunked, origin, digests[doc_id])], embedder))
        found.repaired = examine(store).healthy
    return found
