"""Sentences of several articles beside each other: which are copies, which repeat, and which contradict."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dateline.rag.english.people import same_name
from dateline.rag.english.tokens import Token, content_stems, tokens
from dateline.rag.events.tellings import Told
from dateline.rag.evidence.corrections import reached
from dateline.rag.evidence.sentences import Evidence
from dateline.rag.question.analysis import Question
from dateline.rag.rules.agents import deed, doers, told_of_another
from dateline.rag.rules.spans import NUMBER, Span, candidates, counts_target, fits, score

_COPY = 0.9
"""Share of common stems from which two sentences of two articles are copies of one text."""
_REPEAT = 0.8
"""Share of the shorter sentence's stems from which another one repeats it."""
_TWIN = 0.7
"""Share of common stems, leaving names and figures out, from which two sentences tell one thing differently."""
_PARALLEL = 0.6
"""Share of the question's terms in one sentence that another must have too, to tell of the same."""
_LIKELY = 1.5
"""Log-odds; how much worse a rival value may fit its sentence than the first answer fits its own."""
_ESTIMATE = re.compile(
    r"\b(?:puts?|gives?|gave|estimates?|estimated)\s+(?:the|that|this|their|its)\s+(?:\w+\s+){0,2}?(?:at|as)\s"
)
"""How a sentence gives another number for what the one before counts."""
_NEXT = 3
"""Characters between a sentence and the next one."""
_RIVALS = 2
"""Rival values that are shown at most."""
_NAMES = {"person", "place", "organisation", "name"}
_DIFFERS = {*_NAMES, "number", "time"}


def copied(one: str, other: str) -> bool:
    """Whether two sentences are one text: nearly the same words, and the very same names and figures."""
    if _particulars(one) != _particulars(other):
        return False
    a, b = content_stems(one), content_stems(other)
    return len(a & b) >= _COPY * max(1, len(a | b))


def unlike(evidence: Sequence[Evidence]) -> list[Evidence]:
    """``evidence`` without sentences that nearly repeat an earlier one."""
    kept: list[tuple[Evidence, frozenset[str]]] = []
    for e in evidence:
        stems = content_stems(e.text)
        if all(len(stems & other) < _REPEAT * max(1, min(len(stems), len(other))) for _, other in kept):
            kept.append((e, stems))
    return [e for e, _ in kept]


def conflicting(told: Sequence[Told]) -> bool:
    """Whether two articles tell the same in nearly the same words, but with other names or figures."""
    return any(
        one.document.doc_id != other.document.doc_id and _twins(one.sentence.text, other.sentence.text)
        for i, one in enumerate(told)
        for other in told[i + 1 :]
    )


def rivals(asked: Question, first: Evidence, span: Span, evidence: Sequence[Evidence]) -> list[tuple[Evidence, Span]]:
    """Other articles' values for what ``span`` of ``first`` answers: sentences that tell the same with another one."""
    mine = first.text[span.start : span.end]
    least = score(asked, first.text, span) - _LIKELY
    others = [e for e in evidence if e.passage.doc_id != first.passage.doc_id]
    for e in others:
        if _twins(first.text, e.text):
            value = _own_particulars(e.text, first.text)
            if value is not None:
                return [(e, value)]
    found: list[tuple[Evidence, Span]] = _estimates(first, span, evidence)
    did = deed(asked)
    for e in others if span.type in _DIFFERS else ():
        if not _parallel(asked, first, e) or told_of_another(asked, e.text):
            continue
        fitting = [s for s in candidates(e.text) if _same_type(s, span) and fits(asked, e.text, s)]
        fitting = [s for s in fitting if reached(e.text, s) or counts_target(asked, e.text, s)]
        doing = doers(e.text, did) if did else ()
        if doing:
            fitting = [s for s in fitting if any(a <= s.start and s.end <= b for a, b in doing)]
        other = max(fitting, key=lambda s: score(asked, e.text, s) + 3 * reached(e.text, s), default=None)
        if other is None or (score(asked, e.text, other) < least and not reached(e.text, other)):
            continue
        theirs = e.text[other.start : other.end]
        known = (mine, *(rival.text[s.start : s.end] for rival, s in found))
        if mine.casefold() not in e.text.casefold() and not any(_same_value(theirs, value) for value in known):
            found.append((e, other))
    return found[:_RIVALS]


def _estimates(first: Evidence, span: Span, evidence: Sequence[Evidence]) -> list[tuple[Evidence, Span]]:
    """The number that somebody else is told to put in the place of ``span``, in the sentence right behind it."""
    if span.type != "number":
        return []
    for e in evidence:
        near = e.passage.doc_id == first.passage.doc_id and 0 <= e.start - first.end < _NEXT
        match = _ESTIMATE.search(e.text) if near else None
        number = NUMBER.search(e.text, match.end()) if match else None
        if number and not _same_value(number.group(), first.text[span.start : span.end]):
            return [(e, Span(number.start(), number.end(), "number"))]
    return []


def _same_type(one: Span, other: Span) -> bool:
    """Names of people, places and organisations cannot be told apart surely; numbers and times can."""
    return one.type == other.type or (one.type in _NAMES and other.type in _NAMES)


def _same_value(one: str, other: str) -> bool:
    """Whether two short answers can be the same: the same figures, or words in common."""
    figures = [frozenset(re.findall(r"\d[\d.,]*", text)) for text in (one, other)]
    if any(figures):
        return bool(figures[0] & figures[1])
    return same_name(one, other) or bool(content_stems(one) & content_stems(other))


def _parallel(asked: Question, one: Evidence, other: Evidence) -> bool:
    """Whether two sentences cover the same terms of the question: more than one, and not its names alone."""
    mine = set(asked.terms) & content_stems(one.text)
    shared = mine & content_stems(other.text)
    named = {w.stem for name in asked.names for w in tokens(name)}
    enough = len(mine) > 1 or (mine and mine == set(asked.terms) - named)
    if asked.type in ("place", "person") and len(shared - named) < min(2, len(set(asked.terms) - named)):
        return False  # names of all kinds stand in every sentence
    return bool(enough and len(shared) >= _PARALLEL * len(mine) and (shared - named or not mine - named))


def _twins(one: str, other: str) -> bool:
    """Whether two sentences differ, almost, in names and figures alone, and both have their own."""
    a, b = _particulars(one), _particulars(other)
    plain = [content_stems(text) - a - b for text in (one, other)]
    shared = len(plain[0] & plain[1])
    return bool(a - b and b - a) and shared >= 2 and shared >= _TWIN * len(plain[0] | plain[1])


def _particulars(text: str) -> frozenset[str]:
    """The stems of the names and figures of a sentence."""
    return frozenset(
        w.stem for w in tokens(text) if (w.capital and w.start > 0) or w.text[-1].isdigit() or w.text[0].isdigit()
    )


def _own_particulars(text: str, other: str) -> Span | None:
    """The first run of names or figures of ``text`` that ``other`` does not have."""
    own = _particulars(text) - _particulars(other)
    run: list[Token] = []
    for word in tokens(text):
        if word.stem in own and (not run or word.start - run[-1].end <= 2):
            run.append(word)
        elif run:
            break
    return Span(run[0].start, run[-1].end, "name") if run else None
