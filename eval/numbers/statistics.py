"""Statistics: intervals, paired tests, corrections for many tests, agreement.

Resampling draws questions, seeded, so a number and its interval are the same at every run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Item = TypeVar("Item")

_CHUNK = 2_000_000  # drawn indices held at once: 16 MB


def _resampled_means(values: Floats, resamples: int, seed: int) -> Floats:
    draw = np.random.default_rng(seed)
    size = len(values)
    rows = max(1, _CHUNK // size)
    parts = [
        values[draw.integers(0, size, (min(rows, resamples - start), size))].mean(axis=1)
        for start in range(0, resamples, rows)
    ]
    return np.concatenate(parts)


def _percentiles(samples: Sequence[float] | Floats, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low, high = np.quantile(np.asarray(samples, dtype=np.float64), [tail, 1 - tail])
    return float(low), float(high)


def bootstrap_mean(
    values: Sequence[float], *, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean (Efron & Tibshirani 1993, ch. 13); (nan, nan) for nothing.

    For the paired bootstrap of a difference, give the differences.
    """
    if not len(values):
        return math.nan, math.nan
    return _percentiles(_resampled_means(np.asarray(values, dtype=np.float64), resamples, seed), level)


def bootstrap(
    items: Sequence[Item],
    statistic: Callable[[Sequence[Item]], float],
    *,
    level: float = 0.95,
    resamples: int = 500,
    seed: int = 0,
) -> tuple[float, float]:
    """The same interval for any statistic of the items, such as an AUROC.

    Samples in which the statistic has no value (nan), such as an AUROC of one class, are left out.
    """
    if not items:
        return math.nan, math.nan
    draw = np.random.default_rng(seed)
    samples = [statistic([items[n] for n in draw.integers(0, len(items), len(items))]) for _ in range(resamples)]
    known = [sample for sample in samples if not math.isnan(sample)]
    return _percentiles(known, level) if known else (math.nan, math.nan)


def permutation_test(differences: Sequence[float], *, resamples: int = 10_000, seed: int = 0) -> float:
    """Two-sided p of a zero mean difference by flipping signs (Fisher 1935; Smucker, Allan & Carterette 2007).

    Exact up to 12 differences that are not zero, else sampled, counting the observed one (Phipson & Smyth 2010).
    """
    moved = np.asarray([value for value in differences if value], dtype=np.float64)
    size = len(moved)
    if not size:
        return 1.0
    observed = abs(moved.sum()) - 1e-12
    if size <= 12:
        signs = 1 - 2 * ((np.arange(2**size)[:, None] >> np.arange(size)) & 1)
        return float(np.mean(np.abs(signs @ moved) >= observed))
    draw = np.random.default_rng(seed)
    rows = max(1, _CHUNK // size)
    beyond = 0
    for start in range(0, resamples, rows):
        flips = draw.integers(0, 2, (min(rows, resamples - start), size)) * 2 - 1
        beyond += int(np.sum(np.abs(flips @ moved) >= observed))
    return (beyond + 1) / (resamples + 1)


def swap_test(
    first: Sequence[Item],
    second: Sequence[Item],
    statistic: Callable[[Sequence[Item]], float],
    *,
    resamples: int = 500,
    seed: int = 0,
) -> float:
    """Two-sided p for a statistic of a whole run: pairs swapped at random between the runs (Yeh 2000).

    A swap after which the statistic has no value (nan) counts as being as far apart, against significance.
    """
    observed = abs(statistic(second) - statistic(first)) - 1e-12
    beyond = 0
    draw = np.random.default_rng(seed)
    for _ in range(resamples):
        swaps = draw.integers(0, 2, len(first))
        pairs = [(b, a) if swap else (a, b) for a, b, swap in zip(first, second, swaps, strict=True)]
        beyond += int(not abs(statistic([b for _, b in pairs]) - statistic([a for a, _ in pairs])) < observed)
    return (beyond + 1) / (resamples + 1)


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Exact two-sided p of McNemar's test on paired yes/no outcomes (McNemar 1947): a sign test of the flips."""
    lost = sum(a and not b for a, b in zip(first, second, strict=True))
    won = sum(b and not a for a, b in zip(first, second, strict=True))
    flips, fewer = lost + won, min(lost, won)
    tail = sum(math.comb(flips, n) for n in range(fewer + 1))
    return min(1.0, 2 * tail / (1 << flips))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values that keep the chance of any false alarm at the level (Holm 1979)."""
    order = sorted(range(len(p_values)), key=lambda n: p_values[n])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values that keep the share of false alarms at the level (Benjamini & Hochberg 1995)."""
    order = sorted(range(len(p_values)), key=lambda n: p_values[n], reverse=True)
    adjusted, lowest = [0.0] * len(p_values), 1.0
    for rank, place in enumerate(order):
        lowest = min(lowest, p_values[place] * len(p_values) / (len(p_values) - rank))
        adjusted[place] = lowest
    return adjusted


def _average_ranks(values: Sequence[float]) -> Floats:
    _, inverse, counts = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middles: Floats = (ends - (counts - 1) / 2)[inverse]
    return middles


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Spearman's rho: Pearson's correlation of the average ranks (Spearman 1904); nan for a constant side."""
    a, b = _average_ranks(first), _average_ranks(second)
    a, b = a - a.mean(), b - b.mean()
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / scale if scale else math.nan


def kendall(first: Sequence[float], second: Sequence[float]) -> float:
    """Kendall's tau-b, corrected for ties (Kendall 1945); nan for a constant side."""
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    agreement, pairs_a, pairs_b = 0.0, 0, 0
    for n in range(len(a) - 1):
        left, right = np.sign(a[n + 1 :] - a[n]), np.sign(b[n + 1 :] - b[n])
        agreement += float(left @ right)
        pairs_a += int(np.count_nonzero(left))
        pairs_b += int(np.count_nonzero(right))
    scale = math.sqrt(pairs_a * pairs_b)
    return agreement / scale if scale else math.nan
