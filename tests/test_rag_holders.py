import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document

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


COUNCIL = Document(
    "council",
    "The Tidewater Council’s Secretary-General Ursula van der Molen will retire, Council CEO Ben Okoro said on Friday.\n\n"
    "Orrin Gale, a spokesperson for the governor of Estmark, said nothing. Estmark Gov. Dana Pike was abroad.\n\n"
    "Harbour League chair Rosa Quist met former Harbour League secretary Anton Vey.\n\n",
    published="2026-01-29",
)
TOWN = Document(
    "town", "The court in Sallow ruled against the town on Monday.\n\nMayor Ines Brand said Sallow would appeal.\n\n"
)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who is the secretary-general of the Tidewater Council?", "Ursula van der Molen"),
        ("Who is the chief executive of the Council?", "Ben Okoro"),
        ("Who is the governor of Estmark?", "Dana Pike"),
        ("Who chairs the Harbour League?", "Rosa Quist"),
    ],
)
def test_an_office_may_be_written_otherwise(question: str, name: str) -> None:
    assert ask(question, [COUNCIL]).lead == f"**{name}**"


@pytest.mark.parametrize(
    "question", ["Who is the secretary of the Harbour League?", "Who is the governor of the Harbour League?"]
)
def test_a_former_holder_or_another_offices_spokesperson_is_not_the_holder(question: str) -> None:
    assert ask(question, [COUNCIL]).abstained


def test_the_mayor_in_a_towns_report_is_the_towns() -> None:
    assert ask("Who is the mayor of Sallow?", [TOWN]).lead == "**Ines Brand**"
    assert ask("Who is the mayor of Dunmere?", [TOWN]).abstained


def test_somebody_may_be_said_to_have_become_it_and_a_bodys_office_is_not_the_countrys() -> None:
    report = Document(
        "report",
        "Ruritanian Senate President Ivo Brandt spoke first.\n\nAda Koss was elected president of Ruritania in May.\n\n",
    )
    assert ask("Who is the president of Ruritania?", [report]).lead == "**Ada Koss**"
    assert ask("Who is the president of the Senate?", [report]).lead == "**Ivo Brandt**"
