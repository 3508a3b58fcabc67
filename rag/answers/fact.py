"""Answers to questions of fact, and overviews where the question is open or no few words answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dateline.index.documents import Passage
from dateline.rag.answers.draft import SENTENCES, Draft, Writing, inline, marked
from dateline.rag.answers.material import Material
from dateline.rag.answers.rivals import copied, rivals, unlike
from dateline.rag.english.tokens import content_stems
from dateline.rag.evidence.corrections import standing, supersedes
from dateline.rag.evidence.sentences import Evidence
from dateline.rag.question.analysis import Question
from dateline.rag.rules.agents import deed, doers, told_of_another
from dateline.rag.rules.measures import frequency, plainly_told
from dateline.rag.rules.short_answers import awaited, best_spans, further_parts, listing, over, reason
from dateline.rag.rules.spans import counts_target
from dateline.rag.rules.weights import THRESHOLD

_OVERVIEW = 4
"""Cited sentences that an overview shows at most."""
_OFF_TARGET = 0.6
"""Factor on the confidence where no number counts what is asked, or no passage knows the office asked about."""
_UNDONE = 0.7
"""The same where the sentence does not tell who did it."""
_DISPUTED = 0.8
"""The same where several articles name somebody else each."""
_UNSAID = 0.5
"""Confidence below which sentences that do not tell who did it are no answer."""
_HOW_OFTEN = re.compile(r"how often\b", re.IGNORECASE)
_IS = re.compile(r"who(?:['’]s|\s+(?:is|was|are|were))\b", re.IGNORECASE)
_PLAIN = 0.6
"""Confidence, at least, where a sentence has the very measure asked for and every other word of the question."""
_PAST = 0.3
"""Confidence, at most, where only times that are over are told of what is to come, or a deed without its doer."""
_TOUCHED = 0.1
"""Share of those words that a sentence must have to tell when something will be."""
_ABOUT = 0.5
"""Share of the words of what is asked about from which a sentence that is not the best may answer instead."""
_CLOSE = 1.2
"""Log-odds; a further sentence is shown when its score is at most so far below the first (twice that in overviews)."""


def fact(material: Material) -> Draft:
    """A short answer in bold, its sentence, and what else supports or contradicts it."""
    asked, evidence, likely = material.asked, material.evidence, material.likely
    chosen = best_spans(asked, evidence)
    if chosen and plainly_told(asked, *chosen[0]):
        likely = max(likely, _PLAIN)
    did = deed(asked)
    if not any(counts_target(asked, e.text, span) for e, span in chosen):
        likely *= _OFF_TARGET
    if asked.kind == "who" and asked.target and not set(asked.target) & content_stems(evidence[0].passage.text):
        likely *= _OFF_TARGET
    if asked.kind == "who" and asked.names and chosen and not _deed_told(asked, chosen[0][0]):
        likely *= _OFF_TARGET
    untold = bool(did and chosen and not doers(chosen[0][0].text, did))
    undone = untold and not rivals(asked, *chosen[0], evidence)
    if untold:
        likely *= _UNDONE if undone else _DISPUTED
    if chosen and told_of_another(asked, chosen[0][0].text):
        likely = min(likely, _PAST)
    if likely < (_UNSAID if undone else THRESHOLD):
        return material.decline("not_stated", min(likely, THRESHOLD))
    if undone:
        return overview(replace(material, likely=likely))
    if not chosen:
        return _wordless(material, likely, did)
    if awaited(asked):
        told = _ABOUT if over(*chosen[0]) else _TOUCHED
        chosen = [(e, s) for e, s in chosen if not over(e, s) and e.features.get("told", 1.0) >= told]
        if not chosen:
            return material.decline("not_stated", min(likely, _PAST))
    first, span = chosen[0]
    differing = rivals(asked, first, span, evidence)
    newer = next((at for at, (e, _) in enumerate(differing) if supersedes(e, first)), None)
    if newer is not None:
        (first, span), differing[newer] = differing[newer], (first, span)
    contradicting = [e for e, _ in differing]
    close = [e for e in evidence if e is not first and e.score > first.score - _CLOSE]
    agreeing = [e for e in unlike([first, *close])[1:] if e not in contradicting][: SENTENCES - 1]
    writing = material.writing()
    writing.quote([_span(first)], evidence)
    _cite_copies(writing, first, evidence)
    writing.contrast(
        [(inline(e.text[s.start : s.end]), *_span(e), standing(e, s, first, evidence)) for e, s in differing]
    )
    writing.quote([_span(e) for e in agreeing])
    return writing.draft(listing(asked, first, span) + further_parts(asked, first), likely)


def _wordless(material: Material, likely: float, did: str) -> Draft:
    """The sentences where none has the words that are asked for, or a refusal where one should have had them."""
    asked = material.asked
    if did and asked.names:
        return material.decline("not_stated", min(likely, _PAST))
    if asked.verb and asked.names and likely * _UNDONE < _UNSAID:
        return material.decline("not_stated", min(likely * _UNDONE, THRESHOLD))
    return overview(replace(material, likely=likely))


def _deed_told(asked: Question, evidence: Evidence) -> bool:
    """Whether the passage has the verb of "who built …?" at all."""
    if not asked.first or _IS.match(asked.text):
        return True
    return asked.first in content_stems(f"{evidence.passage.title} {evidence.passage.text}")


def overview(material: Material) -> Draft:
    """The sentences that cover the question best without repeating each other, the first one's article first."""
    first = material.evidence[0]
    floor = first.score - 2 * _CLOSE
    others = [e for e in unlike(material.evidence) if e.score >= floor][1:_OVERVIEW]
    others.sort(key=lambda e: (e.passage.doc_id != first.passage.doc_id, e.hit.rank, e.start))
    writing = material.writing()
    writing.quote([_span(e) for e in (first, *others)], material.evidence)
    return writing.draft(_point(material.asked, first), material.likely)


def _point(asked: Question, evidence: Evidence) -> str:
    """The words of a sentence that say why or how often, in bold; "" where none do."""
    if asked.kind == "why":
        return reason(evidence)
    often = frequency(evidence.text) if _HOW_OFTEN.match(asked.text) else None
    return f"**{inline(evidence.text[slice(*often)])}**" if often else ""


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


def _span(evidence: Evidence) -> tuple[Passage, int, int]:
    return evidence.passage, evidence.start, evidence.end
