"""Removing words from word lists: which are found, and what the module is without one."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parent.parent / "benchmarks" / "wordlist_mutations.py"
MODULE = '''"""A module that says one two three four five."""
from typing import Literal
Side = Literal["left", "right", "top", "bottom"]
VERBS = frozenset("say tell ask answer".split())
PLACES = """norway, costa rica,
sweden, chad"""
UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}
FEW = ("a", "b")
NUMBERS = (1, 2, 3, 4)
NESTED = {"parts": {"dawn": 1, "noon": 2, "dusk": 3, "night": 4}}


def f() -> list[str]:
    """Not read."""
    return ["one", "two", "three", "four"]
'''


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("wordlist_mutations", FILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "module.py").write_text(MODULE, encoding="utf-8")
    return module


def values(source: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(compile(ast.parse(source), "module", "exec"), names)
    return {name: value for name, value in names.items() if name.isupper()}


def test_every_word_of_every_list_is_removed_once_and_nothing_else(program: ModuleType, tmp_path: Path) -> None:
    found = list(program.removals(tmp_path / "module.py"))
    assert {(r.name, r.word) for r in found} == {
        *(("VERBS", word) for word in ("say", "tell", "ask", "answer")),
        *(("PLACES", word) for word in ("norway", "costa rica", "sweden", "chad")),
        *(("UNITS", word) for word in ("day", "week", "month", "year")),
        *(("NESTED", word) for word in ("dawn", "noon", "dusk", "night")),
    }
    assert len(found) == 16
    whole = values(MODULE)
    for removal in found:
        left = values(program.mutated(MODULE, removal))
        assert {name for name in whole if left[name] != whole[name]} == {removal.name}
        assert removal.word not in str(left[removal.name])


def test_every_room_it_knows_has_files_and_tests() -> None:
    names = ast.literal_eval(next(
        node.value for node in ast.parse(FILE.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TESTS"
    ))  # fmt: skip
    for room, tests in names.items():
        assert list((FILE.parent.parent / room).glob("*.py"))
        assert all((FILE.parent.parent / "tests" / f"test_{name}.py").is_file() for name in tests)
