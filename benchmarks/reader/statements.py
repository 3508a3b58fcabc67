"""Make verdict and support rows of open sentences: python benchmarks/reader/statements.py --data PATH … --out PATH.

Runs where spaCy 3.8 and its small English model are (see parses.MODEL); nothing else of the project needs them.
Writes `qa/made_verdicts.jsonl.gz` and `nli/made_support.jsonl.gz`, and of documents that are held out
`qa/made_verdicts_dev.jsonl.gz` and `nli/made_support_dev.jsonl.gz`. The same data and seed give the same rows.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from grammar import Forms, past_event
from parses import Passage, Row, parsed, passages, read, sound
from support_rows import Additions, Claims
from verdict_rows import Told, Verdicts, natural

NEWS = ("qamr", "qasrl_gs", "qanom", "squadshifts_newwiki")
"""Wikinews and Wikipedia: questions are made of their sentences, and claims."""
MORE = (
    *(f"squad1_train_{piece}" for piece in ("1000p", "head", "du44", "val5", "spanmatch", "musiqueparas", "small_cs5242")),
    "squad2_train_10art", "squad_sent_10k", "hotpotqa_pieces", "musique_pieces", "quoref_orig", "selqa_sent", "nq_oracle",
    "qed", "boolq_train", "condaqa",
)  # fmt: skip
"""Wikipedia paragraphs: claims are made of them, and questions of what they say is planned, refused, alleged."""
CLAIMS = {"fever": 0, "fever_sym": 0, "fm2": 0, "fm2_long": 0, "conjnli": 7000, "snli_ni184_189": 700, "cad_nli": 700,
          "mnli_ni203": 1200}  # fmt: skip
"""Sets of claims that questions are made of, and how many at most (0: all)."""
SAMPLED = 4000
"""Claims of the larger sets that are parsed."""
ASKED = {
    "made-claim": 13000, "made-told": 4500, "made-elsewhere": 2000, "made-open": 2500, "made-did": 3000, "made-alleged": 4500,
    "made-planned": 4000, "made-not": 4000, "made-beside yes": 3500, "made-beside no": 1500, "made-beside not_stated": 1000,
    "made-beside planned": 1500, "made-beside alleged": 1500,
}  # fmt: skip
"""How many questions of a kind there may be."""
MOODS = {"yes": 2000, "no": 1500, "planned": 2500, "alleged": 3000, "not_stated": 1500}
"""How many plain claims there may be over an event told in a mood."""
EDITED = ("condaqa",)
"""Sets whose passages tell the same in several, contradicting ways: their sentences are never brought together."""
HELD_OUT = 0.04


def held_out(doc: str) -> bool:
    """Whether a document's rows are kept for measuring."""
    return int(hashlib.sha256(doc.encode()).hexdigest(), 16) % 1000 < 1000 * HELD_OUT


def write(rows: list[Row], folder: Path, name: str, rng: random.Random) -> None:
    """Write rows, shuffled and numbered: those of held-out documents into a file of their own."""
    rng.shuffle(rows)
    for some, stem in (
        ([r for r in rows if not held_out(r["doc"])], name),
        ([r for r in rows if held_out(r["doc"])], f"{name}_dev"),
    ):
        with gzip.open(folder / f"{stem}.jsonl.gz", "wt", encoding="utf-8") as out:
            for i, row in enumerate(some):
                out.write(json.dumps(row | {"id": f"{stem}-{i}"}, ensure_ascii=False) + "\n")
        sys.stdout.write(f"{stem}: {len(some)} rows\n")


def thinned(rows: Iterable[Row], most: dict[str, int], rng: random.Random) -> list[Row]:
    """Return at most so many rows of each kind, a kind being the source's first word; equal rows once."""
    unique = list({(r.get("question") or r["claim"], r.get("context") or r["passage"]): r for r in rows}.values())
    by: dict[str, list[Row]] = defaultdict(list)
    for row in unique:
        by[row["source"].split(":")[0]].append(row)
    return [
        row
        for kind, some in by.items()
        for row in (rng.sample(some, most[kind]) if len(some) > most.get(kind, 10**9) else some)
    ]


def main() -> None:
    """Write the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True, help="holds qa/ and nli/; may be repeated")
    parser.add_argument("--cache", type=Path, required=True, help="where parses are kept")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    news, more = passages(args.data, NEWS), passages(args.data, MORE)
    claims: list[Row] = []
    for name, most in CLAIMS.items():
        some = list(read(args.data, "nli", name))
        if name in ("snli_ni184_189", "cad_nli", "mnli_ni203"):
            some = random.Random(name).sample(some, SAMPLED)
        claims += rng.sample(some, most) if most else some
    places: dict[str, list[Passage]] = defaultdict(list)
    for passage in (*news, *more):
        for sentence in passage.sentences:
            if sound(sentence):
                places[sentence].append(passage)
    docs = parsed([*places, *(row["claim"] for row in claims)], args.cache)
    forms = Forms(docs[sentence] for sentence in places)
    sys.stdout.write(f"{len(news)} and {len(more)} passages, {len(places)} sentences, {len(claims)} claims\n")

    verdicts = Verdicts(forms, rng)
    pool: dict[str, list[str]] = defaultdict(list)
    additions = Additions()
    for sentence, where in places.items():
        verdicts.learn(where[0], [docs[sentence]])
        if where[0].source.split("-")[0] not in EDITED:
            pool[where[0].doc].append(sentence)
        additions.learn(docs[sentence], where[0].doc)
    additions.settle()
    makers = Claims(forms, verdicts, additions, rng)
    told: dict[str, list[Told]] = defaultdict(list)
    newest = {id(p) for p in news}
    for sentence, where in places.items():
        if found := past_event(docs[sentence], forms):
            told[where[0].doc].append(Told(*found, sentence, rng.choice(where)))

    asked: list[Row] = [row for row in (verdicts.claims(r, docs[r["claim"]]) for r in claims) if row]
    for sentence, where in places.items():
        asked += natural(verdicts, rng.choice(where), sentence, docs[sentence])
    for some in told.values():
        for one in some:
            siblings = some if pool[one.passage.doc] else []
            asked += verdicts.rewritten(one, siblings, pool[one.passage.doc], 4 if id(one.passage) in newest else 2)
    asked = thinned(asked, ASKED, rng)
    sys.stdout.write(f"{Counter(r['verdict'] for r in asked)}\n{Counter(r['source'].split(':')[0] for r in asked)}\n")
    write(asked, args.out / "qa", "made_verdicts", rng)

    claimed: list[Row] = []
    order = list(places.items())
    rng.shuffle(order)
    for sentence, where in order:
        passage = rng.choice(where)
        claimed += makers.pairs(sentence, docs[sentence], passage, docs)
        claimed += makers.spoken(sentence, docs[sentence], passage)
    for some in told.values():
        for one in some:
            if id(one.passage) in newest or rng.random() < 0.5:
                claimed += makers.reworded(one.event, one.sentence, one.passage)
    claimed = [row for row in claimed if len(re.findall(r"\w+", row["claim"])) >= 4]
    moods = {f"made-mood {v}": n for v, n in MOODS.items()} | {
        f"made-mood {v} itself": n // 2 for v, n in MOODS.items()
    }
    claimed = thinned(claimed, moods | {"made-mood other": 3000}, rng)
    sys.stdout.write(f"{Counter(r['label'] for r in claimed)}\n{Counter(r['source'].split(':')[0] for r in claimed)}\n")
    write(claimed, args.out / "nli", "made_support", rng)


if __name__ == "__main__":
    main()
