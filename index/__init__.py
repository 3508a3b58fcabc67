"""Articles in, searchable dated passages out."""

from index.build import Report
from index.documents import Document, Passage
from index.errors import DatelineError
from index.filters import Filter
from index.index import Index

__all__ = ["DatelineError", "Document", "Filter", "Index", "Passage", "Report"]
