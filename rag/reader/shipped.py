"""A reader by its name: "" what ships, "off" none, else a question-answering model's path or hub name."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache

from dateline.index.vectors.forks import leave_be, tell_of_forks
from dateline.rag.reader.reading import Reader, Reading, Window

OFF = "off"


@cache
def open_reader(name: str = "") -> Reader | None:
    """Return the reader of that name, loaded when it first reads; None for "off"."""
    return None if name == OFF else Lazy(name)


class Lazy:
    """A reader that is loaded when it first reads, once in a process."""

    def __init__(self, name: str) -> None:
        self.name = name or "dateline"
        self._wanted = name
        self._loaded: Reader | None = None
        self._guard = threading.Lock()
        tell_of_forks(self)

    def __reduce__(self) -> tuple[object, ...]:
        """Say how to open it again in another process."""
        return open_reader, (self._wanted,)

    def forked(self) -> None:
        """Load it anew when it reads: the threads of what the parent loaded are not in this process."""
        leave_be(self._loaded)
        self._loaded = None
        self._guard = threading.Lock()

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """Read every window for a question."""
        with self._guard:
            if self._loaded is None:
                self._loaded = _load(self._wanted)
        return self._loaded.read(question, windows)


def _load(name: str) -> Reader:
    if name:
        from dateline.rag.reader.transformers import TransformersReader

        return TransformersReader(name)
    from dateline.index.vectors.packaged import packaged_folder
    from dateline.rag.reader.model import MiniLMReader

    return MiniLMReader(packaged_folder())
