import io
import json
import os
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dateline.index.documents import Document
from dateline.index.errors import LoadError
from dateline.index.prose.chunking import chunk
from dateline.index.reading.loaders import find, load, read, scan

ARTICLE = """Harbour Bridge Reopens After Storm

Thu Jan 29 2026
icon-facebook icon-twitter icon-whatsapp

OSLO: The harbour bridge reopened on Thursday after repairs that took nine days.

The mayor said the work had cost two million crowns.
"""


def loaded(*paths: Path) -> tuple[list[Document], list[LoadError]]:
    errors: list[LoadError] = []
    return list(load(paths, on_error=errors.append)), errors


def test_text_file_is_kept_character_for_character(tmp_path: Path) -> None:
    text = "Headline\r\n\r\n\tA “quoted” sentence – with tabs.  \r\nAnd naïve café.\n\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    documents, errors = loaded(tmp_path)
    assert not errors
    assert documents[0].text == text


def test_head_of_a_text_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    [document], _ = loaded(tmp_path)
    assert document.title == "Harbour Bridge Reopens After Storm"
    assert (document.published, document.published_from) == ("2026-01-29", "stated")
    assert document.metadata["place"] == "OSLO"
    removed = [document.text[start:end] for start, end in document.furniture]
    assert removed == [document.title, "Thu Jan 29 2026", "icon-facebook icon-twitter icon-whatsapp"]


def test_first_sentence_stands_in_for_a_missing_headline(tmp_path: Path) -> None:
    sentence = "The minister of fisheries met the ambassador on Monday to discuss quotas in the northern waters."
    (tmp_path / "a.txt").write_text(sentence + "\nTalks go on.\n")
    [document], _ = loaded(tmp_path)
    assert document.title == "The minister of fisheries met the ambassador on Monday to discuss quotas in the…"
    assert document.furniture == ()
    assert (document.published, document.published_from) == (None, "unknown")


def test_article_of_furniture_alone_keeps_it_to_be_found(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"title": "Boats in the harbour", "text": "Advertisement\\n\\nRead more"}')
    [document], errors = loaded(tmp_path)
    assert not errors
    assert document.furniture == ()


def test_ids_are_relative_to_the_folder_and_sorted(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "sub/c.txt", ".hidden.txt", ".git/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"This is {name}.")
    documents, errors = loaded(tmp_path)
    assert not errors
    assert [document.doc_id for document in documents] == ["a.txt", "b.txt", "sub/c.txt"]
    [single], _ = loaded(tmp_path / "sub" / "c.txt")
    assert single.doc_id == "c.txt"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0" * 9, "binary"),
        ("x.txt", b" \n\t\n", "empty"),
        ("x.txt", b"", "empty"),
        ("x.exe", b"MZ", "not a format"),
        ("x.jsonl", b"", "empty"),
    ],
)
def test_bad_file_is_named_and_the_rest_goes_on(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "z.txt").write_text("A good article.")
    documents, [error] = loaded(tmp_path)
    assert [document.doc_id for document in documents] == ["z.txt"]
    assert error.where == str(tmp_path / name)
    assert reason in error.why


def test_missing_path_and_empty_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    documents, errors = loaded(tmp_path / "empty", tmp_path / "nowhere")
    assert not documents
    assert [error.where for error in errors] == [str(tmp_path / "empty"), str(tmp_path / "nowhere")]
    assert "empty folder" in errors[0].why
    assert "does not exist" in errors[1].why


def test_collection_reports_each_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    good = {"doc_id": "one", "text": "Rain fell.", "title": "Rain", "published": "2026-01-02", "authors": ["A. Writer"]}
    rows = [
        json.dumps(good), "{", '["a"]', '{"title": "no text"}', '{"text": "x", "published": "yesterday"}',
        '{"text": ""}', "[" * 100_000, "", '{"text": "Sun shone.", "url": "https://www.example.org/sun"}',
    ]  # fmt: skip
    path.write_text("\n".join(rows))
    documents, errors = loaded(path)
    assert [error.where for error in errors] == [f"{path}:{line}" for line in (2, 3, 4, 6, 7)]
    assert documents[0].doc_id == "one"
    assert (documents[0].published, documents[0].published_from) == ("2026-01-02", "metadata")
    assert documents[0].authors == ("A. Writer",)
    assert (documents[1].text, documents[1].published) == ("x", None)
    assert documents[2].source == "example.org"
    assert len(documents[2].doc_id) == 16


def test_doc_id_given_twice_is_named(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text('{"doc_id": "a", "text": "One."}\n{"doc_id": "a", "text": "Two."}\n')
    documents, [error] = loaded(path)
    assert [document.text for document in documents] == ["One."]
    assert "already read" in error.why


def test_scan_gives_what_is_needed_to_skip_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One.")
    [source] = scan([tmp_path], on_error=pytest.fail)
    status = path.stat()
    assert (source.doc_id, source.size, source.mtime_ns) == ("a.txt", status.st_size, status.st_mtime_ns)
    before = source.digest()
    path.write_text("Two.")
    assert source.digest() != before
    [document] = read(source, on_error=pytest.fail)
    assert document.text == "Two."


PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Bridge reopens - Example News</title>
<meta property="og:title" content="Bridge reopens after storm"><meta property="og:site_name" content="Example News">
<meta property="article:published_time" content="2026-01-29T10:15:00+02:00"><meta name="author" content="Ann Writer">
<link rel="canonical" href="https://news.example.org/bridge"></head>
<body><nav><a href="/">Home</a> <a href="/n">News</a></nav><article><h1>Bridge reopens after storm</h1>
<p>OSLO — The harbour bridge reopened on Thursday after repairs that took nine days, the city said in a statement.</p>
<h2>Costs</h2><p>The mayor said the work had cost <b>two million</b> <a href="/x">crowns</a>, less than was feared.</p>
<p>Traffic was heavy in the morning as commuters returned, and the police asked people to be patient.</p></article>
<footer>Copyright 2026 Example News</footer></body></html>"""


def furniture(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in document.furniture]


def test_web_page(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    (tmp_path / "a.html").write_text(PAGE)
    [document], errors = loaded(tmp_path)
    assert not errors
    assert document.title == "Bridge reopens after storm"
    assert (document.published, document.published_from) == ("2026-01-29", "metadata")
    assert (document.source, document.authors) == ("Example News", ("Ann Writer",))
    assert document.url == "https://news.example.org/bridge"
    assert furniture(document) == ["Bridge reopens after storm", "Costs"]
    assert "The mayor said the work had cost two million crowns, less than was feared." in document.text
    assert "Home" not in document.text
    assert "Copyright" not in document.text


def test_short_web_page_without_metadata(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    (tmp_path / "a.html").write_text("<p>The <b>bridge</b> reopened.</p><script>x()</script><p>Buses run again.</p>")
    [document], _ = loaded(tmp_path)
    assert document.text == "The bridge reopened.\n\nBuses run again."
    assert (document.published, document.published_from) == (None, "unknown")


def test_markdown_is_shown_without_its_marks(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\ntitle: Bridge reopens\ndate: 2026-01-29\nauthor: A. Writer; B. Writer\nsection: Local\n---\n"
        "# Bridge reopens\n\nThe **harbour** [bridge](https://example.org)\nreopened. ![boats](a.png)\n\n"
        "- Buses run.\n\n| Day | Cars |\n|--|--|\n| Mon | 12 |\n"
    )
    [document], errors = loaded(tmp_path)
    assert not errors
    assert (
        document.text == "Bridge reopens\n\nThe harbour bridge reopened.\n\nBuses run.\n\nDay | Cars\n\nMon: 12 (Cars)"
    )
    assert (document.title, document.published, document.published_from) == ("Bridge reopens", "2026-01-29", "metadata")
    assert document.authors == ("A. Writer", "B. Writer")
    assert document.metadata["section"] == "Local"
    assert furniture(document) == ["Bridge reopens"]


def pdf(*pages: list[str], info: str = "") -> bytes:
    """A PDF with these lines on its pages."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        shown = "BT /F1 12 Tf 72 720 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /MediaBox [0 0 612 792] "
            f"/Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
    objects.append(f"<< {info} >>")
    out, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    return (
        f"{out}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    ).encode("latin-1")


def test_pdf_keeps_its_pages(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    (tmp_path / "a.pdf").write_bytes(
        pdf(
            ["Gazette - page 1", "Bridge Reopens After Storm", "29 January 2026",
             "The harbour bridge reopened on Thursday after", "repairs that took nine days, the city said."],
            ["Gazette - page 2", "The mayor said the work had cost two million", "crowns."],
            ["Gazette - page 3", "Buses run again."],
            info="/Title (Microsoft Word - x.doc) /Author (Ann Writer) /CreationDate (D:20200101000000Z)",
        )
    )  # fmt: skip
    [document], errors = loaded(tmp_path)
    assert not errors
    assert (document.title, document.authors) == ("Bridge Reopens After Storm", ("Ann Writer",))
    assert (document.published, document.published_from) == ("2026-01-29", "stated")
    assert [document.page_of(document.text.index(word)) for word in ("harbour", "mayor", "Buses")] == [1, 2, 3]
    assert furniture(document) == ["Bridge Reopens After Storm", "29 January 2026"]
    assert "Gazette" not in document.text


def test_word_file(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.core_properties.title = "Bridge reopens"
    document.core_properties.author = "Ann Writer"
    document.add_heading("Bridge reopens", 0)
    document.add_paragraph("The harbour bridge reopened.")
    document.add_heading("Costs", 2)
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Mon", "12"
    document.save(str(tmp_path / "a.docx"))
    [article], errors = loaded(tmp_path)
    assert not errors
    assert article.text == "Bridge reopens\n\nThe harbour bridge reopened.\n\nCosts\n\nMon | 12"
    assert (article.title, article.authors, article.published) == ("Bridge reopens", ("Ann Writer",), None)
    assert furniture(article) == ["Bridge reopens", "Costs"]


def test_mail(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(
        b"From: News Desk <desk@example.org>\nSubject: =?utf-8?q?Storm_hits_Bod=C3=B8?=\n"
        b"Date: Thu, 29 Jan 2026 23:30:00 -0500\nContent-Type: text/html; charset=utf-8\n\n"
        b"<p>A storm hit the coast.</p><p>Boats stayed in.</p>\n"
    )
    [document], errors = loaded(tmp_path)
    assert not errors
    assert document.text == "A storm hit the coast.\n\nBoats stayed in."
    assert (document.title, document.source) == ("Storm hits Bodø", "News Desk")
    assert (document.published, document.published_from) == ("2026-01-29T23:30:00-05:00", "metadata")


def test_table_with_its_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        '\ufeffdoc_id;title;text;date\n1;"A; B";"One\nline.";2026-01-01\n2;B;;\n3;C;Three.;soon\n4;D;Four.;\n'
    )
    documents, errors = loaded(path)
    assert [(document.doc_id, document.title, document.text) for document in documents] == [
        ("1", "A; B", "One\nline."), ("3", "C", "Three."), ("4", "D", "Four."),
    ]  # fmt: skip
    assert [document.published for document in documents] == ["2026-01-01", None, None]
    assert [error.where for error in errors] == [f"{path}:4"]


def test_table_without_a_text_column_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3,4\n")
    documents, [error] = loaded(tmp_path)
    assert not documents
    assert "no column" in error.why


@pytest.mark.parametrize(
    "feed",
    [
        '<rss version="2.0"><channel><title>The Gazette</title><item><title>Rain &amp; wind</title>'
        "<link>https://example.org/1</link><pubDate>Thu, 29 Jan 2026 10:00:00 GMT</pubDate>"
        "<description>&lt;p&gt;Rain fell.&lt;/p&gt;&lt;p&gt;Wind blew.&lt;/p&gt;</description></item>"
        "<item><title>Only a title</title></item></channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>The Gazette</title><entry><title>Rain &amp; wind</title>'
        '<link href="https://example.org/1"/><published>2026-01-29T10:00:00Z</published>'
        '<content type="html">&lt;p&gt;Rain fell.&lt;/p&gt;&lt;p&gt;Wind blew.&lt;/p&gt;</content></entry>'
        "<entry><title>Only a title</title></entry></feed>",
    ],
)
def test_feed(tmp_path: Path, feed: str) -> None:
    pytest.importorskip("feedparser")
    path = tmp_path / "a.xml"
    path.write_text(f'<?xml version="1.0"?>{feed}')
    [document], [error] = loaded(path)
    assert document.text == "Rain fell.\n\nWind blew."
    assert (document.title, document.source, document.url) == ("Rain & wind", "The Gazette", "https://example.org/1")
    assert (document.published or "")[:10] == "2026-01-29"
    assert error.where == f"{path}:2"


@pytest.mark.parametrize("name", ["a.txt.meta.json", "a.meta.yaml"])
def test_sidecar_wins_over_the_text(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    [before] = scan([tmp_path], on_error=pytest.fail)
    digest = before.digest()
    (tmp_path / name).write_text('{"title": "Given", "published": "2026-02-01", "source": "The Gazette"}')
    [document], errors = loaded(tmp_path)
    assert not errors
    assert (document.title, document.source) == ("Given", "The Gazette")
    assert (document.published, document.published_from) == ("2026-02-01", "metadata")
    [after] = scan([tmp_path], on_error=pytest.fail)
    assert after.digest() != digest
    assert after.size > before.size


def warned(*paths: Path) -> list[str]:
    """What is left out of the articles of files, with their names."""
    found = [article for source in scan(paths, on_error=pytest.fail) for article in find(source, on_error=pytest.fail)]
    return [f"{Path(one.where).name}: {why}" for one in found for why in one.article.warnings]


def test_broken_sidecar_is_named_and_costs_no_article(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Rain fell.")
    (tmp_path / "a.meta.json").write_text("{")
    [document], errors = loaded(tmp_path)
    assert (document.text, errors) == ("Rain fell.", [])
    [warning] = warned(tmp_path)
    assert "a.txt" in warning
    assert "a.meta.json" in warning


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "The minister said “we won’t go” – a café in Zürich costs more."
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    [document], _ = loaded(tmp_path)
    assert document.text == text


@pytest.mark.parametrize(
    ("line", "source", "agency"),
    [
        ("LONDON, Jan 24 (Reuters) - The bridge reopened on Saturday after repairs.", "Reuters", None),
        ("Houston (AP) — The bridge reopened on Saturday after repairs, the city said.", "AP", None),
        ("The bridge reopened on Saturday.\n\nBuses run again. — AFP", "AFP", None),
        ("The bridge (Ponte Nova) - its third - reopened on Saturday.", "", None),
    ],
)
def test_agency(tmp_path: Path, line: str, source: str, agency: str | None) -> None:
    (tmp_path / "a.txt").write_text(line)
    [document], _ = loaded(tmp_path)
    assert document.source == source
    assert document.metadata.get("agency") == agency


def test_what_no_store_can_hold_is_replaced_one_for_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"doc_id": "../../etc/passwd", "text": "a\\u0000b \\ud800 c", "n": 1e999, "views": 3}\n')
    [document], _ = loaded(path)
    assert document.text == "a\ufffdb \ufffd c"
    assert document.doc_id == "../../etc/passwd"
    assert document.metadata == {"views": 3}


HOSTILE = {
    "bomb.docx": None,
    "torn.docx": b"PK\3\4 nothing",
    "torn.pdf": pdf(["Some text."])[:200],
    "scan.pdf": pdf([]),
    "bytes.eml": bytes(range(256)) * 20,
    "none.html": b"",
    "page.xml": b"<page/>",
    "long.jsonl": b'{"text": "' + b"x" * 2**21 + b'"}\n{"text": "Short."}\n',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_one_error(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if extra := {".docx": "mammoth", ".pdf": "pypdf", ".html": "trafilatura", ".xml": "feedparser"}.get(
        Path(name).suffix
    ):
        pytest.importorskip(extra)
    monkeypatch.setattr("dateline.index.reading.records.MAX_LINE", 2**20)
    monkeypatch.setattr("dateline.index.reading.word.MAX_UNPACKED", 2**20)
    if name == "bomb.docx":
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", b"0" * 2**21)
    else:
        (tmp_path / name).write_bytes(HOSTILE[name] or b"")
    documents, [error] = loaded(tmp_path)
    assert [document.text for document in documents] == (["Short."] if name == "long.jsonl" else [])
    assert error.where == str(tmp_path / name) + (":1" if name == "long.jsonl" else "")
    assert ";" in error.why


def test_missing_extra_names_the_pip_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    (tmp_path / "a.pdf").write_bytes(pdf(["Some text."]))
    _, [error] = loaded(tmp_path)
    assert "pip install 'dateline[formats]'" in error.why


def test_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    _, [error] = loaded(tmp_path)
    assert "regular file" in error.why


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Rain fell.")
    (tmp_path / "a.txt").chmod(0)
    _, [error] = loaded(tmp_path)
    assert "permission denied" in error.why


def test_loading_holds_one_article_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        "".join(json.dumps({"doc_id": str(number), "text": f"{number} " * 2000}) + "\n" for number in range(400))
    )
    documents = load([path], on_error=pytest.fail)
    next(documents)
    tracemalloc.start()
    count = sum(1 for _ in documents)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 399
    assert peak < 2**20


@pytest.mark.parametrize(
    ("opening", "title"),
    [
        (
            "Five things to know: boats, bridges and ...\n\n29 January 2026\n\n",
            "Five things to know: boats, bridges and ...",
        ),
        ("Will the bridge hold?\n\n29 January 2026\n\n", "Will the bridge hold?"),
        ("The bridge stands. Nobody uses it.\n29 January 2026\n\n", "The bridge stands. Nobody uses it."),
        ("Jane Doe\n\nOpinion contributor\n\n29 January 2026\n\n", "The bridge reopened on Thursday, Gov. Roe said"),
        ("29 January 2026\n\nBridge stays shut\n\nBy Jane Doe\n\n", "Bridge stays shut"),
        ("", "The bridge reopened on Thursday, Gov. Roe said"),
    ],
)
def test_titles(tmp_path: Path, opening: str, title: str) -> None:
    prose = "The bridge reopened on Thursday, Gov. Roe said. It had been shut for nine days.\n\nTraffic was heavy.\n"
    (tmp_path / "a.txt").write_text(opening + prose)
    [document], _ = loaded(tmp_path)
    assert document.title == title
    assert document.published == ("2026-01-29" if opening else None)
    assert not any(start >= len(opening) for start, _ in document.furniture)


LONG = {
    "dots.txt": b"." * 200_000 + b"x",
    "header.eml": b'Content-Type: "' * 20_000 + b'\nFrom: "' + b'"a' * 50_000 + b"\n\nRain fell.\n",
    "tags.eml": b"Content-Type: text/html\n\n<p>Rain fell.</p>" + b"<a " * 50_000,
    "silent.eml": b"Content-Type: text/html\n\n<p>Rain fell.</p>" + b"<nav></p>" * 30_000,
    "lists.html": b"<p>Rain fell.</p>" + b"<ul><li>a</ul>" * 20_000,
}


@pytest.mark.parametrize("name", LONG)
def test_time_grows_with_the_file_and_no_faster(tmp_path: Path, name: str) -> None:
    if name.endswith(".html"):
        pytest.importorskip("trafilatura")
    (tmp_path / name).write_bytes(LONG[name])
    started = time.process_time()
    [document], errors = loaded(tmp_path)
    chunk(document)
    assert not errors
    assert time.process_time() - started < 5
    assert "Rain fell." in document.text or name == "dots.txt"


def packed(body: bytes) -> bytes:
    """A Word file of this body, compressed."""
    from fuzz.targets import docx

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(body))) as plain, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in plain.namelist():
            archive.writestr(name, plain.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.docx", lambda: packed(b"<w:p/>" * 200_000), "too long for one article"),
        (
            "a.docx",
            lambda: packed(
                b'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="99999999"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>'
            ),
            "999 columns",
        ),
        ("a.eml", lambda: b"Content-Type: message/rfc822\n\n" * 200 + b"x", "more than 100 parts"),
    ],
)
def test_what_unfolds_is_refused_before_it_does(tmp_path: Path, name: str, data: Callable[[], bytes], why: str) -> None:
    if name.endswith(".docx"):
        pytest.importorskip("docx")
    (tmp_path / name).write_bytes(data())
    started = time.process_time()
    documents, [error] = loaded(tmp_path)
    assert not documents
    assert why in error.why
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "fields",
    [
        "a0: &a0 [x, x]\n"
        + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
        + "published: *a39\n",
        "[" * 5_000 + "\n",
        "x: " + "y" * 2**17 + "\n",
    ],
)
def test_metadata_that_unfold_are_left_out(tmp_path: Path, fields: str) -> None:
    (tmp_path / "a.md").write_text(f"---\n{fields}---\nRain fell.\n")
    started = time.process_time()
    [document], errors = loaded(tmp_path)
    assert not errors
    assert document.text.endswith("Rain fell.")
    assert document.published is None
    assert time.process_time() - started < 2


def test_merge_keys_are_not_merged(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\na: &a {x: 1}\nb: {<<: [*a, *a]}\n---\nRain fell.\n")
    [document], _ = loaded(tmp_path)
    assert document.text == "Rain fell."
    assert "x" not in document.metadata
