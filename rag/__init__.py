"""Question in, cited answer out."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.answer import Answer, Citation, Sentence
    from rag.assistant import Assistant
    from rag.retriever import Hit, Retriever
    from rag.settings import Settings

__all__ = ["Answer", "Assistant", "Citation", "Hit", "Retriever", "Sentence", "Settings"]

_HOME = {
    "Answer": "rag.answer",
    "Citation": "rag.answer",
    "Sentence": "rag.answer",
    "Assistant": "rag.assistant",
    "Hit": "rag.retriever",
    "Retriever": "rag.retriever",
    "Settings": "rag.settings",
}


def __getattr__(name: str) -> object:
    # Imported when first used: the command's --help must not wait for LlamaIndex or NumPy.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
