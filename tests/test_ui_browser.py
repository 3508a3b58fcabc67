"""The chat in a real browser: ask, click a mark, see the sentence; by keyboard and on a phone too."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from gradio_client import Client

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="Playwright is not installed: pip install 'dateline[test]'"
)

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome was found; install one to run the browser tests"),
    # Playwright's own event loop and pipes are closed when its process ends.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
QUESTION = "who spoke with Araghchi and when?"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
"""The last one cuts the network off: no name is found."""


@pytest.fixture(scope="module")
def folder(seed_index_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the seed articles' index, for the chat to write to."""
    return Path(shutil.copytree(seed_index_folder, tmp_path_factory.mktemp("chat") / "index"))


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The address of a chat over the seed articles, in a process of its own."""
    with chatting(folder) as url:
        yield url


@contextlib.contextmanager
def chatting(folder: Path) -> Iterator[str]:
    """A chat over the index in a folder, as ``dateline chat`` starts it: its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "dateline", "--index", str(folder), "chat", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server:
        url = f"http://127.0.0.1:{port}/"
        deadline = time.monotonic() + 90
        while True:
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    server.kill()
                    raise AssertionError(f"the chat did not start: {server.stderr and server.stderr.read()}") from None
                time.sleep(0.2)
        try:
            yield url
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(browser: sync_api.Browser) -> Iterator[sync_api.BrowserContext]:
    with browser.new_context(reduced_motion="reduce") as context:
        yield context


@pytest.fixture
def page(context: sync_api.BrowserContext, address: str, request: pytest.FixtureRequest) -> Iterator[sync_api.Page]:
    """The chat as a newcomer sees it; a request for elsewhere or an error of a script fails the test."""
    context.clear_cookies()
    page = context.new_page()
    width, height = getattr(request, "param", (1280, 860))
    page.set_viewport_size({"width": width, "height": height})
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.get_by_role("textbox", name="Question").wait_for(timeout=60_000)
    yield page
    page.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert errors == []


def ask(page: sync_api.Page, question: str) -> None:
    box = page.get_by_role("textbox", name="Question")
    box.fill(question)
    box.press("Enter")
    page.locator("#dl-current .dl-turn[aria-busy=false]", has_text=question).wait_for(timeout=60_000)


def in_view(page: sync_api.Page, mark: sync_api.Locator) -> bool:
    """Whether the middle of an element is what one sees at its place."""
    script = """mark => {
        const box = mark.getClientRects()[0], x = box.left + box.width / 2, y = box.top + box.height / 2;
        const seen = document.elementFromPoint(x, y);
        return seen !== null && (seen === mark || mark.contains(seen));
    }"""
    return bool(mark.evaluate(script))


def test_a_mark_opens_its_sentence_beside_the_answer(page: sync_api.Page) -> None:
    ask(page, QUESTION)
    answer = page.locator("#dl-current")
    assert "Ishaq Dar" in answer.inner_text()
    assert "Sat 24 January 2026" in answer.inner_text()
    marks = answer.locator(".dl-text .dl-mark")
    assert marks.count() >= 4
    for number in range(marks.count()):
        mark = marks.nth(number)
        mark.click()
        lit = page.locator("#dl-pane mark.dl-now")
        sync_api.expect(lit.first).to_be_visible()
        quote = mark.get_attribute("data-quote") or ""
        shown = lit.first.evaluate(
            "m => { const c = m.cloneNode(true); c.querySelectorAll('.dl-n, .dl-meant').forEach(e => e.remove()); return c.textContent }"
        )
        assert shown == quote
        assert in_view(page, lit.first)
        assert mark.get_attribute("aria-pressed") == "true"


def test_the_day_stands_beside_the_articles_words(page: sync_api.Page) -> None:
    ask(page, QUESTION)
    page.locator(".dl-text .dl-mark").first.click()
    assert "Saturday → Sat 24 January 2026" in page.locator("#dl-pane mark.dl-now").inner_text()
    assert "Thu 29 January 2026, as the article states" in page.locator("#dl-pane").inner_text()


def test_keyboard_alone(page: sync_api.Page) -> None:
    page.get_by_role("textbox", name="Question").focus()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.locator("#dl-current .dl-turn[aria-busy=false] .dl-mark").first.wait_for(timeout=60_000)
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.dl-text .dl-mark')"):
            break
    card = page.locator("#dl-card")
    sync_api.expect(card).to_be_visible()
    quote = page.evaluate("document.activeElement.dataset.quote")
    assert quote in card.inner_text()
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label.startswith("Source ")
    page.keyboard.press("Enter")
    lit = page.locator("#dl-pane mark.dl-now").first
    sync_api.expect(lit).to_be_focused()
    assert in_view(page, lit)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.quote") == quote


@pytest.mark.parametrize("page", [(390, 844)], indirect=True)
def test_on_a_phone_the_articles_come_up_from_below(page: sync_api.Page) -> None:
    ask(page, QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not page.locator("#dl-pane").is_visible()
    page.locator(".dl-text .dl-mark").first.click()
    lit = page.locator("#dl-pane mark.dl-now").first
    sync_api.expect(lit).to_be_visible()
    assert in_view(page, lit)
    page.get_by_role("button", name="Close the articles").click()
    sync_api.expect(page.locator("#dl-pane")).to_be_hidden()


def test_what_the_articles_do_not_say_is_visibly_no_answer(page: sync_api.Page) -> None:
    ask(page, "who won the chess olympiad?")
    assert page.locator("#dl-current .dl-abstained").is_visible()
    assert page.locator("#dl-current .dl-mark").count() == 0


def test_marks_of_an_earlier_answer_bring_its_articles_back(page: sync_api.Page) -> None:
    ask(page, QUESTION)
    ask(page, "who won the chess olympiad?")
    earlier = page.locator("#dl-past .dl-text .dl-mark").first
    earlier.click()
    lit = page.locator("#dl-pane mark.dl-now").first
    lit.wait_for()
    assert in_view(page, lit)


def test_a_reload_finds_the_conversation_and_another_browser_does_not(
    page: sync_api.Page, browser: sync_api.Browser
) -> None:
    ask(page, QUESTION)
    page.wait_for_function("location.search.includes('conversation=')")
    page.reload()
    page.locator("#dl-current .dl-text .dl-mark").first.wait_for(timeout=60_000)
    other = browser.new_context().new_page()
    other.goto(page.url)
    other.locator(".dl-empty").wait_for(timeout=60_000)
    assert other.locator(".dl-mark").count() == 0
    other.context.close()


def test_an_empty_chat_says_how_to_begin_and_takes_a_pasted_article(browser: sync_api.Browser, tmp_path: Path) -> None:
    with chatting(tmp_path / "nothing yet") as url, browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        sync_api.expect(page.locator(".dl-empty")).to_contain_text("No articles yet", timeout=60_000)
        page.get_by_role("tab", name="Articles").click()
        page.get_by_role("button", name="Or paste a text").click()
        page.get_by_role("textbox", name="Text").fill(NEWS)
        page.get_by_role("button", name="Add this article").click()
        sync_api.expect(page.locator(".dl-library tbody tr")).to_have_count(1, timeout=60_000)
        page.get_by_role("tab", name="Ask").click()
        sync_api.expect(page.locator(".dl-empty")).to_contain_text("Ask 1 article")
        ask(page, "Who reopened the harbour bridge?")
        assert "Brandt" in page.locator("#dl-current .dl-text").inner_text()


def test_a_link_to_a_sentence_lights_it(page: sync_api.Page, address: str) -> None:
    ask(page, QUESTION)
    quote = page.locator(".dl-text .dl-mark").first.get_attribute("data-quote") or ""
    seeds = Path(__file__).parent.parent / "seeds"
    name, text = next((p.name, t) for p in seeds.glob("*.txt") if quote in (t := p.read_text(encoding="utf-8")))
    start = text.index(quote)
    page.goto(f"{address}documents/{name}#char={start},{start + len(quote)}")
    lit = page.locator("mark.dl-linked").first
    assert lit.inner_text() == quote
    assert in_view(page, lit)


NEWS = """Harbour bridge reopens

Thu Mar 06 2025

PORTVILLE: Mayor Lena Brandt reopened the harbour bridge on Tuesday after repairs that took eight months.

Engineer Omar Said spoke with Brandt on Wednesday and told her that the bridge would last for fifty years.
"""


def test_the_whole_way_of_a_newcomer(page: sync_api.Page, folder: Path, tmp_path: Path) -> None:
    # an example question, a mark, the timeline
    page.locator(".dl-example").first.click(timeout=60_000)
    page.locator("#dl-current .dl-turn[aria-busy=false]").wait_for(timeout=60_000)
    ask(page, QUESTION)
    bar = page.locator("#dl-current .dl-bar").first
    assert "Sat 24 January 2026" in (bar.get_attribute("aria-label") or "")
    bar.click()
    sync_api.expect(page.locator("#dl-pane mark.dl-now").first).to_be_focused()

    # articles of one's own
    page.get_by_role("tab", name="Articles").click()
    good, bad = tmp_path / "bridge.txt", tmp_path / "broken.txt"
    good.write_text(NEWS, encoding="utf-8")
    bad.write_bytes(b"\x00\x01" * 400)
    page.locator("input[type=file]").first.set_input_files([good, bad])
    told = page.locator("#dl-said")
    sync_api.expect(told).to_contain_text("bridge.txt: added", timeout=60_000)
    sync_api.expect(told).to_contain_text("broken.txt: not added")
    sync_api.expect(page.locator(".dl-library tbody tr")).to_have_count(3)

    # a question about it, a follow-up, and what it was understood as
    page.get_by_role("tab", name="Ask").click()
    ask(page, "When did Brandt reopen the harbour bridge?")
    assert "4 March 2025" in page.locator("#dl-current").inner_text()
    ask(page, "And who spoke with her?")
    edit = page.locator("#dl-current .dl-understood [data-send=edit]")
    if edit.count():
        edit.click()
        understood = page.locator("#dl-current .dl-understood q").inner_text().strip('“”"')
        sync_api.expect(page.get_by_role("textbox", name="Question")).to_have_value(understood)

    # export, and verify
    page.get_by_role("tab", name="Conversations").click()
    with page.expect_download() as download:
        page.locator(".dl-kept a", has_text="HTML").first.click()
    exported = tmp_path / "kept.html"
    download.value.save_as(exported)
    command = [sys.executable, "-m", "dateline", "--index", str(folder), "verify", str(exported)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "quotes checked, 0 findings" in checked.stdout

    # remove, undo, remove
    page.get_by_role("tab", name="Articles").click()
    page.locator(".dl-library .dl-link", has_text="Harbour bridge").click()
    page.get_by_role("button", name="Remove the article").click()
    sync_api.expect(page.locator(".dl-library tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Undo the removal").click()
    sync_api.expect(page.locator(".dl-library tbody tr")).to_have_count(3)
    page.locator(".dl-library .dl-link", has_text="Harbour bridge").click()
    page.get_by_role("button", name="Remove the article").click()
    sync_api.expect(page.locator(".dl-library tbody tr")).to_have_count(2)
    checked = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert checked.returncode == 1
    assert "bridge.txt: the article is not in the index" in checked.stderr

    # reload, and find the conversation by a search
    page.reload()
    page.locator("#dl-current .dl-turn").wait_for(timeout=60_000)
    page.get_by_role("tab", name="Conversations").click()
    page.get_by_role("textbox", name="Search").fill("harbour bridge")
    sync_api.expect(page.locator(".dl-kept li")).to_have_count(1)
    page.locator(".dl-kept .dl-link").click()
    sync_api.expect(page.locator("#dl-past")).to_contain_text("reopen the harbour bridge")


@pytest.mark.parametrize("page", [(1280, 860), (390, 844)], indirect=True)
def test_axe_finds_no_serious_violation(page: sync_api.Page) -> None:
    axe = Path(os.environ.get("AXE_CORE", "node_modules/axe-core/axe.min.js"))
    if not axe.is_file():
        pytest.skip("axe-core was not found; npm install axe-core, or name axe.min.js in AXE_CORE")
    page.evaluate(axe.read_text(encoding="utf-8"))
    found: list[str] = []

    def look(state: str) -> None:
        # Gradio's own upload button names itself otherwise than it reads.
        result = page.evaluate("axe.run({exclude: ['.upload-container']}, {resultTypes: ['violations']})")
        for violation in result["violations"]:
            if violation["impact"] in ("serious", "critical"):
                nodes = [node["html"][:160] for node in violation["nodes"][:3]]
                found.append(f"{state}: {violation['id']} {nodes}")

    look("empty")
    ask(page, "who won the chess olympiad?")
    look("declined")
    ask(page, QUESTION)
    look("answer")
    page.locator("#dl-current .dl-text .dl-mark").first.click()
    look("mark")
    page.keyboard.press("Escape")
    for tab, there in (("Conversations", ".dl-kept"), ("Articles", ".dl-library"), ("Settings", ".dl-facts")):
        page.get_by_role("tab", name=tab).click()
        page.locator(there).wait_for()
        look(tab)
    page.get_by_text("Make these the defaults").click()
    look("defaults")
    assert found == []


def test_first_paint_and_first_words_are_soon(page: sync_api.Page) -> None:
    ask(page, QUESTION)
    page.reload()
    page.get_by_role("textbox", name="Question").wait_for()
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert paint < 10_000, "a coarse guard; the benchmark measures it"


def test_what_is_typed_while_an_answer_grows_stays_and_the_next_question_waits_its_turn(page: sync_api.Page) -> None:
    box = page.get_by_role("textbox", name="Question")
    for question in (QUESTION, "Who met Fidan?"):
        box.fill(question)
        box.press("Enter")
        page.wait_for_timeout(300)  # nobody types a question faster
    box.fill("half a ques")
    page.locator("#dl-current .dl-turn[aria-busy=false]", has_text="Who met Fidan?").wait_for(timeout=60_000)
    sync_api.expect(page.locator("#dl-past .dl-question")).to_have_text([QUESTION])
    assert box.input_value() == "half a ques"


def test_a_question_is_answered_though_its_stream_was_just_closed(page: sync_api.Page) -> None:
    page.wait_for_timeout(1000)
    closed: list[str] = []

    def close_at_once(route: sync_api.Route) -> None:
        if closed:
            route.continue_()
            return
        closed.append(route.request.url)
        event = 'data: {"msg": "close_stream", "event_id": null}\n\n'
        route.fulfill(content_type="text/event-stream", body=event)

    page.route("**/queue/data**", close_at_once)
    ask(page, QUESTION)
    assert closed


def test_settings_of_ones_own(page: sync_api.Page, slow_llm: str) -> None:
    page.get_by_role("tab", name="Settings").click()
    told = page.locator("#dl-told")
    address = page.get_by_label("Address")
    page.locator(".dl-facts").wait_for()
    address.fill("http://127.0.0.1:1/v1")
    page.get_by_role("button", name="Test").click()
    sync_api.expect(told).to_contain_text("This does not work: http://127.0.0.1:1/v1 cannot be reached", timeout=30_000)
    address.fill(slow_llm)
    page.get_by_role("button", name="Test").click()
    sync_api.expect(told).to_contain_text("It works: slow answered", timeout=30_000)
    page.get_by_role("button", name="Use this model").click()
    sync_api.expect(told).to_contain_text("written by this model")
    page.get_by_text("Make these the defaults").click()
    assert f'llm_url = "{slow_llm}"' in page.locator(".dl-toml pre").inner_text()

    # the model writes, too long: stop it, and ask something else without it
    page.get_by_role("tab", name="Ask").click()
    box = page.get_by_role("textbox", name="Question")
    box.fill(QUESTION)
    box.press("Enter")
    page.locator("#dl-current .dl-badge.dl-verbatim").first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    sync_api.expect(page.locator("#dl-current")).to_contain_text("Stopped; this answer is not kept.")
    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("button", name="Forget my choices").click()
    sync_api.expect(address).to_have_value("")
    page.get_by_role("tab", name="Ask").click()
    ask(page, "Who met Fidan?")
    assert page.locator("#dl-past .dl-turn").count() == 0

    # the colours stay
    page.get_by_role("tab", name="Settings").click()
    page.get_by_label("Dark").check()
    page.reload()
    page.locator("body.dark").wait_for()
    page.evaluate("localStorage.clear()")


@pytest.fixture
def slow_llm() -> Iterator[str]:
    """The address of a model that writes one sentence at once and then a word a second."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.start("application/json")
            self.wfile.write(json.dumps({"data": [{"id": "slow", "max_model_len": 8192}]}).encode())

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.start("text/event-stream")
            short = "Reply with one word: ready" in json.dumps(asked)
            with contextlib.suppress(OSError):
                for words in ["ready"] if short else [f"{DUBAI} [1] ", *["The bridge was painted green. [1] "] * 20]:
                    event = {"choices": [{"delta": {"content": words}}]}
                    self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
                    self.wfile.flush()
                    time.sleep(0 if short else 0.5)
                self.wfile.write(b"data: [DONE]\n\n")

        def start(self, kind: str) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


DUBAI = (
    "The two leaders had already spoken on Saturday, when Dar received a call from Araghchi while on a visit to Dubai."
)


def test_ten_people_at_once_each_get_their_own_answer(browser: sync_api.Browser, address: str) -> None:
    questions = [
        QUESTION,
        "Who met Fidan?",
        "What did Erdogan say?",
        "Who won the chess olympiad?",
        "Why did Turkiye object?",
    ]
    texts = [path.read_text(encoding="utf-8") for path in (Path(__file__).parent.parent / "seeds").glob("*.txt")]
    with contextlib.ExitStack() as contexts:
        pages = [contexts.enter_context(browser.new_context()).new_page() for _ in range(10)]
        for page in pages:
            page.goto(address)
        for number, page in enumerate(pages):
            page.get_by_role("textbox", name="Question").fill(questions[number % 5])
        for page in pages:
            page.get_by_role("textbox", name="Question").press("Enter")
        for number, page in enumerate(pages):
            turn = page.locator("#dl-current .dl-turn[aria-busy=false]")
            turn.wait_for(timeout=90_000)
            assert turn.locator(".dl-question").inner_text() == questions[number % 5]
            assert page.locator(".dl-error").count() == 0
            for mark in turn.locator(".dl-text .dl-mark").all():
                assert any((mark.get_attribute("data-quote") or "-") in text for text in texts)
        for page in pages[:2]:
            page.get_by_role("tab", name="Conversations").click()
            sync_api.expect(page.locator(".dl-kept li")).to_have_count(1)


ATTACKS = """async (target) => {
    const told = [];
    for (const path of ["config", "v1/search?query=x", "documents/x", "votes.jsonl", "gradio_api/queue/data?session_hash=x"]) {
        told.push(await fetch(target + path).then((response) => response.status));
    }
    for (const path of ["gradio_api/queue/join", "gradio_api/upload", "login", "v1/ask", "mcp"]) {
        const sent = {method: "POST", body: '{"question": "Who met Fidan?"}'};
        told.push(await fetch(target + path, sent).then((response) => response.status));
    }
    return told;
}"""


def test_a_name_that_means_this_computer_reads_nothing_and_asks_nothing(
    browser: sync_api.Browser, address: str
) -> None:
    rebinding = FLAGS[-1].replace("MAP * ", "MAP rebound.example 127.0.0.1, MAP * ")
    with browser.browser_type.launch(executable_path=BROWSER, args=[*FLAGS[:-1], rebinding]) as fooled:
        page = fooled.new_page()
        rebound = address.replace("127.0.0.1", "rebound.example")
        opened = page.goto(rebound)
        assert opened is not None and opened.status == 421
        assert "does not answer to the host 'rebound.example" in page.locator("main").inner_text()
        assert page.evaluate(ATTACKS, rebound) == [421] * 10


def test_a_page_of_another_site_reads_nothing_and_asks_nothing(
    page: sync_api.Page, browser: sync_api.Browser, address: str, slow_llm: str
) -> None:
    ask(page, QUESTION)
    with browser.new_context() as context:
        other = context.new_page()
        other.goto(f"{slow_llm}/a-page-of-another-port")
        assert other.evaluate(ATTACKS, address) == [403] * 10
        # A link from there leads here all the same.
        other.evaluate("(address) => { location = address }", address)
        other.get_by_role("textbox", name="Question").wait_for(timeout=60_000)


def test_gradios_own_client_is_let_in_and_finds_no_endpoint(address: str) -> None:
    found = Client(address, verbose=False).view_api(print_info=False, return_format="dict")
    assert found == {"named_endpoints": {}, "unnamed_endpoints": {}}


def drop(file: Path, *tables: str) -> None:
    """Take tables away from an SQLite file that others have open."""
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        for table in tables:
            connection.execute(f"DROP TABLE {table}")


def test_files_damaged_while_the_chat_runs_are_named_in_every_tab(
    browser: sync_api.Browser, seed_index_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(seed_index_folder, tmp_path / "index"))
    with chatting(folder) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        ask(page, QUESTION)
        page.get_by_role("tab", name="Articles").click()
        page.locator(".dl-library tbody tr").first.wait_for()
        page.get_by_role("tab", name="Conversations").click()
        export = page.locator(".dl-kept a", has_text="HTML").first.get_attribute("href")
        title = page.locator(".dl-kept .dl-link").first

        def told(words: str) -> None:
            toast = page.locator(".toast-wrap", has_text=words)
            sync_api.expect(toast).to_contain_text("dateline doctor")
            for button in page.locator(".toast-close").all():
                button.click()
            sync_api.expect(page.locator(".toast-close")).to_have_count(0)

        drop(folder / "conversations.sqlite", "turns", "conversations", "preferences")
        file = "the file of conversations"
        title.click()
        told(file)
        page.get_by_role("textbox", name="Search").fill("x")
        told(file)
        page.get_by_role("tab", name="Settings").click()
        told("the file of preferences")
        page.get_by_role("tab", name="Ask").click()
        page.get_by_role("button", name="Not helpful").click()
        told(file)
        page.get_by_role("button", name="Ask again").click()
        told(file)
        exported = context.request.get(f"{address}{export}")
        assert exported.status == 503 and file in exported.text()

        drop(folder / "catalogue.sqlite", "documents")
        page.get_by_role("tab", name="Articles").click()
        told("the index file")
        page.locator(".dl-library .dl-link").first.click()
        told("the index file")
        page.reload()
        told(file)
