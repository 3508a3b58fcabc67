"""A chat and a service that are killed at any moment: what was answered is kept, and nothing is damaged."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing, suppress
from pathlib import Path
from subprocess import PIPE

import pytest
from newsroom import ANSWER

from dateline.index import Index
from dateline.index.mending.doctor import examine
from dateline.index.mending.rescue import damage
from dateline.rag.chat import conversations_rescue
from dateline.rag.chat.conversations import CONVERSATIONS, ConversationStore

ROOT = Path(__file__).parent.parent
CHATTING = """
import os, sys, threading
sys.path.insert(0, {tests!r})
from newsroom import FakeAssistant
from dateline.rag.chat.turns import Chat
from dateline.rag.chat.conversations import ConversationStore, Limits
def chat():
    store = ConversationStore({file!r})
    chat = Chat(FakeAssistant(), store)
    print(os.getpid(), flush=True)
    def ask(owner):
        kept = ""
        for number in range(10**9):
            *_, (_, _, kept, _) = chat.ask(f"Question {{number}}?", kept, Limits(), owner)
            turn = store.get(owner, kept).turns[-1]
            chat.vote(f"t{{turn.id}}", owner, vote=1)
            if owner in "ab":
                store.delete(owner, kept)
                kept = ""
            else:
                sys.stdout.write(f"{{turn.id}}\\n")
                sys.stdout.flush()
                kept = "" if number % 7 == 6 else kept
    for owner in "abcd":
        threading.Thread(target=ask, args=(owner,)).start()
for line in sys.stdin:
    child = os.fork()
    if not child:
        chat()
        break
    os.waitpid(child, 0)
    print("killed", flush=True)
"""
"""Forks a chat for every line it is sent: importing all of it anew for each would take longer than what is tested."""


def check(file: Path) -> set[int]:
    """The ids of all turns, each whole."""
    assert conversations_rescue.fault(file) == ""
    store = ConversationStore(file)
    turns = [
        turn for owner in "abcd" for kept in store.find(owner) for turn in (store.get(owner, kept.id) or kept).turns
    ]
    store.close()
    assert all(turn.answer.sentences == ANSWER.sentences for turn in turns), "never half of an answer"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM turns").fetchone()[0] == len(turns), (
            "none without its conversation"
        )
    return {turn.id for turn in turns}


@pytest.mark.parametrize("kills", [3, pytest.param(60, marks=pytest.mark.faults)])
def test_what_was_answered_is_kept_though_the_chat_is_killed(tmp_path: Path, kills: int) -> None:
    rng = random.Random(11)
    file = tmp_path / CONVERSATIONS
    code = CHATTING.format(tests=str(ROOT / "tests"), file=str(file))
    told = 0
    with subprocess.Popen([sys.executable, "-c", code], stdin=PIPE, stdout=PIPE, text=True, bufsize=1) as process:
        assert process.stdin is not None and process.stdout is not None
        for _ in range(kills):
            process.stdin.write("chat\n")
            child = int(process.stdout.readline())
            time.sleep(0.2 + rng.random() * 0.6)
            os.kill(child, signal.SIGKILL)
            answered = set()
            # A line that the kill has cut off runs into the last one.
            while not (line := process.stdout.readline()).endswith("killed\n"):
                answered.add(int(line))
            assert answered <= check(file)
            told += len(answered)
        process.stdin.close()
    assert told > kills, "it must be killed while it works"


@pytest.mark.faults
def test_the_index_is_whole_though_chat_and_service_are_killed(seed_index_folder: Path, tmp_path: Path) -> None:
    rng = random.Random(12)
    folder = Path(shutil.copytree(seed_index_folder, tmp_path / "index"))
    for program in ("chat", "serve", "chat", "serve", "chat"):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "dateline", "--index", str(folder), program, "--port", str(port)]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
            url = f"http://127.0.0.1:{port}/"
            for _ in range(600):
                assert process.poll() is None, f"dateline {program} ended by itself"
                with suppress(OSError):
                    urllib.request.urlopen(url + "healthz", timeout=5).close()
                    break
                time.sleep(0.1)
            else:
                pytest.fail(f"dateline {program} was not up after a minute")
            answered: list[bytes] = []

            def ask(number: int, url: str = url, answered: list[bytes] = answered) -> None:
                body = json.dumps({"question": f"who spoke with Araghchi and when ({number})?"}).encode()
                asked = urllib.request.Request(url + "v1/ask", body, {"Content-Type": "application/json"})
                with suppress(OSError), urllib.request.urlopen(asked, timeout=30) as reply:
                    answered.append(reply.read())

            threads = [threading.Thread(target=ask, args=(number,)) for number in range(30)]
            for thread in threads:
                thread.start()
            time.sleep(0.2 + rng.random() * 2)
            process.send_signal(signal.SIGKILL)
            process.wait()
            for thread in threads:
                thread.join()
        assert all(json.loads(reply)["citations"] for reply in answered if b'"error"' not in reply)
        assert not damage(folder)
        index = Index.open(folder)
        assert examine(index.store).healthy
        index.close()
