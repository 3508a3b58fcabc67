"""Answer, Sentence and Citation: the vocabulary that everything above speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from dateline.index.dates.expressions import TimeExpression

Reason = Literal["no_documents", "not_mentioned", "not_stated", "outside_dates", "unclear_question"]
Support = Literal["verbatim", "supported", "unsupported"]
Verdict = Literal["yes", "no", "planned", "alleged", "not_stated"]


@dataclass(frozen=True)
class Citation:
    """A mark [n] resolved to a document and a character range of it.

    ``document.text[start:end] == quote``, character for character. ``dates`` are the time
    expressions inside the quote, with offsets in the document.

    >>> from dateline.rag import Settings
    >>> assistant = Settings().assistant()
    >>> [citation, *others] = assistant.ask("Who is Ali Shamkhani?").citations
    >>> assistant.index.document(citation.doc_id).text[citation.start : citation.end] == citation.quote
    True
    >>> assistant.index.close()
    """

    n: int
    doc_id: str
    passage_id: str
    start: int
    end: int
    quote: str
    title: str = ""
    source: str = ""
    published: str | None = None
    published_from: str = "unknown"
    url: str = ""
    page: int | None = None
    dates: tuple[TimeExpression, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, as in ``dateline ask --json``."""
        return {
            "n": self.n,
            "doc_id": self.doc_id,
            "title": self.title,
            "source": self.source,
            "published": self.published,
            "published_from": self.published_from,
            "url": self.url,
            "page": self.page,
            "passage_id": self.passage_id,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "dates": [d.to_dict() for d in self.dates],
        }


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer, the marks it carries, and how it is supported.

    >>> from dateline.rag import Sentence
    >>> Sentence("The bridge reopened on Monday.", citations=(1,), support="verbatim").to_dict()
    {'text': 'The bridge reopened on Monday.', 'citations': [1], 'support': 'verbatim'}
    """

    text: str
    citations: tuple[int, ...]
    support: Support

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"text": self.text, "citations": list(self.citations), "support": self.support}


@dataclass(frozen=True)
class Short:
    """A short answer as it stands in bold: its words and where an article has them.

    ``citation`` is the number of the mark whose document has them; ``document.text[start:end] == text``.

    >>> from dateline.rag.answer import Short
    >>> Short("Ann Lee", citation=1, start=0, end=7).to_dict()
    {'text': 'Ann Lee', 'citation': 1, 'start': 0, 'end': 7}
    """

    text: str
    citation: int
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"text": self.text, "citation": self.citation, "start": self.start, "end": self.end}


@dataclass(frozen=True)
class Dropped:
    """A sentence that a language model wrote and that is not shown, and why.

    >>> from dateline.rag.answer import Dropped
    >>> Dropped("The mayor resigned.", "the articles do not say it").to_dict()
    {'text': 'The mayor resigned.', 'why': 'the articles do not say it'}
    """

    text: str
    why: str

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"text": self.text, "why": self.why}


@dataclass(frozen=True)
class Event:
    """One row of a "when" answer: something told by one or several citations, and its day.

    ``when`` is what a reader sees ("Sat 24 January 2026", "day not stated; reported Thu 29
    January 2026"); ``earliest``/``latest`` are ISO days or None; ``said`` are the article's own
    words for the time ("on Saturday"); ``citations`` are mark numbers; ``text`` is verbatim from
    the first of them.
    """

    when: str
    text: str
    citations: tuple[int, ...]
    earliest: str | None = None
    latest: str | None = None
    said: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "when": self.when,
            "text": self.text,
            "citations": list(self.citations),
            "earliest": self.earliest,
            "latest": self.latest,
            "said": list(self.said),
        }


@dataclass(frozen=True)
class Answer:
    """What ``Assistant.ask`` returns.

    ``text`` is Markdown with marks [1], [2]… numbered by first appearance. ``abstained`` says that
    the articles do not answer, for the ``reason``; then ``nearest`` is what comes closest. ``confidence``
    is calibrated: of the answers given with 0.8, four in five hold. ``short`` is what stands in bold, as data, empty
    where nothing is sure enough; ``verdict`` answers a yes-or-no question; ``more`` counts further sentences or events
    that were found and not shown. ``events`` are the rows of a "when"
    answer, ``mode`` is "extractive" or the LLM's name, ``notice`` a sentence where something was amiss
    (the LLM did not answer). ``dropped`` are sentences the LLM wrote that are not shown, since the
    articles do not say them; ``provisional`` is True of what stands there until the LLM has written something. ``ms`` holds milliseconds for retrieve, answer and total.

    >>> from dateline.rag import Settings
    >>> assistant = Settings().assistant()
    >>> answer = assistant.ask("Who won the chess championship?")
    >>> answer.abstained, answer.reason, answer.citations
    (True, 'not_mentioned', ())
    >>> sorted(answer.to_dict())[:4]
    ['abstained', 'answer', 'citations', 'confidence']
    >>> assistant.index.close()
    """

    question: str
    standalone_question: str
    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    reason: Reason | None = None
    confidence: float = 0.0
    nearest: tuple[Citation, ...] = ()
    short: tuple[Short, ...] = ()
    verdict: Verdict | None = None
    events: tuple[Event, ...] = ()
    more: int = 0
    mode: str = "extractive"
    notice: str = ""
    dropped: tuple[Dropped, ...] = ()
    provisional: bool = False
    ms: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of ``dateline ask --json``."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "answer": self.text,
            "abstained": self.abstained,
            "reason": self.reason,
            "confidence": self.confidence,
            "sentences": [s.to_dict() for s in self.sentences],
            "citations": [c.to_dict() for c in self.citations],
            "nearest": [c.to_dict() for c in self.nearest],
            "short": [s.to_dict() for s in self.short],
            "verdict": self.verdict,
            "events": [e.to_dict() for e in self.events],
            "more": self.more,
            "mode": self.mode,
            "notice": self.notice,
            "dropped": [d.to_dict() for d in self.dropped],
            "ms": self.ms,
        }


def additions(
    answers: Iterable[Answer], shown_as: Callable[[Answer], Answer] | None = None
) -> Iterator[tuple[str, Answer]]:
    """Yield what each of a growing answer's steps adds to the text shown so far, with that step.

    For readers who only append. Where a step takes back what was shown, as it happens when a model's words did not hold,
    the complete answer follows whole, below a line. ``shown_as`` may change an answer's text before it is shown.
    """
    shown, answer = "", None
    for answer in answers:
        text = shown_as(answer).text if shown_as else answer.text
        if text != shown and text.startswith(shown):
            yield text[len(shown) :], answer
            shown = text
    if answer is not None and text != shown:
        yield f"\n\n---\n\n{text}", answer
