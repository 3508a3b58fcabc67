"""A scripted assistant over an invented corpus, for the tests of the evaluation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace

from dateline.eval import Question, QuestionSet
from dateline.index.documents import Document, Passage
from dateline.index.errors import UnknownDocumentError
from dateline.rag.answer import Answer, Citation, Sentence

TEXTS = {f"d{n}": f"On Monday the council of Town{n} opened bridge {n}. Nobody else came." for n in range(30)}


@dataclass(frozen=True)
class FakeHit:
    rank: int
    score: float
    passage: Passage


class FakeIndex:
    def document(self, doc_id: str) -> Document:
        if doc_id not in TEXTS:
            raise UnknownDocumentError(doc_id)
        return Document(doc_id, TEXTS[doc_id])

    def documents(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(doc_id=doc_id, hash=doc_id) for doc_id in TEXTS]

    def status(self) -> dict[str, object]:
        return {"documents": len(TEXTS), "passages": len(TEXTS), "embedder": {"name": "fake"}, "chunking": "none"}


class FakeRetriever:
    def search(self, query: str, k: int = 5, *, asked_on: str | None = None) -> list[FakeHit]:
        number = re.search(r"\d+", query)
        order = sorted(TEXTS, key=lambda doc_id: (doc_id != f"d{number[0] if number else 0}", doc_id))
        return [
            FakeHit(rank, 1 / rank, Passage(f"{d}#0", d, 0, len(TEXTS[d]), TEXTS[d], title=f"Title <{d}>"))
            for rank, d in enumerate(order[:k], start=1)
        ]


class FakeAssistant:
    """Knows what every article says; errs on the numbers in ``wrong``, fails on those in ``broken``."""

    def __init__(self, wrong: Sequence[int] = (), broken: Sequence[int] = ()) -> None:
        self.retriever = FakeRetriever()
        self.index = FakeIndex()
        self.wrong, self.broken = set(wrong), set(broken)
        self.asked: list[str] = []

    def ask(self, question: str, history: Sequence[Mapping[str, str]] = (), *, asked_on: str | None = None) -> Answer:
        self.asked.append(question)
        number = int(re.findall(r"\d+", question)[0])
        if number in self.broken:
            raise RuntimeError("model fell over")
        base = Answer(question, question, "")
        if number >= len(TEXTS):
            return replace(base, text="Not said.", abstained=True, reason="not_mentioned", confidence=0.1)
        doc_id = f"d{(number + 1) % len(TEXTS) if number in self.wrong else number}"
        quote = TEXTS[doc_id].split(".")[0] + "."
        citation = Citation(1, doc_id, f"{doc_id}#0", 0, len(quote), quote, title="T")
        return replace(
            base,
            text=f"{quote} [1]",
            sentences=(Sentence(f"{quote} [1]", (1,), "verbatim"),),
            citations=(citation,),
            confidence=0.6 if number in self.wrong else 0.9,
        )


def questions() -> QuestionSet:
    known = [
        Question(
            f"q{n}",
            f"Who opened bridge {n}?",
            answers=(f"council of Town{n}",),
            gold_docs={f"d{n}": 1},
            gold_quotes=(f"the council of Town{n} opened bridge {n}",),
            tags=("who", "odd" if n % 2 else "even"),
        )
        for n in range(20)
    ]
    unknown = [Question(f"u{n}", f"Who opened bridge {n}?", answerable=False, tags=("absent",)) for n in range(90, 95)]
    return QuestionSet("bridges", (*known, *unknown))
