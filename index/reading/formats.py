"""The bytes of one file -> an Article, by the file's suffix.

A reader raises ValueError with the reason and what to do; ModuleNotFoundError where its format is an
extra that is not installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dateline.index.layout.markup import blocks_of_html, is_html
from dateline.index.reading.articles import Article
from dateline.index.reading.encodings import decode
from dateline.index.reading.mail import read_eml
from dateline.index.reading.markdown import read_markdown
from dateline.index.reading.pages import read_html
from dateline.index.reading.pdf import read_pdf
from dateline.index.reading.word import read_docx

_OTHER_THINGS = (
    (re.compile(r"\s*\{\\rtf\d"), "rich text (RTF), not plain text; save it as .docx or .txt"),
    (re.compile(r"\s*%PDF-\d"), "a PDF, not plain text; name it .pdf"),
    (re.compile(r"\s*%!PS"), "PostScript, not plain text; convert it to .pdf"),
)


def read_text(data: bytes) -> Article:
    """Return a plain text file, character for character; of one that is a web page by its form, what it says."""
    text = decode(data)
    for form, why in _OTHER_THINGS:
        if form.match(text):
            raise ValueError(why)
    return Article.of_blocks(blocks_of_html(text)) if is_html(text) else Article(text)


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

PAGES = frozenset((".html", ".htm", ".xhtml"))
"""Suffixes of files that may hold several articles."""
