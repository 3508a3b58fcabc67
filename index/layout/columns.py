"""Pieces of text drawn on a page -> one column after the other, where the page draws two of them line by line."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

Piece = tuple[float, float, str]
"""Where a piece begins (x from the left, y from below, in points), and its text."""

_LEAST = 4
"""Lines that two columns have in common at least."""

_GUTTER = 100.0
"""Points between the left edges of two columns at least."""


def columns_apart(pieces: Sequence[Piece]) -> str:
    """Return the text of a page's two columns, the left one first; "" where it has not two, or draws them so already."""
    drawn = [(round(x), round(y), text.strip()) for x, y, text in pieces if text.strip()]
    lines: dict[int, dict[int, str]] = {}
    for x, y, text in drawn:
        line = lines.setdefault(y, {})
        line[x] = f"{line[x]} {text}" if x in line else text
    edges = Counter(x for line in lines.values() for x in line).most_common(2)
    if len(edges) < 2:
        return ""
    left, right = sorted(x for x, _ in edges)
    both = [y for y, line in lines.items() if left in line and right in line]
    pairs = sum(later[:2] == (right, here[1]) and here[0] == left for here, later in itertools.pairwise(drawn))
    # Drawn column by column, a page reads well as it is; a few pairs may be a table.
    if right - left < _GUTTER or len(both) < _LEAST or pairs < 0.8 * len(both) or len(both) < 0.6 * len(lines):
        return ""
    if _looks_like_table([(lines[y][left], lines[y][right]) for y in both]):
        return ""
    top = max(both)
    rest = sorted(lines, reverse=True)
    head = [" ".join(lines[y].values()) for y in rest if y > top]
    columns = [
        [text for y in rest if y <= top for x, text in lines[y].items() if (x < right) == (column == left)]
        for column in (left, right)
    ]
    return "\n\n".join("\n".join(part) for part in (head, *columns) if part)


def _looks_like_table(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether the columns are those of a table: few words, figures, lines that begin anew each time."""
    words = sum(len(text.split()) for pair in pairs for text in pair) / (2 * len(pairs))
    running = sum(text[0].islower() for pair in pairs for text in pair) / (2 * len(pairs))
    return words < 3 or running < 0.2
