"""Who is the president of Ruritania? — the one person whom the articles name so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.documents import Document, Passage
from rag.acronyms import acronym, initials
from rag.case import Case
from rag.clauses import read
from rag.draft import SENTENCES, Draft, inline
from rag.people import TITLES, Mention, full_names
from rag.tokens import Token, tokens, wordset

_ASKS = re.compile(r"who(?:['’]s|\s+(?:is|was|are))\s+(?P<office>[^,;]+?)\s*\??", re.IGNORECASE)
_ROLES = TITLES | wordset("founder owner head winner host lawyer manager editor author spokesperson co-founder")
_CLAUSE = wordset("who whom that which whose and or when while where as by with after before")
"""Words that make more of a question than an office and whose it is."""
_NOW = wordset("new current present incumbent")
_SURE = 0.85
"""Confidence, at least, where somebody is named with the very office and whose it is."""
_RIVALS = 2
"""Other names that articles give the same office to, at most."""
_OTHERS = 0.25
"""Confidence, at most, where only holders of such an office elsewhere are named."""
_FRONT = 40
_BEHIND = re.compile(r",\s+((?:the\s+|an?\s+|its\s+)?(?:[\w’'-]+\s+){0,6}[\w’'-]+)\s*(?=[,.;]|$)")
_HOME = re.compile(r"\s+of\s+(?:the\s+)?[A-Z]\w+(?:\s+[A-Z]\w+)*")
_PLACE_START = 4


@dataclass(frozen=True)
class _Named:
    """Somebody named with an office: in which sentence, and whether it is told whose the office is."""

    name: str
    passage: Passage
    start: int
    end: int
    owned: bool


def holder(case: Case) -> Draft | None:
    """The holder of the office asked about with the sentences that name the office; None where none is named.

    Where the articles only name the holders of such an office elsewhere, the answer is declined.
    """
    match = _ASKS.fullmatch(case.asked.text)
    if match is None:
        return None
    words = tokens(match.group("office"))
    office, whose = _taken_apart(words)
    if not office or any(w.text.casefold() in _CLAUSE for w in words) or len(words) < 2:
        return None
    articles = [(case.document(hit.passage.doc_id), hit.passage) for hit in case.hits]
    found = _named(articles, office, whose)
    owned = [one for one in found if one.owned]
    if not owned and whose and found:
        return case.decline("not_stated", min(case.likely, _OTHERS))
    owned = owned or (found if len({one.name for one in found}) == 1 else [])
    if not owned:
        return None
    name, *others = (name for name, _ in Counter(one.name for one in owned).most_common())
    shown = {(o.passage.doc_id, o.start): (o.passage, o.start, o.end) for o in reversed(owned) if o.name == name}
    writing = case.writing()
    writing.quote(list(shown.values())[::-1][:SENTENCES])
    rivals = [next(one for one in owned if one.name == other) for other in others[:_RIVALS]]
    writing.contrast([(inline(one.name), one.passage, one.start, one.end, "") for one in rivals])
    return writing.draft(f"**{name}**", max(case.likely, _SURE))


def named_holders(office: str, articles: Sequence[tuple[Document, Passage]]) -> set[str]:
    """Those whom the passages name as holding "the foreign minister of Ruritania", and whose it is."""
    roles, whose = _taken_apart(tokens(office))
    return {one.name for one in _named(articles, roles, whose) if one.owned} if roles and whose else set()


def _taken_apart(words: Sequence[Token]) -> tuple[frozenset[str], list[Token]]:
    """The words of an office, and those that say whose it is."""
    office = frozenset(w.text.casefold() for w in words if w.text.casefold() in _ROLES)
    whose = [w for w in words if w.content and w.text.casefold() not in _ROLES | _NOW and not w.text.isdigit()]
    return office, whose


def _named(articles: Sequence[tuple[Document, Passage]], office: frozenset[str], whose: list[Token]) -> list[_Named]:
    """Everybody whom a sentence gives exactly the words of ``office``, in the order of the passages found."""
    found: list[_Named] = []
    for document, passage in articles:
        for sentence in read(document):
            if not (passage.start <= sentence.start and sentence.end <= passage.end):
                continue
            for mention in (m for c in sentence.clauses for m in c.names if not m.resolved):
                text, at = sentence.text, sentence.start
                held = [part for part in _offices(text, mention, at) if _is(office, part)]
                if held:
                    owned = not whose or any(_belongs(whose, part) for part in held)
                    found.append(_Named(mention.name, passage, sentence.start, sentence.end, owned))
    full = full_names(one.name for one in found)
    return [_Named(full[o.name], o.passage, o.start, o.end, o.owned) for o in found]


def _offices(text: str, mention: Mention, offset: int) -> list[str]:
    """The descriptions around a mention: its titles with what stands before them, and appositions on both sides."""
    start, name_start, end = mention.start - offset, mention.name_start - offset, mention.end - offset
    front = re.split(r"[,;:.—–“”]", text[max(0, start - _FRONT) : start])[-1]
    owner = re.search(r"((?:[A-Z][\w’'.-]*\s+)*[A-Z][\w’'.-]*[’']s?\s+(?:[a-z-]+\s+)?|(?:[A-Z][\w.-]*\s+)+)$", front)
    titles = re.split(r"\s+and\s+", text[start:name_start].strip())
    home = _HOME.match(text, end)
    parts = [f"{owner.group() if owner else ''}{title}{home.group() if home else ''}" for title in titles if title]
    behind = _BEHIND.match(text, end)
    if behind:
        parts += re.split(r"\s+and\s+", behind.group(1))
    before = re.search(r"(?:^|[.;—]\s|\band\s)([^.,;]{3,60}),\s+$", text[:start])
    if before:
        parts.append(before.group(1))
    return parts


def _is(office: frozenset[str], part: str) -> bool:
    """Whether a description names exactly this office: a deputy minister is no minister."""
    return frozenset(w.text.casefold() for w in tokens(part) if w.text.casefold() in _ROLES) == office


def _belongs(whose: list[Token], part: str) -> bool:
    """Whether a description says whose the office is: every word, as a people's adjective too, or their acronym."""
    have = tokens(part)
    short = initials(" ".join(w.text for w in whose))
    if short and any(acronym(w.text) == short for w in have):
        return True
    last = next((i for i, h in enumerate(have) if whose[-1].capital and h.stem == whose[-1].stem), None)
    if last is not None and not (last and have[last - 1].capital):
        return True  # a name may be cut to its last word
    return all(
        any(
            w.stem == h.stem or (h.capital and w.capital and w.stem[:_PLACE_START] == h.stem[:_PLACE_START])
            for h in have
        )
        for w in whose
    )
