"""The address of a model's server, as people paste it -> where its chat and its models are asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from dateline.index.errors import UsageError

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
