import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from fakes import HashingEmbedder

from dateline.index import Filter, Index
from dateline.index.documents import Document
from dateline.index.errors import StoreError, StoreLockedError, StoreMismatchError, UnknownDocumentError
from dateline.index.keeping import store as store_module
from dateline.index.keeping.lexical import terms
from dateline.index.keeping.store import Store
from dateline.index.prose.chunking import chunk


def document(doc_id: str, text: str, **fields: object) -> Document:
    return Document(doc_id, text, **fields)  # type: ignore[arg-type]


def consistent(index: Index) -> None:
    """Both sides hold the same passages and every offset reproduces its text."""
    store = index.store
    ids = store.catalogue.passage_ids()
    assert store.vectors.ids() == set(ids)
    assert store.vectors.count() == len(ids)
    for info in index.documents():
        text = index.document(info.doc_id).text
        passages = store.passages(store.catalogue.rows_of(info.doc_id))
        assert len(passages) == info.passages
        assert all(text[p.start : p.end] == p.text for p in passages)


@pytest.fixture
def index(tmp_path: Path, embedder: HashingEmbedder) -> Index:
    index = Index.open(tmp_path / "index", embedder=embedder)
    index.add_documents(
        [
            document("a", "Dar phoned Dubai on Monday.", title="Calls", source="Wire", published="2026-01-29"),
            document("b", "Wheat prices fell in Rome.", title="Wheat", source="Post", published="2026-02-03"),
            document("c", "The price of rice is not known.", title="Rice", metadata={"desk": "food"}),
        ]
    )
    return index


def test_many_may_open_an_index_that_is_not_there_yet(tmp_path: Path, embedder: HashingEmbedder) -> None:
    gate = threading.Barrier(4)

    def opened(_: int) -> int:
        gate.wait()
        with closing(Index.open(tmp_path / "new", embedder=embedder)) as index:
            return int(index.status()["documents"])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(opened, range(4))) == [0] * 4


def test_both_sides_find_and_agree(index: Index) -> None:
    consistent(index)
    row, score = index.store.dense(
        index.embedder.encode(["Calls. Wire. 2026-01-29\nDar phoned Dubai on Monday."])[0], 1
    )[0]
    assert index.store.passages([row])[0].doc_id == "a"
    assert score == pytest.approx(1, abs=1e-3)
    assert [index.store.passages([r])[0].doc_id for r, _ in index.store.lexical(terms("wheat"), 5)] == ["b"]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (Filter(after="2026-01-30"), {"b"}),
        (Filter(before="2026-01-29"), {"a"}),
        (Filter(after="2026-01-29", before="2026-02-03"), {"a", "b"}),
        (Filter(sources=("Post",)), {"b"}),
        (Filter(doc_ids=("a", "c")), {"a", "c"}),
        (Filter(metadata={"desk": "food"}), {"c"}),
        (Filter(about_after="2026-01-26", about_before="2026-01-26"), {"a"}),
    ],
)
@pytest.mark.parametrize("few", [2000, -1])
def test_filters_hold_on_both_sides(
    index: Index, bounds: Filter, expected: set[str], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_FEW", few)
    store = index.store
    dense = store.dense(index.embedder.encode(["price"])[0], 10, bounds)
    lexical = store.lexical(terms("Dubai wheat price"), 10, bounds)
    assert {p.doc_id for p in store.passages([row for row, _ in dense])} == expected
    assert {p.doc_id for p in store.passages([row for row, _ in lexical])} == expected


def test_a_changed_document_is_replaced_whole(index: Index) -> None:
    report = index.add_documents([document("b", "Barley rose. " * 200)])
    assert (report.added, report.updated) == (0, 1)
    consistent(index)
    assert index.store.lexical(terms("wheat"), 5) == []
    assert index.store.lexical(terms("barley"), 50)


def test_removing_leaves_nothing_behind(index: Index) -> None:
    index.remove(["a", "c"])
    consistent(index)
    assert [info.doc_id for info in index.documents()] == ["b"]
    with pytest.raises(UnknownDocumentError, match="'a'"):
        index.remove(["b", "a"])
    assert [info.doc_id for info in index.documents()] == ["b"]


@pytest.mark.parametrize("killed_at", ["before the vectors", "before the switch", "after the switch"])
def test_a_killed_run_is_completed_by_the_next(index: Index, monkeypatch: pytest.MonkeyPatch, killed_at: str) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    target = {
        "before the vectors": (index.store.vectors, "add"),
        "before the switch": (index.store.catalogue, "put"),
        "after the switch": (index.store.vectors, "delete"),
    }[killed_at]
    changed = document("b", "Barley rose in Rome.")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(*target, kill)
        index.add_documents([changed])
    seen = index.document("b").text
    assert seen == (changed.text if killed_at == "after the switch" else "Wheat prices fell in Rome.")
    found = index.store.dense(index.embedder.encode(["barley"])[0], 10)
    assert len(found) == 3, "a reader sees each passage once, of the old or of the new document"
    index.add_documents([changed])
    assert index.document("b").text == changed.text
    consistent(index)


def test_a_second_writer_is_told_who_the_first_is(index: Index) -> None:
    with (
        index.store.writing(),
        pytest.raises(StoreLockedError, match=r"process \d+"),
        Store.open(index.store.folder, index.embedder).writing(),
    ):
        pass


def test_another_reader_sees_what_was_written(index: Index, embedder: HashingEmbedder) -> None:
    reader = Index.open(index.store.folder, embedder=embedder, read_only=True)
    query = embedder.encode(["Oats grew in Oslo."])[0]
    assert len(reader.store.dense(query, 10)) == 3
    index.add_documents([document("d", "Oats grew in Oslo.")])
    reader.store.vectors._opened -= 10
    rows = [row for row, _ in reader.store.dense(query, 10)]
    assert reader.store.passages(rows)[0].doc_id == "d"
    assert reader.document("d").text == "Oats grew in Oslo."


def test_many_threads_search_at_once(index: Index) -> None:
    query = index.embedder.encode(["wheat"])[0]
    expected = index.store.dense(query, 3), index.store.lexical(terms("wheat price"), 3)
    results: list[object] = []

    def search() -> None:
        for _ in range(20):
            results.append((index.store.dense(query, 3), index.store.lexical(terms("wheat price"), 3)))

    threads = [threading.Thread(target=search) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 160
    assert all(result == expected for result in results)


def test_an_index_made_otherwise_is_refused_and_kept(index: Index) -> None:
    class Other(HashingEmbedder):
        name = "other"

    with pytest.raises(StoreMismatchError, match=r"'hashing'.*'other'"):
        Index.open(index.store.folder, embedder=Other())
    with index.store.catalogue.transaction() as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'format_version'")
    with pytest.raises(StoreMismatchError, match="format version 99"):
        Index.open(index.store.folder, embedder=HashingEmbedder())
    assert len(index.documents()) == 3


def test_where_there_is_no_index_reading_says_so(tmp_path: Path, embedder: HashingEmbedder) -> None:
    with pytest.raises(StoreError, match="there is no index in"):
        Index.open(tmp_path / "nothing", embedder=embedder, read_only=True)
    assert not (tmp_path / "nothing").exists()


def test_a_damaged_file_is_named(index: Index, embedder: HashingEmbedder) -> None:
    index.close()
    for file in index.store.folder.glob("catalogue.sqlite*"):
        file.write_bytes(b"nonsense " * 1000)
    with pytest.raises(StoreError, match=r"catalogue\.sqlite cannot be used"):
        Index.open(index.store.folder, embedder=embedder, read_only=True)


def test_vectors_are_those_of_the_passages(index: Index) -> None:
    ids = index.store.catalogue.passage_ids(["a"])
    stored = index.store.vectors.vectors(ids)[ids[0]]
    np.testing.assert_allclose(stored, index.embedder.encode(list(chunk(index.document("a")).embedded))[0], atol=1e-6)


def test_what_lies_far_off_is_found_within_bounds_nonetheless(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_FEW", -1)
    monkeypatch.setattr(store_module, "_WIDE", 1)
    wheat = index.embedder.encode(list(chunk(index.document("b")).embedded))[0]
    found = index.store.dense(wheat, 1, Filter(before="2026-01-29"))
    assert [passage.doc_id for passage in index.store.passages([row for row, _ in found])] == ["a"]


def test_an_open_reader_is_given_what_another_has_just_written(index: Index) -> None:
    reader = Index.open(index.store.folder, embedder=index.embedder, read_only=True)
    vector = index.embedder.encode(["oats"])[0]
    assert len(reader.store.dense(vector, 9)) == 3
    index.add_documents([document(f"new {n}", f"Oats grew in town {n}.", published="2026-03-01") for n in range(9)])
    ids = index.store.catalogue.passage_ids([f"new {n}" for n in range(9)])
    assert set(reader.store.vectors.vectors(ids)) == set(ids)
    assert len(reader.store.dense(vector, 20, Filter(after="2026-03-01"))) == 9


def test_a_date_that_a_program_gives_is_known_to_be_given(index: Index) -> None:
    assert index.document("a").published_from == "metadata"
    assert Document("c", "Undated.").published_from == "unknown"
    stated = Document("d", "March 2, 2026\nDated.", published="2026-03-02", published_from="stated")
    assert stated.published_from == "stated"
    early = Document("e", "Held by an older index.", published="2026-03-02", published_from="unknown")
    assert early.published_from == "unknown"  # its hash is that of the document that was added then


class SentenceEmbedder(HashingEmbedder):
    """Gives the sentences of a passage vectors of their own."""

    def encode_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[np.ndarray, list[np.ndarray]]:  # type: ignore[type-arg]
        return self.encode(texts), [
            self.encode([text[a:b] for a, b in some]) for text, some in zip(texts, spans, strict=True)
        ]


def test_the_nearest_sentence_of_each_passage(tmp_path: Path) -> None:
    embedder = SentenceEmbedder()
    with closing(Index.open(tmp_path / "index", embedder=embedder)) as index:
        index.add_documents(
            [
                document("a", "Dar phoned Dubai on Monday. Wheat prices fell in Rome."),
                document("b", "The price of rice is not known."),
            ]
        )
        catalogue = index.store.catalogue
        vector = embedder.encode(["Wheat prices fell in Rome."])[0]
        nearest = catalogue.nearest_sentences([*catalogue.rows_of("b"), *catalogue.rows_of("a"), 99], vector)
        assert len(nearest) == 2
        assert nearest[catalogue.rows_of("a")[0]] == pytest.approx(1, abs=1e-3)
        assert nearest[catalogue.rows_of("b")[0]] < 0.9
        assert catalogue.nearest_sentences([], vector) == {}


def test_no_nearest_sentence_where_the_model_gives_none(index: Index) -> None:
    catalogue = index.store.catalogue
    assert catalogue.nearest_sentences(catalogue.rows_of("a"), index.embedder.encode(["Dar"])[0]) == {}


def test_a_candidate_knows_whether_its_article_has_other_passages(index: Index) -> None:
    index.add_documents([document("long", "\n\n".join(f"Sentence {i} has a few words more." for i in range(60)))])
    catalogue = index.store.catalogue
    assert len(catalogue.rows_of("long")) > 1
    rows = [catalogue.rows_of("a")[0], catalogue.rows_of("long")[0]]
    assert {c.doc_id: c.alone for c in catalogue.candidates(rows)} == {"a": True, "long": False}
