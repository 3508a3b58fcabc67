"""An OpenAI-compatible server as a LlamaIndex LLM: streamed, with timeouts, stopped when its generator is closed.

A client of its own, on httpx, instead of an adapter package: closing the stream must close the connection (then the
server stops writing), a stalled server must raise in time, what a server sends must end (no line, page or reply is
read further than anything sensible goes), and nothing may be fetched to count tokens. What a server refuses in a
request is left out or put otherwise, and remembered.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
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

from dateline.rag.llm import models
from dateline.rag.llm.errors import (
    BrokenOffError,
    FailedError,
    NoChatError,
    NoSuchModelError,
    RefusedError,
    SilenceError,
    TooLongError,
    UnreachableError,
)
from dateline.rag.llm.events import DONE, Event, events
from dateline.rag.llm.models import LONGEST_PAGE, Address, Told, learn, read_address
from dateline.rag.llm.prompt import CHARACTERS_PER_TOKEN
from dateline.rag.llm.refusals import Demands, failure

LONGEST_OUTPUT = 2048
"""Tokens; an answer takes a hundred, what some models think before it a thousand."""
_SMALLEST = 300
"""Tokens; a context window below which no article can be shown."""
_GROWN = 4
"""Characters from which on a piece that begins with all the text before it is the whole text once more."""


class ServerLLM(CustomLLM):
    """A model behind an OpenAI-compatible address (llama.cpp, Ollama, vLLM, LM Studio, OpenAI, Gemini, Azure).

    ``url`` is the address as people paste it. Without ``model`` the first one that writes is taken of those the server
    lists, without ``context_window`` (tokens) what the server tells; it is asked at the first use, and again later
    where it was not there. ``timeout`` is seconds of silence before an LLMError. ``num_output`` tokens are kept free
    for the reply; where the window has more room, up to LONGEST_OUTPUT may be written, since some models think first.
    """

    url: str
    model: str = ""
    key: SecretStr = SecretStr("")
    context_window: int | None = None
    num_output: int = 512
    temperature: float = 0.0
    timeout: float = 60.0
    connect_timeout: float = 5.0
    _address: Address = PrivateAttr()
    _told: Told | None = PrivateAttr(default=None)
    _ask_again: float = PrivateAttr(default=0.0)  # on the monotonic clock
    _demands: Demands = PrivateAttr(default_factory=Demands)
    _window: int | None = PrivateAttr(default=None)  # tokens, as a refusal told it

    def model_post_init(self, context: Any) -> None:
        """Read the address. Raises UsageError for what is none."""
        super().model_post_init(context)
        self._address = read_address(self.url)

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name of the class."""
        return "dateline_server_llm"

    @property
    def metadata(self) -> LLMMetadata:
        """The model's limits, in tokens."""
        told = self._limits()
        return LLMMetadata(
            context_window=told.window,
            num_output=min(self.num_output, max(64, told.window // 4)),
            is_chat_model=True,
            model_name=told.name,
        )

    def _limits(self) -> Told:
        """Return the model's name and context window, asking the server for what is not set."""
        if not (self.model and self.context_window) and self._told is None and time.monotonic() >= self._ask_again:
            with self._client(models.LEARNING) as client:
                self._told = learn(client, self._address, self.model)
            self._ask_again = time.monotonic() + 2 * models.LEARNING
        told = self._told or Told(self._address.deployment)
        window = self.context_window or told.window
        return Told(self.model or told.name, min(window, self._window or window), told.listed)

    def _client(self, timeout: float) -> httpx.Client:
        key = self.key.get_secret_value()
        # Uncompressed, so that what arrives is what is counted.
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
        if key and self._address.azure:
            headers["api-key"] = key
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
            with closing(self._events(messages, kwargs)) as told:
                for event in told:
                    piece = event.text
                    if (
                        piece
                        and len(text) >= _GROWN
                        and piece.startswith(text)
                        and (piece != text or event.finish_reason)
                    ):
                        piece = piece[len(text) :]  # some servers send all of the text each time, or at the end
                    text += piece or ""
                    reason = event.finish_reason or reason
                    message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
                    yield ChatResponse(message=message, delta=piece)
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

    def _events(self, messages: Sequence[ChatMessage], options: dict[str, Any]) -> Generator[Event, None, None]:
        """Yield what the server tells as it comes; what it refuses of the request is put otherwise, and asked again."""
        elsewhere = bool(self._address.other)
        while True:
            body = self._body(messages, options)
            any_event = False
            try:
                for event in self._reply(body):
                    any_event = any_event or event.text is not None
                    yield event
                return
            except NoChatError:
                if any_event or not elsewhere:
                    raise
                elsewhere = False
                here = self._address
                self._address, self._told, self._ask_again = Address(here.other, here.query, here.base), None, 0.0
            except (RefusedError, FailedError) as refusal:
                if any_event or not self._obeyed(refusal, body):
                    raise

    def _obeyed(self, refusal: RefusedError | FailedError, body: dict[str, Any]) -> bool:
        """Take in what a refusal asks for; whether the request is to be made again, otherwise."""
        if isinstance(refusal, TooLongError):
            # The prompt has to be made anew, for the window that is told from now on.
            known = self._limits().window
            told = (
                refusal.window
                if refusal.window and refusal.window < known
                else (known * 3 // 4 if refusal.window else known // 2)
            )
            self._window = max(told, _SMALLEST)
            refusal.window = self._window
            return False
        return self._demands.learn(refusal.page, body)

    def _body(self, messages: Sequence[ChatMessage], options: dict[str, Any]) -> dict[str, Any]:
        """Return a request as the server takes it. Raises NoSuchModelError where it has no model that writes."""
        told = self._limits()
        if not told.name and any(told.listed):
            names = ", ".join(told.listed[:5])
            raise NoSuchModelError(
                f"{self._address} lists no model that writes ({names})",
                f"set DATELINE_LLM_MODEL; the server has {names}",
            )
        prompt = sum(len(m.content or "") for m in messages) / CHARACTERS_PER_TOKEN
        output = min(self.num_output, max(64, told.window // 4))
        body = {
            "model": told.name,
            "messages": [{"role": m.role.value, "content": m.content or ""} for m in messages],
            "stream": True,
            "temperature": self.temperature,
            "max_tokens": max(output, min(LONGEST_OUTPUT, int(told.window - prompt))),
            **options,
        }
        return self._demands.meet(body)

    def _reply(self, body: dict[str, Any]) -> Iterator[Event]:
        """Yield the events of one request. Raises LLMError, what is refused before the first event."""
        key = self.key.get_secret_value()
        where = str(self._address)
        started = finished = False
        try:
            with (
                self._client(self.timeout) as client,
                client.stream("POST", self._address.at("/chat/completions"), json=body) as response,
            ):
                started = True
                if response.is_redirect:
                    raise NoChatError(
                        f"{where} sends on to {response.headers.get('location')}", "it sends on to another address"
                    )
                if response.status_code >= 400:
                    raise failure(where, response.status_code, _beginning(response, key), response.headers)
                for event in events(response.iter_bytes(), where, key):
                    finished = finished or bool(event.finish_reason)
                    if event is DONE:
                        break
                    yield event
        except httpx.TimeoutException as error:
            kind = UnreachableError if isinstance(error, httpx.ConnectTimeout) else SilenceError
            raise kind(f"{where} was silent for too long ({type(error).__name__}); is the model loaded?") from error
        except httpx.HTTPError as error:
            if started:
                raise BrokenOffError(f"{where} broke off in the middle of its reply: {error}") from error
            raise UnreachableError(f"{where} cannot be reached: {error}; is the server running?") from error
        if not finished:
            raise BrokenOffError(f"{where} broke off in the middle of its reply")


def _beginning(response: httpx.Response, key: str) -> str:
    """Return what a short page says, without the key; of a long one no more than its beginning is read."""
    page = next(response.iter_bytes(LONGEST_PAGE), b"")
    text = page[:4000].decode("utf-8-sig", errors="replace")
    return text.replace(key, "…") if key else text


def connect(url: str, model: str = "", key: str = "", *, timeout: float = 60.0) -> ServerLLM:
    """Return the model at an OpenAI-compatible address; nothing is asked of the server yet.

    ``url`` may be written as people paste it (``read_address``). Raises UsageError for what is no http address.
    """
    return ServerLLM(url="".join(url.split()), model=model.strip(), key=SecretStr(key.strip()), timeout=timeout)
