"""An index of an earlier format answers as it is, and becomes one of the present format when it is written to."""

import tarfile
from pathlib import Path

import pytest

from dateline.index import Document, Index
from dateline.index.keeping.store import FORMAT_VERSION
from dateline.index.mending.doctor import examine, repair
from dateline.rag import Assistant, Retriever

ARCHIVE = Path(__file__).parent / "data" / "old_indexes" / "format_1.tar.xz"
QUESTION = "How long will the ferry crews strike?"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "index_format_1"


def cited(index: Index) -> list[str]:
    return [citation.quote for citation in Assistant(Retriever(index)).ask(QUESTION).citations]


def test_a_reader_uses_it_as_it_is(old: Path) -> None:
    index = Index.open(old, read_only=True)
    assert index.status()["format_version"] == 1
    assert index.store.sentences(index.store.catalogue.passage_ids()) == {}
    assert cited(index)
    assert index.status()["documents"] == 6
    index.close()


def test_opening_it_for_writing_brings_it_up_to_date_and_loses_nothing(old: Path) -> None:
    before = Index.open(old, read_only=True)
    texts = {info.doc_id: before.document(info.doc_id).text for info in before.documents()}
    answer = cited(before)
    before.close()
    index = Index.open(old)
    assert index.status()["format_version"] == FORMAT_VERSION
    assert {info.doc_id: index.document(info.doc_id).text for info in index.documents()} == texts
    assert cited(index) == answer
    index.add_documents([Document("new", "The lighthouse keeper retired on Friday. Nobody follows him.")])
    stored = index.store.sentences(index.store.catalogue.passage_ids(["new"]))
    assert [s.vectors.shape for s in stored.values() if s.vectors is not None] == [(2, 384)]
    index.close()
    again = Index.open(old)
    assert again.status()["documents"] == 7
    again.close()


def test_the_doctor_adds_what_the_earlier_version_did_not_store(old: Path) -> None:
    index = Index.open(old)
    found = examine(index.store)
    assert found.healthy
    assert len(found.unpooled) == 6
    answer = cited(index)
    repair(index.store, index.embedder)
    assert examine(index.store).unpooled == []
    assert examine(index.store).healthy
    assert cited(index) == answer
    index.close()
