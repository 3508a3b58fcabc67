"""Arenas of the C library's allocator, counted in a process of its own."""

import subprocess
import sys

import pytest

COUNT = """
import ctypes, threading
from dateline.rag.service.malloc import share_arenas
libc = ctypes.CDLL(None)
if not hasattr(libc, "malloc_info"):
    raise SystemExit("no glibc")
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
{call}
together = threading.Barrier(12)
def allocate():
    together.wait()
    held = [libc.malloc(4096) for _ in range(200)]
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(12)]
[t.start() for t in threads]; [t.join() for t in threads]
libc.fopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out); libc.fflush(out)
"""


def arenas(call: str) -> int:
    done = subprocess.run([sys.executable, "-c", COUNT.format(call=call)], capture_output=True, text=True, check=False)
    if "no glibc" in done.stderr:
        pytest.skip("the C library is not glibc")
    assert done.returncode == 0, done.stderr
    return done.stdout.count("<heap nr=")


def test_many_threads_allocate_from_two_arenas() -> None:
    assert arenas("share_arenas()") == 2 < arenas("")
