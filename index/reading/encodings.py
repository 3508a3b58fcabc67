"""Bytes -> text: by byte order mark, as UTF-8, or as what they most likely are.

Without a mark, text that is not UTF-8 is looked at under the code pages of European languages first:
guesses from statistics of bytes alone take a pound sign or the à of a short article for Polish.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from contextlib import suppress

from charset_normalizer import from_bytes

SAMPLE = 2**16
"""Bytes that an encoding, or what kind of thing a file is, is guessed from."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark starts with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_LANGUAGES = {
    "cp1252": (
        "éèêëàâçîïôœæùûüÿ", "äöüß", "áéíñóúüºª", "áâãàçéêíóôõúüºª", "àèéìîòóùºª", "åäöé", "æøåéó", "éëïöóüèá",
        "àçèéíïòóúü", "áðéíóúýþæö",
    ),
    "cp1250": (
        "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž",
    ),
    "cp1254": ("çğıöşüâîû",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
}  # fmt: skip
_LANGUAGES["iso8859_2"] = _LANGUAGES["cp1250"]
"""Code pages, and for each the letters beyond ASCII of languages that are written in it."""
_MISREAD = re.compile(r"[\x80-\x9f]|[¡¢£¤¥¦¨¯±²³´¶¸¹¼¾ˇ˘˛˝](?=[^\W\d_])|(?<=[^\W\d_])[¿¡](?=[^\W\d_])")
"""Signs in front of a letter, or within a word, that are letters in another code page."""
_ACCENTED = re.compile(r"[^\W\d_\x00-\x7f]")
_PLAIN = re.compile(r"[A-Za-z]")
_OF_ONE_LANGUAGE = 0.9
"""Least share of the letters beyond ASCII that belong to one language; the others are names."""
_SOUND = 10
"""So many characters beyond ASCII in good order for each that is not: UTF-8 with some bytes damaged."""


def decode(data: bytes) -> str:
    """Return ``data`` as text: by its byte order mark (dropped), as UTF-8, or as what it most likely is.

    Nothing else changes: white space and line ends stay. Raises ValueError where it is not text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    with suppress(UnicodeDecodeError):
        text = data.decode("utf-8")
        if not is_binary(text):
            return text
    text = _damaged_utf8(data) or _guessed(data)
    if is_binary(text):
        raise ValueError("a binary file, not text; give the article as text")
    return text


def _damaged_utf8(data: bytes) -> str:
    """Return text in UTF-8 of which little is damaged, "" if that is not what it is."""
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", errors="ignore"))
    return text if damaged and beyond_ascii - damaged >= _SOUND * damaged else ""


def _guessed(data: bytes) -> str:
    """Return text by the code page that makes it one language, or by the statistics of its bytes."""
    sample = data[:SAMPLE]
    shares = {encoding: _share_of_one_language(sample, encoding) for encoding in _LANGUAGES}
    encoding = max(shares, key=lambda name: shares[name])
    if shares[encoding] >= _OF_ONE_LANGUAGE:
        return data.decode(encoding, errors="replace")
    best = from_bytes(sample).best()
    return data.decode(best.encoding, errors="replace") if best else "\0"


def _share_of_one_language(sample: bytes, encoding: str) -> float:
    """Return the largest share that one language has in what is not ASCII, 0 where this is no text in Latin letters."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    if is_binary(text):
        return 0.0
    letters = Counter(_ACCENTED.findall(text.lower()))
    total = letters.total() + len(_MISREAD.findall(text))
    if 2 * total > len(_PLAIN.findall(text)):
        return 0.0
    most = max(sum(letters[letter] for letter in language) for language in _LANGUAGES[encoding])
    return most / total if total else 1.0


def is_binary(text: str) -> bool:
    """Return whether text holds NUL, or more control characters than text ever does."""
    sample = text[:SAMPLE]
    return "\0" in text or len(re.findall(r"[\x01-\x08\x0e-\x19\x1c-\x1f]", sample)) > len(sample) / 200
