"""How well near-copies of an article are told from articles that are only about the same.

``python benchmarks/copies_bench.py --data DIR`` (or DATELINE_BENCHMARKS) reads
``realtimeqa_articles/articles.jsonl``. Copies are made from its articles as an agency's clients make them: each
side is cut from its end, has words exchanged, and gets paragraphs of another article. Pairs of articles of two
different sites, which wrote their own, are what must not be found. Prints a Markdown table over thresholds.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from itertools import pairwise
from urllib.parse import urlsplit

from sets import add_data

from dateline.index.documents import Document
from dateline.index.prose import copies
from dateline.index.reading.loaders import load

KINDS = {
    "light: cut to 70-100 %, 2 % of words, 0-10 % own": ((0.7, 1.0), 0.02, 0.1),
    "medium: cut to 50-100 %, 5 % of words, 0-30 % own": ((0.5, 1.0), 0.05, 0.3),
    "heavy: cut to 40-100 %, 10 % of words, 0-50 % own": ((0.4, 1.0), 0.10, 0.5),
}
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)


def words_of(document: Document) -> list[str]:
    """The words of a document that are not furniture."""
    bounds = [0, *(edge for span in document.furniture for edge in span), len(document.text)]
    return " ".join(document.text[start:end] for start, end in list(pairwise(bounds))[::2]).split()


def version(words: list[str], others: list[list[str]], kind: str, rng: random.Random) -> bytes:
    """The signature of one client's version of a text."""
    keep, edits, own = KINDS[kind]
    kept = words[: max(60, int(len(words) * rng.uniform(*keep)))]
    rate = 2 * edits * rng.random()
    changed = [rng.choice(rng.choice(others)) if rng.random() < rate else word for word in kept]
    return copies.signature(" ".join(changed + rng.choice(others)[: int(len(kept) * own * rng.random())]))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_data(parser)
    parser.add_argument("--copies", type=int, default=250, help="pairs made of each kind")
    arguments = parser.parse_args()
    path = arguments.data / "realtimeqa_articles" / "articles.jsonl"
    documents = list(load([path], on_error=lambda error: print(error, file=sys.stderr)))
    texts = {document.doc_id: words_of(document) for document in documents}
    site = {document.doc_id: urlsplit(document.url).hostname for document in documents}
    rng = random.Random(0)
    copies.signature("")  # imports the library

    begin = time.process_time()
    signatures = {key: copies.signature(" ".join(words)) for key, words in texts.items()}
    signing = time.process_time() - begin
    begin = time.process_time()
    reports = copies.independent(signatures)
    print(
        f"{len(texts)} articles: {signing / len(texts) * 1000:.2f} ms a signature, "
        f"all clustered in {time.process_time() - begin:.2f} s: {reports} independent reports\n"
    )

    long = [words for words in texts.values() if len(words) >= 150]
    made = {
        kind: [
            (version(words, long, kind, rng), version(words, long, kind, rng))
            for words in rng.sample(long, min(arguments.copies, len(long)))
        ]
        for kind in KINDS
    }
    print("| containment at least | " + " | ".join(f"found, {kind}" for kind in KINDS) + " | pairs across sites |")
    print("| --- |" + " --- |" * (len(KINDS) + 1))
    for threshold in THRESHOLDS:
        copies.CONTAINED = threshold
        found = [
            sum(copies.independent({"a": a, "b": b}) == 1 for a, b in pairs) / len(pairs) for pairs in made.values()
        ]
        clusters = copies.clusters(signatures)
        sites: dict[str, set[str | None]] = {}
        for key, cluster in clusters.items():
            sites.setdefault(cluster, set()).add(site[key])
        across = sum(len(members) - 1 for members in sites.values())
        print(f"| {threshold} | " + " | ".join(f"{share:.3f}" for share in found) + f" | {across} |")


if __name__ == "__main__":
    main()
