"""The dated events of an answer on a line of days, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from dateline.rag.answer import Answer, Citation, Event
from dateline.rag.html.render import card_data

_STEPS = (1, 2, 7, 14, 31, 92, 183, 366, 731, 1827, 3653, 18263, 36525, 182625, 730500)
"""Days between ticks, from days over months to millennia."""
_TICKS = 6


@dataclass(frozen=True)
class Span:
    """The days an event can have happened on; None where nothing bounds that side."""

    event: Event
    earliest: date | None
    latest: date | None

    @property
    def dated(self) -> bool:
        """Whether the event can be placed at all."""
        return self.earliest is not None or self.latest is not None


def span_of(event: Event) -> Span:
    """The event's bounds as days."""
    return Span(event, _day(event.earliest), _day(event.latest))


def timeline_html(answer: Answer, turn: str) -> str:
    """Bars on a line of days, each a button that opens its citation; events without a day in a lane of their own.

    Empty where no two events could be told apart by it.
    """
    spans = [span_of(event) for event in answer.events]
    days = [day for span in spans for day in (span.earliest, span.latest) if day is not None]
    if len(spans) < 2 or not days:
        return ""
    scale = _Scale(min(days), max(days))
    citations = {citation.n: citation for citation in answer.citations}
    bars = "".join(f'<li class="dl-lane">{_bar(span, scale, citations, turn)}</li>' for span in spans if span.dated)
    undated = "".join(
        f"<li>{_button(span.event, citations, turn, 'dl-chip', '', _short(span.event.text))}</li>"
        for span in spans
        if not span.dated
    )
    lane = f'<p class="dl-lane-name">Day not stated</p><ul class="dl-undated">{undated}</ul>' if undated else ""
    ticks = "".join(f'<span style="left:{x:.2f}%">{escape(label)}</span>' for x, label in scale.ticks())
    return (
        '<section class="dl-timeline" aria-label="Timeline of these events"><h4>Timeline</h4>'
        f'<div class="dl-axis" aria-hidden="true">{ticks}</div><ol>{bars}</ol>{lane}</section>'
    )


def events_csv(answer: Answer) -> str:
    """The events as CSV, one row for each citation; cells that a spreadsheet would compute are defused."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["when", "earliest", "latest", "said", "text", "mark", "doc_id", "title", "published", "start", "end"]
    )
    citations = {citation.n: citation for citation in answer.citations}
    for event in answer.events:
        for n in event.citations:
            c = citations[n]
            row = [event.when, event.earliest or "", event.latest or "", "; ".join(event.said), event.text]
            row += [str(n), c.doc_id, c.title, c.published or "", str(c.start), str(c.end)]
            writer.writerow([_defused(cell) for cell in row])
    return out.getvalue()


def _defused(cell: str) -> str:
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _day(iso: str | None) -> date | None:
    try:
        return date.fromisoformat((iso or "")[:10])
    except ValueError:
        return None


def _short(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else text[: longest - 1].rsplit(" ", 1)[0] + "…"


def _bar(span: Span, scale: _Scale, citations: dict[int, Citation], turn: str) -> str:
    """A bar over the possible days: fading out on a side that nothing bounds, a dot for a single day."""
    left = scale.at(span.earliest) if span.earliest else 0.0
    right = scale.at(span.latest, end=True) if span.latest else 100.0
    kind = "dl-bar"
    if span.earliest is None:
        kind += " dl-open-left"
    if span.latest is None:
        kind += " dl-open-right"
    button = _button(span.event, citations, turn, kind, f"left:{left:.2f}%;width:{max(right - left, 0):.2f}%", "")
    # The label begins with its bar, or ends with it where there is more room on the left.
    place = f"left:{left:.2f}%" if left + right < 110 else f"right:{max(100 - right, 0):.2f}%"
    return f'<span class="dl-bar-label" style="{place}" aria-hidden="true">{escape(span.event.when)}</span>{button}'


def _button(event: Event, citations: dict[int, Citation], turn: str, kind: str, style: str, text: str) -> str:
    cited = next((citations[n] for n in event.citations if n in citations), None)
    if cited is None:
        return escape(text)
    label = f"{event.when}: {_short(event.text, 120)} Show the sentence"
    named = "" if text else f' aria-label="{escape(label)}"'
    place = f' style="{style}"' if style else ""
    return f'<button type="button" class="{kind}"{place} {card_data(cited, turn)}{named}>{escape(text)}</button>'


class _Scale:
    """Days -> per cent of the line's width, with a little room at both ends."""

    def __init__(self, first: date, last: date) -> None:
        room = max(1, round((last - first).days * 0.06))
        self.first = _moved(first, -room)
        self.days = (_moved(last, room) - self.first).days + 1

    def at(self, day: date, *, end: bool = False) -> float:
        """Where a day begins, or with ``end`` where it is over."""
        return 100 * ((day - self.first).days + end) / self.days

    def ticks(self) -> list[tuple[float, str]]:
        """Positions and labels, at most six, of equal distance in days, months or years."""
        step = next((step for step in _STEPS if self.days / step <= _TICKS), _STEPS[-1])
        if step < 31:
            days: Sequence[date] = [_moved(self.first, offset) for offset in range(1, self.days, step)]
            label = "{0:%a} {0.day} {0:%b}" if step < 7 else "{0.day} {0:%b}"
        else:
            months = round(step / 30.6) if step < 366 else 12 * round(step / 365.25)
            begin = self.first.year * 12 + self.first.month - 1
            begin += -begin % months
            starts = range(begin, begin + months * (_TICKS + 1), months)
            days = [date(m // 12, m % 12 + 1, 1) for m in starts if 12 <= m < 12 * 10000]
            label = "{0:%b} {0.year}" if months < 12 else "{0.year}"
        placed = [(self.at(day), label.format(day)) for day in days]
        return [(x, text) for x, text in placed if 0 <= x <= 85]


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
