"""Metrics: pure functions on the standard library, each with the source of its formula.

Retrieval    ``recall`` ``precision`` ``success`` ``reciprocal_rank`` ``average_precision`` ``ndcg``, per query;
             ``score_run`` for qrels and a run; ``parse_metric`` for names such as "nDCG@10"
Answers      ``exact_match`` ``token_f1`` ``rouge1_f1`` ``containment`` ``facts_found`` ``claims_found``
             ``order_kept`` ``dates_exact`` ``dates_overlap``
Abstention   ``auroc`` ``risk_coverage`` ``area_under_risk_coverage`` ``calibration_bins``
             ``expected_calibration_error`` ``brier_score``

Every value is a float in [0, 1]; ranks count from 1.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, groupby

Qrels = Mapping[str, Mapping[str, int]]
"""{query_id: {doc_id: grade}}; a grade above 0 is relevant."""

Run = Mapping[str, Mapping[str, float]]
"""{query_id: {doc_id: score}}."""

Interval = tuple[str | None, str | None]
"""Earliest and latest ISO day, inclusive; None where that side is open."""


# --- retrieval ---------------------------------------------------------------------------------------------


def ranked(scores: Mapping[str, float]) -> list[str]:
    """Ids by falling score; ties by falling id, as trec_eval breaks them."""
    return sorted(scores, key=lambda item: (scores[item], item), reverse=True)


def first_seen(ranking: Iterable[str]) -> list[str]:
    """The ranking with every id kept at its best rank only: an article found by three passages counts once."""
    return list(dict.fromkeys(ranking))


def _relevant(grades: Mapping[str, int]) -> set[str]:
    return {item for item, grade in grades.items() if grade > 0}


def _hits(ranking: Iterable[str], grades: Mapping[str, int], k: int | None) -> list[bool]:
    relevant = _relevant(grades)
    return [item in relevant for item in first_seen(ranking)[:k]]


def recall(ranking: Iterable[str], grades: Mapping[str, int], k: int | None = None) -> float:
    """Recall@k: share of the relevant items among the first ``k`` (Manning, Raghavan & Schütze 2008, 8.3)."""
    relevant = len(_relevant(grades))
    return sum(_hits(ranking, grades, k)) / relevant if relevant else 0.0


def precision(ranking: Iterable[str], grades: Mapping[str, int], k: int) -> float:
    """P@k: relevant items among the first ``k``, divided by ``k`` even when fewer were found (ibid., 8.4)."""
    return sum(_hits(ranking, grades, k)) / k


def success(ranking: Iterable[str], grades: Mapping[str, int], k: int | None = None) -> float:
    """Success@k: 1 when any of the first ``k`` is relevant (trec_eval's ``success``)."""
    return float(any(_hits(ranking, grades, k)))


def reciprocal_rank(ranking: Iterable[str], grades: Mapping[str, int], k: int | None = None) -> float:
    """One over the rank of the first relevant item, 0 beyond ``k``; its mean is MRR@k (Voorhees 1999)."""
    hits = _hits(ranking, grades, k)
    return 1 / (hits.index(True) + 1) if True in hits else 0.0


def average_precision(ranking: Iterable[str], grades: Mapping[str, int], k: int | None = None) -> float:
    """Sum of the precision at each relevant item, over *all* relevant items; its mean is MAP (Manning, 8.8)."""
    found, total = 0, 0.0
    for rank, hit in enumerate(_hits(ranking, grades, k), start=1):
        if hit:
            found += 1
            total += found / rank
    relevant = len(_relevant(grades))
    return total / relevant if relevant else 0.0


def _dcg(gains: Iterable[int]) -> float:
    return sum(max(gain, 0) / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def ndcg(ranking: Iterable[str], grades: Mapping[str, int], k: int | None = None) -> float:
    """nDCG@k: gain over log2(rank + 1), divided by that of the ideal order of *all* judged items.

    Järvelin & Kekäläinen 2002 with linear gain, as trec_eval's ``ndcg_cut``.
    """
    ideal = _dcg(sorted(grades.values(), reverse=True)[:k])
    return _dcg(grades.get(item, 0) for item in first_seen(ranking)[:k]) / ideal if ideal else 0.0


RankingMetric = Callable[[Sequence[str], Mapping[str, int]], float]

_RANKING_METRICS: dict[str, Callable[[Iterable[str], Mapping[str, int], int], float]] = {
    "Recall": recall, "R": recall, "P": precision, "Success": success, "MRR": reciprocal_rank,
    "MAP": average_precision, "nDCG": ndcg,
}  # fmt: skip


def parse_metric(name: str) -> RankingMetric:
    """The per-query function behind a column head such as "nDCG@10" or "Recall@5"; ValueError for others."""
    head, _, cut = name.partition("@")
    if head not in _RANKING_METRICS or not cut.isdigit() or int(cut) < 1:
        raise ValueError(f"{name!r} is not a metric; known: {', '.join(_RANKING_METRICS)}, each with @k")
    function, k = _RANKING_METRICS[head], int(cut)
    return lambda ranking, grades: function(ranking, grades, k)


def score_run(qrels: Qrels, run: Run, names: Iterable[str]) -> dict[str, dict[str, float]]:
    """{metric: {query_id: value}} over every query of ``qrels``; a query missing from ``run`` scores 0."""
    rankings = {query: ranked(run.get(query, {})) for query in qrels}
    functions = {name: parse_metric(name) for name in names}
    return {
        name: {query: function(rankings[query], grades) for query, grades in qrels.items()}
        for name, function in functions.items()
    }


def mean(values: Iterable[float]) -> float:
    """Arithmetic mean; 0 for nothing."""
    numbers = list(values)
    return math.fsum(numbers) / len(numbers) if numbers else 0.0


# --- answers -----------------------------------------------------------------------------------------------

_ARTICLES = frozenset({"a", "an", "the"})
_ABBREVIATION = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(r"\d+\.\d+|[^\W_]+")
_MARK = re.compile(r"\[\d+\]")


def words(text: str) -> list[str]:
    """Words for matching: case, punctuation, citation marks, articles, "U.S." against "US", "1,000" ignored.

    The normalisation of SQuAD's evaluation script (Rajpurkar et al. 2016), carried over to Unicode.
    """
    plain = unicodedata.normalize("NFKC", _MARK.sub(" ", text)).casefold()
    plain = _ABBREVIATION.sub(lambda match: match[0].replace(".", "") + " ", _THOUSANDS.sub("", plain))
    return [word for word in _WORD.findall(plain) if word not in _ARTICLES]


def exact_match(answer: str, references: Iterable[str]) -> float:
    """1 when the normalised answer is one of the references (Rajpurkar et al. 2016)."""
    return float(any(words(answer) == words(reference) for reference in references))


def _overlap_f1(answer: Sequence[str], reference: Sequence[str]) -> float:
    if not answer or not reference:
        return float(answer == reference)
    shared = sum((Counter(answer) & Counter(reference)).values())
    return 2 * shared / (len(answer) + len(reference))


def token_f1(answer: str, references: Iterable[str]) -> float:
    """Harmonic mean of word precision and recall against the best reference (Rajpurkar et al. 2016)."""
    return max((_overlap_f1(words(answer), words(reference)) for reference in references), default=0.0)


def rouge1_f1(text: str, reference: str) -> float:
    """ROUGE-1 F1 without stemming: overlap of [a-z0-9]+ words (Lin 2004, tokens as in ``rouge_score``)."""
    first, second = (re.findall(r"[a-z0-9]+", side.lower()) for side in (text, reference))
    return _overlap_f1(first, second)


def position(text: str, phrase: str) -> int | None:
    """Index of the word of ``text`` at which ``phrase`` stands as whole words, or None."""
    haystack, needle = words(text), words(phrase)
    if not needle:
        return None
    starts = range(len(haystack) - len(needle) + 1)
    return next((start for start in starts if haystack[start : start + len(needle)] == needle), None)


def containment(answer: str, references: Iterable[str]) -> float:
    """1 when a reference stands in the answer as whole words, normalised."""
    return float(any(position(answer, reference) is not None for reference in references))


Holds = Callable[[str, Iterable[str]], float]
"""(answer, alternatives) -> 1 where one of them stands in the answer, else 0; ``containment`` is one."""


def facts_found(answer: str, facts: Sequence[Sequence[str]], holds: Holds = containment) -> float:
    """Share of the facts of which one alternative stands in the answer; 1 when none is asked for.

    Nugget recall by strings, as in TREC QA's list questions (Voorhees 2003).
    """
    return mean(holds(answer, alternatives) for alternatives in facts) if facts else 1.0


def claims_found(answer: str, claims: Sequence[str], holds: Holds = containment) -> float:
    """Share of the (forbidden) claims that stand in the answer; 0 when there are none."""
    return mean(holds(answer, [claim]) for claim in claims)


def order_kept(answer: str, facts: Sequence[Sequence[str]]) -> float:
    """Share of pairs of facts told in the given order; a pair with a missing fact is not.

    (Concordant pairs over all pairs, the first half of Kendall's tau.)
    """
    found = [[position(answer, alternative) for alternative in alternatives] for alternatives in facts]
    places = [min((place for place in row if place is not None), default=None) for row in found]
    pairs = list(combinations(places, 2))
    kept = sum(first is not None and second is not None and first < second for first, second in pairs)
    return kept / len(pairs) if pairs else 1.0


def interval(value: str) -> Interval:
    """The days of an ISO "2026-02-04", "2026-02", "2026" or "2026-01-24/2026-01-25"; ValueError for others."""
    if "/" in value:
        first, _, last = value.partition("/")
        earliest, latest = interval(first)[0], interval(last)[1]
        if earliest and latest and earliest > latest:
            raise ValueError(f"{value!r} ends before it begins")
        return earliest, latest
    match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?", value)
    if not match:
        raise ValueError(f"{value!r} is not an ISO day, month, year or interval A/B")
    year, month, day = match.groups()
    if day:
        text = f"{year}-{month}-{day}"
        date.fromisoformat(text)
        return text, text
    first_month, last_month = int(month or 1), int(month or 12)
    after = date(int(year) + last_month // 12, last_month % 12 + 1, 1)
    return date(int(year), first_month, 1).isoformat(), date.fromordinal(after.toordinal() - 1).isoformat()


def _days(bounds: Interval) -> tuple[int, int]:
    earliest, latest = (date.fromisoformat(side[:10]).toordinal() if side else None for side in bounds)
    known = [side for side in (earliest, latest) if side is not None]
    return (earliest if earliest is not None else min(known), latest if latest is not None else max(known))


def dates_exact(given: Iterable[Interval], expected: Sequence[str]) -> float:
    """Share of the expected dates that are among the given intervals, both ends equal."""
    have = {(first, last) for first, last in given}
    return mean(float(interval(value) in have) for value in expected)


def dates_overlap(given: Iterable[Interval], expected: Sequence[str]) -> float:
    """Mean over the expected dates of the best overlap in days with a given interval (Jaccard 1912)."""
    have = [_days(bounds) for bounds in given if bounds != (None, None)]

    def best(value: str) -> float:
        first, last = _days(interval(value))
        shares = [
            max(0, min(last, until) - max(first, since) + 1) / (max(last, until) - min(first, since) + 1)
            for since, until in have
        ]
        return max(shares, default=0.0)

    return mean(best(value) for value in expected)


# --- abstention and confidence -----------------------------------------------------------------------------


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Probability that a positive scores above a negative, ties half (Hanley & McNeil 1982); .5 without both."""
    positives = sum(positive)
    negatives = len(positive) - positives
    if not positives or not negatives:
        return 0.5
    below, wins = 0, 0.0
    pairs = sorted(zip(scores, positive, strict=True))
    for _, tied in groupby(pairs, key=lambda pair: pair[0]):
        labels = [label for _, label in tied]
        up = sum(labels)
        wins += up * (below + (len(labels) - up) / 2)
        below += len(labels) - up
    return wins / (positives * negatives)


def risk_coverage(confidences: Sequence[float], correct: Sequence[bool]) -> list[tuple[float, float]]:
    """(coverage, risk) for every threshold, most confident first; equal confidences enter together.

    Risk is the share of wrong ones among those covered (El-Yaniv & Wiener 2010).
    """
    points, covered, wrong = [], 0, 0
    pairs = sorted(zip(confidences, correct, strict=True), key=lambda pair: -pair[0])
    for _, tied in groupby(pairs, key=lambda pair: pair[0]):
        labels = [label for _, label in tied]
        covered += len(labels)
        wrong += len(labels) - sum(labels)
        points.append((covered / len(pairs), wrong / covered))
    return points


def area_under_risk_coverage(confidences: Sequence[float], correct: Sequence[bool]) -> float:
    """AURC: the mean risk over all coverages, lower is better (Geifman, Uziel & El-Yaniv 2019)."""
    total, before = 0.0, 0.0
    for coverage, risk in risk_coverage(confidences, correct):
        total += (coverage - before) * risk
        before = coverage
    return total


@dataclass(frozen=True)
class CalibrationBin:
    """How many answers fell into one range of confidence, their mean confidence and the share correct."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def calibration_bins(confidences: Sequence[float], correct: Sequence[bool], bins: int = 10) -> list[CalibrationBin]:
    """The reliability diagram: ``bins`` ranges of equal width, (low, high], 0 in the first (Guo et al. 2017)."""
    rows: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, label in zip(confidences, correct, strict=True):
        rows[min(max(math.ceil(confidence * bins) - 1, 0), bins - 1)].append((confidence, label))
    return [
        CalibrationBin(
            place / bins, (place + 1) / bins, len(row), mean(value for value, _ in row), mean(label for _, label in row)
        )
        for place, row in enumerate(rows)
    ]


def expected_calibration_error(confidences: Sequence[float], correct: Sequence[bool], bins: int = 10) -> float:
    """ECE: mean distance between confidence and accuracy over equal-width bins, weighted (Naeini et al. 2015)."""
    rows = calibration_bins(confidences, correct, bins)
    return sum(row.count * abs(row.accuracy - row.confidence) for row in rows) / max(len(confidences), 1)


def brier_score(confidences: Sequence[float], correct: Sequence[bool]) -> float:
    """Mean squared distance between confidence and outcome (Brier 1950)."""
    return mean((confidence - label) ** 2 for confidence, label in zip(confidences, correct, strict=True))
