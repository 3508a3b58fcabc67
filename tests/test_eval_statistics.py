"""Statistics, against scipy and by hand."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest
from scipy import stats

from dateline.eval.numbers import metrics, statistics


def test_bootstrap_interval_covers_like_scipy() -> None:
    draw = random.Random(1)
    values = [draw.gauss(0.3, 1.0) for _ in range(150)]
    low, high = statistics.bootstrap_mean(values, resamples=5000)
    peer = stats.bootstrap(
        (values,), lambda x, axis: x.mean(axis=axis), method="percentile", n_resamples=5000
    ).confidence_interval
    assert (low, high) == (pytest.approx(peer.low, abs=0.03), pytest.approx(peer.high, abs=0.03))
    assert statistics.bootstrap_mean(values) == statistics.bootstrap_mean(values)  # seeded
    assert all(math.isnan(end) for end in statistics.bootstrap_mean([]))


def test_bootstrap_of_any_statistic_agrees_with_that_of_the_mean() -> None:
    values = [float(n % 7) for n in range(80)]
    general = statistics.bootstrap(values, metrics.mean, resamples=2000)
    assert general == pytest.approx(statistics.bootstrap_mean(values), abs=0.1)


def test_samples_without_a_value_are_left_out_of_the_interval() -> None:
    def only_ones(values: Sequence[float]) -> float:
        return 1.0 if 1.0 in values else math.nan  # what a share of nothing is

    assert statistics.bootstrap([1.0, 0.0, 0.0], only_ones) == (1.0, 1.0)
    assert all(map(math.isnan, statistics.bootstrap([0.0], only_ones)))


def test_swaps_without_a_value_speak_against_a_difference() -> None:
    def share(values: Sequence[float]) -> float:
        kept = [value for value in values if value >= 0]
        return metrics.mean(kept) if kept else math.nan

    # -1 stands for a question that the statistic is not about: of one that has a value, swapping it leaves none
    assert statistics.swap_test([1.0, -1.0], [-1.0, 0.0], share) > 0.4


def test_permutation_test_is_exact_for_few_and_close_to_scipy_for_many() -> None:
    # all of 5 differences positive: 2 of 32 sign patterns are as extreme
    assert statistics.permutation_test([1.0, 2.0, 0.5, 1.5, 1.0]) == pytest.approx(2 / 32)
    assert statistics.permutation_test([0.0, 0.0]) == 1.0
    draw = random.Random(2)
    values = [draw.gauss(0.2, 1.0) for _ in range(60)]
    peer = stats.permutation_test(
        (values,), lambda x, axis: x.mean(axis=axis), permutation_type="samples", n_resamples=9999
    )
    assert statistics.permutation_test(values) == pytest.approx(peer.pvalue, abs=0.02)


def test_mcnemar_is_the_binomial_sign_test() -> None:
    first = [True] * 12 + [False] * 3 + [True] * 20
    second = [False] * 12 + [True] * 3 + [True] * 20
    assert statistics.mcnemar(first, second) == pytest.approx(stats.binomtest(3, 15).pvalue)
    assert statistics.mcnemar([True], [True]) == 1.0
    assert statistics.mcnemar([True, False], [False, True]) == 1.0


def test_swap_test_sees_a_difference_and_its_absence() -> None:
    low, high = [0.0] * 30, [1.0] * 30
    assert statistics.swap_test(low, high, metrics.mean) < 0.01
    assert statistics.swap_test(low, low, metrics.mean) == 1.0


def test_corrections() -> None:
    values = [0.01, 0.04, 0.03, 0.005]
    assert statistics.holm(values) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert statistics.benjamini_hochberg(values) == pytest.approx(list(stats.false_discovery_control(values)))
    assert statistics.holm([]) == []


def test_rank_correlations_equal_scipy_with_ties() -> None:
    draw = random.Random(3)
    first = [float(draw.randint(0, 6)) for _ in range(50)]
    second = [value + draw.randint(0, 5) for value in first]
    assert statistics.spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic)
    assert statistics.kendall(first, second) == pytest.approx(stats.kendalltau(first, second).statistic)
    assert math.isnan(statistics.spearman([1.0, 1.0], [1.0, 2.0]))
    assert math.isnan(statistics.kendall([1.0, 1.0], [1.0, 2.0]))
