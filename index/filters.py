"""Filter: which passages a search may return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dateline.index.dates.expressions import TimeExpression
from dateline.index.documents import Scalar
from dateline.index.errors import UsageError


@dataclass(frozen=True)
class Filter:
    """Bounds on what is searched; an empty one lets everything through.

    ``after`` and ``before`` bound the publication date (ISO dates, inclusive); ``about_after`` and
    ``about_before`` the days that the passage speaks of. An undated article is never inside a
    bound. ``metadata`` maps a document's metadata key to the wanted value.

    >>> from dateline.index import Filter
    >>> january = Filter(after="2026-01-01", before="2026-01-31", metadata={"section": "world"})
    >>> bool(january), bool(Filter())
    (True, False)
    """

    after: str | None = None
    before: str | None = None
    about_after: str | None = None
    about_before: str | None = None
    sources: tuple[str, ...] = ()
    doc_ids: tuple[str, ...] = ()
    metadata: dict[str, Scalar] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self != Filter()

    def given(self) -> dict[str, Any]:
        """Return the bounds that are set, by name."""
        return {key: value for key, value in vars(self).items() if value}

    def to_sql(self) -> tuple[str, list[object]]:
        """Return an SQL condition over ``passages p`` and ``documents d``, and its parameters."""
        clauses: list[str] = []
        parameters: list[object] = []

        def add(clause: str, *values: object) -> None:
            clauses.append(clause)
            parameters.extend(values)

        if self.after:
            add("p.published_day >= ?", to_day(self.after))
        if self.before:
            add("p.published_day <= ?", to_day(self.before))
        if self.about_after:
            add("p.last_day >= ?", to_day(self.about_after))
        if self.about_before:
            add("p.first_day <= ?", to_day(self.about_before))
        if self.sources:
            add(f"d.source IN ({','.join('?' * len(self.sources))})", *self.sources)
        if self.doc_ids:
            add(f"p.doc_id IN ({','.join('?' * len(self.doc_ids))})", *self.doc_ids)
        for key, value in self.metadata.items():
            if '"' in key:
                raise UsageError(f"a metadata key cannot hold a double quote: {key}")
            add("json_extract(d.metadata, ?) = ?", f'$."{key}"', value)
        return " AND ".join(clauses), parameters

    def to_chroma(self) -> dict[str, Any] | None:
        """Return Chroma's ``where``, or None where nothing is bounded."""
        clauses: list[dict[str, Any]] = []
        for key, operator, bound in (
            ("published_day", "$gte", self.after),
            ("published_day", "$lte", self.before),
            ("last_day", "$gte", self.about_after),
            ("first_day", "$lte", self.about_before),
        ):
            if bound:
                clauses.append({key: {operator: to_day(bound)}})
        if self.sources:
            clauses.append({"source": {"$in": list(self.sources)}})
        if self.doc_ids:
            clauses.append({"doc_id": {"$in": list(self.doc_ids)}})
        clauses.extend({f"meta.{key}": {"$eq": value}} for key, value in self.metadata.items())
        if not clauses:
            return None
        return clauses[0] if len(clauses) == 1 else {"$and": clauses}


def to_day(text: str) -> int:
    """Return the proleptic Gregorian ordinal of the day of an ISO date or date-time."""
    try:
        return date.fromisoformat(text.strip()[:10]).toordinal()
    except ValueError as error:
        raise UsageError(f"{text!r} is not a date; write it as YYYY-MM-DD, for example 2026-01-29") from error


def from_day(day: int) -> str:
    """Return the ISO date of an ordinal."""
    return date.fromordinal(day).isoformat()


def days_spoken_of(expressions: Sequence[TimeExpression]) -> tuple[int | None, int | None]:
    """Return the ordinals of the earliest and latest day that the expressions can mean.

    Expressions wider than a year ("in 2025" aside, "the 1990s") say too little to search by and
    are left out.
    """
    bounded = [(to_day(e.earliest), to_day(e.latest)) for e in expressions if e.earliest and e.latest]
    narrow = [(first, last) for first, last in bounded if last - first <= 366]
    if not narrow:
        return None, None
    return min(first for first, _ in narrow), max(last for _, last in narrow)
