"""Articles -> store: what is new, changed or gone, in batches that survive a kill."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Protocol

from dateline.index.building.pipeline import Made, Origin, Pipeline, Task
from dateline.index.building.places import Places, place, places_of
from dateline.index.documents import Document
from dateline.index.errors import LoadError
from dateline.index.keeping.store import Store
from dateline.index.reading.articles import storable
from dateline.index.reading.loaders import LOADING, Found, SourceFile, already_read, find, scan


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
    """What adding articles did, in numbers of documents; ``failed`` names each failed item and why.

    ``warnings`` name what was left out of articles that are indexed all the same, such as a date that names no day.

    >>> from dateline.index import Index
    >>> index = Index.open("news")
    >>> report = index.add("seeds/")
    >>> report.added, report.failed
    (2, [])
    >>> print(report)
    added 2, updated 0, unchanged 0, removed 0, failed 0
    >>> index.close()
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: list[LoadError] = field(default_factory=list)
    warnings: list[LoadError] = field(default_factory=list)
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
            "warnings": [{"where": error.where, "warning": error.why} for error in self.warnings],
            "interrupted": self.interrupted,
        }


def build(
    store: Store,
    pipeline: Pipeline,
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
        builder = _Builder(store, pipeline, progress or Silent())
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


def build_documents(store: Store, pipeline: Pipeline, documents: Iterable[Document], *, origin: str = "") -> Report:
    """Add or update documents made by a program."""
    with store.writing():
        builder = _Builder(store, pipeline, Silent())
        builder.work(task for document in documents for task in builder.task(Origin(origin), document, document.doc_id))
        builder.close()
    return builder.report


class _Builder:
    def __init__(self, store: Store, pipeline: Pipeline, progress: Progress) -> None:
        self.store = store
        self.pipeline = pipeline
        self.progress = progress
        self.report = Report()
        self.hashes = store.catalogue.hashes()
        self.digests = store.catalogue.digests()
        self.places = Places(store.catalogue.origins())
        self.seen: dict[str, str] = {}
        self.said: dict[str, int] = {}

    def run(self, paths: Sequence[Path]) -> None:
        """Read and write what is new or changed under ``paths``."""
        files = list(scan(paths, on_error=self.report.failed.append))
        self.progress.start(sum(file.size for file in files))
        known = self.store.catalogue.files()
        self.work(task for file in files for task in self._tasks(file, known))

    def _tasks(self, file: SourceFile, known: dict[str, tuple[str, list[str]]]) -> Iterator[Task]:
        """Yield what is to be done about a file, and in the end that it has come to its end."""
        origin = Origin(place(file.path), size=file.size)
        try:
            digest = f"{LOADING} {file.digest()}"
            several = file.holds_several()
        except OSError as error:
            self._fail(origin, LoadError(str(file.path), f"cannot be read ({error.strerror}); check its permissions"))
            yield Task(origin)
            return
        own = self.places.own_id(file, origin.name, self.seen, lambda other: known.get(other, ("",))[0] == digest)
        before = known.get(origin.name)
        if before and before[0] == digest and all(i in self.hashes and i not in self.seen for i in before[1]) and (
            several or before[1] == [own]
        ):  # fmt: skip
            self.seen.update(dict.fromkeys(before[1], origin.name))
            self.report.unchanged += len(before[1])
            yield Task(origin)
            return
        origin.digest = digest
        # A feed lets go of its older items as it goes on.
        origin.whole = not file.is_feed
        if not several:
            yield from self.task(origin, replace(file, doc_id=own), str(file.path))
        else:
            for found in find(file, on_error=lambda error: self._fail(origin, error)):
                named = found.doc_id.partition(file.doc_id)
                if not named[0] and named[1] and (not named[2] or named[2].startswith("#")):
                    found = replace(found, doc_id=own + named[2])
                yield from self.task(origin, found, found.where)
        yield Task(origin)

    def task(self, origin: Origin, article: SourceFile | Found | Document, where: str) -> Iterator[Task]:
        """Yield the task of an article, none if it has been met before.

        What archives repeat is no fault: one line twice, one item in two feeds. Another text under a derived id (an
        address) is another document; under a given one it is an error.
        """
        doc_id = article.doc_id
        text = hash(article.article.text) if isinstance(article, Found) else 0
        if doc_id in self.seen and isinstance(article, Found) and self._is_known(article, text):
            origin.doc_ids.append(doc_id)
            return
        if doc_id in self.seen and isinstance(article, Found) and article.derived:
            article = replace(article, doc_id=f"{doc_id}-{article.text_digest()[:8]}")
            doc_id = article.doc_id
            if doc_id in self.seen:
                return
        if doc_id in self.seen:
            self._fail(origin, LoadError(where, already_read(doc_id, self.seen[doc_id])))
            return
        self.seen[doc_id] = origin.name
        self.said[doc_id] = text
        yield Task(origin, doc_id, article, self.digests.get(doc_id, ""), self.hashes.get(doc_id, ""))

    def _is_known(self, found: Found, text: int) -> bool:
        """Whether the document met before under the id of an article says the same."""
        if found.doc_id in self.said:
            return self.said[found.doc_id] == text
        # Its file was passed over as unchanged.
        return found.doc_id in self.hashes and self.store.document(found.doc_id).text == storable(found.article.text)

    def work(self, tasks: Iterable[Task]) -> None:
        """Have tasks done and write what comes of them; only then count it."""
        for batch in self.pipeline.batches(tasks):
            entries = [made.entry for made in batch.made if made.entry]
            if entries:
                self.store.write(entries, batch.vectors)
            ended = []
            for task, made in zip(batch.tasks, batch.made, strict=True):
                if task.article is None:
                    ended.append(task.origin)
                    self._replace(task.origin)
                else:
                    self._count(task, made)
            # Only a file without a fault is skipped next time, so that faults are told every time.
            sound = [
                (file.name, file.digest, list(dict.fromkeys(file.doc_ids)))
                for file in ended
                if file.digest and file.sound
            ]
            if sound:
                self.store.catalogue.remember_files(sound)
            if self.places.moved:
                self.store.move(self.places.moved)
                self.places.moved.clear()
            for file in ended:
                self.progress.advance(file.size, self.report)

    def _count(self, task: Task, made: Made) -> None:
        if made.fault:
            self._fail(task.origin, made.fault)
            del self.seen[task.doc_id]
            return
        task.origin.doc_ids.append(task.doc_id)
        self.report.warnings.extend(made.warnings)
        if not made.entry:
            self.places.keep(task.doc_id, task.origin.name)
        if not made.entry:
            self.report.unchanged += 1
        elif task.known_hash:
            self.report.updated += 1
        else:
            self.report.added += 1
            task.origin.added += 1

    def _replace(self, origin: Origin) -> None:
        """Remove what a file held before and holds no longer: a corrected record replaces what it was."""
        if not origin.sound or not origin.digest or not origin.whole:
            return
        gone = [doc_id for doc_id in self.places.of(origin.name) if doc_id not in self.seen and doc_id in self.hashes]
        if gone:
            self.store.remove(gone)
            for doc_id in gone:
                self.places.forget(doc_id)
            # What is new in the file and what is gone from it are one record, corrected.
            corrected = min(len(gone), origin.added)
            self.report.added -= corrected
            self.report.updated += corrected
            self.report.removed += len(gone) - corrected

    def _fail(self, origin: Origin, error: LoadError) -> None:
        origin.sound = False
        self.report.failed.append(error)

    def close(self) -> None:
        """See which documents are copies of each other, if any has changed, also in a run that was killed."""
        if self.report.added + self.report.updated + self.report.removed or not self.store.catalogue.is_clustered():
            self.store.catalogue.recluster()

    def prune(self, paths: Sequence[Path]) -> None:
        """Remove documents that came from ``paths`` and were not met this time.

        Of a folder that is not there at all nothing is removed: a drive that is not mounted is no deletion.
        """
        origins = self.store.catalogue.origins()
        files = set(origins.values())
        roots = {name for path in paths for name in places_of(path) if path.exists() or name in files}
        unread = self._unread()
        gone = []
        for doc_id, origin in origins.items():
            if not origin or doc_id in self.seen:
                continue
            above = {origin, *map(str, PurePath(origin).parents)}
            if above & roots and not above & unread:
                gone.append(doc_id)
        if gone:
            self.store.remove(gone)
            self.report.removed += len(gone)

    def _unread(self) -> set[str]:
        """Return what is there but could not be read: files and folders whose documents keep their last good state."""
        named = {name for error in self.report.failed for name in (error.where, error.where.rsplit(":", 1)[0])}
        return {place for name in named if _is_kept_back(Path(name)) for place in places_of(Path(name))}


def _is_kept_back(path: Path) -> bool:
    """Whether something that could not be read is there all the same; an empty folder has been read."""
    try:
        if path.is_dir():
            os.scandir(path).close()
            return False
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
