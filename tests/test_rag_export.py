"""Exported conversations: everything in them, inert, and checkable later."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from newsroom import ANSWER, DECLINED, HARBOUR, HOSTILE, MET, UNDATED, FakeIndex, cite

from dateline.index.errors import UsageError
from dateline.rag.chat import export
from dateline.rag.chat.conversations import Conversation, Turn
from dateline.rag.chat.references import csl, to_bibtex
from dateline.rag.chat.word import to_docx

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


def test_markdown_shows_markup_and_runs_none() -> None:
    shown = MarkdownIt("commonmark", {"html": True}).render(export.to_markdown(KEPT))
    assert "<script" not in shown
    assert "<img" not in shown
    assert "href=" not in shown
    assert "alert(1)" in shown


def test_word_has_a_footnote_for_every_mark() -> None:
    docx = pytest.importorskip("docx", reason='Word needs the extra (pip install "dateline[formats]")')
    data = to_docx(KEPT)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        notes = ElementTree.fromstring(file.read("word/footnotes.xml"))
        body = ElementTree.fromstring(file.read("word/document.xml"))
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    texts = {note.get(f"{name}id"): "".join(note.itertext()) for note in notes if note.get(f"{name}type") is None}
    referred = [reference.get(f"{name}id") for reference in body.iter(f"{name}footnoteReference")]
    assert referred == list(texts) == ["1", "2", "3", "4"]
    assert MET.quote in texts["1"]
    assert f"port/harbour.txt, characters {MET.start} to {MET.end}" in texts["1"]
    opened = docx.Document(io.BytesIO(data))
    assert [p.text for p in opened.paragraphs if p.style.name == "Heading 1"][:2] == [
        ANSWER.question,
        DECLINED.question,
    ]
    assert opened.tables[0].cell(1, 1).text == MET.quote
    assert "[1]" not in "".join(body.itertext())


def test_the_cited_articles_for_reference_managers() -> None:
    first, second, third = csl(KEPT, INDEX)
    assert first == {
        "id": "coastcourier2025-1", "type": "article-newspaper", "title": "Harbour reopens", "container-title": "Coast Courier",
        "issued": {"date-parts": [[2025, 3, 6]]}, "URL": "https://example.org/harbour",
    }  # fmt: skip
    assert "issued" not in second
    assert "URL" not in third, "javascript: is no address"
    entries = to_bibtex(KEPT, INDEX)
    assert "@article{coastcourier2025-1,\n  title = {{Harbour reopens}},\n  journal = {Coast Courier},\n" in entries
    assert entries.count("@article{") == 3
    assert entries.count("{") == entries.count("}")
