"""The tab of the articles: search, open, date by hand, remove and undo, and add files or a pasted text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import gradio as gr

from dateline.index.errors import DatelineError
from dateline.rag.chat.library import MAX_BYTES, MAX_FILES, Library, Order
from dateline.rag.html import render
from dateline.rag.page.script import PLAIN, QUIET, forward


def articles_tab(library: Library, tab: gr.Tab, scope: gr.Dropdown) -> None:
    """Lay the tab out and connect it; ``scope`` offers the articles to limit a question to."""
    removed = gr.State(None)
    chosen = gr.State("")
    with gr.Row(equal_height=False, elem_id="dl-articles"):
        with gr.Column(scale=6, min_width=320):
            with gr.Row(elem_classes="dl-tools"):
                search = gr.Textbox(
                    label="Search articles", show_label=False, placeholder="Search title, source, date",
                    container=False, scale=4,
                )  # fmt: skip
                order = gr.Dropdown(
                    list(get_args(Order)), value="Newest", label="Order", show_label=False, container=False, scale=0,
                    min_width=140,
                )  # fmt: skip
            said = gr.HTML(elem_id="dl-said", **PLAIN)
            undo = gr.Button("Undo the removal", visible=False, size="sm")
            table = gr.HTML(js_on_load=forward("library"), **PLAIN)
        with gr.Column(scale=5, min_width=320, elem_classes="dl-sheet", elem_id="dl-add") as adding:
            gr.HTML(f'<h3 class="dl-heading">Add articles</h3><p class="dl-hint">{_KINDS}</p>', **PLAIN)
            files = gr.File(label="Files", show_label=False, file_count="multiple", height=132)
            with gr.Accordion("Or paste a text", open=False, elem_classes="dl-fold"):
                title = gr.Textbox(label="Title")
                with gr.Row():
                    source = gr.Textbox(label="Source", min_width=120)
                    day = gr.Textbox(label="Published", placeholder="2026-01-29", min_width=120)
                text = gr.Textbox(label="Text", lines=6)
                paste = gr.Button("Add this article", variant="primary")
        with gr.Column(scale=5, min_width=320, elem_classes="dl-sheet", elem_id="dl-open", visible=False) as beside:
            with gr.Row(elem_id="dl-handles"):
                remove = gr.Button("Remove the article", size="sm", variant="stop")
                shut = gr.Button("Close", size="sm")
            with gr.Accordion("Set the date or the source", open=False, elem_classes="dl-fold", elem_id="dl-amend"):
                with gr.Row():
                    new_day = gr.Textbox(label="Published", placeholder="2026-01-29", min_width=120)
                    new_source = gr.Textbox(label="Source", min_width=120)
                amend = gr.Button("Keep date and source")
            article = gr.HTML(**PLAIN)

    def listed(search: str | None, order: Any) -> tuple[str, Any]:
        return library.table_html(search or "", order), gr.update(choices=library.choices())

    def upload(paths: list[str] | None, progress: gr.Progress = gr.Progress()) -> Iterator[tuple[str, Any]]:  # noqa: B008
        told: list[str] = []
        try:
            for done, line in library.add_files(paths or []):
                told.append(line)
                progress((done, len(paths or [])), desc=line)
                yield render.lines_html(told), gr.skip()
        except DatelineError as error:
            told.append(str(error))
        yield render.lines_html(told), None

    def add(text: str | None, title: str | None, source: str | None, day: str | None) -> tuple[Any, ...]:
        try:
            document = library.add_text(text or "", title or "", source or "", day or "")
        except DatelineError as error:
            return (render.lines_html([str(error)]), *[gr.skip()] * 4)
        return (render.lines_html([f"{document.title}: added"]), "", "", "", "")

    def show(event: gr.EventData) -> tuple[Any, ...]:
        document = library.index.document(str(event.doc))
        known = ((document.published or "")[:10], document.source)
        html = render.article_html(document, ())
        return gr.update(visible=True), gr.update(visible=False), document.doc_id, html, *known

    def keep(doc_id: str, day: str | None, source: str | None) -> tuple[Any, ...]:
        try:
            document = library.amend(doc_id, day or "", source or "")
        except DatelineError as error:
            return render.lines_html([str(error)]), gr.skip()
        return render.lines_html([f"{document.title}: date and source kept"]), render.article_html(document, ())

    def take(doc_id: str) -> tuple[Any, ...]:
        document = library.remove(doc_id)
        told = render.lines_html([f"{document.title or doc_id}: removed"])
        return told, document, gr.update(visible=True), *closed()

    def closed() -> tuple[Any, Any]:
        return gr.update(visible=False), gr.update(visible=True)

    def back(document: Any) -> tuple[Any, ...]:
        library.put_back(document)
        return render.lines_html([f"{document.title or document.doc_id}: put back"]), None, gr.update(visible=False)

    lists = ([search, order], [table, scope])
    tab.select(listed, *lists, **QUIET)
    gr.on([search.change, order.change], listed, *lists, **QUIET)
    files.upload(upload, files, [said, files], api_visibility="private").then(listed, *lists, **QUIET)
    paste.click(add, [text, title, source, day], [said, text, title, source, day], **QUIET).then(
        listed, *lists, **QUIET
    )
    table.library(show, None, [beside, adding, chosen, article, new_day, new_source], **QUIET).then(
        None, js="() => innerWidth <= 800 && document.getElementById('dl-open').scrollIntoView()"
    )
    shut.click(closed, None, [beside, adding], queue=False, **QUIET)
    amend.click(keep, [chosen, new_day, new_source], [said, article], **QUIET).then(listed, *lists, **QUIET)
    remove.click(take, chosen, [said, removed, undo, beside, adding], **QUIET).then(listed, *lists, **QUIET)
    undo.click(back, removed, [said, removed, undo], **QUIET).then(listed, *lists, **QUIET)


_KINDS = (
    "Text, Markdown, HTML, PDF, Word, feeds or .jsonl: "
    f"up to {MAX_FILES} files of {MAX_BYTES // 2**20} MB each. They are searchable at once."
)
