"""Claims: public sets that ask whether a claim is supported, read from a folder of your own.

Nothing of these sets is part of the project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dateline.eval.sets.items import rows
from dateline.index.errors import UsageError


@dataclass(frozen=True)
class Claim:
    """A claim and the passages that may support it, with what people said.

    ``supported`` is their verdict, ``rating`` their mean grade where they gave one, ``supporting`` the alternative
    sets of passage numbers (from 0) that support it, ``group`` what it belongs to (a source, an article).
    """

    id: str
    claim: str
    passages: tuple[str, ...]
    supported: bool
    rating: float | None = None
    supporting: tuple[tuple[int, ...], ...] = ()
    group: str = ""
    item: str = ""
    question: str = ""


def wice(folder: Path) -> list[Claim]:
    """WiCE claims against the sentences of the cited page; group is the label, partial support is not support."""
    return [
        Claim(
            row["id"],
            row["claim"],
            tuple(row["evidence_sentences"]),
            row["label"] == "supported",
            supporting=tuple(tuple(numbers) for numbers in row["supporting_sentences"]),
            group=row["label"],
            item=row["claim_title"],
        )
        for row in rows(folder / "claims.jsonl")
    ]


def qags(folder: Path) -> list[Claim]:
    """QAGS summary sentences against their article; group is cnndm or xsum, rating the share of votes for it."""
    return [
        Claim(
            f"{row['id']}#{number}",
            sentence["text"],
            (row["article"],),
            sentence["supported"],
            rating=sentence["votes_yes"] / (sentence["votes_yes"] + sentence["votes_no"]),
            group=row["source"],
            item=row["id"],
        )
        for row in rows(folder / "items.jsonl")
        for number, sentence in enumerate(row["sentences"])
    ]


def mtrag_human_eval(folder: Path) -> list[Claim]:
    """MTRAG responses against their contexts; rating is the mean faithfulness (1 to 4) of three people."""
    return [
        Claim(
            row["id"],
            row["response"],
            tuple(context["text"] for context in row["contexts"]),
            row["faithfulness_median"] >= 3,
            rating=sum(row["faithfulness"]) / len(row["faithfulness"]),
            group=row["model"],
            item=row["answerability"],
            question=row["question"],
        )
        for row in rows(folder / "responses.jsonl")
    ]


CLAIM_ADAPTERS: dict[str, Callable[[Path], list[Claim]]] = {
    adapter.__name__: adapter for adapter in (wice, qags, mtrag_human_eval)
}
"""The claim sets by the name of their folder."""


def load_claims(root: str | Path, name: str) -> list[Claim]:
    """Read the public claims ``name`` from its folder under ``root``; UsageError for a name without an adapter."""
    if name not in CLAIM_ADAPTERS:
        raise UsageError(f"{name!r} is no public set of claims that can be read; known: {', '.join(CLAIM_ADAPTERS)}")
    return CLAIM_ADAPTERS[name](Path(root) / name)
