"""A question as the articles would write it: names in capitals, misspelt words set right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from dateline.index.documents import Passage
from dateline.rag.english.tokens import STOP_WORDS, Token, stem, tokens
from dateline.rag.question.mentions import is_verb

_ASKING = frozenset(("who", "whom", "when", "where", "which", "what", "with", "from", "about"))
"""Function words that are put right where a question misspells them."""
_LEAST = 5
"""Letters; shorter words differ by one letter from too many others."""
_WIDE = 4
"""Letters in which two spellings of a word, with their endings, do not differ."""
_LONG = 8
"""Letters from which a word may differ by two."""


def as_written(question: str, passages: Iterable[Passage], knows: Callable[[str], bool]) -> str:
    """``question`` with its unknown words spelt, and its lower-case names capitalised, as in ``passages``.

    A word is unknown where no article has it (``knows``); it is replaced where exactly one word of the passages is
    nearest. Capitals are only restored to a question that is written without any.
    """
    passages = list(passages)
    words = tokens(question)
    lower = question[1:] == question[1:].casefold()
    there = {word.text.casefold() for p in passages for text in (p.text, p.title) for word in tokens(text)}
    if not lower and all(_plain(word.text.casefold()) or word.text.casefold() in there for word in words):
        return question  # as nearly always; what follows takes as long as finding the evidence
    forms = _forms(passages)
    text = question
    for word in reversed(words):
        written = _written(word, forms, knows, lower=lower)
        if written != word.text:
            text = text[: word.start] + written + text[word.end :]
    return text


def _plain(low: str) -> bool:
    """Whether a case-folded word is never set right: a number, or a function word."""
    return not low.isalpha() or low in STOP_WORDS or low in _ASKING


def _forms(passages: Iterable[Passage]) -> dict[str, Counter[str]]:
    """Case-folded word -> how often it is written how, outside the first place of a sentence."""
    forms: dict[str, Counter[str]] = {}
    for passage in passages:
        for text in (passage.text, passage.title):
            for word in tokens(text):
                before = text[: word.start].rstrip(" \"'“‘(")
                inside = bool(before) and before[-1] not in ".?!:\n”’"
                forms.setdefault(word.text.casefold(), Counter())[word.text] += inside
    return forms


def _written(word: Token, forms: dict[str, Counter[str]], knows: Callable[[str], bool], *, lower: bool) -> str:
    low = word.text.casefold()
    if _plain(low):
        return word.text
    if low not in forms:
        # A verb that no article has is asked about all the same: "threaten" is no misspelt "treated".
        if len(low) < 3 or knows(word.text) or is_verb(low) or any(stem(form) == word.stem for form in forms):
            return word.text
        nearest = _nearest(low, forms)
        if nearest is None or (word.capital and nearest in _ASKING):
            return word.text
        low = nearest
        if low in _ASKING:
            return low
    elif not lower:
        return word.text
    written = forms[low]
    best = max(written, key=lambda form: (written[form], form))
    named = written[best] > 0 and all(form[0].isupper() for form, count in written.items() if count)
    return best if named else low


def _nearest(low: str, forms: dict[str, Counter[str]]) -> str | None:
    """The one word of ``forms``, or of those that ask, that ``low`` most likely misspells; None where there is none."""
    most = 2 if len(low) >= _LONG else 1
    found: dict[int, list[str]] = {}
    pool = [f for f in forms if len(f) >= _LEAST and f[0] == low[0] and abs(len(f) - len(low)) < _WIDE]
    pool = pool if len(low) >= _LEAST - 1 else []
    for form in {*pool, *_ASKING}:
        edits = distance(low, form)
        if min(len(stem(low)), len(stem(form))) >= _LEAST:  # of shorter ones, many differ by a letter: posit, post
            edits = min(edits, distance(stem(low), stem(form)))
        if edits <= (1 if form in _ASKING else most):
            found.setdefault(edits, []).append(form)
    nearest = found[min(found)] if found else []
    stems = {stem(form) for form in nearest}
    return min(nearest, key=lambda form: (len(form), form)) if len(stems) == 1 else None


def distance(one: str, other: str) -> int:
    """The optimal string alignment distance: insertions, deletions, changes, and swaps of neighbours."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            best = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
