"""An index whose files are damaged: what is wrong with them, and how the index is made whole again.

Chroma's files are made anew from the catalogue. A damaged catalogue is made anew from those of its
articles that can still be read and whose content has the hash that was stored with it; the damaged
file is kept beside it. Articles that are lost are named as far as anything still names them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from dateline.index.errors import StoreError
from dateline.index.keeping import salvage
from dateline.index.keeping.catalogue import Catalogue
from dateline.index.keeping.rows import DOCUMENT_COLUMNS, document_of
from dateline.index.keeping.store import CATALOGUE, VECTORS, Entry, fresh_meta, write_lock
from dateline.index.prose.chunking import chunk
from dateline.index.vectors.collection import READING, VectorStore
from dateline.index.vectors.embedding import Embedder
from dateline.index.vectors.probe import vector_fault
from dateline.index.vectors.unfinished import SEARCHING

_BATCH = 100
_TABLES = {"meta", "documents", "passages", "files", "journal"}


@dataclass
class Damage:
    """What is wrong with an index's files, "" where nothing is, and what became of it.

    ``kept`` counts the articles that were read from a damaged catalogue, ``lost`` holds the ids of
    those that were not, as far as they are known, ``aside`` where the damaged file is kept;
    ``mended`` says that the files were made anew.
    """

    catalogue: str = ""
    vectors: str = ""
    kept: int = 0
    lost: list[str] = field(default_factory=list)
    aside: Path | None = None
    mended: bool = False

    def __bool__(self) -> bool:
        return bool(self.catalogue or self.vectors)

    def sentences(self) -> list[str]:
        """What is wrong, in a sentence for each file."""
        said = []
        if self.catalogue:
            said.append(f"the catalogue ({CATALOGUE}) is damaged: {self.catalogue}")
        if self.vectors:
            said.append(f"the vectors ({VECTORS}) are damaged: {self.vectors}")
        return said


def damage(folder: Path) -> Damage:
    """Say what is wrong with the files of the index in ``folder``; raises StoreError where there is none."""
    path = folder / CATALOGUE
    if not path.is_file() and not (folder / VECTORS).exists():
        raise StoreError(f"there is no index in {folder}; make one with: dateline index PATH --index {folder}")
    found = Damage(catalogue=_catalogue_fault(path))
    chroma = folder / VECTORS / "chroma.sqlite3"
    found.vectors = (salvage.fault(chroma) if chroma.is_file() else "") or vector_fault(folder / VECTORS)
    return found


def rescue(folder: Path, embedder: Embedder, found: Damage) -> Damage:
    """Make damaged files anew; what is then missing is for ``doctor.repair`` to add.

    Raises StoreLockedError where another process writes to the index.
    """
    with write_lock(folder):
        if found.catalogue:
            _remake_catalogue(folder, embedder, found)
        if found.vectors:
            place = folder / VECTORS
            shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
            for mark in (READING, SEARCHING):
                place.with_name(mark).unlink(missing_ok=True)
            VectorStore.embedded(place, create=True)
    found.mended = True
    return found


def _catalogue_fault(path: Path) -> str:
    if not path.is_file():
        return "it is not there"
    wrong = salvage.fault(path)
    if wrong:
        return wrong
    tables = {row[0] for row in salvage.pairs(path, "SELECT name FROM sqlite_master")}
    missing = sorted((_TABLES | {"postings", "postings_data"}) - tables)
    return f"the table {missing[0]} is missing" if missing else ""


def _remake_catalogue(folder: Path, embedder: Embedder, found: Damage) -> None:
    path, new = folder / CATALOGUE, folder / f"{CATALOGUE}.new"
    for ending in ("", *salvage.SIDECARS):
        new.with_name(new.name + ending).unlink(missing_ok=True)
    fresh = {**fresh_meta(embedder), "generation": "0"}
    known = set(_named(folder))
    if path.is_file():
        found.aside = salvage.set_aside(path, lambda empty: _make(empty, fresh))
        known.update(row[0] for row in salvage.pairs(found.aside, "SELECT doc_id FROM passages"))
        known.update(row[0] for row in salvage.pairs(found.aside, "SELECT doc_id FROM documents"))
        fresh.update(_meta(found.aside, fresh))
    _make(new, fresh)
    with closing(Catalogue(new)) as catalogue:
        batch: list[Entry] = []
        for entry in _legible(found.aside) if found.aside else ():
            known.discard(entry.chunked.document.doc_id)
            batch.append(entry)
            found.kept += 1
            if len(batch) == _BATCH:
                _put(catalogue, batch)
                batch = []
        _put(catalogue, batch)
        catalogue.recluster()
    found.lost = sorted(known)
    salvage.replace(path, new)


def _make(path: Path, meta: dict[str, str]) -> None:
    with closing(Catalogue(path)) as catalogue:
        catalogue.create(meta)


def _meta(aside: Path, fresh: dict[str, str]) -> dict[str, str]:
    """What the damaged catalogue says of how the index was made; its generation must go on growing."""
    read = dict(salvage.pairs(aside, "SELECT key, value FROM meta"))
    kept = {key: str(read[key]) for key in ("embedder", "dimension", "chunking") if key in read}
    generation = str(read.get("generation", "0"))
    return {**kept, "generation": str(int(generation) + 1 if generation.isdigit() else 1)}


def _legible(aside: Path) -> Iterator[Entry]:
    """Yield the articles of a damaged catalogue whose content is what was stored, whole."""
    seen = set()
    for doc_id, digest, origin, stored, *row in salvage.rows(
        aside, "documents", f"doc_id, hash, origin, digest, {DOCUMENT_COLUMNS}"
    ):
        try:
            document = document_of(doc_id, row)
            sound = document.content_hash() == digest and doc_id not in seen
        except (ValueError, TypeError, AttributeError):
            continue
        if sound:
            seen.add(doc_id)
            yield Entry(chunk(document), origin, stored)


def _put(catalogue: Catalogue, entries: list[Entry]) -> None:
    with catalogue.transaction() as connection:
        for entry in entries:
            catalogue.put(connection, *entry)


def _named(folder: Path) -> list[str]:
    """The ids of the articles whose passages Chroma knows."""
    chroma = folder / VECTORS / "chroma.sqlite3"
    if not chroma.is_file():
        return []
    named = salvage.pairs(chroma, "SELECT DISTINCT string_value FROM embedding_metadata WHERE key = 'doc_id'")
    return [row[0] for row in named if isinstance(row[0], str)]
