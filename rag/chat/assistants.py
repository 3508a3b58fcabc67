"""Assistants: one for each set of settings that people chose, all over the same index."""

from __future__ import annotations

import copy
import ipaddress
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dateline.index.errors import DatelineError, UsageError
from dateline.rag.assistant import Assistant
from dateline.rag.llm.models import read_address

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from dateline.rag.settings import Settings

_KEPT = 16
_PATIENCE = 20.0
"""Seconds that a test waits for a language model's first word."""
_WORDS = 16
"""Tokens that a test has a language model write."""


class Assistants:
    """Gives the assistant that some settings describe; ``base`` is the one of ``settings``."""

    def __init__(self, base: Assistant, settings: Settings) -> None:
        self.base = base
        self.settings = settings
        self._made: OrderedDict[Settings, Assistant] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, chosen: Settings) -> Assistant:
        """The assistant for these settings; raises UsageError for an address that is none."""
        if chosen == self.settings:
            return self.base
        with self._lock:
            if chosen not in self._made:
                self._made[chosen] = self._make(chosen)
                if len(self._made) > _KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(chosen)
            return self._made[chosen]

    def _make(self, chosen: Settings) -> Assistant:
        # A copy shares the index, the caches and the lock of the retriever it is made from.
        retriever = copy.copy(self.base.retriever)
        retriever.k = chosen.k
        return Assistant(
            retriever,
            self._llm(chosen),
            unsupported=chosen.unsupported,
            nli=chosen.nli,
            llm_rewrite=chosen.llm_rewrite == "on",
            reader=chosen.reader,
        )

    def _llm(self, chosen: Settings) -> LLM | None:
        same = (chosen.llm_url, chosen.llm_model) == (self.settings.llm_url, self.settings.llm_model)
        if chosen.style == "quoted":
            return None
        if same and self.base.generator is not None:
            return self.base.generator.llm
        if not chosen.llm_url:
            return None
        from dateline.rag.llm.generative import connect

        return connect(checked_address(chosen.llm_url), chosen.llm_model, key_for(chosen.llm_url, self.settings))


def checked_address(url: str) -> str:
    """Return an address that may be called; raises UsageError for one that is none or carries a secret."""
    host = urlsplit(read_address(url).base).hostname or ""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return url.strip()
    if number.is_link_local or number.is_multicast or number.is_unspecified:
        raise UsageError(f"{host} is no address of a language model; write http://HOST:PORT/v1")
    return url.strip()


def key_for(url: str, settings: Settings) -> str:
    """The key of the environment for its own server alone: an address typed elsewhere must not collect it."""
    own = urlsplit(settings.llm_url)
    asked = urlsplit(url)
    mine = not settings.llm_url or (own.scheme, own.netloc) == (asked.scheme, asked.netloc)
    return settings.llm_key if mine else ""


def try_llm(url: str, model: str, settings: Settings) -> str:
    """Ask a language model for a word, and say in a sentence how that went."""
    from llama_index.core.llms import ChatMessage

    from dateline.rag.llm.generative import connect

    started = time.perf_counter()
    try:
        address = checked_address(url)
        llm = connect(address, model.strip(), key_for(address, settings), timeout=_PATIENCE)
        reply = llm.chat([ChatMessage(content="Reply with one word: ready")], max_tokens=_WORDS)
    except DatelineError as error:
        return f"This does not work: {str(error).rstrip('.')}"
    # A model that thinks first may not come to its word.
    if not (reply.message.content or "").strip() and reply.additional_kwargs["finish_reason"] != "length":
        return f"{address} answered, but with nothing; is {model or 'its model'} a chat model?"
    seconds = time.perf_counter() - started
    window = llm.metadata.context_window
    return (
        f"It works: {llm.metadata.model_name or 'the model'} answered in {seconds:.1f} s and reads {window:,} tokens."
    )
