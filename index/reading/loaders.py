"""Files, folders and collections -> documents.

``scan`` lists what there is, without opening it; ``read`` turns one file into its documents, one by
one; ``load`` does both. What cannot be read is passed to ``on_error`` with its place, its reason
and what to do, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dateline.index.dates.datelines import find_dateline
from dateline.index.documents import Document, PublishedFrom, Scalar
from dateline.index.errors import LoadError
from dateline.index.prose.furniture import furniture_spans
from dateline.index.prose.headline import agency, headline_span, title_from_prose
from dateline.index.reading.articles import MAX_CHARACTERS, Article, storable
from dateline.index.reading.encodings import decode
from dateline.index.reading.fields import MAX_FIELDS, parse_fields
from dateline.index.reading.formats import READERS
from dateline.index.reading.records import COLLECTIONS

LOADING = "2"
"""Changed with what loading makes of a file, so that files read by an older version are read again."""

OnError = Callable[[LoadError], None]

MAX_BYTES = 2**26
"""The largest file that is taken for one article."""

_SIDECARS = (".meta.json", ".meta.yaml", ".meta.yml")
"""``story.txt.meta.json`` or ``story.meta.json`` says what ``story.txt`` does not: title, published, source…"""


@dataclass(frozen=True)
class SourceFile:
    """A file that holds one article or a collection of them.

    ``doc_id`` is the article's id: the file's path relative to the folder that was given, or its
    name where the file itself was given (for a collection, a name for the file as a whole).
    ``size`` (bytes) and ``mtime_ns`` let a caller skip a file that has not been touched; they say
    nothing about when an article was published. ``sidecar`` is the file with its metadata, if any.
    """

    path: Path
    doc_id: str
    size: int
    mtime_ns: int
    sidecar: Path | None = None

    @property
    def is_collection(self) -> bool:
        """Whether the file holds many articles, each with an id of its own."""
        return self.path.suffix.lower() in COLLECTIONS

    def digest(self) -> str:
        """SHA-256 (hex) of the bytes of the file and its sidecar: the same digest, the same documents. Raises OSError."""
        with self.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        if self.sidecar:
            digest.update(self.sidecar.read_bytes())
        return digest.hexdigest()


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
    seen: set[str] = set()
    for given in map(Path, paths):
        try:
            if not given.is_dir():
                files = iter([_source(given, given.name, _names_beside(given))])
            else:
                files = _walk(given, on_error)
            for file in files:
                # Made absolute without following links: a link is a second article, as a copy would be.
                path = os.path.abspath(file.path)  # noqa: PTH100
                if path not in seen:
                    seen.add(path)
                    yield file
        except LoadError as error:
            on_error(error)
        except (OSError, ValueError) as error:
            on_error(LoadError(str(given), _reason(error)))


@dataclass(frozen=True)
class Found:
    """An article that was found: its place (``path`` or ``path:line``), its id, and what it says for itself."""

    where: str
    doc_id: str
    article: Article

    def digest(self) -> str:
        """SHA-256 (hex) of what was found: the same digest, the same document. Much cheaper than ``document``."""
        said = repr((LOADING, self.article))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()

    def document(self) -> Document:
        """Return the document; raises LoadError where there is none in it."""
        try:
            return document_of(self.doc_id, self.article)
        except ValueError as error:
            raise LoadError(self.where, _reason(error)) from error


def find(source: SourceFile, *, on_error: OnError) -> Iterator[Found]:
    """Yield the articles of one file as they stand, nothing guessed yet."""
    suffix = source.path.suffix.lower()
    try:
        if source.is_collection:
            yield from _find_in_collection(source.path, on_error)
            return
        if source.size > MAX_BYTES:
            raise ValueError(
                f"larger than {MAX_BYTES >> 20} MB for one article; split it or make it a .jsonl collection"
            )
        article = READERS[suffix](source.path.read_bytes())
        if source.sidecar:
            article = _with_sidecar(article, source.sidecar)
        yield Found(str(source.path), source.doc_id, article)
    except Exception as error:
        # The libraries behind the formats fail on a hostile file in every way there is.
        on_error(LoadError(str(source.path), _reason(error)))


def read(source: SourceFile, *, on_error: OnError) -> Iterator[Document]:
    """Yield the documents of one file."""
    for found in find(source, on_error=on_error):
        try:
            document = found.document()
        except LoadError as error:
            on_error(error)
        else:
            yield document


def document_of(doc_id: str, article: Article) -> Document:
    """Complete what an article says for itself by what its opening lines say. Raises ValueError for an empty one."""
    text = storable(article.text)
    if not text.strip():
        raise ValueError("empty, there is nothing to index; remove it or give it a text")
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"longer than {MAX_CHARACTERS // 1_000_000} million characters for one article; split it")
    known = frozenset(article.furniture)
    headline = headline_span(text, known)
    title = (
        article.title or " ".join(text[slice(*headline)].split() if headline else ()) or title_from_prose(text, known)
    )
    dateline = find_dateline(text)
    if headline and not (dateline and dateline.date):
        # A long headline can be taken for the story, under which no date is looked for.
        dateline = find_dateline(text[headline[1] :]) or dateline
    stated = dateline.date if dateline else None
    published_from: PublishedFrom = "metadata" if article.published else "stated" if stated else "unknown"
    wire = agency(text)
    source = article.source or wire or (urlsplit(article.url).hostname or "").removeprefix("www.")
    found: dict[str, Scalar] = {}
    if dateline and dateline.place:
        found["place"] = dateline.place
    if wire and wire != source:
        found["agency"] = wire
    furniture = _merged([*known, *article.headings, *furniture_spans(text), *([headline] if headline else [])])
    if not _has_words_outside(text, furniture):
        # A gallery of captions, or a page whose article was not saved: it can still be found, by its title above all.
        furniture = ()
    return Document(
        doc_id=doc_id,
        text=text,
        title=title,
        published=article.published or stated,
        published_from=published_from,
        source=source,
        url=article.url,
        authors=article.authors,
        furniture=furniture,
        pages=article.pages,
        metadata=found | article.extra,
    )


def _walk(folder: Path, on_error: OnError) -> Iterator[SourceFile]:
    """Yield the files of a folder; a folder's own sub-folders after its files, all sorted."""
    found = False

    def unreadable(error: OSError) -> None:
        nonlocal found
        found = True
        on_error(LoadError(str(error.filename), _reason(error)))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        beside = frozenset(names)
        for name in sorted(names):
            if name.startswith(".") or name.endswith(_SIDECARS):
                continue
            found = True
            path = Path(parent, name)
            try:
                yield _source(path, path.relative_to(folder).as_posix(), beside)
            except (OSError, LoadError) as error:
                on_error(error if isinstance(error, LoadError) else LoadError(str(path), _reason(error)))
    if not found:
        on_error(LoadError(str(folder), "an empty folder; put articles into it or give another path"))


def _source(path: Path, doc_id: str, beside: frozenset[str]) -> SourceFile:
    """Return a file with its sidecar, looked for among the names in its folder. Raises LoadError or OSError."""
    status = path.stat()
    suffix = path.suffix.lower()
    if suffix not in READERS and suffix not in COLLECTIONS:
        formats = " ".join(sorted([*READERS, *COLLECTIONS]))
        hint = "convert it"
        if any(end.endswith(suffix) for end in _SIDECARS if suffix):
            hint = f"what it says of an article goes into NAME{_SIDECARS[0]}, articles themselves into a .jsonl"
        raise LoadError(str(path), f"not a format that is read here ({formats}); {hint}")
    if not path.is_file():
        raise LoadError(str(path), "not a regular file; give a file or a folder")
    sidecar = next(
        (path.with_name(stem + end) for stem in (path.name, path.stem) for end in _SIDECARS if stem + end in beside),
        None,
    )
    size, mtime_ns = status.st_size, status.st_mtime_ns
    if sidecar:
        extra = sidecar.stat()
        size, mtime_ns = size + extra.st_size, max(mtime_ns, extra.st_mtime_ns)
    # A file name need not be UTF-8; an id must be.
    return SourceFile(path, os.fsencode(doc_id).decode("utf-8", errors="replace"), size, mtime_ns, sidecar)


def _names_beside(path: Path) -> frozenset[str]:
    names = (stem + end for stem in (path.name, path.stem) for end in _SIDECARS)
    return frozenset(name for name in names if path.with_name(name).exists())


def _with_sidecar(article: Article, sidecar: Path) -> Article:
    try:
        language = "json" if sidecar.suffix == ".json" else "yaml"
        with sidecar.open("rb") as file:
            return article.described(parse_fields(decode(file.read(MAX_FIELDS + 1)), language))
    except ValueError as error:
        raise ValueError(f"its sidecar {sidecar.name}: {error}") from None


def _find_in_collection(path: Path, on_error: OnError) -> Iterator[Found]:
    bad = False

    def on_bad(number: int, why: str) -> None:
        nonlocal bad
        bad = True
        on_error(LoadError(f"{path}:{number}", why))

    found = False
    for number, doc_id, article in COLLECTIONS[path.suffix.lower()](path, on_bad):
        found = True
        yield Found(f"{path}:{number}", doc_id, article)
    if not found and not bad:
        raise ValueError("an empty collection; put articles into it or remove it")


def _merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return spans in order, those that overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _has_words_outside(text: str, spans: Iterable[tuple[int, int]]) -> bool:
    position = 0
    for start, end in (*spans, (len(text), len(text))):
        if any(char.isalnum() for char in text[position:start]):
            return True
        position = end
    return False


def _reason(error: Exception) -> str:
    """Return why, and what to do, as one clause."""
    match error:
        case ModuleNotFoundError():
            return "its format is an extra; pip install 'dateline[formats]'"
        case FileNotFoundError():
            return "does not exist; check the path"
        case PermissionError():
            return "cannot be read (permission denied); change its permissions"
        case OSError():
            return f"cannot be read ({error.strerror or error}); check the disk and try again"
        case ValueError() if type(error) is ValueError and str(error):
            return str(error)
        case _:
            return f"damaged ({type(error).__name__}: {' '.join(str(error).split())[:100]}); save it again or convert it to .txt"
