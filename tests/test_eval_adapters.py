"""Adapters: every public set's form, on invented rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dateline.eval.sets.adapters import load_benchmark
from dateline.eval.sets.claims import CLAIM_ADAPTERS, load_claims
from dateline.eval.sets.items import QuestionSetError
from dateline.index.errors import UsageError


def write(root: Path, name: str, rows: list[dict[str, Any]]) -> None:
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_evidence_set_has_dated_passages_and_unanswerable_questions(tmp_path: Path) -> None:
    passage = {"passage_id": "p1", "date": "2026-01-02", "article_date": None, "source": "S", "text": "Body"}
    question = {
        "id": "1", "question": "Who?", "answer": "Ann", "gold_passage_ids": ["p1"], "question_date": "2026-01-02",
        "answer_in_passage": True,
    }  # fmt: skip
    write(tmp_path, "realtimeqa_evidence/passages.jsonl", [passage])
    write(tmp_path, "realtimeqa_evidence/questions.jsonl", [question])
    write(tmp_path, "realtimeqa_evidence/no_evidence_questions.jsonl", [question])
    loaded = load_benchmark(tmp_path, "realtimeqa_evidence")
    assert loaded.documents[0].published == "2026-01-02"
    assert [q.answerable for q in loaded] == [True, False]
    assert loaded.questions[0].tags == ("in_passage",)
    assert loaded.qrels() == {"1": {"p1": 1}}


def test_articles_set_takes_the_editors_link_first(tmp_path: Path) -> None:
    article = {"doc_id": "a", "url": "u", "title": "T", "published": "2026-01-02", "text": "Body"}
    base = {"question": "Who?", "answer": "Ann", "question_date": "2026-01-02", "weak_recent_doc_ids": ["w"]}
    rows = [
        {"id": support, "support": support, "gold_doc_ids": ["a"] if support == "gold" else [], **base}
        for support in ("gold", "weak_recent", "weak_old", "none")
    ]
    write(tmp_path, "realtimeqa_articles/articles.jsonl", [article])
    write(tmp_path, "realtimeqa_articles/questions.jsonl", rows)
    loaded = load_benchmark(tmp_path, "realtimeqa_articles")
    assert [dict(q.gold_docs) for q in loaded] == [{"a": 1}, {"w": 1}, {}, {}]
    assert loaded.documents[0].title == "T"


def test_conversations_become_roles(tmp_path: Path) -> None:
    task = {
        "id": "t", "collection": "c", "question": "And then?", "answerability": "UNDERSPECIFIED", "multi_turn": "N/A",
        "history": [{"speaker": "user", "text": "Hi"}, {"speaker": "agent", "text": "Hello"}],
        "contexts": [{"doc_id": "d", "title": None, "text": "Body"}], "target": "Which?",
    }  # fmt: skip
    write(tmp_path, "mtrag_un/tasks.jsonl", [task])
    (question,) = load_benchmark(tmp_path, "mtrag_un")
    assert not question.answerable
    assert [turn["role"] for turn in question.history] == ["user", "assistant"]
    turn = {
        "id": "x", "year": 2022, "utterance": "And him?", "rewrite": "And Ann?", "needs_rewrite": True,
        "history": [{"user": "Who is Ann?", "system": None}],
    }  # fmt: skip
    write(tmp_path, "trec_cast_rewrites/turns.jsonl", [turn])
    (question,) = load_benchmark(tmp_path, "trec_cast_rewrites")
    assert question.answers == ("And Ann?",)
    assert question.history == ({"role": "user", "content": "Who is Ann?"},)
    assert "needs_rewrite" in question.tags


def test_wrong_snippets_are_marked_and_the_false_answer_forbidden(tmp_path: Path) -> None:
    row = {
        "id": "r", "question": "Where?", "answer": "Here", "fake_answer": "There", "positive": ["p", "q"],
        "positive_wrong": ["w"], "negative": [],
    }  # fmt: skip
    write(tmp_path, "rgb_en_fact/items.jsonl", [row])
    loaded = load_benchmark(tmp_path, "rgb_en_fact")
    assert loaded.questions[0].forbidden == ("There",)
    assert set(loaded.questions[0].gold_docs) == {"r-positive-1", "r-positive-2"}
    assert [document.metadata["kind"] for document in loaded.documents] == ["positive", "positive", "positive_wrong"]


def test_claim_sets(tmp_path: Path) -> None:
    wice = {
        "id": "w", "claim": "C", "evidence_sentences": ["a", "b"], "label": "partially_supported",
        "supporting_sentences": [[0], [0, 1]], "claim_title": "T",
    }  # fmt: skip
    write(tmp_path, "wice/claims.jsonl", [wice])
    (claim,) = load_claims(tmp_path, "wice")
    assert (claim.supported, claim.supporting, claim.passages) == (False, ((0,), (0, 1)), ("a", "b"))
    sentences = [{"text": "S", "votes_yes": 2, "votes_no": 1, "supported": True}]
    write(tmp_path, "qags/items.jsonl", [{"id": "q", "source": "xsum", "article": "A", "sentences": sentences}])
    (claim,) = load_claims(tmp_path, "qags")
    assert (claim.group, claim.rating) == ("xsum", pytest.approx(2 / 3))
    assert set(CLAIM_ADAPTERS) == {"wice", "qags", "mtrag_human_eval"}


def test_a_missing_folder_and_a_broken_line_are_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"corpus\.jsonl: No such file"):
        load_benchmark(tmp_path, "ir_time")
    (tmp_path / "ir_time").mkdir()
    (tmp_path / "ir_time" / "corpus.jsonl").write_text('{"doc_id": "1", "text": "x"}\n{', encoding="utf-8")
    with pytest.raises(QuestionSetError, match=r"corpus\.jsonl:2: not JSON"):
        load_benchmark(tmp_path, "ir_time")
    write(tmp_path, "ir_time/corpus.jsonl", [{"doc_id": "1", "text": "x"}, {"doc_id": "2"}])
    with pytest.raises(QuestionSetError, match=r"corpus\.jsonl:2: field 'text': is missing"):
        load_benchmark(tmp_path, "ir_time")


def test_a_set_that_nobody_knows_is_named_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'ir_tme' is no public set that can be read; known: .*ir_time"):
        load_benchmark(tmp_path, "ir_tme")
    with pytest.raises(UsageError, match=r"'wics' is no public set of claims that can be read; known: wice"):
        load_claims(tmp_path, "wics")
