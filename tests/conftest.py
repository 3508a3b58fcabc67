"""What several test files share: fast fakes at the seams, and small indexes of real articles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import SEEDS, HashingEmbedder

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


SLOW = {
    "test_container",
    "test_doctests",
    "test_examples",
    "test_examples_eval",
    "test_faults_asking",
    "test_faults_clock",
    "test_faults_doctor",
    "test_faults_files",
    "test_faults_kill",
    "test_faults_server",
    "test_hostile_fuzz",
    "test_hostile_pdf",
    "test_index_disk",
    "test_index_kill",
    "test_index_ray_workers",
    "test_index_server",
    "test_rag_hosts",
    "test_rag_llm_stream",
    "test_rag_malloc",
    "test_rag_mcp_server",
    "test_rag_service",
    "test_rag_service_schema",
    "test_ui_browser",
    "test_wheel",
}
"""Files that kill, fuzz, install, or start servers, clusters, models or a browser: `make quick` leaves them out, and single tests
that are marked ``slow``."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="also the long tests of faults (make faults)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faults: a long test of faults, run by make faults")
    config.addinivalue_line(
        "markers", "slow: kills, fuzzes, installs, or starts servers or a browser; not in make quick"
    )


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in SLOW:
            item.add_marker("slow")
    if not config.getoption("--faults"):
        long = [item for item in items if item.get_closest_marker("faults")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture(autouse=True)
def _clean_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DATELINE_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def seed_index_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index of the two seed articles, made with the packaged model."""
    from dateline.index import Index

    folder = tmp_path_factory.mktemp("seeds") / "index"
    index = Index.open(folder)
    report = index.add(SEEDS)
    assert report.added == 2, report.failed
    index.close()
    return folder


@pytest.fixture
def seed_assistant(seed_index_folder: Path) -> Iterator[object]:
    """The real assistant over the seed articles."""
    from dateline.index import Index
    from dateline.rag import Assistant, Retriever

    index = Index.open(seed_index_folder, read_only=True)
    yield Assistant(Retriever(index, k=10))
    index.close()
