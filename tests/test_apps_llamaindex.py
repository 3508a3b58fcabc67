"""LlamaIndex's own classes over our retriever and query engine; docs/APPS.md lists them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from apps_news import ARTICLES, QUESTION, news_index
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import AsyncStreamingResponse, StreamingResponse
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.span_handlers import SimpleSpanHandler
from llama_index.core.llms import ChatMessage, CompletionResponse, CustomLLM, LLMMetadata, MockLLM
from llama_index.core.postprocessor import FixedRecencyPostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.core.tools import QueryEngineTool, RetrieverTool
from llama_index.core.vector_stores import FilterCondition, FilterOperator, MetadataFilter, MetadataFilters

from dateline.index import Index
from dateline.index.errors import UsageError
from dateline.rag import Assistant, Retriever

MOCK = MockLLM()


class Scripted(CustomLLM):
    """An LLM that chooses the first tool, breaks every question in two, and repeats what it was given to read."""

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata()

    def complete(self, prompt: str, formatted: bool = False, **options: Any) -> CompletionResponse:
        if "sub_question" in prompt:
            parts = [
                {"sub_question": question, "tool_name": "news"}
                for question in (QUESTION, "Who opened the tram line to Lower Marsh?")
            ]
            return CompletionResponse(text=f"```json\n{json.dumps({'items': parts})}\n```")
        if "choice" in prompt:
            return CompletionResponse(text='[{"choice": 1, "reason": "news"}]')
        return CompletionResponse(text=prompt[-1500:])

    def stream_complete(self, prompt: str, formatted: bool = False, **options: Any) -> Any:
        yield self.complete(prompt)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    index = news_index(tmp_path_factory.mktemp("llamaindex") / "index")
    yield index
    index.close()


@pytest.fixture(scope="module")
def retriever(index: Index) -> Retriever:
    return Retriever(index, k=3)


@pytest.fixture(scope="module")
def assistant(retriever: Retriever) -> Assistant:
    return Assistant(retriever)


def news_tool(engine: BaseQueryEngine) -> QueryEngineTool:
    return QueryEngineTool.from_defaults(engine, name="news", description="news")


# The retriever.


def test_an_empty_query_finds_nothing(retriever: Retriever) -> None:
    assert retriever.retrieve("") == []
    assert asyncio.run(retriever.aretrieve(" ")) == []


def test_nodes_can_be_stored_again(retriever: Retriever, tmp_path: Path) -> None:
    """Chroma's adapter for LlamaIndex refuses nested metadata; what comes out is what went in."""
    chroma = pytest.importorskip(
        "llama_index.vector_stores.chroma", reason="pip install llama-index-vector-stores-chroma"
    )
    import chromadb
    from llama_index.core import StorageContext, VectorStoreIndex

    collection = chromadb.PersistentClient(str(tmp_path)).get_or_create_collection("again", embedding_function=None)
    store = chroma.ChromaVectorStore(chroma_collection=collection)
    nodes = [found.node for found in retriever.retrieve(QUESTION)]
    stored = VectorStoreIndex(
        nodes, storage_context=StorageContext.from_defaults(vector_store=store), embed_model=MockEmbedding(8)
    )
    again = {found.node.node_id: found.node for found in stored.as_retriever(similarity_top_k=5).retrieve("x")}
    for node in nodes:
        kept = {key: value for key, value in node.metadata.items() if value is not None}
        assert kept.items() <= again[node.node_id].metadata.items()
        assert again[node.node_id].get_content() == node.get_content()
    assert json.loads(nodes[0].metadata["dates"])[0]["value"] == "2026-03-02"


def test_made_up_answers_are_searched_by(index: Index) -> None:
    """HyDE: the query stays, passages should be near to the made-up answer."""
    retriever = Retriever(index, k=1)
    about = QueryBundle("what happened", custom_embedding_strs=[ARTICLES[2].text])
    assert retriever.retrieve(about)[0].node.metadata["doc_id"] == "bakers.txt"
    about = QueryBundle("what happened", custom_embedding_strs=[ARTICLES[1].text])
    assert retriever.retrieve(about)[0].node.metadata["doc_id"] == "tram.txt"


def filters(*each: tuple[str, str, Any], condition: str = "and") -> MetadataFilters:
    made = [MetadataFilter(key=key, operator=FilterOperator(operator), value=value) for key, operator, value in each]
    return MetadataFilters(filters=made, condition=FilterCondition(condition))


@pytest.mark.parametrize(
    ("given", "doc_ids"),
    [
        (filters(("doc_id", "in", ["tram.txt", "bakers.txt"])), {"tram.txt", "bakers.txt"}),
        (filters(("source", "==", "Fen Herald"), ("published", ">", "2026-03-04")), {"tram.txt"}),
        (filters(("published", "<", "2026-03-04")), {"bakers.txt"}),
        (filters(("published", "==", "2026-03-04"), condition="or"), {"canal.txt"}),
        (MetadataFilters(filters=[filters(("published", ">=", "2026-03-04")), filters(("published", "<=", "2026-03-10"))]), {"canal.txt"}),
    ],
)  # fmt: skip
def test_metadata_filters(index: Index, given: MetadataFilters, doc_ids: set[str]) -> None:
    found = Retriever(index, k=5, filters=given).retrieve("Lower Marsh canal")
    assert {hit.node.metadata["doc_id"] for hit in found} == doc_ids


@pytest.mark.parametrize(
    "given",
    [
        filters(("title", "==", "Canal reopens")),
        filters(("doc_id", "!=", "canal.txt")),
        filters(("published", ">", "2026-03-04"), ("source", "==", "x"), condition="or"),
        filters(("published", ">", "last week")),
        filters(("source", "==", "x"), ("source", "==", "y")),
    ],
)
def test_filters_that_cannot_be_searched_by_are_errors(index: Index, given: MetadataFilters) -> None:
    with pytest.raises(UsageError, match=r"filter|searched|date"):
        Retriever(index, filters=given)


def _chain(retriever: Retriever) -> dict[str, Any]:
    """Retrievers that stand on ours."""
    from llama_index.core.retrievers import QueryFusionRetriever, RouterRetriever
    from llama_index.core.selectors import LLMSingleSelector

    tool = RetrieverTool.from_defaults(retriever, name="news", description="news")
    fused: Any = {"llm": MOCK, "num_queries": 1, "use_async": False}
    return {
        "fusion": QueryFusionRetriever([retriever, retriever], mode="reciprocal_rerank", **fused),
        "router": RouterRetriever(LLMSingleSelector.from_defaults(llm=Scripted()), [tool, tool], llm=Scripted()),
    }


@pytest.mark.parametrize("name", ["fusion", "router"])
def test_retrievers_over_ours(retriever: Retriever, name: str) -> None:
    found = _chain(retriever)[name].retrieve(QUESTION)
    assert found[0].node.metadata["doc_id"] == "canal.txt"


def test_a_retriever_evaluator(retriever: Retriever) -> None:
    from llama_index.core.evaluation import RetrieverEvaluator

    first, *_ = retriever.retrieve(QUESTION)
    evaluator = RetrieverEvaluator.from_metric_names(["hit_rate", "mrr", "ndcg"], retriever=retriever)
    result = asyncio.run(evaluator.aevaluate(query=QUESTION, expected_ids=[first.node.node_id]))
    assert set(result.metric_vals_dict.values()) == {1.0}


def test_a_recency_postprocessor_reads_our_dates(retriever: Retriever) -> None:
    nodes = FixedRecencyPostprocessor(top_k=1, date_key="published").postprocess_nodes(
        retriever.retrieve(QUESTION), QueryBundle(QUESTION)
    )
    assert nodes[0].node.metadata["doc_id"] == "tram.txt"


def test_a_node_survives_json(retriever: Retriever) -> None:
    (found, *_) = retriever.retrieve(QUESTION)
    again = TextNode.model_validate_json(found.node.model_dump_json())
    assert (again.text, again.metadata) == (found.node.text, found.node.metadata)  # type: ignore[attr-defined]


# The query engine.


@pytest.mark.parametrize("mode", ["refine", "compact", "tree_summarize", "simple_summarize", "accumulate"])
def test_response_modes_of_the_stock_engine(retriever: Retriever, mode: str) -> None:
    from llama_index.core.query_engine import RetrieverQueryEngine

    engine = RetrieverQueryEngine.from_args(retriever, llm=MOCK, response_mode=mode)  # type: ignore[arg-type]
    assert engine.query(QUESTION).source_nodes[0].node.metadata["url"] == "https://fen.example/canal"


def _over(engine: BaseQueryEngine, retriever: Retriever) -> dict[str, Any]:
    """Query engines that stand on ours."""
    from llama_index.core.indices.query.query_transform import HyDEQueryTransform
    from llama_index.core.query_engine import CitationQueryEngine, RouterQueryEngine, TransformQueryEngine
    from llama_index.core.response_synthesizers import get_response_synthesizer
    from llama_index.core.selectors import LLMSingleSelector

    tools = [news_tool(engine), news_tool(engine)]
    return {
        "router": RouterQueryEngine(LLMSingleSelector.from_defaults(llm=Scripted()), tools, llm=Scripted()),
        "hyde": TransformQueryEngine(engine, HyDEQueryTransform(llm=MOCK)),
        "citation": CitationQueryEngine(
            retriever=retriever, llm=MOCK, response_synthesizer=get_response_synthesizer(llm=MOCK)
        ),
    }


@pytest.mark.parametrize("name", ["router", "hyde", "citation"])
def test_engines_over_ours(assistant: Assistant, retriever: Retriever, name: str) -> None:
    engine = _over(assistant.as_query_engine(), retriever)[name]
    assert engine.query(QUESTION).source_nodes[0].node.metadata["doc_id"] == "canal.txt"
    assert asyncio.run(engine.aquery(QUESTION)).source_nodes[0].node.metadata["doc_id"] == "canal.txt"


def test_marks_of_several_answers_do_not_collide(assistant: Assistant) -> None:
    from llama_index.core.query_engine import SubQuestionQueryEngine
    from llama_index.core.question_gen import LLMQuestionGenerator
    from llama_index.core.response_synthesizers import get_response_synthesizer

    engine = SubQuestionQueryEngine.from_defaults(
        query_engine_tools=[news_tool(assistant.as_query_engine(unique_marks=True))],
        question_gen=LLMQuestionGenerator.from_defaults(llm=Scripted()),
        response_synthesizer=get_response_synthesizer(llm=Scripted()),
        llm=Scripted(),
        use_async=False,
        verbose=False,
    )
    response = engine.query(QUESTION)
    cited = {
        hit.node.metadata["mark"]: hit.node.metadata["doc_id"]
        for hit in response.source_nodes
        if "mark" in hit.node.metadata
    }
    assert set(cited.values()) == {"canal.txt", "tram.txt"}
    for mark in cited:
        assert f"[{mark}]" in str(response)
    assert "[1]" not in str(response)


def test_the_engine_streams(assistant: Assistant) -> None:
    whole = str(assistant.as_query_engine().query(QUESTION))
    streamed = assistant.as_query_engine(streaming=True).query(QUESTION)
    assert isinstance(streamed, StreamingResponse)
    assert "".join(streamed.response_gen) == whole
    assert streamed.source_nodes[0].node.metadata["doc_id"] == "canal.txt"
    assert (streamed.metadata or {})["answer"]["answer"] == whole

    async def read() -> str:
        response = await assistant.as_query_engine(streaming=True).aquery(QUESTION)
        assert isinstance(response, AsyncStreamingResponse)
        return "".join([text async for text in response.async_response_gen()])

    assert asyncio.run(read()) == whole


def test_condense_question_chats_and_streams(assistant: Assistant) -> None:
    from llama_index.core.chat_engine import CondenseQuestionChatEngine
    from llama_index.core.memory import ChatMemoryBuffer

    def over(engine: BaseQueryEngine) -> CondenseQuestionChatEngine:
        return CondenseQuestionChatEngine.from_defaults(
            engine, llm=MOCK, memory=ChatMemoryBuffer.from_defaults(llm=MOCK)
        )

    chat = over(assistant.as_query_engine(streaming=True))
    streamed = chat.stream_chat(QUESTION)
    assert "Marta Velde" in "".join(streamed.response_gen)
    assert streamed.source_nodes[0].node.metadata["doc_id"] == "canal.txt"
    assert "Marta Velde" in str(over(assistant.as_query_engine()).chat(QUESTION))


def test_an_agents_tools(assistant: Assistant, retriever: Retriever) -> None:
    engine = news_tool(assistant.as_query_engine())
    assert "[1]" in engine.call(QUESTION).content
    assert "[1]" in asyncio.run(engine.acall(input=QUESTION)).content
    assert "Osier Canal" in RetrieverTool.from_defaults(retriever, name="n", description="d").call(QUESTION).content


def test_the_engine_retrieves(assistant: Assistant) -> None:
    assert assistant.as_query_engine().retrieve(QueryBundle(QUESTION))[0].node.metadata["doc_id"] == "canal.txt"


# The chat engine.


def test_the_chat_engine_understands_follow_ups(assistant: Assistant) -> None:
    chat = assistant.as_chat_engine()
    first = chat.chat(QUESTION)
    assert "Marta Velde" in str(first)
    assert first.source_nodes[0].node.metadata["doc_id"] == "canal.txt"
    assert "reopen" in chat.chat("And when?").metadata["answer"]["standalone_question"]  # type: ignore[union-attr, index]
    assert [message.role.value for message in chat.chat_history] == ["user", "assistant"] * 2
    asked = asyncio.run(chat.achat("And when?", [ChatMessage(role="user", content="Who opened the tram line?")]))
    assert "tram" in asked.metadata["answer"]["standalone_question"]
    chat.reset()
    assert chat.chat_history == []


def test_the_chat_engine_streams(assistant: Assistant) -> None:
    chat = assistant.as_chat_engine()
    whole = assistant.ask(QUESTION).text
    streamed = chat.stream_chat(QUESTION)
    assert "".join(streamed.response_gen) == whole
    assert streamed.source_nodes[0].node.metadata["doc_id"] == "canal.txt"
    assert chat.chat_history[-1].content == whole

    async def read() -> str:
        response = await chat.astream_chat("And when?")
        return "".join([text async for text in response.async_response_gen()])

    assert asyncio.run(read()) == chat.chat_history[-1].content
    assert len(chat.chat_history) == 4
    with pytest.raises(UsageError, match="empty"):
        chat.stream_chat(" ")


# Instrumentation.


class Seen(BaseEventHandler):
    """Keeps what it is told."""

    events: ClassVar[list[Any]] = []

    @classmethod
    def class_name(cls) -> str:
        return "Seen"

    def handle(self, event: Any, **options: Any) -> None:
        self.events.append(event)


@pytest.fixture
def listener() -> Iterator[tuple[Seen, SimpleSpanHandler]]:
    dispatcher, seen, spans = get_dispatcher(), Seen(), SimpleSpanHandler()
    seen.events.clear()
    dispatcher.add_event_handler(seen)
    dispatcher.add_span_handler(spans)
    yield seen, spans
    dispatcher.event_handlers.remove(seen)
    dispatcher.span_handlers.remove(spans)


@pytest.mark.parametrize("llm", [None, MOCK])
def test_a_listener_sees_retrieve_read_and_answer_within_ask(
    retriever: Retriever, listener: tuple[Seen, SimpleSpanHandler], llm: Any
) -> None:
    seen, spans = listener
    answer = Assistant(retriever, llm=llm).ask(QUESTION)
    tree = {span.id_.partition("-")[0]: span for span in spans.completed_spans}
    root = tree["Assistant.ask"]
    assert root.parent_id is None
    for part in ("Assistant.rewrite", "Retriever.retrieve", "Assistant.read", "Assistant.answer"):
        assert tree[part].parent_id == root.id_, part
        assert root.start_time <= tree[part].start_time <= tree[part].end_time <= root.end_time  # type: ignore[operator]
    (found,) = [event for event in seen.events if event.class_name() == "RetrievalEndEvent"]
    assert found.span_id == tree["Retriever.retrieve"].id_
    assert isinstance(found.nodes[0], NodeWithScore)
    assert answer.citations
    assert not spans.open_spans


def test_what_fails_is_seen_to_fail(
    retriever: Retriever, listener: tuple[Seen, SimpleSpanHandler], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, spans = listener

    def broken(*args: Any, **options: Any) -> Any:
        raise UsageError("no")

    monkeypatch.setattr(retriever, "search", broken)
    with pytest.raises(UsageError):
        Assistant(retriever).ask(QUESTION)
    assert {span.id_.partition("-")[0] for span in spans.dropped_spans} == {"Retriever.retrieve", "Assistant.ask"}
    assert not spans.open_spans
