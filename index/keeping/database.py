"""The SQLite file of an index: a connection for every thread, transactions, and what it notes of itself."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dateline.index.errors import StoreFileError, StoreLockedError
from dateline.index.keeping import schema
from dateline.index.keeping.connections import Connection, connect, ends_with
from dateline.index.keeping.salvage import read_only_uri

_CACHE_KIB = 8 << 10
"""Of pages in every thread's connection: eight times as much made neither searching nor writing faster."""


class _Held:
    """A thread's hold on its connection, which is closed when the thread has ended or the database is no more."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.close = ends_with(self, connection)


class Database:
    """An SQLite file with the tables of ``dateline.index.keeping.schema``.

    Every thread has its own connection. ``read_only`` never writes a byte, also in a folder that
    may not be written to.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._local = threading.local()
        self._held: weakref.WeakSet[_Held] = weakref.WeakSet()
        self._guard = threading.Lock()

    @property
    def connection(self) -> Connection:
        """This thread's connection."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            held = self._local.held = _Held(self._connect())
            with self._guard:
                self._held.add(held)
        return held.connection

    def _connect(self) -> Connection:
        uri = read_only_uri(self.path) if self.read_only else self.path.absolute().as_uri()
        connection = connect(f"the index file {self.path}", uri, uri=True, timeout=30, check_same_thread=False)
        try:
            connection.execute("PRAGMA busy_timeout = 30000")
            if not self.read_only:
                _write_ahead(connection)
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for held in self._held:
                held.close()
            self._held.clear()
        self._local = threading.local()

    def create(self, meta: dict[str, str]) -> None:
        """Make the tables of an empty file and store ``meta``, all or nothing."""
        with self._script(schema.TABLES) as connection:
            connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())

    def upgrade(self, version: int) -> None:
        """Bring a file of an earlier format up to ``version``: sentences get a table, empty for what is there."""
        with self._script(schema.SENTENCES) as connection:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'format_version'", (str(version),))

    @contextmanager
    def _script(self, statements: str) -> Iterator[sqlite3.Connection]:
        """Run statements in a transaction that goes on: ``executescript`` would end one that had begun before."""
        connection = self.connection
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {statements}")
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    def is_empty_file(self) -> bool:
        """Return whether no table has been made yet."""
        return self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit on success, roll back on any exception."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    def meta(self) -> dict[str, str]:
        """Return what the index knows of itself."""
        return dict(self.connection.execute("SELECT key, value FROM meta").fetchall())

    def version(self) -> int:
        """Return the version of the file's format, 0 where it does not say."""
        return int(self.meta().get("format_version", "0"))

    def generation(self) -> int:
        """Return a number that grows with every change of the articles."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        return int(row[0])

    def set_generation(self, connection: sqlite3.Connection, generation: int) -> None:
        """Take over the number of another copy of the index, inside ``transaction()``."""
        connection.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (str(generation),))

    @contextmanager
    def _legible(self) -> Iterator[None]:
        """Say so where a row can be read but is not what was written."""
        try:
            yield
        except (ValueError, TypeError, AttributeError) as error:
            raise StoreFileError(
                f"the index file {self.path} holds damaged rows ({error}); see what is wrong with: dateline doctor"
            ) from error

    def _select(self, sql: str, values: Sequence[Any], more: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a statement in which ``{}`` stands for the marks of ``values``, 500 of them at a time."""
        for at in range(0, len(values), 500):
            some = values[at : at + 500]
            yield from self.connection.execute(sql.format(",".join("?" * len(some))), [*some, *more]).fetchall()


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on. SQLite does not wait for others here, who may be making the very same file."""
    until = time.monotonic() + 30
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except StoreLockedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
