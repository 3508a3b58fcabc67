"""Text -> tokens with the lexical class that the grammar of time expressions speaks about.

A text becomes a string with one character a token, its ``shape``: "two weeks ago" is ``word-number units ago``.
The rules of the grammar are regular expressions over shapes, so a word's form is looked at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dateline.index.dates.calendars import HOLIDAYS
from dateline.index.dates.timex_lexicon import ABBREVIATIONS, CODES, LEXICON
from dateline.index.dates.timex_numbers import CARDINALS, ORDINALS, SCALES, read_number

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
_OTHER, _SPELLED, _ORDINAL, _DASH = CODES["other"], CODES["word-number"], CODES["ordinal"], CODES["dash"]
_DAYLIKE = frozenset(CODES[name] for name in ("small", "dayth", "ordinal"))
_DIGITS = frozenset(CODES[name] for name in ("small", "number"))
_SPELLED_RUN = re.compile(f"{_SPELLED}(?:[{_DASH}{CODES['and']}]?{_SPELLED}){{0,7}}(?:{_DASH}?{_ORDINAL})?")


@dataclass
class Tokens:
    """The tokens of a text, as parallel lists, and their classes as one string.

    ``starts``/``ends`` are character offsets, ``words`` are lower-cased, ``values`` are what the lexicon says a
    token means (a month's number, a unit's name), None where it says nothing.
    """

    text: str
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    shape: str = ""


def tokenize(text: str) -> Tokens:
    """Return the tokens of ``text``. Linear in its length; any text will do."""
    lexicon, unknown = LEXICON.get, (_OTHER, None)
    rows: list[tuple[int, int, str, object, str]] = []
    skip_to = 0
    for m in _TOKEN.finditer(text):
        start, end = m.span()
        if start < skip_to:
            continue
        word = m[0].lower()
        if m.lastgroup not in _LOOKED_UP:
            code, value = _of_form(m.lastgroup or "", word)
        elif word not in _SPECIAL:
            code, value = lexicon(word, unknown)
        elif word in _HOLIDAY_STARTS and (name := _holiday(text, start)):
            code, value = CODES["holiday"], name[0]
            skip_to = end = name[1]
        elif word in _IRREGULAR:
            code, value, end = _irregular(text, m[0], end, rows[-1][4] if rows else "")
            skip_to = end  # an abbreviation's full stop is its own
        else:
            code, value = lexicon(word, unknown)
        rows.append((start, end, word, value, code))
    if not rows:
        return Tokens(text)
    starts, ends, words, values, codes = zip(*rows, strict=True)
    out = Tokens(text, list(starts), list(ends), list(words), list(values), "".join(codes))
    return _with_numbers_joined(out) if _SPELLED in out.shape else out


_LOOKED_UP = frozenset(("word", "mark", "poss"))
_IRREGULAR = frozenset((*CARDINALS, *ORDINALS, *ABBREVIATIONS)) - {"second"}
_SPECIAL = _IRREGULAR | _HOLIDAY_STARTS


def _holiday(text: str, start: int) -> tuple[str, int] | None:
    """Return the holiday named at ``start`` and where its name ends."""
    found = _HOLIDAY.match(text, start)
    if not found or (not text[start].isupper() and found[0].lower() in _COMMON):
        return None
    return _HOLIDAY_KEYS[re.sub(r"[^a-z ]", "", re.sub(r"\s", " ", found[0].lower()))], found.end()


def _irregular(text: str, raw: str, end: int, before: str) -> tuple[str, object, int]:
    """Return class, value and end of a number word or of an abbreviated month or weekday.

    ``before`` is the class of the token before. What may be another word ("sat", "DEC") needs a full stop or a
    number beside it to be a month or a weekday.
    """
    word = raw.lower()
    if word in CARDINALS:
        return _SPELLED, CARDINALS[word], end
    if word in ORDINALS:
        return _ORDINAL, ORDINALS[word], end
    name, value = ABBREVIATIONS[word]
    if text[end : end + 1] == ".":
        return CODES[name], value, end + 1
    by_number = before in _DAYLIKE or re.match(r"[\s/-]?[0-9]", text[end : end + 2]) is not None
    if not by_number and len(word) == 3 and (raw.islower() or (raw.isupper() and name == "month")):
        return _OTHER, None, end
    return CODES["short-weekday" if name == "weekday" and len(word) == 3 else name], value, end


def _of_form(kind: str, word: str) -> tuple[str, object]:
    """Return class and value of a token known by its form: mostly those that begin with a digit."""
    if kind == "dayth":
        return CODES["dayth"], int(word[:-2])
    if kind != "number":
        return CODES[kind], word
    plain = word.replace(",", "")
    if "." in plain:
        return CODES["number"], float(plain)
    if len(plain) > 9:
        return _OTHER, None
    value = int(plain)
    if len(word) == 4 and 1000 <= value <= 2199:
        return CODES["year"], value
    return CODES["small" if value <= 31 and len(word) <= 2 else "number"], value


def _with_numbers_joined(tokens: Tokens) -> Tokens:
    """Return the tokens with every spelled-out number ("twenty-one", "2.5 million") as one token."""
    out, done = Tokens(tokens.text), 0
    codes: list[str] = []
    for run in _SPELLED_RUN.finditer(tokens.shape):
        i = run.start()
        while i < run.end():
            parts = _parts(tokens, i, run.end())
            if not parts:
                i += 1
                continue
            value: object
            value, used = read_number([_whole(tokens.values[k]) for k in parts])
            last, code = parts[used - 1], _number_code(value, tokens.shape[parts[used - 1]], used)
            scaled = i and i - 1 >= done and tokens.shape[i - 1] in _DIGITS and tokens.words[i] in SCALES
            if scaled and isinstance(digits := tokens.values[i - 1], (int, float)):
                i, value, code = i - 1, digits * value, CODES["number"]
            _copy(tokens, out, codes, done, i)
            out.starts.append(tokens.starts[i])
            out.ends.append(tokens.ends[last])
            out.words.append(tokens.words[i])
            out.values.append(value)
            codes.append(code)
            i = done = last + 1
    _copy(tokens, out, codes, done, len(tokens.words))
    out.shape = "".join(codes)
    return out


def _parts(tokens: Tokens, first: int, stop: int) -> list[int]:
    """Return the number words from ``first`` on that may be one number; "and" only follows a scale."""
    out: list[int] = []
    for i in range(first, stop):
        if tokens.shape[i] in (_SPELLED, _ORDINAL):
            out.append(i)
        elif not out or (tokens.shape[i] != _DASH and (tokens.words[i] != "and" or tokens.words[i - 1] not in SCALES)):
            break
    return out


def _number_code(value: int, last: str, used: int) -> str:
    if last == _ORDINAL:
        return _ORDINAL
    return CODES["word-year"] if used > 1 and 1500 <= value <= 2199 else _SPELLED


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _copy(tokens: Tokens, out: Tokens, codes: list[str], first: int, stop: int) -> None:
    """Append tokens ``first`` up to ``stop`` unchanged."""
    out.starts += tokens.starts[first:stop]
    out.ends += tokens.ends[first:stop]
    out.words += tokens.words[first:stop]
    out.values += tokens.values[first:stop]
    codes += tokens.shape[first:stop]
