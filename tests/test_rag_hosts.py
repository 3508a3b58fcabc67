"""Which hosts the chat, HTTP and MCP answer to, and whose pages may ask them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest
from fakes import HashingEmbedder
from newsroom import HARBOUR
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from dateline import ui
from dateline.index import Index
from dateline.index.errors import UsageError
from dateline.rag import Assistant, Retriever
from dateline.rag.command import cli
from dateline.rag.page import routes
from dateline.rag.service import http
from dateline.rag.service.hosts import Hosts
from dateline.rag.service.http import build_app
from dateline.rag.settings import Settings

HERE = "127.0.0.1:7860"


def refuse(request: HTTPConnection, status: int, told: str) -> Response:
    return PlainTextResponse(told, status)


def server(address: str = "127.0.0.1", *allowed: str, closed: bool = False) -> TestClient:
    """A server that says "in" to whoever is let in."""

    async def socket(connection: WebSocket) -> None:
        await connection.accept()
        await connection.close()

    every = ["GET", "POST", "PUT", "DELETE"]
    routes = [Route("/", lambda request: PlainTextResponse("in"), methods=every), WebSocketRoute("/socket", socket)]
    return TestClient(Hosts(Starlette(routes=routes), address, allowed, closed=closed, refuse=refuse), f"http://{HERE}")


REBOUND = (
    "rebound.example:7860",
    "localhost.example",
    "127.0.0.1.example",
    "127.0.0.1@x.example",
    "x@localhost",
    "[::1",
    "",
)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.1:7860", "localhost", "LOCALHOST:1", "localhost.", "[::1]:7860"]
)
def test_this_computers_own_names_are_answered(host: str) -> None:
    assert server().get("/", headers={"host": host}).text == "in"


@pytest.mark.parametrize("host", REBOUND)
def test_a_name_that_somebody_made_mean_this_computer_is_refused_in_a_sentence(host: str) -> None:
    answer = server().get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "--allow-host or in the setting allowed_hosts" in answer.text and "\n" not in answer.text
    assert server("127.0.0.1", "*").get("/", headers={"host": host}).text == "in"


def test_two_hosts_are_none() -> None:
    assert server().get("/", headers=[("host", HERE), ("host", "localhost")]).status_code == 421


def test_hosts_that_are_named_are_answered_too() -> None:
    behind = server("127.0.0.1", "News.example", "*.desk.example", "[2001:db8::0:1]")
    for host in ("news.example", "NEWS.example:443", "a.desk.example", "a.b.desk.example", "[2001:db8::1]:80", HERE):
        assert behind.get("/", headers={"host": host}).text == "in", host
    for host in ("desk.example", "xdesk.example", "news.example.org", "www.news.example", "[2001:db8::2]"):
        assert behind.get("/", headers={"host": host}).status_code == 421, host


def test_other_addresses_and_closed_doors_answer_to_every_host_unless_some_are_named() -> None:
    for open_to in (server("0.0.0.0"), server("192.0.2.7"), server(closed=True)):
        assert open_to.get("/", headers={"host": "news.example"}).text == "in"
        assert open_to.get("/", headers={"host": ""}).text == "in"
    named = server("192.0.2.7", "news.example", closed=True)
    for host, status in (("news.example", 200), ("192.0.2.7:80", 200), (HERE, 200), ("192.0.2.8", 421)):
        assert named.get("/", headers={"host": host}).status_code == status, host


OWN = f"http://{HERE}"


@pytest.mark.parametrize(
    ("method", "headers", "accepted"),
    [
        ("POST", {}, True),
        ("POST", {"origin": OWN}, True),
        ("POST", {"origin": OWN, "sec-fetch-site": "same-origin"}, True),
        ("POST", {"origin": "https://proxy.example", "sec-fetch-site": "same-origin"}, True),
        ("POST", {"sec-fetch-site": "none"}, True),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, True),
        ("POST", {"origin": "https://elsewhere.example"}, False),
        ("POST", {"origin": "http://127.0.0.1:3000"}, False),
        ("POST", {"origin": "null"}, False),
        ("POST", {"origin": "http://[::1"}, False),
        ("POST", {"origin": OWN, "sec-fetch-site": "cross-site"}, False),
        ("POST", {"sec-fetch-site": "cross-site"}, False),
        ("DELETE", {"sec-fetch-site": "same-site"}, False),
        ("GET", {"origin": "https://elsewhere.example"}, False),
        ("GET", {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}, False),
    ],
)
def test_pages_of_other_sites_are_refused(method: str, headers: dict[str, str], accepted: bool) -> None:
    for asked in (server(), server(closed=True), server("0.0.0.0")):
        answer = asked.request(method, "/", headers=headers)
        assert answer.status_code == (200 if accepted else 403)
        assert accepted or "a page of another site" in answer.text
    assert server("127.0.0.1", "*").request(method, "/", headers=headers).text == "in"


def test_pages_of_a_host_that_is_named_may_ask() -> None:
    headers = {"origin": "https://news.example", "sec-fetch-site": "cross-site"}
    assert server("127.0.0.1", "news.example").post("/", headers=headers).text == "in"
    assert server("127.0.0.1", "other.example").post("/", headers=headers).status_code == 403


def test_sockets_are_held_to_the_same() -> None:
    with server().websocket_connect("/socket", headers={"host": HERE}):
        pass
    for headers in ({"host": "rebound.example"}, {"host": HERE, "origin": "https://elsewhere.example"}):
        with pytest.raises(WebSocketDenialResponse), server().websocket_connect("/socket", headers=headers):
            pass


def test_http_and_mcp_refuse_in_their_own_form(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "index", embedder=HashingEmbedder())
    index.add_documents([HARBOUR])
    assistant = Assistant(Retriever(index))
    client = TestClient(build_app(assistant), "http://rebound.example:8600")
    for path in ("/v1/search?query=mayor", "/healthz", "/openapi.json", "/mcp", f"/v1/documents/{HARBOUR.doc_id}"):
        answer = client.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 421 and answer.json().keys() == {"error"}
        assert "rebound.example" in answer.json()["error"]
    named = TestClient(build_app(assistant, allowed_hosts=["rebound.example"]), "http://rebound.example:8600")
    assert named.get("/v1/search?query=mayor").status_code == 200
    asked = named.post("/v1/ask", json={"question": "Who?"}, headers={"origin": "https://elsewhere.example"})
    assert asked.status_code == 403 and asked.json().keys() == {"error"}
    index.close()


def test_the_chat_refuses_with_a_page_or_with_what_its_page_shows() -> None:
    chat = TestClient(
        Hosts(Starlette(), "127.0.0.1", (), closed=False, refuse=routes.refusal), "http://<rebound>.example"
    )
    opened = chat.get("/", headers={"host": "<b>.example", "accept": "text/html,*/*"})
    assert opened.status_code == 421 and "<main>" in opened.text and "&lt;b&gt;.example" in opened.text
    assert "<b>" not in opened.text
    told = chat.post("/gradio_api/queue/join", json={}, headers={"host": "rebound.example"}).json()
    assert "rebound.example" in told["detail"] and told["error"] == told["detail"]


@pytest.mark.parametrize("name", ["http://news.example", "news.example:7860", "*.", "*news.example", "a b", "", "ü.de"])
def test_what_can_be_no_host_is_named(name: str) -> None:
    with pytest.raises(UsageError, match=r"allowed_hosts has .* write a host's name"):
        Settings(allowed_hosts=(name,))


def test_hosts_come_from_flags_then_the_environment_then_the_file(tmp_path: Path) -> None:
    (tmp_path / "dateline.toml").write_text('allowed_hosts = ["news.example", "*.desk.example"]\n', encoding="utf-8")

    def read(environ: dict[str, str], **flags: Any) -> tuple[str, ...]:
        return Settings.load(flags, environ=environ, folder=tmp_path).allowed_hosts

    assert read({}) == ("news.example", "*.desk.example")
    assert read({"DATELINE_ALLOWED_HOSTS": "a.example, b.example"}) == ("a.example", "b.example")
    assert read({"DATELINE_ALLOWED_HOSTS": "a.example"}, allowed_hosts=("*",)) == ("*",)
    assert Settings(allowed_hosts=("a.example",)).public()["allowed_hosts"] == ["a.example"]
    (tmp_path / "dateline.toml").write_text("allowed_hosts = [1]\n", encoding="utf-8")
    with pytest.raises(UsageError, match="a list of texts in quotes"):
        read({})


def test_the_flag_reaches_the_service(
    monkeypatch: pytest.MonkeyPatch, seed_index_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(http, "serve", lambda *args, **options: given.update(options))
    hosts = ["--allow-host", "a.example", "--allow-host", "b.example"]
    assert cli.main(["--index", str(seed_index_folder), "serve", *hosts]) == 0
    assert given["allowed_hosts"] == ("a.example", "b.example")
    parser = argparse.ArgumentParser()
    ui.register(parser.add_subparsers())
    assert parser.parse_args(["chat", *hosts]).allow_host == ["a.example", "b.example"]
    assert cli.main(["serve", "--allow-host", "http://a.example"]) == 2
    assert "allowed_hosts has 'http://a.example'" in capsys.readouterr().err
