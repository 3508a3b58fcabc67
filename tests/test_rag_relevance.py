"""Sentences that have nothing to do with the question are told from those that have."""

from __future__ import annotations

import numpy as np
import pytest
from scripted_llm import ScriptedLLM

from dateline.index.dates.expressions import resolve
from dateline.rag import Assistant
from dateline.rag.answer import Citation
from dateline.rag.llm.generative import Generator, Written
from dateline.rag.llm.relevance import Relevance

CLOSED = "The harbour of Belmora was closed on Tuesday."
RAN = "A cargo ship ran aground."
SOLD = "Halden Lines may sell four of its ferries."


def apart(texts: list[str]) -> np.ndarray:
    return np.eye(len(texts), dtype=np.float32)


def alike(texts: list[str]) -> np.ndarray:
    return np.ones((len(texts), 1), dtype=np.float32)


def never(texts: list[str]) -> np.ndarray:
    raise AssertionError("needs no vectors")


@pytest.mark.parametrize(
    ("question", "sentence", "holds"),
    [
        ("Why was the harbour closed?", CLOSED, True),
        ("Who closed the harbours?", CLOSED, True),
        ("Why was the harbour closed?", SOLD, False),
        ("Who spoke?", "The mayor had spoken.", True),
        ("What happened on 3 February 2026?", SOLD, True),
        ("What is the latest news?", SOLD, True),
        ("Who is he?", SOLD, True),
    ],
)
def test_words(question: str, sentence: str, holds: bool) -> None:
    assert Relevance(question, apart).holds(sentence, {"p"}) is holds


def test_what_is_near_needs_no_common_word() -> None:
    assert Relevance("Why was the port shut?", alike).holds(CLOSED, {"p"})
    assert not Relevance("Why was the port shut?", apart).holds(CLOSED, {"p"})
    assert Relevance("Why was the harbour closed?", never).holds(CLOSED, {"p"})


def test_what_goes_on_from_a_relevant_sentence() -> None:
    relevance = Relevance("Why was the harbour closed?", apart)
    assert not relevance.holds(RAN, {"p"})
    assert relevance.holds(CLOSED, {"p"})
    assert relevance.holds(RAN, {"p", "q"})
    assert relevance.holds(SOLD, {"q"})
    assert not relevance.holds(SOLD, {"r"})


def evidence(number: int, text: str) -> Citation:
    dates = tuple(resolve(text, "2026-02-05"))
    return Citation(number, f"doc{number}", f"p{number}", 0, len(text), text, published="2026-02-05", dates=dates)


def write(*said: str, **settings) -> Written:
    generator = Generator(ScriptedLLM(*said), embed=apart, **settings)
    shown = [evidence(1, f"{CLOSED} {RAN}"), evidence(2, SOLD)]
    return [*generator.stream("Why was the harbour closed?", shown)][-1]


@pytest.mark.parametrize("unsupported", ["drop", "flag"])
def test_what_is_beside_the_question_is_not_shown(unsupported) -> None:
    final = write(f"{SOLD} [2] {CLOSED} [1] {RAN} [1]", unsupported=unsupported)
    assert final.text == f"{CLOSED} [1] {RAN} [2]"
    assert [c.verdict for c in final.checked] == ["beside", "passed", "passed"]
    assert (final.tally.written, final.tally.passed, final.tally.beside) == (3, 2, 1)
    assert (final.tally.dropped, final.tally.flagged) == (1, 0)


def test_nothing_but_what_is_beside_the_question() -> None:
    final = write(f"{SOLD} [2]")
    assert (final.outcome, final.text) == ("nothing_left", "")
    assert final.notice.endswith("has nothing to do with the question.")


def test_a_repair_must_not_lead_away() -> None:
    final = write(f"{CLOSED} [1] Halden Lines may sell six of its ferries [2].", f"{SOLD} [2]")
    assert final.text == f"{CLOSED} [1]"
    assert final.checked[1].verdict == "unsupported"
    repaired = write(f"{CLOSED} [1] A cargo ship sank after it ran aground in 2019.", f"{RAN} [1]")
    assert repaired.checked[1].before == "A cargo ship sank after it ran aground in 2019."
    assert repaired.text == f"{CLOSED} [1] {RAN} [2]"


def test_with_the_real_vectors(seed_assistant: Assistant) -> None:
    embed = seed_assistant.index.embedder.encode
    question = "When did the minister step down?"
    assert Relevance(question, embed).holds("He resigned from the cabinet on Monday.", {"p"})
    assert not Relevance(question, embed).holds("Tickets for the chess match cost 20 euros.", {"p"})
