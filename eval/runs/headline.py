"""Headline: what a reader of an answer sees first, and whether that is right.

``headline``    the bold lead, or the first row of a table, holds an accepted answer and nothing forbidden
``bold_wrong``  a bold lead was shown, and neither it nor the rest of its line holds anything that was asked for
``top``         everything that was asked for stands in the first 60 words
``verdict``     a question of yes or no is answered first with the right word

What is read is the first line as it is shown, not the answer's ``short`` and ``verdict``, which say the same as data:
so it holds for every program that answers, and counts what people see. Scores that a question gives no ground for
are absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dateline.eval.numbers.matching import MATCHING, letters
from dateline.eval.sets.questions import Question

TOP = 60
"""Words that a reader takes in before scrolling or looking away."""

_STRESS = re.compile(r"[*_`]")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_DAY = re.compile(r"\(([^)]*\d{4}[^)]*)\)")
_TABLE = re.compile(r"^\|.*\|[ \t]*\n\|[-:| \t]+\|[ \t]*\n(\|.*)", re.MULTILINE)
_VERDICTS: Mapping[str, re.Pattern[str]] = {
    verdict: re.compile(rf"\W*(?:{words})\b", re.IGNORECASE)
    for verdict, words in {
        "yes": "yes",
        "no": "no",
        "planned": "not yet|planned|expected",
        "alleged": "alleged|claimed|accused|disputed",
    }.items()
}


@dataclass(frozen=True)
class Lead:
    """The head of an answer: its first line, what stands in bold there, and the days in parentheses.

    Of an answer without bold that has a table, ``days`` is the first cell of the first row, with what is bold in it.
    """

    line: str = ""
    bold: str = ""
    days: str = ""

    @property
    def text(self) -> str:
        """What the headline says."""
        return f"{self.bold} {self.days}".strip()


def lead_of(text: str) -> Lead:
    """Read the head of an answer's Markdown."""
    line = text.split("\n", 1)[0]
    bold = " · ".join(_BOLD.findall(line))
    table = None if bold else _TABLE.search(text)
    if table:
        row = table[1]
        return Lead(line, "", " ".join([row.strip("| ").split("|")[0].strip(), *_BOLD.findall(row)]))
    return Lead(line, bold, " ".join(_DAY.findall(line)) if bold else "")


def unstressed(text: str) -> str:
    """The Markdown without the signs of bold, italics and code."""
    return _STRESS.sub("", text)


def score_headline(question: Question, wanted: Sequence[Sequence[str]], text: str) -> dict[str, float]:
    """Scores of the head of an answer to an answerable question.

    ``wanted`` are lists of alternatives, the most important first: that one, or ``question.short``, makes a headline
    right. ``text`` is the answer's Markdown, empty where none was given.
    """
    holds, lead = MATCHING[question.matching], lead_of(text)
    scores: dict[str, float] = {}
    if wanted or question.short:
        held = any(holds(lead.text, alternatives) for alternatives in wanted[:1])
        held = held or (bool(question.short) and letters(question.short) in letters(lead.text))
        banned = holds(lead.text, (*question.forbidden, *question.forbidden_short))
        scores["headline"] = float(bool(lead.text) and held and not banned)
    if wanted:
        first = " ".join(unstressed(text).split()[:TOP])
        scores["top"] = float(all(holds(first, alternatives) for alternatives in wanted))
        if lead.bold:
            line = f"{lead.bold} {lead.line}"
            scores["bold_wrong"] = float(not any(holds(line, alternatives) for alternatives in wanted))
    if question.verdict:
        scores["verdict"] = float(bool(_VERDICTS[question.verdict].match(lead.line)))
    return scores
