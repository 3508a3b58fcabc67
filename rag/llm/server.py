"""An OpenAI-compatible server as a LlamaIndex LLM: streamed, with timeouts, stopped when its generator is closed.

A client of its own, on httpx, instead of an adapter package: closing the stream must close the connection (then the
server stops writing), a stalled server must raise in time, what a server sends must end (no line, page or reply is
read further than anything sensible goes), and nothing may be fetched to count tokens.
"""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from llama_index.core.llms import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    CustomLLM,
    LLMMetadata,
    MessageRole,
)
from pydantic import PrivateAttr, SecretStr

from dateline.index.errors import LLMError, UsageError
from dateline.rag.llm.prompt import CHARACTERS_PER_TOKEN

UNKNOWN_WINDOW = 4096
"""Tokens; the context window assumed where a server does not tell."""
LONGEST_LINE = 1 << 18
"""Bytes; one event of a stream is a few hundred."""
LONGEST_REPLY = 1 << 23
"""Bytes; events, comments and all."""
LONGEST_PAGE = 1 << 20
"""Bytes; a list of models, or what a server says against a request."""
_LONGEST_NAME = 200
_LEARNING = 5.0
"""Seconds that a server has for telling its limits, and half of what is waited before it is asked again."""


LONGEST_OUTPUT = 2048
"""Tokens; an answer takes a hundred, what some models think before it a thousand."""


class RefusedError(LLMError):
    """The server answered, but will not serve this request: asking again does not help."""


class UnreadableError(LLMError):
    """The server sent something that is no reply of a chat."""


class EndlessError(LLMError):
    """The reply goes on and on."""


_OPTIONAL = ("max_tokens", "temperature")


@dataclass(frozen=True)
class _Event:
    """A piece of a reply: its text, None for what is no event of a chat; why the model stopped, where it did."""

    text: str | None
    finish_reason: str = ""


class ServerLLM(CustomLLM):
    """A model behind an OpenAI-compatible address (llama.cpp, Ollama, vLLM, LM Studio, OpenAI).

    ``url`` ends in ``/v1``. Without ``model`` the first one the server lists is taken, without ``context_window``
    (tokens) what the server tells; it is asked at the first use, and again later where it was not there.
    ``timeout`` is seconds of silence before an LLMError. ``num_output`` tokens are kept free for the reply; where the
    window has more room, up to LONGEST_OUTPUT may be written, since some models think first.
    """

    url: str
    model: str = ""
    key: SecretStr = SecretStr("")
    context_window: int | None = None
    num_output: int = 512
    temperature: float = 0.0
    timeout: float = 60.0
    connect_timeout: float = 5.0
    _told: tuple[str, int] | None = PrivateAttr(default=None)
    _ask_again: float = PrivateAttr(default=0.0)  # on the monotonic clock
    _refused: set[str] = PrivateAttr(default_factory=set)  # of _OPTIONAL

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name of the class."""
        return "dateline_server_llm"

    @property
    def metadata(self) -> LLMMetadata:
        """The model's limits, in tokens."""
        name, window = self._limits()
        return LLMMetadata(
            context_window=window,
            num_output=min(self.num_output, max(64, window // 4)),
            is_chat_model=True,
            model_name=name,
        )

    def _limits(self) -> tuple[str, int]:
        """Return the model's name and context window, asking the server for what is not set."""
        if self.model and self.context_window:
            return self.model, self.context_window
        if self._told is None and time.monotonic() >= self._ask_again:
            with self._client(_LEARNING) as client:
                self._told = _learn(client, self.url, self.model)
            self._ask_again = time.monotonic() + 2 * _LEARNING
        name, window = self._told or ("", UNKNOWN_WINDOW)
        return self.model or name, self.context_window or window

    def _client(self, timeout: float) -> httpx.Client:
        key = self.key.get_secret_value()
        # Uncompressed, so that what arrives is what is counted.
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
        return httpx.Client(timeout=httpx.Timeout(timeout, connect=self.connect_timeout), headers=headers)

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """Return the whole reply. Raises LLMError."""
        *_, response = self.stream_chat(messages, **kwargs)
        return response

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """Yield the reply as it grows; closing the generator closes the connection. Raises LLMError.

        A response without text is yielded for whatever else arrives, so that a reader can close at any time: its
        delta is "" for an event of the chat (a model that thinks), None for what is none (a server's comment). The
        last one has the server's reason to stop in ``additional_kwargs["finish_reason"]``.
        """

        def grow() -> ChatResponseGen:
            text = reason = ""
            events = self._events(messages, kwargs)
            try:
                for event in events:
                    text += event.text or ""
                    reason = event.finish_reason or reason
                    message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
                    yield ChatResponse(message=message, delta=event.text)
            finally:
                events.close()
            message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
            yield ChatResponse(message=message, delta="", additional_kwargs={"finish_reason": reason})

        return grow()

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """Return the reply to a single message. Raises LLMError."""
        return CompletionResponse(text=self.chat([ChatMessage(content=prompt)], **kwargs).message.content or "")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """Yield the reply to a single message as it grows. Raises LLMError."""

        def grow() -> CompletionResponseGen:
            for response in self.stream_chat([ChatMessage(content=prompt)], **kwargs):
                yield CompletionResponse(text=response.message.content or "", delta=response.delta)

        return grow()

    def _events(self, messages: Sequence[ChatMessage], options: dict[str, Any]) -> Generator[_Event, None, None]:
        """Yield what the server tells as it comes; where it refuses an option of the request, ask without that one."""
        while True:
            body = self._body(messages, options)
            try:
                yield from self._reply(body)
                return
            except RefusedError as refusal:
                # Raised before anything is yielded: OpenAI's reasoning models take neither of the two.
                refused = {name for name in _OPTIONAL if name in body and f"'{name}'" in str(refusal)}
                if not refused:
                    raise
                self._refused |= refused

    def _body(self, messages: Sequence[ChatMessage], options: dict[str, Any]) -> dict[str, Any]:
        """Return a request, without what the model has refused."""
        name, window = self._limits()
        prompt = sum(len(m.content or "") for m in messages) / CHARACTERS_PER_TOKEN
        body = {
            "model": name,
            "messages": [{"role": m.role.value, "content": m.content or ""} for m in messages],
            "stream": True,
            "temperature": self.temperature,
            "max_tokens": max(self.metadata.num_output, min(LONGEST_OUTPUT, int(window - prompt))),
            **options,
        }
        if "max_tokens" in self._refused:
            body["max_completion_tokens"] = body.pop("max_tokens")
        if "temperature" in self._refused:
            del body["temperature"]
        return body

    def _reply(self, body: dict[str, Any]) -> Iterator[_Event]:
        """Yield the events of one request. Raises LLMError, RefusedError before the first event."""
        key = self.key.get_secret_value()
        finished = False
        try:
            with (
                self._client(self.timeout) as client,
                client.stream("POST", f"{self.url}/chat/completions", json=body) as response,
            ):
                if response.status_code >= 400:
                    raise _refusal(self.url, response.status_code, _beginning(response, key))
                for line in _lines(response, self.url):
                    if line is None or not line.startswith("data:"):
                        yield _Event(None)
                        continue
                    data = _without(key, line[5:].strip())
                    if data == "[DONE]":
                        finished = True
                        break
                    event = _read(data, self.url)
                    finished = finished or bool(event.finish_reason)
                    yield event
        except httpx.TimeoutException as error:
            raise LLMError(
                f"{self.url} was silent for too long ({type(error).__name__}); is the model loaded?"
            ) from error
        except httpx.HTTPError as error:
            raise LLMError(f"{self.url} cannot be reached: {error}; is the server running?") from error
        if not finished:
            raise LLMError(f"{self.url} broke off in the middle of its reply")


def _lines(response: httpx.Response, url: str) -> Iterator[str | None]:
    """Yield the lines of a reply that are not blank, and None where bytes arrived that end none."""
    line = bytearray()
    received = 0
    for chunk in response.iter_bytes():
        received += len(chunk)
        if received > LONGEST_REPLY:
            raise EndlessError(f"{url} sent more than {LONGEST_REPLY:,} bytes")
        *ended, rest = chunk.split(b"\n")
        any_line = False
        for end in ended:
            line += end
            if text := line.decode("utf-8", errors="replace").strip():
                any_line = True
                yield text
            line.clear()
        line += rest
        if len(line) > LONGEST_LINE:
            raise UnreadableError(f"{url} sent a line of more than {LONGEST_LINE:,} bytes")
        if not any_line:
            yield None
    if text := line.decode("utf-8", errors="replace").strip():
        yield text


def _beginning(response: httpx.Response, key: str) -> str:
    """Return what a short page says; of a long one no more than its beginning is read."""
    page = next(response.iter_bytes(LONGEST_PAGE), b"")
    return " ".join(_without(key, page[:1000].decode("utf-8", errors="replace")).split())[:300]


def _without(key: str, text: str) -> str:
    """Return ``text`` without the key, which a server may repeat in what it says."""
    return text.replace(key, "…") if key else text


def _refusal(url: str, status: int, text: str) -> LLMError:
    if status in (408, 409, 425, 429) or status >= 500:
        return LLMError(f"{url} answered {status}: {text}")
    return RefusedError(f"{url} answered {status}: {text}")


def _read(data: str, url: str) -> _Event:
    """Return one event. Raises UnreadableError for what is none, LLMError for the server's own error."""
    try:
        event = json.loads(data)
        if error := event.get("error"):
            raise LLMError(
                f"{url} failed: {str(error.get('message', error) if isinstance(error, dict) else error)[:300]}"
            )
        choice = (event.get("choices") or [{}])[0]
        text = (choice.get("delta") or {}).get("content") or ""
        if not isinstance(text, str):
            raise TypeError("the content is no text")
        return _Event(text, str(choice.get("finish_reason") or ""))
    except (ValueError, AttributeError, TypeError, LookupError, RecursionError) as error:
        raise UnreadableError(f"{url} sent something that is no event of a chat: {data[:80]}") from error


def connect(url: str, model: str = "", key: str = "", *, timeout: float = 60.0) -> ServerLLM:
    """Return the model at an OpenAI-compatible address; nothing is asked of the server yet.

    ``url`` may leave out the final ``/v1``. Raises UsageError for what is no http address.
    """
    base = url.rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise UsageError(f"{url!r} is no address of a server; write http://HOST:PORT/v1")
    return ServerLLM(
        url=base if base.endswith("/v1") else f"{base}/v1", model=model, key=SecretStr(key), timeout=timeout
    )


def _learn(client: httpx.Client, url: str, model: str) -> tuple[str, int] | None:
    """Return the name and context window of ``model`` or of the first model there is; None if nobody answers."""
    try:
        listed = _listed(_page(client, f"{url}/models"))
    except httpx.HTTPError:
        return None
    entry = next((m for m in listed if m.get("id") == model), {}) if model else (listed or [{}])[0]
    name = model or str(entry.get("id", ""))[:_LONGEST_NAME]
    return name, _stated(entry) or _asked(client, url.removesuffix("/v1"), name) or UNKNOWN_WINDOW


def _page(client: httpx.Client, url: str) -> Any:
    """Return the JSON of a page, None for what is none or does not end. Raises httpx.HTTPError."""
    deadline = time.monotonic() + _LEARNING
    page = bytearray()
    with client.stream("GET", url) as response:
        for chunk in response.iter_bytes():
            page += chunk
            if len(page) > LONGEST_PAGE or time.monotonic() > deadline:
                return None
    try:
        return json.loads(page)
    except (ValueError, RecursionError):
        return None


def _listed(page: Any) -> list[dict[str, Any]]:
    models = page.get("data") if isinstance(page, dict) else None
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
            found = _page(client, root + path)
        except httpx.HTTPError:
            continue
        if isinstance(found, dict):
            yield found
