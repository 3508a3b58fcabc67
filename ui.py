"""The chat: ``build(assistant)`` makes Gradio Blocks, ``register`` adds ``dateline chat`` and ``dateline verify``.

Only public functions of the Assistant, its index and the conversations are called here; what
they return is turned into HTML by ``rag.render``.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from index.errors import DatelineError, UsageError
from rag.listening import is_loopback, require_free_port

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

if TYPE_CHECKING:
    import gradio as gr
    from starlette.routing import BaseRoute

    from rag.assistant import Assistant
    from rag.chat import Chat
    from rag.conversations import ConversationStore
    from rag.settings import Settings
    from rag.shelf import Shelf

CONVERSATIONS = "conversations.sqlite"
"""Kept in the index's folder."""

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_PLAIN: dict[str, Any] = {"apply_default_css": False}


def build(assistant: Assistant, conversations: ConversationStore, examples: Sequence[str] = ()) -> gr.Blocks:
    """The chat as Gradio Blocks; ``launch_options`` has what its launch needs."""
    import gradio as gr

    from rag.chat import Chat
    from rag.shelf import Shelf

    # Gradio looks the handlers' annotations up here, to hand them the request and the event.
    globals()["gr"] = gr
    chat = Chat(assistant, conversations, examples)
    shelf = Shelf(assistant.index)
    blocks = gr.Blocks(title="Dateline", analytics_enabled=False, fill_width=True)
    with blocks:
        gr.HTML(
            '<header class="dl-masthead"><h1>Dateline</h1><p>Answers from your articles: every sentence cited, '
            "every date resolved.</p></header>",
            **_PLAIN,
        )
        with gr.Tabs(selected="ask", elem_id="dl-tabs") as tabs:
            with gr.Tab("Ask", id="ask"):
                opened, outputs, scope = _ask_tab(chat)
            with gr.Tab("Conversations", id="conversations") as conversations_tab:
                _conversations_tab(chat, tabs, conversations_tab, opened, outputs)
            with gr.Tab("Articles", id="articles") as articles_tab:
                _articles_tab(shelf, articles_tab, scope)
            with gr.Tab("Settings", id="settings") as settings_tab:
                _settings_tab(assistant, settings_tab)

        def load(request: gr.Request) -> tuple[Any, ...]:
            asked = str(request.query_params.get("conversation") or "")
            return (*chat.open(asked, owner_of(request)), gr.update(choices=_choices(shelf)))

        blocks.load(load, None, [*outputs, scope], **_QUIET)
    return blocks


def owner_of(request: gr.Request | None) -> str:
    """Whose conversations an event may see."""
    from rag import pages

    return pages.owner_of(request)


def _ask_tab(chat: Chat) -> tuple[gr.State, list[Any], gr.Dropdown]:
    """The answers, the articles beside them and the question box; returns what opening a conversation fills."""
    from rag.chat import BLANK
    from rag.conversations import Limits

    conversation = gr.State("")
    turn_events = ("cite", "edit", "again", "vote", "comment")
    with gr.Row(equal_height=False):
        with gr.Column(scale=6, min_width=320, elem_id="dl-reading"):
            past = gr.HTML(elem_id="dl-past", js_on_load=_forward(*turn_events), **_PLAIN)
            current = gr.HTML(
                chat.empty_html(),
                elem_id="dl-current",
                js_on_load=_announce("turn") + _forward(*turn_events, "example"),
                **_PLAIN,
            )
            with gr.Column(elem_id="dl-compose"):
                with gr.Row(elem_id="dl-line"):
                    question = gr.Textbox(
                        label="Question", show_label=False, placeholder="Ask the articles", lines=1, max_lines=6,
                        autofocus=True, scale=6, container=False, elem_id="dl-box",
                    )  # fmt: skip
                    send = gr.Button("Ask", variant="primary", scale=0, min_width=88, elem_id="dl-send")
                    stop = gr.Button("Stop", scale=0, min_width=88, elem_id="dl-stop")
                with gr.Accordion("Limit to a period or to some articles", open=False, elem_id="dl-limits"):
                    with gr.Row():
                        after = gr.Textbox(label="Published from", placeholder="2026-01-01", min_width=120)
                        before = gr.Textbox(label="Published until", placeholder="2026-01-31", min_width=120)
                    scope = gr.Dropdown(label="Only these articles", multiselect=True, choices=[])
        with gr.Column(scale=5, min_width=320, elem_id="dl-pane"):
            pane = gr.HTML(BLANK, js_on_load=_announce("updated") + _forward("cite"), **_PLAIN)

    outputs = [past, current, pane, conversation]

    def steps(answers: Iterator[tuple[str | None, str, str | None, str]]) -> Iterator[tuple[Any, ...]]:
        for earlier, answer, sources, kept in answers:
            yield tuple(gr.skip() if html is None else html for html in (earlier, answer, sources, kept))

    def ask(
        text: str, kept: str, after: str | None, before: str | None, doc_ids: list[str] | None, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        limits = Limits((after or "").strip() or None, (before or "").strip() or None, tuple(doc_ids or ()))
        for step in steps(chat.ask(text, kept, limits, owner_of(request))):
            yield (*step, "")

    def again(kept: str, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        unlimited = bool(event._data.get("unlimited"))
        yield from steps(chat.again(str(event.turn), kept, owner_of(request), unlimited=unlimited))

    def cite(event: gr.EventData, request: gr.Request) -> str:
        return chat.cite(str(event.turn), owner_of(request))

    def vote(event: gr.EventData, request: gr.Request) -> None:
        chat.vote(str(event.turn), owner_of(request), vote=int(event.vote))

    def comment(event: gr.EventData, request: gr.Request) -> None:
        chat.vote(str(event.turn), owner_of(request), comment=str(event.comment or ""))

    def fill(event: gr.EventData) -> str:
        return str(event.question)

    inputs = [question, conversation, after, before, scope]
    running = [
        gr.on([question.submit, send.click], ask, inputs, [*outputs, question], concurrency_limit=4, **_QUIET),
        current.example(fill, None, question, queue=False, **_QUIET).then(
            ask, inputs, [*outputs, question], concurrency_limit=4, **_QUIET
        ),
    ]
    for html in (past, current):
        running.append(html.again(again, conversation, outputs, concurrency_limit=4, **_QUIET))
        html.edit(fill, None, question, queue=False, **_QUIET)
        html.vote(vote, None, None, queue=False, **_QUIET)
        html.comment(comment, None, None, queue=False, **_QUIET)
    for html in (past, current, pane):
        html.cite(cite, None, pane, queue=False, **_QUIET)
    stop.click(None, cancels=running)
    return conversation, outputs, scope


def _conversations_tab(chat: Chat, tabs: gr.Tabs, tab: gr.Tab, opened: gr.State, outputs: list[Any]) -> None:
    """The conversations kept: search, open, rename, export, delete, and begin another."""
    with gr.Row(elem_classes="dl-tools"):
        search = gr.Textbox(
            label="Search",
            show_label=False,
            placeholder="Search titles, questions and answers",
            container=False,
            scale=4,
        )
        begin = gr.Button("New conversation", variant="primary", scale=0, min_width=170)
    kept = gr.HTML(js_on_load=_forward("open", "rename", "drop"), **_PLAIN)

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

    tab.select(listed, search, kept, **_QUIET)
    search.change(listed, search, kept, **_QUIET)
    kept.open(show, None, [*outputs, tabs], **_QUIET)
    kept.rename(rename, search, kept, **_QUIET)
    kept.drop(drop, [search, opened], [kept, *outputs], **_QUIET)
    begin.click(fresh, None, [*outputs, tabs], **_QUIET)


def _articles_tab(shelf: Shelf, tab: gr.Tab, scope: gr.Dropdown) -> None:
    """The articles: add files or a pasted text, search, open, date by hand, remove and undo."""
    from rag import render
    from rag.shelf import MAX_BYTES, MAX_FILES, Order

    removed = gr.State(None)
    chosen = gr.State("")
    with gr.Row(equal_height=False):
        with gr.Column(scale=6, min_width=320):
            with gr.Row(elem_classes="dl-tools"):
                search = gr.Textbox(
                    label="Search articles", show_label=False, placeholder="Search title, source, date", container=False
                )
                order = gr.Dropdown(
                    list(get_args(Order)), value="Newest", label="Order", show_label=False, container=False, scale=0,
                    min_width=130,
                )  # fmt: skip
            table = gr.HTML(js_on_load=_forward("shelf"), **_PLAIN)
            said = gr.HTML(elem_id="dl-said", **_PLAIN)
            undo = gr.Button("Undo the removal", visible=False, size="sm")
            files = gr.File(
                label=f"Add articles (up to {MAX_FILES} files of {MAX_BYTES // 2**20} MB)",
                file_count="multiple",
                height=150,
            )
            with gr.Accordion("Paste an article", open=False):
                title = gr.Textbox(label="Title")
                with gr.Row():
                    source = gr.Textbox(label="Source", min_width=140)
                    day = gr.Textbox(label="Published", placeholder="2026-01-29", min_width=140)
                text = gr.Textbox(label="Text", lines=6)
                paste = gr.Button("Add this article", variant="primary")
        with gr.Column(scale=5, min_width=320, elem_id="dl-open", visible=False) as beside:
            with gr.Row():
                new_day = gr.Textbox(label="Published", placeholder="2026-01-29", min_width=120)
                new_source = gr.Textbox(label="Source", min_width=120)
            with gr.Row():
                amend = gr.Button("Keep date and source", min_width=150)
                remove = gr.Button("Remove the article", min_width=150, variant="stop")
            article = gr.HTML(**_PLAIN)

    def listed(search: str | None, order: Any) -> tuple[str, Any]:
        return shelf.table_html(search or "", order), gr.update(choices=_choices(shelf))

    def upload(paths: list[str] | None, progress: gr.Progress = gr.Progress()) -> Iterator[tuple[str, Any]]:  # noqa: B008
        told: list[str] = []
        try:
            for done, line in shelf.add_files(paths or []):
                told.append(line)
                progress((done, len(paths or [])), desc=line)
                yield render.lines_html(told), gr.skip()
        except DatelineError as error:
            told.append(str(error))
        yield render.lines_html(told), None

    def add(text: str | None, title: str | None, source: str | None, day: str | None) -> tuple[Any, ...]:
        try:
            document = shelf.add_text(text or "", title or "", source or "", day or "")
        except DatelineError as error:
            return (render.lines_html([str(error)]), *[gr.skip()] * 4)
        return (render.lines_html([f"{document.title}: added"]), "", "", "", "")

    def show(event: gr.EventData) -> tuple[Any, ...]:
        document = shelf.index.document(str(event.doc))
        known = ((document.published or "")[:10], document.source)
        return (gr.update(visible=True), document.doc_id, render.article_html(document, ()), *known)

    def keep(doc_id: str, day: str | None, source: str | None) -> tuple[Any, ...]:
        try:
            document = shelf.amend(doc_id, day or "", source or "")
        except DatelineError as error:
            return render.lines_html([str(error)]), gr.skip()
        return render.lines_html([f"{document.title}: date and source kept"]), render.article_html(document, ())

    def take(doc_id: str) -> tuple[Any, ...]:
        document = shelf.remove(doc_id)
        told = render.lines_html([f"{document.title or doc_id}: removed"])
        return told, document, gr.update(visible=True), gr.update(visible=False)

    def back(document: Any) -> tuple[Any, ...]:
        shelf.put_back(document)
        return render.lines_html([f"{document.title or document.doc_id}: put back"]), None, gr.update(visible=False)

    lists = ([search, order], [table, scope])
    tab.select(listed, *lists, **_QUIET)
    gr.on([search.change, order.change], listed, *lists, **_QUIET)
    files.upload(upload, files, [said, files], api_visibility="private").then(listed, *lists, **_QUIET)
    paste.click(add, [text, title, source, day], [said, text, title, source, day], **_QUIET).then(
        listed, *lists, **_QUIET
    )
    table.shelf(show, None, [beside, chosen, article, new_day, new_source], **_QUIET).then(
        None, js="() => innerWidth <= 800 && document.getElementById('dl-open').scrollIntoView()"
    )
    amend.click(keep, [chosen, new_day, new_source], [said, article], **_QUIET).then(listed, *lists, **_QUIET)
    remove.click(take, chosen, [said, removed, undo, beside], **_QUIET).then(listed, *lists, **_QUIET)
    undo.click(back, removed, [said, removed, undo], **_QUIET).then(listed, *lists, **_QUIET)


def _settings_tab(assistant: Assistant, tab: gr.Tab) -> None:
    """The look, kept by the browser, and what the answers are made from."""
    from rag.chat import facts_html

    look = gr.Radio(["System", "Light", "Dark"], value="System", label="Colours", elem_id="dl-look")
    facts = gr.HTML(**_PLAIN)
    look.change(None, look, None, js="(look) => window.datelineLook(look)")
    tab.select(lambda: facts_html(assistant), None, facts, **_QUIET)
    tab.select(None, None, look, js="() => localStorage.getItem('dateline-look') || 'System'")


def _choices(shelf: Shelf) -> list[tuple[str, str]]:
    return [(info.title or info.doc_id, info.doc_id) for info in shelf.find()]


def _announce(name: str) -> str:
    """Script that tells the page when Gradio has put new HTML in."""
    return f"watch('value', () => element.dispatchEvent(new CustomEvent('dateline:{name}', {{bubbles: true}})));"


def _forward(*names: str) -> str:
    """Script that hands the page's own events of these names to Gradio."""
    return "".join(f"element.addEventListener('dateline:{n}', (e) => trigger('{n}', e.detail));" for n in names)


_COLOURS = {
    "paper": ("background_fill_secondary",),
    "sheet": ("background_fill_primary", "input_background_fill", "button_secondary_background_fill"),
    "ink": ("block_label_text_color", "block_title_text_color"),
    "muted": ("body_text_color_subdued", "input_placeholder_color"),
    "rule": ("border_color_primary", "button_secondary_border_color"),
    "edge": ("input_border_color",),
    "wash": ("button_secondary_background_fill_hover",),
    "link": (
        "border_color_accent",
        "button_primary_background_fill",
        "button_primary_background_fill_hover",
        "button_secondary_text_color",
        "input_border_color_focus",
        "link_text_color",
    ),
    "on-link": ("button_primary_text_color",),
}
"""Colours of ``page.css`` (light and dark in one) and where Gradio uses them."""


def theme() -> gr.themes.Base:
    """Fonts that ship with Gradio, so that nothing is fetched, and the colours of ``page.css``."""
    import gradio as gr

    colours = {
        f"{name}{mode}": f"var(--dl-{colour})"
        for colour, names in _COLOURS.items()
        for name in names
        for mode in ("", "_dark")
    }
    return gr.themes.Base(
        font=[gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)), "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        radius_size="md",
    ).set(
        # These two are painted before any style sheet is there, and so stand as they are.
        body_background_fill="#faf8f3",
        body_background_fill_dark="#15171b",
        body_text_color="#1d1b18",
        body_text_color_dark="#e9e6df",
        color_accent="var(--dl-link)",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        **colours,
    )


def launch_options(
    assistant: Assistant, conversations: ConversationStore, service: Sequence[BaseRoute] = ()
) -> dict[str, Any]:
    """What ``Blocks.launch`` needs beside the address: the look, the pages and services beside it."""
    from starlette.middleware import Middleware

    from rag import pages, render
    from rag.shelf import MAX_BYTES

    return {
        "theme": theme(),
        # In the head as it is: Blocks' own css option would scope each rule to Gradio's container.
        "head": f"<style>{render.asset('page.css')}</style><script>{render.asset('page.js')}</script>",
        "share": False,
        "ssr_mode": False,
        "quiet": True,
        "footer_links": [],
        "run_history": False,
        "pwa": False,
        "max_file_size": MAX_BYTES,
        "app_kwargs": {
            "routes": [*pages.routes(assistant.index, conversations), *service],
            "middleware": [Middleware(pages.Visitors)],
            "docs_url": None,
            "redoc_url": None,
        },
    }


def require_closed_door(host: str, users: Path | None, no_auth: bool) -> None:
    """Raise UsageError where other computers could reach the chat and nobody would be asked who they are."""
    if users is not None and not users.is_file():
        raise UsageError(f"{users}: there is no such file of users; make one with: dateline user NAME --auth {users}")
    if not is_loopback(host) and users is None and not no_auth:
        raise UsageError(
            f"other computers could reach {host}; ask for a login with --auth FILE, or say --no-auth to let everybody in"
        )


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``dateline chat`` and ``dateline verify``."""
    chat = subparsers.add_parser("chat", help="open the chat in a browser", description="The chat, on this computer.")
    chat.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    chat.add_argument("--port", type=int, default=7860, help="port to listen on (default: %(default)s)")
    chat.add_argument("--auth", type=Path, metavar="FILE", help="ask for a login of these users (see: dateline user)")
    chat.add_argument("--no-auth", action="store_true", help="let everybody in who can reach the address")
    chat.set_defaults(run=run)
    user = subparsers.add_parser(
        "user",
        help="add a user of the chat, or change a password",
        description="Add a user of the chat, or change a password; it is read from the terminal or standard input.",
    )
    user.add_argument("name", metavar="NAME")
    user.add_argument("--auth", type=Path, metavar="FILE", required=True, help="the file of users")
    user.set_defaults(run=run_user)
    verify = subparsers.add_parser(
        "verify",
        help="check the quotes of an exported conversation",
        description="Hold every quote of an exported conversation (HTML or JSON) against the index.",
    )
    verify.add_argument("file", type=Path, metavar="FILE", help="the exported file")
    verify.set_defaults(run=run_verify)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """``dateline chat``: serve until interrupted."""
    require_closed_door(args.host, args.auth, args.no_auth)
    require_free_port(args.host, args.port)
    from rag.conversations import ConversationStore
    from rag.service import build_app, routes
    from rag.suggestions import suggest
    from rag.users import Users

    users = Users(args.auth) if args.auth else None
    assistant = settings.assistant(read_only=False)
    conversations = ConversationStore(assistant.index.store.folder / CONVERSATIONS)
    examples: list[str] = []
    blocks = build(assistant, conversations, examples)
    # Besides filling the empty page, the first questions load the models before a person asks.
    threading.Thread(target=lambda: examples.extend(suggest(assistant)), daemon=True).start()
    # Programs have no login: where people need one, programs need the token.
    open_to_programs = settings.token or (is_loopback(args.host) and users is None)
    service = routes(build_app(assistant, token=settings.token or None, host=args.host)) if open_to_programs else []
    sys.stderr.write(f"Dateline is at http://{args.host}:{args.port} (Ctrl+C stops it)\n")
    blocks.launch(
        server_name=args.host,
        server_port=args.port,
        auth=users.check if users else None,
        **launch_options(assistant, conversations, service),
    )
    return 0


def run_user(args: argparse.Namespace, settings: Settings) -> int:
    """``dateline user``: add a user or change a password."""
    from rag.users import Users

    users = Users(args.auth)
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    users.add(args.name, password)
    sys.stderr.write(f"{args.name} may log in; start the chat with: dateline chat --auth {args.auth}\n")
    return 0


def run_verify(args: argparse.Namespace, settings: Settings) -> int:
    """``dateline verify``: 0 where every quote holds, 1 where some do not, each named on standard error."""
    from rag import export

    checked, wrong = export.verify(export.read(args.file), settings.open_index(read_only=True))
    for sentence in wrong:
        sys.stderr.write(f"failed: {sentence}\n")
    sys.stdout.write(f"{checked} quotes checked, {len(wrong)} findings\n")
    return 1 if wrong else 0
