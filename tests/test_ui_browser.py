"""The chat in a real browser: ask, click a mark, see the sentence; by keyboard and on a phone too."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

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
def address(seed_index_folder: Path) -> Iterator[str]:
    """The address of a chat over the seed articles, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "rag", "--index", str(seed_index_folder), "chat", "--port", str(port)]
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
        yield url
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


def test_first_paint_and_first_words_are_soon(page: sync_api.Page) -> None:
    ask(page, QUESTION)
    page.reload()
    page.get_by_role("textbox", name="Question").wait_for()
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert paint < 10_000, "a coarse guard; the benchmark measures it"
