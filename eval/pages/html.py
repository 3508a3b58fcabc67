"""HTML: a run as one self-contained page: plots, metrics, and every question with its evidence in place.

What is on a page stands in ``templates/``, where Jinja2 escapes every value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dateline.eval.numbers import metrics
from dateline.eval.pages import plots
from dateline.eval.runs.outcomes import Outcome
from dateline.eval.runs.summary import Estimate, number
from dateline.eval.runs.tags import TAGGED

DEVELOPMENT = (
    "A development set: the program was made and tuned with these questions, "
    "so the numbers show what broke, not how well it answers others."
)
"""What every report of a set that ships with the program says."""


class Reported(Protocol):
    """A run as a page shows it: a Report."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What was measured."""

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """What happened, in the order of the set."""

    @property
    def failures(self) -> Sequence[Outcome]:
        """The questions answered wrongly, or not at all, or with an error."""

    @property
    def summary(self) -> Mapping[str, Estimate]:
        """Every metric with its interval."""

    @property
    def by_tag(self) -> Mapping[str, Mapping[str, Estimate]]:
        """The chief metrics by tag, the largest tag first."""

    @property
    def caption(self) -> str:
        """What ran, on what, when and how long."""


def page(report: Reported) -> str:
    """The report of one run."""
    failures = report.failures
    ids = {outcome.question.id for outcome in failures}
    return filled(
        "report.html",
        title=f"Evaluation: {report.manifest['set']}",
        report=report,
        development=DEVELOPMENT if report.manifest.get("development") else "",
        tagged=[name for name in TAGGED if any(name in rows for rows in report.by_tag.values())],
        figures=_figures(report),
        failed=failures,
        others=[outcome for outcome in report.outcomes if outcome.question.id not in ids],
    )


def filled(template: str, **values: Any) -> str:
    """A page of ``templates/`` with its values."""
    return _templates().get_template(template).render(values)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("dateline.eval.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {"number": number, "p_value": p_value, "in_its_passage": _in_its_passage}
    templates.filters.update(filters)
    return templates


def p_value(value: float) -> str:
    """A p value: never 0, for none is."""
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _figures(report: Reported) -> list[tuple[str, Markup]]:
    given = [outcome for outcome in report.outcomes if not outcome.abstained and outcome.correct is not None]
    confidences = [outcome.confidence for outcome in given]
    right = [bool(outcome.correct) for outcome in given]
    figures = []
    if given:
        figures.append(("Risk against coverage", plots.risk_coverage_plot(metrics.risk_coverage(confidences, right))))
        figures.append(("Calibration", plots.calibration_plot(metrics.calibration_bins(confidences, right))))
    tags = {tag: rows["correct"] for tag, rows in report.by_tag.items() if "correct" in rows}
    if tags:
        figures.append(("Correct, by tag", plots.bars_plot("Correct, by tag", dict(list(tags.items())[:24]))))
    figures.append(("Time per question", plots.histogram_plot([outcome.ms for outcome in report.outcomes])))
    # The drawings escape their own labels.
    return [(caption, Markup(drawing)) for caption, drawing in figures]  # noqa: S704


def _in_its_passage(citation: Mapping[str, Any], hits: Sequence[Mapping[str, Any]]) -> tuple[str, str, str]:
    """A quote between the rest of its passage, where that was retrieved; else alone."""
    for hit in hits:
        if hit["doc_id"] == citation["doc_id"] and hit["start"] <= citation["start"] and citation["end"] <= hit["end"]:
            start, end = citation["start"] - hit["start"], citation["end"] - hit["start"]
            text = hit["text"]
            return text[:start], text[start:end], text[end:]
    return "", citation["quote"], ""
