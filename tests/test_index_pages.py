"""Web pages: the day they declare, and nobody else's; blocks apart, tables with their headings."""

from pathlib import Path

import pytest

from dateline.index import Document
from dateline.index.errors import LoadError
from dateline.index.reading.loaders import load

pytest.importorskip("trafilatura")

TITLE = "Quay opens after nine days"
PROSE = (
    "<p>Ada Fenn, who sails the Tarnvik boat, met the harbour master, Bo Lark, on Monday to talk about the new quay,"
    " the port said in a statement.</p><p>The talks took three hours and ended with a plan, said two people who were"
    " in the room and did not want to be named.</p><p>Fenn said on Tuesday that the boat would stay in port until the"
    " quay was finished, which builders expect to cost 2.4 million crowns.</p>"
)


def page(head: str = "", above: str = "", below: str = "", after: str = "", language: str = "en") -> str:
    """A page of one article, with something in its head, under its headline, below and after it."""
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{TITLE}</title>{head}</head><body>'
        f"<article><h1>{TITLE}</h1>{above}{PROSE}{below}</article>{after}</body></html>"
    )


def ld(value: str) -> str:
    return f'<script type="application/ld+json">{value}</script>'


def read(tmp_path: Path, html: str) -> Document:
    (tmp_path / "a.html").write_text(html)
    errors: list[LoadError] = []
    [document] = load([tmp_path / "a.html"], on_error=errors.append)
    assert not errors
    return document


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


ARTICLE = '"@type": "NewsArticle", "headline": "Quay opens", "datePublished": "2026-03-04T09:30:00+02:00"'


@pytest.mark.parametrize(
    "html",
    [
        page(below='<aside><h3>Related</h3><time datetime="2024-05-05">May 5, 2024</time> Old quay</aside>'),
        page(after='<nav class="post-navigation"><a href="/x">Next</a><span class="date">5 March 2026</span></nav>'),
        page(meta("og:image", "https://cdn.example.com/2024/05/05/quay.jpg")),
        page(after="<footer>Terms of use last updated 12 March 2021</footer>"),
        page(after="<footer><p>Site last built 2023-03-03</p></footer>"),
        page(below="<p>The licence 2012-05-03 was renewed.</p>"),
        page(below='<div class="event"><span class="date">14 April 2026</span> Boat day</div>'),
        page('<meta http-equiv="last-modified" content="Tue, 03 Mar 2026 10:00:00 GMT">'),
        page(meta("article:modified_time", "2026-03-05T10:00:00Z") + meta("og:updated_time", "2026-03-05T10:00:00Z")),
        page(
            below='<div id="comments"><article><time datetime="2026-03-09">9 March 2026</time><p>Nice.</p></article></div>'
        ),
        page(ld('{"@type": "WebSite", "datePublished": "2019-01-01"}')),
        page(ld('{"@type": "ItemList", "itemListElement": [{' + ARTICLE + "}]}")),
    ],
)
def test_what_is_not_the_articles_own_says_nothing(tmp_path: Path, html: str) -> None:
    document = read(tmp_path, html)
    assert (document.published, document.published_from) == (None, "unknown")


@pytest.mark.parametrize(
    ("html", "known"),
    [
        (page(ld("{" + ARTICLE + "}") + meta("article:modified_time", "2026-03-09T10:00:00Z")), "metadata"),
        (page(ld('{"@graph": [{"@type": "WebSite", "datePublished": "2019-01-01"}, {' + ARTICLE + "}]}")), "metadata"),
        (
            page(ld('[{"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "datePublished": "2024-05-05"}]}, {' + ARTICLE + "}]")),
            "metadata",
        ),
        (page(ld('[{"@type": "NewsArticle", "headline": "Other boat", "datePublished": "2024-05-05"}, {' + ARTICLE + "}]")), "metadata"),
        (page(ld('{"@type": "WebPage", "mainEntity": {' + ARTICLE + "}}")), "metadata"),
        (page(ld('{"@type": "WebPage", "datePublished": "2026-03-04"}')), "metadata"),
        (page(meta("article:published_time", "2026-03-04T09:30:00Z") + '<link rel="canonical" href="https://example.com/2026/03/06/quay">'), "metadata"),
        (page(above='<p><time itemprop="datePublished" datetime="2026-03-04">4 March</time></p>'), "metadata"),
        (page(meta("date", "04/03/2026"), language="en-GB"), "metadata"),
        (page(meta("date", "03/04/2026"), language="en-US"), "metadata"),
        (page(above="<p>Published 03/04/2026 5:00 PM EST</p>"), "stated"),
        (page(above="<p>March 4, 2026</p>", after='<aside><time datetime="2026-03-09">Mar 9</time> Other</aside>'), "stated"),
        (page(meta("article:modified_time", "2026-03-09"), above="<p>Published March 4, 2026</p>"), "stated"),
        (page(above='<div class="meta"><span>By Cy Dahl</span><time datetime="2026-03-04T09:30">3 days ago</time></div>'), "stated"),
        (page('<link rel="canonical" href="https://example.com/2026/03/04/quay">'), "address"),
    ],
)  # fmt: skip
def test_the_day_a_page_declares_or_prints(tmp_path: Path, html: str, known: str) -> None:
    document = read(tmp_path, html)
    assert (document.published, document.published_from) == ("2026-03-04", known)


def test_a_day_that_can_be_read_in_two_ways_is_said_to_be_so(tmp_path: Path) -> None:
    document = read(tmp_path, page(meta("date", "04/03/2026")))
    assert (document.published, document.published_from) == (None, "ambiguous")
    assert document.metadata["published_as_written"] == "04/03/2026"


def test_several_articles_of_a_page_are_several_documents(tmp_path: Path) -> None:
    days = {"Quay opens": "4 March 2026", "Boat sinks": "2 March 2026", "Fish return": "1 March 2026"}
    stories = "".join(f"<article><h2>{title}</h2><p>{day}</p>{PROSE}</article>" for title, day in days.items())
    head = '<title>Briefs</title><meta property="og:site_name" content="The Quay Post">'
    (tmp_path / "a.html").write_text(f'<html lang="en"><head>{head}</head><body><h1>Briefs</h1>{stories}</body></html>')
    documents = list(load([tmp_path], on_error=pytest.fail))
    assert [document.doc_id for document in documents] == ["a.html", "a.html#2", "a.html#3"]
    assert [document.title for document in documents] == list(days)
    assert [document.published for document in documents] == ["2026-03-04", "2026-03-02", "2026-03-01"]
    assert {document.source for document in documents} == {"The Quay Post"}


def test_teasers_make_no_documents(tmp_path: Path) -> None:
    teasers = "".join(
        f"<article class='teaser'><h3>Other {n}</h3><p>{'A boat sails. ' * 9}</p></article>" for n in range(4)
    )
    document = read(tmp_path, page(ld("{" + ARTICLE + "}"), after=teasers))
    assert (document.title, document.published) == (TITLE, "2026-03-04")


@pytest.mark.parametrize(
    ("html", "parts"),
    [
        ("<ul><li>Facts<ul><li>Built 1998</li><li>Seats 300</li></ul></li></ul>", ["Facts", "Built 1998", "Seats 300"]),
        ("<ul><li><p>One sailed.</p><p>Two stayed.</p></li></ul>", ["One sailed.", "Two stayed."]),
        ("<ul><li><div>One sailed.</div><div>Two stayed.</div></li></ul>", ["One sailed.", "Two stayed."]),
        ("<blockquote><div>“We stay,” she said.</div><div>“Always.”</div></blockquote>", ["“We stay,” she said.", "“Always.”"]),
        ("<section><p>First</p>loose words<div><h4>A head</h4><p>More</p>and these</div></section>", ["First", "loose words", "A head", "More", "and these"]),
        ("<p>It shut in 2019<sup>3</sup> at 12<sup>a</sup> crowns, she said.<sup>[4]</sup></p>", ["It shut in 2019 at 12 crowns, she said."]),
        ("<p>It holds 10<sup>6</sup> fish on 5 km<sup>2</sup> for the 4<sup>th</sup> year.</p>", ["It holds 10⁶ fish on 5 km² for the 4th year."]),
        (
            "<table><tr><td>Quay List<br>12 seats</td><td><p>Boat Party</p><p>9 seats</p></td></tr></table>",
            ["Quay List 12 seats | Boat Party 9 seats"],
        ),
        (
            "<table><thead><tr><th>Office</th><th>Billion crowns</th></tr></thead><tbody><tr><td>Harbours</td><td>87</td></tr>"
            "<tr><td>Roads</td><td>54</td></tr></tbody></table>",
            ["Office | Billion crowns", "Harbours: 87 (Billion crowns)", "Roads: 54 (Billion crowns)"],
        ),
        (
            "<table><tr><th rowspan=2>Party</th><th colspan=2>Seats</th></tr><tr><th>2021</th><th>2025</th></tr>"
            "<tr><td>Quay</td><td>9</td><td>12</td></tr></table>",
            ["Party | Seats", "Party | 2021 | 2025", "Quay: 9 (Seats 2021); 12 (Seats 2025)"],
        ),
    ],
)  # fmt: skip
def test_blocks_stay_apart(tmp_path: Path, html: str, parts: list[str]) -> None:
    blocks = read(tmp_path, page(below=html)).text.split("\n\n")
    start = blocks.index(parts[0])
    assert blocks[start : start + len(parts)] == parts


def test_saved_page_without_its_companions(tmp_path: Path) -> None:
    (tmp_path / "quay.html").write_text(page())
    for name in ("quay_files/saved_resource.html", "quay_files/a.css", "__MACOSX/._quay.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("<p>Buy a boat.</p>")
    for name in ("Thumbs.db", "desktop.ini", "~$quay.docx", "quay.png", "quay.js"):
        (tmp_path / name).write_bytes(b"\0")
    errors: list[LoadError] = []
    assert [document.doc_id for document in load([tmp_path], on_error=errors.append)] == ["quay.html"]
    assert not errors
