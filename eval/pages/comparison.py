"""Comparing: two runs of one set -> differences with intervals and tests, the questions that flipped, a gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dateline.eval.numbers import metrics, statistics
from dateline.eval.pages.html import filled, p_value
from dateline.eval.pages.report import Report, cell
from dateline.eval.runs.outcomes import Outcome
from dateline.eval.runs.summary import (
    LOWER_IS_BETTER,
    RUN_METRICS,
    Asked,
    RunMetric,
    asked,
    metric_names,
    number,
    run_metrics,
    score_names,
)
from dateline.eval.sets.questions import Question
from dateline.index.errors import UsageError

CORRECTIONS = {"holm": statistics.holm, "bh": statistics.benjamini_hochberg}

GATED = (
    "correct", "facts_found", "dates_exact", "forbidden_claims", "citation_precision", "offsets_correct", "verbatim",
    "groundedness", "Recall@5", "MRR@10", "passage Recall@5", "abstention_AUROC", "ECE",
)  # fmt: skip
"""What the gate watches unless told otherwise; time is left out, for machines differ."""


@dataclass(frozen=True)
class Difference:
    """One metric in both runs: B minus A, its 95 % paired bootstrap interval, and the test's p, corrected and not.

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
        return self.change if self.metric in LOWER_IS_BETTER else -self.change


@dataclass(frozen=True)
class Comparison:
    """What differs between run A and run B over the questions they share: ``compare`` makes it.

    ``differences`` has a row a metric, ``lost`` and ``won`` the questions that were right in one run only, as
    (outcome in A, outcome in B); ``shared`` and ``only`` count the questions in both and in one.

    >>> from dateline.eval import Comparison
    >>> Comparison(("A", "B"), (), (), (), shared=20, only=(0, 1), correction="holm").to_dict()["shared"]
    20
    """

    names: tuple[str, str]
    differences: tuple[Difference, ...]
    lost: tuple[tuple[Outcome, Outcome], ...]
    won: tuple[tuple[Outcome, Outcome], ...]
    shared: int
    only: tuple[int, int]
    correction: str

    def __str__(self) -> str:
        """The comparison as Markdown."""
        a, b = self.names
        parts = [
            f"# {a} → {b}\n\n{self.shared} questions in both",
            f", {self.only[0]} only in {a}, {self.only[1]} only in {b}" if any(self.only) else "",
            f"; p corrected for {sum(row.differing > 0 for row in self.differences)} metrics that differ ({self.correction})\n\n",
            f"| metric | {a} | {b} | difference | 95 % interval | p | corrected | test | questions |\n",
            "| --- | ---: | ---: | ---: | --- | ---: | ---: | --- | ---: |\n",
        ]
        for row in self.differences:
            parts.append(
                f"| {row.metric} | {number(row.before)} | {number(row.after)} | {row.change:+.3f} "
                f"| {row.low:+.3f} to {row.high:+.3f} | {p_value(row.p)} | {p_value(row.adjusted)} | {row.test} | {row.n} |\n"
            )
        for title, pairs in (("Lost", self.lost), ("Won", self.won)):
            parts.append(f"\n## {title} ({len(pairs)})\n")
            for before, after in pairs:
                parts.append(f"\n**{before.question.id}** {before.question.question} (expected: {before.expected})\n\n")
                parts.append(f"| {a} | {b} |\n| --- | --- |\n| {_cell(before)} | {_cell(after)} |\n")
        return "".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: the differences, and the ids of the questions that flipped."""
        return {
            "names": list(self.names),
            "shared": self.shared,
            "only": list(self.only),
            "correction": self.correction,
            "differences": [{**vars(row), "change": row.change} for row in self.differences],
            "lost": [before.question.id for before, _ in self.lost],
            "won": [before.question.id for before, _ in self.won],
        }

    def html(self) -> str:
        """The comparison as one self-contained page, both answers side by side."""
        a, b = self.names
        return filled(
            "comparison.html",
            title=f"{a} → {b}",
            a=a,
            b=b,
            shared=self.shared,
            correction=self.correction,
            differences=self.differences,
            flipped=(("Lost", self.lost), ("Won", self.won)),
        )


def compare(
    before: Report,
    after: Report,
    *,
    names: tuple[str, str] = ("A", "B"),
    correction: str = "holm",
    only: Sequence[str] = (),
) -> Comparison:
    """Compare two runs question by question; UsageError when they share none, or disagree on what was asked or right.

    Yes/no scores are tested by McNemar, other scores by sign flips, metrics of the whole run by swapping pairs;
    ``correction`` is "holm" or "bh" over all metrics (``only`` limits them) that differ in any question: one that
    cannot be significant does not count (Tarone 1990).

    >>> from dateline.eval import Question, QuestionSet, compare, evaluate
    >>> from dateline.index import Index
    >>> from dateline.rag import Retriever
    >>> index = Index.open(".dateline", read_only=True)
    >>> gold = {"000_4f252eb2c86d6b61.txt": 1}
    >>> questions = QuestionSet("made", (Question("a", "Who is Ali Shamkhani?", gold_docs=gold),))
    >>> before, after = (evaluate(Retriever(index), questions, k=k) for k in (5, 10))
    >>> [(row.metric, row.change) for row in compare(before, after, only=["Recall@5"]).differences]
    [('Recall@5', 0.0)]
    >>> index.close()
    """
    if correction not in CORRECTIONS:
        raise UsageError(f"{correction!r} is no correction; known: {', '.join(CORRECTIONS)}")
    first = {outcome.question.id: outcome for outcome in before.outcomes}
    second = {outcome.question.id: outcome for outcome in after.outcomes}
    pairs = [(first[key], second[key]) for key in first if key in second]
    if not pairs:
        raise UsageError("the two runs share no question")
    for a, b in pairs:
        if a.question.question != b.question.question:
            raise UsageError(f"question {a.question.id!r} reads differently in the two runs")
        if _gold(a) != _gold(b):
            raise UsageError(
                f"what is right for question {a.question.id!r} has changed between the two runs; ask it anew in the first"
            )
    rows = [*_score_rows(pairs, only), *_run_rows(pairs, only)]
    tested = [row.metric for row in rows if row.differing]
    corrected = CORRECTIONS[correction]([row.p for row in rows if row.differing])
    adjusted = dict(zip(tested, corrected, strict=True))
    judged = [(a, b) for a, b in pairs if a.correct is not None and b.correct is not None]
    return Comparison(
        names,
        tuple(replace(row, adjusted=adjusted.get(row.metric, 1.0)) for row in rows),
        tuple((a, b) for a, b in judged if a.correct and not b.correct),
        tuple((a, b) for a, b in judged if b.correct and not a.correct),
        len(pairs),
        (len(first) - len(pairs), len(second) - len(pairs)),
        correction,
    )


Pairs = Sequence[tuple[Outcome, Outcome]]


def _gold(outcome: Outcome) -> Question:
    """The question as far as scores depend on it."""
    return replace(outcome.question, tags=(), note="", draft=False)


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


def _cell(outcome: Outcome) -> str:
    told = f"declined: {outcome.answer['reason']}" if outcome.answer and outcome.abstained else outcome.text
    return cell(outcome.error or told)


# --- the gate ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What the gate says: passed when there is nothing in ``failures``."""

    failures: tuple[str, ...]
    comparison: Comparison

    @property
    def passed(self) -> bool:
        """True when nothing fell by more than its noise and every floor holds."""
        return not self.failures


def gate(
    run: Report,
    baseline: Report,
    *,
    only: Sequence[str] | None = None,
    floors: Mapping[str, float] | None = None,
    alpha: float = 0.05,
    tolerance: float = 0.0,
) -> Verdict:
    """Fail when a watched metric got worse by more than ``tolerance`` and its corrected p is below ``alpha``.

    ``floors`` are values below which a metric fails whatever the baseline was (for metrics where lower is better:
    above which). Questions and watched metrics of the baseline that the run lacks fail too: leaving out is no way to
    pass. ``only`` names the metrics to watch instead of GATED; UsageError for one that the baseline does not have.
    """
    watched = GATED if only is None else only
    had, has = metric_names(baseline.outcomes), metric_names(run.outcomes)
    for name in only or ():
        if name not in had:
            raise UsageError(f"the baseline has no metric {name!r}; it has {', '.join(had)}")
    comparison = compare(baseline, run, names=("baseline", "run"), only=watched)
    failures = [
        f"{row.metric} fell from {number(row.before)} to {number(row.after)} "
        f"({row.low:+.3f} to {row.high:+.3f}, corrected p {p_value(row.adjusted)})".replace(
            "fell", "rose" if row.metric in LOWER_IS_BETTER else "fell"
        )
        for row in comparison.differences
        if row.worsening > tolerance and row.adjusted < alpha
    ]
    failures += [f"{name} is missing from the run" for name in watched if name in had and name not in has]
    if comparison.only[0]:
        failures.append(f"{comparison.only[0]} of the baseline's questions are missing from the run")
    for name, floor in (floors or {}).items():
        if name not in run.summary:
            raise UsageError(f"the run has no metric {name!r}; it has {', '.join(run.summary)}")
        value = run.summary[name].value
        if (value > floor) if name in LOWER_IS_BETTER else (value < floor):
            failures.append(f"{name} is {number(value)}, the limit is {number(floor)}")
    return Verdict(tuple(failures), comparison)
