"""What happened then? The sentences that speak of the days asked about, in time order."""

from __future__ import annotations

from index.dates import TimeExpression
from index.filters import to_day
from rag.answer import Event, Sentence
from rag.case import Case
from rag.comparison import copied
from rag.draft import Draft
from rag.event_table import cell
from rag.events import describe_time
from rag.evidence import sentences

_MOST = 8
"""Rows that are shown at most."""
_SURE = 0.7
"""Confidence where a sentence names a time inside the days asked about."""


def chronicle(case: Case, window: tuple[int, int]) -> Draft:
    """Answer a question that asks about days (``window``, ordinals, inclusive) and nothing else."""
    told: list[tuple[TimeExpression, int, int, int]] = []
    for at, hit in enumerate(case.hits):
        article = case.document(hit.passage.doc_id)
        for start, end in sentences(article, hit.passage.start, hit.passage.end):
            inside = [t for t in hit.passage.dates if start <= t.start and t.end <= end and _within(t, window)]
            if inside:
                told.append((inside[0], at, start, end))
    if not told:
        return case.decline("not_stated", case.likely)
    writing = case.writing()
    rows: list[str] = []
    events: list[Event] = []
    texts: list[str] = []
    for time, at, start, end in sorted(told, key=lambda t: (t[0].earliest or "", t[1], t[2])):
        passage = case.hits[at].passage
        text = case.document(passage.doc_id).text[start:end]
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
