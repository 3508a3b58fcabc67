"""Follow-ups made standalone, against what people wrote: TREC CAsT turns, ROUGE-1 F1.

``python benchmarks/rewrite_bench.py --data DIR`` prints the table; DIR (or $DATELINE_BENCHMARKS) holds
``trec_cast_rewrites/turns.jsonl`` and, for the test with unrelated histories, ``realtimeqa_evidence``.
``--train`` prints weights for ``rag/question/referents.py``; ``--folds K`` trains and tests on disjoint topics.

ROUGE-1 F1 is the harmonic mean of unigram precision and recall, repeated words counted as often as both sides have
them (Lin, 2004), over lower-cased runs of ASCII letters and digits, unstemmed.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sets import add_data

from dateline.eval.numbers.metrics import rouge1_f1
from dateline.eval.sets.items import rows
from dateline.rag.question.mentions import Mention
from dateline.rag.question.referents import Features, Gap, Turn, Weights, alone, candidates
from dateline.rag.question.rewrite import Rewriter, rewrite

History = list[dict[str, str]]
Group = list[tuple[Features, float]]
STAY_BONUS = 0.05  # leaving a standalone question alone is worth a little more than its perfect score
SHARPNESS = 0.03  # how fast a choice's target probability falls with the ROUGE it loses
START: Weights = {
    "role=topic": 1.5, "role=topic_of": 2.5, "role=complement": 1.5, "role=relation": -1.5, "role=subject": 0.8,
    "role=oblique": -0.5, "age": -2.0, "referred": 1.6, "named": 0.5, "frequency": 0.5, "in_reply": -2.0,
    "before_new_topic": -1.0, "it=plural": -1.0,
}  # fmt: skip


def history_of(turn: dict[str, Any]) -> History:
    """Return a CAsT history as chat messages."""
    messages: History = []
    for past in turn["history"]:
        messages.append({"role": "user", "content": past["user"]})
        if past.get("system"):
            messages.append({"role": "assistant", "content": past["system"]})
    return messages


def evaluate(turns: Sequence[dict[str, Any]], rewriter: Rewriter | None = None) -> tuple[list[float], int]:
    """Return ROUGE-1 F1 of each turn that needs rewriting, and how many of the others were changed."""
    rewriter = rewriter or Rewriter()
    scores, changed = [], 0
    for turn in turns:
        result = rewriter.rewrite(turn["utterance"], history_of(turn))
        if turn["needs_rewrite"]:
            scores.append(rouge1_f1(result, turn["rewrite"]))
        else:
            changed += result != turn["utterance"]
    return scores, changed


class _Forced(Rewriter):
    """A rewriter whose choice for one kind of gap is dictated; it notes what it was asked for."""

    def __init__(self, topic: bool, mention: Mention | None) -> None:
        super().__init__()
        self.forced_topic, self.mention = topic, mention
        self.asked: list[Gap] = []

    def choose(self, gap: Gap, question: str, turns: Sequence[Turn]) -> Mention | None:
        self.asked.append(gap)
        return self.mention if (gap == "topic") == self.forced_topic else None


def groups(turns: Sequence[dict[str, Any]], rewriter: Rewriter) -> Iterator[tuple[bool, Group]]:
    """Yield, for each turn with a gap, whether it is its topic, and (features, ROUGE) of every possible choice."""
    for turn in turns:
        question = turn["utterance"]
        past = rewriter.turns(history_of(turn))
        probe = _Forced(False, None)
        probe.resolve(question, past)
        if not probe.asked:
            continue
        gap = probe.asked[0]
        target = turn["rewrite"] if turn["needs_rewrite"] else question
        group: Group = []
        for mention, features in candidates(gap, question, past):
            text = _Forced(gap == "topic", mention).resolve(question, past)[0]
            group.append((features, rouge1_f1(text, target)))
        if gap == "topic":
            bonus = 0.0 if turn["needs_rewrite"] else STAY_BONUS
            group.append((alone(question), rouge1_f1(question, target) + bonus))
        if len(group) > 1:
            yield gap == "topic", group


def fit(data: Sequence[Group], l2: float = 0.02, steps: int = 400, rate: float = 0.3) -> dict[str, float]:
    """Return weights by listwise softmax regression (cross-entropy to targets softened over ROUGE; Adam)."""
    names = sorted({name for group in data for features, _ in group for name in features})
    column = {name: i for i, name in enumerate(names)}
    matrices, targets = [], []
    for group in data:
        matrix = np.zeros((len(group), len(names)))
        for row, (features, _) in enumerate(group):
            for name, value in features.items():
                matrix[row, column[name]] = value
        reward = np.array([score for _, score in group])
        target = np.exp((reward - reward.max()) / SHARPNESS)
        matrices.append(matrix)
        targets.append(target / target.sum())
    weights = np.zeros(len(names))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(steps):
        gradient = -l2 * weights
        for matrix, target in zip(matrices, targets, strict=True):
            scores = matrix @ weights
            chance = np.exp(scores - scores.max())
            gradient += (target - chance / chance.sum()) @ matrix / len(matrices)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        size = mean / (1 - 0.9 ** (step + 1)) / (np.sqrt(square / (1 - 0.99 ** (step + 1))) + 1e-8)
        weights += rate * (1 - step / steps) * size
    return {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}


def train(turns: Sequence[dict[str, Any]], rounds: int = 2) -> Rewriter:
    """Return a rewriter fitted to ``turns``; in rounds, since past turns are resolved with the weights so far."""
    rewriter = Rewriter(START, {"alone": 5.0})
    for _ in range(rounds):
        data = list(groups(turns, rewriter))
        rewriter = Rewriter(fit([g for topic, g in data if not topic]), fit([g for topic, g in data if topic]))
    return rewriter


def cross_validate(turns: Sequence[dict[str, Any]], folds: int, seed: int) -> tuple[list[float], int]:
    """Return the scores of every turn by a rewriter trained on other topics."""
    topics = sorted({turn["topic"] for turn in turns})
    random.Random(seed).shuffle(topics)
    scores: list[float] = []
    changed = 0
    for fold in range(folds):
        held = set(topics[fold::folds])
        rewriter = train([turn for turn in turns if turn["topic"] not in held])
        fold_scores, fold_changed = evaluate([turn for turn in turns if turn["topic"] in held], rewriter)
        scores += fold_scores
        changed += fold_changed
    return scores, changed


def unrelated(data: Path, past: int = 3) -> tuple[int, int]:
    """Return how many news questions change after three unrelated ones, and of how many."""
    questions = [q["question"] for q in rows(data / "realtimeqa_evidence" / "questions.jsonl")]
    changed = 0
    for i in range(past, len(questions)):
        before = [{"role": "user", "content": q} for q in questions[i - past : i]]
        changed += rewrite(questions[i], before) != questions[i]
    return changed, len(questions) - past


def main() -> None:
    """Print the table, or train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data(parser)
    parser.add_argument("--train", action="store_true", help="print weights fitted to all turns")
    parser.add_argument("--folds", type=int, default=0, help="cross-validate over topics")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print every rewriting")
    options = parser.parse_args()
    turns = list(rows(options.data / "trec_cast_rewrites" / "turns.jsonl"))
    needing = [turn for turn in turns if turn["needs_rewrite"]]
    if options.train:
        rewriter = train(turns)
        print(f"REFERENT_WEIGHTS: Weights = {dict(rewriter.referent)}\nTOPIC_WEIGHTS: Weights = {dict(rewriter.topic)}")
        return
    if options.folds:
        scores, changed = cross_validate(turns, options.folds, options.seed)
        print(f"{options.folds} folds over topics: ROUGE-1 F1 {statistics.mean(scores):.4f}, changed {changed}")
        return
    if options.show:
        for turn in turns:
            print(json.dumps([turn["utterance"], rewrite(turn["utterance"], history_of(turn)), turn["rewrite"]]))
    print("| turns | n | as they are | rewritten |\n| --- | --- | --- | --- |")
    for name, some in [("all that need rewriting", needing)] + [
        (str(year), [turn for turn in needing if turn["year"] == year]) for year in sorted({t["year"] for t in turns})
    ]:
        plain = statistics.mean(rouge1_f1(turn["utterance"], turn["rewrite"]) for turn in some)
        print(f"| {name} | {len(some)} | {plain:.3f} | {statistics.mean(evaluate(some)[0]):.3f} |")
    durations = []
    for turn in turns:
        history = history_of(turn)
        begin = time.perf_counter()
        rewrite(turn["utterance"], history)
        durations.append(1000 * (time.perf_counter() - begin))
    changed, total = evaluate(turns)[1], len(turns) - len(needing)
    print(f"\nstandalone turns changed: {changed} of {total}")
    print("news questions changed after three unrelated ones: {} of {}".format(*unrelated(options.data)))
    p95 = statistics.quantiles(durations, n=20)[-1]
    print(f"ms a turn: median {statistics.median(durations):.2f}, 95th percentile {p95:.2f}")


if __name__ == "__main__":
    main()
