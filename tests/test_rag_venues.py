"""Where something is held that was moved."""

import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document

SUMMIT = Document(
    "summit",
    "Ruritania had been expected to host a round of fishing talks with Borduria in Sundby this spring. "
    "However, the meeting was later moved to Port Harwick.\n\n"
    "The cup final could be moved to Castle Marlow if it rains.\n\n",
    published="2026-02-04",
)


@pytest.mark.parametrize(
    "question",
    [
        "Where will the talks be held?",
        "Where did the meeting move to?",
        "Where will the talks with Borduria take place?",
    ],
)
def test_the_place_it_was_moved_to_is_the_answer(question: str) -> None:
    draft = ask(question, [SUMMIT])
    assert draft.lead == "**Port Harwick**"
    assert draft.sentences[0].text == "However, the meeting was later moved to Port Harwick."


@pytest.mark.parametrize(
    "question", ["Where were the talks originally to be held?", "Where was the meeting first planned?"]
)
def test_the_place_it_was_moved_from_is_the_answer_where_the_first_one_is_asked_for(question: str) -> None:
    draft = ask(question, [SUMMIT])
    assert draft.lead == "**Sundby**"
    assert "moved to Port Harwick" in draft.text


def test_the_place_it_was_moved_from_may_be_told_with_the_move() -> None:
    fair = Document("fair", "The book fair of Verania was moved from Oldport to Lund after the flood.")
    assert ask("Where was the book fair planned at first?", [fair]).lead == "**Oldport**"


def test_both_places_are_told_where_both_are_asked_for() -> None:
    assert (
        ask("Where were the talks first planned and where were they moved?", [SUMMIT]).lead
        == "**Sundby** · **Port Harwick**"
    )


def test_what_may_be_moved_has_not_been() -> None:
    assert "Castle Marlow" not in ask("Where will the cup final be held?", [SUMMIT]).lead
