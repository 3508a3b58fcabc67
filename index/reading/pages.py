"""A web page -> its Article, or its Articles where it holds several.

trafilatura tells an article from what stands around it; what the page says of its day is read by
``page_dates``, its blocks by ``markup``.
"""

from __future__ import annotations

import copy
import logging
import re
from contextlib import suppress
from typing import Any

from dateline.index.layout.markup import blocks_of_html, raised, text_of_html
from dateline.index.reading.articles import Article
from dateline.index.reading.encodings import SAMPLE, decode
from dateline.index.reading.page_dates import Declared, declared, own_parts, printed

_SHORT = 250
"""Characters; below this, the main text of a web page is not told from the rest."""

# The library takes 50 microseconds and a kilobyte for a tag.
_MAX_TAGS = 20_000
"""Tags of the largest web page whose main text is told from the rest."""

_MAX_ATTRIBUTES = 200
"""Attributes of a tag; reading them takes time with their square, and no page has so many."""

_CELL = 300
"""Characters of the longest cell of a table of data."""

_STORY = 80
"""Characters of paragraphs that make an <article> one among several, and a heading of its own."""

_TAG = re.compile(rb"<[a-zA-Z][^<>]{2000,}>")
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_BESIDE = re.compile(r"\b(?:comment|related|teaser|promo|card|sidebar|recommend|widget)", re.IGNORECASE)

for _library in ("trafilatura", "htmldate"):
    # What they would print about a page reaches the user as the reason of an error, once.
    logging.getLogger(_library).addHandler(logging.NullHandler())


def read_html(data: bytes) -> Article:
    """Return a web page's main text, title, author, site and address, and its day as the page declares it."""
    return read_pages(data)[0]


def read_pages(data: bytes) -> list[Article]:
    """Return the articles of a web page: one, or each of several that stand beside each other on equal terms."""
    data = _TAG.sub(_slimmed, data)
    if data.count(b"<") > _MAX_TAGS:
        return [_whole(data)]
    tree = _parsed(data)
    if tree is None:
        return [_whole(data)]
    stories = _stories(tree)
    if len(stories) < 2:
        return [_read(tree, data)]
    return [_story(tree, story) for story in stories]


def may_hold_several(data: bytes) -> bool:
    """Whether a page has to be looked at for several articles."""
    return len(re.findall(rb"<article[\s>]", data, re.IGNORECASE)) > 1


def _parsed(data: bytes) -> Any:
    from trafilatura import load_html

    with suppress(ValueError):
        return load_html(data)
    return None


def _slimmed(match: re.Match[bytes]) -> bytes:
    """Return a tag without its attributes where it has more of them than anyone writes."""
    tag = match[0]
    if len(_QUOTED.sub(b"", tag).split()) <= _MAX_ATTRIBUTES:
        return tag
    return tag[: re.match(rb"<[a-zA-Z0-9]+", tag).end()] + b">"  # type: ignore[union-attr]


def _read(tree: Any, data: bytes | None = None) -> Article:
    import trafilatura
    from lxml import etree

    address = _canonical(tree)
    dates = declared(tree, address)
    _prepare(tree)
    head = copy.deepcopy(tree)
    page: Any = trafilatura.bare_extraction(
        tree, with_metadata=True, include_comments=False, date_extraction_params={"extensive_search": False}
    )
    article = Article("")
    if page is not None and page.body is not None:
        article = Article.of_blocks(blocks_of_html(etree.tostring(page.body, encoding="unicode"), xml=True))
    if len(article.text) < _SHORT:
        # Too little for a main text to stand out; the whole page is taken, unless it is mostly something else.
        whole = text_of_html(decode(data) if data else etree.tostring(head, encoding="unicode", method="html"))
        article = (
            Article.of_blocks((block, False) for block in whole.split("\n\n"))
            if len(whole) < 2 * _SHORT or not article.text
            else article
        )
    if not article.text:
        raise ValueError("no text in the page; save the article's own page")
    return _dated(article, head, dates).described(_fields(page) if page is not None else {"url": address}, dates.order)


def _dated(article: Article, page: Any, dates: Declared) -> Article:
    """Return an article with the day that its page declares, or prints at its headline."""
    from dataclasses import replace

    day, ambiguous = (None, dates.ambiguous) if dates.day is None else (dates.day, "")
    stated = None
    if day is None:
        stated, unclear = printed(own_parts(page), dates.order)
        ambiguous = ambiguous or unclear
    return replace(article, published=day, stated=stated, ambiguous=ambiguous, order=dates.order)


def _fields(page: Any) -> dict[str, object]:
    return {"title": page.title, "source": page.sitename, "url": page.url, "authors": page.author}


def _whole(data: bytes) -> Article:
    """Return all the text of a page that is too large to be told apart, described by its head."""
    from trafilatura.metadata import extract_metadata

    text = text_of_html(decode(data))
    if not text:
        raise ValueError("no text in the page; save the article's own page")
    head = data[: 4 * SAMPLE]
    page = extract_metadata(head, date_config={"extensive_search": False})
    tree = _parsed(head)
    dates = declared(tree, page.url or "") if tree is not None else Declared(None, "", None)
    return Article(text, published=dates.day, ambiguous=dates.ambiguous).described(_fields(page), dates.order)


def _canonical(tree: Any) -> str:
    links = (link.get("href") or "" for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower())
    metas = (meta.get("content") or "" for meta in tree.iter("meta") if meta.get("property") == "og:url")
    return next((address for address in (*links, *metas) if address.startswith("http")), "")


def _prepare(tree: Any) -> None:
    """Set right what trafilatura would glue: blocks within list items, cells and quotations, marks of footnotes."""
    for element in list(tree.iter("sup")):
        before = (element.getprevious().tail if element.getprevious() is not None else element.getparent().text) or ""
        text = raised(before[-8:], element.text_content())
        for child in list(element):
            element.remove(child)
        element.text = text
        element.drop_tag()
    for element in list(tree.iter("div")):
        parent = element.getparent()
        inner = any(child.tag in ("div", "p", "ul", "ol", "table", "blockquote") for child in element)
        if parent is not None and parent.tag in ("li", "td", "th", "blockquote", "dd") and not inner:
            element.tag = "p"
    for table in list(tree.iter("table")):
        _set_rows(table)
    for element in list(tree.iter("td", "th")):
        # A table for looks spans nothing that is read; trafilatura would fill it up with empty cells.
        for span in ("colspan", "rowspan"):
            element.attrib.pop(span, None)
        # A break within a cell parts words, not paragraphs.
        for line_break in list(element.iter("br")):
            line_break.tail = f" {line_break.tail or ''}"
            line_break.drop_tag()


def _set_rows(table: Any) -> None:
    """Put the rows of a table of data, each with its headings, in its place: trafilatura drops what cells span."""
    from lxml import etree

    cells = list(table.iter("td", "th"))
    if (
        table.getparent() is None
        or any(table.iterdescendants("table", "h1", "h2", "h3", "h4"))
        or any(len(cell.text_content()) > _CELL for cell in cells)
        or len(cells) < 2
    ):
        return
    tail, table.tail = table.tail, None
    rows = blocks_of_html(etree.tostring(table, encoding="unicode", method="html"))
    table.clear()
    table.tag, table.tail = "div", tail
    for text, _ in rows:
        etree.SubElement(table, "p").text = text


def _stories(tree: Any) -> list[Any]:
    """Return the outermost <article> elements of a page that are articles in their own right."""
    found = []
    for element in tree.iter("article"):
        ancestors = [ancestor for ancestor in element.iterancestors() if isinstance(ancestor.tag, str)]
        if any(ancestor.tag in ("article", "aside", "nav", "footer") for ancestor in ancestors):
            continue
        if any(_BESIDE.search(f"{one.get('class') or ''} {one.get('id') or ''}") for one in (element, *ancestors)):
            continue
        prose = [len(paragraph.text_content()) for paragraph in element.iter("p")]
        if sum(prose) >= _STORY and next(element.iter("h1", "h2", "h3", "h4"), None) is not None:
            found.append((sum(prose), element))
    # A page with one long article and some short ones is that article's.
    most = max((size for size, _ in found), default=0)
    return [element for size, element in found] if sum(8 * size >= most for size, _ in found) > 1 else []


def _story(tree: Any, story: Any) -> Article:
    """Return one of several articles of a page, with its own day and heading and the page's site."""
    from lxml import etree, html

    metas = [
        meta
        for meta in tree.iter("meta")
        if (meta.get("property") or meta.get("name") or "") in ("og:site_name", "og:locale")
    ]
    root = tree.getroottree().getroot()
    page = html.fromstring(f'<html lang="{root.get("lang") or ""}"><head></head><body></body></html>'.replace('"', "'"))
    page.find("head").extend(copy.deepcopy(metas))
    page.find("body").append(copy.deepcopy(story))
    dates = declared(page, _canonical(tree))
    _prepare(page)
    content = etree.tostring(page.find("body"), encoding="unicode", method="html")
    article = Article.of_blocks(blocks_of_html(content))
    title = next((text for text, heading in blocks_of_html(content) if heading), "")
    site = next((meta.get("content") for meta in metas if meta.get("property") == "og:site_name"), "")
    anchor = story.get("id") or ""
    url = _canonical(tree)
    link = next(
        (
            link.get("href")
            for link in story.iter("a")
            if (link.get("href") or "").startswith("http") and link.get("rel") == "bookmark"
        ),
        "",
    )
    fields = {"title": title, "source": site, "url": link or (f"{url}#{anchor}" if url and anchor else url)}
    return _dated(article, page, dates).described(fields, dates.order)
