"""The hosts a server answers to, and whose pages may ask it: one rule for the chat, HTTP and MCP.

Whoever owns a name can let it mean 127.0.0.1 (DNS rebinding): a page of that name, open in a browser here, then reads
from a server here as from its own, but with its own name as Host. A page of another site that merely sends something
does so with its own name as Origin, or is told apart by the browser in Sec-Fetch-Site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response as StarletteResponse

from dateline.rag.service.addresses import EVERY_HOST, host_name, host_pattern, is_loopback

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_READING = ("GET", "HEAD", "OPTIONS")
_SHOWN = 80
"""Characters of a wrong host that are repeated."""


class Hosts:
    """ASGI middleware: refuses requests for other hosts (status 421) and from pages of other sites (403).

    ``address`` is where the server listens. ``closed`` says that it asks who one is, by a token or a login. On a
    loopback address that is not closed it answers to this computer's names and to ``allowed``; otherwise to every host,
    unless ``allowed`` names some. ``*`` among them checks nothing. ``refuse`` makes the response for a status and a
    sentence.
    """

    def __init__(
        self,
        app: ASGIApp,
        address: str,
        allowed: Iterable[str],
        *,
        closed: bool,
        refuse: Callable[[HTTPConnection, int, str], Response],
    ) -> None:
        self.app = app
        self._address = address.lower()
        self._allowed = [host_pattern(pattern) for pattern in allowed]
        self._every_host = not self._allowed and (closed or not is_loopback(address))
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if EVERY_HOST in self._allowed:
            await self._let_in(headers, scope, receive, send)
            return
        hosts = headers.getlist("host")
        host = hosts[0] if len(hosts) == 1 else ""
        if not self._answers_to(host_name(host)):
            told = (
                f"this server does not answer to the host {host[:_SHOWN]!r}; "
                "if that is a name of its own, give it with --allow-host or in the setting allowed_hosts"
            )
            await self._refuse(HTTPConnection(scope), 421, told)(scope, receive, send)
        elif self._is_foreign(scope.get("method", "GET"), host, headers):
            told = (
                "a page of another site may not ask this server; "
                "if it is one of your own, give its host with --allow-host or in the setting allowed_hosts"
            )
            await self._refuse(HTTPConnection(scope), 403, told)(scope, receive, send)
        else:
            await self._let_in(headers, scope, receive, send)

    async def _let_in(self, headers: Headers, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; a page of an allowed host may read the answer too, as browsers ask to be told (CORS)."""
        origin = headers.get("origin", "")
        if scope["type"] != "http" or not self._may_read(origin):
            await self.app(scope, receive, send)
            return
        allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            asked = headers.get("access-control-request-headers", "")
            allowed |= {
                "Access-Control-Allow-Methods": headers["access-control-request-method"],
                "Access-Control-Max-Age": "600",
            }
            allowed |= {"Access-Control-Allow-Headers": asked} if asked else {}
            if headers.get("access-control-request-private-network") == "true":
                allowed["Access-Control-Allow-Private-Network"] = "true"
            await StarletteResponse(status_code=204, headers=allowed)(scope, receive, send)
            return
        allowed["Access-Control-Expose-Headers"] = "Retry-After, WWW-Authenticate, Mcp-Session-Id"

        async def readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = [(name.encode(), value.encode("latin-1")) for name, value in allowed.items()]
                message = {**message, "headers": [*message["headers"], *told]}
            await send(message)

        await self.app(scope, receive, readable)

    def _may_read(self, origin: str) -> bool:
        try:
            name = host_name(urlsplit(origin).netloc)
        except ValueError:
            return False
        return bool(name) and (EVERY_HOST in self._allowed or self._is_allowed(name))

    def _answers_to(self, name: str) -> bool:
        return self._every_host or is_loopback(name) or name == self._address or self._is_allowed(name)

    def _is_allowed(self, name: str) -> bool:
        return any(name == each or (each.startswith("*.") and name.endswith(each[1:])) for each in self._allowed)

    def _is_foreign(self, method: str, host: str, headers: Headers) -> bool:
        """Return whether another site's page asks; a mere link to here says nothing of an origin, and may."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site in ("same-origin", "none"):
            return False
        if not origin:
            return site is not None and method not in _READING
        try:
            own = urlsplit(origin).netloc
        except ValueError:
            return True
        return not ((site is None and own.lower() == host.lower()) or self._is_allowed(host_name(own)))
