"""Who somebody is: a role, never a statement that merely has the name in it."""

import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document
from dateline.rag.rules.portraits import roles


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("Ilse Brandt, an aide to Mayor Anton Keller, said so.", "Ilse Brandt", ["an aide to Mayor Anton Keller"]),
        ("According to Bordurian President Karl Voss, it rained.", "Voss", ["Bordurian President"]),
        ("Lena Roth was the first mayor of Harwick, and resigned.", "Lena Roth", ["the first mayor of Harwick"]),
        ("It rained, said Voss, who has spent years abroad.", "Voss", []),
        ("Speaker Roth left the hall.", "Paul Roth", []),
    ],
)
def test_a_role_stands_beside_the_name(text: str, name: str, told: list[str]) -> None:
    assert [text[start:end] for start, end in roles(text, name)] == told


def test_a_statement_by_somebody_does_not_say_who_that_is() -> None:
    report = Document(
        "report",
        "Borduria was doing its best to calm the sea, said Voss, who has spent years courting the guild.\n\n"
        "According to Bordurian President Karl Voss, the two navies have kept apart.\n\n",
    )
    assert ask("Who is Voss?", [report]).lead == "**Bordurian President**"
