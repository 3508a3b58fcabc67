"""An optional LLM judge of faithfulness, kept apart from every other number.

It is asked several times a response, because judges contradict themselves, and ``agreement`` says how far it
agrees with itself and with people on responses that people have rated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Protocol

from dateline.eval.numbers import metrics, statistics
from dateline.eval.runs.outcomes import Outcome
from dateline.eval.runs.scoring import plain
from dateline.eval.sets.claims import Claim
from dateline.rag.llm.prompt import CHARACTERS_PER_TOKEN

if TYPE_CHECKING:
    from llama_index.core.llms import LLMMetadata

PROMPT = """Passages:
{passages}

Question: {question}
Response: {response}

How faithful is the response to the passages? Judge only whether the passages say what the response says, not \
whether it is useful or true.
4: everything it says is in the passages
3: nearly everything
2: some of it
1: little or nothing
Answer with the number alone."""

_GRADE = re.compile(r"(?<![\d/])(?<!\d\.)[1-4](?!\d|\.\d|/[^4])")
_LONGEST = 12_000
"""Characters of passages, about 3,000 tokens; more than an answer is made from."""
_REPLY = 100
"""Tokens kept free for the grade."""


class Completion(Protocol):
    """What a completion gives."""

    @property
    def text(self) -> str:
        """The words of the model."""


class Completes(Protocol):
    """Any LlamaIndex LLM."""

    @property
    def metadata(self) -> LLMMetadata:
        """The model's limits."""

    def complete(self, prompt: str, /) -> Completion:
        """The model's continuation of the prompt."""


@dataclass(frozen=True)
class Rating:
    """The judge's grades of one response, 1 to 4, one a repeat; None where no grade could be read."""

    id: str
    grades: tuple[int | None, ...]

    @property
    def mean(self) -> float | None:
        """The mean of the grades that could be read."""
        known = [grade for grade in self.grades if grade is not None]
        return metrics.mean(known) if known else None


def rate(llm: Completes, claim: Claim, repeats: int = 3) -> Rating:
    """Ask the judge ``repeats`` times about one response; passages are cut where its context window ends."""
    prompt = PROMPT.format(passages="{passages}", question=claim.question, response=claim.claim)
    room = int((llm.metadata.context_window - _REPLY) * CHARACTERS_PER_TOKEN) - len(prompt)
    passages = "\n\n".join(claim.passages)[: max(0, min(room, _LONGEST))]
    prompt = prompt.replace("{passages}", passages, 1)
    found = [_GRADE.search(llm.complete(prompt).text) for _ in range(repeats)]
    return Rating(claim.id, tuple(int(match[0]) if match else None for match in found))


@dataclass(frozen=True)
class Agreement:
    """How far the judge agrees with people, and with itself from repeat to repeat.

    ``spearman`` and ``kendall`` (tau-b) are of its mean grades with people's mean ratings; ``low`` and ``high`` the
    95 % bootstrap interval of ``spearman``; ``identical`` the share of pairs of repeats with the same grade;
    ``unread`` the share of replies without a grade. nan stands for what cannot be told, as of a judge whose grades are
    all the same.
    """

    n: int
    spearman: float
    low: float
    high: float
    kendall: float
    identical: float
    unread: float

    def __str__(self) -> str:
        """One line for a report."""
        return (
            f"{self.n} rated responses: Spearman {self.spearman:.2f} ({self.low:.2f} to {self.high:.2f}), "
            f"Kendall {self.kendall:.2f}; repeats identical {self.identical:.0%}, unreadable {self.unread:.0%}"
        )


def agreement(ratings: Sequence[Rating], claims: Sequence[Claim]) -> Agreement:
    """Compare ratings with those of the claims that people have rated."""
    people = {claim.id: claim.rating for claim in claims}
    pairs = [
        (rating.mean, human)
        for rating in ratings
        if rating.mean is not None and (human := people.get(rating.id)) is not None
    ]

    def rho(drawn: Sequence[tuple[float, float]]) -> float:
        return statistics.spearman([judge for judge, _ in drawn], [human for _, human in drawn])

    same = [a == b for rating in ratings for a, b in combinations(rating.grades, 2) if a is not None and b is not None]
    replies = [grade is None for rating in ratings for grade in rating.grades]
    low, high = statistics.bootstrap(pairs, rho)
    return Agreement(
        len(pairs),
        rho(pairs) if pairs else math.nan,
        low,
        high,
        statistics.kendall([judge for judge, _ in pairs], [human for _, human in pairs]),
        metrics.mean(same) if same else math.nan,
        metrics.mean(replies) if replies else math.nan,
    )


def claims_of(outcomes: Sequence[Outcome]) -> list[Claim]:
    """The answers of a run as claims against what they were given, for the judge."""
    return [
        Claim(
            outcome.question.id,
            plain(outcome.text),
            tuple(str(hit["text"]) for hit in outcome.hits),
            supported=False,
            question=outcome.question.question,
        )
        for outcome in outcomes
        if not outcome.abstained
    ]
