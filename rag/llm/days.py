"""Days that the prompt gave -> the days of a sentence told in full.

The prompt writes "on Tuesday [2026-03-03]"; a model that then says "on March 3" has read, not invented. The year it
leaves out is put in before the sentence is held against the evidence.
"""

from __future__ import annotations

from collections.abc import Sequence

from dateline.index.dates.expressions import resolve
from dateline.rag.answer import Citation

_DAY = len("2026-03-03")


def in_full(text: str, evidence: Sequence[Citation]) -> str:
    """Return ``text`` with each day of the month that the evidence names, or was published on, written out (ISO).

    A day that the evidence does not know stays as it is, so that the check finds it.
    """
    known = {date.value[:_DAY] for citation in evidence for date in citation.dates if len(date.value) >= _DAY}
    known |= {citation.published[:_DAY] for citation in evidence if citation.published}
    if not known:
        return text
    # Around the news: a day without a year is the nearest one.
    for expression in reversed(resolve(text, max(known))):
        said = text[expression.start : expression.end]
        if expression.value in known and any(c.isdigit() for c in said) and expression.value[:4] not in said:
            text = text[: expression.start] + expression.value + text[expression.end :]
    return text
