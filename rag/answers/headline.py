"""Short answers: for each part of a question the span that the reader takes for it, and how sure that is."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dateline.index.dates.expressions import TimeExpression
from dateline.rag.answers.material import Material
from dateline.rag.english.tokens import content_stems
from dateline.rag.events.when import describe_time
from dateline.rag.evidence.findings import Finding
from dateline.rag.question.analysis import Question
from dateline.rag.reader.reading import Span

_WORDLESS = ("why", "how", "open", "said", "yes_no")
"""Kinds of questions that sentences answer."""
_LONGEST = 12
"""Words of a short answer at most; what is longer is a sentence's business."""
_DEPTH = 6
"""Findings whose spans are weighed against each other."""


@dataclass(frozen=True)
class Headline:
    """A short answer: the words, where they stand, the day they mean, and the probability that they are right."""

    part: int
    finding: Finding
    words: str
    place: tuple[int, int]
    sure: float
    span: Span | None = None
    when: str = ""


def parted(asked: Question) -> tuple[str, ...]:
    """The kinds of a question's parts that want an answer of their own."""
    return tuple(dict.fromkeys(asked.kinds))


def headlines(material: Material) -> list[Headline]:
    """Return the best short answer for each part of the question that a few words can answer."""
    found: list[Headline] = []
    for part, kind in enumerate(parted(material.asked)):
        if kind in _WORDLESS or not any(f.spans for f in material.findings):
            continue
        made = _time(material, part, found) if kind == "when" else _words(material, part)
        if made:
            found.append(made)
    return found


def candidates(findings: Sequence[Finding], asked: Question) -> list[tuple[float, Finding, Span]]:
    """The best spans of the best sentences, best first: none of the question's own words."""
    stems = set(asked.terms)
    rated = []
    for f in findings[:_DEPTH]:
        for span in f.spans[:2]:
            words = f.said(span)
            own = content_stems(words)
            plain = own or re.search(r"\d", words)  # "he" is no answer
            if not plain or (own and own <= stems) or len(words.split()) > _LONGEST:
                continue
            rated.append((span.score + f.score, f, span))
    return sorted(rated, key=lambda r: -r[0])


def _alike(one: str, other: str) -> bool:
    """Whether two short answers are the same in other words: one has every content word of the other."""
    a, b = content_stems(one), content_stems(other)
    return one == other or (bool(a and b) and (a <= b or b <= a))


def _words(material: Material, part: int) -> Headline | None:
    """The span that stands best, with what agrees with it and what speaks against it."""
    rated = candidates(material.findings, material.asked)
    if not rated:
        return None
    total, finding, span = rated[0]
    words = finding.said(span)
    against = max((t for t, f, s in rated[1:] if not _alike(f.said(s), words)), default=total - 12)
    agreeing = {f.evidence.passage.doc_id for _, f, s in rated if _alike(f.said(s), words)}
    values = features(material, finding, span.score) | {
        "margin": min(12.0, total - against),
        "agree": math.log(max(1, len(agreeing))),
        "words": math.log(1 + len(words.split())),
        "mass": _mass(rated, words),
    }
    sure = material.weighed.probability("headline", values)
    return Headline(part, finding, words, (span.start, span.end), sure, span)


def _mass(rated: Sequence[tuple[float, Finding, Span]], words: str) -> float:
    """The share of all spans' weight that says the same."""
    best = rated[0][0]
    weights = [(math.exp(max(-30.0, t - best)), _alike(f.said(s), words)) for t, f, s in rated]
    return sum(w for w, same in weights if same) / sum(w for w, _ in weights)


def _time(material: Material, part: int, before: Sequence[Headline]) -> Headline | None:
    """The time expression that answers; beside "who …?" that of the same sentence first."""
    near = [h.finding for h in before if h.finding.evidence.dates]
    chosen = best_time(near) or best_time(material.findings[:_DEPTH])
    if chosen is None:
        return None
    finding, time, score = chosen
    values = features(material, finding, score - finding.score) | {
        "beside": float(bool(before)),
        "placed": float(bool(time.earliest or time.latest)),
    }
    sure = material.weighed.probability("time", values)
    return Headline(part, finding, time.text, (time.start, time.end), sure, None, day_of(time, finding))


def dates(finding: Finding) -> list[TimeExpression]:
    """The dates and times of a sentence; "now" and "recently" are none."""
    return [t for t in finding.evidence.dates if t.type in ("DATE", "TIME") and not t.value.endswith("_REF")]


def best_time(findings: Sequence[Finding]) -> tuple[Finding, TimeExpression, float] | None:
    """The time expression that answers, with its sentence and score; one that is placed in time before one that is not."""
    rated = [(f, t, f.time_score(t.start, t.end) + f.score) for f in findings for t in dates(f)]
    return max(rated, key=lambda r: (r[1].earliest is not None or r[1].latest is not None, r[2]), default=None)


def day_of(time: TimeExpression, finding: Finding) -> str:
    """The day as a reader is told it; "" where the words say it already."""
    told = describe_time(time, finding.evidence.passage.published)
    return "" if told == time.text or not (time.earliest or time.latest) else told


def features(material: Material, finding: Finding, score: float) -> dict[str, float]:
    """What tells whether a short answer is right, of the sentence it stands in and of the whole search."""
    kind = material.asked.kind
    return {
        "span": max(-20.0, score),
        "sentence": finding.score,
        "likely": math.log(max(1e-6, material.likely) / max(1e-6, 1 - material.likely)),
        "first": float(finding is material.findings[0]),
        f"kind_{kind}": 1.0,
    }
