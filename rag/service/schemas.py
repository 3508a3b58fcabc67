"""The JSON objects that HTTP and MCP clients send and get, described for OpenAPI and tool schemas."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from dateline.rag.answer import Reason, Support

MAX_K = 100
MAX_QUESTION = 2_000
MAX_HISTORY = 100
MAX_CONTENT = 20_000
MAX_DOC_IDS = 100


def _iso_day(text: str) -> str:
    if len(text) != 10:
        raise ValueError("a date is written as YYYY-MM-DD")
    date.fromisoformat(text)
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("the text is empty")
    return text


Day = Annotated[str, AfterValidator(_iso_day), WithJsonSchema({"type": "string", "format": "date"})]
Question = Annotated[str, AfterValidator(_said), Field(min_length=1, max_length=MAX_QUESTION, pattern=r"[^\s]")]


class _Sent(BaseModel):
    """What a client sends: unknown fields and wrong types are mistakes, not noise."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Turn(_Sent):
    """An earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=MAX_CONTENT)


class AskRequest(_Sent):
    """A question, with what it may refer to and what may answer it."""

    question: Question
    history: list[Turn] = Field(default=[], max_length=MAX_HISTORY, description="earlier turns, oldest first")
    asked_on: Day | None = Field(default=None, description='"today" for the asker; without it no recency is assumed')
    after: Day | None = Field(default=None, description="published on this day or later")
    before: Day | None = Field(default=None, description="published on this day or earlier")
    doc_ids: list[str] = Field(default=[], max_length=MAX_DOC_IDS, description="answer from these articles alone")


class TimeExpression(BaseModel):
    """A time expression in an article, resolved against its dateline; offsets in the document."""

    start: int
    end: int
    text: str
    type: Literal["DATE", "TIME", "DURATION", "SET"]
    value: str
    earliest: str | None
    latest: str | None


class Hit(BaseModel):
    """A ranked passage; ``rank`` counts from 1."""

    rank: int
    score: float
    passage_id: str
    doc_id: str
    title: str
    source: str
    published: str | None
    start: int
    end: int
    page: int | None
    text: str
    dates: list[TimeExpression]


class SearchResult(BaseModel):
    """The hits of a search, best first, and the milliseconds it took."""

    query: str
    hits: list[Hit]
    ms: float


class Citation(BaseModel):
    """A mark [n]: the document's text from ``start`` to ``end`` is ``quote``, character for character."""

    n: int
    doc_id: str
    title: str
    source: str
    published: str | None
    published_from: str
    url: str
    page: int | None
    passage_id: str
    quote: str
    start: int
    end: int
    dates: list[TimeExpression]


class Sentence(BaseModel):
    """A sentence of the answer, its marks, and how they support it."""

    text: str
    citations: list[int]
    support: Support


class Event(BaseModel):
    """Something that happened, and when."""

    when: str
    text: str
    citations: list[int]
    earliest: str | None
    latest: str | None
    said: list[str]


class Dropped(BaseModel):
    """A sentence that a language model wrote and that is not shown."""

    text: str
    why: str


class Answer(BaseModel):
    """A cited answer, or why there is none."""

    question: str
    standalone_question: str = Field(description="what was searched for, after resolving a follow-up")
    answer: str = Field(description="Markdown with marks [1], [2]…")
    abstained: bool
    reason: Reason | None
    confidence: float
    sentences: list[Sentence]
    citations: list[Citation]
    nearest: list[Citation]
    events: list[Event]
    mode: str
    notice: str = Field(description="what was amiss, in a sentence; empty where nothing was")
    dropped: list[Dropped] = Field(description="with an LLM: sentences not shown because the articles do not say them")
    ms: dict[str, float]


class Document(BaseModel):
    """An article as it was read."""

    doc_id: str
    title: str
    source: str
    published: str | None
    published_from: str
    url: str
    authors: list[str]
    metadata: dict[str, Any]
    text: str


class Health(BaseModel):
    """That the service answers, and from how much."""

    status: Literal["ok"]
    documents: int
    passages: int


class Error(BaseModel):
    """What went wrong and what to do, in one sentence."""

    error: str
