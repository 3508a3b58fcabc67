import errno
import json
import os
from pathlib import Path

import pytest
from fakes import SEEDS, HashingEmbedder

from dateline.index import Index
from dateline.index.building.build import Silent


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("one", "two", "three"):
        (folder / f"{name}.txt").write_text(f"The story of {name} is told here in full.\n", encoding="utf-8")
    return folder


@pytest.fixture
def index(tmp_path: Path, embedder: HashingEmbedder) -> Index:
    return Index.open(tmp_path / "index", embedder=embedder)


def test_again_does_nothing_and_changes_do_just_that(index: Index, articles: Path) -> None:
    assert str(index.add(articles)).startswith("added 3, updated 0, unchanged 0, removed 0, failed 0")
    generation = index.store.catalogue.generation()
    assert str(index.add(articles)).startswith("added 0, updated 0, unchanged 3, removed 0, failed 0")
    assert index.store.catalogue.generation() == generation
    (articles / "two.txt").write_text("The story of two is another one now.\n", encoding="utf-8")
    (articles / "four.txt").write_text("A fourth story has come in.\n", encoding="utf-8")
    (articles / "one.txt").unlink()
    assert str(index.add(articles)).startswith("added 1, updated 1, unchanged 1, removed 0, failed 0")
    assert {info.doc_id for info in index.documents()} == {"one.txt", "two.txt", "three.txt", "four.txt"}
    report = index.add(articles, prune=True)
    assert (report.unchanged, report.removed) == (3, 1)
    assert {info.doc_id for info in index.documents()} == {"two.txt", "three.txt", "four.txt"}
    assert index.store.vectors.count() == 3


def test_a_touched_file_is_unchanged(index: Index, articles: Path) -> None:
    index.add(articles)
    for file in articles.iterdir():
        file.touch()
    assert index.add(articles).unchanged == 3


def test_the_same_text_under_two_ids_stays_twice(index: Index, articles: Path) -> None:
    (articles / "copy.txt").write_bytes((articles / "one.txt").read_bytes())
    index.add(articles)
    assert {"one.txt", "copy.txt"} <= {info.doc_id for info in index.documents()}


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(index: Index, articles: Path, tmp_path: Path) -> None:
    (articles / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (articles / "empty.txt").write_bytes(b"")
    report = index.add([articles, tmp_path / "missing"])
    assert report.added == 3
    assert {Path(error.where).name for error in report.failed} == {"binary.txt", "empty.txt", "missing"}
    again = index.add(articles)
    assert len(again.failed) == 2, "a fault is told every time"


def test_a_file_that_cannot_be_read_any_more_is_not_pruned(index: Index, articles: Path) -> None:
    index.add(articles)
    (articles / "one.txt").write_bytes(b"\x00\x01\x02" * 100)
    report = index.add(articles, prune=True)
    assert (report.removed, len(report.failed)) == (0, 1)
    assert "one.txt" in {info.doc_id for info in index.documents()}


def test_a_file_with_a_colon_in_its_name_that_cannot_be_read_any_more_is_not_pruned(
    index: Index, articles: Path
) -> None:
    story = articles / "10:30.txt"
    story.write_text("The bridge reopened on Monday.", encoding="utf-8")
    index.add(articles)
    story.write_bytes(b"\x00\x01\x02" * 100)
    assert index.add(articles, prune=True).removed == 0
    story.unlink()
    assert index.add(articles, prune=True).removed == 1


def test_a_folder_that_cannot_be_listed_any_more_is_not_pruned(
    index: Index, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = articles / "closed"
    closed.mkdir()
    (closed / "story.txt").write_text("The bridge reopened on Monday.", encoding="utf-8")
    index.add(articles)
    scandir = os.scandir

    def refusing(path: str | Path) -> object:
        if Path(path) == closed:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    with monkeypatch.context() as refused:
        refused.setattr(os, "scandir", refusing)
        report = index.add(articles, prune=True)
    assert (report.removed, [error.where for error in report.failed]) == (0, [str(closed)])
    (closed / "story.txt").unlink()
    assert index.add(articles, prune=True).removed == 1, "an emptied folder is pruned"


def test_a_folder_that_is_not_there_is_not_pruned_a_file_is(index: Index, articles: Path, tmp_path: Path) -> None:
    index.add(articles)
    away = articles.rename(tmp_path / "away")
    report = index.add(articles, prune=True)
    assert (report.removed, len(report.failed), index.status()["documents"]) == (0, 1, 3)
    away.rename(articles)
    one = min(path for path in articles.rglob("*.txt"))
    one.unlink()
    assert index.add(one, prune=True).removed == 1


def test_a_collection_is_updated_line_by_line(index: Index, tmp_path: Path) -> None:
    collection = tmp_path / "news.jsonl"
    lines = [{"doc_id": str(i), "text": f"Story number {i} is this one.", "published": "2026-01-02"} for i in range(5)]
    collection.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert index.add(collection).added == 5
    lines[2]["text"] = "Story number two has changed."
    collection.write_text("".join(json.dumps(line) + "\n" for line in lines[:4]), encoding="utf-8")
    report = index.add(collection, prune=True)
    assert (report.updated, report.unchanged, report.removed) == (1, 3, 1)


def test_ctrl_c_stops_cleanly_and_the_next_run_completes(index: Index, articles: Path) -> None:
    class Impatient(Silent):
        def advance(self, read_bytes: int, report: object) -> None:
            raise KeyboardInterrupt

    report = index.add(articles, progress=Impatient())
    assert report.interrupted
    assert "interrupted" in str(report)
    assert report.added == len(index.documents())
    assert index.add(articles).added == 3 - report.added


def test_the_seed_articles_know_their_dates(index: Index) -> None:
    index.add(SEEDS)
    by_published = {info.published: info for info in index.documents()}
    dated, undated = by_published["2026-01-29"], by_published[None]
    assert (dated.published_from, undated.published_from) == ("stated", "unknown")
    assert dated.title.startswith("Pakistan Stresses Dialogue")
    shown = [
        passage
        for info in index.documents()
        for passage in index.store.passages(index.store.catalogue.rows_of(info.doc_id))
    ]
    assert not any("icon-facebook" in passage.text for passage in shown)


def test_copies_of_one_report_are_known(index: Index, articles: Path) -> None:
    report = " ".join(f"The council of town {n} voted on plan {n * 7} on a cold morning in March." for n in range(40))
    (articles / "x.txt").write_text(report)
    (articles / "y.txt").write_text(report + " Reporting by our own desk.")
    index.add(articles)
    cluster = {info.doc_id: info.cluster for info in index.documents()}
    assert cluster["x.txt"] == cluster["y.txt"] == "x.txt"
    assert len(set(cluster.values())) == 4
    (articles / "x.txt").write_text("Quite another story is told here now, of ships and the sea.")
    index.add(articles)
    assert len({info.cluster for info in index.documents()}) == 5


def test_removing_forgets_the_file_too(index: Index, articles: Path) -> None:
    index.add(articles)
    index.remove(["one.txt"])
    assert not any(origin.endswith("one.txt") for origin in index.store.catalogue.files())
    assert index.add(articles).added == 1


def test_a_run_killed_before_it_looked_for_copies_is_made_up_for(tmp_path: Path, embedder: HashingEmbedder) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text("Wheat fell in Rome on Monday, and all the bakers of the town were glad.")
    index = Index.open(tmp_path / "index", embedder=embedder)
    index.add(folder)
    with index.store.catalogue.transaction() as connection:
        connection.execute("UPDATE documents SET cluster = NULL")
    assert index.add(folder).unchanged == 2
    assert [info.cluster for info in index.documents()] == ["a.txt"] * 2
    index.close()
