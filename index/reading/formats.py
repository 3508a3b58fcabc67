"""The bytes of one file -> an Article: .txt, .md, .html, .pdf, .docx, .eml.

A reader raises ValueError with the reason and what to do; ModuleNotFoundError where its format is an
extra that is not installed.
"""

from __future__ import annotations

import io
import logging
import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from html import unescape
from html.parser import HTMLParser
from typing import Any, cast

from markdown_it import MarkdownIt

from dateline.index.reading.articles import Article
from dateline.index.reading.encodings import SAMPLE, decode, is_binary
from dateline.index.reading.fields import parse_fields

Span = tuple[int, int]

_SHORT_PAGE = 250
"""Characters; below this, the main text of a web page is not told from the rest."""

_MAX_UNPACKED = 256 * 2**20
"""Bytes that a zipped document may unpack to."""

# The libraries below take 50 microseconds and a kilobyte for a tag, some of them more the more tags there are.
_MAX_PAGE_TAGS = 20_000
"""Tags of the largest web page whose main text is told from the rest."""

_MAX_WORD_TAGS = 100_000
"""Tags of the largest Word file; a hundred pages have fewer."""

_MAX_HEADER = 1_000
"""Characters of a mail's header that are read; parsing takes time with their square."""

_MAX_PARTS = 100
"""Parts of a mail."""

_MAX_SECONDS = 60
"""Processor time for a PDF, whose pages can draw one another; five hundred full ones take two seconds."""

_MAX_TAG = 2**22
"""Characters of the longest tag or comment in HTML: a picture may stand in an attribute."""

_FRONT_MATTER = re.compile(
    r"(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<fields>.*?)^(?P=fence)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_PART = re.compile(rb"^content-type[ \t]*:", re.IGNORECASE | re.MULTILINE)
_WIDE_CELL = re.compile(rb"""gridSpan[^>]{0,200}val\s*=\s*["']\s*\+?0*[1-9]\d{3}""")
_UNTITLED = re.compile(r"untitled|microsoft word|\.(?:docx?|pdf|indd|qxp|rtf|odt|pages)\b|^\W*\d*\W*$", re.IGNORECASE)

for _library in ("trafilatura", "htmldate", "pypdf"):
    # What they would print about a page reaches the user as the reason of an error, once.
    logging.getLogger(_library).addHandler(logging.NullHandler())


def read_text(data: bytes) -> Article:
    """Return a plain text file, character for character."""
    return Article(decode(data))


def read_markdown(data: bytes) -> Article:
    """Return a Markdown file as plain text, described by its front matter (YAML, or TOML between +++)."""
    source = decode(data)
    fields: dict[str, object] = {}
    if match := _FRONT_MATTER.match(source):
        fields = parse_fields(match["fields"], "toml" if match["fence"] == "+++" else "yaml")
        source = source[match.end() :]
    return Article.of_blocks(_markdown_blocks(source)).described(fields)


def read_html(data: bytes) -> Article:
    """Return a web page's main text, title, date, author, site and address, as the page's metadata give them."""
    import trafilatura
    from trafilatura.metadata import extract_metadata

    # Only dates that the page gives as its own: its text is looked at by the same rules as any other.
    dates = {"extensive_search": False, "original_date": True, "outputformat": "%Y-%m-%d"}
    page: Any = None
    if data.count(b"<") <= _MAX_PAGE_TAGS:
        page = trafilatura.bare_extraction(
            data, with_metadata=True, include_comments=False, date_extraction_params=dates
        )
    article = Article.of_blocks(_html_blocks(page.body)) if page is not None and page.body is not None else Article("")
    if len(article.text) < _SHORT_PAGE:
        # Too little for a main text to stand out; the whole page is taken, unless it is mostly something else.
        whole = text_of_html(decode(data))
        article = Article(whole) if len(whole) < 2 * _SHORT_PAGE or not article.text else article
    if not article.text:
        raise ValueError("no text in the page; save the article's own page")
    page = page or extract_metadata(data[: 4 * SAMPLE], date_config=dates)
    return article.described(
        {"title": page.title, "published": page.date, "source": page.sitename, "url": page.url, "authors": page.author}
    )


def read_pdf(data: bytes) -> Article:
    """Return the text of a PDF, a blank line between pages; running heads and page numbers are furniture.

    Its creation date is the file's, not the article's, and is left alone.
    """
    from pypdf import PdfReader

    until = time.thread_time() + _MAX_SECONDS

    def hurry(*_: object) -> None:
        if time.thread_time() > until:
            raise ValueError(f"takes more than {_MAX_SECONDS} seconds to read; convert it to .txt")

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("protected by a password; save it without one")
    texts: list[str] = []
    for page in reader.pages:
        # Asked at every operator: a page of forms that draw forms takes as long as it likes.
        texts.append(page.extract_text(visitor_operand_before=hurry).strip())
        hurry()
    if not any(texts):
        raise ValueError("no text in its pages (scanned?); run text recognition (OCR) on it first")
    text, pages = "", []
    for number, content in enumerate(texts):
        start = len(text)
        text += content + ("\n\n" if number < len(texts) - 1 else "")
        pages.append((start, len(text)))
    title = str((reader.metadata and reader.metadata.title) or "").strip()
    author = str((reader.metadata and reader.metadata.author) or "").strip()
    described = {"title": "" if _UNTITLED.search(title) else title, "authors": author}
    return Article(text, pages=tuple(pages), furniture=tuple(_running_lines(text, pages))).described(described)


def read_docx(data: bytes) -> Article:
    """Return the paragraphs, headings and tables of a Word file.

    Its dates of creation and change are the file's, not the article's, and are left alone.
    """
    from docx import Document as open_docx

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED:
            raise ValueError(f"unpacks to more than {_MAX_UNPACKED >> 20} MB; save it again without its pictures")
        parts = [entry for entry in archive.infolist() if entry.filename.endswith((".xml", ".rels"))]
        if any(entry.file_size > SAMPLE and _tags(archive, entry) > _MAX_WORD_TAGS for entry in parts):
            raise ValueError("too long for one article; split it")
        if any(_WIDE_CELL.search(archive.read(entry)) for entry in parts if entry.filename.startswith("word/")):
            raise ValueError("a table cell of more than 999 columns; save it again or convert it to .txt")
    document = open_docx(io.BytesIO(data))
    article = Article.of_blocks(_docx_blocks(document))
    if not article.text:
        raise ValueError("no text in the document; give the article as text")
    properties = document.core_properties
    title = properties.title or ""
    return article.described({"title": "" if _UNTITLED.search(title) else title, "authors": properties.author})


def read_eml(data: bytes) -> Article:
    """Return a mail's text (its plain part, else its HTML part), subject as title, sender as source, and date."""
    if len(_PART.findall(data)) > _MAX_PARTS:
        raise ValueError(f"a mail of more than {_MAX_PARTS} parts; save the article's own mail")
    message = cast(EmailMessage, message_from_bytes(data, policy=_MailPolicy()))
    body = message.get_body(("plain", "html"))
    if body is None:
        raise ValueError("no text in the mail; save it with its text")
    payload = body.get_payload(decode=True)
    try:
        content = str(body.get_content())
    except LookupError:  # a character set that does not exist
        content = decode(payload if isinstance(payload, bytes) else b"")
    if is_binary(content):
        raise ValueError("no text in the mail; save it with its text")
    text = text_of_html(content) if body.get_content_subtype() == "html" else content
    name, address = parseaddr(str(message["from"] or ""))
    return Article(text).described(
        {"title": str(message["subject"] or ""), "published": str(message["date"] or ""), "source": name or address}
    )


READERS: dict[str, Callable[[bytes], Article]] = {
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".eml": read_eml,
}
"""By file suffix."""


def text_of_html(html: str) -> str:
    """Return the text of a piece of HTML, a line for each block."""
    stripper = _Stripper()
    for start in range(0, len(html), 4 * SAMPLE):
        stripper.feed(html[start : start + 4 * SAMPLE])
        if len(stripper.rawdata) > _MAX_TAG:
            raise ValueError("HTML with a tag or comment that does not end; save it again or convert it to .txt")
    # What is left is text, up to a tag that never ends; close() would try each "<" of it against all that follows.
    stripper.handle_data(unescape(stripper.rawdata.partition("<")[0]))
    paragraphs = (" ".join(line.split()) for line in "".join(stripper.parts).split("\n"))
    return "\n\n".join(line for line in paragraphs if line)


class _MailPolicy(EmailPolicy):
    """Headers as text, none of them longer than anyone writes them."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return a header's name and value."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_MAX_HEADER]


def _tags(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Return how many tags a part of a zipped document holds, without holding the part."""
    with archive.open(entry) as part:
        return sum(piece.count(b"<") for piece in iter(lambda: part.read(2**20), b""))


class _Stripper(HTMLParser):
    """Collects text; block elements end a line, scripts and styles say nothing."""

    _SILENT = frozenset(("script", "style", "head", "template", "noscript", "nav", "svg"))
    _INLINE = frozenset(
        ("a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark", "q", "s",
         "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr")
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._SILENT:
            if tag not in self._silent:  # its end ends those within it too
                self._silent.append(tag)
        elif tag not in self._INLINE:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            del self._silent[self._silent.index(tag) :]
        elif tag not in self._INLINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            # A line break in the source is white space; only elements end a line.
            self.parts.append(re.sub(r"\s+", " ", data))


def _markdown_blocks(source: str) -> Iterator[tuple[str, bool]]:
    """Yield (text, is a heading) for the blocks of Markdown, without its marks, pictures and embedded HTML."""
    heading = False
    cells: list[str] | None = None
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        match token.type:
            case "heading_open" | "heading_close":
                heading = token.type == "heading_open"
            case "tr_open":
                cells = []
            case "tr_close":
                yield " | ".join(cells or ()), False
                cells = None
            case "fence" | "code_block":
                yield token.content.strip(), False
            case "inline":
                parts = (part for part in token.children or () if part.type not in ("image", "html_inline"))
                text = "".join(
                    "\n" if part.type in ("softbreak", "hardbreak") else part.content for part in parts
                ).strip()
                if cells is None:
                    yield text, heading
                else:
                    cells.append(text)


def _html_blocks(element: Any) -> Iterator[tuple[str, bool]]:
    """Yield (text, is a heading) for the blocks of trafilatura's XML."""
    for child in element:
        if child.tag in ("list", "table") or (child.tag == "quote" and child.find("p") is not None):
            yield from _html_blocks(child)
        elif child.tag == "row":
            yield " | ".join(" ".join("".join(cell.itertext()).split()) for cell in child), False
        elif isinstance(child.tag, str):
            for line_break in child.iter("lb"):
                line_break.tail = " " + (line_break.tail or "")
            text = " ".join("".join(child.itertext()).split())
            # A page may set a whole paragraph in a heading's letters; it stays prose.
            yield text, child.tag == "head" and not (len(text) > 120 and text.endswith((".", "”", '"')))


def _docx_blocks(document: Any) -> Iterator[tuple[str, bool]]:
    """Yield (text, is a heading) for the paragraphs and table rows of a Word file, in order."""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield " | ".join(" ".join(cell.text.split()) for cell in row.cells), False
        else:
            style = (block.style.name or "") if block.style is not None else ""
            yield block.text.strip(), style.startswith(("Heading", "Title"))


def _running_lines(text: str, pages: list[Span]) -> Iterator[Span]:
    """Yield the first and last lines of pages that, but for their numbers, more than half of three or more pages share."""
    edges: list[tuple[Span, str]] = []
    for start, end in pages:
        spans = [match.span() for match in re.compile(r"[^\n]*\S[^\n]*").finditer(text, start, end)]
        for left, right in {*spans[:1], *spans[-1:]}:
            edges.append(((left, right), re.sub(r"\d+", "#", text[left:right].strip())))
    shared = Counter(line for _, line in edges)
    for span, line in sorted(edges):
        if len(pages) >= 3 and shared[line] > len(pages) / 2:
            yield span
