"""Summary: outcomes -> metrics with intervals.

Most metrics are means over the questions that have the score. The others look at the run as a whole: abstention
precision, recall and AUROC, AURC, ECE, Brier score, latency.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eval import metrics, statistics
from eval.outcomes import Outcome

LOWER_IS_BETTER = frozenset({"forbidden_claims", "AURC", "ECE", "Brier", "ms_median", "ms_p95"})

_FIRST = (
    "correct", "containment", "facts_found", "order_kept", "dates_exact", "dates_overlap", "exact_match", "token_f1",
    "forbidden_claims", "citation_precision", "citation_recall", "verbatim", "offsets_correct", "right_document",
    "gold_quotes_cited", "groundedness",
)  # fmt: skip


@dataclass(frozen=True)
class Estimate:
    """A metric's value, its 95 % bootstrap interval over questions, and the number of questions behind it."""

    value: float
    low: float
    high: float
    n: int

    @property
    def interval(self) -> str:
        """The interval as text."""
        return f"{number(self.low)} to {number(self.high)}"


def number(value: float) -> str:
    """Three decimals for shares, one for milliseconds and the like."""
    return f"{value:.3f}" if abs(value) <= 1.5 else f"{value:.1f}"


# --- metrics of a whole run --------------------------------------------------------------------------------


class Asked(NamedTuple):
    """What the metrics of a whole run need of an outcome; they are computed hundreds of times in resampling."""

    answerable: bool
    answered: bool
    confidence: float
    correct: bool | None
    ms: float


def asked(outcomes: Iterable[Outcome]) -> list[Asked]:
    """The outcomes as the metrics of a whole run see them."""
    return [Asked(o.question.answerable, not o.abstained, o.confidence, o.correct, o.ms) for o in outcomes]


RunMetric = Callable[[Sequence[Asked]], float]


def _judged(rows: Sequence[Asked]) -> tuple[list[float], list[bool]]:
    """Confidence and correctness of the answers that were given and can be judged."""
    given = [(row.confidence, row.correct) for row in rows if row.answered and row.correct is not None]
    return [confidence for confidence, _ in given], [right for _, right in given]


def answer_rate(rows: Sequence[Asked]) -> float:
    """Share of the answerable questions that were answered."""
    return metrics.mean(row.answered for row in rows if row.answerable)


def abstention_precision(rows: Sequence[Asked]) -> float:
    """Share of the declined questions that are unanswerable."""
    return metrics.mean(not row.answerable for row in rows if not row.answered)


def abstention_recall(rows: Sequence[Asked]) -> float:
    """Share of the unanswerable questions that were declined."""
    return metrics.mean(not row.answered for row in rows if not row.answerable)


def abstention_auroc(rows: Sequence[Asked]) -> float:
    """How well confidence tells answerable questions from the others."""
    return metrics.auroc([row.confidence for row in rows], [row.answerable for row in rows])


def _quantile(share: float) -> RunMetric:
    def milliseconds(rows: Sequence[Asked]) -> float:
        times = sorted(row.ms for row in rows)
        return times[max(0, math.ceil(share * len(times)) - 1)] if times else 0.0

    return milliseconds


RUN_METRICS: dict[str, RunMetric] = {
    "answer_rate": answer_rate,
    "abstention_precision": abstention_precision,
    "abstention_recall": abstention_recall,
    "abstention_AUROC": abstention_auroc,
    "AURC": lambda rows: metrics.area_under_risk_coverage(*_judged(rows)),
    "ECE": lambda rows: metrics.expected_calibration_error(*_judged(rows)),
    "Brier": lambda rows: metrics.brier_score(*_judged(rows)),
    "ms_median": _quantile(0.5),
    "ms_p95": _quantile(0.95),
}


def run_metrics(outcomes: Sequence[Outcome]) -> dict[str, RunMetric]:
    """The run metrics that these outcomes have ground for."""
    unanswerable = any(not outcome.question.answerable for outcome in outcomes)
    answerable = any(outcome.question.answerable for outcome in outcomes)
    answering = any(outcome.answer is not None for outcome in outcomes)
    judged = bool(_judged(asked(outcomes))[0])
    ground = {
        "answer_rate": answering and answerable,
        "abstention_precision": answering and unanswerable,
        "abstention_recall": answering and unanswerable,
        "abstention_AUROC": answering and unanswerable and answerable,
        "AURC": judged, "ECE": judged, "Brier": judged,
        "ms_median": bool(outcomes), "ms_p95": bool(outcomes),
    }  # fmt: skip
    return {name: function for name, function in RUN_METRICS.items() if ground[name]}


# --- all of them -------------------------------------------------------------------------------------------


def score_names(outcomes: Iterable[Outcome]) -> list[str]:
    """Names of the per-question scores, answers first, then citations, then retrieval."""
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.scores)
    return [name for name in _FIRST if name in names] + [name for name in names if name not in _FIRST]


def summarise(outcomes: Sequence[Outcome], *, resamples: int = 2000, seed: int = 0) -> dict[str, Estimate]:
    """Every metric with its interval, in the order of the report."""
    rows: dict[str, Estimate] = {}
    for name in score_names(outcomes):
        values = [outcome.scores[name] for outcome in outcomes if name in outcome.scores]
        low, high = statistics.bootstrap_mean(values, resamples=resamples, seed=seed)
        rows[name] = Estimate(metrics.mean(values), low, high, len(values))
    whole = asked(outcomes)
    for name, function in run_metrics(outcomes).items():
        low, high = statistics.bootstrap(whole, function, resamples=max(resamples // 10, 1), seed=seed)
        rows[name] = Estimate(function(whole), low, high, len(whole))
    return rows


def by_tag(outcomes: Sequence[Outcome], name: str = "correct") -> dict[str, Estimate]:
    """One score by tag, largest tag first."""
    groups: dict[str, list[float]] = {}
    for outcome in outcomes:
        if name in outcome.scores:
            for tag in outcome.question.tags or ("untagged",):
                groups.setdefault(tag, []).append(outcome.scores[name])
    ordered: Mapping[str, list[float]] = dict(sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])))
    return {
        tag: Estimate(metrics.mean(values), *statistics.bootstrap_mean(values), len(values))
        for tag, values in ordered.items()
    }
