"""A Chroma server as one speaks with it: its address, bounded waiting, and failures as sentences."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from dateline.index.errors import StoreError, StoreUnavailableError, UsageError, first_line

if TYPE_CHECKING:
    import httpx
    from chromadb.api import ClientAPI

TIMEOUT = 20.0
"""Seconds that one request may take."""
_TRIES = 3
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Address:
    """``http://HOST:PORT/COLLECTION``."""

    host: str
    port: int
    ssl: bool
    collection: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """Take an address apart; raises UsageError."""
        try:
            parts = urlsplit(text)
            port = parts.port or (443 if parts.scheme == "https" else 8000)
        except ValueError as error:
            raise UsageError(f"{text}: not an address ({error}); write http://HOST:PORT/COLLECTION") from error
        name = parts.path.strip("/")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{text}: not an address; write http://HOST:PORT/COLLECTION")
        if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9._-]{1,200}[a-zA-Z0-9]", name):
            raise UsageError(
                f"{text}: the collection's name must be 3 or more of letters, digits, '.', '_' and '-'; "
                "write http://HOST:PORT/COLLECTION"
            )
        return cls(parts.hostname, port, parts.scheme == "https", name)

    def __str__(self) -> str:
        return f"{'https' if self.ssl else 'http'}://{self.host}:{self.port}/{self.collection}"


def connected(address: Address) -> ClientAPI:
    """Return a client of the server; raises StoreUnavailableError where none answers."""
    import chromadb
    import httpx
    from chromadb.config import Settings

    def connect() -> ClientAPI:
        # While Chroma's client is made it asks without a limit of time: whoever is silent is found out before.
        scheme = "https" if address.ssl else "http"
        beat = httpx.get(f"{scheme}://{address.host}:{address.port}/api/v2/heartbeat", timeout=TIMEOUT)
        beat.raise_for_status().json()
        client = chromadb.HttpClient(
            host=address.host, port=address.port, ssl=address.ssl, settings=Settings(anonymized_telemetry=False)
        )
        for session in _sessions(client):
            session.timeout = httpx.Timeout(TIMEOUT)
        return client

    return bounded(connect, address)


def disconnect(client: ClientAPI) -> None:
    """Close a client's connections."""
    for session in _sessions(client):
        session.close()


def _sessions(client: ClientAPI) -> Iterator[httpx.Client]:
    """Yield the HTTP sessions of a client: Chroma neither bounds their waiting nor closes them."""
    for part in (client, getattr(client, "_admin_client", None)):
        session = getattr(getattr(part, "_server", None), "_session", None)
        if session is not None:
            yield session


def is_connection(error: BaseException) -> bool:
    """Return whether a request failed because the server was not reached, or did not answer in time."""
    import httpx

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, httpx.TransportError | ConnectionError):
            return True
        seen = seen.__cause__ or seen.__context__
    # Chroma turns a refused connection into a plain ValueError.
    return isinstance(error, ValueError) and "connect" in str(error).casefold()


def unavailable(address: Address, error: BaseException) -> StoreUnavailableError:
    """Return what to raise for a server that does not answer."""
    return StoreUnavailableError(
        f"the Chroma server of {address} does not answer ({type(error).__name__}); "
        f"start it with: chroma run --port {address.port}, or give another --index"
    )


def answered_wrongly(address: Address, error: Exception) -> StoreError:
    """Return what to raise for a server that answers with an error."""
    return StoreError(f"the Chroma server of {address} answered with an error ({first_line(error)})")


def bounded(request: Callable[[], _Result], address: Address) -> _Result:
    """Make a request, again after a moment if the connection fails, three times in all."""
    for attempt in range(_TRIES):
        try:
            return request()
        except StoreError as error:
            cause = error.__cause__
            if cause is None or not is_connection(cause) or attempt == _TRIES - 1:
                raise unavailable(address, cause) if cause is not None and is_connection(cause) else error  # noqa: B904
        except Exception as error:
            if not is_connection(error):
                raise answered_wrongly(address, error) from error
            if attempt == _TRIES - 1:
                raise unavailable(address, error) from error
        time.sleep(0.2 * 2**attempt)
    raise AssertionError("unreachable")
