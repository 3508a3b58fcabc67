"""A reader by its name: "" what ships, "off" none, else a question-answering model's path or hub name."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache

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
