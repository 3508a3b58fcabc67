"""Rules for dates that count from somewhere: from the day of publication or the date last mentioned."""

from __future__ import annotations

from datetime import date, timedelta

from index.calendars import Unit, add_days, move, shift, span_of, unit_of, value_of
from index.timex_dates import place, place_part, place_season
from index.timex_grammar import Context, Grammar, Match, Reading
from index.timex_tokens import code

grammar = Grammar()
rule = grammar.rule

# What a unit is called when it has no place on the calendar.
UNPLACED: dict[str, str] = {
    "day": "XXXX-XX-XX", "night": "XXXX-XX-XX", "week": "XXXX-WXX", "weekend": "XXXX-WXX-WE", "month": "XXXX-XX",
    "quarter": "XXXX-QX", "season": "XXXX-XX", "half": "XXXX-HX", "year": "XXXX", "decade": "XXXX", "century": "XXXX",
}  # fmt: skip
_SCALE: dict[str, tuple[int, Unit]] = {
    "day": (1, "day"), "night": (1, "day"), "week": (1, "week"), "fortnight": (2, "week"), "weekend": (1, "weekend"),
    "month": (1, "month"), "quarter": (1, "quarter"), "year": (1, "year"), "decade": (1, "decade"),
    "century": (1, "century"),
}  # fmt: skip
_REFERENCES = {-1: "PAST_REF", 0: "PRESENT_REF", 1: "FUTURE_REF"}


def calendar_unit(name: str) -> tuple[int, Unit] | None:
    """Return how many of which calendar unit a unit word stands for; None below the day."""
    return _SCALE.get(name)


def from_day(context: Context, day: date | None, count: int, name: str) -> Reading | None:
    """Return the unit that lies ``count`` units from ``day``, unplaced where there is no day."""
    scale = calendar_unit(name)
    if scale is None:
        return None
    times, unit = scale
    if day is None:
        return Reading("DATE", UNPLACED[unit], anchors=False)
    moved = move(day, count * times, unit)
    return Reading("DATE", value_of(moved, unit)) if moved else None


def from_last(context: Context, count: int, name: str, keep: bool = False) -> Reading | None:
    """Return the unit ``count`` units from the date last mentioned, or from publication where none was.

    Without a dateline only the bounds follow from that date: the value stays unplaced.
    """
    scale = calendar_unit(name)
    if scale is None:
        return None
    times, unit = scale
    value = shift(context.last, count * times, unit) if context.last else None
    if value is None:
        return from_day(context, context.published, count, name)
    if not keep:
        span = span_of(value)
        value = value_of(span[0], unit) if span else value
    if context.published is None:
        span = span_of(value)
        return Reading("DATE", UNPLACED[unit_of(value) or unit], span, anchors=False)
    return Reading("DATE", value)


def _narrowed(reading: Reading | None, m: Match, context: Context) -> Reading | None:
    """Cut "earlier this month" off after publication and "later this month" before it."""
    published = context.published
    word = m.word("early") if "early" in m else ""
    span = span_of(reading.value) if reading else None
    if not (reading and span and published and span[0] <= published <= span[1]):
        return reading
    if word == "earlier":
        return Reading(reading.type, reading.value, (span[0], published))
    if word == "later":
        return Reading(reading.type, reading.value, (published, span[1]))
    return reading


@rule("[ early? deictic ]", "[ early in deictic ]")
def _deictic(m: Match, context: Context) -> Reading | None:
    offset = m.int("deictic") if m.word("deictic") != "yesterday" else -1
    day = add_days(context.published, offset) if context.published else None
    if m.word("deictic") in ("tonight", "tonite"):
        return Reading("TIME", f"{day.isoformat() if day else UNPLACED['day']}TNI")
    return Reading("DATE", day.isoformat() if day else UNPLACED["day"])


@rule("[ the day=unit before|after deictic ]")
def _day_after_deictic(m: Match, context: Context) -> Reading | None:
    ahead = {"tomorrow": 2, "yesterday": -2}.get(m.word("deictic"))
    if m.word("day") != "day" or ahead is None:
        return None
    return from_day(context, context.published, ahead, "day")


def weekday_value(context: Context, m: Match, weekday: int, lead: str = "") -> str:
    """Return the day that a weekday names, by its lead ("last", "next", "this") or else by the verb."""
    published = context.published
    if published is None:
        return f"XXXX-WXX-{weekday}"
    monday = published - timedelta(days=published.isoweekday() - 1)
    back = (published.isoweekday() - weekday) % 7
    if lead in ("last", "previous", "past", "preceding", "prior"):
        day = add_days(published, -(back or 7))
    elif lead in ("next", "following"):
        day = add_days(monday, 7 + weekday - 1)
    elif lead in ("coming", "upcoming"):
        day = add_days(published, (weekday - published.isoweekday() - 1) % 7 + 1)
    elif lead in ("this", "current"):
        day = add_days(monday, weekday - 1)
    elif context.future(m.first, m.stop):
        day = add_days(published, (7 - back) % 7)
    else:
        day = add_days(published, -back)
    return day.isoformat() if day else f"XXXX-WXX-{weekday}"


@rule("[ early? last|next|this weekday ]", "[ early? weekday ]", "[ the? last|next weekday ]")
def _weekday(m: Match, context: Context) -> Reading | None:
    i = m.at("weekday")
    lead = context.tokens.words[i - 1] if i > m.first else ""
    return Reading("DATE", weekday_value(context, m, m.int("weekday"), lead))


@rule("[ this past=last|next weekday ]")
def _this_past_weekday(m: Match, context: Context) -> Reading | None:
    return Reading("DATE", weekday_value(context, m, m.int("weekday"), m.word("past")))


@rule("on|to|by|from|comma [ short-weekday ]", "[ next|last|this short-weekday ]")
def _short_weekday(m: Match, context: Context) -> Reading | None:
    lead = context.tokens.words[m.first] if m.stop - m.first > 1 else ""
    return Reading("DATE", weekday_value(context, m, m.int("short-weekday"), lead))


@rule(
    "[ last|next|this unit on? weekdayish ]", "[ weekdayish of? the? last|next|this unit ]",
    "[ weekdayish comma? last|next|this unit ]",
)  # fmt: skip
def _weekday_of_week(m: Match, context: Context) -> Reading | None:
    if m.str("unit") != "week":
        return None
    tokens = context.tokens
    lead = tokens.words[m.at("unit") - 1]
    weekday = m.int("weekdayish")
    if context.published is None:
        return Reading("DATE", f"XXXX-WXX-{weekday}")
    weeks = (
        -1 if lead in ("last", "previous", "past", "prior", "preceding") else 0 if lead in ("this", "current") else 1
    )
    moved = add_days(context.published, 7 * weeks + weekday - context.published.isoweekday())
    return Reading("DATE", moved.isoformat()) if moved else None


@rule(
    "[ the? early? last|next|this unit ]",
    "[ the? early in last|next|this unit ]",
    "[ the? edge of the? last|next|this unit ]",
    "[ early in the? last|next|this unit ]",
    "[ last|next|this unit poss edge ]",
    "[ last|next|this fiscal|calendar|financial unit ]",
    "[ the last|next fiscal|financial? unit ]",
)
def _this_unit(m: Match, context: Context) -> Reading | None:
    tokens = context.tokens
    index = m.at("unit")
    lead = next(tokens.words[k] for k in range(index - 1, m.first - 1, -1) if tokens.words[k] in _LEADS)
    unit = m.str("unit")
    if unit in ("minute", "hour", "millennium"):
        return None
    if unit == "night":
        day = (
            add_days(context.published, -1 if lead == "last" else 0 if lead == "this" else 1)
            if context.published
            else None
        )
        return Reading("TIME", f"{day.isoformat() if day else UNPLACED['day']}TNI")
    has_the = tokens.words[m.first] == "the"
    if has_the and unit != "century" and (lead == "past" or (lead == "last" and unit == "decade")):
        return window(context, -1, unit, 1)
    if (
        lead in ("following", "subsequent", "preceding", "prior")
        or (lead in ("next", "previous") and has_the)
        or (unit == "day" and lead in ("next", "previous"))
    ):
        if (
            lead in ("following", "subsequent", "next")
            and unit not in ("day",)
            and lead == "next"
            and context.future(m.first, m.stop)
        ):
            return _narrowed(from_day(context, context.published, 1, unit), m, context)
        return from_last(context, _LEADS[lead], unit)
    if lead in ("past",) and unit == "day":
        return None
    return _narrowed(from_day(context, context.published, _LEADS[lead], unit), m, context)


_LEADS = {
    "last": -1, "previous": -1, "preceding": -1, "past": -1, "prior": -1, "this": 0, "current": 0, "next": 1,
    "coming": 1, "upcoming": 1, "following": 1, "subsequent": 1,
}  # fmt: skip


def window(context: Context, direction: int, unit: str, count: int | None) -> Reading | None:
    """Return "the past two years": a duration, with the days it covers up to (or from) publication."""
    value = duration_value(count, unit)
    scale = calendar_unit(unit)
    published = context.published
    if published and scale and count and count * scale[0] < 10**5:
        other = move(published, direction * count * scale[0], scale[1])
        if other:
            return Reading("DURATION", value, (min(other, published), max(other, published)), anchors=False)
    return Reading("DURATION", value, anchors=False)


_LETTERS = {
    "second": "TS", "minute": "TM", "hour": "TH", "day": "D", "night": "D", "week": "W", "weekend": "WE", "month": "M",
    "quarter": "Q", "year": "Y",
}  # fmt: skip


def duration_value(count: float | None, unit: str) -> str:
    """Return the TIMEX3 value of a length of time; None counts an unknown number (``PXD``)."""
    times, base = {"fortnight": (2, "week"), "decade": (10, "year"), "century": (100, "year"),
                   "millennium": (1000, "year")}.get(unit, (1, unit))  # fmt: skip
    letters = _LETTERS[base]
    prefix, letter = ("PT", letters[1:]) if letters[0] == "T" else ("P", letters)
    if count is None:
        vague = {"decade": "PXDE", "century": "PXCE"}.get(unit)
        return vague or f"{prefix}X{letter}"
    total = count * times
    return f"{prefix}{total:g}{letter}" if abs(total) < 10**6 else f"{prefix}{int(total)}{letter}"


@rule(
    "[ the? early? last|next|this month ]",
    "[ early in last|next|this month ]",
    "[ the? edge of last|next|this month ]",
    "[ this last month ]",
)
def _this_month(m: Match, context: Context) -> Reading | None:
    lead = context.tokens.words[m.at("month") - 1]
    month, published = m.int("month"), context.published
    if published is None:
        return Reading("DATE", f"XXXX-{month:02}")
    way = _LEADS[lead]
    year = published.year
    if way < 0 and month >= published.month:
        year -= 1
    if way > 0 and month <= published.month:
        year += 1
    return Reading("DATE", f"{year:04}-{month:02}")


@rule("[ last|next|this month the? day ]", "[ last|next|this day of month ]")
def _this_month_day(m: Match, context: Context) -> Reading | None:
    lead = context.tokens.words[m.first]
    month, day, published = m.int("month"), m.int("day"), context.published
    if published is None:
        return Reading("DATE", f"XXXX-{month:02}-{day:02}") if 1 <= day <= 31 else None
    year = published.year
    way = _LEADS[lead]
    if way < 0 and (month, day) >= (published.month, published.day):
        year -= 1
    if way > 0 and (month, day) <= (published.month, published.day):
        year += 1
    try:
        return Reading("DATE", date(year, month, day).isoformat())
    except ValueError:
        return None


@rule("[ the? early? last|next|this season ]", "[ the? edge of last|next|this season ]", "[ this last season ]")
def _this_season(m: Match, context: Context) -> Reading | None:
    tokens = context.tokens
    lead = tokens.words[m.at("season") - 1]
    season, way, published = m.str("season"), _LEADS[lead], context.published
    if m.word("season") == "fall" and way == 0 and context.tokens.words[m.first] not in ("this", "early", "late"):
        return None
    if published is None:
        return Reading("DATE", f"XXXX-{season}")
    if way == 0 and lead == "this":
        if m.first < m.at("season") - 1 and tokens.words[m.first] == "this":
            return Reading("DATE", place_season(context, season, False))
        return Reading("DATE", f"{published.year:04}-{season}")
    inside = span_of(place_season(context, season, False))
    if way < 0 and inside and inside[0] <= published <= inside[1]:
        return Reading("DATE", f"{inside[0].year - 1:04}-{season}")
    if way > 0:
        value = place_season(context, season, True)
        if inside and inside[0] <= published <= inside[1]:
            value = f"{inside[0].year + 1:04}-{season}"
        return Reading("DATE", value)
    return Reading("DATE", place_season(context, season, False))


@rule(
    "[ about? count anyunit ago ]",
    "[ about? more|less than count anyunit ago ]",
    "[ article? vague of? anyunit ago ]",
    "[ about? count and|dash? half anyunit ago ]",
    "[ about? count anyunit and so ago ]",
    "[ about? count anyunit and article half ago ]",
    "[ anyunit ago ]",
)
def _ago(m: Match, context: Context) -> Reading | None:
    quarter = context.last if context.last and unit_of(context.last) == "quarter" else None
    if quarter and m.str("anyunit") == "year" and "count" in m and m.value("count") == 1 and context.published:
        return Reading("DATE", shift(quarter, -1, "year") or quarter, anchors=False)
    return counted(m, context, -1, context.published)


def counted(m: Match, context: Context, way: int, start: date | None) -> Reading | None:
    """Return the date a count of units away from ``start``; an unknown count is only past or future."""
    unit = m.str("anyunit")
    if "vague" in m:
        count = m.value("vague")
    elif "count" in m:
        count = m.value("count")
    else:
        count = None
    scale = calendar_unit(unit)
    if count is None or not isinstance(count, (int, float)):
        return Reading("DATE", _REFERENCES[way], (None, start) if way < 0 else (start, None), anchors=False)
    if scale is None:
        if start is None:
            return Reading("TIME", "XXXX-XX-XX", anchors=False)
        return Reading("TIME", start.isoformat(), anchors=False) if count <= 12 else None
    if count > 10**5 or count != int(count):
        return None
    return from_day(context, start, way * int(count), unit)


@rule(
    "[ count anyunit from deictic|ref ]",
    "[ vague anyunit from deictic|ref ]",
    "in [ about? count anyunit poss|apostrophe? time ]",
    "[ count anyunit hence ]",
)
def _from_now(m: Match, context: Context) -> Reading | None:
    start = context.published
    words = context.tokens.words[m.first : m.stop]
    if start and "tomorrow" in words:
        start = add_days(start, 1)
    if start and "yesterday" in words:
        start = add_days(start, -1)
    return counted(m, context, 1, start)


@rule(
    "[ about? count anyunit early ]",
    "[ vague anyunit early ]",
    "[ about? count anyunit before ]",
    "[ about? count anyunit afterwards|afterward ]",
)
def _earlier(m: Match, context: Context) -> Reading | None:
    tokens = context.tokens
    word = tokens.words[m.stop - 1]
    if word in ("early", "late", "mid"):
        return None
    way = -1 if word in ("earlier", "before") else 1
    if "vague" in m and m.value("vague") is None:
        return Reading("DATE", _REFERENCES[way], anchors=False)
    count = m.value("vague") if "vague" in m else m.value("count")
    if not isinstance(count, int) or count > 10**5:
        return None
    unit = m.str("anyunit")
    if calendar_unit(unit) is None:
        return None
    reading = from_last(context, way * count, unit, keep=_is_period_end(context))
    return Reading(reading.type, reading.value, reading.bounds, anchors=unit != "year") if reading else None


def _is_period_end(context: Context) -> bool:
    """Say whether the date last mentioned is one that reports compare years by: a quarter, or a day well past."""
    unit = unit_of(context.last) if context.last else None
    span = span_of(context.last) if context.last else None
    if unit == "quarter":
        return True
    return bool(unit == "day" and span and context.published and abs((context.published - span[0]).days) > 7)


@rule("[ the unit before|after ]", "[ the unit early ]", "[ the unit last ]")
def _unit_prior(m: Match, context: Context) -> Reading | None:
    word = context.tokens.words[m.stop - 1]
    way = {"before": -1, "prior": -1, "earlier": -1, "previous": -1, "after": 1, "later": 1}.get(word)
    if way is None:
        return None
    after = context.tokens.words[m.stop] if m.stop < len(context.tokens.words) else ""
    if word in ("before", "after") and after not in ("", ".", ",", "'", "”", '"', ")", ";", "and"):
        return None
    return from_last(context, way, m.str("unit"))


@rule("[ early? that unit ]", "[ the that=that unit ]", "[ early in that unit ]", "[ the edge of that unit ]")
def _that_unit(m: Match, context: Context) -> Reading | None:
    unit = m.str("unit")
    scale = calendar_unit(unit)
    if scale is None:
        return None
    span = span_of(context.last) if context.last else None
    if span is None:
        return None if context.published else Reading("DATE", UNPLACED[scale[1]], anchors=False)
    value = value_of(span[0], scale[1])
    if context.published is None:
        return Reading("DATE", UNPLACED[scale[1]], span_of(value), anchors=False)
    return Reading("DATE", value)


@rule(
    "[ last|next|this unit poss fiscal? nth? dash? unit2=unit ]",
    "[ the? nth unit2=unit of last|next|this unit ]",
    "[ the? comparable|corresponding|that? unit2=period|unit of|in? last|next|this unit ]",
)
def _part_of_year(m: Match, context: Context) -> Reading | None:
    """Read "last year's third quarter"; without its number the quarter is the one last mentioned."""
    tokens = context.tokens
    lead = next(_LEADS[word] for word in tokens.words[m.first : m.at("unit")] if word in _LEADS)
    if m.str("unit") != "year" or ("unit2" in m and m.word("unit2") not in ("quarter", "half", "period")):
        return None
    if context.published is None:
        return Reading("DATE", "XXXX-QX", anchors=False)
    year = context.published.year + lead
    letter = "H" if "unit2" in m and m.str("unit2") == "half" else "Q"
    if "nth" in m:
        return Reading("DATE", f"{year:04}-{letter}{m.int('nth')}")
    if context.last and unit_of(context.last) == "quarter":
        return Reading("DATE", f"{year:04}{context.last[4:]}")
    return Reading("DATE", f"{year:04}", anchors=False)


@rule("[ the weekend=unit ]")
def _the_unit(m: Match, context: Context) -> Reading | None:
    unit, published = m.str("weekend"), context.published
    if unit == "weekend":
        if published is None:
            return Reading("DATE", UNPLACED["weekend"], anchors=False)
        back = published.isoweekday() < 6 and not context.future(m.first, m.stop)
        return from_day(context, published, -1 if back else 0, "weekend")
    if unit in ("week", "month", "year") and context.tokens.words[m.first - 1 : m.first] in (
        ["in"],
        ["of"],
        ["during"],
    ):
        return from_day(context, published, 0, unit)
    if unit == "quarter":
        if context.last and unit_of(context.last) == "quarter":
            return Reading("DATE", context.last)
        return from_day(context, published, -1, "quarter")
    return None


@rule("[ the latest|comparable|corresponding unit ]")
def _latest_unit(m: Match, context: Context) -> Reading | None:
    if m.str("unit") != "quarter":
        return None
    return from_day(context, context.published, -1, "quarter")


@rule(
    "[ the|article? comparable|corresponding? year=unit dash? ago|early ]",
    "[ the|article? comparable|corresponding? year=unit dash? ago|early unit2=period|unit ]",
    "[ the|article? year=unit dash? ago|early nth unit2=unit ]",
)
def _year_earlier(m: Match, context: Context) -> Reading | None:
    if m.word("year") != "year":
        return None
    tokens = context.tokens.words
    if not ({"-", "–"} & set(tokens[m.first : m.stop])):
        return None
    if "nth" in m and m.str("unit2") == "quarter" and 1 <= m.int("nth") <= 4:
        value = shift(place_part(context, m, "Q", m.int("nth")), -1, "year")
        return Reading("DATE", value or "XXXX-QX")
    if "unit2" in m and m.str("unit2") == "quarter" and not (context.last and unit_of(context.last) == "quarter"):
        return from_day(context, move(context.published, -1, "year") if context.published else None, -1, "quarter")
    reading = from_last(context, -1, "year", keep=_is_period_end(context))
    return Reading(reading.type, reading.value, reading.bounds, anchors=False) if reading else None


@rule("[ ref ]", "right [ ref ]", "[ right ref ]")
def _reference(m: Match, context: Context) -> Reading | None:
    return reference(context, m.str("ref"))


def reference(context: Context, value: str) -> Reading:
    """Return a reading for the vague past, present or future, bounded by the day of publication."""
    published = context.published
    before = None if value == "FUTURE_REF" else published
    after = None if value == "PAST_REF" else published
    return Reading("DATE", value, (after, before), anchors=False)


_COUNTED = "".join(
    map(code, ("unit", "units", "vague", "small", "number", "word-number", "season", "month", "weekday"))
)


@rule("[ the future ]", "in [ the past=last ]")
def _the_future(m: Match, context: Context) -> Reading | None:
    following = context.tokens.shape[m.stop : m.stop + 1]
    if "past" in m and (m.word("past") != "past" or (following and following in _COUNTED)):
        return None
    return reference(context, "PAST_REF" if "past" in m else "FUTURE_REF")


@rule("[ recent units ]", "[ next units ]")
def _recent(m: Match, context: Context) -> Reading | None:
    ahead = "next" in m
    if ahead and m.word("next") not in ("coming", "upcoming"):
        return None
    bounds = (context.published, None) if ahead else (None, context.published)
    return Reading("DURATION", duration_value(None, m.str("units")), bounds, anchors=False)


__all__ = ["UNPLACED", "calendar_unit", "duration_value", "from_day", "grammar", "place", "window"]
