"""One meaning of a history, in whatever form an app keeps it."""

from __future__ import annotations

from typing import Any

import gradio
import pytest
from llama_index.core.llms import ChatMessage

from dateline.index.errors import UsageError
from dateline.rag.question.history import LONGEST, MOST, turns

ASKED, TOLD = "Who reopened the Osier Canal?", "**Marta Velde** [1]"
EXPECTED = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": TOLD}]


def gradios() -> Any:
    """What Gradio's own Chatbot hands to a function."""
    box = gradio.Chatbot()
    shown = box.postprocess([{"role": "user", "content": ASKED}, {"role": "assistant", "content": TOLD}])
    return box.preprocess(shown)


def langchains() -> Any:
    messages = pytest.importorskip("langchain_core.messages")
    return [messages.SystemMessage("Be brief."), messages.HumanMessage(ASKED), messages.AIMessage(TOLD)]


@pytest.mark.parametrize(
    "history",
    [
        EXPECTED,
        [{"role": "system", "content": "Be brief."}, *EXPECTED, {"role": "tool", "content": "x"}],
        [{**turn, "name": "bob", "metadata": None} for turn in EXPECTED],
        [{"role": turn["role"], "content": [{"type": "text", "text": turn["content"]}, {"type": "image_url"}]} for turn in EXPECTED],
        [{"role": "human", "content": ASKED}, {"role": "AI", "content": TOLD}],
        [ChatMessage(role="user", content=ASKED), ChatMessage(role="assistant", content=TOLD)],
        [(ASKED, TOLD)],
        [[ASKED, TOLD], [None, None]],
        [("user", ASKED), ("assistant", TOLD), ("system", "Be brief.")],
        (turn for turn in EXPECTED),
        [*EXPECTED, {"role": "assistant", "content": None}, None],
        gradios,
        langchains,
    ],
)  # fmt: skip
def test_every_form_says_the_same(history: Any) -> None:
    assert turns(history() if callable(history) else history) == EXPECTED


@pytest.mark.parametrize("nothing", [None, "", [], ()])
def test_nothing_is_no_history(nothing: Any) -> None:
    assert turns(nothing) == []


@pytest.mark.parametrize(
    ("history", "says"),
    [
        ("When?", "list of messages"),
        ({"role": "user", "content": "x"}, "list of messages"),
        (7, "list of messages"),
        ([{"content": "x"}], "message 1 has no role"),
        ([EXPECTED[0], "When?"], "message 2 has no role"),
        ([("a", "b", "c")], "message 1 is a list of 3"),
        ([{"role": "user", "content": 7}], "content of message 1"),
    ],
)
def test_what_is_no_history_is_told_in_a_sentence(history: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        turns(history)


def test_the_oldest_and_the_longest_are_cut() -> None:
    kept = turns([{"role": "user", "content": f"{n} " + "x" * 30_000} for n in range(1000)])
    assert len(kept) == MOST
    assert kept[-1]["content"].startswith("999 ")
    assert {len(turn["content"]) for turn in kept} == {LONGEST}
