"""A LangChain retriever over an index; needs the extra ``langchain``.

::

    from dateline.rag.apps.langchain import DatelineRetriever

    retriever = DatelineRetriever(index=".dateline", k=5)
    retriever.invoke("Who called Dar?", k=3, after="2026-01-01")
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from dateline.index import Index
from dateline.index.errors import ModelError, UsageError
from dateline.rag.search.retriever import Hit, Retriever

try:
    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from pydantic import ConfigDict, Field, model_validator
except ImportError as error:
    told = 'LangChain needs the package langchain-core; install it with: pip install "dateline[langchain]"'
    raise ModelError(told) from error

_OPTIONS = ("k", "asked_on", "after", "before", "doc_ids", "sources")


class DatelineRetriever(BaseRetriever):
    """Passages as LangChain's Documents, best first.

    Made from a ``retriever`` or an ``index`` (opened, or where it lies). ``k``, ``asked_on``, ``after``, ``before``
    (ISO dates), ``doc_ids`` and ``sources`` hold for every search, or are given to ``invoke`` for one.
    A Document's text is the passage, its id the passage's; its metadata is flat, so that any vector store takes it:
    title, source, published, url, start and end (offsets in the article), score, rank, and dates as JSON.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    retriever: Retriever = Field(exclude=True)
    k: int | None = Field(default=None, ge=1)
    asked_on: str | None = None
    after: str | None = None
    before: str | None = None
    doc_ids: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _open(cls, given: Any) -> Any:
        """Open the index, where one is given in place of a retriever."""
        if isinstance(given, dict) and "index" in given:
            index = given["index"]
            index = index if isinstance(index, Index) else Index.open(index, read_only=True)
            given = {key: value for key, value in given.items() if key != "index"} | {"retriever": Retriever(index)}
        return given

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun | None = None, **given: Any
    ) -> list[Document]:
        for name in given.keys() - set(_OPTIONS):
            near = difflib.get_close_matches(name, _OPTIONS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_OPTIONS)}"
            raise UsageError(f"a search has no option {name!r}; {hint}")
        return [_document(hit) for hit in self._search(query, **given)] if query.strip() else []

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun | None = None, **given: Any
    ) -> list[Document]:
        return await asyncio.to_thread(partial(self._get_relevant_documents, query, **given))

    def _search(self, query: str, **given: Any) -> list[Hit]:
        options = {name: given.get(name, getattr(self, name)) for name in _OPTIONS}
        bounds = self.retriever.bounds
        doc_ids, sources = _several(options.pop("doc_ids")), _several(options.pop("sources"))
        if doc_ids:
            self.retriever.index.require(doc_ids)
        bounds = replace(bounds, doc_ids=doc_ids or bounds.doc_ids, sources=sources or bounds.sources)
        return self.retriever.search(query, bounds=bounds, **options)


def _several(values: str | Sequence[str] | None) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values or ())


def _document(hit: Hit) -> Document:
    node = hit.passage.to_node()
    return Document(node.text, id=node.id_, metadata={**node.metadata, "score": hit.score, "rank": hit.rank})
