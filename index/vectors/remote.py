"""A Chroma collection asked through a process of its own, for processes in which Chroma's library would hang.

Its Rust half starts threads for all of a process at the first request. A forked child inherits the belief that they
are there, and any request then waits for ever. The other process (``dateline.index.vectors.answering``) is started
anew, gets one JSON object a line on its standard input and gives one a line on its standard output.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from dateline.index.errors import StoreError

_SECONDS = 10.0
"""A process that has not ended so long after its input is ended."""


class RemoteCollection:
    """The methods of a Chroma collection that ``VectorStore`` uses; requests are made one after the other."""

    def __init__(self, folder: Path, *, create: bool) -> None:
        # It looks for modules where this process does.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._turn = threading.Lock()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "dateline.index.vectors.answering", str(folder), "create" if create else "open"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        self._reply()

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)

        def call(**given: Any) -> Any:
            with self._turn:
                with suppress(BrokenPipeError):  # told by the reply that does not come
                    print(json.dumps([method, given], default=_plain), file=self._process.stdin, flush=True)
                return self._reply()

        return call

    def _reply(self) -> Any:
        from chromadb.errors import InternalError

        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise StoreError(f"the process that reads the vectors ended (exit code {self._process.wait(_SECONDS)})")
        reply = json.loads(line)
        if "error" in reply:
            raise InternalError(reply["error"])
        return reply["result"]

    def close(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe and pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS)
            return
        self._process.kill()


def _plain(value: Any) -> Any:
    """NumPy's arrays and numbers as JSON has them."""
    return value.tolist()
