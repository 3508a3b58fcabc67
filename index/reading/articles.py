"""Article: a text and what is said beside it, before anything is guessed from the text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from html import unescape

from dateline.index.dates.written import AmbiguousDateError, Order, day_order, read_date
from dateline.index.documents import Scalar
from dateline.index.layout.markup import blocks_of_html, is_html

MAX_CHARACTERS = 10_000_000
"""The longest text that is taken for one article."""

TEXT_NAMES = (
    "text", "content", "body", "article", "maintext", "main_text", "full_text", "fulltext", "articlebody",
    "article_body", "body_text",
)  # fmt: skip

_NAMES = {
    "text": TEXT_NAMES,
    "title": ("title", "headline"),
    "published": (
        "published", "date", "published_at", "published_date", "publish_date", "publication_date", "date_published",
        "datepublished", "pubdate", "publishedat", "date_publish", "pub_date", "published_time", "first_published",
        "published_on", "posted", "timestamp",
    ),
    "source": ("source", "publisher", "site", "sitename", "site_name", "outlet", "newspaper", "source_domain"),
    "url": ("url", "link", "canonical", "permalink"),
    "authors": ("authors", "author", "byline"),
}  # fmt: skip
"""The names under which people keep a field; the first that is given counts."""

_MAX_EXTRA = 200
"""Characters of the longest further metadata value; what is longer is text."""

_NOTHING = frozenset(("nan", "nat", "none", "null", "n/a", "nil", "undefined"))
"""What programs write for nothing."""
_ESCAPED = re.compile(r"&(?:amp|quot|apos|nbsp|hellip|[lr][sd]quo|[mn]dash|#\d{2,5}|#x[\da-fA-F]{2,4});")
_INNER = ("name", "title", "value", "#text", "$date", "$numberlong", "rendered", "text")
"""Where an object given for a string keeps it: {"name": …} of JSON-LD and NewsAPI, {"$date": …} of MongoDB."""


@dataclass(frozen=True)
class Article:
    """What a file says for itself.

    ``headings``, ``furniture`` (running heads) and ``pages`` are spans of ``text``, where the format
    marks them; ``extra`` is further metadata. ``order`` is what dates in figures begin with in its source, where that
    is known, ``ambiguous`` a date of publication that can be read in two ways, ``stated`` one that is printed beside
    the text (above a page's article, in a newspaper's running head). ``warnings`` name fields that could not be read
    and were left out.
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
    order: Order | None = None
    ambiguous: str = ""
    stated: str | None = None
    warnings: tuple[str, ...] = ()

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

    def described(self, fields: Mapping[str, object], order: Order | None = None) -> Article:
        """Return this article with what ``fields`` say about it; None and "" say nothing.

        What cannot be read is left out and named in ``warnings``: an odd field never costs the article.
        """
        given = _given(fields)
        known = {name for names in _NAMES.values() for name in names}
        source, url = _string(given, "source"), _string(given, "url") or self.url
        if re.match(r"https?://\S+\Z", source):
            # A clipper writes the page's address there.
            source, url = "", url or source
        order = order or self.order or day_order([], address=_host(url))
        published, ambiguous, warning = _published(given, order)
        return replace(
            self,
            title=_string(given, "title") or self.title,
            published=published or self.published,
            source=source or self.source,
            url=url,
            authors=_strings(given, "authors") or self.authors,
            extra=self.extra | _extra({key: value for key, value in given.items() if key not in known}),
            order=order,
            ambiguous=ambiguous or self.ambiguous,
            warnings=self.warnings + ((warning,) if warning else ()),
        )

    def warned(self, why: str) -> Article:
        """Return this article with one more warning."""
        return replace(self, warnings=(*self.warnings, why))


def article_of(fields: Mapping[str, object], order: Order | None = None) -> Article:
    """Return the article of a record. Raises ValueError for one without a text."""
    text = _first(_given(fields), "text")
    if isinstance(text, list) and text and all(isinstance(part, str) for part in text):
        text = "\n\n".join(text)
    if isinstance(text, dict):
        text = _inner(text)
    if not isinstance(text, str):
        raise ValueError("no text; every article needs a field text with a string")
    article = Article.of_blocks(blocks_of_html(text)) if is_html(text) else Article(_unescaped(storable(text)))
    return article.described(fields, order)


def _unescaped(text: str) -> str:
    """Return text that was escaped for a page as it is read there."""
    return unescape(text) if _ESCAPED.search(text) else text


def dates_given(fields: Mapping[str, object]) -> list[str]:
    """Return the date of publication that a record gives, if it is written out: what a source's order is told from."""
    value = _first(_given(fields), "published")
    return [value] if isinstance(value, str) else []


def storable(text: str) -> str:
    """Return text with what no store can hold (NUL, halves of surrogate pairs) as U+FFFD; its length stays."""
    if "\0" not in text and text.isascii():
        return text
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text)


def _given(fields: Mapping[str, object]) -> dict[str, object]:
    return {str(key).strip().lower(): value for key, value in fields.items() if value is not None and value != ""}


def _published(given: Mapping[str, object], order: Order | None) -> tuple[str | None, str, str]:
    """Return the date of publication, the one that is ambiguous, and a warning about one that cannot be read."""
    for key in _NAMES["published"]:
        value = given.get(key)
        if isinstance(value, dict):
            value = _inner(value)
        written = str(value)[:40]
        try:
            published = read_date(value, order)
        except AmbiguousDateError:
            why = f"{key} {written!r} could be read in two ways and was left out; write it as 2026-01-31"
            return None, written, why
        except (ValueError, OverflowError):
            return None, "", f"{key} {written!r} names no day and was left out; write it as 2026-01-31"
        if published:
            return published, "", ""
    return None, "", ""


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition(":")[0]


def _first(fields: Mapping[str, object], name: str) -> object:
    values = (fields[key] for key in _NAMES[name] if fields.get(key) is not None)
    return next((value for value in values if not _says_nothing(value)), None)


def _says_nothing(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip() or value.strip().lower() in _NOTHING
    return (isinstance(value, float) and math.isnan(value)) or value in ([], {})


def _inner(value: object) -> object:
    """Return what an object given for a string holds of it, None where it holds nothing."""
    if not isinstance(value, dict):
        return value
    held = {str(key).lower(): inner for key, inner in value.items()}
    found = next((held[key] for key in _INNER if held.get(key) not in (None, "")), None)
    return _inner(found) if isinstance(found, dict) else found


def _string(fields: Mapping[str, object], name: str) -> str:
    return next(iter(_texts(_first(fields, name))), "")


def _strings(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = _first(fields, name)
    names = _texts(value.split(";") if isinstance(value, str) else value)
    return tuple(name.removeprefix("[[").removesuffix("]]") for name in names)


def _texts(value: object) -> list[str]:
    """Return the strings in a value: itself, those of a list, the names of objects."""
    found = [_inner(one) for one in (value if isinstance(value, list | tuple) else [value])]
    texts = [" ".join(_unescaped(storable(str(one))).split()) for one in found if isinstance(one, str | int | float)]
    return [text for text in texts if not _says_nothing(text)]


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
