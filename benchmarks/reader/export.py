"""Write a run's averaged weights as what ships: python benchmarks/reader/export.py --run DIR [--out DIR]."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from corpora import CLAIMS, QUESTIONS
from model import Reader

from dateline.rag.reader import weights


def main() -> None:
    """Export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=weights.FOLDER)
    args = parser.parse_args()
    average = torch.load(args.run / "average.pt", weights_only=True)
    # What was not trained (nothing but the word embeddings, which do not ship) is the packaged model's.
    tensors = {n: v for n, v in Reader().state_dict().items() if "word_embeddings" not in n and "position_ids" not in n}
    tensors |= average["model"]
    card = {
        "base": "all-MiniLM-L6-v2 (word embeddings from its package)",
        "examples": average["seen"],
        "data": [f"{c.name} ({c.licence})" for c in (*QUESTIONS, *CLAIMS)],
    }
    weights.save({name: value.float().numpy() for name, value in tensors.items()}, card, args.out)


if __name__ == "__main__":
    main()
