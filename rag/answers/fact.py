"""The answer in a few words where the reader is sure of them, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Sequence

from dateline.index.documents import Passage
from dateline.rag.answer import Short
from dateline.rag.answers.draft import Draft, Writing, inline
from dateline.rag.answers.headline import Headline, best_time, day_of, headlines
from dateline.rag.answers.material import Material
from dateline.rag.answers.rivals import copies, rivals, standing, unlike
from dateline.rag.evidence.findings import Finding

_SHOWN = 2
"""Sentences shown beside a short answer at most."""
_UNSURE = 3
"""The same where nothing is sure enough for bold."""
_OPEN = 4
"""The same where no few words answer: why, how, what about."""
_CLOSE = 1.5
"""Log-odds; a further sentence is shown when its score is at most so far below the first's."""


def fact(material: Material) -> Draft:
    """The short answers in bold where they are sure, their sentences, and what agrees or differs."""
    if material.likely < material.weighed.thresholds["answer"]:
        return material.decline("not_stated", material.likely)
    found = headlines(material)
    sure = [h for h in found if h.sure >= material.weighed.thresholds["bold"]]
    # Half of a question answered in bold would look like the whole of it.
    bold = sure if len(sure) == len(found) else [h for h in sure if h.part == 0]
    writing = material.writing()
    first = [h.finding for h in bold] or material.findings[:1]
    differing = rivals(bold[0].finding, bold[0].words, material.findings) if bold and bold[0].span else []
    newer = next((r for r in differing if standing(r[0], bold[0].finding) == "corrected"), None)
    if newer:
        return _corrected(material, writing, bold[0], newer)
    shown = _shown(material, first, [f for f, _ in differing], first_sure=bool(bold))
    writing.quote([_place(f) for f in shown], [f.evidence for f in shown])
    if material.asked.asks("when"):
        _dated(writing, shown, {h.finding for h in bold if h.when})
    _cite_copies(writing, shown[0], material.findings)
    writing.contrast([(inline(f.said(s)), *_place(f), standing(f, bold[0].finding)) for f, s in differing])
    lead = " · ".join(dict.fromkeys(_bold(h) for h in bold))
    confidence = min((h.sure for h in bold), default=material.likely * _unbold(material))
    short = [Short(h.words, writing.number(h.finding.evidence), *h.place) for h in bold]
    return writing.draft(lead, confidence, short=short, more=_more(material, shown))


def _unbold(material: Material) -> float:
    """The share of answers that hold without a short answer in bold."""
    return material.weighed.thresholds["unbold"]


def _bold(headline: Headline) -> str:
    """A short answer as it leads: in bold, with its day where a time is asked for."""
    return f"**{inline(headline.words)}**" + (f" ({headline.when})" if headline.when else "")


def _shown(
    material: Material, first: Sequence[Finding], differing: Sequence[Finding], *, first_sure: bool
) -> list[Finding]:
    """The sentences to quote: those of the short answers, then the best others that do not repeat them."""
    most = _OPEN if material.asked.kind in ("why", "how", "open", "said") else _SHOWN if first_sure else _UNSURE
    floor = max(f.score for f in material.findings) - _CLOSE
    others = [f for f in material.findings if f not in first and f not in differing and f.score >= floor]
    return unlike([*dict.fromkeys(first), *others])[: max(most, len(first))]


def _more(material: Material, shown: Sequence[Finding]) -> int:
    """How many further sentences answer as surely as those shown."""
    floor = min(f.score for f in shown)
    return sum(f.score >= floor and f not in shown for f in material.findings)


def _corrected(material: Material, writing: Writing, first: Headline, newer: tuple[Finding, object]) -> Draft:
    """The corrected value leads, the one before it follows as such."""
    finding, span = newer
    words = finding.said(span)  # type: ignore[arg-type]
    writing.quote([_place(finding)])
    writing.contrast([(inline(first.words), *_place(first.finding), "corrected since")])
    return writing.draft(f"**{inline(words)}**", first.sure)


def _dated(writing: Writing, shown: Sequence[Finding], told: set[Finding]) -> None:
    """Say which day a sentence means by "on Tuesday", where the short answer has not said so."""
    for number, finding in enumerate(shown):
        time = best_time([finding])
        day = day_of(time[1], finding) if time and finding not in told else ""
        if day:
            writing.lines[number] += f" *({inline(time[1].text)}: {day})*" if time else ""


def _cite_copies(writing: Writing, first: Finding, findings: Sequence[Finding]) -> None:
    """Cite the articles that print the sentence just quoted too, counted as the one report they are."""
    same = copies(first, findings)
    if same:
        writing.also([_place(f) for f in same], 1 + len({f.evidence.passage.doc_id for f in same}))


def _place(finding: Finding) -> tuple[Passage, int, int]:
    return finding.evidence.passage, finding.evidence.start, finding.evidence.end
