"""Word, tables, PDF, mail, CSV, Markdown and records: the whole text, and nothing that is not it."""

import io
import json
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from test_index_loaders import pdf

from dateline.index import Document
from dateline.index.errors import LoadError
from dateline.index.layout.tables import Cell, rows_as_text
from dateline.index.reading.loaders import find, load, scan

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def read(tmp_path: Path, name: str, data: bytes | str) -> list[Document]:
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    errors: list[LoadError] = []
    documents = list(load([tmp_path / name], on_error=errors.append))
    assert not errors
    return documents


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def word(body: str, **parts: str) -> bytes:
    """A Word file of this body; ``parts`` are further parts by the name of their kind (footnotes, header)."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    spaces = (
        f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.'
        'microsoft.com/office/word/2010/wordprocessingShape"'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        overrides = "".join(f'<Override PartName="/word/{k}.xml" ContentType="{kinds}.{k}+xml"/>' for k in parts)
        links = "".join(f'<Relationship Id="r{k}" Type="{office}/{k}" Target="{k}.xml"/>' for k in parts)
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
            f'ContentType="{kinds}.document.main+xml"/>{overrides}</Types>',
        )
        relations = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
        )
        main = f'<Relationship Id="r" Type="{office}/officeDocument" Target="word/document.xml"/>'
        archive.writestr("_rels/.rels", relations.format(main))
        archive.writestr("word/_rels/document.xml.rels", relations.format(links))
        archive.writestr("word/document.xml", f"<w:document {spaces}><w:body>{body}</w:body></w:document>")
        for kind, content in parts.items():
            tag = {"header": "hdr"}.get(kind, kind)
            archive.writestr(f"word/{kind}.xml", f"<w:{tag} {spaces}>{content}</w:{tag}>")
    return out.getvalue()


BOX = f"<w:txbxContent><w:p>{run('Boxed words.')}</w:p></w:txbxContent>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            f'<w:p>{run("It cost ")}<w:del w:id="1"><w:r><w:delText>2</w:delText></w:r></w:del><w:ins w:id="2">{run("4")}</w:ins>'
            f'{run(" crowns and did ")}<w:ins w:id="3">{run("not ")}</w:ins>{run("pass.")}</w:p>'
            f'<w:p><w:ins w:id="4">{run("All new.")}</w:ins></w:p>',
            "It cost 4 crowns and did not pass.\n\nAll new.",
        ),
        (
            f'<w:p><w:moveFrom w:id="1">{run("Gone.")}</w:moveFrom>{run("Here.")}</w:p><w:p><w:moveTo w:id="2">{run("Moved.")}</w:moveTo></w:p>',
            "Here.\n\nMoved.",
        ),
        (f"<w:p><w:sdt><w:sdtContent>{run('Inline.')}</w:sdtContent></w:sdt></w:p>", "Inline."),
        (f"<w:sdt><w:sdtContent><w:p>{run('A block.')}</w:p></w:sdtContent></w:sdt>", "A block."),
        (f"<w:p><w:smartTag>{run('Tarnvik')}</w:smartTag>{run(' is a port.')}</w:p>", "Tarnvik is a port."),
        (f'<w:p><w:fldSimple w:instr="DATE">{run("4 March 2026")}</w:fldSimple>{run(" was the day.")}</w:p>', "4 March 2026 was the day."),
        (f"<w:p>{run('Above.')}<w:r><w:drawing><wps:txbx>{BOX}</wps:txbx></w:drawing></w:r></w:p>", "Above.\n\nBoxed words."),
        (
            "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>"
            f"{BOX}</wps:txbx></w:drawing></mc:Choice></mc:AlternateContent></w:r></w:p>",
            "Boxed words.",
        ),
        (
            f"<w:tbl><w:tr><w:tc><w:p>{run('Office')}</w:p></w:tc><w:tc><w:p>{run('Billion')}</w:p></w:tc></w:tr>"
            f"<w:tr><w:tc><w:p>{run('Harbours')}</w:p></w:tc><w:tc><w:p>{run('87')}</w:p></w:tc></w:tr></w:tbl>",
            "Office | Billion\n\nHarbours: 87 (Billion)",
        ),
        (
            f"<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr><w:p>{run('Seats')}</w:p></w:tc></w:tr><w:tr><w:tc><w:p>{run('Quay')}"
            f"</w:p></w:tc><w:tc><w:tbl><w:tr><w:tc><w:p>{run('In A')}</w:p></w:tc><w:tc><w:p>{run('In B')}</w:p></w:tc></w:tr></w:tbl>"
            "<w:p/></w:tc></w:tr></w:tbl>",
            "In A | In B\n\nSeats\n\nQuay",
        ),
    ],
)  # fmt: skip
def test_word_files_are_read_in_their_final_state(tmp_path: Path, body: str, text: str) -> None:
    pytest.importorskip("mammoth")
    [document] = read(tmp_path, "a.docx", word(body))
    assert document.text == text


def test_notes_and_page_heads_of_a_word_file(tmp_path: Path) -> None:
    pytest.importorskip("mammoth")
    data = word(
        f'<w:p>{run("Fenn met Lark.")}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>',
        footnotes=f'<w:footnote w:id="2"><w:p>{run("Lark left on Friday.")}</w:p></w:footnote>',
        header=f"<w:p>{run('The Quay Post, 4 March 2026')}</w:p>",
    )
    [document] = read(tmp_path, "a.docx", data)
    assert document.text == "The Quay Post, 4 March 2026\n\nFenn met Lark.\n\nLark left on Friday."
    assert (document.published, document.published_from) == ("2026-03-04", "stated")


def cells(*rows: str, heading: int = 0) -> list[list[Cell]]:
    return [[Cell(text, at < heading) for text in row.split("|")] for at, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (cells("Office|Billion", "Harbours|87", heading=1), ["Office | Billion", "Harbours: 87 (Billion)"]),
        (cells("Office|2025|2026", "Harbours|80|87"), ["Office | 2025 | 2026", "Harbours: 80 (2025); 87 (2026)"]),
        (cells("Port|Master", "Tarnvik|Bo Lark"), ["Port | Master", "Tarnvik | Bo Lark"]),
        (cells("Only one", "column"), ["Only one", "column"]),
        ([[Cell("Harbours", True), Cell("87")]], ["Harbours: 87"]),
        (
            [[Cell("Party", True, rows=2), Cell("Seats", True, columns=2)], [Cell("2021", True), Cell("2025", True)],
             [Cell("Quay"), Cell("9"), Cell("12")]],
            ["Party | Seats", "Party | 2021 | 2025", "Quay: 9 (Seats 2021); 12 (Seats 2025)"],
        ),
    ],
)  # fmt: skip
def test_rows_carry_their_headings(rows: list[list[Cell]], lines: list[str]) -> None:
    assert rows_as_text(rows) == lines


def test_a_table_of_figures_is_an_article(tmp_path: Path) -> None:
    [document] = read(tmp_path, "budget.csv", "Office,Billion crowns\nHarbours,87\nRoads,54\n")
    assert document.doc_id == "budget.csv"
    assert "Harbours: 87 (Billion crowns)" in document.text


STAMPED = [
    ["03/06/2026, 10:14", "Quay opens | The Quay Post", "https://example.org/2026/03/04/quay", f"{n}/3", *lines]
    for n, lines in enumerate(
        (["Quay opens", "TARNVIK, Mar. 4, 2026 \\(AP\\) - Fenn met the harbour mas-", "ter on Monday, and the coun-", "cil then voted for"],
         ["the repair of the quay, nine to two, the port said."], ["Boats sail again."]),
        start=1,
    )
]  # fmt: skip


def test_pdf_printed_from_a_browser(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    [document] = read(tmp_path, "a.pdf", pdf(*STAMPED))
    assert (document.title, document.published, document.published_from) == ("Quay opens", "2026-03-04", "stated")
    assert "and the council then voted for the repair of the quay, nine to two" in document.text
    assert "harbour master" in document.text
    assert "example.org" not in document.text
    assert document.page_of(document.text.index("repair")) == 2


def test_running_heads_of_several_lines_on_two_pages(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    head = ["The Quay Post", "Founded 1902, Tarnvik edition", "For subscribers only"]
    [document] = read(
        tmp_path, "a.pdf", pdf([*head, "Page 1", "Quay opens", "Fenn sails."], [*head, "Page 2", "Lark stays."])
    )
    assert document.text.split() == ["Quay", "opens", "Fenn", "sails.", "Lark", "stays."]
    assert document.title == "Quay opens"


def test_a_stamp_is_no_text(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    (tmp_path / "a.pdf").write_bytes(pdf(["Scanned with BoatScan 1"], ["Scanned with BoatScan 2"]))
    errors: list[LoadError] = []
    assert not list(load([tmp_path], on_error=errors.append))
    assert "scanned?" in errors[0].why


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_pdf_that_only_forbids_printing(tmp_path: Path, algorithm: str) -> None:
    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("cryptography")
    writer = pypdf.PdfWriter(io.BytesIO(pdf(["Fenn met Lark."])))
    writer.encrypt("", "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    [document] = read(tmp_path, "a.pdf", out.getvalue())
    assert document.text == "Fenn met Lark."


def mail(text: str = "", html: str = "", **headers: str) -> EmailMessage:
    message = EmailMessage()
    given = {
        "From": "The Quay Post <post@example.org>",
        "Subject": "Quay opens",
        "Date": "Wed, 04 Mar 2026 09:30:00 +0200",
    }
    for name, value in {**given, **headers}.items():
        message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


NEWS = "<p>Ada Fenn met the harbour master, Bo Lark, on Monday to talk about the quay, the port said.</p>"


@pytest.mark.parametrize("plain", ["", "This mail is in HTML. View it in a browser."])
def test_mail_whose_plain_part_says_nothing(tmp_path: Path, plain: str) -> None:
    [document] = read(tmp_path, "a.eml", bytes(mail(plain, NEWS)))
    assert document.text == NEWS[3:-4]


def test_mail_with_several_texts(tmp_path: Path) -> None:
    message = mail("Read this.")
    message.add_attachment("Fenn met Lark.", filename="a.txt")
    [document] = read(tmp_path, "a.eml", bytes(message))
    assert document.text == "Read this.\n\nFenn met Lark."


def test_forwarded_mail_counts_for_itself(tmp_path: Path) -> None:
    message = mail(
        "See below.", Date="Mon, 09 Mar 2026 10:00:00 +0100", From="Cy <cy@example.org>", Subject="Fwd: Quay"
    )
    message.add_attachment(mail("Fenn met Lark."))
    [document] = read(tmp_path, "a.eml", bytes(message))
    assert (document.text.strip(), document.source, document.title) == ("Fenn met Lark.", "The Quay Post", "Quay opens")
    assert (document.published or "")[:10] == "2026-03-04"


def test_mail_forwarded_within_the_text(tmp_path: Path) -> None:
    text = (
        "Look.\n\n---------- Forwarded message ---------\nFrom: The Quay Post <post@example.org>\nDate: Wed, 4 Mar 2026 at 09:30\n"
        "Subject: Quay opens\nTo: <cy@example.org>\n\nFenn met Lark.\n"
    )
    [document] = read(
        tmp_path, "a.eml", bytes(mail(text, Date="Mon, 09 Mar 2026 10:00:00 +0100", From="Cy <cy@example.org>"))
    )
    assert (document.text, document.source, document.title) == ("Fenn met Lark.", "The Quay Post", "Quay opens")
    assert (document.published or "")[:10] == "2026-03-04"


@pytest.mark.parametrize(
    "declared", ["", "Content-Type: text/plain; charset=us-ascii\n", "Content-Type: text/plain; charset=none\n"]
)
def test_mail_with_bytes_that_are_not_what_is_declared(tmp_path: Path, declared: str) -> None:
    head = f"From: post@example.org\nSubject: Café\nDate: 24/03/2026 09:30\n{declared}"
    [document] = read(tmp_path, "a.eml", f"{head}\nThe café of Señor Núñez opened.\n")
    assert (document.text, document.title) == ("The café of Señor Núñez opened.", "Café")
    assert (document.published or "")[:10] == "2026-03-24"


@pytest.mark.parametrize(
    ("name", "data", "texts"),
    [
        ("a.csv", 'title,text\nA,She said "yes, we can" and left.\n', ['She said "yes, we can" and left.']),
        ("a.csv", 'title,text\nA,"First words" he said, and left.\n', ['"First words" he said, and left.']),
        ("a.csv", 'title,text\nA,"He ""said"" it,\nand left."\nB,b\n', ['He "said" it,\nand left.', "b"]),
        ("a.csv", 'title,text\nA,"She said \\"yes, we can\\" to Lark."\n', ['She said "yes, we can" to Lark.']),
        ("a.csv", 'title, text\nA, "Spaces, after commas."\n', ["Spaces, after commas."]),
        ("a.csv", "title|text\nA|One, two; three.\n", ["One, two; three."]),
        ("a.tsv", 'title\ttext\nA\t"Unbalanced.\nB\tb\nC\t"c"\n', ['"Unbalanced.', "b", "c"]),
        ("a.csv", "title,text,content\nA,,The words.\n", ["The words."]),
        ("a.csv", "title,text\nA,Café Núñez.\n".encode("utf-16"), ["Café Núñez."]),
        ("a.csv", "title,text\nA,Café Núñez.\nB,Plain.\n".encode("cp1252"), ["Café Núñez.", "Plain."]),
    ],
)
def test_tables_are_cut_where_their_columns_end(tmp_path: Path, name: str, data: bytes | str, texts: list[str]) -> None:
    assert [document.text for document in read(tmp_path, name, data)] == texts


def test_row_wider_than_its_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,title\nOne, two.,A\nThree.,B\n")
    errors: list[LoadError] = []
    assert [document.text for document in load([tmp_path], on_error=errors.append)] == ["Three."]
    assert [error.where for error in errors] == [f"{tmp_path / 'a.csv'}:2"]


@pytest.mark.parametrize(
    ("source", "text", "title"),
    [
        ("---\ntitle: Quay: it opens\ndate: 2026-03-04\n---\nFenn met Lark.\n", "Fenn met Lark.", "Quay: it opens"),
        ("---\ntitle: 1984\n---\nFenn met Lark.\n", "Fenn met Lark.", "1984"),
        ("---\ntitle: No\n---\nFenn met Lark.\n", "Fenn met Lark.", "No"),
        ("---\n\nFenn met Lark.\n\n---\n\nLark stays.\n", "Fenn met Lark.\n\nLark stays.", "Fenn met Lark"),
        (
            "<p>Fenn met Lark.</p>\n\n<details><summary>More</summary>\nLark left.\n</details>\n",
            "Fenn met Lark.\n\nMore\n\nLark left.",
            None,
        ),
        ("Fenn sails.\n\n1986. A year of storms.\n", "Fenn sails.\n\n1986. A year of storms.", None),
        ("Fenn sails.[^1]\n\n[^1]: To Tarnvik.\n", "Fenn sails.\n\nTo Tarnvik.", None),
    ],
)
def test_markdown_loses_nothing(tmp_path: Path, source: str, text: str, title: str | None) -> None:
    [document] = read(tmp_path, "a.md", source)
    assert document.text == text
    assert title is None or document.title == title


def test_markup_in_records_is_read(tmp_path: Path) -> None:
    rows = [
        {"text": "<p>Fenn met <b>Lark</b>.</p><p>“Good” &amp; well.</p>"},
        {"text": "Fenn &amp; Lark say 2 < 3.", "title": "A &ndash; B"},
    ]
    one, two = read(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows)))
    assert one.text == "Fenn met Lark.\n\n“Good” & well."
    assert (two.text, two.title) == ("Fenn & Lark say 2 < 3.", "A – B")
    [page] = read(tmp_path, "a.txt", "<html><body><p>Fenn met Lark &amp; left.</p></body></html>")
    assert page.text == "Fenn met Lark & left."


def test_rich_text_under_a_wrong_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(r"{\rtf1\ansi Fenn met {\b Lark}.}")
    errors: list[LoadError] = []
    assert not list(load([tmp_path], on_error=errors.append))
    assert "RTF" in errors[0].why


def test_items_of_a_live_page_share_their_address(tmp_path: Path) -> None:
    pytest.importorskip("feedparser")
    items = "".join(
        f"<item><title>Now {n}</title><link>https://example.org/live</link><guid>g{n}</guid><description>Boat {n} sails.</description></item>"
        for n in range(3)
    )
    documents = read(tmp_path, "a.rss", f'<rss version="2.0"><channel><title>Post</title>{items}</channel></rss>')
    assert [document.text for document in documents] == [f"Boat {n} sails." for n in range(3)]


def test_warnings_name_the_place(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("title,date,text\nA,soon,Words, and more.\n")
    [source] = scan([tmp_path], on_error=pytest.fail)
    [found] = find(source, on_error=pytest.fail)
    assert found.article.text == "Words, and more."
    assert len(found.article.warnings) == 2
