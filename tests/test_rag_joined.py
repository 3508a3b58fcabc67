"""Questions that hold several questions, and questions about what somebody said."""

import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document
from dateline.rag.question.analysis import questions

REPORT = Document(
    "report",
    "Marlow Rovers won the Harbour Cup on Saturday, beating Castle United on penalties.\n\n"
    "Striker Leon Abbot scored both goals for Rovers. “I only had to push it in,” he said.\n\n"
    "Ilse Brandt, an aide to Mayor Anton Keller, said the parade would be held in May.\n\n"
    "Keller said on Sunday that the town was proud.\n\n",
    published="2026-05-17",
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Who spoke with Okafor and when?", ["Who spoke with Okafor and when?"]),
        ("Who won and who scored?", ["Who won?", "who scored?"]),
        ("A bridge fell. How old was it and when was it last inspected?",
         ["A bridge fell. How old was it?", "when was it last inspected?"]),
        ("When and where was she born?", ["When and where was she born?"]),
        ("How many voted against it and which ones?", ["How many voted against it and which ones?"]),
    ],
)  # fmt: skip
def test_a_part_that_says_more_than_its_question_word_is_a_question(text: str, parts: list[str]) -> None:
    assert questions(text) == (parts if len(parts) > 1 else [text])


def test_each_question_is_answered_with_its_own_citations() -> None:
    draft = ask("Who won the Harbour Cup and who scored the goals for Rovers?", [REPORT])
    assert "Marlow Rovers" in draft.lead and "Leon Abbot" in draft.lead
    assert [c.n for c in draft.citations] == list(range(1, len(draft.citations) + 1))
    assert {n for s in draft.sentences for n in s.citations} == {c.n for c in draft.citations}


def test_what_is_left_unanswered_is_said() -> None:
    draft = ask("Who won the Harbour Cup and what did Zubrov say about it?", [REPORT])
    assert "Marlow Rovers" in draft.lead
    assert "Not answered by the articles" in draft.text and "Zubrov" in draft.text


def test_a_quotation_belongs_to_whoever_says_it() -> None:
    told = ask("What did Ilse Brandt say?", [REPORT])
    assert "parade would be held in May" in told.sentences[0].text
    assert "parade" not in ask("What did Keller say on Sunday?", [REPORT]).sentences[0].text


def test_who_is_spoken_of_in_a_quotation_does_not_say_it() -> None:
    text = "“Keller is no stranger to Mayor Okafor,” an official said on Sunday. Okafor said that the talks had been frank.\n\n"
    assert "stranger" not in ask("What did Okafor say?", [Document("quoted", text)]).lead
