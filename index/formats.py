"""Bytes of one file -> an Article: what the file says for itself, before anything is guessed."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from charset_normalizer import from_bytes

MAX_BYTES = 32 * 2**20
"""The largest file, line or field that is taken for one article."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark starts with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 2**16


@dataclass(frozen=True)
class Article:
    """A text and what is given with it; ``extra`` are further metadata, ``pages`` the spans of a PDF's pages."""

    text: str
    title: str = ""
    published: str | None = None
    source: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    furniture: tuple[tuple[int, int], ...] = ()
    pages: tuple[tuple[int, int], ...] = ()
    extra: dict[str, str | int | float | bool] = field(default_factory=dict)


def decode(data: bytes) -> str:
    """Return ``data`` as text: by its byte order mark (dropped), as UTF-8, or as what it most likely is.

    Nothing else changes: white space and line ends stay. Raises ValueError where it is not text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    with suppress(UnicodeDecodeError):
        text = data.decode("utf-8")
        if not _is_binary(text):
            return text
    best = from_bytes(data[:_SAMPLE]).best()
    text = data.decode(best.encoding, errors="replace") if best else "\0"
    if _is_binary(text):
        raise ValueError("a binary file, not text; give the article as text")
    return text


def _is_binary(text: str) -> bool:
    """Whether text holds NUL, or more control characters than text ever does."""
    sample = text[:_SAMPLE]
    return (
        "\0" in text or sum(ord(char) < 32 and char not in "\t\n\r\f\v\x1a\x1b" for char in sample) > len(sample) / 200
    )


def read_text(data: bytes) -> Article:
    """Return a plain text file, character for character."""
    return Article(decode(data))


READERS: dict[str, Callable[[bytes], Article]] = {".txt": read_text, ".text": read_text}
"""By file suffix. A reader raises ValueError with the reason and what to do."""
