"""Bytes -> text: by byte order mark, as UTF-8, or as what they most likely are."""

from __future__ import annotations

import codecs
import re
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
    best = from_bytes(data[:SAMPLE]).best()
    text = data.decode(best.encoding, errors="replace") if best else "\0"
    if is_binary(text):
        raise ValueError("a binary file, not text; give the article as text")
    return text


def is_binary(text: str) -> bool:
    """Return whether text holds NUL, or more control characters than text ever does."""
    sample = text[:SAMPLE]
    return "\0" in text or len(re.findall(r"[\x01-\x08\x0e-\x19\x1c-\x1f]", sample)) > len(sample) / 200
