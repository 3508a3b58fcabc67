"""The words that time expressions are made of, by class, and the character that stands for each class."""

from __future__ import annotations

from itertools import count

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

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
        "fortnightly": "P2W", "biannually": "P6M", "semiannually": "P6M", "biennially": "P2Y",
    },
    "lasting": {"daylong": "P1D", "weeklong": "P1W", "monthlong": "P1M", "yearlong": "P1Y", "decadelong": "P10Y"},
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
ABBREVIATIONS = {
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
LEXICON: dict[str, tuple[str, object]] = {
    word: (CODES[name], meaning) for name, words in CLASSES.items() for word, meaning in words.items()
}
LEXICON["second"] = (CODES["second"], 2)
LEXICON["seconds"] = (CODES["units"], "second")


def code(name: str) -> str:
    """Return the shape character of a class; a name that is no class is a word, and becomes one of its own."""
    if name not in CODES:
        if name in LEXICON:
            raise ValueError(f"{name!r} is a word of another class")
        CODES[name] = chr(next(_codes))
        LEXICON[name] = (CODES[name], None)
    return CODES[name]
