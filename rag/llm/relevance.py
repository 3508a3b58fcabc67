"""Whether a sentence has to do with a question: small models copy sentences that are true and beside the point."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from dateline.rag.english.tokens import content_stems
from dateline.rag.search.query import analyse

Embed = Callable[[list[str]], NDArray[np.float32]]
"""Texts -> unit vectors (n, dimension)."""

NEAR = 0.25
"""Cosine to the question from which on a sentence without a word of it counts. At this value none of 150 news sentences
with the answer and 2 % of the sentences of people's longer answers are lost, and 8 in 10 sentences of other articles
found (measured with all-MiniLM-L6-v2; the loss is what sets it)."""


class Relevance:
    """Judges the sentences of one answer in their order.

    A sentence has to do with the question if it shares a content word with it, goes on from a sentence that has to do
    with it (rests on the same passage), or is near it by ``embed``. Anything answers what asks for a day's events or
    for what is new.
    """

    def __init__(self, question: str, embed: Embed) -> None:
        self.question = question
        self.embed = embed
        looked_for = analyse(question)
        self._words = frozenset() if looked_for.only_when or looked_for.recent else content_stems(question)
        self._passages: set[str] = set()

    def holds(self, sentence: str, passages: Collection[str]) -> bool:
        """Return whether ``sentence``, which rests on ``passages`` (by id), has to do with the question."""
        holds = (
            not self._words
            or bool(self._words & content_stems(sentence))
            or not self._passages.isdisjoint(passages)
            or self._nearness(sentence) >= NEAR
        )
        if holds:
            self._passages.update(passages)
        return holds

    def _nearness(self, sentence: str) -> float:
        asked, said = self.embed([self.question, sentence])
        return float(asked @ said)
