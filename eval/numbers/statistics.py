"""Statistics: intervals, paired tests, corrections for many tests, agreement; computed by SciPy.

Resampling draws questions, seeded, so a number and its interval are the same at every run. What is ours is what SciPy
leaves open: what becomes of nothing, of one value, and of a sample in which a statistic has none. SciPy takes a second
to import, so each function does it for itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

Item = TypeVar("Item")

_CHUNK = 2_000_000
"""Drawn values held at once: 16 MB."""


def bootstrap_mean(
    values: Sequence[float], *, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean (Efron & Tibshirani 1993, ch. 13); (nan, nan) for nothing.

    For the paired bootstrap of a difference, give the differences.
    """
    if len(values) < 2:  # SciPy takes no less
        return (float(values[0]), float(values[0])) if len(values) else (math.nan, math.nan)
    from scipy import stats

    low, high = stats.bootstrap(
        (np.asarray(values, dtype=np.float64),),
        np.mean,
        confidence_level=level,
        n_resamples=resamples,
        batch=max(1, _CHUNK // len(values)),
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(low), float(high)


def bootstrap(
    items: Sequence[Item],
    statistic: Callable[[Sequence[Item]], float],
    *,
    level: float = 0.95,
    resamples: int = 500,
    seed: int = 0,
) -> tuple[float, float]:
    """The same interval for any statistic of the items, such as an AUROC.

    Samples in which the statistic has no value (nan), such as an AUROC of one class, are left out, as SciPy's cannot.
    """
    if not items:
        return math.nan, math.nan
    draw = np.random.default_rng(seed)
    samples = [statistic([items[n] for n in draw.integers(0, len(items), len(items))]) for _ in range(resamples)]
    known = [sample for sample in samples if not math.isnan(sample)]
    if not known:
        return math.nan, math.nan
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def permutation_test(differences: Sequence[float], *, resamples: int = 10_000, seed: int = 0) -> float:
    """Two-sided p of a zero mean difference by flipping signs (Fisher 1935; Smucker, Allan & Carterette 2007).

    Exact where there are no more sign patterns of the differences that are not zero than ``resamples``, else sampled,
    counting the observed one (Phipson & Smyth 2010).
    """
    from scipy import stats

    moved = np.asarray([value for value in differences if value], dtype=np.float64)
    if len(moved) < 2:  # a single change is as far from zero on either side
        return 1.0
    tested = stats.permutation_test(
        (moved,),
        lambda values, axis: np.abs(values.sum(axis=axis)),
        permutation_type="samples",
        alternative="greater",
        vectorized=True,
        n_resamples=resamples,
        batch=max(1, _CHUNK // (2 * len(moved))),
        rng=np.random.default_rng(seed),
    )
    return float(tested.pvalue)


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
    from scipy import stats

    if len(first) < 2:
        return 1.0
    items = [*first, *second]

    def apart(left: Any, right: Any) -> float:
        change = abs(statistic([items[n] for n in right]) - statistic([items[n] for n in left]))
        return math.inf if math.isnan(change) else change

    places = np.arange(len(first))
    tested = stats.permutation_test(
        (places, places + len(first)),
        apart,
        permutation_type="samples",
        alternative="greater",
        n_resamples=resamples,
        rng=np.random.default_rng(seed),
    )
    return float(tested.pvalue)


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Exact two-sided p of McNemar's test on paired yes/no outcomes (McNemar 1947): a sign test of the flips."""
    from scipy import stats

    lost = sum(a and not b for a, b in zip(first, second, strict=True))
    won = sum(b and not a for a, b in zip(first, second, strict=True))
    return float(stats.binomtest(won, lost + won).pvalue) if lost + won else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values that keep the chance of any false alarm at the level (Holm 1979); SciPy has no such function."""
    order = sorted(range(len(p_values)), key=lambda n: p_values[n])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values that keep the share of false alarms at the level (Benjamini & Hochberg 1995)."""
    from scipy import stats

    return [float(value) for value in stats.false_discovery_control(p_values)] if p_values else []


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Spearman's rho: Pearson's correlation of the average ranks (Spearman 1904); nan for a constant side."""
    from scipy import stats

    return float(stats.spearmanr(first, second).statistic) if _varied(first, second) else math.nan


def kendall(first: Sequence[float], second: Sequence[float]) -> float:
    """Kendall's tau-b, corrected for ties (Kendall 1945); nan for a constant side."""
    from scipy import stats

    return float(stats.kendalltau(first, second).statistic) if _varied(first, second) else math.nan


def _varied(*sides: Sequence[float]) -> bool:
    return all(len(set(side)) > 1 for side in sides)
