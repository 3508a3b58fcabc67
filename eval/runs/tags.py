"""Tags: the chief metrics by kind of question, where a set tags its questions by kind."""

from __future__ import annotations

from collections.abc import Sequence

from dateline.eval.runs.outcomes import Outcome
from dateline.eval.runs.summary import Estimate, number, summarise

TAGGED = ("correct", "headline", "bold_wrong", "verdict", "quote", "declined")
"""What is told by tag."""


def tagged(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes by tag, the largest tag first; nothing where no question has one."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        for tag in outcome.question.tags:
            groups.setdefault(tag, []).append(outcome)
    return dict(sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def by_tag(outcomes: Sequence[Outcome], *, seed: int = 0) -> dict[str, dict[str, Estimate]]:
    """{tag: {metric: estimate}} for the metrics of ``TAGGED`` that a tag has ground for."""
    found = {tag: summarise(group, only=TAGGED, seed=seed) for tag, group in tagged(outcomes).items()}
    return {tag: rows for tag, rows in found.items() if rows}


def line(tag: str, rows: dict[str, Estimate]) -> str:
    """One line of NAME=VALUE with intervals; ``NAME:tag=VALUE`` is what a floor of the gate is written as."""
    told = (f"{name}={number(row.value)} ({row.interval})" for name, row in rows.items())
    return f"{tag}  n={max(row.n for row in rows.values())}  {'  '.join(told)}"
