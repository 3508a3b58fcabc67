"""Answers and articles as HTML: complete, lit in the right places, and inert whatever an article contains."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from newsroom import AGAIN, ANSWER, CALLED, DECLINED, HARBOUR, HOSTILE, MET, UNDATED, cite

from dateline.rag.answer import Answer, Sentence
from dateline.rag.chat.conversations import Limits, Turn
from dateline.rag.chat.turns import turn_html
from dateline.rag.html import render

SAFE_TAGS = {
    "section",
    "article",
    "header",
    "nav",
    "div",
    "p",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "strong",
    "em",
    "details",
    "summary",
    "label",
    "textarea",
    "b",
    "q",
    "i",
    "span",
    "mark",
    "button",
    "a",
    "blockquote",
}


class Page(HTMLParser):
    """Every tag with its attributes, and the text outside of tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.tags if name in (attributes.get("class") or "").split()]


def lit(html: str, n: int) -> str:
    """The text of the marks that carry a citation's number, without labels and resolved days."""
    marks = re.findall(rf'<mark data-n="(?:\d+ )*{n}(?: \d+)*" tabindex="-1">(.*?)</mark>', html, re.S)
    plain = re.sub(r'<span class="dl-(?:n|meant)".*?</span>', "", "".join(marks))
    return unescape(re.sub(r"<[^>]+>", "", plain))


def test_every_mark_is_a_named_button_with_its_quote() -> None:
    page = Page(render.answer_html(ANSWER, "t5"))
    marks = page.named("dl-mark")
    assert [mark["data-n"] for mark in marks] == ["1", "2", "3"]
    assert {mark["data-turn"] for mark in marks} == {"t5"}
    assert marks[0]["data-quote"] == MET.quote
    assert marks[0]["data-dates"] == "“on Tuesday” → Tue 4 March 2025"
    label = marks[0]["aria-label"] or ""
    assert label.startswith("Source 1: Harbour reopens · Coast Courier · Thu 6 March 2025")


def test_brackets_that_are_no_mark_stay_the_articles_own_text() -> None:
    answer = replace(ANSWER, text="They won [7] games. [1]")
    page = Page(render.answer_html(answer, "t1"))
    assert "They won [7] games." in page.text
    assert len(page.named("dl-mark")) == 1


def test_the_cited_sentences_are_lit_whole_and_nothing_else_is() -> None:
    html = render.sources_html(ANSWER, {d.doc_id: d for d in (HARBOUR, UNDATED)}, "t1")
    for citation in (MET, CALLED, AGAIN):
        assert lit(html, citation.n) == citation.quote
    assert "heroes" not in "".join(re.findall(r"<mark.*?</mark>", html))


def test_resolved_days_stand_after_the_articles_words() -> None:
    html = render.sources_html(ANSWER, {d.doc_id: d for d in (HARBOUR, UNDATED)}, "t1")
    assert '<span class="dl-said">on Tuesday</span><span class="dl-meant"> → Tue 4 March 2025</span>' in html
    assert "a Friday" in Page(html).text


def test_the_header_tells_title_outlet_date_and_how_it_is_known() -> None:
    text = Page(render.sources_html(ANSWER, {d.doc_id: d for d in (HARBOUR, UNDATED)}, "t1")).text
    assert "Harbour reopensCoast Courier · Thu 6 March 2025, as the article states" in text
    assert "Ferry line speaksUndated" in text


def test_furniture_is_not_shown_and_the_title_only_once() -> None:
    text = Page(render.article_html(HARBOUR, ())).text
    assert "share-icon" not in text
    assert text.count("Harbour reopens") == 1
    assert "Thu Mar 06 2025" in text


def test_overlapping_citations_share_one_lit_run() -> None:
    inner = cite(4, HARBOUR, "met the pilots")
    html = render.article_html(HARBOUR, (MET, inner), "t1")
    assert lit(html, 1) == MET.quote
    assert lit(html, 4) == "met the pilots"
    assert '<mark data-n="1 4"' in html


@pytest.mark.parametrize("abstained", [False, True])
def test_hostile_articles_do_nothing(abstained: bool) -> None:
    quote = HOSTILE.text
    citation = cite(1, HOSTILE, quote)
    answer = Answer(
        question=quote,
        standalone_question=quote + "?",
        text=quote if abstained else f"{quote} [1]",
        sentences=(Sentence(quote, (1,), "unsupported"),),
        citations=() if abstained else (citation,),
        nearest=(citation,) if abstained else (),
        abstained=abstained,
        reason="not_mentioned" if abstained else None,
        notice=quote,
        mode=quote,
    )
    html = turn_html(Turn(1, answer, Limits(after=quote)), quote)
    html += render.sources_html(answer, {HOSTILE.doc_id: HOSTILE}, quote)
    html += render.sources_html(answer, {}, quote)
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= SAFE_TAGS
    for _, attributes in page.tags:
        assert not any(name.startswith("on") or name in ("src", "srcdoc") for name in attributes)
        assert (attributes.get("href") or "documents/").startswith(("documents/", "data:text/csv"))
    # The words themselves are there for the reader to see.
    assert "<script>alert(1)</script>" in page.text
    assert "![pixel](http://evil.example/p.png)" in page.text


def test_an_abstention_is_no_answer_and_says_why() -> None:
    html = render.answer_html(DECLINED, "t1")
    page = Page(html)
    assert page.named("dl-abstained")
    assert not page.named("dl-mark")
    assert "No answer: not stated in these articles" in page.text
    assert DECLINED.text in page.text
    assert MET.quote in page.text
    assert page.named("dl-open")[0]["data-n"] == "1"
    assert 'data-kind="nearest"' in render.sources_html(DECLINED, {HARBOUR.doc_id: HARBOUR}, "t1")


def test_unsupported_sentences_of_a_model_are_flagged() -> None:
    answer = replace(ANSWER, mode="tiny-model", sentences=(Sentence("The mayor resigned.", (), "unsupported"),))
    text = Page(render.answer_html(answer, "t1")).text
    assert "Not supported by the articles" in text
    assert "The mayor resigned." in text
    assert "tiny-model" in Page(render.summary_html(answer)).text


def test_each_sentence_of_a_model_says_how_it_is_supported() -> None:
    answer = replace(
        ANSWER,
        mode="tiny-model",
        text="Brandt met them. [1] [2] She resigned. She <ate>.",
        sentences=(
            Sentence("Brandt met them.", (1, 2), "supported"),
            Sentence("She resigned.", (), "unsupported"),
            Sentence("She <ate>.", (3,), "verbatim"),
        ),
    )
    text = Page(render.answer_html(answer, "t1")).text
    assert text == (
        "Brandt met them. 1 2 checked against its source She resigned. not supported by the articles"
        " She <ate>. quoted word for word"
    )
    assert "dl-badge" not in render.answer_html(ANSWER, "t1")


def test_a_removed_article_is_told_and_its_quote_kept() -> None:
    text = Page(render.sources_html(ANSWER, {HARBOUR.doc_id: HARBOUR}, "t1")).text
    assert "This article has since been removed." in text
    assert AGAIN.quote in text


def test_a_document_page_needs_nothing_beside_itself() -> None:
    html = render.document_page(HARBOUR)
    assert html.startswith("<!doctype html>")
    assert not re.search(r'(?:src|href)="https?://(?!example\.org)', html)
    starts = [int(found) for found in re.findall(r'data-start="(\d+)"', html)]
    assert all(HARBOUR.text[start:].startswith(("Thu", "Mayor", "The ferry")) for start in starts)
    assert len(starts) == 3


def test_links_to_sentences_quote_the_id() -> None:
    assert render.sentence_link("a b/ä#?.txt", 3, 9) == "documents/a%20b/%C3%A4%23%3F.txt#char=3,9"


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("2026-01-29", "Thu 29 January 2026"),
        ("2026-01-29T10:00:00Z", "Thu 29 January 2026"),
        (None, ""),
        ("soon", "soon"),
    ],
)
def test_days_in_words(iso: str | None, words: str) -> None:
    assert render.day(iso) == words


def test_markdown_that_answers_are_written_in() -> None:
    answer = replace(
        ANSWER, text="# Head\n\nfirst\n*(soft)* 2*3*4 **bold \\[1\\]**\n\n- one [1]\n- two\n\n> said\n\n| a\\|b | c |"
    )
    html = render.answer_html(answer, "t1")
    assert (
        "<p><strong>Head</strong></p><p>first <em>(soft)</em> 2*3*4 <strong>bold [1]</strong></p><ul><li>one <button"
        in html
    )
    assert "<blockquote><p>said</p></blockquote>" in html
    assert "<td>a|b</td><td>c</td>" in html
