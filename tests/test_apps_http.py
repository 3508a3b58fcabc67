"""HTTP for other programs: OpenAI's interface with OpenAI's own client, articles, metrics, pages of other hosts."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from apps_news import ARTICLES, QUESTION, news_index
from fakes import HashingEmbedder
from starlette.testclient import TestClient

from dateline.index import Index
from dateline.rag import Assistant, Retriever
from dateline.rag.service.http import build_app
from dateline.rag.service.queue import Limits

HERE = "http://127.0.0.1"
WRITER = {"Authorization": "Bearer pen"}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    index = news_index(tmp_path_factory.mktemp("apps") / "index")
    yield Assistant(Retriever(index, k=5))
    index.close()


@pytest.fixture
def client(assistant: Assistant) -> TestClient:
    return TestClient(build_app(assistant, allowed_hosts=["app.example"]), HERE)


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[TestClient]:
    """A service whose articles may be changed."""
    index = Index.open(tmp_path / "index", embedder=HashingEmbedder())
    index.add_documents(ARTICLES)
    yield TestClient(build_app(Assistant(Retriever(index, k=5)), write_token="pen"), HERE)
    index.close()


# OpenAI's interface.


@pytest.fixture(scope="module")
def address(assistant: Assistant) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = build_app(assistant, token="key")
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def openai(address: str) -> Iterator[Any]:
    package = pytest.importorskip("openai", reason="pip install openai")
    with package.OpenAI(base_url=address, api_key="key", max_retries=0) as client:
        yield client


def test_openais_client_gets_a_cited_answer(openai: Any, assistant: Assistant) -> None:
    assert [model.id for model in openai.models.list()] == ["dateline"]
    completion = openai.chat.completions.create(
        model="dateline", temperature=0.2, messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}]
    )  # fmt: skip
    (choice,) = completion.choices
    text = choice.message.content
    assert text == assistant.ask(QUESTION).text
    assert choice.finish_reason == "stop"
    for annotation in choice.message.annotations:
        place = annotation.url_citation
        assert text[place.start_index : place.end_index] == "[1]"
        assert (place.url, place.title) == ("https://fen.example/canal", "Canal reopens")
    assert choice.message.annotations
    assert completion.dateline["citations"][0]["doc_id"] == "canal.txt"
    assert completion.citations == ["https://fen.example/canal"]
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 10


def test_openais_client_streams_and_understands_a_follow_up(openai: Any) -> None:
    history = [
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
        {"role": "assistant", "content": "**Marta Velde** [1]"},
        {"role": "user", "content": "And when?"},
    ]
    whole = openai.chat.completions.create(model="dateline", messages=history)
    assert "reopen" in whole.dateline["standalone_question"]
    chunks = list(
        openai.chat.completions.create(
            model="dateline", messages=history, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    *_, last, usage = chunks
    assert last.choices[0].finish_reason == "stop"
    assert last.dateline["answer"] == text
    assert usage.usage.total_tokens == whole.usage.total_tokens


def test_openais_client_gets_its_own_errors(openai: Any, address: str) -> None:
    import openai as package

    def ask(**given: Any) -> None:
        openai.chat.completions.create(
            **{"model": "dateline", "messages": [{"role": "user", "content": "Who?"}], **given}
        )

    with pytest.raises(package.NotFoundError, match="there is no model 'gpt'"):
        ask(model="gpt")
    with pytest.raises(package.BadRequestError, match="no user message"):
        ask(messages=[{"role": "assistant", "content": "x"}])
    with pytest.raises(package.UnprocessableEntityError, match="YYYY-MM-DD"):
        ask(extra_body={"dateline": {"after": "spring"}})
    with pytest.raises(package.UnprocessableEntityError, match="befor: there is no such field"):
        ask(extra_body={"dateline": {"befor": "2026-01-01"}})
    with pytest.raises(package.NotFoundError, match="none.txt"):  # noqa: RUF043
        ask(extra_body={"dateline": {"doc_ids": ["none.txt"]}})
    with (
        package.OpenAI(base_url=address, api_key="wrong", max_retries=0) as stranger,
        pytest.raises(package.AuthenticationError, match="bearer token"),
    ):
        stranger.models.list()


def test_limits_reach_the_answer(openai: Any) -> None:
    limited = openai.chat.completions.create(
        model="dateline", messages=[{"role": "user", "content": QUESTION}], extra_body={"dateline": {"after": "2026-03-05"}}
    )  # fmt: skip
    assert limited.dateline["abstained"]


# Articles.


def test_articles_are_listed_and_only_read_by_default(client: TestClient) -> None:
    listed = client.get("/v1/documents", params={"limit": 2}).json()
    assert (listed["total"], [d["doc_id"] for d in listed["documents"]]) == (3, ["tram.txt", "canal.txt"])
    assert client.get("/v1/documents", params={"source": "Marsh Weekly"}).json()["total"] == 1
    for method, path in (("PUT", "/v1/documents/new.txt"), ("DELETE", "/v1/documents/canal.txt")):
        refused = client.request(method, path, json={"text": "New."}, headers=WRITER)
        assert refused.status_code == 403
        assert "DATELINE_WRITE_TOKEN" in refused.json()["error"]
    assert client.post("/v1/documents", files={"files": ("a.txt", b"x")}).status_code == 403


def test_articles_are_added_replaced_and_removed(editor: TestClient) -> None:
    new = {"text": "Otto Lind closed the weir on Thursday.", "title": "Weir", "published": "2026-04-03"}
    assert editor.put("/v1/documents/north/weir.txt", json=new).status_code == 403
    assert editor.put("/v1/documents/north/weir.txt", json=new, headers=WRITER).json()["added"] == 1
    assert "Otto Lind" in editor.post("/v1/ask", json={"question": "Who closed the weir?"}).json()["answer"]
    assert (
        editor.put("/v1/documents/north/weir.txt", json={**new, "title": "Gate"}, headers=WRITER).json()["updated"] == 1
    )
    assert editor.get("/v1/documents/north/weir.txt").json()["title"] == "Gate"
    assert editor.delete("/v1/documents/north/weir.txt", headers=WRITER).json()["removed"] == 1
    assert editor.get("/v1/documents/north/weir.txt").status_code == 404
    assert editor.delete("/v1/documents/north/weir.txt", headers=WRITER).status_code == 404


def test_files_are_uploaded_with_progress(editor: TestClient) -> None:
    files = [
        ("files", ("weir.txt", b"Weir closed\n\nOtto Lind closed the weir on Thursday.")),
        ("files", ("../lock.md", b"# Lock opens\n\nIda Moor opened the lock on Friday.")),
        ("files", ("broken.pdf", b"%PDF-1.7 nothing")),
    ]
    sent = editor.post("/v1/documents", files=files, headers={**WRITER, "Accept": "text/event-stream"})
    events = [dict(line.split(": ", 1) for line in block.split("\n")) for block in sent.text.strip().split("\n\n")]
    assert [event["event"] for event in events][-1] == "report"
    assert {event["event"] for event in events[:-1]} == {"progress"}
    report = json.loads(events[-1]["data"])
    assert report["added"] == 2
    assert [failure["where"] for failure in report["failed"]] == ["broken.pdf"]
    assert editor.get("/v1/documents/lock.md").json()["title"] == "Lock opens"
    assert editor.post("/v1/documents", files=files[:1], headers=WRITER).json()["unchanged"] == 1


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "says"),
    [
        ("PUT", "/v1/documents/a.txt", {"json": {"text": " "}}, 400, "empty"),
        ("PUT", "/v1/documents/a.txt", {"json": {"text": "x", "published": "spring"}}, 400, "not a date"),
        ("PUT", "/v1/documents/a.txt", {"json": {"text": "x", "publised": "2026-01-01"}}, 422, "publised: there is no such field"),
        ("POST", "/v1/documents", {"files": {"files": ("..", b"x")}}, 400, "no name for a file"),
        ("POST", "/v1/documents", {"json": {}}, 422, "files"),
        ("POST", "/v1/documents", {"files": {"files": ("a.txt", b"x" * 2000)}}, 413, "fewer or smaller"),
    ],
)  # fmt: skip
def test_a_writers_mistakes_are_told(
    tmp_path: Path, method: str, path: str, sent: dict[str, Any], status: int, says: str
) -> None:
    index = Index.open(tmp_path / "index", embedder=HashingEmbedder())
    app = build_app(Assistant(Retriever(index)), write_token="pen", limits=Limits(upload=1500))
    answer = TestClient(app, HERE).request(method, path, headers=WRITER, **sent)
    assert (answer.status_code, index.documents()) == (status, [])
    assert says in answer.json()["error"]
    index.close()


# What else an app needs.


def test_events_are_told_in_order(client: TestClient) -> None:
    told = client.get("/v1/events", params={"question": "Who reopened the Osier Canal and when?"}).json()
    assert set(told) == {"question", "events", "citations", "abstained", "reason"}
    assert told["citations"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/v1/search?query=canal&befor=2020-01-01", "befor: there is no such field"),
        ("/v1/search?query=canal&doc_id=none.txt", "none.txt"),
        ("/v1/documents?page=2", "page: there is no such field"),
        ("/v1/events?question=who&at=2", "at: there is no such field"),
    ],
)
def test_a_parameter_that_nothing_would_come_of_is_an_error(client: TestClient, path: str, says: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 422)
    assert says in answer.json()["error"]


@pytest.mark.parametrize(
    "given",
    [
        {"history": None, "doc_ids": None, "asked_on": "", "after": "", "before": None},
        {"history": [{"role": "system", "content": "x"}, {"role": "user", "content": [{"type": "text", "text": QUESTION}]}]},
        {"history": [[QUESTION, "Marta Velde"]] * 300},
        {"history": [{"role": "user", "content": QUESTION, "name": "bob"}, {"role": "assistant", "content": "x" * 30_000}]},
        {"doc_ids": "canal.txt"},
    ],
)  # fmt: skip
def test_ask_takes_what_clients_send(client: TestClient, given: dict[str, Any]) -> None:
    answer = client.post("/v1/ask", json={"question": "And when?" if given.get("history") else QUESTION, **given})
    assert answer.status_code == 200, answer.text
    assert "reopen" in answer.json()["standalone_question"]


def test_pages_of_allowed_hosts_may_read(client: TestClient) -> None:
    origin = {"Origin": "https://app.example"}
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,authorization"}
    for path in ("/v1/ask", "/v1/chat/completions", "/mcp"):
        before = client.options(path, headers=origin | asked)
        assert before.status_code == 204
        assert before.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert before.headers["Access-Control-Allow-Headers"] == "content-type,authorization"
        assert client.options(path, headers={"Origin": "https://elsewhere.example"} | asked).status_code == 403
    for answer in (
        client.post("/v1/ask", json={"question": QUESTION}, headers=origin),
        client.get("/v1/none", headers=origin),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "Access-Control-Allow-Origin" not in client.get("/healthz").headers


def test_head_and_options(client: TestClient) -> None:
    for path in ("/healthz", "/v1/documents/canal.txt", "/docs"):
        head, got = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == got.headers["content-type"]
    assert client.head("/v1/documents/none.txt").status_code == 404
    assert client.options("/v1/ask").headers["Allow"] == "OPTIONS, POST"
    assert client.options("/v1/documents/canal.txt").headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"


def test_the_page_of_the_description_loads_nothing(client: TestClient) -> None:
    page = client.get("/docs").text
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page
    assert "<script" not in page
    assert "src=" not in page


def test_metrics_count_and_tell_nothing_of_the_questions(assistant: Assistant) -> None:
    pytest.importorskip("prometheus_client", reason='metrics need the extra (pip install "dateline[metrics]")')
    client = TestClient(build_app(assistant, token="key"), HERE)
    key = {"Authorization": "Bearer key"}
    for _ in range(2):
        client.post("/v1/ask", json={"question": QUESTION}, headers=key)
    client.post("/v1/ask", json={"question": "Who won the chess championship?"}, headers=key)
    client.get("/v1/documents/canal.txt", headers=key)
    assert client.get("/metrics").status_code == 401
    told = client.get("/metrics", headers=key).text
    assert 'dateline_requests_total{method="POST",path="/v1/ask",status="200"} 3.0' in told
    assert 'dateline_answers_total{mode="extractive",reason="not_mentioned"} 1.0' in told
    assert "dateline_documents 3.0" in told
    assert "canal.txt" not in told
    assert "chess" not in told
