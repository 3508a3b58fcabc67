"""Rules for parts of a year: quarters, halves, seasons, fiscal years, holidays, weeks and weekdays of a month."""

from __future__ import annotations

from datetime import date

from dateline.index.dates.calendars import holiday, make_date, move, nth_weekday, span_of, value_of
from dateline.index.dates.timex_days import is_day, place
from dateline.index.dates.timex_grammar import Context, Grammar, Match, Reading

grammar = Grammar()
rule = grammar.rule


def place_part(context: Context, m: Match, letter: str, nth: int) -> str:
    """Return the quarter (Q) or half (H) number ``nth`` of the year the text speaks of."""
    published = context.published
    if published is None:
        return f"XXXX-{letter}{nth}"
    start = 1 + (nth - 1) * (3 if letter == "Q" else 6)
    year = published.year - (start > published.month and not context.future(m.first, m.stop))
    return f"{year:04}-{letter}{nth}"


@rule("the? (early dash?)? fiscal? nth dash? unit")
def _quarter(m: Match, context: Context) -> Reading | None:
    if m.str("unit") != "quarter" or not 1 <= m.int("nth") <= 4:
        return None
    return Reading("DATE", place_part(context, m, "Q", m.int("nth")))


@rule(
    "the? fiscal? nth dash? unit of|in? fiscal? yearish",
    "the yearish fiscal? nth dash? unit",
    "q small dash|of? yearish",
    "yearish q small",
)
def _quarter_of_year(m: Match, context: Context) -> Reading | None:
    nth = m.int("small" if "small" in m else "nth")
    if ("unit" in m and m.str("unit") != "quarter") or not 1 <= nth <= 4:
        return None
    return Reading("DATE", f"{m.int('yearish'):04}-Q{nth}")


@rule("the? nth half of|in yearish", "the? nth half of this unit")
def _half(m: Match, context: Context) -> Reading | None:
    nth = m.int("nth")
    if nth not in (1, 2) or ("unit" in m and m.str("unit") != "year"):
        return None
    if "yearish" in m:
        return Reading("DATE", f"{m.int('yearish'):04}-H{nth}")
    return Reading("DATE", f"{context.published.year:04}-H{nth}" if context.published else f"XXXX-H{nth}")


@rule("the? fiscal dash? unit? yearish", "the? yearish fiscal unit", "the? fiscal unit")
def _fiscal_year(m: Match, context: Context) -> Reading | None:
    if "unit" in m and m.str("unit") != "year":
        return None
    if "yearish" in m:
        return Reading("DATE", f"{m.int('yearish'):04}")
    return Reading("DATE", f"{context.published.year:04}" if context.published else "XXXX")


@rule("the? (early dash?)? season of|comma? yearish")
def _season_year(m: Match, context: Context) -> Reading | None:
    return Reading("DATE", f"{m.int('yearish'):04}-{m.str('season')}")


@rule("in|of|since|by|to|during|before|after|for [ the? (early dash?)? season ]", "early dash? season")
def _season(m: Match, context: Context) -> Reading | None:
    if m.word("season") == "fall" and "the" not in m and m.word("early") not in ("early", "late"):
        return None
    return Reading("DATE", place_season(context, m.str("season"), bool(context.future(m.first, m.stop))))


def place_season(context: Context, season: str, ahead: bool) -> str:
    """Return the value of the last season of that name up to publication, or the next one."""
    if context.published is None:
        return f"XXXX-{season}"
    year = context.published.year
    options = [f"{y:04}-{season}" for y in (year - 1, year, year + 1)]
    for value in options if ahead else reversed(options):
        span = span_of(value)
        if span and (span[1] >= context.published if ahead else span[0] <= context.published):
            return value
    return options[1]


@rule("the? holiday comma? of|in? yearish", "the? holiday of this unit")
def _holiday_year(m: Match, context: Context) -> Reading | None:
    if "unit" in m and (m.str("unit") != "year" or not context.published):
        return None
    year = m.int("yearish") if "yearish" in m else context.published.year if context.published else 0
    exact = holiday(m.str("holiday"), year)
    return Reading("DATE", exact.isoformat()) if exact else None


@rule("last|next|this? holiday")
def _holiday(m: Match, context: Context) -> Reading | None:
    name = m.str("holiday")
    if context.published is None:
        one, other = holiday(name, 2000), holiday(name, 2001)
        fixed = one and other and (one.month, one.day) == (other.month, other.day)
        return Reading("DATE", f"XXXX-{one:%m-%d}" if fixed and one else "XXXX-XX-XX")
    exact = _placed_holiday(m, context, context.published)
    return Reading("DATE", exact.isoformat()) if exact else None


def _placed_holiday(m: Match, context: Context, published: date) -> date | None:
    """Return the day of the holiday that its lead, its nearness or the verb points to."""
    name = m.str("holiday")
    days = [d for y in (-1, 0, 1) if (d := holiday(name, published.year + y))]
    lead, way = m.lead
    if lead:
        days = [d for d in days if (d > published if way > 0 else d < published if way else d.year == published.year)]
    elif near := [d for d in days if abs((d - published).days) < 60]:
        days = near
    elif (ahead := context.future(m.first, m.stop)) is not None:
        days = [d for d in days if (d >= published if ahead else d <= published)]
    return min(days, key=lambda d: abs((d - published).days)) if days else None


@rule("last|next|this? holiday unit yearish?", "the? unit of holiday yearish?")
def _holiday_week(m: Match, context: Context) -> Reading | None:
    unit = m.str("unit")
    if unit not in ("week", "weekend"):
        return None
    if "yearish" in m:
        exact = holiday(m.str("holiday"), m.int("yearish"))
    else:
        exact = _placed_holiday(m, context, context.published) if context.published else None
    if exact is None:
        return Reading("DATE", "XXXX-WXX" + ("-WE" if unit == "weekend" else ""))
    return Reading("DATE", value_of(exact, "weekend" if unit == "weekend" else "week"))


@rule(
    "the? unit of|edge|ending month day (comma? yearish)?",
    "the? unit of|edge|ending the? day of? month (comma? yearish)?",
)
def _week_of(m: Match, context: Context) -> Reading | None:
    unit = m.str("unit")
    if unit not in ("week", "weekend") or not is_day(m.int("month"), m.int("day")):
        return None
    exact = None
    if "yearish" in m:
        exact = make_date(m.int("yearish"), m.int("month"), m.int("day"))
    elif (value := place(context, m, m.int("month"), m.int("day")))[0] != "X":
        exact = date.fromisoformat(value)
    if not exact:
        return Reading("DATE", "XXXX-WXX" + ("-WE" if unit == "weekend" else ""))
    return Reading("DATE", value_of(exact, "weekend" if unit == "weekend" else "week"))


@rule("the? unit small")
def _numbered_week(m: Match, context: Context) -> Reading | None:
    if context.tokens.text[context.tokens.starts[m.at("unit")]] == "W" and m.first:
        return None  # a round of a league
    if m.word("unit") != "week" or not 1 <= m.int("small") <= 53:
        return None
    if context.published is None:
        return Reading("DATE", f"XXXX-W{m.int('small'):02}")
    value = f"{context.published.year:04}-W{m.int('small'):02}"
    return Reading("DATE", value) if span_of(value) else None


@rule(
    "the? nth|last unit of|in month (comma? of? yearish)?",
    "the? nth|last unit of|in yearish",
    "the? nth|last unit of the? last|next|this unit2=unit",
    "the? nth|last unit of the unit2=unit",
)
def _nth_unit_of(m: Match, context: Context) -> Reading | None:
    """Read "the first week of January", "the 15th day of next month", "the last week of 2021"."""
    tokens = context.tokens
    nth = next((v for v in tokens.values[m.first : m.at("unit")] if isinstance(v, int)), 0)
    unit = m.str("unit")
    whole = _whole(m, context)
    span = span_of(whole) if whole else None
    if unit not in ("day", "week") or not span:
        return (
            Reading("DATE", "XXXX-XX-XX" if unit == "day" else "XXXX-WXX")
            if unit in ("day", "week") and whole
            else None
        )
    if nth < 0:
        exact: date | None = span[1]
    else:
        exact = move(span[0], nth - 1, "day" if unit == "day" else "week")
        if exact and "yearish" in m and "month" not in m and unit == "week":
            return Reading("DATE", value) if span_of(value := f"{m.int('yearish'):04}-W{nth:02}") else None
    if not exact or exact > span[1]:
        return None
    return Reading("DATE", value_of(exact, "day" if unit == "day" else "week"))


def _whole(m: Match, context: Context) -> str | None:
    """Return the value of the month or year that something is the first or last part of."""
    if "month" in m:
        return f"{m.int('yearish'):04}-{m.int('month'):02}" if "yearish" in m else place(context, m, m.int("month"))
    if "yearish" in m:
        return f"{m.int('yearish'):04}"
    if m.str("unit2") not in ("month", "year"):
        return None
    if context.published is None:
        return "XXXX"
    inner = [v for v in context.tokens.values[m.at("unit") + 1 : m.at("unit2")] if isinstance(v, int)]
    moved = move(context.published, inner[0] if inner else 0, "month" if m.str("unit2") == "month" else "year")
    return value_of(moved, "month" if m.str("unit2") == "month" else "year") if moved else None


@rule("the? nth|last weekday of|in month (comma? of? yearish)?")
def _nth_weekday(m: Match, context: Context) -> Reading | None:
    nth = next((v for v in context.tokens.values[m.first : m.at("weekday")] if isinstance(v, int)), 0)
    month = m.int("month")
    if "yearish" in m:
        year = m.int("yearish")
    else:
        value = place(context, m, month)
        if value[0] == "X":
            return Reading("DATE", f"XXXX-{month:02}-XX")
        year = int(value[:4])
    if not (nth == -1 or 1 <= nth <= 5):
        return None
    exact = nth_weekday(year, month, m.int("weekday"), nth)
    return Reading("DATE", exact.isoformat()) if exact else None
