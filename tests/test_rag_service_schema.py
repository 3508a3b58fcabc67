"""The OpenAPI description is true: schemathesis sends what it allows and what it forbids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fakes import HashingEmbedder
from hypothesis import HealthCheck, assume, given, settings
from newsroom import HARBOUR, UNDATED

from dateline.index import Index
from dateline.rag import Assistant, Retriever
from dateline.rag.service.http import build_app

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed (pip install schemathesis)")

TOKEN = "open-sesame"
TEXTS = ("question", "query")
LIMITS = {"query", "k", "asked_on", "after", "before", "source", "doc_id"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    index = Index.open(tmp_path_factory.mktemp("schema") / "index", embedder=HashingEmbedder())
    index.add_documents([HARBOUR, UNDATED])
    yield build_app(Assistant(Retriever(index, k=5)), token=TOKEN)
    index.close()


@pytest.fixture(scope="module")
def api(app: Any) -> Any:
    # A body that is wrong may be too large as well, which is said first.
    refused = ["400", "401", "404", "405", "413", "422"]
    config = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": refused}}})
    return schemathesis.openapi.from_asgi("/openapi.json", app, config=config)


@pytest.mark.parametrize("examples", [25, pytest.param(400, marks=pytest.mark.faults)])
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
def test_the_description_holds(api: Any, method: str, path: str, mode: str, examples: int) -> None:
    if examples > 25 and (method, mode) == ("GET", "NEGATIVE"):
        pytest.skip("in an address all is text: what is made wrong there is often right")
    operation = api[path][method]

    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode[mode]))
    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    def holds(case: Any) -> None:
        asked = [given.get(key) for given in (case.body, case.query) if isinstance(given, dict) for key in TEXTS]
        # The generator now and then forgets the pattern by which a text must say something.
        assume(mode == "NEGATIVE" or all(text.strip() for text in asked if isinstance(text, str)))
        # What else stands in an address is passed over, as is usual.
        assume(mode == "POSITIVE" or not isinstance(case.query, dict) or case.query.keys() <= LIMITS)
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"})

    holds()


def test_every_operation_is_described(api: Any) -> None:
    description = api.raw_schema
    assert set(description["paths"]) == {
        "/healthz", "/v1/search", "/v1/ask", "/v1/events", "/v1/documents", "/v1/documents/{doc_id}",
        "/v1/models", "/v1/models/{model_id}", "/v1/chat/completions",
    }  # fmt: skip
    for operations in description["paths"].values():
        for operation in operations.values():
            assert operation["description"]
            assert any(code in operation["responses"] for code in ("200", "201"))
    asked = description["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]
    assert set(asked) == {"application/json", "text/event-stream"}
