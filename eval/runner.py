"""Runner: an Assistant or Retriever and a question set -> a run, resumable, in a folder or in memory."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from dateline.eval.pages.report import Report, write_whole
from dateline.eval.runs.outcomes import Outcome, hit_row, read_outcomes
from dateline.eval.runs.scoring import Check, score_answer, score_citations, score_retrieval
from dateline.eval.runs.subject import Answers, Searches, Subject, subject_of
from dateline.eval.sets.questions import Question, QuestionSet
from dateline.index.errors import UsageError


def evaluate(
    system: Answers | Searches | Subject,
    questions: QuestionSet,
    *,
    out: str | Path | None = None,
    k: int = 10,
    check: Check | None = None,
    settings: Mapping[str, Any] | None = None,
    workers: int = 1,
    seed: int = 0,
    progress: bool = False,
) -> Report:
    """Ask every question, score the answers and what was retrieved, and return the report.

    ``system`` is an Assistant (or a Retriever, for retrieval alone), ``k`` how deep retrieval is looked at, ``check``
    the grounding checker (without one only verbatim sentences count as supported), ``settings`` go into the
    manifest. With ``out`` everything is written to that folder as it comes, and a run that was interrupted there
    goes on where it stopped; UsageError when the folder holds a different run.

    >>> from dateline.eval import Question, QuestionSet, evaluate
    >>> from dateline.index import Index
    >>> from dateline.rag import Assistant, Retriever
    >>> index = Index.open(".dateline", read_only=True)
    >>> questions = QuestionSet("made", (
    ...     Question("dubai", "Who called Dar in Dubai?", answers=("Araghchi",)),
    ...     Question("chess", "Who won the chess championship?", answerable=False),
    ... ))
    >>> print(evaluate(Assistant(Retriever(index, k=10)), questions))  # doctest: +ELLIPSIS
    made: 2 questions, 0 wrong
    correct                      1.000        1.000 to 1.000  n=2
    ...
    >>> index.close()
    """
    subject = system if isinstance(system, Subject) else subject_of(system)
    manifest = _manifest(questions, k, seed, {**subject.about, **(settings or {})})
    folder = Path(out) if out is not None else None
    done = _resume(folder, manifest) if folder else {}
    todo = [question for question in questions if question.id not in done]

    def measure(question: Question) -> Outcome:
        return _measure(question, subject, k, check)

    started = time.perf_counter()
    with _log(folder, done.values()) as write:
        for outcome in _with_progress(_mapped(measure, todo, workers), len(questions), len(done), progress):
            done[outcome.question.id] = outcome
            write(outcome)
    manifest |= {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - started, 2),
        "asked": len(todo),
        "errors": sum(bool(outcome.error) for outcome in done.values()),
        "peak_memory_mb": _peak_memory_mb(),
    }
    report = Report(manifest, tuple(done[question.id] for question in questions))
    if folder:
        report.save(folder)
    return report


def _measure(question: Question, subject: Subject, k: int, check: Check | None) -> Outcome:
    """One question asked and scored; whatever goes wrong in it is its outcome, not the end of the run."""
    began = started = time.perf_counter()
    answer: dict[str, Any] | None = None
    hits: list[dict[str, Any]] = []
    query, ms = question.question, None
    try:
        if subject.answers:
            answer = subject.answers.ask(question.question, question.history, asked_on=question.asked_on).to_dict()
            query, ms = answer["standalone_question"] or query, _milliseconds(started)
        if subject.searches:
            started = time.perf_counter()
            hits = [hit_row(hit) for hit in subject.searches.search(query, k, asked_on=question.asked_on)]
    except Exception as error:
        failed = f"{type(error).__name__}: {error}"
        return Outcome(question, scores=_scores_of_nothing(question, subject), ms=_milliseconds(began), error=failed)
    ms = _milliseconds(started) if ms is None else ms
    scores: dict[str, float] = {}
    if answer is not None:
        scores |= score_answer(question, answer) | score_citations(question, answer, hits, subject.text_of, check)
    if subject.searches:
        scores |= score_retrieval(question, hits)
    return Outcome(question, answer, tuple(hits), scores, ms)


def _scores_of_nothing(question: Question, subject: Subject) -> dict[str, float]:
    """What a question scores that could not be asked: neither answered nor declined, and nothing found."""
    empty = {"answer": "", "abstained": False, "events": [], "citations": []}
    scores = score_answer(question, empty) if subject.answers else {}
    return scores | (score_retrieval(question, []) if subject.searches else {})


def _milliseconds(since: float) -> float:
    return (time.perf_counter() - since) * 1000


def _mapped(function: Callable[[Question], Outcome], items: Sequence[Question], workers: int) -> Iterator[Outcome]:
    if workers <= 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(function, items)


def _with_progress(outcomes: Iterable[Outcome], total: int, done: int, show: bool) -> Iterable[Outcome]:
    if not show:
        return outcomes
    from tqdm import tqdm

    every = 0.1 if sys.stderr.isatty() else 10.0  # seconds between lines: a log is no terminal
    bar: Iterable[Outcome] = tqdm(
        outcomes, total=total, initial=done, unit=" questions", desc="asking", mininterval=every
    )
    return bar


# --- the folder --------------------------------------------------------------------------------------------


@contextmanager
def _log(folder: Path | None, kept: Iterable[Outcome]) -> Iterator[Callable[[Outcome], None]]:
    """A function that appends an outcome to ``questions.jsonl``, on disk before the next; in memory, one that does not.

    The file is first rewritten with the outcomes that are kept, so that a line cut off by a kill is gone.
    """
    if folder is None:
        yield lambda outcome: None
        return
    path = folder / "questions.jsonl"
    write_whole(path, "".join(outcome.to_line() + "\n" for outcome in kept))
    with path.open("a", encoding="utf-8") as file:

        def write(outcome: Outcome) -> None:
            file.write(outcome.to_line() + "\n")
            file.flush()

        yield write


_IDENTITY = ("set", "set_hash", "version", "k", "seed", "system")
"""What must be equal for a run to go on in a folder: questions, corpus, settings and code."""


def run_name(
    subject: Subject, questions: QuestionSet, *, k: int = 10, settings: Mapping[str, Any] | None = None, seed: int = 0
) -> str:
    """A folder name that is the same exactly when ``evaluate`` would go on with a run that is there."""
    manifest = _manifest(questions, k, seed, {**subject.about, **(settings or {})})
    identity = json.dumps([manifest[name] for name in _IDENTITY], sort_keys=True)
    return f"{questions.name}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"


def _resume(folder: Path, manifest: dict[str, Any]) -> dict[str, Outcome]:
    """Outcomes already in the folder, without those that failed; the manifest is written when it is new."""
    path = folder / "manifest.json"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        return {}
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise UsageError(f"{path} is damaged; remove {folder}, or choose another --out or --name") from None
    changed = [name for name in _IDENTITY if before.get(name) != json.loads(json.dumps(manifest[name]))]
    if changed:
        raise UsageError(f"{folder} holds another run (different {', '.join(changed)}); choose another --out or --name")
    return {outcome.question.id: outcome for outcome in read_outcomes(folder / "questions.jsonl") if not outcome.error}


def _manifest(questions: QuestionSet, k: int, seed: int, about: Mapping[str, Any]) -> dict[str, Any]:
    lines = "\n".join(json.dumps(question.to_dict(), sort_keys=True) for question in questions)
    return {
        "set": questions.name,
        "set_hash": hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest(),
        "questions": len(questions),
        "development": questions.development,
        "drafts": sum(question.draft for question in questions),
        "version": _version(),
        "k": k,
        "seed": seed,
        "system": dict(about),
        "machine": {
            "platform": platform.platform(),
            "python": platform.python_version(),
            "processor": platform.machine(),
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        },
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _version() -> str:
    try:
        return metadata.version("dateline")
    except metadata.PackageNotFoundError:  # run from a checkout that is not installed
        return "not installed"


def _peak_memory_mb() -> float | None:
    """Peak resident memory of this process so far in MB, where the system tells."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)  # bytes there, kB elsewhere
