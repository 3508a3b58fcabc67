"""The tab of the conversations kept: search, open, rename, export, delete, and begin another."""

from __future__ import annotations

from typing import Any

import gradio as gr

from dateline.rag.chat.turns import Chat
from dateline.rag.page.ask_tab import AskTab
from dateline.rag.page.routes import owner_of
from dateline.rag.page.script import PLAIN, QUIET, forward


def conversations_tab(chat: Chat, tabs: gr.Tabs, tab: gr.Tab, asking: AskTab) -> None:
    """Lay the tab out and connect it; a conversation opens in the tab ``asking``."""
    outputs = asking.outputs
    with gr.Row(elem_classes="dl-tools"):
        search = gr.Textbox(
            label="Search",
            show_label=False,
            placeholder="Search titles, questions and answers",
            container=False,
            scale=4,
        )
        begin = gr.Button("New conversation", variant="primary", scale=0, min_width=170)
    kept = gr.HTML(js_on_load=forward("open", "rename", "drop"), **PLAIN)

    def listed(search: str | None, request: gr.Request) -> str:
        return chat.list_html(owner_of(request), search or "")

    def show(event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        return (*chat.open(str(event.id), owner_of(request)), gr.Tabs(selected="ask"))

    def fresh(request: gr.Request) -> tuple[Any, ...]:
        return (*chat.open("", owner_of(request)), gr.Tabs(selected="ask"))

    def rename(search: str, event: gr.EventData, request: gr.Request) -> str:
        chat.conversations.rename(owner_of(request), str(event.id), str(event.answer))
        return chat.list_html(owner_of(request), search or "")

    def drop(search: str, now: str, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        owner = owner_of(request)
        chat.conversations.delete(owner, str(event.id))
        emptied = chat.open("", owner) if event.id == now else [gr.skip()] * len(outputs)
        return (chat.list_html(owner, search or ""), *emptied)

    tab.select(listed, search, kept, **QUIET)
    search.change(listed, search, kept, **QUIET)
    kept.open(show, None, [*outputs, tabs], **QUIET)
    kept.rename(rename, search, kept, **QUIET)
    kept.drop(drop, [search, asking.conversation], [kept, *outputs], **QUIET)
    begin.click(fresh, None, [*outputs, tabs], **QUIET)
