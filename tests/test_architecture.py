"""Arrows point down only, from file to file, room to room and floor to floor."""

from __future__ import annotations

import ast
import re
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = ("index", "rag", "eval")
ORDER = [
    "index.errors", "index.dates", "index.documents", "index.filters", "index.prose", "index.layout", "index.reading",
    "index.vectors", "index.keeping", "index.building", "index.mending", "index.index", "index",
    "rag.answer", "rag.tracing", "rag.english", "rag.question", "rag.search", "rag.reader", "rag.evidence", "rag.events",
    "rag.answers", "rag.check", "rag.llm", "rag.query_engine", "rag.apps", "rag.assistant", "rag.service",
    "rag.settings", "rag.html",
    "rag.chat", "rag.page", "rag.command", "rag",
    "eval.numbers", "eval.sets", "eval.runs", "eval.pages", "eval.runner", "eval", "eval.commands",
    "ui",
]  # fmt: skip
"""From the ground up: the rooms, and the files that stand at the root of a floor."""
FULL = 15
"""So many files a room holds, its ``__init__.py`` not counted."""


def parts(file: Path) -> tuple[str, ...]:
    """A file's dotted name below ``dateline``; a package's is its own."""
    names = file.relative_to(ROOT).with_suffix("").parts
    return names[:-1] if names[-1] == "__init__" else names


FILES = sorted(
    [*(file for floor in FLOORS for file in (ROOT / floor).rglob("*.py")), *ROOT.glob("*.py")],
)
MODULES = {".".join(parts(file)): file for file in FILES}
ROOMS = sorted({".".join(parts(file)[:2]) for file in FILES if len(file.relative_to(ROOT).parts) == 3})


def imported(file: Path) -> dict[str, int]:
    """The modules of ours that a file imports, for types only too, each with a line."""
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports are absolute"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name.removeprefix("dateline.") in MODULES else str(node.module) for name in inner]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            assert top not in {*FLOORS, "ui"}, f"{file}:{node.lineno} imports {name} by its bare name"
            if top == "dateline":
                found[rest] = node.lineno
    return found


IMPORTED = {name: imported(file) for name, file in MODULES.items()}


def room(module: str) -> str:
    """The room that a module lies in, or the file itself at the root of a floor."""
    return ".".join(module.split(".")[:2])


def floor(module: str) -> int:
    """How high up a module lies: eval and ui are on one floor."""
    return {"index": 0, "rag": 1, "eval": 2, "ui": 2}[module.split(".")[0]]


@pytest.mark.parametrize("module", sorted(MODULES.keys() - {"", "__main__"}))
def test_no_import_points_up(module: str) -> None:
    here = room(module)
    for name, line in IMPORTED[module].items():
        there = room(name)
        allowed = ORDER.index(there) <= ORDER.index(here) and (here != "ui" or floor(there) < 2 or there == "ui")
        assert allowed, f"{module}:{line} imports {name}"


def test_no_files_import_each_other_in_a_circle() -> None:
    faces = {name for name, file in MODULES.items() if file.name == "__init__.py"}
    graph = {name: set(names) - faces for name, names in IMPORTED.items() if name not in faces}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("file", sorted(ROOT.glob("tests/**/*.py")), ids=lambda path: path.name)
def test_no_test_asserts_how_long_something_takes_on_a_busy_machine(file: Path) -> None:
    """Processor time may be bounded; what is about waiting is told by what has not happened yet."""
    clocks = re.compile(r"\b(?:monotonic|perf_counter|time\.time)(?:_ns)?\(")
    asserted = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Assert)]
    assert [ast.unparse(node) for node in asserted if clocks.search(ast.unparse(node))] == []


def test_the_top_level_is_as_agreed() -> None:
    folders = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".")}
    assert {"index", "rag", "eval", "tests", "seeds"} <= folders
    assert {p.name for p in ROOT.glob("*.py")} == {"__init__.py", "__main__.py", "ui.py"}


def test_every_room_has_its_place_and_is_packaged() -> None:
    assert {name for name in ORDER if (ROOT / name.replace(".", "/")).is_dir()} == {*FLOORS, *ROOMS}
    assert {name for name in ORDER if name not in {*FLOORS, *ROOMS}} == {
        name for name in MODULES if name.count(".") == 1 and name not in ROOMS
    } | {"ui"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packaged = project["tool"]["setuptools"]["packages"]
    assert packaged == sorted(["dateline", *(f"dateline.{name}" for name in (*FLOORS, *ROOMS))])


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_says_what_it_is_and_is_not_crowded(name: str) -> None:
    folder = ROOT / name.replace(".", "/")
    face = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(face)
    assert len(face.body) == 1, "the face of a room imports nothing: what it costs is paid where it is used"
    assert len([file for file in folder.glob("*.py") if file.name != "__init__.py"]) <= FULL


@pytest.mark.parametrize("name", ROOMS)
def test_the_design_names_every_room(name: str) -> None:
    design = (ROOT / "docs" / "DESIGN.md").read_text(encoding="utf-8")
    assert f"`{name.replace('.', '/')}/`" in design


@pytest.mark.parametrize("document", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=lambda path: path.name)
def test_files_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`((?:index|rag|eval|tests|benchmarks|examples|docs)/[\w./]+\.\w+)`", text)
    paths = [ROOT / name for name in named] + [document.parent / link for link in re.findall(r"\]\(([\w./-]+)\)", text)]
    assert [path.relative_to(ROOT).as_posix() for path in paths if not path.exists()] == []
