from datetime import date

import pytest

from dateline.index.errors import UsageError
from dateline.rag.search.query import analyse


def day(iso: str) -> int:
    return date.fromisoformat(iso).toordinal()


def test_content_words_are_stemmed_once_each_in_order_without_stop_words() -> None:
    query = analyse("Which ministers met the other minister in Paris?")
    assert query.terms == ("minist", "met", "pari")


def test_words_written_as_names_or_numbers_are_names_but_a_sentence_s_first_word_is_not() -> None:
    query = analyse("Storms hit Lisbon and NATO sent 40 planes. Ships followed?")
    assert query.names == {"lisbon", "nato", "40"}


def test_a_text_in_capitals_shows_no_names() -> None:
    assert analyse("TALKS BETWEEN PARIS AND ROME").names == frozenset()


def test_pairs_are_adjacent_words_not_words_across_a_stop_word_or_a_comma() -> None:
    query = analyse("prime minister of Norway, foreign trade")
    assert query.pairs == (("prime", "minist"), ("foreign", "trade"))


def test_relative_time_is_split_from_the_content_and_placed_by_the_asker_s_today() -> None:
    query = analyse("Who resigned on Monday?", "2026-01-29")
    assert query.terms == ("resign",)
    assert query.window == (day("2026-01-26"), day("2026-01-26"))
    assert query.asked_day == day("2026-01-29")


def test_a_length_of_time_is_content() -> None:
    assert analyse("Which port closed for two days?", "2026-01-29").terms == ("port", "close", "two", "day")


def test_without_today_relative_time_places_nothing() -> None:
    query = analyse("Who resigned on Monday?")
    assert query.window is None
    assert query.asked_day is None


def test_an_absolute_date_is_content_and_time() -> None:
    query = analyse("What was signed on 14 March 2025?")
    assert {"14", "march", "2025"} <= set(query.terms)
    assert query.window == (day("2025-03-14"), day("2025-03-14"))


def test_several_dates_span_one_window() -> None:
    query = analyse("What changed between 2025-03-14 and 2025-03-20?")
    assert query.window == (day("2025-03-14"), day("2025-03-20"))


@pytest.mark.parametrize("text", ["What is the latest on the strike?", "Who won this week?", "Who recently resigned?"])
def test_questions_for_what_is_new_are_recognised(text: str) -> None:
    assert analyse(text).recent


@pytest.mark.parametrize("text", ["Who won in 1998?", "Where did the two meet?", "What is justice?"])
def test_other_questions_ask_for_nothing_new(text: str) -> None:
    assert not analyse(text).recent


def test_markup_is_not_searched_for() -> None:
    assert analyse('Who sells <a href="https://example.org/tag">chocolate</a>?').text == "Who sells chocolate ?"
    assert "href" not in analyse('Who sells <a href="https://example.org/tag">chocolate</a>?').terms


def test_a_question_without_content_words_is_no_error() -> None:
    query = analyse("who is it?")
    assert query.terms == () and query.pairs == () and query.names == frozenset()


def test_a_wrong_date_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="not a date"):
        analyse("Who won?", "yesterday")
