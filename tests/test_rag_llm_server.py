"""Servers of language models as they are: what they refuse, how they stream, where they stand, and what they say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from llama_index.core.llms import ChatMessage

from dateline.index.errors import UsageError
from dateline.rag.answer import Citation
from dateline.rag.llm.generative import Generator, Written
from dateline.rag.llm.models import read_address
from dateline.rag.llm.refusals import failure, said
from dateline.rag.llm.server import connect

NEWS = "The lighthouse of Orm was lit again on Friday. Its lamp had been dark for nine years."
LIT, DARK = (f"{sentence.strip()}." for sentence in NEWS.split(".")[:2])
GOOD = f"{LIT} [1] {DARK} [1]"
SHOWN = f"{LIT} [1] {DARK} [2]"
EVIDENCE = [
    Citation(n, f"d{n}", f"p{n}", 0, len(text), text, title=f"Orm {n}", source="Coast News", published="2026-02-07")
    for n, text in enumerate([NEWS, *(f"The port of Orm sold crane {n} to a yard abroad. " * 8 for n in range(9))], 1)
]

Body = dict[str, Any]
Reply = tuple[int, dict[str, str], bytes]
Behaviour = Callable[[Body, int], Reply]


def event(content: Any = "", reason: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": reason}
    return b"data: " + json.dumps({"choices": [choice], **more}).encode() + b"\n\n"


def streamed(*parts: bytes) -> Reply:
    return 200, {"Content-Type": "text/event-stream"}, b"".join(parts)


def good() -> Reply:
    return streamed(event(GOOD), event("", "stop"), b"data: [DONE]\n\n")


def page(status: int, told: Any, **headers: str) -> Reply:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(told).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaves: Behaviour = lambda body, n: good()
        self.models: Any = {"data": [{"id": "m"}]}
        self.chats = ""  # the only path of a chat, where there is one alone
        self.asked: list[tuple[str, Body]] = []
        self.headers: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._send(page(200, self.server.models) if "/models" in self.path else page(404, {}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body))
        self.server.headers.append(dict(self.headers))
        if self.server.chats not in ("", self.path):
            self._send(page(404, {"detail": "Not Found"}))
        else:
            self._send(self.server.behaves(body, len(self.server.asked)))

    def _send(self, reply: Reply) -> None:
        status, headers, content = reply
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    running = _Server()
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def ask(url: str, key: str = "", model: str = "", **settings: Any) -> Written:
    generator = Generator(connect(url, model, key), repairs=0, **settings)
    return [*generator.stream("When was the lighthouse of Orm lit?", EVIDENCE)][-1]


# --- what is refused is put otherwise -----------------------------------------------------------------------------


def has_system(body: Body) -> bool:
    return any(message["role"] == "system" for message in body["messages"])


REFUSALS: list[tuple[Callable[[Body], bool], int, Any]] = [
    (has_system, 400, {"error": {"message": "System role not supported", "code": 400}}),
    (has_system, 500, {"error": {"message": "Error rendering prompt: Conversation roles must alternate user/assistant"}}),
    (has_system, 400, {"error": {"message": "Unsupported value: 'messages[0].role' does not support 'system' here."}}),
    (has_system, 422, {"detail": [{"loc": ["body", "messages"], "msg": "Only user and assistant roles are supported!"}]}),
    (lambda b: "temperature" in b, 400, {"error": {"message": "`temperature` is deprecated for this model."}}),
    (lambda b: b.get("temperature") == 0, 422, {"error": "Input validation error: temperature must be strictly positive"}),
    (lambda b: "temperature" in b, 400, {"error": {"message": "Unsupported value", "param": "temperature"}}),
    (lambda b: "max_tokens" in b, 400, {"error": {"message": "Use 'max_completion_tokens' instead of max_tokens."}}),
    (lambda b: b.get("max_tokens", 0) > 512, 400, {"error": {"message": "max_tokens must be at most 512 (got 2048)"}}),
    (lambda b: b.get("max_tokens", 0) > 99, 400, {"message": "Range of max_tokens should be [1, 99]"}),
    (lambda b: bool(b.get("stream")), 400, {"error": {"message": "Verify to stream this model", "param": "stream"}}),
]  # fmt: skip


@pytest.mark.parametrize(("refuses", "status", "told"), REFUSALS)
def test_a_refusal_that_says_what_to_change_is_obeyed(
    server: _Server, refuses: Callable[[Body], bool], status: int, told: Any
) -> None:
    def behave(body: Body, n: int) -> Reply:
        if refuses(body):
            return page(status, told)
        assert body["messages"][0]["content"].startswith("You answer questions")
        whole = {"choices": [{"message": {"role": "assistant", "content": GOOD}, "finish_reason": "stop"}]}
        return good() if body.get("stream") else page(200, whole)

    server.behaves = behave
    llm = connect(server.url)
    for requests in (2, 3):  # what was learnt is kept
        final = [*Generator(llm, repairs=0).stream("When was the lighthouse of Orm lit?", EVIDENCE)][-1]
        assert (final.outcome, final.text) == ("answered", SHOWN)
        assert len(server.asked) == requests


def test_several_refusals_are_obeyed_one_after_the_other(server: _Server) -> None:
    server.behaves = lambda body, n: next((page(s, t) for r, s, t in REFUSALS[:1] + REFUSALS[4:9] if r(body)), good())
    assert ask(server.url).text == SHOWN
    assert server.asked[-1][1].keys() == {"model", "messages", "stream", "max_completion_tokens"}


@pytest.mark.parametrize(
    "told",
    [
        {"error": {"message": "This model's maximum context length is 1024 tokens. Please reduce the length."}},
        {"error": {"code": 400, "message": "request exceeds the available context size", "n_ctx": 1024}},
        {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 1024"},
        {"error": {"message": "prompt is too long: 4000 tokens > 1024 maximum"}},
        {"error": {"message": "Your input is too long", "code": "context_length_exceeded"}},
    ],
)
@pytest.mark.parametrize("as_stream", [False, True])
def test_what_does_not_fit_is_asked_with_less(server: _Server, told: Any, as_stream: bool) -> None:
    def behave(body: Body, n: int) -> Reply:
        tokens = sum(len(m["content"]) for m in body["messages"]) / 3.5 + body["max_tokens"]
        if tokens <= 1024:
            return good()
        return streamed(b"error: " + json.dumps(told).encode() + b"\n\n") if as_stream else page(400, told)

    server.behaves = behave
    server.models = {"data": [{"id": "m", "max_model_len": 8192}]}
    assert ask(server.url).text == SHOWN
    shown = [body["messages"][-1]["content"].count("Article [") for _, body in server.asked]
    assert shown[0] == len(EVIDENCE) > shown[-1] >= 1


# --- how a reply comes ---------------------------------------------------------------------------------------------

DONE = b"data: [DONE]\n\n"
WHOLE = {"object": "chat.completion", "choices": [{"message": {"content": GOOD}, "finish_reason": "stop"}]}
STREAMS: dict[str, Reply] = {
    "parts": streamed(
        event([{"type": "thinking", "thinking": [{"type": "text", "text": DARK}]}]),
        event([{"type": "text", "text": GOOD}], "stop"),
    ),
    "empty data": streamed(b"data: \n\ndata:\n\n", event(GOOD), DONE),
    "byte order mark": streamed(b"\xef\xbb\xbf", event(GOOD), DONE),
    "carriage returns": streamed(event(GOOD).replace(b"\n", b"\r"), DONE.replace(b"\n", b"\r")),
    "both": streamed(event(GOOD).replace(b"\n", b"\r\n"), DONE.replace(b"\n", b"\r\n")),
    "no space": streamed(event(GOOD).replace(b"data: ", b"data:"), b"data:[DONE]\n\n"),
    "event over lines": streamed(
        b'data: {"choices": [{"delta":\ndata: {"content": ' + json.dumps(GOOD).encode() + b"}}]}\n\n", DONE
    ),
    "pings": streamed(b": wait\n\nevent: ping\ndata: {}\n\nid: 3\nretry: 5\n\n", event(GOOD), DONE),
    "one object": page(200, WHOLE),
    "one object over lines": (200, {"Content-Type": "application/json"}, json.dumps(WHOLE, indent=2).encode()),
    "one object as text": (200, {"Content-Type": "text/plain"}, b"\n" + json.dumps(WHOLE).encode()),
    "message": streamed(b"data: " + json.dumps(WHOLE).encode() + b"\n\n", DONE),
    "text": streamed(b"data: " + json.dumps({"choices": [{"text": GOOD, "finish_reason": "stop"}]}).encode() + b"\n\n"),
    "said again at the end": streamed(event(GOOD), event(GOOD, "stop"), DONE),
    "all of it each time": streamed(*(event(GOOD[:n]) for n in range(5, len(GOOD) + 1, 3)), event(GOOD), DONE),
    "two side by side": streamed(
        b'data: {"choices": [{"index": 1, "delta": {"content": "No."}}, {"index": 0, "delta": {"content": '
        + json.dumps(GOOD).encode() + b"}}]}\n\n", DONE,
    ),
    "usage": streamed(event(GOOD, "stop"), b'data: {"choices": [], "usage": {"total_tokens": 9}}\n\n', DONE),
}  # fmt: skip


@pytest.mark.parametrize("form", STREAMS)
def test_every_form_of_stream_is_read(server: _Server, form: str) -> None:
    server.behaves = lambda body, n: STREAMS[form]
    final = ask(server.url)
    assert (final.text, final.notice) == (SHOWN, "")


@pytest.mark.parametrize("reason", ["content_filter", "SAFETY", "length", "MAX_TOKENS"])
def test_the_cut_end_of_a_reply_is_not_shown(server: _Server, reason: str) -> None:
    server.behaves = lambda body, n: streamed(event(f"{LIT} [1] Its lamp had been dark"), event("", reason), DONE)
    assert ask(server.url).text == f"{LIT} [1]"


# --- what is told ----------------------------------------------------------------------------------------------------

NO_CHAT = "The language model's server answered something that is no chat"
LIMITS = "The language model's server limits how often it may be asked"
REASONS: dict[str, tuple[Reply, str]] = {
    "key": (page(401, {"error": {"message": "Incorrect API key provided: sk-a***z."}}), "Incorrect API key provided: sk-a***z."),
    "model": (page(404, {"error": {"message": 'model "x" not found, try pulling it first'}}), "has no such model: model \"x\" not found"),
    "quota": (page(429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}), f"{LIMITS}: You exceeded"),
    "too long a wait": (page(429, {"error": "slow down"}, **{"Retry-After": "7200"}), f"{LIMITS}: slow down."),
    "memory": (streamed(event("The light"), b'data: {"error": {"message": "CUDA out of memory"}}\n\n'), "failed: CUDA out of memory."),
    "event of an error": (streamed(b'event: error\ndata: {"message": "overloaded"}\n\n'), "failed: overloaded."),
    "page": ((200, {"Content-Type": "text/html"}, b"<!doctype html><html><body>Sign in</body></html>"), NO_CHAT),
    "redirect": ((308, {"Location": "/elsewhere", "Content-Length": "0"}, b""), NO_CHAT),
    "other object": (page(200, {"hello": "world"}), NO_CHAT),
    "empty": (streamed(DONE), "The language model wrote nothing."),
    "thoughts beside": (streamed(b'data: {"choices": [{"delta": {"reasoning_content": "Hm"}}]}\n\n', DONE), "wrote nothing."),
    "tool": (streamed(b'data: {"choices": [{"delta": {"tool_calls": [{"id": "a"}]}, "finish_reason": "tool_calls"}]}\n\n', DONE), "wrote nothing."),
    "filter": (streamed(event("", "content_filter"), DONE), "withheld the answer"),
    "broken off": (streamed(event("The light")), "broke off in the middle"),
    "other": (page(400, {"error": {"message": "logits are unavailable"}}), "refused the request: logits are unavailable."),
}  # fmt: skip


@pytest.mark.parametrize("case", REASONS)
def test_the_true_reason_is_told(server: _Server, case: str) -> None:
    reply, told = REASONS[case]
    server.behaves = lambda body, n: reply
    final = ask(server.url, retries=0)
    assert (final.outcome, final.text) == ("failed", "")
    assert told in final.notice
    assert server.url not in final.notice


def test_a_key_that_a_server_repeats_is_not_told(server: _Server) -> None:
    server.behaves = lambda body, n: page(401, {"error": {"message": "the key sesame-open is wrong"}})
    assert ask(server.url, key="sesame-open").notice.endswith(": the key … is wrong.")
    assert server.headers[0]["Authorization"] == "Bearer sesame-open"


@pytest.mark.parametrize("told", [{"Retry-After": "1"}, {"retry-after-ms": "900"}, {}])
def test_a_server_that_says_when_to_come_again_is_believed(server: _Server, told: dict[str, str]) -> None:
    error = {"error": {"message": "Rate limit reached. Please try again in 900ms."}}
    server.behaves = lambda body, n: page(429, error, **told) if n < 5 else good()
    assert ask(server.url, retries=0, patience=30).text == SHOWN
    assert len(server.asked) == 5


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("Please try again in 6s.", 6), ("Please try again in 1m12.5s", 72.5), ("try again in 20ms", 0.02),
        ('{"retryDelay": "39s"}', 39), ("Please retry after 10 seconds", 10), ("slow down", None),
    ],
)  # fmt: skip
def test_waits_in_words(told: str, seconds: float | None) -> None:
    error = failure("x", 429, told)
    assert error.wait == (seconds if seconds is None else pytest.approx(seconds))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ('{"error": {"message": "no\\nroom"}}', "no room"), ('{"error": "no room"}', "no room"),
        ('[{"error": {"message": "no room"}}]', "no room"), ('{"object": "error", "message": "no room"}', "no room"),
        ('{"detail": [{"loc": ["body", "k"], "msg": "too big"}]}', "body.k: too big"), ("no room", "no room"),
        ("<html><title>502 Bad Gateway</title><body>x</body></html>", "502 Bad Gateway"), ("<p>", ""), ("{}", ""),
    ],
)  # fmt: skip
def test_the_sentence_of_a_page(told: str, sentence: str) -> None:
    assert said(told) == sentence


# --- where it is, and which model ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pasted", "asked"),
    [
        ("{}/v1", "/v1"), ("{}/v1/", "/v1"), ("{}", "/v1"), ("{}/", "/v1"), (" {}/v1\n", "/v1"), ("{}/V1", "/v1"),
        ("'{}/v1'", "/v1"), ("{}//v1#top", "/v1"), ("{}/v1/chat/completions", "/v1"), ("{}/v1/models/", "/v1"),
        ("{}/v1beta/openai", "/v1beta/openai"), ("{}/v1beta/openai/", "/v1beta/openai"), ("{}/api/v3", "/api/v3"),
        ("{}/openai", "/openai/v1"), ("{}/v1/openai", "/v1/openai"), ("{}/api/chat", "/v1"), ("{}/api/generate", "/v1"),
        ("{}/team/x/chat/completions", "/team/x"), ("{}/proxy", "/proxy/v1"),
    ],
)  # fmt: skip
def test_addresses_as_people_paste_them(server: _Server, pasted: str, asked: str) -> None:
    address = pasted.format(server.url.replace("http", "HTTP"))
    connect(address, "m").complete("?")
    assert server.asked[0][0] == f"{asked}/chat/completions"


def test_azures_address_keeps_its_query_and_key(server: _Server) -> None:
    path = "/openai/deployments/small/chat/completions?api-version=2024-10-21"
    server.models = {}
    llm = connect(f"{server.url}{path}", key="sesame")
    llm.complete("?")
    assert server.asked[0][0] == path
    assert server.headers[0]["api-key"] == "sesame"
    assert llm.metadata.model_name == "small"


def test_where_there_is_no_chat_below_v1_the_address_itself_is_asked(server: _Server) -> None:
    server.chats = "/inference/chat/completions"
    llm = connect(f"{server.url}/inference", "m")
    assert llm.complete("?").text == llm.complete("?").text == GOOD
    assert [path for path, _ in server.asked] == [f"/inference/v1{server.chats[10:]}", server.chats, server.chats]


@pytest.mark.parametrize("url", ["localhost:8080/v1", "ftp://host/v1", "http://", "http://[::1", "http://h/v1?key=secret", "http://a:b@h/v1"])  # fmt: skip
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(UsageError):
        read_address(url)


@pytest.mark.parametrize(
    ("listed", "model"),
    [
        (["text-embedding-nomic-embed-text-v1.5", "qwen3-8b"], "qwen3-8b"),
        (["bge-m3", "jina-reranker-v2", "whisper-1", "all-MiniLM-L6-v2", "llama3.2:3b"], "llama3.2:3b"),
        (["tts-1", "dall-e-3", "gpt-oss-20b"], "gpt-oss-20b"),
        (["claude-clips-7b"], "claude-clips-7b"),
    ],
)
def test_the_first_model_that_writes_is_taken(server: _Server, listed: list[str], model: str) -> None:
    server.models = {"data": [{"id": name} for name in listed]}
    connect(server.url).complete("?")
    assert server.asked[0][1]["model"] == model


def test_where_no_model_writes_a_sentence_says_so(server: _Server) -> None:
    server.models = {"data": [{"id": "bge-m3"}, {"id": "x", "type": "embeddings"}]}
    final = ask(server.url)
    assert "set DATELINE_LLM_MODEL; the server has bge-m3, x." in final.notice
    assert server.asked == []


def test_a_model_without_a_list_is_still_asked(server: _Server) -> None:
    server.models = {"data": None}
    assert connect(server.url).chat([ChatMessage(content="?")]).message.content == GOOD
