"""What a reader sees first: read from an answer's head, scored, counted by tag; the newsdesk form; by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dateline.eval import Report, compare
from dateline.eval.commands import load_set
from dateline.eval.numbers.matching import overlap, substring
from dateline.eval.pages.comparison import gate
from dateline.eval.runs.headline import Lead, lead_of
from dateline.eval.runs.outcomes import Outcome
from dateline.eval.runs.scoring import score_answer
from dateline.eval.sets.items import QuestionSetError
from dateline.eval.sets.questions import Question, QuestionSet, question_from_dict
from dateline.index.errors import LoadError

ARTICLE = {
    "doc_id": "ferry", "title": "Ferry resumes", "published": "2026-05-06", "source": "Harbour Post",
    "text": "May 6, 2026, 6:03 p.m. ET\n\nThe Oxtown ferry sailed again on Monday, said Ann Lee. Tickets cost $5.",
}  # fmt: skip
SAILED = "The Oxtown ferry sailed again on Monday, said Ann Lee."
MONDAY = ["2026-05-04", "4 May 2026"]
ROWS = [
    {"id": "who", "kind": "who", "question": "Who spoke?", "must": [["Ann Lee"]], "must_not_short": ["Oxtown"],
     "gold_docs": ["ferry"], "gold_quotes": [SAILED], "short": "Ann Lee"},
    {"id": "when", "kind": "when", "question": "Sailing since?", "must": [MONDAY], "must_not": ["6 May"],
     "gold_docs": ["ferry"], "gold_quotes": [SAILED], "asked_on": "2026-05-07"},
    {"id": "cost", "kind": "howmany", "question": "Price?", "must": [["$5"]], "gold_docs": ["ferry"],
     "gold_quotes": ["Tickets cost $5."]},
    {"id": "runs", "kind": "yesno", "question": "Does it run?", "must": [["sailed"]], "verdict": "yes",
     "gold_docs": ["ferry"], "gold_quotes": [SAILED]},
    {"id": "more", "kind": "yesno", "question": "Will there be a second?", "must": [["next"]], "verdict": "planned",
     "gold_docs": ["ferry"], "gold_quotes": ["A second is due next year."]},
    {"id": "sank", "kind": "false_premise", "question": "When did it sink?", "answerable": False, "must": [],
     "gold_docs": ["ferry"], "gold_quotes": [], "near": SAILED},
    {"id": "cook", "kind": "false_premise", "question": "Who is its cook?", "answerable": False, "must": [],
     "gold_docs": ["ferry"], "gold_quotes": []},
]  # fmt: skip


def answer(text: str, confidence: float, quote: str = SAILED) -> dict[str, Any]:
    cited = {
        "n": 1, "doc_id": "ferry", "title": "Ferry resumes", "published": "2026-05-06", "quote": quote, "start": 0,
        "end": len(quote), "dates": [],
    }  # fmt: skip
    return {"answer": text, "abstained": False, "confidence": confidence, "citations": [cited], "events": []}


def declined(confidence: float) -> dict[str, Any]:
    return {
        "answer": "Not said.", "abstained": True, "reason": "not_stated", "confidence": confidence,
        "citations": [], "events": [],
    }  # fmt: skip


ANSWERS = {
    "who": answer(f"**Oxtown** · **Ann Lee**\n\n{SAILED} [1]", 0.9),  # right, but the lead holds what it must not
    "when": answer(f"**Monday** (Mon 4 May 2026)\n\n{SAILED} [1]", 0.7),  # the day stands in parentheses
    "cost": answer("**5**\n\nThe 5 p.m. ferry left. [1]", 0.8, "The 5 p.m. ferry left."),  # wrong, by words and all
    "runs": answer(f"**Yes.** It sailed.\n\n{SAILED} [1]", 0.6),
    "more": declined(0.2),
    "sank": declined(0.1),
    "cook": answer(f"**Ann Lee**\n\n{SAILED} [1]", 0.65),
}


@pytest.fixture
def newsdesk(tmp_path: Path) -> QuestionSet:
    folder = tmp_path / "newsdesk"
    folder.mkdir()
    for name, rows in (("articles", [ARTICLE]), ("questions", ROWS)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return load_set(str(folder))


def report_of(questions: QuestionSet, answers: dict[str, dict[str, Any]]) -> Report:
    outcomes = [Outcome(q, answers[q.id], scores=score_answer(q, answers[q.id]), ms=1.0) for q in questions]
    manifest = {
        "set": questions.name, "questions": len(outcomes), "version": "0", "k": 10, "seed": 0, "system": {},
        "machine": {"cores": 1, "python": "3", "platform": "p"}, "started": "now", "drafts": 0,
        "development": questions.development,
    }  # fmt: skip
    return Report(manifest, tuple(outcomes))


def test_the_head_of_an_answer() -> None:
    assert lead_of("**Ann** · **Bob** (Mon 4 May 2026)\n\nText **not this**.") == Lead(
        "**Ann** · **Bob** (Mon 4 May 2026)", "Ann · Bob", "Mon 4 May 2026"
    )
    assert lead_of("The mayor (born in 1960) came.").text == ""
    assert lead_of("").text == ""
    table = "| when | what |\n| --- | --- |\n| Mon 4 May 2026 | **Ann** sailed [1] |\n| Tue 5 May 2026 | Bob did |"
    assert lead_of(f"Two trips:\n\n{table}").text == "Mon 4 May 2026 Ann"
    assert lead_of("| a | line with bars |").text == ""


def test_matching_letter_for_letter_or_by_words() -> None:
    assert (substring("It cost $5m", ["$5"]), substring("It cost 5 m", ["$5"]), substring("BRIDGE", ["bridge"])) == (
        1,
        0,
        1,
    )
    reason = Question("q", "Who?", answer_facts=(("son",),))
    told = answer("For that reason.", 0.5)
    assert (score_answer(reason, told)["correct"], score_answer(replace(reason, matching="text"), told)["correct"]) == (
        0,
        1,
    )
    assert overlap("“Ann, said it!”", "ann said it yesterday")
    assert not overlap("…", "Ann")


def test_the_form_is_read_with_the_articles_as_the_index_reads_them(newsdesk: QuestionSet) -> None:
    (article,) = newsdesk.documents
    assert (article.published, article.source) == ("2026-05-06", "Harbour Post")
    assert [article.text[start:end] for start, end in article.furniture] == ["May 6, 2026, 6:03 p.m. ET"]
    by_id = {question.id: question for question in newsdesk}
    assert by_id["who"].forbidden_short == ("Oxtown",)
    assert (by_id["when"].forbidden, by_id["when"].asked_on) == (("6 May",), "2026-05-07")
    assert (by_id["runs"].verdict, by_id["runs"].tags) == ("yes", ("yesno",))
    assert by_id["sank"].near == SAILED
    assert [question_from_dict(question.to_dict()) for question in newsdesk] == list(newsdesk)


def test_what_cannot_be_read_is_named(newsdesk: QuestionSet, tmp_path: Path) -> None:
    folder = tmp_path / "newsdesk"
    (folder / "articles.jsonl").write_text('{"doc_id": "a", "title": "T"}\n', encoding="utf-8")
    with pytest.raises(LoadError, match=r"articles\.jsonl:1"):
        load_set(str(folder))
    (folder / "questions.jsonl").write_text('{"id": "a", "question": "Q?"}\n', encoding="utf-8")
    with pytest.raises(QuestionSetError, match=r"questions\.jsonl:1.*'must'"):
        load_set(str(folder))


def test_figures_by_hand(newsdesk: QuestionSet) -> None:
    summary = report_of(newsdesk, ANSWERS).summary
    value = {name: (row.value, row.n) for name, row in summary.items()}
    assert value["right"] == (pytest.approx(3 / 5), 5)  # who, when, runs
    assert value["correct"] == (pytest.approx(4 / 7), 7)  # and sank
    # Of the five, "when" alone: who's lead holds what it must not, "Yes" is not the first string asked for.
    assert value["headline"] == (pytest.approx(1 / 5), 5)
    assert value["top"] == (pytest.approx(3 / 5), 5)
    assert value["bold_wrong"] == (pytest.approx(1 / 4), 4)  # cost; the lines of runs and when go on to say it
    assert value["verdict"] == (pytest.approx(1 / 2), 2)
    assert value["quote"] == (pytest.approx(3 / 5), 5)
    assert value["declined"] == (pytest.approx(1 / 2), 2)
    # right .9 .7 .6 against wrong .8 .2: 2 + 1 + 1 of 6 pairs; against unanswerable .1 .65: 2 + 2 + 1 of 6
    assert value["AUROC_right_wrong"] == (pytest.approx(4 / 6), 5)
    assert value["AUROC_right_unanswerable"] == (pytest.approx(5 / 6), 5)
    # one question a bin: |1-.9| + |1-.7| + |1-.6| + .8 + .2, over five
    assert value["ECE_right_wrong"] == (pytest.approx(1.8 / 5), 5)
    # .6 and .1 each alone in a bin, .65 and .7 share one: |1/2 - .675| twice
    assert value["ECE_all"] == (pytest.approx((0.1 + 0.4 + 0.8 + 0.2 + 0.1 + 2 * 0.175) / 7), 7)
    assert all(row.low <= row.value <= row.high for name, row in summary.items() if not name.startswith("ECE"))


def test_figures_by_tag_reach_every_report(newsdesk: QuestionSet, tmp_path: Path) -> None:
    report = report_of(newsdesk, ANSWERS)
    assert list(report.by_tag) == ["false_premise", "yesno", "howmany", "when", "who"]
    assert report.by_tag["yesno"].keys() == {"correct", "headline", "bold_wrong", "verdict", "quote"}
    assert report.estimates["verdict:yesno"].value == 0.5
    assert any(
        row.startswith("yesno          n=2  correct=0.500 (") and "verdict=0.500" in row
        for row in str(report).split("\n")
    )
    report.save(tmp_path / "run")
    kept = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert kept["by_tag"]["false_premise"]["declined"][::3] == [0.5, 2]
    assert "| false_premise | 0.500 (" in report.markdown()
    assert "<h2 id=tags>By tag</h2>" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert Report.load(tmp_path / "run").numbers_by_tag() == kept["by_tag"]


def test_comparing_and_gating_by_tag(newsdesk: QuestionSet) -> None:
    before = report_of(newsdesk, ANSWERS)
    after = report_of(
        newsdesk, ANSWERS | {"runs": answer("**No.** It sailed.", 0.6), "sank": answer("**Monday**", 0.3)}
    )
    comparison = compare(before, after)
    rows = {row.metric: row for row in (*comparison.differences, *comparison.by_tag)}
    assert (rows["verdict"].change, rows["verdict:yesno"].change, rows["declined"].change) == (-0.5, -0.5, -0.5)
    assert rows["bold_wrong"].worsening == 0  # leads to what cannot be answered are counted by declined
    assert "| verdict:yesno |" in str(comparison)
    assert "verdict:yesno" in comparison.html()
    assert gate(after, before).passed  # one question of two is noise
    assert gate(after, before, floors={"verdict:yesno": 0.4}).failures == (
        "verdict:yesno is 0.000, the limit is 0.400",
    )
    assert not gate(after, before, floors={"bold_wrong:howmany": 0.5}).passed  # here a limit is from above
    many = [replace(q, id=f"{q.id}{n}") for n in range(12) for q in newsdesk if q.id in ("runs", "who")]
    good = {q.id: ANSWERS[q.id.rstrip("0123456789")] for q in many}
    bad = {key: answer("**No.**", 0.6) if key.startswith("runs") else told for key, told in good.items()}
    fell = [report_of(QuestionSet("many", tuple(many)), told) for told in (bad, good)]
    failures = gate(*fell, only=["verdict", "correct"], tags=True).failures
    assert [failure.split(" fell")[0] for failure in failures] == [
        "correct",
        "verdict",
        "correct:yesno",
        "verdict:yesno",
    ]


def test_more_wrong_bold_leads_are_seen_where_the_other_run_had_none() -> None:
    questions = QuestionSet("s", tuple(Question(f"q{n}", "Who?", answers=("Ann",)) for n in range(40)))
    told = {n: answer("Ann did." if n % 2 else "**Ann** did.", 0.5) for n in range(40)}
    before = report_of(questions, {f"q{n}": told[n] for n in range(40)})
    after = report_of(questions, {f"q{n}": answer("**Bob**\n\nAnn did.", 0.5) if n % 2 else told[n] for n in range(40)})
    assert [f.split(" (")[0] for f in gate(after, before).failures] == ["bold_wrong rose from 0.000 to 0.500"]


def test_fields_are_checked() -> None:
    with pytest.raises(QuestionSetError, match="'verdict': 'maybe' is none of yes, no, planned, alleged"):
        question_from_dict({"id": "a", "question": "Q?", "verdict": "maybe"})
    with pytest.raises(QuestionSetError, match="'matching': 'regex' is none of words, text"):
        question_from_dict({"id": "a", "question": "Q?", "matching": "regex"})
    with pytest.raises(QuestionSetError, match="'short': an unanswerable question has none"):
        question_from_dict({"id": "a", "question": "Q?", "short": "Ann", "answerable": False})


def test_the_shipped_sets_say_that_they_are_for_development(tmp_path: Path) -> None:
    shipped = load_set("seeds")
    report = report_of(shipped, {question.id: declined(0.1) for question in shipped})
    report.save(tmp_path)
    for text in (str(report), report.markdown(), (tmp_path / "report.html").read_text(encoding="utf-8")):
        assert "A development set" in text
    shipped.save(tmp_path / "seeds.yaml")
    theirs = QuestionSet.load(tmp_path / "seeds.yaml")
    assert "development set" not in str(report_of(theirs, {question.id: declined(0.1) for question in theirs}))
