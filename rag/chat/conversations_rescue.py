"""A damaged file of conversations: what is wrong with it, and what of it can still be read."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dateline.index.keeping import salvage
from dateline.rag.chat.conversations import ConversationStore, Limits, answer_from_dict
from dateline.rag.chat.preferences import Preferences
from dateline.rag.settings import Settings

_TABLES = {
    "conversations": "id, owner, title, created, updated",
    "turns": "limits, answer, id, conversation_id, created, vote, comment, asked_on",
    "preferences": "chosen, owner",
}
"""Conversations before their turns, which refer to them."""


@dataclass(frozen=True)
class Rescued:
    """How many conversations and turns could be read, and where the damaged file is kept."""

    conversations: int
    turns: int
    aside: Path


def fault(path: Path) -> str:
    """Return what is wrong with a file of conversations, "" where nothing is or there is none."""
    if not path.is_file():
        return ""
    wrong = salvage.fault(path)
    if wrong:
        return wrong
    damaged = sum(not _legible("turns", row) for row in salvage.rows(path, "turns", _TABLES["turns"]))
    return f"{damaged} of its answers cannot be read" if damaged else ""


def rescue(path: Path) -> Rescued:
    """Make a damaged file anew from what can be read of it, while no chat has it open.

    Turns whose conversation cannot be read are left out, since nobody knows whose they are.
    """
    aside = salvage.set_aside(path, _make)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    _make(new)
    with closing(sqlite3.connect(new)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        counts = {
            table: sum(_copied(connection, table, columns, row) for row in salvage.rows(aside, table, columns))
            for table, columns in _TABLES.items()
        }
    salvage.replace(path, new)
    return Rescued(counts["conversations"], counts["turns"], aside)


def _make(path: Path) -> None:
    ConversationStore(path).close()
    Preferences(Settings(), path).close()


def _copied(connection: sqlite3.Connection, table: str, columns: str, row: tuple[Any, ...]) -> bool:
    """Put a row in, if it is sound."""
    if not _legible(table, row):
        return False
    marks = ",".join("?" * len(row))
    try:
        connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", row)  # noqa: S608 - names of ours
    except sqlite3.IntegrityError:
        return False
    return True


def _legible(table: str, row: tuple[Any, ...]) -> bool:
    try:
        if table == "turns":
            limits = json.loads(row[0])
            Limits(limits["after"], limits["before"], tuple(limits["doc_ids"]))
            answer_from_dict(json.loads(row[1]))
        elif table == "preferences":
            dict(json.loads(row[0]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return True
