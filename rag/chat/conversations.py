"""ConversationStore: the conversations of each owner, kept in one SQLite file."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dateline.index.dates.expressions import TimeExpression
from dateline.index.errors import StoreError, StoreFileError, UsageError
from dateline.index.keeping.connections import connect, ends_with
from dateline.rag.answer import Answer, Citation, Dropped, Event, Sentence

CONVERSATIONS = "conversations.sqlite"
"""The file's name; it lies in the index's folder."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS conversations_by_owner ON conversations (owner, updated);
CREATE TABLE IF NOT EXISTS turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    limits TEXT NOT NULL, answer TEXT NOT NULL, created TEXT NOT NULL,
    vote INTEGER NOT NULL DEFAULT 0, comment TEXT NOT NULL DEFAULT '', asked_on TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS turns_by_conversation ON turns (conversation_id, id);
"""
_ADD_ASKED_ON = "ALTER TABLE turns ADD COLUMN asked_on TEXT NOT NULL DEFAULT ''"
"""Files of earlier versions have no such column."""


@dataclass(frozen=True)
class Limits:
    """What a question was limited to: publication days (ISO, inclusive) and documents."""

    after: str | None = None
    before: str | None = None
    doc_ids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.after or self.before or self.doc_ids)


@dataclass(frozen=True)
class Turn:
    """One question with its answer.

    ``vote`` is 1 (helpful), -1 (not) or 0 (none given); ``asked_on`` is the asker's day (ISO), "" where none was noted.
    """

    id: int
    answer: Answer
    limits: Limits = field(default_factory=Limits)
    created: str = ""
    vote: int = 0
    comment: str = ""
    asked_on: str = ""

    @property
    def question(self) -> str:
        """The question as asked."""
        return self.answer.question


@dataclass(frozen=True)
class Conversation:
    """A named run of turns, oldest first; ``created`` and ``updated`` are ISO date-times in UTC."""

    id: str
    title: str
    created: str
    updated: str
    turns: tuple[Turn, ...] = ()

    def history(self, before: int | None = None) -> list[dict[str, str]]:
        """The turns (up to the one with id ``before``) as role and content, for ``Assistant.ask``."""
        messages = []
        for turn in self.turns:
            if before is not None and turn.id >= before:
                break
            messages.append({"role": "user", "content": turn.question})
            messages.append({"role": "assistant", "content": turn.answer.text})
        return messages


class ConversationStore:
    """Conversations in an SQLite file (or in memory); nobody sees those of another owner."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        try:
            if path != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the folder of the conversations {path} cannot be made ({error.strerror})") from error
        self._connection = connect(
            f"the file of conversations {path}", path, check_same_thread=False, isolation_level=None
        )
        try:
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(_SCHEMA)
            if "asked_on" not in {row["name"] for row in self._connection.execute("PRAGMA table_info (turns)")}:
                self._connection.execute(_ADD_ASKED_ON)
        except BaseException:
            self._connection.close()
            raise
        self._lock = threading.Lock()
        self._closing = ends_with(self, self._connection)

    def close(self) -> None:
        """Close the file, which ends with this object at the latest."""
        self._closing()

    @contextmanager
    def _cursor(self) -> Iterator[sqlite3.Cursor]:
        with self._lock:
            cursor = self._connection.cursor()
            cursor.execute("BEGIN")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                # On a full disk SQLite has ended the transaction itself.
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    def create(self, owner: str, title: str) -> Conversation:
        """A new, empty conversation."""
        now = _now()
        conversation = Conversation(secrets.token_urlsafe(9), _title(title), now, now)
        with self._cursor() as cursor:
            cursor.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)",
                (conversation.id, owner, conversation.title, now, now),
            )
        return conversation

    def add(
        self, owner: str, conversation_id: str, answer: Answer, limits: Limits | None = None, asked_on: str = ""
    ) -> Turn:
        """Append an answered question; raises UsageError where ``owner`` has no such conversation."""
        limits = limits or Limits()
        now = _now()
        with self._cursor() as cursor:
            self._require(cursor, owner, conversation_id)
            cursor.execute("UPDATE conversations SET updated = ? WHERE id = ?", (now, conversation_id))
            cursor.execute(
                "INSERT INTO turns (conversation_id, limits, answer, created, asked_on) VALUES (?, ?, ?, ?, ?)",
                (
                    conversation_id,
                    _limits_json(limits),
                    json.dumps(answer.to_dict(), ensure_ascii=False),
                    now,
                    asked_on,
                ),
            )
            return Turn(int(cursor.lastrowid or 0), answer, limits, now, asked_on=asked_on)

    def get(self, owner: str, conversation_id: str) -> Conversation | None:
        """The conversation with its turns, or None where ``owner`` has no such conversation."""
        with self._cursor() as cursor:
            row = cursor.execute(
                "SELECT * FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner)
            ).fetchone()
            if row is None:
                return None
            turns = cursor.execute(
                "SELECT * FROM turns WHERE conversation_id = ? ORDER BY id", (conversation_id,)
            ).fetchall()
        return Conversation(row["id"], row["title"], row["created"], row["updated"], tuple(map(self._turn, turns)))

    def turn(self, owner: str, turn_id: int) -> Turn | None:
        """One turn, or None where it is not the owner's."""
        with self._cursor() as cursor:
            row = cursor.execute(
                "SELECT turns.* FROM turns JOIN conversations ON conversations.id = conversation_id"
                " WHERE turns.id = ? AND owner = ?",
                (turn_id, owner),
            ).fetchone()
        return self._turn(row) if row else None

    def find(self, owner: str, search: str = "") -> list[Conversation]:
        """The owner's conversations without their turns, latest first; ``search`` looks in titles, questions and answers."""
        pattern = "%" + search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        with self._cursor() as cursor:
            rows = cursor.execute(
                "SELECT * FROM conversations WHERE owner = ? AND (title LIKE ? ESCAPE '\\' OR EXISTS ("
                " SELECT 1 FROM turns WHERE conversation_id = conversations.id AND ("
                "  json_extract(answer, '$.question') LIKE ? ESCAPE '\\'"
                "  OR json_extract(answer, '$.answer') LIKE ? ESCAPE '\\')))"
                # By the order of the turns: a clock may have been set back meanwhile.
                " ORDER BY (SELECT ifnull(max(id), 1 << 62) FROM turns WHERE conversation_id = conversations.id) DESC,"
                " rowid DESC",
                (owner, pattern, pattern, pattern),
            ).fetchall()
        return [Conversation(row["id"], row["title"], row["created"], row["updated"]) for row in rows]

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        with self._cursor() as cursor:
            self._require(cursor, owner, conversation_id)
            cursor.execute("UPDATE conversations SET title = ? WHERE id = ?", (_title(title), conversation_id))

    def delete(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation and its turns."""
        with self._cursor() as cursor:
            self._require(cursor, owner, conversation_id)
            cursor.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    def remove_turn(self, owner: str, turn_id: int) -> None:
        """Delete one turn; one that is not the owner's is left alone."""
        with self._cursor() as cursor:
            cursor.execute(
                "DELETE FROM turns WHERE id = ? AND conversation_id IN (SELECT id FROM conversations WHERE owner = ?)",
                (turn_id, owner),
            )

    def vote(self, owner: str, turn_id: int, vote: int, comment: str = "") -> None:
        """Keep what the owner thought of an answer: 1, -1 or 0, and a comment."""
        if vote not in (-1, 0, 1):
            raise UsageError(f"a vote is 1, 0 or -1, not {vote}")
        with self._cursor() as cursor:
            cursor.execute(
                "UPDATE turns SET vote = ?, comment = ?"
                " WHERE id = ? AND conversation_id IN (SELECT id FROM conversations WHERE owner = ?)",
                (vote, comment, turn_id, owner),
            )

    def judged(self, owner: str) -> list[Conversation]:
        """The owner's conversations with a turn that carries a vote or a comment, in the order of those turns."""
        with self._cursor() as cursor:
            rows = cursor.execute(
                "SELECT conversation_id FROM turns JOIN conversations ON conversations.id = conversation_id"
                " WHERE owner = ? AND (vote != 0 OR comment != '') GROUP BY conversation_id ORDER BY min(turns.id)",
                (owner,),
            ).fetchall()
        found = (self.get(owner, row["conversation_id"]) for row in rows)
        return [conversation for conversation in found if conversation is not None]

    def _turn(self, row: sqlite3.Row) -> Turn:
        try:
            return _turn(row)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StoreFileError(
                f"{self._connection.subject} holds a damaged answer, number {row['id']}; see what is wrong with: dateline doctor"
            ) from error

    @staticmethod
    def _require(cursor: sqlite3.Cursor, owner: str, conversation_id: str) -> None:
        found = cursor.execute(
            "SELECT 1 FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner)
        ).fetchone()
        if found is None:
            raise UsageError("no such conversation: it may have been deleted; start a new one")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _title(text: str) -> str:
    title = " ".join(text.split())
    return (title[:79] + "…" if len(title) > 80 else title) or "Untitled"


def _limits_json(limits: Limits) -> str:
    return json.dumps({"after": limits.after, "before": limits.before, "doc_ids": list(limits.doc_ids)})


def _turn(row: sqlite3.Row) -> Turn:
    limits = json.loads(row["limits"])
    return Turn(
        row["id"],
        answer_from_dict(json.loads(row["answer"])),
        Limits(limits["after"], limits["before"], tuple(limits["doc_ids"])),
        row["created"],
        row["vote"],
        row["comment"],
        row["asked_on"],
    )


def answer_from_dict(data: dict[str, Any]) -> Answer:
    """The Answer whose ``to_dict`` is ``data``."""
    return Answer(
        question=data["question"],
        standalone_question=data["standalone_question"],
        text=data["answer"],
        sentences=tuple(Sentence(s["text"], tuple(s["citations"]), s["support"]) for s in data["sentences"]),
        citations=tuple(_citation(c) for c in data["citations"]),
        abstained=data["abstained"],
        reason=data["reason"],
        confidence=data["confidence"],
        nearest=tuple(_citation(c) for c in data["nearest"]),
        events=tuple(
            Event(**{**event, "citations": tuple(event["citations"]), "said": tuple(event["said"])})
            for event in data["events"]
        ),
        mode=data["mode"],
        notice=data["notice"],
        dropped=tuple(Dropped(**sentence) for sentence in data.get("dropped", ())),
        ms=data["ms"],
    )


def _citation(data: dict[str, Any]) -> Citation:
    return Citation(**{**data, "dates": tuple(TimeExpression(**expression) for expression in data["dates"])})
