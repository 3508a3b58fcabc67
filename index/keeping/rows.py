"""What is read of the catalogue's rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from dateline.index.documents import Document
from dateline.index.prose.chunking import Span
from dateline.index.vectors.pooling import Vectors

DOCUMENT_COLUMNS = "text, title, published, published_from, source, url, authors, furniture, pages, metadata"
"""What ``document_of`` makes a document from."""


@dataclass(frozen=True)
class DocumentInfo:
    """A document as listed: everything but its text."""

    doc_id: str
    title: str
    source: str
    published: str | None
    published_from: str
    url: str
    passages: int
    hash: str
    origin: str
    cluster: str | None


@dataclass(frozen=True)
class Candidate:
    """What the ranking needs of a passage, cheap to read by the hundred.

    ``first_day``/``last_day`` are the ordinals of the earliest and latest day that the passage's
    own time expressions can mean, ``published_day`` that of the article; None where unknown.
    ``alone`` says that the article has no other passage.
    """

    row: int
    passage_id: str
    doc_id: str
    title_terms: tuple[str, ...]
    terms: tuple[str, ...]
    source: str
    published_day: int | None
    first_day: int | None
    last_day: int | None
    cluster: str | None
    alone: bool


class Sentences(NamedTuple):
    """The sentences of a passage: spans of its document, and their unit vectors (len(spans), dimension) if stored."""

    spans: list[Span]
    vectors: Vectors | None


def document_of(doc_id: str, row: Sequence[Any]) -> Document:
    """Return the document of a row of DOCUMENT_COLUMNS; raises ValueError or TypeError where they are damaged."""
    return Document(
        doc_id=doc_id, text=row[0], title=row[1], published=row[2], published_from=row[3], source=row[4], url=row[5],
        authors=tuple(json.loads(row[6])), furniture=_spans(row[7]), pages=_spans(row[8]), metadata=json.loads(row[9]),
    )  # fmt: skip


def _spans(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in json.loads(text))
