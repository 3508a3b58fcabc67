"""The ``dateline eval`` commands, through their own parser."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from answering import answering
from eval_fakes import FakeAssistant, questions
from newsroom import ANSWER, DECLINED

from dateline.eval import Question, QuestionSet, Report, commands, evaluate
from dateline.eval.sets.drafts import draft
from dateline.eval.sets.items import QuestionSetError
from dateline.eval.sets.votes import read_votes
from dateline.index.documents import Document
from dateline.index.errors import UsageError
from dateline.rag.chat import export
from dateline.rag.chat.conversations import ConversationStore
from dateline.rag.settings import Settings


def call(*words: object, settings: Settings | None = None) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers(required=True))
    arguments = parser.parse_args(["eval", *map(str, words)])
    code: int = arguments.run(arguments, settings)
    return code


def test_registering_imports_nothing_heavy() -> None:
    code = (
        "import sys, dateline.eval.commands; print(sorted({'numpy', 'torch', 'yaml', 'chromadb'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_compare_and_gate_speak_by_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    evaluate(FakeAssistant(), questions(), out=good)
    evaluate(FakeAssistant(wrong=range(14)), questions(), out=bad)
    assert call("compare", good, bad, "--json", "--html", tmp_path / "diff.html") == 0
    shown = json.loads(capsys.readouterr().out)
    assert len(shown["lost"]) == 14
    assert "Who opened bridge 3?" in (tmp_path / "diff.html").read_text(encoding="utf-8")
    assert call("gate", bad, "--baseline", bad) == 0
    assert "passed" in capsys.readouterr().out
    assert call("gate", bad, "--baseline", good) == 1
    assert "FAILED: correct fell" in capsys.readouterr().out
    assert call("gate", good, "--baseline", good, "--floor", "correct=1.0", "--metric", "correct") == 0
    with pytest.raises(UsageError, match="write it as NAME=VALUE"):
        call("gate", good, "--baseline", good, "--floor", "correct")
    with pytest.raises(UsageError, match="is not the folder of a run"):
        call("gate", tmp_path / "none", "--baseline", good)


def test_public_sets_are_found_by_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "newsquizqa_probe"
    folder.mkdir()
    row = {"id": "1", "question": "Who?", "answer": "Ann", "url": "u", "url_date": None}
    (folder / "questions.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert commands.load_set(str(folder)).questions == (Question("1", "Who?", answerable=False, tags=("absent",)),)


class FakeArticles:
    texts = {  # noqa: RUF012
        "a.txt": "Ann Lee, the mayor of Oxtown, said the new bridge over the Arn would open on Monday after all. "
        "It cost 40 million euros, a third more than the council of Oxtown had expected last year.",
        "b.txt": "Bob Ray said that the harbour of Westport had lost 120 ships to its neighbours in a decade.",
    }

    def documents(self) -> list[argparse.Namespace]:
        return [argparse.Namespace(doc_id=doc_id) for doc_id in self.texts]

    def document(self, doc_id: str) -> Document:
        return Document(doc_id, self.texts[doc_id], published="2026-03-05")


def test_drafts_say_so_quote_their_sentence_and_read_back(tmp_path: Path) -> None:
    drafts = draft(FakeArticles(), 20)  # type: ignore[arg-type]
    assert len(drafts) >= 5
    for question in drafts:
        assert question.draft
        for quote in question.gold_quotes:
            (doc_id,) = question.gold_docs
            assert quote in FakeArticles.texts[doc_id]
    by_text = {question.question: question for question in drafts}
    assert by_text["Who is Ann Lee?"].answers == ("the mayor of Oxtown",)
    assert "What did Bob Ray say?" in by_text
    when = next(question for question in drafts if question.answers == ("Monday",))
    assert when.dates == ("2026-03-09",)
    assert sum(not question.answerable for question in drafts) == 1
    drafts.save(tmp_path / "drafts.yaml")
    assert QuestionSet.load(tmp_path / "drafts.yaml").questions == drafts.questions
    assert draft(FakeArticles(), 3, seed=1) == draft(FakeArticles(), 3, seed=1)  # type: ignore[arg-type]


def test_drafts_never_overwrite(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="is not overwritten"):
        call("new", path)
    with pytest.raises(UsageError, match="ends in"):
        call("new", tmp_path / "mine.txt")


@pytest.mark.parametrize("drafts", [0, 2])
def test_reports_of_drafts_say_so(tmp_path: Path, drafts: int) -> None:
    some = [Question(f"q{n}", f"Who opened bridge {n}?", answers=("council",), draft=n < drafts) for n in range(3)]
    report = evaluate(FakeAssistant(), QuestionSet("s", tuple(some)), out=tmp_path)
    assert ("drafts that no person has checked" in report.markdown()) == bool(drafts)
    assert ("drafts that no person has checked" in (tmp_path / "report.html").read_text("utf-8")) == bool(drafts)


def test_votes_become_gold_or_drafts(tmp_path: Path) -> None:
    good = {"question": "Who?", "abstained": False, "citations": [{"doc_id": "d", "quote": "Ann did."}]}
    declined = {"question": "Why so?", "standalone_question": "Why was it Ann?", "abstained": True, "citations": []}
    turns = [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Ann."}]
    rows = [
        {"answer": good, "vote": -1},
        {"answer": good, "vote": 1, "asked_on": None},  # the same question again: the last vote counts
        {"answer": declined, "vote": 1, "id": "why"},
        {"answer": good | {"question": "And when?"}, "vote": -1, "comment": "it was Bob", "history": turns},
        {"answer": good | {"question": "Who else?"}, "vote": 0, "comment": "see page 2", "asked_on": "2026-01-30"},
    ]
    path = tmp_path / "votes.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert call("votes", path, tmp_path / "set.yaml") == 0
    who, why, when, else_ = QuestionSet.load(tmp_path / "set.yaml")
    assert (who.gold_docs, who.gold_quotes, who.tags, who.draft) == ({"d": 1}, ("Ann did.",), ("thumbs-up",), False)
    assert (why.id, why.question, why.answerable) == ("why", "Why was it Ann?", False)
    assert commands.load_set(str(path)).questions == (who, why, when, else_)
    assert (when.draft, when.note, when.gold_quotes, len(when.history)) == (True, "it was Bob", (), 2)
    assert (else_.draft, else_.note, else_.tags, else_.asked_on) == (True, "see page 2", ("comment",), "2026-01-30")


def test_what_the_chat_exports_is_read_with_its_history_and_its_day(tmp_path: Path) -> None:
    store = ConversationStore()
    kept = store.create("ann", "t")
    first = store.add("ann", kept.id, ANSWER, asked_on="2025-03-06")
    second = store.add("ann", kept.id, DECLINED, asked_on="2025-03-07")
    store.vote("ann", first.id, 1)
    store.vote("ann", second.id, -1, "it was soup")
    path = tmp_path / "votes.jsonl"
    path.write_text(export.votes_jsonl(store.judged("ann")), encoding="utf-8")
    one, two = read_votes(path).questions
    assert (one.question, one.asked_on, one.history) == (ANSWER.question, "2025-03-06", ())
    assert one.gold_quotes == tuple(citation.quote for citation in ANSWER.citations)
    assert (two.question, two.asked_on, two.note) == (DECLINED.question, "2025-03-07", "it was soup")
    assert [message["content"] for message in two.history] == [ANSWER.question, ANSWER.text]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"vote": 1}, "votes.jsonl:1: field 'answer': expected the object"),
        ({"answer": {"question": "Who?"}, "vote": 2}, "votes.jsonl:1: field 'vote': expected 1, -1 or 0, found 2"),
        ({"answer": {}, "vote": 1}, "votes.jsonl:1: field 'question': expected text, found nothing"),
        ({"answer": {"question": "Who?", "citations": ["x"]}, "vote": 1}, "votes.jsonl:1: field 'answer': a citation"),
        (["x"], "votes.jsonl:1: expected an object, found a list"),
    ],
)
def test_broken_votes_are_named(tmp_path: Path, row: object, message: str) -> None:
    path = tmp_path / "votes.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(QuestionSetError, match=re.escape(message)):
        call("votes", path, tmp_path / "set.yaml")


def test_a_beir_folder_is_indexed_asked_and_resumed_with_the_real_assistant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "town", tmp_path / "runs"
    (folder / "qrels").mkdir(parents=True)
    corpus = {"d1": "The mayor of Oxtown opened the new bridge on Monday.", "d2": "The tunnel is closed until May."}
    lines = "".join(json.dumps({"_id": key, "title": "", "text": text}) + "\n" for key, text in corpus.items())
    (folder / "corpus.jsonl").write_text(lines, encoding="utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "Who opened the bridge?"}\n', encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n", encoding="utf-8")
    settings = Settings(index=str(tmp_path / "unused"))
    for asked in (1, 0):  # the same command again finds everything done
        assert call("run", folder, "--out", out, "--json", settings=settings) == 0
        shown = json.loads(capsys.readouterr().out)
        assert shown["manifest"]["asked"] == asked
        assert shown["metrics"]["MRR@10"][0] == 1.0
        assert shown["metrics"]["offsets_correct"][0] == 1.0
    assert (Path(shown["run"]) / "report.html").is_file()
    assert not (tmp_path / "unused").exists()
    assert call("run", folder, "--out", out, "--retrieval-only", settings=settings) == 0
    assert "Recall@5" in capsys.readouterr().out
    with pytest.raises(UsageError, match="no questions with these tags"):
        call("run", folder, "--tag", "none", settings=settings)
    # what is no longer in the set's corpus is found no more
    (folder / "corpus.jsonl").write_text(lines.splitlines()[1] + "\n", encoding="utf-8")
    assert call("run", folder, "--out", out, "--retrieval-only", "--json", settings=settings) == 0
    report = Report.load(json.loads(capsys.readouterr().out.splitlines()[-1])["run"])
    assert {hit["doc_id"] for outcome in report.outcomes for hit in outcome.hits} == {"d2"}


def test_a_judge_grades_a_run_and_what_people_rated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    evaluate(FakeAssistant(), questions(), out=run)
    rated = tmp_path / "mtrag_human_eval"
    rated.mkdir()
    row = {"question": "Did it rain?", "response": "It rained.", "contexts": [{"text": "It rained."}]}
    row |= {"faithfulness_median": 3, "model": "m", "answerability": "ANSWERABLE"}
    rows = [row | {"id": str(n), "faithfulness": [4, n % 4 + 1]} for n in range(12)]
    (rated / "responses.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with answering("Grade: 3") as url:
        assert call("judge", run, "--repeats", 2, "--sample", 5, settings=Settings(llm_url=url)) == 0
        assert "mean grade 3.00 of 4 over 5 answers, by small" in capsys.readouterr().out
        assert call("judge", rated, "--json", settings=Settings(llm_url=url)) == 0
    kept = json.loads((run / "judge.json").read_text(encoding="utf-8"))
    assert (kept["judge"], kept["repeats"], len(kept["grades"])) == ("small", 2, 5)
    assert set(map(tuple, kept["grades"].values())) == {(3, 3)}
    agreement = json.loads(capsys.readouterr().out)["agreement"]
    assert (agreement["n"], agreement["spearman"], agreement["identical"]) == (12, None, 1.0)
    with pytest.raises(UsageError, match="needs an LLM"):
        call("judge", run, settings=Settings())
