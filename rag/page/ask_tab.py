"""The tab where questions are asked: the answers, the articles beside them, and the box at the foot."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Generator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import gradio as gr
from anyio.to_thread import run_sync

from dateline.rag.chat.conversations import Limits
from dateline.rag.chat.turns import BLANK, Chat, Step, busy_html
from dateline.rag.page.routes import owner_of
from dateline.rag.page.script import PLAIN, QUIET, announce, forward
from dateline.rag.service.queue import BusyError, Queue


@dataclass(frozen=True)
class AskTab:
    """What other tabs fill: the open conversation, its last turn, everything it consists of, and the articles it is limited to."""

    conversation: gr.State
    current: gr.HTML
    outputs: list[Any]
    scope: gr.Dropdown


def ask_tab(chat: Chat, queue: Queue) -> AskTab:
    """Lay the tab out and connect it; ``queue`` keeps how many questions are answered at once."""
    turn_events = ("cite", "edit", "again", "vote", "comment", "nudge")
    conversation = gr.State("")
    with gr.Row(equal_height=False, elem_id="dl-ask"):
        with gr.Column(scale=6, min_width=320, elem_id="dl-reading"):
            past = gr.HTML(elem_id="dl-past", js_on_load=forward(*turn_events), **PLAIN)
            current = gr.HTML(
                chat.empty_html(),
                elem_id="dl-current",
                js_on_load=announce("turn") + forward(*turn_events, "example"),
                **PLAIN,
            )
            with gr.Column(elem_id="dl-compose"):
                with gr.Row(elem_id="dl-line"):
                    question = gr.Textbox(
                        label="Question", show_label=False, placeholder="Ask the articles", lines=1, max_lines=6,
                        autofocus=True, scale=6, container=False, elem_id="dl-box",
                    )  # fmt: skip
                    send = gr.Button("Ask", variant="primary", scale=0, min_width=88, elem_id="dl-send")
                    stop = gr.Button("Stop", scale=0, min_width=88, elem_id="dl-stop")
                    asked = gr.Textbox(visible="hidden")
                with gr.Accordion("Limit to a period or to some articles", open=False, elem_id="dl-limits"):
                    with gr.Row():
                        after = gr.Textbox(label="Published from", placeholder="2026-01-01", min_width=120)
                        before = gr.Textbox(label="Published until", placeholder="2026-01-31", min_width=120)
                    scope = gr.Dropdown(label="Only these articles", multiselect=True, choices=[])
        with gr.Column(scale=5, min_width=320, elem_id="dl-pane"):
            pane = gr.HTML(BLANK, js_on_load=announce("updated") + forward("cite"), **PLAIN)

    outputs = [past, current, pane, conversation]

    async def ask(
        text: str, kept: str, after: str | None, before: str | None, doc_ids: list[str] | None, request: gr.Request
    ) -> AsyncIterator[Step]:
        limits = Limits((after or "").strip() or None, (before or "").strip() or None, tuple(doc_ids or ()))
        async for step in attended(queue, chat.ask(text, kept, limits, owner_of(request)), text):
            yield step

    async def again(kept: str, event: gr.EventData, request: gr.Request) -> AsyncIterator[Step]:
        owner = owner_of(request)
        steps = chat.again(str(event.turn), kept, owner, unlimited=bool(event._data.get("unlimited")))
        async for step in attended(queue, steps, chat.question(str(event.turn), owner)):
            yield step

    def cite(event: gr.EventData, request: gr.Request) -> str:
        return chat.cite(str(event.turn), owner_of(request))

    def vote(event: gr.EventData, request: gr.Request) -> None:
        chat.vote(str(event.turn), owner_of(request), vote=int(event.vote))

    def comment(event: gr.EventData, request: gr.Request) -> None:
        chat.vote(str(event.turn), owner_of(request), comment=str(event.comment or ""))

    def fill(event: gr.EventData) -> str:
        return str(event.question)

    # The queue says who must wait; a question sent while the last one is answered is asked after it.
    options: dict[str, Any] = {"concurrency_limit": None, "trigger_mode": "always_last", **QUIET}
    inputs = [asked, conversation, after, before, scope]
    growing = [past, current, conversation, pane]
    # The browser empties the box at once, so that what is typed while an answer grows stays.
    sent = gr.on([question.submit, send.click], None, question, [asked, question], js=_SEND)
    chosen = current.example(fill, None, asked, queue=False, **QUIET)
    running = [sent.then(ask, inputs, growing, **options), chosen.then(ask, inputs, growing, **options)]
    for html in (past, current):
        running.append(html.again(again, conversation, growing, **options))
        html.nudge(lambda: None, None, None, **QUIET)
        html.edit(fill, None, question, queue=False, **QUIET)
        # Queued, as all that can fail: Gradio's page shows no words for what fails beside the queue.
        html.vote(vote, None, None, **QUIET)
        html.comment(comment, None, None, **QUIET)
    for answered in running:
        # What could not even be sent is not lost.
        answered.failure(None, [asked, question], question, js="(lost, text) => text || lost")
    for html in (past, current, pane):
        html.cite(cite, None, pane, queue=False, **QUIET)
    stop.click(None, cancels=running, js="() => window.datelineStopped()")
    return AskTab(conversation, current, outputs, scope)


_SEND = "(text) => (document.dispatchEvent(new CustomEvent('dateline:sent')), [text, ''])"
"""The question goes into the field that is asked, and the box is empty."""


async def attended(queue: Queue, steps: Generator[Step, None, None], question: str) -> AsyncIterator[Step]:
    """The steps of an answer, once there is a place; where there is none, that the chat is busy."""
    one_at_a_time = threading.Lock()

    def step() -> Step | None:
        with one_at_a_time:
            return next(steps, None)

    def close() -> None:
        with one_at_a_time:
            steps.close()

    async def leave(place: AsyncExitStack) -> None:
        await run_sync(close)
        await place.aclose()

    # The first step says that the question has arrived: it waits for nobody.
    first = await run_sync(step)
    if first is None:
        return
    earlier, _, kept, pane = first
    yield first
    place = AsyncExitStack()
    try:
        await place.enter_async_context(queue.place())
    except BusyError:
        yield earlier, busy_html(question), kept, pane
        return
    try:
        while (following := await run_sync(step)) is not None:
            yield following
    finally:
        # Stop comes while a thread is at a step, which may take a language model long: nobody waits for it, but its
        # place stays taken until it is done.
        leaving = asyncio.create_task(leave(place))
        _LEAVING.add(leaving)
        leaving.add_done_callback(_LEAVING.discard)


_LEAVING: set[asyncio.Task[None]] = set()
"""The event loop itself keeps no hold of its tasks."""
