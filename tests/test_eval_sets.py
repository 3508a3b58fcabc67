"""The shipped question sets: they load, and every gold quote stands verbatim in a gold document."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from dateline.eval.commands import load_set
from dateline.eval.numbers.metrics import containment
from dateline.eval.sets.questions import QuestionSet

ROOT = Path(__file__).parent.parent
SETS = {"seeds": ROOT / "seeds", "made_news": ROOT / "tests" / "data" / "made_news"}
OWN_WORDS = {"corrected since", "earlier", "later"}
"""What the program notes beside a figure that another article replaces."""


@pytest.fixture(params=SETS)
def shipped(request: pytest.FixtureRequest) -> tuple[QuestionSet, dict[str, str]]:
    folder = SETS[request.param]
    texts = {path.name: path.read_bytes().decode("utf-8") for path in folder.glob("*.txt")}
    return QuestionSet.load(ROOT / "eval" / "questions" / f"{request.param}.yaml"), texts


def test_gold_stands_in_the_articles(shipped: tuple[QuestionSet, dict[str, str]]) -> None:
    questions, texts = shipped
    for question in questions:
        assert set(question.gold_docs) <= set(texts), question.id
        assert question.gold_docs or not question.answerable, question.id
        gold = [texts[doc_id] for doc_id in question.gold_docs]
        for quote in question.gold_quotes:
            assert any(quote in text for text in gold), (question.id, quote)
        # A verdict, like the note on a figure, is the program's own word and not the article's.
        stated = question.answers and "did" not in question.tags
        wanted = [question.answers, *question.answer_facts] if stated else question.answer_facts
        for alternatives in wanted:
            if OWN_WORDS.issuperset(alternatives):
                continue
            assert containment(" ".join(gold), alternatives), (question.id, alternatives)


def test_every_kind_of_question_is_there(shipped: tuple[QuestionSet, dict[str, str]]) -> None:
    questions, _ = shipped
    tags = Counter(tag for question in questions for tag in question.tags)
    assert len(questions) >= 60
    kinds = {
        "who",
        "when",
        "where",
        "how-many",
        "which",
        "said",
        "did",
        "why-how",
        "several-parts",
        "follow-up",
        "trap",
    }
    assert kinds <= tags.keys()
    assert tags["unanswerable"] == sum(not question.answerable for question in questions) >= 12
    assert not any(question.draft for question in questions)


@pytest.mark.parametrize("name", SETS)
def test_a_shipped_set_is_found_by_its_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of that name is meant instead where there are questions in it."""
    shipped = QuestionSet.load(ROOT / "eval" / "questions" / f"{name}.yaml")
    monkeypatch.chdir(tmp_path)
    assert load_set(name) == shipped
    (tmp_path / name).mkdir()
    (tmp_path / name / "article.txt").write_text("Dar called Araghchi.", encoding="utf-8")
    assert load_set(name) == shipped
    QuestionSet(name, shipped.questions[:1]).save(tmp_path / name / "mine.yaml")
    assert len(load_set(name)) == 1
