"""A table -> a line a row, each value with its headings: "Defence: 87 (Billion crowns)".

A row is found and quoted by itself, far from the line that says what its figures are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LONG = 300
"""Characters; a table without headings that has a longer cell is there for the page's looks."""

_FIGURE = re.compile(r"[^\w]*\d[\d.,:/%\s]*(?:[^\W\d_]{0,3}\W*)?")
_MAX_CELLS = 100_000
"""Cells that the spans of a table unfold to at most."""


@dataclass
class Cell:
    """A cell: its text, whether it is a heading, and how many columns and rows it spans."""

    text: str
    heading: bool = False
    columns: int = 1
    rows: int = 1


def rows_as_text(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Return a line for each row of a table, its headings first; each cell of a table made for looks is a line."""
    grid = [row for row in _grid(rows) if any(cell.text for cell in row)]
    width = max(map(len, grid), default=0)
    heads = _headings(grid)
    if width < 2 or (not heads and any(len(cell.text) > _LONG for row in grid for cell in row)):
        return [cell.text for row in rows for cell in row if cell.text]
    names = [
        " ".join(dict.fromkeys(row[at].text for row in heads if at < len(row) and row[at].text)) for at in range(width)
    ]
    lines = [_bare(row) for row in heads]
    for row in grid[len(heads) :]:
        lines.append(_named(row, names) if heads or (row[0].heading and len(row) > 1) else _bare(row))
    return [line for line in lines if line]


def _named(row: Sequence[Cell], names: Sequence[str]) -> str:
    """Return a row as what it is about and its values, each with its heading."""
    values = [
        f"{cell.text} ({name})" if name and name != cell.text else cell.text
        for cell, name in _distinct(list(zip(row[1:], [*names[1:], *[""] * len(row)], strict=False)))
        if cell.text
    ]
    about = row[0].text
    if not about or not values:
        return "; ".join([about, *values]) if about or len(values) > 1 else "".join(values)
    return f"{about}: {'; '.join(values)}"


def _distinct(cells: Sequence[tuple[Cell, str]]) -> list[tuple[Cell, str]]:
    """Return the cells of a row, one that spans several columns once, under their common headings."""
    found: list[tuple[Cell, str]] = []
    for cell, name in cells:
        if found and found[-1][0] is cell:
            found[-1] = (cell, " ".join(dict.fromkeys((found[-1][1], name))).strip())
        else:
            found.append((cell, name))
    return found


def _bare(row: Sequence[Cell]) -> str:
    return " | ".join(cell.text for cell, _ in _distinct([(cell, "") for cell in row]) if cell.text)


def _headings(grid: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """Return the rows that head the columns: those marked so, or words above columns of figures."""
    count = 0
    while count < len(grid) - 1 and all(cell.heading or not cell.text for cell in grid[count]):
        count += 1
    if count or len(grid) < 2 or any(cell.heading for cell in grid[0]):
        return list(grid[:count])
    above, below = grid[0], grid[1:]
    figures = [
        all(at < len(row) and (not row[at].text or _FIGURE.fullmatch(row[at].text)) for row in below)
        for at in range(1, len(above))
    ]
    years = len(above) > 1 and all(re.fullmatch(r"(?:19|20)\d\d", cell.text) for cell in above[1:])
    worded = years or all(cell.text and not _FIGURE.fullmatch(cell.text) for cell in above[1:])
    return [above] if worded and (all(figures) or (any(figures) and len(below) > 1)) and len(above) > 1 else []


def _grid(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Return the cells of each row by column, spanning ones in every place that they span."""
    grid: list[list[Cell]] = []
    hanging: dict[int, tuple[Cell, int]] = {}
    cells = 0
    for row in rows:
        line: list[Cell] = []
        left = list(row)
        while left or len(line) in hanging:
            if len(line) in hanging:
                cell, more = hanging.pop(len(line))
                if more > 1:
                    hanging[len(line)] = (cell, more - 1)
                line.append(cell)
                continue
            cell = left.pop(0)
            for _ in range(cell.columns):
                if cell.rows > 1:
                    hanging[len(line)] = (cell, cell.rows - 1)
                line.append(cell)
        cells += len(line)
        if cells > _MAX_CELLS:
            return [list(row) for row in rows]
        grid.append(line)
    return grid
