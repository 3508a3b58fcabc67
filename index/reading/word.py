"""A Word file -> an Article: mammoth makes HTML of its final state, with tracked insertions and without deletions."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from dateline.index.layout.markup import blocks_of_html
from dateline.index.reading.articles import Article
from dateline.index.reading.encodings import SAMPLE

MAX_UNPACKED = 256 * 2**20
"""Bytes that a zipped document may unpack to."""

_MAX_TAGS = 100_000
"""Tags of the largest Word file; a hundred pages have fewer."""

UNTITLED = re.compile(r"untitled|microsoft word|\.(?:docx?|pdf|indd|qxp|rtf|odt|pages)\b|^\W*\d*\W*$", re.IGNORECASE)
"""Titles that programs give."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WIDE_CELL = re.compile(rb"""gridSpan[^>]{0,200}val\s*=\s*["']\s*\+?0*[1-9]\d{3}""")
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => h2:fresh"


def read_docx(data: bytes) -> Article:
    """Return the paragraphs, headings, notes and tables of a Word file, with its text boxes and page heads.

    Its dates of creation and change are the file's, not the article's, and are left alone.
    """
    import mammoth

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _check(archive)
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist() if _is_read(entry.filename)}
    heads = [
        text
        for name, part in sorted(parts.items())
        if re.fullmatch(r"word/header\d*\.xml", name)
        for text in _texts(part)
    ]
    if "word/document.xml" in parts:
        parts["word/document.xml"] = _plain_body(parts["word/document.xml"])
    converted = mammoth.convert_to_html(_packed(parts), style_map=_STYLES, ignore_empty_paragraphs=True)
    blocks = [(text.removesuffix("↑").strip(), heading) for text, heading in blocks_of_html(converted.value)]
    at = 1 if blocks and blocks[0][1] else 0
    article = Article.of_blocks([*blocks[:at], *((head, False) for head in dict.fromkeys(heads)), *blocks[at:]])
    if not article.text:
        raise ValueError("no text in the document; give the article as text")
    title, author = _properties(parts.get("docProps/core.xml", b""))
    return article.described({"title": "" if UNTITLED.search(title) else title, "authors": author})


def _is_read(name: str) -> bool:
    # Pictures and fonts hold no text, and what is not read cannot unfold.
    return name.endswith((".xml", ".rels")) and not name.endswith(("stylesWithEffects.xml", "theme1.xml"))


def _check(archive: zipfile.ZipFile) -> None:
    """Raise ValueError for a file that unfolds into more than is read."""
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
        raise ValueError(f"unpacks to more than {MAX_UNPACKED >> 20} MB; save it again without its pictures")
    parts = [entry for entry in archive.infolist() if _is_read(entry.filename)]
    if any(entry.file_size > SAMPLE and _tags(archive, entry) > _MAX_TAGS for entry in parts):
        raise ValueError("too long for one article; split it")
    if any(_WIDE_CELL.search(archive.read(entry)) for entry in parts if entry.filename.startswith("word/")):
        raise ValueError("a table cell of more than 999 columns; save it again or convert it to .txt")


def _tags(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Return how many tags a part of a zipped document holds, without holding the part."""
    with archive.open(entry) as part:
        return sum(piece.count(b"<") for piece in iter(lambda: part.read(2**20), b""))


def _packed(parts: dict[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    out.seek(0)
    return out


def _parsed(part: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))


def _plain_body(part: bytes) -> bytes:
    """Return the body with everything that mammoth passes over as what it reads: moves, wrappers, drawn text boxes."""
    from lxml import etree

    body = _parsed(part)
    for moved, kept in (("moveTo", "ins"), ("moveFrom", "del")):
        for element in body.iter(_W + moved):
            element.tag = _W + kept
    etree.strip_tags(body, *(_W + name for name in ("smartTag", "customXml", "fldSimple", "bdo", "dir")))
    for choice in list(body.iter(_MC + "AlternateContent")):
        old = choice.find(_MC + "Fallback")
        if old is None or next(old.iter(_W + "txbxContent"), None) is None:
            _lift(choice)
    for drawing in list(body.iter(_W + "drawing")):
        if not any(ancestor.tag == _MC + "Choice" for ancestor in drawing.iterancestors()):
            _lift(drawing)
    return bytes(etree.tostring(body, encoding="utf-8"))


def _lift(element: Any) -> None:
    """Set the paragraphs of the text boxes in ``element`` below the paragraph that it is drawn in."""
    place = next((ancestor for ancestor in element.iterancestors(_W + "p")), None)
    if place is None or place.getparent() is None:
        return
    for box in list(element.iter(_W + "txbxContent")):
        for paragraph in reversed(list(box)):
            place.addnext(paragraph)


def _texts(part: bytes) -> Iterator[str]:
    """Yield the paragraphs of a page's head."""
    for paragraph in _parsed(part).iter(_W + "p"):
        text = "".join(piece.text or "" for piece in paragraph.iter(_W + "t"))
        if re.search(r"[^\W\d_]{2}", text):
            yield " ".join(text.split())


def _properties(part: bytes) -> tuple[str, str]:
    """Return title and author as the file's properties give them."""
    if not part:
        return "", ""
    core = _parsed(part)
    found = (core.findtext("{http://purl.org/dc/elements/1.1/}" + name) for name in ("title", "creator"))
    title, author = (" ".join((text or "").split()) for text in found)
    return title, author
