"""Text -> words in a form that can be compared: stems, number values and names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from Stemmer import Stemmer

from dateline.index.dates.timex_lexicon import WEEKDAYS
from dateline.index.dates.timex_numbers import CARDINALS, ORDINALS, SCALES

Kind = Literal["word", "function", "number", "name", "initial"]
"""What a word is: ``function`` words carry no content of their own, ``initial`` is a capitalised word at the start
of a sentence, which may or may not be a name."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, with its character span there.

    Two words say the same where their ``key`` is equal: the stem of a word, ``#`` and the value of a number
    ("1,200", "1.2 thousand" and "twelve hundred" are all ``#1200``).
    """

    text: str
    key: str
    start: int
    end: int
    kind: Kind

    @property
    def content(self) -> bool:
        """Whether the word says something by itself."""
        return self.kind != "function"


Words = Sequence[Word]


def _list(words: str) -> list[str]:
    return words.split()


_CARDINALS = {word: value for word, value in CARDINALS.items() if word not in SCALES}
_COUNTS = {"dozen": 12, "once": 1, "twice": 2, "thrice": 3}
_SCALES = {
    **SCALES, "trillion": 1e12, "dozen": 12,
    "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12,
}  # fmt: skip

_FUNCTION_WORDS = frozenset(
    _list(
        "a an the of to in on at by for with from as is are was were be been being am it its this that these those he "
        "she they him her them his their i we you my our your me us and or but if so than then there here which who whom "
        "whose what when where how has have had do does did not no nor will would can could may might must shall should "
        "about into over after before up out also just more most other some such only own same too very s t d ll re ve "
        "m said says say told according one"
    )
)

DAYS = frozenset(WEEKDAYS)
MONTHS = frozenset(_list("januari februari march april may june juli august septemb octob novemb decemb"))
TITLES = frozenset(
    _list(
        "mr mrs ms dr sir lord ladi dame presid prime minist professor prof king queen princ princess secretari general "
        "gen gov governor senat sen rep judg chief justic director captain capt colonel col sgt pope bishop archbishop "
        "chancellor mayor ambassador st saint state city river lake mount i"
    )
)
"""Stems of days, of months, and of titles, which are parts of names and no names by themselves."""

ARTICLES = frozenset(["the", "a", "an"])

_NO_NAMES = frozenset(
    _list(
        "officials authorities police residents people protesters demonstrators witnesses experts analysts critics "
        "opponents supporters investigators prosecutors scientists researchers lawmakers politicians leaders ministers "
        "diplomats soldiers troops rebels firefighters rescuers doctors workers students teachers parents voters "
        "customers companies investors shareholders fans players men women children families relatives neighbours "
        "neighbors survivors victims thousands hundreds dozens millions many several both all most some few each every "
        "any another others none nobody everyone someone however meanwhile moreover furthermore afterwards then now "
        "today yesterday tomorrow tonight still yet again besides instead otherwise thus hence therefore indeed overall "
        "perhaps maybe although though while whereas because since unless until once whenever wherever despite during "
        "under among amid amidst within without following given based between against through throughout upon toward "
        "towards like unlike plus per via not never neither either let yes"
    )
)
"""Words that often begin a sentence, and are no names there."""
_ADVERB = 7
"""Letters from which on a first word in -ly is an adverb: Recently, not Emily."""

_DEMONYMS = {
    "american": "us", "usa": "us", "america": "us", "british": "uk", "britain": "uk", "dutch": "netherland",
    "french": "franc", "spanish": "spain", "greek": "greec", "swiss": "switzerland", "danish": "denmark",
    "polish": "poland", "turkish": "turkey", "welsh": "wale", "irish": "ireland", "scottish": "scotland",
    "english": "england", "swedish": "sweden", "finnish": "finland", "norwegian": "norway", "filipino": "philippin",
    "thai": "thailand", "belgian": "belgium", "portuguese": "portug", "tory": "conserv", "tories": "conserv",
}  # fmt: skip
"""Adjective -> stem of the country (or party), where a shared beginning does not show it."""

_IRREGULAR = {
    form: base
    for base, *forms in map(
        str.split,
        (
            "begin began begun", "break broke broken", "bring brought", "build built", "buy bought", "catch caught",
            "choos chose chosen", "come came", "draw drew drawn", "drive drove driven", "fall fell fallen",
            "fight fought", "find found", "fli flew flown", "forbid forbade forbidden", "give gave given", "go went gone",
            "grow grew grown", "hide hid hidden", "hold held", "keep kept", "know knew known", "lead led", "lose lost",
            "make made", "meet met", "pay paid", "rise rose risen", "run ran", "see saw seen", "seek sought",
            "sell sold", "send sent", "shake shook shaken", "shoot shot", "sink sank sunk", "speak spoke spoken",
            "spend spent", "stand stood", "steal stole stolen", "strike struck", "swear swore sworn", "take took taken",
            "teach taught", "think thought", "throw threw thrown", "win won", "withdraw withdrew withdrawn",
            "write wrote written",
        ),
    )
    for form in forms
}  # fmt: skip
"""Past form -> stem of the verb."""

_WORD = re.compile(
    r"""(?P<currency>[$£€]\ ?)?
        (?<![\w.])(?P<digits>\d{1,3}(?:,\ ?\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)
        (?P<suffix>st|nd|rd|th|s|k|mn|bn|tn|m)?(?![^\W_])
      | (?P<letters>(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['’][^\W\d_]+)*)
      | [^\W_]+""",
    re.VERBOSE,
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n][\"'”’)\]]*|[\"“‘`])\s*$")
_stemmer = Stemmer("english")


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return str(_DEMONYMS.get(word) or _IRREGULAR.get(word) or _stemmer.stemWord(word))


def _value_key(value: float) -> str:
    return f"#{value:.12g}"


def _kind(raw: str, lower: str, text: str, start: int) -> Kind:
    if lower in _FUNCTION_WORDS and raw not in ("US", "May"):
        return "function"
    if not raw[0].isupper():
        return "word"
    if not _SENTENCE_START.search(text, max(0, start - 6), start):
        return "name"
    adverb = lower.endswith("ly") and len(lower) >= _ADVERB
    return "word" if adverb or lower in _NO_NAMES else "initial"


@lru_cache(maxsize=4096)
def read(text: str) -> tuple[Word, ...]:
    """Return the words of ``text`` in order; numbers of several words ("two hundred and six") become one."""
    words: list[Word] = []
    for match in _WORD.finditer(text):
        raw, start, end = match.group(), match.start(), match.end()
        if digits := match["digits"]:
            words.append(_number(match, digits))
            continue
        lower = raw.lower().replace("’", "'")
        abbreviation = "." in raw
        lower = lower.replace(".", "").removesuffix("'s")
        kind = "name" if abbreviation and raw.isupper() else _kind(raw, lower, text, start)
        value = _CARDINALS.get(lower, ORDINALS.get(lower, _COUNTS.get(lower)))
        if value is not None and kind != "name" and lower != "one":
            words.append(Word(raw, _value_key(value), start, end, "number"))
        else:
            words.append(Word(raw, _stem(lower), start, end, kind))
    return _join_numbers(_without_headline_capitals(words), text)


_HEADLINE = 4
"""Capitalised words from which on a text of nothing else is a headline."""
_VERBS = frozenset(["is", "was", "are", "were", "has", "have", "had", "said", "says"])
"""Written small, they make a sentence of it: "Ada Holm is the Prime Minister of Norvania"."""


def _without_headline_capitals(words: list[Word]) -> list[Word]:
    """Return ``words`` with no names where all are capitalised, as in headlines and telegrams."""
    content = [word for word in words if word.content and word.kind != "number"]
    sentence = any(word.text in _VERBS for word in words)
    if sentence or len(content) < _HEADLINE or not all(word.kind in ("name", "initial") for word in content):
        return words
    return [replace(w, kind="word") if w.kind in ("name", "initial") else w for w in words]


def _number(match: re.Match[str], digits: str) -> Word:
    value = float(digits.replace(",", "").replace(" ", ""))
    suffix = match["suffix"] or ""
    key = _value_key(value)
    if suffix == "s":
        key += "s"
    elif suffix == "m" and not match["currency"]:
        key += "m"  # metres as likely as millions
    elif suffix in _SCALES:
        key = _value_key(value * _SCALES[suffix])
    return Word(match.group(), key, match.start(), match.end(), "number")


def _join_numbers(words: list[Word], text: str) -> tuple[Word, ...]:
    """Join runs such as "twenty-one", "1.2 million" and "two hundred and six" into one word each."""
    joined: list[Word] = []
    i = 0
    while i < len(words):
        length, value = _number_run(words, i, text)
        if length > 1 or (length and words[i].kind != "number"):
            first, last = words[i], words[i + length - 1]
            joined.append(Word(text[first.start : last.end], _value_key(value), first.start, last.end, "number"))
        else:
            joined.append(words[i])
        i += max(length, 1)
    return tuple(joined)


def _number_run(words: list[Word], i: int, text: str) -> tuple[int, float]:
    """Return how many words from ``i`` on form one number, and its value."""
    total, current, length, last = 0.0, 0.0, 0, 0.0
    j = i
    while j < len(words):
        lower = words[j].text.lower()
        if j > i and text[words[j - 1].end : words[j].start] not in (" ", "-", "‑"):
            break
        if lower in _SCALES and len(lower) > 2 and (length or (lower != "dozen" and j > 0 and _is_a(words[j - 1]))):
            scale = _SCALES[lower]
            current = (current or 1.0) * scale
            if scale >= 1e3:
                total, current = total + current, 0.0
            last = scale
        elif length and lower == "and" and last >= 100 and j + 1 < len(words) and _small(words[j + 1]) is not None:
            j += 1
            continue
        else:
            value = _small(words[j])
            fits = not length or last >= 100 or (20 <= last <= 90 and value is not None and 0 < value < 10)
            if value is None or not fits or (length and last >= 100 and value >= last):
                break
            current += value
            last = value
        length = j - i + 1
        j += 1
    return length, total + current


def _is_a(word: Word) -> bool:
    return word.text.lower() in ("a", "an")


def _small(word: Word) -> float | None:
    """Return the value of a word that can be part of a longer number, or None."""
    lower = word.text.lower()
    if lower in _CARDINALS:
        return float(_CARDINALS[lower])
    if word.kind == "number" and word.text[0].isdigit() and word.key[1:].replace(".", "").isdigit():
        return float(word.key[1:])
    if word.kind == "number" and word.text[0] in "$£€" and word.key[1:].replace(".", "").isdigit():
        return float(word.key[1:])
    return None
