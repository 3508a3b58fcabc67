"""Answer and Document -> HTML: the answer with its marks, and the articles with the cited sentences lit.

Every text of an article, a model or a person is escaped here and nowhere else; pages put these
strings in as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from importlib import resources
from itertools import groupby, pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote as url_quote
from urllib.parse import urlsplit

from dateline.index.dates.expressions import TimeExpression, describe
from dateline.index.documents import Document
from dateline.rag.answer import Answer, Citation
from dateline.rag.html.markup import MarkHtml, blocks

if TYPE_CHECKING:
    from dateline.index.documents import Passage
    from dateline.rag.search.retriever import Hit

WHY = {
    "no_documents": "No answer: there are no articles yet",
    "not_mentioned": "No answer: not mentioned in these articles",
    "not_stated": "No answer: not stated in these articles",
    "outside_dates": "No answer: no article within these dates",
    "unclear_question": "No answer: the question is not clear",
}
"""The heading of what is no answer, by its reason."""


def day(iso: str | None) -> str:
    """``2026-01-29`` (or a date-time) -> ``Thu 29 January 2026``; anything else as it stands."""
    try:
        when = date.fromisoformat((iso or "")[:10])
    except ValueError:
        return iso or ""
    return f"{when:%a} {when.day} {when:%B} {when.year}"


def published(iso: str | None, known: str) -> str:
    """When an article was published and how that is known, in words."""
    if not iso:
        return "Undated: its date could be read in two ways" if known == "ambiguous" else "Undated"
    how = {
        "stated": "as the article states",
        "metadata": "as given with the article",
        "address": "as its address says",
    }.get(known, "")
    return f"{day(iso)}, {how}" if how else day(iso)


def confidence_words(confidence: float) -> str:
    """A confidence without false precision."""
    if confidence >= 0.8:
        return "Well supported"
    return "Probably right" if confidence >= 0.5 else "Weakly supported: check the sources"


def sentence_link(doc_id: str, start: int | None = None, end: int | None = None) -> str:
    """Address of a document in the chat, and of a range of its characters."""
    path = f"documents/{url_quote(doc_id)}"
    return path if start is None else f"{path}#char={start},{end}"


def resolved_dates(citation: Citation) -> list[tuple[str, str]]:
    """The words for a time in a quote and the days they stand for, where that says more than the words."""
    pairs = [(expression.text, meaning(expression)) for expression in citation.dates]
    return [(said, meant) for said, meant in pairs if meant]


def meaning(expression: TimeExpression) -> str:
    """The days that a time expression stands for, in words; empty where its own words say as much."""
    said, meant = expression.text, describe(expression)
    if meant.startswith(f"“{said}”"):
        meant = meant.removeprefix(f"“{said}”").strip().removeprefix("(").removesuffix(")")
    return "" if meant.casefold() == said.casefold() else meant


def card_data(citation: Citation, turn: str) -> str:
    """The attributes by which the page finds a citation's sentence and shows its card on hovering."""
    outlet = where(citation)
    dates = "; ".join(f"“{said}” → {meant}" for said, meant in resolved_dates(citation))
    return (
        f'data-turn="{escape(turn)}" data-n="{citation.n}" data-quote="{escape(citation.quote)}"'
        f' data-from="{escape(outlet)}" data-dates="{escape(dates)}"'
    )


def where(citation: Citation) -> str:
    """Title, outlet and day of a citation's article, as far as they are known."""
    parts = (citation.title or citation.doc_id, citation.source, day(citation.published))
    return " · ".join(part for part in parts if part)


def mark_button(citation: Citation, turn: str) -> str:
    """The numbered mark that opens a citation; its quote and dates show on hovering and on focus."""
    return (
        f'<button type="button" class="dl-mark" {card_data(citation, turn)}'
        f' aria-label="Source {citation.n}: {escape(where(citation))}. Show the sentence">{citation.n}</button>'
    )


def answer_html(answer: Answer, turn: str, *, fold: bool = False) -> str:
    """The answer with its marks, or, visibly not an answer, why there is none and what comes nearest.

    ``fold`` adds what a model wrote and the articles do not say, folded away.
    """
    if answer.abstained:
        return _abstained(answer, turn) + _dropped(answer, fold=fold)
    citations = {citation.n: citation for citation in answer.citations}

    def mark(n: int) -> str | None:
        return mark_button(citations[n], turn) if n in citations else None

    html = [f'<div class="dl-text">{_badged(answer, mark)}</div>']
    flagged = [s.text for s in answer.sentences if s.support == "unsupported" and s.text not in answer.text]
    if flagged:
        items = "".join(f"<li>{escape(text)}</li>" for text in flagged)
        html.append(
            f'<div class="dl-flag" role="note"><strong>Not supported by the articles</strong><ul>{items}</ul></div>'
        )
    if answer.notice:
        status = ' role="status"' if answer.provisional else ""
        html.append(f'<p class="dl-notice"{status}>{escape(answer.notice)}</p>')
    return "".join(html) + _dropped(answer, fold=fold)


def _dropped(answer: Answer, *, fold: bool) -> str:
    """What a model wrote and the articles do not say, each with the reason, folded away; "" where it stays out."""
    if not fold or not answer.dropped:
        return ""
    items = "".join(f"<li>{escape(d.text)} <small>({escape(d.why)})</small></li>" for d in answer.dropped)
    return (
        '<details class="dl-dropped"><summary>Written by the language model, but not in the articles</summary>'
        f"<ul>{items}</ul></details>"
    )


_BADGES = {
    "verbatim": "quoted word for word",
    "supported": "checked against its source",
    "unsupported": "not supported by the articles",
}
_PRIVATE = 0xE000
"""First of Unicode's private characters: they hold the badges' places while Markdown becomes HTML."""


def _badged(answer: Answer, mark: MarkHtml) -> str:
    """The text, and where a model wrote it, after each sentence and its marks how that sentence is supported."""
    if answer.mode == "extractive":
        return blocks(answer.text, mark)
    text = re.sub("[\ue000-\uf8ff]", "", answer.text)
    position = 0
    for number, sentence in enumerate(answer.sentences):
        found = text.find(sentence.text, position)
        if found < 0 or not sentence.text:
            continue
        behind = re.compile(r"(?:\s*\[\d+\])*").match(text, found + len(sentence.text))
        position = behind.end() if behind else found + len(sentence.text)
        text = text[:position] + chr(_PRIVATE + number) + text[position:]
    html = blocks(text, mark)
    for number, sentence in enumerate(answer.sentences):
        badge = f' <span class="dl-badge dl-{sentence.support}">{_BADGES[sentence.support]}</span>'
        html = html.replace(chr(_PRIVATE + number), badge)
    return html


def dates_html(answer: Answer, turn: str) -> str:
    """The times that the cited sentences name in words, each with its days and its mark."""
    seen: dict[tuple[str, str], list[Citation]] = {}
    for citation in answer.citations:
        for pair in resolved_dates(citation):
            marks = seen.setdefault(pair, [])
            if citation not in marks:
                marks.append(citation)
    if not seen:
        return ""
    items = "".join(
        f'<li><q>{escape(said)}</q> <span class="dl-arrow" aria-label="means">→</span> <b>{escape(meant)}</b> '
        + "".join(mark_button(citation, turn) for citation in marks)
        + "</li>"
        for (said, meant), marks in seen.items()
    )
    return f'<section class="dl-dates" aria-label="Dates in these sentences"><h4>Dates as resolved</h4><ul>{items}</ul></section>'


def summary_html(answer: Answer) -> str:
    """One quiet line under an answer: how well it is supported, from what, by which mode."""
    if answer.abstained:
        return ""
    articles = len({citation.doc_id for citation in answer.citations})
    support = {sentence.support for sentence in answer.sentences}
    kind = (
        "Every sentence is quoted word for word"
        if support == {"verbatim"}
        else f"Written by {answer.mode}, checked against its sources"
    )
    quotes = len(answer.citations)
    sources = f"{quotes} quote{'s' if quotes != 1 else ''} from {articles} article{'s' if articles != 1 else ''}"
    taken = answer.ms.get("total")
    parts = [confidence_words(answer.confidence), kind, sources]
    if taken is not None:
        parts.append(f"{taken / 1000:.1f} s" if taken >= 1000 else f"{taken:.0f} ms")
    return '<p class="dl-summary">' + " · ".join(escape(part) for part in parts) + "</p>"


def _abstained(answer: Answer, turn: str) -> str:
    html = [
        '<section class="dl-abstained" role="note" aria-label="Not answered">',
        f"<h3>{escape(WHY.get(answer.reason or '', 'No answer from these articles'))}</h3>",
        f"<p>{escape(answer.text)}</p>" if answer.text else "",
    ]
    if answer.nearest:
        html.append("<h4>Nearest in the articles, but not an answer</h4><ul class='dl-nearest'>")
        for citation in answer.nearest:
            html.append(
                f"<li><q>{escape(citation.quote)}</q><div><span>{escape(where(citation))}</span>"
                f'<button type="button" class="dl-open" data-turn="{escape(turn)}" data-n="{citation.n}"'
                f' aria-label="Show in the article: {escape(where(citation))}">Show in the article</button></div></li>'
            )
        html.append("</ul>")
    html.append("</section>")
    return "".join(html)


def sources_html(answer: Answer, documents: Mapping[str, Document], turn: str) -> str:
    """The articles that an answer cites (or comes nearest to), in order of first mark, quotes lit."""
    citations = answer.nearest if answer.abstained else answer.citations
    by_document: dict[str, list[Citation]] = {}
    for citation in citations:
        by_document.setdefault(citation.doc_id, []).append(citation)
    articles = [
        article_html(documents[doc_id], cited, turn) if doc_id in documents else _gone(cited[0])
        for doc_id, cited in by_document.items()
    ]
    kind = "nearest" if answer.abstained else "cited"
    return f'<div class="dl-sources" data-turn="{escape(turn)}" data-kind="{kind}">{"".join(articles)}</div>'


def passages_html(hits: Sequence[Hit]) -> str:
    """The passages that were found for a question, best first, folded away."""
    if not hits:
        return ""
    items = "".join(
        f'<li><a href="{escape(sentence_link(p.doc_id, p.start, p.end))}" target="_blank" rel="noopener">'
        f"{escape(p.title or p.doc_id)}</a><span>{escape(_outlet(p))}</span><p>{escape(p.text)}</p></li>"
        for p in (hit.passage for hit in hits)
    )
    count = f"{len(hits)} passages" if len(hits) > 1 else "1 passage"
    return f'<details class="dl-found"><summary>{count} found for this question</summary><ol>{items}</ol></details>'


def _outlet(passage: Passage) -> str:
    return " · ".join(part for part in (passage.source, day(passage.published) or "undated") if part)


def _gone(citation: Citation) -> str:
    return (
        f'<article class="dl-article"><header><h3>{escape(citation.title or citation.doc_id)}</h3></header>'
        f'<p class="dl-why">This article has since been removed.</p><p><q>{escape(citation.quote)}</q></p></article>'
    )


def article_html(document: Document, citations: Sequence[Citation], turn: str = "") -> str:
    """One article without its web furniture; cited sentences lit, their dates followed by the days they mean."""
    marks = "".join(
        f'<button type="button" class="dl-jump" data-turn="{escape(turn)}" data-n="{citation.n}"'
        f' data-char="{citation.start},{citation.end}"'
        f' aria-label="Go to quote {citation.n}">{citation.n}</button>'
        for citation in citations
    )
    nav = f'<nav aria-label="Quotes in this article">{marks}</nav>' if marks else ""
    byline = [escape(document.source)] if document.source else []
    byline.append(f'<span class="dl-published">{escape(published(document.published, document.published_from))}</span>')
    byline.append(
        f'<a class="dl-permalink" href="{escape(sentence_link(document.doc_id))}" target="_blank" rel="noopener">Link</a>'
    )
    if urlsplit(document.url).scheme in ("http", "https"):
        byline.append(
            f'<a href="{escape(document.url)}" target="_blank" rel="noopener noreferrer nofollow">Original</a>'
        )
    body = "".join(
        f'<p data-start="{start}">{_lit(document, start, end, citations)}</p>'
        for start, end in _paragraphs(document, citations)
    )
    return (
        f'<article class="dl-article" data-doc="{escape(document.doc_id)}">'
        f'<header><h3>{escape(document.title or document.doc_id)}</h3><p class="dl-byline">{" · ".join(byline)}</p>{nav}</header>'
        f'<div class="dl-body">{body}</div></article>'
    )


def _paragraphs(document: Document, citations: Sequence[Citation]) -> list[tuple[int, int]]:
    """Spans of the lines worth showing: no furniture, nor a first line that only repeats the title."""
    spans: list[tuple[int, int]] = []
    position = 0
    for line in document.text.splitlines(keepends=True):
        start, end = position, position + len(line.rstrip())
        position += len(line)
        for first, last in sorted(document.furniture):
            if start < last and first < end:
                spans.append((start, first))
                start = last
        spans.append((start, end))
    shown = [(start, end) for start, end in spans if document.text[start:end].strip()]
    if shown and document.text[slice(*shown[0])].strip() == document.title.strip():
        start, end = shown[0]
        if not any(c.start < end and start < c.end for c in citations):
            del shown[0]
    return shown


def _lit(document: Document, start: int, end: int, citations: Sequence[Citation]) -> str:
    """The text of a span as HTML, cut wherever a quote or a time expression begins or ends."""
    inside = [c for c in citations if c.start < end and start < c.end]
    dates = {(d.start, d.end): d for citation in inside for d in citation.dates}
    edges = {start, end}
    for first, last in [*((c.start, c.end) for c in inside), *dates]:
        edges.update(edge for edge in (first, last) if start < edge < end)
    html: list[str] = []
    pieces = [
        (left, right, [c for c in inside if c.start <= left and right <= c.end])
        for left, right in pairwise(sorted(edges))
    ]
    for cited, run in groupby(pieces, key=lambda piece: piece[2]):
        text = ""
        for left, right, _ in run:
            labels = "".join(f'<span class="dl-n" aria-hidden="true">{c.n}</span>' for c in cited if c.start == left)
            expression = next((d for (first, last), d in dates.items() if first <= left and right <= last), None)
            piece = escape(document.text[left:right])
            text += labels + (_dated(piece, expression, last=right == expression.end) if expression else piece)
        numbers = " ".join(str(citation.n) for citation in cited)
        html.append(f'<mark data-n="{numbers}" tabindex="-1">{text}</mark>' if cited else text)
    return "".join(html)


def _dated(piece: str, expression: TimeExpression, *, last: bool) -> str:
    meant = meaning(expression)
    if not last or not meant:
        return f'<span class="dl-said">{piece}</span>'
    return f'<span class="dl-said">{piece}</span><span class="dl-meant"> → {escape(meant)}</span>'


def lines_html(lines: Sequence[str]) -> str:
    """What became of something, a line each."""
    return '<ul class="dl-said-lines" role="status">' + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def page_html(title: str, body: str, style: str = "", script: str = "") -> str:
    """A whole page that needs nothing beside itself."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f'<body class="dl-page"><main>{body}</main><script>{script}</script></body></html>'
    )


def document_page(document: Document) -> str:
    """One article as a page; ``#char=START,END`` lights and shows those characters of it."""
    return page_html(
        document.title or document.doc_id,
        article_html(document, ()),
        asset("fonts.css") + asset("page.css"),
        asset("page.js"),
    )


def asset(name: str) -> str:
    """The text of a style sheet or script of the page."""
    return resources.files("dateline.rag.html").joinpath(name).read_text(encoding="utf-8")
