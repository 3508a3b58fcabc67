"""A clock that is set, forwards or backwards, changes nothing but what a question means by "today"."""

from __future__ import annotations

import ast
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from newsroom import ANSWER, FakeAssistant

from dateline.rag import Assistant
from dateline.rag.chat import conversations, turns
from dateline.rag.chat.conversations import ConversationStore, Limits
from dateline.rag.chat.turns import Chat
from dateline.rag.page import routes

ROOT = Path(__file__).parent.parent
QUESTION = "who spoke with Araghchi and when?"
DAYS = ("0001-01-01", "1970-01-01", "9999-12-31")

WALL_CLOCK = {
    ("rag/chat/turns.py", "date.today"): "the day of asking",
    ("rag/chat/conversations.py", "datetime.now"): "shown beside a conversation",
    ("rag/llm/refusals.py", "datetime.now"): "a server's day on which it may be asked again",
    ("rag/service/openai_api.py", "time.time"): "when a reply was made, as the interface wants it",
    ("index/keeping/server_lock.py", "time.time"): "a lock's beat, held against a second look",
}
"""Where the clock that people set is read at all; everything else that lasts is measured by the monotonic one."""


def test_nothing_that_lasts_is_measured_by_a_clock_that_can_be_set() -> None:
    read = set()
    for room in ("index", "rag"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    name = f"{ast.unparse(node.func.value)}.{node.func.attr}"
                    if name in ("time.time", "datetime.now", "datetime.utcnow", "date.today"):
                        read.add((path.relative_to(ROOT).as_posix(), name))
    assert read == set(WALL_CLOCK)


@pytest.mark.parametrize("day", DAYS)
def test_dates_in_articles_do_not_hang_on_the_day_of_asking(seed_assistant: Assistant, day: str) -> None:
    usual = seed_assistant.ask(QUESTION, asked_on="2026-02-01")
    asked = seed_assistant.ask(QUESTION, asked_on=day)
    assert asked.citations and {(c.quote, c.dates) for c in asked.citations} == {
        (c.quote, c.dates) for c in usual.citations
    }
    for question in ("what happened yesterday?", "what did Dar say last week?", "what happens in two years?"):
        assert isinstance(seed_assistant.ask(question, asked_on=day).text, str)


def jump(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Set the clock, as everything sees it."""
    then = time.time() + days * 86_400

    class Day(date):
        @classmethod
        def today(cls) -> date:  # type: ignore[override]
            return date(2026, 6, 15) + timedelta(days)

    class Moment(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 6, 15, 12, tzinfo=UTC) + timedelta(days)

    monkeypatch.setattr(time, "time", lambda: then)
    monkeypatch.setattr(turns, "date", Day)
    monkeypatch.setattr(conversations, "datetime", Moment)


def test_each_question_is_asked_on_the_day_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = FakeAssistant()
    asking: Any = Chat(assistant, ConversationStore())  # type: ignore[arg-type]
    for days, day in ((0, "2026-06-15"), (400, "2027-07-20"), (-9000, "2001-10-24")):
        jump(monkeypatch, days)
        *_, (_, shown, *_) = asking.ask("Who met the mayor yesterday?", "", Limits(), "a")
        assert assistant.asked[-1]["asked_on"] == day
        assert "dl-error" not in shown
    kept = [asking.conversations.get("a", found.id) for found in asking.conversations.find("a")]
    assert [found.turns[-1].asked_on for found in kept if found] == ["2001-10-24", "2027-07-20", "2026-06-15"]


def test_conversations_stay_in_the_order_they_were_held_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "kept.sqlite")
    for days in (0, 3000, -3000):
        jump(monkeypatch, days)
        kept = store.create("a", f"{days}")
        store.add("a", kept.id, ANSWER)
    assert [kept.title for kept in store.find("a")] == ["-3000", "3000", "0"]
    store.add("a", store.find("a", "3000")[1].id, ANSWER)
    assert [kept.title for kept in store.find("a")] == ["3000", "-3000", "0"]
    store.close()


@pytest.mark.parametrize("days", [-4000, 4000])
def test_a_clock_that_jumps_frees_nobody_and_locks_nobody_out(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    pace = routes._Pace(3)
    assert [pace.allows("a") for _ in range(4)] == [True, True, True, False]
    jump(monkeypatch, days)
    assert not pace.allows("a"), "a limit a minute must not end with the clock"
    later = time.monotonic() + 61
    monkeypatch.setattr(routes.time, "monotonic", lambda: later)
    assert pace.allows("a"), "nor last longer"
