"""Hits and articles as people see them, for whatever reads words; citations given back in the articles' own letters.

Between a search and an answer everything reads plain text (``dateline.index.prose.plain``): names are whole, spaces
single. What is cited is cut out of the article as it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from dateline.index import Document, Index, Passage
from dateline.index.dates.expressions import TimeExpression
from dateline.index.keeping.rows import Sentences
from dateline.index.prose.plain import Plain, plain
from dateline.rag.answer import Citation, Short
from dateline.rag.search.retriever import Hit


class _Seen(NamedTuple):
    text: Plain
    document: Document


class Legible:
    """An index whose articles are read as plain text."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def document(self, doc_id: str) -> Document:
        """Return an article as it is seen; raises UnknownDocumentError."""
        text, document = self._seen(doc_id)
        if not text.edits:
            return document
        return replace(
            document,
            text=text.text,
            furniture=tuple(text.shown(*span) for span in document.furniture),
            pages=tuple(text.shown(*span) for span in document.pages),
        )

    def hits(self, hits: Sequence[Hit]) -> list[Hit]:
        """Return hits whose passages are as they are seen, their offsets those of ``document``'s text."""
        return [replace(hit, passage=self._passage(hit.passage)) for hit in hits]

    def sentences(self, passage_ids: Sequence[str]) -> Mapping[str, Sentences]:
        """Return the stored sentences of passages, with offsets of ``document``'s text."""
        stored = self.index.store.sentences(passage_ids)
        return {
            passage_id: Sentences([text.shown(*span) for span in some.spans], some.vectors) if text.edits else some
            for passage_id, some in stored.items()
            for text in [self._seen(passage_id.rpartition("@")[0]).text]
        }

    def restored(self, citation: Citation) -> Citation:
        """Return a citation in the letters and offsets of the stored article."""
        text, document = self._seen(citation.doc_id)
        if not text.edits:
            return citation
        start, end = text.original(citation.start, citation.end)
        dates = tuple(_placed(found, *text.original(found.start, found.end), document.text) for found in citation.dates)
        return replace(citation, start=start, end=end, quote=document.text[start:end], dates=dates)

    def short(self, answers: Sequence[Short], citations: Sequence[Citation]) -> tuple[Short, ...]:
        """Return short answers in the letters and offsets of the stored articles; ``citations`` are those they name."""
        of = {citation.n: self._seen(citation.doc_id) for citation in citations}
        return tuple(_lettered(answer, *of[answer.citation]) if answer.citation in of else answer for answer in answers)

    def _seen(self, doc_id: str) -> _Seen:
        document = self.index.document(doc_id)
        return _Seen(plain(document.text), document)

    def _passage(self, passage: Passage) -> Passage:
        text = self._seen(passage.doc_id).text
        if not text.edits:
            return passage
        start, end = text.shown(passage.start, passage.end)
        dates = tuple(_placed(found, *text.shown(found.start, found.end), text.text) for found in passage.dates)
        return replace(passage, start=start, end=end, text=text.text[start:end], dates=dates)


def _lettered(answer: Short, text: Plain, document: Document) -> Short:
    if not text.edits:
        return answer
    start, end = text.original(answer.start, answer.end)
    return replace(answer, start=start, end=end, text=document.text[start:end])


def _placed(found: TimeExpression, start: int, end: int, text: str) -> TimeExpression:
    return replace(found, start=start, end=end, text=text[start:end])
