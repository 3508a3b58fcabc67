"""The demonstration: the example articles in an index of its own."""

from __future__ import annotations

import argparse
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import SEEDS

from dateline import ui
from dateline.index.errors import UsageError
from dateline.rag.command.demo import demonstration
from dateline.rag.settings import Settings


def test_it_shows_the_shipped_articles_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with demonstration(Settings(k=3)) as settings:
        assert settings == replace(Settings(k=3), index=settings.index)
        assistant = settings.assistant()
        held = {info.doc_id for info in assistant.index.documents()}
        assert held == {file.name for file in SEEDS.iterdir()}
        assert assistant.ask("Who called Dubai?").citations
        assistant.index.close()
        assert Path(settings.index).is_dir()
    assert not Path(settings.index).exists()
    assert list(tmp_path.iterdir()) == []


def test_it_is_not_of_an_index_of_ones_own() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--index")
    ui.register(parser.add_subparsers())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    args = parser.parse_args(["--index", "mine", "chat", "--demo", "--port", port])
    with pytest.raises(UsageError, match="--demo has an index of its own"):
        args.run(args, Settings())
