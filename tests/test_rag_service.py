"""The HTTP service over a small real index: what it answers, what it refuses, and how it holds back a crowd."""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import uvicorn
from fakes import HashingEmbedder
from newsroom import HARBOUR, UNDATED
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dateline.index import Index
from dateline.index.errors import LLMError, UsageError
from dateline.rag import Assistant, Retriever
from dateline.rag.service.http import build_app, routes, serve
from dateline.rag.service.queue import BusyError, Limits, Queue

QUESTION = {"question": "Who met the pilots?"}
HERE = "http://127.0.0.1"


@pytest.fixture(scope="module")
def newsroom_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    index = Index.open(tmp_path_factory.mktemp("service") / "index", embedder=HashingEmbedder())
    index.add_documents([HARBOUR, UNDATED])
    yield index
    index.close()


@pytest.fixture
def assistant(newsroom_index: Index) -> Assistant:
    return Assistant(Retriever(newsroom_index, k=5))


@pytest.fixture
def client(assistant: Assistant) -> TestClient:
    return TestClient(build_app(assistant), HERE, raise_server_exceptions=False)


def events(text: str) -> list[tuple[str, Any]]:
    """(event, data) of a stream of server-sent events."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_health_tells_the_counts(client: TestClient) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "documents": 2, "passages": 2}


def test_search_ranks_from_one_with_offsets_into_the_document(client: TestClient) -> None:
    found = client.get("/v1/search", params={"query": "mayor pilots", "k": 2}).json()
    assert [hit["rank"] for hit in found["hits"]] == [1, 2]
    assert found["query"] == "mayor pilots"
    hit = found["hits"][0]
    document = client.get(f"/v1/documents/{hit['doc_id']}").json()
    assert document["text"][hit["start"] : hit["end"]] == hit["text"]
    assert {"title", "source", "published", "page", "dates"} <= hit.keys()


@pytest.mark.parametrize(
    ("bounds", "doc_ids"),
    [
        ({"source": "Coast Courier"}, {HARBOUR.doc_id}),
        ({"doc_id": UNDATED.doc_id}, {UNDATED.doc_id}),
        ({"after": "2025-03-01", "before": "2025-03-31"}, {HARBOUR.doc_id}),
        ({"after": "2026-01-01"}, set()),
    ],
)
def test_search_is_bounded(client: TestClient, bounds: dict[str, str], doc_ids: set[str]) -> None:
    found = client.get("/v1/search", params={"query": "the mayor", **bounds}).json()
    assert {hit["doc_id"] for hit in found["hits"]} == doc_ids


def test_ask_gives_the_answer_object_with_verbatim_citations(client: TestClient, assistant: Assistant) -> None:
    response = client.post("/v1/ask", json={**QUESTION, "asked_on": "2025-03-07"})
    assert response.status_code == 200
    answer = response.json()
    ours = assistant.ask(QUESTION["question"], asked_on="2025-03-07").to_dict()
    assert answer.keys() == ours.keys()
    assert answer["answer"] == ours["answer"]
    for citation in answer["citations"] + answer["nearest"]:
        document = client.get(f"/v1/documents/{citation['doc_id']}").json()
        assert document["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_ask_understands_a_follow_up(client: TestClient) -> None:
    history = [{"role": "user", "content": "Who met Brandt?"}, {"role": "assistant", "content": "**The pilots** [1]"}]
    answer = client.post("/v1/ask", json={"question": "And Okafor?", "history": history}).json()
    assert answer["standalone_question"] == "Who met Okafor?"


def test_ask_streams_the_growing_answer(client: TestClient) -> None:
    with client.stream("POST", "/v1/ask", json=QUESTION, headers={"Accept": "text/event-stream"}) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        received = events(response.read().decode())
    assert [name for name, _ in received[:-1]] == ["partial"] * (len(received) - 1)
    name, answer = received[-1]
    assert name == "answer"
    assert answer["answer"] == client.post("/v1/ask", json=QUESTION).json()["answer"]


def test_a_failure_amid_a_stream_is_an_event(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = assistant.ask(QUESTION["question"])
    closed = []

    def failing(*args: Any, **options: Any) -> Iterator[Any]:
        try:
            yield whole
            yield whole
            raise LLMError("the LLM server does not answer")
        finally:
            closed.append(True)

    monkeypatch.setattr(assistant, "stream", failing)
    response = TestClient(build_app(assistant), HERE).post(
        "/v1/ask", json=QUESTION, headers={"Accept": "text/event-stream"}
    )
    assert events(response.text)[-1] == ("error", {"error": "the LLM server does not answer"})
    assert closed == [True]


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "says"),
    [
        ("GET", "/v1/search", {}, 422, "query"),
        ("GET", "/v1/search?query=%20", {}, 422, "query"),
        ("GET", "/v1/search?query=mayor&k=0", {}, 422, "k"),
        ("GET", "/v1/search?query=mayor&k=101", {}, 422, "100"),
        ("GET", "/v1/search?query=mayor&after=yesterday", {}, 422, "YYYY-MM-DD"),
        ("GET", "/v1/search?query=" + "m" * 2001, {}, 422, "2000"),
        ("GET", "/v1/documents/none.txt", {}, 404, "none.txt"),
        ("GET", "/v2", {}, 404, "Not Found"),
        ("DELETE", "/v1/search", {}, 405, "Method Not Allowed"),
        ("POST", "/v1/ask", {"content": b"{"}, 422, "not JSON"),
        ("POST", "/v1/ask", {"json": {}}, 422, "question"),
        ("POST", "/v1/ask", {"json": {"question": "  "}}, 422, "question"),
        ("POST", "/v1/ask", {"json": {"question": 7}}, 422, "question"),
        ("POST", "/v1/ask", {"json": {**QUESTION, "asked_on": "2025-02-30"}}, 422, "asked_on"),
        ("POST", "/v1/ask", {"json": {**QUESTION, "limit": 3}}, 422, "limit"),
        ("POST", "/v1/ask", {"json": {**QUESTION, "history": [{"content": ""}]}}, 422, "message 1 has no role"),
        ("POST", "/v1/ask", {"json": {**QUESTION, "doc_ids": ["none.txt"]}}, 404, "none.txt"),
        ("POST", "/v1/ask", {"json": {"question": "x" * 1_100_000}}, 413, "larger"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    client: TestClient, method: str, path: str, sent: dict[str, Any], status: int, says: str
) -> None:
    headers = {"Content-Type": "application/json"} if "content" in sent else {}
    response = client.request(method, path, headers=headers, **sent)
    assert response.status_code == status
    assert response.json().keys() == {"error"}
    assert says in response.json()["error"]
    assert "\n" not in response.json()["error"]


def test_a_body_without_length_is_counted_too(client: TestClient) -> None:
    response = client.post("/v1/ask", content=(b" " * 100_000 for _ in range(11)))
    assert response.status_code == 413


def test_a_fault_of_ours_tells_nothing_of_the_inside(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("secret path")

    monkeypatch.setattr(assistant, "ask", broken)
    response = TestClient(build_app(assistant), HERE, raise_server_exceptions=False).post("/v1/ask", json=QUESTION)
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json().keys() == {"error"}


def test_a_missing_llm_is_no_fault_of_the_asker(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: Any, **options: Any) -> None:
        raise LLMError("the LLM server does not answer")

    monkeypatch.setattr(assistant, "ask", down)
    response = TestClient(build_app(assistant), HERE).post("/v1/ask", json=QUESTION)
    assert (response.status_code, response.json()) == (503, {"error": "the LLM server does not answer"})


def test_the_token_is_asked_of_everything_but_health_and_description(assistant: Assistant) -> None:
    client = TestClient(build_app(assistant, token="tök"))
    for path in ("/v1/search?query=mayor", f"/v1/documents/{HARBOUR.doc_id}", "/mcp", "/v1/nothing"):
        refused = client.get(path)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert client.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert client.get(path, headers={"Authorization": "Basic tök".encode()}).status_code == 401
        assert client.get(path, headers={"Authorization": "Bearer tök".encode()}).status_code != 401
    assert client.get("/healthz").status_code == 200
    description = client.get("/openapi.json").json()
    assert description["paths"]["/v1/search"]["get"]["security"] == [{"bearer": []}]
    assert "security" not in description["paths"]["/healthz"]["get"]


def test_a_crowd_is_told_that_it_is_busy(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    answer = assistant.ask(QUESTION["question"])

    def slow(*args: Any, **options: Any) -> Any:
        go.wait(30)
        return answer

    monkeypatch.setattr(assistant, "ask", slow)
    replies: queue.Queue[Any] = queue.Queue()
    with TestClient(build_app(assistant, limits=Limits(at_once=1, waiting=1)), HERE) as client:
        crowd = [threading.Thread(target=lambda: replies.put(client.post("/v1/ask", json=QUESTION))) for _ in range(5)]
        for one in crowd:
            one.start()
        # Whoever comes first, one is worked on and one waits until the way is free; three are turned away at once.
        refused = [replies.get(timeout=20) for _ in range(3)]
        assert {reply.status_code for reply in refused} == {503}
        assert "busy" in refused[0].json()["error"]
        assert refused[0].headers["Retry-After"] == "1"
        assert client.get("/healthz").status_code == 200
        go.set()
        assert [replies.get(timeout=20).status_code for _ in range(2)] == [200, 200]
        for one in crowd:
            one.join(10)
        assert client.post("/v1/ask", json=QUESTION).status_code == 200


def test_no_more_than_so_many_at_once(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, now, most = threading.Lock(), 0, 0

    def counting(doc_id: str) -> Any:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        threading.Event().wait(0.02)
        with lock:
            now -= 1
        return HARBOUR

    monkeypatch.setattr(assistant.index, "document", counting)

    async def crowd() -> int:
        line, refused = Queue(assistant, Limits(at_once=2, waiting=6)), 0

        async def one() -> None:
            nonlocal refused
            try:
                await line.show("x")
            except BusyError:
                refused += 1

        async with anyio.create_task_group() as group:
            for _ in range(11):
                group.start_soon(one)
        return refused

    assert anyio.run(crowd) == 3
    assert most == 2


def test_an_abandoned_stream_gives_its_place_back(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    whole = assistant.ask(QUESTION["question"])

    def endless(*args: Any, **options: Any) -> Iterator[Any]:
        try:
            while True:
                yield whole
        finally:
            closed.append(True)

    monkeypatch.setattr(assistant, "stream", endless)

    async def leave() -> None:
        line = Queue(assistant, Limits(at_once=1, waiting=0))
        for _ in range(3):
            stream = line.stream("who?")
            await anext(stream)
            with pytest.raises(BusyError):
                await line.show(HARBOUR.doc_id)
            await stream.aclose()  # type: ignore[attr-defined]
        assert (await line.show(HARBOUR.doc_id))["doc_id"] == HARBOUR.doc_id

    anyio.run(leave)
    assert closed == [True] * 3


def test_a_reader_who_hangs_up_gives_the_place_back(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = threading.Event()
    whole = assistant.ask(QUESTION["question"])

    def endless(*args: Any, **options: Any) -> Iterator[Any]:
        try:
            while True:
                yield whole
        finally:
            closed.set()

    monkeypatch.setattr(assistant, "stream", endless)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = build_app(assistant, limits=Limits(at_once=1, waiting=0))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        url = f"http://127.0.0.1:{port}/v1"
        with httpx.stream("POST", f"{url}/ask", json=QUESTION, headers={"Accept": "text/event-stream"}) as response:
            lines = response.iter_lines()
            assert next(lines) == "event: partial"
            assert httpx.get(f"{url}/search", params={"query": "mayor"}).status_code == 503
        assert closed.wait(10)
        time.sleep(0.1)
        assert httpx.get(f"{url}/search", params={"query": "mayor"}).status_code == 200
    finally:
        server.should_exit = True
        thread.join(10)


def test_another_application_can_serve_it_too(assistant: Assistant) -> None:
    outer = Starlette(routes=[Route("/", lambda request: PlainTextResponse("chat")), *routes(build_app(assistant))])
    client = TestClient(outer, HERE)
    assert client.get("/").text == "chat"
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/v1/search", params={"query": "mayor"}).json()["hits"]
    assert client.post("/v1/ask", json=QUESTION).status_code == 200
    assert client.get("/v1/nothing").json() == {"error": "Not Found"}


def test_others_may_reach_it_with_a_token_only(assistant: Assistant) -> None:
    with pytest.raises(UsageError, match="token"):
        serve(assistant, host="0.0.0.0")
    with pytest.raises(UsageError, match="token"):
        serve(assistant, host="news.example")


def test_the_command_serves_until_it_is_ended(seed_index_folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "dateline", "--index", str(seed_index_folder), "serve", "--port", str(port)]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) as process:
        try:
            for _ in range(300):
                assert process.poll() is None, process.stderr and process.stderr.read()
                with suppress(httpx.HTTPError):
                    if httpx.get(f"{HERE}:{port}/healthz", timeout=5).status_code == 200:
                        break
                time.sleep(0.2)
            answer = httpx.post(
                f"{HERE}:{port}/v1/ask", json={"question": "Who called Dar in Dubai?"}, timeout=60
            ).json()
        finally:
            process.terminate()
    assert answer["citations"] and "Araghchi" in answer["answer"]
