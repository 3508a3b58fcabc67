"""A language model's reply, piece by piece, that cannot hold up whoever waits for it.

The model is read in a thread of its own: one that stalls, writes without end or fails becomes an LLMError in time,
and a reader that closes the generator lets the request go.
"""

from __future__ import annotations

import logging
import queue
import re
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from llama_index.core.llms import LLM, ChatMessage

from dateline.index.errors import LLMError
from dateline.rag.llm.errors import (
    HOPELESS,
    CutShortError,
    EndlessError,
    FailedError,
    FilteredError,
    LimitedError,
    SilenceError,
)
from dateline.rag.llm.refusals import adapted
from dateline.rag.llm.thoughts import ANEW, Reply

log = logging.getLogger(__name__)

LONGEST = 60_000
"""Characters; an answer is a few hundred, with all that a model thinks aloud before it some ten thousand."""
_AHEAD = 256
"""Pieces that are read before they are asked for; the model waits then."""
_LEAST_PAUSE = 0.5
"""Seconds between two requests, whatever a server says."""
BEAT = 1.0
"""Seconds that a reader waits at most before it is handed something."""


def pieces(
    llm: LLM, messages: Sequence[ChatMessage], *, patience: float, deadline: float, retries: int = 0
) -> Generator[str, None, None]:
    """Yield the model's text; a request that fails before its first word is made again, after 0.5, 1, 2… seconds.

    While there is none, "" is yielded every BEAT seconds, so that whoever reads can close the generator.
    ``patience`` is seconds without a sign of life, ``deadline`` a time on the monotonic clock, ``retries`` how often a
    failed request is made again. Raises LLMError: SilenceError, EndlessError after LONGEST characters or past the
    deadline, CutShortError at the end of what ``llm`` marks as such, what ``llm`` raises itself.
    """
    attempt = 0
    patient = time.monotonic() + patience
    while True:
        length = 0
        beat = time.monotonic() + BEAT
        try:
            pump = _Pump(llm, messages)
            try:
                while (piece := (yield from pump.next(patience, deadline))) is not None:
                    length += len(piece)
                    if length > LONGEST:
                        raise EndlessError(f"the language model wrote more than {LONGEST:,} characters")
                    if piece or time.monotonic() >= beat:
                        yield piece
                        beat = time.monotonic() + BEAT
            finally:
                pump.stop()
            return
        except LLMError as error:
            told = error.wait if isinstance(error, FailedError) else None
            # A server that says when to come again is believed, as long as it would have been waited for in silence.
            again = time.monotonic() + (0.5 * 2**attempt if told is None else max(told, _LEAST_PAUSE))
            enough = attempt == retries if told is None else again > patient
            final = isinstance(error, HOPELESS) or (isinstance(error, LimitedError) and error.final)
            if length or enough or final or again >= deadline:
                raise
            attempt += told is None
            log.info("asking the language model again in %.1f s: %s", again - time.monotonic(), error)
        while (left := again - time.monotonic()) > 0:
            time.sleep(min(left, BEAT))
            yield ""


def first_line(llm: LLM, messages: Sequence[ChatMessage], *, patience: float, longest: int) -> str:
    """Return the first line that asks something, or else the first that is not blank; "" where there is none.

    Thoughts are no lines. The model is stopped once a line asks. ``patience`` is seconds for all of it. Raises
    LLMError, also for a line of more than ``longest`` characters or one that is cut short.
    """
    text = ""
    reply = Reply()
    with closing(pieces(llm, messages, patience=patience, deadline=time.monotonic() + patience)) as stream:
        for piece in stream:
            text = _taken(text, reply.feed(piece))
            *ended, line = text.split("\n")
            if len(line) > longest:
                raise EndlessError(f"the language model wrote a line of more than {longest} characters")
            if asking := next(filter(_ASKS.search, ended), ""):
                return asking.strip()
    lines = [line.strip() for line in _taken(text, reply.close()).split("\n") if line.strip()]
    return next(filter(_ASKS.search, lines), lines[0] if lines else "")


_ASKS = re.compile(r"\?\W*$")


def _taken(text: str, found: Iterator[str | None]) -> str:
    """Return ``text`` with what a reply has found behind it."""
    for piece in found:
        text = "" if piece is ANEW else text + piece
    return text


@dataclass
class _Pump:
    """The thread that reads the model's stream."""

    llm: LLM
    messages: Sequence[ChatMessage]
    _said: queue.Queue[str | BaseException | None] = field(default_factory=lambda: queue.Queue(_AHEAD))
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        threading.Thread(target=self._run, name="dateline-llm", daemon=True).start()

    def next(self, patience: float, deadline: float) -> Generator[str, None, str | None]:
        """Return the next piece, None at the end, and yield "" every BEAT seconds until it is there.

        Raises LLMError when the model fails or says nothing in time.
        """
        now = time.monotonic()
        late = min(now + patience, deadline)
        while now < late:
            try:
                said = self._said.get(timeout=min(BEAT, late - now))
                break
            except queue.Empty:
                now = time.monotonic()
            if now < late:
                yield ""
        else:
            if now >= deadline:
                raise EndlessError("the language model did not come to an end in time")
            raise SilenceError(f"the language model said nothing for {patience:.0f} s")
        if isinstance(said, BaseException):
            raise adapted(said) from said
        return said

    def stop(self) -> None:
        """Let the request go: it is closed at the next sign of the model, or when its client gives up."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            stream = self.llm.stream_chat(list(self.messages))
            length = 0
            reason = ""
            for response in stream:
                if self._stopped.is_set():
                    break
                reason = str(response.additional_kwargs.get("finish_reason") or "")
                content = response.message.content or ""
                piece = content[length:] if response.delta is None else response.delta
                length = len(content)
                if piece or response.delta is not None:
                    self._put(piece)
            close = getattr(stream, "close", None)
            if close is not None:
                close()
            self._put(_cut_short(reason))
        except Exception as error:  # whatever an adapter raises becomes an LLMError for the one who waits
            self._put(error)

    def _put(self, said: str | BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                self._said.put(said, timeout=0.1)
                return
            except queue.Full:
                continue


def _cut_short(reason: str) -> LLMError | None:
    """Return the error that a server's reason to stop the model means; None where the model came to its end."""
    if re.search(r"length|max_(?:output_)?tokens", reason, re.IGNORECASE):
        return CutShortError("the language model used up the tokens it may write")
    if re.search(r"filter|safety|recitation|blocklist|prohibited", reason, re.IGNORECASE):
        return FilteredError(f"the language model was stopped by its server ({reason})")
    return None
