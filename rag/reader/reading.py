"""What a reader says of a window of text: the interface that a learned model, a hub's model or an LLM stands behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

LONGEST = 30
"""Tokens of an answer span at most."""


@dataclass(frozen=True)
class Window:
    """A few neighbouring sentences of an article, with its title."""

    text: str
    title: str = ""


@dataclass(frozen=True)
class Span:
    """An answer inside a window: ``window.text[start:end]``; ``score`` is its log-odds against "no answer here"."""

    start: int
    end: int
    score: float


@dataclass(frozen=True)
class Reading:
    """A window read for a question (or a claim).

    ``offsets`` (n, 2) are the characters of the window's n tokens; ``starts`` and ``ends`` (n,) the log-odds that
    the answer begins or ends there, against that of no answer; ``evidence`` (n,) the log-odds that a token stands
    in a sentence that answers. ``answers`` is the log-odds that the window answers at all; ``verdict`` the
    probabilities of yes, no, planned, alleged and not_stated, ``support`` those of supported, refuted and neutral,
    both empty where a reader has no such head.
    """

    offsets: NDArray[np.int64]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    evidence: NDArray[np.float32]
    answers: float
    verdict: dict[str, float] = field(default_factory=dict)
    support: dict[str, float] = field(default_factory=dict)

    def _inside(self, start: int, end: int) -> slice:
        first = int(np.searchsorted(self.offsets[:, 0], start, "left"))
        last = int(np.searchsorted(self.offsets[:, 1], end, "right"))
        return slice(first, max(first, last))

    def sentence(self, start: int, end: int) -> float:
        """Return the mean log-odds of evidence over a sentence."""
        tokens = self.evidence[self._inside(start, end)]
        return float(tokens.mean()) if len(tokens) else -10.0

    def spans(self, start: int = 0, end: int | None = None, most: int = 3) -> list[Span]:
        """Return the best spans of a stretch of the window that do not overlap, best first."""
        part = self._inside(start, end if end is not None else int(self.offsets[-1, 1]) if len(self.offsets) else 0)
        n = part.stop - part.start
        if n <= 0:
            return []
        scores = self.starts[part][:, None] + self.ends[part][None, :]
        length = np.arange(n)[None, :] - np.arange(n)[:, None]
        scores = np.where((length >= 0) & (length < LONGEST), scores, -np.inf)
        found: list[Span] = []
        for _ in range(most):
            at = int(scores.argmax())
            i, j = divmod(at, n)
            if not np.isfinite(scores[i, j]):
                break
            first, last = part.start + i, part.start + j
            found.append(Span(int(self.offsets[first, 0]), int(self.offsets[last, 1]), float(scores[i, j])))
            scores[: j + 1, i:] = -np.inf  # whatever begins before its end and ends behind its start
        return found


class Reader(Protocol):
    """Reads windows for a question; results in the order of the windows."""

    name: str

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]: ...  # noqa: D102
