"""Text and dateline -> time expressions, resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast

from dateline.index.dates import timex_counted, timex_days, timex_periods, timex_relative, timex_spans
from dateline.index.dates.calendars import span_of, unit_of
from dateline.index.dates.datelines import Dateline, find_dateline
from dateline.index.dates.tense import points_ahead
from dateline.index.dates.timex_grammar import Context, Grammar
from dateline.index.dates.timex_joins import Found, joined
from dateline.index.dates.timex_lexicon import MONTHS, WEEKDAYS
from dateline.index.dates.timex_tokens import tokenize

TimexType = Literal["DATE", "TIME", "DURATION", "SET"]

_GRAMMAR = Grammar()
for _part in (timex_days, timex_periods, timex_relative, timex_counted, timex_spans):
    _GRAMMAR.include(_part.grammar)


@dataclass(frozen=True)
class TimeExpression:
    """A time expression: where it stands, what TIMEX3 calls it, and the days it can mean.

    ``start``/``end`` are character offsets, end exclusive. ``type`` and ``value`` are TIMEX3's
    (``2026-02-04``, ``2026-W05``, ``P2Y``, ``XXXX-WXX-3``, ``PRESENT_REF``…). ``earliest`` and
    ``latest`` are ISO dates, inclusive, or None where nothing bounds that side.

    >>> from dateline.index.dates.expressions import resolve
    >>> [monday] = resolve("It reopened on Monday.", published="2026-03-04")
    >>> monday
    TimeExpression(start=15, end=21, text='Monday', type='DATE', value='2026-03-02', earliest='2026-03-02', latest='2026-03-02')
    """

    start: int
    end: int
    text: str
    type: TimexType
    value: str
    earliest: str | None = None
    latest: str | None = None

    def to_dict(self) -> dict[str, str | int | None]:
        """The JSON form of ``dateline dates``."""
        return {
            "start": self.start, "end": self.end, "text": self.text, "type": self.type,
            "value": self.value, "earliest": self.earliest, "latest": self.latest,
        }  # fmt: skip


def resolve(text: str, published: str | None = None) -> list[TimeExpression]:
    """Return the time expressions of ``text`` in order, resolved against ``published``.

    ``published`` is an ISO date or date-time; where it is not given, the dateline in the text's own opening
    lines is used. With neither, nothing relative is placed on the calendar.

    >>> from dateline.index.dates.expressions import resolve
    >>> text = "The bridge, closed since last summer, reopened on Monday after 200 days."
    >>> for found in resolve(text, published="2026-03-04"):
    ...     print(found.text, found.type, found.value, found.earliest, found.latest)
    last summer DATE 2025-SU 2025-06-01 2025-08-31
    Monday DATE 2026-03-02 2026-03-02 2026-03-02
    200 days DURATION P200D None None
    >>> [found.value for found in resolve(text)]
    ['XXXX-SU', 'XXXX-WXX-1', 'P200D']
    """
    moment = _moment(published)
    if moment is None and (line := find_dateline(text)):
        moment = _moment(line.date)
    tokens = tokenize(text)
    context = Context(
        tokens,
        moment.date() if moment else None,
        moment if moment and published and len(published) > 10 else None,
        _day_first(text),
        future=lambda first, stop: points_ahead(tokens, first, stop),
    )
    found = [Found(tokens.starts[a], tokens.ends[b - 1], r) for a, b, r in _GRAMMAR.read(context)]
    return [_expression(text, item) for item in joined(text, found, context)]


def _moment(published: str | None) -> datetime | None:
    """Return an ISO date or date-time as given, without its zone; None where it is neither."""
    if not published:
        return None
    for part in (published, published[:10]):
        try:
            return datetime.fromisoformat(part).replace(tzinfo=None)
        except ValueError:
            continue
    return None


_NUMERIC = re.compile(r"(?<![0-9/])([0-9]{1,2})/([0-9]{1,2})/[0-9]{2,4}(?![0-9/])")
_MONTH_NAMES = tuple(name.capitalize() for name in MONTHS)
_WEEKDAY_NAMES = tuple(name.capitalize() for name in WEEKDAYS)
_BRITISH = re.compile(rf"\b[0-9]{{1,2}}(?:st|nd|rd|th)? (?:{'|'.join(name[:3] for name in _MONTH_NAMES)})")
_AMERICAN = re.compile(rf"\b(?:{'|'.join(_MONTH_NAMES)}) [0-9]")


def _day_first(text: str) -> bool:
    """Decide from the text itself whether 3/5 is the third of May: by dates that read one way only, then by style."""
    pairs = [(int(m[1]), int(m[2])) for m in _NUMERIC.finditer(text)]
    if not pairs:
        return False
    votes = sum((a > 12) - (b > 12) for a, b in pairs)
    return votes > 0 or (votes == 0 and len(_BRITISH.findall(text)) > len(_AMERICAN.findall(text)))


def _expression(text: str, found: Found) -> TimeExpression:
    start, end, reading = found.start, found.end, found.reading
    earliest, latest = reading.bounds or span_of(reading.value) or (None, None)
    return TimeExpression(
        start, end, text[start:end], cast(TimexType, reading.type), reading.value,
        earliest.isoformat() if earliest else None, latest.isoformat() if latest else None,
    )  # fmt: skip


_SEASON_NAMES = {"SP": "spring", "SU": "summer", "FA": "autumn", "WI": "winter"}
_REFERENCE_NAMES = {"PRESENT_REF": "at the time of writing", "PAST_REF": "in the past", "FUTURE_REF": "in the future"}
_UNIT_NAMES = {"Y": "year", "M": "month", "W": "week", "D": "day", "Q": "quarter", "WE": "weekend", "DE": "decade",
               "CE": "century", "TH": "hour", "TM": "minute", "TS": "second"}  # fmt: skip


def describe(expression: TimeExpression) -> str:
    """Return what an expression means in words: "Sat 24 January 2026", "January 2026", "2 years", "every week".

    What has no place on the calendar says so.

    >>> from dateline.index.dates.expressions import describe, resolve
    >>> [describe(found) for found in resolve("On Monday", published="2026-03-04") + resolve("On Monday")]
    ['Mon 2 March 2026', 'a Monday (not placed on the calendar)']
    """
    value = expression.value
    if value in _REFERENCE_NAMES:
        return _REFERENCE_NAMES[value]
    if expression.type == "SET":
        return _described_set(value)
    if expression.type == "DURATION" and (length := _described_length(value)):
        if expression.earliest and expression.latest:
            return (
                f"{length} ({_between(date.fromisoformat(expression.earliest), date.fromisoformat(expression.latest))})"
            )
        return length
    unit, span = unit_of(value), span_of(value)
    if not span:
        return _described_unplaced(value, expression.text)
    clock = "–".join(re.findall(r"T([0-9]{2}:[0-9]{2})", value))
    if unit == "day":
        return f"{span[0]:%a} {_day_name(span[0])}" + (f", {clock}" if clock else "")
    if unit == "month":
        return f"{_MONTH_NAMES[span[0].month - 1]} {span[0].year}"
    if unit == "year":
        return str(span[0].year)
    if unit == "season":
        return f"{_SEASON_NAMES[value[-2:]]} {value[:4]}"
    if unit == "quarter":
        return f"quarter {value[-1]} of {value[:4]}"
    if unit == "half":
        return f"half {value[-1]} of {value[:4]}"
    if unit == "decade":
        return f"{value[:3]}0s"
    return _between(*span)


def _day_name(day: date) -> str:
    return f"{day.day} {_MONTH_NAMES[day.month - 1]} {day.year}"


def _between(first: date, last: date) -> str:
    """Return "24–25 January 2026", naming month and year once where they are shared."""
    if first == last:
        return _day_name(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day_name(last)}"
    if first.year == last.year:
        return f"{first.day} {_MONTH_NAMES[first.month - 1]} – {_day_name(last)}"
    return f"{_day_name(first)} – {_day_name(last)}"


def _described_length(value: str) -> str:
    parts = re.findall(r"(T)?([0-9.]+|X+)(WE|DE|CE|[YMWDQHS])", value.removeprefix("P"))
    timed, words = False, []
    for clock, count, letter in parts:
        timed = timed or bool(clock)
        name = _UNIT_NAMES[("T" if timed else "") + letter]
        words.append(f"{'some' if 'X' in count else count} {name}{'' if count == '1' else 's'}")
    return " ".join(words)


def _described_set(value: str) -> str:
    if weekday := re.match(r"XXXX-WXX-([1-7])", value):
        return f"every {_WEEKDAY_NAMES[int(weekday[1]) - 1]}"
    length = _described_length(value)
    return f"every {length.removeprefix('1 ')}" if length else "repeatedly"


def _described_unplaced(value: str, text: str) -> str:
    if weekday := re.match(r"XXXX-WXX-([1-7])", value):
        name = f"a {_WEEKDAY_NAMES[int(weekday[1]) - 1]}"
    elif (month := re.match(r"XXXX-([0-9]{2})(?:-([0-9]{2}))?", value)) and 1 <= int(month[1]) <= 12:
        name = f"{int(month[2])} " if month[2] else ""
        name += f"{_MONTH_NAMES[int(month[1]) - 1]} of an unstated year"
    else:
        name = f"“{text}”"
    return f"{name} (not placed on the calendar)"


__all__ = ["Dateline", "TimeExpression", "TimexType", "describe", "find_dateline", "resolve"]
