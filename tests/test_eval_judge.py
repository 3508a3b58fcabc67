"""The LLM judge: several grades a response, and its agreement with people and with itself."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import cycle
from types import SimpleNamespace

import pytest
from eval_fakes import FakeAssistant, questions

from dateline.eval import evaluate
from dateline.eval.runs.judge import Rating, agreement, claims_of, rate
from dateline.eval.sets.claims import Claim


class ScriptedLLM:
    def __init__(self, *replies: str, context_window: int = 4096) -> None:
        self.metadata = SimpleNamespace(context_window=context_window)
        self.replies: Iterator[str] = cycle(replies)
        self.prompts: list[str] = []

    def complete(self, prompt: str) -> SimpleNamespace:
        self.prompts.append(prompt)
        return SimpleNamespace(text=next(self.replies))


def test_grades_are_read_and_what_is_no_grade_is_not() -> None:
    claim = Claim("c", "It rained.", ("It rained on Monday.",), True, question="Did it rain?")
    llm = ScriptedLLM("4", "I would say 3.", "Grade: 2/4", "no idea", "42", "3.5")
    rating = rate(llm, claim, repeats=6)
    assert rating.grades == (4, 3, 2, None, None, None)
    assert rating.mean == 3
    assert Rating("x", (None,)).mean is None
    assert "It rained on Monday." in llm.prompts[0]
    assert "Did it rain?" in llm.prompts[0]


def test_passages_are_cut_to_the_window() -> None:
    llm = ScriptedLLM("4", context_window=1024)
    rate(llm, Claim("c", "It rained.", ("It rained. " * 3000,), True, question="Did {passages} rain?"), repeats=1)
    (prompt,) = llm.prompts
    assert 2500 < len(prompt) <= 3 * 1024
    assert prompt.endswith("number alone.")


def test_agreement_with_people_and_with_itself() -> None:
    claims = [Claim(f"c{n}", "x", (), True, rating=1 + n % 4) for n in range(40)]
    perfect = agreement([Rating(c.id, (int(c.rating or 0),) * 2) for c in claims], claims)
    assert (perfect.spearman, perfect.kendall, perfect.identical, perfect.unread) == (pytest.approx(1), 1, 1, 0)
    assert perfect.n == 40
    unsure = agreement([Rating(c.id, (1 + n % 3, None, 2)) for n, c in enumerate(claims)], claims)
    assert unsure.low <= unsure.spearman <= unsure.high < 0.5
    assert unsure.unread == pytest.approx(1 / 3)
    assert 0.3 < unsure.identical < 0.4
    assert "repeats identical" in str(unsure)


def test_a_judge_that_says_nothing_has_no_agreement() -> None:
    nothing = agreement([Rating("c", (None,))], [Claim("c", "x", (), True, rating=2.0)])
    assert (nothing.n, nothing.unread) == (0, 1.0)
    assert math.isnan(nothing.spearman)


def test_answers_of_a_run_become_claims() -> None:
    claims = claims_of(evaluate(FakeAssistant(), questions()).outcomes)
    assert len(claims) == 20  # the five declined ones claim nothing
    assert claims[0].claim == "On Monday the council of Town0 opened bridge 0."
    assert claims[0].passages[0].startswith("On Monday")
