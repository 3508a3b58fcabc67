"""Text -> tokens with the lexical class that the grammar of time expressions speaks about.

A text becomes a string with one character a token, its ``shape``: "two weeks ago" is ``number unit ago``.
The rules of the grammar are regular expressions over shapes, so a word's form is looked at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count

from index.calendars import HOLIDAYS

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CARDINALS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = (
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
    "nineteenth",
)  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6}

# Class -> its words, each with what it means.
CLASSES: dict[str, dict[str, object]] = {
    "month": {name: i for i, name in enumerate(MONTHS, 1)},
    "weekday": {name: i for i, name in enumerate(WEEKDAYS, 1)},
    "weekdays": {name + "s": i for i, name in enumerate(WEEKDAYS, 1)},
    "unit": {
        "minute": "minute", "hour": "hour", "day": "day", "week": "week", "weekend": "weekend", "fortnight": "fortnight",
        "month": "month", "quarter": "quarter", "year": "year", "decade": "decade", "century": "century",
        "millennium": "millennium", "night": "night", "yr": "year", "hr": "hour", "h": "hour", "workweek": "week",
    },
    "units": {
        "seconds": "second", "minutes": "minute", "mins": "minute", "min": "minute", "hours": "hour", "hrs": "hour",
        "days": "day", "weeks": "week", "weekends": "weekend", "fortnights": "fortnight", "months": "month",
        "quarters": "quarter", "years": "year", "yrs": "year", "decades": "decade", "centuries": "century",
        "millennia": "millennium", "nights": "night",
    },
    "season": {"spring": "SP", "summer": "SU", "autumn": "FA", "fall": "FA", "winter": "WI"},
    "seasons": {"springs": "SP", "summers": "SU", "autumns": "FA", "winters": "WI"},
    "part": {"morning": "MO", "afternoon": "AF", "evening": "EV", "daytime": "DT", "nighttime": "NI", "dawn": "MO",
             "lunchtime": "MI", "midday": "MI"},
    "parts": {"mornings": "MO", "afternoons": "AF", "evenings": "EV"},
    "hour": {"noon": 12, "midnight": 24},
    "deictic": {"today": 0, "yesterday": -1, "tomorrow": 1, "tonight": 0, "tonite": 0, "tmr": 1},
    "ref": {
        "now": "PRESENT_REF",
        "currently": "PRESENT_REF",
        "nowadays": "PRESENT_REF",
        "presently": "PRESENT_REF",
        "recently": "PAST_REF",
        "lately": "PAST_REF",
    },
    "adverb": {
        "daily": "P1D", "weekly": "P1W", "monthly": "P1M", "quarterly": "P3M", "yearly": "P1Y", "annually": "P1Y",
        "hourly": "PT1H", "nightly": "P1D", "everyday": "P1D", "biweekly": "P2W", "bimonthly": "P2M",
        "fortnightly": "P2W", "biannually": "P6M", "semiannually": "P6M", "biennially": "P2Y", "annual": "P1Y",
    },
    "last": {"last": -1, "previous": -1, "preceding": -1, "past": -1, "prior": -1},
    "next": {"next": 1, "coming": 1, "following": 1, "upcoming": 1, "subsequent": 1},
    "this": {"this": 0, "current": 0},
    "that": {"that": 0, "same": 0},
    "edge": {"beginning": "START", "start": "START", "end": "END", "middle": "MID", "close": "END", "rest": "END",
             "remainder": "END", "outset": "START"},
    "early": {"early": "START", "late": "END", "mid": "MID", "earlier": "EARLIER", "later": "LATER"},
    "vague": {"few": None, "several": None, "some": None, "many": None, "couple": 2, "dozens": None, "numerous": None},
    "about": dict.fromkeys(("about", "around", "approximately", "roughly", "nearly", "almost", "over", "exactly",
                            "barely", "only", "just", "circa", "under")),
    "article": {"a": 1, "an": 1},
    "every": dict.fromkeys(("every", "each")),
    "per": dict.fromkeys(("per",)),
    "times": {"once": 1, "twice": 2, "thrice": 3},
    "to": dict.fromkeys(("to", "through", "until", "till", "thru")),
    "dash": dict.fromkeys(("-", "–", "—", "~", "‑")),
    "and": dict.fromkeys(("and", "or", "&")),
    "comma": {",": None},
    "slash": {"/": None},
    "poss": {"'s": None, "’s": None},
    "apostrophe": {"'": None, "’": None},
    "zone": dict.fromkeys(("est", "edt", "gmt", "utc", "pst", "pdt", "cst", "cdt", "mst", "mdt", "bst", "cet", "et",
                           "pt", "ist", "jst")),
}  # fmt: skip
_ABBREVIATIONS = {
    **{name[:3]: ("month", i) for i, name in enumerate(MONTHS, 1) if name != "may"},
    "sept": ("month", 9),
    **{name[:3]: ("weekday", i) for i, name in enumerate(WEEKDAYS, 1)},
    "tues": ("weekday", 2), "thur": ("weekday", 4), "thurs": ("weekday", 4),
}  # fmt: skip

# Classes that a token gets from its form rather than from a list of words.
_FORMS = ("iso", "slashed", "clock", "dayth", "ordinal", "decade", "small", "number", "year", "word-number",
          "word-year", "holiday", "short-weekday", "break", "second", "other")  # fmt: skip

_codes = count(0xE000)  # the private use area: a class never looks like text
CODES: dict[str, str] = {name: chr(next(_codes)) for name in (*_FORMS, *CLASSES)}
_LEXICON: dict[str, tuple[str, object]] = {
    word: (CODES[name], meaning) for name, words in CLASSES.items() for word, meaning in words.items()
}
_LEXICON["second"] = (CODES["second"], 2)
_LEXICON["seconds"] = (CODES["units"], "second")
_OTHER = CODES["other"]


def code(name: str) -> str:
    """Return the shape character of a class; a name that is no class is a word, and becomes one of its own."""
    if name not in CODES:
        if name in _LEXICON:
            raise ValueError(f"{name!r} is a word of another class")
        CODES[name] = chr(next(_codes))
        _LEXICON[name] = (CODES[name], None)
    return CODES[name]


_TOKEN = re.compile(
    r"""(?P<word>[^\W\d_]+(?:['’]clock\b)?)
    |(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T\ ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]{1,6})?(?:Z\b|[+-][0-9]{2}:?[0-9]{2})?)?
        (?![0-9-]))
    |(?P<slashed>(?<![0-9][./-])[0-9]{1,4}(?P<sep>[/.-])[0-9]{1,2}(?P=sep)[0-9]{1,4}\b(?![/.-][0-9]))
    |(?P<clock>(?<![.,$€£][0-9])(?<![.,$€£:])[0-9]{1,2}
        (?:(?:[:.][0-9]{2}(?::[0-9]{2})?)?\s?(?:[AaPp](?:\.\s?)?[Mm]\b\.?|[ap]\b(?![\s.-][a-z]))|:[0-9]{2}(?::[0-9]{2})?)
        (?![:0-9]))
    |(?P<dayth>[0-9]{1,2}(?:st|nd|rd|th)\b)
    |(?P<decade>(?:[12][0-9])?[0-9]0['’]?s\b)
    |(?P<number>[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)
    |(?P<poss>['’]s\b)
    |(?P<break>\n[\ \t\r]*\n)
    |(?P<mark>[^\w\s])""",
    re.VERBOSE,
)
_HOLIDAY_STARTS = frozenset(re.split(r"[ .']", name)[0] for name in HOLIDAYS) | {"xmas"}
_HOLIDAY = re.compile(
    r"(?:" + "|".join(
        re.escape(name).replace(r"\ ", r"\s").replace("'", "['’]?").replace(r"\.", r"\.?")
        for name in sorted(HOLIDAYS, key=len, reverse=True)
    ) + r")\b",
    re.IGNORECASE,
)  # fmt: skip
_COMMON = frozenset(("epiphany", "pentecost", "new year", "may day"))  # no holidays unless capitalised
_HOLIDAY_KEYS = {re.sub(r"[^a-z ]", "", name): name for name in HOLIDAYS}
_NUMBER_WORDS: dict[str, int] = {
    **{w: i for i, w in enumerate(_CARDINALS)}, **{w: 10 * i for i, w in enumerate(_TENS, 2)}, **_SCALES,
}  # fmt: skip
_ORDINAL_WORDS: dict[str, int] = {
    **{w: i for i, w in enumerate(_ORDINALS) if w != "second"},
    **{w[:-1] + "ieth": 10 * i for i, w in enumerate(_TENS, 2)},
}


@dataclass
class Tokens:
    """The tokens of a text, as parallel lists, and their classes as one string.

    ``words`` are lower-cased; ``values`` are what the lexicon says a token means (a month's number, a unit's name).
    """

    text: str
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    shape: str = ""


def tokenize(text: str) -> Tokens:
    """Return the tokens of ``text``. Linear in its length; any text will do."""
    out = Tokens(text)
    starts, ends, words, values = out.starts, out.ends, out.words, out.values
    codes: list[str] = []
    skip_to = 0
    lexicon, other = _LEXICON.get, (_OTHER, None)
    for m in _TOKEN.finditer(text):
        start, end = m.span()
        if start < skip_to:
            continue
        raw = m[0]
        word = raw.lower()
        kind = m.lastgroup
        if kind == "word" or kind == "mark" or kind == "poss":
            if (
                word in _HOLIDAY_STARTS
                and (named := _HOLIDAY.match(text, start))
                and (raw[0].isupper() or named[0].lower() not in _COMMON)
            ):
                skip_to = end = named.end()
                klass: str
                value: object
                klass, value = (
                    CODES["holiday"],
                    _HOLIDAY_KEYS[re.sub(r"[^a-z ]", "", re.sub(r"\s", " ", named[0].lower()))],
                )
                word = named[0].lower()
            elif word in _NUMBER_WORDS or word in _ORDINAL_WORDS or word in _ABBREVIATIONS:
                klass, value, end = _special(out, codes, word, raw, end)
                skip_to = end  # an abbreviation's full stop is its own
            else:
                klass, value = lexicon(word, other)
        elif kind == "break":
            klass, value = CODES["break"], None
        else:
            klass, value = _digits(kind or "", word)
        starts.append(start)
        ends.append(end)
        words.append(word)
        values.append(value)
        codes.append(klass)
    out.shape = "".join(codes)
    _merge_numbers(out)
    return out


def _special(out: Tokens, codes: list[str], word: str, raw: str, end: int) -> tuple[str, object, int]:
    """Return class, value and end of a number word or an abbreviated month or weekday."""
    if word in _NUMBER_WORDS:
        return CODES["word-number"], _NUMBER_WORDS[word], end
    if word in _ORDINAL_WORDS:
        return CODES["ordinal"], _ORDINAL_WORDS[word], end
    klass, value = _ABBREVIATIONS[word]
    if out.text[end : end + 1] == ".":
        return CODES[klass], value, end + 1
    beside_number = bool(re.match(r"[\s/-]?[0-9]", out.text[end : end + 2])) or (bool(codes) and codes[-1] in _DAYLIKE)
    if raw.islower() and len(word) == 3 and not beside_number:
        return _OTHER, None, end  # "sat", "sun", "mar": words of another kind
    if klass == "month" and raw.isupper() and not beside_number:
        return _OTHER, None, end  # "DEC", a name
    return CODES[klass if klass == "month" or len(word) > 3 else "short-weekday"], value, end


_DAYLIKE = frozenset(CODES[name] for name in ("small", "dayth", "ordinal"))


def _digits(kind: str, word: str) -> tuple[str, object]:
    """Return class and value of a token that begins with a digit."""
    if kind == "dayth":
        return CODES["dayth"], int(word[:-2])
    if kind == "number":
        plain = word.replace(",", "")
        if "." in plain:
            return CODES["number"], float(plain)
        if len(plain) > 9:
            return _OTHER, None
        value = int(plain)
        if len(word) == 4 and 1000 <= value <= 2199:
            return CODES["year"], value
        return CODES["small" if value <= 31 and len(word) <= 2 else "number"], value
    return CODES[kind], word


def _merge_numbers(out: Tokens) -> None:
    """Join spelled-out numbers ("twenty-one", "nineteen ninety-seven") into one token each, in place."""
    spelled = CODES["word-number"]
    if spelled not in out.shape:
        return
    shape = list(out.shape)
    drop: set[int] = set()
    i = 0
    while i < len(shape):
        if shape[i] != spelled:
            i += 1
            continue
        run, j = [i], i + 1
        while j < len(shape) and len(run) < 8:
            k = j + 1 if out.words[j] in ("-", "and") and out.words[j - 1] not in ("-", "and") else j
            if k >= len(shape) or shape[k] not in (spelled, CODES["ordinal"]):
                break
            if out.words[j] == "and" and out.words[run[-1]] not in _SCALES:
                break
            run.append(k)
            j = k + 1
            if shape[k] != spelled:
                break
        i = j
        read = _read_number([out.values[k] for k in run])  # type: ignore[misc]
        if read is None:
            continue
        value, used = read
        last = run[used - 1]
        is_ordinal = shape[last] == CODES["ordinal"]
        start = run[0]
        i = last + 1
        if is_ordinal:
            shape[start] = CODES["ordinal"]
        elif used > 1 and 1500 <= value <= 2199:
            shape[start] = CODES["word-year"]
        out.values[start] = value
        out.ends[start] = out.ends[last]
        drop.update(range(start + 1, last + 1))
    keep = [k for k in range(len(shape)) if k not in drop]
    if drop:
        for column in (out.starts, out.ends, out.words, out.values):
            column[:] = [column[k] for k in keep]  # type: ignore[misc]
    out.shape = "".join(shape[k] for k in keep)


def _read_number(parts: list[int]) -> tuple[int, int] | None:
    """Return the number that the longest sensible prefix of ``parts`` spells, and how many parts it took."""
    first = parts[0]
    if 11 <= first <= 20 and len(parts) > 1 and 10 <= parts[1] < 100 and first * 100 + parts[1] >= 1100:
        used = 2
        value = first * 100 + parts[1]
        if parts[1] % 10 == 0 and parts[1] > 10 and len(parts) > 2 and 0 < parts[2] < 10:
            return value + parts[2], 3
        return value, used
    total, current, used = 0, 0, 0
    room = 10**9  # the next part must be smaller than what was said last
    for part in parts:
        if part in (100, 1000, 10**6):
            if not current and total:
                break
            current = max(current, 1) * part
            if part >= 1000:
                total, current = total + current, 0
            room = part
        elif part < room and (part < 10 or room > 99 or not current):
            current += part
            room = 10 if part >= 20 else 1
        else:
            break
        used += 1
    return (total + current, used) if used else None
