"""Answers without a model, against people's: finding, short answers, declining, calibration, disagreement, speed.

``python benchmarks/answer_bench.py --data DIR [--sample N] [SET …]`` prints a Markdown table; DIR (or
$DATELINE_BENCHMARKS) holds squad_v2, realtimeqa_evidence, newsquizqa_probe, clapnq and rgb_en_fact. ``--sample``
takes N answerable and N other questions of each set, the same ones every time; ``--indexes`` keeps the indexes
between runs.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sets import add_data

from dateline.eval.numbers.metrics import auroc, containment, expected_calibration_error
from dateline.eval.sets.adapters import load_benchmark
from dateline.eval.sets.questions import Question, QuestionSet
from dateline.index import Index
from dateline.rag import Answer, Assistant, Retriever

SETS = ("squad_v2", "realtimeqa_evidence", "clapnq", "rgb_en_fact")
"""Sets asked for by name; newsquizqa_probe is asked of the articles of realtimeqa_evidence, with that set."""
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """A question with the answer it got."""

    question: Question
    answer: Answer

    @property
    def first(self) -> str:
        """The first cited sentence."""
        return self.answer.sentences[0].text if self.answer.sentences else ""

    @property
    def bold(self) -> str:
        """The short answer."""
        found = BOLD.search(self.answer.text)
        return re.sub(r"\\(.)", r"\1", found.group(1)) if found else ""

    @property
    def cited(self) -> str:
        """All cited sentences."""
        return " \n ".join(citation.quote for citation in self.answer.citations)

    def right(self, text: str) -> bool:
        """Whether an accepted answer stands in ``text``."""
        return bool(containment(text, self.question.answers))


class Bench:
    """Asks the questions of public sets and collects rows of a table."""

    def __init__(self, data: Path, indexes: Path, sample: int) -> None:
        self.data = data
        self.indexes = indexes
        self.sample = sample
        self.rows: list[tuple[str, str, float, str, int]] = []
        self.asked: list[Asked] = []

    def assistant(self, questions: QuestionSet) -> Assistant:
        """An assistant over the documents of a set."""
        index = Index.open(self.indexes / questions.name)
        index.add_documents(questions.documents)
        return Assistant(Retriever(index, k=10))

    def sampled(self, questions: Iterable[Question]) -> list[Question]:
        """At most ``sample`` of ``questions``, the same ones every time."""
        pool = list(questions)
        return random.Random(0).sample(pool, min(self.sample, len(pool))) if self.sample else pool

    def ask(
        self, assistant: Assistant, questions: Iterable[Question], *, own: bool = False, dated: bool = True
    ) -> list[Asked]:
        """Ask; with ``own`` only the document of the question's id is searched."""
        asked = []
        for q in questions:
            answer = assistant.ask(q.question, asked_on=q.asked_on if dated else None, doc_ids=[q.id] if own else ())
            asked.append(Asked(q, answer))
        self.asked += asked
        return asked

    def row(self, name: str, measure: str, value: float, bar: str, count: int) -> None:
        """Add a row to the table."""
        self.rows.append((name, measure, value, bar, count))

    # --- the sets -------------------------------------------------------------------------------------------

    def squad_v2(self) -> None:
        """Finding the answering sentence and span among all passages together."""
        questions = load_benchmark(self.data, "squad_v2")
        assistant = self.assistant(questions)
        asked = self.ask(assistant, self.sampled(q for q in questions.questions if q.answerable))
        given = [a for a in asked if not a.answer.abstained]
        self.row(
            "squad_v2",
            "answerable questions answered",
            share(not a.answer.abstained for a in asked),
            ">= .85",
            len(asked),
        )
        self.row(
            "squad_v2",
            "of those, answer in the first cited sentence",
            share(a.right(a.first) for a in given),
            ">= .80",
            len(given),
        )
        self.row(
            "squad_v2", "of those, answer in the bold span", share(a.right(a.bold) for a in given), ">= .45", len(given)
        )
        self.row(
            "squad_v2",
            "words of the bold span, median",
            statistics.median(len(a.bold.split()) for a in given),
            "",
            len(given),
        )
        others = self.ask(assistant, self.sampled(q for q in questions.questions if not q.answerable))
        self.row("squad_v2", "abstention AUROC (adversarial)", separation(asked, others), "", len(asked + others))
        self.row("squad_v2", "expected calibration error", calibration(asked + others), "", len(asked + others))

    def realtimeqa_evidence(self) -> None:
        """Answers to news quizzes, and declining the questions without evidence."""
        questions = load_benchmark(self.data, "realtimeqa_evidence")
        assistant = self.assistant(questions)
        inside = self.ask(assistant, self.sampled(q for q in questions.questions if "in_passage" in q.tags))
        name = "realtimeqa_evidence"
        self.row(name, "answer in the cited sentences", share(a.right(a.cited) for a in inside), ">= .80", len(inside))
        given = [a for a in inside if not a.answer.abstained]
        self.row(name, "the same, of those answered", share(a.right(a.cited) for a in given), "", len(given))
        self.row(
            name, "answer in the bold span, of those answered", share(a.right(a.bold) for a in given), "", len(given)
        )
        absent = self.ask(assistant, self.sampled(q for q in questions.questions if not q.answerable))
        self.row(
            name, "abstention AUROC, no-evidence questions", separation(inside, absent), ">= .88", len(inside + absent)
        )
        self.row(name, "expected calibration error", calibration(inside + absent), "<= .08", len(inside + absent))
        if (self.data / "newsquizqa_probe").is_dir():
            probes = self.sampled(load_benchmark(self.data, "newsquizqa_probe").questions)
            for dated, note in ((True, "with asked_on"), (False, "without asked_on")):
                answered = inside if dated else self.ask(assistant, [a.question for a in inside], dated=False)
                probed = self.ask(assistant, probes, dated=dated)
                self.row(
                    "newsquizqa_probe",
                    f"abstention AUROC, {note}",
                    separation(answered, probed),
                    ">= .93",
                    len(answered + probed),
                )
                self.row(
                    "newsquizqa_probe",
                    f"expected calibration error, {note}",
                    calibration(answered + probed),
                    "<= .08",
                    len(answered + probed),
                )

    def clapnq(self) -> None:
        """Long answers from a passage of their own."""
        questions = load_benchmark(self.data, "clapnq")
        assistant = self.assistant(questions)
        asked = self.ask(assistant, self.sampled(q for q in questions.questions if q.answerable), own=True)
        others = self.ask(assistant, self.sampled(q for q in questions.questions if not q.answerable), own=True)
        self.row("clapnq", "abstention AUROC", separation(asked, others), ">= .75", len(asked + others))
        given = [a for a in asked if not a.answer.abstained]
        self.row(
            "clapnq",
            "F1 of cited sentences against the annotators', answered",
            statistics.fmean(map(sentence_f1, given)),
            ">= .50",
            len(given),
        )
        self.row("clapnq", "the same, declined ones 0", sum(map(sentence_f1, given)) / len(asked), "", len(asked))

    def rgb_en_fact(self) -> None:
        """True and false snippets side by side: both values are to be shown."""
        questions = load_benchmark(self.data, "rgb_en_fact")
        assistant = self.assistant(questions)
        shown, both = [], []
        for question in self.sampled(questions.questions):
            ids = [
                d.doc_id
                for d in questions.documents
                if d.metadata["question"] == question.id and d.metadata["kind"] != "negative"
            ]
            answer = assistant.ask(question.question, doc_ids=ids)
            asked = Asked(question, answer)
            self.asked.append(asked)
            false = replace(question, answers=question.forbidden)
            shown.append("The articles differ" in answer.text)
            both.append(asked.right(answer.text) and Asked(false, answer).right(answer.text))
        self.row(
            "rgb_en_fact",
            "disagreement shown",
            share(s and b for s, b in zip(shown, both, strict=True)),
            ">= .50",
            len(shown),
        )
        self.row("rgb_en_fact", "both values in the answer", share(both), "", len(both))

    def overall(self) -> None:
        """What holds of every answer: quotes, marks, speed."""
        quotes = [(a.answer, c) for a in self.asked for c in a.answer.citations]
        marks = [
            set(re.findall(r"(?<!\\)\[(\d+)\]", a.answer.text)) == {str(c.n) for c in a.answer.citations}
            for a in self.asked
        ]
        self.row(
            "all",
            "sentences that are their citation's quote",
            share(verbatim(a.answer) for a in self.asked),
            "1",
            len(quotes),
        )
        self.row("all", "marks and citations agree", share(marks), "1", len(marks))
        times = sorted(a.answer.ms["total"] for a in self.asked)
        self.row("all", "ms for a question, p50", times[len(times) // 2], "", len(times))
        self.row("all", "ms for a question, p95", times[int(len(times) * 0.95)], "", len(times))


def share(flags: Iterable[bool]) -> float:
    """The share of true ones; 0 of none."""
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


def separation(answerable: Sequence[Asked], others: Sequence[Asked]) -> float:
    """How well confidence tells answerable questions from the others."""
    scores = [a.answer.confidence for a in (*answerable, *others)]
    return auroc(scores, [True] * len(answerable) + [False] * len(others))


def calibration(asked: Sequence[Asked]) -> float:
    """ECE of confidence as the probability that an accepted answer stands in the sentences cited (or nearest)."""
    held = [a.question.answerable and a.right(a.cited or " ".join(c.quote for c in a.answer.nearest)) for a in asked]
    return expected_calibration_error([a.answer.confidence for a in asked], held)


def verbatim(answer: Answer) -> bool:
    """Whether every sentence is the quote of one of its citations."""
    quotes = {c.n: c.quote for c in answer.citations}
    return all(any(quotes[n] == s.text for n in s.citations) for s in answer.sentences)


def sentence_f1(asked: Asked) -> float:
    """F1 of the cited sentences against those the annotators chose; a sentence matches one that contains it."""
    cited = [squeezed(c.quote) for c in asked.answer.citations]
    gold = [squeezed(quote) for quote in asked.question.gold_quotes]
    precision = share(any(c in g or g in c for g in gold) for c in cited)
    recall = share(any(c in g or g in c for c in cited) for g in gold)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def squeezed(text: str) -> str:
    """``text`` without white space, for comparing tokenised sentences."""
    return re.sub(r"\s", "", text)


def main() -> None:
    """Run the sets asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(SETS)}; default all")
    add_data(parser)
    parser.add_argument("--sample", type=int, default=0, help="questions of a kind per set; 0 for all")
    parser.add_argument("--indexes", type=Path, help="folder for the indexes; default a temporary one")
    given = parser.parse_args()
    if unknown := set(given.sets) - set(SETS):
        parser.error(f"no set {', '.join(sorted(unknown))}; there are {', '.join(SETS)}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given.data, given.indexes or Path(folder), given.sample)
        for name in given.sets or SETS:
            getattr(bench, name)()
        bench.overall()
    print("| set | measure | value | bar | n |\n| --- | --- | ---: | --- | ---: |")
    for name, measure, value, bar, count in bench.rows:
        print(f"| {name} | {measure} | {value:.3f} | {bar} | {count} |")


if __name__ == "__main__":
    main()
