"""Fit the weights of the model-free answerer (``rag/rules/weights.py``) on the public sets, with cross-validation.

``python benchmarks/answer_train.py --data DIR`` prints how well each model does on questions it was not fitted on
(five folds by article or week); ``--write rag/rules/weights.py`` then fits on all and writes them. Needs squad_v2,
realtimeqa_evidence, newsquizqa_probe and clapnq in DIR (or $DATELINE_BENCHMARKS).

Sentences and spans are ranked by a softmax over the candidates of one question, the confidence is a logistic
regression; all three are linear in features that can be read, with an L2 penalty.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sets import add_data

from dateline.eval.numbers.metrics import auroc, containment, expected_calibration_error, words
from dateline.eval.sets.adapters import load_benchmark
from dateline.eval.sets.questions import Question as Item
from dateline.index import Index
from dateline.rag.evidence import confidence
from dateline.rag.evidence.sentences import Embed, Evidence, Hit, gather
from dateline.rag.question.analysis import Question, analyse
from dateline.rag.rules import spans
from dateline.rag.rules.weights import CONFIDENCE, SENTENCE, SPAN, THRESHOLD
from dateline.rag.search.retriever import Retriever

Features = dict[str, float]
FOLDS = 5
SHOWN = 3
HEADER = '''"""Weights of the answerer's linear models: feature name -> weight, in log-odds.

Fitted by ``benchmarks/answer_train.py``, but ``role:role``, ``role_of_asked``, ``quote:quote`` and ``THRESHOLD``, which
are set by hand; the features are explained where they are computed (``rag/rules/spans.py``, ``rag/evidence/sentences.py``,
``rag/evidence/confidence.py``). A feature that is not listed weighs nothing.
"""

from __future__ import annotations
'''
ABOUT = {
    "SPAN": "How well a span of a sentence answers the question.",
    "SENTENCE": "How well a sentence answers the question.",
    "CONFIDENCE": "How likely the articles answer the question.",
}
SHARE = {"squad_v2": 1.5}
"""How much a question of a set counts, where not 1: the news sets say little about long passages that are all alike."""
CONFIDENCE_SHARE = {("realtimeqa_evidence", False): 4.0, ("squad_v2", False): 0.5}
"""The same for the confidence, by set and whether the articles answer: news questions without evidence are fewer than
those with it, and squad_v2's unanswerable ones were written to mislead, which readers rarely do."""
BY_HAND = {"role:role": 2.0, "role_of_asked": 5.0, "quote:quote": 1.5}
"""Span weights for kinds of question that the sets hardly ask."""


@dataclass(frozen=True)
class Case:
    """A question with its evidence; ``right`` tells for each sentence whether it answers."""

    source: str
    group: str
    item: Item
    asked: Question
    hits: Sequence[Hit]
    evidence: Sequence[Evidence]
    right: Sequence[bool]


@dataclass(frozen=True)
class Choice:
    """Candidates to choose from: their features, and how good each is (0 to 1)."""

    source: str
    group: str
    candidates: Sequence[Features]
    gain: Sequence[float]


def collect(data: Path, folder: Path, sample: int) -> list[Case]:
    """Ask the retriever all questions and label the evidence."""
    cases: list[Case] = []
    corpora: dict[str, Retriever] = {}
    for name in ("squad_v2", "realtimeqa_evidence", "clapnq"):
        questions = load_benchmark(data, name)
        index = Index.open(folder / name)
        index.add_documents(questions.documents)
        corpora[name] = Retriever(index, k=10)
        cases += _cases(name, corpora[name], _sampled(questions.questions, sample), own=name == "clapnq")
    probes = _sampled(load_benchmark(data, "newsquizqa_probe").questions, sample)
    # Undated, so that the confidence cannot lean on their being older than every article.
    cases += _cases("newsquizqa_probe", corpora["realtimeqa_evidence"], probes, dated=False)
    answerable = [q for q in load_benchmark(data, "realtimeqa_evidence").questions if q.answerable]
    cases += _cases(
        "realtimeqa_undated", corpora["realtimeqa_evidence"], _sampled(answerable, len(probes)), dated=False
    )
    return cases


class Remembered:
    """An embedder's ``encode`` that embeds each text once: the same sentences come up again and again."""

    def __init__(self, encode: Embed) -> None:
        self.encode = encode
        self.known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: list[str]) -> NDArray[np.float32]:
        """Embed ``texts``."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new:
            self.known.update(zip(new, self.encode(new), strict=True))
        return np.stack([self.known[text] for text in texts])


def _sampled(questions: Sequence[Item], sample: int) -> list[Item]:
    pool = list(questions)
    return random.Random(1).sample(pool, min(sample, len(pool))) if sample else pool


def _cases(
    source: str, retriever: Retriever, items: Sequence[Item], *, own: bool = False, dated: bool = True
) -> list[Case]:
    cases = []
    embed = Remembered(retriever.index.embedder.encode)
    for item in items:
        asked = analyse(item.question)
        if not asked.terms:
            continue
        bounds = None
        if own:
            from dateline.index.filters import Filter

            bounds = Filter(doc_ids=(item.id,))
        hits = retriever.search(item.question, asked_on=item.asked_on if dated else None, bounds=bounds)
        evidence = gather(asked, hits, retriever.index.document, embed, retriever.index.store.sentences) if hits else []
        if evidence:
            week = item.id[:8] if item.answerable else item.id  # unanswerable ones share a prefix, not an article
            group = next(iter(item.gold_docs), item.id).split("#")[0] if source == "squad_v2" else week
            cases.append(Case(source, group, item, asked, hits, evidence, [_right(item, e) for e in evidence]))
    return cases


def _right(item: Item, evidence: Evidence) -> bool:
    """Whether a sentence answers: a chosen one, or one of a gold passage with the answer in it."""
    if not item.answerable or evidence.passage.doc_id not in item.gold_docs:
        return False
    if item.gold_quotes:
        text = "".join(evidence.text.split())
        return any(text in quote or quote in text for quote in ("".join(q.split()) for q in item.gold_quotes))
    return bool(containment(evidence.text, item.answers)) or "paraphrased" in item.tags


# --- the three models --------------------------------------------------------------------------------------


def sentence_choices(cases: Sequence[Case]) -> list[Choice]:
    """The evidence of the questions that one of the candidates answers."""
    return [
        Choice(c.source, c.group, [e.features for e in c.evidence], [float(r) for r in c.right])
        for c in cases
        if c.source in ("squad_v2", "realtimeqa_evidence", "clapnq")
        and "paraphrased" not in c.item.tags
        and any(c.right)
    ]


def span_choices(cases: Sequence[Case]) -> list[Choice]:
    """The spans of a sentence that answers; longer ones than needed gain less."""
    choices = []
    for case in cases:
        if (
            case.source not in ("squad_v2", "realtimeqa_evidence")
            or "paraphrased" in case.item.tags
            or not any(case.right)
        ):
            continue
        text = case.evidence[list(case.right).index(True)].text
        found = spans.candidates(text)
        gain = [_span_gain(text[s.start : s.end], case.item.answers) for s in found]
        choices.append(Choice(case.source, case.group, [spans.features(case.asked, text, s) for s in found], gain))
    return choices


def _span_gain(text: str, answers: Sequence[str]) -> float:
    extra = [len(words(text)) - len(words(a)) for a in answers if containment(text, [a])]
    return next((gain for limit, gain in ((2, 1.0), (6, 0.6), (12, 0.25)) if extra and min(extra) <= limit), 0.0)


def confidence_rows(cases: Sequence[Case]) -> tuple[list[Features], list[bool]]:
    """Confidence features of every question, and whether one of the sentences shown answers it."""
    rows = [confidence.features(c.asked, c.evidence, c.hits, c.item.asked_on if _dated(c) else None) for c in cases]
    return rows, [any(c.right[:SHOWN]) for c in cases]


def _dated(case: Case) -> bool:
    return case.source not in ("newsquizqa_probe", "realtimeqa_undated")


def minimise(loss: Callable[[torch.Tensor], torch.Tensor], size: int, penalty: float) -> torch.Tensor:
    """The weights with the least ``loss`` plus L2 penalty, by L-BFGS."""
    weights = torch.zeros(size, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimiser.zero_grad()
        total = loss(weights) + penalty * (weights**2).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(step)  # type: ignore[no-untyped-call]
    return weights.detach()


def fit_choices(choices: Sequence[Choice], penalty: float) -> Features:
    """Softmax regression over the candidates of each question."""
    names = _names([f for c in choices for f in c.candidates])
    x = torch.zeros(len(choices), max(len(c.candidates) for c in choices), len(names))
    mask = torch.full(x.shape[:2], -1e9)
    gain = torch.full(x.shape[:2], 1e-9)
    share = torch.tensor([SHARE.get(choice.source, 1.0) for choice in choices])
    for i, choice in enumerate(choices):
        for j, candidate in enumerate(choice.candidates):
            mask[i, j], gain[i, j] = 0.0, choice.gain[j] + 1e-9
            for k, name in enumerate(names):
                x[i, j, k] = candidate.get(name, 0.0)

    def loss(weights: torch.Tensor) -> torch.Tensor:
        scores = x @ weights + mask
        likely = torch.logsumexp(scores + gain.log(), 1) - torch.logsumexp(scores, 1)
        return -(share * likely).sum() / share.sum()

    return dict(zip(names, minimise(loss, len(names), penalty).tolist(), strict=True))


def confidence_share(case: Case) -> float:
    """How much a question counts when the confidence is fitted."""
    return CONFIDENCE_SHARE.get((case.source, bool(case.item.answerable)), 1.0)


def fit_confidence(
    rows: Sequence[Features], right: Sequence[bool], shares: Sequence[float], penalty: float = 1e-3
) -> Features:
    """Logistic regression on standardised features, given back for the features as they are."""
    names = [n for n in _names(rows) if n != "bias"]
    x = torch.tensor([[row.get(n, 0.0) for n in names] for row in rows])
    mean, spread = x.mean(0), x.std(0) + 1e-6
    z = torch.cat([(x - mean) / spread, torch.ones(len(rows), 1)], 1)
    y = torch.tensor([float(r) for r in right])
    share = torch.tensor(shares)
    loss = torch.nn.BCEWithLogitsLoss(weight=share / share.mean())
    weights = minimise(lambda w: loss(z @ w, y), len(names) + 1, penalty)
    plain = weights[:-1] / spread
    fitted = dict(zip(names, plain.tolist(), strict=True))
    return fitted | {"bias": float(weights[-1] - (plain * mean).sum())}


def _names(rows: Sequence[Features], least: int = 40) -> list[str]:
    """The features that occur often enough to be fitted."""
    counts: dict[str, int] = {}
    for row in rows:
        for name in row:
            counts[name] = counts.get(name, 0) + 1
    return sorted(name for name, count in counts.items() if count >= min(least, len(rows) // 10 + 1))


def weigh(weights: Features, row: Features) -> float:
    """The score of one candidate."""
    return sum(weights.get(name, 0.0) * value for name, value in row.items())


# --- how well it does on what it has not seen --------------------------------------------------------------


def folds(groups: Sequence[str]) -> Iterator[tuple[list[int], list[int]]]:
    """Index lists to fit on and to test on; a group is never on both sides."""
    order = sorted(set(groups))
    random.Random(2).shuffle(order)
    for fold in range(FOLDS):
        held = set(order[fold::FOLDS])
        yield [i for i, g in enumerate(groups) if g not in held], [i for i, g in enumerate(groups) if g in held]


def validate_choices(title: str, choices: Sequence[Choice], current: Features, penalty: float) -> None:
    """Print the share of questions whose best candidate answers, for unseen questions."""
    hits: dict[str, list[bool]] = {}
    for train, test in folds([c.group for c in choices]):
        weights = fit_choices([choices[i] for i in train], penalty)
        for i in test:
            for name, used in (("fitted on the other folds", weights), ("as shipped", current)):
                best = max(range(len(choices[i].gain)), key=lambda j: weigh(used, choices[i].candidates[j]))
                hits.setdefault(f"{choices[i].source}, {name}", []).append(choices[i].gain[best] > 0)
    for name, flags in sorted(hits.items()):
        print(f"{title}, {name}: {sum(flags) / len(flags):.3f} of {len(flags)}")


def validate_confidence(cases: Sequence[Case]) -> None:
    """Print AUROC and ECE of confidence on unseen questions."""
    rows, right = confidence_rows(cases)
    shares = [confidence_share(c) for c in cases]
    given = [0.0] * len(rows)
    for train, test in folds([c.group for c in cases]):
        weights = fit_confidence([rows[i] for i in train], [right[i] for i in train], [shares[i] for i in train])
        for i in test:
            given[i] = float(torch.sigmoid(torch.tensor(weigh(weights, rows[i]))))
    mixes = [("squad_v2",), ("realtimeqa_evidence",), ("realtimeqa_undated", "newsquizqa_probe"), ("clapnq",)]
    for mix in mixes:
        chosen = [i for i, c in enumerate(cases) if c.source in mix]
        scores = [given[i] for i in chosen]
        separated = auroc(scores, [cases[i].item.answerable for i in chosen])
        error = expected_calibration_error(scores, [right[i] for i in chosen])
        print(f"confidence, {' + '.join(mix)}: abstention AUROC {separated:.3f}, ECE {error:.3f}, n {len(chosen)}")


def write(path: Path, span: Features, sentence: Features, sure: Features) -> None:
    """Write ``rag/rules/weights.py``."""
    text = HEADER
    for name, weights in (("SPAN", span | BY_HAND), ("SENTENCE", sentence), ("CONFIDENCE", sure)):
        kept = sorted((n, round(w, 3)) for n, w in weights.items() if abs(w) >= 0.01)
        rows = "".join(f'    "{n}": {w},\n' for n, w in kept)
        text += f'\n{name}: dict[str, float] = {{\n{rows}}}\n"""{ABOUT[name]}"""\n'
    text += f'\nTHRESHOLD = {THRESHOLD}\n"""Confidence below which a question is declined."""\n'
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Validate, and fit on everything if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data(parser)
    parser.add_argument("--sample", type=int, default=0, help="questions per set; 0 for all")
    parser.add_argument("--indexes", type=Path, help="folder for the indexes; default a temporary one")
    parser.add_argument(
        "--write", type=Path, help="write the fitted weights to this file, such as rag/rules/weights.py"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cases = collect(given.data, given.indexes or Path(folder), given.sample)
    sentence, span = sentence_choices(cases), span_choices(cases)
    validate_choices("sentence", sentence, SENTENCE, 1e-3)
    validate_choices("span in its sentence", span, SPAN, 2e-3)
    validate_confidence(cases)
    if given.write:
        fitted = fit_confidence(*confidence_rows(cases), [confidence_share(c) for c in cases])
        write(given.write, fit_choices(span, 2e-3), fit_choices(sentence, 1e-3), fitted)
        print(f"written: {len(CONFIDENCE)} -> {len(fitted)} weights of confidence; run again, for its scores changed")


if __name__ == "__main__":
    main()
