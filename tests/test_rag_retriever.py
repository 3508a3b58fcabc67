import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.bridge.pydantic import Field
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle

from dateline.index import Document, Filter, Index
from dateline.index.errors import UsageError
from dateline.index.keeping.lexical import terms
from dateline.rag.search.retriever import Hit, Retriever


class WordVectors:
    """A vector for each word, fixed by its letters; a text is the sum of its words'."""

    name = "word-vectors"
    dimension = 32

    def encode(self, texts: list[str]) -> np.ndarray:  # type: ignore[type-arg]
        found = np.stack([sum((self._word(w) for w in terms(t)), np.full(32, 1e-3)) for t in texts])
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)

    @staticmethod
    def _word(word: str) -> np.ndarray:  # type: ignore[type-arg]
        return np.random.default_rng(list(word.encode())).standard_normal(32)


def article(doc_id: str, text: str, published: str | None, source: str = "", title: str = "") -> Document:
    return Document(doc_id, text, title=title, source=source, published=published, metadata={"desk": doc_id[0]})


ARTICLES = [
    article("a1", "The harbour of Lisbon closed on Monday because of a storm.", "2024-03-05", "Coast Daily", "Storm"),
    article("a2", "A storm closed the harbour of Lisbon for two days.", "2022-01-10", "Coast Daily", "Storm"),
    article("b1", "Ministers met in Paris to talk about farm prices.", "2024-03-04", "The Ledger", "Talks"),
    article("b2", "The team won the cup after extra time.", None, "The Ledger", "Cup"),
    *(article(f"c{i}", f"Notice number {i} about parking in street {i}.", "2023-05-01") for i in range(30)),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    opened = Index.open(tmp_path_factory.mktemp("retriever") / "index", embedder=WordVectors())
    opened.add_documents(ARTICLES)
    yield opened
    opened.close()


def docs(hits: list[Hit]) -> list[str]:
    return [hit.passage.doc_id for hit in hits]


def test_hits_are_ranked_from_one_with_falling_scores_and_both_sides_shown(index: Index) -> None:
    hits = Retriever(index, k=4).search("Which ministers met in Paris?")
    assert docs(hits)[0] == "b1"
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    vector = index.embedder.encode(["Which ministers met in Paris?"])[0]
    stored = index.store.vectors.vectors([hits[0].passage.passage_id])[hits[0].passage.passage_id]
    assert hits[0].dense == pytest.approx(float(stored @ vector), abs=1e-5)
    assert hits[0].lexical is not None and hits[0].lexical > 0


def test_every_hit_knows_where_it_stands(index: Index) -> None:
    for hit in Retriever(index, k=5).search("storm in Lisbon"):
        metadata = hit.to_node().node.metadata
        text = index.document(metadata["doc_id"]).text
        assert text[metadata["start"] : metadata["end"]] == hit.passage.text
        assert {"title", "source", "published", "page", "dates", "desk"} <= metadata.keys()


def test_asked_on_puts_the_fresh_article_first_and_its_absence_does_not(index: Index) -> None:
    retriever = Retriever(index, k=2)
    assert docs(retriever.search("What recently closed the harbour of Lisbon?", asked_on="2024-03-06")) == ["a1", "a2"]
    assert docs(retriever.search("Which storm closed the harbour of Lisbon for two days?")) == ["a2", "a1"]


def test_a_retriever_s_own_today_holds_unless_a_search_sets_another(index: Index) -> None:
    retriever = Retriever(index, k=1, asked_on="2024-03-06")
    assert docs(retriever.search("storm harbour Lisbon this week")) == ["a1"]
    assert docs(retriever.search("storm harbour Lisbon this week", asked_on="2022-01-12")) == ["a2"]


def test_bounds_leave_the_rest_out(index: Index) -> None:
    retriever = Retriever(index, k=40)
    assert set(docs(retriever.search("storm", after="2024-01-01"))) == {"a1", "b1"}
    assert set(docs(retriever.search("storm", before="2022-12-31"))) == {"a2"}
    assert set(docs(retriever.search("storm", bounds=Filter(sources=("The Ledger",))))) == {"b1", "b2"}
    assert set(docs(retriever.search("storm", bounds=Filter(doc_ids=("b2", "c1"))))) == {"b2", "c1"}
    assert set(docs(retriever.search("storm", bounds=Filter(metadata={"desk": "a"})))) == {"a1", "a2"}
    assert retriever.search("storm", after="2030-01-01") == []


def test_more_hits_than_passages_is_all_of_them_once(index: Index) -> None:
    found = docs(Retriever(index, k=100).search("storm"))
    assert sorted(found) == sorted(document.doc_id for document in ARTICLES)


def test_an_empty_query_and_a_wrong_date_are_usage_errors(index: Index) -> None:
    retriever = Retriever(index)
    with pytest.raises(UsageError, match="empty"):
        retriever.search("  ")
    with pytest.raises(UsageError, match="not a date"):
        retriever.search("storm", asked_on="Monday")


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    opened = Index.open(tmp_path / "index", embedder=WordVectors())
    assert Retriever(opened).search("storm") == []
    opened.close()


def test_a_change_of_the_index_is_seen_by_the_next_search(tmp_path: Path) -> None:
    opened = Index.open(tmp_path / "index", embedder=WordVectors())
    retriever = Retriever(opened, k=3)
    opened.add_documents(ARTICLES[:2])
    assert set(docs(retriever.search("ministers in Paris"))) == {"a1", "a2"}
    opened.add_documents(ARTICLES[2:3])
    assert docs(retriever.search("ministers in Paris"))[0] == "b1"
    opened.close()


def test_it_is_a_llama_index_retriever_sync_and_async(index: Index) -> None:
    retriever = Retriever(index, k=2)
    nodes = retriever.retrieve("ministers in Paris")
    assert [node.node.metadata["doc_id"] for node in nodes] == docs(retriever.search("ministers in Paris"))
    assert [n.node_id for n in asyncio.run(retriever.aretrieve("ministers in Paris"))] == [n.node_id for n in nodes]


def test_sixteen_callers_get_what_one_gets(index: Index) -> None:
    retriever = Retriever(index, k=5)
    asked = [f"{word} {number}" for number in range(8) for word in ("storm", "parking street", "cup", "Paris prices")]
    expected = [docs(retriever.search(question)) for question in asked]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda question: docs(retriever.search(question)), asked)) == expected


class Backwards(BaseNodePostprocessor):
    """Turns the order around and notes how many passages it was given."""

    given: list[int] = Field(default_factory=list)

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        self.given.append(len(nodes))
        return [NodeWithScore(node=node.node, score=float(place)) for place, node in enumerate(reversed(nodes))]


def test_a_reranker_orders_more_candidates_than_are_returned(index: Index) -> None:
    plain = docs(Retriever(index, k=30).search("storm in Lisbon"))
    reranker = Backwards()
    hits = Retriever(index, k=2, reranker=reranker).search("storm in Lisbon")
    assert reranker.given == [30]
    assert docs(hits) == plain[::-1][:2]
    assert [(hit.rank, hit.score) for hit in hits] == [(1, 0.0), (2, 1.0)]


def test_a_question_asked_again_is_ranked_once_until_the_index_changes(tmp_path: Path) -> None:
    asked: list[list[str]] = []

    class Noting(WordVectors):
        def encode(self, texts: list[str]) -> np.ndarray:  # type: ignore[type-arg]
            asked.append(texts)
            return super().encode(texts)

    with closing(Index.open(tmp_path / "index", embedder=Noting())) as index:
        index.add_documents(ARTICLES[:3])
        retriever = Retriever(index, k=2)
        asked.clear()
        first, second = retriever.search("Which harbour closed?"), retriever.search("Which harbour closed?", 3)
        assert docs(second)[:2] == docs(first)
        assert len(asked) == 1
        retriever.search("Which harbour closed?", bounds=Filter(sources=("The Ledger",)))
        assert len(asked) == 2
        index.remove([docs(first)[0]])
        assert docs(first)[0] not in docs(retriever.search("Which harbour closed?", 3))
        assert len(asked) == 3
