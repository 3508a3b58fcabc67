"""HTTP and MCP around an Assistant: ``build_app`` for any ASGI server, ``serve`` for one of its own.

::

    GET  /v1/search            ranked passages
    POST /v1/ask               a cited answer; with "Accept: text/event-stream" as it grows
    GET  /v1/documents/{id}    an article
    GET  /healthz              does it answer, and from how much
    GET  /openapi.json         this, described
         /mcp                  the same as MCP tools (with the extra ``mcp``)

Every error is ``{"error": "one clear sentence"}``.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Route

from dateline.index.errors import DatelineError, LLMError, StoreError, UnknownDocumentError, UsageError
from dateline.rag.service import schemas
from dateline.rag.service.addresses import is_loopback, require_free_port
from dateline.rag.service.hosts import Hosts
from dateline.rag.service.malloc import share_arenas
from dateline.rag.service.queue import BusyError, Limits, Queue

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dateline.rag.answer import Answer
    from dateline.rag.assistant import Assistant

PATHS = ("/v1/{path:path}", "/healthz", "/openapi.json", "/mcp")
_OPEN_PATHS = ("/healthz", "/openapi.json")
_EVENTS = "text/event-stream"
_KEPT_SECONDS = 30
"""So long an idle connection is kept: a client that is told "busy" and waits must not find it closed as it asks again."""
_STATUS: tuple[tuple[type[DatelineError], int], ...] = (
    (UsageError, 400),
    (UnknownDocumentError, 404),
    (BusyError, 503),
    (StoreError, 503),
    (LLMError, 503),
)


def build_app(
    assistant: Assistant,
    *,
    token: str | None = None,
    limits: Limits | None = None,
    host: str = "127.0.0.1",
    allowed_hosts: Sequence[str] = (),
) -> FastAPI:
    """Return the service as an ASGI application.

    With ``token`` every request but the health check and the description must carry it as a bearer token. ``host`` is
    the address it will listen on, ``allowed_hosts`` what it is called besides (see ``dateline.rag.service.hosts``). It needs no
    start-up: to give it to another ASGI application, add ``routes(app)``.
    """
    queue = Queue(assistant, limits)
    app = FastAPI(
        title="Dateline",
        description="Questions about indexed news articles, answered with sentences of theirs.",
        version=version("dateline"),
        docs_url=None,
        redoc_url=None,
    )
    _add_errors(app)
    _add_endpoints(app, queue)
    if find_spec("mcp") is not None:
        from dateline.rag.service.mcp_server import McpEndpoint, build_mcp

        endpoint = McpEndpoint(build_mcp(queue), max_body=queue.limits.body)
        # Every request stands alone, so there is nothing to listen for by GET, and no session to end by DELETE.
        app.router.routes.append(Route("/mcp", endpoint=endpoint, methods=["POST"], include_in_schema=False))
    app.add_middleware(_Guard, token=token, max_body=queue.limits.body)
    app.add_middleware(Hosts, address=host, allowed=allowed_hosts, closed=bool(token), refuse=_refused)
    _describe(app, secured=token is not None)
    return app


def routes(app: ASGIApp) -> list[BaseRoute]:
    """Return routes that hand the service's paths to ``app``, for another application that serves it too."""
    return [Route(path, endpoint=app, include_in_schema=False) for path in PATHS]


def serve(
    assistant: Assistant,
    host: str = "127.0.0.1",
    port: int = 8600,
    *,
    token: str | None = None,
    limits: Limits | None = None,
    allowed_hosts: Sequence[str] = (),
) -> None:
    """Serve until interrupted; raises UsageError where others could reach it and no token is asked of them."""
    import uvicorn

    if not token and not is_loopback(host):
        raise UsageError(f"{host} can be reached from other computers; set a token, or listen on 127.0.0.1")
    require_free_port(host, port)
    share_arenas()
    app = build_app(assistant, token=token, limits=limits, host=host, allowed_hosts=allowed_hosts)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, timeout_keep_alive=_KEPT_SECONDS)


def _add_endpoints(app: FastAPI, queue: Queue) -> None:
    failures: dict[int | str, dict[str, Any]] = {
        400: {"model": schemas.Error, "description": "The request cannot be answered as it stands"},
        422: {"model": schemas.Error, "description": "A parameter is missing, unknown or wrong"},
        503: {"model": schemas.Error, "description": "Busy, or the index or the LLM is not available"},
    }

    @app.get("/healthz", responses={503: failures[503]})
    async def healthz() -> schemas.Health:
        """Say whether the service answers."""
        return schemas.Health.model_validate(await queue.health())

    @app.get("/v1/search", responses=failures)
    async def search(
        query: Annotated[schemas.Question, Query(description="what to look for")],
        k: Annotated[int, Query(ge=1, le=schemas.MAX_K, description="how many passages")] = 10,
        asked_on: Annotated[schemas.Day | None, Query(description='"today" for the asker')] = None,
        after: Annotated[schemas.Day | None, Query(description="published on this day or later")] = None,
        before: Annotated[schemas.Day | None, Query(description="published on this day or earlier")] = None,
        source: Annotated[list[str], Query(max_length=schemas.MAX_DOC_IDS, description="from these outlets")] = [],  # noqa: B006
        doc_id: Annotated[list[str], Query(max_length=schemas.MAX_DOC_IDS, description="from these articles")] = [],  # noqa: B006
    ) -> schemas.SearchResult:
        """Return ranked passages."""
        found = await queue.search(
            query, k, asked_on=asked_on, after=after, before=before, sources=source, doc_ids=doc_id
        )
        return schemas.SearchResult.model_validate(found)

    streamed: dict[int | str, dict[str, Any]] = {
        200: {"description": "The answer", "content": {_EVENTS: {"schema": {"type": "string"}}}}
    }

    @app.post("/v1/ask", response_model=schemas.Answer, responses={**streamed, **failures, 413: {**failures[400]}})
    async def ask(request: schemas.AskRequest, accept: Annotated[str, Header(include_in_schema=False)] = "") -> Any:
        """Answer a question.

        Asked with "Accept: text/event-stream", it sends events: "partial" with the answer as it grows, then "answer"
        with the complete one, or "error".
        """
        question, options = request.question, request.model_dump(exclude={"question"})
        if _EVENTS not in accept:
            return schemas.Answer.model_validate(await queue.ask(question, **options))
        return await _EventStream.start(queue.stream(question, **options))

    @app.get(
        "/v1/documents/{doc_id:path}", responses={**failures, 404: {**failures[400], "description": "No such article"}}
    )
    async def show(doc_id: str) -> schemas.Document:
        """Return an article."""
        return schemas.Document.model_validate(await queue.show(doc_id))


class _EventStream(StreamingResponse):
    """Server-sent events of a growing answer; closes the answer's iterator however the response ends."""

    media_type = _EVENTS

    @classmethod
    async def start(cls, answers: AsyncIterator[Answer]) -> _EventStream:
        """Wait for the first answer, so that what is wrong with the question is still a status of its own."""
        first = await anext(answers)
        response = cls(cls._events(first, answers), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        response._answers = answers
        return response

    _answers: AsyncIterator[Answer]

    @staticmethod
    async def _events(answer: Answer, answers: AsyncIterator[Answer]) -> AsyncIterator[str]:
        try:
            async for following in answers:
                yield _event("partial", answer.to_dict())
                answer = following
            yield _event("answer", answer.to_dict())
        except DatelineError as error:
            yield _event("error", {"error": str(error)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._answers):  # type: ignore[type-var]
            await super().__call__(scope, receive, send)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(DatelineError)
    async def known(request: Request, error: DatelineError) -> JSONResponse:
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
        return _error(status, str(error), {"Retry-After": "1"} if isinstance(error, BusyError) else None)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _error(422, _sentence(error))

    @app.exception_handler(StarletteHTTPException)
    async def http(request: Request, error: StarletteHTTPException) -> JSONResponse:
        return _error(error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def unknown(request: Request, error: Exception) -> JSONResponse:
        return _error(500, "something went wrong inside the service; its log says what")


def _error(status: int, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": sentence}, status, headers)


def _refused(request: HTTPConnection, status: int, sentence: str) -> JSONResponse:
    return _error(status, sentence)


def _sentence(error: RequestValidationError) -> str:
    """Return what is wrong first, and where."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return "the body is not JSON; send one object with a question"
    where = ".".join(str(part) for part in first["loc"][1:]) or "the body"
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"


def _describe(app: FastAPI, *, secured: bool) -> None:
    """Complete the OpenAPI description: the bearer token, and no error shapes but ours."""
    description = app.openapi()
    for name in ("HTTPValidationError", "ValidationError"):
        description["components"]["schemas"].pop(name, None)
    if secured:
        description["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        refused = {
            "description": "The bearer token is missing or wrong",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
        for path, operations in description["paths"].items():
            for operation in operations.values() if path not in _OPEN_PATHS else ():
                operation["security"] = [{"bearer": []}]
                operation["responses"]["401"] = refused
    app.openapi_schema = description


class _Guard:
    """ASGI middleware: asks for the bearer token and stops bodies that are too large."""

    def __init__(self, app: ASGIApp, token: str | None, max_body: int) -> None:
        self.app = app
        self.token = token
        self.max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        if self.token and scope["path"] not in _OPEN_PATHS and not self._allowed(headers.get(b"authorization", b"")):
            refusal = _error(401, "the bearer token is missing or wrong", {"WWW-Authenticate": "Bearer"})
            await refusal(scope, receive, send)
            return
        too_large = f"the body is larger than {self.max_body:,} bytes; send less of the history"
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self.max_body:
            await _error(413, too_large)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_body:
                raise HTTPException(413, too_large)
            return message

        await self.app(scope, counted, send)

    def _allowed(self, header: bytes) -> bool:
        scheme, _, given = header.partition(b" ")
        return scheme.lower() == b"bearer" and secrets.compare_digest(given.strip(), str(self.token).encode())
