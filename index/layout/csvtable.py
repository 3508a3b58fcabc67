"""Lines of a table -> its rows: quotes as spreadsheets, databases and people write them.

Python's csv module takes a quote at a field's start for the beginning of a quoted field whatever follows, and reads
on over the next articles where it does not end. Here it is one only if it ends before a separator or the end of a
line; any other is a letter like others.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

_MAX_LINES = 5_000
"""Lines of a quoted field."""

_MAX_CHARACTERS = 2**20
"""Characters that are looked through for a quoted field's end."""


def delimiter_of(header: str) -> str:
    """Return what separates the columns of a first line: a comma, a semicolon, a tab or a bar."""
    return max(",;\t|", key=header.count)


def rows_of(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of its first line from 1, cells) for the rows of a table, blank lines left out."""
    reader = _Rows(lines, delimiter)
    while (row := reader.next()) is not None:
        if any(cell.strip() for cell in row[1]):
            yield row


class _Rows:
    def __init__(self, lines: Iterable[str], delimiter: str) -> None:
        self.lines = iter(lines)
        self.ahead: deque[str] = deque()
        self.number = 0
        mark = re.escape(delimiter)
        self.delimiter = delimiter
        self.end = rf"(?=[ ]*(?:{mark}|\r?\n|\r|\Z))"
        self.opening = re.compile(r'[ ]*"')
        self.bare = re.compile(rf"[^{mark}\r\n]*")
        # In later lines, a quote right behind a separator opens a field of another row.
        self.opened_later = re.compile(rf'\n(?:[^"\n]*{mark})?"(?!{mark}|"|\r?\n|\Z)')
        self.quoted = {
            escape: re.compile(rf'[ ]*"((?:[^"\\]|""|\\{"." if escape else ""})*+)"{self.end}', re.DOTALL)
            for escape in (False, True)
        }

    def next(self) -> tuple[int, list[str]] | None:
        """Return the next row, None at the end."""
        text = self._line()
        if text is None:
            return None
        number = self.number + 1
        cells: list[str] = []
        at, taken = 0, 1
        while True:
            text, at, taken = self._cell(text, at, taken, cells)
            if text[at : at + 1] != self.delimiter:
                break
            at += 1
        self.number += taken
        return number, cells

    def _line(self) -> str | None:
        return self.ahead.popleft() if self.ahead else next(self.lines, None)

    def _cell(self, text: str, at: int, taken: int, cells: list[str]) -> tuple[str, int, int]:
        """Read a cell at ``at``; return the text of the row, which may have grown by lines, and where the cell ends."""
        if self.opening.match(text, at):
            found, text, taken = self._quoted_cell(text, at, taken)
            if found:
                cell = found[1].replace('""', '"')
                cells.append(re.sub(r'\\(["\\])', r"\1", cell) if '\\"' in cell else cell)
                end = re.compile(r"[ ]*").match(text, found.end())
                return text, end.end() if end else found.end(), taken
        bare = self.bare.match(text, at)
        end_of_cell = bare.end() if bare else at
        cells.append(text[at:end_of_cell])
        return text, end_of_cell, taken

    def _quoted_cell(self, text: str, at: int, taken: int) -> tuple[re.Match[str] | None, str, int]:
        more: list[str] = []
        whole = text
        tried = True
        while True:
            if tried and (found := self._match(whole, at)):
                inside = whole[at : found.end()]
                if "\n" in inside and self.opened_later.search(inside):
                    break
                return found, whole, taken + len(more)
            line = self._line() if len(more) < _MAX_LINES and len(whole) - at < _MAX_CHARACTERS else None
            if line is None:
                break
            more.append(line)
            whole += line
            tried = '"' in line
            if tried and re.match(
                rf'(?:[^"\n]*{re.escape(self.delimiter)})?"(?!{re.escape(self.delimiter)}|"|\r?\n|\Z)', line
            ):
                break
        self.ahead.extendleft(reversed(more))
        return None, text, taken

    def _match(self, text: str, at: int) -> re.Match[str] | None:
        return self.quoted[True].match(text, at) or self.quoted[False].match(text, at)
