"""Articles -> store: what is new, changed or gone, in batches that survive a kill."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from dateline.index.building.pipeline import Made, Origin, Pipeline, Task
from dateline.index.documents import Document
from dateline.index.errors import LoadError
from dateline.index.keeping.store import Store
from dateline.index.reading.loaders import LOADING, Found, SourceFile, find, scan


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
        self.seen: dict[str, str] = {}
        self.digests = store.catalogue.digests()

    def run(self, paths: Sequence[Path]) -> None:
        """Read and write what is new or changed under ``paths``."""
        files = list(scan(paths, on_error=self.report.failed.append))
        self.progress.start(sum(file.size for file in files))
        known = self.store.catalogue.files()
        self.work(task for file in files for task in self._tasks(file, known))

    def _tasks(self, file: SourceFile, known: dict[str, tuple[str, list[str]]]) -> Iterator[Task]:
        """Yield what is to be done about a file, and in the end that it has come to its end."""
        origin = Origin(str(file.path.resolve()), size=file.size)
        try:
            digest = f"{LOADING} {file.digest()}"
        except OSError as error:
            self._fail(origin, LoadError(str(file.path), f"cannot be read ({error.strerror}); check its permissions"))
            yield Task(origin)
            return
        before = known.get(origin.name)
        if before and before[0] == digest and all(i in self.hashes and i not in self.seen for i in before[1]) and (
            file.is_collection or before[1] == [file.doc_id]
        ):  # fmt: skip
            self.seen.update(dict.fromkeys(before[1], origin.name))
            self.report.unchanged += len(before[1])
            yield Task(origin)
            return
        origin.digest = digest
        if not file.is_collection:
            yield from self.task(origin, file, str(file.path))
        else:
            for found in find(file, on_error=lambda error: self._fail(origin, error)):
                yield from self.task(origin, found, found.where)
        yield Task(origin)

    def task(self, origin: Origin, article: SourceFile | Found | Document, where: str) -> Iterator[Task]:
        """Yield the task of an article, none if its id has been met before."""
        doc_id = article.doc_id
        if doc_id in self.seen:
            why = f"the doc_id {doc_id!r} was already read from {self.seen[doc_id]}; give it another"
            self._fail(origin, LoadError(where, why))
            return
        self.seen[doc_id] = origin.name
        yield Task(origin, doc_id, article, self.digests.get(doc_id, ""), self.hashes.get(doc_id, ""))

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
                else:
                    self._count(task, made)
            # Only a file without a fault is skipped next time, so that faults are told every time.
            sound = [(file.name, file.digest, file.doc_ids) for file in ended if file.digest and file.sound]
            if sound:
                self.store.catalogue.remember_files(sound)
            for file in ended:
                self.progress.advance(file.size, self.report)

    def _count(self, task: Task, made: Made) -> None:
        if made.fault:
            self._fail(task.origin, made.fault)
            del self.seen[task.doc_id]
            return
        task.origin.doc_ids.append(task.doc_id)
        if not made.entry:
            self.report.unchanged += 1
        elif task.known_hash:
            self.report.updated += 1
        else:
            self.report.added += 1

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
        roots = {path.resolve() for path in paths if path.exists() or str(path.resolve()) in files}
        unread = self._unread()
        gone = []
        for doc_id, origin in origins.items():
            if not origin or doc_id in self.seen:
                continue
            places = {Path(origin), *Path(origin).parents}
            if places & roots and not places & unread:
                gone.append(doc_id)
        if gone:
            self.store.remove(gone)
            self.report.removed = len(gone)

    def _unread(self) -> set[Path]:
        """Return what is there but could not be read: files and folders whose documents keep their last good state."""
        named = {name for error in self.report.failed for name in (error.where, error.where.rsplit(":", 1)[0])}
        return {Path(name).resolve() for name in named if _is_kept_back(Path(name))}


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
