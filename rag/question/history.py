"""The earlier turns of a conversation, in whatever form an app keeps them -> one form.

Messages as mappings (OpenAI, Gradio), as objects (LlamaIndex's ChatMessage, LangChain's), as (role, text) and as
(question, answer); their text whole or in parts. Roles other than the two who talk are left out, and so is what
holds no text. What is too long to matter is cut: the oldest messages, and the end of a long one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dateline.index.errors import UsageError

History = Iterable[Any] | None
"""Earlier messages, oldest first; the plainest form is {"role": "user" or "assistant", "content": text}."""
Turns = list[dict[str, str]]
"""The one form: role ("user" or "assistant") and content (Markdown)."""

MOST = 200
"""Messages that are kept, the latest: more than any rewriting reads."""
LONGEST = 20_000
"""Characters of one message that are kept."""
_WHO = {"user": "user", "human": "user"} | dict.fromkeys(("assistant", "ai", "bot", "chatbot", "model"), "assistant")
_OTHERS = frozenset(("system", "developer", "tool", "function"))
"""Roles that a pair of texts may begin with, beside those of the two who talk."""


def turns(history: History) -> Turns:
    """Return the messages of a history; None and "" are none. Raises UsageError for what is no history.

    >>> from dateline.rag.question.history import turns
    >>> turns([("Who met the mayor?", "**The pilots** [1]"), {"role": "system", "content": "Be brief."}])
    [{'role': 'user', 'content': 'Who met the mayor?'}, {'role': 'assistant', 'content': '**The pilots** [1]'}]
    """
    if history is None or history == "":
        return []
    if isinstance(history, str | bytes | Mapping) or not isinstance(history, Iterable):
        raise UsageError('history must be a list of messages, such as {"role": "user", "content": "…"}')
    told: list[tuple[str, str]] = []
    for number, message in enumerate(history, 1):
        told += _read(message, number)
    return [{"role": role, "content": text[:LONGEST]} for role, text in told if text.strip()][-MOST:]


def _read(message: Any, number: int) -> list[tuple[str, str]]:
    """Return (role, text) of a message, of both halves of a pair, or of nothing where neither of the two speaks."""
    if message is None:
        return []
    if isinstance(message, list | tuple):
        if len(message) != 2:
            raise UsageError(f"history: message {number} is a list of {len(message)}; write (question, answer)")
        first, second = message
        named = first.lower() if isinstance(first, str) else ""
        if named in _WHO.keys() | _OTHERS:
            return [(_WHO[named], text_of(second, number))] if named in _WHO else []
        return [("user", text_of(first, number)), ("assistant", text_of(second, number))]
    if isinstance(message, Mapping):
        role, content = message.get("role", message.get("type")), message.get("content")
    else:
        role, content = getattr(message, "role", getattr(message, "type", None)), getattr(message, "content", None)
    role = getattr(role, "value", role)
    if not isinstance(role, str):
        raise UsageError(f'history: message {number} has no role; write {{"role": "user", "content": "…"}}')
    who = _WHO.get(role.lower())
    return [(who, text_of(content, number))] if who else []


def text_of(content: Any, number: int = 1) -> str:
    """Return the text of a message's content: whole, in parts, or with files beside it, which are left out."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list | tuple):
        return "\n".join(filter(None, (text_of(part, number) for part in content)))
    inner = content.get("text") if isinstance(content, Mapping) else getattr(content, "text", None)
    if isinstance(inner, str):
        return inner
    if isinstance(content, Mapping) or hasattr(content, "__dict__"):
        return ""
    raise UsageError(f"history: the content of message {number} is neither a text nor a list of parts")
