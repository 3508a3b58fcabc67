"""SQLite's failures are sentences, and no connection outlives the thread that made it."""

from __future__ import annotations

import gc
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dateline.index.errors import StoreFileError, StoreLockedError
from dateline.index.keeping.catalogue import Catalogue
from dateline.index.keeping.connections import Connection, connect
from dateline.rag.chat.conversations import ConversationStore
from dateline.rag.chat.preferences import Preferences
from dateline.rag.settings import Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "some.sqlite"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE words (word TEXT UNIQUE)")
        made.executemany("INSERT INTO words VALUES (?)", [(f"word {number}" * 20,) for number in range(500)])
        made.commit()
    return path


@pytest.fixture
def connection(path: Path) -> Iterator[Connection]:
    with closing(connect(f"the file {path}", path, timeout=0)) as opened:
        yield opened


def test_a_damaged_file_is_named_with_what_to_do(path: Path, connection: Connection) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))
    with pytest.raises(StoreFileError, match=r"some\.sqlite cannot be used \(.+\); .+ dateline doctor") as caught:
        connection.execute("SELECT * FROM words").fetchall()
    assert isinstance(caught.value.__cause__, sqlite3.DatabaseError) and "\n" not in str(caught.value)


def test_damage_is_told_in_the_middle_of_reading_too(path: Path, connection: Connection) -> None:
    rows = connection.execute("SELECT word FROM words NOT INDEXED")
    assert next(rows)
    at = path.read_bytes().rindex(b"word 400") // 4096 * 4096
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * 4096)
    with pytest.raises(StoreFileError):
        list(rows)


def test_a_file_that_is_none_and_one_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StoreFileError, match=r"the folder cannot be used .+ see whether it is there"):
        connect("the folder", tmp_path)
    (tmp_path / "text").write_text("no database at all, surely" * 100)
    with (
        closing(connect("the text", tmp_path / "text")) as opened,
        pytest.raises(StoreFileError, match=r"^the text cannot be used \(file is not a database\)"),
    ):
        opened.execute("SELECT 1 FROM sqlite_master")


def test_a_locked_file_and_a_full_disk_are_told_apart(path: Path, connection: Connection) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreLockedError, match=r"some\.sqlite is locked by another program; try again"):
            connection.execute("SELECT 1 FROM words")
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFileError, match="free some space"):
        connection.executemany("INSERT INTO words VALUES (?)", [(f"more {number}" * 20,) for number in range(500)])


def test_mistakes_of_the_program_stay_what_they_are(connection: Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO words SELECT word FROM words")
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT ?", ())


def test_what_is_stored_is_not_repeated_at_length(connection: Connection) -> None:
    connection.execute("INSERT INTO words VALUES (CAST(? AS TEXT))", (b"\xff" + b"secret " * 1000,))
    with pytest.raises(StoreFileError) as caught:
        connection.execute("SELECT word FROM words ORDER BY rowid DESC").fetchone()
    assert len(str(caught.value)) < 400


def test_connections_end_with_their_threads_and_with_the_catalogue(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    catalogue.create({"generation": "0"})
    opened: list[Connection] = []

    def read() -> None:
        assert catalogue.generation() == 0
        opened.append(catalogue.connection)

    for _ in range(5):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert len(opened) == 5
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
    read()
    assert opened[-1].execute("SELECT 1").fetchone()
    catalogue.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[-1].execute("SELECT 1")
    read()
    catalogue.close()


@pytest.mark.parametrize("make", [ConversationStore, lambda path: Preferences(Settings(), path)])
def test_a_file_of_the_chat_is_closed_with_who_holds_it(
    make: Callable[[Path], ConversationStore | Preferences], tmp_path: Path
) -> None:
    holder = make(tmp_path / "kept.sqlite")
    connection = holder._connection
    assert connection.execute("SELECT 1").fetchone()
    del holder
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
