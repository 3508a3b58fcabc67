"""Whether a chat that is used for long keeps its memory: N questions in a real browser, in conversations of twenty.

``python benchmarks/soak_bench.py [--questions 500]`` serves the seed articles in a process of its own and asks one
question after the other as a person does: type, Enter, read, click a mark. Memory (Linux: resident, of the server and
of the page's JavaScript) is noted every 25 questions; the slope over the second half says whether it grows. Needs
Playwright and Chromium or Chrome.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

from chat_bench import FLAGS, QUESTIONS, READY, browser_path
from memory import resident
from playwright.sync_api import Page, sync_playwright
from serving import served

EVERY = 25
CONVERSATION = 20
PATIENCE_MS = 60_000
"""A question that is not answered by then has hung, which ends the run with an error."""


def ask(page: Page, question: str) -> float:
    """Ask and wait for the whole answer; seconds from Enter to the last word."""
    box = page.get_by_role("textbox", name="Question")
    box.fill(question)
    page.evaluate("document.querySelector('#dl-current .dl-turn')?.setAttribute('data-old', '')")
    begun = time.perf_counter()
    box.press("Enter")
    page.locator(f"{READY}:not([data-old])", has_text=question).wait_for(timeout=PATIENCE_MS)
    taken = time.perf_counter() - begun
    mark = page.locator("#dl-current .dl-text .dl-mark").first
    if mark.count():
        mark.click()
        page.locator("#dl-pane mark.dl-now").first.wait_for(timeout=PATIENCE_MS)
    return taken


def heap_mb(page: Page) -> float:
    """The page's JavaScript heap after a collection, in MB."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used / 2**20


def main() -> int:
    """Ask, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=500, help="questions asked in a row (default: %(default)s)")
    questions: int = parser.parse_args().questions
    browser_at = browser_path()
    if browser_at is None:
        sys.stderr.write("no Chromium or Chrome was found; install one\n")
        return 2
    points: list[tuple[int, float, float]] = []
    taken: list[float] = []
    with served() as (url, pid), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_at, args=FLAGS)
        page = browser.new_page()
        page.goto(url)
        page.get_by_role("textbox", name="Question").wait_for()
        for number in range(1, questions + 1):
            taken.append(ask(page, QUESTIONS[number % len(QUESTIONS)]))
            if number % EVERY == 0:
                points.append((number, resident(pid), heap_mb(page)))
                print(f"{number:5d} questions  server {points[-1][1]:.0f} MB  page {points[-1][2]:.1f} MB", flush=True)
            if number % CONVERSATION == 0:
                page.get_by_role("tab", name="Conversations").click()
                page.get_by_role("button", name="New conversation").click()
                page.locator(".dl-empty").wait_for(timeout=PATIENCE_MS)
        browser.close()
    taken.sort()
    print(f"whole answers: median {statistics.median(taken):.2f} s, slowest {taken[-1]:.2f} s")
    late = points[len(points) // 2 :]
    if len(late) > 1:
        for name, column in (("server", 1), ("page", 2)):
            slope = statistics.linear_regression([p[0] for p in late], [p[column] for p in late]).slope
            print(f"{name}: {slope * 1000:+.1f} MB per 1,000 questions over the second half")
    return 0


if __name__ == "__main__":
    sys.exit(main())
