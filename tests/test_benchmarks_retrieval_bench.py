import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from fakes import HashingEmbedder

from dateline.index import Index

ARTICLES = [
    ("a", "Storm", "A storm closed the harbour of Lisbon on Monday.", "2024-03-05"),
    ("b", "Talks", "Ministers met in Paris to talk about farm prices.", "2024-03-04"),
    ("c", "Cup", "The team won the cup after extra time.", "2024-03-03"),
]
QUESTIONS = [("q1", "What closed the harbour of Lisbon?", "a"), ("q2", "Where did ministers meet?", "b")]


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a set of three articles and two questions."""
    folder = tmp_path / "data" / "realtimeqa_articles"
    folder.mkdir(parents=True)
    write(
        folder / "articles.jsonl",
        [{"doc_id": i, "title": t, "text": x, "published": p, "url": ""} for i, t, x, p in ARTICLES],
    )
    asked = {"answer": "", "question_date": "2024-03-06", "support": "gold", "weak_recent_doc_ids": []}
    write(folder / "questions.jsonl", [{**asked, "id": i, "question": q, "gold_doc_ids": [g]} for i, q, g in QUESTIONS])
    return folder.parent


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program, with an embedder that needs no model."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent / "benchmarks"))
    module = importlib.import_module("retrieval_bench")
    monkeypatch.setattr(module, "open_embedder", HashingEmbedder)
    return module


def rows(printed: str) -> dict[str, list[str]]:
    cells = [line.strip("|").split("|") for line in printed.splitlines() if line.startswith("|")]
    return {name.strip(): [value.strip() for value in values] for name, *values in cells}


def test_a_set_is_indexed_and_every_system_measured(
    bench: ModuleType, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert bench.main(["--data", str(data), "--sets", "realtimeqa_articles", "--out", str(out)]) == 0
    found = rows(capsys.readouterr().out)
    assert found["system"] == ["Recall@1", "Recall@5", "MRR@10"]
    assert found["dateline, asked_on"] == ["1.000"] * 3
    assert {"BM25", "dense", "0.3 BM25 + 0.7 dense", "dateline"} < found.keys()
    values = (out / "realtimeqa_articles" / "dateline.tsv").read_text(encoding="utf-8").split("\n")
    assert "q1\tRecall@1\t1.000000" in values


def test_an_index_made_before_is_only_read(
    bench: ModuleType, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = bench.load_benchmark(data, "realtimeqa_articles").documents
    made = Index.open(tmp_path / "made", embedder=HashingEmbedder())
    made.add_documents(documents[:1])
    made.close()
    name = "realtimeqa_articles"
    bench.main(["--data", str(data), "--sets", name, "--ready", f"{name}={tmp_path / 'made'}"])
    assert rows(capsys.readouterr().out)["dateline"] == ["0.500"] * 3


def test_what_is_ready_must_be_a_set_s(bench: ModuleType, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["--data", str(data), "--ready", "elsewhere"])
    assert "--ready wants NAME=FOLDER" in capsys.readouterr().err


def test_a_peer_that_is_not_installed_is_named(bench: ModuleType, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_index.retrievers.bm25", None)
    with pytest.raises(SystemExit, match=r"not installed here \(.*bm25.*\); pip install llama-index-retrievers-bm25"):
        bench.main(["--data", str(data), "--sets", "realtimeqa_articles", "--peers"])


def test_the_peers_rank_the_same_passages(bench: ModuleType, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("llama_index.retrievers.bm25")
    pytest.importorskip("txtai")
    bench.main(["--data", str(data), "--sets", "realtimeqa_articles", "--peers"])
    found = rows(capsys.readouterr().out)
    assert found["txtai hybrid"][1] == found["LlamaIndex QueryFusionRetriever"][1] == "1.000"
