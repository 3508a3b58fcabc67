"""A conversation as a Word document whose marks are footnotes; needs the extra ``export`` (python-docx)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any

from dateline.index.errors import ModelError
from dateline.rag.answer import Citation
from dateline.rag.chat.conversations import Conversation
from dateline.rag.html import render

_MARK = re.compile(r"\[(\d+)\]")
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FRAME = (
    '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
    "</w:footnotes>"
)


def to_docx(conversation: Conversation) -> bytes:
    """Return the file: questions as headings, answers with their tables, every mark a footnote with source and quote."""
    try:
        import docx
    except ImportError as error:
        raise ModelError('Word export needs python-docx; install it with: pip install "dateline[export]"') from error
    from markdown_it import MarkdownIt

    file = docx.Document()
    file.core_properties.title = _clean(conversation.title)[:255]
    file.add_heading(_clean(conversation.title), 0)
    notes = _Footnotes(file)
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    for turn in conversation.turns:
        answer = turn.answer
        file.add_heading(_clean(turn.question), 1)
        cited = {str(citation.n): citation for citation in answer.citations}
        _Writer(file, notes, cited).write(parser.parse(answer.text))
        if answer.abstained:
            file.add_paragraph().add_run("Not answered from these articles.").italic = True
            for citation in answer.nearest:
                file.add_paragraph(_reference(citation), style="List Bullet")
    notes.finish()
    out = BytesIO()
    file.save(out)
    return out.getvalue()


class _Writer:
    """Writes the tokens of an answer's Markdown."""

    def __init__(self, file: Any, notes: _Footnotes, cited: dict[str, Citation]) -> None:
        self.file = file
        self.notes = notes
        self.cited = cited

    def write(self, tokens: Sequence[Any]) -> None:
        """Write paragraphs, lists, headings and tables."""
        style: str | None = None
        rows: list[list[Any]] | None = None
        for token in tokens:
            if token.type == "table_open":
                rows = []
            elif token.type == "tr_open" and rows is not None:
                rows.append([])
            elif token.type == "table_close" and rows:
                self._table(rows)
                rows = None
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                style = "List Bullet" if token.type.startswith("bullet") else "List Number"
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                style = None
            elif token.type == "inline" and rows is not None:
                rows[-1].append(token)
            elif token.type == "inline":
                self._inline(self.file.add_paragraph(style=style), token)
            elif token.type in ("fence", "code_block"):
                self.file.add_paragraph(_clean(token.content))

    def _table(self, rows: list[list[Any]]) -> None:
        table = self.file.add_table(rows=len(rows), cols=max(map(len, rows)), style="Table Grid")
        for cells, row in zip(table.rows, rows, strict=True):
            for cell, token in zip(cells.cells, row, strict=False):
                self._inline(cell.paragraphs[0], token)

    def _inline(self, paragraph: Any, inline: Any) -> None:
        bold = italic = False
        for token in inline.children or ():
            if token.type.startswith("strong_"):
                bold = token.nesting == 1
            elif token.type.startswith("em_"):
                italic = token.nesting == 1
            elif token.type in ("softbreak", "hardbreak"):
                paragraph.add_run().add_break()
            elif token.content:
                for text, citation in self._parts(token.content):
                    run = paragraph.add_run(_clean(text))
                    run.bold, run.italic = bold or None, italic or None
                    if citation is not None:
                        self.notes.add(paragraph, _reference(citation))

    def _parts(self, text: str) -> Iterator[tuple[str, Citation | None]]:
        """Yield stretches of text, each with the citation of the mark behind it."""
        at = 0
        for mark in _MARK.finditer(text):
            if mark[1] in self.cited:
                yield text[at : mark.start()].rstrip(), self.cited[mark[1]]
                at = mark.end()
        yield text[at:], None


class _Footnotes:
    """The document's footnotes, which python-docx does not write itself."""

    def __init__(self, file: Any) -> None:
        from docx.oxml import parse_xml

        self.file = file
        self.notes = parse_xml(_FRAME)
        self.count = 0

    def add(self, paragraph: Any, text: str) -> None:
        """Add a footnote at the end of what stands in a paragraph so far."""
        self.count += 1
        made = _maker()
        run = made(
            "w:r",
            made("w:rPr", made("w:vertAlign", val="superscript")),
            made("w:footnoteReference", id=str(self.count)),
        )
        paragraph._p.append(run)
        mark = made("w:r", made("w:rPr", made("w:vertAlign", val="superscript")), made("w:footnoteRef"))
        said = made("w:t")
        said.text = f" {text}"
        said.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        self.notes.append(made("w:footnote", made("w:p", mark, made("w:r", said)), id=str(self.count)))

    def finish(self) -> None:
        """Put them into the document."""
        from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part
        from lxml import etree

        blob = etree.tostring(self.notes, xml_declaration=True, encoding="UTF-8", standalone=True)
        package = self.file.part.package
        part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, blob, package)
        self.file.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _maker() -> Callable[..., Any]:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    def made(name: str, *children: Any, **attributes: str) -> Any:
        element = OxmlElement(name)
        for key, value in attributes.items():
            element.set(qn(f"w:{key}"), value)
        element.extend(children)
        return element

    return made


def _reference(citation: Citation) -> str:
    url = f" {citation.url}" if citation.url.startswith(("http://", "https://")) else ""
    quote = " ".join(citation.quote.split())
    place = f"{citation.doc_id}, characters {citation.start} to {citation.end}"
    return _clean(f"{render.where(citation)}: “{quote}” ({place}){url}")


def _clean(text: str) -> str:
    """Replace what XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
