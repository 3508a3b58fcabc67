"""The quality part of RESULTS.md: the shipped question sets, and with --data the sets there, by the code of eval/.

    python benchmarks/eval_bench.py                               # the shipped sets
    python benchmarks/eval_bench.py --data PATH                   # the sets in folders under PATH first
    python benchmarks/eval_bench.py --data PATH --set squad_v2 --sample 200
    python benchmarks/eval_bench.py --write benchmarks/RESULTS.md # put the tables between the file's marks

The shipped sets are development sets: the program was made and tuned with them. What counts comes first: newsdesk,
questions written without knowledge of the program, where --data has it, with its kinds of question in a table of
their own.

Every run is kept under --out with its report.html; what was interrupted goes on when started again.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sets import add_data

from dateline.eval import QuestionSet, Report, evaluate
from dateline.eval.pages.report import tag_table
from dateline.eval.runner import run_name
from dateline.eval.runs.subject import subject_of
from dateline.eval.runs.summary import number
from dateline.eval.sets.adapters import ADAPTERS, load_benchmark
from dateline.rag.check.grounding import check
from dateline.rag.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = {"seeds": ROOT / "seeds", "made_news": ROOT / "tests" / "data" / "made_news"}
SEARCHED = ("ir_time", "ir_cranfield", "multihop_rag_facts")  # relevance without short answers: retrieval alone
COLUMNS = (
    "correct", "right", "headline", "top", "bold_wrong", "verdict", "quote", "declined", "containment", "facts_found", "dates_exact", "forbidden_claims", "citation_precision",
    "citation_recall", "verbatim", "offsets_correct", "right_document", "groundedness", "Recall@1", "Recall@5",
    "Recall@10", "MRR@10", "nDCG@10", "answer_rate", "abstention_precision", "abstention_AUROC",
    "AUROC_right_wrong", "AUROC_right_unanswerable", "AURC", "ECE", "ECE_right_wrong", "ECE_all", "ms_median", "ms_p95",
)  # fmt: skip
BY_KIND = ("newsdesk",)
BEGIN, END = "<!-- quality: begin -->", "<!-- quality: end -->"


def main() -> None:
    """Measure, print the tables, and put them into a file where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data(parser, required=False)
    parser.add_argument("--set", action="append", help="only this public set (may be repeated)")
    parser.add_argument("--sample", type=int, help="at most so many questions of a public set, drawn with seed 0")
    parser.add_argument("--out", type=Path, default=Path("runs"), help="where runs and indexes are kept")
    parser.add_argument("--write", type=Path, help="file with the marks between which the tables go")
    arguments = parser.parse_args()
    reports: list[Report] = []
    if arguments.data:
        reports += public(
            arguments.data, arguments.set or public_names(arguments.data), arguments.sample, arguments.out
        )
    reports += shipped(arguments.out)
    text = tables(reports)
    print(text)
    if arguments.write:
        before, _, rest = arguments.write.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        arguments.write.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def shipped(out: Path) -> Iterator[Report]:
    """Both sets that come with the project, each over its own articles."""
    for name, articles in SHIPPED.items():
        settings = at(out / "indexes" / name)
        index = settings.open_index()
        index.add(articles, prune=True)
        index.close()
        yield measure(QuestionSet.load(ROOT / "eval" / "questions" / f"{name}.yaml"), settings, out)


def public_names(data: Path) -> list[str]:
    """The sets there that bring a corpus, and so can be asked as they are, newsdesk first; which are not there is said."""
    names = [name for name in ADAPTERS if name not in ("trec_cast_rewrites", "newsquizqa_probe", "rgb_en_fact")]
    for name in names:
        if not (data / name).is_dir():
            print(f"{name} is not in {data}; left out", file=sys.stderr)
    return [name for name in names if (data / name).is_dir()]


def public(data: Path, names: list[str], sample: int | None, out: Path) -> Iterator[Report]:
    """Public sets, each over its own corpus; questions without any gold are left out."""
    for name in names:
        questions = load_benchmark(data, name).select(
            lambda question: bool(question.gold_docs) or not question.answerable
        )
        settings = at(out / "indexes" / name)
        index = settings.open_index()
        print(f"indexing {len(questions.documents)} documents of {name}", file=sys.stderr)
        index.add_documents(questions.documents)
        index.close()
        if sample and len(questions) > sample:
            drawn = sorted(random.Random(0).sample(range(len(questions)), sample))
            questions = replace(questions, questions=tuple(questions.questions[n] for n in drawn))
        yield measure(questions, settings, out)


def at(folder: Path) -> Settings:
    """The default settings over an index of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    return Settings(index=str(folder))


def measure(questions: QuestionSet, settings: Settings, out: Path) -> Report:
    """One run, kept in its folder."""
    assistant = settings.assistant()
    subject = subject_of(assistant.retriever if questions.name in SEARCHED else assistant)
    kept = {name: value for name, value in settings.public().items() if name != "index"}
    name = run_name(subject, questions, k=settings.k, settings=kept)
    return evaluate(subject, questions, out=out / name, k=settings.k, check=check, settings=kept, progress=True)


def tables(reports: list[Report]) -> str:
    """One row a metric, one column a set, each value with its 95 % interval."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    command = "python benchmarks/eval_bench.py " + " ".join(sys.argv[1:])
    heads = [
        f"{report.manifest['set']} ({len(report.outcomes)}{', development' if report.manifest['development'] else ''})"
        for report in reports
    ]
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}; `{command.strip()}`. Intervals: bootstrap over questions, 95 %.\n",
        f"| metric | {' | '.join(heads)} |",
        f"| --- |{' ---: |' * len(heads)}",
    ]
    for name in COLUMNS:
        cells = [report.summary.get(name) for report in reports]
        if any(cells):
            shown = [f"{number(row.value)} ({number(row.low)}–{number(row.high)})" if row else "" for row in cells]
            lines.append(f"| {name} | {' | '.join(shown)} |")
    for report in reports:
        if report.manifest["set"] in BY_KIND:
            lines.append(f"\n{report.manifest['set']} by kind of question:\n{tag_table(report)}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
