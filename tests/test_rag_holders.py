import pytest
from test_rag_extractive import ask

from index.documents import Document

REPORT = Document(
    "report",
    "Ruritania’s Deputy Prime Minister and Foreign Minister Maria Solano met Bordurian Foreign Minister Anton Keller on Monday.\n\n"
    "Prime Minister Lena Roth of Ruritania spoke with Dr. Karl Voss, President of Borduria, the ministry said.\n\n"
    "The bank's director, Ilse Brandt, declined to comment.\n\n",
    published="2026-01-29",
)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who is the prime minister of Ruritania?", "Lena Roth"),
        ("Who is the foreign minister of Ruritania?", "Maria Solano"),
        ("Who is the Bordurian foreign minister?", "Anton Keller"),
        ("Who is Ruritania's deputy prime minister?", "Maria Solano"),
        ("Who is the president of Borduria?", "Karl Voss"),
        ("Who is the director of the bank?", "Ilse Brandt"),
    ],
)
def test_an_office_is_held_by_the_one_named_so(question: str, name: str) -> None:
    draft = ask(question, [REPORT])
    assert draft.lead == f"**{name}**"
    assert all(name in s.text for s in draft.sentences)


@pytest.mark.parametrize("question", ["Who is the president of Ruritania?", "Who is the prime minister of Borduria?"])
def test_the_holder_of_such_an_office_elsewhere_is_no_answer(question: str) -> None:
    assert ask(question, [REPORT]).abstained
