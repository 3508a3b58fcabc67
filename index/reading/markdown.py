"""A Markdown file -> an Article, described by its front matter."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from dateline.index.layout.markup import blocks_of_html
from dateline.index.reading.articles import Article
from dateline.index.reading.encodings import decode
from dateline.index.reading.fields import parse_fields

_FRONT_MATTER = re.compile(
    r"(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<fields>.*?)^(?P=fence)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_FIELD = re.compile(r"\s*(?:#.*\n\s*)*[\"'@\[]?[\w$@][\w .@\"'$-]*\]?\s*[:=]|\s*\{|\s*\Z")
_MAX_BRACKETS = 2_000
"""Brackets, stars and the like in a paragraph that are taken for marks: each is tried against the others."""
_PARAGRAPH = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|\Z))+")
_FOOTNOTE = re.compile(r"^\[\^[^\]\n]{1,40}\]:[ \t]+", re.MULTILINE)
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\n]{1,40}\]")


def read_markdown(data: bytes) -> Article:
    """Return a Markdown file as plain text, described by its front matter (YAML, or TOML between +++)."""
    source = decode(data)
    fields: dict[str, object] = {}
    wrong = ""
    match = _FRONT_MATTER.match(source)
    # Two rules around a text are no front matter.
    if match and _FIELD.match(match["fields"]):
        fields, wrong = parse_fields(match["fields"], "toml" if match["fence"] == "+++" else "yaml")
        source = source[match.end() :]
    article = Article.of_blocks(blocks_of_html(_html(source))).described(fields)
    return article.warned(wrong) if wrong else article


def _html(source: str) -> str:
    source = _FOOTNOTE_MARK.sub("", _FOOTNOTE.sub("\n", source))
    parser = MarkdownIt("commonmark", {"maxNesting": 20}).enable(["table", "strikethrough"])
    return str(parser.render(_PARAGRAPH.sub(_tamed, source)))


def _tamed(match: re.Match[str]) -> str:
    """Return a paragraph, without its marks where it holds more of them than anyone writes."""
    paragraph = match[0]
    if sum(map(paragraph.count, "[]*_`<>~|!")) <= _MAX_BRACKETS:
        return paragraph
    return re.sub(r"[\[\]*_`<>~|!]+", " ", paragraph)
