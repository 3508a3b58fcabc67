"""Large PDFs are read in seconds; those made to take for ever are given up."""

from __future__ import annotations

import io
import time
import zlib
from collections.abc import Callable

import pytest
from fuzz.targets import PDF

from dateline.index.reading import formats, pdf

pypdf = pytest.importorskip("pypdf")

PAGES = 500
LINES = 45


def book() -> bytes:
    """Five hundred full pages, four thousand characters each, compressed as programs write them."""
    from pypdf.generic import DictionaryObject, NameObject, StreamObject

    writer = pypdf.PdfWriter()
    font = writer._add_object(
        DictionaryObject(
            {NameObject(f"/{key}"): NameObject(f"/{value}") for key, value in
             (("Type", "Font"), ("Subtype", "Type1"), ("BaseFont", "Helvetica"))}
        )
    )  # fmt: skip
    for number in range(PAGES):
        page = writer.add_blank_page(612, 792)
        lines = [f"(The Coast Courier   page {number + 1}) Tj T*"]
        lines += [f"({f'In line {line} mayor {number} opened a harbour. ' * 2}) Tj T*" for line in range(LINES)]
        content = StreamObject()
        content.set_data("\n".join(("BT /F1 11 Tf 13 TL 72 740 Td", *lines, "ET")).encode())
        page[NameObject("/Contents")] = writer._add_object(content.flate_encode())
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_five_hundred_pages() -> None:
    data = book()
    started = time.process_time()
    article = formats.read_pdf(data)
    assert time.process_time() - started < 10
    # The first and last lines of all pages, which differ in their figures alone, are taken for running heads.
    assert len(article.pages) == PAGES and len(article.text) > PAGES * (LINES - 12) * 60
    assert "In line 20 mayor 499 opened a harbour." in article.text[slice(*article.pages[-1])]
    assert "The Coast Courier" not in article.text[slice(*article.pages[1])]


def again_and_again() -> bytes:
    """The same page of ten thousand rectangles, a hundred times."""
    drawn = zlib.compress(b"1 2 3 4 re f " * 10_000 + b"BT /F1 12 Tf (x) Tj ET")
    start, end = PDF.index(b"<</Length"), PDF.index(b"endstream")
    content = b"<</Filter/FlateDecode/Length %d>>\nstream\n%b\n" % (len(drawn), drawn)
    return (PDF[:start] + content + PDF[end:]).replace(
        b"[4 0 R]/Count 1", b"[" + b"4 0 R " * 100 + b"]/Count 100"
    )  # fmt: skip


def forms_of_forms() -> bytes:
    """A page that draws a form ten times, which draws another ten times, and so on."""
    forms = []
    for number in range(10, 20):
        drawn = b"/X Do " * 10
        forms.append(
            b"%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>/Length %d>>\nstream\n"
            b"%b\nendstream endobj\n" % (number, number + 1, len(drawn), drawn)
        )
    page = PDF.replace(b"/Font<</F1 3 0 R>>", b"/Font<</F1 3 0 R>>/XObject<</X 10 0 R>>").replace(
        b"ET\n", b"ET /X Do\n"
    )
    return page.replace(b"trailer", b"".join(forms) + b"trailer")


@pytest.mark.parametrize("make", [again_and_again, forms_of_forms])
def test_a_small_file_that_takes_for_ever_is_given_up(
    make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "MAX_SECONDS", 0.2)
    data = make()
    assert len(data) < 10_000
    started = time.process_time()
    with pytest.raises(ValueError, match="takes more than"):
        formats.read_pdf(data)
    assert time.process_time() - started < 10
