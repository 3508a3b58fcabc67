"""What happened then? The sentences that speak of the days asked about, in time order."""

from __future__ import annotations

import re
from datetime import date

from dateline.index.dates.expressions import TimeExpression, resolve
from dateline.index.filters import to_day
from dateline.rag.answer import Event, Sentence
from dateline.rag.answers.draft import Draft
from dateline.rag.answers.material import Material
from dateline.rag.answers.rivals import copied
from dateline.rag.answers.table import cell
from dateline.rag.english.tokens import stem, tokens, wordset
from dateline.rag.events.when import describe_time
from dateline.rag.evidence.sentences import sentences
from dateline.rag.question.analysis import Question
from dateline.rag.search.query import Query

_BOUND = re.compile(r"\b(since|after|before|until)\s+(?:the\s+)?(?:last\s+)?\w", re.IGNORECASE)
_HAPPENING = frozenset(
    stem(w) for w in wordset("happen occur event events news report reported announce announced new")
)
"""Stems of words that ask what happened without saying anything about it."""
_MOST = 8
"""Rows that are shown at most."""
_SURE = 0.75
"""Confidence where a sentence names a time inside the days asked about."""


def days(asked: Question, looked_for: Query) -> tuple[int, int] | None:
    """The days (ordinals, inclusive) of which a question asks what happened, and nothing else; None where it asks more.

    "Since" and "after" reach to the asker's today, "before" and "until" back as far as the articles do.
    """
    if looked_for.window is None:
        return None
    times = {w.stem for time in resolve(asked.text) for w in tokens(time.text)}
    if not looked_for.only_when and set(asked.terms) - times - _HAPPENING:
        return None
    first, last = looked_for.window
    bound = _BOUND.search(asked.text)
    if bound is None:
        return first, last
    word = bound.group(1).casefold()
    if word in ("since", "after"):
        return (first if word == "since" else last + 1), looked_for.asked_day or date.max.toordinal()
    return 1, (first - 1 if word == "before" else last)


def chronicle(material: Material, window: tuple[int, int]) -> Draft:
    """Answer a question that asks about days (``window``, ordinals, inclusive) and nothing else."""
    told: list[tuple[TimeExpression, int, int, int]] = []
    for at, hit in enumerate(material.hits):
        article = material.document(hit.passage.doc_id)
        for start, end in sentences(article, hit.passage.start, hit.passage.end):
            inside = [t for t in hit.passage.dates if start <= t.start and t.end <= end and _within(t, window)]
            if inside:
                told.append((inside[0], at, start, end))
    if not told:
        return material.decline("not_stated", material.likely)
    writing = material.writing()
    rows: list[str] = []
    events: list[Event] = []
    texts: list[str] = []
    for time, at, start, end in sorted(told, key=lambda t: (t[0].earliest or "", t[1], t[2])):
        passage = material.hits[at].passage
        text = material.document(passage.doc_id).text[start:end]
        if len(rows) == _MOST or any(copied(text, other) for other in texts):
            continue
        texts.append(text)
        number = writing.cite(passage, start, end)
        when = describe_time(time, passage.published)
        rows.append(f"| {cell(f'{when} (“{time.text}”)')} | {cell(text)} [{number}] |")
        writing.sentences.append(Sentence(text, (number,), "verbatim"))
        events.append(Event(when, text, (number,), time.earliest, time.latest, (time.text,)))
    table = "\n".join(["| when | what the articles say |", "| --- | --- |", *rows])
    return Draft(table, tuple(writing.sentences), tuple(writing.citations), tuple(events), confidence=_SURE)


def _within(time: TimeExpression, window: tuple[int, int]) -> bool:
    if time.type not in ("DATE", "TIME") or not (time.earliest and time.latest):
        return False
    return window[0] <= to_day(time.earliest) and to_day(time.latest) <= window[1]
