"""A program of Dateline's over the seed articles, in a process of its own, for benchmarks that ask it."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal


@contextmanager
def served(program: Literal["chat", "serve"] = "chat") -> Iterator[tuple[str, int]]:
    """The address and process id of ``dateline chat`` or ``dateline serve`` over the seed articles."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [sys.executable, "-m", "dateline", "--index", folder]
        subprocess.run(
            [*command, "index", str(Path(__file__).parent.parent / "seeds")], check=True, capture_output=True
        )
        with subprocess.Popen([*command, program, "--port", str(port)], stderr=subprocess.DEVNULL) as server:
            url = f"http://127.0.0.1:{port}/"
            for _ in range(600):
                if server.poll() is not None:
                    raise RuntimeError(f"dateline {program} ended by itself")
                try:
                    urllib.request.urlopen(url + "healthz", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                raise RuntimeError(f"dateline {program} was not up after a minute")
            try:
                yield url, server.pid
            finally:
                server.terminate()
