"""Outcome: what happened to one question, as it stands in a run's ``questions.jsonl``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dateline.eval.sets.questions import Question, question_from_dict
from dateline.index.documents import Passage
from dateline.index.errors import LoadError, UsageError


class Hit(Protocol):
    """A retrieved passage at its rank (from 1), as a Retriever's ``search`` gives it."""

    @property
    def rank(self) -> int:
        """From 1."""

    @property
    def score(self) -> float:
        """Higher is better; comparable within one search only."""

    @property
    def passage(self) -> Passage:
        """What was found."""


def hit_row(hit: Hit) -> dict[str, Any]:
    """The JSON form of a hit, as in ``dateline search``."""
    p = hit.passage
    return {
        "rank": hit.rank, "score": round(float(hit.score), 6), "passage_id": p.passage_id, "doc_id": p.doc_id,
        "title": p.title, "source": p.source, "published": p.published, "start": p.start, "end": p.end,
        "text": p.text,
    }  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """A question, the answer (the object of ``dateline ask``, or None), the hits, and the scores by name.

    ``error`` is empty unless asking failed; such a question scores 0 wherever it would be scored, and is asked
    again when the run is resumed.
    """

    question: Question
    answer: Mapping[str, Any] | None = None
    hits: tuple[Mapping[str, Any], ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    ms: float = 0.0
    error: str = ""

    @property
    def abstained(self) -> bool:
        """True when no answer was given, for whatever reason."""
        return self.answer is None or bool(self.answer["abstained"])

    @property
    def declined(self) -> bool:
        """True when the answer was that the articles do not say; not where asking failed."""
        return self.answer is not None and self.abstained

    @property
    def confidence(self) -> float:
        """The answer's confidence, 0 without an answer."""
        return float(self.answer["confidence"]) if self.answer else 0.0

    @property
    def correct(self) -> bool | None:
        """Whether the answer was right; None where the set does not say what right is."""
        return bool(self.scores["correct"]) if "correct" in self.scores else None

    @property
    def bold_wrong(self) -> bool | None:
        """Whether the bold lead was wrong; None where there is none, or the set does not say."""
        return bool(self.scores["bold_wrong"]) if "bold_wrong" in self.scores else None

    @property
    def text(self) -> str:
        """The answer's text."""
        return str(self.answer["answer"]) if self.answer else ""

    @property
    def expected(self) -> str:
        """What the set wanted to hear, in one line."""
        question = self.question
        if not question.answerable:
            return f"to decline (not: “{question.near}”)" if question.near else "to decline"
        facts = [" / ".join(alternatives) for alternatives in question.answer_facts]
        quotes = [f"“{quote}”" for quote in question.gold_quotes]
        parts = [question.verdict, question.short, " or ".join(question.answers), " and ".join(facts)]
        parts += [", ".join(question.dates), " ".join(quotes)]
        return " · ".join(part for part in parts if part) or ", ".join(question.gold_docs)

    def to_line(self) -> str:
        """One line of JSON."""
        row = {
            "id": self.question.id, "question": self.question.to_dict(), "answer": self.answer,
            "hits": list(self.hits), "scores": dict(self.scores), "ms": round(self.ms, 2), "error": self.error,
        }  # fmt: skip
        return json.dumps(row, ensure_ascii=False)

    @classmethod
    def from_line(cls, line: str) -> Outcome:
        """Read what ``to_line`` wrote; ValueError when the line was cut off."""
        row = json.loads(line)
        return cls(
            question_from_dict(row["question"]),
            row["answer"],
            tuple(row["hits"]),
            row["scores"],
            row["ms"],
            row["error"],
        )


def read_outcomes(path: Path) -> Iterator[Outcome]:
    """The outcomes of a ``questions.jsonl``; a last line that was cut off by an interruption is left out.

    Raises UsageError for any other line that is no outcome.
    """
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith("\n"):
                return
            try:
                yield Outcome.from_line(line)
            except (ValueError, TypeError, KeyError, LoadError) as error:
                raise UsageError(
                    f"{path}:{number} is damaged ({error}); take the line out, and its question is asked again"
                ) from error
