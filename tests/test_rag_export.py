"""Exported conversations: everything in them, inert, and checkable later."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from newsroom import ANSWER, DECLINED, HARBOUR, HOSTILE, MET, UNDATED, FakeIndex, cite

from dateline.index.errors import UsageError
from dateline.rag.chat import export
from dateline.rag.chat.conversations import Conversation, Turn

INDEX: Any = FakeIndex(HARBOUR, UNDATED, HOSTILE)
EVIL = cite(1, HOSTILE, HOSTILE.text)
KEPT = Conversation(
    "id",
    "Mayor </script><script>alert(1)</script>",
    "2025-03-07T10:00:00+00:00",
    "2025-03-07T10:00:00+00:00",
    (
        Turn(1, ANSWER, vote=1),
        Turn(2, DECLINED, vote=-1, comment="it does say", asked_on="2026-01-30"),
        Turn(3, replace(ANSWER, text=f"{HOSTILE.text} [1]", citations=(EVIL,), events=(), sentences=())),
    ),
)


@pytest.fixture(params=["html", "json"])
def exported(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"kept.{request.param}"
    path.write_text((export.to_html if request.param == "html" else export.to_json)(KEPT, INDEX), encoding="utf-8")
    return path


def test_what_was_exported_verifies(exported: Path) -> None:
    assert export.verify(export.read(exported), INDEX) == (5, [])


def test_a_changed_a_moved_and_a_missing_article_are_each_told(exported: Path) -> None:
    data = export.read(exported)
    moved: Any = FakeIndex(replace(HARBOUR, text="x" + HARBOUR.text), replace(UNDATED, text=UNDATED.text + " More."))
    checked, wrong = export.verify(data, moved)
    assert checked == 5
    assert sum("are not the quote" in line for line in wrong) == 3
    assert sum("not in the index" in line for line in wrong) == 1
    assert sum("has changed since" in line for line in wrong) == 2


def test_a_doctored_quote_is_found(exported: Path) -> None:
    text = exported.read_text(encoding="utf-8").replace("met the pilots on Tuesday", "met the pirates on Tuesday")
    exported.write_text(text, encoding="utf-8")
    _, wrong = export.verify(export.read(exported), INDEX)
    assert any("question 1, mark 1, port/harbour.txt" in line for line in wrong)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"<html></html>", b"\xff\xfe", b'{"format": "dateline-conversation", "turns": 3}']
)
def test_another_file_is_one_clear_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="file: "):
        export.read(path)


def test_a_damaged_export_is_a_clear_sentence() -> None:
    data = {"turns": [{"answer": {"citations": [{"doc_id": "x"}], "nearest": []}}], "documents": {}}
    with pytest.raises(UsageError, match="damaged"):
        export.verify(data, INDEX)


def test_the_page_holds_quotes_offsets_and_hashes_and_is_inert() -> None:
    html = export.to_html(KEPT, INDEX)
    assert MET.quote in html
    assert f"characters {MET.start} to {MET.end}" in html
    assert export.text_hash(HARBOUR.text) in html
    assert html.count("<script") == 2, "the embedded data and the page's own"
    assert "<script>alert" not in html
    assert 'src="' not in html.replace('data-src="', "")
    assert "<img" not in html


def test_markdown_numbers_the_quotes_as_the_marks() -> None:
    text = export.to_markdown(KEPT)
    assert f"## {ANSWER.question}" in text
    assert f"1. Harbour reopens · Coast Courier · Thu 6 March 2025: “{MET.quote}”" in text
    assert "3. Ferry line speaks · undated: “" in text
    assert "*Not answered from these articles.*" in text


def test_votes_become_lines_that_evaluation_reads() -> None:
    lines = [json.loads(line) for line in export.votes_jsonl([KEPT]).splitlines()]
    assert [(line["vote"], line["comment"]) for line in lines] == [(1, ""), (-1, "it does say")]
    assert lines[0]["answer"]["question"] == ANSWER.question
    assert lines[0]["history"] == []
    assert [message["role"] for message in lines[1]["history"]] == ["user", "assistant"]
    assert [line["asked_on"] for line in lines] == [None, "2026-01-30"]
