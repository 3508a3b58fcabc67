"""A small made-up newsroom: documents, answers and an assistant that gives them, for tests of what people see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dateline.index.dates.expressions import TimeExpression
from dateline.index.documents import Document
from dateline.index.errors import LLMError, UnknownDocumentError
from dateline.index.filters import Filter
from dateline.rag.answer import Answer, Citation, Event, Sentence

HARBOUR = Document(
    doc_id="port/harbour.txt",
    title="Harbour reopens",
    published="2025-03-06",
    published_from="stated",
    source="Coast Courier",
    url="https://example.org/harbour",
    text=(
        "Harbour reopens\nThu Mar 06 2025\nshare-icon share-icon\n\n"
        "Mayor Lena Brandt met the pilots on Tuesday. She thanked them – “heroes”, she said.\n"
        "The ferry line had called the mayor earlier.\nshare-icon share-icon"
    ),
    furniture=((32, 53), (184, 205)),
)
UNDATED = Document(
    doc_id="undated.txt", title="Ferry line speaks", text="The ferry line phoned the mayor once again on Friday."
)
HOSTILE = Document(
    doc_id='x"><script>alert(1)</script>.txt',
    title='<img src=x onerror="alert(1)">',
    source="<b>bold</b>",
    url="javascript:alert(1)",
    published="2025-01-01",
    text=(
        "<script>alert(1)</script> said ![pixel](http://evil.example/p.png) and [click](javascript:alert(1)) "
        "\"quoted\" 'single' ${alert(1)} {{constructor}} &amp; [7] **loud**."
    ),
)


def cite(n: int, document: Document, quote: str, *dates: tuple[str, str, str | None]) -> Citation:
    """A citation of ``quote``; dates are (words, TIMEX3 value, ISO day or None)."""
    start = document.text.index(quote)
    found = []
    for words, value, day in dates:
        at = document.text.index(words, start)
        found.append(TimeExpression(at, at + len(words), words, "DATE", value, day, day))
    return Citation(
        n, document.doc_id, f"{document.doc_id}#{n}", start, start + len(quote), quote, document.title, document.source,
        document.published, document.published_from, document.url, dates=tuple(found),
    )  # fmt: skip


MET = cite(1, HARBOUR, "Mayor Lena Brandt met the pilots on Tuesday.", ("on Tuesday", "2025-03-04", "2025-03-04"))
CALLED = cite(2, HARBOUR, "The ferry line had called the mayor earlier.")
AGAIN = cite(3, UNDATED, "The ferry line phoned the mayor once again on Friday.", ("on Friday", "XXXX-WXX-5", None))

ANSWER = Answer(
    question="Who spoke with the mayor and when?",
    standalone_question="Who spoke with the mayor and when?",
    text=(
        "**The pilots** and the ferry line\n\n| when | what the articles say |\n| --- | --- |\n"
        f"| Tue 4 March 2025 (“on Tuesday”) | {MET.quote} [1] |\n"
        f"| day not stated; reported Thu 6 March 2025 | {CALLED.quote} [2] |\n"
        f"| a Friday; the article is undated | {AGAIN.quote} [3] |"
    ),
    sentences=tuple(Sentence(c.quote, (c.n,), "verbatim") for c in (MET, CALLED, AGAIN)),
    citations=(MET, CALLED, AGAIN),
    confidence=0.85,
    events=(
        Event("Tue 4 March 2025", MET.quote, (1,), "2025-03-04", "2025-03-04", ("on Tuesday",)),
        Event("day not stated; reported Thu 6 March 2025", CALLED.quote, (2,), None, "2025-03-06"),
        Event("a Friday; the article is undated", AGAIN.quote, (3,), said=("on Friday",)),
    ),
    ms={"retrieve": 10.0, "answer": 20.0, "total": 30.0},
)
DECLINED = Answer(
    question="What did the mayor eat?",
    standalone_question="What did the mayor eat?",
    text="The articles do not say what the mayor ate.",
    abstained=True,
    reason="not_stated",
    confidence=0.1,
    nearest=(MET,),
)


@dataclass(frozen=True)
class Listed:
    """What an index tells of a document without its text."""

    doc_id: str
    title: str
    source: str
    published: str | None
    published_from: str
    url: str
    passages: int = 1


class FakeIndex:
    """The made-up documents by id."""

    def __init__(self, *documents: Document) -> None:
        self.held = {document.doc_id: document for document in documents}

    def document(self, doc_id: str) -> Document:
        if doc_id not in self.held:
            raise UnknownDocumentError(f"no document {doc_id!r} is in the index")
        return self.held[doc_id]

    def documents(self) -> list[Listed]:
        return [Listed(d.doc_id, d.title, d.source, d.published, d.published_from, d.url) for d in self.held.values()]


class FakeRetriever:
    """Finds nothing."""

    bounds = Filter()
    k = 10

    def search(self, query: str, k: int, **limits: Any) -> list[Any]:
        return []


class FakeAssistant:
    """Answers every question with ANSWER, those about eating with DECLINED, and fails when told to fail."""

    generator = None

    def __init__(self, *documents: Document) -> None:
        self.index: Any = FakeIndex(*(documents or (HARBOUR, UNDATED, HOSTILE)))
        self.asked: list[dict[str, Any]] = []
        self.retriever = FakeRetriever()

    def stream(self, question: str, history: Sequence[Any] = (), **limits: Any) -> Iterator[Answer]:
        self.asked.append({"question": question, "history": list(history), **limits})
        if "fail" in question:
            raise LLMError("the LLM server does not answer: start it, or ask without it")
        if "eat" in question:
            yield replace(DECLINED, question=question, standalone_question=question)
            return
        yield replace(ANSWER, question=question, text="**The pilots** and the ferry line", citations=(), events=())
        yield replace(ANSWER, question=question, standalone_question=question if not history else ANSWER.question)
