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
    # Of texts that are quite the same, one is compared with the rest.
    first: dict[bytes, int] = {}
    places: dict[str, int] = {}
    distinct: list[str] = []
    sizes = np.empty(len(ids))
    rows: Signatures = np.empty((len(ids), _PERMUTATIONS), dtype=np.uint32)
    for key, value in zip(ids, signatures, strict=True):
        (size,) = _HEADER.unpack_from(value)
        if not size:
            continue
        place = places[key] = first.setdefault(blake2b(value, digest_size=16).digest(), len(distinct))
        if place == len(distinct):
            sizes[place] = size
            rows[place] = np.frombuffer(value, "<u4", offset=_HEADER.size)
            distinct.append(key)
    sets = _Sets(len(distinct))
    for bucket in _buckets(rows[: len(distinct)]):
        _join_copies(bucket, rows, sizes, sets)
    return {key: distinct[sets.root(places[key])] if key in places else key for key in ids}


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


class _Sets:
    """Disjoint sets of the numbers below ``size`` (Tarjan 1975); the smallest number of a set stands for it."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def root(self, number: int) -> int:
        """Return the number that stands for the set of this one."""
        parents = self._parents
        while parents[number] != number:
            parents[number] = number = parents[parents[number]]
        return number

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        first, second = sorted((self.root(one), self.root(other)))
        self._parents[second] = first


def _join_copies(bucket: list[int], rows: Signatures, sizes: NDArray[np.float64], sets: _Sets) -> None:
    """Join the sets of rows that are near-copies; rows of one set are not compared with each other.

    So a thousand copies of one text cost a thousand comparisons, not half a million.
    """
    groups: dict[int, list[int]] = {}
    for row in bucket:
        groups.setdefault(sets.root(row), []).append(row)
    while len(groups) > 1:
        _, pending = groups.popitem()
        others = np.array([row for group in groups.values() for row in group])
        while pending and groups:
            row = pending.pop()
            found = {sets.root(other) for other in others[_are_copies(row, others, rows, sizes)].tolist()}
            for root in found:
                pending += groups.pop(root)
                sets.join(row, root)
            if found:
                others = np.array([row for group in groups.values() for row in group])


def _are_copies(row: int, others: NDArray[np.int64], rows: Signatures, sizes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which of the other rows are near-copies of one.

    With Jaccard similarity J and set sizes a ≤ b, J (a + b) / (1 + J) shingles are shared; containment is
    their share of a.
    """
    jaccard = (rows[others] == rows[row]).mean(axis=1)
    shorter = np.minimum(sizes[others], sizes[row])
    shared = jaccard * (sizes[others] + sizes[row]) / (1 + jaccard)
    enough = jaccard >= np.where(shared < _FEW, _NEARLY_SAME, ALIKE)
    copies: NDArray[np.bool_] = enough & (shared >= CONTAINED * shorter)
    return copies


def _buckets(rows: Signatures) -> Iterator[list[int]]:
    """Yield the numbers of rows worth comparing: all, if they are few, else those that agree in a band.

    (Locality-sensitive hashing, Leskovec, Rajaraman & Ullman 2020, 3.4.)
    """
    if len(rows) <= _ALL_PAIRS:
        yield list(range(len(rows)))
        return
    for column in range(0, _PERMUTATIONS - _ROWS + 1, _ROWS):
        yield from _alike(np.ascontiguousarray(rows[:, column : column + _ROWS]))


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
