"""Articles in, searchable dated passages out."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.build import Report
    from index.dates import TimeExpression
    from index.documents import Document, Passage
    from index.errors import DatelineError
    from index.filters import Filter
    from index.index import Index

__all__ = ["DatelineError", "Document", "Filter", "Index", "Passage", "Report", "TimeExpression"]

_HOME = {
    "Report": "index.build",
    "TimeExpression": "index.dates",
    "Document": "index.documents",
    "Passage": "index.documents",
    "DatelineError": "index.errors",
    "Filter": "index.filters",
    "Index": "index.index",
}


def __getattr__(name: str) -> object:
    # Imported when first used: the command's --help must not wait for LlamaIndex or NumPy.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
