"""Arrows point down only: index < rag < eval, ui."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {"index": {"index"}, "rag": {"index", "rag"}, "eval": {"index", "rag", "eval"}, "ui": {"index", "rag", "ui"}}
FILES = [*ROOT.glob("index/**/*.py"), *ROOT.glob("rag/**/*.py"), *ROOT.glob("eval/**/*.py"), ROOT / "ui.py"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_import_points_up(file: Path) -> None:
    room = file.relative_to(ROOT).parts[0].removesuffix(".py")
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = [node.module or ""]
        for name in names:
            top = name.split(".")[0]
            assert top not in FLOORS or top in FLOORS[room], f"{file.name}:{node.lineno} imports {name}"


def test_the_top_level_is_as_agreed() -> None:
    folders = {p.name for p in ROOT.iterdir() if p.is_dir() and p.glob("*.py") and not p.name.startswith(".")}
    modules = {p.name for p in ROOT.glob("*.py")}
    assert {"index", "rag", "eval", "tests", "seeds"} <= folders
    assert modules == {"ui.py"}


@pytest.mark.parametrize("room", ["index", "rag", "eval"])
def test_the_design_has_a_place_for_every_file(room: str) -> None:
    design = (ROOT / "docs" / "DESIGN.md").read_text(encoding="utf-8")
    listed = re.findall(r"`(\w+\.py)`", design.partition(f"### `{room}/`")[2].partition("\n##")[0])
    assert sorted(listed) == sorted(file.name for file in (ROOT / room).glob("*.py") if file.name != "__init__.py")


@pytest.mark.parametrize("document", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=lambda path: path.name)
def test_files_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`((?:index|rag|eval|tests|benchmarks|examples|docs)/[\w./]+\.\w+)`", text)
    paths = [ROOT / name for name in named] + [document.parent / link for link in re.findall(r"\]\(([\w./-]+)\)", text)]
    assert [path.relative_to(ROOT).as_posix() for path in paths if not path.exists()] == []
