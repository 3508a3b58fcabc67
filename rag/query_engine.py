"""The Assistant as a LlamaIndex query engine."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, Protocol

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from dateline.rag.answer import Answer, Citation, additions

_MARK = re.compile(r"(?<!\\)\[(\d+)\]")


class Asked(Protocol):
    """What answers questions: an Assistant, or anything that is asked like one."""

    def ask(self, question: str, /) -> Answer:
        """Answer a question."""


class AssistantQueryEngine(BaseQueryEngine):
    """Query in, LlamaIndex Response out.

    The response's text is the answer with its marks, its source nodes are the cited sentences in
    the marks' order, and ``metadata["answer"]`` is the whole answer object.

    With ``streaming`` it is a StreamingResponse that grows by checked sentences (an AsyncStreamingResponse from
    ``aquery``); where a model writes, source nodes and metadata are complete when it has ended. With ``unique_marks``
    a mark is six letters and digits made of the place it cites, equal in every answer that cites it: an engine that
    puts answers together (SubQuestionQueryEngine) would else have several [1].
    """

    def __init__(
        self,
        assistant: Asked,
        *,
        streaming: bool = False,
        unique_marks: bool = False,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager or CallbackManager([]))
        self.assistant = assistant
        self.streaming = streaming
        self.unique_marks = unique_marks

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Return the passages that an answer is made from."""
        nodes: list[NodeWithScore] = self.assistant.retriever.retrieve(query_bundle)  # type: ignore[attr-defined]
        return nodes

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        if not self.streaming:
            return to_response(self.assistant.ask(query_bundle.query_str), unique_marks=self.unique_marks)
        response, texts = self._begun(query_bundle)
        return StreamingResponse(
            response_gen=texts,  # type: ignore[arg-type]
            source_nodes=response.source_nodes,
            metadata=response.metadata,
        )

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        if not self.streaming:
            return await asyncio.to_thread(self._query, query_bundle)
        response, texts = await asyncio.to_thread(self._begun, query_bundle)

        async def grow() -> AsyncIterator[str]:
            while (text := await asyncio.to_thread(next, texts, None)) is not None:
                yield text

        return AsyncStreamingResponse(
            response_gen=grow(),  # type: ignore[arg-type]
            source_nodes=response.source_nodes,
            metadata=response.metadata,
        )

    def _begun(self, query_bundle: QueryBundle) -> tuple[Response, Iterator[str]]:
        """Return the response so far, and the texts by which it grows; both are completed by reading these."""
        answers: Iterator[Answer] = self.assistant.stream(query_bundle.query_str)  # type: ignore[attr-defined]
        # Without a model all is there at once, and so are the sources, which some engines copy before they read.
        begun = [next(answers)] if getattr(self.assistant, "generator", None) else list(answers)
        response = to_response(begun[-1], unique_marks=self.unique_marks)

        def grow() -> Iterator[str]:
            last = begun[-1]
            for text, step in additions(chain(begun, answers), _marked if self.unique_marks else None):
                last = step
                yield text
            whole = to_response(last, unique_marks=self.unique_marks)
            response.source_nodes[:] = whole.source_nodes
            (response.metadata or {}).update(whole.metadata or {})

        return response, grow()

    def _get_prompt_modules(self) -> dict[str, object]:  # type: ignore[override]
        return {}


def to_response(answer: Answer, *, unique_marks: bool = False) -> Response:
    """Return an answer as LlamaIndex's Response."""
    answer = _marked(answer) if unique_marks else answer
    nodes = [
        NodeWithScore(node=_node(citation, _key(citation) if unique_marks else citation.n), score=answer.confidence)
        for citation in answer.citations
    ]
    return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer.to_dict()})


def _node(citation: Citation, mark: int | str) -> TextNode:
    metadata: dict[str, Any] = {
        "mark": mark,
        "doc_id": citation.doc_id,
        "title": citation.title,
        "source": citation.source,
        "published": citation.published,
        "url": citation.url,
        "start": citation.start,
        "end": citation.end,
    }
    return TextNode(
        id_=f"{citation.doc_id}#char={citation.start},{citation.end}",
        text=citation.quote,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
        metadata=metadata,
    )


def _key(citation: Citation) -> str:
    place = f"{citation.doc_id}#char={citation.start},{citation.end}"
    return hashlib.sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def _marked(answer: Answer) -> Answer:
    """Put marks of their own in place of the numbers."""
    keys = {str(citation.n): _key(citation) for citation in answer.citations}
    return replace(answer, text=_MARK.sub(lambda mark: f"[{keys.get(mark[1], mark[1])}]", answer.text))
