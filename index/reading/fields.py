"""Front matter and sidecars: what stands beside an article's text, in YAML, TOML or JSON -> fields by name."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable

import yaml  # type: ignore[import-untyped]

_LINE = re.compile(r"^([\w@][\w .@-]{0,40}?)[ \t]*[:=][ \t]*(\S.*)$", re.MULTILINE)
MAX_FIELDS = 2**17
"""Bytes of the longest front matter or sidecar."""


def parse_fields(text: str, language: str) -> tuple[dict[str, object], str]:
    """Return the fields of front matter or a sidecar (``language``: yaml, toml or json), and what was wrong, or "".

    Metadata that are no good YAML ("title: Ferry: captain meets mayor") are read line by line, what cannot be
    read at all is left out.
    """
    if len(text) > MAX_FIELDS:
        return {}, f"metadata of more than {MAX_FIELDS >> 10} kB were left out; keep the text in the article itself"
    if not text.strip():
        return {}, ""
    readers: dict[str, Callable[[str], object]] = {"yaml": _read_yaml, "toml": tomllib.loads, "json": json.loads}
    for name in dict.fromkeys((language, "yaml")):
        try:
            fields = readers[name](text)
        except (ValueError, yaml.YAMLError, RecursionError):
            continue
        if _unfolds(fields):
            return {}, "metadata that refer to themselves again and again were left out; write them out"
        if fields is None:
            return {}, ""
        if isinstance(fields, dict):
            return {str(key): value for key, value in fields.items()}, ""
        return {}, "metadata that are not names with values were left out; correct them"
    lines = {match[1].strip(): match[2].strip().strip("\"'") for match in _LINE.finditer(text)}
    if lines and language == "yaml":
        return {**lines}, ""
    return {}, f"metadata that are not {language.upper()} were left out; correct them"


class _FieldsLoader(yaml.SafeLoader):  # type: ignore[misc]
    """Plain YAML in which "No" is a word, without merge keys (<<), with which a few lines unfold into millions."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, form) for tag, form in resolvers if not tag.endswith(":bool")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge nothing: "<<" is no name of a field then, and an error."""


def _read_yaml(text: str) -> object:
    loader = _FieldsLoader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _unfolds(value: object) -> bool:
    """Whether YAML's aliases make more of ``value`` than could stand in the file."""
    pending, seen = [value], 0
    while pending:
        seen += 1
        if seen > MAX_FIELDS:
            return True
        found = pending.pop()
        if isinstance(found, dict):
            pending.extend((*found, *found.values()))
        elif isinstance(found, list | set | tuple):
            pending.extend(found)
    return False
