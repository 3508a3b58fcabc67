"""Reading takes time that grows with the file, and has an end."""

import re
import time
from pathlib import Path

import pytest

from dateline.index.errors import LoadError
from dateline.index.reading import limits
from dateline.index.reading.loaders import load


def busy(seconds: float) -> None:
    """Compute, going on after every exception as some libraries do."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        try:
            re.findall(r"\w", "a" * 50)
        except Exception:
            continue


def test_reading_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.2)
    started = time.thread_time()
    with pytest.raises(ValueError, match="too much for its size"), limits.timed(0):
        busy(60)
    assert time.thread_time() - started < 30


def test_what_ends_in_time_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.05)
    with limits.timed(2**20):
        busy(0.4)
    busy(0.6)


def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), limits.timed(0):
        raise KeyError("x")


def test_file_that_takes_too_long_is_named_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.2)
    monkeypatch.setattr(limits, "SECONDS_PER_MEGABYTE", 0.0)
    slow = {".md": lambda data: busy(60)}
    monkeypatch.setattr("dateline.index.reading.loaders.READERS", {**_readers(), **slow})
    (tmp_path / "a.md").write_text("Fenn met Lark.")
    (tmp_path / "b.txt").write_text("Lark left.")
    errors: list[LoadError] = []
    assert [document.doc_id for document in load([tmp_path], on_error=errors.append)] == ["b.txt"]
    assert [error.where for error in errors] == [str(tmp_path / "a.md")]


def _readers() -> dict[str, object]:
    from dateline.index.reading.formats import READERS

    return dict(READERS)


BOMBS = {
    "attributes.html": b"<p " + b" ".join(b"a%d=1" % n for n in range(20_000)) + b">Rain fell.</p>",
    "brackets.md": b"Rain fell.\n\n" + b"[" * 100_000,
    "stars.md": b"Rain fell.\n\n" + b"*a **b " * 20_000,
    "quotes.csv": b'title,text\nA,Rain fell.\n"' + b'a,"\n' * 20_000,
    "table.html": b"<p>Rain fell.</p><table>" + b"<tr><td rowspan=9999 colspan=9999>a" * 2_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_small_bombs_are_read(tmp_path: Path, name: str) -> None:
    if name.endswith("html"):
        pytest.importorskip("trafilatura")
    (tmp_path / name).write_bytes(BOMBS[name])
    started = time.process_time()
    documents = list(load([tmp_path], on_error=lambda error: None))
    assert time.process_time() - started < 5
    assert "Rain fell." in documents[0].text
