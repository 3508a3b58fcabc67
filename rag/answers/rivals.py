"""Sentences of several articles beside each other: which are copies, which repeat, and which contradict."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dateline.rag.english.people import same_name
from dateline.rag.english.tokens import content_stems, tokens
from dateline.rag.evidence.corrections import retracts, updates
from dateline.rag.evidence.findings import Finding
from dateline.rag.reader.reading import Span

_COPY = 0.9
"""Share of common stems from which two sentences of two articles are copies of one text."""
_REPEAT = 0.8
"""Share of the shorter sentence's stems from which another one repeats it."""
_TWIN = 0.6
"""Share of common stems, leaving the answers out, from which two sentences tell one thing."""
_RIVALS = 2
"""Rival values that are shown at most."""


def copied(one: str, other: str) -> bool:
    """Whether two sentences are one text: nearly the same words, and the very same names and figures."""
    if _particulars(one) != _particulars(other):
        return False
    a, b = content_stems(one), content_stems(other)
    return len(a & b) >= _COPY * max(1, len(a | b))


def copies(first: Finding, findings: Sequence[Finding]) -> list[Finding]:
    """The findings of other articles that print the same sentence."""
    return [
        f for f in findings
        if f.evidence.passage.doc_id != first.evidence.passage.doc_id and copied(first.text, f.text)
    ]  # fmt: skip


def unlike(findings: Sequence[Finding]) -> list[Finding]:
    """``findings`` without sentences that nearly repeat an earlier one."""
    kept: list[tuple[Finding, frozenset[str]]] = []
    for f in findings:
        stems = content_stems(f.text)
        if all(len(stems & other) < _REPEAT * max(1, min(len(stems), len(other))) for _, other in kept):
            kept.append((f, stems))
    return [f for f, _ in kept]


def rivals(mine: Finding, words: str, findings: Sequence[Finding]) -> list[tuple[Finding, Span]]:
    """Other articles' values for ``words`` of a sentence: sentences that tell the same of the same with another one."""
    found: list[tuple[Finding, Span]] = []
    for f in findings:
        if f.evidence.passage.doc_id == mine.evidence.passage.doc_id or not f.spans:
            continue
        span = f.spans[0]
        theirs = f.said(span)
        rest = [content_stems(t) - content_stems(v) for t, v in ((mine.text, words), (f.text, theirs))]
        told_alike = len(rest[0] & rest[1]) >= max(2, _TWIN * len(rest[0] | rest[1]))
        if told_alike and not any(_same_value(theirs, v) for v in (words, *(g.said(s) for g, s in found))):
            found.append((f, span))
    return found[:_RIVALS]


def standing(rival: Finding, first: Finding) -> str:
    """What a reader should know of a rival value: that it corrects the first, was corrected, or is earlier or later."""
    days = [f.evidence.passage.published or "" for f in (rival, first)]
    later, earlier = bool(all(days) and days[0][:10] > days[1][:10]), bool(all(days) and days[0][:10] < days[1][:10])
    if later and updates(rival.text):
        return "corrected"
    if retracts(rival.text):
        return "corrected since"
    return "later" if later else "earlier" if earlier else ""


def _same_value(one: str, other: str) -> bool:
    """Whether two short answers can be the same: the same figures, or words in common."""
    figures = [frozenset(re.findall(r"\d[\d.,]*", text)) for text in (one, other)]
    if any(figures):
        return bool(figures[0] & figures[1])
    return same_name(one, other) or bool(content_stems(one) & content_stems(other))


def _particulars(text: str) -> frozenset[str]:
    """The stems of the names and figures of a sentence."""
    return frozenset(
        w.stem for w in tokens(text) if (w.capital and w.start > 0) or w.text[-1].isdigit() or w.text[0].isdigit()
    )
