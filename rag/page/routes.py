"""Addresses beside the chat (articles, exports), and what every response carries: a cookie and a policy."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from html import escape
from http.cookies import SimpleCookie
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from dateline.index.errors import ModelError, StoreError, UnknownDocumentError
from dateline.rag.chat import export
from dateline.rag.chat.conversations import Conversation, ConversationStore
from dateline.rag.chat.references import to_bibtex, to_csl
from dateline.rag.chat.word import to_docx
from dateline.rag.html import render
from dateline.rag.page.login import login_page
from dateline.rag.service.addresses import host_name, is_loopback

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dateline.index import Index

FONTS = ("source-serif-4-400", "source-serif-4-400-italic", "source-serif-4-600")
COOKIE = "dateline_visitor"
"""Tells browsers apart; scripts cannot read it."""
SESSION_SECONDS = 12 * 3600
"""After which a login must be renewed."""
EVENTS_A_MINUTE = 600
LOGINS_A_MINUTE = 10
"""Of one client address; a question takes two or three events."""
CLIENTS_REMEMBERED = 10_000

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


def routes(index: Index, conversations: ConversationStore) -> list[Route]:
    """Articles for everybody who may open the chat; conversations and votes for their owner alone."""
    forms: dict[str, tuple[str, Callable[[Conversation], str | bytes]]] = {
        "md": ("text/markdown", export.to_markdown),
        "json": ("application/json", lambda kept: export.to_json(kept, index)),
        "html": ("text/html", lambda kept: export.to_html(kept, index)),
        "docx": (_WORD, to_docx),
        "bib": ("application/x-bibtex", lambda kept: to_bibtex(kept, index)),
        "csl.json": ("application/vnd.citationstyles.csl+json", lambda kept: to_csl(kept, index)),
    }

    def document(request: Request) -> Response:
        try:
            found = index.document(request.path_params["doc_id"])
        except UnknownDocumentError as error:
            return HTMLResponse(render.page_html("Not found", f"<p>{escape(str(error))}</p>"), status_code=404)
        return HTMLResponse(render.document_page(found))

    def conversation(request: Request) -> Response:
        form = forms.get(request.path_params["form"])
        kept = conversations.get(owner_of(request), request.path_params["id"])
        if form is None or kept is None:
            return HTMLResponse(render.page_html("Not found", "<p>There is no such conversation.</p>"), status_code=404)
        kind, write = form
        return _download(kept.title, request.path_params["form"], write(kept), kind)

    def votes(request: Request) -> Response:
        judged = conversations.judged(owner_of(request))
        return _download("votes", "jsonl", export.votes_jsonl(judged), "application/jsonl")

    return [
        Route("/fonts/{name}.woff2", font),
        Route("/documents/{doc_id:path}", _guarded(document)),
        Route("/conversations/{id:str}.{form:path}", _guarded(conversation)),
        Route("/votes.jsonl", _guarded(votes)),
    ]


def refusal(request: HTTPConnection, status: int, told: str) -> Response:
    """A request refused: a page for who opens one, JSON for programs and for Gradio's own page, which shows "detail"."""
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(render.page_html("Not answered", f"<p>{escape(told)}</p>"), status)
    return JSONResponse({"error": told, "detail": told}, status)


def font(request: Request) -> Response:
    """A font of this program; it never changes."""
    if request.path_params["name"] not in FONTS:
        return Response(status_code=404)
    data = resources.files("dateline.rag.html").joinpath(f"{request.path_params['name']}.woff2").read_bytes()
    return Response(data, media_type="font/woff2", headers={"cache-control": "public, max-age=31536000, immutable"})


def _download(name: str, ending: str, content: str | bytes, kind: str) -> Response:
    stem = " ".join("".join(c if c.isalnum() or c in "-_" else " " for c in name).split()) or "conversation"
    disposition = f"attachment; filename*=UTF-8''{quote(stem)}.{ending}"
    data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    return Response(data, media_type=kind, headers={"content-disposition": disposition})


class Visit(Protocol):
    """Starlette's request, or Gradio's around one."""

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies sent along."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers sent along."""


def owner_of(request: Visit | None) -> str:
    """Whose conversations a request may see: the person logged in, or else this browser."""
    if request is None:
        return "local"
    name = getattr(request, "username", None) or (_user(request) if isinstance(request, Request) else None)
    return f"user {name}" if name else str(request.cookies.get(COOKIE) or "local")


def at_this_computer(request: Visit) -> bool:
    """Whether a request comes from a person at this computer: not through a proxy, nor under another computer's name."""
    client = getattr(request, "client", None)
    name = host_name(request.headers.get("host", ""))
    forwarded = any(header in request.headers for header in ("forwarded", "x-forwarded-for", "x-forwarded-host"))
    return client is not None and is_loopback(client.host) and is_loopback(name) and not forwarded


def _session_cookies(app: Any) -> tuple[str, str]:
    """The names under which Gradio keeps a login."""
    return f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}"


def _user(request: Request) -> str | None:
    """Who is logged in, where the chat asks for a login at all."""
    if getattr(request.app, "auth", None) is None:
        return None
    token = next(filter(None, map(request.cookies.get, _session_cookies(request.app))), None)
    return request.app.tokens.get(token)  # type: ignore[no-any-return]


def _must_log_in(request: Request) -> bool:
    return getattr(request.app, "auth", None) is not None and _user(request) is None


def _guarded(page: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """The page for those logged in, where the chat asks for a login; a sentence where a file cannot be read."""

    def guard(request: Request) -> Response:
        if _must_log_in(request):
            return HTMLResponse(render.page_html("Log in", "<p>Log in to the chat first.</p>"), status_code=401)
        try:
            return page(request)
        except (StoreError, ModelError) as error:
            return HTMLResponse(render.page_html("Not available", f"<p>{escape(str(error))}</p>"), status_code=503)

    return guard


class _Pace:
    """At most so many requests of a client within a minute."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._times: dict[str, deque[float]] = {}

    def allows(self, client: str) -> bool:
        """Count one more request, and tell whether it is still within the limit."""
        now = time.monotonic()
        if len(self._times) > CLIENTS_REMEMBERED:
            self._times = {who: times for who, times in self._times.items() if now - times[-1] < 60}
        times = self._times.setdefault(client, deque(maxlen=self.most + 1))
        times.append(now)
        return len(times) <= self.most or now - times[0] > 60


class Visitors:
    """ASGI middleware: a cookie that tells browsers apart, and a policy that keeps pages to this server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._seen: dict[str, float] = {}
        self._events = _Pace(EVENTS_A_MINUTE)
        self._logins = _Pace(LOGINS_A_MINUTE)

    def _expire(self, app: Any, sent: SimpleCookie) -> None:
        """End logins that are older than SESSION_SECONDS."""
        if getattr(app, "auth", None) is None:
            return
        now = time.monotonic()
        for name in _session_cookies(app):
            token = sent[name].value if name in sent else ""
            if token in app.tokens and now - self._seen.setdefault(token, now) > SESSION_SECONDS:
                del app.tokens[token], self._seen[token]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "POST":
            pace = self._logins if scope["path"].rstrip("/") == "/login" else self._events
            if not pace.allows((scope.get("client") or ("",))[0]):
                # Gradio's page shows what stands under this key.
                told = JSONResponse({"detail": "Too much at once: wait a minute, then try again."}, 429)
                await told(scope, receive, send)
                return
        sent = SimpleCookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
        known = COOKIE in sent
        self._expire(scope["app"], sent)

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

        if scope["method"] == "GET" and scope["path"] == "/" and _must_log_in(Request(scope)):
            await HTMLResponse(login_page())(scope, receive, with_headers)
            return
        await self.app(scope, receive, with_headers)
