"""What is wrong with an SQLite file, and which of its rows can still be read.

A table's rows lie in a tree of pages by row id. Where a page is damaged, the rows on other pages are
still reached through the tree, one by one. The first page holds the header and the roots of all
trees; since a file's tables are always made in the same order, a new file's first page does for a
damaged one. What is read this way may be wrong all the same: a caller holds it against a checksum.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

SIDECARS = ("-wal", "-shm")
"""What SQLite keeps beside a file while it is in use, and after a kill."""
_GIVE_UP = 20_000
"""So many row ids in a row that cannot be read, and nothing more is expected of a table."""


def read_only_uri(path: Path) -> str:
    """Return the URI under which SQLite reads a file without writing, also where nobody can write.

    In such a folder SQLite could not make the log's index that it wants even for reading.
    """
    log = path.with_name(path.name + "-wal")
    unchanging = not os.access(path.parent, os.W_OK) and not (log.exists() and log.stat().st_size)
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if unchanging else ''}"


def fault(path: Path) -> str:
    """Return what is wrong with an SQLite file, or "". Full-text tables are left to those who keep them."""
    try:
        with closing(sqlite3.connect(read_only_uri(path), uri=True, timeout=30)) as connection:
            said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    except sqlite3.Error as error:
        return str(error)
    wrong = [line for line in said if line != "ok" and "fts5" not in line.casefold()]
    return " ".join(wrong[0].split()) if wrong else ""


def set_aside(path: Path, make: Callable[[Path], None]) -> Path:
    """Copy a damaged file and what belongs to it to ``NAME.damaged``, legible as far as possible; return that path.

    ``make`` makes an empty file of the same tables at a path.
    """
    aside = path.with_name(path.name + ".damaged")
    for ending in ("", *SIDECARS):
        aside.with_name(aside.name + ending).unlink(missing_ok=True)
    shutil.copyfile(path, aside)
    wal = path.with_name(path.name + "-wal")
    if wal.exists():
        shutil.copyfile(wal, aside.with_name(aside.name + "-wal"))
    if not _opens(aside):
        # Of a log whose file has lost its header nothing can be said.
        for ending in SIDECARS:
            aside.with_name(aside.name + ending).unlink(missing_ok=True)
        _graft(aside, make)
    return aside


def rows(path: Path, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table that can be read, in the order of their row ids; what cannot is left out."""
    # Without an index: one may be damaged too, and would lead astray.
    query = f"SELECT rowid, {columns} FROM {table} NOT INDEXED WHERE rowid > ? ORDER BY rowid"  # noqa: S608 - names of ours
    with closing(sqlite3.connect(path)) as connection:
        at, failed = 0, 0
        while failed < _GIVE_UP:
            try:
                for row in connection.execute(query, (at,)):
                    at, failed = row[0], 0
                    yield row[1:]
                return
            except (sqlite3.DatabaseError, OverflowError):
                at, failed = at + 1, failed + 1


def pairs(path: Path, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a query, or as many as come before a damaged page."""
    found: list[tuple[Any, ...]] = []
    try:
        with closing(sqlite3.connect(read_only_uri(path), uri=True)) as connection:
            found.extend(connection.execute(query, parameters))
    except sqlite3.DatabaseError:
        pass
    return found


def replace(path: Path, new: Path) -> None:
    """Put a closed file in the place of a damaged one; the old file's log must not be applied to it."""
    for ending in SIDECARS:
        path.with_name(path.name + ending).unlink(missing_ok=True)
    new.replace(path)


def _opens(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
    except sqlite3.DatabaseError:
        return False


def _graft(path: Path, make: Callable[[Path], None]) -> None:
    """Give a file the first page of a new one with the same tables (see "The SQLite File Format", 1.3)."""
    donor = path.with_name(path.name + ".empty")
    make(donor)
    data = donor.read_bytes()
    donor.unlink()
    size = int.from_bytes(data[16:18], "big")
    page = bytearray(data[:size])
    page[18:20] = b"\1\1"  # no write-ahead log
    page[28:32] = max(1, path.stat().st_size // size).to_bytes(4, "big")  # pages
    page[32:40] = bytes(8)  # no free pages
    page[92:96] = page[24:28]  # the number of pages is up to date
    with path.open("r+b") as file:
        file.write(page)
