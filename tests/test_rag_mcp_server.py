"""The MCP tools, asked by a real client: in the process, over stdio and over streamable HTTP."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
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
    assert set(tools) == {"search", "ask", "show"}
    assert all(tool.description and tool.output_schema for tool in tools.values())
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
        ("ask", {"question": "who?", "history": [{"role": "cat", "content": "miaow"}]}, "assistant"),
    ],
)
def test_mistakes_are_told(assistant: Assistant, tool: str, arguments: dict[str, Any], says: str) -> None:
    async def conversation(client: Any) -> None:
        result = await client.call_tool(tool, arguments)
        assert result.is_error
        assert says in result.content[0].text

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
