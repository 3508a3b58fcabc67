"""What a forked process inherits and cannot use: locks of threads that are gone, connections, pools, Chroma's workers.

``multiprocessing`` on Linux before Python 3.14, ``gunicorn --preload`` and Celery fork. Whatever holds such a thing is
told of it in the child, and gets its own.
"""

from __future__ import annotations

import ctypes
import os
import weakref
from typing import Protocol


class Heir(Protocol):
    """Something that must know when it finds itself in a forked process."""

    def forked(self) -> None:
        """Drop what belongs to the parent; called in the child, before anything else runs there."""


_used = [False, False]
"""Whether Chroma's library has been used in this process, and whether it had been in the one that this was forked from."""
_heirs: weakref.WeakSet[Heir] = weakref.WeakSet()


def tell_of_forks(heir: Heir) -> None:
    """Have ``heir.forked()`` called in every process that is forked while it lives."""
    _heirs.add(heir)


def chroma_is_used() -> None:
    """Note that Chroma's library has been asked something, and has started its threads."""
    _used[0] = True


def chroma_would_hang() -> bool:
    """Return whether its threads are those of a parent, who alone has them."""
    return _used[1]


def leave_be(inherited: object) -> None:
    """Never free something of the parent's: closing its files and joining its threads would hang or harm the parent."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(inherited))


def _in_child() -> None:
    _used[1] |= _used[0]
    for heir in list(_heirs):
        heir.forked()


if hasattr(os, "register_at_fork"):  # not on Windows, which cannot fork
    os.register_at_fork(after_in_child=_in_child)
