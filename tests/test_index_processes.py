"""An index, a retriever and an assistant in forked processes, pickled, copied, in many threads and beside an event loop."""

from __future__ import annotations

import asyncio
import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from apps_news import ARTICLES, QUESTION, news_index
from fakes import HashingEmbedder

from dateline.index import Document, Index
from dateline.rag import Assistant, Retriever

TRAM = "Who opened the tram line to Lower Marsh?"
forking = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = news_index(tmp_path / "index")
    yield index
    index.close()


def answered(question: str, assistant: Assistant, replies: Any) -> None:
    replies.put(assistant.ask(question).text)


def in_forked(*calls: Callable[[Any], None]) -> list[Any]:
    """What calls put into a queue, each in a child of its own."""
    context = multiprocessing.get_context("fork")
    replies = context.Queue()
    children = [context.Process(target=call, args=(replies,)) for call in calls]
    for child in children:
        child.start()
    found = [replies.get(timeout=120) for _ in children]
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * len(children)
    return found


@forking
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forking beside threads, which is what is tried here
@pytest.mark.parametrize("asked_before", [False, True])
def test_forked_children_answer_and_so_does_the_parent_again(index: Index, asked_before: bool) -> None:
    assistant = Assistant(Retriever(index, k=3))
    expected = Assistant(Retriever(pickle.loads(pickle.dumps(index)), k=3)).ask(TRAM).text if asked_before else None
    if asked_before:
        assert "Marta Velde" in assistant.ask(QUESTION).text
    found = in_forked(*[lambda replies: answered(TRAM, assistant, replies)] * 3)
    assert len(set(found)) == 1
    assert "Ivo Brandl" in found[0]
    assert found[0] == (expected or found[0])
    assert assistant.ask(TRAM).text == found[0]


@forking
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_amid_a_search_hangs_nobody(index: Index) -> None:
    """Another thread of the parent holds the locks at that moment."""
    retriever = Retriever(index, k=3)
    retriever.search(QUESTION)
    begun, go = threading.Event(), threading.Event()
    embedder, index.embedder = index.embedder, HashingEmbedder()

    class Waiting(HashingEmbedder):
        def encode(self, texts: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                begun.set()
                go.wait(60)
            return super().encode(texts)

    index.embedder = Waiting()
    other = threading.Thread(target=retriever.search, args=("strike of the bakers",))
    other.start()
    assert begun.wait(60)
    found = in_forked(lambda replies: replies.put(retriever.search(TRAM)[0].passage.doc_id))
    go.set()
    other.join(60)
    index.embedder = embedder
    assert found == ["tram.txt"]


@forking
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_writes_and_ends_as_usual(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    news_index(folder).close()
    code = f"""
import os, sys
from fakes import HashingEmbedder
from dateline.index import Document, Index
index = Index.open({str(folder)!r}, embedder=HashingEmbedder())
index.add_documents([Document("parent.txt", "The parent wrote this.")])
child = os.fork()
if not child:
    index.add_documents([Document("child.txt", "The child wrote that.")])
    sys.exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert index.document("child.txt").text == "The child wrote that."
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=120)
    index = Index.open(folder, embedder=HashingEmbedder(), read_only=True)
    assert {hit.passage.doc_id for hit in Retriever(index, k=10).search("wrote")} >= {"parent.txt", "child.txt"}
    index.close()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_a_copy_answers_on_its_own(index: Index, again: Callable[[Any], Any]) -> None:
    assistant = Assistant(Retriever(index, k=3))
    expected = assistant.ask(QUESTION).text
    copied = again(assistant)
    assert copied.index is not assistant.index
    assert copied.index.read_only
    index.close()
    assert copied.ask(QUESTION).text == expected
    assert again(copied.retriever).search(QUESTION)[0].passage.doc_id == "canal.txt"
    copied.index.close()


def test_a_spawned_process_answers(index: Index) -> None:
    context = multiprocessing.get_context("spawn")
    replies = context.Queue()
    child = context.Process(target=answered, args=(QUESTION, Assistant(Retriever(index, k=3)), replies))
    child.start()
    assert "Marta Velde" in replies.get(timeout=120)
    child.join(60)
    assert child.exitcode == 0


def test_a_location_is_found_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    index = Index.open("news", embedder=HashingEmbedder())
    index.add_documents(ARTICLES[:1])
    kept = pickle.dumps(index)
    index.close()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    again = pickle.loads(kept)
    assert again.document("canal.txt").title == "Canal reopens"
    again.add_documents([Document("more.txt", "One more.")])
    again.close()


def test_sixteen_threads_get_the_same_answers(index: Index) -> None:
    assistant = Assistant(Retriever(index, k=3))
    expected = {question: assistant.ask(question).text for question in (QUESTION, TRAM)}
    asked = [QUESTION, TRAM] * 32
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda question: assistant.ask(question).text, asked))
    assert found == [expected[question] for question in asked]


def test_an_event_loop_goes_on_meanwhile(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer waits for something that only the loop can do: were the loop blocked, it would wait for ever."""
    assistant = Assistant(Retriever(index, k=3))
    go, search = threading.Event(), assistant.retriever.search

    def waiting(*args: Any, **options: Any) -> Any:
        assert go.wait(60)
        return search(*args, **options)

    monkeypatch.setattr(assistant.retriever, "search", waiting)

    async def use() -> tuple[str, str]:
        asyncio.get_running_loop().call_later(0.01, go.set)
        whole = (await assistant.aask(QUESTION)).text
        go.clear()
        asyncio.get_running_loop().call_later(0.01, go.set)
        grown = [answer.text async for answer in assistant.astream(QUESTION)]
        return whole, grown[-1]

    whole, grown = asyncio.run(use())
    assert whole == grown
    assert "Marta Velde" in whole
