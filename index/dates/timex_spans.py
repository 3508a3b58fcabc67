"""Rules for lengths of time, for what recurs, and for the time of day."""

from __future__ import annotations

import re

from dateline.index.dates.calendars import CALENDAR_UNITS, UNPLACED, add_days, duration_value, move, span_of
from dateline.index.dates.timex_counted import from_last
from dateline.index.dates.timex_grammar import Context, Grammar, Match, Reading
from dateline.index.dates.timex_relative import from_day, window

grammar = Grammar()
rule = grammar.rule

_SPEEDS = frozenset(("miles", "mile", "kilometers", "kilometres", "km", "knots", "feet", "meters", "metres"))
PART = "PART"  # the type of a fragment ("night") that is an expression only where it joins a day or a clock


def _number(m: Match, name: str) -> float | None:
    value = m.value(name) if name in m else None
    return value if isinstance(value, (int, float)) else None


@rule(
    "about? count dash? more|consecutive|straight|full|whole|additional|extra? anyunit",
    "article? vague of? more? units",
    "(more|less) than count anyunit",
    "at least|most count more? anyunit",
    "the exact dash? anyunit",
)
def _length(m: Match, context: Context) -> Reading | None:
    words = context.tokens.words
    unit = m.str("anyunit" if "anyunit" in m else "units")
    count = _number(m, "count") if "count" in m else _number(m, "exact") if "exact" in m else _number(m, "vague")
    if "count" in m and m.word("count") in ("a", "an") and m.word("anyunit").endswith("s"):
        return None
    after = words[m.stop : m.stop + 2]
    if (
        after[:1] == ["old"]
        or after == ["-", "olds"]
        or words[m.first - 1 : m.first] == ["aged"]
        or after in (["-", "old"], ["of", "age"])
    ):
        return None  # an age, not a length of time that anything took
    if unit == "quarter" and ("count" in m and (count is None or count in (1, 3) or count > 40)):
        return None  # a fraction, a coin
    return Reading("DURATION", duration_value(count, unit), anchors=False)


@rule(
    "about? count (and|dash article? half) anyunit",
    "about? count anyunit and article half",
    "half [ article anyunit ]",
    "half article|dash? anyunit",
    "count small=small slash small2=small anyunit",
)
def _halves(m: Match, context: Context) -> Reading | None:
    count = _number(m, "count") if "count" in m else 0
    if count is None or ("small" in m and (m.int("small"), m.int("small2")) != (1, 2)):
        return None
    unit = m.str("anyunit")
    finer = {"hour": ("PT", "30M"), "minute": ("PT", "30S"), "year": ("P", "6M")}.get(unit)
    if finer is None or count != int(count):
        return Reading("DURATION", duration_value(count + 0.5, unit), anchors=False)
    return Reading("DURATION", (duration_value(count, unit) if count else finer[0]) + finer[1], anchors=False)


@rule(
    "the? last|next exact anyunit",
    "the? last|next vague of? units",
    "exact last|next units",
    "within the? last|next? count=count|vague anyunit",
    "the? last|next exact business|working units",
)
def _window(m: Match, context: Context) -> Reading | None:
    unit = m.str("units" if "units" in m else "anyunit")
    name = next((n for n in ("vague", "exact", "count") if n in m), "")
    count = _number(m, name)
    whole = int(count) if count is not None and count == int(count) else None
    return window(context, m.lead[1] or 1, unit, whole)


@rule("the? first=ordinal exact units", "the first=ordinal units")
def _first_units(m: Match, context: Context) -> Reading | None:
    if m.word("first") != "first":
        return None
    return Reading(
        "DURATION", duration_value(_number(m, "exact") if "exact" in m else None, m.str("units")), anchors=False
    )


@rule(
    "[ the? part=ordinal|last exact units ] of yearish",
    "[ the? part=ordinal|last exact units ] of this=last|next|this unit",
)
def _first_units_of(m: Match, context: Context) -> Reading | None:
    """Read "the last four months of 2021": a length, with the days it covers."""
    whole: Reading | None
    if "yearish" in m:
        whole = Reading("DATE", f"{m.int('yearish'):04}")
    else:
        whole = from_day(context.published, m.int("this"), m.str("unit"))
    span = span_of(whole.value) if whole else None
    count, (times, unit) = _number(m, "exact"), CALENDAR_UNITS.get(m.str("units"), (0, "day"))
    if not span or not times or count is None or count != int(count) or count > 1000:
        return None
    value = duration_value(count, m.str("units"))
    if m.int("part") == 1:
        last = move(span[0], int(count) * times, unit)
        return Reading("DURATION", value, (span[0], add_days(last, -1) if last else None), anchors=False)
    end = add_days(span[1], 1)
    return Reading("DURATION", value, (move(end, -int(count) * times, unit) if end else None, span[1]), anchors=False)


@rule("for|in|of|after|within|last|took|take|during [ units ]")
def _bare_units(m: Match, context: Context) -> Reading | None:
    return (
        Reading("DURATION", duration_value(None, m.str("units")), anchors=False) if len(m.word("units")) > 1 else None
    )


@rule("units dash long", "long=lasting")
def _long(m: Match, context: Context) -> Reading | None:
    """Read "decades-long", "weeklong"."""
    value = duration_value(None, m.str("units")) if "units" in m else m.str("long")
    return Reading("DURATION", value, anchors=False)


@rule("[ the year=unit ] ended|ending")
def _year_ended(m: Match, context: Context) -> Reading | None:
    return Reading("DURATION", "P1Y", anchors=False) if m.word("year") == "year" else None


@rule("adverb", "semi dash? adverb")
def _adverb(m: Match, context: Context) -> Reading | None:
    tokens = context.tokens
    following = tokens.text[tokens.starts[m.stop]] if m.stop < len(tokens.words) else ""
    if tokens.text[tokens.starts[m.first]].isupper() and following.isupper():
        return None  # the name of a newspaper
    return Reading("SET", m.str("adverb") if m.stop - m.first == 1 else "P0.5Y", anchors=False)


@rule(
    "every anyunit",
    "every exact units",
    "every exact unit",
    "every other unit",
    "every nth unit",
    "all? weekends=units",
)
def _every(m: Match, context: Context) -> Reading | None:
    name = next(n for n in ("anyunit", "unit", "units", "weekends") if n in m)
    unit = m.str(name)
    if name == "weekends":
        return Reading("SET", "P1WE", anchors=False) if unit == "weekend" else None
    if m.word(name) == "night":
        return Reading("SET", "TNI", anchors=False)
    other = context.tokens.words[m.first + 1] == "other"
    count = _number(m, "exact") if "exact" in m else _number(m, "nth") if "nth" in m else 2 if other else 1
    if count is None:
        return None
    return Reading(
        "SET",
        duration_value(3 * count if unit == "quarter" else count, "month" if unit == "quarter" else unit),
        anchors=False,
    )


@rule("every other? weekday (part|night=unit)?", "weekdays (part|night=unit)?", "weekday part=parts")
def _every_weekday(m: Match, context: Context) -> Reading | None:
    day = m.int("weekday") if "weekday" in m else m.int("weekdays")
    part = "NI" if "night" in m else m.str("part") if "part" in m else ""
    return Reading("SET", f"XXXX-WXX-{day}" + (f"T{part}" if part else ""), anchors=False)


@rule("every month", "every part", "every season", "the? dayth of every unit", "the parts")
def _every_month(m: Match, context: Context) -> Reading | None:
    if "dayth" in m:
        return Reading("SET", f"XXXX-XX-{m.int('dayth'):02}", anchors=False) if m.word("unit") == "month" else None
    if "month" in m:
        return Reading("SET", f"XXXX-{m.int('month'):02}", anchors=False)
    if "season" in m:
        return Reading("SET", f"XXXX-{m.str('season')}", anchors=False)
    return Reading("SET", f"T{m.str('part' if 'part' in m else 'parts')}", anchors=False)


@rule(
    "times article|per|every unit",
    "exact time|times article|per|every unit",
    "one=word-number article unit",
    "per [ unit ]",
)
def _times_a(m: Match, context: Context) -> Reading | None:
    if ("one" in m and m.word("one") != "one") or context.tokens.words[max(m.first - 2, 0)] in _SPEEDS:
        return None
    return Reading("SET", duration_value(1, m.str("unit")), anchors=False)


def _at(context: Context, clock: str) -> Reading:
    """Return a time of the day last mentioned, else of the day of publication."""
    day = context.published.isoformat() if context.published else UNPLACED["day"]
    if context.last and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", context.last):
        day = context.last[:10]
    return Reading("TIME", f"{day}T{clock}", anchors=False)


@rule("clock")
def _clock(m: Match, context: Context) -> Reading | None:
    value = clock_value(m.word("clock"))
    return _at(context, value) if value else None


def clock_value(word: str) -> str | None:
    """Return ``HH:MM`` for "10:35 a.m.", None where no clock shows it."""
    digits = [int(part) for part in re.findall(r"[0-9]+", word)]
    half = re.search(r"[ap]", word)
    hour, rest = digits[0], digits[1:]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    if hour > 24 or any(part > 59 for part in rest):
        return None
    return ":".join(f"{part:02}" for part in [hour, *(rest or [0])])


@rule(
    "at|by|about? [ hour-number=small|word-number in the part ]",
    "[ in the? part at hour-number=small ]",
    "exact last hour-number=small|word-number (in the part)?",
    "half last hour-number=small|word-number (o'clock|o’clock)?",
    "hour-number=small|word-number o'clock|o’clock|oclock (in the part)?",
)
def _spoken_clock(m: Match, context: Context) -> Reading | None:
    """Read "4 in the morning", "half past seven", "ten past 9 in the evening"."""
    hour, minutes = m.int("hour-number"), 0
    if "last" in m:
        if m.word("last") != "past":
            return None
        minutes = m.int("exact") if "exact" in m else 30
    if not 1 <= hour <= 12 or not 0 <= minutes < 60:
        return None
    if "part" in m:
        hour = hour % 12 + (0 if m.str("part") == "MO" else 12)
    return _at(context, f"{hour:02}:{minutes:02}")


@rule(
    "(from|between)? [ small dash clock ]",
    "from|between [ small to|and clock ]",
    "from|between [ hour-number=small to|dash|and small in the part ]",
)
def _clock_range(m: Match, context: Context) -> Reading | None:
    """Read "3-8 p.m.", "between 5 and 6 in the afternoon"."""
    if "part" in m:
        first, last = m.int("hour-number"), clock_value(f"{m.int('small')}{'a' if m.str('part') == 'MO' else 'p'}")
    else:
        first, last = m.int("small"), clock_value(m.word("clock"))
    if last is None or not 0 <= first <= 12:
        return None
    if first + 12 <= int(last[:2]):
        first += 12
    day = _at(context, last).value.partition("T")[0]
    return Reading("TIME", f"{day}T{first:02}:00/{day}T{last}", anchors=False)


@rule("noon=hour")
def _noon(m: Match, context: Context) -> Reading | None:
    return _at(context, f"{m.int('noon'):02}:00")


@rule("(early dash?)? part", "(early dash?)? night=unit")
def _part(m: Match, context: Context) -> Reading | None:
    """Read a part of the day, which only counts where it can be joined to a day or a clock."""
    if "part" in m:
        return Reading(PART, f"T{m.str('part')}", anchors=False)
    return Reading(PART, "TNI", anchors=False) if m.word("night") == "night" else None


@rule("this|last part", "in|during [ the? (early dash?)? part ]", "early in the part", "early this part", "that part")
def _this_part(m: Match, context: Context) -> Reading | None:
    if m.lead[1] < 0:
        day = from_day(context.published, -1, "day")
        return Reading("TIME", f"{day.value}T{m.str('part')}") if day else None
    return _at(context, m.str("part"))


@rule("the? next part")
def _next_part(m: Match, context: Context) -> Reading | None:
    day = from_last(context, 1, "day")
    return Reading("TIME", f"{day.value}T{m.str('part')}", anchors=False) if day else None


__all__ = ["PART", "grammar"]
