"""The examples in the docstrings run as they stand, in a folder with the seed articles and an index of them.

Everything public has one: what ``dateline`` and its floors ``index``, ``rag`` and ``eval`` export.
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import shutil
from pathlib import Path

import pytest
from fakes import SEEDS

ROOT = Path(__file__).parent.parent
FLOORS = ("index", "rag", "eval")
MODULES = sorted(
    ".".join(("dateline", *file.relative_to(ROOT).with_suffix("").parts))
    for floor in FLOORS
    for file in (ROOT / floor).rglob("*.py")
    if ">>> " in file.read_text("utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(
    name: str, seed_index_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module(name)
    examples = [test for test in doctest.DocTestFinder(exclude_empty=True).find(module) if test.examples]
    assert examples, "the examples do not stand in docstrings"
    for number, example in enumerate(examples):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copytree(SEEDS, folder / "seeds")
        shutil.copytree(seed_index_folder, folder / ".dateline")
        monkeypatch.chdir(folder)
        # Nothing of the module is in reach: an example imports what it uses, as its reader must.
        example.globs = {"__name__": "__main__"}
        said: list[str] = []
        failed, tried = doctest.DocTestRunner(optionflags=doctest.FAIL_FAST).run(example, out=said.append)
        assert not failed, "".join(said)
        assert tried == len(example.examples)


@pytest.mark.parametrize("name", ["dateline", *(f"dateline.{floor}" for floor in FLOORS)])
def test_everything_public_has_an_example(name: str) -> None:
    package = importlib.import_module(name)
    bare = [name for name in package.__all__ if ">>> " not in (inspect.getdoc(getattr(package, name)) or "")]
    assert bare == []
    skipped = [
        module
        for module in MODULES
        if "+SKIP" in Path(importlib.import_module(module).__file__ or "").read_text("utf-8")
    ]
    assert skipped == []
