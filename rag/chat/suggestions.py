"""Questions to begin with, made from the articles and kept only where the articles answer them."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

from dateline.rag.english.people import Mention, demonym, mentions, name_words

if TYPE_CHECKING:
    from dateline.index.documents import Document
    from dateline.rag.assistant import Assistant

READ = 30
"""Articles that are read for names, the newest first."""
_TRIED = 9
_PATTERNS = ("Who spoke with {} and when?", "What did {} say?", "Who met {}?")


def suggest(assistant: Assistant, k: int = 3) -> list[str]:
    """Up to ``k`` questions about people named most often, one a person, that get an answer."""
    documents = [assistant.index.document(info.doc_id) for info in assistant.index.documents()[:READ]]
    names = _people(documents)
    kept: dict[str, str] = {}
    used: set[str] = set()
    tried = 0
    # Another pattern for another person first, so that the questions differ in both.
    turns = sorted(
        product(range(len(names)), range(len(_PATTERNS))), key=lambda turn: (turn[0] - turn[1]) % len(_PATTERNS)
    )
    for person, pattern in turns:
        name = names[person]
        if len(kept) == k or tried == _TRIED:
            break
        if name in kept or _PATTERNS[pattern] in used:
            continue
        tried += 1
        question = _PATTERNS[pattern].format(name)
        answer = assistant.ask(question)
        if not answer.abstained and answer.confidence >= 0.6:
            kept[name] = question
            used.add(_PATTERNS[pattern])
    return list(kept.values())


def _people(documents: list[Document], most: int = 6) -> list[str]:
    """Last names of the people named with a title, those of most articles and most mentions first."""
    articles: Counter[str] = Counter()
    times: Counter[str] = Counter()
    titled: set[str] = set()
    for document in documents:
        found = [m for m in mentions(document.text, name_words(document.text)) if _person(m)]
        last = [m.name.split()[-1] for m in found]
        articles.update(set(last))
        times.update(last)
        titled.update(m.name.split()[-1] for m in found if m.titled)
    return sorted(titled, key=lambda name: (-articles[name], -times[name], name))[:most]


def _person(mention: Mention) -> bool:
    return not (mention.place or mention.organisation or demonym(mention.name) or mention.name.isupper())
