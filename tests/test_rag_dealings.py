import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document

REPORT = Document(
    "report",
    "Foreign Minister Maria Solano spoke with Trade Minister Anton Keller on Tuesday.\n\n"
    "The two ministers discussed the fishing quota and the new pier. They agreed to meet again in Oslo, the ministry said.\n\n"
    "Prime Minister Lena Roth spoke with President Karl Voss on Friday, with the two leaders exchanging views on grain.\n\n",
    published="2026-01-29",
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What did Solano and Keller discuss?", "**the fishing quota and the new pier**"),
        ("What was agreed in the call between Solano and Keller?", "**meet again in Oslo**"),
        ("What did Solano and Keller agree on?", "**meet again in Oslo**"),
        ("What did Roth and Voss talk about?", "**grain**"),
    ],
)
def test_what_two_dealt_with_is_told_by_the_clauses_of_both(question: str, told: str) -> None:
    assert ask(question, [REPORT]).lead == told


def test_others_are_not_told_of() -> None:
    draft = ask("What was agreed in the call between Roth and Voss?", [REPORT])
    assert "Oslo" not in draft.lead


def test_what_was_not_discussed_is_declined_and_what_will_be_is_told() -> None:
    report = Document(
        "report",
        "Ada Brandt has not spoken with Ivo Koss about the mill, the mayor of Sallow said.\n\n"
        "Ada Brandt and Piet Haas are to meet on Thursday to discuss the harbour dues.\n\n",
        published="2026-02-03",
    )
    assert ask("What did Brandt discuss with Koss?", [report]).abstained
    assert ask("What will Brandt and Haas discuss?", [report]).lead == "**the harbour dues**"
