"""Article: a text and what is said beside it, before anything is guessed from the text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from dateline.index.documents import Scalar

MAX_CHARACTERS = 10_000_000
"""The longest text that is taken for one article."""

TEXT_NAMES = ("text", "content", "body", "article")

_NAMES = {
    "text": TEXT_NAMES,
    "title": ("title", "headline"),
    "published": (
        "published", "date", "published_at", "published_date", "publish_date", "publication_date", "date_published",
        "datepublished", "pubdate", "publishedat",
    ),
    "source": ("source", "publisher", "site", "sitename", "site_name", "outlet", "newspaper"),
    "url": ("url", "link", "canonical", "permalink"),
    "authors": ("authors", "author", "byline"),
}  # fmt: skip
"""The names under which people keep a field; the first that is given counts."""

_MAX_EXTRA = 200
"""Characters of the longest further metadata value; what is longer is text."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WRITTEN_DATE = re.compile(
    r"(?:[A-Za-z]{3,9}[.,]*\s+)?(?:(?P<month>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    r"|(?P<day_first>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month_last>[A-Za-z]{3,9})\.?),?\s+(?P<year>\d{4})"
)


@dataclass(frozen=True)
class Article:
    """What a file says for itself.

    ``headings``, ``furniture`` (running heads) and ``pages`` are spans of ``text``, where the format
    marks them; ``extra`` is further metadata.
    """

    text: str
    title: str = ""
    published: str | None = None
    source: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    headings: tuple[tuple[int, int], ...] = ()
    furniture: tuple[tuple[int, int], ...] = ()
    pages: tuple[tuple[int, int], ...] = ()
    extra: dict[str, Scalar] = field(default_factory=dict)

    @classmethod
    def of_blocks(cls, blocks: Iterable[tuple[str, bool]]) -> Article:
        """Make one text of (block, is it a heading), a blank line between blocks; empty ones are left out."""
        parts: list[str] = []
        headings: list[tuple[int, int]] = []
        position = 0
        for block, is_heading in blocks:
            if not block:
                continue
            if is_heading:
                headings.append((position, position + len(block)))
            parts.append(block)
            position += len(block) + 2
        return cls("\n\n".join(parts), headings=tuple(headings))

    def described(self, fields: Mapping[str, object]) -> Article:
        """Return this article with what ``fields`` say about it; None and "" say nothing.

        Raises ValueError for a value that is not what its field holds.
        """
        given = {str(key).strip().lower(): value for key, value in fields.items() if value is not None and value != ""}
        known = {name for names in _NAMES.values() for name in names}
        return replace(
            self,
            title=_string(given, "title") or self.title,
            published=iso_date(_first(given, "published")) or self.published,
            source=_string(given, "source") or self.source,
            url=_string(given, "url") or self.url,
            authors=_strings(given, "authors") or self.authors,
            extra=self.extra | _extra({key: value for key, value in given.items() if key not in known}),
        )


def article_of(fields: Mapping[str, object]) -> Article:
    """Return the article of a record. Raises ValueError for one without a text."""
    text = _first({str(key).strip().lower(): value for key, value in fields.items()}, "text")
    if not isinstance(text, str):
        raise ValueError("no text; every article needs a field text with a string")
    return Article(storable(text)).described(fields)


def storable(text: str) -> str:
    """Return text with what no store can hold (NUL, halves of surrogate pairs) as U+FFFD; its length stays."""
    if "\0" not in text and text.isascii():
        return text
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text)


def iso_date(value: object) -> str | None:
    """Return a date (or date-time) in ISO form, None for none.

    Besides ISO, dates that can be read in one way only are taken: a mail header's, "29 January 2026".
    Raises ValueError for anything else, "01/02/2026" too.
    """
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        for read in (date.fromisoformat, datetime.fromisoformat, parsedate_to_datetime, _written_date):
            try:
                return read(value.strip()).isoformat()
            except (ValueError, TypeError, IndexError):
                continue
    raise ValueError(f"published is {str(value)[:40]!r}, not an ISO date (2026-01-31); correct it or leave it out")


def _written_date(text: str) -> date:
    match = _WRITTEN_DATE.fullmatch(text)
    if not match:
        raise ValueError(text)
    month = _MONTHS.index((match["month"] or match["month_last"])[:3].lower()) + 1
    return date(int(match["year"]), month, int(match["day"] or match["day_first"]))


def _first(fields: Mapping[str, object], name: str) -> object:
    return next((fields[key] for key in _NAMES[name] if fields.get(key) is not None), None)


def _string(fields: Mapping[str, object], name: str) -> str:
    value = _first(fields, name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a string; correct it or leave it out")
    return " ".join(storable(value).split())


def _strings(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = _first(fields, name)
    if value is None:
        return ()
    values: list[object] = (
        value if isinstance(value, list) else [*value.split(";")] if isinstance(value, str) else [value]
    )
    if not all(isinstance(item, str) for item in values):
        raise ValueError(f"{name} is neither a string nor a list of strings; correct it or leave it out")
    names = (" ".join(storable(str(item)).split()) for item in values)
    return tuple(name for name in names if name)


def _extra(fields: Mapping[str, object]) -> dict[str, Scalar]:
    """Return the short scalars among ``fields``: what a store can keep and filter by."""
    extra: dict[str, Scalar] = {}
    for key, value in fields.items():
        if isinstance(value, date):
            extra[storable(key)] = value.isoformat()
        elif isinstance(value, str) and len(value) <= _MAX_EXTRA:
            extra[storable(key)] = storable(value)
        elif isinstance(value, bool) or (
            isinstance(value, int | float) and math.isfinite(value) and abs(value) < 2**63
        ):
            extra[storable(key)] = value
    return extra
