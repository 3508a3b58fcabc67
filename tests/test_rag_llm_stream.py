"""Language models' servers that misbehave: each ends in the extractive answer, in time, with a sentence saying so."""

from __future__ import annotations

import json
import socketserver
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from llama_index.core.llms import ChatMessage
from scripted_llm import ScriptedLLM

from dateline.index.errors import LLMError
from dateline.rag import Assistant
from dateline.rag.llm.errors import EndlessError, SilenceError, UnreadableError
from dateline.rag.llm.server import connect
from dateline.rag.llm.stream import LONGEST, first_line, pieces

QUESTION = "who spoke with Araghchi and when?"
TRUE = "Dar received a call from Araghchi while he was visiting Dubai [1]. "
MODELS = b'{"data": [{"id": "m", "max_model_len": 4096}]}'

Say = Callable[[bytes], None]
Behaviour = Callable[[Say], None]


def event(text: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {"content": text}}]}).encode() + b"\n\n"


def forever(*parts: bytes, pause: float = 0.0) -> Behaviour:
    def behave(say: Say) -> None:
        while True:
            for part in parts:
                say(part)
            time.sleep(pause)

    return behave


def once(*parts: bytes) -> Behaviour:
    def behave(say: Say) -> None:
        for part in parts:
            say(part)

    return behave


class _Handler(socketserver.StreamRequestHandler):
    """Speaks just enough HTTP to be misunderstood."""

    server: Misbehaving

    def handle(self) -> None:
        request = self.rfile.readline()
        length = 0
        while (line := self.rfile.readline()).strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        self.rfile.read(length)
        try:
            if request.startswith(b"GET"):
                self.server.pages += 1
                self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
                self.server.tells(self.say)
            else:
                self.server.asked += 1
                self.wfile.write(self.server.head)
                self.server.behaves(self.say)
            self.server.ended += not request.startswith(b"GET")
        except OSError:
            self.server.let_go += 1

    def say(self, part: bytes) -> None:
        self.server.sent += len(part)
        self.wfile.write(part)


class Misbehaving(socketserver.ThreadingTCPServer):
    """``behaves`` writes the body of a reply, ``tells`` that of every other page."""

    daemon_threads = True
    allow_reuse_address = True
    OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.head = self.OK
        self.behaves: Behaviour = once()
        self.tells: Behaviour = once(MODELS)
        self.asked = self.pages = self.sent = self.ended = self.let_go = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    running = Misbehaving()
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


UNREADABLE = "The language model's server sent something unreadable."
ENDLESS = "The language model did not come to an end."
SILENT = "The language model did not answer in time."
GONE = "The language model could not be reached."
UNFINISHED = "The language model broke off in the middle of its answer."
KEY = "The language model's server refused the key (DATELINE_LLM_KEY)"
REFUSED = "The language model's server refused the request"
NOISE = bytes(range(32, 127)) * 700
THINKS = forever(event(""), pause=0.05)


def sentences(say: Say) -> None:
    for n in count():
        say(event(f"Sentence number {n} of the ministers says nothing at all. "))


@pytest.mark.parametrize(
    ("behaviour", "notice"),
    [
        (once(b"data: {]\n\n"), UNREADABLE),
        (once(b'data: {"choices": [{"delta": {"content": 5}}]}\n\n'), UNREADABLE),
        (once(b'data: {"choices": {"a": 1}}\n\n'), UNREADABLE),
        (once(b'data: ["It rained."]\n\n'), UNREADABLE),
        (once(b"data: " + b"[" * 100_000 + b"\n\n"), UNREADABLE),
        (forever(NOISE), UNREADABLE),
        (forever(b"data: " + NOISE), UNREADABLE),
        (forever(NOISE + b"\n"), ENDLESS),
        (forever(b": still here\n" * 1000), SILENT),
        (forever(b"\n" * 10_000), SILENT),
        (forever(event("and so on ")), ENDLESS),
        (forever(event("<think> let me see ")), ENDLESS),
        (forever(event(" \t ")), ENDLESS),
        (sentences, ENDLESS),
        (THINKS, ENDLESS),
        (once(), UNFINISHED),
        (once(event(f"{TRUE}The coast guard")), UNFINISHED),
        (forever(b": processing\n\n", pause=0.05), SILENT),
        (forever(b"d", pause=0.05), SILENT),
        (lambda say: time.sleep(2), SILENT),
    ],
)
def test_replies(seed_assistant: Assistant, server: Misbehaving, behaviour: Behaviour, notice: str) -> None:
    server.behaves = behaviour
    assistant = Assistant(seed_assistant.retriever, connect(server.url))
    assert assistant.generator is not None
    assistant.generator.retries = 0
    assistant.generator.patience = 0.8 if notice is SILENT else 30.0
    assistant.generator.budget = 1.5 if behaviour is THINKS else 60.0
    expected = seed_assistant.ask(QUESTION)
    tracemalloc.start()
    answer = assistant.ask(QUESTION)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.notice == f"{notice} The articles are quoted instead."
    assert (answer.mode, answer.text, answer.citations) == ("extractive", expected.text, expected.citations)
    assert peak < 30e6
    assert server.sent < 60e6


@pytest.mark.parametrize(
    ("head", "notice"),
    [
        (b"HTTP/1.1 401 No\r\nConnection: close\r\n\r\n", KEY),
        (b"HTTP/1.1 400 No\r\nConnection: close\r\n\r\n", REFUSED),
        (b"HTTP/1.1 500 No\r\nConnection: close\r\n\r\n", "The language model failed"),
        (b"220 mail.example ESMTP\r\n", GONE),
        (b"", GONE),
    ],
)
@pytest.mark.parametrize("body", [once(b"no"), forever(NOISE)])
def test_heads(seed_assistant: Assistant, server: Misbehaving, head: bytes, notice: str, body: Behaviour) -> None:
    server.head, server.behaves = head, body
    assistant = Assistant(seed_assistant.retriever, connect(server.url))
    assert assistant.generator is not None
    assistant.generator.retries = 0
    answer = assistant.ask(QUESTION)
    assert answer.notice.startswith(notice)
    assert answer.notice.endswith(" The articles are quoted instead.")
    assert len(answer.notice) < 400
    assert answer.mode == "extractive"
    assert answer.citations


@pytest.mark.parametrize(
    "page",
    [
        once(b"{]"),
        once(b"[" * 100_000),
        once(b'{"data": [{"id": 7, "max_model_len": -1}, 3]}'),
        once(b'{"data": [{"id": "' + b"x" * 5000 + b'"}], "models": 3}'),
        forever(NOISE),
        forever(b" "),
    ],
)
def test_pages(server: Misbehaving, page: Behaviour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.rag.llm.models.LEARNING", 0.5)
    server.tells = page
    metadata = connect(server.url).metadata
    assert metadata.context_window == 4096
    assert len(metadata.model_name) <= 200


def test_a_silent_server_is_not_asked_for_its_limits_again_and_again(
    server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dateline.rag.llm.models.LEARNING", 1.0)
    server.tells = lambda say: time.sleep(30)
    llm = connect(server.url)
    assert llm.metadata.context_window == 4096
    asked = server.pages
    for _ in range(20):
        assert llm.metadata.context_window == 4096
    assert server.pages == asked


def test_a_request_that_nobody_waits_for_is_let_go(server: Misbehaving) -> None:
    server.behaves = forever(b": processing\n\n", pause=0.02)
    with pytest.raises(SilenceError):
        list(pieces(connect(server.url), [ChatMessage(content="?")], patience=0.2, deadline=time.monotonic() + 9))
    assert wait_for(lambda: server.let_go == 1)


def test_a_model_that_thinks_is_alive(server: Misbehaving) -> None:
    def think(say: Say) -> None:
        for _ in range(16):
            say(event(""))
            time.sleep(0.25)
        say(event("It rained.") + b"data: [DONE]\n\n")

    server.behaves = think
    said = pieces(connect(server.url), [ChatMessage(content="?")], patience=3, deadline=time.monotonic() + 60)
    assert "".join(said) == "It rained."


@pytest.mark.parametrize(
    "behaviour",
    [
        lambda say: time.sleep(60),
        forever(event(""), pause=0.05),
        forever(event("Pigs fly over the moon in spring. [1] "), pause=0.5),
    ],
)
def test_whoever_waits_can_go_at_any_time(
    seed_assistant: Assistant, server: Misbehaving, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("dateline.rag.llm.stream", "dateline.rag.llm.generative"):
        monkeypatch.setattr(f"{module}.BEAT", 0.2)
    server.behaves = behaviour
    answers = Assistant(seed_assistant.retriever, connect(server.url)).stream(QUESTION)
    quoted = seed_assistant.ask(QUESTION)
    for _ in range(3):
        meanwhile = next(answers)
        assert (meanwhile.text, meanwhile.citations, meanwhile.mode) == (quoted.text, quoted.citations, "extractive")
        assert meanwhile.provisional
        assert "still writing" in meanwhile.notice
    answers.close()
    assert server.ended == 0, "no reply had come to its end"


def test_a_reply_in_odd_pieces_is_read(server: Misbehaving) -> None:
    reply = event("Ein Café ").replace(b"\n", b"\r\n") + b": comment\n" + event("öffnet.") + b"data: [DONE]"

    def drip(say: Say) -> None:
        for byte in reply:
            say(bytes([byte]))

    server.behaves = drip
    said = pieces(connect(server.url), [ChatMessage(content="?")], patience=5, deadline=time.monotonic() + 9)
    assert "".join(said) == "Ein Café öffnet."


def test_lengths() -> None:
    endless = ScriptedLLM(lambda _: iter(lambda: "word " * 100, None))
    with pytest.raises(EndlessError, match="characters"):
        list(pieces(endless, [], patience=1, deadline=time.monotonic() + 9))
    assert endless.said < LONGEST / 500 + 300
    with pytest.raises(EndlessError, match="in time"):
        list(pieces(ScriptedLLM("It rained."), [], patience=1, deadline=time.monotonic() - 1))


def test_garbage_is_not_asked_for_twice(server: Misbehaving) -> None:
    server.behaves = once(b"data: {]\n\n")
    with pytest.raises(UnreadableError):
        list(pieces(connect(server.url), [], patience=5, deadline=time.monotonic() + 9, retries=2))
    assert server.asked == 1


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Who called?\nAnd so on", "Who called?"),
        ("\n \nWho called?", "Who called?"),
        ("<think>The user\nwants…</think>\n\nWho called?\n", "Who called?"),
        ("<think>The user wants", ""),
        ("", ""),
    ],
)
def test_first_line(said: str, line: str) -> None:
    assert first_line(ScriptedLLM(said), [], patience=5, longest=50) == line


def test_first_line_ends() -> None:
    talkative = ScriptedLLM(lambda _: iter(lambda: "word ", None))
    with pytest.raises(LLMError, match="a line of more than 50"):
        first_line(talkative, [], patience=5, longest=50)
    assert wait_for(lambda: talkative.closed == 0 and talkative.said < 400)
