"""Every example runs as it stands, over the seed articles, and is short."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import uvicorn
from fakes import SEEDS, HashingEmbedder
from llama_index.core.base.llms.types import CompletionResponse
from llama_index.core.llms import MockLLM

from dateline.index import Index
from dateline.rag import Assistant, Retriever
from dateline.rag.service.http import build_app

EXAMPLES = Path(__file__).parent.parent / "examples"
QUESTION = "who spoke with Araghchi and when?"


def load(name: str) -> ModuleType:
    """Import an example from its file."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples") / "index"
    index = Index.open(folder, embedder=HashingEmbedder())
    assert index.add(SEEDS).added == 2
    index.close()
    return folder


@pytest.fixture
def location(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where the examples find an index of the seed articles; they open it with the fast embedder it was made with."""
    monkeypatch.setattr("dateline.index.index.open_embedder", HashingEmbedder)
    return os.fspath(folder)


@pytest.fixture
def service(location: str) -> Iterator[str]:
    """The address of a running service over the seed articles."""
    index = Index.open(location)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            build_app(Assistant(Retriever(index, k=10)), write_token="pen"),
            port=port,
            log_level="error",
            lifespan="off",
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
    index.close()


def test_plain_sync(location: str, capsys: pytest.CaptureFixture[str]) -> None:
    load("plain_sync").main(location, QUESTION)
    printed = capsys.readouterr().out
    assert "Dar" in printed
    assert "[1] " in printed


def test_plain_async(location: str, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(load("plain_async").main(location, QUESTION, "What did the mayor of Atlantis say?"))
    printed = capsys.readouterr().out
    assert printed.index(QUESTION) < printed.index("Atlantis")
    assert "[1]" in printed


def test_llamaindex_query_engine(location: str, capsys: pytest.CaptureFixture[str]) -> None:
    class Reader(MockLLM):
        """An LLM that answers with the size of what it was given to read."""

        def complete(self, prompt: str, formatted: bool = False, **options: Any) -> CompletionResponse:
            return CompletionResponse(text=f"read about Araghchi: {'Araghchi' in prompt}")

    load("llamaindex_query_engine").main(location, QUESTION, Reader())
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "read about Araghchi: True"
    assert len(printed) == 4
    assert all(".txt " in line for line in printed[1:])


def test_llamaindex_agent_tool(location: str) -> None:
    index = Index.open(location, read_only=True)
    tool = load("llamaindex_agent_tool").news_tool(index)
    output = tool.call(QUESTION)
    assert tool.metadata.name == "news"
    assert "[1]" in output.content
    assert output.raw_output.source_nodes
    for hit in output.raw_output.source_nodes:
        place = hit.node.metadata
        assert index.document(place["doc_id"]).text[place["start"] : place["end"]] == hit.node.text
    index.close()


def test_langchain_retriever(location: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("langchain_core", reason='LangChain needs the extra (pip install "dateline[langchain]")')
    load("langchain_retriever").main(location, QUESTION)
    assert "Araghchi" in capsys.readouterr().out


def test_llamaindex_chat(location: str, capsys: pytest.CaptureFixture[str]) -> None:
    load("llamaindex_chat").main(location, QUESTION, "And with whom?")
    printed = capsys.readouterr().out
    assert "[1]" in printed
    assert "#char=" in printed


def test_traced(location: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("openinference.instrumentation.llama_index", reason='pip install "dateline[traces]"')
    from dateline.rag.apps.telemetry import stop

    try:
        load("traced").main(location, QUESTION)
    finally:
        stop()
    steps = [line.split(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert steps[-1] == "Assistant.ask"
    assert {"Retriever.retrieve", "Assistant.read", "Assistant.answer"} <= set(steps)


def test_openai_client(service: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("openai", reason="pip install openai")
    load("openai_client").main(f"{service}/v1", QUESTION)
    assert "[1] " in capsys.readouterr().out


def test_upload(service: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "weir.txt").write_text("Otto Lind closed the weir on Thursday.")
    load("upload").main(service, "pen", os.fspath(tmp_path / "weir.txt"))
    assert '"added": 1' in capsys.readouterr().out
    with pytest.raises(SystemExit, match="only be read"):
        load("upload").main(service, "wrong", os.fspath(tmp_path / "weir.txt"))


def test_http_client(service: str, capsys: pytest.CaptureFixture[str]) -> None:
    load("http_client").main(service, QUESTION)
    assert "[1] " in capsys.readouterr().out
    with pytest.raises(SystemExit, match="question"):
        load("http_client").main(service, " ")


def test_mcp_client(service: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("mcp", reason='MCP needs the extra (pip install "dateline[mcp]")')
    asyncio.run(load("mcp_client").main(f"{service}/mcp", QUESTION))
    printed = capsys.readouterr().out
    assert printed.startswith("tools: ")
    assert "[1]" in printed


def test_examples_are_short_and_all_tested() -> None:
    tested = {name.removeprefix("test_") for name in vars(sys.modules[__name__]) if name.startswith("test_")}
    for example in EXAMPLES.glob("*.py"):
        assert len(example.read_text(encoding="utf-8").splitlines()) <= 25, example.name
        assert example.stem in tested
