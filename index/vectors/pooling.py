"""Token vectors -> the vectors of a text's parts.

A sentence's vector is the mean of its tokens' vectors in the encoding of the whole passage: they
have seen its neighbours and the heading, and no token is encoded twice ("late chunking", Günther
et al. 2024). It is stored in one byte a number.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Span = tuple[int, int]

_LEAST = 0.5
"""A span of which a smaller share lies before the model's length limit has no vector."""


def unit(vectors: Vectors) -> Vectors:
    """Return vectors, along the last axis, scaled to length 1; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)
    return scaled


def pool(tokens: Vectors, offsets: Sequence[Span], spans: Sequence[Span]) -> list[Vectors | None]:
    """Return the unit vector of every span of characters, or None where it was cut off.

    ``tokens`` has shape (tokens, dimension), ``offsets`` the characters of each token, empty for
    special ones; both may end before the text does.
    """
    starts = np.array([start for start, _ in offsets])
    ends = np.array([end for _, end in offsets])
    real = ends > starts
    limit = int(ends.max(initial=0))
    found: list[Vectors | None] = []
    for start, end in spans:
        inside = real & (starts >= start) & (ends <= end)
        whole = min(end, limit) - start >= _LEAST * (end - start)
        found.append(unit(tokens[inside].mean(axis=0)) if whole and inside.any() else None)
    return found


def quantise(vectors: Vectors) -> bytes:
    """Return unit vectors (n, dimension) as bytes, one a number: the largest of a vector becomes 127."""
    largest = np.abs(vectors).max(axis=-1, keepdims=True)
    return np.round(vectors / np.where(largest == 0, 1, largest) * 127).astype(np.int8).tobytes()


def restore(data: bytes, rows: int) -> Vectors:
    """Return the unit vectors (rows, dimension) that ``quantise`` stored, to a cosine of about 0.9999."""
    return unit(np.frombuffer(data, dtype=np.int8).reshape(rows, -1).astype(np.float32))


def similarities(data: bytes, rows: int, vector: Vectors) -> Vectors:
    """Return the cosines (rows,) of a unit vector and what ``quantise`` stored, without restoring it: half the time."""
    stored = np.frombuffer(data, dtype=np.int8).reshape(rows, -1).astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", stored, stored))
    cosines: Vectors = (stored @ vector) / np.maximum(lengths, 1.0)
    return cosines
