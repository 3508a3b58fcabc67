"""Calendar arithmetic on TIMEX3 values: what days a value spans, and how to move it."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "weekend", "month", "quarter", "season", "half", "year", "decade", "century"]
Span = tuple[date, date]

# What a unit is called when it has no place on the calendar.
UNPLACED: dict[Unit, str] = {
    "day": "XXXX-XX-XX", "week": "XXXX-WXX", "weekend": "XXXX-WXX-WE", "month": "XXXX-XX", "quarter": "XXXX-QX",
    "season": "XXXX-XX", "half": "XXXX-HX", "year": "XXXX", "decade": "XXXX", "century": "XXXX",
}  # fmt: skip
# Unit word -> how many of which calendar unit.
CALENDAR_UNITS: dict[str, tuple[int, Unit]] = {
    "day": (1, "day"), "night": (1, "day"), "week": (1, "week"), "fortnight": (2, "week"), "weekend": (1, "weekend"),
    "month": (1, "month"), "quarter": (1, "quarter"), "year": (1, "year"), "decade": (1, "decade"),
    "century": (1, "century"),
}  # fmt: skip
# Unit word -> how many of which TIMEX3 duration letter; T stands for units below the day.
_LETTERS = {
    "second": (1, "TS"), "minute": (1, "TM"), "hour": (1, "TH"), "day": (1, "D"), "night": (1, "D"), "week": (1, "W"),
    "weekend": (1, "WE"), "fortnight": (2, "W"), "month": (1, "M"), "quarter": (1, "Q"), "year": (1, "Y"),
    "decade": (10, "Y"), "century": (100, "Y"), "millennium": (1000, "Y"),
}  # fmt: skip

# Meteorological seasons of the northern half, by the month they start in; winter runs into the next year.
SEASON_START = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}
_SEASON_OF_MONTH = {m: s for s, first in SEASON_START.items() for m in ((first + k - 1) % 12 + 1 for k in range(3))}

_VALUE = re.compile(
    r"(?P<y>[0-9]{4})(?:-(?:W(?P<w>[0-9]{2})(?:-(?:(?P<we>WE)|(?P<wd>[1-7])))?|Q(?P<q>[1-4])|H(?P<h>[12])"
    r"|(?P<s>SP|SU|FA|WI)|(?P<m>[0-9]{2})(?:-(?P<d>[0-9]{2}))?))?(?:T.*)?"
)


def make_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def add_days(day: date, days: int) -> date | None:
    """Return ``day`` moved by ``days``, or None outside the years 1 to 9999."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def add_months(day: date, months: int) -> date | None:
    """Return ``day`` moved by ``months``; the 31st becomes the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        return None
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def move(day: date, count: int, unit: Unit) -> date | None:
    """Return ``day`` moved by ``count`` units, or None outside the years 1 to 9999."""
    if unit == "day":
        return add_days(day, count)
    if unit in ("week", "weekend"):
        return add_days(day, 7 * count)
    months = {"month": 1, "quarter": 3, "season": 3, "half": 6, "year": 12, "decade": 120, "century": 1200}[unit]
    return add_months(day, months * count)


def value_of(day: date, unit: Unit) -> str:
    """Return the TIMEX3 value of the ``unit`` that ``day`` lies in."""
    if unit == "day":
        return day.isoformat()
    if unit in ("week", "weekend"):
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}" + ("-WE" if unit == "weekend" else "")
    if unit == "season":
        name = _SEASON_OF_MONTH[day.month]
        return f"{day.year - (name == 'WI' and day.month < 3):04}-{name}"
    if unit == "decade":
        return f"{day.year // 10:03}X"
    if unit == "century":
        return f"{day.year // 100:02}XX"
    if unit == "year":
        return f"{day.year:04}"
    if unit == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    if unit == "half":
        return f"{day.year:04}-H{(day.month + 5) // 6}"
    return f"{day.year:04}-{day.month:02}"


def duration_value(count: float | None, unit: str) -> str:
    """Return the TIMEX3 value of a length of time; None counts an unknown number (``PXD``)."""
    times, letters = _LETTERS[unit]
    timed, letter = letters[0] == "T" and len(letters) > 1, letters[-1] if letters[0] == "T" else letters
    if count is None:
        return {"decade": "PXDE", "century": "PXCE"}.get(unit, f"P{'T' if timed else ''}X{letter}")
    total = count * times
    return f"P{'T' if timed else ''}{int(total) if total == int(total) else total}{letter}"


def unit_of(value: str) -> Unit | None:
    """Return how fine a placed date value is, None for values not on the calendar."""
    if re.fullmatch(r"[0-9]{3}X", value):
        return "decade"
    if re.fullmatch(r"[0-9]{2}XX", value):
        return "century"
    m = _VALUE.fullmatch(value)
    if not m:
        return None
    if m["w"]:
        return "day" if m["wd"] else "weekend" if m["we"] else "week"
    if m["m"]:
        return "day" if m["d"] else "month"
    return "quarter" if m["q"] else "half" if m["h"] else "season" if m["s"] else "year"


def _months(year: int, first: int, count: int) -> Span | None:
    """Return the span of ``count`` months from month ``first`` (1 to 12) of ``year``."""
    start = make_date(year, first, 1)
    last = add_months(start, count) if start else None
    if not start or not last:
        return None
    return start, last - timedelta(days=1)


def span_of(value: str) -> Span | None:
    """Return the first and last day a value denotes, None where it is not on the calendar.

    Takes dates, weeks, weekends, months, quarters, halves, seasons, years, decades (``199X``),
    centuries (``19XX``), days with a time (``2026-02-04TMO``) and intervals (``first/last``).
    """
    if "/" in value:
        first, last = (span_of(part) for part in value.split("/", 1))
        return (first[0], last[1]) if first and last and first[0] <= last[1] else None
    if re.fullmatch(r"[0-9]{2,3}X{1,2}", value) and len(value) == 4:
        stem = value.rstrip("X")
        years = 10 ** (4 - len(stem))
        return _months(int(stem) * years, 1, 12 * years)
    m = _VALUE.fullmatch(value)
    if not m:
        return None
    year = int(m["y"])
    if m["w"]:
        try:
            monday = date.fromisocalendar(year, int(m["w"]), 1)
            if m["wd"]:
                return (day := monday + timedelta(days=int(m["wd"]) - 1)), day
            return (monday + timedelta(days=5 if m["we"] else 0)), monday + timedelta(days=6)
        except (ValueError, OverflowError):
            return None
    if m["q"]:
        return _months(year, 3 * int(m["q"]) - 2, 3)
    if m["h"]:
        return _months(year, 6 * int(m["h"]) - 5, 6)
    if m["s"]:
        return _months(year, SEASON_START[m["s"]], 3)
    if not m["m"]:
        return _months(year, 1, 12) if year else None
    month = int(m["m"])
    if not 1 <= month <= 12 or not year:
        return None
    if not m["d"]:
        return _months(year, month, 1)
    exact = make_date(year, month, int(m["d"]))
    return (exact, exact) if exact else None


def coarser(value: str, unit: Unit) -> bool:
    """Say whether a placed value is coarser than a unit, so that it has no single such unit in it."""
    own = unit_of(value)
    return own is not None and _RANK[own] > _RANK[unit]


def shift(value: str, count: int, unit: Unit) -> str | None:
    """Move a placed value by ``count`` units, keeping its own fineness where the unit is coarser.

    ``2026-Q3`` a year earlier is ``2025-Q3``; ``2026-02-04`` a month later is ``2026-03-04``; a year
    moved by weeks has no answer (None).
    """
    span = span_of(value)
    own = unit_of(value)
    if not span or not own or coarser(value, unit):
        return None
    moved = move(span[0], count, unit)
    return value_of(moved, own) if moved else None


_RANK = {
    "day": 0, "weekend": 1, "week": 1, "month": 2, "season": 3, "quarter": 3, "half": 4, "year": 5, "decade": 6,
    "century": 7,
}  # fmt: skip


def easter(year: int) -> date:
    """Return Western Easter Sunday (the anonymous Gregorian computus, Meeus, Astronomical Algorithms, ch. 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    x = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * x) // 451
    month, day = divmod(h + x - 7 * m + 114, 31)
    return date(year, month, day + 1)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """Return the ``nth`` (1 to 5, or -1 for the last) ISO ``weekday`` (1 to 7) of a month, None if there is none."""
    if nth == -1:
        last = date(year, month, calendar.monthrange(year, month)[1])
        return last - timedelta(days=(last.isoweekday() - weekday) % 7)
    first = date(year, month, 1)
    return make_date(year, month, 1 + (weekday - first.isoweekday()) % 7 + 7 * (nth - 1))


# Holiday -> month and day; or month, weekday and which one; or days from Easter, or from such a weekday.
_FIXED = {
    "new year's day": (1, 1), "new year's eve": (12, 31), "new year": (1, 1), "new year day": (1, 1), "epiphany": (1, 6),
    "groundhog day": (2, 2), "valentine's day": (2, 14), "st. patrick's day": (3, 17), "april fools' day": (4, 1),
    "earth day": (4, 22), "may day": (5, 1), "international workers' day": (5, 1), "juneteenth": (6, 19),
    "freedom day": (6, 19), "jubilee day": (6, 19), "independence day": (7, 4), "bastille day": (7, 14),
    "halloween": (10, 31), "all saints' day": (11, 1), "guy fawkes day": (11, 5), "veterans day": (11, 11),
    "armistice day": (11, 11), "christmas eve": (12, 24), "christmas": (12, 25), "christmas day": (12, 25),
    "boxing day": (12, 26), "inauguration day": (1, 20), "australia day": (1, 26),
    "international women's day": (3, 8), "cinco de mayo": (5, 5), "flag day": (6, 14), "canada day": (7, 1),
    "remembrance day": (11, 11), "world aids day": (12, 1),
}  # fmt: skip
_FLOATING = {
    "martin luther king day": (1, 1, 3), "presidents' day": (2, 1, 3), "mother's day": (5, 7, 2),
    "memorial day": (5, 1, -1), "father's day": (6, 7, 3), "labor day": (9, 1, 1), "columbus day": (10, 1, 2),
    "indigenous peoples' day": (10, 1, 2), "mlk day": (1, 1, 3), "martin luther king jr. day": (1, 1, 3),
    "thanksgiving": (11, 4, 4), "thanksgiving day": (11, 4, 4),
}  # fmt: skip
_DAYS_AFTER = {"black friday": ((11, 4, 4), 1), "cyber monday": ((11, 4, 4), 4), "election day": ((11, 1, 1), 1)}
_FROM_EASTER = {
    "mardi gras": -47, "shrove tuesday": -47, "ash wednesday": -46, "palm sunday": -7, "maundy thursday": -3, "good friday": -2, "easter": 0,
    "easter sunday": 0, "easter monday": 1, "ascension day": 39, "pentecost": 49, "whit monday": 50,
}  # fmt: skip
HOLIDAYS = frozenset((*_FIXED, *_FLOATING, *_FROM_EASTER, *_DAYS_AFTER))


def holiday(name: str, year: int) -> date | None:
    """Return the day of a holiday named in ``HOLIDAYS`` (American where countries differ), None outside the calendar."""
    if not 1583 <= year <= 9998:  # the Gregorian calendar and its last whole year
        return None
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name in _FLOATING:
        return nth_weekday(year, *_FLOATING[name])
    if name in _FROM_EASTER:
        return easter(year) + timedelta(days=_FROM_EASTER[name])
    weekday, days = _DAYS_AFTER[name]
    start = nth_weekday(year, *weekday)
    return add_days(start, days) if start else None
