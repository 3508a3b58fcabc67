"""Replies of one shape each: errors as one sentence, in the form that a path's clients read, and streams of events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi.responses import JSONResponse, StreamingResponse

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

T = TypeVar("T")

EVENTS = "text/event-stream"
_OPENAI = ("/v1/chat/completions", "/v1/models")
_KINDS = {401: "authentication_error", 403: "permission_error", 404: "not_found_error"}


def error(path: str, status: int, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """``{"error": sentence}``, or OpenAI's form where its clients ask."""
    return JSONResponse(error_object(path, status, sentence), status, headers)


def error_object(path: str, status: int, sentence: str) -> dict[str, Any]:
    """Return the JSON object of an error."""
    if not path.startswith(_OPENAI):
        return {"error": sentence}
    kind = _KINDS.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": sentence, "type": kind, "param": None, "code": str(status)}}


def event(data: object, name: str = "") -> str:
    """One server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {name}\n" if name else "") + f"data: {text}\n\n"


class EventStream(StreamingResponse):
    """Server-sent events made of a growing thing; closes its iterator however the response ends."""

    media_type = EVENTS

    @classmethod
    async def start(
        cls, steps: AsyncIterator[T], told: Callable[[T, AsyncIterator[T]], AsyncIterator[str]]
    ) -> EventStream:
        """Wait for the first step, so that what is wrong with a request is still a status of its own."""
        first = await anext(steps)
        response = cls(told(first, steps), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        response._steps = steps
        return response

    _steps: AsyncIterator[Any]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        async with aclosing(self._steps):  # type: ignore[type-var]
            await super().__call__(scope, receive, send)
