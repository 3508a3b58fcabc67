"""The project's exceptions.

::

    DatelineError               one clear sentence: what, where, what to do
    ├── UsageError              wrong usage: an empty question, a setting that does not exist
    ├── LoadError               an article that cannot be read; names the file (and line)
    ├── StoreError              the index cannot be used
    │   ├── StoreMismatchError  made with another embedder, chunking or format version
    │   ├── StoreLockedError    another process is writing to it
    │   ├── StoreFileError      a file of it that SQLite cannot read or write
    │   └── StoreUnavailableError   a Chroma server that does not answer
    ├── ClusterError            a Ray cluster that does not answer or fails
    ├── UnknownDocumentError    no document of that id
    ├── ModelError              an embedding model or reranker that cannot be loaded
    └── LLMError                an LLM server that is missing, slow or failing
"""

from __future__ import annotations


def first_line(error: BaseException) -> str:
    """The first line of what an error says, or its type where it says nothing: a reason within a sentence."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


class DatelineError(Exception):
    """Root of the project's exceptions; ``str(error)`` is one sentence meant for a person.

    >>> from dateline.index import DatelineError, Index
    >>> try:
    ...     Index.open("nowhere", read_only=True)
    ... except DatelineError as error:
    ...     print(error)
    there is no index in nowhere; make one with: dateline index PATH --index nowhere
    """


class UsageError(DatelineError):
    """Wrong usage: nothing was done."""


class LoadError(DatelineError):
    """An article could not be read.

    ``where`` is the file's path, with ``:line`` for a line of a collection.
    """

    def __init__(self, where: str, why: str) -> None:
        # A file's name need not be UTF-8; what is printed must be.
        where = where.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why

    def __reduce__(self) -> tuple[type[LoadError], tuple[str, str]]:
        """Say how to make the error again in another process."""
        return type(self), (self.where, self.why)


class StoreError(DatelineError):
    """The index cannot be used."""


class StoreMismatchError(StoreError):
    """The index was made with another embedder, chunking or format version."""


class StoreLockedError(StoreError):
    """Another process is writing to the index."""


class StoreFileError(StoreError):
    """A file of the index, or the conversations, cannot be read or written; SQLite's own error is the cause."""


class StoreUnavailableError(StoreError):
    """A Chroma server does not answer."""


class ClusterError(DatelineError):
    """A Ray cluster does not answer, or cannot do the work."""


class UnknownDocumentError(DatelineError):
    """No document of that id is in the index."""


class ModelError(DatelineError):
    """A model could not be loaded or is not what it claims to be."""


class LLMError(DatelineError):
    """An LLM server is missing, slow or failing."""
