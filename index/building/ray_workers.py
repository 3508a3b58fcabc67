"""A Ray cluster that reads, cuts and embeds articles; this process alone writes.

Groups of tasks go to the cluster, a few more than it has processors, and what they have become is
taken back in order. A group depends on nothing but its own articles' bytes, so Ray can do it again
on another machine where a worker is lost: nothing is written before it has come back whole, and
nothing comes back twice.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Self

from dateline.index.building.pipeline import Batch, Made, Origin, Task, finished, make
from dateline.index.documents import Document
from dateline.index.errors import ClusterError, DatelineError, LoadError, UsageError, first_line
from dateline.index.prose.chunking import CHUNKING
from dateline.index.reading.loaders import LOADING, MAX_BYTES, Found, SourceFile
from dateline.index.vectors.embedding import Embedder, PackagedEmbedder, SentenceTransformerEmbedder, open_embedder
from dateline.index.vectors.pooling import Vectors

_BYTES = 60_000
"""Bytes of articles in a group: some 70 passages, a few seconds of one processor."""
_TASKS = 256
"""Tasks in a group at most."""
_RETRIES = 5
"""So often a group is begun again after the worker that had it was lost."""
_CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 60.0
"""A cluster without a single processor for so long is given up."""
_RULES = (LOADING, CHUNKING)
"""What every machine of the cluster must agree on."""


class Parcel(NamedTuple):
    """A task with the bytes of its files by name, so that a worker needs no file system of ours."""

    task: Task
    files: dict[str, bytes]


class RayPipeline:
    """Has articles made into entries by a Ray cluster; a context manager that lets go of the cluster."""

    def __init__(self, address: str, embedder: Embedder) -> None:
        """Connect to the cluster at ``address`` (``HOST:PORT``, ``ray://HOST:PORT`` or ``auto``).

        Raises UsageError where Ray is not installed, ClusterError where no cluster answers.
        """
        try:
            import ray
        except ModuleNotFoundError as error:
            raise UsageError("--ray needs Ray, which is an extra; pip install 'dateline[ray]'") from error
        self.address = address
        self.embedder = embedder
        self._ray: Any = ray
        _knock(address)
        # Workers without a GPU of their own leave the variables of GPUs alone, and Ray need not announce it.
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        try:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise _unreachable(address, first_line(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ray.shutdown()

    def batches(self, tasks: Iterable[Task]) -> Iterator[Batch]:
        """Yield what the tasks have become, in their order. Raises ClusterError where the cluster fails."""
        remote = self._ray.remote(num_cpus=1, max_retries=_RETRIES)(work)
        model = self._model()
        ahead = 2 * max(2, round(self._processors()))
        waiting: deque[tuple[list[Task], Any]] = deque()
        for group in _groups(tasks):
            parcels = [_parcel(task) for task in group if task.article is not None]
            waiting.append((group, remote.remote(parcels, model, _RULES) if parcels else None))
            while len(waiting) > ahead or (waiting and waiting[0][1] is None):
                yield self._taken(*waiting.popleft())
        while waiting:
            yield self._taken(*waiting.popleft())

    def _taken(self, tasks: list[Task], reference: Any) -> Batch:
        if reference is None:
            return finished(tasks, [Made()] * len(tasks), self.embedder)
        made, vectors = self._get(reference)
        each = iter(made)
        return Batch(tasks, [next(each) if task.article is not None else Made() for task in tasks], vectors)

    def _get(self, reference: Any) -> tuple[list[Made], Vectors]:
        """Wait for a group's result for as long as the cluster has processors."""
        exceptions = self._ray.exceptions
        last = time.monotonic()
        while True:
            try:
                result: tuple[list[Made], Vectors] = self._ray.get(reference, timeout=5)
                return result
            except exceptions.GetTimeoutError as error:
                if self._processors() > 0:
                    last = time.monotonic()
                elif time.monotonic() - last > _IDLE_SECONDS:
                    raise _failed(self.address, "it has lost its last worker") from error
            except exceptions.RayTaskError as error:
                if isinstance(error.cause, DatelineError):
                    raise error.cause from error
                raise _failed(self.address, first_line(error.cause or error)) from error
            except exceptions.RayError as error:
                raise _failed(self.address, first_line(error)) from error

    def _processors(self) -> float:
        return float(self._ray.cluster_resources().get("CPU", 0))

    def _model(self) -> Any:
        """Return what tells workers the embedder: its name, or a reference to the object itself."""
        if isinstance(self.embedder, PackagedEmbedder | SentenceTransformerEmbedder):
            return self.embedder.name
        try:
            return self._ray.put(self.embedder)
        except TypeError as error:
            raise UsageError(
                f"the embedder {self.embedder.name!r} cannot be sent to a Ray cluster; leave out --ray"
            ) from error


def work(parcels: Sequence[Parcel], model: str | Embedder, rules: tuple[str, str]) -> tuple[list[Made], Vectors]:
    """Do a group of tasks: what a worker of the cluster runs."""
    if rules != _RULES:
        raise ClusterError(
            f"a machine of the Ray cluster, {socket.gethostname()}, has another version of dateline ({_RULES} instead "
            f"of {rules}); install the same one everywhere"
        )
    embedder = _opened(model) if isinstance(model, str) else model
    tasks = [parcel.task for parcel in parcels]
    batch = finished(tasks, [_made(parcel) for parcel in parcels], embedder)
    return list(batch.made), batch.vectors


@cache
def _opened(name: str) -> Embedder:
    """Open an embedder once in the life of a worker."""
    return open_embedder(name)


def _made(parcel: Parcel) -> Made:
    task, file = parcel.task, parcel.task.article
    if not isinstance(file, SourceFile):
        return make(task)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for beside, data in parcel.files.items():
            (folder / beside).write_bytes(data)
        sidecar = folder / file.sidecar.name if file.sidecar else None
        made = make(task._replace(article=replace(file, path=folder / file.path.name, sidecar=sidecar)))
    # A worker reads a copy; what is told names the file itself.
    return made._replace(
        fault=LoadError(str(file.path), made.fault.why) if made.fault else None,
        warnings=tuple(LoadError(str(file.path), warning.why) for warning in made.warnings),
    )


def _groups(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    group: list[Task] = []
    size = 0
    for task in tasks:
        group.append(task)
        size += _size(task)
        if size >= _BYTES or len(group) == _TASKS:
            yield group
            group, size = [], 0
    if group:
        yield group


def _size(task: Task) -> int:
    match task.article:
        case None:
            return 0
        case SourceFile() as file:
            return file.size
        case Found() as found:
            return len(found.article.text)
        case Document() as document:
            return len(document.text)


def _parcel(task: Task) -> Parcel:
    """Return a task with its files; what cannot be read or is too large is found missing or refused by the worker."""
    files: dict[str, bytes] = {}
    if isinstance(task.article, SourceFile) and task.article.size <= MAX_BYTES:
        for path in filter(None, (task.article.path, task.article.sidecar)):
            try:
                files[path.name] = path.read_bytes()
            except OSError:
                break
    return Parcel(task._replace(origin=Origin(task.origin.name)), files)


def _knock(address: str) -> None:
    """Raise ClusterError unless something listens at ``HOST:PORT``: Ray itself waits for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS).close()
    except (OSError, ValueError, OverflowError) as error:
        raise _unreachable(address, first_line(error)) from error


def _unreachable(address: str, why: str) -> ClusterError:
    return ClusterError(
        f"no Ray cluster answers at {address} ({why}); start one with: ray start --head, or leave out --ray"
    )


def _failed(address: str, why: str) -> ClusterError:
    return ClusterError(
        f"the Ray cluster at {address} could not do the work ({why}); what was reported is stored, run the command "
        "again when dateline works on every machine of it"
    )
