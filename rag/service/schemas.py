"""The JSON objects that HTTP and MCP clients send and get, described for OpenAPI and tool schemas."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from dateline.index.documents import Document as IndexDocument
from dateline.index.documents import Scalar
from dateline.index.errors import UsageError
from dateline.index.filters import to_day
from dateline.rag.answer import Reason, Support, Verdict
from dateline.rag.question.history import Turns, turns

MAX_K = 100
MAX_QUESTION = 2_000
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


def _told(history: Any) -> Turns:
    try:
        return turns(history)
    except UsageError as error:
        raise ValueError(str(error)) from error


def _or_none(value: Any) -> Any:
    """Clients that fill in every field write "" for a date that is not given."""
    return None if value == "" else value


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) and value else value or []


Day = Annotated[str, AfterValidator(_iso_day), WithJsonSchema({"type": "string", "format": "date"})]
Question = Annotated[str, AfterValidator(_said), Field(min_length=1, max_length=MAX_QUESTION, pattern=r"[^\s]")]
GivenDay = Annotated[
    Day | None,
    BeforeValidator(_or_none),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date"}, {"const": ""}, {"type": "null"}]}),
]
_ids = {"type": "array", "items": {"type": "string"}, "maxItems": MAX_DOC_IDS}
GivenIds = Annotated[
    list[str],
    BeforeValidator(_several),
    Field(max_length=MAX_DOC_IDS),
    WithJsonSchema({"anyOf": [_ids, {"type": "string"}, {"type": "null"}]}),
]
_part = {"type": "object", "properties": {"type": {"type": "string"}, "text": {"type": "string"}}}
_content = {"anyOf": [{"type": "string"}, {"type": "array", "items": _part}, {"type": "null"}]}
_turn = {"type": "object", "properties": {"role": {"type": "string"}, "content": _content}, "required": ["role"]}
History = Annotated[
    Turns,
    BeforeValidator(_told),
    # What clients should send; the other forms that chat frameworks keep are read too.
    WithJsonSchema({"anyOf": [{"type": "array", "items": _turn}, {"type": "null"}]}),
]


class _Sent(BaseModel):
    """What a client sends: unknown fields and wrong types are mistakes, not noise."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AskRequest(_Sent):
    """A question, with what it may refer to and what may answer it."""

    question: Question
    history: History = Field(default=[], description="earlier turns, oldest first; the oldest of many are left out")
    asked_on: GivenDay = Field(default=None, description='"today" for the asker; without it no recency is assumed')
    after: GivenDay = Field(default=None, description="published on this day or later")
    before: GivenDay = Field(default=None, description="published on this day or earlier")
    doc_ids: GivenIds = Field(default=[], description="answer from these articles alone")


class EventsQuery(BaseModel):
    """A question for what happened."""

    model_config = ConfigDict(extra="forbid")

    question: Question
    asked_on: GivenDay = None
    after: GivenDay = None
    before: GivenDay = None
    doc_id: list[str] = Field(default=[], max_length=MAX_DOC_IDS)


class SearchQuery(BaseModel):
    """What to look for, and where."""

    model_config = ConfigDict(extra="forbid")

    query: Question = Field(description="what to look for")
    k: int = Field(default=10, ge=1, le=MAX_K, description="how many passages")
    asked_on: GivenDay = Field(default=None, description='"today" for the asker')
    after: GivenDay = Field(default=None, description="published on this day or later")
    before: GivenDay = Field(default=None, description="published on this day or earlier")
    source: list[str] = Field(default=[], max_length=MAX_DOC_IDS, description="from these outlets")
    doc_id: list[str] = Field(default=[], max_length=MAX_DOC_IDS, description="from these articles")


class ListQuery(BaseModel):
    """A part of the list of articles."""

    model_config = ConfigDict(extra="forbid")

    offset: int = Field(default=0, ge=0, description="how many to leave out first")
    limit: int = Field(default=100, ge=1, le=1000, description="how many to list")
    source: list[str] = Field(default=[], max_length=MAX_DOC_IDS, description="of these outlets")


class DocumentIn(_Sent):
    """An article to be added."""

    text: str = Field(min_length=1, description="the article, to which all offsets refer")
    title: str = ""
    published: str | None = Field(default=None, description="ISO date or date-time; without it the article is undated")
    source: str = ""
    url: str = ""
    authors: list[str] = []
    metadata: dict[str, Scalar] = {}

    def document(self, doc_id: str) -> IndexDocument:
        """Return it as the index takes it; raises UsageError."""
        if not self.text.strip():
            raise UsageError("the text is empty; send the article's text")
        if self.published:
            to_day(self.published)
        given = self.model_dump(exclude={"authors"}) | {"published": self.published or None}
        return IndexDocument(doc_id, **given, authors=tuple(self.authors))


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
    url: str
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

    model_config = ConfigDict(extra="allow")

    when: str
    text: str
    citations: list[int]
    earliest: str | None
    latest: str | None
    said: list[str]


class Short(BaseModel):
    """A short answer as it stands in bold: where the article of a citation has it."""

    text: str
    citation: int
    start: int
    end: int


class Dropped(BaseModel):
    """A sentence that a language model wrote and that is not shown."""

    text: str
    why: str


class Answer(BaseModel):
    """A cited answer, or why there is none."""

    model_config = ConfigDict(extra="allow")

    question: str
    standalone_question: str = Field(description="what was searched for, after resolving a follow-up")
    answer: str = Field(description="Markdown with marks [1], [2]…")
    abstained: bool
    reason: Reason | None
    confidence: float
    sentences: list[Sentence]
    citations: list[Citation]
    nearest: list[Citation]
    short: list[Short] = Field(description="what stands in bold at the head; empty where nothing is sure enough")
    verdict: Verdict | None = Field(description="for yes-or-no questions")
    events: list[Event]
    more: int = Field(description="further events or sentences that were found and not shown")
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


class Listed(BaseModel):
    """An article without its text."""

    doc_id: str
    title: str
    source: str
    published: str | None
    published_from: str
    url: str
    passages: int


class DocumentList(BaseModel):
    """A part of the articles; ``total`` counts all that match."""

    total: int
    documents: list[Listed]


class Failure(BaseModel):
    """What could not be added, and why."""

    where: str
    error: str


class Report(BaseModel):
    """What was done, in numbers of articles."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: list[Failure] = []
    interrupted: bool = False


class Events(BaseModel):
    """What happened, in time order, and the sentences that say so."""

    question: str
    events: list[dict[str, Any]]
    citations: list[Citation]
    abstained: bool
    reason: Reason | None


class Health(BaseModel):
    """That the service answers, and from how much."""

    status: Literal["ok"]
    documents: int
    passages: int


class Error(BaseModel):
    """What went wrong and what to do, in one sentence."""

    error: str
