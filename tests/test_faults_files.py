"""Damaged files are named in a sentence and made whole by the doctor; no article is lost that can be read."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import HashingEmbedder

from dateline.index import Index
from dateline.index.documents import Document
from dateline.index.errors import StoreError
from dateline.index.keeping import salvage
from dateline.index.keeping.lexical import terms
from dateline.index.mending.doctor import examine, repair
from dateline.index.mending.rescue import Damage, damage, rescue
from dateline.index.vectors.collection import READING
from dateline.index.vectors.unfinished import SEARCHING, Searching

ROOT = Path(__file__).parent.parent

MANY = 1010
"""Enough that Chroma writes its graph to files of their own."""
FEW = 150


def article(number: int) -> Document:
    text = f"Mayor number {number} opened the harbour of town {number * 7}. " * (1 + number % 5)
    return Document(f"d{number}", text + "It is told here.", title=f"Harbour {number}", published="2026-01-02")


def made(folder: Path, articles: int) -> Path:
    index = Index.open(folder, embedder=HashingEmbedder())
    index.add_documents(article(number) for number in range(articles))
    index.close()
    return folder


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("large") / "index", MANY)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("small") / "index", FEW)


@pytest.fixture
def many(large: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(large, tmp_path / "many"))


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small, tmp_path / "index"))


def mended(folder: Path) -> tuple[Damage, Index]:
    """The index after what the doctor does."""
    found = damage(folder)
    assert found, "damage must be seen"
    found = rescue(folder, HashingEmbedder(), found)
    index = Index.open(folder, embedder=HashingEmbedder())
    repair(index.store, index.embedder)
    assert examine(index.store).healthy
    return found, index


def overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def graph(folder: Path, name: str) -> Path:
    (found,) = (folder / "chroma").glob(f"*/{name}")
    return found


DAMAGES: dict[str, Callable[[Path], object]] = {
    "header of the database overwritten": lambda f: overwrite(f / "chroma/chroma.sqlite3", 0, bytes(100)),
    "pages of the database overwritten": lambda f: overwrite(f / "chroma/chroma.sqlite3", 40_960, b"\xa5" * 40_960),
    "database cut off": lambda f: halve(f / "chroma/chroma.sqlite3"),
    "database gone": lambda f: (f / "chroma/chroma.sqlite3").unlink(),
    "graph cut off": lambda f: halve(graph(f, "data_level0.bin")),
    "graph gone": lambda f: graph(f, "data_level0.bin").unlink(),
    "graph overwritten": lambda f: overwrite(graph(f, "data_level0.bin"), 0, b"\xa5" * 100_000),
    "ids of the graph gone": lambda f: graph(f, "index_metadata.pickle").unlink(),
    "folder of the graph gone": lambda f: shutil.rmtree(graph(f, "header.bin").parent),
    "a file in place of the folder": lambda f: (shutil.rmtree(f / "chroma"), (f / "chroma").write_text("x")),
    "everything gone": lambda f: shutil.rmtree(f / "chroma"),
}
OFTEN = ("header of the database overwritten", "graph overwritten", "ids of the graph gone", "everything gone")


@pytest.mark.parametrize(
    "what", [what if what in OFTEN else pytest.param(what, marks=pytest.mark.faults) for what in DAMAGES]
)
def test_damaged_vectors_are_made_anew_from_the_articles(many: Path, what: str) -> None:
    DAMAGES[what](many)
    found, index = mended(many)
    assert found.vectors and "\n" not in found.vectors and not found.catalogue
    assert {info.doc_id for info in index.documents()} == {f"d{number}" for number in range(MANY)}
    wanted = index.document("d3")
    (_, score), *_ = index.store.dense(
        index.store.vectors.vectors(index.store.catalogue.passage_ids(["d3"])).popitem()[1], 1
    )
    assert score > 0.99 and wanted == article(3)
    index.close()


def test_whole_files_are_left_alone(many: Path) -> None:
    assert not damage(many)
    with pytest.raises(StoreError, match="there is no index"):
        damage(many / "nowhere")


def test_asking_damaged_vectors_says_what_to_do(many: Path) -> None:
    graph(many, "data_level0.bin").unlink()
    index = Index.open(many, embedder=HashingEmbedder(), read_only=True)
    with pytest.raises(StoreError, match="doctor --repair"):
        index.store.dense(HashingEmbedder().encode(["harbour"])[0], 3)
    index.close()


ASKING = """
import sys
sys.path.insert(0, {tests!r})
from fakes import HashingEmbedder
from dateline.index import Index
index = Index.open(sys.argv[1], embedder=HashingEmbedder(), read_only=True)
print("opened", flush=True)
print(len(index.store.dense(HashingEmbedder().encode(["harbour"])[0], 3)))
"""


def test_a_graph_that_crashes_its_reader_is_named_from_then_on(many: Path) -> None:
    level = graph(many, "data_level0.bin")
    overwrite(level, 0, random.Random(1).randbytes(level.stat().st_size))
    code = ASKING.format(tests=str(ROOT / "tests"))
    asked = subprocess.run([sys.executable, "-c", code, many], capture_output=True, text=True, check=False)
    assert asked.returncode < 0 and asked.stdout == "opened\n", "Chroma's library is known to crash on this"
    assert (many / READING).exists()
    with pytest.raises(StoreError, match=r"are damaged: .+ doctor --repair"):
        Index.open(many, embedder=HashingEmbedder(), read_only=True)
    _, index = mended(many)
    assert not (many / READING).exists() and index.store.vectors.count() > MANY - 1
    index.close()


def test_a_reader_that_was_killed_leaves_nothing_in_the_way(folder: Path) -> None:
    (folder / READING).touch()
    index = Index.open(folder, embedder=HashingEmbedder(), read_only=True)
    assert not (folder / READING).exists(), "a look at the vectors has found them sound"
    assert index.store.dense(HashingEmbedder().encode(["harbour"])[0], 3)
    assert not (folder / READING).exists()
    index.close()


ASKING_ON = """
import sys
sys.path.insert(0, {tests!r})
from fakes import HashingEmbedder
from dateline.index import Index
index = Index.open(sys.argv[1], embedder=HashingEmbedder(), read_only=True)
index.store.dense(HashingEmbedder().encode(["harbour"])[0], 1)
print("first", flush=True)
for vector in index.store.vectors.vectors(sorted(index.store.vectors.ids())).values():
    index.store.dense(vector, 1)
"""


def test_a_graph_that_crashes_a_later_request_is_named_from_then_on(large: Path, tmp_path: Path) -> None:
    """A link that leads nowhere crashes the searches that come by it: not the first, if it is far from that."""
    code = ASKING_ON.format(tests=str(ROOT / "tests"))
    for attempt in range(10):
        many = Path(shutil.copytree(large, tmp_path / f"many{attempt}"))
        level = graph(many, "data_level0.bin")
        size = level.stat().st_size // MANY
        overwrite(level, size * (97 + 89 * attempt) + 4, b"\xff\xff\xff\x7f" * 4)
        asked = subprocess.run([sys.executable, "-c", code, many], capture_output=True, text=True, check=False)
        if asked.returncode < 0 and asked.stdout:
            break
    assert (asked.returncode < 0, asked.stdout) == (True, "first\n"), "Chroma's library is known to crash on this"
    assert not (many / READING).exists() and any((many / SEARCHING).read_bytes())
    for _ in range(2):
        with pytest.raises(StoreError, match=r"are damaged: .+ doctor --repair"):
            Index.open(many, embedder=HashingEmbedder(), read_only=True)
    _, index = mended(many)
    assert index.store.vectors.count() > MANY - 1
    index.close()


def test_a_search_that_was_killed_leaves_nothing_in_the_way_and_a_living_one_no_mark(folder: Path) -> None:
    (folder / SEARCHING).write_bytes(b"\0\0\7")
    index = Index.open(folder, embedder=HashingEmbedder(), read_only=True)
    assert not any((folder / SEARCHING).read_bytes()), "a look at the vectors has found them sound"
    vector = HashingEmbedder().encode(["harbour"])[0]
    marks: set[int] = set()
    query = index.store.vectors._collection.query

    def seen(**options: Any) -> Any:
        marks.update((folder / SEARCHING).read_bytes())
        return query(**options)

    index.store.dense(vector, 3)
    index.store.vectors._handle.collection = SimpleNamespace(query=seen)
    for _ in range(3):
        assert index.store.dense(vector, 3)
    assert len(marks - {0}) == 3 and not any((folder / SEARCHING).read_bytes())
    index.close()


def test_searches_that_go_on_are_not_taken_for_cut_off(tmp_path: Path) -> None:
    alive, other = Searching(tmp_path / SEARCHING), Searching(tmp_path / SEARCHING)
    stop = threading.Event()

    def search() -> None:
        while not stop.is_set():
            with alive.noted():
                time.sleep(0.03)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert not other.cut_off()
    stop.set()
    for thread in threads:
        thread.join()
    with alive.noted():
        assert other.cut_off()
        other.forget()
        assert not other.cut_off()


def test_where_nothing_can_be_written_nothing_is_noted(tmp_path: Path) -> None:
    nowhere = Searching(tmp_path / "nowhere" / SEARCHING)
    with nowhere.noted(), nowhere.noted():
        pass
    assert not nowhere.cut_off()


def test_a_note_costs_next_to_nothing(tmp_path: Path) -> None:
    searching = Searching(tmp_path / SEARCHING)
    started = time.process_time()
    for _ in range(1000):
        with searching.noted():
            pass
    assert time.process_time() - started < 0.5, "a coarse guard: some microseconds each"


def test_a_panic_of_the_library_is_a_sentence(many: Path) -> None:
    DAMAGES["pages of the database overwritten"](many)
    with pytest.raises(StoreError, match="doctor --repair"):
        Index.open(many, embedder=HashingEmbedder(), read_only=True).store.dense(
            HashingEmbedder().encode(["harbour"])[0], 3
        )


def page_of(path: Path, words: str) -> int:
    """Where the page begins on which some words stand."""
    return path.read_bytes().index(words.encode()) // 4096 * 4096


def drop(path: Path, *tables: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for table in tables:
            connection.execute(f"DROP TABLE {table}")
        connection.commit()


CATALOGUE: dict[str, tuple[Callable[[Path], object], int]] = {
    "header overwritten": (lambda p: overwrite(p, 0, bytes(100)), FEW),
    "first page overwritten": (lambda p: overwrite(p, 0, b"\xa5" * 4096), FEW),
    "a page in the middle overwritten": (
        lambda p: overwrite(p, page_of(p, "Mayor number 100 opened"), os.urandom(4096)), FEW - 20,
    ),
    "cut off in the middle": (halve, 1),
    "full-text tables dropped": (lambda p: drop(p, "vocabulary", "postings"), FEW),
    "passages dropped": (lambda p: drop(p, "passages"), FEW),
    "overwritten to the end": (lambda p: overwrite(p, 0, b"nonsense " * (p.stat().st_size // 9)), 0),
    "gone": (Path.unlink, 0),
}  # fmt: skip


@pytest.mark.parametrize("what", CATALOGUE)
def test_a_damaged_catalogue_gives_back_what_can_be_read_and_names_the_rest(folder: Path, what: str) -> None:
    harm, least = CATALOGUE[what]
    harm(folder / "catalogue.sqlite")
    found, index = mended(folder)
    kept = {info.doc_id for info in index.documents()}
    assert found.catalogue and len(kept) == found.kept >= least
    assert all(index.document(doc_id) == article(int(doc_id[1:])) for doc_id in kept), "never an altered article"
    assert kept.isdisjoint(found.lost) and kept | set(found.lost) == {f"d{number}" for number in range(FEW)}
    report = index.add_documents(article(number) for number in range(FEW))
    assert (report.unchanged, report.added) == (len(kept), FEW - len(kept))
    index.close()


def test_flipped_bits_of_an_article_are_not_quoted(folder: Path) -> None:
    """SQLite keeps no checksums: a page that is formed well but says something else is found by the article's hash."""
    path = folder / "catalogue.sqlite"
    for words, other in (
        ("Mayor number 77 opened", "Mayor number 78 opened"),
        ("Mayor number 90 opened", "Mayor\xff number 90 opene"),
    ):
        at = path.read_bytes().index(words.encode())
        overwrite(path, at, other.encode("latin-1"))
    assert not damage(folder)
    index = Index.open(folder, embedder=HashingEmbedder())
    assert examine(index.store).altered == ["d77", "d90"]
    assert repair(index.store, index.embedder).repaired
    assert examine(index.store).healthy
    assert {info.doc_id for info in index.documents()} == {f"d{n}" for n in range(FEW)} - {"d77", "d90"}
    assert index.add_documents([article(77), article(78)]).added == 1
    index.close()


def test_a_repair_cut_short_can_be_made_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overwrite(folder / "catalogue.sqlite", 0, bytes(100))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):

        def kill(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(salvage, "replace", kill)
        rescue(folder, HashingEmbedder(), damage(folder))
    found, index = mended(folder)
    assert (found.kept, found.lost) == (FEW, [])
    index.close()


@pytest.fixture
def read_only(small: Path, tmp_path: Path) -> Iterator[Path]:
    """The index on a file system that nobody can write to; mounting one needs root and a kernel that lets us."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("a file system can only be mounted by root")
    mount = ["mount", "-t", "tmpfs", "-o", "size=30m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    shutil.copytree(small, place / "index")
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    yield place / "index"
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_an_index_on_a_read_only_disk_is_read(read_only: Path) -> None:
    index = Index.open(read_only, embedder=HashingEmbedder(), read_only=True)
    assert index.document("d3") == article(3)
    ids = index.store.catalogue.passage_ids(["d3"])
    ((_, score),) = index.store.dense(index.store.vectors.vectors(ids)[ids[0]], 1)
    assert score > 0.99 and index.store.lexical(terms("harbour"), 5)
    index.close()
    assert not damage(read_only)
    with pytest.raises(StoreError, match="may not be written to"):
        Index.open(read_only, embedder=HashingEmbedder())
