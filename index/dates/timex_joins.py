"""Neighbouring readings that are one expression: a day and its time, a length before a date, two clocks of a range."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from dateline.index.dates.calendars import move, shift, span_of, unit_of
from dateline.index.dates.timex_counted import from_last
from dateline.index.dates.timex_grammar import Context, Reading
from dateline.index.dates.timex_spans import PART


@dataclass(frozen=True)
class Found:
    """A reading and where it stands, in characters."""

    start: int
    end: int
    reading: Reading


_BESIDE = re.compile(r"[ \t]*,?\s?(?:on|at|around|about|of|by|in\s+the|in|[A-Z]{2,3}T?)?[ \t]*,?[ \t]*")
_TO = re.compile(r"\s*(?:to|through|thru|until|till|and|[-–—~])\s*", re.IGNORECASE)
_FROM = re.compile(r"\b(?:from|between)\s+(?:the\s+)?$", re.IGNORECASE)
_AFTER = re.compile(r"\s+(after|before|from|since|of)\s+(?:the\s+)?")
_LONGEST_GAP = 10


def joined(text: str, found: list[Found], context: Context) -> list[Found]:
    """Return the readings of a text with neighbours joined and lone fragments dropped."""
    out: list[Found] = []
    for item in found:
        if out and item.start - out[-1].end <= _LONGEST_GAP:
            gap = text[out[-1].end : item.start]
            reading = _joined_pair(text, out[-1], gap, item, context)
            if reading:
                out[-1] = Found(out[-1].start, item.end, reading)
                continue
        out.append(item)
    return [item for item in out if item.reading.type != PART]


def _joined_pair(text: str, first: Found, gap: str, second: Found, context: Context) -> Reading | None:
    """Return the reading of two neighbours together, None where each stands for itself."""
    one, two = first.reading, second.reading
    if _BESIDE.fullmatch(gap) and ("\n" not in gap or two.type == PART):
        return (
            _day_and_time(one, two)
            or _day_and_time(two, one)
            or _clock_and_part(one, two)
            or _part_and_clock(one, two)
            or _in_week(one, two)
        )
    if _TO.fullmatch(gap):
        opened = _FROM.search(text, max(first.start - 16, 0), first.start) is not None
        return (
            _range(text[first.start : first.end], one, two) if opened or gap.strip() in ("-", "–", "—", "~") else None
        )
    if (side := _AFTER.fullmatch(gap)) and one.type == "DURATION" and two.type == "DATE":
        return _counted_from(one, side[1], two, context)
    return None


_HALF_SAID = re.compile(r"[ap]\.?\s?m\b|morning|noon|evening", re.IGNORECASE)
_CLOCK = re.compile(r"T([0-9]{2}):([0-9]{2})")


def _range(text: str, first: Reading, last: Reading) -> Reading | None:
    """Join two days, two months or two clocks into the interval between them; years stay two dates."""
    if first.type == "TIME" and last.type == "TIME" and "/" not in first.value + last.value:
        start, end = _CLOCK.search(first.value), _CLOCK.search(last.value)
        if not (start and end):
            return None
        value, hour = first.value, int(start[1])
        afternoon = f"{hour + 12:02}:{start[2]}"
        if hour < 12 and end[1] >= "12" and afternoon <= end[0][1:] and not _HALF_SAID.search(text):
            value = f"{value[: start.start()]}T{afternoon}"
        day = (last if last.anchors else first).value.partition("T")[0]
        clocks = value[value.index("T") :], last.value[last.value.index("T") :]
        return Reading("TIME", _between(day, *clocks), anchors=first.anchors or last.anchors)
    today = last.bounds[1].isoformat() if last.value == "PRESENT_REF" and last.bounds and last.bounds[1] else last.value
    fine = unit_of(first.value), unit_of(today)
    if first.type != "DATE" or last.type != "DATE" or None in fine or "year" in fine or "decade" in fine:
        return None
    value = f"{first.value}/{today}"
    if fine == ("day", "day") and today < first.value and (later := shift(today, 1, "week")):
        value = f"{first.value}/{later}"  # "from Monday to Friday"
    return Reading("DATE", value) if span_of(value) else None


def _between(day: str, start: str, end: str) -> str:
    """Return the interval between two clocks that start on ``day``: an earlier end is the next day's."""
    following = move(date.fromisoformat(day), 1, "day") if end < start and day[0] != "X" else None
    return f"{day}{start}/{following or day}{end}"


def _day_and_time(day: Reading, time: Reading) -> Reading | None:
    """Join "Friday" and "night", "10 p.m." and "Wednesday"."""
    if (
        time.anchors
        or time.type not in ("TIME", PART)
        or "T" not in time.value
        or day.type != "DATE"
        or "/" in day.value
    ):
        return None  # a time that has its day already, or no day
    if unit_of(day.value.replace("XXXX-XX-XX", "2000-01-01").replace("X", "1")) != "day":
        return None
    if "/" in time.value:
        clocks = [part[part.index("T") :] for part in time.value.split("/")]
        return Reading("TIME", _between(day.value, clocks[0], clocks[1]))
    return Reading("TIME", day.value + time.value[time.value.index("T") :])


def _clock_and_part(clock: Reading, part: Reading) -> Reading | None:
    return clock if clock.type == "TIME" and ":" in clock.value and part.type == PART else None


def _part_and_clock(part: Reading, clock: Reading) -> Reading | None:
    """Join "Thursday night" and "at 8:30 p.m."."""
    if (
        part.type == clock.type == "TIME"
        and not clock.anchors
        and ":" not in part.value
        and "T" in part.value
        and "/" not in clock.value
    ):
        return Reading("TIME", part.value.partition("T")[0] + clock.value[clock.value.index("T") :])
    return None


def _in_week(day: Reading, week: Reading) -> Reading | None:
    """Join "Wednesday evening" and "next week": the weekday and time are the first's, the week the second's."""
    if week.type != "DATE" or unit_of(week.value) != "week" or unit_of(day.value) != "day" or "T" not in day.value:
        return None
    clock = day.value[day.value.index("T") :]
    exact = span_of(f"{week.value}-{date.fromisoformat(day.value[:10]).isoweekday()}")
    return Reading("TIME", exact[0].isoformat() + clock) if exact else None


_LENGTH = re.compile(r"P([0-9]{1,5})([YMWD])")
_UNIT_NAMES = {"Y": "year", "M": "month", "W": "week", "D": "day"}


def _counted_from(length: Reading, side: str, start: Reading, context: Context) -> Reading | None:
    """Join "three days" and "after" and a day."""
    counted = _LENGTH.fullmatch(length.value)
    if not counted or side == "of" or (side == "since" and counted[2] != "Y"):
        return None
    unit = unit_of(start.value)
    if unit is None or (unit != "day" and not (unit == "year" and counted[2] == "Y")):
        return None
    way = -1 if side == "before" else 1
    anchor = Context(context.tokens, context.published or date(1, 1, 1), last=start.value)
    return from_last(anchor, way * int(counted[1]), _UNIT_NAMES[counted[2]], keep=unit == "day")
