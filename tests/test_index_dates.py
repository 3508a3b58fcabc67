from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.dates import TimeExpression, describe, find_dateline, resolve

DAYS = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))
JARGON = (
    "on last next this the Wednesday Friday March May Sept. 5 12 31st 1999 2024 two few years week weekend ago earlier "
    "later of to - , / : ' ’s 10:30 p.m. Easter Thanksgiving every quarter first second century fall twenty hundred "
    "thousand 29 February 24/7 1.2.2020 2026-02-30 00 0 99999999 1990s '90s will said"
)
WORDS = st.sampled_from(JARGON.split())


def only(text: str, published: str | None = None) -> TimeExpression:
    found = resolve(text, published)
    assert len(found) == 1, found
    return found[0]


@given(st.text(max_size=300), st.one_of(st.none(), DAYS.map(date.isoformat)))
def test_any_text_has_offsets_that_reproduce_it(text: str, published: str | None) -> None:
    end = 0
    for e in resolve(text, published):
        assert text[e.start : e.end] == e.text
        assert end <= e.start < e.end
        end = e.end


@settings(max_examples=300)
@given(st.lists(WORDS, max_size=25), st.one_of(st.none(), DAYS.map(date.isoformat)))
def test_any_jumble_of_time_words_is_read_without_error_and_in_order(words: list[str], published: str | None) -> None:
    text = " ".join(words)
    end = 0
    for e in resolve(text, published):
        assert text[e.start : e.end] == e.text
        assert end <= e.start < e.end
        assert not (e.earliest and e.latest) or e.earliest <= e.latest
        assert describe(e)
        end = e.end


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_a_week_later_on_wednesday_is_a_week_later(day: date) -> None:
    before = only("They met on Wednesday.", day.isoformat())
    after = only("They met on Wednesday.", (day + timedelta(days=7)).isoformat())
    assert date.fromisoformat(after.value) - date.fromisoformat(before.value) == timedelta(days=7)


@pytest.mark.parametrize(
    ("text", "published", "value"),
    [
        ("They met on Wednesday.", "2026-01-29", "2026-01-28"),
        ("They will meet on Wednesday.", "2026-01-29", "2026-02-04"),
        ("It opened two weeks ago.", "2026-01-29", "2026-W03"),
        ("It closed on 5 March 2024.", None, "2024-03-05"),
        ("It closed on March 5th, 2024.", None, "2024-03-05"),
        ("They met yesterday.", "2024-03-01", "2024-02-29"),
        ("They met yesterday.", "2026-01-01", "2025-12-31"),
        ("It fell last month.", "2026-01-31", "2025-12"),
    ],
)
def test_expressions_resolve_against_the_dateline(text: str, published: str | None, value: str) -> None:
    assert only(text, published).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("They met on Wednesday.", "XXXX-WXX-3"),
        ("Earlier in January they met.", "XXXX-01"),
        ("They met the weekend prior.", "XXXX-WXX-WE"),
        ("They met last week.", "XXXX-WXX"),
    ],
)
def test_without_a_dateline_nothing_relative_is_placed(text: str, value: str) -> None:
    found = only(text)
    assert found.value == value
    assert found.earliest is None and found.latest is None


def test_a_dateline_on_its_own_line_dates_the_text() -> None:
    text = (
        "A headline\n\nThu Jan 29 2026\n\nISLAMABAD: The two ministers spoke on Saturday about the road and the river."
    )
    line = find_dateline(text)
    assert line and line.date == "2026-01-29" and line.place == "ISLAMABAD"
    assert text[line.start : line.end] == "Thu Jan 29 2026"
    assert [e.value for e in resolve(text)] == ["2026-01-29", "2026-01-24"]


def test_a_date_merely_mentioned_is_no_dateline() -> None:
    assert find_dateline("The council met on 3 March 2024 and agreed to meet again in the summer of that year.") is None
