import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document
from dateline.rag.question.analysis import analyse
from dateline.rag.rules.measures import frequency, measured, measures_up, wanted
from dateline.rag.rules.spans import Span

DEPOT = Document(
    "depot",
    "The council of Marrowby extended the lease of the tram depot by 14 votes to three for six years on Monday.\n\n"
    "Depot manager Greta Olsen, 58, will retire in May. Her deputy, Piet Haas, is 41 years old.\n\n"
    "Three of its eleven trams are out of service. Buses to the depot run twice an hour.\n\n"
    "The fence around the depot is four nautical miles from the lighthouse at Cape Ends, the council said.\n\n"
    "The station will stay closed until at least Friday.\n\n",
    published="2026-02-03",
)


def fits(question: str, text: str, words: str) -> bool:
    start = text.index(words)
    return measures_up(analyse(question), text, Span(start, start + len(words), "number"))


@pytest.mark.parametrize(
    ("question", "measure"),
    [
        ("How old is the mayor?", "age"),
        ("How long did the strike last?", "duration"),
        ("For how long was the lease extended?", "duration"),
        ("How far is the harbour from the mill?", "length"),
        ("How hot was it in Marrowby?", "temperature"),
        ("How many trams were burnt?", "count"),
        ("How many weeks did it take?", "duration"),
        ("How much money was lost?", "money"),
    ],
)
def test_what_a_question_wants_measured(question: str, measure: str) -> None:
    assert measure in wanted(analyse(question))


def test_any_number_will_do_where_no_measure_is_asked() -> None:
    assert not wanted(analyse("How big was the crowd?"))


@pytest.mark.parametrize(
    ("text", "words", "measure"),
    [
        ("Olsen, 58, will retire.", "58", "age"),
        ("She died at age 95.", "95", "age"),
        ("A 28-year-old driver was held.", "28", "age"),
        ("It lasted six weeks.", "six weeks", "duration"),
        ("A 40-page report said so.", "40-page", "length"),
        ("It fell by a third.", "a third", "share"),
        ("It cost $12.", "$12", "money"),
        ("Eleven trams burnt.", "Eleven", "count"),
    ],
)
def test_what_a_number_measures(text: str, words: str, measure: str) -> None:
    start = text.index(words)
    assert measure in measured(text, Span(start, start + len(words), "number"))


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("How many rockets hit the depot?", "The depot, 70 miles from the border, was hit.", "70 miles"),
        ("How many taxes did the town raise?", "The town raised a tax of 18 per cent.", "18 per cent"),
        ("By how much did prices rise?", "Prices rose the most in 40 years.", "40 years"),
        ("How long was the term?", "Olsen, 58, has a term of five years.", "58"),
        ("How many trams burnt?", "It was one of the worst fires.", "one"),
        ("How big was the prize?", "On July 26, 2022, the prize was drawn.", "26"),
        ("How many of the trams burnt?", "Two of its eleven trams burnt.", "eleven"),
        ("How old is Piet Haas?", "Greta Olsen, 58, and Piet Haas work there.", "58"),
    ],
)
def test_a_number_of_something_else_is_no_answer(question: str, text: str, words: str) -> None:
    assert not fits(question, text, words)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How long was the lease extended?", "six years"),
        ("For how long was the lease extended?", "six years"),
        ("How old is Greta Olsen?", "58"),
        ("How old is Piet Haas?", "41 years old"),
        ("How far is the fence from the lighthouse?", "four nautical miles"),
        ("How many of the trams are out of service?", "Three"),
        ("How long will the station stay closed?", "until at least Friday"),
    ],
)
def test_a_short_question_finds_the_amount_of_its_measure(question: str, answer: str) -> None:
    draft = ask(question, [DEPOT])
    assert not draft.abstained
    assert draft.text.startswith(f"**{answer}**")


def test_an_age_that_is_not_told_is_not_taken_from_another() -> None:
    assert ask("How old is the council?", [DEPOT]).abstained


def test_how_often_is_answered_with_how_often() -> None:
    assert ask("How often do buses to the depot run?", [DEPOT]).text.startswith("**twice an hour**")


@pytest.mark.parametrize(
    ("text", "words"),
    [("It meets every two years.", "every two years"), ("It is paid monthly.", "monthly"), ("They met.", "")],
)
def test_a_frequency(text: str, words: str) -> None:
    found = frequency(text)
    assert (text[slice(*found)] if found else "") == words
