"""OpenAI's chat completions: Dateline as a model for every client that speaks to one.

The last user message is the question, what stands before it the history. The answer is Markdown with its marks; each
mark has a ``url_citation`` among the message's annotations, and the whole answer object stands in the field
``dateline``. Options of a model's (temperature, tools, …) are taken and change nothing: what is said is quoted. Limits are
given in a field ``dateline`` of the request: asked_on, after, before, doc_ids.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote
from uuid import uuid4

from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from dateline.index.errors import DatelineError
from dateline.rag.answer import Answer
from dateline.rag.question.history import text_of
from dateline.rag.service import replies, schemas

if TYPE_CHECKING:
    from dateline.rag.service.queue import Queue

MODEL = "dateline"
_TOKEN = re.compile(r"\w+|[^\w\s]")
_MARK = re.compile(r"(?<!\\)\[(\d+)\]")


class Message(BaseModel):
    """A message of the conversation; what else a client sends with it is passed over."""

    model_config = ConfigDict(extra="allow")

    role: str
    content: Any = Field(default=None, description="a text, or a list of parts")


class StreamOptions(BaseModel):
    """What a stream is to hold besides."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool = False


class Limits(BaseModel):
    """What may answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    asked_on: schemas.GivenDay = None
    after: schemas.GivenDay = None
    before: schemas.GivenDay = None
    doc_ids: schemas.GivenIds = []


class ChatRequest(BaseModel):
    """A conversation whose last user message is the question."""

    model_config = ConfigDict(extra="allow")

    model: str = MODEL
    messages: list[Message] = Field(min_length=1)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    dateline: Limits = Limits()


def add_chat(app: FastAPI, queue: Queue, failures: dict[int | str, dict[str, Any]]) -> None:
    """Add the endpoints to an application."""
    made = int(time.time())
    model = {"id": MODEL, "object": "model", "created": made, "owned_by": MODEL}
    streamed: dict[int | str, dict[str, Any]] = {
        200: {"description": "The answer", "content": {replies.EVENTS: {"schema": {"type": "string"}}}}
    }

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        """List the one model there is."""
        return {"object": "list", "data": [model]}

    @app.get("/v1/models/{model_id}", responses={404: failures[400]})
    async def one_model(model_id: str) -> dict[str, Any]:
        """Return the model of that name."""
        _require(model_id)
        return model

    @app.post("/v1/chat/completions", response_model=None, responses={**streamed, **failures, 404: failures[400]})
    async def chat(request: Request, asked: ChatRequest) -> Any:
        """Answer the last user message as a chat completion, whole or (stream) as it grows."""
        _require(asked.model)
        at = max((i for i, message in enumerate(asked.messages) if message.role == "user"), default=-1)
        question = text_of(asked.messages[at].content).strip() if at >= 0 else ""
        if not question:
            raise HTTPException(400, "no user message asks anything; end the messages with a question")
        if len(question) > schemas.MAX_QUESTION:
            raise HTTPException(400, f"the question is longer than {schemas.MAX_QUESTION:,} characters; ask in fewer")
        history = [message.model_dump() for message in asked.messages[:at]]
        options = {"history": history, **asked.dateline.model_dump()}
        reply = _Reply(str(request.base_url), asked.messages)
        if not asked.stream:
            return reply.whole(await queue.answer(question, **options))
        usage = bool(asked.stream_options and asked.stream_options.include_usage)

        def told(first: Answer, answers: AsyncIterator[Answer]) -> AsyncIterator[str]:
            return reply.grown(first, answers, usage=usage)

        return await replies.EventStream.start(queue.stream(question, **options), told)


def _require(model: str) -> None:
    if model != MODEL:
        raise HTTPException(404, f"there is no model {model!r} here; the model is {MODEL}")


class _Reply:
    """A completion in OpenAI's form."""

    def __init__(self, base: str, messages: Sequence[Message]) -> None:
        self.base = base
        self.head = {"id": f"chatcmpl-{uuid4().hex}", "created": int(time.time()), "model": MODEL}
        self.asked = sum(_size(text_of(message.content)) for message in messages)

    def whole(self, answer: Answer) -> dict[str, Any]:
        """Return the completion."""
        message = {"role": "assistant", "content": answer.text, "refusal": None, **self._cited(answer)}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {
            **self.head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": self._usage(answer),
            **self._extra(answer),
        }

    async def grown(self, answer: Answer, answers: AsyncIterator[Answer], *, usage: bool) -> AsyncIterator[str]:
        """Yield the events of a completion that grows; its last piece carries citations and answer object."""
        yield self._chunk({"role": "assistant", "content": ""})
        shown = ""
        try:
            while True:
                if answer.text != shown and answer.text.startswith(shown):
                    yield self._chunk({"content": answer.text[len(shown) :]})
                    shown = answer.text
                if (following := await anext(answers, None)) is None:
                    break
                answer = following
        except DatelineError as error:
            yield replies.event(replies.error_object("/v1/chat/completions", 503, str(error)))
            return
        if answer.text != shown:  # words of a model's that did not hold were taken back
            yield self._chunk({"content": f"\n\n---\n\n{answer.text}"})
        yield self._chunk(self._cited(answer), "stop", **self._extra(answer))
        if usage:
            chunk = {**self.head, "object": "chat.completion.chunk", "choices": [], "usage": self._usage(answer)}
            yield replies.event(chunk)
        yield replies.event("[DONE]")

    def _chunk(self, delta: dict[str, Any], finished: str | None = None, **extra: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finished}
        return replies.event({**self.head, "object": "chat.completion.chunk", "choices": [choice], **extra})

    def _extra(self, answer: Answer) -> dict[str, Any]:
        return {"citations": [self._url(c.url, c.doc_id) for c in answer.citations], "dateline": answer.to_dict()}

    def _cited(self, answer: Answer) -> dict[str, Any]:
        cited = {str(citation.n): citation for citation in answer.citations}
        marks = [(mark, cited[mark[1]]) for mark in _MARK.finditer(answer.text) if mark[1] in cited]
        places = [
            {"start_index": mark.start(), "end_index": mark.end(), "title": c.title, "url": self._url(c.url, c.doc_id)}
            for mark, c in marks
        ]
        return {"annotations": [{"type": "url_citation", "url_citation": place} for place in places]}

    def _url(self, url: str, doc_id: str) -> str:
        """The article's own address, or else that of our copy."""
        return url if url.startswith(("http://", "https://")) else f"{self.base}v1/documents/{quote(doc_id)}"

    def _usage(self, answer: Answer) -> dict[str, int]:
        """Words and punctuation marks: nobody pays for tokens here."""
        told = _size(answer.text)
        return {"prompt_tokens": self.asked, "completion_tokens": told, "total_tokens": self.asked + told}


def _size(text: str) -> int:
    return len(_TOKEN.findall(text))
