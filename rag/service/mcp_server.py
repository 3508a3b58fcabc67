"""MCP around an Assistant: tools, resources and prompts, over stdio or streamable HTTP.

Needs the extra ``mcp``. Over HTTP every request stands alone, so the endpoint needs no start-up of its own and can be
one route of any ASGI application.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import Field, ValidationError

from dateline.index.errors import DatelineError, ModelError
from dateline.rag.service.schemas import (
    MAX_K,
    Answer,
    Document,
    DocumentIn,
    DocumentList,
    Events,
    GivenDay,
    GivenIds,
    History,
    Question,
    Report,
    SearchResult,
)

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer
    from starlette.types import Receive, Scope, Send

    from dateline.rag.assistant import Assistant
    from dateline.rag.service.queue import Queue

T = TypeVar("T")

_AskedOn = Annotated[GivenDay, Field(description='"today" for the asker, YYYY-MM-DD')]
_After = Annotated[GivenDay, Field(description="published on this day or later, YYYY-MM-DD")]
_Before = Annotated[GivenDay, Field(description="published on this day or earlier, YYYY-MM-DD")]
_DocIds = Annotated[GivenIds, Field(description="these articles alone")]
_History = Annotated[History, Field(description="earlier turns, oldest first")]
_DocId = Annotated[str, Field(min_length=1, description="the article's id")]


def build_mcp(queue: Queue, *, writing: bool = False) -> MCPServer:
    """Return the MCP server; with ``writing`` its clients may change the articles.

    Raises ModelError naming the extra where mcp is not installed.
    """
    try:
        from mcp.server.mcpserver import MCPServer
        from mcp.server.mcpserver.exceptions import ResourceError, ToolError
        from mcp_types import ToolAnnotations
    except ImportError as error:
        raise ModelError('MCP needs the package mcp; install it with: pip install "dateline[mcp]"') from error

    class Server(MCPServer):
        """Takes no argument that nothing would come of, and says in a sentence what is wrong with one."""

        async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
            schema = self._tool_input_schema(name) or {"properties": arguments}
            for given in arguments.keys() - schema["properties"].keys():
                near = difflib.get_close_matches(given, schema["properties"], n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(schema['properties'])}"
                raise ToolError(f"{name} has no argument {given!r}; {hint}")
            try:
                return await super().call_tool(name, arguments, context)
            except ToolError as error:
                if isinstance(error.__cause__, ValidationError):
                    raise ToolError(_sentence(error.__cause__)) from error.__cause__
                if isinstance(error.__cause__, ToolError):
                    raise error.__cause__ from error
                raise

    server = Server(
        "dateline",
        title="Dateline",
        instructions=(
            "Questions about indexed news articles. ask gives a cited answer whose sentences are verbatim from the "
            "articles, or says that they do not tell; events gives what happened in time order; search gives ranked "
            "passages; show gives an article; list_documents lists them."
        ),
        log_level="WARNING",
    )
    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    writes = ToolAnnotations(read_only_hint=False, idempotent_hint=True, destructive_hint=True, open_world_hint=False)

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
        answer = queue.ask(question, history=history, asked_on=asked_on, after=after, before=before, doc_ids=doc_ids)
        return Answer.model_validate(await told(answer))

    @server.tool(annotations=reads)
    async def events(
        question: Question,
        asked_on: _AskedOn = None,
        after: _After = None,
        before: _Before = None,
        doc_ids: _DocIds = [],  # noqa: B006 - a schema's default, never changed
    ) -> Events:
        """Say what happened, in time order, as far as the articles answer a question such as “who met whom, and when?”."""
        found = queue.events(question, asked_on=asked_on, after=after, before=before, doc_ids=doc_ids)
        return Events.model_validate(await told(found))

    @server.tool(annotations=reads)
    async def show(doc_id: _DocId) -> Document:
        """Return an article: title, source, publication date and text."""
        return Document.model_validate(await told(queue.show(doc_id)))

    @server.tool(annotations=reads)
    async def list_documents(
        offset: Annotated[int, Field(ge=0)] = 0, limit: Annotated[int, Field(ge=1, le=1000)] = 100
    ) -> DocumentList:
        """List the articles, newest first, without their text."""
        return DocumentList.model_validate(await told(queue.listed(offset=offset, limit=limit)))

    if writing:

        @server.tool(annotations=writes)
        async def add_document(
            doc_id: _DocId,
            text: Annotated[str, Field(min_length=1)],
            title: str = "",
            published: _AskedOn = None,
            source: str = "",
            url: str = "",
        ) -> Report:
            """Add an article under an id, or replace the one that is there."""

            async def put() -> Any:
                sent = DocumentIn(text=text, title=title, published=published, source=source, url=url)
                return await queue.put(sent.document(doc_id))

            return Report.model_validate(await told(put()))

        @server.tool(annotations=writes)
        async def remove_document(doc_id: _DocId) -> Report:
            """Remove an article."""
            return Report.model_validate(await told(queue.remove(doc_id)))

    @server.resource("dateline://documents", mime_type="application/json")
    async def documents() -> str:
        """The articles, newest first, without their text."""
        return json.dumps(await queue.listed(limit=1000), ensure_ascii=False)

    @server.resource("dateline://documents/{+doc_id}", mime_type="text/plain")
    async def document(doc_id: str) -> str:
        """An article's text."""
        try:
            return str((await queue.show(doc_id))["text"])
        except DatelineError as error:
            raise ResourceError(str(error)) from error

    @server.prompt()
    def cited_answer(question: str) -> str:
        """Answer a question from the articles, every statement with its mark."""
        return (
            f"Answer from the indexed news articles alone: {question}\n\nCall the tool ask. Keep its marks [1], [2]… and list "
            "what they cite. Where the articles do not tell, say so, and add nothing of your own."
        )

    @server.prompt()
    def timeline(subject: str) -> str:
        """Put in order what happened."""
        return (
            f"Make a timeline of {subject} from the indexed news articles: call the tool events, and list its rows by day, "
            "each with its mark. Leave days open where the articles leave them open."
        )

    return server


def _sentence(error: ValidationError) -> str:
    """Return what is wrong first, and where."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the arguments"
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"


class McpEndpoint:
    """The streamable HTTP endpoint as an ASGI application; it answers whoever reaches it, so put ``Hosts`` before it.

    Those who may write, as ``Guard`` tells, speak with the server ``writing``, if there is one.
    """

    def __init__(self, server: MCPServer, writing: MCPServer | None = None, *, max_body: int = 1_000_000) -> None:
        self._server = server
        self._writing = writing or server
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        from mcp.server.transport_security import TransportSecuritySettings

        server = self._writing if scope.get("state", {}).get("may_write") else self._server
        app = server.streamable_http_app(
            streamable_http_path=scope["path"],
            json_response=True,
            stateless_http=True,
            max_request_body_size=self._max_body,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)


def serve_stdio(assistant: Assistant, *, writing: bool = False) -> None:
    """Serve MCP on standard input and output until the input ends."""
    from dateline.rag.service.queue import Queue

    build_mcp(Queue(assistant), writing=writing).run("stdio")
