"""A limit of processor time for reading a file, which grows with the file.

The libraries behind the formats can be made to take minutes for a few kilobytes. A thread that watches raises
``OvertimeError`` in the one that reads, at its next step in Python.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

SECONDS = 5.0
"""Processor time for any file, however small."""

SECONDS_PER_MEGABYTE = 5.0
"""Processor time for each megabyte beside it; an article of that size takes less than one second."""

_EVERY = 0.25


class OvertimeError(BaseException):
    """Reading takes too long. No subclass of Exception: libraries go on after those."""


@contextmanager
def timed(size: int) -> Iterator[None]:
    """Raise ValueError where the body takes more processor time than a file of ``size`` bytes is given."""
    allowed = SECONDS + SECONDS_PER_MEGABYTE * size / 2**20
    done = threading.Event()
    lock = threading.Lock()
    watch = threading.Thread(
        target=_watch, args=(threading.get_ident(), allowed, done, lock), name="dateline-limit", daemon=True
    )
    try:
        watch.start()
        yield
    except OvertimeError:
        raise ValueError(
            f"takes more than {allowed:.0f} seconds to read, too much for its size; save it again or convert it to .txt"
        ) from None
    finally:
        with suppress(OvertimeError), lock:
            done.set()


def _watch(thread: int, allowed: float, done: threading.Event, lock: threading.Lock) -> None:
    clock = _clock(thread)
    until = clock() + allowed
    while not done.wait(_EVERY):
        with lock:
            if not done.is_set() and clock() > until:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(OvertimeError))
                until += 1  # should a library have swallowed it


def _clock(thread: int) -> Callable[[], float]:
    """Return the processor time of a thread in seconds, or the time that passes where it is not told."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    number = time.pthread_getcpuclockid(thread)
    return lambda: time.clock_gettime(number)
