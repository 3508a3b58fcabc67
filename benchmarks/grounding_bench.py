"""How well ``dateline.rag.check.grounding.check`` agrees with people, and whether it notices an exchanged name, number or date.

Fluent claims are ours: sentences as a good language model writes them about the articles that come with the project,
true ones and false ones (tests/data/fluent_claims.jsonl).

``python benchmarks/grounding_bench.py --data PATH`` (or DATELINE_BENCHMARKS) reads qags, wice, mtrag_human_eval,
squad_v2 and realtimeqa_evidence and prints a Markdown table; ``--fit`` refits the weights in ``rag/check/grounding.py``
by logistic regression with one intercept a set, and prints them with their scores by cross-validation and on the
set left out.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sets import add_data

from dateline.eval.numbers.metrics import auroc
from dateline.eval.numbers.statistics import spearman
from dateline.eval.sets.claims import load_claims
from dateline.eval.sets.items import rows
from dateline.index.prose.sentences import split
from dateline.index.reading.loaders import load
from dateline.rag.check.grounding import Features, check, examine


@dataclass(frozen=True)
class Item:
    """A claim, its passages, and whether people found it supported (or how faithful, from 1 to 4)."""

    claim: str
    passages: tuple[str, ...]
    label: float
    group: str


def labelled(data: Path) -> dict[str, list[Item]]:
    """Return the sets with a yes-or-no label."""
    sets: dict[str, list[Item]] = {"qags cnndm": [], "qags xsum": [], "wice": []}
    for claim in load_claims(data, "qags"):
        sets[f"qags {claim.group}"].append(Item(claim.claim, claim.passages, float(claim.supported), claim.item))
    for claim in load_claims(data, "wice"):
        sets["wice"].append(Item(claim.claim, ("\n".join(claim.passages),), float(claim.supported), claim.id))
    return sets


def rated(data: Path) -> list[Item]:
    """Return the answers that three people rated for faithfulness; those without any passage are left out."""
    return [
        Item(claim.claim, claim.passages, claim.rating or 0.0, claim.id)
        for claim in load_claims(data, "mtrag_human_eval")
        if claim.passages
    ]


ROOT = Path(__file__).resolve().parent.parent


def fluent() -> Iterator[tuple[bool, bool]]:
    """Yield for each fluent claim whether it is true to the articles, and whether it passes against all of them."""
    folders = {"seeds": ROOT / "seeds", "made_news": ROOT / "tests" / "data" / "made_news"}
    articles = {name: list(load([folder], on_error=print)) for name, folder in folders.items()}
    for row in rows(ROOT / "tests" / "data" / "fluent_claims.jsonl"):
        about = articles[row["articles"]]
        found = check(row["claim"], [a.text for a in about], published=[a.published for a in about])
        yield row["supported"], found.supported


# Exchanges: found by patterns of their own, not by what the check takes for names and numbers.
NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})*)")
NUMBER = re.compile(
    r"\b(?:\d[\d,]*(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty)\b(?!-)"
)
MONTHS = "January|February|March|April|June|July|August|September|October|November|December"
DATE = re.compile(
    rf"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:{MONTHS}) \d{{1,2}}(?:, \d{{4}})?|(?:{MONTHS})"
    r"|(?<=in )(?:1[5-9]|20)\d\d)\b"
)
KINDS = {"name": NAME, "number": NUMBER, "date": DATE}


@dataclass(frozen=True)
class Exchange:
    """A sentence of a passage, and the same with one thing exchanged."""

    kind: str
    passage: str
    sentence: str
    false: str
    published: str | None


def exchanges(data: Path, seed: int, count: int) -> Iterator[Exchange]:
    """Yield sentences with one name, number or date exchanged for another of its kind, half from the same passage."""
    passages = [(row["text"], None) for row in rows(data / "squad_v2" / "passages.jsonl")]
    passages += [(row["text"], row["date"]) for row in rows(data / "realtimeqa_evidence" / "passages.jsonl")]
    rng = random.Random(seed)
    pools = {kind: [m.group() for text, _ in passages for m in _find(kind, text)] for kind in KINDS}
    rng.shuffle(passages)
    for made, (text, published) in enumerate(passages[:count]):
        spans = [(a, b) for a, b in split(text) if 8 <= len(text[a:b].split()) <= 45]
        if not spans:
            continue
        sentence = text[slice(*rng.choice(spans))]
        kinds = [kind for kind in KINDS if _find(kind, sentence)]
        if not kinds:
            continue
        kind = rng.choice(kinds)
        old = rng.choice(_find(kind, sentence))
        near = [m.group() for m in _find(kind, text)] if made % 2 else []
        pool = [w for w in near if not _alike(w, old.group())] or [w for w in pools[kind] if not _alike(w, old.group())]
        false = sentence[: old.start()] + rng.choice(pool) + sentence[old.end() :]
        yield Exchange(kind, text, sentence, false, published)


def _find(kind: str, text: str) -> list[re.Match[str]]:
    dates = [m.span() for m in DATE.finditer(text)] if kind != "date" else []
    return [m for m in KINDS[kind].finditer(text) if not any(a < m.end() and m.start() < b for a, b in dates)]


def _alike(one: str, other: str) -> bool:
    return one in other or other in one


def exchanged(data: Path, seed: int, count: int) -> tuple[dict[str, list[bool]], list[bool], list[Exchange]]:
    """Return by kind whether each exchange was noticed, for each untouched sentence whether it was flagged."""
    caught: dict[str, list[bool]] = defaultdict(list)
    flagged, missed = [], []
    for exchange in exchanges(data, seed, count):
        published = [exchange.published]
        flagged.append(not check(exchange.sentence, [exchange.passage], published=published).supported)
        noticed = not check(exchange.false, [exchange.passage], published=published).supported
        caught[exchange.kind].append(noticed)
        if not noticed:
            missed.append(exchange)
    return caught, flagged, missed


def vector(features: Features) -> list[float]:
    """Return the features in the order of the weights."""
    f = features
    return [f.cost_per_word, float(f.unfound_words), float(f.unfound_numbers), float(f.disagrees)]


def fit(sets: dict[str, list[Item]]) -> None:
    """Print fitted weights, and AUROC by five-fold cross-validation (by article) and on each set left out."""
    tables = {
        name: np.array([vector(examine(i.claim, i.passages).features) for i in items]) for name, items in sets.items()
    }
    labels = {name: np.array([i.label for i in items]) for name, items in sets.items()}
    groups = {name: [i.group for i in items] for name, items in sets.items()}
    print("weights", regression(list(tables.values()), list(labels.values())).round(3).tolist())
    for name in sets:
        others = [other for other in sets if other != name]
        weights = regression([tables[o] for o in others], [labels[o] for o in others])
        scores = np.zeros(len(labels[name]))
        folds = {group: i % 5 for i, group in enumerate(sorted(set(groups[name]), key=lambda g: hash_of(g)))}
        fold = np.array([folds[g] for g in groups[name]])
        for f in range(5):
            xs = [tables[o] for o in others] + [tables[name][fold != f]]
            ys = [labels[o] for o in others] + [labels[name][fold != f]]
            scores[fold == f] = tables[name][fold == f] @ regression(xs, ys)[1:]
        print(
            name,
            "cv",
            round(auroc(list(scores), list(labels[name] > 0.5)), 3),
            "left out",
            round(auroc(list(tables[name] @ weights[1:]), list(labels[name] > 0.5)), 3),
        )


def hash_of(text: str) -> float:
    """Return a number that depends on ``text`` alone."""
    return random.Random(text).random()


def regression(tables: Sequence[np.ndarray], labels: Sequence[np.ndarray], penalty: float = 2.0) -> np.ndarray:
    """Return intercept and weights of an L2-regularised logistic regression with an intercept a set, by Newton's method.

    The intercept returned is the mean of the sets'. Sets weigh by the root of their size.
    """
    x = np.concatenate(tables)
    scale = x.std(axis=0) + 1e-9
    design = np.hstack([np.concatenate([np.eye(len(tables))[[i] * len(t)] for i, t in enumerate(tables)]), x / scale])
    y = np.concatenate(labels)
    weight = np.concatenate([np.full(len(t), 1 / np.sqrt(len(t))) for t in tables])
    weight *= len(weight) / weight.sum()
    ridge = np.diag([1e-6] * len(tables) + [penalty] * x.shape[1])
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ beta))
        gradient = design.T @ (weight * (p - y)) + ridge @ beta
        hessian = design.T @ (design * (weight * p * (1 - p))[:, None]) + ridge
        beta -= np.linalg.solve(hessian, gradient)
    return np.concatenate([[beta[: len(tables)].mean()], beta[len(tables) :] / scale])


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data(parser)
    parser.add_argument("--fit", action="store_true", help="refit the weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1500, help="passages to take exchanges from")
    parser.add_argument("--show", type=int, default=0, help="show that many exchanges that were not noticed")
    arguments = parser.parse_args()
    sets = labelled(arguments.data)
    if arguments.fit:
        fit(sets)
        return
    print("| set | measure | bar | value | n | CPU ms a claim |\n| --- | --- | --- | --- | --- | --- |")
    for name, bar in (("qags cnndm", 0.88), ("qags xsum", 0.70), ("wice", 0.80)):
        items = sets[name]
        start = time.process_time()
        supports = [check(i.claim, i.passages) for i in items]
        ms = (time.process_time() - start) / len(items) * 1000
        labels = [i.label > 0.5 for i in items]
        value = auroc([s.score for s in supports], labels)
        print(f"| {name} | AUROC | {bar:.2f} | {value:.3f} | {len(items)} | {ms:.1f} |")
        for label, which in ((True, "supported"), (False, "unsupported")):
            kept = [s.supported for s, y in zip(supports, labels, strict=True) if y is label]
            print(f"| {name} | {which} claims that pass | | {statistics.mean(kept):.3f} | {len(kept)} | |")
    answers = rated(arguments.data)
    scores = [check(a.claim, a.passages).score for a in answers]
    print(
        f"| mtrag_human_eval | Spearman | 0.35 | {spearman([a.label for a in answers], scores):.3f} | {len(answers)} | |"
    )
    caught, flagged, missed = exchanged(arguments.data, arguments.seed, arguments.count)
    for kind, noticed in sorted(caught.items()):
        print(f"| exchanged {kind} | caught | 0.95 | {statistics.mean(noticed):.3f} | {len(noticed)} | |")
    every = [n for noticed in caught.values() for n in noticed]
    print(f"| exchanged, all | caught | 0.95 | {statistics.mean(every):.3f} | {len(every)} | |")
    print(f"| untouched sentences | flagged | 0.05 | {statistics.mean(flagged):.3f} | {len(flagged)} | |")
    claims = list(fluent())
    for label, which in ((True, "true"), (False, "false")):
        passed = [passes for true, passes in claims if true is label]
        print(f"| fluent claims, {which} | pass | | {statistics.mean(passed):.3f} | {len(passed)} | |")
    for exchange in missed[: arguments.show]:
        print(f"\n{exchange.kind}: {exchange.sentence}\n  -> {exchange.false}\n  in {exchange.passage[:300]}")


if __name__ == "__main__":
    main()
