"""The Assistant as a LlamaIndex chat engine: it keeps the conversation, and understands a follow-up from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.chat_engine.types import AgentChatResponse, BaseChatEngine, StreamingAgentChatResponse
from llama_index.core.tools import ToolOutput

from dateline.rag.answer import Answer, additions
from dateline.rag.query_engine import to_response
from dateline.rag.question.history import History, turns


class Talker(Protocol):
    """What answers questions that may be follow-ups: an Assistant, or anything that is asked like one."""

    def ask(self, question: str, history: History, /) -> Answer:
        """Answer a question."""

    def stream(self, question: str, history: History, /) -> Iterator[Answer]:
        """Yield the answer as it grows."""


class AssistantChatEngine(BaseChatEngine):
    """Messages in, cited answers out; streaming grows by checked sentences.

    A response's ``source_nodes`` are the cited sentences, ``metadata["answer"]`` (or that of ``sources[0].raw_output``,
    when streaming) is the whole answer object. A ``chat_history`` given with a message stands in for the one kept here.
    """

    def __init__(self, assistant: Talker, chat_history: History = ()) -> None:
        self.assistant = assistant
        self._history = _messages(chat_history)

    @property
    def chat_history(self) -> list[ChatMessage]:
        """The conversation so far."""
        return list(self._history)

    def reset(self) -> None:
        """Begin anew."""
        self._history.clear()

    def chat(self, message: str, chat_history: Any = None) -> AgentChatResponse:
        """Answer a message."""
        self._take(chat_history)
        answer = self.assistant.ask(message, self._history)
        self._keep(message, answer)
        response = to_response(answer)
        return AgentChatResponse(
            answer.text, [_told(message, answer)], response.source_nodes, metadata=response.metadata
        )

    async def achat(self, message: str, chat_history: Any = None) -> AgentChatResponse:
        """Answer a message without blocking the event loop."""
        return await asyncio.to_thread(self.chat, message, chat_history)

    def stream_chat(self, message: str, chat_history: Any = None) -> StreamingAgentChatResponse:
        """Answer a message as it grows; the sources are there when it has ended."""
        self._take(chat_history)
        answers = self.assistant.stream(message, self.chat_history)
        first = next(answers)  # what is wrong with the question is told here
        response = StreamingAgentChatResponse(is_writing_to_memory=False)

        def grow() -> Iterator[ChatResponse]:
            answer = first
            for text, answer in additions(_chained(first, answers)):  # noqa: B007 - the last one is kept
                yield _delta(text)
            self._end(response, message, answer)

        response.chat_stream = grow()  # type: ignore[assignment]
        return response

    async def astream_chat(self, message: str, chat_history: Any = None) -> StreamingAgentChatResponse:
        """Answer a message as it grows, without blocking the event loop."""
        response = await asyncio.to_thread(self.stream_chat, message, chat_history)
        steps = iter(response.chat_stream or ())

        async def grow() -> AsyncIterator[ChatResponse]:
            while (step := await asyncio.to_thread(next, steps, None)) is not None:
                yield step

        response.achat_stream = grow()  # type: ignore[assignment]
        return response

    def _take(self, chat_history: Any) -> None:
        if chat_history is not None:
            self._history = _messages(chat_history)

    def _keep(self, message: str, answer: Answer) -> None:
        self._history.append(ChatMessage(role=MessageRole.USER, content=message))
        self._history.append(ChatMessage(role=MessageRole.ASSISTANT, content=answer.text))

    def _end(self, response: StreamingAgentChatResponse, message: str, answer: Answer) -> None:
        self._keep(message, answer)
        response.sources.append(_told(message, answer))
        response.source_nodes.extend(to_response(answer).source_nodes)
        response.is_done = True


def _messages(history: History) -> list[ChatMessage]:
    return [ChatMessage(role=MessageRole(turn["role"]), content=turn["content"]) for turn in turns(history)]


def _delta(text: str) -> ChatResponse:
    return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text), delta=text)


def _chained(first: Answer, rest: Iterator[Answer]) -> Iterator[Answer]:
    yield first
    yield from rest


def _told(message: str, answer: Answer) -> ToolOutput:
    return ToolOutput(
        content=answer.text, tool_name="dateline", raw_input={"query": message}, raw_output=to_response(answer)
    )
