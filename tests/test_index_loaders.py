import json
from pathlib import Path

import pytest

from index.documents import Document
from index.errors import LoadError
from index.loaders import load, read, scan

ARTICLE = """Harbour Bridge Reopens After Storm

Thu Jan 29 2026
icon-facebook icon-twitter icon-whatsapp

OSLO: The harbour bridge reopened on Thursday after repairs that took nine days.

The mayor said the work had cost two million crowns.
"""


def loaded(*paths: Path) -> tuple[list[Document], list[LoadError]]:
    errors: list[LoadError] = []
    return list(load(paths, on_error=errors.append)), errors


def test_text_file_is_kept_character_for_character(tmp_path: Path) -> None:
    text = "Headline\r\n\r\n\tA “quoted” sentence – with tabs.  \r\nAnd naïve café.\n\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    documents, errors = loaded(tmp_path)
    assert not errors
    assert documents[0].text == text


def test_head_of_a_text_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    [document], _ = loaded(tmp_path)
    assert document.title == "Harbour Bridge Reopens After Storm"
    assert (document.published, document.published_from) == ("2026-01-29", "stated")
    assert document.metadata["place"] == "OSLO"
    removed = [document.text[start:end] for start, end in document.furniture]
    assert removed == [document.title, "Thu Jan 29 2026", "icon-facebook icon-twitter icon-whatsapp"]


def test_first_sentence_stands_in_for_a_missing_headline(tmp_path: Path) -> None:
    sentence = "The minister of fisheries met the ambassador on Monday to discuss quotas in the northern waters."
    (tmp_path / "a.txt").write_text(sentence + "\nTalks go on.\n")
    [document], _ = loaded(tmp_path)
    assert document.title == "The minister of fisheries met the ambassador on Monday to discuss quotas in the…"
    assert document.furniture == ()
    assert (document.published, document.published_from) == (None, "unknown")


def test_ids_are_relative_to_the_folder_and_sorted(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "sub/c.txt", ".hidden.txt", ".git/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"This is {name}.")
    documents, errors = loaded(tmp_path)
    assert not errors
    assert [document.doc_id for document in documents] == ["a.txt", "b.txt", "sub/c.txt"]
    [single], _ = loaded(tmp_path / "sub" / "c.txt")
    assert single.doc_id == "c.txt"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0" * 9, "binary"),
        ("x.txt", b" \n\t\n", "empty"),
        ("x.txt", b"", "empty"),
        ("x.exe", b"MZ", "not a format"),
        ("x.jsonl", b"", "empty"),
    ],
)
def test_bad_file_is_named_and_the_rest_goes_on(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "z.txt").write_text("A good article.")
    documents, [error] = loaded(tmp_path)
    assert [document.doc_id for document in documents] == ["z.txt"]
    assert error.where == str(tmp_path / name)
    assert reason in error.why


def test_missing_path_and_empty_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    documents, errors = loaded(tmp_path / "empty", tmp_path / "nowhere")
    assert not documents
    assert [error.where for error in errors] == [str(tmp_path / "empty"), str(tmp_path / "nowhere")]
    assert "empty folder" in errors[0].why
    assert "does not exist" in errors[1].why


def test_collection_reports_each_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    good = {"doc_id": "one", "text": "Rain fell.", "title": "Rain", "published": "2026-01-02", "authors": ["A. Writer"]}
    rows = [
        json.dumps(good), "{", '["a"]', '{"title": "no text"}', '{"text": "x", "published": "yesterday"}',
        '{"text": ""}', "[" * 100_000, "", '{"text": "Sun shone.", "url": "https://www.example.org/sun"}',
    ]  # fmt: skip
    path.write_text("\n".join(rows))
    documents, errors = loaded(path)
    assert [error.where for error in errors] == [f"{path}:{line}" for line in (2, 3, 4, 5, 6, 7)]
    assert documents[0].doc_id == "one"
    assert (documents[0].published, documents[0].published_from) == ("2026-01-02", "metadata")
    assert documents[0].authors == ("A. Writer",)
    assert documents[1].source == "example.org"
    assert len(documents[1].doc_id) == 16


def test_doc_id_given_twice_is_named(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text('{"doc_id": "a", "text": "One."}\n{"doc_id": "a", "text": "Two."}\n')
    documents, [error] = loaded(path)
    assert [document.text for document in documents] == ["One."]
    assert "already read" in error.why


def test_scan_gives_what_is_needed_to_skip_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One.")
    [source] = scan([tmp_path], on_error=pytest.fail)
    status = path.stat()
    assert (source.doc_id, source.size, source.mtime_ns) == ("a.txt", status.st_size, status.st_mtime_ns)
    before = source.digest()
    path.write_text("Two.")
    assert source.digest() != before
    [document] = read(source, on_error=pytest.fail)
    assert document.text == "Two."
