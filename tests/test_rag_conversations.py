"""Conversations in SQLite: kept whole, found again, and nobody else's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from newsroom import ANSWER, DECLINED

from dateline.index.errors import StoreError, UsageError
from dateline.rag.chat.conversations import ConversationStore, Limits, answer_from_dict


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    return ConversationStore(tmp_path / "new folder" / "conversations.sqlite")


def test_answers_survive_the_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    store = ConversationStore(path)
    kept = store.create("ann", "first")
    store.add("ann", kept.id, ANSWER, Limits("2025-01-01", None, ("a", "b")))
    store.add("ann", kept.id, DECLINED)
    store.close()
    again = ConversationStore(path).get("ann", kept.id)
    assert again is not None
    assert [turn.answer for turn in again.turns] == [ANSWER, DECLINED]
    assert again.turns[0].limits == Limits("2025-01-01", None, ("a", "b"))
    assert not again.turns[1].limits


def test_an_answer_is_read_back_from_its_json() -> None:
    assert answer_from_dict(ANSWER.to_dict()) == ANSWER


def test_owners_do_not_see_each_other(store: ConversationStore) -> None:
    kept = store.create("ann", "hers")
    turn = store.add("ann", kept.id, ANSWER)
    assert store.get("bob", kept.id) is None
    assert store.turn("bob", turn.id) is None
    assert store.find("bob") == []
    store.vote("bob", turn.id, -1)
    store.remove_turn("bob", turn.id)
    assert store.turn("ann", turn.id) == turn
    for act in (store.delete, lambda o, c: store.rename(o, c, "x"), lambda o, c: store.add(o, c, ANSWER)):
        with pytest.raises(UsageError):
            act("bob", kept.id)


def test_search_looks_in_titles_questions_and_answers_literally(store: ConversationStore) -> None:
    one = store.create("ann", "100% harbour_news")
    two = store.create("ann", "other")
    store.add("ann", two.id, ANSWER)
    assert [c.id for c in store.find("ann", "0% h")] == [one.id]
    assert [c.id for c in store.find("ann", "r_n")] == [one.id]
    assert [c.id for c in store.find("ann", "SPOKE WITH THE MAYOR")] == [two.id]
    assert [c.id for c in store.find("ann", "thanked")] == []
    assert [c.id for c in store.find("ann", "met the pilots")] == [two.id]
    assert {c.id for c in store.find("ann")} == {one.id, two.id}


def test_rename_and_delete(store: ConversationStore) -> None:
    kept = store.create("ann", "  a\n long " + "x" * 200)
    assert len(kept.title) == 80
    store.add("ann", kept.id, ANSWER)
    store.rename("ann", kept.id, "Harbour")
    assert store.find("ann")[0].title == "Harbour"
    store.delete("ann", kept.id)
    assert store.find("ann") == []
    assert store.judged("ann") == []


def test_votes_and_comments_are_kept(store: ConversationStore) -> None:
    kept = store.create("ann", "t")
    turn = store.add("ann", kept.id, ANSWER)
    store.vote("ann", turn.id, -1, "the date is wrong")
    store.add("ann", store.create("ann", "not judged").id, ANSWER)
    assert [c.id for c in store.judged("ann")] == [kept.id]
    assert [(t.vote, t.comment) for t in store.judged("ann")[0].turns] == [(-1, "the date is wrong")]
    assert store.judged("bob") == []
    with pytest.raises(UsageError):
        store.vote("ann", turn.id, 5)


def test_history_is_what_a_follow_up_is_asked_with(store: ConversationStore) -> None:
    kept = store.create("ann", "t")
    first = store.add("ann", kept.id, ANSWER)
    second = store.add("ann", kept.id, DECLINED)
    conversation = store.get("ann", kept.id)
    assert conversation is not None
    assert [m["role"] for m in conversation.history()] == ["user", "assistant"] * 2
    assert [m["content"] for m in conversation.history(before=second.id)] == [ANSWER.question, ANSWER.text]
    assert conversation.history(before=first.id) == []


def test_the_day_of_asking_is_kept_and_a_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    with closing(sqlite3.connect(path)) as old:
        old.execute(
            "CREATE TABLE turns (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT NOT NULL, limits TEXT NOT NULL,"
            " answer TEXT NOT NULL, created TEXT NOT NULL, vote INTEGER NOT NULL DEFAULT 0, comment TEXT NOT NULL DEFAULT '')"
        )
    for day in ("2026-01-30", ""):
        store = ConversationStore(path)
        kept = store.create("ann", "t")
        store.add("ann", kept.id, ANSWER, asked_on=day)
        found = store.get("ann", kept.id)
        assert found is not None
        assert found.turns[0].asked_on == day
        store.close()


def test_a_file_that_is_no_database_is_one_clear_sentence(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_bytes(b"not a database, surely" * 100)
    with pytest.raises(StoreError, match=r"conversations .* cannot be used"):
        ConversationStore(path)
