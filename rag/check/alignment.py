"""Laying the words of a claim along the sentences of its evidence, at the least cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dateline.rag.english.words import Word

Floats = NDArray[np.float64]

GAP = 0.2
"""Cost of leaving out n words of a sentence, times log(1 + n)."""
BACK = 0.9
"""Cost of going back within a sentence."""
AGAIN = 0.6
"""Cost of using a word twice."""
JUMP = 1.2
"""Cost of going on in another sentence: how two true sentences are spliced into a false one."""
START = 0.05
SKIP_FUNCTION = 0.15
SKIP_CONTENT = 1.35
"""Cost of a word that the evidence does not have."""


@dataclass(frozen=True)
class Alignment:
    """Where each word of a claim was found.

    ``places[i]`` is (sentence, word) for the claim's word ``i``, or None where the evidence does not have it;
    ``cost`` is the sum of the costs above.
    """

    places: tuple[tuple[int, int] | None, ...]
    cost: float

    @property
    def sentences(self) -> frozenset[int]:
        """The sentences that hold any of the claim's words."""
        return frozenset(place[0] for place in self.places if place is not None)


def align(claim: Sequence[Word], sentences: Sequence[Sequence[Word]]) -> Alignment:
    """Return the cheapest way to read ``claim`` off ``sentences`` (Viterbi's algorithm).

    Walking along one sentence is free, leaving words out costs little, going back or over to another sentence
    costs more, and a word found nowhere costs most. Takes O(len(claim) * words * occurrences of a word).
    """
    places = [(s, w) for s, sentence in enumerate(sentences) for w in range(len(sentence))]
    occurrences: dict[str, list[int]] = {}
    for state, (s, w) in enumerate(places):
        occurrences.setdefault(sentences[s][w].key, []).append(state)
    moves = _moves(tuple(len(sentence) for sentence in sentences))
    cost = np.full(len(places) + 1, np.inf)
    cost[-1] = 0.0  # the state before anything is found
    steps: list[tuple[list[int], NDArray[np.intp], NDArray[np.bool_]]] = []
    for word in claim:
        skipped = cost + (SKIP_CONTENT if word.content else SKIP_FUNCTION)
        found = occurrences.get(word.key, [])
        if found:
            reach = cost[:, None] + moves[:, found]
            best = reach.argmin(axis=0)
            reached = reach[best, np.arange(len(found))]
            taken = reached < skipped[found]
            skipped[found] = np.minimum(reached, skipped[found])
            steps.append((found, best, taken))
        else:
            steps.append(([], np.empty(0, np.intp), np.empty(0, np.bool_)))
        cost = skipped
    state = int(cost.argmin())
    total = float(cost[state])
    path: list[tuple[int, int] | None] = []
    for found, best, taken in reversed(steps):
        here = found.index(state) if state in found else None
        if here is None or not taken[here]:
            path.append(None)
        else:
            path.append(places[state])
            state = int(best[here])
    return Alignment(tuple(reversed(path)), total)


@lru_cache(maxsize=64)
def _moves(lengths: tuple[int, ...]) -> Floats:
    """Return the cost of going from each word to each other; the last row is from the start."""
    sentence = np.repeat(np.arange(len(lengths)), lengths)
    word = np.concatenate([np.arange(length) for length in lengths]) if lengths else np.empty(0)
    step = word[None, :] - word[:, None]
    cost = np.where(step > 0, GAP * np.log(np.maximum(step, 1)), np.where(step == 0, AGAIN, BACK))
    cost = np.where(sentence[None, :] == sentence[:, None], cost, JUMP)
    return np.vstack([cost, np.full((1, cost.shape[1]), START)])
