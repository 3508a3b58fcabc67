"""Answers to questions of fact, and overviews where the question is open or no few words answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.documents import Passage
from rag.answer import Sentence
from rag.case import Case
from rag.comparison import copied, rivals, unlike
from rag.draft import SENTENCES, Draft, Writing, inline, marked
from rag.events import show_day
from rag.evidence import Evidence
from rag.short_answers import best_spans, bold, further_parts, reason
from rag.spans import Span, counts_target
from rag.tokens import content_stems
from rag.weights import THRESHOLD

_OVERVIEW = 4
"""Cited sentences that an overview shows at most."""
_OFF_TARGET = 0.6
"""Factor on the confidence where no number counts what is asked, or no passage knows the office asked about."""
_CLOSE = 1.2
"""Log-odds; a further sentence is shown when its score is at most so far below the first (twice that in overviews)."""


def fact(case: Case) -> Draft:
    """A short answer in bold, its sentence, and what else supports or contradicts it."""
    asked, evidence, likely = case.asked, case.evidence, case.likely
    chosen = best_spans(asked, evidence)
    if not any(counts_target(asked, e.text, span) for e, span in chosen):
        likely *= _OFF_TARGET
    if asked.kind == "who" and asked.target and not set(asked.target) & content_stems(evidence[0].passage.text):
        likely *= _OFF_TARGET
    if likely < THRESHOLD:
        return case.decline("not_stated", likely)
    if not chosen:
        return overview(replace(case, likely=likely))
    first, span = chosen[0]
    differing = rivals(asked, first, span, evidence)
    contradicting = [e for e, _ in differing]
    close = [e for e in evidence if e is not first and e.score > first.score - _CLOSE]
    agreeing = [e for e in unlike([first, *close])[1:] if e not in contradicting][: SENTENCES - 1]
    writing = case.writing()
    writing.quote([_span(first)], evidence)
    _cite_copies(writing, first, evidence)
    _show_rivals(writing, differing)
    writing.quote([_span(e) for e in agreeing])
    return writing.draft(bold(first, span) + further_parts(asked, first), likely)


def overview(case: Case) -> Draft:
    """The sentences that cover the question best without repeating each other, the first one's article first."""
    first = case.evidence[0]
    floor = first.score - 2 * _CLOSE
    others = [e for e in unlike(case.evidence) if e.score >= floor][1:_OVERVIEW]
    others.sort(key=lambda e: (e.passage.doc_id != first.passage.doc_id, e.hit.rank, e.start))
    writing = case.writing()
    writing.quote([_span(e) for e in (first, *others)], case.evidence)
    return writing.draft(reason(first) if case.asked.kind == "why" else "", case.likely)


def _cite_copies(writing: Writing, first: Evidence, evidence: Sequence[Evidence]) -> None:
    """Cite the articles that print the sentence just quoted too, counted as the one report they are."""
    copies = [e for e in evidence if e.passage.doc_id != first.passage.doc_id and copied(first.text, e.text)]
    if not copies:
        return
    numbers = [writing.cite(e.passage, e.start, e.end) for e in copies]
    articles = 1 + len({e.passage.doc_id for e in copies})
    writing.lines[0] += f" {marked(numbers)} *({articles} articles, 1 independent report)*"
    quoted = writing.sentences[0]
    writing.sentences[0] = replace(quoted, citations=(*quoted.citations, *numbers))


def _show_rivals(writing: Writing, differing: Sequence[tuple[Evidence, Span]]) -> None:
    """Add other articles' values, each with its outlet and day."""
    if differing:
        writing.lines.append("The articles differ:")
    for rival, span in differing:
        number = writing.cite(rival.passage, rival.start, rival.end)
        value = inline(rival.text[span.start : span.end])
        writing.lines.append(f"- **{value}** ({_outlet(rival.passage)}): {inline(rival.text)} [{number}]")
        writing.sentences.append(Sentence(rival.text, (number,), "verbatim"))


def _span(evidence: Evidence) -> tuple[Passage, int, int]:
    return evidence.passage, evidence.start, evidence.end


def _outlet(passage: Passage) -> str:
    when = show_day(passage.published[:10]) if passage.published else "undated"
    return ", ".join(part for part in (passage.source or passage.title or passage.doc_id, when) if part)
