"""Summary: outcomes -> metrics with intervals.

Most metrics are means over the questions that have the score. The others look at the run as a whole: abstention
precision, recall and AUROC, AURC, ECE, Brier score, latency.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

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


def _answered(outcomes: Iterable[Outcome]) -> tuple[list[float], list[bool]]:
    """Confidence and correctness of the answers that were given and can be judged."""
    given = [(o.confidence, bool(o.correct)) for o in outcomes if not o.abstained and o.correct is not None]
    return [confidence for confidence, _ in given], [right for _, right in given]


def _share(outcomes: Sequence[Outcome], kept: Callable[[Outcome], bool], of: Callable[[Outcome], bool]) -> float:
    base = [outcome for outcome in outcomes if of(outcome)]
    return metrics.mean(kept(outcome) for outcome in base)


def answer_rate(outcomes: Sequence[Outcome]) -> float:
    """Share of the answerable questions that were answered."""
    return _share(outcomes, lambda o: not o.abstained, lambda o: o.question.answerable)


def abstention_precision(outcomes: Sequence[Outcome]) -> float:
    """Share of the declined questions that are unanswerable."""
    return _share(outcomes, lambda o: not o.question.answerable, lambda o: o.abstained)


def abstention_recall(outcomes: Sequence[Outcome]) -> float:
    """Share of the unanswerable questions that were declined."""
    return _share(outcomes, lambda o: o.abstained, lambda o: not o.question.answerable)


def abstention_auroc(outcomes: Sequence[Outcome]) -> float:
    """How well confidence tells answerable questions from the others."""
    return metrics.auroc([o.confidence for o in outcomes], [o.question.answerable for o in outcomes])


def _quantile(share: float) -> Callable[[Sequence[Outcome]], float]:
    def milliseconds(outcomes: Sequence[Outcome]) -> float:
        times = sorted(outcome.ms for outcome in outcomes)
        return times[min(len(times) - 1, math.ceil(share * len(times)) - 1)] if times else 0.0

    return milliseconds


RunMetric = Callable[[Sequence[Outcome]], float]

RUN_METRICS: dict[str, RunMetric] = {
    "answer_rate": answer_rate,
    "abstention_precision": abstention_precision,
    "abstention_recall": abstention_recall,
    "abstention_AUROC": abstention_auroc,
    "AURC": lambda outcomes: metrics.area_under_risk_coverage(*_answered(outcomes)),
    "ECE": lambda outcomes: metrics.expected_calibration_error(*_answered(outcomes)),
    "Brier": lambda outcomes: metrics.brier_score(*_answered(outcomes)),
    "ms_median": _quantile(0.5),
    "ms_p95": _quantile(0.95),
}


def run_metrics(outcomes: Sequence[Outcome]) -> dict[str, RunMetric]:
    """The run metrics that these outcomes have ground for."""
    unanswerable = any(not outcome.question.answerable for outcome in outcomes)
    answerable = any(outcome.question.answerable for outcome in outcomes)
    answering = any(outcome.answer is not None for outcome in outcomes)
    judged = bool(_answered(outcomes)[0])
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
    for name, function in run_metrics(outcomes).items():
        low, high = statistics.bootstrap(outcomes, function, resamples=max(resamples // 10, 1), seed=seed)
        rows[name] = Estimate(function(outcomes), low, high, len(outcomes))
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
