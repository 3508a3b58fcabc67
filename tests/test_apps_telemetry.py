"""Traces as OpenTelemetry has them, by OpenInference, and logs as JSON."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from apps_news import QUESTION, news_index
from starlette.testclient import TestClient

from dateline.index import Index
from dateline.rag import Assistant, Retriever
from dateline.rag.service.http import build_app
from dateline.rag.service.logs import log_json


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = news_index(tmp_path / "index")
    yield index
    index.close()


def test_openinference_shows_an_answers_tree(index: Index) -> None:
    pytest.importorskip("openinference.instrumentation.llama_index", reason='pip install "dateline[traces]"')
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from dateline.rag.apps.telemetry import stop, trace

    seen, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(seen))
    assistant = Assistant(Retriever(index, k=2))
    assistant.ask(QUESTION)
    trace(provider)
    trace(provider)
    try:
        answer = assistant.ask(QUESTION)
    finally:
        stop()
    assistant.ask(QUESTION)
    spans: dict[str, Any] = {span.name: span for span in seen.get_finished_spans()}
    assert len(spans) == len(seen.get_finished_spans()) == 5
    root, found = spans["Assistant.ask"], spans["Retriever.retrieve"]
    for name in ("Assistant.rewrite", "Retriever.retrieve", "Assistant.read", "Assistant.answer"):
        assert spans[name].parent.span_id == root.context.span_id
        assert root.start_time <= spans[name].start_time <= spans[name].end_time <= root.end_time
    assert QUESTION in root.attributes["input.value"]
    assert root.attributes["output.value"] == spans["Assistant.answer"].attributes["output.value"] == answer.text
    assert found.attributes["openinference.span.kind"] == "RETRIEVER"
    assert found.attributes["retrieval.documents.0.document.id"].startswith("canal.txt")
    assert answer.citations[0].quote in spans["Assistant.read"].attributes["output.value"]


def test_logs_are_json_and_hold_neither_secrets_nor_questions(index: Index) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    out = io.StringIO()
    log_json(["open-sesame"], out)
    try:
        client = TestClient(build_app(Assistant(Retriever(index)), token="open-sesame"), "http://127.0.0.1")
        headers = {"Authorization": "Bearer open-sesame"}
        client.post("/v1/ask", json={"question": QUESTION}, headers=headers)
        client.get("/v1/documents/canal.txt", headers=headers)
        logging.getLogger("another").warning("asked with %s", "open-sesame")
        try:
            raise ValueError("open-sesame")
        except ValueError:
            logging.getLogger("another").exception("it failed")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.getLogger("dateline").setLevel(logging.NOTSET)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [
        (line["method"], line["path"], line["status"]) for line in lines if line["logger"] == "dateline.access"
    ] == [
        ("POST", "/v1/ask", 200),
        ("GET", "/v1/documents/{doc_id:path}", 200),
    ]
    assert "ValueError: [hidden]" in lines[-1]["exception"]
    for hidden in ("open-sesame", "Osier", "canal.txt"):
        assert hidden not in out.getvalue()
