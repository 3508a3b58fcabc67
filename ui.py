"""The chat: ``build(assistant)`` makes Gradio Blocks, ``register`` adds ``dateline chat``, ``user`` and ``verify``.

The tabs lie in ``rag/page/``; what their events do, in ``dateline.rag.chat.turns`` and ``dateline.rag.chat.library``.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.index.errors import UsageError
from dateline.rag.command.cli import accept_hosts
from dateline.rag.service.addresses import is_loopback, require_free_port

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

if TYPE_CHECKING:
    import gradio as gr
    from starlette.routing import BaseRoute

    from dateline.rag.assistant import Assistant
    from dateline.rag.chat.conversations import ConversationStore
    from dateline.rag.chat.preferences import Preferences
    from dateline.rag.service.queue import Limits
    from dateline.rag.settings import Settings, Theme


def build(
    assistant: Assistant,
    conversations: ConversationStore,
    examples: Sequence[str] = (),
    preferences: Preferences | None = None,
    limits: Limits | None = None,
) -> gr.Blocks:
    """The chat as Gradio Blocks; ``launch_options`` has what its launch needs.

    ``preferences`` hold what people choose on the page, ``limits`` how many questions are answered at once and wait.
    """
    import gradio as gr

    from dateline.rag.chat.library import Library
    from dateline.rag.chat.turns import Chat
    from dateline.rag.page.articles_tab import articles_tab
    from dateline.rag.page.ask_tab import ask_tab
    from dateline.rag.page.conversations_tab import conversations_tab
    from dateline.rag.page.routes import owner_of
    from dateline.rag.page.script import PLAIN, QUIET, tell_errors
    from dateline.rag.page.settings_tab import settings_tab
    from dateline.rag.service.queue import Queue

    # Gradio looks the annotation of the handler below up here, to hand it the request.
    globals()["gr"] = gr
    chat = Chat(assistant, conversations, examples, preferences)
    library = Library(assistant.index)
    blocks = gr.Blocks(title="Dateline", analytics_enabled=False, fill_width=True)
    with blocks:
        gr.HTML(
            '<header class="dl-masthead"><h1>Dateline</h1><p>Every sentence cited, every date resolved.</p></header>',
            **PLAIN,
        )
        with gr.Tabs(selected="ask", elem_id="dl-tabs") as tabs:
            with gr.Tab("Ask", id="ask") as tab:
                asking = ask_tab(chat, Queue(assistant, limits))

            def begin(kept: str) -> Any:
                return gr.skip() if kept else chat.empty_html()

            # Whoever comes back from adding articles finds no page that says there are none.
            tab.select(begin, asking.conversation, asking.current, **QUIET)
            with gr.Tab("Conversations", id="conversations") as tab:
                conversations_tab(chat, tabs, tab, asking)
            with gr.Tab("Articles", id="articles") as tab:
                articles_tab(library, tab, asking.scope)
            with gr.Tab("Settings", id="settings") as tab:
                settings_tab(chat, tab)

        def load(request: gr.Request) -> tuple[Any, ...]:
            asked = str(request.query_params.get("conversation") or "")
            return (*chat.open(asked, owner_of(request)), gr.update(choices=library.choices()))

        blocks.load(load, None, [*asking.outputs, asking.scope], **QUIET)
    tell_errors(blocks)
    return blocks


def launch_options(
    assistant: Assistant,
    conversations: ConversationStore,
    service: Sequence[BaseRoute] = (),
    look: Theme = "system",
    *,
    address: str = "127.0.0.1",
    allowed_hosts: Sequence[str] = (),
    closed: bool = False,
) -> dict[str, Any]:
    """What ``Blocks.launch`` needs: the look, the pages and services beside it, and the hosts it answers to.

    ``address``, ``allowed_hosts`` and ``closed`` (there is a login) are those of ``dateline.rag.service.hosts``.
    """
    from starlette.middleware import Middleware

    from dateline.rag.chat.library import MAX_BYTES
    from dateline.rag.html import render
    from dateline.rag.page import routes
    from dateline.rag.page.theme import theme
    from dateline.rag.service.hosts import Hosts

    return {
        "theme": theme(),
        # In the head as it is: Blocks' own css option would scope each rule to Gradio's container.
        "head": (
            '<link rel="preload" href="/fonts/source-serif-4-600.woff2" as="font" type="font/woff2" crossorigin>'
            f"<style>{''.join(map(render.asset, ('fonts.css', 'page.css', 'frame.css')))}</style>"
            f'<script>window.datelineDefault = "{look.capitalize()}";{render.asset("page.js")}</script>'
        ),
        "share": False,
        "ssr_mode": False,
        "quiet": True,
        "footer_links": [],
        "run_history": False,
        "pwa": False,
        "max_file_size": MAX_BYTES,
        "app_kwargs": {
            "routes": [*routes.routes(assistant.index, conversations), *service],
            "middleware": [
                Middleware(Hosts, address=address, allowed=allowed_hosts, closed=closed, refuse=routes.refusal),
                Middleware(routes.Visitors),
            ],
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
    accept_hosts(chat)
    chat.add_argument("--auth", type=Path, metavar="FILE", help="ask for a login of these users (see: dateline user)")
    chat.add_argument("--no-auth", action="store_true", help="let everybody in who can reach the address")
    chat.add_argument("--demo", action="store_true", help="two example articles, in an index that is gone afterwards")
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
    if not args.demo:
        return serve(args, settings)
    if args.index is not None:
        raise UsageError("--demo has an index of its own; leave --index out, or --demo to open yours")
    from dateline.rag.command.demo import demonstration

    with demonstration(settings) as shown:
        return serve(args, shown)


def serve(args: argparse.Namespace, settings: Settings) -> int:
    """Serve the chat of the index that the settings name, until interrupted."""
    from dateline.rag.chat.conversations import CONVERSATIONS, ConversationStore
    from dateline.rag.chat.preferences import Preferences
    from dateline.rag.chat.suggestions import suggest
    from dateline.rag.chat.users import Users
    from dateline.rag.service.http import build_app, routes
    from dateline.rag.service.malloc import share_arenas

    share_arenas()
    users = Users(args.auth) if args.auth else None
    assistant = settings.assistant(read_only=False)
    kept = assistant.index.store.folder / CONVERSATIONS
    conversations = ConversationStore(kept)
    # Only who sits at this computer, alone, may have it call an address.
    preferences = Preferences(settings, kept, own_llm=is_loopback(args.host) and users is None)
    examples: list[str] = []
    blocks = build(assistant, conversations, examples, preferences)
    # Besides filling the empty page, the first questions load the models before a person asks.
    threading.Thread(target=lambda: examples.extend(suggest(assistant)), daemon=True).start()
    # Programs have no login: where people need one, programs need the token.
    open_to_programs = settings.token or (is_loopback(args.host) and users is None)
    token, hosts = settings.token or None, settings.allowed_hosts
    service = routes(build_app(assistant, token=token, host=args.host, allowed_hosts=hosts)) if open_to_programs else []
    sys.stderr.write(f"Dateline is at http://{args.host}:{args.port} (Ctrl+C stops it)\n")
    blocks.launch(
        server_name=args.host,
        server_port=args.port,
        auth=users.check if users else None,
        **launch_options(
            assistant,
            conversations,
            service,
            settings.theme,
            address=args.host,
            allowed_hosts=hosts,
            closed=users is not None,
        ),
    )
    return 0


def run_user(args: argparse.Namespace, settings: Settings) -> int:
    """``dateline user``: add a user or change a password."""
    from dateline.rag.chat.users import Users

    users = Users(args.auth)
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    users.add(args.name, password)
    sys.stderr.write(f"{args.name} may log in; start the chat with: dateline chat --auth {args.auth}\n")
    return 0


def run_verify(args: argparse.Namespace, settings: Settings) -> int:
    """``dateline verify``: 0 where every quote holds, 1 where some do not, each named on standard error."""
    from dateline.rag.chat import export

    checked, wrong = export.verify(export.read(args.file), settings.open_index(read_only=True))
    for sentence in wrong:
        sys.stderr.write(f"failed: {sentence}\n")
    sys.stdout.write(f"{checked} quotes checked, {len(wrong)} findings\n")
    return 1 if wrong else 0
