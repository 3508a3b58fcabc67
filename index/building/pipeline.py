"""Articles that were found -> entries ready to be written: read, cut, dated and embedded.

What is to be done comes in as a stream of tasks, what has been done goes out as a stream of batches
in the same order. ``LocalPipeline`` works in this process; ``dateline.index.building.ray_workers`` spreads the same
work over a cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from dateline.index.documents import Document
from dateline.index.errors import LoadError
from dateline.index.keeping.store import Entry
from dateline.index.prose.chunking import chunk
from dateline.index.reading.loaders import Found, SourceFile, find
from dateline.index.vectors.embedding import Embedder, encode_passages
from dateline.index.vectors.pooling import Vectors, quantise

_PASSAGES = 256
"""Passages embedded together: enough to sort by length and to fill the processors."""
_TASKS = 512
"""Tasks in a batch at most, so that progress is told where there is nothing to embed either."""


@dataclass
class Origin:
    """A file while it is being worked on: what it was made of, which documents it holds, whether it had a fault.

    ``whole``: it holds all that it ever will, so that what is no longer in it is gone; ``added`` of its documents are new.
    """

    name: str = ""
    digest: str = ""
    size: int = 0
    doc_ids: list[str] = field(default_factory=list)
    sound: bool = True
    whole: bool = True
    added: int = 0


class Task(NamedTuple):
    """Something to be made into an entry; without an ``article`` it says that its origin has come to its end.

    ``known_digest`` and ``known_hash`` are those of the stored document of this id, if there is one.
    """

    origin: Origin
    doc_id: str = ""
    article: SourceFile | Found | Document | None = None
    known_digest: str = ""
    known_hash: str = ""


class Made(NamedTuple):
    """What has become of a task: an entry or a fault; neither where the stored document still holds.

    ``warnings`` name what was left out of an article that was read all the same.
    """

    entry: Entry | None = None
    fault: LoadError | None = None
    warnings: tuple[LoadError, ...] = ()


class Batch(NamedTuple):
    """Tasks in order, what has become of each, and a row of ``vectors`` for each passage of the entries."""

    tasks: Sequence[Task]
    made: Sequence[Made]
    vectors: Vectors


class Pipeline(Protocol):
    """What makes entries of articles."""

    def batches(self, tasks: Iterable[Task]) -> Iterator[Batch]:
        """Yield what the tasks have become, in their order."""
        ...


class LocalPipeline:
    """Works in this process."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def batches(self, tasks: Iterable[Task]) -> Iterator[Batch]:
        """Yield what the tasks have become, some 256 passages at a time."""
        taken: list[Task] = []
        made: list[Made] = []
        passages = 0
        for task in tasks:
            taken.append(task)
            made.append(make(task))
            entry = made[-1].entry
            passages += len(entry.chunked.passages) if entry else 0
            if passages >= _PASSAGES or len(taken) == _TASKS:
                yield finished(taken, made, self.embedder)
                taken, made, passages = [], [], 0
        if taken:
            yield finished(taken, made, self.embedder)


def make(task: Task) -> Made:
    """Read and cut the article of a task, unless the stored document still holds."""
    digest = ""
    warnings: tuple[LoadError, ...] = ()
    try:
        match task.article:
            case None:
                return Made()
            case Document() as document:
                where = task.doc_id
            case SourceFile() | Found() as article:
                found = _found(article) if isinstance(article, SourceFile) else article
                digest, where = found.digest(), found.where
                if digest == task.known_digest:
                    return Made()
                document = replace(found.document(), doc_id=task.doc_id)
                warnings = tuple(LoadError(where, why) for why in found.article.warnings)
    except LoadError as error:
        return Made(fault=error)
    if document.content_hash() == task.known_hash:
        return Made(warnings=warnings)
    chunked = chunk(document)
    if not chunked.passages:
        return Made(fault=LoadError(where, f"{document.doc_id} holds no text to search; nothing was indexed"))
    return Made(Entry(chunked, task.origin.name, digest), warnings=warnings)


def _found(file: SourceFile) -> Found:
    faults: list[LoadError] = []
    for found in find(file, on_error=faults.append):
        return found
    raise faults[0]


def finished(tasks: Sequence[Task], made: Sequence[Made], embedder: Embedder) -> Batch:
    """Embed what has been made."""
    entries, vectors = embedded([one.entry for one in made if one.entry], embedder)
    complete = iter(entries)
    return Batch(tasks, [one._replace(entry=next(complete)) if one.entry else one for one in made], vectors)


def embedded(entries: Sequence[Entry], embedder: Embedder) -> tuple[list[Entry], Vectors]:
    """Return the entries with their sentences' vectors, and the vectors of all their passages in order."""
    texts = [text for entry in entries for text in entry.chunked.embedded]
    spans = [some for entry in entries for some in entry.chunked.spans]
    vectors, sentences = encode_passages(embedder, texts, spans)
    if sentences is None:
        return list(entries), vectors
    quantised = iter([quantise(some) for some in sentences])
    return [
        entry._replace(sentences=tuple(next(quantised) for _ in entry.chunked.passages)) for entry in entries
    ], vectors
