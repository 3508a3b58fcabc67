"""Make the shards that training reads: python benchmarks/reader/prepare.py --data PATH --out DIR [--only NAME …]."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from corpora import CLAIMS, HELD_OUT, QUESTIONS, Corpus, rows
from negatives import Row, names, near_passages, swapped, unanswered

from examples import Encoder, Example, cut, part, save, spans_of, title_of, window, without


def short(row: Row, words: int = 190) -> Row:
    """Return the row over at most so many words: whole sentences around its answer."""
    if len(row["context"].split()) <= words:
        return row
    parts = spans_of(row["context"])
    places = row["sents"] or [[a["start"], a["start"] + len(a["text"])] for a in row["answers"][:1]] or [[0, 1]]
    middle = next((i for i, (s, e) in enumerate(parts) if s < places[0][1] and places[0][0] < e), 0)
    first = last = middle
    length = len(row["context"][parts[middle][0] : parts[middle][1]].split())
    while first > 0 or last < len(parts) - 1:
        i = first - 1 if first > 0 and (middle - first <= last - middle or last == len(parts) - 1) else last + 1
        length += len(row["context"][parts[i][0] : parts[i][1]].split())
        if length > words:
            break
        first, last = min(first, i), max(last, i)
    return cut(row, parts[first][0], parts[last][1])


def trained_on(folders: list[Path]) -> set[str]:
    """Return the passages of every corpus that is trained on: sets share some, BoolQ's two parts a quarter."""
    asked = {row["context"] for corpus in QUESTIONS for row in rows(folders, "qa", corpus)}
    return asked | {row["passage"] for corpus in CLAIMS for row in rows(folders, "nli", corpus)}


def questions(corpus: Corpus, folders: list[Path], rng: random.Random, seen: set[str]) -> list[Row]:
    """Return a corpus's questions, each over a whole passage or a window of it, and its negatives."""
    full = [short(row) for row in rows(folders, "qa", corpus) if row["context"] not in seen]
    if any(row.get("verdict") for row in full):
        # Where it can only be said yes or no, a row without an answer is one that the passage leaves open.
        full = [{"verdict": "not_stated"} | row for row in full]
    asked = [row for row in full if row["answerable"]]
    strangers = [n for row in rng.sample(asked, min(600, len(asked))) for n in names(row["context"])] or ["Nobody"]
    result = []
    for row in full:
        if row["answerable"] and not row.get("verdict") and rng.random() < 0.5:
            result.append(window(row, rng) | {"full": row["context"]})
        else:
            result.append(row)
    for row in asked:
        if row.get("verdict"):
            continue
        if rng.random() < corpus.swapped and (question := swapped(row, strangers, rng)):
            over = window(row, rng) if rng.random() < 0.5 else row
            result.append(unanswered(over, question=question))
        if rng.random() < corpus.without and (less := without(row, rng)):
            result.append(less | {"full": row["context"]})
    if corpus.near:
        chosen = [row for row in asked if rng.random() < corpus.near]
        for row in near_passages(full, chosen, rng):
            result.append(part(row, rng) if rng.random() < 0.5 else row)
    return result


def examples(
    corpus: Corpus, folders: list[Path], encoder: Encoder, rng: random.Random, seen: set[str]
) -> list[Example]:
    """Return the examples of a corpus of questions or claims, those over passages that were seen left out."""
    if corpus in CLAIMS or "support" in corpus.files[0]:
        made = [encoder.claim(row) for row in rows(folders, "nli", corpus) if row["passage"] not in seen]
    else:
        made = [
            encoder.question(row, title_of(row, row.get("full", row["context"]), rng))
            for row in questions(corpus, folders, rng, seen)
        ]
    found = [example for example in made if example]
    rng.shuffle(found)
    return found


def main() -> None:
    """Write one shard a corpus, named after it, with its share in its name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, action="append", required=True, help="holds qa/ and nli/; may be repeated")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", help="parts of the names of the corpora to make")
    parser.add_argument("--held-out", action="store_true", help="make those that are never trained on, and no other")
    args = parser.parse_args()
    encoder = Encoder()
    seen = trained_on(args.data) if args.held_out else set()
    for corpus in HELD_OUT if args.held_out else (*QUESTIONS, *CLAIMS):
        if args.only and not any(part in corpus.name for part in args.only):
            continue
        rng = random.Random(corpus.name)
        made = examples(corpus, args.data, encoder, rng, seen)
        slug = "-".join("".join(c if c.isalnum() else " " for c in corpus.name.lower()).split())
        save(made, args.out / f"{slug}.npz")
        answered = sum(e.answers == 1 or e.support == 0 for e in made)
        mean = sum(len(e.ids) for e in made) / len(made)
        sys.stdout.write(f"{corpus.name}: {len(made)} examples, {answered} answered or supported, {mean:.0f} tokens\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
