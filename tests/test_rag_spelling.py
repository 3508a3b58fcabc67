import pytest

from dateline.index.documents import Passage
from dateline.rag.question.spelling import as_written, distance

TEXT = "Mayor Adaeze Okafor spoke with Ilse Brandt in Harwick. The bridge collapsed while Okafor was away."
PASSAGE = Passage("a#0", "a", 0, len(TEXT), TEXT, "Bridge collapses in Harwick")


def known(word: str) -> bool:
    return word.casefold() in TEXT.casefold().split()


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("who spoke with okafor?", "who spoke with Okafor?"),
        ("who is okafro?", "who is Okafor?"),
        ("when did the bridge colapse", "when did the bridge collapsed"),
        ("wen did okafor speak", "when did Okafor speak"),
        ("who spoke wth brandt", "who spoke with Brandt"),
        ("Who is Okafor?", "Who is Okafor?"),
        ("Who is Ngata?", "Who is Ngata?"),
        ("What is the price of oil?", "What is the price of oil?"),
    ],
)
def test_a_question_is_spelt_as_the_articles_are(question: str, written: str) -> None:
    assert as_written(question, [PASSAGE], known) == written


def test_a_word_of_its_own_is_not_taken_for_another_one() -> None:
    passage = Passage("a#0", "a", 0, 24, "She posts from the posts.", "")
    assert as_written("What is her position on posting?", [passage], lambda w: False).startswith("What is her position")


def test_a_verb_that_no_article_has_is_not_taken_for_one_that_they_have() -> None:
    passage = Passage("a#0", "a", 0, 42, "Twelve people were treated in the clinic.", "")
    assert as_written("Who did Brandt threaten?", [passage], lambda w: False) == "Who did Brandt threaten?"


def test_a_word_some_article_has_is_left_alone() -> None:
    assert as_written("who is okafer?", [PASSAGE], lambda word: word == "okafer") == "who is okafer?"


@pytest.mark.parametrize(
    ("one", "other", "edits"), [("wen", "when", 1), ("okafro", "okafor", 1), ("", "ab", 2), ("a", "a", 0)]
)
def test_a_swap_of_neighbours_is_one_edit(one: str, other: str, edits: int) -> None:
    assert distance(one, other) == edits
