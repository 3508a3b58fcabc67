"""A PDF -> an Article: pypdf's text without running heads and printers' stamps, words and paragraphs whole."""

from __future__ import annotations

import io
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from dateline.index.dates.datelines import find_dateline
from dateline.index.layout.columns import columns_apart
from dateline.index.prose.plain import plain
from dateline.index.reading.articles import Article
from dateline.index.reading.word import UNTITLED

MAX_SECONDS = 60
"""Processor time for a PDF, whose pages can draw one another; five hundred full ones take two seconds."""

_EDGE = 6
"""Lines at the top and at the foot of a page among which running heads are looked for."""

_FEW = 60
"""Characters a page; of pages with pictures that hold less in the mean, the text is a stamp."""

_STAMP = re.compile(
    # What a browser prints above and below: "03/02/2026, 10:14 Title", "https://… 1/3".
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?\s+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*[AP]M)?\b.*"
    r"|(?:https?|file)://\S+(?:\s+\d+\s*/\s*\d+)?|\d+\s*/\s*\d+(?:\s+(?:https?|file)://\S+)?"
    r"|(?:page|p\.)\s*\d+(?:\s*(?:of|/)\s*\d+)?|[-–—]?\s*\d{1,4}\s*[-–—]?"
    r"|(?:scanned|created|made|converted)\s+(?:with|by)\s+\S+(?:\s+\S+){0,3}",
    re.IGNORECASE,
)


def read_pdf(data: bytes) -> Article:
    """Return the text of a PDF, without running heads, page numbers and stamps; ``pages`` are the spans of its pages.

    Its creation date is the file's, not the article's, and is left alone.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(io.BytesIO(data))
    try:
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError:
        raise ValueError("encrypted; pip install cryptography, or save it without restrictions") from None
    if locked:
        raise ValueError("protected by a password; save it without one")
    texts, pictures = _pages(reader)
    kept, heads = _without_heads(texts)
    if not any(kept) or (pictures and sum(map(len, kept)) < _FEW * len(kept)):
        raise ValueError("no text in its pages (scanned?); run text recognition (OCR) on it first")
    text, pages = _joined([plain(page).text for page in kept])
    title = str((reader.metadata and reader.metadata.title) or "").strip()
    author = str((reader.metadata and reader.metadata.author) or "").strip()
    described = {"title": "" if UNTITLED.search(title) else title, "authors": author}
    article = Article(text, pages=tuple(pages), stated=_day_of(heads))
    return article.described(described)


def _pages(reader: Any) -> tuple[list[str], bool]:
    """Return the text of each page, and whether all of them hold pictures."""
    until = time.thread_time() + MAX_SECONDS

    def hurry(*_: object) -> None:
        if time.thread_time() > until:
            raise ValueError(f"takes more than {MAX_SECONDS} seconds to read; convert it to .txt")

    texts: list[str] = []
    pictures = len(reader.pages) > 0
    for page in reader.pages:
        pieces: list[tuple[float, float, str]] = []

        def note(text: str, cm: Sequence[float], tm: Sequence[float], *_: object, kept: Any = pieces) -> None:
            kept.append((tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5], text))

        # Asked at every operator: a page of forms that draw forms takes as long as it likes.
        text = page.extract_text(visitor_operand_before=hurry, visitor_text=note)
        texts.append((columns_apart(pieces) or text).strip())
        pictures = pictures and _has_pictures(page)
        hurry()
    return texts, pictures


def _has_pictures(page: Any) -> bool:
    try:
        drawn = page["/Resources"]["/XObject"].get_object()
        return any(drawn[name].get("/Subtype") == "/Image" for name in drawn)
    except (KeyError, AttributeError, TypeError):
        return False


def _without_heads(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return pages without the lines at their edges that run through the pages or are stamps, and those that run."""
    pages = [[line.strip() for line in text.split("\n") if line.strip()] for text in texts]
    shared = Counter(form for lines in pages for form in {_form(line) for line in (*lines[:_EDGE], *lines[-_EDGE:])})
    least = len(pages) / 2

    def runs(line: str) -> bool:
        return _STAMP.fullmatch(line) is not None or (len(pages) > 1 and shared[_form(line)] > least)

    kept, heads = [], []
    for text, lines in zip(texts, pages, strict=True):
        first, last = 0, len(lines)
        while first < min(_EDGE, last) and runs(lines[first]):
            first += 1
        while last > max(first, len(lines) - _EDGE) and runs(lines[last - 1]):
            last -= 1
        heads += [line for line in (*lines[:first], *lines[last:]) if not _STAMP.fullmatch(line)]
        kept.append(_between(text, first, len(lines) - last))
    return kept, list(dict.fromkeys(heads))


def _form(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _between(text: str, first: int, last: int) -> str:
    """Return a page without so many of its first and last lines that are not blank."""
    spans = [match.span() for match in re.finditer(r"[^\n]*\S[^\n]*", text)]
    left = spans[first : len(spans) - last]
    return text[left[0][0] : left[-1][1]].strip() if left else ""


def _joined(texts: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Return one text and the spans of its pages; a sentence that runs on is not cut where its page ends."""
    text, pages = "", []
    for number, content in enumerate(texts):
        start = len(text)
        following = next((other for other in texts[number + 1 :] if other), "")
        runs_on = re.search(r"[\w,;–—-]\Z", content) and re.match(r"[^\W\d_A-Z]", following) and following[0].islower()
        text += content + ((" " if runs_on else "\n\n") if following else "")
        pages.append((start, len(text)))
    return text, pages


def _day_of(heads: Sequence[str]) -> str | None:
    """Return the day in a newspaper's running heads."""
    days = _days(heads)
    first = next(days, None)
    return first if first and all(day == first for day in days) else None


def _days(heads: Sequence[str]) -> Iterator[str]:
    for head in heads:
        found = find_dateline(head)
        if found and found.date and found.kind == "published":
            yield found.date
