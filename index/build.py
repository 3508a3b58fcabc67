"""Articles -> store: what is new, changed or gone, in batches that survive a kill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from index.chunking import chunk
from index.documents import Document
from index.embedding import Embedder, encode_passages
from index.errors import LoadError
from index.loaders import LOADING, Found, SourceFile, find, scan
from index.pooling import Vectors, quantise
from index.store import Entry, Store

_BATCH = 256
"""Passages embedded and written together: enough to sort by length and to fill the processors."""


class Progress(Protocol):
    """What is told of long work, called from the working thread."""

    def start(self, total_bytes: int) -> None:
        """Articles of this many bytes in all are about to be read."""

    def advance(self, read_bytes: int, report: Report) -> None:
        """So many more bytes have been dealt with; ``report`` says what has become of them so far."""

    def finish(self) -> None:
        """The work has ended, one way or another."""


class Silent:
    """Progress that tells nobody."""

    def start(self, total_bytes: int) -> None:
        """Do nothing."""

    def advance(self, read_bytes: int, report: Report) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""


@dataclass
class Report:
    """What a run of ``build`` did, in numbers of documents; ``failed`` names each failed item and why."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: list[LoadError] = field(default_factory=list)
    interrupted: bool = False

    def __str__(self) -> str:
        counts = f"added {self.added}, updated {self.updated}, unchanged {self.unchanged}, removed {self.removed}"
        return f"{counts}, failed {len(self.failed)}" + (
            " (interrupted: the rest was not looked at)" if self.interrupted else ""
        )

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "failed": [{"where": error.where, "error": error.why} for error in self.failed],
            "interrupted": self.interrupted,
        }


def build(
    store: Store,
    embedder: Embedder,
    paths: Iterable[str | Path],
    *,
    prune: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Bring the store up to date with the articles under ``paths``.

    ``prune`` also removes documents that were once read from these paths and are no longer there.
    Ctrl-C ends the run after the current step: what is reported as done is in the index.
    """
    given = [Path(path) for path in paths]
    with store.writing():
        # What is there is read under the lock, when no other writer can change it any more.
        builder = _Builder(store, embedder, progress or Silent())
        try:
            builder.run(given)
            if prune:
                builder.prune(given)
        except KeyboardInterrupt:
            builder.report.interrupted = True
        finally:
            builder.progress.finish()
        builder.close()
    return builder.report


def build_documents(store: Store, embedder: Embedder, documents: Iterable[Document], *, origin: str = "") -> Report:
    """Add or update documents made by a program."""
    with store.writing():
        builder = _Builder(store, embedder, Silent())
        for document in documents:
            builder.take(document, origin)
        builder.flush()
        builder.close()
    return builder.report


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


class _Builder:
    def __init__(self, store: Store, embedder: Embedder, progress: Progress) -> None:
        self.store = store
        self.embedder = embedder
        self.progress = progress
        self.report = Report()
        self.hashes = store.catalogue.hashes()
        self.seen: dict[str, str] = {}
        self.digests = store.catalogue.digests()
        self.pending: list[Entry] = []
        self.finished: list[tuple[str, str, list[str]]] = []

    def run(self, paths: Sequence[Path]) -> None:
        failures = self.report.failed
        files = list(scan(paths, on_error=failures.append))
        self.progress.start(sum(file.size for file in files))
        known = self.store.catalogue.files()
        for file in files:
            self._take_file(file, known)
            self.progress.advance(file.size, self.report)
        self.flush()

    def _take_file(self, file: SourceFile, known: dict[str, tuple[str, list[str]]]) -> None:
        origin = str(file.path.resolve())
        try:
            digest = f"{LOADING} {file.digest()}"
        except OSError as error:
            self.report.failed.append(
                LoadError(str(file.path), f"cannot be read ({error.strerror}); check its permissions")
            )
            return
        before = known.get(origin)
        if before and before[0] == digest and all(i in self.hashes and i not in self.seen for i in before[1]) and (
            file.is_collection or before[1] == [file.doc_id]
        ):  # fmt: skip
            self.seen.update(dict.fromkeys(before[1], origin))
            self.report.unchanged += len(before[1])
            return
        failed = len(self.report.failed)
        taken: list[str] = []
        for found in find(file, on_error=self.report.failed.append):
            if self._take_found(found, origin):
                taken.append(found.doc_id)
        if len(self.report.failed) == failed:
            # Only a file without a fault is skipped next time, so that faults are told every time.
            self.finished.append((origin, digest, taken))

    def _take_found(self, found: Found, origin: str) -> bool:
        """Take an article of a file; one that stands there as it did last time is not even looked at."""
        digest = found.digest()
        if found.doc_id not in self.seen and self.digests.get(found.doc_id) == digest:
            self.seen[found.doc_id] = origin
            self.report.unchanged += 1
            return True
        try:
            return self.take(found.document(), origin, digest, found.where)
        except LoadError as error:
            self.report.failed.append(error)
            return False

    def take(self, document: Document, origin: str, digest: str = "", where: str = "") -> bool:
        """Queue a document if it is new or changed; return whether it was taken."""
        if document.doc_id in self.seen:
            why = f"the doc_id {document.doc_id!r} was already read from {self.seen[document.doc_id]}; give it another"
            self.report.failed.append(LoadError(where or document.doc_id, why))
            return False
        self.seen[document.doc_id] = origin
        before = self.hashes.get(document.doc_id)
        if before == document.content_hash():
            self.report.unchanged += 1
            return True
        chunked = chunk(document)
        if not chunked.passages:
            self.report.failed.append(
                LoadError(origin, f"{document.doc_id} holds no text to search; nothing was indexed")
            )
            del self.seen[document.doc_id]
            return False
        self.pending.append(Entry(chunked, origin, digest))
        if sum(len(entry.chunked.passages) for entry in self.pending) >= _BATCH:
            self.flush()
        return True

    def flush(self) -> None:
        """Embed and write what is pending; only then count it."""
        if self.pending:
            entries, vectors = embedded(self.pending, self.embedder)
            self.store.write(entries, vectors)
            for entry in self.pending:
                document = entry.chunked.document
                if document.doc_id in self.hashes:
                    self.report.updated += 1
                else:
                    self.report.added += 1
                self.hashes[document.doc_id] = document.content_hash()
            self.pending.clear()
        if self.finished:
            self.store.catalogue.remember_files(self.finished)
            self.finished.clear()

    def close(self) -> None:
        """See which documents are copies of each other, if any has changed."""
        if self.report.added + self.report.updated + self.report.removed:
            self.store.catalogue.recluster()

    def prune(self, paths: Sequence[Path]) -> None:
        """Remove documents that came from ``paths`` and were not met this time."""
        roots = [path.resolve() for path in paths]
        failed = {str(Path(error.where.rsplit(":", 1)[0]).resolve()) for error in self.report.failed}
        gone = [
            doc_id
            for doc_id, origin in self.store.catalogue.origins().items()
            # A file that is there but could not be read keeps its last good state.
            if origin and doc_id not in self.seen and not (origin in failed and Path(origin).exists())
            and any(Path(origin) == root or root in Path(origin).parents for root in roots)
        ]  # fmt: skip
        if gone:
            self.store.remove(gone)
            self.report.removed = len(gone)
