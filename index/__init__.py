"""Articles in, searchable dated passages out."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dateline.index.building.build import Report
    from dateline.index.dates.expressions import TimeExpression
    from dateline.index.documents import Document, Passage
    from dateline.index.errors import DatelineError
    from dateline.index.filters import Filter
    from dateline.index.index import Index

__all__ = ["DatelineError", "Document", "Filter", "Index", "Passage", "Report", "TimeExpression"]

_HOME = {
    "Report": "dateline.index.building.build",
    "TimeExpression": "dateline.index.dates.expressions",
    "Document": "dateline.index.documents",
    "Passage": "dateline.index.documents",
    "DatelineError": "dateline.index.errors",
    "Filter": "dateline.index.filters",
    "Index": "dateline.index.index",
}


def __getattr__(name: str) -> object:
    # Imported when first used: the command's --help must not wait for LlamaIndex or NumPy.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
