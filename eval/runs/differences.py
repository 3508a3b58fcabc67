"""Differences: two runs' outcomes of the same questions, paired -> each metric in both, with an interval and a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dateline.eval.numbers import metrics, statistics
from dateline.eval.runs.outcomes import Outcome
from dateline.eval.runs.summary import LOWER_IS_BETTER, RUN_METRICS, Asked, RunMetric, asked, run_metrics, score_names
from dateline.eval.runs.tags import TAGGED, tagged

CORRECTIONS = {"holm": statistics.holm, "bh": statistics.benjamini_hochberg}

Pairs = Sequence[tuple[Outcome, Outcome]]


@dataclass(frozen=True)
class Difference:
    """One metric in both runs: B minus A, its 95 % paired bootstrap interval, and the test's p, corrected and not.

    ``metric`` is its name, or ``name:tag`` where only the questions of a tag are meant;
    ``n`` questions have it, in ``differing`` of them the runs differ.
    """

    metric: str
    before: float
    after: float
    low: float
    high: float
    test: str
    p: float
    adjusted: float
    n: int
    differing: int

    @property
    def change(self) -> float:
        """After minus before."""
        return self.after - self.before

    @property
    def worsening(self) -> float:
        """How much worse it got, below 0 when it got better."""
        return self.change if self.lower_is_better else -self.change

    @property
    def lower_is_better(self) -> bool:
        """Whether a rise is a loss."""
        return self.metric.partition(":")[0] in LOWER_IS_BETTER


def differences(pairs: Pairs, only: Sequence[str] = ()) -> list[Difference]:
    """Every metric (or ``only`` those) that both runs have ground for; p values not corrected yet."""
    return [*_score_rows(pairs, only), *_run_rows(pairs, only)]


def differences_by_tag(pairs: Pairs, only: Sequence[str] = ()) -> list[Difference]:
    """The same for the chief metrics (those of them in ``only``), tag by tag, as ``metric:tag``."""
    first = {before.question.id: before for before, _ in pairs}
    names = [name for name in TAGGED if not only or name in only]
    return [
        replace(row, metric=f"{row.metric}:{tag}")
        for tag, group in (tagged([after for _, after in pairs]) if names else {}).items()
        for row in differences([(first[outcome.question.id], outcome) for outcome in group], names)
    ]


def corrected(rows: Sequence[Difference], correction: str) -> tuple[Difference, ...]:
    """The rows with their p values corrected for how many of them differ in any question."""
    differing = [row for row in rows if row.differing]
    adjusted = iter(CORRECTIONS[correction]([row.p for row in differing]))
    return tuple(replace(row, adjusted=next(adjusted) if row.differing else 1.0) for row in rows)


def _score_rows(pairs: Pairs, only: Sequence[str]) -> list[Difference]:
    rows = []
    for name in score_names(outcome for pair in pairs for outcome in pair):
        values = [(a.scores[name], b.scores[name]) for a, b in pairs if name in a.scores and name in b.scores]
        if not values or (only and name not in only):
            continue
        changes = [b - a for a, b in values]
        if all(value in (0, 1) for pair in values for value in pair):
            test, p = "McNemar", statistics.mcnemar([a == 1 for a, _ in values], [b == 1 for _, b in values])
        else:
            test, p = "permutation", statistics.permutation_test(changes)
        means = metrics.mean(a for a, _ in values), metrics.mean(b for _, b in values)
        interval = statistics.bootstrap_mean(changes)
        differing = sum(map(bool, changes))
        rows.append(Difference(name, *means, *interval, test, p, p, len(values), differing))
    return rows


def _run_rows(pairs: Pairs, only: Sequence[str]) -> list[Difference]:
    outcomes = [a for a, _ in pairs], [b for _, b in pairs]
    before, after = asked(outcomes[0]), asked(outcomes[1])
    shared = run_metrics(outcomes[0]).keys() & run_metrics(outcomes[1]).keys()
    timeless = [[row._replace(ms=0.0) for row in rows] for rows in (before, after)]
    # Enough for a p that many corrections leave small, and no more than some seconds' work.
    resamples = max(500, min(4000, 1_000_000 // len(pairs)))
    rows = []
    for name, metric in RUN_METRICS.items():
        if name not in shared or (only and name not in only):
            continue
        # Two runs never take the same time, which is a difference to the metrics of time alone.
        seen = (before, after) if name.startswith("ms_") else timeless
        about = [(a, b) for a, b in zip(*seen, strict=True) if metric.about(a) or metric.about(b)]
        differing = sum(a != b for a, b in about)
        low, high = statistics.bootstrap(list(zip(before, after, strict=True)), _change(metric), resamples=200)
        p = statistics.swap_test(before, after, metric, resamples=resamples) if differing else 1.0
        values = metric(before), metric(after)
        rows.append(Difference(name, *values, low, high, "permutation", p, p, len(about), differing))
    return rows


def _change(metric: RunMetric) -> Callable[[Sequence[tuple[Asked, Asked]]], float]:
    return lambda drawn: metric([b for _, b in drawn]) - metric([a for a, _ in drawn])
