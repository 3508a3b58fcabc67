"""How well the reader reads the right passage: python benchmarks/reader/evaluate.py --data PATH [--sample N].

On squad_v2 every question is put to its own passage alone: exact match and F1 of the best span (Rajpurkar et al.
2016), containment, the answering sentence, and the AUROC of answerable against unanswerable questions.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import string
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from dateline.index.prose.sentences import split
from dateline.rag.reader.reading import Window
from dateline.rag.reader.shipped import open_reader


def normal(text: str) -> str:
    """Return a text as SQuAD compares it: lower case, no articles, no punctuation."""
    bare = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", bare).split())


def f1(said: str, gold: str) -> float:
    """Return the harmonic mean of precision and recall over words."""
    a, b = Counter(normal(said).split()), Counter(normal(gold).split())
    common = sum((a & b).values())
    return 2 * common / (sum(a.values()) + sum(b.values())) if common else 0.0


def main() -> None:
    """Print the figures, with the standard error of each mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=600)
    parser.add_argument("--reader", default="")
    args = parser.parse_args()
    reader = open_reader(args.reader)
    if reader is None:
        raise SystemExit("give a reader")
    folder = args.data / "squad_v2"

    def rows(name: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]

    passages = {str(p["passage_id"]): p for p in rows("passages.jsonl")}
    questions = rows("questions.jsonl")
    random.Random(7).shuffle(questions)
    found: dict[str, list[float]] = {name: [] for name in ("exact match", "F1", "containment", "sentence")}
    answers, scores = [], []
    for q in questions[: args.sample]:
        passage = passages[str(q["passage_id"])]
        text = str(passage["text"])
        [reading] = reader.read(str(q["question"]), [Window(text, str(passage["title"]).replace("_", " "))])
        spans = reading.spans(most=1)
        said = text[spans[0].start : spans[0].end] if spans else ""
        answers.append(bool(q["answerable"]))
        scores.append(reading.answers + 0.3 * (spans[0].score if spans else -20))
        if not q["answerable"]:
            continue
        golds = [a["text"] for a in q["answers"]]  # type: ignore[attr-defined]
        best = max(
            split(text), key=lambda s: reading.sentence(*s) + max([x.score for x in reading.spans(*s, 1)] or [-20])
        )
        found["exact match"].append(float(any(normal(said) == normal(g) for g in golds)))
        found["F1"].append(max(f1(said, g) for g in golds))
        found["containment"].append(float(any(normal(g) in normal(said) or normal(said) in normal(g) for g in golds)))
        found["sentence"].append(float(any(g in text[slice(*best)] for g in golds)))
    for name, values in found.items():
        error = np.std(values) / len(values) ** 0.5
        sys.stdout.write(f"{name} {np.mean(values):.3f} (standard error {error:.3f}, n {len(values)})\n")
    sys.stdout.write(f"answerable or not, AUROC {roc_auc_score(answers, scores):.3f} (n {len(answers)})\n")


if __name__ == "__main__":
    main()
