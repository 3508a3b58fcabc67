"""Report: a run's manifest and outcomes -> table, Markdown, HTML, TREC files, and back from the folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dateline.eval.pages.html import DEVELOPMENT, page
from dateline.eval.runs.outcomes import Outcome, read_outcomes
from dateline.eval.runs.summary import Estimate, number, summarise
from dateline.eval.runs.tags import TAGGED, by_tag, line
from dateline.index.errors import UsageError


@dataclass(frozen=True)
class Report:
    """A run: what was measured (``manifest``) and what happened (``outcomes``, in the order of the set).

    >>> from dateline.eval import Question, QuestionSet, Report, evaluate
    >>> from dateline.rag import Settings
    >>> questions = QuestionSet("made", (Question("dubai", "Who called Dar in Dubai?", answers=("Araghchi",)),))
    >>> _ = evaluate(Settings().assistant(), questions, out="run")
    >>> report = Report.load("run")
    >>> report.numbers()["correct"]  # the value, its interval, and of how many questions
    [1.0, 1.0, 1.0, 1]
    >>> report.failures
    ()
    """

    manifest: Mapping[str, Any]
    outcomes: tuple[Outcome, ...]

    @cached_property
    def summary(self) -> dict[str, Estimate]:
        """Every metric with its interval."""
        return summarise(self.outcomes, seed=self.manifest.get("seed", 0))

    @cached_property
    def by_tag(self) -> dict[str, dict[str, Estimate]]:
        """{tag: {metric: estimate}} of the chief metrics, the largest tag first."""
        return by_tag(self.outcomes, seed=self.manifest.get("seed", 0))

    @property
    def estimates(self) -> dict[str, Estimate]:
        """Every metric by its name, and by tag as ``metric:tag``."""
        named = {f"{name}:{tag}": row for tag, rows in self.by_tag.items() for name, row in rows.items()}
        return {**self.summary, **named}

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The questions answered wrongly, or not at all, or with an error."""
        return tuple(outcome for outcome in self.outcomes if outcome.error or outcome.correct is False)

    @property
    def caption(self) -> str:
        """One paragraph that says what ran, on what, when and how long."""
        manifest = self.manifest
        machine = manifest["machine"]
        parts = [
            f"{manifest['questions']} questions",
            f"dateline {manifest['version']}",
            *(f"{key} {_short(value)}" for key, value in manifest["system"].items() if value and key != "k"),
            f"k {manifest['k']}",
            f"seed {manifest['seed']}",
            f"{machine['cores']} cores, Python {machine['python']}, {machine['platform']}",
            f"started {manifest['started']}",
        ]
        if "seconds" in manifest:
            parts.append(f"{manifest['seconds']} s")
        if manifest.get("peak_memory_mb"):
            parts.append(f"peak memory {manifest['peak_memory_mb']:.0f} MB")
        return " · ".join(parts)

    @classmethod
    def load(cls, folder: str | Path) -> Report:
        """Read a run's folder; UsageError where there is none, or it stopped before its end."""
        folder = Path(folder)
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise UsageError(f"{folder} is not the folder of a run (no readable manifest.json)") from None
        outcomes = tuple(read_outcomes(folder / "questions.jsonl"))
        if len(outcomes) != manifest["questions"]:
            raise UsageError(f"{folder} stopped after {len(outcomes)} of {manifest['questions']} questions; resume it")
        return cls(manifest, outcomes)

    def save(self, folder: str | Path) -> None:
        """Write manifest.json, questions.jsonl, run.trec and run_passages.trec, qrels.trec, report.md, report.html."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        files = {
            "questions.jsonl": "".join(outcome.to_line() + "\n" for outcome in self.outcomes),
            "run.trec": "".join(trec_run(self.outcomes, "doc_id")),
            "run_passages.trec": "".join(trec_run(self.outcomes, "passage_id")),
            "qrels.trec": "".join(trec_qrels(self.outcomes)),
            "report.md": self.markdown(),
            "report.html": page(self),
            "manifest.json": json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n",
        }  # fmt: skip
        for name, text in files.items():
            write_whole(folder / name, text)

    def numbers(self) -> dict[str, list[float]]:
        """{metric: [value, low, high, questions]}."""
        return _numbers(self.summary)

    def numbers_by_tag(self) -> dict[str, dict[str, list[float]]]:
        """{tag: {metric: [value, low, high, questions]}}."""
        return {tag: _numbers(rows) for tag, rows in self.by_tag.items()}

    def to_dict(self) -> dict[str, Any]:
        """The manifest with the numbers, as it stands in the run's folder."""
        return {**self.manifest, "metrics": self.numbers(), "by_tag": self.numbers_by_tag()}

    def __str__(self) -> str:
        """A table for a terminal."""
        width = max(map(len, self.summary), default=0)
        lines = [f"{self.manifest['set']}: {len(self.outcomes)} questions, {len(self.failures)} wrong"]
        if self.manifest.get("development"):
            lines.append(DEVELOPMENT)
        for name, row in self.summary.items():
            lines.append(f"{name:<{width}}  {number(row.value):>8}  {row.interval:>20}  n={row.n}")
        width = max(map(len, self.by_tag), default=0)
        lines += [line(tag.ljust(width), rows) for tag, rows in self.by_tag.items()]
        return "\n".join(lines)

    def markdown(self) -> str:
        """The report as Markdown: what ran, the metrics, the tags, and every failed question with its evidence."""
        manifest = self.manifest
        parts = [f"# {manifest['set']}\n\n{self.caption}\n"]
        if manifest.get("drafts"):
            parts.append(f"\n**{manifest['drafts']} of the questions are drafts that no person has checked.**\n")
        if manifest.get("development"):
            parts.append(f"\n**{DEVELOPMENT}**\n")
        parts.append("\n| metric | value | 95 % interval | questions |\n| --- | ---: | --- | ---: |\n")
        parts += [
            f"| {name} | {number(row.value)} | {row.interval} | {row.n} |\n" for name, row in self.summary.items()
        ]
        parts.append(tag_table(self))
        parts.append(f"\n## Failed questions ({len(self.failures)})\n")
        parts += [_failure(outcome) for outcome in self.failures]
        return "".join(parts)


def tag_table(report: Report) -> str:
    """The chief metrics by tag as Markdown, one row a tag; empty where no question has a tag."""
    names = [name for name in TAGGED if any(name in rows for rows in report.by_tag.values())]
    if not names:
        return ""
    lines = [f"\n| tag | {' | '.join(names)} |\n| --- |{' --- |' * len(names)}\n"]
    for tag, rows in report.by_tag.items():
        cells = [f"{number(row.value)} ({row.interval}; {row.n})" if (row := rows.get(name)) else "" for name in names]
        lines.append(f"| {cell(tag)} | {' | '.join(cells)} |\n")
    return "".join(lines)


def _numbers(rows: Mapping[str, Estimate]) -> dict[str, list[float]]:
    return {name: [round(value, 6) for value in (row.value, row.low, row.high)] + [row.n] for name, row in rows.items()}


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a kill leaves the old one or the new one, never half of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


# --- text --------------------------------------------------------------------------------------------------


def _short(value: object) -> str:
    """A setting as a reader needs it: of a hash, as much as tells two apart."""
    text = str(value)
    return text[:12] if len(text) == 64 else text


def cell(text: str) -> str:
    """The text as it may stand in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def _failure(outcome: Outcome) -> str:
    question, answer = outcome.question, outcome.answer
    got = outcome.error or (f"declined ({answer['reason']})" if answer and answer["abstained"] else outcome.text)
    lines = [f"\n### {question.id}: {cell(question.question)}\n", f"- expected: {cell(outcome.expected)}"]
    lines.append(f"- got (confidence {outcome.confidence:.2f}): {cell(got)}")
    for citation in (answer or {}).get("citations", []):
        place = f"{citation['doc_id']} {citation['start']}–{citation['end']}"
        lines.append(f"- [{citation['n']}] {cell(place)}: “{cell(citation['quote'])}”")
    return "\n".join(lines) + "\n"


# --- TREC files --------------------------------------------------------------------------------------------


def _token(text: str) -> str:
    """An id without white space, which separates the columns of TREC files."""
    return "".join(f"%{ord(letter):02X}" if letter.isspace() or letter == "%" else letter for letter in text)


def trec_run(outcomes: Iterable[Outcome], level: str) -> Iterable[str]:
    """Lines "query Q0 id rank score tag", every id once; the score is 1/rank, for trec_eval orders by score alone."""
    for outcome in outcomes:
        for rank, item in enumerate(dict.fromkeys(str(hit[level]) for hit in outcome.hits), start=1):
            yield f"{_token(outcome.question.id)} Q0 {_token(item)} {rank} {1 / rank:.6f} dateline\n"


def trec_qrels(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """Lines "query 0 document grade" of the answerable questions."""
    for outcome in outcomes:
        if outcome.question.answerable:
            for doc_id, grade in outcome.question.gold_docs.items():
                yield f"{_token(outcome.question.id)} 0 {_token(doc_id)} {grade}\n"
