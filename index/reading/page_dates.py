"""What a web page declares as its day of publication, the surest first.

Only the article's own counts: JSON-LD of the article, then the meta tags made for it, then an element marked as
its time of publication, then the page's own JSON-LD. A time of change, of a comment, of a related story or of an
event says nothing. What is printed beside the headline is looked for by ``printed``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from dateline.index.dates.datelines import find_dateline
from dateline.index.dates.written import AmbiguousDateError, Order, day_order, read_date
from dateline.index.layout.markup import blocks_of_html

_ARTICLE = re.compile(r"(?:\w*Article|BlogPosting|LiveBlogPosting|SocialMediaPosting|Report|Review|OpEd)$")
_PAGE = frozenset(("WebPage", "ItemPage", "AboutPage"))
_INWARDS = ("@graph", "mainEntity", "mainEntityOfPage")
"""Where a page's JSON-LD holds its own things; what else it names is other things, with dates of their own."""
_METAS = (
    "article:published_time", "article:published", "og:article:published_time", "og:published_time", "datepublished",
    "date_published", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "bt:pubdate", "pubdate",
    "publishdate", "publish-date", "publish_date", "publication-date", "publication_date", "originalpublicationdate",
    "citation_publication_date", "citation_online_date", "dcterms.issued", "dc.date.issued", "dcterms.date", "dc.date",
    "citation_date", "date",
)  # fmt: skip
"""Meta tags that are made for the day of publication, the surest first."""
_ELSEWHERE = re.compile(
    r"\b(?:comment|related|sidebar|recirc|teaser|promo|latest|trending|popular|recommend|more-(?:news|stories|from|on)|next|prev|"
    r"navigation|event|widget|footer|newsletter|read-?more|see-?also|card)",
    re.IGNORECASE,
)
_OUTSIDE = frozenset(("aside", "nav", "footer"))
_CHANGED = re.compile(r"updat|modif|chang|revis", re.IGNORECASE)
_PUBLISHED_CLASS = re.compile(
    r"(?:^|[\s_-])(?:dt-published|published|pubdate|publish(?:ed)?-?(?:date|time|on)|entry-date|post-date|date-?published)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BEFORE, _AFTER = 4, 8
"""Blocks above and below a headline among which its date is printed."""


class Declared(NamedTuple):
    """The day of publication (ISO) or what is written for it and can be read in two ways; and the page's order."""

    day: str | None
    ambiguous: str
    order: Order | None


def declared(page: Any, address: str = "") -> Declared:
    """Return what a parsed page declares."""
    written = [date for date in _written(page, address) if date.strip()]
    order = order_of(page, address, written)
    ambiguous = ""
    for text in written:
        try:
            day = read_date(text, order)
        except AmbiguousDateError:
            ambiguous = ambiguous or text
        except ValueError:
            continue
        else:
            if day:
                return Declared(day[:10], "", order)
    return Declared(None, ambiguous, order)


def order_of(page: Any, address: str, written: list[str]) -> Order | None:
    """Return what dates in figures begin with on a page."""
    locale = next((meta.get("content") or "" for meta in page.iter("meta") if meta.get("property") == "og:locale"), "")
    root = page.getroottree().getroot()
    language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    if "-" not in language.replace("_", "-") and locale[:2].lower() == language[:2].lower():
        language = locale
    return day_order(written, language=language, address=urlsplit(address).hostname or "")


def printed(html: str, order: Order | None) -> tuple[str | None, str]:
    """Return the day that is printed at an article's headline, and one that can be read in two ways."""
    blocks = blocks_of_html(html)
    at = next((number for number, (_, heading) in enumerate(blocks) if heading), None)
    if at is None:
        return None, ""
    near = [text for text, _ in blocks[max(0, at - _BEFORE) : at]]
    for text, _ in blocks[at + 1 : at + 1 + _AFTER]:
        near.append(text)
        if len(text) > 80:
            break
    found = find_dateline("\n\n".join(near), order)
    if found is None or found.kind != "published":
        return None, ""
    return found.date, found.ambiguous


def own_parts(page: Any) -> str:
    """Return the HTML of a page without what stands beside its article; times as the page's program writes them."""
    from lxml import etree

    for element in list(page.iter("aside", "nav", "footer", "div", "section", "ul", "ol")):
        if element.getparent() is not None and (element.tag in _OUTSIDE or _is_elsewhere(element)):
            element.drop_tree()
    for moment in list(page.iter("time")):
        marks = f"{moment.get('class') or ''} {moment.get('itemprop') or ''}"
        if moment.get("datetime") and not _CHANGED.search(marks):
            with suppress(ValueError):
                day = read_date(moment.get("datetime"))
                if day and not re.search(r"\d{4}", moment.text_content()):
                    for child in list(moment):
                        moment.remove(child)
                    moment.text = day[:10]
    return str(etree.tostring(page, encoding="unicode", method="html"))


def _is_elsewhere(element: Any) -> bool:
    return _ELSEWHERE.search(f"{element.get('class') or ''} {element.get('id') or ''}") is not None


def _written(page: Any, address: str) -> Iterator[str]:
    """Yield the dates of publication that a page declares, the surest first."""
    nodes = [node for script in page.iter("script") for node in _json_ld(script)]
    articles = [node for node in nodes if _is_type(node, _ARTICLE)]
    yield from _of_articles(articles, page, address)
    metas: dict[str, str] = {}
    for meta in page.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()
        if meta.get("content") and not _inside_elsewhere(meta):
            metas.setdefault(name, meta.get("content"))
    yield from (metas[name] for name in _METAS if name in metas)
    for element in page.iter("time", "span", "div", "abbr", "p"):
        marks = f"{element.get('itemprop') or ''} {element.get('class') or ''}"
        marked = element.get("itemprop") == "datePublished" or (
            element.tag == "time" and element.get("pubdate") is not None
        )
        by_class = _PUBLISHED_CLASS.search(marks) and not _CHANGED.search(marks) and element.tag in ("time", "abbr")
        if (marked or by_class) and not _inside_elsewhere(element):
            yield (
                element.get("datetime")
                or element.get("content")
                or element.get("title")
                or element.text_content()[:100]
            )
    if not articles:
        yield from (str(node["datePublished"]) for node in nodes if _is_type(node, _PAGE) and node.get("datePublished"))


def _inside_elsewhere(element: Any) -> bool:
    """Whether an element stands in a comment, a sidebar or a list of other stories."""
    return any(
        ancestor.tag in _OUTSIDE
        or (ancestor.tag not in ("body", "html", "article", "main") and _is_elsewhere(ancestor))
        for ancestor in (element, *element.iterancestors())
        if isinstance(ancestor.tag, str)
    )


def _json_ld(script: Any) -> Iterator[dict[str, Any]]:
    """Yield the things that a page's JSON-LD says of the page itself."""
    if "ld+json" not in (script.get("type") or ""):
        return
    source = (
        (script.text or "")
        .strip()
        .removeprefix("<!--")
        .removesuffix("-->")
        .removeprefix("//<![CDATA[")
        .removesuffix("//]]>")
    )
    try:
        pending = [json.loads(source, strict=False)]
    except (ValueError, RecursionError):
        return
    seen = 0
    while pending and seen < 1_000:
        seen += 1
        found = pending.pop(0)
        if isinstance(found, list):
            pending = [*found, *pending]
        elif isinstance(found, dict):
            yield found
            pending = [*(found[key] for key in _INWARDS if isinstance(found.get(key), dict | list)), *pending]


def _is_type(node: dict[str, Any], wanted: re.Pattern[str] | frozenset[str]) -> bool:
    types = node.get("@type")
    names = types if isinstance(types, list) else [types]
    if isinstance(wanted, frozenset):
        return any(name in wanted for name in names if isinstance(name, str))
    return any(wanted.match(name.rsplit("/", 1)[-1]) for name in names if isinstance(name, str))


def _of_articles(articles: list[dict[str, Any]], page: Any, address: str) -> Iterator[str]:
    """Yield the dates of the article that the page is about; of several the one with its address or headline."""
    dated = [node for node in articles if node.get("datePublished")]
    if len({str(node["datePublished"])[:10] for node in dated}) > 1:
        own = [node for node in dated if _is_of(node, page, address)]
        dated = own if len({str(node["datePublished"])[:10] for node in own}) == 1 else []
    yield from (str(node["datePublished"]) for node in dated)


def _is_of(node: dict[str, Any], page: Any, address: str) -> bool:
    addresses = {str(node.get(key)) for key in ("url", "@id") if node.get(key)}
    whole = node.get("mainEntityOfPage")
    addresses.add(str(whole.get("@id") if isinstance(whole, dict) else whole))
    if address and any(one.partition("#")[0].rstrip("/") == address.rstrip("/") for one in addresses):
        return True
    headline = _words(str(node.get("headline") or node.get("name") or ""))
    titles = [_words(element.text_content()) for name in ("h1", "title") for element in page.iter(name)]
    return bool(headline) and any(headline in title or (title and title in headline) for title in titles)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
