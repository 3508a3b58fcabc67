"""LlamaIndex's MetadataFilters -> what this index can search by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from llama_index.core.vector_stores.types import MetadataFilter, MetadataFilters

from dateline.index.errors import UsageError
from dateline.index.filters import Filter, from_day, to_day

_LISTS = {"doc_id": "doc_ids", "source": "sources"}
_UNSEARCHED = ("title", "url", "start", "end", "page", "dates", "published_from")
"""What a passage tells of itself but is not searched by."""


def to_filter(filters: MetadataFilters) -> Filter:
    """Return the filter that lets through what ``filters`` do; raises UsageError for what cannot be searched by.

    ``doc_id`` and ``source`` take == and in, ``published`` (ISO dates) ==, >, >=, < and <=, an article's own metadata ==.
    """
    found = Filter()
    for each in _all(filters):
        found = _added(found, each.key, each.operator.value, each.value)
    return found


def _all(filters: MetadataFilters) -> Iterator[MetadataFilter]:
    """Yield the conditions that must all hold."""
    condition = filters.condition.value if filters.condition else "and"
    if condition != "and" and (condition == "not" or len(filters.filters) > 1):
        raise UsageError(f"filters joined by {condition!r} cannot be searched by; join them by 'and'")
    for each in filters.filters:
        if isinstance(each, MetadataFilter):
            yield each
        else:
            yield from _all(each)


def _added(found: Filter, key: str, operator: str, value: Any) -> Filter:
    if key in _LISTS and operator in ("==", "in"):
        if getattr(found, _LISTS[key]):
            raise UsageError(f"filters name {key} twice; give all its values in one, with 'in'")
        values = tuple(map(str, [value] if operator == "==" else value))
        return replace(found, doc_ids=values) if key == "doc_id" else replace(found, sources=values)
    if key == "published" and operator in ("==", ">", ">=", "<", "<="):
        day = to_day(str(value))
        after = [from_day(day + (operator == ">"))] if operator in ("==", ">", ">=") else []
        before = [from_day(day - (operator == "<"))] if operator in ("==", "<", "<=") else []
        after += [found.after] if found.after else []
        before += [found.before] if found.before else []
        return replace(found, after=max(after, default=None), before=min(before, default=None))
    if operator == "==" and key not in (*_LISTS, *_UNSEARCHED, "published"):
        return replace(found, metadata={**found.metadata, key: value})
    raise UsageError(
        f"passages cannot be searched by {key} {operator}; doc_id and source take == and in, published ==, >, >=, < and <=, "
        "an article's own metadata =="
    )
