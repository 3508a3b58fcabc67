"""Scoring one question: what counts as right, supported, verbatim, retrieved."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from dateline.eval.runs.scoring import (
    answer_dates,
    is_correct,
    plain,
    quote_grades,
    score_answer,
    score_citations,
    score_retrieval,
)
from dateline.eval.sets.questions import Question

TEXT = "The mayor opened the bridge on Monday. It cost 4 million euros."


def answer(text: str, **fields: Any) -> dict[str, Any]:
    base = {"answer": text, "abstained": False, "citations": [], "sentences": [], "events": [], "confidence": 0.8}
    return base | fields


def cited(quote: str, n: int = 1, doc_id: str = "d", start: int | None = None) -> dict[str, Any]:
    begin = TEXT.find(quote) if start is None else start
    return {"n": n, "doc_id": doc_id, "quote": quote, "start": begin, "end": begin + len(quote), "dates": []}


def hit(text: str, doc_id: str = "d", passage_id: str = "p") -> dict[str, Any]:
    return {"text": text, "doc_id": doc_id, "passage_id": passage_id}


DECLINED = answer("Not said.", abstained=True)


def test_right_and_wrong() -> None:
    question = Question("q", "Who?", answers=("mayor",), forbidden=("the tunnel",))
    assert is_correct(question, answer("**The mayor** opened it [1].")) is True
    assert is_correct(question, answer("The council did.")) is False
    assert is_correct(question, answer("The mayor opened the tunnel.")) is False
    assert is_correct(question, DECLINED) is False
    assert is_correct(Question("q", "Who?", answerable=False), DECLINED) is True
    assert is_correct(Question("q", "Who?", answerable=False), answer("The mayor.")) is False


def test_facts_order_and_dates_must_all_hold() -> None:
    facts = (("Monday",), ("bridge", "span"))
    assert is_correct(Question("q", "?", answer_facts=facts), answer("The span, on Monday.")) is True
    assert is_correct(Question("q", "?", answer_facts=facts), answer("On Monday.")) is False
    assert is_correct(Question("q", "?", answer_facts=facts, ordered=True), answer("The span, on Monday.")) is False
    dated = Question("q", "?", answers=("Monday",), dates=("2026-03-02",))
    event = {"earliest": "2026-03-02", "latest": "2026-03-02"}
    assert is_correct(dated, answer("On Monday.", events=[event])) is True
    assert is_correct(dated, answer("On Monday.", events=[{**event, "latest": "2026-03-03"}])) is False
    assert is_correct(dated, answer("On Monday.")) is False


def test_what_a_set_does_not_say_is_not_judged() -> None:
    assert is_correct(Question("q", "?"), answer("Anything.")) is None
    essay = " ".join(f"word{n}" for n in range(30))
    assert is_correct(Question("q", "?", answers=(essay,)), answer("word1")) is None
    scores = score_answer(Question("q", "?", answers=(essay,)), answer("word1"))
    assert "token_f1" in scores
    assert not {"correct", "containment"} & scores.keys()
    by_quote = Question("q", "?", gold_quotes=("opened the bridge",))
    assert is_correct(by_quote, answer("x", citations=[cited("The mayor opened the bridge on Monday.")])) is True
    assert is_correct(by_quote, answer("x", citations=[cited("It cost 4 million euros.")])) is False


def test_declining_an_answerable_question_scores_zero_not_nothing() -> None:
    question = Question("q", "?", answers=("mayor",), answer_facts=(("mayor",),), dates=("2026-03-02",))
    scores = score_answer(question, DECLINED)
    assert set(scores.values()) == {0.0}
    assert {"correct", "containment", "facts_found", "dates_exact", "token_f1"} <= scores.keys()


def test_dates_come_from_events_and_else_from_quotes() -> None:
    day = {"earliest": "2026-03-02", "latest": "2026-03-02"}
    assert answer_dates(answer("x", citations=[{**cited("on Monday"), "dates": [day]}])) == [("2026-03-02",) * 2]
    nothing = {"earliest": None, "latest": None}
    assert answer_dates(answer("x", events=[nothing], citations=[{**cited("on Monday"), "dates": [day]}])) == []


def test_quotes_make_a_ranking() -> None:
    # rank 1 holds nothing, rank 2 both quotes (one item), rank 3 the first again (nothing new); the third is missing
    hits = [hit("other", passage_id="p1"), hit("a b c d", passage_id="p2"), hit("a b", passage_id="p3")]
    ranking, grades = quote_grades(["a b", "c d", "e f"], hits)
    assert ranking == ["p1", "quote:0", "p3"]
    assert grades == {"quote:0": 1, "quote:2": 1}
    scores = score_retrieval(Question("q", "?", gold_quotes=("a b", "c d", "e f")), hits, ["Recall@5", "MRR@10"])
    assert scores == {"passage Recall@5": 0.5, "passage MRR@10": 0.5}
    assert score_retrieval(Question("q", "?", answerable=False, gold_docs={"d": 1}), hits) == {}


def test_documents_found_by_several_passages_count_once() -> None:
    hits = [hit("x", "d"), hit("y", "d"), hit("z", "e")]
    scores = score_retrieval(Question("q", "?", gold_docs={"d": 1, "e": 1}), hits, ["P@2", "Recall@2"])
    assert scores == {"P@2": 1.0, "Recall@2": 1.0}


def never(claim: str, passages: Sequence[str]) -> SimpleNamespace:
    return SimpleNamespace(supported=False)


def test_citations_by_hand() -> None:
    quotes = ["The mayor opened the bridge on Monday.", "It cost 4 million euros."]
    given = answer(
        "…",
        citations=[cited(quotes[0]), cited(quotes[1], 2, start=0)],
        sentences=[
            {"text": f"**{quotes[0]}** [1][2]", "citations": [1, 2]},
            {"text": "It was expensive. [2]", "citations": [2]},
            {"text": "Nobody says this.", "citations": []},
        ],
    )
    question = Question("q", "?", gold_docs={"d": 1}, gold_quotes=(quotes[0],))
    scores = score_citations(question, given, [], {"d": TEXT}.get, never)
    assert scores["offsets_correct"] == 0.5  # the second citation points at the first sentence
    assert scores["citation_precision"] == pytest.approx(1 / 3)  # of three marks only the first supports its sentence
    assert scores["citation_recall"] == pytest.approx(1 / 3)
    assert scores["verbatim"] == pytest.approx(1 / 3)
    assert scores["groundedness"] == pytest.approx(1 / 3)
    assert scores["right_document"] == 1.0
    assert scores["gold_quotes_cited"] == 1.0
    with_hit = score_citations(question, given, [hit("Nobody says this.")], None, never)
    assert with_hit["groundedness"] == pytest.approx(2 / 3)
    assert "offsets_correct" not in with_hit


def test_a_checker_is_asked_only_about_what_is_not_verbatim() -> None:
    asked: list[str] = []

    def check(claim: str, passages: Sequence[str]) -> SimpleNamespace:
        asked.append(claim)
        return SimpleNamespace(supported=True)

    sentences = [{"text": "on Monday [1]", "citations": [1]}, {"text": "Early that week [1]", "citations": [1]}]
    given = answer("…", citations=[cited("opened the bridge on Monday")], sentences=sentences)
    scores = score_citations(Question("q", "?"), given, [], None, check)
    assert asked == ["Early that week"]
    assert (scores["citation_precision"], scores["verbatim"], scores["groundedness"]) == (1.0, 0.5, 1.0)


def test_a_mark_without_its_citation_supports_nothing() -> None:
    given = answer("…", citations=[], sentences=[{"text": "on Monday [7]", "citations": [7]}])
    assert score_citations(Question("q", "?"), given, [], None, never)["citation_precision"] == 0.0
    assert score_citations(Question("q", "?"), DECLINED, []) == {}


def test_plain_drops_marks_and_bold_only() -> None:
    assert plain("**Ann** won [1][2]. It is *so* [x].") == "Ann won. It is *so* [x]."
