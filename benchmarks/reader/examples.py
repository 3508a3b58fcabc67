"""Rows of text -> token arrays with labels, kept in shards that training reads."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from model import SUPPORT, VERDICTS, Batch, packaged
from tokenizers import Tokenizer

from dateline.index.prose.sentences import split

Row = dict[str, Any]
Span = tuple[int, int]

LIMIT = 256
"""Tokens of an example at most; a longer passage is cut around its answer beforehand."""


_STEP = 16


@dataclass
class Example:
    """`[CLS] question [SEP] (title [SEP]) text [SEP]`: ids, where segment 1 and where the text begins, labels."""

    ids: list[int]
    second: int
    text: int
    spans: list[Span] = field(default_factory=list)
    """Token spans (first, last) that count as right; (0, 0) alone where the text has none; empty: unknown."""
    evidence: list[Span] | None = None
    """Token spans of the sentences that answer; None: unknown."""
    answers: int = -1
    verdict: int = -1
    support: int = -1


class Encoder:
    """Turns questions and claims over passages into examples."""

    def __init__(self) -> None:
        self.tokenizer = Tokenizer.from_file(str(packaged() / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    def _ids(self, question: str, title: str, text: str) -> tuple[list[int], list[Span], int, int] | None:
        asked = self.tokenizer.encode(question).ids[:64]
        named = self.tokenizer.encode(title, add_special_tokens=False).ids[:32] if title else []
        read = self.tokenizer.encode(text, add_special_tokens=False)
        separator = asked[-1] if asked[-1] == 102 else 102
        head = [*asked[:-1], separator, *named, *([separator] if named else [])]
        room = LIMIT - len(head) - 1
        if room < 16:
            return None
        return [*head, *read.ids[:room], separator], read.offsets[:room], len(asked), len(head)

    def question(self, row: Row, title: str = "") -> Example | None:
        """Return the example of a question over a passage, or None where its answer would be cut off."""
        encoded = self._ids(row["question"], title, row["context"])
        if encoded is None:
            return None
        ids, offsets, second, first = encoded
        example = Example(ids, second, first)
        if row.get("verdict"):
            example.verdict = VERDICTS.index(row["verdict"])
            example.answers = int(row["verdict"] != "not_stated")
            example.evidence = _tokens(row["sents"], offsets, first) if row.get("sents") else None
            if row["verdict"] == "not_stated":
                example.spans, example.evidence = [(0, 0)], example.evidence or []
            return example
        example.answers = int(row["answerable"])
        if not row["answerable"]:
            example.spans, example.evidence = [(0, 0)], []
            return example
        starts = {o[0]: i for i, o in reversed(list(enumerate(offsets))) if o[1] > o[0]}
        ends = {o[1]: i for i, o in enumerate(offsets) if o[1] > o[0]}
        for answer in row["answers"]:
            begin, end = answer["start"], answer["start"] + len(answer["text"])
            i = next((starts[x] for x in range(begin, max(-1, begin - 12), -1) if x in starts), None)
            j = next((ends[x] for x in range(end, end + 12) if x in ends), None)
            if i is not None and j is not None and i <= j:
                example.spans.append((first + i, first + j))
        if row["answers"] and not example.spans:
            return None
        example.evidence = _tokens(row["sents"], offsets, first) or None
        return example if example.spans or example.evidence else None

    def claim(self, row: Row, title: str = "") -> Example | None:
        """Return the example of a claim over a passage."""
        encoded = self._ids(row["claim"], title, row["passage"])
        if encoded is None:
            return None
        ids, _, second, first = encoded
        known = _LABELS.get(str(row.get("label3")).lower())
        support = SUPPORT.index("supported") if row["label"] else (known if known else len(SUPPORT))
        return Example(ids, second, first, support=support)


_LABELS = {"refutes": 1, "contradiction": 1, "neutral": 2, "not enough info": 2}


def _tokens(sents: list[list[int]], offsets: list[Span], first: int) -> list[Span]:
    found = []
    for begin, end in sents:
        inside = [first + i for i, o in enumerate(offsets) if o[1] > o[0] and o[0] >= begin and o[1] <= end]
        if inside:
            found.append((inside[0], inside[-1]))
    return found


def spans_of(context: str) -> list[Span]:
    """Return the sentences of a passage as (start, end)."""
    return list(split(context))


def answering(row: Row) -> list[Span]:
    """Return the sentences that answer: as given, or those that hold the answers."""
    if row["sents"]:
        return [tuple(s) for s in row["sents"]]
    places = [(a["start"], a["start"] + len(a["text"])) for a in row["answers"][:1]]
    return [s for s in spans_of(row["context"]) if any(s[0] <= b and e <= s[1] for b, e in places)]


def cut(row: Row, begin: int, end: int) -> Row:
    """Return the row over the part of its passage from one character to another."""
    answers = [
        {"text": a["text"], "start": a["start"] - begin}
        for a in row["answers"] if a["start"] >= begin and a["start"] + len(a["text"]) <= end
    ]  # fmt: skip
    sents = [[max(s - begin, 0), min(e, end) - begin] for s, e in answering(row) if s < end and e > begin]
    return row | {"context": row["context"][begin:end], "answers": answers, "sents": sents}


def window(row: Row, rng: random.Random, most: int = 4) -> Row:
    """Return the row over one to `most` sentences around one that answers, as answers are read at run time."""
    parts = spans_of(row["context"])
    gold = [i for i, (s, e) in enumerate(parts) if any(s < b and a < e for a, b in answering(row))]
    if not gold:
        return row
    first, last = min(gold), min(max(gold), min(gold) + most - 1)
    extra = rng.randint(0, max(0, most - (last - first + 1)))
    before = rng.randint(0, extra)
    first, last = max(0, first - before), min(len(parts) - 1, last + extra - before)
    return cut(row, parts[first][0], parts[last][1])


def without(row: Row, rng: random.Random) -> Row | None:
    """Return the row over the neighbours of the answering sentence, if they do not hold the answer."""
    parts = spans_of(row["context"])
    gold = [i for i, (s, e) in enumerate(parts) if any(s < b and a < e for a, b in answering(row))]
    if not gold:
        return None
    sides = [side for side in (parts[max(0, gold[0] - 3) : gold[0]], parts[gold[-1] + 1 : gold[-1] + 4]) if side]
    if not sides:
        return None
    side = rng.choice(sides)
    text = row["context"][side[0][0] : side[-1][1]]
    if any(a["text"].lower() in text.lower() for a in row["answers"]) or len(text) < 40:
        return None
    return row | {"context": text, "answers": [], "sents": [], "answerable": False}


def part(row: Row, rng: random.Random, most: int = 4) -> Row:
    """Return an unanswered row over some sentences of its passage that share words with the question."""
    parts = spans_of(row["context"])
    asked = set(re.findall(r"\w{4,}", row["question"].lower()))
    shared = [len(asked & set(re.findall(r"\w{4,}", row["context"][s:e].lower()))) for s, e in parts]
    best = max(range(len(parts)), key=shared.__getitem__) if parts else 0
    if not parts:
        return row
    first = max(0, best - rng.randint(0, most - 1))
    last = min(len(parts) - 1, first + most - 1)
    return cut(row, parts[first][0], parts[last][1])


_TITLE = re.compile(r"(?:squad2_train_10art:|quoref_\w+:|/wiki/)?([A-Z0-9][^:]{2,60})")


def title_of(row: Row, full: str, rng: random.Random) -> str:
    """Return a title to show before the text: the document's, or as a stand-in its first sentence; often none."""
    if rng.random() < 0.4:
        return ""
    named = _TITLE.fullmatch(row["doc"])
    if named and not row["doc"].startswith(("Filtered", "Amazon")) and not re.search(r"\d{4,}$", row["doc"]):
        return named[1].replace("_", " ")
    lead = spans_of(full)[:1]
    if lead and row["context"] != full and full[: lead[0][1]] not in row["context"] and rng.random() < 0.5:
        text = full[: lead[0][1]]
        if not any(a["text"].lower() in text.lower() for a in row["answers"]):
            return text
    return ""


def save(examples: list[Example], file: Path) -> None:
    """Write a shard."""

    def flat(lists: list[list[Span]]) -> np.ndarray:
        return np.array([pair for some in lists for pair in some], np.uint16).reshape(-1, 2)

    evidence = [e.evidence for e in examples]
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        file,
        ids=np.array([i for e in examples for i in e.ids], np.uint16),
        lengths=np.array([len(e.ids) for e in examples], np.int32),
        second=np.array([e.second for e in examples], np.int16),
        text=np.array([e.text for e in examples], np.int16),
        spans=flat([e.spans for e in examples]),
        n_spans=np.array([len(e.spans) for e in examples], np.int16),
        evidence=flat([e or [] for e in evidence]),
        n_evidence=np.array([-1 if e is None else len(e) for e in evidence], np.int16),
        labels=np.array([(e.answers, e.verdict, e.support) for e in examples], np.int8),
    )


class Shard:
    """A shard in memory: `len`, the length of each example, and examples by number."""

    def __init__(self, file: Path) -> None:
        with np.load(file) as arrays:
            self._arrays = {name: arrays[name] for name in arrays.files}
        a = self._arrays
        self.lengths = a["lengths"]
        self._at = np.concatenate([[0], np.cumsum(a["lengths"], dtype=np.int64)])
        self._spans = np.concatenate([[0], np.cumsum(a["n_spans"], dtype=np.int64)])
        self._evidence = np.concatenate([[0], np.cumsum(np.maximum(a["n_evidence"], 0), dtype=np.int64)])

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, i: int) -> Example:
        a = self._arrays
        evidence = a["evidence"][self._evidence[i] : self._evidence[i + 1]].tolist()
        answers, verdict, support = a["labels"][i].tolist()
        return Example(
            a["ids"][self._at[i] : self._at[i + 1]].tolist(), int(a["second"][i]), int(a["text"][i]),
            a["spans"][self._spans[i] : self._spans[i + 1]].tolist(),
            None if a["n_evidence"][i] < 0 else evidence, answers, verdict, support,
        )  # fmt: skip


def collate(examples: list[Example]) -> Batch:
    """Return a padded batch."""
    # Lengths in steps: every new shape costs the processor's matrix library memory that it keeps.
    size, longest = len(examples), -(-max(len(e.ids) for e in examples) // _STEP) * _STEP
    ids = np.zeros((size, longest), np.int64)
    segments, mask, evidence = np.zeros_like(ids), np.zeros_like(ids), np.full_like(ids, -1)
    text, starts, ends = (np.zeros((size, longest), bool) for _ in range(3))
    for row, e in enumerate(examples):
        n = len(e.ids)
        ids[row, :n], segments[row, e.second : n], mask[row, :n] = e.ids, 1, 1
        text[row, e.text : n - 1] = True
        for first, last in e.spans:
            starts[row, first] = ends[row, last] = True
        if e.evidence is not None:
            evidence[row, e.text : n - 1] = 0
            for first, last in e.evidence:
                evidence[row, first : last + 1] = 1
    label = torch.tensor([(e.answers, e.verdict, e.support) for e in examples])
    return Batch(
        *map(torch.from_numpy, (ids, segments, mask, text, starts, ends, evidence)),
        label[:, 0], label[:, 1], label[:, 2],
    )  # fmt: skip
