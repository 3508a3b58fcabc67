"""What can go wrong with a language model, each with the sentence that whoever asked is told.

A server's own words are part of that sentence: "Incorrect API key" helps, "refused the request" does not. Its address
is not: others may look on.
"""

from __future__ import annotations

from typing import ClassVar

from dateline.index.errors import LLMError

_LONGEST = 200
"""Characters of a server's own words that are passed on."""


class ReplyError(LLMError):
    """A model's server, or the model, did not do what it was asked.

    ``said`` are the server's own words, "" where there are none; ``notice`` is a sentence for a reader.
    """

    opening: ClassVar[str] = "The language model failed"

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = " ".join(said.split())
        self.page = ""  # all that the server answered, as far as it was read

    @property
    def notice(self) -> str:
        """The sentence that is told."""
        if not self.said:
            return f"{self.opening}."
        said = self.said if len(self.said) <= _LONGEST else self.said[:_LONGEST].rsplit(" ", 1)[0] + " …"
        return f"{self.opening}: {said}" + ("" if said.endswith((".", "!", "?", "…")) else ".")


class FailedError(ReplyError):
    """The server tried and failed: out of memory, overloaded, still loading. ``wait`` is seconds to try again in."""

    def __init__(self, message: str, said: str = "", wait: float | None = None) -> None:
        super().__init__(message, said)
        self.wait = wait


class LimitedError(FailedError):
    """The server limits how often it may be asked; a quota that is used up has no ``wait`` and is ``final``."""

    opening = "The language model's server limits how often it may be asked"

    def __init__(self, message: str, said: str = "", wait: float | None = None, *, final: bool = False) -> None:
        super().__init__(message, said, wait)
        self.final = final


class UnreachableError(ReplyError):
    """Nobody answers at the address."""

    opening = "The language model could not be reached"


class SilenceError(ReplyError):
    """The model said nothing for too long."""

    opening = "The language model did not answer in time"


class BrokenOffError(ReplyError):
    """The connection ended before the reply did."""

    opening = "The language model broke off in the middle of its answer"


class RefusedError(ReplyError):
    """The server answered, but will not serve this request: asking again does not help."""

    opening = "The language model's server refused the request"


class KeyRefusedError(RefusedError):
    """The key is missing, wrong, or not for this."""

    opening = "The language model's server refused the key (DATELINE_LLM_KEY)"


class NoSuchModelError(RefusedError):
    """The server does not have the model."""

    opening = "The language model's server has no such model"


class TooLongError(RefusedError):
    """The request does not fit into the model's context; ``window`` is its length in tokens, None where unsaid."""

    opening = "The articles do not fit into the language model's context"

    def __init__(self, message: str, said: str = "", window: int | None = None) -> None:
        super().__init__(message, said)
        self.window = window


class UnreadableError(ReplyError):
    """The server sent something that is no reply of a chat."""

    opening = "The language model's server sent something unreadable"


class NoChatError(UnreadableError):
    """What answers at the address is no chat: a page, another program, an address that sends elsewhere."""

    opening = "The language model's server answered something that is no chat"


class EndlessError(ReplyError):
    """The reply goes on and on."""

    opening = "The language model did not come to an end"


class CutShortError(ReplyError):
    """The model was stopped at the number of tokens it may write, perhaps in the middle of a sentence."""

    opening = (
        "The language model was stopped at its token limit before it had answered; if it thinks first, switch that off"
    )


class FilteredError(CutShortError):
    """The server's filter stopped the model, perhaps in the middle of a sentence."""

    opening = "The language model's server withheld the answer (its content filter)"


HOPELESS = (RefusedError, SilenceError, CutShortError, EndlessError, UnreadableError)
"""What asking again does not mend."""


def notice(error: LLMError) -> str:
    """Return the sentence that tells of ``error``; of one that says nothing of itself, that nobody was reached."""
    return error.notice if isinstance(error, ReplyError) else f"{UnreachableError.opening}."
