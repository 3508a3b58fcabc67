"""HTML -> its blocks of text, headings marked, tables as rows with their headings.

One reading for everything that comes as HTML or is made into it first: web pages (what trafilatura leaves of
them), Word (by mammoth), Markdown (by markdown-it), mail, feeds and records.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from dateline.index.layout.tables import Cell, rows_as_text

Block = tuple[str, bool]
"""A block's text, and whether it is a heading."""

SAMPLE = 2**16
"""Characters by which it is told what a text is."""

_MAX_TAG = 2**22
"""Characters of the longest tag or comment: a picture may stand in an attribute."""

_MAX_SPAN = 50
"""Rows or columns that a cell is taken to span at most."""

_SILENT = frozenset(("script", "style", "head", "template", "noscript", "nav", "svg", "select", "datalist"))
_INLINE = frozenset(
    ("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "hi", "i", "img",
     "ins", "kbd", "label", "mark", "q", "ref", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
     "tt", "u", "var", "wbr")
)  # fmt: skip
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ALIAS = {"row": "tr", "cell": "td", "item": "li", "lb": "br"}
"""What trafilatura's XML calls them."""

_NOTE = re.compile(r"\[?(?:\d{1,3}|[a-z]|[*†‡§¶]+)\]?(?:[,;–-]\s?\[?(?:\d{1,3}|[a-z])\]?)*")
_POWER = re.compile(r"(?<![^\W_])(?:10|[kcdm]?m|ft|in|[nxyzr])\Z")
_RAISED = str.maketrans("0123456789-–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")


def blocks_of_html(html: str, *, xml: bool = False) -> list[Block]:
    """Return the blocks of a piece of HTML (``xml``: as trafilatura writes it) in order, none of them empty.

    Raises ValueError for a tag that does not end.
    """
    reader = _Blocks(xml)
    for start in range(0, len(html), 4 * SAMPLE):
        reader.feed(html[start : start + 4 * SAMPLE])
        if len(reader.rawdata) > _MAX_TAG:
            raise ValueError("HTML with a tag or comment that does not end; save it again or convert it to .txt")
    # What is left is text, up to a tag that never ends; close() would try each "<" of it against all that follows.
    reader.handle_data(unescape(reader.rawdata.partition("<")[0]))
    return reader.finished()


def text_of_html(html: str) -> str:
    """Return the text of a piece of HTML, its blocks apart."""
    return "\n\n".join(text for text, _ in blocks_of_html(html))


def is_html(text: str) -> bool:
    """Whether a text is HTML by its form: it opens with a tag of a page, or holds blocks that begin and end."""
    head = text[:SAMPLE]
    if re.match(r"\s*(?:<!doctype\s+html|<html\b|<body\b)", head, re.IGNORECASE):
        return True
    opened = re.findall(
        r"<(p|div|h[1-6]|ul|ol|li|blockquote|table|article|section|figure)(?:\s[^<>]*)?>", head, re.IGNORECASE
    )
    closed = re.search(r"</(?:p|div|h[1-6]|ul|ol|li|blockquote|table|article|section|figure)\s*>", head, re.IGNORECASE)
    broken = re.search(r"<br\s*/?>", head, re.IGNORECASE) and re.search(r"</(?:b|i|em|strong|a)>|&\w+;", head)
    return bool((opened and closed) or broken)


def raised(before: str, mark: str) -> str:
    """Return what is read for a superscript after ``before``: a power as such, nothing for the mark of a footnote."""
    mark = mark.strip()
    if not _NOTE.fullmatch(mark) or (mark.isalpha() and before[-1:].isalpha()):
        return mark
    if mark.isdigit() and len(mark) < 3 and _POWER.search(before):
        return mark.translate(_RAISED)
    return ""


class _Blocks(HTMLParser):
    """Collects blocks; scripts and navigation say nothing."""

    def __init__(self, xml: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.xml = xml
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._heading = False
        self._silent: list[str] = []
        self._tables: list[_Table] = []
        self._raised: int | None = None
        self._numbers: list[int | None] = []

    def finished(self) -> list[Block]:
        """Return what has been collected, of tables and paragraphs that never end too."""
        while self._tables:
            self._end_table()
        self._end_block()
        return self.blocks

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = _ALIAS.get(tag, tag) if self.xml else tag
        if tag in _SILENT and not (self.xml and tag == "head"):
            if tag not in self._silent:  # its end ends those within it too
                self._silent.append(tag)
        elif tag == "sup":
            self._raised = len(self._text)
        elif tag not in _INLINE:
            self._start(tag, dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.xml and tag in ("cell", "row", "item", "table"):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        tag = _ALIAS.get(tag, tag) if self.xml else tag
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        elif tag == "sup" and self._raised is not None:
            mark = "".join(self._text[self._raised :])
            del self._text[self._raised :]
            self._text.append(raised("".join(self._text[-3:]), mark))
            self._raised = None
        elif tag not in _INLINE:
            self._end(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            # A line break in the source is white space; only elements end a line.
            self._text.append(re.sub(r"\s+", " ", data))

    def _start(self, tag: str, attributes: dict[str, str | None]) -> None:
        table = self._tables[-1] if self._tables else None
        if tag == "table":
            if table and table.cell is not None:
                table.outer += [*self._text, " "]
                self._text.clear()
            self._end_block()
            self._tables.append(_Table())
        elif tag == "tr" and table:
            self._end_cell()
            table.rows.append([])
        elif tag in ("td", "th") and table:
            self._end_cell()
            table.open(tag == "th" or attributes.get("role") == "head", attributes)
        elif tag == "caption" and table:
            self._end_cell()
        else:
            self._end_block()
            self._heading = tag in _HEADINGS or (self.xml and tag == "head")
            if tag in ("ol", "ul", "list"):
                start = attributes.get("start") or ""
                self._numbers.append(int(start) if start.isdecimal() and 99 < int(start[:6]) < 10_000 else None)
            elif tag == "li" and self._numbers and self._numbers[-1] is not None:
                # A list that begins with a year is a sentence that does.
                self._text.append(f"{self._numbers[-1]}. ")
                self._numbers[-1] += 1

    def _end(self, tag: str) -> None:
        if tag == "table" and self._tables:
            self._end_table()
        elif tag in ("td", "th", "tr") and self._tables:
            self._end_cell()
        else:
            self._end_block()
            if tag in ("ol", "ul", "list") and self._numbers:
                self._numbers.pop()
            self._heading = False

    def _end_block(self) -> None:
        if self._tables and self._tables[-1].cell is not None:
            self._text.append(" ")
            return
        text = " ".join("".join(self._text).split())
        self._text.clear()
        self._raised = None
        if text:
            # A page may set a whole paragraph in a heading's letters; it stays prose.
            self.blocks.append((text, self._heading and not (len(text) > 120 and text.endswith((".", "”", '"')))))

    def _end_cell(self) -> None:
        table = self._tables[-1]
        if table.cell is None:
            self._end_block()
            return
        table.cell.text = " ".join("".join(table.outer + self._text).split())
        table.outer = []
        self._text.clear()
        self._raised = None
        table.cell = None

    def _end_table(self) -> None:
        self._end_cell()
        table = self._tables.pop()
        self.blocks.extend((text, False) for text in rows_as_text(table.rows))


class _Table:
    """A table in the making."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.cell: Cell | None = None
        self.outer: list[str] = []

    def open(self, heading: bool, attributes: dict[str, str | None]) -> None:
        """Begin a cell."""
        columns, rows = (_spanned(attributes.get(name)) for name in ("colspan", "rowspan"))
        self.cell = Cell("", heading, columns, rows)
        if not self.rows:
            self.rows.append([])
        self.rows[-1].append(self.cell)


def _spanned(value: str | None) -> int:
    return min(int(value), _MAX_SPAN) if value and value.isdecimal() and len(value) < 9 and int(value) else 1
