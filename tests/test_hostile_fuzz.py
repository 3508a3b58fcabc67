"""Every fuzz target on its seeds, on what fuzzing once found, and on a few inputs that hypothesis makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz.targets import TARGETS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FOUND = Path(__file__).parent / "fuzz" / "found"
NEEDS = {"html": "trafilatura", "pdf": "pypdf", "docx": "docx", "feed": "feedparser"}
STRANGE = (
    b"\xff\xfe\x00", "\u202eabc\u200b\u200d\ufeff\u2028".encode(), b"\xed\xa0\x80", b"\x85\x0b\x0c\x1c", b"[" * 3_000,
    b"{" * 3_000, b"(" * 3_000, b'"' * 3_000, b"..." * 1_000, b"- " * 1_500, b"9" * 5_000, b"=?utf-8?q?" * 300,
    b"../../../etc/passwd", "İıſßΑ\u0301".encode() * 200, b"&amp;" * 600, b"\n" * 3_000, b"<" * 3_000,
)  # fmt: skip
"""Encodings that are none, marks that show nothing or turn the line around, nesting, and what grows when it is folded."""


@pytest.fixture(scope="module", params=list(TARGETS))
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Callable]:
    name = request.param
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(Path(__file__).parent))
        return name, TARGETS[name].make(tmp_path_factory.mktemp(name))


def test_seeds_and_strange_inputs_and_old_findings(target: tuple[str, Callable]) -> None:
    name, check = target
    for data in (*TARGETS[name].seeds, *STRANGE):
        check(data)
    for file in sorted((FOUND / name).glob("*")):
        check(file.read_bytes())


@pytest.mark.parametrize("name", ["text", "markdown", "html", "pdf", "docx", "mail", "jsonl", "csv", "feed"])
def test_seeds_are_articles(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Around a seed that is refused at its first byte nothing would ever be found."""
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    read: list[object] = []
    monkeypatch.setattr("fuzz.targets.keeper", lambda place, every: read.append)
    check = TARGETS[name].make(tmp_path)
    for seed in TARGETS[name].seeds:
        check(seed)
    without_text = {"text": 1, "mail": 1}.get(name, 0)
    assert len(read) >= len(TARGETS[name].seeds) - without_text


def test_inputs_around_the_seeds(target: tuple[str, Callable]) -> None:
    name, check = target
    pieces = sorted({piece for seed in TARGETS[name].seeds for piece in seed.replace(b"\n", b" \n").split(b" ")})
    strange = st.sampled_from([piece[:200] for piece in STRANGE])
    mixed = st.lists(st.one_of(st.sampled_from(pieces), strange, st.binary(max_size=8)), max_size=24).map(b" ".join)

    @settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(mixed)
    def holds(data: bytes) -> None:
        check(data)

    holds()


def test_the_targets_are_those_that_the_security_document_names() -> None:
    document = (Path(__file__).parent.parent / "docs" / "SECURITY.md").read_text(encoding="utf-8")
    assert not [name for name in TARGETS if f"`{name}`" not in document]
    assert {folder.name for folder in FOUND.iterdir()} <= TARGETS.keys()
