"""Rules for dates some units away: ago and from now, earlier and later, and what counts from the last date named."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dateline.index.dates.calendars import (
    CALENDAR_UNITS,
    UNPLACED,
    add_days,
    coarser,
    move,
    shift,
    span_of,
    unit_of,
    value_of,
)
from dateline.index.dates.timex_grammar import Context, Grammar, Match, Reading, shape_of
from dateline.index.dates.timex_periods import place_part
from dateline.index.dates.timex_relative import from_day, reference

grammar = Grammar()
rule = grammar.rule

_MOST = 10**5  # units: what lies further away is no date


def from_last(context: Context, count: int, name: str, keep: bool = False) -> Reading | None:
    """Return the unit ``count`` units from the date last mentioned, or from publication where none was.

    With ``keep``, the date keeps its own fineness: a year before a quarter is a quarter. Without a dateline only
    the bounds follow from that date: the value stays unplaced.
    """
    if name not in CALENDAR_UNITS:
        return None
    times, unit = CALENDAR_UNITS[name]
    value = shift(context.last, count * times, unit) if context.last else None
    if value is None:
        return from_day(context.published, count, name)
    span = span_of(value)
    if not keep and span:
        value = value_of(span[0], unit)
    if context.published is None:
        return Reading("DATE", UNPLACED[unit_of(value) or unit], span_of(value), anchors=False)
    return Reading("DATE", value)


def _is_period_end(context: Context) -> bool:
    """Say whether the date last mentioned is one that reports compare years by: a quarter, or a day well past."""
    unit = unit_of(context.last) if context.last else None
    span = span_of(context.last) if context.last else None
    if unit == "quarter":
        return True
    return bool(unit == "day" and span and context.published and abs((context.published - span[0]).days) > 7)


def _count(m: Match) -> float | None:
    """Return how many units a match counts, None where it does not say."""
    count = m.value("vague") if "vague" in m else m.value("count") if "count" in m else None
    if not isinstance(count, (int, float)):
        return None
    return count + 0.5 if "half" in m else count


@rule(
    "about? (more|less than)? count and? anyunit ago",
    "article? vague of? anyunit ago",
    "about? count (and|dash article? half)? anyunit (and so)? ago",
    "about? count anyunit and article half ago",
    "about? half article? anyunit ago",
    "anyunit ago",
)
def _ago(m: Match, context: Context) -> Reading | None:
    quarter = context.last if context.last and unit_of(context.last) == "quarter" else None
    if quarter and m.str("anyunit") == "year" and _count(m) == 1 and context.published:
        return Reading("DATE", shift(quarter, -1, "year") or quarter, anchors=False)  # figures compared by quarter
    return _away(m, context, -1, context.published)


@rule("count=count|vague anyunit from deictic|ref", "count anyunit hence", "half article anyunit from ref")
def _from_now(m: Match, context: Context) -> Reading | None:
    start = context.published
    if start and "deictic" in m:
        start = add_days(start, m.int("deictic"))
    return _away(m, context, 1, start)


_FORWARD = frozenset(
    ("will", "ll", "shall", "would", "could", "may", "might", "due", "expected", "scheduled", "schedule")
)


@rule("in [ about? count=count|vague of? anyunit (poss|apostrophe time)? ]")
def _in_units(m: Match, context: Context) -> Reading | None:
    """Read "in two weeks" as a date where the verb looks ahead, else as a length."""
    if _count(m) is None or not _FORWARD & set(context.tokens.words[max(m.first - 8, 0) : m.first]):
        return None  # "the first time in 20 years"
    return _away(m, context, 1, context.published)


def _away(m: Match, context: Context, way: int, start: date | None) -> Reading | None:
    """Return what lies the counted units from ``start``; an unknown count is only past or future."""
    unit = m.str("anyunit")
    count = 0.5 if "half" in m and "count" not in m else _count(m)
    if count is None:
        return reference(context, "PAST_REF" if way < 0 else "FUTURE_REF")
    if count > _MOST:
        return None
    if unit in ("second", "minute", "hour"):
        return _clock_away(context, timedelta(**{unit + "s": way * count}), start)
    if count != int(count):
        if unit not in ("year", "decade"):
            return None
        return from_day(start, way * int(count * (12 if unit == "year" else 120)), "month")
    reading = from_day(start, way * int(count), unit)
    if unit == "decade" and start and reading and (about := move(start, way * int(count), "decade")):
        around = move(about, -5, "year"), move(about, 5, "year")
        return Reading("DATE", value_of(about, "year"), around)  # a round number of years, give or take a few
    return reading


def _clock_away(context: Context, off: timedelta, start: date | None) -> Reading | None:
    """Return a time counted in hours or less: exact where the time of publication is known."""
    if context.moment is None:
        return Reading("TIME", start.isoformat() if start else UNPLACED["day"], anchors=False)
    try:
        moved: datetime = context.moment + off
    except OverflowError:
        return None
    return Reading("TIME", moved.isoformat(timespec="minutes"), anchors=False)


@rule(
    "about? count=count|vague anyunit early",
    "article? vague of? anyunit early",
    "about? count=count|vague anyunit before|afterwards|afterward",
)
def _earlier(m: Match, context: Context) -> Reading | None:
    word = context.tokens.words[m.stop - 1]
    after = context.tokens.shape[m.stop : m.stop + 1]
    if word in ("early", "late", "mid") or (after and after in _OWN_DATES):
        return None  # "30 minutes, later this week"
    way = -1 if word in ("earlier", "before") else 1
    count, unit = _count(m), m.str("anyunit")
    if unit in ("second", "minute", "hour") and count is not None and count <= _MOST and word == "later":
        return _clock_away(context, timedelta(**{unit + "s": count}), context.published)
    if count is None or count > _MOST or count != int(count) or (way > 0 and context.last is None):
        return None  # "three years later", than what nobody has said
    reading = from_last(context, way * int(count), unit, keep=_is_period_end(context))
    return Reading(reading.type, reading.value, reading.bounds, anchors=unit != "year") if reading else None


_OWN_DATES = shape_of("this|next|that|in|deictic")
_CLAUSE_ENDS = frozenset(("", ".", ",", "'", "’", "”", '"', ")", ";", ":", "and", "?", "!"))


@rule("the unit before|after|early|last")
def _unit_prior(m: Match, context: Context) -> Reading | None:
    """Read "the day before", "the weekend prior", "the year after"."""
    words = context.tokens.words
    way = {"before": -1, "prior": -1, "earlier": -1, "previous": -1, "after": 1, "later": 1}.get(words[m.stop - 1])
    after = words[m.stop] if m.stop < len(words) else ""
    if way is None or (words[m.stop - 1] in ("before", "after") and after not in _CLAUSE_ENDS):
        return None
    return from_last(context, way, m.str("unit"))


@rule("the next unit", "the last unit", "the early in the next unit")
def _next_unit(m: Match, context: Context) -> Reading | None:
    """Read "the following year" from the date last mentioned; "the next week" from there too, unless it lies ahead."""
    unit, (lead, way) = m.str("unit"), m.lead
    if lead in ("last", "past") or unit not in CALENDAR_UNITS:
        return None
    if lead in ("next", "coming", "upcoming") and unit != "day" and context.future(m.first, m.stop):
        return from_day(context.published, 1, unit)
    return _at_night(unit, from_last(context, way, unit))


def _at_night(unit: str, day: Reading | None) -> Reading | None:
    """Turn the day of "that night" into its night."""
    return Reading("TIME", f"{day.value}TNI", day.bounds) if unit == "night" and day else day


@rule("early? the? that unit", "early in that unit", "the edge of that unit")
def _that_unit(m: Match, context: Context) -> Reading | None:
    unit = m.str("unit")
    if unit not in CALENDAR_UNITS:
        return None
    fine = CALENDAR_UNITS[unit][1]
    span = span_of(context.last) if context.last else None
    if span is None and (m.word("that") == "same" or context.published is None):
        return _at_night(unit, from_day(context.published, 0, unit))
    if span is None:
        return None
    value = value_of(span[0], fine)
    if context.published is None or (context.last and coarser(context.last, fine)):
        within = span if context.last and coarser(context.last, fine) else span_of(value)
        return _at_night(unit, Reading("DATE", UNPLACED[fine], within, anchors=False))
    return _at_night(unit, Reading("DATE", value))


@rule(
    "the quarter=unit",
    "the latest=latest|comparable|corresponding quarter=unit",
    "the quarter=unit article year=unit ago",
)
def _the_quarter(m: Match, context: Context) -> Reading | None:
    if m.str("quarter") != "quarter":
        return None
    if "year" in m:
        return from_last(context, -1, "year", keep=True)
    if "latest" not in m and context.last and unit_of(context.last) == "quarter":
        return Reading("DATE", context.last)
    return from_day(context.published, -1, "quarter")


@rule(
    "last|next|this unit poss fiscal? nth? dash? unit2=unit",
    "the? nth unit2=unit of last|next|this unit",
    "the? comparable|corresponding|that? unit2=period|unit of|in? last|next|this unit",
)
def _part_of_year(m: Match, context: Context) -> Reading | None:
    """Read "last year's third quarter"; without its number the quarter is the one last mentioned."""
    part, (_, way) = m.word("unit2"), m.lead
    if m.str("unit") != "year" or part not in ("quarter", "half", "period"):
        return None
    if context.published is None:
        return Reading("DATE", "XXXX-QX", anchors=False)
    year = context.published.year + way
    if "nth" in m:
        letter, most = ("H", 2) if part == "half" else ("Q", 4)
        return Reading("DATE", f"{year:04}-{letter}{m.int('nth')}") if 1 <= m.int("nth") <= most else None
    if context.last and unit_of(context.last) == "quarter":
        return Reading("DATE", f"{year:04}{context.last[4:]}")
    return Reading("DATE", f"{year:04}", anchors=False)


@rule(
    "the|article? comparable|corresponding? year=unit dash ago|early (unit2=period|unit)?",
    "the|article? year=unit dash ago|early nth unit2=unit",
)
def _year_earlier(m: Match, context: Context) -> Reading | None:
    """Read "the year-earlier quarter", "year-ago"."""
    if m.word("year") != "year":
        return None
    if "nth" in m and m.str("unit2") == "quarter" and 1 <= m.int("nth") <= 4:
        return Reading("DATE", shift(place_part(context, m, "Q", m.int("nth")), -1, "year") or "XXXX-QX")
    if "unit2" in m and m.str("unit2") == "quarter" and not (context.last and unit_of(context.last) == "quarter"):
        return from_day(move(context.published, -1, "year") if context.published else None, -1, "quarter")
    reading = from_last(context, -1, "year", keep=_is_period_end(context))
    return Reading(reading.type, reading.value, reading.bounds, anchors=False) if reading else None
