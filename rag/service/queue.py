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
    from dateline.index.documents import Document
    from dateline.index.keeping.rows import DocumentInfo
    from dateline.rag.answer import Answer
    from dateline.rag.assistant import Assistant

T = TypeVar("T")


class BusyError(DatelineError):
    """Too many requests wait already."""


@dataclass(frozen=True)
class Limits:
    """``at_once`` requests are worked on together, ``waiting`` more wait.

    Bodies are at most ``body`` bytes, those of writers that add articles ``upload``.
    """

    at_once: int = 4
    waiting: int = 32
    body: int = 1_000_000
    upload: int = 50_000_000


_COUNTED_SECONDS = 5.0
"""So long what was counted last is told again."""


class Queue:
    """Search, ask and show without blocking the event loop, within limits; writing one at a time."""

    def __init__(self, assistant: Assistant, limits: Limits | None = None) -> None:
        self.assistant = assistant
        self.limits = limits or Limits()
        self.heard: Callable[[Answer], object] = lambda answer: None
        self._present = 0
        self._free = anyio.Semaphore(self.limits.at_once)
        self._writing = anyio.Lock()
        self._health_thread = anyio.CapacityLimiter(1)
        self._counts: tuple[float, dict[str, Any]] = (float("-inf"), {})

    @property
    def present(self) -> int:
        """How many requests are worked on or wait."""
        return self._present

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
        return (await self.answer(question, **options)).to_dict()

    async def answer(self, question: str, **options: Any) -> Answer:
        """Return the answer itself."""
        answer = await self._work(lambda: self.assistant.ask(question, **options))
        self.heard(answer)
        return answer

    async def events(self, question: str, **options: Any) -> dict[str, Any]:
        """Return what the answer tells of events, in time order."""
        answer = await self.ask(question, **options)
        return {name: answer[name] for name in ("question", "events", "citations", "abstained", "reason")}

    async def listed(self, *, offset: int = 0, limit: int = 100, sources: Sequence[str] = ()) -> dict[str, Any]:
        """Return articles without their text, newest first."""
        found = await self._work(self.assistant.index.documents)
        found = [info for info in found if not sources or info.source in sources]
        return {"total": len(found), "documents": [_listed(info) for info in found[offset : offset + limit]]}

    async def put(self, document: Document) -> dict[str, Any]:
        """Add or replace an article."""
        return await self.written(lambda: self.assistant.index.add_documents([document]).to_dict())

    async def remove(self, doc_id: str) -> dict[str, Any]:
        """Remove an article; raises UnknownDocumentError."""
        await self.written(lambda: self.assistant.index.remove([doc_id]))
        return {"removed": 1}

    async def written(self, write: Callable[[], T]) -> T:
        """Write while nobody else of this service does; readers go on."""
        async with self._writing:
            return await run_sync(write)

    async def show(self, doc_id: str) -> dict[str, Any]:
        """Return a document; raises UnknownDocumentError."""
        return await self._work(lambda: self._show(doc_id))

    async def health(self) -> dict[str, Any]:
        """Return the counts of the index; asked outside the queue, so that a busy service still says it lives.

        It has a thread of its own, and counts again only after some seconds.
        """
        if time.monotonic() - self._counts[0] > _COUNTED_SECONDS:
            counts = await run_sync(self.assistant.index.status, limiter=self._health_thread)
            self._counts = (time.monotonic(), counts)
        counts = self._counts[1]
        return {"status": "ok", "documents": counts["documents"], "passages": counts["passages"]}

    async def stream(self, question: str, **options: Any) -> AsyncIterator[Answer]:
        """Yield the answer as it grows, holding a place; closing the iterator stops the work."""
        async with self.place():
            answers: Iterator[Answer] = await run_sync(lambda: self.assistant.stream(question, **options))
            try:
                last = None
                while (answer := await run_sync(next, answers, None)) is not None:
                    last = answer
                    yield answer
                if last is not None:
                    self.heard(last)
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
        if doc_ids:
            self.assistant.index.require(doc_ids)
        if sources or doc_ids:
            bounds = replace(bounds, sources=tuple(sources), doc_ids=tuple(doc_ids))
        hits = self.assistant.retriever.search(query, k, bounds=bounds, **options)
        ms = round(1000 * (time.perf_counter() - started), 1)
        return {"query": query, "hits": [hit.to_dict() for hit in hits], "ms": ms}

    def _show(self, doc_id: str) -> dict[str, Any]:
        return self.assistant.index.document(doc_id).to_dict()


def _listed(info: DocumentInfo) -> dict[str, Any]:
    names = ("doc_id", "title", "source", "published", "published_from", "url", "passages")
    return {name: getattr(info, name) for name in names}
