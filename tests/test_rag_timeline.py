"""Events on a line of days, and as CSV."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from newsroom import ANSWER, HARBOUR, MET

from dateline.rag.answer import Event
from dateline.rag.html.timeline import events_csv, timeline_html


def bars(html: str) -> list[tuple[float, float]]:
    """Left edge and width of each bar, in per cent."""
    found = re.findall(r'class="dl-bar[^"]*" style="left:([\d.]+)%;width:([\d.]+)%"', html)
    return [(float(left), float(width)) for left, width in found]


def test_bars_stand_in_time_order_and_open_ends_reach_the_edge() -> None:
    html = timeline_html(ANSWER, "t1")
    (day, day_width), (reported, reported_width) = bars(html)
    assert day > 0
    assert reported == 0
    assert reported + reported_width > day + day_width
    assert "dl-open-left" in html
    assert 'aria-label="Tue 4 March 2025: Mayor Lena Brandt met the pilots on Tuesday. Show the sentence"' in html


def test_events_without_a_day_have_a_lane_of_their_own() -> None:
    undated = timeline_html(ANSWER, "t1").split("Day not stated")[1]
    assert "once again on Friday" in undated
    assert 'data-n="3"' in undated


def test_nothing_is_drawn_where_no_two_events_could_be_told_apart() -> None:
    assert timeline_html(replace(ANSWER, events=()), "t1") == ""
    assert timeline_html(replace(ANSWER, events=ANSWER.events[:1]), "t1") == ""
    assert timeline_html(replace(ANSWER, events=(ANSWER.events[2],) * 2), "t1") == ""


@pytest.mark.parametrize(
    ("first", "last", "tick"),
    [
        ("2025-03-04", "2025-03-06", "Tue 4 Mar"),
        ("2025-01-01", "2025-12-31", "Jul 2025"),
        ("1990-05-01", "2025-01-01", "2020"),
        ("0001-01-01", "9999-12-31", "6000"),
    ],
)
def test_ticks_suit_the_length_of_time(first: str, last: str, tick: str) -> None:
    events = tuple(Event(day, MET.quote, (1,), day, day) for day in (first, last))
    html = timeline_html(replace(ANSWER, events=events), "t1")
    axis = re.search(r'dl-axis" aria-hidden="true">(.*?)</div>', html)
    assert axis is not None
    labels = re.findall(r">([^<]+)</span>", axis[1])
    assert tick in labels
    assert 2 <= len(labels) <= 6
    assert all(0 <= left <= 100 and left + width <= 100.1 for left, width in bars(html))


def test_csv_has_a_row_for_each_citation() -> None:
    events = (Event("Tue 4 March 2025", MET.quote, (1, 2), "2025-03-04", "2025-03-04", ("on Tuesday",)),)
    rows = list(csv.DictReader(io.StringIO(events_csv(replace(ANSWER, events=events)))))
    assert [row["mark"] for row in rows] == ["1", "2"]
    assert rows[0]["said"] == "on Tuesday"
    assert HARBOUR.text[int(rows[0]["start"]) : int(rows[0]["end"])] == MET.quote


def test_csv_cells_compute_nothing_in_a_spreadsheet() -> None:
    event = Event("=HYPERLINK()", "+1+1", (1,), None, None, ("@x",))
    row = next(csv.DictReader(io.StringIO(events_csv(replace(ANSWER, events=(event,))))))
    assert (row["when"], row["text"], row["said"]) == ("'=HYPERLINK()", "'+1+1", "'@x")
