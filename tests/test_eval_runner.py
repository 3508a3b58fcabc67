"""Runs, reports, comparisons and the gate, with a scripted assistant over an invented corpus."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from eval_fakes import FakeAssistant, FakeHit, FakeRetriever, questions

from dateline.eval import QuestionSet, Report, compare, evaluate
from dateline.eval.pages.comparison import gate
from dateline.eval.runs.summary import summarise
from dateline.index.errors import UsageError
from dateline.rag.answer import Answer


def test_a_perfect_assistant_scores_one_everywhere() -> None:
    report = evaluate(FakeAssistant(), questions())
    values = {name: row.value for name, row in report.summary.items()}
    for name in ("correct", "containment", "citation_precision", "citation_recall", "verbatim", "offsets_correct"):
        assert values[name] == 1.0, name
    for name in ("right_document", "gold_quotes_cited", "Recall@1", "passage MRR@10", "abstention_AUROC"):
        assert values[name] == 1.0, name
    assert values["AURC"] == 0.0
    assert values["ECE"] == pytest.approx(0.1)  # all right, at .9
    assert report.summary["Recall@1"].n == 20  # unanswerable questions are not scored for retrieval
    assert report.summary["correct"].n == 25
    assert report.failures == ()
    assert "bridges: 25 questions, 0 wrong" in str(report)


def test_mistakes_show_with_intervals_around_them() -> None:
    report = evaluate(FakeAssistant(wrong=[0, 1, 2, 3]), questions())
    row = report.summary["correct"]
    assert row.value == pytest.approx(21 / 25)
    assert row.low < row.value < row.high
    assert report.summary["right_document"].value == pytest.approx(16 / 20)
    assert [outcome.question.id for outcome in report.failures] == ["q0", "q1", "q2", "q3"]
    # wrong answers have the lowest confidence: risk is 0 until coverage 16/20, then 4/20
    assert report.summary["AURC"].value == pytest.approx(0.2 * 4 / 20)


def test_a_failing_question_is_an_outcome_not_the_end() -> None:
    report = evaluate(FakeAssistant(broken=[5]), questions())
    (failure,) = report.failures
    assert failure.error == "RuntimeError: model fell over"
    assert report.manifest["errors"] == 1
    assert report.summary["correct"].value == pytest.approx(24 / 25)
    # it scores 0 wherever it would be scored, in retrieval too, and the time it took counts
    assert (failure.scores["containment"], failure.scores["Recall@5"], failure.scores["passage MRR@10"]) == (0, 0, 0)
    assert report.summary["Recall@1"].value == pytest.approx(19 / 20)
    assert failure.ms > 0


def test_a_failure_is_no_declining() -> None:
    report = evaluate(FakeAssistant(broken=range(90, 95)), questions())
    assert report.summary["declined"].value == 0
    assert report.summary["correct"].value == pytest.approx(20 / 25)
    assert "abstention_precision" not in report.summary  # nothing was declined
    assert "abstention_AUROC" not in report.summary  # no unanswerable question has a confidence


def test_metrics_of_the_run_say_how_many_questions_they_are_about() -> None:
    summary = evaluate(FakeAssistant(wrong=[1]), questions()).summary
    counted = {name: summary[name].n for name in ("answer_rate", "declined", "abstention_AUROC", "ECE")}
    assert counted == {"answer_rate": 20, "declined": 5, "abstention_AUROC": 25, "ECE": 20}
    # 5 of 25 are unanswerable: some samples hold none, which says nothing about how many of those were declined
    assert (summary["declined"].low, summary["abstention_precision"].low) == (1, 1)


def test_retrieval_alone_scores_no_answers_where_it_fails() -> None:
    class Broken(FakeRetriever):
        def search(self, query: str, k: int = 5, *, asked_on: str | None = None) -> list[FakeHit]:
            raise RuntimeError("index fell over")

    report = evaluate(Broken(), questions())
    assert "correct" not in report.summary
    assert (report.summary["Recall@5"].value, report.summary["Recall@5"].n) == (0, 20)


def test_retrieval_alone() -> None:
    report = evaluate(FakeRetriever(), questions())
    assert report.summary["Recall@1"].value == 1.0
    assert "correct" not in report.summary
    assert "answer_rate" not in report.summary
    with pytest.raises(UsageError, match="neither ask nor search"):
        evaluate(object(), questions())  # type: ignore[arg-type]


def test_the_folder_holds_everything_and_reads_back(tmp_path: Path) -> None:
    report = evaluate(FakeAssistant(wrong=[3]), questions(), out=tmp_path / "run", settings={"llm_model": ""})
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {
        "manifest.json", "questions.jsonl", "run.trec", "run_passages.trec", "qrels.trec", "report.md", "report.html",
    }  # fmt: skip
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["system"]["embedder"] == "fake"
    assert len(manifest["system"]["corpus_hash"]) == 64
    assert manifest["metrics"]["correct"][0] == pytest.approx(24 / 25)
    assert {"version", "machine", "seed", "set_hash", "k", "started", "finished"} <= manifest.keys()
    back = Report.load(tmp_path / "run")
    assert [outcome.to_line() for outcome in back.outcomes] == [outcome.to_line() for outcome in report.outcomes]
    assert str(back).splitlines()[:20] == str(report).splitlines()[:20]
    first = (tmp_path / "run" / "run.trec").read_text(encoding="utf-8").splitlines()[0]
    assert first == "q0 Q0 d0 1 1.000000 dateline"
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("http://www.w3.org", "")  # nothing to load
    assert "<mark>On Monday the council of Town4 opened bridge 4.</mark> Nobody else came." in page
    assert "Title &lt;d4&gt;" in page
    assert page.count("<svg") == 4
    markdown = (tmp_path / "run" / "report.md").read_text(encoding="utf-8")
    assert "### q3: Who opened bridge 3?" in markdown
    assert "- [1] d4 0–" in markdown


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # how ir_measures reads "nDCG@10"
def test_the_trec_files_score_the_same_in_ir_measures(tmp_path: Path) -> None:
    ir_measures = pytest.importorskip("ir_measures")
    report = evaluate(FakeAssistant(wrong=[3]), questions(), out=tmp_path)
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "qrels.trec")))
    run = list(ir_measures.read_trec_run(str(tmp_path / "run.trec")))
    measure = ir_measures.parse_measure("nDCG@10")
    assert ir_measures.calc_aggregate([measure], qrels, run)[measure] == pytest.approx(report.summary["nDCG@10"].value)


@pytest.mark.parametrize("cut", [0, 30])
def test_an_interrupted_run_goes_on_and_ends_the_same(tmp_path: Path, cut: int) -> None:
    whole = evaluate(FakeAssistant(), questions(), out=tmp_path)
    lines = (tmp_path / "questions.jsonl").read_text(encoding="utf-8")
    kept = "".join(lines.splitlines(keepends=True)[:10])
    torn = lines.splitlines()[10][:cut]  # what a kill leaves of the line being written
    (tmp_path / "questions.jsonl").write_text(kept + torn, encoding="utf-8")
    with pytest.raises(UsageError, match="stopped after 10 of 25"):
        Report.load(tmp_path)
    assistant = FakeAssistant()
    resumed = evaluate(assistant, questions(), out=tmp_path)
    assert len(assistant.asked) == 15
    assert [o.scores for o in resumed.outcomes] == [o.scores for o in whole.outcomes]
    assert len(Report.load(tmp_path).outcomes) == 25


def test_failed_questions_are_asked_again_on_resuming(tmp_path: Path) -> None:
    evaluate(FakeAssistant(broken=[5]), questions(), out=tmp_path)
    mended = FakeAssistant()
    report = evaluate(mended, questions(), out=tmp_path)
    assert mended.asked == ["Who opened bridge 5?"]
    assert report.failures == ()


def test_what_is_damaged_in_a_folder_is_named(tmp_path: Path) -> None:
    evaluate(FakeAssistant(), questions(), out=tmp_path)
    log = tmp_path / "questions.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join([*lines[:2], "{}\n", *lines[3:]]), encoding="utf-8")
    with pytest.raises(UsageError, match=r"questions\.jsonl:3 is damaged \('question'\); take the line out"):
        Report.load(tmp_path)
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=r"manifest\.json is damaged; remove"):
        evaluate(FakeAssistant(), questions(), out=tmp_path)


def test_another_run_is_not_overwritten(tmp_path: Path) -> None:
    evaluate(FakeAssistant(), questions(), out=tmp_path)
    with pytest.raises(UsageError, match=r"holds another run \(different k\)"):
        evaluate(FakeAssistant(), questions(), out=tmp_path, k=3)
    with pytest.raises(UsageError, match="different set, set_hash"):
        evaluate(FakeAssistant(), QuestionSet("other", questions().questions[:3]), out=tmp_path)


def test_threads_give_the_same_report() -> None:
    one, four = (evaluate(FakeAssistant(wrong=[2]), questions(), workers=n) for n in (1, 4))
    assert [outcome.scores for outcome in one.outcomes] == [outcome.scores for outcome in four.outcomes]


def test_progress_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    evaluate(FakeAssistant(), questions(), progress=True)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "25/25" in printed.err


def test_comparison_names_the_flips_and_tests_the_difference() -> None:
    before, after = (evaluate(FakeAssistant(wrong=wrong), questions()) for wrong in ([0, 1], range(1, 12)))
    comparison = compare(before, after, names=("old", "new"))
    rows = {row.metric: row for row in comparison.differences}
    assert rows["correct"].test == "McNemar"
    assert rows["correct"].change == pytest.approx(-9 / 25)
    assert rows["correct"].low < -9 / 25 < rows["correct"].high < 0
    assert rows["correct"].adjusted >= rows["correct"].p
    assert rows["correct"].differing == 11
    assert (rows["verbatim"].differing, rows["verbatim"].adjusted) == (0, 1.0)
    # What does not differ is not corrected for: Holm multiplies the smallest p by the number of the others.
    smallest = min((row for row in comparison.differences if row.differing), key=lambda row: row.p)
    assert smallest.adjusted == pytest.approx(smallest.p * sum(row.differing > 0 for row in comparison.differences))
    assert rows["AURC"].test == "permutation"
    assert [a.question.id for a, _ in comparison.won] == ["q0"]
    assert len(comparison.lost) == 10
    assert "| On Monday the council of Town1" not in str(comparison).split("## Lost")[0]
    assert "council of Town0" in comparison.html()
    with pytest.raises(UsageError, match="share no question"):
        compare(before, Report(after.manifest, ()))
    with pytest.raises(UsageError, match="no correction"):
        compare(before, after, correction="none")


def test_equal_runs_differ_in_nothing_and_pass_the_gate() -> None:
    report = evaluate(FakeAssistant(wrong=[4]), questions())
    comparison = compare(report, report)
    assert all(row.change == 0 and row.p == 1.0 for row in comparison.differences)
    assert gate(report, report).passed


def test_time_alone_is_no_difference_to_other_metrics() -> None:
    first, second = (evaluate(FakeAssistant(wrong=[4]), questions()) for _ in range(2))
    rows = {row.metric: row for row in compare(first, second).differences}
    assert rows["ms_median"].differing > 0
    assert (rows["ECE"].differing, rows["ECE"].n, rows["declined"].n) == (0, 20, 5)


def test_runs_that_were_held_against_other_gold_are_not_compared() -> None:
    before = evaluate(FakeAssistant(), questions())
    corrected = [replace(question, tags=("new",)) for question in questions()]
    assert compare(before, evaluate(FakeAssistant(), QuestionSet("bridges", tuple(corrected)))).shared == 25
    corrected[3] = replace(corrected[3], answers=("the mayor",))
    after = evaluate(FakeAssistant(), QuestionSet("bridges", tuple(corrected)))
    with pytest.raises(UsageError, match="what is right for question 'q3' has changed"):
        compare(before, after)


def test_an_error_keeps_its_place_in_the_table() -> None:
    class Loud(FakeAssistant):
        def ask(self, question: str, history: object = (), *, asked_on: str | None = None) -> Answer:
            raise RuntimeError("a | b\nc")

    one = QuestionSet("bridges", questions().questions[:1])
    text = str(compare(evaluate(FakeAssistant(), one), evaluate(Loud(), one)))
    assert r"RuntimeError: a \| b c |" in text


def test_the_gate_fails_on_a_fall_beyond_noise_only() -> None:
    good, noisy, bad = (evaluate(FakeAssistant(wrong=range(n)), questions()) for n in (1, 2, 14))
    assert gate(noisy, good).passed  # one more question wrong is within the noise
    verdict = gate(bad, good)
    assert not verdict.passed
    assert any(failure.startswith("correct fell from 0.960 to 0.440") for failure in verdict.failures)
    assert gate(good, bad).passed
    assert gate(bad, good, tolerance=0.9).passed


def test_the_gate_holds_floors_and_missing_questions() -> None:
    report = evaluate(FakeAssistant(wrong=[1]), questions())
    assert "correct is 0.960, the limit is 0.990" in gate(report, report, floors={"correct": 0.99}).failures
    assert gate(report, report, floors={"ECE": 0.5}).passed
    assert not gate(report, report, floors={"ECE": 0.01}).passed
    with pytest.raises(UsageError, match="no metric 'speed'"):
        gate(report, report, floors={"speed": 1})
    with pytest.raises(UsageError, match="the baseline has no metric 'corect'; it has correct"):
        gate(report, report, only=["corect"])
    searched = evaluate(FakeRetriever(), questions())
    assert "correct is missing from the run" in gate(searched, report).failures
    short = evaluate(FakeAssistant(), QuestionSet("bridges", questions().questions[:-2]))
    assert gate(short, report).failures == ("2 of the baseline's questions are missing from the run",)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    draw = random.Random(0)
    base = evaluate(FakeAssistant(), questions()).outcomes[0]
    covered = 0
    for seed in range(60):
        sample = [replace(base, scores={"correct": float(draw.random() < 0.7)}) for _ in range(80)]
        row = summarise(sample, resamples=300, seed=seed)["correct"]
        covered += row.low <= 0.7 <= row.high
    assert covered >= 52  # 57 expected
