"""Dates in fields, headers and lines: one reading of each, and none where there are two."""

import json
from pathlib import Path

import pytest

from dateline.index.dates.datelines import find_dateline
from dateline.index.dates.written import AmbiguousDateError, Order, day_of_address, day_order, read_date
from dateline.index.errors import LoadError
from dateline.index.reading.loaders import find, load, scan


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-04", "2026-03-04"),
        ("2026-03-04T09:30:00+02:00", "2026-03-04T09:30:00+02:00"),
        ("2026/3/4 09:30", "2026-03-04T09:30:00"),
        ("2026-03-04 09:30:00 UTC", "2026-03-04T09:30:00+00:00"),
        ("2026-03-04 09:30:00 +0000 UTC", "2026-03-04T09:30:00+00:00"),
        ("Wed, 04 Mar 2026 9:30:15 PM CET", "2026-03-04T21:30:15+01:00"),
        ("March 4, 2026 12:05 AM", "2026-03-04T00:05:00"),
        ("Mar. 4, 2026, 9:30 p.m. ET", "2026-03-04T21:30:00"),
        ("Wed Mar 04 2026 09:30:00 GMT+0500 (Pakistan Standard Time)", "2026-03-04T09:30:00+05:00"),
        ("Wednesday,March 4,2026 21:30 pm", "2026-03-04T21:30:00"),
        ("Wed, 04 Mar 26 09:30:00 GMT", "2026-03-04T09:30:00+00:00"),
        ("Wed, 04 Mar 2026 24:00:00 GMT", "2026-03-05T00:00:00+00:00"),
        ("24-Mar-2026", "2026-03-24"),
        ("24/03/2026 09:30", "2026-03-24T09:30:00"),
        ("03/24/2026", "2026-03-24"),
        ("04.03.2026", "2026-03-04"),
        ("Published: 4 March 2026", "2026-03-04"),
        ("20260304", "2026-03-04"),
        ("20260304093000", "2026-03-04T09:30:00"),
        (20260304, "2026-03-04"),
        (1772616600, "2026-03-04T09:30:00+00:00"),
        ("1772616600", "2026-03-04T09:30:00+00:00"),
        (1772616600000, "2026-03-04T09:30:00+00:00"),
        ("46085", "2026-03-04"),
        ("2026-W10-3", "2026-03-04"),
        ("05/05/2026", "2026-05-05"),
        ("04/03/2026 9:30 AM EST", "2026-04-03T09:30:00-05:00"),
        ("04/03/2026, 09:30 BST", "2026-03-04T09:30:00"),
        *((nothing, None) for nothing in ("", "NaT", "None", "NULL", "N/A", float("nan"), None, "0000-00-00 00:00:00")),
        *((unset, None) for unset in ("0001-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "1969-12-31", 0)),
    ],
)
def test_what_has_one_reading(value: object, expected: str | None) -> None:
    assert read_date(value) == expected


@pytest.mark.parametrize(
    "value",
    ["2 hours ago", "Yesterday", "2026-03", "March 2026", "2026", 2026, "9999-12-31", "{{ date }}", True,
     "Holt met Brisk on 4 March 2026", "31 February 2026", "Deadline 4 March 2026"],
)  # fmt: skip
def test_what_names_no_day(value: object) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_date(value)
    assert not isinstance(caught.value, AmbiguousDateError)


def test_month_of_another_language() -> None:
    pytest.importorskip("dateparser")
    assert [read_date(text) for text in ("4 févr. 2026", "4. März 2026", "4 de enero de 2026")] == [
        "2026-02-04", "2026-03-04", "2026-01-04",
    ]  # fmt: skip


@pytest.mark.parametrize(("order", "expected"), [("day", "2026-03-04"), ("month", "2026-04-03")])
def test_figures_are_read_in_the_order_of_their_source(order: Order, expected: str) -> None:
    assert read_date("04/03/2026", order) == expected
    assert read_date("24/03/2026", order) == "2026-03-24"


@pytest.mark.parametrize(
    ("texts", "beside", "expected"),
    [
        (["24/03/2026", "04/03/2026"], {}, "day"),
        (["03/24/2026"], {}, "month"),
        (["24/03/2026", "03/24/2026"], {}, None),
        (["04.03.2026"], {}, "day"),
        ([], {"language": "en-US"}, "month"),
        ([], {"language": "en_GB"}, "day"),
        ([], {"language": "de"}, "day"),
        ([], {"language": "en"}, None),
        ([], {"address": "news.example.co.uk"}, "day"),
        ([], {"address": "www.town.gov"}, "month"),
        ([], {"address": "news.example.com"}, None),
        (["03/24/2026"], {"language": "en-GB"}, "month"),
    ],
)
def test_order_of_a_source(texts: list[str], beside: dict[str, str], expected: Order | None) -> None:
    assert day_order(texts, **beside) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/2026/03/04/bridge", "2026-03-04"),
        ("https://example.org/news/2026/mar/04/bridge", "2026-03-04"),
        ("https://example.org/a-20260304-b", None),
        ("https://example.org/news/20260304-bridge", "2026-03-04"),
        ("https://example.org/2026/bridge?day=/2026/03/04/", None),
        ("https://example.org/2026/31/02/x", None),
    ],
)
def test_day_of_an_address(url: str, expected: str | None) -> None:
    assert day_of_address(url) == expected


STORY = "\n\nAda Fenn met the harbour master, Bo Lark, on Monday to talk about the new quay, the port said.\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Last accessed: 2026-03-04", None),
        ("Retrieved 4 March 2026", None),
        ("Deadline: 4 March 2026", None),
        ("Born 4 March 1961", None),
        ("Voting day: March 4, 2026", None),
        ("Picture: 4 March 2026", None),
        ("Ada Fenn on the quay, Mar. 4, 2025.", None),
        ("fetched_at: 2026-03-04", None),
        ("Event date: 4 March 2026", None),
        ("Terms of service last updated 4 March 2021", None),
        ("Date: 4 March 2026", "2026-03-04"),
        ("Publication date: 2026-03-04", "2026-03-04"),
        ("The Quay Post | March 4, 2026 | by Cy Dahl", "2026-03-04"),
        ("4 March 2026 · The Quay Post · share", "2026-03-04"),
        ("By Cy Dahl, 4 March 2026, 09:30 GMT", "2026-03-04"),
        ("04/03/2026 09:30 BST", "2026-03-04"),
        ("24/03/2026", "2026-03-24"),
    ],
)
def test_a_line_with_the_date_of_something_else(line: str, expected: str | None) -> None:
    found = find_dateline(f"Quay opens{STORY[:1]}{line}{STORY}")
    assert (found.date if found else None) == expected


def test_a_label_below_the_date_of_something_else() -> None:
    found = find_dateline(f"Accessed: 2026-04-04\nPublished: 2026-03-04{STORY}")
    assert found is not None
    assert found.date == "2026-03-04"


def test_ambiguous_line_is_said_to_be_so_and_read_by_the_other_dates_of_the_text() -> None:
    found = find_dateline(f"04/03/2026{STORY}")
    assert found is not None
    assert (found.date, found.ambiguous) == (None, "04/03/2026")
    other = find_dateline(f"04/03/2026{STORY}The next boat leaves on 24/03/2026.")
    assert other is not None
    assert other.date == "2026-03-04"


@pytest.mark.parametrize(
    ("text", "place", "date"),
    [
        ("TARNVIK, Mar. 4, 2026 (AP) - Fenn has left.", "TARNVIK", "2026-03-04"),
        ("TARNVIK, Mar. 4, 2026 /PRNewswire/ -- Fenn Lines said on Monday it would sail.", "TARNVIK", "2026-03-04"),
        ("TARNVIK, March 4. /TASS/. Fenn met Lark.", "TARNVIK", None),
        ("Tarnvik [Soren], March 4 (ANI): Fenn met Lark.", "Tarnvik [Soren]", None),
        ("Tarnvik, Mar 4 (PTI) Fenn met Lark on Monday.", "Tarnvik", None),
        ("ÅRVIK: Fenn met the harbour master on Monday, the port said in the morning.", "ÅRVIK", None),
    ],
)
def test_short_datelines(text: str, place: str, date: str | None) -> None:
    found = find_dateline(f"Quay opens\n\n{text}\n\nMore.\n")
    assert found is not None
    assert (found.place, found.date) == (place, date)


@pytest.mark.parametrize("line", ["Fenn: No new quay", "Breaking: boats stay in", "Fenn - a life at sea"])
def test_a_headline_is_no_place(line: str) -> None:
    assert find_dateline(f"{line}{STORY}") is None


def test_dates_of_a_collection_are_read_in_one_order(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"text": f"Boat {day} sails.", "date": day} for day in ("04/03/2026", "24/03/2026", "05/03/2026")]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert [document.published for document in load([path], on_error=pytest.fail)] == [
        "2026-03-04", "2026-03-24", "2026-03-05",
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, rows[::2])))
    documents = list(load([path], on_error=pytest.fail))
    assert [(document.published, document.published_from) for document in documents] == [(None, "ambiguous")] * 2
    assert documents[0].metadata["published_as_written"] == "04/03/2026"


def test_an_odd_field_costs_itself_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows: list[dict[str, object]] = [
        {"text": "One boat.", "date": "2 hours ago", "title": 1984},
        {"text": "Two boats.", "source": {"id": None, "name": "The Quay Post"}, "author": [{"name": "Cy Dahl"}, None]},
        {"text": ["Three", "boats."], "published": {"$date": "2026-03-04T09:30:00Z"}, "author": {"@type": "Person", "name": "Cy"}},
        {"text": "", "content": "Four boats.", "title": "nan", "headline": "Four", "date": "NaT", "published_at": "2026-03-04"},
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, rows)))
    errors: list[LoadError] = []
    one, two, three, four = load([path], on_error=errors.append)
    assert not errors
    assert (one.title, one.published) == ("1984", None)
    assert (two.source, two.authors) == ("The Quay Post", ("Cy Dahl",))
    assert (three.text, three.published, three.authors) == ("Three\n\nboats.", "2026-03-04T09:30:00+00:00", ("Cy",))
    assert (four.text, four.title, four.published) == ("Four boats.", "Four", "2026-03-04")
    [source] = scan([path], on_error=pytest.fail)
    warnings = [found.article.warnings for found in find(source, on_error=pytest.fail)]
    assert [len(some) for some in warnings] == [1, 0, 0, 0]
    assert "'2 hours ago'" in warnings[0][0]
