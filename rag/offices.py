"""Offices in a question ("the president of Ruritania") -> the one person whom the articles describe so."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.documents import Document
from rag.clauses import described
from rag.people import full_names
from rag.question import Question, analyse
from rag.tokens import stem, tokens

_OFFICE = re.compile(
    r"\bthe\s+(?:(?!of\b)[\w’']+\s+){0,3}(?:president|prime minister|minister|king|queen|chancellor|premier|mayor|governor|coach|envoy|"
    r"ambassador|leader|director|chairman|secretary)(?:\s+of\s+(?:the\s+)?[A-Z]\w+(?:\s[A-Z]\w+)*)?",
    re.IGNORECASE,
)


_LESSER = frozenset(stem(w) for w in ("deputy", "vice", "assistant", "former", "acting"))
"""What makes of an office another one."""


def with_holder(asked: Question, documents: Iterable[Document]) -> Question:
    """``asked`` with the holder's name for an office, where exactly one person of ``documents`` holds it."""
    match = _OFFICE.search(asked.text) if not asked.names or asked.kind == "yes_no" else None
    if match is None or asked.target:
        return asked
    wanted = [w.stem for w in tokens(match.group()) if w.content]
    fitting = {
        name
        for document in documents
        for name, words in described(document).items()
        if all(any(w == d or (len(w) > 3 and w[:4] == d[:4]) for d in words) for w in wanted)
        and not (words & _LESSER) - set(wanted)
    }
    full = set(full_names(fitting).values())
    return analyse(asked.text.replace(match.group(), full.pop())) if len(full) == 1 else asked
