"""The LangChain retriever: LangChain's own suite, and what that does not ask."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from apps_news import QUESTION, news_index

from dateline.index import Index
from dateline.index.errors import UnknownDocumentError, UsageError
from dateline.rag import Retriever

pytest.importorskip("langchain_core", reason='LangChain needs the extra (pip install "dateline[langchain]")')
suite = pytest.importorskip("langchain_tests.integration_tests", reason="pip install langchain-tests")

from dateline.rag.apps.langchain import DatelineRetriever  # noqa: E402


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    index = news_index(tmp_path_factory.mktemp("langchain") / "index")
    yield index
    index.close()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", autouse=True)
def shared(request: pytest.FixtureRequest, index: Index) -> None:
    """LangChain's suite reads what to construct from properties, which cannot take a fixture."""
    TestLangChainsOwnSuite.index = index


@pytest.mark.anyio
class TestLangChainsOwnSuite(suite.RetrieversIntegrationTests):  # type: ignore[misc]
    index: Index

    @property
    def retriever_constructor(self) -> type[DatelineRetriever]:
        return DatelineRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"index": self.index}

    @property
    def retriever_query_example(self) -> str:
        return QUESTION


def test_a_document_tells_where_it_is_from_in_flat_metadata(index: Index) -> None:
    found = DatelineRetriever(index=index, k=1).invoke(QUESTION)
    (document,) = found
    place = document.metadata
    assert index.document("canal.txt").text[place["start"] : place["end"]] == document.page_content
    assert (place["url"], place["published"], place["rank"]) == ("https://fen.example/canal", "2026-03-04", 1)
    assert json.loads(place["dates"])[0]["value"] == "2026-03-02"
    assert all(value is None or isinstance(value, str | int | float) for value in place.values())


@pytest.mark.parametrize(
    ("options", "doc_ids"),
    [
        ({"after": "2026-03-05"}, {"tram.txt"}),
        ({"sources": "Marsh Weekly"}, {"bakers.txt"}),
        ({"doc_ids": ["tram.txt", "bakers.txt"]}, {"tram.txt", "bakers.txt"}),
    ],
)
def test_a_search_is_limited_in_the_constructor_and_in_invoke(
    index: Index, options: dict[str, Any], doc_ids: set[str]
) -> None:
    plain = DatelineRetriever(retriever=Retriever(index, k=5))
    made = DatelineRetriever(index=index, k=5, **({"sources": ("Marsh Weekly",)} if "sources" in options else options))
    for found in (
        plain.invoke(QUESTION, **options),
        made.invoke(QUESTION),
        asyncio.run(plain.ainvoke(QUESTION, **options)),
    ):
        assert {document.metadata["doc_id"] for document in found} == doc_ids


def test_mistakes_are_told(index: Index) -> None:
    retriever = DatelineRetriever(index=index)
    with pytest.raises(UsageError, match="did you mean before"):
        retriever.invoke(QUESTION, befor="2026-03-05")
    with pytest.raises(UnknownDocumentError, match=r"none\.txt"):
        retriever.invoke(QUESTION, doc_ids="none.txt")
    with pytest.raises(ValueError, match="befor"):
        DatelineRetriever(index=index, befor="2026-03-05")
    with pytest.raises(UsageError, match="k is 0"):
        retriever.invoke(QUESTION, k=0)
    assert retriever.invoke(" ") == []


def test_async_batches_and_events(index: Index) -> None:
    retriever = DatelineRetriever(index=index, k=2)
    expected = [document.id for document in retriever.invoke(QUESTION)]

    async def use() -> list[str]:
        batches = await retriever.abatch([QUESTION] * 8)
        assert [[document.id for document in found] for found in batches] == [expected] * 8
        return [event["event"] async for event in retriever.astream_events(QUESTION, version="v2")]

    assert asyncio.run(use()) == ["on_retriever_start", "on_retriever_end"]
    assert [[d.id for d in found] for found in retriever.batch([QUESTION] * 8)] == [expected] * 8


@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r)), lambda r: r.model_copy(deep=True)]
)
def test_a_copy_searches_too(index: Index, again: Any) -> None:
    retriever = DatelineRetriever(index=index, k=2)
    copied = again(retriever)
    assert [d.id for d in copied.invoke(QUESTION)] == [d.id for d in retriever.invoke(QUESTION)]
    copied.retriever.index.close()
