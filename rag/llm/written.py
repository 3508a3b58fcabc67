"""What a model has written so far, sentence by sentence, each with what the check said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from dateline.rag.answer import Citation, Dropped, Sentence, Support
from dateline.rag.check.grounding import THRESHOLD
from dateline.rag.llm.marks import Marked
from dateline.rag.llm.relevance import Relevance
from dateline.rag.llm.wording import escaped

Outcome = Literal["writing", "answered", "not_stated", "nothing_left", "failed"]

FLAG = "(not supported by the articles)"
"""What stands, visibly, after a sentence that is flagged instead of dropped."""


@dataclass(frozen=True)
class Tally:
    """How many sentences the model wrote, and what became of them.

    ``invented`` counts marks of evidence that does not exist; ``passed`` includes the ``repaired``, ``dropped`` those
    that are supported but ``beside`` the question.
    """

    written: int = 0
    passed: int = 0
    repaired: int = 0
    dropped: int = 0
    flagged: int = 0
    beside: int = 0
    invented: int = 0


@dataclass(frozen=True)
class Checked:
    """What the check said of one sentence: ``score`` from 0 to 1, ``problems`` in words.

    ``verdict`` is about ``text``; where that is the model's second try, ``before`` is its first.
    """

    text: str
    verdict: Literal["passed", "beside", "unsupported"]
    score: float
    problems: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    before: str = ""


@dataclass(frozen=True)
class Written:
    """An answer as far as it is written and checked; marks and citations are numbered by first appearance.

    ``outcome`` is "writing" until the last one. Only "answered" has something to show; otherwise the texts are empty.
    ``notice`` says in a sentence why there is nothing, or how many sentences were left out; ``dropped`` are these.
    ``checked`` are all sentences the model wrote, also those not shown.
    """

    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    outcome: Outcome = "writing"
    notice: str = ""
    confidence: float = 0.0
    tally: Tally = Tally()
    checked: tuple[Checked, ...] = ()
    dropped: tuple[Dropped, ...] = ()


@dataclass
class Line:
    """One sentence the model wrote: what supports it, if anything does.

    ``nothing`` says why it tells no news at all; ``problems`` are what of it is not in the articles.
    """

    marked: Marked
    text: str
    quotes: tuple[Citation, ...] = ()
    score: float = 0.0
    problems: tuple[str, ...] = ()
    nothing: str = ""
    before: str = ""
    relevant: bool = True

    @property
    def supported(self) -> bool:
        """Whether articles say it."""
        return bool(self.quotes) and self.score >= THRESHOLD

    @property
    def passed(self) -> bool:
        """Whether articles say it and it has to do with the question."""
        return self.supported and self.relevant

    def weigh(self, relevance: Relevance | None) -> None:
        """Note whether a supported sentence has to do with the question."""
        if not self.supported or relevance is None:
            return
        passages = {quote.passage_id for quote in self.quotes}
        self.relevant = relevance.holds(self.text, passages)
        if not self.relevant and len(self.text.split()) <= _BRIEF:
            # "Ida Voss." says of itself nothing; where it stands, it does.
            self.relevant = relevance.holds(" ".join(quote.quote for quote in self.quotes), passages)

    def checked(self) -> Checked:
        """What the check said of it."""
        verdict: Literal["passed", "beside", "unsupported"] = (
            "passed" if self.passed else "beside" if self.supported else "unsupported"
        )
        quotes = tuple(quote.quote for quote in self.quotes)
        problems = (self.nothing,) if self.nothing else self.problems
        return Checked(self.text, verdict, self.score, problems, quotes, self.before)

    def dropped(self) -> Dropped:
        """What is told of it where it is not shown because no article says it."""
        if not self.problems:
            return Dropped(self.text, "the articles do not say it")
        return Dropped(self.text, f"not in the articles: {'; '.join(self.problems)}")

    @property
    def support(self) -> Support:
        """How it is supported."""
        if not self.supported:
            return "unsupported"
        return "verbatim" if any(" ".join(q.quote.split()) == self.text for q in self.quotes) else "supported"


_BRIEF = 6
"""Words; a name, a day, a number."""


@dataclass
class Sheet:
    """The lines of one answer; ``flag`` shows what no article supports, flagged, instead of leaving it out.

    ``refused`` is whether the model said that there is no answer, ``any_word`` whether it wrote anything at all.
    """

    flag: bool = False
    lines: list[Line] = field(default_factory=list)
    invented: int = 0
    refused: bool = False
    any_word: bool = False

    def anew(self) -> None:
        """Forget everything: it was a thought."""
        self.lines.clear()
        self.invented, self.refused, self.any_word = 0, False, False

    def so_far(self) -> Written:
        """The answer as it stands."""
        numbers: dict[tuple[str, int, int], Citation] = {}
        sentences: list[Sentence] = []
        text = ""
        for line in self.lines:
            if self._hidden(line):
                continue
            marks: list[int] = []
            for quote in line.quotes if line.passed else ():
                key = (quote.doc_id, quote.start, quote.end)
                numbers.setdefault(key, replace(quote, n=len(numbers) + 1))
                marks.append(numbers[key].n)
            sentences.append(Sentence(line.text, tuple(marks), line.support))
            text += _layout(text, line) + escaped(line.text)
            text += "".join(f" [{n}]" for n in marks) if marks else f" {FLAG}"
        kept = [line.score for line in self.lines if line.passed]
        return replace(
            self.verdicts(),
            text=text,
            sentences=tuple(sentences),
            citations=tuple(numbers.values()),
            confidence=min(kept, default=0.0),
        )

    def verdicts(self) -> Written:
        """What was checked, with nothing to show."""
        return Written(
            tally=self._tally(),
            checked=tuple(line.checked() for line in self.lines),
            # What says nothing, or nothing to the question, is no loss that need be told.
            dropped=tuple(
                line.dropped() for line in self.lines if self._hidden(line) and not line.supported and not line.nothing
            ),
        )

    def _hidden(self, line: Line) -> bool:
        return not line.passed and (line.supported or not self.flag)

    def _tally(self) -> Tally:
        passed = sum(line.passed for line in self.lines)
        beside = sum(line.supported for line in self.lines) - passed
        unsupported = len(self.lines) - passed - beside
        return Tally(
            written=len(self.lines),
            passed=passed,
            repaired=sum(bool(line.before) for line in self.lines),
            dropped=beside if self.flag else beside + unsupported,
            flagged=unsupported if self.flag else 0,
            beside=beside,
            invented=self.invented,
        )


def left_out(dropped: Sequence[Dropped]) -> str:
    """Say in a sentence how many sentences are not shown; "" where none."""
    if not dropped:
        return ""
    if len(dropped) == 1:
        return "One sentence that the language model wrote was left out: the articles do not say it."
    return f"{len(dropped)} sentences that the language model wrote were left out: the articles do not say them."


def _layout(before: str, line: Line) -> str:
    if line.marked.kind == "item":
        return "\n- " if before else "- "
    if not before:
        return ""
    return "\n\n" if line.marked.paragraph or before.rsplit("\n", 1)[-1].startswith("- ") else " "
