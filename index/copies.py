"""Which articles are copies or near-copies of one text, so that they count as one report.

Each article gets a MinHash signature (Broder 1997) over the three-word shingles of its prose, made
once and kept with it; ``clusters`` compares signatures only, of an archive or of the few articles at
hand. Agencies' clients cut an article from its end and add paragraphs of their own, so that what
counts is how much of the shorter text is in the longer (containment), not how alike both are.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from datasketch import MinHash  # type: ignore[import-untyped]

CONTAINED = 0.5
"""Share of the shorter text's shingles that a near-copy has in common with the other."""

ALIKE = 0.25
"""Lowest Jaccard similarity: under it, containment cannot be told well enough from a signature."""

_FEW, _NEARLY_SAME = 30, 0.8
"""Texts that share fewer shingles than this (a sentence or two) are copies only from this Jaccard similarity on."""

_WORDS = 3
_PERMUTATIONS = 256
_ROWS = 3
"""Signatures that agree in one of 85 bands of 3 rows are compared: 90 % of the pairs at Jaccard 0.3, 99.6 % at 0.4."""

_ALL_PAIRS = 500
"""Up to this many signatures, every pair is compared."""

_BATCH = 4096
_MIX = np.uint64(0x9E3779B97F4A7C15)
"""An odd multiplier with well-mixed bits (2^64 divided by the golden ratio)."""
_HEADER = struct.Struct("<I")

Signatures = NDArray[np.uint32]
"""Minima, ``_PERMUTATIONS`` of them; a row for each article."""


def signature(text: str, furniture: Iterable[tuple[int, int]] = ()) -> bytes:
    """Return the signature of a text without its ``furniture`` spans (in order, as a document has them).

    It is the number of different shingles (4 bytes, little-endian), then the 256 minima (4 bytes each).
    """
    sketch = _empty_sketch().copy()
    shingles = list(_shingles(text, furniture))
    for start in range(0, len(shingles), _BATCH):
        sketch.update_batch(shingles[start : start + _BATCH])
    minima: Signatures = sketch.hashvalues
    return _HEADER.pack(len(shingles)) + minima.astype("<u4").tobytes()


def clusters(signatures: Mapping[str, bytes]) -> dict[str, str]:
    """Return for each id the id that stands for its cluster: the smallest among the texts that are copies.

    Copies of copies are in one cluster. A text without words is a copy of nothing.
    """
    ids = sorted(signatures)
    return clusters_in_order(ids, (signatures[key] for key in ids))


def clusters_in_order(ids: Sequence[str], signatures: Iterable[bytes]) -> dict[str, str]:
    """Return the same for ids in ascending order and their signatures, of which one at a time is held as bytes."""
    parents = {key: key for key in ids}

    def root(key: str) -> str:
        while parents[key] != key:
            parents[key] = key = parents[parents[key]]
        return key

    # Of texts that are quite the same, one is compared with the rest.
    first: dict[bytes, str] = {}
    distinct: list[str] = []
    sizes = np.empty(len(ids))
    rows: Signatures = np.empty((len(ids), _PERMUTATIONS), dtype=np.uint32)
    for key, value in zip(ids, signatures, strict=True):
        (size,) = _HEADER.unpack_from(value)
        if not size:
            continue
        same = first.setdefault(blake2b(value, digest_size=16).digest(), key)
        parents[key] = same
        if same == key:
            sizes[len(distinct)] = size
            rows[len(distinct)] = np.frombuffer(value, "<u4", offset=_HEADER.size)
            distinct.append(key)
    for left, right in _copies(rows[: len(distinct)], sizes[: len(distinct)]):
        one, other = root(distinct[left]), root(distinct[right])
        parents[max(one, other)] = min(one, other)
    return {key: root(key) for key in ids}


def independent(signatures: Mapping[str, bytes]) -> int:
    """Return how many independent reports these articles are."""
    return len(set(clusters(signatures).values()))


def _shingles(text: str, furniture: Iterable[tuple[int, int]]) -> set[bytes]:
    words: list[str] = []
    position = 0
    for start, end in (*furniture, (len(text), len(text))):
        words.extend(re.findall(r"\w+", text[position:start].lower()))
        position = max(position, end)
    if len(words) <= _WORDS:
        return {" ".join(words).encode()} if words else set()
    return {" ".join(shingle).encode() for shingle in zip(*(words[at:] for at in range(_WORDS)), strict=False)}


@cache
def _empty_sketch() -> MinHash:
    from datasketch import MinHash

    return MinHash(num_perm=_PERMUTATIONS, hashfunc=zlib.crc32)


def _copies(rows: Signatures, sizes: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of rows that are near-copies.

    With Jaccard similarity J and set sizes a ≤ b, J (a + b) / (1 + J) shingles are shared; containment is
    their share of a.
    """
    pairs = combinations(range(len(rows)), 2) if len(rows) <= _ALL_PAIRS else _banded(rows)
    while chunk := [pair for _, pair in zip(range(_BATCH), pairs, strict=False)]:
        left, right = np.array(chunk).T
        jaccard = (rows[left] == rows[right]).mean(axis=1)
        shorter = np.minimum(sizes[left], sizes[right])
        shared = jaccard * (sizes[left] + sizes[right]) / (1 + jaccard)
        alike = jaccard >= np.where(shared < _FEW, _NEARLY_SAME, ALIKE)
        for at in np.nonzero(alike & (shared >= CONTAINED * shorter))[0]:
            yield chunk[at]


def _banded(rows: Signatures) -> Iterator[tuple[int, int]]:
    """Yield the pairs of rows that agree in one band at least, each once (locality-sensitive hashing)."""
    seen: set[tuple[int, int]] = set()
    for column in range(0, _PERMUTATIONS - _ROWS + 1, _ROWS):
        for bucket in _alike(np.ascontiguousarray(rows[:, column : column + _ROWS])):
            for pair in combinations(bucket, 2):
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def _alike(band: Signatures) -> Iterator[list[int]]:
    """Yield the numbers, ascending, of rows that are equal; two that only share a hash do no harm."""
    hashes = np.zeros(len(band), dtype=np.uint64)
    for column in band.T:
        hashes = hashes * _MIX + column
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    equal = np.concatenate(([False], ordered[1:] == ordered[:-1], [False]))
    for start, stop in np.flatnonzero(equal[1:] != equal[:-1]).reshape(-1, 2).tolist():
        yield order[start : stop + 1].tolist()
