"""Where documents were read from, and which id a file's document has.

A file's id is its path relative to the folder that was given. Two files may have the same one, in folders that were
given at different times; then the second gets the name of its own folder in front. A file that was read before keeps
its id, whatever folder is given; one that was moved, its old place being empty, is the same document.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Container, Mapping
from itertools import count
from pathlib import Path

from dateline.index.reading.loaders import SourceFile


def place(path: Path) -> str:
    """Return a file's own place, links not followed, as it can be stored: a name need not be UTF-8."""
    return os.fsencode(os.path.abspath(path)).decode("utf-8", "backslashreplace")  # noqa: PTH100


def places_of(path: Path) -> set[str]:
    """Return the place of a path and that of what it is a link to, which earlier versions stored."""
    return {place(path), place(path.resolve())}


class Places:
    """The places of the stored documents; ``moved`` are those that are read from somewhere else now."""

    def __init__(self, origins: Mapping[str, str]) -> None:
        self.origins = dict(origins)
        self.moved: dict[str, str] = {}
        self._held: defaultdict[str, list[str]] = defaultdict(list)
        for doc_id, origin in origins.items():
            self._held[origin].append(doc_id)

    def of(self, origin: str) -> list[str]:
        """Return the documents that were read from a place."""
        return list(self._held.get(origin, ()))

    def keep(self, doc_id: str, origin: str) -> None:
        """Note that an unchanged document is now read from ``origin``."""
        if self.origins.get(doc_id) not in (None, origin):
            self.moved[doc_id] = origin

    def forget(self, doc_id: str) -> None:
        """Note that a document is gone."""
        self._held[self.origins.pop(doc_id)].remove(doc_id)

    def own_id(self, file: SourceFile, origin: str, taken: Container[str], is_same: Callable[[str], bool]) -> str:
        """Return the id of a file's document, not among those ``taken`` in this run.

        ``is_same`` says of a place whether the file that was read there held the same bytes.
        """
        held = [doc_id for doc_id in self._held.get(origin, ()) if _is_of(doc_id, file.path)]
        own = min(held, key=len, default="")
        if own and own not in taken:
            return own

        def is_free(doc_id: str) -> bool:
            known = self.origins.get(doc_id)
            if doc_id in taken or known is None or known in ("", origin):
                return doc_id not in taken
            if Path(known).exists():
                return _is_same_file(known, file.path)
            # A folder that is not there may have been moved, or lie on a drive that is not mounted.
            return is_same(known) or _was_deleted(known)

        doc_id = file.doc_id
        for above in Path(os.path.abspath(file.path)).parents:  # noqa: PTH100
            if is_free(doc_id):
                return doc_id
            name = _legible(above.name)
            if name and not doc_id.startswith(f"{name}/"):
                doc_id = f"{name}/{doc_id}"
        return next(f"{file.doc_id}~{number}" for number in count(2) if is_free(f"{file.doc_id}~{number}"))


def _was_deleted(place: str) -> bool:
    """Whether a file is gone from a folder that is still there, or was in a passing one."""
    return Path(place).parent.exists() or Path(tempfile.gettempdir()) in Path(place).parents


def _is_same_file(place: str, path: Path) -> bool:
    try:
        return Path(place).samefile(path)
    except OSError:
        return False


def _is_of(doc_id: str, path: Path) -> bool:
    """Whether an id is a path that ends in this file's name, rather than that of a record in it."""
    name = _legible(path.name)
    last = doc_id.rsplit("/", 1)[-1]
    return last == name or last.startswith((f"{name}#", f"{name}~"))


def _legible(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")
