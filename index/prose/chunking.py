"""Document -> passages with character offsets."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from dateline.index.dates.expressions import TimeExpression, resolve
from dateline.index.documents import Document, Passage
from dateline.index.prose.copies import signature
from dateline.index.prose.plain import plain
from dateline.index.prose.sentences import split

CHUNKING = "sentences-150"
"""Name of the way of cutting, kept with the index: a change to the rules below changes it."""

_WORDS = 150
"""A passage holds at most this many words (about 200 tokens: with its heading under the packaged model's 256)."""

_JOIN_GAP = 200
"""Sentences on both sides of furniture longer than this many characters are never put into one passage."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Chunked:
    """A document cut up: its passages, for each its sentences and the text that is embedded, and its copies' signature.

    ``sentences`` are spans of the document, ``texts`` what is seen there (``dateline.index.prose.plain``); ``spans``
    are where they stand in the embedded text.
    """

    document: Document
    passages: tuple[Passage, ...]
    sentences: tuple[tuple[Span, ...], ...]
    texts: tuple[tuple[str, ...], ...]
    embedded: tuple[str, ...]
    signature: bytes

    @property
    def spans(self) -> list[list[Span]]:
        """For each passage, where its sentences stand in the text that is embedded."""
        heads = len(heading(self.document)) + 1
        found = []
        for group in self.texts:
            position, spans = heads, []
            for text in group:
                spans.append((position, position + len(text)))
                position += len(text) + 1
            found.append(spans)
        return found


def chunk(document: Document) -> Chunked:
    """Cut ``document`` into passages of whole sentences, with their resolved time expressions."""
    seen = plain(document.text)
    sentences = evidence_sentences(document)
    expressions = [
        replace(found, text=document.text[start:end], start=start, end=end)
        for found in resolve(seen.text, document.published)
        for start, end in [seen.original(found.start, found.end)]
    ]
    passages: list[Passage] = []
    version = document.content_hash()[:12]
    groups = [tuple(group) for group in _groups(document.text, sentences)]
    for number, group in enumerate(groups):
        start, end = group[0][0], group[-1][1]
        passages.append(
            Passage(
                passage_id=f"{document.doc_id}@{version}#{number}",
                doc_id=document.doc_id,
                start=start,
                end=end,
                text=document.text[start:end],
                title=document.title,
                source=document.source,
                published=document.published,
                published_from=document.published_from,
                url=document.url,
                page=document.page_of(start),
                dates=_within(expressions, start, end),
                metadata=document.metadata,
            )
        )
    texts = [tuple(seen.text[slice(*seen.shown(*span))] for span in group) for group in groups]
    embedded = tuple(f"{heading(document)}\n{' '.join(group)}" for group in texts)
    copied = signature(seen.text, [seen.shown(*span) for span in document.furniture])
    return Chunked(document, tuple(passages), tuple(groups), tuple(texts), embedded, copied)


def heading(document: Document) -> str:
    """Return the line put in front of every embedded passage: title, source and date.

    MultiHop-RAG (Tang and Yang 2024) finds evidence by its source and date; inside the embedded
    text they can be matched.
    """
    parts = (document.title, document.source, (document.published or "")[:10])
    return ". ".join(part for part in parts if part)


def evidence_sentences(document: Document) -> list[Span]:
    """Return the sentence spans of ``document`` that are not web furniture.

    Furniture is cut out before sentences are split, so that a share button or a heading is never
    glued to a sentence.
    """
    seen = plain(document.text)
    spans: list[Span] = []
    position = 0
    for start, end in (*(seen.shown(*span) for span in document.furniture), (len(seen.text), len(seen.text))):
        if start > position:
            spans.extend(seen.original(position + s, position + e) for s, e in split(seen.text[position:start]))
        position = max(position, end)
    return spans


def _groups(text: str, sentences: Sequence[Span]) -> Iterator[list[Span]]:
    group: list[Span] = []
    words = 0
    for start, end in (part for sentence in sentences for part in _parts(text, sentence)):
        count = len(text[start:end].split())
        if group and (words + count > _WORDS or start - group[-1][1] > _JOIN_GAP):
            yield group
            group, words = [], 0
        group.append((start, end))
        words += count
    if group:
        yield group


def _parts(text: str, sentence: Span) -> Iterator[Span]:
    """Cut a sentence that is longer than a passage at white space; others come back whole."""
    start, end = sentence
    if end - start <= _WORDS * 4:
        yield sentence
        return
    limit = _WORDS * 6
    while end - start > limit:
        space = max(text.rfind(" ", start + 1, start + limit), text.rfind("\n", start + 1, start + limit))
        cut = space if space > start else start + limit
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _within(expressions: Sequence[TimeExpression], start: int, end: int) -> tuple[TimeExpression, ...]:
    # They stand in the order of the text.
    first = bisect_left(expressions, start, key=attrgetter("start"))
    last = bisect_left(expressions, end, key=attrgetter("start"))
    return tuple(e for e in expressions[first:last] if e.end <= end)
