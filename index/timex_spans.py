"""Rules for lengths of time, for what recurs, and for the time of day."""

from __future__ import annotations

import re

from index.timex_grammar import Context, Grammar, Match, Reading
from index.timex_relative import UNPLACED, duration_value, from_last, window
from index.timex_tokens import CLASSES

PART = "PART"  # the type of a fragment that is no expression by itself

grammar = Grammar()
rule = grammar.rule


@rule(
    "[ about? count dash? more? anyunit ]",
    "[ vague of? more? units ]",
    "[ article vague of? more? units ]",
    "[ more|less than count anyunit ]",
    "[ at least|most count more? anyunit ]",
    "[ the nth? exact anyunit ]",
)
def _length(m: Match, context: Context) -> Reading | None:
    tokens = context.tokens
    unit = m.str("anyunit") if "anyunit" in m else m.str("units")
    if "vague" in m:
        count: object = m.value("vague")
    else:
        word = "exact" if "exact" in m else "count" if "count" in m else ""
        count = m.value(word) if word else 1
    if count is not None and not isinstance(count, (int, float)):
        return None
    after = tokens.words[m.stop : m.stop + 2]
    if after and (after[0] == "old" or after == ["-", "old"] or after == ["of", "age"]):
        return None  # an age, not a length of time that anything took
    if unit == "quarter" and count == 3 and tokens.words[m.stop - 2] == "-":
        return None  # a fraction
    return Reading("DURATION", duration_value(count, unit), anchors=False)


@rule(
    "[ count and|dash? article? half anyunit ]",
    "[ count anyunit and article half ]",
    "half [ article anyunit ]",
    "[ half article anyunit ]",
)
def _halves(m: Match, context: Context) -> Reading | None:
    count = m.value("count") if "count" in m else 0
    return halves(count, m.str("anyunit")) if isinstance(count, int) else None


def halves(count: int, unit: str) -> Reading:
    """Return "two and a half years" as ``P2Y6M``; units without a half in TIMEX3 get a decimal."""
    finer = {"hour": ("PT", 30, "M"), "minute": ("PT", 30, "S"), "year": ("P", 6, "M")}.get(unit)
    if finer is None:
        return Reading("DURATION", duration_value(count + 0.5, unit), anchors=False)
    whole = duration_value(count, unit) if count else finer[0]
    return Reading("DURATION", f"{whole}{finer[1]}{finer[2]}", anchors=False)


@rule(
    "[ the? last|next exact units ]",
    "[ the? last|next vague of? units ]",
    "[ exact last|next units ]",
    "[ within last|next? count anyunit ]",
)
def _window(m: Match, context: Context) -> Reading | None:
    words = context.tokens.words[m.first : m.stop]
    back = bool({"last", "past", "previous", "preceding", "prior"} & set(words))
    unit = m.str("units") if "units" in m else m.str("anyunit")
    count = m.value("vague") if "vague" in m else m.value("exact") if "exact" in m else m.value("count")
    return window(context, -1 if back else 1, unit, count if isinstance(count, int) else None)


@rule("[ the? first=ordinal exact units ]", "[ the first=ordinal units ]")
def _first_units(m: Match, context: Context) -> Reading | None:
    if m.word("first") not in ("first", "final"):
        return None
    count = m.value("exact") if "exact" in m else None
    return Reading(
        "DURATION", duration_value(count if isinstance(count, (int, float)) else None, m.str("units")), anchors=False
    )


@rule("for|in|of|after|within|last|took|take|during [ units ]")
def _bare_units(m: Match, context: Context) -> Reading | None:
    return Reading("DURATION", duration_value(None, m.str("units")), anchors=False)


@rule("[ adverb ]")
def _adverb(m: Match, context: Context) -> Reading | None:
    return Reading("SET", m.str("adverb"), anchors=False)


@rule("[ every anyunit ]", "[ every exact units ]", "[ every other unit ]", "[ all units ]", "[ every nth unit ]")
def _every(m: Match, context: Context) -> Reading | None:
    words = context.tokens.words[m.first : m.stop]
    unit = m.str("anyunit") if "anyunit" in m else m.str("unit") if "unit" in m else m.str("units")
    count = m.value("exact") if "exact" in m else m.value("nth") if "nth" in m else 2 if "other" in words else 1
    if "all" in words and unit != "weekend":
        return None
    if not isinstance(count, int):
        return None
    if unit == "quarter":
        unit, count = "month", 3 * count
    return Reading("SET", duration_value(count, unit), anchors=False)


@rule("[ every other? weekday ]", "[ weekdays ]", "[ every weekday part ]")
def _every_weekday(m: Match, context: Context) -> Reading | None:
    day = m.int("weekday") if "weekday" in m else m.int("weekdays")
    return Reading("SET", f"XXXX-WXX-{day}", anchors=False)


@rule("[ every month ]", "[ every part ]", "[ every season ]")
def _every_month(m: Match, context: Context) -> Reading | None:
    if "month" in m:
        return Reading("SET", f"XXXX-{m.int('month'):02}", anchors=False)
    if "season" in m:
        return Reading("SET", f"XXXX-{m.str('season')}", anchors=False)
    return Reading("SET", f"T{m.str('part')}", anchors=False)


@rule(
    "[ times article|per|every unit ]",
    "[ exact times2=time article|per|every unit ]",
    "[ exact times article|per|every unit ]",
    "per [ unit ]",
)
def _times_a(m: Match, context: Context) -> Reading | None:
    return Reading("SET", duration_value(1, m.str("unit")), anchors=False)


@rule("[ clock ]")
def _clock(m: Match, context: Context) -> Reading | None:
    value = clock_value(m.word("clock"))
    return Reading("TIME", f"{day_at(context)}T{value}", anchors=False) if value else None


def day_at(context: Context) -> str:
    """Return the day that a time of day stands in: the last one mentioned, else publication's."""
    if context.last and len(context.last) >= 10 and context.last[8:10].isdigit():
        return context.last[:10]
    return context.published.isoformat() if context.published else UNPLACED["day"]


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


@rule("[ noon=hour ]")
def _noon(m: Match, context: Context) -> Reading | None:
    return Reading("TIME", f"{day_at(context)}T{m.int('noon'):02}:00", anchors=False)


@rule("[ part ]", "[ part=unit ]")
def _part(m: Match, context: Context) -> Reading | None:
    """Read a part of the day, which only counts where it can be joined to a day or a clock."""
    if m.word("part") not in CLASSES["part"] and m.word("part") != "night":
        return None
    return Reading(PART, "T" + ("NI" if m.word("part") == "night" else m.str("part")), anchors=False)


@rule("[ the next part ]", "[ next part ]")
def _next_part(m: Match, context: Context) -> Reading | None:
    day = from_last(context, 1, "day")
    return Reading("TIME", f"{day.value}T{m.str('part')}", anchors=False) if day else None


@rule("at|by|about [ small in the part ]")
def _hour_of_part(m: Match, context: Context) -> Reading | None:
    value = clock_value(f"{m.int('small')}{'a' if m.str('part') == 'MO' else 'p'}")
    return Reading("TIME", f"{day_at(context)}T{value}", anchors=False) if value else None


@rule("[ this|last part ]", "in|during [ the part ]", "[ early this part ]", "[ that part ]")
def _this_part(m: Match, context: Context) -> Reading | None:
    return Reading("TIME", f"{day_at(context)}T{m.str('part')}", anchors=False)


@rule("[ the unit ] ended|ending")
def _year_ended(m: Match, context: Context) -> Reading | None:
    return Reading("DURATION", "P1Y", anchors=False) if m.word("unit") == "year" else None


@rule("[ small2=small small slash small3=small anyunit ]")
def _fraction(m: Match, context: Context) -> Reading | None:
    if (m.int("small"), m.int("small3")) != (1, 2):
        return None
    return halves(m.int("small2"), m.str("anyunit"))


__all__ = ["PART", "grammar"]
