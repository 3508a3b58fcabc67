"""Many at once: people in the chat, programs over HTTP; and memory over thousands of questions.

    python benchmarks/load_bench.py [--chat 1 10 50] [--http 1 10 50 200] [--rounds 3] [--memory 5000]

Each level serves the seed articles in a process of its own, so that no answer is at hand from before.
Chat users speak what a browser speaks to Gradio's queue, each with a cookie, a session and a
conversation. An answer counts as wrong unless it is the one that a single user is given by another
process, and each quote stands at its offsets in the article. Who is told "busy" asks again after a
second, as a person would; anything else but an answer is an error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from memory import resident
from serving import served

_NAMES = ("Araghchi", "Erdogan", "Fidan", "Ishaq Dar", "Shehbaz Sharif", "Pezeshkian", "Trump", "Witkoff", "Shamkhani", "Magnus Carlsen")  # fmt: skip
_FORMS = (
    "who spoke with {} and when?",
    "What did {} say?",
    "Who met {}?",
    "Why did {} object?",
    "When did {} speak to the president?",
    "Did {} call anybody on Wednesday?",
)
QUESTIONS = tuple(form.format(name) for form in _FORMS for name in _NAMES)
"""The articles answer some; the rest are declined."""
FOLLOWING = ("who spoke with {} and when?", "and with Fidan?", "What did he say?")
"""What a chat user asks in one conversation."""
_PATIENCE = httpx.Timeout(300)
_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None)


@dataclass
class Tally:
    """What became of the questions of one level of load; ``seconds`` are those of answered ones, waiting included."""

    seconds: list[float] = field(default_factory=list)
    busy: int = 0
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    took: float = 0.0

    def row(self, what: str, clients: int, memory: float) -> str:
        """The Markdown row of this level."""
        ordered = sorted(self.seconds) or [0.0]
        middle, high = statistics.median(ordered), ordered[int((len(ordered) - 1) * 0.95)]
        rate = len(self.seconds) / self.took if self.took else 0.0
        return (
            f"| {what} | {clients} | {len(self.seconds)} | {middle:.2f} | {high:.2f} | {ordered[-1]:.2f} | {rate:.1f} |"
            f" {self.busy} | {len(self.errors)} | {len(self.wrong)} | {memory:.0f} |"
        )


HEAD = (
    "| what | at once | answered | median s | 95th of 100 s | longest s | answers/s | told “busy” | errors | wrong | server MB |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


# Programs over HTTP.


class HttpClient:
    """Asks and searches by turns, and compares with what a single client was given."""

    def __init__(self, http: httpx.AsyncClient, tally: Tally, expected: dict[str, Any], texts: dict[str, str]) -> None:
        self.http = http
        self.tally = tally
        self.expected = expected
        self.texts = texts

    async def ask(self, number: int) -> None:
        """One request until it is answered; every third is a search."""
        question = QUESTIONS[number // 3 % len(QUESTIONS)]
        searching = number % 3 == 2
        begun = time.perf_counter()
        while True:
            try:
                reply = await (
                    self.http.get("v1/search", params={"query": question, "k": 5})
                    if searching
                    else self.http.post("v1/ask", json={"question": question})
                )
            except httpx.HTTPError as error:
                self.tally.errors.append(repr(error))
                return
            if reply.status_code != 503 or "busy" not in reply.text:
                break
            self.tally.busy += 1
            await asyncio.sleep(float(reply.headers["retry-after"]))
        self.tally.seconds.append(time.perf_counter() - begun)
        if reply.status_code != 200:
            self.tally.errors.append(f"{reply.status_code} {reply.text[:200]}")
            return
        found = reply.json()
        found.pop("ms")
        cited = [(hit["doc_id"], hit["start"], hit["end"], hit["text"]) for hit in found.get("hits", ())]
        cited += [(c["doc_id"], c["start"], c["end"], c["quote"]) for c in found.get("citations", ())]
        key = f"{'search' if searching else 'ask'} {question}"
        if self.expected.setdefault(key, found) != found:
            self.tally.wrong.append(f"{key}: not the answer of a single client")
        self.tally.wrong += [
            f"{key}: {quote!r}" for doc_id, start, end, quote in cited if self.texts[doc_id][start:end] != quote
        ]


async def texts_of(http: httpx.AsyncClient) -> dict[str, str]:
    """The articles' texts by id."""
    hits = [(await http.get("v1/search", params={"query": q, "k": 50})).json()["hits"] for q in QUESTIONS]
    ids = {hit["doc_id"] for some in hits for hit in some}
    return {doc_id: (await http.get(f"v1/documents/{doc_id}")).json()["text"] for doc_id in ids}


async def http_alone(url: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What one client alone is told, and the texts of the articles."""
    expected: dict[str, Any] = {}
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE) as http:
        texts = await texts_of(http)
        alone = HttpClient(http, Tally(), expected, texts)
        for number in range(3 * len(QUESTIONS)):
            await alone.ask(number)
        complain(alone.tally)
    return expected, texts


async def http_load(url: str, clients: int, rounds: int, expected: dict[str, Any], texts: dict[str, str]) -> Tally:
    """So many clients at once, each asking one question after the other."""
    tally = Tally()
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE, limits=_LIMITS) as http:
        client = HttpClient(http, tally, expected, texts)

        async def some(one: int) -> None:
            for turn in range(rounds):
                await client.ask(one * rounds + turn)

        await timed(tally, [some(one) for one in range(clients)])
    return tally


# People in the chat.


class Person:
    """A browser: a cookie, a Gradio session, a conversation."""

    def __init__(self, http: httpx.AsyncClient, function: int) -> None:
        self.http = http
        self.function = function
        self.session = uuid4().hex

    async def ask(self, question: str) -> str:
        """The last turn's words as the page shows them at the end; raises ValueError where Gradio tells of an error."""
        body = {
            "data": [question, None, "", "", []],
            "fn_index": self.function,
            "session_hash": self.session,
            "event_data": None,
        }
        joined = await self.http.post("gradio_api/queue/join", json=body)
        if joined.status_code != 200:
            raise ValueError(f"{joined.status_code} {joined.text[:200]}")
        shown: list[Any] = []
        async with self.http.stream("GET", "gradio_api/queue/data", params={"session_hash": self.session}) as events:
            async for line in events.aiter_lines():
                if not line.startswith("data:"):
                    continue
                event = json.loads(line[5:])
                if event["msg"] == "process_generating" and event["success"]:
                    shown = patched(shown, event["output"]["data"])
                elif event["msg"] == "process_completed":
                    if not event["success"]:
                        raise ValueError(json.dumps(event["output"])[:200])
                    break
        return words(shown[1])


def patched(shown: list[Any], data: list[Any]) -> list[Any]:
    """What the page shows after an event: the first holds everything, later ones how it differs."""
    if not shown:
        return data
    following = []
    for old, changes in zip(shown, data, strict=True):
        new = old
        for action, path, value in changes or []:
            if path:
                raise ValueError(f"an update of a part: {path}")
            new = new + value if action == "append" else value
        following.append(new)
    return following


def words(html: str) -> str:
    """The words of a turn, without its number (in the markup) and the time that it took."""
    return re.sub(r"· [\d.]+ m?s\b", "", " ".join(re.sub(r"<[^>]*>", " ", html).split()))


async def chat_load(url: str, people: Sequence[int], expected: dict[str, str]) -> Tally:
    """People (by number) at once, each with a conversation of its own; what is not in ``expected`` is put there."""
    tally = Tally()
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE) as http:
        config = (await http.get("config")).json()
    function = next(d["id"] for d in config["dependencies"] if (len(d["inputs"]), len(d["outputs"])) == (5, 3))

    async def converse(one: int) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE) as http:
            await http.get("")
            person = Person(http, function)
            name = _NAMES[one % len(_NAMES)]
            for question in (form.format(name) for form in FOLLOWING):
                begun = time.perf_counter()
                try:
                    while "The chat is busy" in (said := await person.ask(question)):
                        tally.busy += 1
                        await asyncio.sleep(1)
                except (ValueError, httpx.HTTPError) as error:
                    tally.errors.append(repr(error))
                    return
                tally.seconds.append(time.perf_counter() - begun)
                if expected.setdefault(f"{name}: {question}", said) != said:
                    tally.wrong.append(f"{question}: {said}")

    await timed(tally, [converse(one) for one in people])
    return tally


# Memory.


async def memory(url: str, pid: int, questions: int) -> None:
    """Print the resident memory every 250 questions, and its slope over the second half."""
    points = []
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE) as http:
        begun = time.perf_counter()
        for number in range(1, questions + 1):
            # A word more makes it another question: nothing that was found before helps.
            question = f"{QUESTIONS[number % len(QUESTIONS)][:-1]} ({number})?"
            reply = await http.post("v1/ask", json={"question": question})
            reply.raise_for_status()
            if number % 250 == 0:
                points.append((number, resident(pid)))
                print(f"| {number} | {points[-1][1]:.1f} | {time.perf_counter() - begun:.0f} |", flush=True)
    half = points[len(points) // 2 :]
    if len(half) > 1:
        slope = statistics.linear_regression([n for n, _ in half], [mb for _, mb in half]).slope * 1000
        print(f"\nslope over the second half: {slope:+.2f} MB per 1,000 questions")


async def timed(tally: Tally, work: Sequence[Awaitable[None]]) -> None:
    """Do everything at once and note how long it took."""
    begun = time.perf_counter()
    await asyncio.gather(*work)
    tally.took = time.perf_counter() - begun


def complain(tally: Tally) -> None:
    """Show the first errors and wrong answers."""
    for fault in [*tally.errors[:3], *tally.wrong[:3]]:
        sys.stderr.write(f"  {fault}\n")


def main() -> None:
    """Measure and print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chat", type=int, nargs="*", default=[1, 10, 50], help="people in the chat at once")
    parser.add_argument("--http", type=int, nargs="*", default=[1, 10, 50, 200], help="HTTP clients at once")
    parser.add_argument("--rounds", type=int, default=3, help="requests of each HTTP client")
    parser.add_argument("--memory", type=int, default=0, help="questions asked in a row for the memory, 0 for none")
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load of the machine {os.getloadavg()[0]:.1f}\n")
    if options.chat or options.http:
        print(HEAD)
    if options.http:
        with served("serve") as (url, _):
            expected, texts = asyncio.run(http_alone(url))
    for clients in options.http:
        with served("serve") as (url, pid):
            tally = asyncio.run(http_load(url, clients, 30 if clients == 1 else options.rounds, expected, texts))
            print(tally.row("HTTP: ask, ask, search", clients, resident(pid)), flush=True)
            complain(tally)
    if options.chat:
        told: dict[str, str] = {}
        with served("chat") as (url, _):
            for one in range(len(_NAMES)):
                asyncio.run(chat_load(url, [one], told))
    for people in options.chat:
        with served("chat") as (url, pid):
            tally = asyncio.run(chat_load(url, range(people), told))
            print(tally.row(f"chat: {len(FOLLOWING)} questions each", people, resident(pid)), flush=True)
            complain(tally)
    if options.memory:
        print("\n| questions | server MB | seconds |\n| --- | --- | --- |")
        with served("serve") as (url, pid):
            asyncio.run(memory(url, pid, options.memory))


if __name__ == "__main__":
    main()
