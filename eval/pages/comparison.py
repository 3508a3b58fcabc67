"""Comparing: two runs of one set -> differences with intervals and tests, the questions that flipped, a gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dateline.eval.pages.html import filled, p_value
from dateline.eval.pages.report import Report, cell
from dateline.eval.runs.differences import CORRECTIONS, Difference, corrected, differences, differences_by_tag
from dateline.eval.runs.outcomes import Outcome
from dateline.eval.runs.summary import LOWER_IS_BETTER, metric_names, number
from dateline.eval.sets.questions import Question
from dateline.index.errors import UsageError

GATED = (
    "correct", "headline", "bold_wrong", "verdict", "quote", "declined", "facts_found", "dates_exact",
    "forbidden_claims", "citation_precision", "offsets_correct", "verbatim", "groundedness", "Recall@5", "MRR@10",
    "passage Recall@5", "abstention_AUROC", "ECE",
)  # fmt: skip
"""What the gate watches unless told otherwise; time is left out, for machines differ."""


@dataclass(frozen=True)
class Comparison:
    """What differs between run A and run B over the questions they share: ``compare`` makes it.

    ``differences`` has a row a metric, ``by_tag`` a row for each chief metric of each tag, corrected apart; ``lost``
    and ``won`` are the questions that were right in one run only, as (outcome in A, outcome in B); ``shared`` and ``only`` count the questions in both and in one.

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
    by_tag: tuple[Difference, ...] = ()

    def __str__(self) -> str:
        """The comparison as Markdown."""
        a, b = self.names
        parts = [
            f"# {a} → {b}\n\n{self.shared} questions in both",
            f", {self.only[0]} only in {a}, {self.only[1]} only in {b}" if any(self.only) else "",
            f"; p corrected for {sum(row.differing > 0 for row in self.differences)} metrics that differ ({self.correction})\n\n",
            *self._table(self.differences),
        ]
        moved = [row for row in self.by_tag if row.differing]
        if moved:
            parts.append(f"\n## By tag ({len(moved)} of {len(self.by_tag)} differ; p corrected among these)\n\n")
            parts += self._table(moved)
        for title, pairs in (("Lost", self.lost), ("Won", self.won)):
            parts.append(f"\n## {title} ({len(pairs)})\n")
            for before, after in pairs:
                parts.append(f"\n**{before.question.id}** {before.question.question} (expected: {before.expected})\n\n")
                parts.append(f"| {a} | {b} |\n| --- | --- |\n| {_cell(before)} | {_cell(after)} |\n")
        return "".join(parts)

    def _table(self, rows: Sequence[Difference]) -> list[str]:
        a, b = self.names
        lines = [
            f"| metric | {a} | {b} | difference | 95 % interval | p | corrected | test | questions |\n",
            "| --- | ---: | ---: | ---: | --- | ---: | ---: | --- | ---: |\n",
        ]
        for row in rows:
            lines.append(
                f"| {cell(row.metric)} | {number(row.before)} | {number(row.after)} | {row.change:+.3f} "
                f"| {row.low:+.3f} to {row.high:+.3f} | {p_value(row.p)} | {p_value(row.adjusted)} | {row.test} | {row.n} |\n"
            )
        return lines

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: the differences, and the ids of the questions that flipped."""
        return {
            "names": list(self.names),
            "shared": self.shared,
            "only": list(self.only),
            "correction": self.correction,
            "differences": [{**vars(row), "change": row.change} for row in self.differences],
            "by_tag": [{**vars(row), "change": row.change} for row in self.by_tag],
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
            by_tag=self.by_tag,
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
    cannot be significant does not count (Tarone 1990). The chief metrics by tag are corrected among themselves.

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
    judged = [(a, b) for a, b in pairs if a.correct is not None and b.correct is not None]
    return Comparison(
        names,
        corrected(differences(pairs, only), correction),
        tuple((a, b) for a, b in judged if a.correct and not b.correct),
        tuple((a, b) for a, b in judged if b.correct and not a.correct),
        len(pairs),
        (len(first) - len(pairs), len(second) - len(pairs)),
        correction,
        corrected(differences_by_tag(pairs, only), correction),
    )


def _gold(outcome: Outcome) -> Question:
    """The question as far as scores depend on it."""
    return replace(outcome.question, tags=(), note="", draft=False)


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
    tags: bool = False,
    alpha: float = 0.05,
    tolerance: float = 0.0,
) -> Verdict:
    """Fail when a watched metric got worse by more than ``tolerance`` and its corrected p is below ``alpha``.

    ``floors`` are values below which a metric fails whatever the baseline was (for metrics where lower is better:
    above which); ``metric:tag`` is that of one tag. With ``tags`` the watched metrics are watched by tag too. Questions and watched metrics of the baseline that the run lacks fail too: leaving out is no way to
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
            "fell", "rose" if row.lower_is_better else "fell"
        )
        for row in (*comparison.differences, *(comparison.by_tag if tags else ()))
        if row.worsening > tolerance and row.adjusted < alpha
    ]
    failures += [f"{name} is missing from the run" for name in watched if name in had and name not in has]
    if comparison.only[0]:
        failures.append(f"{comparison.only[0]} of the baseline's questions are missing from the run")
    for name, floor in (floors or {}).items():
        if name not in run.estimates:
            raise UsageError(f"the run has no metric {name!r}; it has {', '.join(run.estimates)}")
        value = run.estimates[name].value
        if (value > floor) if name.partition(":")[0] in LOWER_IS_BETTER else (value < floor):
            failures.append(f"{name} is {number(value)}, the limit is {number(floor)}")
    return Verdict(tuple(failures), comparison)
