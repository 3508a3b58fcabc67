"""The Assistant as a LlamaIndex query engine."""

from __future__ import annotations

import asyncio
from typing import Protocol

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from dateline.rag.answer import Answer


class Asked(Protocol):
    """What answers questions: an Assistant, or anything that is asked like one."""

    def ask(self, question: str, /) -> Answer:
        """Answer a question."""


class AssistantQueryEngine(BaseQueryEngine):
    """Query in, LlamaIndex Response out.

    The response's text is the answer with its marks, its source nodes are the cited sentences in
    the marks' order, and ``metadata["answer"]`` is the whole answer object.
    """

    def __init__(self, assistant: Asked) -> None:
        super().__init__(CallbackManager([]))
        self.assistant = assistant

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return to_response(self.assistant.ask(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> dict[str, object]:  # type: ignore[override]
        return {}


def to_response(answer: Answer) -> Response:
    """Return an answer as LlamaIndex's Response."""
    nodes = [
        NodeWithScore(
            node=TextNode(
                id_=f"{citation.doc_id}#char={citation.start},{citation.end}",
                text=citation.quote,
                start_char_idx=citation.start,
                end_char_idx=citation.end,
                metadata={
                    "mark": citation.n,
                    "doc_id": citation.doc_id,
                    "title": citation.title,
                    "source": citation.source,
                    "published": citation.published,
                    "start": citation.start,
                    "end": citation.end,
                },
            ),
            score=answer.confidence,
        )
        for citation in answer.citations
    ]
    return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer.to_dict()})
