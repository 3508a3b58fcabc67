from pathlib import Path

import pytest
from fakes import HashingEmbedder

from dateline.index import Index
from dateline.index.documents import Document
from dateline.index.mending.doctor import examine, repair


@pytest.fixture
def index(tmp_path: Path, embedder: HashingEmbedder) -> Index:
    index = Index.open(tmp_path / "index", embedder=embedder)
    index.add_documents([Document(name, f"The story of {name}. It is told here.") for name in ("a", "b", "c")])
    return index


def test_a_sound_index_is_healthy(index: Index) -> None:
    found = examine(index.store)
    assert found.healthy and (found.documents, found.passages) == (3, 3)
    assert not repair(index.store, index.embedder).repaired


def test_every_fault_is_found_and_mended(index: Index) -> None:
    store = index.store
    (kept,) = store.catalogue.passage_ids(["a"])
    stray = store.passages(store.catalogue.rows_of("b"))[0]
    store.vectors.add([type(stray)(**{**vars(stray), "passage_id": "stray"})], index.embedder.encode(["stray"]))
    store.vectors.delete([kept])
    with store.catalogue.transaction() as connection:
        connection.execute("UPDATE passages SET start = start + 3 WHERE doc_id = 'c'")
        connection.execute("INSERT INTO postings(postings) VALUES ('delete-all')")
    found = examine(store)
    assert (found.strays, found.missing, found.offsets) == (["stray"], [kept], ["c"])
    assert found.postings
    assert repair(store, index.embedder).repaired
    assert examine(store).healthy
    assert [p.doc_id for p in store.passages([row for row, _ in store.lexical(["stori"], 9)])]
