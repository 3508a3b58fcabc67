"""The demonstration: two example articles in an index of its own, which is gone when the chat ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dateline.rag.settings import Settings


@contextmanager
def demonstration(settings: Settings) -> Iterator[Settings]:
    """Yield the settings with an index of the example articles in place of the user's own, which is not touched."""
    with TemporaryDirectory(prefix="dateline-demo-", ignore_cleanup_errors=True) as folder:
        shown = replace(settings, index=str(Path(folder) / "index"))
        index = shown.open_index()
        try:
            with resources.as_file(resources.files("dateline") / "seeds") as articles:
                index.add(articles)
        finally:
            index.close()
        yield shown
