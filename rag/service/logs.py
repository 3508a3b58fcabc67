"""Logs as JSON, one object a line: the setting ``logs = "json"``. Neither questions nor secrets are in them."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HIDDEN = "[hidden]"
_log = logging.getLogger("dateline.access")


class JsonLines(logging.Formatter):
    """A record as JSON, with ``secrets`` hidden wherever they stand, in the text of an exception too."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self.secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._hidden(record.getMessage()),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            told["exception"] = self._hidden(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)

    def _hidden(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text


def log_json(secrets: Iterable[str] = (), stream: TextIO | None = None) -> logging.Handler:
    """Have everything that is logged in this process written so, to standard error; return the handler."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("dateline").setLevel(logging.INFO)
    return handler


class Access:
    """ASGI middleware: logs each request by its path's pattern, its status and its time, and nothing else of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not _log.isEnabledFor(logging.INFO):
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            ms = round((time.perf_counter() - started) * 1000, 1)
            path = getattr(scope.get("route"), "path", "other")
            fields = {"method": scope["method"], "path": path, "status": status, "ms": ms}
            _log.info("%s %s %s", scope["method"], path, status, extra={"fields": fields})
