"""How a reader is told of a day: the day, its bounds, or why neither is known."""

from __future__ import annotations

import re
from datetime import date

from dateline.index.dates.expressions import TimeExpression
from dateline.index.dates.timex_lexicon import WEEKDAYS


def describe_time(time: TimeExpression | None, published: str | None) -> str:
    """Describe ``time`` for a reader of an article ``published`` then: a day, bounds, or why neither is known."""
    if time is not None and time.earliest and time.latest:
        if time.earliest == time.latest:
            return show_day(time.earliest)
        if re.fullmatch(r"\d{4}", time.value):
            return time.value
        if re.fullmatch(r"\d{4}-\d{2}", time.value):
            return date.fromisoformat(time.earliest).strftime("%B %Y")
        return f"between {show_day(time.earliest)} and {show_day(time.latest)}"
    if time is not None and (time.earliest or time.latest):
        return f"from {show_day(time.earliest)}" if time.earliest else f"until {show_day(str(time.latest))}"
    if time is not None:
        weekday = next((d.capitalize() for d in WEEKDAYS if d in time.text.casefold()), None)
        said = f"a {weekday}" if weekday else f"“{time.text}”"
        return f"{said}; the article is undated" if not published else f"{said}; reported {show_day(published[:10])}"
    if published:
        return f"day not stated; reported {show_day(published[:10])}"
    return "day not stated; the article is undated"


def show_day(day: str) -> str:
    """An ISO day as "Sat 24 January 2026"."""
    value = date.fromisoformat(day)
    return f"{value:%a} {value.day} {value:%B %Y}"
