"""A queue in front of an Assistant: so many questions at once, so many waiting, the rest are told it is busy.

HTTP and MCP share one, so that together they cannot overrun the processor.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from anyio.to_thread import run_sync

from dateline.index.errors import DatelineError

if TYPE_CHECKING:
    from dateline.rag.answer import Answer
    from dateline.rag.assistant import Assistant

T = TypeVar("T")


class BusyError(DatelineError):
    """Too many requests wait already."""


@dataclass(frozen=True)
class Limits:
    """``at_once`` requests are worked on together, ``waiting`` more wait; bodies are at most ``body`` bytes."""

    at_once: int = 4
    waiting: int = 32
    body: int = 1_000_000


class Queue:
    """Search, ask and show without blocking the event loop, within limits."""

    def __init__(self, assistant: Assistant, limits: Limits | None = None) -> None:
        self.assistant = assistant
        self.limits = limits or Limits()
        self._present = 0
        self._free = anyio.Semaphore(self.limits.at_once)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold one of the places; raises BusyError at once where all are taken and the queue is full."""
        if self._present >= self.limits.at_once + self.limits.waiting:
            raise BusyError("the service is busy; ask again in a moment")
        self._present += 1
        try:
            async with self._free:
                yield
        finally:
            self._present -= 1

    async def search(self, query: str, k: int | None = None, **limits: Any) -> dict[str, Any]:
        """Return the hits for a query as JSON; ``sources`` and ``doc_ids`` narrow it beside the retriever's options."""
        return await self._work(lambda: self._search(query, k, **limits))

    async def ask(self, question: str, **options: Any) -> dict[str, Any]:
        """Return the answer object."""
        return await self._work(lambda: self.assistant.ask(question, **options).to_dict())

    async def show(self, doc_id: str) -> dict[str, Any]:
        """Return a document; raises UnknownDocumentError."""
        return await self._work(lambda: self._show(doc_id))

    async def health(self) -> dict[str, Any]:
        """Return the counts of the index; asked outside the queue, so that a busy service still says it lives."""
        counts = await run_sync(self.assistant.index.status)
        return {"status": "ok", "documents": counts["documents"], "passages": counts["passages"]}

    async def stream(self, question: str, **options: Any) -> AsyncIterator[Answer]:
        """Yield the answer as it grows, holding a place; closing the iterator stops the work."""
        async with self.place():
            answers: Iterator[Answer] = await run_sync(lambda: self.assistant.stream(question, **options))
            try:
                while (answer := await run_sync(next, answers, None)) is not None:
                    yield answer
            finally:
                close = getattr(answers, "close", None)
                if close is not None:
                    with anyio.CancelScope(shield=True):
                        await run_sync(close)

    async def _work(self, call: Callable[[], T]) -> T:
        async with self.place():
            return await run_sync(call)

    def _search(
        self, query: str, k: int | None, *, sources: Sequence[str] = (), doc_ids: Sequence[str] = (), **options: Any
    ) -> dict[str, Any]:
        started = time.perf_counter()
        bounds = self.assistant.retriever.bounds
        if sources or doc_ids:
            bounds = replace(bounds, sources=tuple(sources), doc_ids=tuple(doc_ids))
        hits = self.assistant.retriever.search(query, k, bounds=bounds, **options)
        ms = round(1000 * (time.perf_counter() - started), 1)
        return {"query": query, "hits": [hit.to_dict() for hit in hits], "ms": ms}

    def _show(self, doc_id: str) -> dict[str, Any]:
        return self.assistant.index.document(doc_id).to_dict()
