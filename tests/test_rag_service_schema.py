"""The OpenAPI description is true: schemathesis sends what it allows and what it forbids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import HashingEmbedder
from hypothesis import HealthCheck, given, settings
from newsroom import HARBOUR, UNDATED

from index import Index
from rag import Assistant, Retriever
from rag.service import build_app

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed (pip install schemathesis)")

TOKEN = "open-sesame"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    index = Index.open(tmp_path_factory.mktemp("schema") / "index", embedder=HashingEmbedder())
    index.add_documents([HARBOUR, UNDATED])
    yield build_app(Assistant(Retriever(index, k=5)), token=TOKEN)
    index.close()


@pytest.fixture(scope="module")
def api(app: Any) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        ("GET", "/healthz", "POSITIVE"),
        ("GET", "/v1/documents/{doc_id}", "POSITIVE"),
        ("GET", "/v1/search", "POSITIVE"),
        ("GET", "/v1/search", "NEGATIVE"),
        ("POST", "/v1/ask", "POSITIVE"),
        ("POST", "/v1/ask", "NEGATIVE"),
    ],
)
def test_the_description_holds(api: Any, method: str, path: str, mode: str) -> None:
    operation = api[path][method]

    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode[mode]))
    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def holds(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"})

    holds()


def test_every_operation_is_described(api: Any) -> None:
    description = api.raw_schema
    assert set(description["paths"]) == {"/healthz", "/v1/search", "/v1/ask", "/v1/documents/{doc_id}"}
    for operations in description["paths"].values():
        for operation in operations.values():
            assert operation["description"]
            assert operation["responses"]["200"]["content"]
    asked = description["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]
    assert set(asked) == {"application/json", "text/event-stream"}
