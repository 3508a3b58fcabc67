"""Rules for dates named by the calendar: days, months, years, decades, centuries, and ranges of them."""

from __future__ import annotations

import re
from datetime import date

from dateline.index.dates.calendars import make_date, span_of
from dateline.index.dates.timex_grammar import Context, Grammar, Match, Reading, shape_of

grammar = Grammar()
rule = grammar.rule

# Month names that are other words or people's names too: alone they need a word like "in" before them.
_AMBIGUOUS_MONTHS = frozenset(("may", "march", "mar", "dec", "jan"))
_NAME_MONTHS = frozenset(("april", "june", "august", "jan", "may", "apr", "jun"))  # "April Ryan"
_MONTH_LEADS = frozenset(
    ("in", "of", "since", "by", "until", "till", "last", "next", "this", "early", "late", "mid", "from", "to", "through",
     "during", "before", "after", "between", "and", "or", "earlier", "later", "throughout", "for", "on", "every", "each",
     "a", "an", "the", "its", "his", "her", "their", "our")
)  # fmt: skip
_COUNTED_NOUNS = frozenset(
    ("%", "percent", "pieces", "points", "people", "miles", "feet", "shares", "men", "women", "workers", "troops", "tons",
     "meters", "metres", "dollars", "euros", "pounds", "jobs", "homes", "soldiers", "students", "members")
)  # fmt: skip
_DECADES = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
# A date without its year that would lie further away than this many days is not meant, whatever the verb:
# newspapers name the year of what lies further off.
_FAR_DAY, _FAR_MONTH = 300, 340
_AHEAD_WEIGHT = 2  # without a verb, a date ahead must be this much nearer than one behind
# "26 June to 28 June 2020", "from April to June in 2017": the year that stands behind the second date is the first's.
_YEAR_AHEAD = re.compile(
    shape_of("to|dash|and") + "(?:" + shape_of("the? day of? month") + "|" + shape_of("month the? day") + "|"
    + shape_of("month") + ")" + shape_of("comma? of|in? yearish")
)  # fmt: skip


def full_year(year: int) -> int:
    """Return a year written with two digits in full: 00 to 39 are this century's, 40 to 99 the last's."""
    return year if year >= 100 else 2000 + year if year < 40 else 1900 + year


def place(context: Context, match: Match, month: int, day: int | None = None, weekday: int = 0) -> str:
    """Return the value of a month, or a day of a month, that is given without its year.

    A range's year, a weekday that must agree, and the verb decide in this order; without any of them the nearest
    such date is taken.
    """
    tail = f"-{month:02}" + (f"-{day:02}" if day else "")
    if year := _range_year(context, match, month):
        return f"{year:04}{tail}"
    published = context.published
    if published is None:
        return "XXXX" + tail
    here = published if day else published.replace(day=1)
    options = _same_day(published.year, month, day or 1)
    agreeing = [d for d in options if d.isoweekday() == weekday]
    if agreeing:
        options = agreeing
    if not options:
        return "XXXX" + tail
    nearest = min(options, key=lambda d: max((here - d).days, _AHEAD_WEIGHT * (d - here).days))
    ahead = None if _attributive(context, match) else context.future(match.first, match.stop)
    sided = [d for d in options if (d >= here if ahead else d <= here)] if ahead is not None else []
    best = min(sided, key=lambda d: abs((d - here).days)) if sided else nearest
    if abs((best - here).days) > (_FAR_DAY if day else _FAR_MONTH):
        best = nearest
    return f"{best.year:04}{tail}"


def _same_day(year: int, month: int, day: int) -> list[date]:
    """Return that day of the years around ``year``; for 29 February, of the leap years around it."""
    days = [make_date(y, month, day) for y in range(year - 1, year + 2)]
    if not any(days):
        days = [make_date(y, month, day) for y in range(year - 8, year + 9)]
    return [d for d in days if d]


def _attributive(context: Context, match: Match) -> bool:
    """Say whether a date stands before a noun ("the Feb. 23 accord"), where no verb is about it."""
    words = context.tokens.words
    if "edge" in match:
        return False
    return words[match.first] == "the" or (match.first > 0 and words[match.first - 1] in ("the", "a", "an"))


def _range_year(context: Context, match: Match, month: int) -> int | None:
    """Return the year that the end of a range gives its beginning ("from April to June 2017")."""
    tokens = context.tokens
    found = _YEAR_AHEAD.match(tokens.shape, match.stop)
    if not found:
        return None
    year = tokens.values[found.end() - 1]
    last = next(
        v
        for k, v in enumerate(tokens.values[match.stop : found.end()], match.stop)
        if tokens.shape[k] == shape_of("month")[1]
    )
    if not isinstance(year, int) or not isinstance(last, int):
        return None
    return year - (month > last)


def is_day(month: int, day: int) -> bool:
    """Say whether some year has this day."""
    return 1 <= month <= 12 and make_date(2000, month, day) is not None


def _full(year: int, month: int, day: int) -> Reading | None:
    exact = make_date(year, month, day)
    return Reading("DATE", exact.isoformat()) if exact else None


@rule("iso")
def _iso(m: Match, context: Context) -> Reading | None:
    word = m.word("iso").upper()
    exact = make_date(int(word[:4]), int(word[5:7]), int(word[8:10]))
    if not exact:
        return None
    return (
        Reading("TIME", f"{exact.isoformat()}T{word[11:16]}") if len(word) > 10 else Reading("DATE", exact.isoformat())
    )


@rule("slashed")
def _slashed(m: Match, context: Context) -> Reading | None:
    parts = re.split("[/.-]", m.word("slashed"))
    a, b, c = map(int, parts)
    if a > 999:
        return _full(a, b, c) or _full(a, c, b)
    if len(parts[2]) == 3 or a > 31 or (c < 1000 and "/" not in m.word("slashed")):
        return None  # a version, a score, a part number
    year = full_year(c)
    if "." in m.word("slashed") or context.day_first:
        return _full(year, b, a) or _full(year, a, b)
    return _full(year, a, b) or _full(year, b, a)


@rule(
    "(weekdayish comma?)? the? month the? day comma? of|in? yearish",
    "(weekdayish comma?)? the? day dash? of? month dash? comma? of|in? yearish",
    "month day apostrophe year=small",
    "day of? month of year=small|number",
    "yearish dash|slash month dash|slash day",
)
def _day_month_year(m: Match, context: Context) -> Reading | None:
    year = m.int("yearish") if "yearish" in m else m.int("year")
    return _full(full_year(year), m.int("month"), m.int("day")) if year >= 0 else None


@rule("(weekdayish comma?)? month day clock yearish")
def _log_date(m: Match, context: Context) -> Reading | None:
    """Read "Wed Oct 26 15:50:06 2016", as logs write it."""
    exact = make_date(m.int("yearish"), m.int("month"), m.int("day"))
    return (
        Reading("TIME", f"{exact.isoformat()}T{m.word('clock').strip()}") if exact and ":" in m.word("clock") else None
    )


@rule(
    "(weekdayish comma?)? the? month the? day",
    "(weekdayish comma?)? the? day dash? of? month",
    "month slash small",
)
def _day_month(m: Match, context: Context) -> Reading | None:
    month, day = m.int("month"), m.int("day" if "day" in m else "small")
    weekday = m.int("weekdayish") if "weekdayish" in m else 0
    if not is_day(month, day) or context.tokens.words[m.first - 1 : m.first] in (["$"], ["£"], ["€"]):
        return None
    return Reading("DATE", place(context, m, month, day, weekday))


@rule("weekdayish comma? the? dayth", "weekdayish comma? the day", "on|by|before|after|to|about|for [ the dayth ]")
def _day_of_unsaid_month(m: Match, context: Context) -> Reading | None:
    day = m.int("dayth") if "dayth" in m else m.int("day")
    after = context.tokens.words[m.stop : m.stop + 1]
    if "weekdayish" not in m and after and (after[0].isalpha() or after[0] == "-"):
        return None  # "on the 21st floor"
    published = context.published
    if published is None or not 1 <= day <= 31:
        return Reading("DATE", f"XXXX-XX-{day:02}", anchors=False) if 1 <= day <= 31 else None
    months = range(published.year * 12 + published.month - 13, published.year * 12 + published.month + 12)
    days = [d for k in months if (d := make_date(k // 12, k % 12 + 1, day))]
    if "weekdayish" in m:
        days = [d for d in days if d.isoweekday() == m.int("weekdayish")]
    ahead = context.future(m.first, m.stop)
    sided = [d for d in days if (d >= published if ahead else d <= published)] if ahead is not None else days
    if not sided:
        return None
    return Reading("DATE", min(sided, key=lambda d: abs((d - published).days)).isoformat())


_SHORT_DATE_LEADS = frozenset(("on", "by", "before", "after", "since", "from", "until", "to", "this", "next", "for"))


@rule("(last|next|this? weekdayish comma?)? small slash|dash small2=small")
def _short_date(m: Match, context: Context) -> Reading | None:
    """Read "5/17": with a weekday or a preposition, or where it can't be a fraction."""
    a, b = m.int("small"), m.int("small2")
    tokens = context.tokens
    named = "weekdayish" in m
    if tokens.starts[m.at("small2")] - tokens.ends[m.at("small")] != 1:
        return None
    lead = tokens.words[m.first - 1] if m.first else ""
    if tokens.words[m.at("small") + 1] != "/" and not named:
        return None
    if (
        not named
        and lead not in _SHORT_DATE_LEADS
        and (max(a, b) < 13 or (a, b) in ((24, 7), (20, 20)) or lead in "/-$")
    ):
        return None
    if (context.day_first and is_day(b, a)) or not is_day(a, b):
        a, b = b, a
    if not is_day(a, b):
        return None
    return Reading("DATE", place(context, m, a, b))


@rule(
    "the? (early dash?)? month comma? of|in? yearish",
    "the? edge of month comma? of|in? yearish",
    "month slash|dash yearish",
    "month of small=small|number",
)
def _month_year(m: Match, context: Context) -> Reading | None:
    year = m.int("yearish") if "yearish" in m else m.int("small")
    if "small" in m and not 32 <= year <= 99:
        return None
    return m.narrowed(Reading("DATE", f"{full_year(year):04}-{m.int('month'):02}"))


@rule("the? (early dash?)? month", "the? early in month", "the? edge of month")
def _month(m: Match, context: Context) -> Reading | None:
    tokens, i = context.tokens, m.at("month")
    word, raw = m.word("month"), tokens.text[tokens.starts[i]]
    after = tokens.text[tokens.starts[i + 1]] if i + 1 < len(tokens.words) else ""
    if word in ("may", "march", "mar") and not raw.isupper():
        return None
    lead = tokens.words[i - 1] if i else ""
    if (
        word == "march"
        and (lead in ("", "a", "the") or "the" in m)
        and {*tokens.words[i + 1 : i + 2]} & {"on", "for", "to"}
    ):
        return None  # a demonstration
    if word in _NAME_MONTHS and after.isupper() and i == m.first:
        return None
    if word in _AMBIGUOUS_MONTHS and i == m.first and (i == 0 or tokens.words[i - 1] not in _MONTH_LEADS):
        return None
    return m.narrowed(Reading("DATE", place(context, m, m.int("month"))))


@rule("(the? day of?)? month of|in? last|next|this unit", "month the? day of|in? last|next|this unit")
def _month_of_last_year(m: Match, context: Context) -> Reading | None:
    """Read "July last year", "5 July last year"."""
    published, month = context.published, m.int("month")
    day = m.int("day") if "day" in m else 0
    if m.str("unit") != "year" or (day and not is_day(month, day)):
        return None
    tail = f"-{month:02}" + (f"-{day:02}" if day else "")
    value = f"{published.year + m.lead[1]:04}{tail}" if published else f"XXXX{tail}"
    return Reading("DATE", value) if not published or span_of(value) else None


@rule("(early dash?)? yearish", "the? early|edge of? the? unit? yearish", "the? unit yearish")
def _year(m: Match, context: Context) -> Reading | None:
    tokens, i, year = context.tokens, m.at("yearish"), m.int("yearish")
    if "unit" in m and m.word("unit") != "year":
        return None
    before = tokens.words[i - 1] if i else ""
    after = tokens.words[i + 1] if i + 1 < len(tokens.words) else ""
    touching = i > 0 and tokens.ends[i - 1] == tokens.starts[i]
    if before in ("$", "£", "€", "#", "no") or (touching and before in ("-", "/", "+", ".", ":") and i == m.first):
        return None
    if after in _COUNTED_NOUNS or (
        not 1500 <= year < 2100 and before not in ("in", "since", "year", "by", "from", "until")
    ):
        return None
    if after in ("-", "–", "/") and tokens.starts[i + 1] == tokens.ends[i] and tokens.words[i + 2 : i + 3]:
        behind = tokens.words[i + 2]
        if behind.isdigit() and len(behind) != 4:
            return None  # a telephone number, "2013-14"
    return m.narrowed(Reading("DATE", f"{year:04}"))


@rule("(the? early dash?)? decade", "the edge of the decade", "the decade")
def _decade(m: Match, context: Context) -> Reading | None:
    digits = re.sub(r"\D", "", m.word("decade"))
    if len(digits) == 2:
        before = context.tokens.words[m.at("decade") - 1] if m.at("decade") else ""
        if before not in ("the", "early", "late", "mid", "-", "'", "’"):
            return None
        digits = ("20" if digits in ("00", "10") else "19") + digits
    return m.narrowed(Reading("DATE", digits[:3] + "X"))


@rule(
    *(f"the (early dash?)? name={name}" for name in _DECADES),
    *(f"word-number dash? name={name}" for name in _DECADES),
    *(f"in [ name={name} ]" for name in _DECADES),
)
def _spelled_decade(m: Match, context: Context) -> Reading | None:
    return m.narrowed(Reading("DATE", f"19{_DECADES.index(m.word('name')) + 2}X"))


@rule("the? (early dash?)? nth dash? unit")
def _century(m: Match, context: Context) -> Reading | None:
    nth = m.int("nth")
    return Reading("DATE", f"{nth - 1:02}XX", anchors=False) if m.str("unit") == "century" and 1 <= nth <= 30 else None


@rule(
    "(between|from)? [ month the? day dash|to the? day (comma? of|in? yearish)? ]",
    "(between|from)? [ the? day dash|to the? day of? month (comma? of|in? yearish)? ]",
    "between [ month the? day and the? day (comma? of|in? yearish)? ]",
    "between [ the? day and the? day of? month (comma? of|in? yearish)? ]",
)
def _days_of_month(m: Match, context: Context) -> Reading | None:
    month, first, last = m.int("month"), m.int("day"), m.int("day2")
    if not (is_day(month, first) and is_day(month, last) and first < last):
        return None
    year = f"{m.int('yearish'):04}" if "yearish" in m else place(context, m, month, first)[:4]
    return _range(f"{year}-{month:02}-{first:02}", f"{year}-{month:02}-{last:02}")


@rule("month dash month2=month (comma? of? yearish)?")
def _months(m: Match, context: Context) -> Reading | None:
    first, last = m.int("month"), m.int("month2")
    if "yearish" in m:
        end = m.int("yearish")
    elif context.published is None:
        return Reading("DATE", f"XXXX-{first:02}/XXXX-{last:02}")
    else:
        end = int(place(context, m, last)[:4])
    return _range(f"{end - (first > last):04}-{first:02}", f"{end:04}-{last:02}")


@rule("year dash small", "year dash year2=number")
def _winter_years(m: Match, context: Context) -> Reading | None:
    """Read "2019-20", a season or a school year."""
    tokens, year = context.tokens, m.int("year")
    last = m.int("small" if "small" in m else "year2")
    i = m.at("year")
    if (
        last != (year + 1) % 100
        or tokens.ends[i + 1] - tokens.ends[i] != 1
        or tokens.ends[i + 2] - tokens.ends[i + 1] != 2
    ):
        return None
    return _range(f"{year:04}", f"{year + 1:04}")


@rule("year dash year2=year")
def _years(m: Match, context: Context) -> Reading | None:
    tokens = context.tokens
    beside = {*tokens.words[max(m.first - 1, 0) : m.first], *tokens.words[m.stop : m.stop + 1]}
    if beside & {"-", "+", "/"} or m.int("year") >= m.int("year2"):
        return None  # part of a longer number
    return _range(f"{m.int('year'):04}", f"{m.int('year2'):04}")


def _range(first: str, last: str) -> Reading | None:
    """Return the interval between two values, None where they stand in the wrong order."""
    if first[0] != "X" and not span_of(f"{first}/{last}"):
        return None
    return Reading("DATE", f"{first}/{last}")
