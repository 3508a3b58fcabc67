"""The articles as a reader keeps them, on a real index with a small embedder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import HashingEmbedder

from dateline.index import Index
from dateline.index.errors import UsageError
from dateline.rag.chat import library as library_module
from dateline.rag.chat.library import Library


@pytest.fixture
def library(tmp_path: Path, embedder: HashingEmbedder) -> Iterator[Library]:
    index = Index.open(tmp_path / "index", embedder=embedder)
    yield Library(index)
    index.close()


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_uploads_are_told_one_by_one_and_a_bad_one_stops_nothing(library: Library, tmp_path: Path) -> None:
    good = write(tmp_path / "up", "good.txt", "Port opens\n\nThe port opened on Monday. Ships came in.")
    bad = tmp_path / "up" / "bad.txt"
    bad.write_bytes(b"\x00\x01\x02" * 500)
    other = write(tmp_path / "up", "other.txt", "Bridge closes\n\nThe bridge closed on Friday for repairs.")
    told = list(library.add_files([good, bad, other]))
    assert [done for done, _ in told] == [1, 2, 3]
    assert told[0][1] == "good.txt: added"
    assert told[1][1].startswith("bad.txt: not added (")
    assert told[2][1] == "other.txt: added"
    assert {info.doc_id for info in library.find()} == {"good.txt", "other.txt"}
    assert list(library.add_files([good])) == [(1, "good.txt: already there")]
    write(tmp_path / "again", "good.txt", "Port opens\n\nThe port opened on Tuesday, not on Monday.")
    assert list(library.add_files([tmp_path / "again" / "good.txt"])) == [(1, "good.txt: updated")]
    assert "Tuesday" in library.index.document("good.txt").text


def test_uploads_are_limited_in_number_and_size(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="too many"):
        list(library.add_files([tmp_path / f"{n}.txt" for n in range(library_module.MAX_FILES + 1)]))
    monkeypatch.setattr(library_module, "MAX_BYTES", 10)
    big = write(tmp_path / "up", "big.txt", "The port opened on Monday.")
    assert "not added (larger than" in next(library.add_files([big]))[1]


def test_a_pasted_article_is_dated_and_found(library: Library) -> None:
    document = library.add_text("The port opened on Monday.", " Port\nopens ", "Courier", "2025-03-06")
    assert (document.doc_id, document.title) == ("pasted/port-opens", "Port opens")
    kept = library.index.document("pasted/port-opens")
    assert (kept.published, kept.published_from, kept.source) == ("2025-03-06", "metadata", "Courier")
    assert [info.doc_id for info in library.find("courier port")] == ["pasted/port-opens"]
    assert library.find("courier bridge") == []
    for text, day in (("  ", ""), ("x", "soon")):
        with pytest.raises(UsageError):
            library.add_text(text, published=day)


def test_date_and_source_by_hand(library: Library) -> None:
    library.add_text("The port opened on Monday.", "Port")
    assert library.index.document("pasted/port").published_from == "unknown"
    assert library.amend("pasted/port", "2025-03-06", "Courier").published_from == "metadata"
    kept = library.index.document("pasted/port")
    assert (kept.published, kept.source) == ("2025-03-06", "Courier")
    library.amend("pasted/port", "", "Courier")
    assert library.index.document("pasted/port").published is None
    with pytest.raises(UsageError, match="no date"):
        library.amend("pasted/port", "6 March", "")


def test_a_removal_can_be_undone(library: Library) -> None:
    library.add_text("The port opened on Monday.", "Port", "Courier", "2025-03-06")
    before = library.index.document("pasted/port")
    taken = library.remove("pasted/port")
    assert library.find() == []
    library.put_back(taken)
    assert library.index.document("pasted/port") == before


def test_order_and_escaping_of_the_list(library: Library) -> None:
    library.add_text("One sentence here.", "<b>Zeta</b>", "alpha", "2025-01-01")
    library.add_text("Another sentence here.", "Eta", "beta", "2025-02-01")
    library.add_text("A third sentence here.", "Theta")
    titles = {
        order: [info.title for info in library.find(order=order)] for order in ("Newest", "Oldest", "Title", "Source")
    }
    assert titles["Newest"] == ["Eta", "<b>Zeta</b>", "Theta"]
    assert titles["Oldest"] == ["<b>Zeta</b>", "Eta", "Theta"]
    assert titles["Title"] == ["<b>Zeta</b>", "Eta", "Theta"]
    assert titles["Source"] == ["Theta", "<b>Zeta</b>", "Eta"]
    html = library.table_html()
    assert "&lt;b&gt;Zeta" in html
    assert "<b>" not in html
    assert "undated" in html
    assert "No article matches." in library.table_html("zebra")
