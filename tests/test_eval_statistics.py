"""Statistics: by hand, by enumeration, and where a statistic has no value."""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Sequence
from itertools import product
from statistics import fmean, stdev

import pytest

from dateline.eval.numbers import metrics, statistics


def test_the_interval_of_a_mean_is_that_of_the_normal_for_many_values() -> None:
    draw = random.Random(1)
    values = [draw.gauss(0.3, 1.0) for _ in range(400)]
    centre, error = fmean(values), stdev(values) / math.sqrt(len(values))
    low, high = statistics.bootstrap_mean(values, resamples=5000)
    assert (low, high) == (
        pytest.approx(centre - 1.96 * error, abs=0.01),
        pytest.approx(centre + 1.96 * error, abs=0.01),
    )
    assert statistics.bootstrap_mean(values) == statistics.bootstrap_mean(values)  # seeded


def test_intervals_of_nothing_and_of_one_value() -> None:
    assert all(math.isnan(end) for end in statistics.bootstrap_mean([]))
    assert all(math.isnan(end) for end in statistics.bootstrap([], metrics.mean))
    assert statistics.bootstrap_mean([0.5]) == statistics.bootstrap([0.5], metrics.mean) == (0.5, 0.5)


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


def test_permutation_test_is_exact_for_few() -> None:
    # all of 5 differences positive: 2 of 32 sign patterns are as extreme
    assert statistics.permutation_test([1.0, 2.0, 0.5, 1.5, 1.0]) == pytest.approx(2 / 32)
    # zeros say nothing; 3, 2, -1 sum to 4: of 8 patterns ±6 and ±4 are as far from zero
    assert statistics.permutation_test([3.0, 0.0, 2.0, 0.0, -1.0]) == pytest.approx(4 / 8)
    assert statistics.permutation_test([0.0, 0.0]) == statistics.permutation_test([2.0]) == 1.0


def test_permutation_test_of_many_is_close_to_counting_all_patterns() -> None:
    draw = random.Random(2)
    values = [draw.gauss(0.3, 1.0) for _ in range(15)]
    sums = [abs(sum(map(operator.mul, values, signs))) for signs in product((1, -1), repeat=15)]
    exact = fmean(total >= abs(sum(values)) - 1e-9 for total in sums)
    assert statistics.permutation_test(values) == pytest.approx(exact, abs=0.02)


def test_mcnemar_is_the_sign_test_of_the_flips() -> None:
    first = [True] * 12 + [False] * 3 + [True] * 20
    second = [False] * 12 + [True] * 3 + [True] * 20
    # 3 or fewer of 15 flips one way, or the other: 2 (1 + 15 + 105 + 455) / 2^15
    assert statistics.mcnemar(first, second) == pytest.approx(2 * 576 / 2**15)
    assert statistics.mcnemar([True], [True]) == 1.0
    assert statistics.mcnemar([True, False], [False, True]) == 1.0


def test_swap_test_sees_a_difference_and_its_absence() -> None:
    low, high = [0.0] * 30, [1.0] * 30
    assert statistics.swap_test(low, high, metrics.mean) < 0.01
    assert statistics.swap_test(low, low, metrics.mean) == 1.0


def test_swap_test_of_a_few_pairs_counts_all_swaps() -> None:
    # both pairs differ by 1 the same way: of 4 swaps the observed one and its mirror are as far apart
    assert statistics.swap_test([0.0, 0.0], [1.0, 1.0], metrics.mean) == pytest.approx(2 / 4)
    assert statistics.swap_test([0.0], [1.0], metrics.mean) == 1.0


def test_corrections() -> None:
    values = [0.01, 0.04, 0.03, 0.005]
    assert statistics.holm(values) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    # sorted: 0.005·4/1, 0.01·4/2, 0.03·4/3, 0.04·4/4
    assert statistics.benjamini_hochberg(values) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert statistics.holm([]) == statistics.benjamini_hochberg([]) == []


def test_rank_correlations_with_ties() -> None:
    first, second = [1.0, 2.0, 2.0, 3.0], [1.0, 3.0, 2.0, 4.0]
    # ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: covariance 4.5 over the root of 4.5 · 5
    assert statistics.spearman(first, second) == pytest.approx(4.5 / math.sqrt(4.5 * 5))
    # 5 pairs agree, 1 is tied on one side: 5 / sqrt(5 · 6)
    assert statistics.kendall(first, second) == pytest.approx(5 / math.sqrt(30))
    assert math.isnan(statistics.spearman([1.0, 1.0], [1.0, 2.0]))
    assert math.isnan(statistics.kendall([1.0, 1.0], [1.0, 2.0]))
