"""How soon the chat paints and answers in a browser on this computer (``soak_bench.py`` asks for hours on end).

``python benchmarks/chat_bench.py [--questions 50]`` indexes the seed articles and serves the chat in a process of its
own. Needs Playwright and Chromium or Chrome.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys

from playwright.sync_api import Browser, Page, sync_playwright
from serving import served

QUESTION = "who spoke with Araghchi and when?"
QUESTIONS = (
    QUESTION,
    "What did Erdogan say?",
    "Who met Fidan?",
    "Why did Turkiye object?",
    "Who won the chess olympiad?",
)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
READY = "#dl-current .dl-turn[aria-busy=false]"


def browser_path() -> str | None:
    """Where Chromium or Chrome is."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


def paint_ms(browser: Browser, url: str) -> tuple[float, float]:
    """First paint and first contentful paint of a browser that was never here, in milliseconds."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        page.locator(".dl-masthead").wait_for()
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        entries = page.evaluate("performance.getEntriesByType('paint').map(e => [e.name, e.startTime])")
        times = dict(entries)
        return times["first-paint"], times["first-contentful-paint"]


def words_ms(page: Page, question: str) -> float:
    """From pressing Enter to the first words of the answer, in milliseconds, measured within the page."""
    box = page.get_by_role("textbox", name="Question")
    box.fill(question)
    # What stands there is marked as old; Gradio takes the mark off when it puts new HTML in.
    page.evaluate("""() => {
        const said = '#dl-current :is(.dl-text, .dl-abstained)';
        document.querySelector(said)?.setAttribute('data-old', '');
        window.said = new Promise(done => {
            document.addEventListener('keydown', () => {
                const begun = performance.now();
                new MutationObserver((_, watch) => {
                    if (document.querySelector(said + ':not([data-old])')) {
                        watch.disconnect();
                        done(performance.now() - begun);
                    }
                }).observe(document.getElementById('dl-current'), {childList: true, subtree: true, attributes: true});
            }, {once: true, capture: true});
        });
    }""")
    box.press("Enter")
    taken: float = page.evaluate("window.said")
    page.locator(READY, has_text=question).wait_for()
    return taken


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=50, help="questions asked in a row (default: %(default)s)")
    arguments = parser.parse_args()
    browser_at = browser_path()
    if browser_at is None:
        sys.stderr.write("no Chromium or Chrome was found; install one\n")
        return 2
    with served() as (url, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_at, args=FLAGS)
        paints = [paint_ms(browser, url) for _ in range(5)]
        print(f"first paint             median {statistics.median(p for p, _ in paints):.0f} ms of 5 new browsers")
        print(f"first contentful paint  median {statistics.median(c for _, c in paints):.0f} ms")
        page = browser.new_page()
        page.goto(url)
        page.get_by_role("textbox", name="Question").wait_for()
        words_ms(page, QUESTION)
        taken: list[float] = []
        for number in range(arguments.questions):
            if number % 20 == 0:
                page.get_by_role("tab", name="Conversations").click()
                page.get_by_role("button", name="New conversation").click()
                page.locator(".dl-empty").wait_for()
            taken.append(words_ms(page, QUESTIONS[number % len(QUESTIONS)]))
        taken.sort()
        print(
            f"first words             median {statistics.median(taken):.0f} ms, 95th of 100 {taken[int(len(taken) * 0.95)]:.0f} ms"
        )
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
