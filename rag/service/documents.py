"""Articles over HTTP: listed and shown to readers, added, replaced and removed by who has the right to write."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

import anyio
from fastapi import FastAPI, Header, HTTPException, Query, Request, UploadFile

from dateline.index.errors import DatelineError, UsageError
from dateline.rag.service import replies, schemas

if TYPE_CHECKING:
    from dateline.rag.service.queue import Queue


_under_way: set[asyncio.Task[Any]] = set()
"""Uploads being written; the event loop alone would not keep them."""


def add_documents(app: FastAPI, queue: Queue, failures: dict[int | str, dict[str, Any]]) -> None:
    """Add the endpoints to an application."""
    missing: dict[int | str, dict[str, Any]] = {404: {**failures[400], "description": "No such article"}}
    refused: dict[int | str, dict[str, Any]] = {
        403: {**failures[400], "description": "Whoever asks may not write"},
        413: failures[400],
    }
    streamed: dict[int | str, dict[str, Any]] = {
        200: {"description": "What was done", "content": {replies.EVENTS: {"schema": {"type": "string"}}}}
    }

    @app.get("/v1/documents", responses=failures)
    async def listed(asked: Annotated[schemas.ListQuery, Query()]) -> schemas.DocumentList:
        """List the articles, newest first, undated ones last."""
        found = await queue.listed(offset=asked.offset, limit=asked.limit, sources=asked.source)
        return schemas.DocumentList.model_validate(found)

    @app.post("/v1/documents", response_model=schemas.Report, responses={**streamed, **failures, **refused})
    async def upload(
        request: Request, files: list[UploadFile], accept: Annotated[str, Header(include_in_schema=False)] = ""
    ) -> Any:
        """Add files as articles, in place of those of the same names; needs the right to write.

        Asked with "Accept: text/event-stream", it sends events: "progress" with bytes read and the report so far, then
        "report", or "error".
        """
        require_writing(request)
        contents = [(_name(file.filename), await file.read()) for file in files]
        if replies.EVENTS in accept:
            return await replies.EventStream.start(_adding(queue, contents), _told)
        *_, (_, report) = [step async for step in _adding(queue, contents)]
        return report

    @app.put("/v1/documents/{doc_id:path}", responses={**failures, **refused})
    async def put(request: Request, doc_id: str, sent: schemas.DocumentIn) -> schemas.Report:
        """Add an article under this id, or replace the one that is there; needs the right to write."""
        require_writing(request)
        return schemas.Report.model_validate(await queue.put(sent.document(doc_id)))

    @app.delete("/v1/documents/{doc_id:path}", responses={**failures, **refused, **missing})
    async def delete(request: Request, doc_id: str) -> schemas.Report:
        """Remove an article; needs the right to write."""
        require_writing(request)
        return schemas.Report.model_validate(await queue.remove(doc_id))

    @app.get("/v1/documents/{doc_id:path}", responses={**failures, **missing})
    async def show(doc_id: str) -> schemas.Document:
        """Return an article."""
        return schemas.Document.model_validate(await queue.show(doc_id))


def require_writing(request: Request) -> None:
    """Raise 403 where whoever asks may not write."""
    if not getattr(request.state, "may_write", False):
        raise HTTPException(
            403,
            "the articles can only be read; set DATELINE_WRITE_TOKEN where the service runs, and send it as bearer token",
        )


def _name(given: str | None) -> str:
    """The file's own name: never a path."""
    name = PurePosixPath((given or "").replace("\\", "/")).name
    if not name or name.startswith("."):
        raise UsageError(f"{given!r} is no name for a file; send one such as story.txt")
    return name


class _Told:
    """Progress that goes to an event loop, from whichever thread it is told."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Any) -> None:
        self._loop = loop
        self._send = send
        self._total = self._read = 0

    def start(self, total_bytes: int) -> None:
        self._total = total_bytes

    def advance(self, read_bytes: int, report: Any) -> None:
        self._read += read_bytes
        state = {"read_bytes": self._read, "total_bytes": self._total, **report.to_dict()}
        self._loop.call_soon_threadsafe(self._put, ("progress", state))

    def _put(self, step: tuple[str, Any]) -> None:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):  # the reader has gone; the work goes on
            self._send.send_nowait(step)

    def finish(self) -> None:
        pass


async def _adding(queue: Queue, contents: list[tuple[str, bytes]]) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Yield (event, state) while files are added, the report last."""
    loop = asyncio.get_running_loop()
    send, receive = anyio.create_memory_object_stream[tuple[str, dict[str, Any]]](float("inf"))

    def write() -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            for name, data in contents:
                (Path(folder) / name).write_bytes(data)
            report: dict[str, Any] = queue.assistant.index.add(folder, progress=_Told(loop, send)).to_dict()
            # The folder is nobody's business, and gone.
            return json.loads(json.dumps(report).replace(f"{folder}/", ""))  # type: ignore[no-any-return]

    async def work() -> None:
        with send:
            report = await queue.written(write)
            with suppress(anyio.BrokenResourceError):
                send.send_nowait(("report", report))

    # A task of its own: whoever asked may hang up, what was begun is written to its end.
    task = asyncio.create_task(work())
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    with receive:
        async for step in receive:
            yield step
    await task


async def _told(first: tuple[str, Any], steps: AsyncIterator[tuple[str, Any]]) -> AsyncIterator[str]:
    yield replies.event(first[1], first[0])
    try:
        async for name, state in steps:
            yield replies.event(state, name)
    except DatelineError as error:
        yield replies.event({"error": str(error)}, "error")
