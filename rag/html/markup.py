"""The small, safe part of Markdown that answers are written in -> HTML.

Answers quote articles, and articles are written by anybody: everything is escaped, and there are
no links, images or raw HTML here, so nothing in an article can become more than text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

_INLINE = re.compile(
    r"\\(?P<plain>[\\`*_{}\[\]()#+\-.!|<>~$&])|\*\*(?P<strong>.+?)\*\*"
    r"|(?<!\w)\*(?P<em>[^\s*][^*]*)(?<!\s)\*(?!\w)|\[(?P<mark>\d{1,3})\]"
)
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^\s*\|[\s:|-]+\|\s*$")
_ITEM = re.compile(r"^\s*(?:[-*]|\d+[.)])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_QUOTED = re.compile(r"^\s*>\s?")
_CELL_END = re.compile(r"(?<!\\)\|")

MarkHtml = Callable[[int], str | None]
"""The button of mark n, or None where [n] is not a mark but the article's own brackets."""


def inline(text: str, mark: MarkHtml) -> str:
    """One line of text with its marks, bold words and escaped characters."""
    parts: list[str] = []
    position = 0
    for match in _INLINE.finditer(text):
        parts.append(escape(text[position : match.start()]))
        position = match.end()
        if match["plain"]:
            parts.append(escape(match["plain"]))
        elif match["strong"]:
            parts.append(f"<strong>{inline(match['strong'], mark)}</strong>")
        elif match["em"]:
            parts.append(f"<em>{inline(match['em'], mark)}</em>")
        else:
            parts.append(mark(int(match["mark"])) or escape(match.group()))
    parts.append(escape(text[position:]))
    return "".join(parts)


def blocks(text: str, mark: MarkHtml) -> str:
    """Paragraphs, lists, quotations and tables."""
    html: list[str] = []
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif _ROW.match(line):
            rows = _run(lines, at, _ROW)
            html.append(_table(rows, mark))
            at += len(rows)
        elif _ITEM.match(line):
            items = _run(lines, at, _ITEM)
            cells = "".join(f"<li>{inline(_ITEM.sub('', item), mark)}</li>" for item in items)
            html.append(f"<ul>{cells}</ul>")
            at += len(items)
        elif _QUOTED.match(line):
            quoted = _run(lines, at, _QUOTED)
            inside = "\n".join(_QUOTED.sub("", item) for item in quoted)
            html.append(f"<blockquote>{blocks(inside, mark)}</blockquote>")
            at += len(quoted)
        elif _HEADING.match(line):
            html.append(f"<p><strong>{inline(_HEADING.sub('', line), mark)}</strong></p>")
            at += 1
        else:
            paragraph = [line]
            while at + len(paragraph) < len(lines) and _continues(lines[at + len(paragraph)]):
                paragraph.append(lines[at + len(paragraph)])
            html.append(f"<p>{inline(' '.join(piece.strip() for piece in paragraph), mark)}</p>")
            at += len(paragraph)
    return "".join(html)


def _run(lines: list[str], at: int, kind: re.Pattern[str]) -> list[str]:
    run = []
    while at < len(lines) and kind.match(lines[at]):
        run.append(lines[at])
        at += 1
    return run


def _continues(line: str) -> bool:
    return bool(line.strip()) and not any(kind.match(line) for kind in (_ROW, _ITEM, _QUOTED, _HEADING))


def _table(rows: list[str], mark: MarkHtml) -> str:
    cells = [[cell.strip() for cell in _CELL_END.split(row.strip().strip("|"))] for row in rows if not _RULE.match(row)]
    if not cells:
        return ""
    head, body = (cells[0], cells[1:]) if len(rows) > 1 and _RULE.match(rows[1]) else ([], cells)
    html = ["<table>"]
    if head:
        html.append("<thead><tr>" + "".join(f'<th scope="col">{inline(c, mark)}</th>' for c in head) + "</tr></thead>")
    html.append("<tbody>")
    html.extend("<tr>" + "".join(f"<td>{inline(cell, mark)}</td>" for cell in row) + "</tr>" for row in body)
    html.append("</tbody></table>")
    return "".join(html)
