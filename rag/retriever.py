"""Query -> ranked passages: a LlamaIndex retriever over an Index."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from index import Filter, Index, Passage
from index.errors import UsageError
from index.filters import to_day
from index.lexical import terms

_CANDIDATES = 100


@dataclass(frozen=True)
class Hit:
    """A ranked passage: ``rank`` from 1, ``score`` (higher is better).

    ``dense`` is the cosine similarity and ``lexical`` the BM25 score, None where that side did not find it.
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
            "start": passage.start,
            "end": passage.end,
            "page": passage.page,
            "text": passage.text,
            "dates": [expression.to_dict() for expression in passage.dates],
        }

    def to_node(self) -> NodeWithScore:
        """This hit as LlamaIndex's NodeWithScore."""
        return NodeWithScore(node=self.passage.to_node(), score=self.score)


class Retriever(BaseRetriever):
    """Hybrid retrieval over an index; drop it into any LlamaIndex app.

    >>> retriever = Retriever(Index.open(".dateline"), k=5)          # doctest: +SKIP
    >>> retriever.retrieve("who called?")[0].node.metadata["title"]  # doctest: +SKIP
    """

    def __init__(
        self,
        index: Index,
        k: int = 5,
        *,
        asked_on: str | None = None,
        bounds: Filter | None = None,
        reranker: Any = None,
    ) -> None:
        super().__init__()
        self.index = index
        self.k = k
        self.asked_on = asked_on
        self.bounds = bounds or Filter()
        self.reranker = reranker

    def search(
        self,
        query: str,
        k: int | None = None,
        *,
        asked_on: str | None = None,
        after: str | None = None,
        before: str | None = None,
        bounds: Filter | None = None,
    ) -> list[Hit]:
        """Return up to ``k`` hits, best first.

        ``asked_on`` (ISO date) is "today" for the asker; without it no recency is assumed.
        ``after`` and ``before`` bound the publication date, inclusive; ``bounds`` everything else.
        """
        if not query.strip():
            raise UsageError("the query is empty; write what to look for")
        k = self.k if k is None else k
        bounds = bounds or self.bounds
        if after or before:
            bounds = replace(bounds, after=after or bounds.after, before=before or bounds.before)
        asked_on = asked_on or self.asked_on
        if asked_on:
            to_day(asked_on)
        store = self.index.store
        dense = dict(store.dense(self.index.embedder.encode([query])[0], _CANDIDATES, bounds))
        lexical = dict(store.lexical(terms(query), _CANDIDATES, bounds))
        best = max(lexical.values(), default=0.0) or 1.0
        scores = {
            row: 0.7 * dense.get(row, 0.0) + 0.3 * lexical.get(row, 0.0) / best for row in dense.keys() | lexical.keys()
        }
        rows = sorted(scores, key=lambda row: (-scores[row], row))[:k]
        passages = store.passages(rows)
        known = {passage.passage_id: row for passage, row in zip(passages, rows, strict=False)}
        return [
            Hit(rank, scores[row], passage, dense.get(row), lexical.get(row))
            for rank, (passage, row) in enumerate(((p, known[p.passage_id]) for p in passages), 1)
        ]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [hit.to_node() for hit in self.search(query_bundle.query_str)]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)
