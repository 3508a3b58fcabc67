"""The MCP tools, asked by a real client: in the process, over stdio and over streamable HTTP."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import anyio
import pytest
import uvicorn
from fakes import HashingEmbedder
from newsroom import HARBOUR, UNDATED
from starlette.testclient import TestClient

from dateline.index import Index
from dateline.rag import Assistant, Retriever
from dateline.rag.command.cli import build_parser
from dateline.rag.service.http import build_app
from dateline.rag.service.queue import Queue

mcp = pytest.importorskip("mcp", reason='MCP needs the extra (pip install "dateline[mcp]")')

from dateline.rag.service.mcp_server import build_mcp  # noqa: E402

SERVER = """
import sys
from fakes import HashingEmbedder
from dateline.index import Index
from dateline.rag import Assistant, Retriever
from dateline.rag.service.mcp_server import serve_stdio
serve_stdio(Assistant(Retriever(Index.open(sys.argv[1], embedder=HashingEmbedder(), read_only=True), k=5)))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mcp") / "index"
    index = Index.open(folder, embedder=HashingEmbedder())
    index.add_documents([HARBOUR, UNDATED])
    index.close()
    return folder


@pytest.fixture(scope="module")
def assistant(folder: Path) -> Iterator[Assistant]:
    index = Index.open(folder, embedder=HashingEmbedder(), read_only=True)
    yield Assistant(Retriever(index, k=5))
    index.close()


def talk(server: Any, conversation: Callable[[Any], Awaitable[None]]) -> None:
    """Hold a conversation with a server."""

    async def run() -> None:
        async with mcp.Client(server) as client:
            await conversation(client)

    anyio.run(run)


async def every_tool(client: Any) -> None:
    """Search, show what was found, ask."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"search", "ask", "events", "show", "list_documents"}
    assert all(tool.description and tool.output_schema and tool.annotations.read_only_hint for tool in tools.values())
    found = (await client.call_tool("search", {"query": "mayor pilots", "k": 1})).structured_content
    (hit,) = found["hits"]
    shown = (await client.call_tool("show", {"doc_id": hit["doc_id"]})).structured_content
    assert shown["text"][hit["start"] : hit["end"]] == hit["text"]
    answer = (await client.call_tool("ask", {"question": "Who met the pilots?"})).structured_content
    assert answer["standalone_question"] == "Who met the pilots?"
    for citation in answer["citations"] + answer["nearest"]:
        document = (await client.call_tool("show", {"doc_id": citation["doc_id"]})).structured_content
        assert document["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_in_the_process(assistant: Assistant) -> None:
    talk(build_mcp(Queue(assistant)), every_tool)


def test_over_stdio(folder: Path) -> None:
    environment = {"PYTHONPATH": str(Path(__file__).parent), "HF_HUB_OFFLINE": "1"}
    talk(
        mcp.StdioServerParameters(command=sys.executable, args=["-c", SERVER, str(folder)], env=environment), every_tool
    )


def test_over_streamable_http(assistant: Assistant) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(build_app(assistant), port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        for _ in range(2):
            talk(f"http://127.0.0.1:{port}/mcp", every_tool)
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("show", {"doc_id": "none.txt"}, "none.txt"),
        ("search", {"query": "mayor", "k": 1000}, "100"),
        ("search", {"query": "  "}, "empty"),
        ("ask", {"question": "who?", "asked_on": "tomorrow"}, "YYYY-MM-DD"),
        ("ask", {"question": "who?", "history": [{"content": "miaow"}]}, "message 1 has no role"),
        ("ask", {"question": "who?", "befor": "2025-01-01"}, "ask has no argument 'befor'; did you mean before?"),
        ("ask", {"question": "who?", "doc_ids": ["none.txt"]}, "none.txt"),
    ],
)
def test_mistakes_are_told_in_a_sentence(assistant: Assistant, tool: str, arguments: dict[str, Any], says: str) -> None:
    async def conversation(client: Any) -> None:
        result = await client.call_tool(tool, arguments)
        assert result.is_error
        told = result.content[0].text
        assert says in told
        assert "pydantic" not in told
        assert "\n" not in told

    talk(build_mcp(Queue(assistant)), conversation)


def test_a_follow_up_reaches_the_assistant(assistant: Assistant) -> None:
    async def conversation(client: Any) -> None:
        history = [
            {"role": "user", "content": "Who met Brandt?"},
            {"role": "assistant", "content": "**The pilots** [1]"},
        ]
        result = await client.call_tool("ask", {"question": "And Okafor?", "history": history})
        assert result.structured_content["standalone_question"] == "Who met Okafor?"

    talk(build_mcp(Queue(assistant)), conversation)


@pytest.mark.parametrize(
    "given",
    [
        {"history": None, "doc_ids": None, "asked_on": None, "after": "", "before": ""},
        {"history": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who met Brandt?"}]},
        {
            "history": [{"role": "user", "content": [{"type": "text", "text": "Who met Brandt?"}]}],
            "doc_ids": HARBOUR.doc_id,
        },
    ],
)
def test_what_clients_send_is_taken(assistant: Assistant, given: dict[str, Any]) -> None:
    async def conversation(client: Any) -> None:
        result = await client.call_tool("ask", {"question": "Who met the pilots?", **given})
        assert not result.is_error, result.content

    talk(build_mcp(Queue(assistant)), conversation)


def test_resources_and_prompts(assistant: Assistant) -> None:
    async def conversation(client: Any) -> None:
        (listed,) = (await client.read_resource("dateline://documents")).contents
        assert {found["doc_id"] for found in json.loads(listed.text)["documents"]} == {HARBOUR.doc_id, UNDATED.doc_id}
        (text,) = (await client.read_resource(f"dateline://documents/{HARBOUR.doc_id}")).contents
        assert text.text == HARBOUR.text
        prompts = {prompt.name for prompt in (await client.list_prompts()).prompts}
        assert prompts == {"cited_answer", "timeline"}
        asked = await client.get_prompt("cited_answer", {"question": "Who met the pilots?"})
        assert "Who met the pilots?" in asked.messages[0].content.text

    talk(build_mcp(Queue(assistant)), conversation)


def test_who_may_write_changes_articles(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "index", embedder=HashingEmbedder())

    async def conversation(client: Any) -> None:
        article = {"doc_id": "weir.txt", "text": "Otto Lind closed the weir.", "published": "2026-04-03"}
        assert (await client.call_tool("add_document", article)).structured_content["added"] == 1
        assert (await client.call_tool("show", {"doc_id": "weir.txt"})).structured_content["text"] == article["text"]
        assert (await client.call_tool("add_document", {**article, "text": " "})).is_error
        assert (await client.call_tool("remove_document", {"doc_id": "weir.txt"})).structured_content["removed"] == 1
        assert (await client.call_tool("remove_document", {"doc_id": "weir.txt"})).is_error

    talk(build_mcp(Queue(Assistant(Retriever(index))), writing=True), conversation)
    index.close()


def test_over_http_the_write_token_opens_the_writing_tools(assistant: Assistant) -> None:
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    sent = {"accept": "application/json, text/event-stream"}
    with TestClient(build_app(assistant, write_token="pen"), base_url="http://127.0.0.1:8600") as client:
        assert "remove_document" not in client.post("/mcp", json=listing, headers=sent).text
        assert (
            "remove_document" in client.post("/mcp", json=listing, headers={**sent, "authorization": "Bearer pen"}).text
        )


def test_the_registrys_description_starts_this_server() -> None:
    described = json.loads((Path(__file__).parent.parent / "server.json").read_text(encoding="utf-8"))
    (package,) = described["packages"]
    words = [part.get("value") or part["name"] for part in package["packageArguments"]]
    assert build_parser().parse_args(words).mcp_stdio
    assert described["version"] == package["version"] == version("dateline")


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({}, True),
        ({"host": "localhost:8600"}, True),
        ({"origin": "http://127.0.0.1:8600"}, True),
        ({"host": "rebound.example:8600"}, False),
        ({"origin": "http://elsewhere.example"}, False),
    ],
)
def test_other_hosts_and_origins_are_refused_on_this_computer(
    assistant: Assistant, headers: dict[str, str], accepted: bool
) -> None:
    """A page of somewhere else, or a name that somebody made mean this computer, must not reach the tools."""
    listing = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    sent = {"host": "127.0.0.1:8600", "accept": "application/json, text/event-stream"} | headers
    with TestClient(build_app(assistant), base_url="http://127.0.0.1:8600") as client:
        answer = client.post("/mcp", json=listing, headers=sent)
    assert (answer.status_code == 200) is accepted, answer.text
    assert ("tools" in answer.text) is accepted
