"""What several test files share: fast fakes at the seams, and small indexes of real articles."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

SEEDS = Path(__file__).parent.parent / "seeds"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="also the long tests of faults (make faults)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faults: a long test of faults, run by make faults")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--faults"):
        long = [item for item in items if item.get_closest_marker("faults")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


class HashingEmbedder:
    """Words -> signed buckets: similar texts get similar vectors, in microseconds."""

    name = "hashing"
    dimension = 64

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split():
                digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
                vectors[row, digest[0] % self.dimension] += 1.0 if digest[1] % 2 else -1.0
            vectors[row, 0] += 1e-3
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


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
    from index import Index

    folder = tmp_path_factory.mktemp("seeds") / "index"
    index = Index.open(folder)
    report = index.add(SEEDS)
    assert report.added == 2, report.failed
    index.close()
    return folder


@pytest.fixture
def seed_assistant(seed_index_folder: Path) -> Iterator[object]:
    """The real assistant over the seed articles."""
    from index import Index
    from rag import Assistant, Retriever

    index = Index.open(seed_index_folder, read_only=True)
    yield Assistant(Retriever(index, k=10))
    index.close()
