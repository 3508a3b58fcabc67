"""Questions that a passage does not answer: a near passage, the passage without its sentence, a swapped question."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np

Row = dict[str, Any]

_PAIRS = (
    "first last|most least|highest lowest|before after|north south|northern southern|east west|eastern western|"
    "largest smallest|oldest youngest|early late|born killed|began ended|begin end|started stopped|start stop|"
    "more fewer|higher lower|won lost|win lose|increase decrease|increased decreased|older younger|larger smaller|"
    "founded closed|accepted rejected|accept reject|supported opposed|support oppose|public private|male female|"
    "best worst|major minor|opened closed|joined left|join leave|import export|father mother|brother sister|"
    "son daughter|king queen|husband wife|upper lower|always never|allowed forbidden|common rare|longest shortest|"
    "friend rival|arrived departed|buy sell|bought sold|rise fall|rose fell|gain lose|arrested released|"
    "approved vetoed|approve veto|met avoided|meet avoid|attacked defended|attack defend|hired fired|"
    "resigned stayed|agreed refused|agree refuse|confirmed denied|confirm deny"
)
_OPPOSITE = {a: b for pair in _PAIRS.split("|") for a, b in (pair.split(), pair.split()[::-1])}
_NAME = re.compile(r"(?<![.!?“\"] )(?<!^)\b[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})*")
_NUMBER = re.compile(r"\b\d{4}\b|\b\d[\d,.]*\d\b|\b\d\b")
_AUXILIARY = re.compile(r"\b(did|does|do|was|were|is|are|has|have|can|could|would|will)\b")


def names(text: str) -> list[str]:
    """Return capitalised runs that do not open a sentence: rough, and good enough to exchange one for another."""
    return _NAME.findall(text)


def swapped(row: Row, strangers: list[str], rng: random.Random) -> str | None:
    """Return the question with one name, number or opposite exchanged, so that the passage no longer answers it."""
    question, context = row["question"], row["context"]
    answer = " ".join(a["text"] for a in row["answers"]).lower()
    others = [n for n in sorted(set(names(context))) if n.lower() not in question.lower() and n.lower() not in answer]
    others = [n for n in others if answer not in n.lower()] if answer else others
    swaps: list[tuple[str, str]] = []
    for name in names(question):
        swaps += [(name, rng.choice(others))] * 3 if others else []
        swaps.append((name, rng.choice(strangers)))
    for number in _NUMBER.findall(question):
        like = [n for n in sorted(set(_NUMBER.findall(context))) if n != number and len(n) == len(number)]
        like = [n for n in like if n not in answer]
        if like:
            swaps += [(number, rng.choice(like))] * 3
        elif number.isdigit():
            swaps.append((number, str(int(number) + rng.choice([-12, -3, 2, 7, 20]))))
    swaps += [(word, _OPPOSITE[word]) for word in re.findall(r"[a-z]+", question) if word in _OPPOSITE] * 4
    if not swaps and rng.random() < 0.1 and (found := _AUXILIARY.search(question)):
        verb = found.group()
        swaps.append((verb, f"{verb} never" if verb in ("did", "does", "do", "can") else f"{verb} not"))
    if not swaps:
        return None
    old, new = rng.choice(swaps)
    result = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, question, count=1)
    return result if result != question else None


def plain(text: str) -> str:
    """Return a text as its words in lower case, for telling whether an answer stands in it."""
    return " ".join(re.findall(r"\w+", text.lower()))


def near_passages(rows: list[Row], chosen: list[Row], rng: random.Random) -> list[Row]:
    """Return the chosen questions over one of the most similar other passages that does not hold the answer.

    Whether it answers a yes/no question cannot be told by its words, so there it must be less similar than its own.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    documents = {row["context"]: row["doc"] for row in rows}
    contexts = list(documents)
    place = {context: i for i, context in enumerate(contexts)}
    words = [f" {plain(context)} " for context in contexts]
    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    matrix = vectorizer.fit_transform(contexts).T.tocsr()
    result = []
    for first in range(0, len(chosen), 500):
        block = chosen[first : first + 500]
        scores = (vectorizer.transform([row["question"] for row in block]) @ matrix).toarray()
        for row, score in zip(block, scores, strict=True):
            golds = [plain(a["text"]) for a in row["answers"]] or [plain(row["context"][s:e]) for s, e in row["sents"]]
            most = 0.7 * score[place[row["context"]]] if row.get("verdict") else np.inf
            best = np.argpartition(-score, min(8, len(score) - 1))[:8]
            fit = [
                int(i) for i in best[np.argsort(-score[best])]
                if 0 < score[i] < most and contexts[i] != row["context"] and not any(f" {g} " in words[i] for g in golds)
            ]  # fmt: skip
            if fit:
                other = contexts[rng.choice(fit[:3])]
                result.append(unanswered(row, other) | {"doc": documents[other]})
    return result


def unanswered(row: Row, context: str | None = None, question: str | None = None) -> Row:
    """Return a row over a passage, or with a question, that leaves it without an answer."""
    changed = {"context": context or row["context"], "question": question or row["question"]}
    verdict = {"verdict": "not_stated"} if row.get("verdict") else {}
    return row | changed | verdict | {"answers": [], "sents": [], "answerable": False}
