"""Files that break while questions are asked: every way of asking answers with one sentence, and goes on afterwards."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fakes import HashingEmbedder
from newsroom import ANSWER, HARBOUR, UNDATED, FakeAssistant
from starlette.testclient import TestClient

from dateline.index import Index
from dateline.index.errors import StoreError, StoreFileError
from dateline.rag import Assistant, Retriever
from dateline.rag.chat.conversations import ConversationStore, Limits
from dateline.rag.chat.turns import Chat
from dateline.rag.command.cli import main
from dateline.rag.service.http import build_app

SENTENCE = r"catalogue\.sqlite cannot be used \(no such table: \w+\); see what is wrong with: dateline doctor"
HARM = ("DROP TABLE vocabulary", "DROP TABLE postings", "DROP TABLE sentences")


def harm(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Assistant]:
    """An assistant whose catalogue has lost a part since it was opened."""
    index = Index.open(tmp_path / "index", embedder=HashingEmbedder())
    index.add_documents([HARBOUR, UNDATED])
    harm(tmp_path / "index" / "catalogue.sqlite", *HARM)
    yield Assistant(Retriever(index, k=5))
    index.close()


def test_the_library_raises_an_error_of_its_own(broken: Assistant) -> None:
    with pytest.raises(StoreFileError, match=SENTENCE):
        broken.ask("Who met the pilots?")
    with pytest.raises(StoreFileError, match=SENTENCE):
        list(broken.stream("Who met the pilots?"))


def test_http_answers_with_the_sentence(broken: Assistant) -> None:
    with TestClient(build_app(broken), base_url="http://127.0.0.1") as client:
        for answer in (
            client.get("/v1/search", params={"query": "mayor"}),
            client.post("/v1/ask", json={"question": "Who met the pilots?"}),
            client.post("/v1/ask", json={"question": "Who met?"}, headers={"accept": "text/event-stream"}),
        ):
            assert answer.status_code == 503 and answer.json().keys() == {"error"}
            assert "dateline doctor" in answer.json()["error"]
        assert client.get("/healthz").status_code == 200
        assert client.get("/v1/documents/port/harbour.txt").status_code == 200


def test_the_chat_shows_the_sentence(broken: Assistant) -> None:
    chat = Chat(broken, ConversationStore())
    *_, (_, shown, _, _) = chat.ask("Who met the pilots?", "", Limits(), "ann")
    assert 'role="alert"' in shown and "dateline doctor" in shown
    chat.conversations.close()


def test_rows_that_can_be_read_but_are_damaged(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "index", embedder=HashingEmbedder())
    index.add_documents([HARBOUR, UNDATED])
    harm(tmp_path / "index" / "catalogue.sqlite", "UPDATE passages SET dates = '[{\"start'")
    with pytest.raises(StoreFileError, match=r"holds damaged rows .+ dateline doctor"):
        Assistant(Retriever(index, k=5)).ask("Who met the pilots?")
    harm(tmp_path / "index" / "catalogue.sqlite", "UPDATE documents SET authors = 'x'")
    with pytest.raises(StoreFileError, match="holds damaged rows"):
        index.document("undated.txt")
    index.close()


def test_the_command_says_one_sentence(
    seed_index_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(seed_index_folder, tmp_path / "index"))
    harm(folder / "catalogue.sqlite", *HARM)
    assert main(["--index", str(folder), "ask", "who spoke with Araghchi?"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("dateline: the index file ") and err.count("\n") == 1
    (tmp_path / "lines").write_text('{"id": 1, "query": "Dubai"}\n{"id": 2, "query": "Tehran"}\n')
    assert main(["--index", str(folder), "search", "--batch", str(tmp_path / "lines")]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == [1, 2] and all("dateline doctor" in row["error"] for row in rows)


def test_an_answer_that_cannot_be_kept_is_shown_and_the_chat_goes_on(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "kept.sqlite")
    chat = Chat(FakeAssistant(), store)  # type: ignore[arg-type]
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    for _ in range(20):
        *_, (_, shown, kept, _) = chat.ask("Who spoke with the mayor?", "", Limits(), "ann")
        if not kept:
            break
    assert "This answer was not kept: the file of conversations" in shown and "free some space" in shown
    assert "Lena Brandt met the pilots" in shown and ANSWER.sentences
    store._connection.execute("PRAGMA max_page_count = 100000")
    *_, (_, shown, kept, _) = chat.ask("Who spoke with the mayor?", "", Limits(), "ann")
    assert kept and "not kept" not in shown
    harm(tmp_path / "kept.sqlite", "DROP TABLE turns", "DROP TABLE conversations")
    *_, (_, shown, _, _) = chat.ask("Who spoke with the mayor?", kept, Limits(), "ann")
    assert "cannot be used" in shown and "dateline doctor" in shown
    assert "cannot be used" in chat.cite("t1", "ann")
    with pytest.raises(StoreError):
        store.find("ann")
    store.close()
