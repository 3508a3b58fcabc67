"""HTTP and MCP around an Assistant: ``build_app`` for any ASGI server, ``serve`` for one of its own.

::

    GET  /v1/search              ranked passages
    POST /v1/ask                 a cited answer; with "Accept: text/event-stream" as it grows
    GET  /v1/events              what happened, in time order
    GET  /v1/documents[/{id}]    the articles, an article
    POST /v1/documents           files to be added; PUT and DELETE /v1/documents/{id}: with the right to write
    POST /v1/chat/completions    OpenAI's interface, with GET /v1/models
    GET  /healthz, /metrics      does it answer, and from how much; for Prometheus (extra ``metrics``)
    GET  /docs, /openapi.json    this, described
         /mcp                    MCP (extra ``mcp``)

Every error is ``{"error": "one clear sentence"}``, or in OpenAI's form where its clients ask.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Route

from dateline.index.errors import DatelineError, LLMError, StoreError, UnknownDocumentError, UsageError
from dateline.rag.service import replies, schemas
from dateline.rag.service.addresses import is_loopback, require_free_port
from dateline.rag.service.docs_page import docs_page
from dateline.rag.service.documents import add_documents
from dateline.rag.service.guard import OPEN_PATHS, Guard, Methods
from dateline.rag.service.hosts import Hosts
from dateline.rag.service.logs import Access
from dateline.rag.service.malloc import share_arenas
from dateline.rag.service.openai_api import add_chat
from dateline.rag.service.queue import BusyError, Limits, Queue

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from dateline.rag.answer import Answer
    from dateline.rag.assistant import Assistant

PATHS = ("/v1/{path:path}", "/healthz", "/metrics", "/docs", "/openapi.json", "/mcp")
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
    write_token: str | None = None,
    limits: Limits | None = None,
    host: str = "127.0.0.1",
    allowed_hosts: Sequence[str] = (),
) -> FastAPI:
    """Return the service as an ASGI application.

    With ``token`` every request but the health check and the description must carry it as a bearer token. Whoever
    carries ``write_token`` may also add, replace and remove articles; without one nobody may. ``host`` is
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
    if find_spec("prometheus_client") is not None:
        from dateline.rag.service.metrics import Counting, Metrics

        metrics = Metrics(queue)
        app.router.routes.append(Route("/metrics", endpoint=metrics.endpoint, include_in_schema=False))
        app.add_middleware(Counting, metrics=metrics)
    if find_spec("mcp") is not None:
        from dateline.rag.service.mcp_server import McpEndpoint, build_mcp

        writing = build_mcp(queue, writing=True) if write_token else None
        endpoint = McpEndpoint(build_mcp(queue), writing, max_body=queue.limits.body)
        # Every request stands alone, so there is nothing to listen for by GET, and no session to end by DELETE.
        app.router.routes.append(Route("/mcp", endpoint=endpoint, methods=["POST"], include_in_schema=False))
    app.add_middleware(Access)
    app.add_middleware(
        Guard, token=token, write_token=write_token, max_body=queue.limits.body, max_upload=queue.limits.upload
    )
    app.add_middleware(Methods, routes=app.router.routes)
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
    write_token: str | None = None,
    limits: Limits | None = None,
    allowed_hosts: Sequence[str] = (),
) -> None:
    """Serve until interrupted; raises UsageError where others could reach it and no token is asked of them."""
    import uvicorn

    if not token and not is_loopback(host):
        raise UsageError(f"{host} can be reached from other computers; set a token, or listen on 127.0.0.1")
    require_free_port(host, port)
    share_arenas()
    app = build_app(
        assistant, token=token, write_token=write_token, limits=limits, host=host, allowed_hosts=allowed_hosts
    )
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

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()))

    @app.get("/v1/search", responses={**failures, 404: {**failures[400], "description": "No such article"}})
    async def search(asked: Annotated[schemas.SearchQuery, Query()]) -> schemas.SearchResult:
        """Return ranked passages."""
        given = asked.model_dump(exclude={"query", "k", "source", "doc_id"})
        found = await queue.search(asked.query, asked.k, **given, sources=asked.source, doc_ids=asked.doc_id)
        return schemas.SearchResult.model_validate(found)

    streamed: dict[int | str, dict[str, Any]] = {
        200: {"description": "The answer", "content": {replies.EVENTS: {"schema": {"type": "string"}}}}
    }
    unknown: dict[int | str, dict[str, Any]] = {404: {**failures[400], "description": "No such article"}}

    @app.post(
        "/v1/ask", response_model=schemas.Answer, responses={**streamed, **failures, **unknown, 413: failures[400]}
    )
    async def ask(request: schemas.AskRequest, accept: Annotated[str, Header(include_in_schema=False)] = "") -> Any:
        """Answer a question.

        Asked with "Accept: text/event-stream", it sends events: "partial" with the answer as it grows, then "answer"
        with the complete one, or "error".
        """
        question, options = request.question, request.model_dump(exclude={"question"})
        if replies.EVENTS not in accept:
            return schemas.Answer.model_validate(await queue.ask(question, **options))
        return await replies.EventStream.start(queue.stream(question, **options), _growing)

    @app.get("/v1/events", responses={**failures, **unknown})
    async def events(asked: Annotated[schemas.EventsQuery, Query()]) -> schemas.Events:
        """Return what happened, in time order, as far as the articles answer the question."""
        given = asked.model_dump(exclude={"question", "doc_id"})
        return schemas.Events.model_validate(await queue.events(asked.question, **given, doc_ids=asked.doc_id))

    add_documents(app, queue, failures)
    add_chat(app, queue, failures)


async def _growing(answer: Answer, answers: AsyncIterator[Answer]) -> AsyncIterator[str]:
    try:
        async for following in answers:
            yield replies.event(answer.to_dict(), "partial")
            answer = following
        yield replies.event(answer.to_dict(), "answer")
    except DatelineError as error:
        yield replies.event({"error": str(error)}, "error")


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(DatelineError)
    async def known(request: Request, error: DatelineError) -> JSONResponse:
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
        headers = {"Retry-After": "1"} if isinstance(error, BusyError) else None
        return replies.error(request.url.path, status, str(error), headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return replies.error(request.url.path, 422, _sentence(error))

    @app.exception_handler(StarletteHTTPException)
    async def http(request: Request, error: StarletteHTTPException) -> JSONResponse:
        return replies.error(request.url.path, error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def unknown(request: Request, error: Exception) -> JSONResponse:
        return replies.error(request.url.path, 500, "something went wrong inside the service; its log says what")


def _refused(request: HTTPConnection, status: int, sentence: str) -> JSONResponse:
    return replies.error(request.url.path, status, sentence)


def _sentence(error: RequestValidationError) -> str:
    """Return what is wrong first, and where."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return "the body is not JSON; send one object with a question"
    where = ".".join(str(part) for part in first["loc"][1:]) or "the body"
    if first["type"] == "extra_forbidden":
        return f"{where}: there is no such field; see /docs for those that there are"
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
            for operation in operations.values() if path not in OPEN_PATHS else ():
                operation["security"] = [{"bearer": []}]
                operation["responses"]["401"] = refused
    app.openapi_schema = description
