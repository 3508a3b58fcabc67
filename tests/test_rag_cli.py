"""The command line as in the contract, on the seed articles, in real processes where it matters."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes import SEEDS

from dateline.rag.command.cli import main

QUESTION = "who spoke with Araghchi and when?"
ROOT = Path(__file__).parent.parent


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def run(seed_index_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(*arguments: str, stdin: str = "", index: Path | None = None) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        try:
            code = main([*arguments, "--index", str(index or seed_index_folder)])
        except SystemExit as error:
            code = int(error.code or 0)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


def check_answer(answer: dict[str, Any], show: Any) -> None:
    """What CONTRACT says is always true of an answer."""
    import re

    marks = {int(mark) for mark in re.findall(r"\[(\d+)\]", answer["answer"])}
    assert marks == {citation["n"] for citation in answer["citations"]}
    assert sorted(marks) == list(range(1, len(marks) + 1))
    for citation in (*answer["citations"], *answer["nearest"]):
        text = show(citation["doc_id"])
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        for timex in citation["dates"]:
            assert text[timex["start"] : timex["end"]] == timex["text"]
    if answer["abstained"]:
        assert not marks and answer["reason"] and len(answer["nearest"]) <= 3
    else:
        assert answer["reason"] is None and answer["citations"] and not answer["nearest"]
        assert all(sentence["support"] == "verbatim" for sentence in answer["sentences"])
    assert 0 <= answer["confidence"] <= 1
    assert set(answer["ms"]) == {"retrieve", "answer", "total"}


@pytest.fixture
def show(run: Any) -> Any:
    return lambda doc_id: run("show", doc_id, "--json").json["text"]


def test_the_question(run: Any, show: Any) -> None:
    answer = run("ask", QUESTION, "--json").json
    check_answer(answer, show)
    assert answer["answer"].startswith("**Ishaq Dar**")
    first = answer["events"][0]
    assert (first["earliest"], first["latest"], first["citations"]) == ("2026-01-24", "2026-01-24", [1, 2])
    assert {c["doc_id"] for c in answer["citations"] if c["n"] in (1, 2)} == {file.name for file in SEEDS.iterdir()}
    days = [event["earliest"] for event in answer["events"] if event["earliest"]]
    assert days == sorted(days)
    assert any(event["when"].startswith("a Wednesday") and event["earliest"] is None for event in answer["events"])
    spoken = " ".join(event["text"] for event in answer["events"])
    for other in ("Shehbaz Sharif", "Pezeshkian", "Witkoff", "Fidan", "Trump"):
        assert other not in spoken


def test_a_name_no_article_knows_is_not_answered_about(run: Any, show: Any) -> None:
    answer = run("ask", "Who spoke with Macron?", "--json").json
    check_answer(answer, show)
    assert answer["abstained"] and answer["reason"] == "not_mentioned"


def test_the_terminal_answer_shows_quotes_places_and_days(run: Any) -> None:
    shown = run("ask", QUESTION)
    assert shown.code == 0
    assert "“Saturday” → Sat 24 January 2026" in shown.out
    assert "#char=" in shown.out


def test_batches_keep_order_and_ids_and_answer_bad_lines(run: Any, show: Any) -> None:
    lines = [
        json.dumps({"id": "a", "question": QUESTION}),
        "not json",
        json.dumps({"id": 3, "question": 5}),
        json.dumps({"id": "d", "question": "   "}),
        json.dumps({"id": "e", "question": "And when with Fidan?", "history": [{"role": "user", "content": QUESTION}]}),
        json.dumps({"id": "f", "question": QUESTION, "asked_on": "yesterday"}),
        "[" * 100_000,
    ]
    answered = run("ask", "--batch", "-", stdin="\n".join(lines))
    assert answered.code == 1
    assert [line["id"] for line in answered.lines] == ["a", None, 3, "d", "e", "f", None]
    assert ["error" in line for line in answered.lines] == [False, True, True, True, False, True, True]
    check_answer(answered.lines[0], show)
    assert "Fidan" in answered.lines[4]["standalone_question"]


def test_search_gives_ranked_passages(run: Any, show: Any) -> None:
    found = run("search", "call while on a visit to Dubai", "--json").json
    assert [hit["rank"] for hit in found["hits"]] == list(range(1, len(found["hits"]) + 1))
    assert "Dubai" in found["hits"][0]["text"]
    for hit in found["hits"]:
        assert show(hit["doc_id"])[hit["start"] : hit["end"]] == hit["text"]
    batch = run("search", "--batch", "-", stdin=json.dumps({"id": 1, "query": "Dubai", "k": 2, "after": "2026-01-01"}))
    assert len(batch.lines[0]["hits"]) == 2
    assert {hit["published"] for hit in batch.lines[0]["hits"]} == {"2026-01-29"}


def test_status_and_show(run: Any) -> None:
    status = run("status", "--json").json
    assert (status["documents"], status["undated"]) == (2, 1)
    assert status["embedder"] == {"name": "all-MiniLM-L6-v2", "dimension": 384}
    assert status["format_version"] == 2
    for file in SEEDS.iterdir():
        shown = run("show", file.name, "--json").json
        assert shown["text"] == file.read_bytes().decode()


def test_dates(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("They met on Wednesday.", encoding="utf-8")
    (placed,) = run("dates", str(file), "--published", "2026-02-05", "--json").json["timexes"]
    assert (placed["value"], placed["type"]) == ("2026-02-04", "DATE")
    (unplaced,) = run("dates", str(file), "--json").json["timexes"]
    assert (unplaced["value"], unplaced["earliest"]) == ("XXXX-WXX-3", None)
    lines = run("dates", "--batch", "-", stdin='{"id": 1, "text": "on 3 May 2025"}\n{"id": 2}')
    assert lines.code == 1
    assert lines.lines[0]["timexes"][0]["value"] == "2025-05-03"


def test_check_and_rewrite(run: Any) -> None:
    passages = ["Dar received a call from Araghchi while on a visit to Dubai."]
    lines = [
        {"id": 1, "claim": "Araghchi called Dar when he was in Dubai.", "passages": passages},
        {"id": 2, "claim": "Fidan called Dar when he was in Paris.", "passages": passages},
        {"id": 3, "claim": "x", "passages": "no list"},
    ]
    checked = run("check", "--batch", "-", stdin="\n".join(map(json.dumps, lines)))
    assert [line.get("supported") for line in checked.lines] == [True, False, None]
    assert checked.lines[0]["quote"] == passages[0]
    history = [{"role": "user", "content": QUESTION}]
    rewritten = run(
        "rewrite", "--batch", "-", stdin=json.dumps({"id": 1, "question": "And with Fidan?", "history": history})
    )
    assert "Fidan" in rewritten.lines[0]["question"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", ""], "the question is empty"),
        (["ask"], "QUESTION is missing"),
        (["ask", "x", "--batch", "-"], "do not go together"),
        (["ask", "when?", "--after", "soon"], "not a date"),
        (["show", "no-such"], "no document 'no-such'"),
        (["remove", "no-such"], "no document 'no-such'"),
        (["search", "--batch", "no-such-file"], "cannot be read"),
        (["index", str(SEEDS), "--ray", "127.0.0.1:1"], "no Ray cluster answers at 127.0.0.1:1"),
        (["status", "--index", "no-such-folder"], "there is no index in"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_2(run: Any, arguments: list[str], message: str) -> None:
    failed = run(*arguments[:-2], index=Path(arguments[-1])) if "--index" in arguments else run(*arguments)
    assert failed.code == 2
    assert message in failed.err and "Traceback" not in failed.err
    assert failed.out == "" or "removed 0" in failed.out


def test_indexing_says_what_it_did(run: Any, tmp_path: Path) -> None:
    articles, index = tmp_path / "articles", tmp_path / "index"
    articles.mkdir()
    nothing = run("index", str(tmp_path / "missing"), str(articles), index=index)
    assert nothing.code == 2 and "missing" in nothing.err and "empty folder" in nothing.err
    (articles / "a.txt").write_text("A story is told here in full.\n")
    (articles / "b.txt").write_bytes(b"\x00\xff" * 50)
    partly = run("index", str(articles), "--json", index=index)
    assert partly.code == 1 and partly.json["added"] == 1 and "b.txt" in partly.err
    (articles / "b.txt").unlink()
    assert run("index", "-", stdin=f"{articles}\n", index=index).out.startswith("added 0, updated 0, unchanged 1")
    removed = run("remove", "a.txt", "nothing", "--json", index=index)
    assert removed.code == 1 and removed.json == {"removed": ["a.txt"], "failed": ["nothing"]}
    asked = run("ask", "who?", "--json", index=index).json
    assert asked["abstained"]


def test_an_empty_index_has_no_documents(run: Any, tmp_path: Path) -> None:
    from dateline.index import Index

    Index.open(tmp_path / "empty").close()
    answer = run("ask", QUESTION, "--json", index=tmp_path / "empty").json
    assert (answer["abstained"], answer["reason"], answer["citations"]) == (True, "no_documents", [])


def test_help_imports_nothing_heavy() -> None:
    heavy = {"torch", "sentence_transformers", "transformers", "llama_index", "chromadb", "gradio", "numpy"}
    code = (
        "import sys; from dateline.rag.command.cli import build_parser; text = build_parser().format_help();"
        f"print(sorted({heavy!r} & set(sys.modules))); print(text)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    imported, *text = shown.stdout.splitlines()
    assert imported == "[]"
    for command in ("index", "remove", "status", "show", "search", "ask", "dates", "check", "rewrite", "doctor"):
        assert any(line.strip().startswith(command) for line in text)


def test_a_question_opens_no_connection(seed_index_folder: Path) -> None:
    """The default path in a process in which connecting anywhere but to loopback is an error."""
    code = f"""
import socket
def guarded(name):
    real = getattr(socket.socket, name)
    def connect(self, address, *rest):
        host = address[0] if isinstance(address, tuple) else "unix"
        if host not in ("127.0.0.1", "::1", "localhost", "unix"):
            raise SystemExit(f"connects to {{address}}")
        return real(self, address, *rest)
    setattr(socket.socket, name, connect)
def resolve(host, *rest, real=socket.getaddrinfo, **more):
    if host not in (None, "127.0.0.1", "::1", "localhost"):
        raise SystemExit(f"looks up {{host}}")
    return real(host, *rest, **more)
for name in ("connect", "connect_ex", "sendto"):
    guarded(name)
socket.getaddrinfo = resolve
from dateline.rag.command.cli import main
raise SystemExit(main(["ask", {QUESTION!r}, "--json", "--index", {str(seed_index_folder)!r}]))
"""
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert json.loads(asked.stdout)["citations"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_batch_and_a_history_are_read_as_other_programs_write_them(run: Any, tmp_path: Path, encoding: str) -> None:
    """A byte order mark, or UTF-16 as PowerShell's > writes it."""
    batch, history = tmp_path / "batch.jsonl", tmp_path / "history.json"
    batch.write_text(
        '{"id": "é", "question": "And when?", "history": [["Who called Dar in Dubai?", null]]}\n', encoding
    )
    history.write_text('[{"role": "human", "content": "Who called Dar in Dubai?"}]', encoding)
    assert run("ask", "--batch", str(batch)).lines[0]["standalone_question"] == "Who called Dar in Dubai and when?"
    assert run("rewrite", "And when?", "--history", str(history)).out.strip() == "Who called Dar in Dubai and when?"


@pytest.mark.parametrize(
    ("command", "line", "says"),
    [
        ("ask", {"question": "Who?", "befor": "2020-01-01"}, "did you mean before?"),
        ("ask", {"question": "Who?", "doc_ids": ["none.txt"]}, "none.txt"),
        ("ask", {"question": "Who?", "doc_ids": 3}, "doc_ids is not a list of texts"),
        ("ask", {"question": "Who?", "history": "x"}, "history must be a list"),
        ("search", {"query": "Dubai", "top": 3}, "there is no field 'top'"),
        ("search", {"query": "Dubai", "doc_ids": "none.txt"}, "none.txt"),
        ("dates", {"text": "on Monday", "publised": "2020-01-01"}, "did you mean published?"),
        ("check", {"claim": "x", "passage": ["x"]}, "did you mean passages?"),
        ("rewrite", {"question": "And?", "histroy": []}, "did you mean history?"),
    ],
)
def test_a_field_that_nothing_would_come_of_is_an_error(
    run: Any, command: str, line: dict[str, Any], says: str
) -> None:
    answered = run(command, "--batch", "-", stdin=json.dumps({"id": 1, **line}))
    assert answered.code == 1
    assert says in answered.lines[0]["error"]


def test_a_batch_is_limited_to_documents(run: Any) -> None:
    name = min(file.name for file in SEEDS.iterdir())
    found = run("search", "--batch", "-", stdin=json.dumps({"query": "Iran", "doc_ids": name})).lines[0]
    assert {hit["doc_id"] for hit in found["hits"]} == {name}
    answer = run("ask", "--batch", "-", stdin=json.dumps({"question": QUESTION, "doc_ids": [name]})).lines[0]
    assert {citation["doc_id"] for citation in answer["citations"]} == {name}
