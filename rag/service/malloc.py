"""Memory that is freed in one thread and used in another: a server's answers are made in a pool of threads."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8
"""The option's number in glibc's malloc.h."""
_ARENAS = 2


def share_arenas() -> None:
    """Let all threads of this process allocate from two arenas, where the C library is glibc.

    It opens one for every thread that finds the others busy, up to eight a processor, and what is freed in one is of
    no use to the next: a chat grows by it with every question, though nothing is kept. See mallopt(3), M_ARENA_MAX.
    Call it before threads are started; elsewhere than on glibc it does nothing.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
