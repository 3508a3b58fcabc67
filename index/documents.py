"""Document and Passage: what the index holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dateline.index.dates.expressions import TimeExpression

if TYPE_CHECKING:
    from llama_index.core.schema import Document as LlamaDocument
    from llama_index.core.schema import TextNode

PublishedFrom = Literal["metadata", "stated", "address", "ambiguous", "unknown"]
"""How a publication date is known, the surest first: given beside the text (by a page's or a file's metadata),
printed in the text itself, named in its address; in figures whose day and month could change places; not at all."""

Scalar = str | int | float | bool

_BY_PUBLISHED: Any = ""
"""Stands for "not said": how a date is known then follows from whether there is one."""


@dataclass(frozen=True)
class Document:
    """One article.

    ``text`` is the article as read: every character offset in the project (``start`` inclusive,
    ``end`` exclusive, in Python characters) refers to it. ``furniture`` are the spans of web
    furniture (share buttons, "also read" links) that are never passages nor evidence.
    ``pages`` are the spans of a PDF's pages.
    ``published`` is an ISO date or date-time, or None where nobody says; it is never a file's
    time of change. ``published_from`` is, where it is left out, "metadata" for a date and "unknown" for none.

    >>> from dateline.index import Document
    >>> article = Document("bridge.txt", "Ann Lee reopened the bridge on Monday.", published="2026-03-04")
    >>> article.published, article.published_from
    ('2026-03-04', 'metadata')
    >>> article.to_llama().id_
    'bridge.txt'
    """

    doc_id: str
    text: str
    title: str = ""
    published: str | None = None
    published_from: PublishedFrom = _BY_PUBLISHED
    source: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    furniture: tuple[tuple[int, int], ...] = ()
    pages: tuple[tuple[int, int], ...] = ()
    metadata: dict[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Whoever makes a document with a date and says no more has given the date beside the text."""
        if not self.published_from:
            object.__setattr__(self, "published_from", "metadata" if self.published else "unknown")

    def page_of(self, offset: int) -> int | None:
        """Return the page (from 1) that holds the character at ``offset``, where the format has pages."""
        return next((number for number, (_, end) in enumerate(self.pages, 1) if offset < end), None)

    def content_hash(self) -> str:
        """SHA-256 (hex) over everything that ends up in the index, so that a changed title counts."""
        content = [
            self.text,
            self.title,
            self.published,
            self.published_from,
            self.source,
            self.url,
            self.authors,
            self.furniture,
            self.pages,
            sorted(self.metadata.items()),
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()

    def to_dict(self) -> dict[str, object]:
        """The JSON form of ``dateline show``."""
        return {
            "doc_id": self.doc_id,
            "title": self.title,
            "source": self.source,
            "published": self.published,
            "published_from": self.published_from,
            "url": self.url,
            "authors": list(self.authors),
            "metadata": self.metadata,
            "text": self.text,
        }

    def to_llama(self) -> LlamaDocument:
        """This article as LlamaIndex's Document."""
        from llama_index.core.schema import Document as LlamaDocument

        return LlamaDocument(
            id_=self.doc_id,
            text=self.text,
            metadata={
                "doc_id": self.doc_id,
                "title": self.title,
                "source": self.source,
                "published": self.published,
                "url": self.url,
                **self.metadata,
            },
        )


@dataclass(frozen=True)
class Passage:
    """A piece of a document that is embedded, retrieved and cited.

    ``document.text[start:end] == text``. ``dates`` are the time expressions in it, resolved
    against the article's dateline, with offsets in the document.

    >>> from dateline.index import Passage
    >>> passage = Passage("bridge.txt#0", "bridge.txt", 0, 22, "The bridge opens today", title="Bridge")
    >>> node = passage.to_node()
    >>> node.text, node.metadata["doc_id"], node.metadata["start"], node.metadata["end"]
    ('The bridge opens today', 'bridge.txt', 0, 22)
    """

    passage_id: str
    doc_id: str
    start: int
    end: int
    text: str
    title: str = ""
    source: str = ""
    published: str | None = None
    published_from: PublishedFrom = "unknown"
    url: str = ""
    page: int | None = None
    dates: tuple[TimeExpression, ...] = ()
    metadata: dict[str, Scalar] = field(default_factory=dict)

    def to_node(self) -> TextNode:
        """This passage as LlamaIndex's TextNode; everything a citation needs is in its metadata.

        The metadata is flat, so that any vector store takes the node: ``dates`` are JSON.
        """
        from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

        metadata: dict[str, object] = {
            **self.metadata,
            "doc_id": self.doc_id,
            "title": self.title,
            "source": self.source,
            "published": self.published,
            "published_from": self.published_from,
            "url": self.url,
            "start": self.start,
            "end": self.end,
            "page": self.page,
            "dates": json.dumps([expression.to_dict() for expression in self.dates], ensure_ascii=False),
        }
        shown = ("title", "source", "published")
        hidden = [key for key in metadata if key not in shown]
        return TextNode(
            id_=self.passage_id,
            text=self.text,
            metadata=metadata,
            start_char_idx=self.start,
            end_char_idx=self.end,
            excluded_embed_metadata_keys=hidden,
            excluded_llm_metadata_keys=hidden,
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=self.doc_id)},
        )
