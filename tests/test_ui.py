"""The chat without a browser: what its events do, what its page asks for, and how it starts."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.routes import App
from newsroom import ANSWER, HARBOUR, FakeAssistant
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dateline import ui
from dateline.index.documents import Passage
from dateline.index.errors import LLMError, UsageError
from dateline.rag.answer import Answer, Dropped
from dateline.rag.chat.conversations import ConversationStore, Limits
from dateline.rag.chat.turns import BLANK, Chat
from dateline.rag.page import routes
from dateline.rag.page.ask_tab import attended
from dateline.rag.search.retriever import Hit
from dateline.rag.service.queue import BusyError, Queue
from dateline.rag.service.queue import Limits as QueueLimits
from dateline.rag.settings import Settings

HERE = "http://127.0.0.1"


def in_a_loop(make: Callable[[], Any]) -> Any:
    """Call ``make`` within a running event loop: without one Gradio makes loops that it never closes."""

    async def run() -> Any:
        return make()

    return asyncio.run(run())


@pytest.fixture
def chat() -> Chat:
    return Chat(FakeAssistant(), ConversationStore(), ["Who spoke with the mayor?"])  # type: ignore[arg-type]


def ask(
    chat: Chat, question: str, conversation: str = "", limits: Limits | None = None, owner: str = "ann"
) -> list[Any]:
    return list(chat.ask(question, conversation, limits or Limits(), owner))


def test_a_question_waits_grows_and_is_kept(chat: Chat) -> None:
    steps = ask(chat, "  Who spoke with the mayor? ")
    waiting, growing, *_, done = steps
    assert "dl-waiting" in waiting[1]
    assert 'aria-busy="true"' in growing[1]
    assert "dl-summary" in done[1]
    assert "dl-timeline" in done[1]
    assert "<mark" in done[3]
    conversation = chat.conversations.get("ann", done[2])
    assert conversation is not None
    assert [turn.question for turn in conversation.turns] == ["Who spoke with the mayor?"]


def test_the_quoted_answer_stands_with_its_sources_until_a_model_has_written(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, whole = chat.assistant.stream("Who spoke with the mayor?")
    told = Dropped("<b>Pigs</b> fly.", "the articles do not say it")

    def slowly(question: str, **_: Any) -> Generator[Answer, None, None]:
        yield replace(whole, provisional=True, notice="The language model is still writing.")
        yield replace(whole, text="Lena. [1]", mode="small")
        yield replace(whole, text="Lena. [1]", mode="small", dropped=(told,))

    ask(chat, "Who spoke with the mayor?")
    monkeypatch.setattr(chat.assistant, "stream", slowly)
    waiting, meanwhile, growing, _, done = ask(chat, "And then?")
    assert waiting[3] == BLANK
    assert "still writing" in meanwhile[1] and 'aria-busy="true"' in meanwhile[1]
    assert 'data-turn="t0"' in meanwhile[3] and meanwhile[3] == growing[3]
    assert "Lena." in growing[1] and "still writing" not in growing[1]
    assert "Pigs" not in done[1] and 'data-turn="t2"' in done[3]
    monkeypatch.setattr(chat.assistants, "of", lambda settings: chat.assistant)
    chat.preferences.keep("ann", unsupported="fold")
    *_, folded = ask(chat, "And then?", done[2])
    for html in (folded[1], chat.open(done[2], "ann")[1]):
        assert "dl-dropped" in html and "&lt;b&gt;Pigs&lt;/b&gt; fly." in html


def test_a_follow_up_knows_what_came_before_and_says_how_it_was_understood(chat: Chat) -> None:
    first = ask(chat, "Who spoke with the mayor?")[-1]
    steps = ask(chat, "and when?", first[2], Limits(after="2025-01-01"))
    assert "Who spoke with the mayor?" in steps[0][0]
    assert "Understood as <q>Who spoke with the mayor and when?</q>" in steps[-1][1]
    assert "Limited to articles: from <b>Wed 1 January 2025</b>" in steps[-1][1]
    asked = chat.assistant.asked[-1]  # type: ignore[attr-defined]
    assert [message["role"] for message in asked["history"]] == ["user", "assistant"]
    assert asked["after"] == "2025-01-01"


@pytest.mark.parametrize(("question", "message"), [("  ", "Type a question first."), ("fail", "LLM server")])
def test_what_cannot_be_answered_says_so_and_keeps_nothing(chat: Chat, question: str, message: str) -> None:
    steps = ask(chat, question)
    assert message in steps[-1][1]
    assert 'role="alert"' in steps[-1][1]
    assert chat.conversations.find("ann") == []


def test_a_conversation_is_found_again_by_its_owner_alone(chat: Chat) -> None:
    kept = ask(chat, "Who spoke with the mayor?")[-1][2]
    past, current, sources, conversation = chat.open(kept, "ann")
    assert (past, conversation) == ("", kept)
    assert "dl-text" in current
    assert "<mark" in sources
    assert chat.open(kept, "bob")[3] == ""
    assert "dl-text" not in chat.open(kept, "bob")[1]


def test_marks_of_earlier_turns_bring_their_articles_back(chat: Chat) -> None:
    ask(chat, "Who spoke with the mayor?")
    assert 'data-turn="t1"' in chat.cite("t1", "ann")
    assert "<mark" in chat.cite("t1", "ann")
    for turn, owner in (("t1", "bob"), ("t99", "ann"), ("../x", "ann")):
        assert "<mark" not in chat.cite(turn, owner)


def test_the_empty_page_offers_examples_or_tells_how_to_add_articles(chat: Chat) -> None:
    assert 'data-question="Who spoke with the mayor?"' in chat.empty_html()
    assert "3 articles" in chat.empty_html()
    chat.assistant.index.held.clear()  # type: ignore[attr-defined]
    assert all(way in chat.empty_html() for way in ("dateline index", "dateline chat --demo", "<b>Articles</b>"))


@pytest.fixture(scope="module")
def client() -> TestClient:
    assistant: Any = FakeAssistant()
    store = ConversationStore()
    blocks = in_a_loop(lambda: ui.build(assistant, store))
    options = ui.launch_options(assistant, store)
    blocks.theme, blocks.head = options["theme"], options["head"]
    blocks.theme_css = blocks.theme._get_theme_css()
    blocks.config = blocks.get_config_file()
    return TestClient(in_a_loop(lambda: App.create_app(blocks, app_kwargs=options["app_kwargs"])), HERE)


def test_the_page_asks_for_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/").text
    loaded = re.findall(r'(?:src|href)="(https?:)?//[^"]*"', page)
    assert loaded == []
    assert not re.search(r"@import|url\(['\"]?https?:", page + client.get("/theme.css").text)
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "connect-src 'self'" in policy


def test_gradio_sends_no_telemetry() -> None:
    assistant: Any = FakeAssistant()
    blocks = in_a_loop(lambda: ui.build(assistant, ConversationStore()))
    assert blocks.analytics_enabled is False
    assert gr.analytics.analytics_enabled() is False


def test_no_event_is_an_open_endpoint(client: TestClient) -> None:
    info = client.get("/gradio_api/info").json()
    assert info["named_endpoints"] == {}


def test_browsers_are_told_apart_by_a_cookie_that_scripts_cannot_read(client: TestClient) -> None:
    client.cookies.clear()
    cookie = client.get("/").headers["set-cookie"]
    assert cookie.startswith(f"{routes.COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "set-cookie" not in client.get("/").headers


def test_documents_have_addresses(client: TestClient) -> None:
    found = client.get(f"/documents/{HARBOUR.doc_id}")
    assert found.status_code == 200
    assert "Lena Brandt" in found.text
    for missing in ("/documents/none.txt", "/documents/../../etc/passwd", "/documents/%2e%2e/%2e%2e/etc/passwd"):
        answer = client.get(missing)
        assert answer.status_code == 404
        assert "root:" not in answer.text


def test_the_page_config_carries_no_article(client: TestClient) -> None:
    assert ANSWER.citations[0].quote not in json.dumps(client.get("/config").json())


def test_a_port_in_use_is_one_sentence() -> None:
    parser = argparse.ArgumentParser()
    ui.register(parser.add_subparsers())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        args = parser.parse_args(["chat", "--port", str(taken.getsockname()[1])])
        assert args.host == "127.0.0.1"
        with pytest.raises(UsageError, match=r"cannot listen on 127\.0\.0\.1:\d+ .*--port"):
            args.run(args, Settings())


def test_asking_again_takes_the_last_turns_place(chat: Chat) -> None:
    kept = ask(chat, "Who spoke with the mayor?", limits=Limits(after="2025-01-01"))[-1][2]
    last = list(chat.again("t1", kept, "ann", unlimited=True))[-1]
    conversation = chat.conversations.get("ann", kept)
    assert conversation is not None
    assert [turn.question for turn in conversation.turns] == ["Who spoke with the mayor?"]
    assert not conversation.turns[0].limits
    assert "dl-summary" in last[1]
    assert list(chat.again("t1", kept, "bob")) == []
    assert [len(asked["history"]) for asked in chat.assistant.asked] == [0, 0]  # type: ignore[attr-defined]


def test_a_turn_asked_again_in_vain_is_not_lost(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = ask(chat, "Who spoke with the mayor?")[-1][2]

    def fails(*args: object, **kwargs: object) -> Iterator[Answer]:
        raise LLMError("the LLM server does not answer")

    monkeypatch.setattr(chat.assistant, "stream", fails)
    assert "does not answer" in list(chat.again("t1", kept, "ann"))[-1][1]
    monkeypatch.setattr(chat.assistant, "stream", lambda *args, **kwargs: 1 / 0)
    steps = chat.ask("and then?", kept, Limits(), "ann")
    with pytest.raises(ZeroDivisionError):
        for step in steps:
            last = step
    assert "Something went wrong" in last[1]
    conversation = chat.conversations.get("ann", kept)
    assert conversation is not None
    assert [turn.id for turn in conversation.turns] == [1]


def test_votes_and_comments_show_and_are_the_owners(chat: Chat) -> None:
    kept = ask(chat, "Who spoke with the mayor?")[-1][2]
    chat.vote("t1", "ann", vote=-1)
    chat.vote("t1", "ann", comment=" wrong day ")
    chat.vote("t1", "bob", vote=1)
    html = chat.open(kept, "ann")[1]
    assert 'data-vote="-1" data-turn="t1" aria-pressed="true"' in html
    assert 'data-vote="1" data-turn="t1" aria-pressed="false"' in html
    assert ">wrong day</textarea>" in html


def test_the_list_of_conversations_is_the_owners_and_escaped(chat: Chat) -> None:
    ask(chat, "<b>Who</b> spoke with the mayor?")
    html = chat.list_html("ann")
    assert "&lt;b&gt;Who&lt;/b&gt;" in html
    assert "<b>" not in html
    assert "Nothing matches" in chat.list_html("ann", "zebra")
    assert "No conversations yet" in chat.list_html("bob")


def test_exports_are_served_to_their_owner_alone() -> None:
    assistant: Any = FakeAssistant()
    store = ConversationStore()
    options = in_a_loop(lambda: ui.launch_options(assistant, store))
    client = TestClient(
        Starlette(routes=options["app_kwargs"]["routes"], middleware=options["app_kwargs"]["middleware"]), HERE
    )
    kept = store.create("ann", "Mayor / <talks>")
    turn = store.add("ann", kept.id, ANSWER)
    store.vote("ann", turn.id, 1, "good")
    hers = {"cookie": f"{routes.COOKIE}=ann"}
    for form, kind in (("json", "application/json"), ("md", "text/markdown"), ("html", "text/html")):
        found = client.get(f"/conversations/{kept.id}.{form}", headers=hers)
        assert found.status_code == 200
        assert found.headers["content-type"].startswith(kind)
        assert found.headers["content-disposition"].endswith(f"Mayor%20talks.{form}")
        assert client.get(f"/conversations/{kept.id}.{form}").status_code == 404
    assert client.get(f"/conversations/{kept.id}.exe", headers=hers).status_code == 404
    assert json.loads(client.get("/votes.jsonl", headers=hers).text)["comment"] == "good"
    assert client.get("/votes.jsonl").text == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "news.example"])
def test_other_computers_are_let_in_only_by_a_login_or_on_request(host: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--no-auth"):
        ui.require_closed_door(host, None, False)
    ui.require_closed_door(host, None, True)
    users = tmp_path / "users.json"
    with pytest.raises(UsageError, match="no such file"):
        ui.require_closed_door(host, users, False)
    users.write_text("{}", encoding="utf-8")
    ui.require_closed_door(host, users, False)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_computer_needs_no_login(host: str) -> None:
    ui.require_closed_door(host, None, False)


def test_with_a_login_nothing_is_shown_before_it_and_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    assistant: Any = FakeAssistant()
    store = ConversationStore()
    blocks = in_a_loop(lambda: ui.build(assistant, store))
    options = ui.launch_options(assistant, store)
    blocks.auth = lambda name, password: (name, password) == ("ann", "secret words")
    blocks.config = blocks.get_config_file()
    client = TestClient(in_a_loop(lambda: App.create_app(blocks, app_kwargs=options["app_kwargs"])), HERE)
    document = f"/documents/{HARBOUR.doc_id}"
    assert client.get(document).status_code == 401
    assert client.get("/votes.jsonl").status_code == 401
    assert client.post("/login", data={"username": "ann", "password": "guess"}).status_code == 400
    assert client.post("/login", data={"username": "ann", "password": "secret words"}).status_code == 200
    assert client.get(document).status_code == 200
    kept = store.create("user ann", "hers")
    assert client.get(f"/conversations/{kept.id}.md").status_code == 200
    assert client.get(f"/conversations/{store.create('user bob', 'his').id}.md").status_code == 404
    monkeypatch.setattr(routes, "SESSION_SECONDS", -1)
    assert client.get(document).status_code == 401


def test_passwords_cannot_be_tried_in_bulk_nor_events_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(routes.time, "monotonic", lambda: now)
    monkeypatch.setattr(routes, "LOGINS_A_MINUTE", 3)
    monkeypatch.setattr(routes, "EVENTS_A_MINUTE", 5)
    accepted = Route("/{path:path}", lambda request: Response("in"), methods=["GET", "POST"])
    client = TestClient(Starlette(routes=[accepted], middleware=[Middleware(routes.Visitors)]))
    assert [client.post("/login/").status_code for _ in range(5)] == [200] * 3 + [429] * 2
    assert [client.post("/gradio_api/queue/join").status_code for _ in range(6)] == [200] * 5 + [429]
    assert "wait a minute" in client.post("/gradio_api/queue/join").json()["detail"]
    assert client.get("/").status_code == 200
    now = 61.0
    assert client.post("/login").status_code == 200


def test_a_chat_that_is_full_says_so_and_offers_the_question_again(chat: Chat) -> None:
    async def run() -> list[Any]:
        queue = Queue(chat.assistant, QueueLimits(at_once=1, waiting=0))
        async with queue.place():
            steps = chat.ask("Who spoke with the mayor?", "", Limits(), "ann")
            told = [step async for step in attended(queue, steps, "Who spoke with the mayor?")]
        steps = chat.ask("Who spoke with the mayor?", "", Limits(), "ann")
        return [told, [step async for step in attended(queue, steps, "Who spoke with the mayor?")]]

    (waiting, busy), answered = asyncio.run(run())
    assert "dl-waiting" in waiting[1]
    assert "The chat is busy" in busy[1]
    assert 'data-question="Who spoke with the mayor?"' in busy[1]
    assert "dl-summary" in answered[-1][1]


def test_stop_does_not_wait_for_a_slow_step_but_its_place_stays_taken_until_then(chat: Chat) -> None:
    go_on = threading.Event()

    def slowly() -> Generator[tuple[str, str, str, str], None, None]:
        yield "", "waiting", "", ""
        go_on.wait(30)
        yield "", "answer", "", ""

    async def run() -> None:
        queue = Queue(chat.assistant, QueueLimits(at_once=1, waiting=0))
        steps = attended(queue, slowly(), "q")
        assert (await anext(steps))[1] == "waiting"
        second = asyncio.ensure_future(anext(steps))
        await asyncio.sleep(0.1)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(second, 5)
        with pytest.raises(BusyError):
            async with queue.place():
                pass
        go_on.set()
        for _ in range(100):
            await asyncio.sleep(0.05)
            if not queue._present:
                return
        raise AssertionError("the place was not given back")

    asyncio.run(run())


def test_the_login_page_is_ours_and_shows_nothing_else(client_with_login: TestClient) -> None:
    page = client_with_login.get("/")
    assert page.status_code == 200
    assert 'name="password" type="password"' in page.text
    assert "gradio_config" not in page.text
    assert "content-security-policy" in page.headers
    client_with_login.post("/login", data={"username": "ann", "password": "secret words"})
    assert 'name="password"' not in client_with_login.get("/").text


@pytest.fixture
def client_with_login() -> TestClient:
    assistant: Any = FakeAssistant()
    store = ConversationStore()
    blocks = in_a_loop(lambda: ui.build(assistant, store))
    options = ui.launch_options(assistant, store)
    blocks.auth = lambda name, password: (name, password) == ("ann", "secret words")
    blocks.theme, blocks.head = options["theme"], options["head"]
    blocks.theme_css = blocks.theme._get_theme_css()
    blocks.config = blocks.get_config_file()
    return TestClient(in_a_loop(lambda: App.create_app(blocks, app_kwargs=options["app_kwargs"])), HERE)


@pytest.mark.parametrize(
    ("client_host", "headers", "here"),
    [
        ("127.0.0.1", {"host": "127.0.0.1:7860"}, True),
        ("::1", {"host": "[::1]:7860"}, True),
        ("127.0.0.1", {"host": "localhost"}, True),
        ("192.0.2.1", {"host": "127.0.0.1:7860"}, False),
        ("127.0.0.1", {"host": "rebound.example:7860"}, False),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "192.0.2.1"}, False),
        ("127.0.0.1", {}, False),
    ],
)
def test_who_sits_at_this_computer(client_host: str, headers: dict[str, str], here: bool) -> None:
    request: Any = SimpleNamespace(client=SimpleNamespace(host=client_host), headers=headers, cookies={})
    assert routes.at_this_computer(request) is here


def test_fonts_are_served_and_nothing_else_is(client: TestClient) -> None:
    for name in routes.FONTS:
        assert client.get(f"/fonts/{name}.woff2").content[:4] == b"wOF2"
    assert client.get("/fonts/page.woff2").status_code == 404
    assert client.get("/fonts/..%2fpage.css").status_code == 404


def test_what_was_found_is_listed_for_those_who_want_it(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    passage = Passage(doc_id=HARBOUR.doc_id, passage_id="p", start=0, end=15, text="<b>Harbour</b>", title="T & T")
    asked: list[tuple[Any, ...]] = []

    def search(query: str, k: int, **limits: Any) -> list[Hit]:
        asked.append((query, k, limits["bounds"].after))
        return [Hit(1, 1.0, passage)]

    monkeypatch.setattr(chat.assistant.retriever, "search", search)
    kept = ask(chat, "Who spoke with the mayor?", limits=Limits(after="2025-01-01"))[-1][2]
    assert asked.pop() == ("Who spoke with the mayor?", 5, "2025-01-01")
    html = chat.open(kept, "ann")[2]
    assert asked == [("Who spoke with the mayor?", 5, "2025-01-01")]
    assert "1 passage found for this question" in html
    assert "&lt;b&gt;Harbour&lt;/b&gt;" in html
    chat.preferences.keep("ann", shown=0)
    assert "found for this question" not in chat.open(kept, "ann")[2]
