"""What the page's own script (``page.js``) and Gradio tell each other, and how quietly Gradio listens."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from functools import wraps
from html import escape
from typing import Any

import gradio as gr

from dateline.index.errors import DatelineError

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Options of an event that shows no progress of Gradio's own and is no endpoint."""
PLAIN: dict[str, Any] = {"apply_default_css": False}
"""Options of an HTML component that ``page.css`` styles alone."""


def announce(name: str) -> str:
    """Script that tells the page when Gradio has put new HTML in."""
    return f"watch('value', () => element.dispatchEvent(new CustomEvent('dateline:{name}', {{bubbles: true}})));"


def forward(*names: str) -> str:
    """Script that hands the page's own events of these names to Gradio."""
    return "".join(f"element.addEventListener('dateline:{n}', (e) => trigger('{n}', e.detail));" for n in names)


def tell_errors(blocks: gr.Blocks) -> None:
    """Have the page show the sentence of a DatelineError, whichever event it ends; of other errors only that there is one."""
    for event in blocks.fns.values():
        if event.fn is not None:
            event.fn = _telling(event.fn)


_SHOWN_SECONDS = 20.0


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DatelineError as error:
        # Gradio shows these words as HTML.
        raise gr.Error(escape(str(error)), _SHOWN_SECONDS, title="This did not work", print_exception=False) from error


def _telling(event: Callable[..., Any]) -> Callable[..., Any]:
    """The same event, of the same kind: Gradio looks at its signature and at whether it yields."""

    @wraps(event)
    def call(*args: Any) -> Any:
        with _told():
            return event(*args)

    @wraps(event)
    def steps(*args: Any) -> Iterator[Any]:
        with _told():
            yield from event(*args)

    @wraps(event)
    async def asynchronous_steps(*args: Any) -> AsyncIterator[Any]:
        with _told():
            async with aclosing(event(*args)) as following:
                async for step in following:
                    yield step

    if inspect.isasyncgenfunction(event):
        return asynchronous_steps
    return steps if inspect.isgeneratorfunction(event) else call
