"""Fit the calibration: python benchmarks/reader/fit.py --data PATH [--sample N] [--write rag/reader/calibration.json].

Development questions of newsdesk, squad_v2, clapnq and realtimeqa_evidence are put to the program as it is; what it
reads of every sentence and short answer is kept beside whether that was right, and a logistic model with an L2
penalty is fitted for each: whether a sentence answers, whether the sentences found do, whether a short answer, a time
or a verdict is right. Figures are printed for folds that the fit has not seen.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from dateline.eval.sets.adapters import load_benchmark
from dateline.index import Filter, Index
from dateline.rag.answers.draft import Draft
from dateline.rag.answers.extractive import Extractive
from dateline.rag.answers.headline import headlines
from dateline.rag.answers.yes_no import weigh
from dateline.rag.evidence import confidence
from dateline.rag.question.rewrite import rewrite
from dateline.rag.question.spelling import as_written
from dateline.rag.reader.calibration import Calibration
from dateline.rag.reader.shipped import OFF, open_reader
from dateline.rag.search.retriever import Retriever

SETS = ("newsdesk", "squad_v2", "clapnq", "realtimeqa_evidence")


@dataclass
class Asked:
    """A development question; `must` are lists of alternatives that a right answer holds one of each of."""

    id: str
    question: str
    must: list[list[str]] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    docs: set[str] = field(default_factory=set)
    history: list[dict[str, str]] = field(default_factory=list)
    asked_on: str | None = None
    verdict: str | None = None
    short: str = ""
    only: tuple[str, ...] = ()
    """The articles that are searched; all where none is named."""

    @property
    def answerable(self) -> bool:
        """Whether the articles answer it."""
        return bool(self.must or self.quotes)


def plain(text: str) -> str:
    """Words in lower case."""
    return " ".join(re.findall(r"\w+", text.lower()))


def newsdesk(folder: Path) -> Iterator[Asked]:
    """Yield the questions of newsdesk."""
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        q = json.loads(line)
        false = q["kind"] in ("unanswerable_name", "unanswerable_detail", "false_premise")
        yield Asked(
            q["id"], q["question"], [] if false else q["must"], [] if false else q["gold_quotes"],
            set(q["gold_docs"]), q.get("history", []), q.get("asked_on"), q.get("verdict"), q.get("short") or "",
        )  # fmt: skip


def public(root: Path, name: str, sample: int) -> Iterator[Asked]:
    """Yield a sample of a public set."""
    questions = list(load_benchmark(root, name))
    random.Random(7).shuffle(questions)
    # Where the editors' passage only implies the answer, no string tells whether it was found.
    for q in [q for q in questions if not {"paraphrased", "too_short"} & set(q.tags)][:sample]:
        answers = [list(q.answers)] if q.answerable and q.answers and name != "clapnq" else []
        yield Asked(
            q.id, q.question, answers, list(q.gold_quotes), set(q.gold_docs),
            asked_on=q.asked_on, only=(q.id,) if name == "clapnq" else (),
        )  # fmt: skip


def is_gold(asked: Asked, text: str, doc: str) -> bool:
    """Whether a sentence answers."""
    said = plain(text)
    if asked.quotes:
        return bool(said) and any(said in plain(q) or plain(q) in said for q in asked.quotes)
    return doc in asked.docs and any(plain(a) in said for a in asked.must[0]) if asked.must else False


def is_right(asked: Asked, words: str) -> bool:
    """Whether a short answer is right: it holds the wanted string, or lies within it as a whole."""
    said = f" {plain(words)} "
    alternatives = asked.must[0] if asked.must else []
    return any(f" {plain(a)} " in said for a in alternatives if plain(a)) or (
        len(said) > 4 and any(said in f" {plain(a)} " for a in [*alternatives, asked.short])
    )


def rows_of(name: str, asked: list[Asked], index: Index, reader: str) -> list[dict[str, Any]]:
    """Return what the program makes of every question, with labels."""
    retriever = Retriever(index, k=10)
    extractive = Extractive(
        index.embedder.encode, index.document, index.knows, index.store.sentences, open_reader(reader)
    )
    result = []
    for q in asked:
        text = rewrite(q.question, q.history)
        hits = retriever.search(text, asked_on=q.asked_on, bounds=Filter(doc_ids=q.only) if q.only else None)
        text = as_written(text, (h.passage for h in hits), index.knows)
        material = extractive.material(text, hits, q.asked_on)
        if isinstance(material, Draft):
            continue
        read = [f for f in material.findings if f.features]
        golds = [is_gold(q, f.text, f.evidence.passage.doc_id) for f in read]
        row: dict[str, Any] = {
            "set": name, "id": q.id, "answerable": q.answerable, "kind": material.asked.kind, "asked": q,
            "sentences": [(f.features, gold) for f, gold in zip(read, golds, strict=True)],
            "material": replace(material, document=None, embed=None), "hits": hits,
        }  # fmt: skip
        result.append(row)
    return result


def derive(rows: list[dict[str, Any]], weighed: Calibration) -> None:
    """Weigh every row's material anew by the sentence model, and add features and labels of what depends on it."""
    for row in rows:
        material, q = row["material"], row["asked"]
        findings = [
            replace(f, score=weighed.logit("sentence", f.features)) if f.features else f for f in material.findings
        ]
        findings.sort(key=lambda f: -f.score)
        top = findings[: 3 if material.asked.kind not in ("why", "how", "open", "said") else 4]
        row["answered"] = confidence.features(material.asked, findings, row["hits"], q.asked_on)
        told = plain(" ".join(f.text for f in top))
        row["told"] = q.answerable and (
            any(is_gold(q, f.text, f.evidence.passage.doc_id) for f in top)
            or (bool(q.must) and q.verdict is None and all(any(plain(a) in told for a in m) for m in q.must))
        )
        row["first"] = (
            bool(findings) and q.answerable and is_gold(q, findings[0].text, findings[0].evidence.passage.doc_id)
        )
        row["ready"] = replace(material, findings=findings, weighed=weighed)


def short_answers(
    rows: list[dict[str, Any]], weighed: Calibration
) -> dict[str, list[tuple[dict[str, float], bool, str, str]]]:
    """Return (features, right, set, id) of every short answer, time and verdict, where `likely` is known."""
    found: dict[str, list[tuple[dict[str, float], bool, str, str]]] = defaultdict(list)

    class Watching(Calibration):
        """Notes what it is asked."""

        def probability(self, model: str, features: Any) -> float:
            seen.append((model, dict(features)))
            return super().probability(model, features)

    for row in rows:
        likely = weighed.probability("answered", row["answered"])
        seen: list[tuple[str, dict[str, float]]] = []
        material = replace(row["ready"], likely=likely, weighed=Watching(weighed.models, weighed.thresholds))
        q = row["asked"]
        if row["kind"] == "yes_no":
            verdict, _ = weigh(material)
            if q.verdict or not q.answerable:
                found["verdict"] += [(f, verdict == q.verdict, row["set"], q.id) for m, f in seen if m == "verdict"]
            continue
        if q.answerable and not q.must:
            continue
        for headline in headlines(material):
            model, features = seen[-1] if len(seen) == 1 else seen[headline.part]
            words = f"{headline.words} {headline.when}"
            right = q.answerable and (
                is_right(q, words) if headline.part == 0
                else any(any(plain(a) in plain(words) for a in m) for m in q.must[1:])
            )  # fmt: skip
            found[model].append((features, right, row["set"], q.id))
    return found


def fit(
    pairs: list[tuple[dict[str, float], bool, str, str]], penalty: float = 0.3
) -> tuple[dict[str, float], np.ndarray]:
    """Return the weights over all, and for every row the probability by a fit without its fold."""
    names = sorted({name for features, *_ in pairs for name in features})
    x = np.array([[features.get(name, 0.0) for name in names] for features, *_ in pairs])
    y = np.array([right for _, right, *_ in pairs])
    sets = [s for *_, s, _ in pairs]
    weight = np.array([(2 if s == "newsdesk" else 1) / sets.count(s) for s in sets])
    weight *= len(weight) / weight.sum()
    mean, scale = x.mean(0), np.maximum(x.std(0), 1e-6)
    z = (x - mean) / scale
    folds = np.array([random.Random(i).randrange(5) for *_, i in pairs])
    held = np.zeros(len(y))
    for fold in range(5):
        inside = folds != fold
        if len(set(y[inside])) == 2 and (~inside).any():
            model = LogisticRegression(C=penalty, max_iter=2000).fit(z[inside], y[inside], sample_weight=weight[inside])
            held[~inside] = model.predict_proba(z[~inside])[:, 1]
    model = LogisticRegression(C=penalty, max_iter=2000).fit(z, y, sample_weight=weight)
    weights = model.coef_[0] / scale
    bias = model.intercept_[0] - (weights * mean).sum()
    return {"bias": round(float(bias), 4)} | {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)}, held


def calibration_error(likely: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error (Naeini et al. 2015), in bins of equal width."""
    at = np.minimum((likely * bins).astype(int), bins - 1)
    return float(sum(abs(likely[at == b].mean() - right[at == b].mean()) * (at == b).mean() for b in set(at)))


def report(name: str, pairs: list[tuple[dict[str, float], bool, str, str]], held: np.ndarray) -> None:
    """Print how well held-out probabilities tell right from wrong, by set."""
    y = np.array([right for _, right, *_ in pairs])
    sets = np.array([s for *_, s, _ in pairs])
    for s in sorted(set(sets)):
        some = sets == s
        auroc = roc_auc_score(y[some], held[some]) if len(set(y[some])) == 2 else float("nan")
        sys.stdout.write(
            f"{name:10} {s:20} n {some.sum():5} right {y[some].mean():.3f} AUROC {auroc:.3f} "
            f"ECE {calibration_error(held[some], y[some]):.3f}\n"
        )


def main() -> None:
    """Fit, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--indexes", type=Path, required=True, help="where the sets' indexes are kept")
    parser.add_argument("--sample", type=int, default=400)
    parser.add_argument("--reader", default="")
    parser.add_argument("--again", action="store_true", help="fit anew on what was read the last time")
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for name in SETS:
        kept = args.indexes / f"{name}-{args.reader or 'shipped'}-{args.sample}.pickle"
        if not (args.again and kept.exists()):
            index = Index.open(str(args.indexes / name))
            if not index.status()["documents"] and name == "newsdesk":
                index.add(args.data / name / "articles.jsonl")
            elif not index.status()["documents"]:
                index.add_documents(load_benchmark(args.data, name).documents)
            folder = args.data / name
            asked = list(newsdesk(folder) if name == "newsdesk" else public(args.data, name, args.sample))
            kept.write_bytes(pickle.dumps(rows_of(name, asked, index, args.reader)))
        rows += [*pickle.loads(kept.read_bytes())]
        sys.stdout.write(f"{name}: {len(rows)} questions read so far\n")
        sys.stdout.flush()
    write(rows, args)


def write(rows: list[dict[str, Any]], args: argparse.Namespace) -> None:
    """Fit the models one on another, print figures, and write them."""
    models: dict[str, dict[str, float]] = {
        "sentence": {},
        "answered": {"bias": 0.0},
        "headline": {},
        "time": {},
        "verdict": {},
    }
    if args.reader != OFF:
        pairs = [(f, gold, r["set"], r["id"]) for r in rows if r["answerable"] for f, gold in r["sentences"]]
        models["sentence"], held = fit(pairs)
        report("sentence", pairs, held)
    thresholds = {"answer": 0.4, "bold": 0.5, "verdict": 0.4, "unbold": 0.6}
    derive(rows, Calibration(models, thresholds))
    for s in sorted({r["set"] for r in rows}):
        some = [r for r in rows if r["set"] == s and r["answerable"]]
        first, told = (sum(r[k] for r in some) / len(some) for k in ("first", "told"))
        sys.stdout.write(f"{s}: first sentence {first:.3f}, told {told:.3f}\n")
    pairs = [(r["answered"], r["told"], r["set"], r["id"]) for r in rows]
    models["answered"], held = fit(pairs, 0.05)
    report("answered", pairs, held)
    for t in (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55):
        line = f"threshold {t}:"
        for s in sorted({r["set"] for r in rows}):
            some = [(h, r) for h, r in zip(held, rows, strict=True) if r["set"] == s]
            yes = [h >= t for h, r in some if r["answerable"]]
            no = [h < t for h, r in some if not r["answerable"]]
            told = [h >= t and r["told"] for h, r in some if r["answerable"]]
            line += (
                f" {s} answered {np.mean(yes):.2f} told {np.mean(told):.2f} declined {np.mean(no) if no else 0:.2f};"
            )
        sys.stdout.write(line + "\n")
    if args.reader != OFF:
        for name, pairs in short_answers(rows, Calibration(models, thresholds)).items():
            models[name], held = fit(pairs, 0.05)
            report(name, pairs, held)
            y, sets = np.array([p[1] for p in pairs]), np.array([p[2] for p in pairs])
            for t in (0.2, 0.3, 0.4, 0.5, 0.6):
                parts = []
                for s in sorted(set(sets)):
                    some = (sets == s) & (held >= t)
                    parts.append(
                        f"{s} shown {some.sum()}/{(sets == s).sum()} right {y[some].sum()} wrong {1 - y[some].mean() if some.any() else 0:.2f}"
                    )
                sys.stdout.write(f"  {name} at {t}: {'; '.join(parts)}\n")
    if args.write:
        kept = json.loads(args.write.read_text(encoding="utf-8"))
        kept["unread" if args.reader == OFF else "read"] = {"models": models, "thresholds": thresholds}
        args.write.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
