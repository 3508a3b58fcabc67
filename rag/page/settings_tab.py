"""The tab of the settings: how answers are made, the language model, the colours; each with its line of dateline.toml."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from dateline.index.errors import DatelineError
from dateline.rag.chat.assistants import checked_address, try_llm
from dateline.rag.chat.preferences import as_toml
from dateline.rag.chat.turns import Chat, facts_html
from dateline.rag.page.routes import at_this_computer, owner_of
from dateline.rag.page.script import PLAIN, QUIET
from dateline.rag.settings import Settings

_STYLES = [
    ("The articles' own sentences", "quoted"),
    ("Written by the language model, every sentence checked", "written"),
]
_UNSUPPORTED = [("Leave it out", "drop"), ("Leave it out, to be unfolded", "fold"), ("Show it, flagged", "flag")]
_NOT_HERE = (
    '<p class="dl-hint">Other people may use this chat, so its language model is set where it is started: '
    "<code>llm_url</code> and <code>llm_model</code> in dateline.toml.</p>"
)
_KEY = '<p class="dl-hint">A key is read from DATELINE_LLM_KEY in the environment alone.</p>'


def settings_tab(chat: Chat, tab: gr.Tab) -> None:
    """Lay the tab out and connect it; a change counts for the next question, and for this person alone."""
    with gr.Row(equal_height=False, elem_id="dl-settings"):
        with gr.Column(scale=6, min_width=320):
            gr.HTML('<h3 class="dl-heading">Answers</h3>', **PLAIN)
            style = gr.Radio(_STYLES, label="An answer is made of")
            unsupported = gr.Radio(_UNSUPPORTED, label="A written sentence that the articles do not support")
            k = gr.Slider(1, 100, step=1, label="Passages read for an answer")
            shown = gr.Slider(0, 50, step=1, label="Passages listed below the cited articles")
            gr.HTML('<h3 class="dl-heading">Language model</h3>', **PLAIN)
            not_here = gr.HTML(_NOT_HERE, visible=False, **PLAIN)
            with gr.Column(elem_classes="dl-group") as llm:
                with gr.Row():
                    url = gr.Textbox(
                        label="Address (OpenAI-compatible)",
                        placeholder="http://127.0.0.1:11434/v1",
                        min_width=200,
                        scale=3,
                    )
                    model = gr.Textbox(label="Model", placeholder="the server's first", min_width=120, scale=2)
                with gr.Row(elem_classes="dl-buttons"):
                    test = gr.Button("Test", scale=0, min_width=110)
                    use = gr.Button("Use this model", scale=0, min_width=160, variant="primary")
                gr.HTML(_KEY, **PLAIN)
            told = gr.HTML(elem_id="dl-told", **PLAIN)
        with gr.Column(scale=5, min_width=320):
            gr.HTML('<h3 class="dl-heading">Colours</h3>', **PLAIN)
            look = gr.Radio(["System", "Light", "Dark"], label="Colours", show_label=False, elem_id="dl-look")
            gr.HTML('<h3 class="dl-heading">This chat</h3>', **PLAIN)
            facts = gr.HTML(**PLAIN)
            toml = gr.HTML(**PLAIN)
            reset = gr.Button("Forget my choices", size="sm", elem_id="dl-reset")

    everything = [style, unsupported, k, shown, url, model, toml, facts]

    def shown_now(settings: Settings, request: gr.Request) -> tuple[Any, ...]:
        local = chat.preferences.own_llm and at_this_computer(request)
        # Where others may look on, not even the address of the model is theirs to see.
        address = (settings.llm_url, settings.llm_model) if local else ("", "")
        assistant = chat.assistants.of(settings)
        style = "quoted" if assistant.generator is None else "written"
        values = (style, settings.unsupported, settings.k, settings.shown, *address)
        return *values, toml_html(settings) if local else "", facts_html(assistant)

    def load(request: gr.Request) -> tuple[Any, ...]:
        local = chat.preferences.own_llm and at_this_computer(request)
        now = shown_now(chat.preferences.of(owner_of(request)), request)
        return *now, gr.update(visible=local), gr.update(visible=not local)

    def choose(style: str, unsupported: str, k: int, shown: int, request: gr.Request) -> tuple[Any, ...]:
        kept = chat.preferences.keep(
            owner_of(request), style=style, unsupported=unsupported, k=int(k), shown=int(shown)
        )
        warning = "" if style == "quoted" or kept.llm_url else "No language model is set, so the articles are quoted."
        return said_html(warning), *shown_now(kept, request)[-2:]

    def use_llm(url: str, model: str, request: gr.Request) -> tuple[Any, ...]:
        require_local(request)
        try:
            address = checked_address(url) if url.strip() else ""
            style = "written" if address else "quoted"
            kept = chat.preferences.keep(owner_of(request), llm_url=address, llm_model=model.strip(), style=style)
        except DatelineError as error:
            return said_html(str(error)), *[gr.skip()] * len(everything)
        words = (
            "The next answer is written by this model." if address else "No language model: the articles are quoted."
        )
        return said_html(words), *shown_now(kept, request)

    def try_it(url: str, model: str, request: gr.Request) -> str:
        require_local(request)
        return said_html(try_llm(url, model, chat.preferences.settings))

    def forget(request: gr.Request) -> tuple[Any, ...]:
        return said_html("As it was started."), *shown_now(chat.preferences.reset(owner_of(request)), request)

    def require_local(request: gr.Request) -> None:
        if not (chat.preferences.own_llm and at_this_computer(request)):
            raise gr.Error("The language model is set where this chat is started.")

    choices = [style, unsupported, k, shown]
    gr.on([style.input, unsupported.input, k.release, shown.release], choose, choices, [told, toml, facts], **QUIET)
    test.click(lambda: said_html("Asking it for a word…"), None, told, queue=False, **QUIET).then(
        try_it, [url, model], told, concurrency_limit=2, **QUIET
    )
    use.click(use_llm, [url, model], [told, *everything], **QUIET)
    reset.click(forget, None, [told, *everything], **QUIET)
    look.input(None, look, None, js="(look) => window.datelineLook(look)")
    tab.select(load, None, [*everything, llm, not_here], **QUIET)
    tab.select(None, None, look, js="() => window.datelineLooksNow()")


def said_html(words: str) -> str:
    """What became of a change or a test, in a sentence."""
    return f'<p class="dl-told" role="status">{escape(words)}</p>' if words else ""


def toml_html(settings: Settings) -> str:
    """The lines that make the choices permanent, and hold for everybody."""
    return (
        '<details class="dl-toml"><summary>Make these the defaults</summary>'
        "<p>Put these lines into <code>dateline.toml</code> where the chat is started:</p>"
        f"<pre>{escape(as_toml(settings))}</pre></details>"
    )
