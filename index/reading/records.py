"""A collection file (.jsonl, .csv, RSS or Atom) -> its articles, one at a time.

Whether dates in figures begin with the day or the month is decided once for a file, by those of its dates that
can be read in one way only; the file is looked through for them when the first ambiguous one is met.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from dateline.index.dates.written import Order, day_order
from dateline.index.layout.csvtable import delimiter_of, rows_of
from dateline.index.layout.markup import text_of_html
from dateline.index.layout.tables import Cell, rows_as_text
from dateline.index.reading.articles import TEXT_NAMES, Article, article_of, dates_given, storable
from dateline.index.reading.encodings import decode

Record = tuple[int, str, Article]
"""Line (or number of the item), doc_id, article."""

OnBad = Callable[[int, str], None]
"""Told the line and the reason of a record that cannot be read."""

MAX_LINE = 2**25
"""Bytes; a longer line is passed over without being held."""

_MAX_FEED = 2**26
_MAX_DOC_ID = 500
_MAX_ROWS = 20_000
"""Rows of a table that is one article."""


def read_jsonl(path: Path, on_bad: OnBad) -> Iterator[Record]:
    """Yield the records of a file with one JSON object a line; blank lines are passed over."""
    order = _Order(lambda: (fields for _, fields in _objects(path, lambda number, why: None)))
    for number, fields in _objects(path, on_bad):
        try:
            yield number, *_record(fields, order)
        except ValueError as error:
            on_bad(number, str(error))


def read_csv(path: Path, on_bad: OnBad) -> Iterator[Record]:
    """Yield the records of a table with column names in its first line; ",", ";", "|" or a tab separates.

    A table of words and figures without a column of articles is one article, a line a row.
    """
    lines = _text_lines(path, on_bad)
    header = next(lines, "")
    delimiter = delimiter_of(header)
    names = [name.strip() for _, cells in islice(rows_of([header], delimiter), 1) for name in cells]
    columns = [at for at, name in enumerate(names) if name.lower() in TEXT_NAMES]
    if not columns:
        yield 1, "", _table(names, rows_of(lines, delimiter))
        return
    order = _Order(
        lambda: (dict(zip(names, row, strict=False)) for _, row in rows_of(_text_lines(path, _silent), delimiter))
    )
    for number, row in rows_of(lines, delimiter):
        try:
            wide = len(row) > len(names)
            if wide and columns[-1] != len(names) - 1:
                raise ValueError(
                    f"{len(row)} cells in {len(names)} columns; set the text in quotation marks, or put its column last"
                )
            # A text that was not set in quotes was cut at its own commas.
            row = [*row[: len(names) - 1], delimiter.join(row[len(names) - 1 :])] if wide else row
            doc_id, article = _record(dict(zip(names, map(str.strip, row), strict=False)), order)
            why = (
                f"{len(row)} cells in {len(names)} columns; the rest was taken for the text, set it in quotation marks"
            )
            yield number + 1, doc_id, article.warned(why) if wide else article
        except ValueError as error:
            on_bad(number + 1, str(error))


def read_feed(path: Path, on_bad: OnBad) -> Iterator[Record]:
    """Yield the items of an RSS or Atom file; the feed's title is their source."""
    import feedparser  # type: ignore[import-untyped]

    if path.stat().st_size > _MAX_FEED:
        raise ValueError(f"larger than {_MAX_FEED >> 20} MB for a feed; split it")
    feed = feedparser.parse(io.BytesIO(path.read_bytes()))
    if not feed.version:
        raise ValueError("neither RSS nor Atom; give the articles in a format that is read here")
    links = Counter(entry.get("link") for entry in feed.entries)
    dates = [{"published": entry.get("published") or entry.get("updated")} for entry in feed.entries]
    language = str(feed.feed.get("language") or "")
    order = _Order(lambda: iter(dates), language=language)
    for number, entry in enumerate(feed.entries, 1):
        link = entry.get("link")
        fields = {
            "text": _text_of_entry(entry),
            "title": text_of_html(entry.get("title", "")),
            "published": entry.get("published") or entry.get("updated"),
            "source": (entry.get("source") or {}).get("title") or feed.feed.get("title"),
            "url": link,
            "authors": [author["name"] for author in entry.get("authors", ()) if author.get("name")],
        }
        if not link:
            fields["doc_id"] = entry.get("id")
        elif links[link] > 1 and entry.get("id") not in (None, "", link):
            # A live page: its items share its address.
            fields["doc_id"] = _derived(f"{link}\n{entry.get('id')}")
        try:
            yield number, *_record(fields, order)
        except ValueError as error:
            on_bad(number, str(error))


def _text_of_entry(entry: Mapping[str, object]) -> str:
    contents = entry.get("content")
    values = [str(content.get("value") or "") for content in contents] if isinstance(contents, list) else []
    return text_of_html("\n".join(values) if any(values) else str(entry.get("summary") or ""))


COLLECTIONS: dict[str, Callable[[Path, OnBad], Iterator[Record]]] = {
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".rss": read_feed,
    ".atom": read_feed,
    ".xml": read_feed,
}
"""By file suffix."""

FEEDS = frozenset((".rss", ".atom", ".xml"))


def _lines(file: BinaryIO, on_bad: OnBad) -> Iterator[bytes]:
    """Yield the lines of a file, never holding more than ``MAX_LINE`` of one; a longer one comes as an empty line."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            on_bad(number, f"a line of more than {MAX_LINE >> 20} MB; one article a line")
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE)
            line = b"\n"
        yield line.removeprefix(codecs.BOM_UTF8) if number == 1 else line


def _silent(number: int, why: str) -> None:
    """Tell nobody: it has been told already."""


class _Order:
    """What dates in figures begin with in a collection, found out when it is asked for."""

    def __init__(self, records: Callable[[], Iterable[Mapping[str, object]]], *, language: str = "") -> None:
        self._records = records
        self._language = language
        self._found: tuple[Order | None] | None = None

    def __call__(self) -> Order | None:
        if self._found is None:
            dates = chain.from_iterable(map(dates_given, self._records()))
            self._found = (day_order(dates, language=self._language),)
        return self._found[0]


def _text_lines(path: Path, on_bad: OnBad) -> Iterator[str]:
    """Yield the lines of a table as text, its encoding told from the whole of it where that is not too large."""
    if path.stat().st_size <= _MAX_FEED:
        yield from io.StringIO(decode(path.read_bytes()), newline="")
        return
    with path.open("rb") as file:
        yield from map(decode, _lines(file, on_bad))


def _table(names: list[str], rows: Iterable[tuple[int, list[str]]]) -> Article:
    """Return a table of words and figures as an article. Raises ValueError for another."""
    cells = [[cell.strip() for cell in row] for _, row in islice(rows, _MAX_ROWS)]
    worded = [row for row in cells if row and any(character.isalpha() for character in row[0])]
    if len(names) < 2 or not cells or 2 * len(worded) < len(cells):
        raise ValueError(f"no column of the first line is called {TEXT_NAMES[0]}; name the one that holds the articles")
    lines = rows_as_text(
        [[Cell(name, heading=True) for name in names], *([Cell(cell) for cell in row] for row in cells)]
    )
    return Article.of_blocks((line, False) for line in lines)


def _objects(path: Path, on_bad: OnBad) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the JSON objects of a file, each with its line."""
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file, on_bad), 1):
            try:
                if line.strip():
                    yield number, _json_object(line)
            except ValueError as error:
                on_bad(number, str(error))


def _json_object(line: bytes) -> dict[str, object]:
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg}, column {error.colno}); one JSON object a line") from None
    except (RecursionError, ValueError):
        raise ValueError("JSON that nests too deeply or holds a number too long; one flat object a line") from None
    if not isinstance(record, dict):
        raise ValueError("not a JSON object; one object with a text a line")
    return record


def _record(fields: Mapping[str, object], order: _Order) -> tuple[str, Article]:
    """Return an article with its id, derived from its address, else from its content, where none is given."""
    described = {key: value for key, value in fields.items() if key != "doc_id"}
    article = article_of(described)
    if article.ambiguous and (told := order()):
        article = article_of(described, told)
    given = fields.get("doc_id")
    if given is None or given == "":
        return _derived(_identity(article)), article
    doc_id = storable(str(given)).strip()
    if not isinstance(given, str | int) or not doc_id.isprintable() or not 0 < len(doc_id) <= _MAX_DOC_ID:
        raise ValueError(f"a doc_id that is not up to {_MAX_DOC_ID} printable characters; correct it or leave it out")
    return doc_id, article


def is_derived(doc_id: str, article: Article) -> bool:
    """Whether an article's id was made of its address or content."""
    return doc_id == _derived(_identity(article))


def _identity(article: Article) -> str:
    return article.url or f"{article.title}\n{article.text}"


def _derived(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()[:16]
