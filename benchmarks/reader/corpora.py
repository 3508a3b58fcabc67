"""The openly licensed sets that the reader is trained on: where each comes from, its licence, how often it is shown.

Nothing of them is part of the repository. A folder holds them as `qa/NAME.jsonl.gz` (a question a line: id,
question, context, answers [{text, start}], answerable, doc, sents [[start, end]], verdict?) and
`nli/NAME.jsonl.gz` (a claim a line: id, claim, passage, label, label3?).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Corpus:
    """A set: its files, its public source and licence, and the share of the training examples it makes up."""

    name: str
    files: tuple[str, ...]
    source: str
    licence: str
    share: float
    """Relative weight of the set among the examples drawn; real questions over paragraphs weigh most."""
    near: float = 0.0
    """Share of its questions that are also asked of the most similar other passage."""
    without: float = 0.0
    """Share of its questions that are also asked of the same passage without the answering sentence."""
    swapped: float = 0.0
    """Share of its questions that are also asked with a name, number or opposite exchanged."""


_SQUAD = ("1000p", "head", "du44", "val5", "spanmatch", "musiqueparas", "small_cs5242", "inkexpl", "rungalileo")
QUESTIONS = (
    Corpus(
        "SQuAD 1.1 and 2.0, pieces of the training part",
        (*(f"squad1_train_{piece}" for piece in _SQUAD), "squad2_train_10art"),
        "EmptyCityJK/flan-response-evaluator, ermeba/jupiter_bert, PhongNTDo/guide_train_MRC_transformers, "
        "tomhosking/aqleaderboard, sayondutta/Dynamic-Coattention-Network, liweijiang/QASystem, "
        "MdShalihin/CS5242-FinalProject, yhshu/HippoRAG, INK-USC/mrc-explanation, "
        "rungalileo/prompt_optimization_datasets",
        "CC BY-SA 4.0",
        share=30, near=0.25, without=0.15, swapped=0.4,
    ),
    Corpus("SQuAD 1.1, answering sentence among others", ("squad_sent_10k",), "KOU-201270/model-selection",
           "CC BY-SA 4.0", share=8, near=0.15, without=0.1, swapped=0.2),
    Corpus("SquadShifts, new Wikipedia", ("squadshifts_newwiki",), "modestyachts/squadshifts-website", "CC BY 4.0",
           share=9, near=0.25, without=0.15, swapped=0.3),
    Corpus("SquadShifts, posts and reviews", ("squadshifts_reddit", "squadshifts_amazon"),
           "modestyachts/squadshifts-website", "CC BY 4.0", share=6, near=0.2, without=0.2, swapped=0.3),
    Corpus("QAMR", ("qamr",), "uwnlp/qamr", "MIT", share=13, swapped=0.2),
    Corpus("QA-SRL, gold standard", ("qasrl_gs",), "plroit/qasrl-gs", "MIT", share=5),
    Corpus("QANom", ("qanom",), "kleinay/QANom", "MIT", share=5),
    Corpus("Natural Questions, oracle paragraphs; QED", ("nq_oracle", "qed"),
           "nelson-liu/lost-in-the-middle, google-research-datasets/QED", "CC BY-SA 3.0",
           share=5, near=0.6, without=0.3, swapped=0.2),
    Corpus("TimeQA, human questions", ("timeqa_human",), "wenhuchen/Time-Sensitive-QA", "BSD-3-Clause",
           share=2.5, swapped=0.5),
    Corpus("FairytaleQA", ("fairytaleqa",), "uci-soe/FairytaleQAData", "Apache-2.0", share=3, near=0.2, without=0.2),
    Corpus("OneStopQA", ("onestopqa",), "berzak/onestop-qa", "CC BY-SA 4.0", share=1.5, near=0.3, without=0.4),
    Corpus("SelQA", ("selqa_sent",), "emorynlp/selqa", "Apache-2.0", share=2, near=0.4, without=0.4),
    Corpus("Quoref, contrast sets; HotpotQA and MuSiQue, pieces",
           ("quoref_orig", "quoref_contrast", "hotpotqa_pieces", "musique_pieces"),
           "allenai/contrast-sets, yhshu/HippoRAG, rungalileo/prompt_optimization_datasets",
           "CC BY 4.0, CC BY-SA 4.0", share=2, swapped=0.3),
    Corpus("COVID-QA", ("covidqa",), "deepset-ai/COVID-QA", "Apache-2.0", share=0.7),
    Corpus("PolicyQA", ("policyqa_dev", "policyqa_test"), "wasiahmad/PolicyQA", "MIT", share=0.8),
    Corpus(
        "BoolQ, pieces of the training part", ("boolq_train",),
        "elehman16/boolq, timoschick/fewglue, luukkonenr/natural-instructions-fi, AGI-Edgerunners/LLM-Adapters",
        "CC BY-SA 3.0", share=3, near=0.35,
    ),
    Corpus("BoolQ, contrast sets", ("boolq_contrast",), "allenai/contrast-sets", "CC BY-SA 3.0", share=0.3, near=0.2),
    Corpus("CondaQA", ("condaqa",), "AbhilashaRavichander/CondaQA", "Apache-2.0", share=3, near=0.1),
    Corpus("StrategyQA, with its annotators' facts", ("strategyqa_facts",), "eladsegal/strategyqa", "MIT",
           share=0.5, near=0.2),
    Corpus("PubMedQA", ("pubmedqa",), "pubmedqa/pubmedqa", "MIT", share=0.3, near=0.2),
    Corpus("Yes/no questions made of statements", ("made_verdicts",), "statements.py, of sets that are named here",
           "those of the sets", share=6, near=0.05),
)  # fmt: skip

CLAIMS = (
    Corpus("FEVER, with evidence", ("fever", "fever_sym"), "fever.ai; TalSchuster/FeverSymmetric",
           "CC BY-SA 3.0, MIT", share=5),
    Corpus("ConjNLI", ("conjnli",), "swarnaHub/ConjNLI", "MIT", share=3),
    Corpus("MED", ("med",), "verypluming/MED", "CC BY-SA 4.0", share=1),
    Corpus("BEGIN, Wizard of Wikipedia", ("begin_wow",), "google/BEGIN-dataset", "Apache-2.0", share=1),
    Corpus("FoolMeTwice", ("fm2", "fm2_long"), "google-research/fool-me-twice", "Apache-2.0", share=2),
    Corpus("MultiNLI, a piece", ("mnli_ni203",), "luukkonenr/natural-instructions-fi",
           "OANC and open terms by genre, Apache-2.0", share=1),
    Corpus("SNLI, premises with all three labels", ("snli_ni184_189",), "luukkonenr/natural-instructions-fi",
           "CC BY-SA 4.0", share=0.7),
    Corpus("SNLI, counterfactually augmented", ("cad_nli",), "acmi-lab/counterfactually-augmented-data",
           "Apache-2.0, CC BY-SA 4.0", share=0.7),
    Corpus("Negation in NLI", ("negation_nli",), "mosharafhossain/negation-and-nli", "MIT", share=0.3),
    Corpus("Breaking NLI", ("breaking_nli",), "BIU-NLP/Breaking_NLI", "CC BY-SA 4.0", share=0.3),
    Corpus("Claims made of statements", ("made_support",), "statements.py, of sets that are named here",
           "those of the sets", share=8),
)  # fmt: skip

HELD_OUT = (
    Corpus("BoolQ, development part", ("boolq_dev",), "dwzhu-pku/boolqQA", "CC BY-SA 3.0", share=0, near=0.3),
    Corpus("Yes/no questions made of statements, held out", ("made_verdicts_dev",), "statements.py", "", share=0),
    Corpus("Claims made of statements, held out", ("made_support_dev",), "statements.py", "", share=0),
)
"""Never trained on: they tell how well what was trained judges."""


def rows(folders: list[Path], kind: str, corpus: Corpus) -> Iterator[dict[str, Any]]:
    """Yield the rows of a corpus from the first of the folders that has each of its files."""
    for name in corpus.files:
        file = next((f for f in (folder / kind / f"{name}.jsonl.gz" for folder in folders) if f.exists()), None)
        if file is None:
            raise FileNotFoundError(f"{kind}/{name}.jsonl.gz is in none of {', '.join(map(str, folders))}")
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)
