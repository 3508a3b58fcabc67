"""A full disk and a folder that may not be written to are said so, and harm nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import HashingEmbedder

from dateline.index import Index
from dateline.index.documents import Document
from dateline.index.errors import StoreError
from dateline.index.mending.doctor import examine


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MiB; making one needs root and a kernel that lets us."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("a small file system can only be mounted by root")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(file: Path) -> None:
    """Write until nothing more fits."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)
    try:
        for size in (1 << 16, 1 << 10, 1):
            with pytest.raises(OSError, match="No space"):
                while True:
                    os.write(descriptor, b"x" * size)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("room", [0, 100_000, 300_000, 600_000, 1_000_000])
def test_a_full_disk_is_said_and_the_next_run_completes(small_disk: Path, embedder: HashingEmbedder, room: int) -> None:
    """Full at the start, or at some point of a batch: in the journal, in Chroma, in SQLite."""
    index = Index.open(small_disk / "index", embedder=embedder)
    index.add_documents([Document("kept", "The first story is told here.")])
    ballast = small_disk / "ballast"
    documents = [Document(f"d{n}", f"Story {n} is told here. " * 400) for n in range(60)]
    fill(ballast)
    os.truncate(ballast, ballast.stat().st_size - room)
    with pytest.raises(StoreError, match="the disk is full"):
        index.add_documents(documents)
    assert index.document("kept").text == "The first story is told here."
    index.close()
    ballast.unlink()
    again = Index.open(small_disk / "index", embedder=embedder)
    assert again.add_documents(documents[:10]).added == 10
    assert examine(again.store).healthy


def test_a_folder_that_may_not_be_written_to(
    tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    Index.open(tmp_path / "index", embedder=embedder).add_documents([Document("a", "A story is told here.")])
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StoreError, match="may not be written to"):
        Index.open(tmp_path / "index", embedder=embedder)
    reader = Index.open(tmp_path / "index", embedder=embedder, read_only=True)
    assert reader.document("a").text == "A story is told here."
    with pytest.raises(StoreError, match="cannot be made"):
        Index.open("/proc/no-such/index", embedder=embedder)
