"""Did X …?: yes, no, planned or alleged where the reader is sure, and the sentences that say so."""

from __future__ import annotations

import math

from dateline.rag.answer import Verdict
from dateline.rag.answers.draft import Draft
from dateline.rag.answers.material import Material
from dateline.rag.answers.rivals import unlike
from dateline.rag.english.tokens import content_stems
from dateline.rag.evidence.findings import Finding

LEADS: dict[Verdict, str] = {"yes": "**Yes.**", "no": "**No.**", "planned": "**Planned.**", "alleged": "**Alleged.**"}
_UNSURE = "The articles do not say yes or no in so many words; they say:"
_SHOWN = 3
_DEPTH = 5
"""Findings whose verdicts are weighed."""


def yes_no(material: Material) -> Draft | None:
    """The verdict with its sentences, the sentences alone where none is sure; None for another kind of question."""
    if material.asked.kind != "yes_no":
        return None
    if material.likely < material.weighed.thresholds["answer"]:
        return material.decline("not_stated", material.likely)
    verdict, sure = weigh(material)
    stated = verdict in LEADS and sure >= material.weighed.thresholds["verdict"]
    chosen = (
        sorted(material.findings[:_DEPTH], key=lambda f: -_says(material, f, verdict)) if stated else material.findings
    )
    writing = material.writing()
    shown = unlike([*chosen[:1], *material.findings])[:_SHOWN]
    writing.quote([(f.evidence.passage, f.evidence.start, f.evidence.end) for f in shown], [f.evidence for f in shown])
    if stated:
        writing.lines[0] = f"{LEADS[verdict]} {writing.lines[0]}"
        return writing.draft("", sure, verdict=verdict)
    doubtful = material.likely * material.weighed.thresholds["unbold"]
    return writing.draft(_UNSURE, doubtful, verdict="not_stated")


def weigh(material: Material) -> tuple[Verdict, float]:
    """Return the verdict of most weight over the best sentences, and the probability that it is right."""
    total: dict[Verdict, float] = dict.fromkeys(LEADS, 0.0)
    best = material.findings[0].score
    weights = 0.0
    for f in material.findings[:_DEPTH]:
        if f.reading is None or not f.reading.verdict:
            continue
        weight = math.exp(max(-20.0, f.score - best))
        weights += weight
        if not _names_told(material, f):
            continue
        for name in total:
            total[name] += weight * f.reading.verdict[name]
    if not weights:
        return "not_stated", 0.0
    verdict = max(total, key=total.__getitem__)
    share = total[verdict] / weights
    values = {"share": share, "likely": math.log(max(1e-6, material.likely) / max(1e-6, 1 - material.likely))}
    return verdict, material.weighed.probability("verdict", values)


def _names_told(material: Material, finding: Finding) -> bool:
    """Whether a sentence is of those asked about: it names them all, or, where one is asked about, its article does.

    What one did with somebody else says nothing of two.
    """
    evidence = finding.evidence
    around = "" if len(material.asked.names) > 1 else f"{evidence.passage.title} {evidence.passage.text}"
    told = content_stems(f"{finding.text} {around}")
    return all(content_stems(name) & told for name in material.asked.names)


def _says(material: Material, finding: Finding, verdict: Verdict) -> float:
    """How much a sentence is for a verdict, weighed by how well it answers."""
    said = finding.reading.verdict.get(verdict, 0.0) if finding.reading else 0.0
    return finding.score + 2 * said - (0 if _names_told(material, finding) else 10)
