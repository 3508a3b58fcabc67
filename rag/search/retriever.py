"""Query -> ranked passages: a LlamaIndex retriever over an Index.

Candidates come from both sides of the store, the nearest vectors and the best BM25 scores; all of
them are then scored alike (``dateline.rag.search.ranking``). Nothing is built per query.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from dateline.index import Filter, Index, Passage
from dateline.index.errors import UsageError
from dateline.index.filters import from_day
from dateline.index.keeping.rows import Candidate
from dateline.index.vectors.forks import tell_of_forks
from dateline.index.vectors.pooling import Vectors, unit
from dateline.rag.search.metadata_filters import to_filter
from dateline.rag.search.query import Query, analyse
from dateline.rag.search.ranking import LexicalStats, likeness, rank

if TYPE_CHECKING:
    from llama_index.core.postprocessor.types import BaseNodePostprocessor
    from llama_index.core.vector_stores import MetadataFilters

_CANDIDATES = 100
"""Candidates taken from the vectors, and half as many from the words: more of those changed no ranking."""
_RECENT = 8
"""Rankings kept: one question is asked of the index more than once, by an evaluation or to show its passages."""
_RERANKED = 30
"""So many of the best candidates are given to a reranker."""


@dataclass(frozen=True)
class Hit:
    """A ranked passage: ``rank`` from 1, ``score`` (higher is better).

    ``dense`` is the cosine similarity and ``lexical`` the BM25 score, None where that side did not find it.

    >>> from dateline.index import Index
    >>> from dateline.rag import Retriever
    >>> index = Index.open(".dateline", read_only=True)
    >>> [hit] = Retriever(index).search("Who is Ali Shamkhani?", k=1)
    >>> hit.rank, hit.passage.doc_id, hit.dense > 0
    (1, '000_4f252eb2c86d6b61.txt', True)
    >>> document = index.document(hit.passage.doc_id)
    >>> document.text[hit.passage.start : hit.passage.end] == hit.passage.text
    True
    >>> index.close()
    """

    rank: int
    score: float
    passage: Passage
    dense: float | None = None
    lexical: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of ``dateline search``."""
        passage = self.passage
        return {
            "rank": self.rank,
            "score": round(self.score, 6),
            "passage_id": passage.passage_id,
            "doc_id": passage.doc_id,
            "title": passage.title,
            "source": passage.source,
            "published": passage.published,
            "url": passage.url,
            "start": passage.start,
            "end": passage.end,
            "page": passage.page,
            "text": passage.text,
            "dates": [expression.to_dict() for expression in passage.dates],
        }

    def to_node(self) -> NodeWithScore:
        """This hit as LlamaIndex's NodeWithScore."""
        return NodeWithScore(node=self.passage.to_node(), score=self.score)


@dataclass(frozen=True)
class _Ranked:
    """What was found for a question: its vector, both sides' scores by row, and (score, candidate), best first."""

    vector: Vectors
    dense: dict[int, float]
    lexical: dict[int, float]
    order: list[tuple[float, Candidate]]


class Retriever(BaseRetriever):
    """Hybrid retrieval over an index; drop it into any LlamaIndex app.

    >>> from dateline.index import Index
    >>> from dateline.rag import Retriever
    >>> index = Index.open(".dateline", read_only=True)
    >>> retriever = Retriever(index, k=5)
    >>> [found, *others] = retriever.retrieve("Who is Ali Shamkhani?")
    >>> found.node.metadata["title"]
    'Pakistan Stresses Dialogue and Diplomatic Engagement as Iran–US Tensions Escalate'
    >>> "Shamkhani" in found.node.text
    True
    >>> index.close()
    """

    def __init__(
        self,
        index: Index,
        k: int = 5,
        *,
        asked_on: str | None = None,
        bounds: Filter | None = None,
        filters: MetadataFilters | None = None,
        reranker: BaseNodePostprocessor | None = None,
    ) -> None:
        """Retrieve ``k`` passages by default.

        ``asked_on`` and ``bounds``, or LlamaIndex's ``filters``, hold for every search that does not set its own.
        ``reranker``, any LlamaIndex node postprocessor, orders the best candidates anew.
        """
        super().__init__()
        if bounds and filters:
            raise UsageError("bounds and filters do not go together; give one of them")
        self.index = index
        self.k = _whole(k)
        self.asked_on = asked_on
        self.bounds = to_filter(filters) if filters else bounds or Filter()
        self.reranker = reranker
        self._counted = (-1, 0)
        self._recent: dict[object, _Ranked] = {}
        # SQLite and NumPy give up the interpreter's lock at every row and product; callers that fight
        # for it slow each other down many times over, callers that queue lose nothing.
        self._turn = threading.Lock()
        tell_of_forks(self)

    def __copy__(self) -> Retriever:
        """Share the index, the lock and what was found lately: a copy may want other numbers of passages."""
        made = object.__new__(type(self))
        vars(made).update(vars(self))
        tell_of_forks(made)
        return made

    def __getstate__(self) -> dict[str, Any]:
        """What a copy is made from: the lock and what was found lately stay here."""
        return {key: value for key, value in vars(self).items() if key not in ("_turn", "_recent")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make a copy usable, in another process too."""
        vars(self).update(state, _turn=threading.Lock(), _recent={})
        tell_of_forks(self)

    def forked(self) -> None:
        """Take a lock of this process's own."""
        self._turn = threading.Lock()

    def search(
        self,
        query: str,
        k: int | None = None,
        *,
        asked_on: str | None = None,
        after: str | None = None,
        before: str | None = None,
        bounds: Filter | None = None,
        alike: Sequence[str] = (),
    ) -> list[Hit]:
        """Return up to ``k`` hits, best first.

        ``asked_on`` (ISO date) is "today" for the asker; without it no recency is assumed.
        ``after`` and ``before`` bound the publication date, inclusive; ``bounds`` everything else.
        ``alike`` are texts to which passages should be near in place of the query, such as made-up answers to it.
        """
        if not isinstance(query, str) or not query.strip():
            raise UsageError("the query is empty; write what to look for")
        k = self.k if k is None else _whole(k)
        bounds = bounds or self.bounds
        if after or before:
            bounds = replace(bounds, after=after or bounds.after, before=before or bounds.before)
        asked = analyse(query, asked_on or self.asked_on)
        with self._turn:
            hits = self._search(asked, max(k, _RERANKED) if self.reranker else k, bounds, tuple(alike))
        return _rerank(self.reranker, query, hits)[:k] if self.reranker else hits

    def _search(self, asked: Query, k: int, bounds: Filter, alike: tuple[str, ...]) -> list[Hit]:
        """Rank what both sides find and read the best ``k``."""
        store = self.index.store
        ranked = self._ranked(asked, max(k, _CANDIDATES), bounds, alike)
        best = ranked.order[:k]
        vectors = store.vectors.vectors([c.passage_id for _, c in best if c.row not in ranked.dense])
        similar = ranked.dense | {
            c.row: float(vectors[c.passage_id] @ ranked.vector) for _, c in best if c.passage_id in vectors
        }
        # A passage that a writer has just taken out is missing here.
        passages = {passage.passage_id: passage for passage in store.passages([c.row for _, c in best])}
        found = [(score, c.row, passages[c.passage_id]) for score, c in best if c.passage_id in passages]
        return [
            Hit(number, score, passage, similar.get(row), ranked.lexical.get(row))
            for number, (score, row, passage) in enumerate(found, 1)
        ]

    def _ranked(self, asked: Query, pool: int, bounds: Filter, alike: tuple[str, ...]) -> _Ranked:
        """Gather candidates from both sides and rank them; the last few rankings are kept until the index changes."""
        store = self.index.store
        key = (asked, pool, repr(bounds), alike, store.state())
        if key in self._recent:
            return self._recent[key]
        vector = unit(self.index.embedder.encode(alike or [asked.text]).mean(axis=0))
        dense = dict(store.dense(vector, pool, bounds))
        lexical = dict(store.lexical(asked.terms, pool // 2, bounds))
        if asked.window and not (bounds.about_after or bounds.about_before):
            # Passages that speak of the days asked about, however their words compare.
            first, last = (from_day(day) for day in asked.window)
            about = replace(bounds, about_after=first, about_before=last)
            spoken = dict(store.dense(vector, pool, about, thorough=asked.only_when))
            if asked.only_when and spoken:
                dense, lexical = spoken, {row: score for row, score in lexical.items() if row in spoken}
            dense = spoken | dense
        candidates = store.candidates(sorted(dense.keys() | lexical.keys()))
        # What only the lexical side found is at most as similar as the last of the nearest.
        floor = min(dense.values(), default=0.0)
        stats = LexicalStats(self._count(), store.catalogue.document_frequency(asked.terms))
        nearest = store.catalogue.nearest_sentences([c.row for c in candidates], vector)
        likenesses = [likeness(dense.get(c.row, floor), nearest.get(c.row)) for c in candidates]
        order = rank(asked, candidates, likenesses, stats)
        ranked = _Ranked(vector, dense, lexical, [(score, candidates[at]) for score, at in order])
        self._recent[key] = ranked
        while len(self._recent) > _RECENT:
            self._recent.pop(next(iter(self._recent)))
        return ranked

    def _count(self) -> int:
        """Return the number of passages, counted anew only when the index has changed."""
        catalogue = self.index.store.catalogue
        generation = catalogue.generation()
        if self._counted[0] != generation:
            self._counted = (generation, catalogue.counts()["passages"])
        return self._counted[1]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        # An empty query finds nothing, as with LlamaIndex's own retrievers. An embedding in the bundle may be another
        # model's (a retriever asked before puts it there), so texts alone count.
        if not query_bundle.query_str.strip():
            return []
        return [
            hit.to_node() for hit in self.search(query_bundle.query_str, alike=query_bundle.custom_embedding_strs or ())
        ]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _whole(k: Any) -> int:
    if not isinstance(k, int) or isinstance(k, bool) or k < 1:
        raise UsageError(f"k is {k!r}; it must be a whole number from 1")
    return k


def _rerank(reranker: BaseNodePostprocessor, query: str, hits: list[Hit]) -> list[Hit]:
    """Return the hits in the reranker's order, with its scores."""
    by_id = {hit.passage.passage_id: hit for hit in hits}
    nodes = reranker.postprocess_nodes([hit.to_node() for hit in hits], query_str=query)
    return [
        replace(by_id[node.node.node_id], rank=number, score=node.get_score()) for number, node in enumerate(nodes, 1)
    ]
