"""Question sets: reading, writing, and errors that name file, line and field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.eval.sets.items import QuestionSetError
from dateline.eval.sets.questions import Question, QuestionSet

GOOD = """
- id: q1
  question: When did the mayor open the bridge?
  answers: [Monday, no, 12]
  answer_facts:
    - [Monday, 6 July]
    - bridge
  dates: [2026-07-06, 2026-07, 2026-07-01/2026-07-03]
  gold_docs: {a.txt: 2, b.txt: 0}
  gold_quotes: ["opened the bridge"]
  asked_on: 2026-07-09
  tags: [when]
- id: q2
  question: Who paid?
  answerable: false
  history:
    - {role: user, content: What was built?}
    - {role: assistant, content: A bridge.}
"""


def write(folder: Path, text: str, name: str = "set.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_scalars_stay_text(tmp_path: Path) -> None:
    questions = QuestionSet.load(write(tmp_path, GOOD))
    first, second = questions
    assert first.answers == ("Monday", "no", "12")
    assert first.answer_facts == (("Monday", "6 July"), ("bridge",))
    assert first.dates == ("2026-07-06", "2026-07", "2026-07-01/2026-07-03")
    assert first.gold_docs == {"a.txt": 2, "b.txt": 0}
    assert first.asked_on == "2026-07-09"
    assert second.answerable is False
    assert second.history[1] == {"role": "assistant", "content": "A bridge."}
    assert questions.qrels() == {"q1": {"a.txt": 2, "b.txt": 0}}


@pytest.mark.parametrize("name", ["copy.yaml", "copy.jsonl"])
def test_saved_sets_read_back_equal(tmp_path: Path, name: str) -> None:
    questions = QuestionSet.load(write(tmp_path, GOOD))
    questions.save(tmp_path / name)
    assert QuestionSet.load(tmp_path / name).questions == questions.questions


def test_a_folder_holds_several_files_and_ids_are_unique(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, json.dumps({"id": "q3", "question": "Why?"}) + "\n\n", "more.jsonl")
    assert [question.id for question in QuestionSet.load(tmp_path)] == ["q3", "q1", "q2"]
    write(tmp_path, '\n{"id": "q2", "question": "Again?"}', "twice.jsonl")
    with pytest.raises(QuestionSetError, match=r"twice\.jsonl:2: 'q2' is already used at .*set\.yaml:13"):
        QuestionSet.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- id: q1\n  question: Who?\n  asked_on: 9 July", r"set\.yaml:3: field 'asked_on': '9 July' is not an ISO"),
        ("- id: q1\n  question: Who?\n  answer: x", r"set\.yaml:3: field 'answer': does not exist; known: id"),
        ("- id: q1\n\n- id: q2\n  question: Who?", r"set\.yaml:1: field 'question': is missing"),
        ("- id: q1\n  question: ''", r"set\.yaml:2: field 'question': is empty"),
        ("- id: q1\n  question: Who?\n  answers: x", r"set\.yaml:3: field 'answers': expected a list, found text"),
        ("- id: q1\n  question: Who?\n  dates: [Monday]", r"set\.yaml:3: field 'dates': 'Monday' is not an ISO"),
        ("- id: q1\n  question: Who?\n  id: q2", r"set\.yaml:3: field 'id': is given twice"),
        ("- id: q1\n  question: W?\n  answerable: maybe", r"set\.yaml:3: field 'answerable': expected true or false"),
        ("- id: q1\n  question: W?\n  gold_docs: {a: x}", r"set\.yaml:3: field 'gold_docs': grades must be whole"),
        ("- id: q1\n  question: W?\n  history: [{role: bot, content: x}]", r"field 'history': role must be user"),
        ("- id: q1\n  question: W?\n  history: [x]", r"field 'history': every turn needs"),
        ("- id: q1\n  question: W?\n  answer_facts: [[]]", r"field 'answer_facts': a fact has no alternatives"),
        (
            "- id: q1\n  question: W?\n  answerable: false\n  answers: [x]",
            r"set\.yaml:4: field 'answers': an unanswerable question has none",
        ),
        ("- id: q1\n  question: [", r"set\.yaml:\d: not YAML"),
        ("just text", r"set\.yaml:1: expected a list"),
        ("- just text", r"set\.yaml:1: expected a question"),
        ("- id: q1\n  question: W?\n  answers: [[[[[[x]]]]]]", r"set\.yaml:3: field 'answers': expected text"),
    ],
)
def test_errors_name_file_line_and_field(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(QuestionSetError, match=message):
        QuestionSet.load(write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": 1, "question": "Who?"}\n{"id": 2', r"set\.jsonl:2: not JSON"),
        ("[1]", r"set\.jsonl:1: expected an object, found a list"),
        ('{"id": true, "question": "Who?"}', r"set\.jsonl:1: field 'id': expected text, found true/false"),
        ('{"id": null, "question": "Who?"}', r"set\.jsonl:1: field 'id': expected text, found nothing"),
        ("[" * 100_000, r"set\.jsonl:1: not JSON"),
    ],
)
def test_jsonl_errors_name_the_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(QuestionSetError, match=message):
        QuestionSet.load(write(tmp_path, text, "set.jsonl"))


def test_missing_unknown_and_undecodable_files(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"none\.yaml: there is no such file or folder"):
        QuestionSet.load(tmp_path / "none.yaml")
    with pytest.raises(QuestionSetError, match=r"none: there is no such file or folder"):
        QuestionSet.load(tmp_path / "none")
    with pytest.raises(QuestionSetError, match=r"a question set ends in"):
        QuestionSet.load(write(tmp_path, "x", "set.txt"))
    with pytest.raises(QuestionSetError, match=r"no question files"):
        (tmp_path / "empty").mkdir()
        QuestionSet.load(tmp_path / "empty")
    (tmp_path / "latin.yaml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(QuestionSetError, match=r"latin\.yaml: not UTF-8"):
        QuestionSet.load(tmp_path / "latin.yaml")


def test_a_yaml_bomb_is_an_error_not_a_hang(tmp_path: Path) -> None:
    levels = "\n".join(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    with pytest.raises(QuestionSetError):
        QuestionSet.load(write(tmp_path, f"- &a0 [x, x]\n{levels}\n"))


def test_beir_folder(tmp_path: Path) -> None:
    write(tmp_path, '{"_id": "d1", "title": "T", "text": "Body"}\n', "corpus.jsonl")
    write(tmp_path, '{"_id": "q1", "text": "who?"}\n{"_id": "q9", "text": "not judged"}\n', "queries.jsonl")
    (tmp_path / "qrels").mkdir()
    write(tmp_path / "qrels", "query-id\tcorpus-id\tscore\nq1\td1\t2\n", "test.tsv")
    questions = QuestionSet.load(tmp_path)
    assert questions.qrels() == {"q1": {"d1": 2}}
    assert [question.id for question in questions] == ["q1"]
    assert questions.documents[0].text == "Body"
    write(tmp_path / "qrels", "query-id\tcorpus-id\tscore\nq1 d1 2\n", "test.tsv")
    with pytest.raises(QuestionSetError, match=r"test\.tsv:2: expected query-id"):
        QuestionSet.load(tmp_path)
    (tmp_path / "qrels" / "test.tsv").unlink()
    write(tmp_path, '{"_id": "d1", "title": "T"}\n', "corpus.jsonl")
    with pytest.raises(QuestionSetError, match=r"corpus\.jsonl:1: field 'text': is missing"):
        QuestionSet.load(tmp_path)


def test_an_id_stands_for_one_question(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"made: two questions have the id 'a'"):
        QuestionSet("made", (Question("a", "A?"), Question("a", "B?")))


def test_select_keeps_name_and_documents() -> None:
    questions = QuestionSet("s", (Question("a", "A?"), Question("b", "B?", tags=("x",))))
    assert [question.id for question in questions.select(lambda question: "x" in question.tags)] == ["b"]
    assert len(questions) == 2


@given(st.binary(max_size=200), st.sampled_from(["set.yaml", "set.jsonl"]))
def test_any_bytes_give_a_set_or_a_named_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / name
    path.write_bytes(data)
    try:
        assert all(question.id for question in QuestionSet.load(path))
    except QuestionSetError as error:
        assert name in str(error)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- id: a\n  tags: &t [x]\n  answers: *t\n", "set.yaml:3: an alias"),
        ("[" * 300_000, "set.yaml:1: nests deeper"),
        ("- id: a\n  question: " + "{a: " * 300_000, "set.yaml:2: nests deeper"),
    ],
)
def test_yaml_that_unfolds_or_nests_without_end_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(text)
    with pytest.raises(QuestionSetError, match=why):
        QuestionSet.load(path)
