"""Subject: what is measured, seen through the few things that measuring needs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from dateline.eval.runs.outcomes import Hit
from dateline.eval.runs.scoring import TextOf
from dateline.index.errors import UnknownDocumentError, UsageError
from dateline.rag.answer import Answer

Turns = Sequence[Mapping[str, str]]


@runtime_checkable
class Answers(Protocol):
    """Anything that answers, such as an Assistant."""

    def ask(self, question: str, history: Turns = (), *, asked_on: str | None = None) -> Answer:
        """The answer to one question."""


@runtime_checkable
class Searches(Protocol):
    """Anything that finds passages, such as a Retriever."""

    def search(self, query: str, k: int = 5, *, asked_on: str | None = None) -> Sequence[Hit]:
        """Ranked passages."""


@dataclass(frozen=True)
class Subject:
    """An Assistant, a Retriever, or both.

    ``text_of`` gives the text of a document for checking offsets, ``about`` says in the manifest what it is.
    """

    answers: Answers | None
    searches: Searches | None
    text_of: TextOf | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


def subject_of(system: Answers | Searches) -> Subject:
    """See a system as a subject: its retriever and index are found where it has them, as an Assistant does."""
    answers = system if isinstance(system, Answers) else None
    found = system if isinstance(system, Searches) else getattr(system, "retriever", None)
    searches = found if isinstance(found, Searches) else None
    if answers is None and searches is None:
        raise UsageError(f"{type(system).__name__} has neither ask nor search; give an Assistant or a Retriever")
    index = getattr(system, "index", None)
    if index is None:
        return Subject(answers, searches, None, {"system": type(system).__name__})
    about = {"system": type(system).__name__, "code": _code_hash(), **_corpus(index)}
    return Subject(answers, searches, _text_of(index.document), about)


def _text_of(document: Callable[[str], Any]) -> TextOf:
    @lru_cache(maxsize=256)
    def text_of(doc_id: str) -> str | None:
        try:
            return str(document(doc_id).text)
        except UnknownDocumentError:
            return None

    return text_of


@cache
def _code_hash() -> str:
    """One hash over the sources of what is measured and of what measures: a changed program is another run."""
    found = hashlib.sha256()
    for package in ("index", "rag", "eval"):
        for file in sorted((Path(__file__).parents[2] / package).rglob("*.py")):
            found.update(file.read_bytes())
    return found.hexdigest()


def _corpus(index: Any) -> dict[str, Any]:
    """Counts, embedder, chunking and one hash over every document: the same hash, the same corpus."""
    status = index.status()
    listed = sorted(f"{info.doc_id}\t{info.hash}" for info in index.documents())
    return {
        "corpus_hash": hashlib.sha256("\n".join(listed).encode("utf-8", "surrogatepass")).hexdigest(),
        "documents": status["documents"],
        "passages": status["passages"],
        "embedder": status["embedder"]["name"],
        "chunking": status["chunking"],
    }
