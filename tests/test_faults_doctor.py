"""``dateline doctor`` on damaged files, as a person runs it; and what can be read of damaged conversations."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from newsroom import ANSWER

from dateline.index.errors import StoreError
from dateline.rag.chat.conversations import CONVERSATIONS, ConversationStore, Limits
from dateline.rag.chat.preferences import Preferences
from dateline.rag.command.cli import DONE, NOTHING, PARTLY, main
from dateline.rag.settings import Settings


@pytest.fixture
def folder(seed_index_folder: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(seed_index_folder, tmp_path / "index"))
    store = ConversationStore(folder / CONVERSATIONS)
    preferences = Preferences(Settings(), folder / CONVERSATIONS)
    for number in range(60):
        kept = store.create("user a", f"Conversation {number}")
        store.add("user a", kept.id, ANSWER, Limits(after="2026-01-01"), "2026-01-02")
    store.close()
    preferences.keep("user a", k=7)
    preferences.close()
    return folder


def run(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["--index", str(folder), *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def test_damaged_vectors_and_catalogue(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("ask", "who spoke with Araghchi and when?", "--json")
    code, out, _ = run(folder, capsys, *asked)
    before = json.loads(out)
    assert code == DONE and before["citations"]

    overwrite(folder / "chroma" / "chroma.sqlite3", 0, bytes(100))
    code, _, err = run(folder, capsys, *asked)
    assert code == NOTHING and "dateline doctor --repair" in err and len(err.splitlines()) == 1
    code, out, _ = run(folder, capsys, "doctor")
    assert code == PARTLY and "the vectors (chroma) are damaged: file is not a database" in out
    assert "mend it with: dateline doctor --repair" in out

    overwrite(folder / "catalogue.sqlite", 0, bytes(100))
    code, _, err = run(folder, capsys, *asked)
    assert code == NOTHING and "dateline doctor" in err and len(err.splitlines()) == 1
    code, out, _ = run(folder, capsys, "doctor", "--json")
    found = json.loads(out)
    assert code == PARTLY and not found["healthy"] and len(found["damage"]) == 2

    code, out, _ = run(folder, capsys, "doctor", "--repair")
    assert code == DONE and out.splitlines()[-1] == "repaired"
    assert "2 articles were read from it; it is kept as" in out
    code, out, _ = run(folder, capsys, *asked)
    after = json.loads(out)
    assert {**after, "ms": 0} == {**before, "ms": 0}
    assert run(folder, capsys, "doctor")[0] == DONE


def test_what_cannot_be_read_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "catalogue.sqlite").write_bytes(os.urandom(50_000))
    code, out, _ = run(folder, capsys, "doctor", "--repair")
    assert code == PARTLY
    assert "2 articles cannot be read any more; index them again: 000_" in out
    code, out, _ = run(folder, capsys, "index", str(Path(__file__).parent.parent / "seeds"))
    assert (code, out) == (DONE, "added 2, updated 0, unchanged 0, removed 0, failed 0\n")
    assert run(folder, capsys, "doctor")[0] == DONE


def test_no_index_is_made_by_looking_for_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(tmp_path / "nothing", capsys, "doctor")
    assert code == NOTHING and "there is no index" in err and not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("what", ["header", "middle"])
def test_damaged_conversations(folder: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    path = folder / CONVERSATIONS
    if what == "header":
        overwrite(path, 0, bytes(100))
        with pytest.raises(StoreError, match="dateline doctor"):
            ConversationStore(path)
    else:
        at = path.read_bytes().index(b"The ferry line phoned", path.stat().st_size // 2) // 4096 * 4096
        overwrite(path, at, os.urandom(4096))
    code, out, _ = run(folder, capsys, "doctor")
    assert code == PARTLY and "the conversations (conversations.sqlite) are damaged" in out
    code, out, _ = run(folder, capsys, "doctor", "--repair")
    assert code == DONE and "conversations with" in out
    store = ConversationStore(path)
    kept = store.find("user a")
    turns = [turn for found in kept for turn in (store.get("user a", found.id) or found).turns]
    assert len(kept) == 60
    assert len(turns) == 60 if what == "header" else 40 < len(turns) < 60
    assert all(turn.answer == ANSWER and turn.limits.after == "2026-01-01" for turn in turns)
    store.close()
    preferences = Preferences(Settings(), path)
    assert preferences.of("user a").k == 7
    preferences.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert run(folder, capsys, "doctor")[0] == DONE


def test_an_answer_that_is_garbled_is_named_by_the_chat_and_left_out_by_the_doctor(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / CONVERSATIONS
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute('UPDATE turns SET answer = \'{"question": "who?"}\' WHERE id = 7')
        connection.execute("UPDATE turns SET limits = '[' WHERE id = 8")
        connection.execute("UPDATE preferences SET chosen = '[1'")
    store, preferences = ConversationStore(path), Preferences(Settings(), path)
    for number in (7, 8):
        with pytest.raises(StoreError, match=f"holds a damaged answer, number {number}; .+ dateline doctor"):
            store.turn("user a", number)
    assert preferences.of("user a") == Settings(), "a choice that cannot be read is as good as none"
    store.close()
    preferences.close()
    code, out, _ = run(folder, capsys, "doctor")
    assert code == PARTLY and "2 of its answers cannot be read" in out
    assert run(folder, capsys, "doctor", "--repair")[0] == DONE
    store = ConversationStore(path)
    assert len(store.find("user a")) == 60 and store.turn("user a", 7) is None and store.turn("user a", 9) is not None
    store.close()
