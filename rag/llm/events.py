"""The bytes of a reply, as they come -> what they tell: text, that the model thinks, why it stopped.

A reader of our own and not a client's: while a server sends comments, whoever waits must get a chance to go (an
``Event`` without text), no line and no reply is read further than anything sensible goes, and what is no stream at
all (one JSON object, an error's page) has to be read too.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dateline.index.errors import LLMError
from dateline.rag.llm.errors import EndlessError, NoChatError, UnreadableError
from dateline.rag.llm.refusals import failure

LONGEST_LINE = 1 << 18
"""Characters; one event of a stream is a few hundred."""
LONGEST_REPLY = 1 << 23
"""Bytes; events, comments and all."""


@dataclass(frozen=True)
class Event:
    """A piece of a reply: its text, None for what is no event of a chat; why the model stopped, where it did."""

    text: str | None
    finish_reason: str = ""


DONE = Event("", "done")
"""The end of a stream."""

_FIELD = re.compile(r"(data|event|id|retry|error)?:[ ]?")
_ENDS = re.compile(r"\r\n|\r|\n")


def events(chunks: Iterable[bytes], where: str, key: str = "") -> Iterator[Event]:
    """Yield the events of a reply from ``where``; ``key`` is blotted out of whatever is told of it.

    Raises UnreadableError (NoChatError where the reply is something else altogether), EndlessError, and what the
    server itself says went wrong.
    """
    name = data = ""
    page: list[str] = []
    begun = False
    for line in _lines(chunks, where):
        if line is None:
            yield Event(None)
            continue
        text = line.strip()
        field = _FIELD.match(text)
        if not begun and text and field is None and text[0] in "{[<":
            page.append(text)
            continue
        if page:
            page.append(text)
            continue
        begun = begun or bool(text)
        if not text:
            if data:
                raise UnreadableError(f"{where} sent something that is no event of a chat: {data[:80]}")
            name = ""
        elif field is None or field[1] in (None, "id", "retry"):
            yield Event(None)
        elif field[1] == "event":
            name = text[field.end() :]
        else:
            data += text[field.end() :].replace(key, "…") if key else text[field.end() :]
            if field[1] == "error":
                name = "error"
            if data == "[DONE]":
                yield DONE
                return
            if len(data) > LONGEST_LINE:
                raise UnreadableError(f"{where} sent an event of more than {LONGEST_LINE:,} characters")
            if (told := _parsed(data)) is not None:
                yield _read(told, where, name)
                data = ""
    if data:
        raise UnreadableError(f"{where} sent something that is no event of a chat: {data[:80]}")
    if page:
        yield from _whole("\n".join(page), where, key)


def _lines(chunks: Iterable[bytes], where: str) -> Iterator[str | None]:
    """Yield the lines of a reply, ended in any way, and None where bytes arrived that end none."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    parts: list[str] = []
    length = received = 0
    for chunk in chunks:
        received += len(chunk)
        if received > LONGEST_REPLY:
            raise EndlessError(f"{where} sent more than {LONGEST_REPLY:,} bytes")
        first, *others = _ENDS.split(decoder.decode(chunk))
        parts.append(first)
        length += len(first)
        for line in others:
            yield "".join(parts)
            parts, length = [line], len(line)
        if length > LONGEST_LINE:
            raise UnreadableError(f"{where} sent a line of more than {LONGEST_LINE:,} characters")
        if not any(others):
            yield None
    yield "".join(parts) + decoder.decode(b"", final=True)


def _parsed(data: str) -> Any:
    """Return the JSON of ``data``; None where it is none, or not yet."""
    try:
        return json.loads(data) if data[-1:] in ("}", "]") else None
    except (ValueError, RecursionError):
        return None


def _whole(page: str, where: str, key: str) -> Iterator[Event]:
    """Yield what a reply that is no stream tells, and its end. Raises NoChatError for any other page."""
    page = page.replace(key, "…") if key else page
    told = _parsed(page)
    if isinstance(told, list) and len(told) == 1:
        told = told[0]
    if not isinstance(told, dict) or not ("choices" in told or "error" in told or told.get("object") == "error"):
        raise NoChatError(f"{where} answered with something that is no chat: {' '.join(page[:80].split())}")
    event = _read(told, where)
    yield event
    if not event.finish_reason:
        yield DONE


def _read(told: Any, where: str, name: str = "") -> Event:
    """Return one event. Raises UnreadableError for what is none, and the server's own error."""
    try:
        error = told.get("error") or (told if name == "error" or told.get("object") == "error" else None)
        if error:
            raise _failure(error, where)
        # Asked for one answer, a server may still send several, side by side.
        choice: dict[str, Any] = next((c for c in told.get("choices") or () if not c.get("index")), {})
        part = choice.get("delta") or choice.get("message") or {}
        content = part.get("content") or choice.get("text")
        return Event(_text(content), str(choice.get("finish_reason") or ""))
    except (AttributeError, TypeError, LookupError) as problem:
        raise UnreadableError(f"{where} sent something that is no event of a chat: {str(told)[:80]}") from problem


def _text(content: Any) -> str:
    """Return the text of a message's content: a text, or a list of parts of which some are thoughts."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise TypeError("the content is no text")
    texts = [part if isinstance(part, str) else _text(part.get("text")) for part in content if not _is_thought(part)]
    return "".join(texts)


def _is_thought(part: Any) -> bool:
    return isinstance(part, dict) and "text" not in str(part.get("type", "text"))


def _failure(error: Any, where: str) -> LLMError:
    """Return the error that a server tells of within its reply."""
    status = (error.get("code") or error.get("status")) if isinstance(error, dict) else None
    if not isinstance(status, int) or not 400 <= status < 600:
        status = 500
    return failure(where, status, json.dumps(error, ensure_ascii=False))
