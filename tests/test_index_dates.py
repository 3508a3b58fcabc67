from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.index.dates import timex_counted, timex_days, timex_periods, timex_relative, timex_spans
from dateline.index.dates.calendars import add_months, easter, holiday, nth_weekday, shift, span_of
from dateline.index.dates.expressions import TimeExpression, describe, find_dateline, resolve

DAYS = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))
NEAR_DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1))
PUBLISHED = st.one_of(st.none(), DAYS.map(date.isoformat))
JARGON = (
    "on last next this the that same a Wednesday Friday Sat. March May Sept. Dec 5 12 31st 1999 2024 two few years year "
    "week weekend quarter month night morning ago earlier later early end of to - – , / : ' ’s 10:30 p.m. noon Easter "
    "Thanksgiving every first second twenty-first century fall hundred thousand million 29 February 24/7 1.2.2020 "
    "2026-02-30 2024-02-29T10:00 00 0 99999999 1990s '90s will said until by from between and half past today tonight "
    "now recent coming fiscal Q 3 3/4 30/11/2023 twice daily"
)
WORDS = st.sampled_from(JARGON.split())
THURSDAY = "2026-01-29"


def only(text: str, published: str | None = None) -> TimeExpression:
    found = resolve(text, published)
    assert len(found) == 1, found
    return found[0]


def check_shape(text: str, published: str | None) -> None:
    end = 0
    for e in resolve(text, published):
        assert text[e.start : e.end] == e.text
        assert end <= e.start < e.end
        if e.earliest and e.latest:
            assert date.fromisoformat(e.earliest) <= date.fromisoformat(e.latest)
        assert e.type in ("DATE", "TIME", "DURATION", "SET")
        assert e.value and describe(e)
        end = e.end


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), PUBLISHED)
def test_any_text_has_offsets_that_reproduce_it(text: str, published: str | None) -> None:
    check_shape(text, published)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=25), PUBLISHED, st.sampled_from([" ", "", "\n"]))
def test_any_jumble_of_time_words_is_read_without_error_and_in_order(
    words: list[str], published: str | None, between: str
) -> None:
    check_shape(between.join(words), published)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_may_have_a_dateline(text: str) -> None:
    line = find_dateline(text)
    assert line is None or (0 <= line.start < line.end <= len(text))


@settings(max_examples=40, deadline=None)
@given(
    NEAR_DAYS, st.sampled_from(["They met on Wednesday.", "They will meet on Wednesday.", "They met last Wednesday."])
)
def test_a_dateline_a_week_later_moves_wednesday_by_a_week(day: date, text: str) -> None:
    before, after = only(text, day.isoformat()), only(text, (day + timedelta(days=7)).isoformat())
    assert date.fromisoformat(before.value).isoweekday() == 3
    assert date.fromisoformat(after.value) - date.fromisoformat(before.value) == timedelta(days=7)


@settings(max_examples=40, deadline=None)
@given(NEAR_DAYS)
def test_weekdays_lie_within_a_week_on_the_side_of_the_verb(day: date) -> None:
    past = date.fromisoformat(only("They met on Sunday.", day.isoformat()).value)
    ahead = date.fromisoformat(only("They will meet on Sunday.", day.isoformat()).value)
    assert day - timedelta(days=7) < past <= day <= ahead < day + timedelta(days=7)


@settings(max_examples=40, deadline=None)
@given(NEAR_DAYS)
def test_days_weeks_months_and_years_are_those_beside_the_day_of_publication(day: date) -> None:
    def at(text: str) -> tuple[date, date]:
        e = only(text, day.isoformat())
        assert e.earliest and e.latest
        return date.fromisoformat(e.earliest), date.fromisoformat(e.latest)

    assert at("It rained yesterday.") == (day - timedelta(days=1),) * 2
    for unit in ("week", "month", "year"):
        first, last = at(f"It rained this {unit}.")
        assert first <= day <= last
        assert at(f"It rained last {unit}.")[1] == first - timedelta(days=1)
        assert at(f"It may rain next {unit}.")[0] == last + timedelta(days=1)


@settings(max_examples=40, deadline=None)
@given(NEAR_DAYS)
def test_a_full_date_means_itself_whenever_it_is_written(day: date) -> None:
    for text in (f"{day:%d %B %Y}", f"{day:%B %d, %Y}", f"{day:%a %b %d %Y}", day.isoformat(), f"{day:%A, %B %d, %Y}"):
        e = only(text, "2001-05-06")
        assert (e.value, e.earliest, e.latest, e.text) == (day.isoformat(),) * 3 + (text,)


@settings(max_examples=40, deadline=None)
@given(NEAR_DAYS, st.integers(1, 40))
def test_counted_days_are_counted(day: date, count: int) -> None:
    ago = only(f"It opened {count} days ago.", day.isoformat())
    assert ago.value == (day - timedelta(days=count)).isoformat()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("They met on Wednesday.", "2026-01-28"),
        ("They will meet on Wednesday.", "2026-02-04"),
        ("The court is to rule on Tuesday.", "2026-02-03"),
        ("The fair opens Saturday.", "2026-01-31"),
        ("Mail was delayed until Monday.", "2026-02-02"),
        ("They met last Friday.", "2026-01-23"),
        ("They meet next Monday.", "2026-02-02"),
        ("They met this past Sunday.", "2026-01-25"),
        ("They met on Wednesday night.", "2026-01-28TNI"),
        ("They met at 10 p.m. on Wednesday.", "2026-01-28T22:00"),
        ("They met on Tuesday of last week.", "2026-01-20"),
        ("They met earlier today.", "2026-01-29"),
        ("They met last night.", "2026-01-28TNI"),
        ("It opened two weeks ago.", "2026-W03"),
        ("It opened more than three years ago.", "2023"),
        ("It opened last month.", "2025-12"),
        ("It opened last summer.", "2025-SU"),
        ("It opened in December.", "2025-12"),
        ("It will open in December.", "2026-12"),
        ("It opened on Nov. 25.", "2025-11-25"),
        ("It must be paid by Feb. 3.", "2026-02-03"),
        ("The Feb. 3 deadline holds.", "2026-02-03"),
        ("It opened over the weekend.", "2026-W04-WE"),
        ("They fought over it last year.", "2025"),
        ("Profit fell in the third quarter.", "2025-Q3"),
        ("Profit fell in the third quarter of 2019.", "2019-Q3"),
        ("Profit fell in Q3 2019.", "2019-Q3"),
        ("Profit fell in the first half of 2019.", "2019-H1"),
        ("Profit fell in last year's fourth quarter.", "2025-Q4"),
        ("Profit fell in fiscal 2019.", "2019"),
        ("It was built in the early 1990s.", "199X"),
        ("It was built in the nineties.", "199X"),
        ("It was built in the 19th century.", "18XX"),
        ("It was built in nineteen ninety-seven.", "1997"),
        ("It was built in the summer of 1997.", "1997-SU"),
        ("It opened on the first Monday of May 2024.", "2024-05-06"),
        ("It opened in the week of March 4, 2024.", "2024-W10"),
        ("It opened on Christmas 2024.", "2024-12-25"),
        ("It opened on Easter Monday 2024.", "2024-04-01"),
        ("It closed on Thanksgiving 2024.", "2024-11-28"),
        ("They talked since the start of the new year.", "2026"),
        ("It rained for two and a half years.", "P2Y6M"),
        ("It rained for several days.", "PXD"),
        ("A five-hour delay followed.", "PT5H"),
        ("It fell over the past two decades.", "P20Y"),
        ("It opens every Tuesday.", "XXXX-WXX-2"),
        ("It opens twice a week.", "P1W"),
        ("It opens daily.", "P1D"),
        ("It is open now.", "PRESENT_REF"),
        ("It has recently opened.", "PAST_REF"),
        ("It ran from 3 to 5 March 2024.", "2024-03-03/2024-03-05"),
        ("It ran March 3-5, 2024.", "2024-03-03/2024-03-05"),
        ("It ran from 10 p.m. to 1 a.m. on Wednesday.", "2026-01-28T22:00/2026-01-29T01:00"),
        ("It happened three days after 28 February 2024.", "2024-03-02"),
        ("It closed on 05.03.2024.", "2024-03-05"),
    ],
)
def test_expressions_resolve_against_the_dateline(text: str, value: str) -> None:
    assert only(text, THURSDAY).value == value


@pytest.mark.parametrize(
    ("text", "published", "value"),
    [
        ("They met yesterday.", "2024-03-01", "2024-02-29"),
        ("They met yesterday.", "2023-03-01", "2023-02-28"),
        ("They met yesterday.", "2026-01-01", "2025-12-31"),
        ("They meet tomorrow.", "2025-12-31", "2026-01-01"),
        ("It fell last month.", "2026-01-31", "2025-12"),
        ("It fell last month.", "2026-03-31", "2026-02"),
        ("It may fall next month.", "2026-01-31", "2026-02"),
        ("It fell last week.", "2027-01-04", "2026-W53"),
        ("It fell last week.", "2021-01-04", "2020-W53"),
        ("It fell on 29 February.", "2026-01-29", "2024-02-29"),
        ("It fell on 31 December.", "2026-01-02", "2025-12-31"),
        ("It fell a year ago.", "2024-02-29", "2023"),
        ("It fell last year.", "2000-01-01", "1999"),
    ],
)
def test_leap_years_year_ends_and_short_months(text: str, published: str, value: str) -> None:
    assert only(text, published).value == value


def test_what_follows_is_counted_from_the_date_last_mentioned() -> None:
    text = "The dam broke on 30 December 2023. Two days later the army came. A day earlier it had rained."
    assert [e.value for e in resolve(text, THURSDAY)] == ["2023-12-30", "2024-01-01", "2023-12-31"]


def test_a_day_of_an_unsaid_day_of_january_stays_unplaced_within_january() -> None:
    _, same = resolve("Earlier in January they met. The leaders spoke on the same day.", "2026-02-05")
    assert (same.value, same.earliest, same.latest) == ("XXXX-XX-XX", "2026-01-01", "2026-01-31")


def test_earlier_and_later_are_cut_at_publication() -> None:
    earlier, later = only("It fell earlier this month.", THURSDAY), only("It falls later this month.", THURSDAY)
    assert (earlier.value, earlier.earliest, earlier.latest) == ("2026-01", "2026-01-01", "2026-01-29")
    assert (later.value, later.earliest, later.latest) == ("2026-01", "2026-01-29", "2026-01-31")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("It fell in early 2024.", "2024-01-01", "2024-07-01"),
        ("It fell in late 2024.", "2024-07-02", "2024-12-31"),
        ("It fell in mid-2024.", "2024-04-01", "2024-09-30"),
        ("It fell at the start of 2024.", "2024-01-01", "2024-04-01"),
        ("It fell at the end of March 2024.", "2024-03-24", "2024-03-31"),
    ],
)
def test_parts_of_a_year_or_month_narrow_its_days(text: str, first: str, last: str) -> None:
    e = only(text)
    assert (e.earliest, e.latest) == (first, last)


def test_windows_know_their_days_and_vague_times_their_side() -> None:
    window = only("It fell in the past two weeks.", THURSDAY)
    assert (window.value, window.earliest, window.latest) == ("P2W", "2026-01-15", "2026-01-29")
    past = only("It fell a few years ago.", THURSDAY)
    assert (past.value, past.earliest, past.latest) == ("PAST_REF", None, "2026-01-29")


def test_a_range_lends_its_year_to_both_ends() -> None:
    values = [e.value for e in resolve("It grew from November to February 2020.", THURSDAY)]
    assert values in (["2019-11/2020-02"], ["2019-11", "2020-02"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("On 03/05/2024 and 25/05/2024.", "2024-05-03"),
        ("On 03/05/2024 and 05/25/2024.", "2024-03-05"),
        ("On 03/05/2024, not 4 March nor 6 March.", "2024-05-03"),
        ("On 03/05/2024.", "2024-03-05"),
    ],
)
def test_the_document_decides_between_day_month_and_month_day(text: str, value: str) -> None:
    assert resolve(text)[0].value == value


@pytest.mark.parametrize(
    "text",
    [
        "She may march on, and second the motion, until the sun sets.",
        "He sat down to mar the deck.",
        "The 44-year-old has a daughter aged 3 years.",
        "Some 2000 people paid $1999 for a 4:3 screen.",
        "Version 1.2.3 scored 11-4, 24/7, at 3/4 speed.",
        "April Ryan and Theresa May spoke.",
        "Call +86 138-2010-2015 for room 2108.",
        "Mortgages were at 6.45 percent.",
        "On the 21st floor they raised 12 points.",
        "They drove at 60 miles per hour.",
        "",
    ],
)
def test_words_and_numbers_of_another_kind_are_left_alone(text: str) -> None:
    assert resolve(text, THURSDAY) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("They met on Wednesday.", "XXXX-WXX-3"),
        ("Earlier in January they met.", "XXXX-01"),
        ("They met the weekend prior.", "XXXX-WXX-WE"),
        ("They met last week.", "XXXX-WXX"),
        ("They met on 24 January.", "XXXX-01-24"),
        ("They met earlier today.", "XXXX-XX-XX"),
        ("They met two weeks ago.", "XXXX-WXX"),
        ("They met last year.", "XXXX"),
        ("They met at Christmas.", "XXXX-12-25"),
        ("They met at 10 p.m. on Friday.", "XXXX-WXX-5T22:00"),
        ("They met on the same day.", "XXXX-XX-XX"),
    ],
)
def test_without_a_dateline_nothing_relative_is_placed(text: str, value: str) -> None:
    found = only(text)
    assert found.value == value
    assert found.earliest is None and found.latest is None


def test_without_a_dateline_bounds_may_follow_from_the_texts_own_dates() -> None:
    _, relative = resolve("The dam broke on 30 December 2023, and the next day the army came.")
    assert (relative.value, relative.earliest, relative.latest) == ("XXXX-XX-XX", "2023-12-31", "2023-12-31")


@pytest.mark.parametrize(
    ("question", "asked_on", "values"),
    [
        ("what happened last week?", THURSDAY, ["2026-W04"]),
        ("what did they say in January", THURSDAY, ["2026-01"]),
        ("who met on 24 January?", THURSDAY, ["2026-01-24"]),
        ("what will open next Tuesday", THURSDAY, ["2026-02-03"]),
        ("who called Dubai?", THURSDAY, []),
    ],
)
def test_questions_resolve_against_the_day_they_are_asked(question: str, asked_on: str, values: list[str]) -> None:
    assert [e.value for e in resolve(question, asked_on)] == values


def test_a_published_time_places_hours() -> None:
    assert only("It will open in 5 minutes.", "2026-01-29T10:58:00").value == "2026-01-29T11:03"


@pytest.mark.parametrize("published", ["yesterday", "2026-13-45", "", "0000-00-00"])
def test_a_published_date_that_is_none_counts_as_unknown(published: str) -> None:
    assert only("They met on Wednesday.", published).value == "XXXX-WXX-3"


@pytest.mark.parametrize(
    ("text", "published", "words"),
    [
        ("They met on Saturday.", THURSDAY, "Sat 24 January 2026"),
        ("They met over the weekend.", THURSDAY, "24–25 January 2026"),
        ("They met in January.", THURSDAY, "January 2026"),
        ("They met on Wednesday.", None, "a Wednesday (not placed on the calendar)"),
        ("They met on 24 January.", None, "24 January of an unstated year (not placed on the calendar)"),
        ("They met last week.", None, "“last week” (not placed on the calendar)"),
        ("They met at 10 p.m. on Saturday.", THURSDAY, "Sat 24 January 2026, 22:00"),
        ("They talked for two years.", None, "2 years"),
        ("They meet every Tuesday.", None, "every Tuesday"),
        ("They meet annually.", None, "every year"),
        ("They met in the 1990s.", None, "1990s"),
        ("They met in summer 2024.", None, "summer 2024"),
        ("They talk now.", THURSDAY, "at the time of writing"),
        ("From 30 December 2023 to 2 January 2024.", None, "30 December 2023 – 2 January 2024"),
    ],
)
def test_expressions_are_described_in_words(text: str, published: str | None, words: str) -> None:
    assert describe(only(text, published)) == words


STORY = "The two ministers spoke on Saturday about the road and the river, an official said."


@pytest.mark.parametrize(
    ("head", "day", "place", "kind"),
    [
        ("A headline\n\nThu Jan 29 2026\n\nISLAMABAD: ", "2026-01-29", "ISLAMABAD", "published"),
        ("Published: 3 March 2024 | Updated: 5 March 2024\n\n", "2024-03-03", "", "published"),
        ("Updated 5 March 2024, first published 3 March 2024\n\n", "2024-03-03", "", "published"),
        ("Updated 10:04 AM EST, Fri February 2, 2024\n\n", "2024-02-02", "", "updated"),
        ("A headline\nBy Ann Lee\nPublished\n29 January 2026\n\n", "2026-01-29", "", "published"),
        ("2026-01-29T10:00:00Z\n\n", "2026-01-29", "", "published"),
        ("LONDON, March 3, 2024 — ", "2024-03-03", "LONDON", "published"),
        ("WASHINGTON, Jan. 5 (Reuters) - ", None, "WASHINGTON", "published"),
        ("TIJUANA, Mexico (AP) — ", None, "TIJUANA, Mexico", "published"),
        ("London (CNN) — ", None, "London", "published"),
    ],
)
def test_datelines_are_found_in_opening_lines(head: str, day: str | None, place: str, kind: str) -> None:
    line = find_dateline(head + STORY)
    assert line is not None
    assert (line.date, line.place, line.kind) == (day, place, kind)
    shown = (head + STORY)[line.start : line.end]
    assert shown == place if day is None and "," not in head else shown


@pytest.mark.parametrize(
    "text",
    [
        "The council met on 3 March 2024 and agreed to meet again in the summer of that year.",
        "Floods on 3 March 2024\n\nThe river rose by two metres.",
        "BREAKING: The council agreed to meet again in the summer of that year, officials said.",
        "Update on the storm of 3 March 2024 and what comes next for us\n\nThe river rose by two metres.",
        STORY + "\n\n29 January 2026\n",
        "",
    ],
)
def test_a_date_merely_mentioned_is_no_dateline(text: str) -> None:
    assert find_dateline(text) is None


def test_a_dateline_dates_its_text_but_yields_to_what_is_known() -> None:
    text = f"Thu Jan 29 2026\n\nISLAMABAD: {STORY}"
    assert [e.value for e in resolve(text)] == ["2026-01-29", "2026-01-24"]
    assert [e.value for e in resolve(text, "2026-02-05")] == ["2026-01-29", "2026-01-31"]


@settings(max_examples=60, deadline=None)
@given(NEAR_DAYS, st.integers(-500, 500))
def test_months_are_added_within_the_calendar(day: date, count: int) -> None:
    moved = add_months(day, count)
    assert moved is not None and moved.day <= day.day
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == count


def test_calendar_by_hand() -> None:
    # Easter Sundays from the almanac; the fourth Thursday of November 2024 was the 28th.
    assert [easter(y) for y in (2000, 2024, 2025, 2038)] == [
        date(2000, 4, 23), date(2024, 3, 31), date(2025, 4, 20), date(2038, 4, 25),
    ]  # fmt: skip
    assert nth_weekday(2024, 11, 4, 4) == holiday("thanksgiving", 2024) == date(2024, 11, 28)
    assert nth_weekday(2024, 5, 1, -1) == holiday("memorial day", 2024) == date(2024, 5, 27)
    assert nth_weekday(2024, 2, 5, 5) is None
    assert holiday("election day", 2024) == date(2024, 11, 5)
    assert holiday("black friday", 2024) == date(2024, 11, 29)
    assert holiday("easter", 1) is None
    assert span_of("2020-W53") == (date(2020, 12, 28), date(2021, 1, 3))
    assert span_of("2021-W53") is None
    assert span_of("2023-WI") == (date(2023, 12, 1), date(2024, 2, 29))
    assert shift("2024-02-29", -1, "year") == "2023-02-28"
    assert shift("2024-Q1", -1, "quarter") == "2023-Q4"
    assert shift("2024", 1, "week") is None
    assert shift("9999", 1, "year") is None


def test_no_rule_of_the_grammar_can_repeat() -> None:
    modules = (timex_counted, timex_days, timex_periods, timex_relative, timex_spans)
    patterns = {r.pattern.pattern for m in modules for rules in m.grammar._by_start.values() for r in rules}
    assert len(patterns) > 100
    assert not [p for p in patterns if set(p) & set("*+{")]


@pytest.mark.parametrize(
    "unit",
    ["the ", "in the last ", "twenty ", "1-", "1,", "on Friday ", "1:1:", "May ", "\n \n", "two and a half ", "'"],
)
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        resolve(text, THURSDAY)
        return time.process_time() - began

    short, long = unit * (2000 // len(unit)), unit * (16000 // len(unit))
    seconds(short)
    # Eight times the text: a quadratic step would take 64 times as long. The constant forgives a busy machine.
    assert min(seconds(long) for _ in range(2)) < 24 * min(seconds(short) for _ in range(2)) + 0.05
