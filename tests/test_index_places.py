"""Which documents files become: in two folders, moved, corrected, repeated, under odd names."""

import json
import os
import shutil
from pathlib import Path

import pytest
from fakes import HashingEmbedder

from dateline.index import Index, Report


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index.open(tmp_path / "index", embedder=HashingEmbedder())


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.removed, len(report.failed)


def texts(index: Index) -> dict[str, str]:
    return {info.doc_id: index.document(info.doc_id).text for info in index.documents()}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("together", [True, False])
def test_equal_names_in_two_folders_are_two_documents(tmp_path: Path, index: Index, together: bool) -> None:
    write(tmp_path / "s" / "post" / "story.txt", "Fenn met Lark.")
    write(tmp_path / "s" / "echo" / "story.txt", "Lark left Tarnvik.")
    folders = [tmp_path / "s" / name for name in ("post", "echo")]
    for _ in range(2):
        for group in [folders] if together else [[folder] for folder in folders]:
            assert not index.add(group).failed
        assert texts(index) == {"story.txt": "Fenn met Lark.", "echo/story.txt": "Lark left Tarnvik."}
    assert counts(index.add(tmp_path / "s")) == (0, 0, 2, 0, 0)


def test_a_file_keeps_its_id_whatever_folder_is_given(tmp_path: Path, index: Index) -> None:
    write(tmp_path / "a" / "sub" / "story.txt", "Fenn met Lark.")
    index.add(tmp_path / "a" / "sub" / "story.txt")
    assert counts(index.add(tmp_path / "a")) == (0, 0, 1, 0, 0)
    assert list(texts(index)) == ["story.txt"]


def test_moved_folder_is_the_same_documents_and_pruned(tmp_path: Path, index: Index) -> None:
    for name in ("a", "b"):
        write(tmp_path / "old" / f"{name}.txt", f"Boat {name} sails.")
    index.add(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    assert counts(index.add(tmp_path / "new")) == (0, 0, 2, 0, 0)
    (tmp_path / "new" / "b.txt").unlink()
    assert counts(index.add(tmp_path / "new", prune=True)) == (0, 0, 1, 1, 0)
    assert list(texts(index)) == ["a.txt"]


def test_link_that_is_gone_is_pruned(tmp_path: Path, index: Index) -> None:
    write(tmp_path / "elsewhere" / "b.txt", "Boat b sails.")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "b.txt").symlink_to(tmp_path / "elsewhere" / "b.txt")
    write(tmp_path / "d" / "a.txt", "Boat a sails.")
    index.add(tmp_path / "d")
    (tmp_path / "d" / "b.txt").unlink()
    assert index.add(tmp_path / "d", prune=True).removed == 1


@pytest.mark.parametrize("name", ["c.jsonl", "c.csv"])
def test_corrected_record_replaces_the_old_one(tmp_path: Path, index: Index, name: str) -> None:
    def content(cost: str) -> str:
        rows = [("Quay", f"The quay costs {cost} crowns."), ("Boat", "The boat sails.")]
        if name.endswith("csv"):
            return "title,text\n" + "".join(f"{title},{text}\n" for title, text in rows)
        return "\n".join(json.dumps({"title": title, "text": text}) for title, text in rows)

    path = write(tmp_path / name, content("2.4"))
    assert counts(index.add(path)) == (2, 0, 0, 0, 0)
    write(path, content("4.2"))
    assert counts(index.add(path)) == (0, 1, 1, 0, 0)
    assert sorted(texts(index).values()) == ["The boat sails.", "The quay costs 4.2 crowns."]


def test_record_that_cannot_be_read_any_more_costs_no_document(tmp_path: Path, index: Index) -> None:
    path = write(tmp_path / "c.jsonl", '{"text": "One."}\n{"text": "Two."}\n')
    index.add(path)
    write(path, '{"text": "One."}\n{"text": \n')
    assert counts(index.add(path)) == (0, 0, 1, 0, 1)
    assert sorted(texts(index).values()) == ["One.", "Two."]


def test_feed_that_goes_on_keeps_its_older_items(tmp_path: Path, index: Index) -> None:
    pytest.importorskip("feedparser")

    def feed(*numbers: int) -> str:
        items = "".join(
            f"<item><title>Boat {n}</title><link>https://example.org/{n}</link><description>Boat {n} sails.</description></item>"
            for n in numbers
        )
        return f'<rss version="2.0"><channel><title>Post</title>{items}</channel></rss>'

    path = write(tmp_path / "a.rss", feed(1, 2))
    index.add(path)
    write(path, feed(2, 3))
    assert counts(index.add(path)) == (1, 0, 1, 0, 0)
    other = write(tmp_path / "b.rss", feed(3))
    assert not index.add([path, other]).failed
    assert len(texts(index)) == 3


def test_one_line_twice_is_one_document(tmp_path: Path, index: Index) -> None:
    line = '{"url": "https://example.org/1", "text": "Fenn met Lark."}\n'
    path = write(tmp_path / "c.jsonl", 2 * line)
    assert counts(index.add(path)) == (1, 0, 0, 0, 0)
    assert counts(index.add(path)) == (0, 0, 1, 0, 0)
    write(path, line + line.replace("Lark", "Dahl"))
    assert not index.add(path).failed
    assert sorted(texts(index).values()) == ["Fenn met Dahl.", "Fenn met Lark."]


def test_names_that_are_no_text(tmp_path: Path, index: Index) -> None:
    folder = os.fsencode(tmp_path / "n")
    os.mkdir(folder)  # noqa: PTH102
    for name, text in (
        (b"caf\xe9.txt", b"Fenn met Lark."),
        (b"caf\xe8.txt", b"Lark left."),
        (b"good.txt", b"All is well."),
    ):
        with open(os.path.join(folder, name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(text)
    report = index.add(tmp_path / "n")
    assert counts(report) == (3, 0, 0, 0, 0)
    json.dumps(report.to_dict()).encode()
    assert sorted(texts(index).values()) == ["All is well.", "Fenn met Lark.", "Lark left."]
    assert counts(index.add(tmp_path / "n")) == (0, 0, 3, 0, 0)
    os.unlink(os.path.join(folder, b"caf\xe9.txt"))  # noqa: PTH108, PTH118
    assert counts(index.add(tmp_path / "n", prune=True)) == (0, 0, 2, 1, 0)


def test_the_index_is_no_article(tmp_path: Path, index: Index) -> None:
    write(tmp_path / "a.txt", "Fenn met Lark.")
    assert counts(index.add(tmp_path)) == (1, 0, 0, 0, 0)


def test_warnings_are_told_and_are_no_failures(tmp_path: Path, index: Index) -> None:
    path = write(tmp_path / "c.jsonl", '{"text": "Fenn met Lark.", "date": "soon"}\n')
    report = index.add(path)
    assert counts(report) == (1, 0, 0, 0, 0)
    [warning] = report.warnings
    assert (warning.where, "'soon'" in warning.why) == (f"{path}:1", True)
    assert report.to_dict()["warnings"] == [{"where": warning.where, "warning": warning.why}]


def test_page_that_holds_fewer_articles_than_before(tmp_path: Path, index: Index) -> None:
    pytest.importorskip("trafilatura")
    story = (
        "<article><h2>Boat {0}</h2><p>" + "Boat {0} sails to Tarnvik on Monday, the port said. " * 4 + "</p></article>"
    )
    path = write(tmp_path / "a.html", f"<body>{story.format(1)}{story.format(2)}</body>")
    index.add(path)
    assert sorted(texts(index)) == ["a.html", "a.html#2"]
    assert counts(index.add(path)) == (0, 0, 2, 0, 0)
    write(path, f"<body>{story.format(1)}</body>")
    index.add(path)
    assert list(texts(index)) == ["a.html"]
    shutil.rmtree(tmp_path / "index", ignore_errors=True)
