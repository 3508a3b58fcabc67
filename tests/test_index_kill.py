"""Killed at random moments of adding, updating and removing, the next run completes."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from fakes import HashingEmbedder

from dateline.index import Index
from dateline.index.mending.doctor import examine

KILLS = 60
WORKER = """
import sys
sys.path.insert(0, {tests!r})
from fakes import HashingEmbedder
from dateline.index import Index
index = Index.open({index!r}, embedder=HashingEmbedder())
print("ready", flush=True)
index.add({articles!r}, prune=True)
print("done", flush=True)
"""


def change(folder: Path, rng: random.Random) -> None:
    """Add, rewrite and delete some articles."""
    for _ in range(rng.randint(5, 40)):
        file = folder / f"{rng.randrange(60)}.txt"
        if file.exists() and rng.random() < 0.3:
            file.unlink()
        else:
            file.write_text(
                "\n\n".join(f"Sentence {rng.randrange(10**9)} of the story." for _ in range(rng.randint(1, 60)))
            )


def test_sixty_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    rng = random.Random(7)
    articles, folder = tmp_path / "articles", tmp_path / "index"
    articles.mkdir()
    code = WORKER.format(tests=str(Path(__file__).parent), index=str(folder), articles=str(articles))
    killed = 0
    for _ in range(KILLS):
        change(articles, rng)
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(rng.random() * 0.35)
            killed += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
        reader = Index.open(folder, embedder=HashingEmbedder(), read_only=True)
        for info in reader.documents():
            text = reader.document(info.doc_id).text
            passages = reader.store.passages(reader.store.catalogue.rows_of(info.doc_id))
            assert len(passages) == info.passages
            assert all(text[p.start : p.end] == p.text for p in passages), "never half of a document"
        reader.close()
    assert killed > KILLS / 4, "most runs must be killed while they work"
    index = Index.open(folder, embedder=HashingEmbedder())
    change(articles, rng)
    report = index.add(articles, prune=True)
    assert not report.failed
    assert {info.doc_id for info in index.documents()} == {file.name for file in articles.iterdir()}
    for file in articles.iterdir():
        assert index.document(file.name).text == file.read_text()
    assert examine(index.store).healthy
