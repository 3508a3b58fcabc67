"""The metrics: by hand, against ir_measures, and their properties."""

from __future__ import annotations

import math
import random
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.eval.numbers import metrics

NAMES = ["Recall@1", "Recall@5", "Recall@20", "P@1", "P@5", "P@10", "Success@1", "Success@5"]
NAMES += ["MRR@1", "MRR@10", "MAP@5", "MAP@100", "nDCG@1", "nDCG@5", "nDCG@10", "nDCG@100"]
PEER = {"Recall": "R", "MRR": "RR", "MAP": "AP"}


def random_qrels_and_run(seed: int) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]]]:
    draw = random.Random(seed)
    docs = [f"d{n}" for n in range(60)]
    qrels = {f"q{n}": {d: draw.randint(0, 4) for d in draw.sample(docs, draw.randint(1, 30))} for n in range(40)}
    run = {
        query: {
            d: draw.choice([draw.random(), round(draw.random(), 1)]) for d in draw.sample(docs, draw.randint(1, 50))
        }
        for query in qrels
        if draw.random() > 0.15  # some queries have no results
    }
    run["q-not-judged"] = {"d1": 1.0}
    return qrels, run


@pytest.mark.parametrize("seed", range(5))
def test_retrieval_metrics_equal_ir_measures(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ir_measures
    qrels, run = random_qrels_and_run(seed)
    untied = {query: {d: -n for n, d in enumerate(metrics.ranked(docs))} for query, docs in run.items()}
    ours = metrics.score_run(qrels, run, NAMES)
    for name in NAMES:
        head, cut = name.split("@")
        theirs_run = untied if head == "MRR" else run  # its RR@k breaks ties in another way than trec_eval
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            measure = ir_measures.parse_measure(f"{PEER.get(head, head)}@{cut}")
            theirs = {m.query_id: m.value for m in ir_measures.iter_calc([measure], qrels, theirs_run)}
            aggregate = ir_measures.calc_aggregate([measure], qrels, theirs_run)[measure]
        assert set(ours[name]) == set(qrels)
        for query in qrels:
            assert ours[name][query] == pytest.approx(theirs.get(query, 0.0), abs=1e-9), (name, query)
        assert metrics.mean(ours[name].values()) == pytest.approx(aggregate, abs=1e-9)


def test_duplicates_count_once_at_their_best_rank() -> None:
    grades = {"a": 1, "b": 1}
    ranking = ["x", "a", "a", "a", "b"]  # without duplicates: x, a, b
    assert metrics.recall(ranking, grades, 3) == 1.0
    assert metrics.precision(ranking, grades, 3) == pytest.approx(2 / 3)
    assert metrics.ndcg(ranking, grades, 3) == pytest.approx(
        (1 / math.log2(3) + 1 / math.log2(4)) / (1 / math.log2(2) + 1 / math.log2(3))
    )
    assert metrics.average_precision(ranking, grades) == pytest.approx((1 / 2 + 2 / 3) / 2)


def test_ndcg_ideal_holds_every_judged_item_not_only_those_found() -> None:
    # DCG = 3 / log2(2); ideal = 3 / log2(2) + 2 / log2(3)
    assert metrics.ndcg(["a"], {"a": 3, "b": 2}, 10) == pytest.approx(3 / (3 + 2 / math.log2(3)))


def test_ranks_count_from_one_and_missing_queries_score_zero() -> None:
    scores = metrics.score_run({"q1": {"a": 1}, "q2": {"a": 1}}, {"q1": {"b": 2.0, "a": 1.0}}, ["MRR@10"])
    assert scores == {"MRR@10": {"q1": 0.5, "q2": 0.0}}
    assert metrics.mean(scores["MRR@10"].values()) == 0.25


def test_no_relevant_item_scores_zero_without_division_by_zero() -> None:
    for name in NAMES:
        assert metrics.parse_metric(name)(["a"], {"a": 0}) == 0.0


@pytest.mark.parametrize("name", ["nDCG", "nDCG@0", "nDCG@x", "hit@3", "@5", ""])
def test_unknown_metric_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a metric"):
        metrics.parse_metric(name)


def test_answer_matching_ignores_case_marks_articles_and_punctuation() -> None:
    assert metrics.exact_match("The “Lake Fund”.", ["lake fund"]) == 1.0
    assert metrics.containment("He flew to the U.S. on Monday [1].", ["US"]) == 1.0
    assert metrics.containment("It cost 1,250,000 euros [2].", ["1250000 euros"]) == 1.0
    assert metrics.containment("The rate was 4.5 per cent", ["45"]) == 0.0
    assert metrics.containment("Marlow's envoy", ["Marlow"]) == 1.0
    assert metrics.containment("The category is open", ["cat"]) == 0.0
    assert metrics.containment("anything", ["the"]) == 0.0


def test_token_f1_by_hand() -> None:
    # shared: minister, resigned = 2; answer 3 words, reference 2 words: 2 * 2 / 5
    assert metrics.token_f1("minister resigned Monday", ["x", "the minister resigned"]) == pytest.approx(0.8)
    assert metrics.token_f1("", [""]) == 1.0
    assert metrics.token_f1("a word", []) == 0.0
    assert metrics.rouge1_f1("what about the sharks", "what about sharks") == pytest.approx(2 * 3 / 7)


def test_facts_forbidden_claims_and_order() -> None:
    facts = [["Monday", "6 July"], ["bridge"], ["mayor"]]
    text = "On 6 July the mayor opened the bridge."
    assert metrics.facts_found(text, facts) == 1.0
    assert metrics.facts_found(text, [["bridge"], ["tunnel"]]) == 0.5
    assert metrics.claims_found(text, ["opened the tunnel", "opened the bridge"]) == 0.5
    assert metrics.claims_found(text, []) == 0.0
    assert metrics.order_kept(text, facts) == pytest.approx(2 / 3)  # mayor comes before bridge
    assert metrics.order_kept(text, [["bridge"], ["tunnel"]]) == 0.0
    assert metrics.order_kept(text, [["bridge"]]) == 1.0


def test_a_number_at_the_end_of_a_sentence_keeps_its_point() -> None:
    assert metrics.words("It rose to 5.2. The U.S. fell.") == ["it", "rose", "to", "5.2", "us", "fell"]
    assert metrics.containment("A magnitude of 4.5.", ["4.5"]) == 1
    assert metrics.containment("A magnitude of 4.5.", ["45"]) == 0


def test_an_interval_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        metrics.interval("2026-02-05/2026-02-01")


def test_intervals_of_iso_values() -> None:
    assert metrics.interval("2024-02") == ("2024-02-01", "2024-02-29")
    assert metrics.interval("2025") == ("2025-01-01", "2025-12-31")
    assert metrics.interval("2025-12") == ("2025-12-01", "2025-12-31")
    assert metrics.interval("2026-01-24/2026-01-25") == ("2026-01-24", "2026-01-25")
    assert metrics.interval("2026-01-24T10:00") == ("2026-01-24", "2026-01-24")
    for bad in ("yesterday", "2026-13", "2026-02-30", "24 January"):
        with pytest.raises(ValueError, match=r"not an ISO|must be|out of range|day"):
            metrics.interval(bad)


def test_dates_exact_and_overlap() -> None:
    given_intervals = [("2026-01-24", "2026-01-24"), ("2026-01-01", "2026-01-10"), (None, None)]
    assert metrics.dates_exact(given_intervals, ["2026-01-24", "2026-01-25"]) == 0.5
    # 2026-01-06..15 shares 5 days with 01..10, of 15 in all
    assert metrics.dates_overlap(given_intervals, ["2026-01-06/2026-01-15"]) == pytest.approx(5 / 15)
    assert metrics.dates_overlap([], ["2026-01-06"]) == 0.0
    assert metrics.dates_overlap([(None, "2026-01-06")], ["2026-01-06"]) == 1.0


def test_auroc_by_hand_with_ties() -> None:
    # pairs (positive, negative): .9>.5, .9>.1, .5=.5 (half), .5>.1 -> 3.5 of 4
    assert metrics.auroc([0.9, 0.5, 0.5, 0.1], [True, True, False, False]) == pytest.approx(3.5 / 4)
    assert metrics.auroc([0.1, 0.2], [True, True]) == 0.5


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30))
def test_auroc_equals_counting_pairs(rows: list[tuple[int, bool]]) -> None:
    up = [score for score, label in rows if label]
    down = [score for score, label in rows if not label]
    expected = sum((a > b) + (a == b) / 2 for a in up for b in down) / (len(up) * len(down)) if up and down else 0.5
    assert metrics.auroc([s for s, _ in rows], [label for _, label in rows]) == pytest.approx(expected)


def test_risk_coverage_and_its_area() -> None:
    points = metrics.risk_coverage([0.9, 0.8, 0.8, 0.1], [True, True, False, False])
    assert points == [(0.25, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    area = metrics.area_under_risk_coverage([0.9, 0.8, 0.8, 0.1], [True, True, False, False])
    assert area == pytest.approx(0.25 * 0 + 0.5 / 3 + 0.25 * 0.5)
    assert metrics.area_under_risk_coverage([], []) == 0.0


def test_calibration_by_hand() -> None:
    confidences, correct = [0.05, 0.95, 0.95, 1.0], [False, True, True, False]
    bins = metrics.calibration_bins(confidences, correct)
    assert [row.count for row in bins] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 3]
    # first bin: |0 - .05| of 1; last: |2/3 - 2.9/3| of 3
    assert metrics.expected_calibration_error(confidences, correct) == pytest.approx((0.05 + 0.9) / 4)
    assert metrics.brier_score([0.5, 1.0], [True, True]) == pytest.approx(0.125)
    assert metrics.calibration_bins([0.1, 0.2], [True, True])[0].count == 1  # .1 closes the first bin


@given(st.text(), st.text())
def test_matching_never_raises_and_stays_in_range(text: str, other: str) -> None:
    for value in (
        metrics.exact_match(text, [other]),
        metrics.token_f1(text, [other]),
        metrics.containment(text, [other]),
        metrics.rouge1_f1(text, other),
    ):
        assert 0.0 <= value <= 1.0
