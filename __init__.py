"""Dateline: ask news articles; every sentence of an answer is checked against the passage it cites."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dateline.index.index import Index
    from dateline.rag.answer import Answer, Citation
    from dateline.rag.assistant import Assistant
    from dateline.rag.search.retriever import Retriever

    __version__: str

__all__ = ["Answer", "Assistant", "Citation", "Index", "Retriever"]

_HOME = {
    "Answer": "dateline.rag.answer",
    "Citation": "dateline.rag.answer",
    "Assistant": "dateline.rag.assistant",
    "Index": "dateline.index.index",
    "Retriever": "dateline.rag.search.retriever",
}


def __getattr__(name: str) -> object:
    # Imported when first used: the command's --help must not wait for LlamaIndex or NumPy.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("dateline")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
