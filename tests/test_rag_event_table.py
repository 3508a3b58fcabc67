"""When two people met or spoke: their own event, not one of them with somebody else."""

import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document

CALLS = Document(
    "calls",
    "Foreign Minister Anna Lund spoke with Borduria's Foreign Minister Piet Moreau over the phone on Wednesday.\n\n"
    "Earlier today, Lund also held a telephone conversation with Verania's trade envoy Ilse Brandt.\n\n"
    "On Tuesday, the Bordurian navy began an exercise. Prime Minister Otto Dahl spoke with Bordurian President "
    "Karel Novak on the same day.",
)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("When did Lund speak with Brandt?", "Earlier today"),
        ("When did Dahl talk to Novak?", "the same day"),
    ],
)
def test_when_two_spoke_is_told_by_their_own_event(question: str, said: str) -> None:
    draft = ask(question, [CALLS])
    assert said in draft.text
    assert "Wednesday" not in draft.text
    assert "navy" not in draft.text
