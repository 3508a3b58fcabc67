"""The ``dateline eval`` subcommands: run, compare, gate, new, votes, judge.

Nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dateline.index.errors import UsageError

if TYPE_CHECKING:
    from dateline.eval.sets.questions import QuestionSet
    from dateline.rag.settings import Settings

DONE, PARTLY = 0, 1
FAILED_GATE = 1


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``eval`` and its subcommands to the ``dateline`` parser."""
    words = "measure answers on question sets, compare runs, guard against falls"
    parser = subparsers.add_parser("eval", help=words, description=words[0].upper() + words[1:] + ".")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[..., int], help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        command.set_defaults(run=run)
        return command

    run = add("run", _run, "ask every question of a set and write a folder with the report")
    run.add_argument(
        "set", metavar="SET", help="a YAML or JSONL file, a folder of them, a BEIR folder, a public set, or seeds"
    )
    run.add_argument("--out", metavar="DIR", default="runs", help="where runs are kept (default: runs)")
    run.add_argument("--name", metavar="NAME", help="the run's folder there (default: made from what is measured)")
    run.add_argument("-k", type=int, default=None, help="how many passages are retrieved (default: 10)")
    run.add_argument("--retrieval-only", action="store_true", help="search, but do not answer")
    run.add_argument("--tag", action="append", default=[], metavar="TAG", help="only questions with this tag")
    run.add_argument("--workers", type=int, default=1, metavar="N", help="questions at once; helps with an LLM server")
    run.add_argument("--seed", type=int, default=0, help="seed of the intervals (default: 0)")

    comparison = add("compare", _compare, "compare two runs, metric by metric and question by question")
    comparison.add_argument("before", metavar="A", help="the folder of a run")
    comparison.add_argument("after", metavar="B", help="the folder of another run")
    comparison.add_argument("--correction", choices=("holm", "bh"), default="holm", help="for many metrics")
    comparison.add_argument("--html", metavar="FILE", help="also write one self-contained page")

    gate = add("gate", _gate, "exit with 1 when a metric got worse than the baseline by more than its noise")
    gate.add_argument("result", metavar="RUN", help="the folder of a run")
    gate.add_argument("--baseline", metavar="RUN", required=True, help="the folder of the run to hold it against")
    gate.add_argument("--metric", action="append", metavar="NAME", help="watch this metric instead of the usual ones")
    gate.add_argument("--by-tag", action="store_true", help="fail too when questions of one tag got worse")
    gate.add_argument(
        "--floor", action="append", default=[], metavar="NAME=VALUE", help="fail below this value; NAME:TAG for one tag"
    )
    gate.add_argument("--alpha", type=float, default=0.05, help="level of the corrected test (default: 0.05)")
    gate.add_argument("--tolerance", type=float, default=0.0, metavar="X", help="a fall up to this is accepted")

    new = add("new", _new, "draft questions from the index, for a person to correct")
    new.add_argument("file", metavar="FILE", help="where to write them (.yaml or .jsonl); must not exist yet")
    new.add_argument("-n", type=int, default=20, metavar="N", help="how many (default: 20)")
    new.add_argument("--seed", type=int, default=0, help="another seed, other questions")

    votes = add("votes", _votes, "make a question set of answers that people voted on")
    votes.add_argument("votes", metavar="VOTES", help='a JSONL file of {"answer": …, "vote": 1 or -1, "comment": …}')
    votes.add_argument("file", metavar="FILE", help="where to write the set (.yaml or .jsonl); must not exist yet")

    judge = add("judge", _judge, "let the LLM of the settings grade faithfulness, apart from the report")
    judge.add_argument("target", metavar="RUN", help="the folder of a run, or of mtrag_human_eval, which people rated")
    judge.add_argument("--repeats", type=int, default=3, metavar="N", help="times each answer is graded (default: 3)")
    judge.add_argument("--sample", type=int, metavar="N", help="grade at most N answers, drawn with seed 0")


# --- run ---------------------------------------------------------------------------------------------------


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from dateline.eval.runner import evaluate, run_name
    from dateline.eval.runs.subject import subject_of
    from dateline.rag.check.grounding import check

    questions = load_set(arguments.set)
    if arguments.tag:
        questions = questions.select(lambda question: bool(set(arguments.tag) & set(question.tags)))
    if not questions:
        raise UsageError(f"{arguments.set} has no questions" + (" with these tags" if arguments.tag else ""))
    out = Path(arguments.out)
    if questions.documents:
        settings = replace(settings, index=str(_own_index(questions, out, settings)))
    assistant = settings.assistant()
    subject = subject_of(assistant.retriever if arguments.retrieval_only else assistant)
    kept = {name: value for name, value in settings.public().items() if name != "index"}
    name = arguments.name or run_name(subject, questions, k=settings.k, settings=kept, seed=arguments.seed)
    report = evaluate(
        subject,
        questions,
        out=out / name,
        k=settings.k,
        check=check,
        settings=kept,
        workers=arguments.workers,
        seed=arguments.seed,
        progress=True,
    )
    for outcome in report.outcomes:
        if outcome.error:
            _say(f"failed: {outcome.question.id}: {outcome.error}")
    if arguments.json:
        told = {"manifest": dict(report.manifest), "metrics": report.numbers(), "by_tag": report.numbers_by_tag()}
        _put(json.dumps({"run": str(out / name), **told}))
    else:
        _put(f"{report}\n{out / name / 'report.html'}")
    return PARTLY if report.manifest["errors"] else DONE


def load_set(path: str) -> QuestionSet:
    """A question set by its path, or a shipped one by its name.

    Also a file of votes, and a folder named like a public set, by its adapter.
    """
    from dateline.eval.sets.adapters import ADAPTERS, load_benchmark
    from dateline.eval.sets.questions import QuestionSet, shipped_set
    from dateline.eval.sets.votes import holds_votes, read_votes

    place = Path(path).resolve()
    if place.name in ADAPTERS and place.is_dir():
        return load_benchmark(place.parent, place.name)
    if holds_votes(place):
        return read_votes(path)
    return QuestionSet.load(shipped_set(path) or path)


def _own_index(questions: QuestionSet, out: Path, settings: Settings) -> Path:
    """Index the corpus that a set brings, once, beside the runs; what is no longer in it is removed."""
    folder = out / "indexes" / questions.name
    folder.mkdir(parents=True, exist_ok=True)
    _say(f"indexing the {len(questions.documents)} documents of {questions.name} into {folder}")
    with closing(replace(settings, index=str(folder)).open_index()) as index:
        for failed in index.add_documents(questions.documents).failed:
            _say(f"failed: {failed}")
        wanted = {document.doc_id for document in questions.documents}
        gone = [info.doc_id for info in index.documents() if info.doc_id not in wanted]
        if gone:
            index.remove(gone)
    return folder


# --- the others --------------------------------------------------------------------------------------------


def _compare(arguments: argparse.Namespace, settings: Settings) -> int:
    from dateline.eval.pages.comparison import compare
    from dateline.eval.pages.report import Report

    names = (Path(arguments.before).name, Path(arguments.after).name)
    comparison = compare(
        Report.load(arguments.before), Report.load(arguments.after), names=names, correction=arguments.correction
    )
    if arguments.html:
        Path(arguments.html).write_text(comparison.html(), encoding="utf-8")
    _put(json.dumps(comparison.to_dict(), ensure_ascii=False) if arguments.json else str(comparison))
    return DONE


def _gate(arguments: argparse.Namespace, settings: Settings) -> int:
    from dateline.eval.pages.comparison import gate
    from dateline.eval.pages.report import Report

    floors = {}
    for text in arguments.floor:
        name, _, value = text.rpartition("=")  # a tag may hold the sign
        try:
            floors[name] = float(value)
        except ValueError:
            raise UsageError(f"--floor {text}: write it as NAME=VALUE, such as correct=0.9") from None
    verdict = gate(
        Report.load(arguments.result),
        Report.load(arguments.baseline),
        only=arguments.metric,
        floors=floors,
        tags=arguments.by_tag,
        alpha=arguments.alpha,
        tolerance=arguments.tolerance,
    )
    if arguments.json:
        _put(json.dumps({"passed": verdict.passed, "failures": verdict.failures, **verdict.comparison.to_dict()}))
    else:
        _put(str(verdict.comparison))
        _put("\n".join(f"FAILED: {failure}" for failure in verdict.failures) or "passed: nothing fell beyond its noise")
    return DONE if verdict.passed else FAILED_GATE


def _new(arguments: argparse.Namespace, settings: Settings) -> int:
    from dateline.eval.sets.drafts import draft

    path = _fresh(arguments.file)
    return _write(draft(settings.open_index(read_only=True), arguments.n, seed=arguments.seed), path, arguments.json)


def _votes(arguments: argparse.Namespace, settings: Settings) -> int:
    from dateline.eval.sets.votes import read_votes

    path = _fresh(arguments.file)
    return _write(read_votes(arguments.votes), path, arguments.json)


def _fresh(file: str) -> Path:
    from dateline.eval.sets.items import SUFFIXES

    path = Path(file)
    if path.suffix not in SUFFIXES:
        raise UsageError(f"{path}: a question set ends in {', '.join(SUFFIXES)}")
    if path.exists():
        raise UsageError(f"{path} exists; it is not overwritten, for a person may have corrected it")
    return path


def _write(questions: QuestionSet, path: Path, as_json: bool) -> int:
    questions.save(path)
    drafts = sum(question.draft for question in questions)
    if as_json:
        _put(json.dumps({"file": str(path), "questions": len(questions), "drafts": drafts}))
    else:
        _put(f"{len(questions)} questions in {path}, {drafts} of them drafts: correct these, then remove “draft: true”")
    return DONE


def _judge(arguments: argparse.Namespace, settings: Settings) -> int:
    from tqdm import tqdm

    from dateline.eval.numbers import metrics
    from dateline.eval.pages.report import Report
    from dateline.eval.runs import judge
    from dateline.eval.sets.claims import load_claims
    from dateline.rag.llm.generative import Generator, connect

    if not settings.llm_url:
        raise UsageError("a judge needs an LLM; set llm_url and llm_model")
    if arguments.repeats < 1:
        raise UsageError(f"--repeats {arguments.repeats}: an answer is graded once at least")
    folder = Path(arguments.target)
    rated = folder.resolve().name == "mtrag_human_eval"
    claims = load_claims(folder.parent, folder.name) if rated else judge.claims_of(Report.load(folder).outcomes)
    if arguments.sample is not None and arguments.sample < len(claims):
        claims = random.Random(0).sample(claims, max(1, arguments.sample))  # noqa: S311 - a sample, no secret
    llm = connect(settings.llm_url, settings.llm_model, settings.llm_key)
    # Without chance a judge repeats itself word for word, and its repeats would say nothing of how sure it is.
    llm.temperature = 0.7
    ratings = [judge.rate(llm, claim, arguments.repeats) for claim in tqdm(claims, desc="judging")]
    known = [rating.mean for rating in ratings if rating.mean is not None]
    found = judge.agreement(ratings, claims)
    name = Generator(llm).name
    agreed = asdict(found) if rated else {"identical": found.identical, "unread": found.unread}
    mean = metrics.mean(known) if known else math.nan
    result = {
        "judge": name,
        "repeats": arguments.repeats,
        "mean_grade": mean if known else None,
        "agreement": {key: None if math.isnan(value) else value for key, value in agreed.items()},
        "grades": {rating.id: rating.grades for rating in ratings},
    }
    if not rated:
        (folder / "judge.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if arguments.json:
        _put(json.dumps(result))
    else:
        _put(f"mean grade {mean:.2f} of 4 over {len(known)} answers, by {name}\n{found}")
    return DONE


def _say(message: str) -> None:
    sys.stderr.write(message + "\n")


def _put(text: str) -> None:
    sys.stdout.write(text + "\n")
