"""HTML: a run as one self-contained page: plots, metrics, and every question with its evidence in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Protocol

from dateline.eval.numbers import metrics
from dateline.eval.pages import plots
from dateline.eval.runs.outcomes import Outcome
from dateline.eval.runs.summary import Estimate, by_tag, number

STYLE = """
:root{color-scheme:light dark;--ink:#1d2430;--soft:#5b6678;--line:#d5dbe4;--bar:#3b6fb6;--bad:#b3261e;--good:#1b7f4b;
--mark:#fff0b3;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#a3adbd;--line:#3a4352;--bar:#7aa7e6;--bad:#ff8a80;
--good:#7ddba6;--mark:#5c4a00;--paper:#161a21}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}.soft{color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:1.5rem;align-items:start}figure{margin:0}figcaption{font-weight:600}
svg{width:100%;height:auto}svg text{font:11px system-ui,sans-serif;fill:var(--soft)}
.axis,.line,.ideal,.whisker,.grid{fill:none;stroke:var(--soft)}.grid{stroke:var(--line);stroke-width:.5}
.line{stroke:var(--bar);stroke-width:2}.ideal{stroke-dasharray:4 4}.bar{fill:var(--bar);opacity:.75}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.15rem .6rem;font-size:.93rem;border-bottom:1px solid var(--line)}
.n.n{text-align:right;font-variant-numeric:tabular-nums}
details{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:.4rem .8rem}summary{cursor:pointer}
details details{border-style:dashed}blockquote{margin:.4rem 0;padding-left:.8rem;border-left:3px solid var(--line);
white-space:pre-wrap;overflow-wrap:anywhere}mark{background:var(--mark);color:inherit}
.bad{color:var(--bad)}.good{color:var(--good)}.two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
"""


def frame(title: str, body: str) -> str:
    """A whole page around ``body``."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


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
    def caption(self) -> str:
        """What ran, on what, when and how long."""


def page(report: Reported) -> str:
    """The report of one run."""
    title = f"Evaluation: {report.manifest['set']}"
    failures = report.failures
    failed = {outcome.question.id for outcome in failures}
    rest = [outcome for outcome in report.outcomes if outcome.question.id not in failed]
    parts = [f"<h1>{escape(title)}</h1><p class=soft>{escape(report.caption)}</p>"]
    if report.manifest.get("drafts"):
        parts.append(f"<p class=bad>{report.manifest['drafts']} questions are drafts that no person has checked.</p>")
    parts.append(
        '<p><a href="#metrics">metrics</a> · <a href="#failed">failed questions</a> · <a href="#others">others</a></p>'
    )
    parts.append(f"<div class=plots>{''.join(_figures(report.outcomes))}</div>")
    parts.append(f"<h2 id=metrics>Metrics</h2>{_table(report)}")
    parts.append(f"<h2 id=failed>Failed questions ({len(failures)})</h2>")
    parts += [question_block(outcome) for outcome in failures]
    parts.append(f"<h2 id=others>All other questions ({len(rest)})</h2>")
    parts += [question_block(outcome) for outcome in rest]
    return frame(title, "\n".join(parts))


def _figures(outcomes: Sequence[Outcome]) -> list[str]:
    given = [outcome for outcome in outcomes if not outcome.abstained and outcome.correct is not None]
    confidences = [outcome.confidence for outcome in given]
    right = [bool(outcome.correct) for outcome in given]
    figures = []
    if given:
        figures.append(("Risk against coverage", plots.risk_coverage_plot(metrics.risk_coverage(confidences, right))))
        figures.append(("Calibration", plots.calibration_plot(metrics.calibration_bins(confidences, right))))
    tags = by_tag(outcomes)
    if tags:
        figures.append(("Correct, by tag", plots.bars_plot("Correct, by tag", dict(list(tags.items())[:16]))))
    figures.append(("Time per question", plots.histogram_plot([outcome.ms for outcome in outcomes])))
    return [f"<figure><figcaption>{caption}</figcaption>{drawing}</figure>" for caption, drawing in figures]


def _table(report: Reported) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td class=n>{number(row.value)}</td><td>{row.interval}</td><td class=n>{row.n}</td></tr>"
        for name, row in report.summary.items()
    )
    return f"<table><thead><tr><th>metric<th class=n>value<th>95 % interval<th class=n>questions</tr></thead><tbody>{rows}</tbody></table>"


def question_block(outcome: Outcome) -> str:
    """One question, folded: what was wanted, what was said, the quotes in their passages, the hits, the scores."""
    question, answer = outcome.question, outcome.answer
    verdict = "" if outcome.correct is None else ("good" if outcome.correct and not outcome.error else "bad")
    sign = {"good": "✓ ", "bad": "✗ ", "": ""}[verdict]
    parts = [
        f'<details id="q-{escape(question.id, quote=True)}"><summary><span class="{verdict}">{sign}</span>'
        f"{escape(question.question)} <span class=soft>{escape(question.id)} · {escape(', '.join(question.tags))}"
        f"</span></summary>"
    ]
    for turn in question.history:
        parts.append(f"<p class=soft>{escape(turn['role'])}: {escape(turn['content'])}</p>")
    parts.append(f"<p><b>expected</b> {escape(outcome.expected)}</p>")
    parts.append(
        f"<p><b>answer</b> {answer_text(outcome)} <span class=soft>confidence {outcome.confidence:.2f}</span></p>"
    )
    for citation in (answer or {}).get("citations", []):
        parts.append(f"<p>[{citation['n']}] {_place(citation)}</p>{_evidence(citation, outcome.hits)}")
    if outcome.hits:
        hits = "".join(
            f"<p>{hit['rank']}. {_place(hit)}</p><blockquote>{escape(hit['text'])}</blockquote>" for hit in outcome.hits
        )
        parts.append(f"<details><summary>retrieved passages ({len(outcome.hits)})</summary>{hits}</details>")
    scores = ", ".join(f"{name} {value:.2f}" for name, value in outcome.scores.items())
    parts.append(f"<p class=soft>{escape(scores)} · {outcome.ms:.0f} ms</p></details>")
    return "".join(parts)


def answer_text(outcome: Outcome) -> str:
    """The answer, or why there is none, escaped."""
    if outcome.error:
        return f"<span class=bad>{escape(outcome.error)}</span>"
    if outcome.answer and outcome.abstained:
        return f"<i>declined: {escape(str(outcome.answer['reason']))}</i>"
    return escape(outcome.text)


def _place(row: Mapping[str, Any]) -> str:
    when = f", {row['published']}" if row["published"] else ""
    return f"{escape(row['title'] or row['doc_id'])}<span class=soft>{escape(when)} · {escape(row['doc_id'])} {row['start']}–{row['end']}</span>"


def _evidence(citation: Mapping[str, Any], hits: Sequence[Mapping[str, Any]]) -> str:
    """The quote marked inside its passage, where that was retrieved; else alone."""
    for hit in hits:
        if hit["doc_id"] == citation["doc_id"] and hit["start"] <= citation["start"] and citation["end"] <= hit["end"]:
            start, end = citation["start"] - hit["start"], citation["end"] - hit["start"]
            text = hit["text"]
            marked = f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"
            return f"<blockquote>{marked}</blockquote>"
    return f"<blockquote><mark>{escape(citation['quote'])}</mark></blockquote>"
