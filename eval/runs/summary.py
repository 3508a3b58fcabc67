"""Summary: outcomes -> metrics with intervals.

Most metrics are means over the questions that have the score. The others look at the run as a whole: wrong bold
leads, abstention, AUROC and calibration of the confidence, latency.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dateline.eval.numbers import metrics, statistics
from dateline.eval.runs.outcomes import Outcome

LOWER_IS_BETTER = frozenset(
    {"forbidden_claims", "bold_wrong", "AURC", "ECE", "ECE_right_wrong", "ECE_all", "Brier", "ms_median", "ms_p95"}
)

_FIRST = (
    "correct", "right", "headline", "top", "verdict", "quote", "declined", "containment", "facts_found", "order_kept", "dates_exact", "dates_overlap", "exact_match", "token_f1",
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
    """What the metrics of a whole run need of an outcome; they are computed hundreds of times in resampling.

    A question is neither ``answered`` nor ``declined`` where asking failed, or where the run only searched.
    """

    answerable: bool
    answered: bool
    declined: bool
    confidence: float
    correct: bool | None
    bold_wrong: bool | None
    ms: float


def asked(outcomes: Iterable[Outcome]) -> list[Asked]:
    """The outcomes as the metrics of a whole run see them."""
    return [
        Asked(o.question.answerable, not o.abstained, o.declined, o.confidence, o.correct, o.bold_wrong, o.ms)
        for o in outcomes
    ]


@dataclass(frozen=True)
class RunMetric:
    """A metric of a whole run: the questions that it is ``about``, and its ``value`` over those."""

    about: Callable[[Asked], bool]
    value: Callable[[Sequence[Asked]], float]

    def __call__(self, rows: Sequence[Asked]) -> float:
        """The value over the questions it is about; nan where there are none."""
        kept = [row for row in rows if self.about(row)]
        return self.value(kept) if kept else math.nan


def _share(holds: Callable[[Asked], bool]) -> Callable[[Sequence[Asked]], float]:
    return lambda rows: metrics.mean(holds(row) for row in rows)


def _auroc(is_positive: Callable[[Asked], bool]) -> Callable[[Sequence[Asked]], float]:
    """How well confidence tells the positive questions from the others; nan where all are of one kind."""

    def area(rows: Sequence[Asked]) -> float:
        kinds = [is_positive(row) for row in rows]
        return metrics.auroc([row.confidence for row in rows], kinds) if len(set(kinds)) == 2 else math.nan

    return area


def _of_confidence(
    function: Callable[[Sequence[float], Sequence[bool]], float], holds: Callable[[Asked], bool]
) -> Callable[[Sequence[Asked]], float]:
    return lambda rows: function([row.confidence for row in rows], [holds(row) for row in rows])


def _quantile(share: float) -> Callable[[Sequence[Asked]], float]:
    def milliseconds(rows: Sequence[Asked]) -> float:
        times = sorted(row.ms for row in rows)
        return times[max(0, math.ceil(share * len(times)) - 1)]

    return milliseconds


def _is_judged(row: Asked) -> bool:
    return row.answered and row.correct is not None


def _is_right(row: Asked) -> bool:
    return bool(row.correct)


def _is_answered_right(row: Asked) -> bool:
    """An unanswerable question has no right answer, and a declined one none at all."""
    return row.answerable and bool(row.correct)


RUN_METRICS: dict[str, RunMetric] = {
    "bold_wrong": RunMetric(lambda row: row.bold_wrong is not None, _share(lambda row: bool(row.bold_wrong))),
    "answer_rate": RunMetric(lambda row: row.answerable, _share(lambda row: row.answered)),
    "abstention_precision": RunMetric(lambda row: row.declined, _share(lambda row: not row.answerable)),
    "abstention_AUROC": RunMetric(lambda row: row.answered or row.declined, _auroc(lambda row: row.answerable)),
    "AUROC_right_wrong": RunMetric(lambda row: row.answerable and row.correct is not None, _auroc(_is_right)),
    "AUROC_right_unanswerable": RunMetric(
        lambda row: _is_answered_right(row) or (not row.answerable and row.correct is not None),
        _auroc(lambda row: row.answerable),
    ),
    "AURC": RunMetric(_is_judged, _of_confidence(metrics.area_under_risk_coverage, _is_right)),
    "ECE": RunMetric(_is_judged, _of_confidence(metrics.expected_calibration_error, _is_right)),
    "ECE_right_wrong": RunMetric(
        lambda row: row.answerable and row.correct is not None,
        _of_confidence(metrics.expected_calibration_error, _is_right),
    ),
    "ECE_all": RunMetric(
        lambda row: row.correct is not None, _of_confidence(metrics.expected_calibration_error, _is_answered_right)
    ),
    "Brier": RunMetric(_is_judged, _of_confidence(metrics.brier_score, _is_right)),
    "ms_median": RunMetric(lambda row: True, _quantile(0.5)),
    "ms_p95": RunMetric(lambda row: True, _quantile(0.95)),
}
"""bold_wrong: of the bold leads that were shown, those that hold nothing asked for; it is no mean of scores that two
runs share, for then a run that shows more leads would be held against the other's few. Answer rate: of the answerable
questions, those that were answered. Abstention precision: of the declined ones, those that are unanswerable (its recall
is the score ``declined``). abstention_AUROC: answerable questions above the others. AUROC_right_wrong: answerable
questions answered right above those answered wrong or declined; AUROC_right_unanswerable: the same above the
unanswerable ones. AURC, ECE and Brier score: of the answers that were given and can be judged; ECE_right_wrong of all
answerable questions, ECE_all of all questions, where what is declined or cannot be answered is not answered right."""


def run_metrics(outcomes: Sequence[Outcome]) -> dict[str, RunMetric]:
    """The run metrics that these outcomes have ground for."""
    rows = asked(outcomes)
    answering = any(row.answered or row.declined for row in rows)
    ground = {
        "answer_rate": answering,
        "abstention_precision": not all(row.answerable for row in rows),
    }
    return {
        name: metric for name, metric in RUN_METRICS.items() if ground.get(name, True) and not math.isnan(metric(rows))
    }


# --- all of them -------------------------------------------------------------------------------------------


def score_names(outcomes: Iterable[Outcome]) -> list[str]:
    """Names of the per-question scores, answers first, then citations, then retrieval."""
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.scores if name not in RUN_METRICS)
    return [name for name in _FIRST if name in names] + [name for name in names if name not in _FIRST]


def metric_names(outcomes: Sequence[Outcome]) -> list[str]:
    """Names of all metrics that these outcomes have ground for, in the order of the report."""
    return [*score_names(outcomes), *run_metrics(outcomes)]


def summarise(
    outcomes: Sequence[Outcome], *, only: Sequence[str] = (), resamples: int = 2000, seed: int = 0
) -> dict[str, Estimate]:
    """Every metric (or ``only`` those, in that order) with its interval, in the order of the report."""
    names = metric_names(outcomes)
    wanted = [name for name in only if name in names] if only else names
    return {name: _estimate(outcomes, name, resamples, seed) for name in wanted}


def _estimate(outcomes: Sequence[Outcome], name: str, resamples: int, seed: int) -> Estimate:
    if name in RUN_METRICS:
        metric, rows = RUN_METRICS[name], asked(outcomes)
        low, high = statistics.bootstrap(rows, metric, resamples=max(resamples // 10, 1), seed=seed)
        return Estimate(metric(rows), low, high, sum(map(metric.about, rows)))
    values = [outcome.scores[name] for outcome in outcomes if name in outcome.scores]
    low, high = statistics.bootstrap_mean(values, resamples=resamples, seed=seed)
    return Estimate(metrics.mean(values), low, high, len(values))
