"""A collection file (.jsonl, .csv, RSS or Atom) -> its articles, one at a time."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from dateline.index.reading.articles import TEXT_NAMES, Article, article_of, storable
from dateline.index.reading.encodings import decode
from dateline.index.reading.formats import text_of_html

Record = tuple[int, str, Article]
"""Line (or number of the item), doc_id, article."""

OnBad = Callable[[int, str], None]
"""Told the line and the reason of a record that cannot be read."""

MAX_LINE = 2**25
"""Bytes; a longer line is passed over without being held."""

_MAX_FEED = 2**26
_MAX_DOC_ID = 500


def read_jsonl(path: Path, on_bad: OnBad) -> Iterator[Record]:
    """Yield the records of a file with one JSON object a line; blank lines are passed over."""
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file, on_bad), 1):
            try:
                if line.strip():
                    yield number, *_record(_json_object(line))
            except ValueError as error:
                on_bad(number, str(error))


def read_csv(path: Path, on_bad: OnBad) -> Iterator[Record]:
    """Yield the records of a table with column names in its first line; ",", ";" or a tab separates."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))
    with path.open("rb") as file:
        lines = map(decode, _lines(file, on_bad))
        header = next(lines, "")
        delimiter = max(",;\t", key=header.count)
        rows = csv.reader(lines, delimiter=delimiter)
        names = next(csv.reader([header], delimiter=delimiter), [])
        if not any(name.strip().lower() in TEXT_NAMES for name in names):
            raise ValueError(
                f"no column of the first line is called {TEXT_NAMES[0]}; name the one that holds the articles"
            )
        while True:
            number = rows.line_num + 2
            try:
                row = next(rows)
                if any(row):
                    yield number, *_record(dict(zip(names, row, strict=False)))
            except StopIteration:
                return
            except (ValueError, csv.Error) as error:
                on_bad(number, str(error))


def read_feed(path: Path, on_bad: OnBad) -> Iterator[Record]:
    """Yield the items of an RSS or Atom file; the feed's title is their source."""
    import feedparser  # type: ignore[import-untyped]

    if path.stat().st_size > _MAX_FEED:
        raise ValueError(f"larger than {_MAX_FEED >> 20} MB for a feed; split it")
    feed = feedparser.parse(io.BytesIO(path.read_bytes()))
    if not feed.version:
        raise ValueError("neither RSS nor Atom; give the articles in a format that is read here")
    for number, entry in enumerate(feed.entries, 1):
        contents = [content.get("value", "") for content in entry.get("content", ())] or [entry.get("summary", "")]
        fields = {
            "doc_id": None if entry.get("link") else entry.get("id"),
            "text": text_of_html("\n".join(contents)),
            "title": text_of_html(entry.get("title", "")),
            "published": entry.get("published") or entry.get("updated"),
            "source": (entry.get("source") or {}).get("title") or feed.feed.get("title"),
            "url": entry.get("link"),
            "authors": [author["name"] for author in entry.get("authors", ()) if author.get("name")],
        }
        try:
            yield number, *_record(fields)
        except ValueError as error:
            on_bad(number, str(error))


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


def _record(fields: Mapping[str, object]) -> tuple[str, Article]:
    """Return an article with its id, derived from its address, else from its content, where none is given."""
    article = article_of({key: value for key, value in fields.items() if key != "doc_id"})
    given = fields.get("doc_id")
    if given is None or given == "":
        origin = article.url or f"{article.title}\n{article.text}"
        return hashlib.sha256(origin.encode()).hexdigest()[:16], article
    doc_id = storable(str(given)).strip()
    if not isinstance(given, str | int) or not doc_id.isprintable() or not 0 < len(doc_id) <= _MAX_DOC_ID:
        raise ValueError(f"a doc_id that is not up to {_MAX_DOC_ID} printable characters; correct it or leave it out")
    return doc_id, article
