"""What the README shows is what one gets."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from fakes import SEEDS

from dateline.rag.command.cli import build_parser, main
from dateline.rag.settings import CONFIG, Settings

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def block(language: str, start: str = "") -> str:
    """Return the first block of code in a language that begins so."""
    found = re.search(rf"^```{language}\n({re.escape(start)}.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert found, (language, start)
    return found[1]


@pytest.fixture
def folder(seed_index_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(seed_index_folder, tmp_path / ".dateline")
    shutil.copytree(SEEDS, tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_answer_shown_is_the_answer_given(capsys: pytest.CaptureFixture[str]) -> None:
    command, shown = block("console", "$ dateline ask").split("\n", 1)
    question = re.fullmatch(r'\$ dateline ask "(.+)"', command)
    assert question
    assert main(["ask", question[1]]) == 0
    assert capsys.readouterr().out.strip() == shown.strip()


@pytest.mark.usefixtures("folder")
def test_the_program_runs(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    exec(block("python"), names)
    names["index"].close()  # type: ignore[attr-defined]
    printed = capsys.readouterr().out
    assert "**Ishaq Dar**" in printed
    assert printed.rstrip().endswith("False")


def test_every_command_is_listed_and_every_listed_one_exists() -> None:
    listed = set(re.findall(r"^\| `dateline (\w+)", README, re.MULTILINE))
    (commands,) = [set(action.choices) for action in build_parser()._actions if isinstance(action.choices, dict)]
    assert listed == commands


def test_the_settings_shown_are_settings(tmp_path: Path) -> None:
    shown = block("toml")
    (tmp_path / CONFIG).write_text(shown, encoding="utf-8")
    settings = Settings.load(environ={}, folder=tmp_path)
    assert settings.llm_model == tomllib.loads(shown)["llm"]["model"]
