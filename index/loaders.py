"""Files, folders and collections -> documents.

``scan`` lists what there is, without opening it; ``read`` turns one file into its documents, one by
one; ``load`` does both. What cannot be read is passed to ``on_error`` with its place, its reason
and what to do, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from index.documents import Document, PublishedFrom
from index.errors import LoadError
from index.formats import MAX_BYTES, READERS, Article
from index.furniture import furniture_spans
from index.head import read_head, title_from_prose

OnError = Callable[[LoadError], None]

COLLECTIONS = (".jsonl",)
"""Suffixes of the files that hold many articles."""


@dataclass(frozen=True)
class SourceFile:
    """A file that holds one article or a collection of them.

    ``doc_id`` is the article's id: the file's path relative to the folder that was given, or its
    name where the file itself was given (for a collection, a name for the file as a whole).
    ``size`` (bytes) and ``mtime_ns`` let a caller skip a file that has not been touched; they say
    nothing about when an article was published.
    """

    path: Path
    doc_id: str
    size: int
    mtime_ns: int

    @property
    def is_collection(self) -> bool:
        """Whether the file holds many articles, each with an id of its own."""
        return self.path.suffix.lower() in COLLECTIONS

    def digest(self) -> str:
        """SHA-256 (hex) of the file's bytes: the same digest, the same documents. Raises OSError."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def load(paths: Iterable[str | Path], *, on_error: OnError) -> Iterator[Document]:
    """Yield the documents of files, folders and collections, one at a time, each doc_id once."""
    seen: dict[str, str] = {}
    for source in scan(paths, on_error=on_error):
        for document in read(source, on_error=on_error):
            if document.doc_id in seen:
                why = f"the doc_id {document.doc_id!r} was already read from {seen[document.doc_id]}; give it another"
                on_error(LoadError(str(source.path), why))
                continue
            seen[document.doc_id] = str(source.path)
            yield document


def scan(paths: Iterable[str | Path], *, on_error: OnError) -> Iterator[SourceFile]:
    """Yield the files that ``load`` would read, folders in sorted order, hidden files left out, each file once."""
    seen: set[Path] = set()
    for given in map(Path, paths):
        try:
            found = 0
            for path, doc_id in _walk(given, on_error):
                found += 1
                resolved = path.resolve()
                if resolved in seen:
                    continue
                seen.add(resolved)
                if path.suffix.lower() not in READERS and not path.name.lower().endswith(COLLECTIONS):
                    on_error(LoadError(str(path), f"not a format that is read here ({_formats()}); convert it"))
                    continue
                if not path.is_file():
                    on_error(LoadError(str(path), "not a regular file; give a file or a folder"))
                    continue
                status = path.stat()
                yield SourceFile(path, doc_id, status.st_size, status.st_mtime_ns)
            if not found:
                on_error(LoadError(str(given), "an empty folder; put articles into it or give another path"))
        except (OSError, ValueError) as error:
            on_error(LoadError(str(given), _reason(error)))


def read(source: SourceFile, *, on_error: OnError) -> Iterator[Document]:
    """Yield the documents of one file."""
    where = str(source.path)
    try:
        if source.is_collection:
            yield from _read_lines(source.path, on_error)
            return
        if source.size > MAX_BYTES:
            raise ValueError(
                f"larger than {MAX_BYTES >> 20} MB for one article; split it or make it a .jsonl collection"
            )
        article = READERS[source.path.suffix.lower()](source.path.read_bytes())
        yield _document(source.doc_id, article)
    except (OSError, ValueError) as error:
        on_error(LoadError(where, _reason(error)))


def _walk(given: Path, on_error: OnError) -> Iterator[tuple[Path, str]]:
    """Yield the files of a path with their ids; a folder's own sub-folders after its files, all sorted."""
    if not given.is_dir():
        given.stat()
        yield given, _printable(given.name)
        return

    def unreadable(error: OSError) -> None:
        on_error(LoadError(str(error.filename), _reason(error)))

    for folder, folders, names in os.walk(given, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                path = Path(folder, name)
                yield path, _printable(path.relative_to(given).as_posix())


def _printable(name: str) -> str:
    """Return a file name as text that can be stored: bytes that are no UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", errors="replace")


def _formats() -> str:
    return ", ".join(sorted([*READERS, *COLLECTIONS]))


def _reason(error: Exception) -> str:
    """Return why, and what to do, as one clause."""
    match error:
        case FileNotFoundError():
            return "does not exist; check the path"
        case PermissionError():
            return "cannot be read (permission denied); change its permissions"
        case OSError():
            return f"cannot be read ({error.strerror or error}); check the disk and try again"
        case _:
            return str(error)


def _read_lines(path: Path, on_error: OnError) -> Iterator[Document]:
    """Yield the documents of a .jsonl collection, holding one line at a time."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_BYTES + 1):
            number += 1
            try:
                if len(line) > MAX_BYTES:
                    while line and not line.endswith(b"\n"):
                        line = file.readline(MAX_BYTES)
                    raise ValueError(f"a line of more than {MAX_BYTES >> 20} MB; one article a line")
                if line.strip():
                    yield _from_record(_record(line, first=number == 1))
            except ValueError as error:
                on_error(LoadError(f"{path}:{number}", _reason(error)))
        if not number:
            raise ValueError("an empty file; one JSON object with a text a line")


def _record(line: bytes, *, first: bool) -> dict[str, object]:
    try:
        record = json.loads(line.decode("utf-8-sig" if first else "utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg}, column {error.colno}); one JSON object a line") from None
    except (RecursionError, ValueError):
        raise ValueError("JSON that nests too deeply or holds a number too long; one flat object a line") from None
    if not isinstance(record, dict):
        raise ValueError("not a JSON object; one object with a text a line")
    return record


def _from_record(record: dict[str, object]) -> Document:
    text = record.get("text")
    if not isinstance(text, str):
        raise ValueError("no text; every line needs a field text with a string")
    article = Article(
        _storable(text),
        title=_string(record, "title"),
        published=iso_date(record.get("published")),
        source=_string(record, "source"),
        url=_string(record, "url"),
        authors=_strings(record, "authors"),
        extra={
            key: _storable(value) if isinstance(value, str) else value
            for key, value in record.items()
            if key not in _FIELDS and isinstance(value, (str, int, float, bool))
        },
    )
    doc_id = record.get("doc_id")
    if doc_id is None:
        doc_id = hashlib.sha256((article.url or article.title + "\n" + article.text).encode()).hexdigest()[:16]
    doc_id = _storable(str(doc_id)).strip() if isinstance(doc_id, (str, int)) else ""
    if not doc_id or not doc_id.isprintable() or len(doc_id) > 500:
        raise ValueError("a doc_id that is empty, too long or not printable text; correct it or leave it out")
    return _document(doc_id, article)


_FIELDS = {"doc_id", "text", "title", "published", "source", "url", "authors"}


def _string(record: dict[str, object], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key} is no string; correct it or leave it out")
    return _storable(value).strip()


def _strings(record: dict[str, object], key: str) -> tuple[str, ...]:
    value = record.get(key)
    if value is None:
        return ()
    values: list[object] = value if isinstance(value, list) else [value]
    names = [_storable(item).strip() for item in values if isinstance(item, str)]
    if len(names) < len(values):
        raise ValueError(f"{key} is neither a string nor a list of strings; correct it or leave it out")
    return tuple(name for name in names if name)


def _storable(text: str) -> str:
    """Return text with what JSON can spell but no store can hold (NUL, half surrogate pairs) as U+FFFD: same length."""
    if "\0" not in text and text.isascii():
        return text
    return "".join("\ufffd" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text)


def iso_date(value: object) -> str | None:
    """Return an ISO date or date-time, or None for none. Raises ValueError for anything else."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        for kind in (date, datetime):
            try:
                return kind.fromisoformat(value.strip()).isoformat()
            except ValueError:
                continue
    raise ValueError(f"published is {str(value)[:40]!r}, not an ISO date (2026-01-31); correct it or leave it out")


def _document(doc_id: str, article: Article) -> Document:
    """Complete what an article says for itself by what its opening lines say."""
    if not article.text.strip():
        raise ValueError("empty, there is nothing to index; remove it or give its text")
    head = read_head(article.text)
    furniture = set(article.furniture) | set(furniture_spans(article.text))
    headline = article.text[slice(*head.headline)] if head.headline else ""
    title = article.title or headline or title_from_prose(article.text)
    if head.headline and _same(headline, title):
        furniture.add(head.headline)
    published_from: PublishedFrom = "metadata" if article.published else "stated" if head.published else "unknown"
    return Document(
        doc_id=doc_id,
        text=article.text,
        title=title,
        published=article.published or head.published,
        published_from=published_from,
        source=article.source or head.agency or (urlsplit(article.url).hostname or "").removeprefix("www."),
        url=article.url,
        authors=article.authors,
        furniture=tuple(sorted(furniture)),
        metadata=article.extra | ({"place": head.place} if head.place else {}),
    )


def _same(headline: str, title: str) -> bool:
    """Whether two headlines are one, apart from case and white space or a site's name after it."""
    left, right = (" ".join(text.casefold().split()) for text in (headline, title))
    return right.startswith(left) or left.startswith(right)
