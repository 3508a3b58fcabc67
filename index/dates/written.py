"""A date as people and programs write it in a field, a header or a line -> ISO form.

One reading for text, HTML, feeds, mail, tables and JSON alike. Whether "01/02/2026" begins with the day or
with the month is never guessed from the date itself: ``day_order`` decides it once for a source, from its other
dates, its language, its address or a time zone, and where nothing tells, the date is ambiguous.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal

from dateline.index.dates.timex_lexicon import MONTHS

Order = Literal["day", "month"]
"""What a date in figures begins with."""

YEARS = range(1500, 2200)
"""Years in which something may have been published."""


class AmbiguousDateError(ValueError):
    """A date in figures whose day and month could change places."""


_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_MONTHS = tuple(name[:3] for name in MONTHS)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_TIME = r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<year>\d{4})(?P<mark>[-/.])(?P<figure>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)",
        rf"(?<![\d:]){_DAY}(?:\s+of)?[\s.-]*\b{_MONTH}\b[.,]?[\s,-]*(?P<year>\d{{4}}|\d{{2}})(?![\d:])",
        rf"\b{_MONTH}\b\.?[\s-]*{_DAY},?[\s-]*(?P<year>\d{{4}})(?!\d)",
        rf"\b{_MONTH}\b\.?\s+{_DAY},?\s+(?={_TIME})(?P<clock>[\d:]+)[^\d]*?\s(?P<year>\d{{4}})(?!\d)".replace(
            _TIME, r"\d{1,2}:\d\d"
        ),
        r"(?<!\d)(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second_figure>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?!\d)",
    )
)
_CLOCK = re.compile(rf"(?<![\d/.-]){_TIME}", re.IGNORECASE)
_ZONE = re.compile(
    r"(?:\b(?:GMT|UTC)|(?<=[\d\s]))\s?(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})\b|\b(?:GMT|UTC|Z)\b|(?<=\d)Z\b"
)
_ABBREVIATED = {
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "CET": 1,
    "CEST": 2,
}
_AMERICAN = re.compile(r"\b(?:[ECMP][SD]?T|AK[SD]T|HST)\b")
_BRITISH = re.compile(r"\b(?:BST|CES?T|EES?T|WES?T|IST|PKT|SAST|AE[SD]T|NZ[SD]T|MSK|WIB|SGT|HKT)\b")
_REST = re.compile(
    r"\([^()]{0,60}\)|\b(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\b|(?-i:\b[A-Z][a-z]{1,2}(?=[,.]))"
    r"|\b(?:at|on|the|of|date|dated|published|posted|issued|released|first|o['’]clock|[ap]\.?m)\b\.?|(?-i:\b[A-Z]{1,4}T?\b|T(?=\s|\d))|[^\w(]+|[_(]",
    re.IGNORECASE,
)
_NONE = frozenset(("", "nat", "nan", "none", "null", "n/a", "na", "nil", "undefined", "unknown", "undated", "-", "--"))
_UNSET = (date(1969, 12, 31), date(1970, 1, 1))
"""Days that a program writes where it knows of none."""
_EPOCH = (datetime(1975, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp())
_SHEET = (date(1990, 1, 1) - date(1899, 12, 30)).days, (date(2100, 1, 1) - date(1899, 12, 30)).days
"""Days as a spreadsheet counts them."""
_FIGURES = re.compile(r"(?<![\d./-])(\d{1,2})([-/.])(\d{1,2})\2(?:\d{4}|\d{2})(?![\d/-]|\.\d)")


def read_date(value: object, order: Order | None = None) -> str | None:
    """Return a date (or date-time) in ISO form; None for what says that there is none.

    ``order`` is what dates in figures begin with in the source, if that is known. Raises AmbiguousDateError where
    it is not and matters, ValueError for what names no day.
    """
    if isinstance(value, datetime | date):
        return _sound(value)
    if isinstance(value, bool):
        raise ValueError(str(value))
    if isinstance(value, int | float):
        return None if isinstance(value, float) and not math.isfinite(value) else _counted(value)
    if value is None or (isinstance(value, str) and value.strip().lower() in _NONE):
        return None
    if not isinstance(value, str):
        raise ValueError(str(value))
    return _read(" ".join(value.split())[:200], order)


@lru_cache(4096)
def _read(text: str, order: Order | None) -> str | None:
    if text.isdigit():
        if len(text) == 8 or len(text) == 14:
            return _sound(datetime.strptime(text, "%Y%m%d" if len(text) == 8 else "%Y%m%d%H%M%S"), len(text) == 8)
        return _counted(int(text)) if len(text) < 17 else _no_day(text)
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return _sound(read(text))
        except ValueError:
            continue
    if re.match(r"0000-00-00|0001-01-01", text):
        return None
    order = order or day_order([], zone=text)
    for form in _FORMS:
        match = form.search(text)
        if match:
            day = _day(match.groupdict(), order)
            rest = text[: match.start()] + " " + (match.groupdict().get("clock") or "") + " " + text[match.end() :]
            return _sound(*_timed(day, rest, text))
    return _foreign(text)


def day_order(texts: Iterable[str], *, language: str = "", address: str = "", zone: str = "") -> Order | None:
    """Return what dates in figures begin with in a source, None where nothing tells.

    ``texts`` are other dates of the source: "29/01/2026" can be read in one way only. Then count a time
    zone named beside the date, the country of the language ("en-US") and that of the site's address.
    """
    seen: set[Order] = set()
    for text in texts:
        for first, mark, second in _FIGURES.findall(text):
            if mark == "." or int(first) > 12 >= int(second):
                seen.add("day")
            elif int(second) > 12 >= int(first):
                seen.add("month")
    if len(seen) == 1:
        return seen.pop()
    for american, other in ((_AMERICAN.search(zone), _BRITISH.search(zone)), _country(language, address)):
        if bool(american) != bool(other):
            return "month" if american else "day"
    return None


def _country(language: str, address: str) -> tuple[bool, bool]:
    """Return whether language and address are American, and whether they are of another country."""
    tag = language.replace("_", "-").lower().strip()
    if "-" in tag or tag[:2] not in ("", "en"):
        american = tag in ("en-us", "es-us")
        return american, not american
    top = address.rsplit(".", 1)[-1].lower() if "." in address else ""
    # Other lands' endings of two letters are sold to anyone.
    return top in ("gov", "us", "mil"), len(top) == 2 and top not in (
        "us",
        "io",
        "co",
        "me",
        "tv",
        "ai",
        "fm",
        "ly",
        "ws",
        "cc",
    )


def _day(parts: dict[str, str | None], order: Order | None) -> date:
    year = int(parts["year"] or 0)
    if len(parts["year"] or "") == 2:
        year += 2000 if year < 70 else 1900
    if parts.get("month"):
        return date(year, _MONTHS.index((parts["month"] or "")[:3].lower()) + 1, int(parts["day"] or 0))
    if parts.get("figure"):
        return date(year, int(parts["figure"] or 0), int(parts["day"] or 0))
    first, second = int(parts["first"] or 0), int(parts["second_figure"] or 0)
    if parts["mark"] == "." or first > 12:
        order = "day"
    elif second > 12:
        order = "month"
    if order is None and first != second:
        raise AmbiguousDateError(
            f"{parts['first']}{parts['mark']}{parts['second_figure']}{parts['mark']}{parts['year']}"
        )
    day, month = (second, first) if order == "month" else (first, second)
    return date(year, month, day)


def _timed(day: date, rest: str, text: str) -> tuple[date, bool]:
    """Return the day with the time named beside it, and whether there is none; raises ValueError for other words."""
    clock = _CLOCK.search(rest)
    after = rest[: clock.start()] + " " + rest[clock.end() :] if clock else rest
    zone = _ZONE.search(rest)
    # What stands beside a date may be a weekday, a zone or a label, and no word of a sentence.
    if re.search(r"\w", _REST.sub(" ", _ZONE.sub(" ", after))):
        raise ValueError(text)
    if not clock:
        return day, True
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    days, hour = (1, 0) if hour == 24 else (0, hour)
    moment = datetime(day.year, day.month, day.day, hour, int(clock["minute"]), int(clock["second"] or 0))
    moment += timedelta(days=days)
    named = re.search(r"\b(" + "|".join(_ABBREVIATED) + r")\b", rest)
    if zone and zone["sign"]:
        shift = timedelta(hours=int(zone["hours"]), minutes=int(zone["minutes"]))
        moment = moment.replace(tzinfo=timezone(-shift if zone["sign"] == "-" else shift))
    elif zone or named:
        moment = moment.replace(tzinfo=timezone(timedelta(hours=_ABBREVIATED[named[1]] if named and not zone else 0)))
    return moment, False


def _counted(value: float) -> str | None:
    """Return the moment of seconds or milliseconds since 1970, or the day a spreadsheet counts."""
    if value == 0:
        return None
    for unit in (1, 1_000, 1_000_000):
        if _EPOCH[0] <= value / unit <= _EPOCH[1]:
            return datetime.fromtimestamp(value / unit, UTC).replace(microsecond=0).isoformat()
    if _SHEET[0] <= value <= _SHEET[1]:
        return (date(1899, 12, 30) + timedelta(days=int(value))).isoformat()
    if isinstance(value, int) and len(str(value)) == 8:
        return _sound(datetime.strptime(str(value), "%Y%m%d"), True)
    return _no_day(str(value))


def _foreign(text: str) -> str:
    """Return a date with a month's name in another language, read by dateparser where it is installed."""
    if not re.search(r"[^\W\d_]{3}", text) or not re.search(r"(?<!\d)\d{4}(?!\d)", text):
        return _no_day(text)
    try:
        from dateparser import parse  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        return _no_day(text)
    found = parse(text, settings={"PARSERS": ["absolute-time"], "STRICT_PARSING": True})
    return (_sound(found, ":" not in text) if found else None) or _no_day(text)


def _sound(value: date, whole_day: bool = False) -> str | None:
    """Return the ISO form; None for a day that only stands where nothing was known."""
    day = value.date() if isinstance(value, datetime) else value
    if day in _UNSET or day.year == 1:
        return None
    if day.year not in YEARS:
        return _no_day(str(day))
    return (day if whole_day else value).isoformat()


def _no_day(text: str) -> str:
    raise ValueError(text)


_IN_ADDRESS = re.compile(
    r"/(?P<year>(?:19|20)\d\d)(?P<mark>[/-])(?P<month>\d{1,2}|[a-z]{3,9})(?P=mark)(?P<day>\d{1,2})(?=[/_-]|\Z)|"
    r"/(?P<compact>(?:19|20)\d{6})(?=[/_-])",
    re.IGNORECASE,
)


def day_of_address(url: str) -> str | None:
    """Return the day that an article's address names (``/2026/01/29/``, ``/2026/jan/29/``) in ISO form, else None."""
    match = _IN_ADDRESS.search(url.partition("?")[0].partition("#")[0])
    if not match:
        return None
    written = match["compact"] or f"{match['day']} {match['month']} {match['year']}"
    if match["month"] and match["month"].isdigit():
        written = f"{match['year']}-{match['month']}-{match['day']}"
    try:
        return read_date(written)
    except ValueError:
        return None
