"""Where something is held that was moved."""

import pytest
from test_rag_extractive import ask

from index.documents import Document

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


def test_the_new_place_is_no_answer_where_the_first_one_is_asked_for() -> None:
    assert "Harwick" not in ask("Where were the talks originally to be held?", [SUMMIT]).lead


def test_what_may_be_moved_has_not_been() -> None:
    assert "Castle Marlow" not in ask("Where will the cup final be held?", [SUMMIT]).lead
