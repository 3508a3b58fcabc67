"""The write lock of an index on a Chroma server: a collection, since making one that exists fails everywhere alike.

Its owner changes it every few seconds; one that nobody changes was left behind by a kill, and is taken over.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from dateline.index.errors import StoreLockedError
from dateline.index.keeping.chroma_server import Address, answered_wrongly, is_connection, unavailable

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

_LOCK_SECONDS = 60.0
"""A lock whose owner has not been heard of for so long is taken to be left behind by a kill."""
_BEATS = 6
"""So often within that time an owner is heard of."""


class ServerLock:
    """The write lock of the index at ``address``."""

    def __init__(self, client: ClientAPI, address: Address) -> None:
        self.address = address
        self.name = f"{address.collection}.lock"
        self._client = client
        self._doubtful: set[str] = set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; raises StoreLockedError naming the writer that has it."""
        self.take()
        stop = threading.Event()
        beat = threading.Thread(target=self._beat, args=(stop,), daemon=True)
        beat.start()
        try:
            yield
        finally:
            stop.set()
            beat.join()
            with suppress(Exception):  # what is left behind is taken over after a minute
                self._client.delete_collection(self.name)

    def take(self) -> None:
        """Take the lock, from one who left it behind too; raises StoreLockedError naming the writer that has it."""
        mine = _owner()
        failure: Exception | None = None
        for _ in range(2):
            try:
                self._client.create_collection(self.name, embedding_function=None, metadata=mine)
                return
            except Exception as error:
                if is_connection(error):
                    # The lock may have been made all the same, which only the answer would have said.
                    self._doubtful.add(mine["token"])
                    raise unavailable(self.address, error) from error
                failure = error
            owner: Mapping[str, Any] = {}
            with suppress(Exception):  # it may have been released between the two requests
                owner = self._client.get_collection(self.name, embedding_function=None).metadata or {}
                failure = None
            if owner:
                # The owner's clock may be another machine's, or have been set.
                fresh = abs(time.time() - float(owner.get("beat", 0))) < _LOCK_SECONDS
                if owner.get("token") not in self._doubtful and (fresh or self._beats(owner)):
                    raise StoreLockedError(
                        f"the index {self.address} is being written to by process {owner.get('pid')} on "
                        f"{owner.get('host')}; try again when it is done"
                    )
                with suppress(Exception):
                    self._client.delete_collection(self.name)
        if failure is not None:
            raise answered_wrongly(self.address, failure) from failure
        raise StoreLockedError(f"the index {self.address} is being written to by another process; try again")

    def _beats(self, owner: Mapping[str, Any]) -> bool:
        """Watch a lock that seems to be left behind: whether its owner is heard of within two of its beats."""
        deadline = time.monotonic() + 2 * _LOCK_SECONDS / _BEATS
        while time.monotonic() < deadline:
            time.sleep(_LOCK_SECONDS / _BEATS / 10)
            with suppress(Exception):
                now: Mapping[str, Any] = self._client.get_collection(self.name, embedding_function=None).metadata or {}
                if now.get("beat") != owner.get("beat"):
                    return True
        return False

    def _beat(self, stop: threading.Event) -> None:
        while not stop.wait(_LOCK_SECONDS / _BEATS):
            with suppress(Exception):
                self._client.get_collection(self.name, embedding_function=None).modify(metadata=_owner())


def _owner() -> dict[str, Any]:
    """Who holds a lock; the token tells one taking of it from another."""
    return {"pid": os.getpid(), "host": socket.gethostname(), "beat": time.time(), "token": token_hex(8)}
