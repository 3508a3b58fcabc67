"""A file that tells of searches that a crash cut off: a byte for each process, not 0 while it searches.

It costs two writes of a byte a search, into memory that the operating system keeps, so that the byte outlives the
process. The file itself is never locked or removed in passing: processes share it, each at a place drawn by lot.
"""

from __future__ import annotations

import secrets
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

SEARCHING = "vectors.searching"
_PLACES = 4096
"""So many that two processes hardly ever share one; then a search of the one can hide that the other's was cut off."""
_SECONDS = 2.0
"""A byte that stays as it is for so long belongs to no search, or to a very slow one."""
_PAUSE = 0.02


class Searching:
    """The searches of this process over the vectors of a folder; ``path`` is the file, beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._place = secrets.randbelow(_PLACES)
        self._guard = threading.Lock()
        self._under_way = 0
        self._count = 0
        self._file: BinaryIO | None = None
        self._useless = False

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note a search while it lasts; where nothing can be written, it is not noted."""
        self._change(1)
        try:
            yield
        finally:
            self._change(-1)

    def _change(self, by: int) -> None:
        with self._guard:
            self._under_way += by
            self._count += 1
            if self._useless:
                return
            try:
                if self._file is None:
                    self._file = _opened(self.path)
                    weakref.finalize(self, self._file.close)
                self._file.seek(self._place)
                # Another value each time: who looks on sees that the process lives.
                self._file.write(bytes([1 + self._count % 255 if self._under_way else 0]))
            except OSError:
                self._useless = True

    def cut_off(self) -> bool:
        """Return whether a search of some process has been cut off, by a crash or a kill."""
        waiting = _noted(self.path)
        until = time.monotonic() + _SECONDS
        while waiting and time.monotonic() < until:
            time.sleep(_PAUSE)
            now = _noted(self.path)
            waiting = {place: value for place, value in waiting.items() if now.get(place) == value}
        return bool(waiting)

    def forget(self) -> None:
        """Forget what was cut off; a search under way is noted no more."""
        with suppress(OSError), self.path.open("r+b", buffering=0) as file:
            file.write(bytes(_PLACES))


def _opened(path: Path) -> BinaryIO:
    with suppress(FileExistsError):
        path.open("xb").close()
    return path.open("r+b", buffering=0)


def _noted(path: Path) -> dict[int, int]:
    """Where bytes are not 0, and what they are."""
    try:
        return {place: value for place, value in enumerate(path.read_bytes()[:_PLACES]) if value}
    except OSError:
        return {}
