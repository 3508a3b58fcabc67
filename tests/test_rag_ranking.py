import math
from dataclasses import replace
from datetime import date
from itertools import permutations

import numpy as np
import pytest

from dateline.index.keeping.lexical import terms
from dateline.index.keeping.rows import Candidate
from dateline.rag.search.query import analyse
from dateline.rag.search.ranking import (
    ALONE,
    FEATURES,
    SUPPORT,
    LexicalStats,
    Weights,
    bm25,
    features,
    frequencies,
    likeness,
    rank,
)


def day(iso: str) -> int:
    return date.fromisoformat(iso).toordinal()


def candidate(row: int, text: str, published: str | None = None, source: str = "", **more: object) -> Candidate:
    made = Candidate(
        row=row,
        passage_id=f"p{row}",
        doc_id=f"d{row}",
        title_terms=tuple(terms(source)),
        terms=tuple(terms(text)),
        source=source,
        published_day=day(published) if published else None,
        first_day=None,
        last_day=None,
        cluster=None,
        alone=False,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def stats(candidates: list[Candidate]) -> LexicalStats:
    frequency: dict[str, int] = {}
    for entry in candidates:
        for term in {*entry.terms, *entry.title_terms}:
            frequency[term] = frequency.get(term, 0) + 1
    return LexicalStats(len(candidates), frequency)


def order(question: str, candidates: list[Candidate], cosines: list[float], asked_on: str | None = None) -> list[int]:
    query = analyse(question, asked_on)
    return [candidates[i].row for _, i in rank(query, candidates, cosines, stats(candidates))]


def test_bm25_is_the_published_formula() -> None:
    found = [candidate(1, "storm storm lisbon"), candidate(2, "harbour")]
    frequency = frequencies(analyse("storm"), found)
    assert frequency.tolist() == [[2], [0]]
    scores = bm25(frequency, found, np.array([stats(found).idf("storm")]))
    # idf = ln(1 + (2 - 1 + .5) / (1 + .5)) = ln 2; length 3 of average 2: K = 1.2 * (.25 + .75 * 1.5) = 1.65
    assert scores[0] == pytest.approx(math.log(2) * 2 * 2.2 / (2 + 1.65))
    assert scores[1] == 0


def test_a_heading_s_words_count() -> None:
    found = [candidate(1, "rates rise", source="Reuters"), candidate(2, "rates rise")]
    assert frequencies(analyse("Reuters rates"), found).tolist() == [[1, 1], [0, 1]]


def test_shared_words_count_by_how_much_of_the_question_some_passage_has() -> None:
    column = FEATURES.index("lexical")
    whole = [candidate(1, "storm lisbon"), candidate(2, "harbour")]
    known = LexicalStats(4, {"storm": 1, "lisbon": 1})
    assert features(analyse("storm Lisbon"), whole, [0, 0], known)[:, column].tolist() == [1.0, 0.0]
    half = [candidate(1, "storm"), candidate(2, "harbour")]
    assert features(analyse("storm Lisbon"), half, [0, 0], known)[:, column].tolist() == [0.5, 0.0]


def test_a_passage_is_as_like_as_itself_and_its_nearest_sentence() -> None:
    assert likeness(0.4, None) == 0.4
    assert likeness(0.4, 0.4) == pytest.approx(0.4)
    assert 0.4 < likeness(0.4, 0.7) < 0.7


def test_equal_in_meaning_the_shared_words_decide_and_the_other_way_round() -> None:
    found = [candidate(1, "a harbour"), candidate(2, "a storm in Lisbon")]
    assert order("storm Lisbon", found, [0.5, 0.5]) == [2, 1]
    assert order("storm Lisbon", found, [0.9, 0.1]) == [1, 2]


def test_an_article_headed_by_the_matter_goes_before_one_that_mentions_it() -> None:
    headed = candidate(1, "storm in Lisbon", title_terms=("storm", "lisbon"))
    found = [headed, candidate(2, "storm in Lisbon and harbour", title_terms=("morn", "news"))]
    column = features(analyse("storm Lisbon"), found, [0, 0], stats(found))[:, FEATURES.index("title")]
    assert column.tolist() == [1.0, 0.0]


def test_the_source_that_the_question_names_goes_first() -> None:
    found = [candidate(1, "rates rise", source="Reuters"), candidate(2, "rates rise", source="Daily Mirror")]
    assert order("What does the Daily Mirror say of rates?", found, [0.5, 0.5]) == [2, 1]


def test_with_a_today_the_fresh_article_goes_first_and_without_it_age_is_nothing() -> None:
    old, new = candidate(1, "team won", "2023-06-01"), candidate(2, "team won", "2024-06-01")
    assert order("Which team won?", [old, new], [0.5, 0.5], "2024-06-03") == [2, 1]
    assert order("Which team won?", [old, new], [0.52, 0.5]) == [1, 2]


def test_a_question_for_what_is_new_leans_more_on_freshness() -> None:
    found = [candidate(1, "team won", "2023-06-01"), candidate(2, "team won", "2024-06-01")]
    cosines = [0.83, 0.45]
    assert order("Which team won the cup?", found, cosines, "2024-06-03") == [1, 2]
    assert order("Which team recently won the cup?", found, cosines, "2024-06-03") == [2, 1]


def test_what_appears_after_the_asker_s_today_goes_last() -> None:
    found = [candidate(1, "team won", "2024-06-20"), candidate(2, "team won", "2024-01-01")]
    assert order("Which team won?", found, [0.8, 0.5], "2024-06-03") == [2, 1]


def test_a_question_about_an_earlier_time_does_not_lean_on_today() -> None:
    then, now = candidate(1, "storm", "2023-03-15"), candidate(2, "storm", "2024-06-01")
    assert order("What did the storm do on 14 March 2023?", [then, now], [0.5, 0.5], "2024-06-03") == [1, 2]


def test_a_passage_that_speaks_of_the_day_asked_about_fits_like_one_published_then() -> None:
    about = candidate(1, "storm", "2025-01-01", first_day=day("2023-03-14"), last_day=day("2023-03-14"))
    found = [about, candidate(2, "storm", "2025-01-01")]
    column = FEATURES.index("window")
    fit = features(analyse("the storm of 14 March 2023"), found, [0, 0], stats(found))[:, column]
    assert fit[0] == 1 and fit[1] < 0.01


def test_an_undated_article_gets_no_time_feature() -> None:
    found = [candidate(1, "storm")]
    row = features(analyse("the storm this week", "2024-06-03"), found, [0.3], stats(found))[0]
    assert {name for name, value in zip(FEATURES, row, strict=True) if value} == {"dense", "lexical"}


def test_copies_of_an_article_stand_behind_everything_else() -> None:
    found = [
        candidate(1, "storm", cluster="c"),
        candidate(2, "storm", cluster="c"),
        candidate(3, "harbour"),
        candidate(4, "storm", cluster="c", doc_id="d1"),
    ]
    assert order("storm", found, [0.9, 0.8, 0.1, 0.7]) == [1, 4, 3, 2]
    scores = [score for score, _ in rank(analyse("storm"), found, [0.9, 0.8, 0.1, 0.7], stats(found))]
    assert scores == sorted(scores, reverse=True) and len(set(scores)) == 4


def test_the_order_does_not_depend_on_the_order_of_the_candidates() -> None:
    found = [candidate(row, "storm in Lisbon", "2024-01-01") for row in (1, 2, 3)]
    assert {tuple(order("storm", list(p), [0.5] * 3)) for p in permutations(found)} == {(1, 2, 3)}


def test_scores_fall_and_are_the_weighted_sum() -> None:
    found = [candidate(1, "storm"), candidate(2, "harbour")]
    query, known = analyse("storm"), stats(found)
    ranked = rank(query, found, [0.2, 0.4], known, Weights(dense=2.0, lexical=1.0))
    assert ranked == [(pytest.approx(1.4), 0), (pytest.approx(0.8), 1)]


def test_nothing_to_rank_and_nothing_asked() -> None:
    assert rank(analyse("storm"), [], [], LexicalStats(0, {})) == []
    found = [candidate(1, "storm")]
    assert np.isfinite(features(analyse("who is it?"), found, [0.1], stats(found))).all()


def test_an_article_with_a_second_fitting_passage_stands_before_one_that_mentions_the_matter() -> None:
    mention = candidate(1, "harbour strike")
    about = [candidate(row, "harbour strike", doc_id="about") for row in (2, 3)]
    found = [mention, *about, candidate(4, "weather")]
    ranked = rank(analyse("harbour strike"), found, [0.5, 0.5, 0.5, 0.1], stats(found))
    assert [found[at].doc_id for _, at in ranked] == ["about", "about", "d1", "d4"]


def test_an_article_of_one_passage_is_not_behind_for_being_short() -> None:
    short = candidate(1, "harbour strike", alone=True)
    long = [candidate(row, "harbour strike", doc_id="long") for row in (2, 3)]
    found = [short, *long, candidate(4, "weather")]
    assert order("harbour strike", found, [0.55, 0.5, 0.5, 0.1])[0] == 1
    plain = features(analyse("harbour strike"), found, [0.5, 0.5, 0.5, 0.1], stats(found)) @ np.array(
        [getattr(Weights(), name) for name in FEATURES]
    )
    scores = {at: score for score, at in rank(analyse("harbour strike"), found, [0.5, 0.5, 0.5, 0.1], stats(found))}
    assert scores[0] == pytest.approx(plain[0] + SUPPORT * ALONE * (plain[0] - plain[3]))
