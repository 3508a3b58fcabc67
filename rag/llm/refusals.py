"""A server's page against a request -> an error that says why, when to ask again, and what fits; and what it teaches.

The pages differ by server (OpenAI, vLLM, llama.cpp, Ollama, TGI, FastAPI, Gemini…); their sentences are alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from dateline.index.errors import LLMError
from dateline.rag.llm.errors import (
    FailedError,
    KeyRefusedError,
    LimitedError,
    NoChatError,
    NoSuchModelError,
    RefusedError,
    ReplyError,
    SilenceError,
    TooLongError,
    UnreachableError,
)

_LONGEST = 1000
"""Characters of a page that can be a sentence."""
_LOADING = 2.0
"""Seconds after which a server that loads its model is asked again."""

_TOO_LONG = re.compile(
    r"""context[_ ](?:length|size|window) | maximum\ context | max_model_len | max_(?:total|input)_tokens
      | (?:prompt|input|request|message)s?\ (?:is|are|was)\ too\ (?:long|large) | too\ many\ (?:input\ |prompt\ )?tokens
      | `?inputs`?\ (?:tokens|must\ have\ less) | exceeds?\ the\ (?:maximum|available|model'?s)\ (?:context|number\ of\ tokens)
      | reduce\ (?:the|your)\ (?:length|prompt|input) | input\ length | tokens?\ exceeds? | string_above_max_length
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WINDOW = re.compile(
    r"""(?:maximum\ (?:context|model)\ length(?:\ (?:is|of))? | "?n_ctx"?\s*[:=] | available\ context\ size\ \(
      | context[_ ](?:length|size|window)(?:\ (?:is|of|limit))?[\s:=(]{1,3}(?:only\s)? | max_model_len\D{1,6}
      | max_(?:total|input)_tokens\D{1,6} | \d\ tokens?\ > | must\ be\ <= | less\ than | at\ most | maximum\ of
      | limit\ (?:is|of)) \s*(\d[\d,]{2,9})""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"\bmodel\b.{0,120}?\b(?:not found|does not exist|doesn't exist|not exist|not available|unknown|not loaded)\b"
    r"|\b(?:no such|unknown|invalid|unsupported) model\b|model_not_found|DeploymentNotFound|\bNo models? loaded\b",
    re.IGNORECASE | re.DOTALL,
)
_QUOTA = re.compile(
    r"insufficient_quota|exceeded your current quota|out of credits|insufficient (?:balance|credits?)", re.I
)
_AGAIN = re.compile(
    r"(?:try again|retry|wait)\D{0,30}?((?:\d+(?:\.\d+)?\s*(?:ms|s|m|h)[a-z]*\s*)+)|\"retryDelay\":\s*\"([\d.]+s)\"",
    re.I,
)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def said(page: str) -> str:
    """Return the sentence in a page that says what is wrong, on one line; "" where there is none."""
    try:
        found = _sentence(json.loads(page))
    except (ValueError, RecursionError):
        title = re.search(r"<title[^<>]*>([^<>]{1,200})", page, re.IGNORECASE)
        found = title[1] if title else "" if "<" in page or len(page) > _LONGEST else page
    return " ".join(found.split())


def _sentence(told: Any) -> str:
    if isinstance(told, str):
        return told
    if isinstance(told, list):
        return "; ".join(filter(None, map(_sentence, told[:3])))
    if not isinstance(told, dict):
        return ""
    for name in ("error", "message", "msg", "detail", "errors", "error_message", "reason"):
        if found := _sentence(told.get(name)):
            where = ".".join(map(str, told["loc"])) if isinstance(told.get("loc"), list) else ""
            return f"{where}: {found}" if where else found
    return ""


def failure(where: str, status: int, page: str, headers: Mapping[str, str] | None = None) -> ReplyError:
    """Return the error that a status (400 and more) and its page mean; ``where`` is the address that was asked."""
    error = _failure(where, status, page, headers or {})
    error.page = page
    return error


def _failure(where: str, status: int, page: str, headers: Mapping[str, str]) -> ReplyError:
    sentence = said(page)
    message = f"{where} answered {status}: {(sentence or page)[:300]}"
    if status == 401:
        return KeyRefusedError(message, sentence)
    if status == 402 or _QUOTA.search(page):
        return LimitedError(message, sentence, final=True)
    if status == 429:
        return LimitedError(message, sentence, _wait(page, headers))
    if _TOO_LONG.search(page) or status == 413:
        window = _WINDOW.search(page)
        return TooLongError(message, sentence, int(window[1].replace(",", "")) if window else None)
    if _NO_MODEL.search(page) and status < 500:
        return NoSuchModelError(message, sentence)
    if status in (404, 405):
        return NoChatError(message, sentence)
    if status in (408, 409, 425) or status >= 500:
        loading = status == 503 and "loading" in page.lower()
        return FailedError(
            message,
            sentence or f"its server answered {status}",
            _wait(page, headers) or (_LOADING if loading else None),
        )
    return RefusedError(message, sentence)


def adapted(error: BaseException) -> LLMError:
    """Return the error that whatever a LlamaIndex adapter raises means."""
    if isinstance(error, LLMError):
        return error
    message = f"the language model failed: {error or type(error).__name__}"
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 400:
        response = getattr(error, "response", None)
        return failure("the language model", status, str(error), getattr(response, "headers", None))
    if "timeout" in type(error).__name__.lower():
        return SilenceError(message)
    if isinstance(error, OSError) or "connect" in type(error).__name__.lower():
        return UnreachableError(message)
    return (
        failure("the language model", 500, str(error))
        if _TOO_LONG.search(str(error))
        else FailedError(message, str(error))
    )


def _wait(page: str, headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server says to wait, in a header or in words."""
    try:
        if told := headers.get("retry-after-ms"):
            return max(0.0, float(told) / 1000)
        if told := headers.get("retry-after"):
            if re.fullmatch(r"\s*\d+(?:\.\d+)?\s*", told):
                return float(told)
            return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        pass
    if again := _AGAIN.search(page):
        parts = re.findall(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)", again[1] or again[2], re.IGNORECASE)
        return sum(float(number) * _UNITS[unit.lower()] for number, unit in parts)
    return None


_SYSTEM = re.compile(
    r"""\b(?:system|developer)['"`]?\ (?:role|message|prompt|instruction)s?\b.{0,60}?\b(?:not|isn't|unsupported|un\w*able|only)\b
      | \b(?:not|n't)\ (?:\w+\ ){0,3}?support.{0,40}?\b(?:system|developer)\b | \b(?:system|developer)\b.{0,40}?\b(?:not|un)\ ?support
      | developer\ instruction | roles?\ must\ alternate | only\ (?:\w+\ )?['"`]?user['"`]?,?\ and\ ['"`]?(?:assistant|model)
      | (?:unknown|unexpected|invalid|unsupported)\ (?:message\ )?role:?\ ['"`]?system
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_OUTPUT = re.compile(
    r"max_?(?:completion_|new_|output_)?tokens|maxOutputTokens|max(?:imum)? (?:completion |output |new )?tokens|completion tokens",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?:less than or equal to|less than|at most|maximum(?: value| allowed)?(?: is| of|:)?|<=|≤|up to|exceed|range of \[\d+,|between \d+ and"
    r"|\[\d+,)\s*(\d[\d,]*)",
    re.IGNORECASE,
)
_NO_STREAM = re.compile(r"""["'`]?\bstream(?:ing)?\b["'`]?.{0,60}?(?:not (?:be )?support|unsupported|must be false)|to stream this model|"param":\s*"stream\"""", re.I | re.DOTALL)  # fmt: skip


@dataclass
class Demands:
    """How requests are made to one server. ``output`` is what it calls the tokens to write, "" for not at all."""

    system: bool = True
    temperature: bool = True
    stream: bool = True
    output: str = "max_tokens"
    most: int | None = None

    def learn(self, refusal: str, body: dict[str, Any]) -> bool:
        """Take in why ``body`` was refused; whether it is made otherwise from now on."""
        if self.system and any(m["role"] == "system" for m in body["messages"]) and _SYSTEM.search(refusal):
            self.system = False
        elif self.temperature and "temperature" in body and re.search("temperature", refusal, re.IGNORECASE):
            self.temperature = False
        elif self.output and self.output in body and _OUTPUT.search(refusal):
            self._fewer(refusal, body[self.output])
        elif self.stream and _NO_STREAM.search(refusal):
            self.stream = False
        else:
            return False
        return True

    def _fewer(self, refusal: str, asked: int) -> None:
        most = _MOST.search(refusal)
        if most and 0 < (number := int(most[1].replace(",", ""))) < asked:
            self.most = number
        else:
            self.output = "max_completion_tokens" if self.output == "max_tokens" else ""

    def meet(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return ``body`` as the server takes it."""
        met = dict(body)
        output = met.pop("max_tokens")
        if self.output:
            met[self.output] = min(output, self.most or output)
        if not self.temperature:
            met.pop("temperature", None)
        if not self.stream:
            met.pop("stream", None)
        if not self.system:
            met["messages"] = _without_system(met["messages"])
        return met


def _without_system(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the messages with what the system says at the head of the first one."""
    system = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
    others = [dict(m) for m in messages if m["role"] != "system"]
    if not system:
        return others
    if not others or others[0]["role"] != "user":
        return [{"role": "user", "content": system}, *others]
    others[0]["content"] = f"{system}\n\n{others[0]['content']}"
    return others
