"""Did X …? — what a sentence says to a yes/no question."""

from __future__ import annotations

import re
from typing import Literal

from rag.clauses import modality, pieces
from rag.question import Question
from rag.tokens import Token, tokens

Verdict = Literal["yes", "no", "planned", "hedged", "open"]

LEADS: dict[Verdict, str] = {
    "yes": "**Yes.**",
    "no": "**No.**",
    "planned": "**Planned or expected, not reported as done.**",
    "hedged": "**Reported as possible, not as fact.**",
    "open": "**Left open.**",
}
"""The words a verdict is given in."""

_FOR = re.compile(r"\b(?:for|in favou?r of|support\w*|back\w*)\b", re.IGNORECASE)
_AGAINST = re.compile(r"\bagainst\b", re.IGNORECASE)
_FUTURE = re.compile(
    r"\s*(?:will|would|can|could|may|might|should|shall|is .* (?:going|expected|due|set) to)\b", re.IGNORECASE
)


def holds(asked: Question, text: str) -> float:
    """The share of the question's terms that ``text`` has; "Iranian" counts for "Iran"."""
    have = tokens(text)
    return sum(any(_meets(term, word) for word in have) for term in asked.terms) / max(1, len(asked.terms))


def relation_held(asked: Question, text: str) -> bool:
    """Whether ``text`` has at least half of what the question says beside its names: the deed, not only the people."""
    named = {w.stem for name in asked.names for w in tokens(name)}
    deed = [t for t in asked.terms if t not in named]
    have = tokens(text)
    return not deed or 2 * sum(any(_meets(t, word) for word in have) for t in deed) >= len(deed)


def verb_held(asked: Question, text: str) -> bool:
    """Whether ``text`` has the question's verb: the first content word behind the first name, or of the question."""
    named = {w.stem for name in asked.names for w in tokens(name)}
    content = [w for w in tokens(asked.text) if w.content]
    behind = next((i for i, w in enumerate(content) if w.stem in named), -1)
    verb = next((w.stem for w in content[behind + 1 :] if w.stem not in named), "")
    return not verb or any(_meets(verb, word) for word in tokens(text))


def names_held(asked: Question, text: str) -> bool:
    """Whether every name of the question is in ``text``, at least by its last word."""
    have = tokens(text)
    return all(any(_meets(tokens(name)[-1].stem, word) for word in have) for name in asked.names)


def verdict(asked: Question, text: str) -> Verdict:
    """What ``text``, which is about what is asked, says: read off its clause that holds most of the question."""
    spans = pieces(text)
    left, right = max(spans, key=lambda span: holds(asked, text[slice(*span)]))
    clause = text[left:right]
    if re.search(r"\b(?:whether|if)\b", clause) and not _FUTURE.match(asked.text):
        return "open"
    if re.search(r"\b(?:whether|asked if)\b", text[:right]):
        return "open"
    told = modality(clause)
    if told == "planned" and _FUTURE.match(asked.text):
        told = "actual"
    if told in ("planned", "hedged"):
        return "planned" if told == "planned" else "hedged"
    negated = (told == "denied") != (modality(asked.text) == "denied")
    if _FOR.search(asked.text) and _AGAINST.search(clause) and not _AGAINST.search(asked.text):
        negated = not negated
    return "no" if negated else "yes"


def _meets(term: str, word: Token) -> bool:
    """Whether ``word`` is ``term``, or its demonym or inhabitant."""
    return term == word.stem or (word.capital and len(term) > 3 and word.stem[:4] == term[:4])
