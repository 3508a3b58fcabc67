"""A LlamaIndex LLM that says what a test tells it to, and remembers what it was asked."""

from collections.abc import Callable, Sequence
from typing import Any

from llama_index.core.llms import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    CustomLLM,
    LLMMetadata,
)
from pydantic import PrivateAttr

Script = str | Exception | Callable[[Sequence[ChatMessage]], Any]


class ScriptedLLM(CustomLLM):
    """Answers from ``scripts`` in turn; the last one again and again.

    A text is streamed in pieces of ``size`` characters, an exception raised, a function called with the messages for
    an iterable of pieces (an exception among them is raised there).
    """

    size: int = 4
    context_window: int = 4096
    num_output: int = 256
    _scripts: list[Script] = PrivateAttr()
    _asked: list[list[ChatMessage]] = PrivateAttr(default_factory=list)
    _closed: int = PrivateAttr(default=0)
    _said: int = PrivateAttr(default=0)

    def __init__(self, *scripts: Script, **settings: Any) -> None:
        super().__init__(**settings)
        self._scripts = list(scripts)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(
            context_window=self.context_window, num_output=self.num_output, is_chat_model=True, model_name="scripted"
        )

    @property
    def asked(self) -> list[str]:
        """What was asked, all messages of a request in one text."""
        return ["\n".join(str(message.content) for message in messages) for messages in self._asked]

    @property
    def closed(self) -> int:
        """How many streams were closed before their end."""
        return self._closed

    @property
    def said(self) -> int:
        """How many pieces were taken."""
        return self._said

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        self._asked.append(list(messages))
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        if isinstance(script, Exception):
            raise script
        pieces = (
            [script[i : i + self.size] for i in range(0, len(script), self.size)] if isinstance(script, str) else None
        )

        def grow() -> ChatResponseGen:
            text = ""
            try:
                for piece in pieces if pieces is not None else script(messages):  # type: ignore[operator]
                    if isinstance(piece, Exception):
                        raise piece
                    text += piece
                    self._said += 1
                    yield ChatResponse(message=ChatMessage(role="assistant", content=text), delta=piece)
            except GeneratorExit:
                self._closed += 1
                raise

        return grow()

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        raise NotImplementedError

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        raise NotImplementedError
