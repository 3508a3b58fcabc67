import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document

NOTICE = Document(
    "notice",
    "The palace of Sallow said about 6.30 p.m. local time on its page: the old queen has died.\n\n"
    "The fair of Marrowby will open at 10 a.m. on July 4.\n\n"
    "The bell tower fell at 7.15 a.m. after the quake of Wednesday.\n\n",
    published="2026-06-11",
)


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("When did the old queen die?", "**Thu 11 June 2026** (“6.30 p.m.”)"),
        ("When will the fair of Marrowby open?", "**10 a.m. on July 4** (Sat 4 July 2026)"),
    ],
)
def test_when_asks_for_the_day_and_the_hour_is_an_addition(question: str, lead: str) -> None:
    assert ask(question, [NOTICE]).lead == lead


def test_what_time_asks_for_the_hour() -> None:
    assert ask("What time did the bell tower fall?", [NOTICE]).lead.startswith("**7.15 a.m")


def test_when_is_not_answered_with_what_has_no_day() -> None:
    report = Document(
        "report",
        "Ada Brandt met Ivo Koss in the old mill.\n\nBrandt and Koss met once more, a guard said.\n\n"
        "Brandt will meet Koss again on 3 May.\n\n",
    )
    assert "day not stated" not in ask("When did Brandt meet Koss?", [report]).text


def test_a_clause_with_a_word_of_time_inside_is_no_time() -> None:
    report = Document("report", "The old mayor of Sallow has died after being hurt in the flood.\n\n")
    assert "**The old mayor" not in ask("When did the old mayor of Sallow die?", [report]).text


def test_a_day_that_is_days_apart_from_what_is_asked_about_is_no_answer() -> None:
    report = Document(
        "report",
        "The first tents reached Sallow on Monday, six days after the dyke broke, the mayor said.\n\n",
        published="2026-06-11",
    )
    assert "**on Monday" not in ask("When did the dyke break?", [report]).text
    assert "Monday" in ask("When did the first tents reach Sallow?", [report]).lead
