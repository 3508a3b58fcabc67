"""Make the screenshots in docs/images: ``python docs/screenshots.py`` (needs Playwright and Chromium or Chrome)."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from dateline import ui
from dateline.rag.chat.conversations import ConversationStore
from dateline.rag.chat.suggestions import suggest
from dateline.rag.page.login import login_page
from dateline.rag.settings import Settings

HERE = Path(__file__).resolve().parent
QUESTION = "who spoke with Araghchi and when?"
NOT_TOLD = "Who won the chess olympiad?"


def empty(page: Page) -> None:
    """The page before the first question."""
    page.locator(".dl-example").first.wait_for()


def answer(page: Page) -> None:
    """An answer with a mark just clicked."""
    _ask(page, QUESTION)
    page.locator(".dl-text .dl-mark").first.click()
    page.locator("mark.dl-now").first.wait_for()
    page.mouse.move(0, 0)


def hover(page: Page) -> None:
    """The quote shown on hovering a mark."""
    _ask(page, QUESTION)
    page.locator(".dl-text .dl-mark").nth(1).hover()
    page.locator("#dl-card").wait_for()


def declined(page: Page) -> None:
    """A question that the articles do not answer."""
    _ask(page, NOT_TOLD)


def timeline(page: Page) -> None:
    """The events on their line of days."""
    _ask(page, QUESTION)
    page.locator(".dl-timeline").scroll_into_view_if_needed()


def articles(page: Page) -> None:
    """The articles, one of them open."""
    page.get_by_role("tab", name="Articles").click()
    page.locator(".dl-library .dl-link").first.click()
    page.locator("#dl-open .dl-article").wait_for()


def conversations(page: Page) -> None:
    """The conversations kept."""
    _ask(page, QUESTION)
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("tab", name="Conversations").click()
    page.locator(".dl-kept").wait_for()


def settings(page: Page) -> None:
    """What can be chosen."""
    page.get_by_role("tab", name="Settings").click()
    page.locator(".dl-facts").wait_for()


def _ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Enter")
    page.locator("#dl-current .dl-turn[aria-busy=false]", has_text=question).wait_for()


STATES: tuple[Callable[[Page], None], ...] = (
    empty, answer, hover, declined, timeline, articles, conversations, settings,
)  # fmt: skip
LOOKS: tuple[tuple[str, int, int, Literal["light", "dark"]], ...] = (
    ("desktop-light", 1280, 860, "light"),
    ("desktop-dark", 1280, 860, "dark"),
    ("phone-light", 390, 844, "light"),
)


def shoot(browser: Browser, address: str, out: Path) -> None:
    """One picture for each state and look."""
    for name, width, height, scheme in LOOKS:
        with browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        ) as context:
            for state in STATES:
                page = context.new_page()
                page.goto(address)
                page.get_by_role("textbox", name="Question").wait_for()
                state(page)
                page.wait_for_timeout(300)
                page.screenshot(path=out / f"{state.__name__}-{name}.png")
                page.close()
            page = context.new_page()
            # On the chat's own address, whose fonts it uses.
            page.route("**/login-page", lambda route: route.fulfill(content_type="text/html", body=login_page()))
            page.goto(f"{address}login-page")
            page.wait_for_timeout(300)
            page.screenshot(path=out / f"login-{name}.png")


def main() -> int:
    """Index the seed articles, open the chat and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "images", help="folder for the pictures")
    out: Path = parser.parse_args().out
    browser_path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser_path is None:
        sys.stderr.write("no Chromium or Chrome was found; install one\n")
        return 2
    out.mkdir(parents=True, exist_ok=True)
    # The page of the settings shows the index's folder as it was given.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        assistant = Settings().assistant(read_only=False)
        assistant.index.add(HERE.parent / "seeds")
        conversations = ConversationStore()
        blocks = ui.build(assistant, conversations, suggest(assistant))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        blocks.launch(server_port=port, prevent_thread_lock=True, **ui.launch_options(assistant, conversations))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
            shoot(browser, f"http://127.0.0.1:{port}/", out)
            browser.close()
        blocks.close()
        assistant.index.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
