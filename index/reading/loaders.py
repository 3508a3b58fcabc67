"""Files, folders and collections -> documents.

``scan`` lists what there is, without opening it; ``read`` turns one file into its documents, one by
one; ``load`` does both. What cannot be read is passed to ``on_error`` with its place, its reason
and what to do, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from dateline.index.dates.datelines import Dateline, find_dateline
from dateline.index.dates.written import Order, day_of_address
from dateline.index.documents import Document, PublishedFrom, Scalar
from dateline.index.errors import LoadError
from dateline.index.prose.furniture import furniture_spans
from dateline.index.prose.headline import agency, headline_span, title_from_prose
from dateline.index.prose.plain import plain
from dateline.index.reading.articles import MAX_CHARACTERS, Article, storable
from dateline.index.reading.encodings import decode
from dateline.index.reading.fields import MAX_FIELDS, parse_fields
from dateline.index.reading.formats import PAGES, READERS
from dateline.index.reading.limits import timed
from dateline.index.reading.pages import may_hold_several, read_pages
from dateline.index.reading.records import COLLECTIONS, FEEDS, is_derived

LOADING = "3"
"""Changed with what loading makes of a file, so that files read by an older version are read again."""

OnError = Callable[[LoadError], None]

MAX_BYTES = 2**26
"""The largest file that is taken for one article."""

_HEAD = 3_000
"""Characters at the head of a text in which its dateline stands."""

_INDEX = {"catalogue.sqlite", "chroma"}
"""What a folder holds that is an index, perhaps the very one that is written to."""

_LITTER = frozenset(
    ("thumbs.db", "desktop.ini", "__macosx", "icon\r", "$recycle.bin", "system volume information", "robots.txt")
)
_PARTS = (
    ".css", ".js", ".mjs", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp", ".ico", ".woff", ".woff2",
    ".ttf", ".otf", ".eot", ".mp3", ".mp4", ".webm", ".lnk", ".tmp", ".crdownload", ".part",
)  # fmt: skip
"""Suffixes of pages' and systems' own files, which are no articles and nobody's mistake."""

_SIDECARS = (".meta.json", ".meta.yaml", ".meta.yml", ".meta.toml")
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

    @property
    def is_feed(self) -> bool:
        """Whether the file is a feed, which holds the latest articles only."""
        return self.path.suffix.lower() in FEEDS

    def holds_several(self) -> bool:
        """Whether the file may hold several articles, as a collection or a page of them. Raises OSError."""
        if self.path.suffix.lower() not in PAGES or self.size > MAX_BYTES:
            return self.is_collection
        return may_hold_several(self.path.read_bytes())

    def digest(self) -> str:
        """SHA-256 (hex) of the bytes of the file and its sidecar: the same digest, the same documents. Raises OSError."""
        with self.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        if self.sidecar:
            digest.update(self.sidecar.read_bytes())
        return digest.hexdigest()


def load(paths: Iterable[str | Path], *, on_error: OnError) -> Iterator[Document]:
    """Yield the documents of files, folders and collections, one at a time, each doc_id once."""
    seen: dict[str, tuple[str, int]] = {}
    for source in scan(paths, on_error=on_error):
        for document in read(source, on_error=on_error):
            if document.doc_id in seen:
                if seen[document.doc_id][1] != hash(document.text):
                    on_error(LoadError(str(source.path), already_read(document.doc_id, seen[document.doc_id][0])))
                continue
            seen[document.doc_id] = str(source.path), hash(document.text)
            yield document


def already_read(doc_id: str, where: str) -> str:
    """Return why an article whose id has been met before is not taken."""
    return f"the doc_id {doc_id!r} was already read from {where}; give it another"


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
    """An article that was found: its place (``path`` or ``path:line``), its id, and what it says for itself.

    ``derived``: the id was made of the article's address or content, nobody gave it.
    """

    where: str
    doc_id: str
    article: Article
    derived: bool = False

    def digest(self) -> str:
        """SHA-256 (hex) of what was found: the same digest, the same document. Much cheaper than ``document``."""
        said = repr((LOADING, self.article))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()

    def text_digest(self) -> str:
        """SHA-256 (hex) of the text."""
        return hashlib.sha256(self.article.text.encode("utf-8", "surrogatepass")).hexdigest()

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
            yield from _find_in_collection(source, on_error)
            return
        if source.size > MAX_BYTES:
            raise ValueError(
                f"larger than {MAX_BYTES >> 20} MB for one article; split it or make it a .jsonl collection"
            )
        data = source.path.read_bytes()
        with timed(source.size):
            articles = read_pages(data) if suffix in PAGES else [READERS[suffix](data)]
        for number, article in enumerate(articles, 1):
            if source.sidecar:
                article = _with_sidecar(article, source.sidecar)
            doc_id = source.doc_id if number == 1 else f"{source.doc_id}#{number}"
            yield Found(str(source.path), doc_id, article)
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
    seen = plain(text)
    known = frozenset(seen.shown(*span) for span in article.furniture)
    headline = headline_span(seen.text, known)
    title = article.title or (
        " ".join(seen.text[slice(*headline)].split()) if headline else title_from_prose(seen.text, known)
    )
    dateline = _dateline(seen.text, known, headline, article.order)
    published, published_from = _published(article, dateline)
    wire = agency(seen.text)
    source = article.source or wire or (urlsplit(article.url).hostname or "").removeprefix("www.")
    found: dict[str, Scalar] = {}
    if dateline and dateline.place:
        found["place"] = dateline.place
    if wire and wire != source:
        found["agency"] = wire
    if published_from == "ambiguous":
        found["published_as_written"] = article.ambiguous or (dateline.ambiguous if dateline else "")
    marked = [*furniture_spans(seen.text), *([headline] if headline else [])]
    furniture = _merged([*article.furniture, *article.headings, *(seen.original(*span) for span in marked)])
    if not _has_words_outside(text, furniture):
        # A gallery of captions, or a page whose article was not saved: it can still be found, by its title above all.
        furniture = ()
    return Document(
        doc_id=doc_id,
        text=text,
        title=title,
        published=published,
        published_from=published_from,
        source=source,
        url=article.url,
        authors=article.authors,
        furniture=furniture,
        pages=article.pages,
        metadata=found | article.extra,
    )


def _dateline(
    text: str, furniture: frozenset[tuple[int, int]], headline: tuple[int, int] | None, order: Order | None
) -> Dateline | None:
    """Return the dateline of a text as it is seen; running heads, such as a printer's stamp, say nothing."""
    for start, end in sorted(furniture, reverse=True):
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}" if end < _HEAD else text
    found = find_dateline(text, order)
    if headline and not (found and (found.date or found.ambiguous)):
        # A long headline can be taken for the story, under which no date is looked for.
        found = find_dateline(text[headline[1] :], order) or found
    return found


def _published(article: Article, dateline: Dateline | None) -> tuple[str | None, PublishedFrom]:
    """Return the day of publication and who says so, the best first: metadata, the text itself, the address."""
    if article.published:
        return article.published, "metadata"
    stated = (dateline.date if dateline else None) or article.stated
    if stated:
        return stated, "stated"
    if article.ambiguous or (dateline and dateline.ambiguous):
        return None, "ambiguous"
    day = day_of_address(article.url)
    return (day, "address") if day else (None, "unknown")


def _walk(folder: Path, on_error: OnError) -> Iterator[SourceFile]:
    """Yield the files of a folder; a folder's own sub-folders after its files, all sorted."""
    found = False

    def unreadable(error: OSError) -> None:
        nonlocal found
        found = True
        on_error(LoadError(str(error.filename), _reason(error)))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        if {*folders, *names} >= _INDEX:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not _is_beside(name, names))
        beside = frozenset(name for name in names if name.lower().endswith(_SIDECARS))
        for name in sorted(names):
            if name in beside or _is_beside(name, ()):
                continue
            found = True
            path = Path(parent, name)
            try:
                yield _source(path, path.relative_to(folder).as_posix(), beside)
            except (OSError, LoadError) as error:
                on_error(error if isinstance(error, LoadError) else LoadError(str(path), _reason(error)))
    if not found:
        on_error(LoadError(str(folder), "an empty folder; put articles into it or give another path"))


def _is_beside(name: str, names: Iterable[str]) -> bool:
    """Whether a file or a folder only comes with others: hidden, a saved page's parts, what systems leave behind."""
    lowered = name.lower()
    if name.startswith((".", "~$")) or lowered in _LITTER or lowered.endswith(_PARTS):
        return True
    page = re.fullmatch(r"(.+?)(?:_files|\.files|_fichiers|-dateien|_archivos|_file)", lowered)
    return page is not None and any(
        PAGES & {Path(other).suffix.lower()} and Path(other).stem.lower() == page[1] for other in names
    )


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
    written = {name.lower(): name for name in beside}
    named = [f"{stem}{end}".lower() for stem in (path.name, path.stem) for end in _SIDECARS]
    sidecar = next((path.with_name(written[name]) for name in named if name in written), None)
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
    language = {".json": "json", ".toml": "toml"}.get(sidecar.suffix.lower(), "yaml")
    try:
        with sidecar.open("rb") as file:
            fields, wrong = parse_fields(decode(file.read(MAX_FIELDS + 1)), language)
    except ValueError as error:
        fields, wrong = {}, str(error)
    before = article.warnings
    article = article.described(fields)
    told = [*article.warnings[len(before) :], *([wrong] if wrong else [])]
    return replace(article, warnings=(*before, *(f"its sidecar {sidecar.name}: {why}" for why in told)))


def _find_in_collection(source: SourceFile, on_error: OnError) -> Iterator[Found]:
    path, bad = source.path, False

    def on_bad(number: int, why: str) -> None:
        nonlocal bad
        bad = True
        on_error(LoadError(f"{path}:{number}", why))

    found = False
    for number, doc_id, article in COLLECTIONS[path.suffix.lower()](path, on_bad):
        found = True
        # A table that is one article is known by its file.
        if doc_id:
            yield Found(f"{path}:{number}", doc_id, article, is_derived(doc_id, article))
        else:
            yield Found(str(path), source.doc_id, article)
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
