"""Where a server stands, as people paste its address, and what it tells of its models: which writes, how much it reads."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from dateline.index.errors import UsageError

UNKNOWN_WINDOW = 4096
"""Tokens; the context window assumed where a server does not tell."""
LEARNING = 5.0
"""Seconds that a server has for telling its limits, and half of what is waited before it is asked again."""
LONGEST_PAGE = 1 << 20
"""Bytes; a list of models, or what a server says against a request."""
_LONGEST_NAME = 200

_NO_WRITER = re.compile(
    r"""embed | rerank | whisper | transcri | moderation | diffusion | dall-e | image | audio | speech | realtime
      | \b(?:tts|clip|bge|gte|e5|sbert|minilm|mpnet|colbert|splade|davinci|babbage|flux|sdxl|siglip|vae)\b""",
    re.VERBOSE | re.IGNORECASE,
)


_ENDPOINT = re.compile(r"/(?:chat/completions|completions|models|embeddings|responses|messages)$", re.IGNORECASE)
_OLLAMA = re.compile(r"/api/(?:chat|generate|tags|embed|embeddings|ps)$")
_VERSIONED = re.compile(r"/v\d+\w*(?:/openai)?$|/openai/deployments/[^/]+$", re.IGNORECASE)
_SECRET = re.compile(r"key|token|secret|password|signature|^sig$|^code$", re.IGNORECASE)
_HINT = "write http://HOST:PORT/v1"


@dataclass(frozen=True)
class Address:
    """``base`` is what ``/chat/completions`` is put behind, ``query`` what stands at the end of every address.

    ``other`` is a second base to try where there is no chat at the first.
    """

    base: str
    query: str = ""
    other: str = ""

    def at(self, path: str) -> str:
        """Return the address of ``path`` ("/models")."""
        return self.base + path + (f"?{self.query}" if self.query else "")

    @property
    def root(self) -> str:
        """What llama.cpp's and Ollama's own pages are put behind."""
        return re.sub(r"/v\d+\w*(?:/openai)?$", "", self.base)

    @property
    def azure(self) -> bool:
        """Whether the key goes into a header of Azure's."""
        return "api-version" in self.query or (urlsplit(self.base).hostname or "").endswith(".azure.com")

    @property
    def deployment(self) -> str:
        """The model that the address itself names, Azure's way; "" where it names none."""
        found = re.search(r"/openai/deployments/([^/]+)$", self.base)
        return found[1] if found else ""

    def __str__(self) -> str:
        return self.at("")


def read_address(text: str) -> Address:
    """Return the address that ``text`` means: blanks, capitals, a whole endpoint or a missing ``/v1`` do not matter.

    Raises UsageError for what is no http address, and for one that carries a secret.
    """
    text = "".join(text.split()).strip("<>\"'`,;")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(f"{text!r} is no address of a server ({error}); {_HINT}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError(f"{text!r} is no address of a server; {_HINT}")
    if parts.username or parts.password or any(_SECRET.search(name) for name, _ in parse_qsl(parts.query)):
        raise UsageError("a key does not belong into the address; set DATELINE_LLM_KEY in the environment")
    site = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/")
    path = re.sub(r"/V(\d+)$", r"/v\1", path)
    if _OLLAMA.search(path):
        return Address(f"{site}{_OLLAMA.sub('', path)}/v1", parts.query)
    if whole := _ENDPOINT.search(path):
        return Address(site + path[: whole.start()], parts.query)
    if _VERSIONED.search(path):
        return Address(site + path, parts.query)
    if not path and host.endswith(".openai.azure.com"):
        path = "/openai"
    return Address(f"{site}{path}/v1", parts.query, other=site + path)


@dataclass(frozen=True)
class Told:
    """A model's name, "" where none is known, and its context window in tokens; ``listed`` are all names there are."""

    name: str = ""
    window: int = UNKNOWN_WINDOW
    listed: tuple[str, ...] = ()


def learn(client: httpx.Client, address: Address, model: str) -> Told | None:
    """Return what is told of ``model``, or of the first model that writes; None if nobody answers."""
    try:
        listed = _listed(page(client, address.at("/models")))
    except httpx.HTTPError:
        return None
    names = tuple(str(entry.get("id", ""))[:_LONGEST_NAME] for entry in listed)
    wanted = model or address.deployment
    if wanted:
        entry = next((m for m, name in zip(listed, names, strict=True) if name == wanted), {})
        name = wanted
    else:
        entry, name = next(((m, n) for m, n in zip(listed, names, strict=True) if n and _writes(m, n)), ({}, ""))
    window = _stated(entry) or _asked(client, address.root, name) or UNKNOWN_WINDOW
    return Told(name, window, names)


def _writes(entry: dict[str, Any], name: str) -> bool:
    """Whether a listed model is one that chats, by its name or by what a server says of it."""
    kind = " ".join(str(entry.get(field, "")) for field in ("type", "task", "model_type", "pipeline_tag"))
    return not _NO_WRITER.search(f"{name.replace('_', '-')} {kind}")


def page(client: httpx.Client, url: str) -> Any:
    """Return the JSON of a page, None for what is none or does not end. Raises httpx.HTTPError."""
    deadline = time.monotonic() + LEARNING
    received = bytearray()
    with client.stream("GET", url) as response:
        for chunk in response.iter_bytes():
            received += chunk
            if len(received) > LONGEST_PAGE or time.monotonic() > deadline:
                return None
    try:
        return json.loads(received.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return None


def _listed(told: Any) -> list[dict[str, Any]]:
    """Return the entries of a list of models, which is an object's ``data`` or ``models``, or stands alone."""
    models = (told.get("data") or told.get("models")) if isinstance(told, dict) else told
    return [m for m in models if isinstance(m, dict)] if isinstance(models, list) else []


def _stated(entry: dict[str, Any]) -> int | None:
    """Return the context window in a server's list of models: vLLM's, LM Studio's and routers' names for it."""
    for name in ("max_model_len", "loaded_context_length", "max_context_length", "context_length", "context_window"):
        if isinstance(value := entry.get(name), int) and value > 0:
            return value
    return None


def _asked(client: httpx.Client, root: str, model: str) -> int | None:
    """Return the context window that llama.cpp (/props) or Ollama (/api/ps) uses, or None."""
    for found in _answers(client, root):
        settings = found.get("default_generation_settings")
        if isinstance(settings, dict) and isinstance(window := settings.get("n_ctx"), int):
            return window
        models = found.get("models")
        for loaded in models if isinstance(models, list) else ():
            if (
                isinstance(loaded, dict)
                and loaded.get("name") == model
                and isinstance(window := loaded.get("context_length"), int)
            ):
                return window
    return None


def _answers(client: httpx.Client, root: str) -> Iterator[dict[str, Any]]:
    for path in ("/props", "/api/ps"):
        try:
            found = page(client, root + path)
        except httpx.HTTPError:
            continue
        if isinstance(found, dict):
            yield found
