"""Text and dateline -> time expressions, resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TimexType = Literal["DATE", "TIME", "DURATION", "SET"]


@dataclass(frozen=True)
class TimeExpression:
    """A time expression: where it stands, what TIMEX3 calls it, and the days it can mean.

    ``start``/``end`` are character offsets, end exclusive. ``type`` and ``value`` are TIMEX3's
    (``2026-02-04``, ``2026-W05``, ``P2Y``, ``XXXX-WXX-3``, ``PRESENT_REF``…). ``earliest`` and
    ``latest`` are ISO dates, inclusive, or None where nothing bounds that side.
    """

    start: int
    end: int
    text: str
    type: TimexType
    value: str
    earliest: str | None = None
    latest: str | None = None

    def to_dict(self) -> dict[str, str | int | None]:
        """The JSON form of ``dateline dates``."""
        return {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "type": self.type,
            "value": self.value,
            "earliest": self.earliest,
            "latest": self.latest,
        }


def resolve(text: str, published: str | None = None) -> list[TimeExpression]:
    """Return the time expressions of ``text`` in order, resolved against ``published``."""
    raise NotImplementedError
