"""Rules for dates that count from the day of publication: deictic words, weekdays, this, last and next."""

from __future__ import annotations

from datetime import date

from dateline.index.dates.calendars import (
    CALENDAR_UNITS,
    UNPLACED,
    add_days,
    duration_value,
    make_date,
    move,
    span_of,
    value_of,
)
from dateline.index.dates.timex_grammar import Context, Grammar, Match, Reading, shape_of
from dateline.index.dates.timex_periods import place_season

grammar = Grammar()
rule = grammar.rule


def from_day(day: date | None, count: int, name: str) -> Reading | None:
    """Return the unit that lies ``count`` units from ``day``, unplaced where there is no day."""
    if name not in CALENDAR_UNITS:
        return None
    times, unit = CALENDAR_UNITS[name]
    if day is None:
        return Reading("DATE", UNPLACED[unit], anchors=False)
    moved = move(day, count * times, unit)
    return Reading("DATE", value_of(moved, unit)) if moved else None


def window(context: Context, way: int, unit: str, count: int | None) -> Reading:
    """Return "the past two years": a length, with the days it covers up to (or from) publication."""
    value, published = duration_value(count, unit), context.published
    if not published:
        return Reading("DURATION", value, anchors=False)
    other = None
    if unit == "quarter" and count and count < 1000:  # whole quarters, as reports count them
        near, far = (from_day(published, way * k, "quarter") for k in (1, count))
        days = sorted(day for reading in (near, far) if reading for day in span_of(reading.value) or ())
        return Reading("DURATION", value, (days[0], days[-1]) if days else None, anchors=False)
    if count and count < 10**5:
        times, calendar_unit = CALENDAR_UNITS.get(unit, (0, "day"))
        other = move(published, way * count * times, calendar_unit)
    return Reading("DURATION", value, (other, published) if way < 0 else (published, other), anchors=False)


def cut(m: Match, context: Context, reading: Reading | None) -> Reading | None:
    """Cut "earlier this month" off at publication, "later this month" before it, "early" to the first half."""
    if reading is None:
        return None
    span, published = span_of(reading.value), context.published
    word = m.word("early") if "early" in m else ""
    if not (span and published and span[0] <= published <= span[1]) or word not in ("earlier", "later"):
        return m.narrowed(reading)
    return Reading(reading.type, reading.value, (span[0], published) if word == "earlier" else (published, span[1]))


@rule("early? deictic", "early in deictic")
def _deictic(m: Match, context: Context) -> Reading | None:
    if _in_a_name(context, m.at("deictic")):
        return None
    day = add_days(context.published, m.int("deictic")) if context.published else None
    value = day.isoformat() if day else UNPLACED["day"]
    if m.word("deictic") in ("tonight", "tonite"):
        return Reading("TIME", f"{value}TNI")
    return Reading("DATE", value)


def _in_a_name(context: Context, index: int) -> bool:
    """Say whether a capitalised word follows another, as in the name of a newspaper."""
    tokens = context.tokens
    if index == 0 or not tokens.text[tokens.starts[index]].isupper():
        return False
    return tokens.words[index - 1].isalpha() and tokens.text[tokens.starts[index - 1]].isupper()


@rule("the day=unit before|after deictic")
def _day_after_deictic(m: Match, context: Context) -> Reading | None:
    ahead = {"tomorrow": 2, "yesterday": -2}.get(m.word("deictic"))
    return from_day(context.published, ahead, "day") if m.word("day") == "day" and ahead else None


@rule("early? last|next|this? weekday", "the last|next weekday", "this last|next weekday")
def _weekday(m: Match, context: Context) -> Reading | None:
    tokens, after = context.tokens, context.tokens.words[m.stop : m.stop + 1]
    if after == ["night"] and tokens.text[tokens.starts[m.stop]] == "N":
        return None  # the name of a programme
    if tokens.words[m.first - 1 : m.first] in (["a"], ["any"]) and (not after or not after[0].isalpha()):
        return Reading("DATE", f"XXXX-WXX-{m.int('weekday')}", anchors=False)  # "it falls on a Monday."
    return Reading("DATE", _place_weekday(context, m, m.int("weekday")))


@rule("on|to|by|from|comma|and [ short-weekday ]", "last|next|this short-weekday")
def _short_weekday(m: Match, context: Context) -> Reading | None:
    return Reading("DATE", _place_weekday(context, m, m.int("short-weekday")))


def _place_weekday(context: Context, m: Match, weekday: int) -> str:
    """Return the day that a weekday names, by its lead ("last", "next", "this past") or else by the verb."""
    published = context.published
    if published is None:
        return f"XXXX-WXX-{weekday}"
    back = (published.isoweekday() - weekday) % 7
    lead, way = m.lead
    words = context.tokens.words[m.first : m.stop]
    if way < 0 or "past" in words:
        offset = -(back or 7)
    elif "coming" in words or "upcoming" in words:
        offset = 7 - back
    elif lead in ("next", "following"):
        offset = 7 + weekday - published.isoweekday()
    elif lead in ("this", "current"):
        offset = weekday - published.isoweekday()
    elif context.future(m.first, m.stop):
        offset = (7 - back) % 7
    else:
        offset = -back
    day = add_days(published, offset)
    return day.isoformat() if day else f"XXXX-WXX-{weekday}"


@rule(
    "last|next|this unit on? weekdayish",
    "weekdayish of? the? last|next|this unit",
    "weekdayish comma last|next|this unit",
)
def _weekday_of_week(m: Match, context: Context) -> Reading | None:
    if m.str("unit") != "week":
        return None
    weekday, (_, way) = m.int("weekdayish"), m.lead
    if context.published is None:
        return Reading("DATE", f"XXXX-WXX-{weekday}")
    day = add_days(context.published, 7 * way + weekday - context.published.isoweekday())
    return Reading("DATE", day.isoformat()) if day else None


@rule(
    "the? early? last|this unit",
    "early? next unit",
    "the? early in the? last|next|this unit",
    "the? edge of the? last|next|this unit",
    "last|next|this unit poss edge",
    "the? last|next|this fiscal|calendar|financial|working unit",
)
def _this_unit(m: Match, context: Context) -> Reading | None:
    """Read "last week", "early this month", "the end of next year"."""
    unit, (lead, way) = m.str("unit"), m.lead
    if unit not in CALENDAR_UNITS:
        return window(context, way, unit, 1) if way and unit != "millennium" else None
    if unit == "night":
        reading = from_day(context.published, way, "day")
        return Reading("TIME", f"{reading.value}TNI") if reading else None
    if lead == "past" and unit == "day":
        return None
    with_the = context.tokens.words[m.first] == "the"
    if with_the and (lead == "past" or (lead == "last" and unit in ("decade", "century"))):
        days = window(context, -1, unit, 1)
        last = from_day(context.published, -1, unit)
        # A year, a month or a week back has the last one's value, as annotators write it, and days of its own.
        return Reading("DATE", last.value, days.bounds) if last and unit in ("week", "month", "year") else days
    return cut(m, context, from_day(context.published, way, unit))


@rule(
    "the? early? last|next|this month",
    "early in last|next|this month",
    "the? edge of last|next|this month",
    "this last month",
)
def _this_month(m: Match, context: Context) -> Reading | None:
    month, published, (_, way) = m.int("month"), context.published, m.lead
    tokens, i = context.tokens, m.at("month")
    if not tokens.text[tokens.starts[i]].isupper() and m.word("month") in ("may", "march"):
        return None
    if published is None:
        return Reading("DATE", f"XXXX-{month:02}")
    if "past" in tokens.words[m.first : m.stop]:
        way = -1
    return cut(
        m, context, Reading("DATE", f"{published.year + _years_off(way, month - published.month):04}-{month:02}")
    )


def _years_off(way: int, ahead: int) -> int:
    """Return which year's month "last", "this" or "next" means, given how far its number is ahead."""
    return -(ahead >= 0) if way < 0 else int(ahead <= 0) if way > 0 else 0


@rule("last|next|this month the? day", "last|next|this day of month")
def _this_month_day(m: Match, context: Context) -> Reading | None:
    month, day, published, (_, way) = m.int("month"), m.int("day"), context.published, m.lead
    if published is None:
        return Reading("DATE", f"XXXX-{month:02}-{day:02}") if make_date(2000, month, day) else None
    ahead = (month - published.month) * 31 + day - published.day
    exact = make_date(published.year + _years_off(way, ahead), month, day)
    return Reading("DATE", exact.isoformat()) if exact else None


@rule("the? early? last|next|this season", "the? edge of last|next|this season", "this past=last season")
def _this_season(m: Match, context: Context) -> Reading | None:
    season, published, (lead, way) = m.str("season"), context.published, m.lead
    if published is None:
        return Reading("DATE", f"XXXX-{season}")
    if lead == "this" and "past" not in m:
        return cut(m, context, Reading("DATE", f"{published.year:04}-{season}"))
    latest = span_of(place_season(context, season, ahead=False))
    inside = latest is not None and latest[0] <= published <= latest[1]
    if way > 0:
        value = place_season(context, season, ahead=True)
        return Reading("DATE", f"{int(value[:4]) + inside:04}-{season}")
    return Reading("DATE", f"{latest[0].year - inside:04}-{season}") if latest else None


@rule("(by|at)? [ the? edge of the unit ]", "the? unit poss|dash edge")
def _edge_of_unit(m: Match, context: Context) -> Reading | None:
    """Read "by the end of the year", "year-end"."""
    if m.str("unit") not in ("day", "week", "month", "quarter", "year", "decade"):
        return None
    reading = from_day(context.published, 0, m.str("unit"))
    return m.narrowed(reading) if reading and m.str("unit") != "day" else reading


@rule("the weekend=unit", "in|during|for [ the unit ]")
def _the_unit(m: Match, context: Context) -> Reading | None:
    """Read "over the weekend" by the verb, and "in the month" as the current one."""
    published = context.published
    unit = m.str("weekend" if "weekend" in m else "unit")
    if unit == "weekend":
        if published is None:
            return Reading("DATE", UNPLACED["weekend"], anchors=False)
        back = published.isoweekday() < 6 and not context.future(m.first, m.stop)
        return from_day(published, -1 if back else 0, "weekend")
    lead = context.tokens.words[m.first - 1] if m.first else ""
    if "weekend" in m or unit not in ("day", "week", "month", "year") or (unit == "day" and lead != "for"):
        return None
    if unit == "year" and lead == "for":
        return Reading("DURATION", "P1Y", anchors=False)
    return from_day(published, 0, unit)


@rule("the? edge of the new unit", "the new unit", "the new unit poss? edge")
def _new_unit(m: Match, context: Context) -> Reading | None:
    """Read "the start of the new year": the year that has just begun, or begins soon."""
    published = context.published
    if m.str("unit") != "year":
        return None
    if published is None:
        return Reading("DATE", UNPLACED["year"], anchors=False)
    return m.narrowed(Reading("DATE", f"{published.year + (published.month > 9):04}"))


@rule("ref", "right [ ref ]", "at present=present")
def _reference(m: Match, context: Context) -> Reading | None:
    return reference(context, m.str("ref") if "ref" in m else "PRESENT_REF")


def reference(context: Context, value: str) -> Reading:
    """Return a reading for the vague past, present or future, bounded by the day of publication."""
    published = context.published
    return Reading(
        "DATE", value,
        (None if value == "PAST_REF" else published, None if value == "FUTURE_REF" else published),
        anchors=False,
    )  # fmt: skip


_COUNTED = shape_of("unit|units|vague|small|number|word-number|season|month|weekday")


@rule("the future", "in [ the past=last ]")
def _the_future(m: Match, context: Context) -> Reading | None:
    after = context.tokens.shape[m.stop : m.stop + 1]
    if "past" in m and (m.word("past") != "past" or (after and after in _COUNTED)):
        return None
    return reference(context, "PAST_REF" if "past" in m else "FUTURE_REF")


@rule("recent units", "next units")
def _recent(m: Match, context: Context) -> Reading | None:
    if "next" in m and m.word("next") not in ("coming", "upcoming"):
        return None
    return window(context, 1 if "next" in m else -1, m.str("units"), None)
