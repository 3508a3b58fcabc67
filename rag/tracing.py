"""What happens to a question, told to LlamaIndex's instrumentation: spans with inputs, outputs and times.

Whoever listens there (OpenInference, LlamaIndex's own handlers; see ``dateline.rag.apps.telemetry``) sees an answer as a
tree: ask, and in it retrieve, read and answer. Where nobody listens nothing is collected.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from llama_index.core.instrumentation.span import active_span_id
from llama_index_instrumentation import get_dispatcher
from llama_index_instrumentation.base import BaseEvent
from llama_index_instrumentation.span_handlers import NullSpanHandler

_dispatcher = get_dispatcher(__name__)


class Span:
    """A stretch of work: ``with span.entered():`` for what happens inside it, then ``end`` or ``fail``, once.

    A generator enters it between its yields only, so that its caller's own work is no part of it.
    """

    def __init__(self, name: str, instance: object, parent: str | None = None, **given: Any) -> None:
        self.id = f"{name}-{uuid4()}"
        self._instance = instance
        self._given = _bound(given)
        parent = parent or active_span_id.get()
        _dispatcher.span_enter(id_=self.id, bound_args=self._given, instance=instance, parent_id=parent, tags={})

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Have what begins meanwhile be a part of this span."""
        token = active_span_id.set(self.id)
        try:
            yield
        finally:
            active_span_id.reset(token)

    def tell(self, event: Callable[[], BaseEvent]) -> None:
        """Send an event that belongs to this span; it is made only where somebody listens."""
        if listened_to():
            with self.entered():
                _dispatcher.event(event())

    def end(self, result: object = None) -> None:
        """Say that it is done."""
        _dispatcher.span_exit(id_=self.id, bound_args=self._given, instance=self._instance, result=result)

    def fail(self, error: BaseException) -> None:
        """Say that it was given up."""
        _dispatcher.span_drop(id_=self.id, bound_args=self._given, instance=self._instance, err=error)

    @contextmanager
    def part(self, name: str, instance: object, **given: Any) -> Iterator[Span]:
        """A span within this one, for work that yields nothing in between; ``end`` it with its result or let it end."""
        inner = _Once(name, instance, self.id, **given)
        try:
            with inner.entered():
                yield inner
        except BaseException as error:
            inner.fail(error)
            raise
        inner.end()


class _Once(Span):
    """A span whose second end is none."""

    _ended = False

    def end(self, result: object = None) -> None:
        """Say that it is done, once."""
        if not self._ended:
            self._ended = True
            super().end(result)


def listened_to() -> bool:
    """Return whether anybody has asked to be told of spans or events."""
    here: Any = _dispatcher
    while here:
        if here.event_handlers or any(not isinstance(handler, NullSpanHandler) for handler in here.span_handlers):
            return True
        here = here.parent if here.propagate else None
    return False


def _bound(given: dict[str, Any]) -> inspect.BoundArguments:
    names = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in given]
    return inspect.Signature(names).bind(**given)
