"""MCP tools around an Assistant: search, ask and show, over stdio or streamable HTTP.

Needs the extra ``mcp``. Over HTTP every request stands alone, so the endpoint needs no start-up of its own and can be
one route of any ASGI application.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import Field

from dateline.index.errors import DatelineError, ModelError
from dateline.rag.service.schemas import (
    MAX_DOC_IDS,
    MAX_HISTORY,
    MAX_K,
    Answer,
    Day,
    Document,
    Question,
    SearchResult,
    Turn,
)

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer
    from starlette.types import Receive, Scope, Send

    from dateline.rag.assistant import Assistant
    from dateline.rag.service.queue import Queue

T = TypeVar("T")

_AskedOn = Annotated[Day | None, Field(description='"today" for the asker, YYYY-MM-DD')]
_After = Annotated[Day | None, Field(description="published on this day or later, YYYY-MM-DD")]
_Before = Annotated[Day | None, Field(description="published on this day or earlier, YYYY-MM-DD")]
_DocIds = Annotated[list[str], Field(max_length=MAX_DOC_IDS, description="these articles alone")]
_History = Annotated[list[Turn], Field(max_length=MAX_HISTORY, description="earlier turns, oldest first")]


def build_mcp(queue: Queue) -> MCPServer:
    """Return the MCP server with its three tools; raises ModelError naming the extra where mcp is not installed."""
    try:
        from mcp.server.mcpserver import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp_types import ToolAnnotations
    except ImportError as error:
        raise ModelError('MCP needs the package mcp; install it with: pip install "dateline[mcp]"') from error

    server = MCPServer(
        "dateline",
        title="Dateline",
        instructions=(
            "Questions about indexed news articles. ask gives a cited answer whose sentences are verbatim from the "
            "articles, or says that they do not tell; search gives ranked passages; show gives an article."
        ),
        log_level="WARNING",
    )
    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

    async def told(work: Awaitable[T]) -> T:
        try:
            return await work
        except DatelineError as error:
            raise ToolError(str(error)) from error

    @server.tool(annotations=reads)
    async def search(
        query: Question,
        k: Annotated[int, Field(ge=1, le=MAX_K, description="how many passages")] = 10,
        asked_on: _AskedOn = None,
        after: _After = None,
        before: _Before = None,
        doc_ids: _DocIds = [],  # noqa: B006 - a schema's default, never changed
    ) -> SearchResult:
        """Find passages of the indexed news articles, best first."""
        found = queue.search(query, k, asked_on=asked_on, after=after, before=before, doc_ids=doc_ids)
        return SearchResult.model_validate(await told(found))

    @server.tool(annotations=reads)
    async def ask(
        question: Question,
        history: _History = [],  # noqa: B006 - a schema's default, never changed
        asked_on: _AskedOn = None,
        after: _After = None,
        before: _Before = None,
        doc_ids: _DocIds = [],  # noqa: B006 - a schema's default, never changed
    ) -> Answer:
        """Answer a question from the indexed news articles, citing the sentences, or say that they do not tell."""
        turns = [turn.model_dump() for turn in history]
        answer = queue.ask(question, history=turns, asked_on=asked_on, after=after, before=before, doc_ids=doc_ids)
        return Answer.model_validate(await told(answer))

    @server.tool(annotations=reads)
    async def show(doc_id: Annotated[str, Field(min_length=1)]) -> Document:
        """Return an article: title, source, publication date and text."""
        return Document.model_validate(await told(queue.show(doc_id)))

    return server


class McpEndpoint:
    """The streamable HTTP endpoint as an ASGI application; it answers whoever reaches it, so put ``Hosts`` before it."""

    def __init__(self, server: MCPServer, *, max_body: int = 1_000_000) -> None:
        self._server = server
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        from mcp.server.transport_security import TransportSecuritySettings

        app = self._server.streamable_http_app(
            streamable_http_path=scope["path"],
            json_response=True,
            stateless_http=True,
            max_request_body_size=self._max_body,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)


def serve_stdio(assistant: Assistant) -> None:
    """Serve MCP on standard input and output until the input ends."""
    from dateline.rag.service.queue import Queue

    build_mcp(Queue(assistant)).run("stdio")
