"""The chat: ``build(assistant)`` makes Gradio Blocks, ``register`` adds ``dateline chat``.

Only public functions of the Assistant, its index and the conversations are called here; what
they return is turned into HTML by ``rag.render``.
"""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import UnknownDocumentError, UsageError

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

if TYPE_CHECKING:
    import gradio as gr
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from rag.assistant import Assistant
    from rag.conversations import ConversationStore
    from rag.settings import Settings

COOKIE = "dateline_visitor"
CONVERSATIONS = "conversations.sqlite"
"""Kept in the index's folder."""

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


def owner_of(request: gr.Request | None) -> str:
    """Whose conversations these are: the person logged in, or else this browser's cookie."""
    if request is None:
        return "local"
    return str(request.username or request.cookies.get(COOKIE) or "local")


def build(
    assistant: Assistant, conversations: ConversationStore | None = None, examples: Sequence[str] = ()
) -> gr.Blocks:
    """The chat as Gradio Blocks; launch it with ``launch`` (or with ``launch_options()``, which carry its look)."""
    import gradio as gr

    from rag.chat import BLANK, Chat
    from rag.conversations import ConversationStore, Limits

    # Gradio reads the handlers' annotations to find the request and the event.
    globals()["gr"] = gr
    chat = Chat(assistant, conversations or ConversationStore(), examples)

    def ask(question: str, conversation_id: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        for past, current, sources, kept in chat.ask(question, conversation_id, Limits(), owner_of(request)):
            yield _or_skip(past), current, _or_skip(sources), kept, ""

    def load(request: gr.Request) -> tuple[str, str, str, str]:
        return chat.open(str(request.query_params.get("conversation") or ""), owner_of(request))

    def cite(event: gr.EventData, request: gr.Request) -> str:
        return chat.cite(str(event.turn), owner_of(request))

    def example(event: gr.EventData) -> str:
        return str(event.question)

    def _or_skip(html: str | None) -> Any:
        return gr.skip() if html is None else html

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    blocks = gr.Blocks(title="Dateline", analytics_enabled=False, fill_width=True)
    with blocks:
        conversation = gr.State("")
        gr.HTML(
            '<header class="dl-masthead"><h1>Dateline</h1><p>Answers from your articles: every sentence cited, '
            "every date resolved.</p></header>",
            apply_default_css=False,
        )
        with gr.Row(equal_height=False):
            with gr.Column(scale=6, min_width=320, elem_id="dl-reading"):
                past = gr.HTML(apply_default_css=False, elem_id="dl-past", js_on_load=_forward("cite"))
                current = gr.HTML(
                    chat.empty_html(),
                    apply_default_css=False,
                    js_on_load=_announce("turn") + _forward("cite", "example"),
                    elem_id="dl-current",
                )
                with gr.Row(elem_id="dl-compose"):
                    question = gr.Textbox(
                        show_label=False, label="Question", placeholder="Ask the articles", lines=1, max_lines=6,
                        autofocus=True, scale=6, container=False, elem_id="dl-box",
                    )  # fmt: skip
                    send = gr.Button("Ask", variant="primary", scale=0, min_width=88, elem_id="dl-send")
                    stop = gr.Button("Stop", scale=0, min_width=88, elem_id="dl-stop")
            with gr.Column(scale=5, min_width=320, elem_id="dl-pane"):
                pane = gr.HTML(BLANK, apply_default_css=False, js_on_load=_announce("updated") + _forward("cite"))
        asked = gr.on(
            [question.submit, send.click], ask, [question, conversation], [past, current, pane, conversation, question],
            concurrency_limit=4, **quiet,
        )  # fmt: skip
        stop.click(None, cancels=[asked])
        for html in (past, current, pane):
            html.cite(cite, None, pane, queue=False, **quiet)
        current.example(example, None, question, queue=False, **quiet).then(
            ask, [question, conversation], [past, current, pane, conversation, question], concurrency_limit=4, **quiet
        )
        blocks.load(load, None, [past, current, pane, conversation], **quiet)
    return blocks


def _announce(name: str) -> str:
    """Script that tells the page when Gradio has put new HTML in."""
    return f"watch('value', () => element.dispatchEvent(new CustomEvent('dateline:{name}', {{bubbles: true}})));"


def _forward(*names: str) -> str:
    """Script that hands the page's own events of these names to Gradio."""
    return "".join(f"element.addEventListener('dateline:{n}', (e) => trigger('{n}', e.detail));" for n in names)


def theme() -> gr.themes.Base:
    """Fonts that ship with Gradio, so nothing is fetched, and the colours of ``page.css``."""
    import gradio as gr

    return gr.themes.Base(
        font=[gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)), "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        radius_size="md",
    ).set(
        body_background_fill="#faf8f3",
        body_background_fill_dark="#15171b",
        body_text_color="#1d1b18",
        body_text_color_dark="#e9e6df",
        body_text_color_subdued="#5d574d",
        body_text_color_subdued_dark="#aaa59a",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#1c1f25",
        background_fill_secondary="#faf8f3",
        background_fill_secondary_dark="#15171b",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        border_color_primary="#e2dccf",
        border_color_primary_dark="#33373f",
        input_background_fill="#ffffff",
        input_background_fill_dark="#1c1f25",
        input_border_color="#8f8778",
        input_border_color_dark="#767c87",
        input_border_color_focus="#0b5070",
        input_border_color_focus_dark="#86c5e6",
        input_placeholder_color="#5d574d",
        input_placeholder_color_dark="#aaa59a",
        button_primary_background_fill="#0b5070",
        button_primary_background_fill_dark="#86c5e6",
        button_primary_background_fill_hover="#083c55",
        button_primary_background_fill_hover_dark="#a8d6ee",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#0d1a22",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_dark="#1c1f25",
        button_secondary_background_fill_hover="#eef4f7",
        button_secondary_background_fill_hover_dark="#20303a",
        button_secondary_border_color="#e2dccf",
        button_secondary_border_color_dark="#33373f",
        button_secondary_text_color="#0b5070",
        button_secondary_text_color_dark="#86c5e6",
    )


def launch_options(assistant: Assistant) -> dict[str, Any]:
    """What ``Blocks.launch`` needs beside the address: the look, the article pages, and nothing from outside."""
    from starlette.middleware import Middleware
    from starlette.routing import Route

    from rag import render

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
        "app_kwargs": {
            "routes": [Route("/documents/{doc_id:path}", _document_page(assistant))],
            "middleware": [Middleware(Visitors)],
            "docs_url": None,
            "redoc_url": None,
        },
    }


def _document_page(assistant: Assistant) -> Any:
    from html import escape

    from starlette.responses import HTMLResponse

    from rag import render

    def page(request: Request) -> Response:
        try:
            document = assistant.index.document(request.path_params["doc_id"])
        except UnknownDocumentError as error:
            return HTMLResponse(render.page_html("Not found", f"<p>{escape(str(error))}</p>"), status_code=404)
        return HTMLResponse(render.document_page(document))

    return page


class Visitors:
    """ASGI middleware: a cookie that tells browsers apart, and a policy that keeps pages to this server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
        known = COOKIE in SimpleCookie(sent)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    *message["headers"],
                    (b"content-security-policy", _POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                ]
                if not known and scope["path"] == "/":
                    cookie = (
                        f"{COOKIE}={secrets.token_urlsafe(24)}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict"
                    )
                    headers.append((b"set-cookie", cookie.encode()))
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, with_headers)


def require_free_port(host: str, port: int) -> None:
    """Raise UsageError where something else listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port, or stop what uses it"
            ) from error


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``dateline chat``."""
    parser = subparsers.add_parser("chat", help="open the chat in a browser", description="The chat, on this computer.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=7860, help="port to listen on (default: %(default)s)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """``dateline chat``: serve until interrupted."""
    try:
        require_free_port(args.host, args.port)
    except UsageError as error:
        sys.stderr.write(f"dateline: {error}\n")
        return 2
    from rag.conversations import ConversationStore
    from rag.suggestions import suggest

    assistant = settings.assistant(read_only=False)
    examples: list[str] = []
    blocks = build(assistant, ConversationStore(Path(settings.index) / CONVERSATIONS), examples)
    # Besides filling the empty page, the first questions load the models before a person asks.
    threading.Thread(target=lambda: examples.extend(suggest(assistant)), daemon=True).start()
    sys.stderr.write(f"Dateline is at http://{args.host}:{args.port} (Ctrl+C stops it)\n")
    blocks.launch(server_name=args.host, server_port=args.port, **launch_options(assistant))
    return 0
