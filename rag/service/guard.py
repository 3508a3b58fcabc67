"""What stands before the endpoints: who may read and who may write, how large a body may be, HEAD and OPTIONS."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from dateline.rag.service import replies

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN_PATHS = ("/healthz", "/openapi.json", "/docs")
"""Answered without a token: they tell nothing of the articles but how many there are."""
UPLOADS = "/v1/documents"


class Guard:
    """ASGI middleware: asks for the bearer token and stops bodies that are too large.

    Whoever gives ``write_token`` may write (``may_write`` in the request's state) and read; ``token`` is asked of
    readers, if there is one.
    """

    def __init__(
        self, app: ASGIApp, token: str | None, write_token: str | None, max_body: int, max_upload: int
    ) -> None:
        self.app = app
        self.token = token
        self.write_token = write_token
        self.max_body = max_body
        self.max_upload = max_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        path, given = scope["path"], headers.get(b"authorization", b"")
        may_write = _is(self.write_token, given)
        if self.token and path not in OPEN_PATHS and not may_write and not _is(self.token, given):
            told = {"WWW-Authenticate": "Bearer"}
            refusal = replies.error(path, 401, "the bearer token is missing or wrong", told)
            await refusal(scope, receive, send)
            return
        scope.setdefault("state", {})["may_write"] = may_write
        writes = path.startswith(UPLOADS)
        most = self.max_upload if writes and may_write else self.max_body
        hint = "send fewer or smaller files" if writes else "send less of the history"
        too_large = f"the body is larger than {most:,} bytes; {hint}"
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > most:
            await replies.error(path, 413, too_large)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413, too_large)
            return message

        await self.app(scope, counted, send)


def _is(token: str | None, header: bytes) -> bool:
    scheme, _, given = header.partition(b" ")
    return bool(token) and scheme.lower() == b"bearer" and secrets.compare_digest(given.strip(), str(token).encode())


class Methods:
    """ASGI middleware: HEAD is GET without the body, OPTIONS says what there is."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        method = scope["method"] if scope["type"] == "http" else ""
        if method == "OPTIONS" and (methods := self._methods(scope)):
            await Response(status_code=204, headers={"Allow": ", ".join(methods)})(scope, receive, send)
        elif method == "HEAD":

            async def headers_only(message: Message) -> None:
                await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

            await self.app({**scope, "method": "GET"}, receive, headers_only)
        else:
            await self.app(scope, receive, send)

    def _methods(self, scope: Scope) -> list[str]:
        found: set[str] = set()
        for route in self.routes:
            if route.matches(scope)[0] is not Match.NONE:
                found |= getattr(route, "methods", None) or set()
        if "GET" in found:
            found.add("HEAD")
        return sorted(found | {"OPTIONS"}) if found else []
