"""What Prometheus asks for: requests, their times, answers by kind; needs the extra ``metrics``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dateline.rag.service.queue import Queue


class Metrics:
    """The counts of one application; nothing of what was asked or answered is in them."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self.registry}
        self.requests = Counter("dateline_requests", "Requests answered", ("method", "path", "status"), **own)
        self.seconds = Histogram("dateline_request_seconds", "Seconds until a request was answered", ("path",), **own)
        self.answers = Counter("dateline_answers", "Questions answered or declined", ("mode", "reason"), **own)
        present = Gauge("dateline_requests_present", "Requests worked on or waiting", **own)
        present.set_function(lambda: queue.present)
        self.held = {name: Gauge(f"dateline_{name}", f"{name.title()} in the index", **own) for name in _COUNTS}
        queue.heard = lambda answer: self.answers.labels(answer.mode, answer.reason or "").inc()

    async def endpoint(self, request: Request) -> Response:
        """Answer Prometheus."""
        health = await self.queue.health()
        for name in _COUNTS:
            self.held[name].set(health[name])
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


_COUNTS = ("documents", "passages")


class Counting:
    """ASGI middleware: counts requests by the path's pattern, so that no address makes a row of its own."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
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
            path = getattr(scope.get("route"), "path", "other")
            self.metrics.requests.labels(scope["method"], path, status).inc()
            self.metrics.seconds.labels(path).observe(time.perf_counter() - started)
