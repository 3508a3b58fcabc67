"""Rules for dates named by the calendar: days, months, years, quarters, seasons, holidays, and ranges of them."""

from __future__ import annotations

import re
from datetime import date

from index.calendars import add_days, holiday, make_date, nth_weekday, span_of, value_of
from index.timex_grammar import Context, Grammar, Match, Reading

grammar = Grammar()
rule = grammar.rule

_AMBIGUOUS_MONTHS = frozenset(("may", "march", "mar", "dec", "jan", "apr", "jun", "april", "june", "august"))
_MONTH_LEADS = frozenset(
    [
        "in",
        "of",
        "since",
        "by",
        "until",
        "till",
        "last",
        "next",
        "this",
        "early",
        "late",
        "mid",
        "from",
        "to",
        "through",
        "during",
        "before",
        "after",
        "between",
        "and",
        "or",
        "earlier",
        "later",
        "beginning",
        "end",
        "middle",
        "until",
        "throughout",
        "for",
        "on",
        "every",
        "each",
    ]
)
_DECADES = {"twenties": 2, "thirties": 3, "forties": 4, "fifties": 5, "sixties": 6, "seventies": 7, "eighties": 8,
            "nineties": 9}  # fmt: skip


# A date without its year that would lie further away than this is not meant, whatever the verb: newspapers name
# the year of what lies further off.
_FAR_DAY, _FAR_MONTH = 240, 300


def full_year(year: int) -> int:
    """Return a year written with two digits in full: 00 to 39 are this century's, 40 to 99 the last's."""
    return year if year >= 100 else 2000 + year if year < 40 else 1900 + year


def place(context: Context, match: Match, month: int, day: int | None = None) -> str:
    """Return the value of a month, or a day of a month, that is given without its year.

    The verb decides between the last such date and the next; without a verb the nearer one is taken.
    """
    tail = f"-{month:02}" + (f"-{day:02}" if day else "")
    published = context.published
    if published is None:
        return "XXXX" + tail
    years = [published.year, published.year - 1, published.year + 1]
    here = published if day else published.replace(day=1)
    options = [d for d in (make_date(y, month, day or 1) for y in years if 1 <= y <= 9999) if d]
    if not options:  # 29 February: a leap year may be further away
        years = [y for k in range(2, 9) for y in (published.year - k, published.year + k) if 1 <= y <= 9999]
        options = [d for d in (make_date(y, month, day or 1) for y in years) if d]
    if not options:
        return "XXXX" + tail
    tokens = context.tokens.words
    attributive = tokens[match.first] == "the" or (match.first > 0 and tokens[match.first - 1] in ("the", "a", "an"))
    ahead = None if attributive and day else context.future(match.first, match.stop)
    sided = [d for d in options if (d >= here if ahead else d <= here)] if ahead is not None else options
    nearest = min(options, key=lambda d: abs((d - here).days))
    best = min(sided or options, key=lambda d: abs((d - here).days))
    if abs((best - here).days) > (_FAR_DAY if day else _FAR_MONTH):
        best = nearest
    return f"{best.year:04}{tail}"


def _valid(month: int, day: int) -> bool:
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
    word = m.word("slashed")
    a, b, c = map(int, re.split("[/.-]", word))
    if a > 999:
        return _full(a, b, c) or _full(a, c, b)
    if len(re.split("[/.-]", word)[2]) == 3 or a > 31 or ("." in word and c < 1000) or ("-" in word and c < 100):
        return None
    year = full_year(c)
    if "." in word or context.day_first:
        return _full(year, b, a) or _full(year, a, b)
    return _full(year, a, b) or _full(year, b, a)


@rule(
    "the? month the? day comma? of|in? yearish",
    "weekdayish comma? the? month the? day comma? of|in? yearish",
    "the? day dash? of? month dash? comma? of|in? yearish",
    "weekdayish comma? the? day dash? of? month dash? comma? of|in? yearish",
    "month day apostrophe year=small",
)
def _day_month_year(m: Match, context: Context) -> Reading | None:
    year = m.int("yearish") if "yearish" in m else full_year(m.int("year"))
    return _full(year, m.int("month"), m.int("day"))


@rule(
    "the? month the? day",
    "weekdayish comma? the? month the? day",
    "the? day dash? of? month",
    "weekdayish comma? the? day dash? of? month",
)
def _day_month(m: Match, context: Context) -> Reading | None:
    month, day = m.int("month"), m.int("day")
    if not _valid(month, day):
        return None
    if m.word("day") == "second" and "the" not in m and m.word("month") == "may":
        return None
    return Reading("DATE", place(context, m, month, day))


@rule("[ the? early? dash? month comma? of? yearish ]", "[ the? edge of month comma? of? yearish ]")
def _month_year(m: Match, context: Context) -> Reading | None:
    return Reading("DATE", f"{m.int('yearish'):04}-{m.int('month'):02}")


@rule("[ the? early? dash? month ]", "[ the? early in month ]", "[ the? edge of month ]")
def _month(m: Match, context: Context) -> Reading | None:
    i = m.at("month")
    word = m.word("month")
    raw = context.tokens.text[context.tokens.starts[i]]
    if not raw.isupper():
        return None
    if word in _AMBIGUOUS_MONTHS and i == m.first and (i == 0 or context.tokens.words[i - 1] not in _MONTH_LEADS):
        return None
    return Reading("DATE", place(context, m, m.int("month")))


@rule("[ early? dash? the? yearish ]", "[ the? edge of the? unit? yearish ]", "[ the early? year=unit yearish ]")
def _year(m: Match, context: Context) -> Reading | None:
    i, tokens = m.at("yearish"), context.tokens
    if not 1000 <= m.int("yearish") <= 2199:
        return None
    if ("year" in m and m.word("year") != "year") or ("unit" in m and m.word("unit") != "year"):
        return None
    before = tokens.words[i - 1] if i else ""
    after = tokens.words[i + 1] if i + 1 < len(tokens.words) else ""
    touching = i > 0 and tokens.ends[i - 1] == tokens.starts[i]
    if before in ("$", "£", "€", "#", ".", ":", "no") or (
        (touching and before in ("-", "/", "(", "+", "–")) and before != "("
    ):
        return None
    if after in ("%", "percent", "pieces", "points", "people", "miles", "feet", "shares", "men", "workers", "troops"):
        return None
    if m.int("yearish") < 1500 and before not in ("in", "since", "year", "by", "from", "of", "until"):
        return None
    if after in ("-", "–", "/") and i + 2 < len(tokens.words) and tokens.ends[i + 1] == tokens.starts[i + 2]:
        digits = tokens.words[i + 2]
        if digits.isdigit() and len(digits) != 4:
            return None
    return Reading("DATE", f"{m.int('yearish'):04}")


@rule("[ early? dash? decade ]", "[ the edge of the decade ]", "[ the early? dash? decade ]")
def _decade(m: Match, context: Context) -> Reading | None:
    digits = re.sub(r"\D", "", m.word("decade"))
    if len(digits) == 2:
        before = context.tokens.words[m.at("decade") - 1] if m.at("decade") else ""
        if before not in ("the", "early", "late", "mid", "-", "'", "’"):
            return None
        digits = ("20" if digits in ("00", "10") else "19") + digits
    return Reading("DATE", digits[:3] + "X")


@rule(
    *(f"[ the early? dash? word={name} ]" for name in _DECADES),
    *(f"[ nineteen=word-number dash? word={name} ]" for name in _DECADES),
    *(f"in [ word={name} ]" for name in _DECADES),
)
def _spelled_decade(m: Match, context: Context) -> Reading | None:
    return Reading("DATE", f"19{_DECADES[m.word('word')]}X")


@rule("[ the? early? dash? nth dash? unit ]")
def _nth_unit(m: Match, context: Context) -> Reading | None:
    nth, unit = m.int("nth"), m.str("unit")
    if unit == "century" and 1 <= nth <= 30:
        return Reading("DATE", f"{nth - 1:02}XX", anchors=False)
    if unit == "quarter" and 1 <= nth <= 4:
        return Reading("DATE", place_part(context, m, "Q", nth))
    return None


def place_part(context: Context, m: Match, letter: str, nth: int) -> str:
    """Return the quarter (Q) or half (H) number ``nth`` of the year the text speaks of."""
    published = context.published
    if published is None:
        return f"XXXX-{letter}{nth}"
    start = 1 + (nth - 1) * (3 if letter == "Q" else 6)
    ahead = context.future(m.first, m.stop)
    year = published.year - (start > published.month and not ahead)
    return f"{year:04}-{letter}{nth}"


@rule(
    "[ the? fiscal? nth dash? unit of|in? fiscal? yearish ]",
    "[ the yearish fiscal? nth dash? unit ]",
    "[ q small dash|of? yearish ]",
    "[ yearish q small ]",
)
def _quarter_of_year(m: Match, context: Context) -> Reading | None:
    nth = m.int("small") if "small" in m else m.int("nth")
    if ("unit" in m and m.str("unit") != "quarter") or not 1 <= nth <= 4:
        return None
    return Reading("DATE", f"{m.int('yearish'):04}-Q{nth}")


@rule("[ the? fiscal nth dash? unit ]")
def _fiscal_quarter(m: Match, context: Context) -> Reading | None:
    if m.str("unit") != "quarter" or not 1 <= m.int("nth") <= 4:
        return None
    return Reading("DATE", place_part(context, m, "Q", m.int("nth")))


@rule("[ the? nth half of|in yearish ]", "[ the? nth half of this unit ]")
def _half(m: Match, context: Context) -> Reading | None:
    nth = m.int("nth")
    if nth not in (1, 2):
        return None
    if "yearish" in m:
        return Reading("DATE", f"{m.int('yearish'):04}-H{nth}")
    if m.str("unit") != "year":
        return None
    return Reading("DATE", f"{context.published.year:04}-H{nth}" if context.published else f"XXXX-H{nth}")


@rule("[ fiscal unit? yearish ]", "[ the? fiscal unit ending|ended? ]")
def _fiscal_year(m: Match, context: Context) -> Reading | None:
    if "unit" in m and m.str("unit") != "year":
        return None
    if "yearish" in m:
        return Reading("DATE", f"{m.int('yearish'):04}")
    return Reading("DATE", f"{context.published.year:04}" if context.published else "XXXX")


@rule("[ the? early? dash? season of|comma? yearish ]")
def _season_year(m: Match, context: Context) -> Reading | None:
    return Reading("DATE", f"{m.int('yearish'):04}-{m.str('season')}")


@rule("in|of|since|by|to|during|before|after [ the? early? dash? season ]", "[ early dash? season ]")
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


@rule("[ the? holiday comma? of|in? yearish ]", "[ the? holiday of this unit ]")
def _holiday_year(m: Match, context: Context) -> Reading | None:
    if "unit" in m:
        if m.str("unit") != "year" or not context.published:
            return None
        year = context.published.year
    else:
        year = m.int("yearish")
    exact = holiday(m.str("holiday"), year)
    return Reading("DATE", exact.isoformat()) if exact else None


@rule("[ last|next|this? holiday ]")
def _holiday(m: Match, context: Context) -> Reading | None:
    name, published = m.str("holiday"), context.published
    if published is None:
        known = holiday(name, 2000), holiday(name, 2001)
        fixed = known[0] and known[1] and known[0].replace(year=2001) == known[1]
        return Reading("DATE", f"XXXX-{known[0]:%m-%d}" if fixed and known[0] else "XXXX-XX-XX")
    days = [d for y in (-1, 0, 1) if (d := holiday(name, published.year + y))]
    lead = context.tokens.words[m.first]
    if lead in ("next", "coming", "upcoming", "following"):
        days = [d for d in days if d > published]
    elif lead in ("last", "past", "previous"):
        days = [d for d in days if d < published]
    elif lead == "this":
        days = [d for d in days if d.year == published.year]
    else:
        ahead = context.future(m.first, m.stop)
        if ahead is not None:
            days = [d for d in days if (d >= published if ahead else d <= published)]
    if not days:
        return None
    return Reading("DATE", min(days, key=lambda d: abs((d - published).days)).isoformat())


@rule(
    "[ the? unit of|edge|ending month day comma? yearish? ]",
    "[ the? unit of|edge|ending the? day of? month comma? yearish? ]",
)
def _week_of(m: Match, context: Context) -> Reading | None:
    unit = m.str("unit")
    if unit not in ("week", "weekend") or not _valid(m.int("month"), m.int("day")):
        return None
    if "yearish" in m:
        exact = make_date(m.int("yearish"), m.int("month"), m.int("day"))
    else:
        value = place(context, m, m.int("month"), m.int("day"))
        exact = date.fromisoformat(value) if value[0] != "X" else None
    if not exact:
        return Reading("DATE", "XXXX-WXX" + ("-WE" if unit == "weekend" else ""))
    return Reading("DATE", value_of(exact, "week" if unit == "week" else "weekend"))


@rule("[ the? unit small ]")
def _numbered_week(m: Match, context: Context) -> Reading | None:
    if m.word("unit") != "week" or not m.int("small") >= 1:
        return None
    if context.published is None:
        return Reading("DATE", f"XXXX-W{m.int('small'):02}")
    value = f"{context.published.year:04}-W{m.int('small'):02}"
    return Reading("DATE", value) if span_of(value) else None


@rule("[ the? nth|last weekday of|in month comma? yearish? ]")
def _nth_weekday(m: Match, context: Context) -> Reading | None:
    words = context.tokens
    which = m.first + (words.words[m.first] == "the")
    nth = -1 if words.words[which] in ("last", "past", "previous") else words.values[which]
    month = m.int("month")
    if not isinstance(nth, int):
        return None
    if "yearish" in m:
        year = m.int("yearish")
    else:
        value = place(context, m, month)
        if value[0] == "X":
            return Reading("DATE", f"XXXX-{month:02}-XX")
        year = int(value[:4])
    exact = nth_weekday(year, month, m.int("weekday"), nth)
    return Reading("DATE", exact.isoformat()) if exact else None


def _range(first: str, last: str) -> Reading | None:
    """Return an interval between two values, which may lack their year."""
    if first[0] != "X" and last[0] != "X" and not span_of(f"{first}/{last}"):
        return None
    return Reading("DATE", f"{first}/{last}")


@rule(
    "[ month the? day dash|to|and the? day comma? of? yearish? ]",
    "between|from [ month the? day dash|to|and the? day comma? of? yearish? ]",
)
def _days_of_month(m: Match, context: Context) -> Reading | None:
    return _day_range(m, context)


@rule(
    "[ the? day dash|to the? day of? month comma? of? yearish? ]",
    "between|from [ the? day dash|to|and the? day of? month comma? of? yearish? ]",
)
def _month_days(m: Match, context: Context) -> Reading | None:
    return _day_range(m, context)


def _day_range(m: Match, context: Context) -> Reading | None:
    month, first, last = m.int("month"), m.int("day"), m.int("day2")
    if not (_valid(month, first) and _valid(month, last) and first < last):
        return None
    year = f"{m.int('yearish'):04}" if "yearish" in m else place(context, m, month, first)[:4]
    return _range(f"{year}-{month:02}-{first:02}", f"{year}-{month:02}-{last:02}")


@rule("[ month dash month2=month comma? of? yearish? ]")
def _month_range(m: Match, context: Context) -> Reading | None:
    first, last = m.int("month"), m.int("month2")
    if "yearish" in m:
        end = m.int("yearish")
    else:
        value = place(context, m, last)
        if value[0] == "X":
            return Reading("DATE", f"XXXX-{first:02}/XXXX-{last:02}")
        end = int(value[:4])
    return _range(f"{end - (first > last):04}-{first:02}", f"{end:04}-{last:02}")


@rule("[ year dash year2=year ]")
def _year_range(m: Match, context: Context) -> Reading | None:
    tokens = context.tokens
    if tokens.words[m.first - 1] in ("-", "+", "/") and m.first:
        return None
    if m.stop < len(tokens.words) and tokens.words[m.stop] == "-":
        return None
    return _range(f"{m.int('year'):04}", f"{m.int('year2'):04}") if m.int("year") < m.int("year2") else None


_SHORT_DATE_LEADS = frozenset(("on", "by", "before", "after", "since", "from", "until", "to", "this", "next", "for"))


@rule("[ weekdayish comma? small slash|dash small2=small ]", "[ small slash small2=small ]")
def _short_date(m: Match, context: Context) -> Reading | None:
    a, b = m.int("small"), m.int("small2")
    tokens = context.tokens
    if tokens.starts[m.at("small2")] - tokens.ends[m.at("small")] != 1:
        return None
    lead = tokens.words[m.first - 1] if m.first else ""
    bare = "weekdayish" not in m and lead not in _SHORT_DATE_LEADS
    if bare and (max(a, b) < 13 or (a, b) in ((24, 7), (20, 20)) or lead in ("/", "-", "$")):
        return None  # a fraction, a score, round the clock
    if context.day_first and _valid(b, a):
        a, b = b, a
    if not _valid(a, b):
        a, b = b, a
    if not _valid(a, b):
        return None
    return Reading("DATE", place(context, m, a, b))


__all__ = ["add_days", "grammar", "place", "place_season"]
