"""Connections to SQLite files, whose failures are sentences: which file, what is wrong with it, what to do."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from dateline.index.errors import StoreError, StoreFileError, StoreLockedError

P = ParamSpec("P")
R = TypeVar("R")

_REASON = 150
"""Characters of SQLite's own words that are repeated: some of its messages quote what is stored."""
_HINTS = {
    sqlite3.SQLITE_FULL: "free some space on its disk, then try again",
    sqlite3.SQLITE_READONLY: "see who may write to it",
    sqlite3.SQLITE_CANTOPEN: "see whether it is there and who may read it",
}
_DOCTOR = "see what is wrong with: dateline doctor"


def failure(subject: str, error: sqlite3.Error) -> StoreError:
    """Return what to raise for an error of SQLite's about ``subject``, such as "the index file PATH"."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreLockedError(f"{subject} is locked by another program; try again when that has finished")
    reason = " ".join(str(error).split())[:_REASON]
    return StoreFileError(f"{subject} cannot be used ({reason}); {_HINTS.get(code, _DOCTOR)}")


def _told(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Make a method of a connection or a cursor raise StoreError; errors of the program's own stay as they are."""

    @wraps(method)
    def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, *args, **kwargs)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError):
            raise
        except sqlite3.Error as error:
            raise failure(getattr(self, "connection", self).subject, error) from error

    return call


class _Cursor(sqlite3.Cursor):
    execute = _told(sqlite3.Cursor.execute)
    executemany = _told(sqlite3.Cursor.executemany)
    executescript = _told(sqlite3.Cursor.executescript)
    fetchone = _told(sqlite3.Cursor.fetchone)
    fetchmany = _told(sqlite3.Cursor.fetchmany)
    fetchall = _told(sqlite3.Cursor.fetchall)
    __next__ = _told(sqlite3.Cursor.__next__)


class Connection(sqlite3.Connection):
    """A connection that raises StoreFileError, or StoreLockedError, where SQLite cannot read or write its file."""

    subject = "the file"

    def cursor(self, factory: Any = None) -> Any:
        """Return a cursor that raises the same."""
        return super().cursor(_Cursor)

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Run a statement with a new cursor of this kind, as the inherited methods do not."""
        cursor: sqlite3.Cursor = self.cursor().execute(sql, parameters)
        return cursor

    def executemany(self, sql: str, parameters: Iterable[Any]) -> sqlite3.Cursor:
        """Run a statement with each of the parameters."""
        cursor: sqlite3.Cursor = self.cursor().executemany(sql, parameters)
        return cursor

    def executescript(self, script: str) -> sqlite3.Cursor:
        """Run statements one after the other."""
        cursor: sqlite3.Cursor = self.cursor().executescript(script)
        return cursor

    commit = _told(sqlite3.Connection.commit)
    rollback = _told(sqlite3.Connection.rollback)


def connect(subject: str, database: str | Path, **options: Any) -> Connection:
    """Open an SQLite file, or a URI with ``uri=True``; ``subject`` begins the sentences of its errors.

    ``options`` are those of ``sqlite3.connect``. Raises StoreError.
    """
    try:
        connection = sqlite3.connect(database, factory=Connection, **options)
    except sqlite3.Error as error:
        raise failure(subject, error) from error
    connection.subject = subject
    return connection


def ends_with(owner: object, connection: Connection) -> Callable[[], object]:
    """Have a connection closed when its owner is no more; return what closes it before.

    When the program ends nothing is closed: a thread may still be reading, and SQLite needs no farewell.
    """
    closing = weakref.finalize(owner, connection.close)
    closing.atexit = False
    return closing
