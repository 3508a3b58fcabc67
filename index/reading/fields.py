"""Front matter and sidecars: what stands beside an article's text, in YAML, TOML or JSON -> fields by name."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable

import yaml  # type: ignore[import-untyped]

MAX_FIELDS = 2**17
"""Bytes of the longest front matter or sidecar."""


def parse_fields(text: str, language: str) -> dict[str, object]:
    """Return the fields of front matter or a sidecar (``language``: yaml, toml or json). Raises ValueError."""
    if len(text) > MAX_FIELDS:
        raise ValueError(f"metadata of more than {MAX_FIELDS >> 10} kB; keep the text in the article itself")
    readers: dict[str, Callable[[str], object]] = {"yaml": _read_yaml, "toml": tomllib.loads, "json": json.loads}
    try:
        fields = readers[language](text)
    except (ValueError, yaml.YAMLError, RecursionError):
        raise ValueError(f"metadata that is not {language.upper()}; correct it") from None
    if language == "yaml" and _unfolds(fields):
        raise ValueError("metadata that refer to themselves again and again; write them out")
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        raise ValueError("metadata that is not names with values; correct it")
    return {str(key): value for key, value in fields.items()}


class _FieldsLoader(yaml.SafeLoader):  # type: ignore[misc]
    """Plain YAML without merge keys (<<), with which a few lines unfold into millions."""

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
