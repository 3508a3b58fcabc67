"""Offices in a question ("the president of Ruritania") -> the one person whom the articles describe so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dateline.index.documents import Document, Passage
from dateline.rag.english.people import full_names
from dateline.rag.english.tokens import stem, tokens
from dateline.rag.question.analysis import Question, analyse
from dateline.rag.rules.clauses import described
from dateline.rag.rules.holders import named_holders

_OFFICE = re.compile(
    r"\b(?:the\s+|(?-i:(?=[A-Z]\w+[’']s?\s|[A-Z]{2,}\s)))(?:(?!of\b)[\w’']+\s+){0,3}"
    r"(?:president|prime minister|minister|king|queen|chancellor|premier|mayor|governor|coach|envoy|ambassador|leader|director|chairman|secretary)(?:\s+of\s+(?:the\s+)?[A-Z]\w+(?:\s[A-Z]\w+)*)?\b(?![’']s)",
    re.IGNORECASE,
)


_LESSER = frozenset(stem(w) for w in ("deputy", "vice", "assistant", "former", "acting"))
"""What makes of an office another one."""


def with_holder(asked: Question, articles: Sequence[tuple[Document, Passage]]) -> Question:
    """``asked`` with the holder's name for an office, where exactly one person of ``articles`` holds it."""
    match = _OFFICE.search(asked.text)
    if match is None or asked.target:
        return asked
    owned = all(name in match.group() for name in asked.names)  # no name, or only whose office it is
    if not owned and asked.kind not in ("yes_no", "said", "when"):
        return asked
    named = set(full_names(named_holders(match.group(), articles)).values())
    if len(named) == 1:
        return analyse(asked.text.replace(match.group(), named.pop()))
    wanted = [w.stem for w in tokens(match.group()) if w.content]
    documents = {document.doc_id: document for document, _ in articles}
    fitting = {
        name
        for document in documents.values()
        for name, words in described(document).items()
        if all(any(w == d or (len(w) > 3 and w[:4] == d[:4]) for d in words) for w in wanted)
        and not (words & _LESSER) - set(wanted)
    }
    full = set(full_names(fitting).values())
    return analyse(asked.text.replace(match.group(), full.pop())) if len(full) == 1 else asked
