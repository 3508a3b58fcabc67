"""Items: the rows of a question set's files, each with the line it stands on; files are read and checked for form.

YAML and JSONL are read by the same rules: every error names the file, the line and, where there is one, the field.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import yaml  # type: ignore[import-untyped]

from dateline.index.errors import LoadError

SUFFIXES = (".yaml", ".yml", ".jsonl")
_DEEPEST = 8
"""Lists and mappings within each other; a fact's alternative or an earlier turn lies in five."""


class QuestionSetError(LoadError):
    """A question set that cannot be read; names file, line and field."""


class Row(dict[str, Any]):
    """The object on a line of a JSONL file; asking for a field that it lacks is an error with its place."""

    def __init__(self, values: dict[str, Any], where: str) -> None:
        super().__init__(values)
        self.where = where

    def __missing__(self, name: str) -> Any:
        """Say what is missing where."""
        raise QuestionSetError(self.where, f"field '{name}': is missing")


@dataclass(frozen=True)
class Item:
    """One question as read: its fields, and the line of each where they have lines of their own."""

    file: Path
    line: int
    values: Mapping[str, object]
    lines: Mapping[str, int] = field(default_factory=dict)

    def where(self, name: str) -> str:
        """Where a field stands, or the item where it lacks the field."""
        return f"{self.file}:{self.lines.get(name, self.line)}"

    def wrong(self, name: str, why: str) -> QuestionSetError:
        """What to raise for a field that cannot be used."""
        return QuestionSetError(self.where(name), f"field '{name}': {why}")


def kind(value: object) -> str:
    """What a person would call a value of JSON or YAML."""
    kinds = {dict: "a mapping", list: "a list", str: "text", type(None): "nothing", bool: "true/false"}
    return kinds.get(type(value), "a number")


def items(file: Path) -> Iterator[Item]:
    """The questions of a YAML or JSONL file as they stand there."""
    if file.suffix == ".jsonl":
        return (Item(file, line, row) for line, row in json_lines(file))
    if file.suffix in (".yaml", ".yml"):
        return _yaml_items(file)
    raise QuestionSetError(str(file), f"a question set ends in {', '.join(SUFFIXES)}")


def rows(file: Path) -> Iterator[Row]:
    """The objects of a JSONL file, one at a time."""
    return (row for _, row in json_lines(file))


def json_lines(file: Path) -> Iterator[tuple[int, Row]]:
    """The objects of a JSONL file with their lines, one at a time; empty lines are passed over."""
    with _opened(file) as lines:
        for line, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            where = f"{file}:{line}"
            try:
                row = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise QuestionSetError(where, f"not JSON: {error}") from None
            if not isinstance(row, dict):
                raise QuestionSetError(where, f"expected an object, found {kind(row)}")
            yield line, Row(row, where)


def read_text(file: Path) -> str:
    """The text of a file, which must be UTF-8."""
    with _opened(file) as opened:
        return opened.read()


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    try:
        with file.open(encoding="utf-8-sig") as opened:
            yield opened
    except UnicodeDecodeError:
        raise QuestionSetError(str(file), "not UTF-8") from None
    except OSError as error:
        raise QuestionSetError(str(file), error.strerror or "cannot be read") from None


def _yaml_items(file: Path) -> Iterator[Item]:
    """Items of a YAML list (or of the list under ``questions``); every scalar is text, so 2026-02-04 and no stay so."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    text = read_text(file)
    try:
        _require_flat(file, yaml.parse(text, Loader=loader))
        root = yaml.compose(text, Loader=loader)
        if isinstance(root, yaml.MappingNode):
            root = next((value for key, value in root.value if key.value == "questions"), root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise QuestionSetError(f"{file}:{line}", f"not YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise QuestionSetError(str(file), f"not YAML: {error}") from None
    if not isinstance(root, yaml.SequenceNode):
        raise QuestionSetError(f"{file}:1", "expected a list of questions")
    for node in root.value:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            raise QuestionSetError(f"{file}:{line}", "expected a question with id and question")
        values: dict[str, object] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            name = str(key.value)
            lines[name] = key.start_mark.line + 1
            if name in values:
                raise QuestionSetError(f"{file}:{lines[name]}", f"field '{name}': is given twice")
            values[name] = _plain(value)
        yield Item(file, line, values, lines)


def _require_flat(file: Path, events: Iterator[yaml.Event]) -> None:
    """Refuse what would unfold without end (aliases) or nest deeper than the composer's stack."""
    depth = 0
    for event in events:
        where = f"{file}:{event.start_mark.line + 1}"
        if isinstance(event, yaml.AliasEvent):
            raise QuestionSetError(where, "an alias (*) is not read; write it out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise QuestionSetError(where, "nests deeper than any question does")


def _plain(node: yaml.Node, depth: int = 3) -> object:
    """A node as str, list or dict; what lies deeper than any field needs is left out and fails validation."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if depth == 0:
        return None
    if isinstance(node, yaml.SequenceNode):
        return [_plain(part, depth - 1) for part in node.value]
    return {str(key.value): _plain(value, depth - 1) for key, value in node.value}
