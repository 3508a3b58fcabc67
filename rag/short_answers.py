"""The few words that answer a question, as they stand in a sentence of the evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.draft import inline
from rag.events import describe_time
from rag.evidence import Evidence
from rag.question import Question
from rag.spans import Span, candidates, counts_target, fits, score, widened

_SENTENCES = 5
"""Sentences of the evidence that are searched for the words."""
_SPAN_SHARE = 0.15
"""How much the fit of the short answer counts beside that of its sentence."""
_MISCOUNT = 2.0
"""Log-odds; what a number that counts something else costs."""
_BESIDE = 12
"""Characters around a time within which its sentence may say the calendar day itself."""
_ONLY = {"when": "time", "how_many": "number"}
"""Kinds of question whose further parts only a span of one type answers."""
_REASON = re.compile(
    r"\b((?:because(?: of)?|due to|owing to|thanks to|in order to|so that|as a result of|in response to|in protest at|"
    r"in an attempt to|amid concerns?|over concerns?)\s[^.;,]{5,160})",
    re.IGNORECASE,
)


def best_spans(asked: Question, evidence: Sequence[Evidence]) -> list[tuple[Evidence, Span]]:
    """The best candidate answer of each of the best sentences, best first."""
    found = []
    for e in evidence[:_SENTENCES]:
        fitting = [span for span in candidates(e.text) if fits(asked, e.text, span)]
        if fitting:
            span = max(fitting, key=lambda s: score(asked, e.text, s))
            value = e.score + _SPAN_SHARE * score(asked, e.text, span)
            if not counts_target(asked, e.text, span):
                value -= _MISCOUNT
            found.append((value, e, widened(asked, e.text, span, fitting)))
    return [(e, span) for _, e, span in sorted(found, key=lambda f: -f[0])]


def bold(evidence: Evidence, span: Span) -> str:
    """The short answer in bold, with what it means on the calendar where it is a time that leaves that open."""
    return f"**{inline(evidence.text[span.start : span.end])}**{_meaning(evidence, span)}"


def further_parts(asked: Question, evidence: Evidence) -> str:
    """The answers, in the same sentence, to the further parts of a question: "who … and when?"."""
    answers = ""
    for kind, wanted in zip(asked.kinds[1:], asked.types[1:], strict=True):
        part = replace(asked, kinds=(kind,), types=(wanted,), target=())
        for _, span in best_spans(part, [evidence]):
            if _ONLY.get(kind, span.type) == span.type:
                answers += f" · {bold(evidence, span)}"
    return answers


def reason(evidence: Evidence) -> str:
    """The reason a sentence gives, in bold, or "" where it names none in so many words."""
    match = _REASON.search(evidence.text)
    return f"**{inline(match.group(1))}**" if match else ""


def _meaning(evidence: Evidence, span: Span) -> str:
    """What a time in the short answer means on the calendar, where that is more than it says."""
    left, right = evidence.start + span.start, evidence.start + span.end
    for time in evidence.dates:
        if time.start < right and left < time.end and time.type in ("DATE", "TIME") and not time.value.endswith("_REF"):
            shown = describe_time(time, evidence.passage.published)
            plain = shown.split(" ", 1)[-1] if time.earliest and time.earliest == time.latest else shown
            around = evidence.text[max(0, left - evidence.start - _BESIDE) : right - evidence.start + _BESIDE]
            return "" if all(part in around for part in plain.split()) else f" ({shown})"
    return ""
