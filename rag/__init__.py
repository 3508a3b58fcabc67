"""Question in, cited answer out."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dateline.rag.answer import Answer, Citation, Sentence
    from dateline.rag.assistant import Assistant
    from dateline.rag.search.retriever import Hit, Retriever
    from dateline.rag.settings import Settings

__all__ = ["Answer", "Assistant", "Citation", "Hit", "Retriever", "Sentence", "Settings"]

_HOME = {
    "Answer": "dateline.rag.answer",
    "Citation": "dateline.rag.answer",
    "Sentence": "dateline.rag.answer",
    "Assistant": "dateline.rag.assistant",
    "Hit": "dateline.rag.search.retriever",
    "Retriever": "dateline.rag.search.retriever",
    "Settings": "dateline.rag.settings",
}


def __getattr__(name: str) -> object:
    # Imported when first used: the command's --help must not wait for LlamaIndex or NumPy.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
