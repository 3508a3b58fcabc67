"""Targets: for everything that reads what strangers wrote, a function bytes -> None that fails where the promise breaks.

The promise is the same everywhere: an answer, or one of our own errors with one sentence. Anything else that a target
raises is a finding. Nothing here draws at random; ``run.py`` and the tests bring the bytes.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import tempfile
import warnings
import zipfile
import zlib
from argparse import Namespace
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

from dateline.index.errors import DatelineError, LLMError, LoadError, UsageError

Check = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """``make`` takes an empty folder and returns the check; ``seeds`` are good inputs to start from."""

    make: Callable[[Path], Check]
    seeds: tuple[bytes, ...]


def folder() -> Path:
    """A new folder in memory, where there is such a place."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="dateline-fuzz-", dir=memory if os.access(memory, os.W_OK) else None))


# --- articles ----------------------------------------------------------------------------------------------


def loader(name: str, wrap: Callable[[bytes], bytes] = bytes, every: int = 8) -> Callable[[Path], Check]:
    """Read the input as a file of this name; one in ``every`` is cut into passages and kept in a catalogue too."""

    def make(place: Path) -> Check:
        from dateline.index.reading.loaders import load

        articles = place / "articles"
        articles.mkdir()
        keep = keeper(place, every)

        def check(data: bytes) -> None:
            (articles / name).write_bytes(wrap(data))
            errors: list[LoadError] = []
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                documents = list(load([articles], on_error=errors.append))
            for error in errors:
                assert str(error) and "\n" not in error.why, f"an error of more than one line: {error.why!r}"
            for document in documents:
                keep(document)

        return check

    return make


def sidecar(place: Path) -> Check:
    """Read the input as the metadata beside an article: YAML, or JSON where it begins with a brace."""
    from dateline.index.reading.loaders import load

    (place / "a.txt").write_text("Rain fell.\n", encoding="utf-8")
    keep = keeper(place)

    def check(data: bytes) -> None:
        name = place / ("a.meta.json" if data.lstrip().startswith(b"{") else "a.meta.yaml")
        name.write_bytes(data)
        try:
            for document in load([place / "a.txt"], on_error=lambda error: None):
                keep(document)
        finally:
            name.unlink()

    return check


def file_name(place: Path) -> Check:
    """Take the input as a file's name."""
    from dateline.index.reading.loaders import load

    keep = keeper(place)

    def check(data: bytes) -> None:
        name = data.replace(b"\0", b"").replace(b"/", b"")[:200] + b".txt"
        inside = place / "names"
        inside.mkdir()
        try:
            with open(os.path.join(os.fsencode(inside), name), "wb") as file:  # noqa: PTH123, PTH118
                file.write(b"Rain fell.\n")
            for document in load([inside], on_error=lambda error: None):
                keep(document)
        finally:
            shutil.rmtree(inside)

    return check


def keeper(place: Path, every: int = 8) -> Callable[[Any], None]:
    """Return what cuts one in ``every`` documents up, checks its offsets, and catalogues it as indexing would."""
    from dateline.index.keeping.catalogue import Catalogue
    from dateline.index.prose.chunking import chunk

    catalogue = Catalogue(place / "catalogue.sqlite")
    catalogue.create({"generation": "0"})
    catalogue.connection.execute("PRAGMA synchronous = OFF")

    def keep(document: Any) -> None:
        if zlib.crc32(f"{document.doc_id} {document.text}".encode()) % every:
            return
        chunked = chunk(document)
        for passage in chunked.passages:
            assert document.text[passage.start : passage.end] == passage.text
        for text in chunked.embedded:
            text.encode()
        with catalogue.transaction() as connection:
            catalogue.put(connection, chunked)
            connection.execute("DELETE FROM documents")
            connection.execute("DELETE FROM journal")

    return keep


def docx(body: bytes) -> bytes:
    """A Word file with this body; what looks like a ZIP file already is left as it is."""
    if body.startswith(b"PK"):
        return body
    word = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml", b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (word, body)
        )
    return packed.getvalue()


# --- texts -------------------------------------------------------------------------------------------------


def dates(place: Path) -> Check:
    """Resolve the time expressions of a text whose first line may be its day of publication."""
    from dateline.index.dates.datelines import find_dateline
    from dateline.index.dates.expressions import describe, resolve

    def check(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        first, _, rest = text.partition("\n")
        try:
            published: str | None = date.fromisoformat(first).isoformat()
        except ValueError:
            published, rest = None, text
        find_dateline(rest)
        for expression in resolve(rest, published):
            assert rest[expression.start : expression.end] == expression.text
            assert describe(expression)
            days = [date.fromisoformat(day[:10]) for day in (expression.earliest, expression.latest) if day]
            assert days == sorted(days)

    return check


def marks(place: Path) -> Check:
    """Read a model's text whole and in pieces, cut where the input's own bytes say; both must tell the same marks."""
    from dateline.rag.llm.marks import MarkParser

    def read(pieces: list[str]) -> tuple[list[int], list[int]]:
        parser = MarkParser(9)
        found = [marked for piece in pieces for marked in parser.feed(piece)]
        found += parser.close()
        for marked in found:
            assert all(1 <= number <= 9 for number in marked.marks)
        return sorted(n for m in found for n in m.marks), sorted(n for m in found for n in m.invented)

    def check(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        step = 1 + len(data) % 7
        read([text])
        read([text[at : at + step] for at in range(0, len(text), step)])

    return check


def events(place: Path) -> Check:
    """Let an LLM server answer every request with the input: a stream of a chat, a list of models, a refusal."""
    from functools import partial

    import httpx
    from llama_index.core.llms import ChatMessage

    from dateline.rag.llm import server

    status = 200
    content = b""
    transport = httpx.MockTransport(lambda request: httpx.Response(status, content=content))
    # Only this module's client: the transport stands where the network would.
    offline = SimpleNamespace(**vars(httpx) | {"Client": partial(httpx.Client, transport=transport)})
    message = [ChatMessage(content="Who?")]

    def check(data: bytes) -> None:
        nonlocal status, content
        status, content = (500 if data[:1] == b"!" else 200), data
        with patch.object(server, "httpx", offline):
            try:
                assert isinstance(server.connect("http://llm", timeout=1).chat(message).message.content, str)
            except LLMError as error:
                assert "\n" not in str(error)

    return check


def claims(place: Path) -> Check:
    """Hold the first line of the input against the others, and read it as a question that follows them."""
    from dateline.rag.check.grounding import check as supports
    from dateline.rag.question.rewrite import rewrite

    def check(data: bytes) -> None:
        claim, *others = data.decode("utf-8", "replace").split("\n")
        support = supports(claim, others)
        assert 0 <= support.score <= 1
        if support.quote is not None and support.passage is not None:
            assert support.quote in others[support.passage]
        try:
            rewrite(claim, [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(others)])
        except DatelineError as error:
            assert "\n" not in str(error)

    return check


# --- files and flags of our own ----------------------------------------------------------------------------


def question_set(place: Path) -> Check:
    """Read the input as a question set: JSONL where it begins with a brace, else YAML; what is read can be written."""
    from dateline.eval.sets.questions import QuestionSet

    def check(data: bytes) -> None:
        path = place / ("set.jsonl" if data.lstrip().startswith(b"{") else "set.yaml")
        path.write_bytes(data)
        try:
            questions = QuestionSet.load(path)
        except LoadError as error:
            assert str(path) in str(error)
            return
        again = place / "again.jsonl"
        questions.save(again)
        assert QuestionSet.load(again).questions == questions.questions

    return check


def settings(place: Path) -> Check:
    """Read the input as dateline.toml, then after NUL bytes as NAME=VALUE of the environment, then as flags."""
    from dateline.rag.command.cli import build_parser
    from dateline.rag.settings import CONFIG, Settings

    parser = build_parser()

    def check(data: bytes) -> None:
        toml, _, rest = data.partition(b"\0\0")
        variables, _, flags = rest.partition(b"\0\0")
        (place / CONFIG).write_bytes(toml)
        environ = dict(
            item.partition("=")[::2] for item in variables.decode("utf-8", "surrogateescape").split("\0") if "=" in item
        )
        given: dict[str, Any] = {}
        if flags:
            try:
                with redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()):
                    arguments = parser.parse_args(flags.decode("utf-8", "surrogateescape").split("\0"))
                given = {"index": arguments.index, "k": getattr(arguments, "k", None)}
            except SystemExit as error:
                assert error.code in (0, 2)
        try:
            loaded = Settings.load(given, environ=environ, folder=place)
            assert 1 <= loaded.k <= 100
        except UsageError:
            pass

    return check


def verify(place: Path) -> Check:
    """Read the input as an exported conversation, a file of votes and a file of users."""
    from dateline.eval.sets.votes import read_votes
    from dateline.rag.chat import export
    from dateline.rag.chat.users import Users

    index = SimpleNamespace(document=no_document)
    path = place / "given"

    def check(data: bytes) -> None:
        for suffix, read in (
            (".json", lambda file: export.verify(export.read(file), index)),
            (".jsonl", read_votes),
            (".users", Users),
        ):
            file = path.with_suffix(suffix)
            file.write_bytes(data)
            try:
                read(file)
            except DatelineError as error:
                assert str(error)

    return check


def no_document(doc_id: str) -> Any:
    """No article at all."""
    from dateline.index.errors import UnknownDocumentError

    raise UnknownDocumentError(f"no document {doc_id!r}")


# --- requests ----------------------------------------------------------------------------------------------


def newsroom(place: Path) -> Any:
    """An assistant over two small articles, its vectors made of hashed words."""
    from fakes import HashingEmbedder
    from newsroom import HARBOUR, UNDATED

    from dateline.index import Index
    from dateline.rag import Assistant, Retriever

    index = Index.open(place / "index", embedder=HashingEmbedder())
    index.add_documents([HARBOUR, UNDATED])
    return Assistant(Retriever(index, k=5))


def batch(place: Path) -> Check:
    """Read the input as a batch file: its first byte picks the command. Every line must be answered in its place."""
    from dateline.rag.command import cli
    from dateline.rag.question.rewrite import rewrite

    assistant = newsroom(place)
    given = SimpleNamespace(assistant=lambda: assistant, rewriter=lambda: rewrite, k=5, nli="")
    path = place / "batch"
    commands = {
        "search": cli._search, "ask": cli._ask, "dates": cli._dates, "check": cli._check, "rewrite": cli._rewrite,
    }  # fmt: skip
    runs = list(commands.values())

    def check(data: bytes) -> None:
        run, lines = runs[data[0] % len(runs)] if data else runs[0], data[1:]
        path.write_bytes(lines)
        arguments = Namespace(batch=str(path), query=None, question=None, file=None, claim=None)
        with redirect_stdout(io.StringIO()) as out:
            code = run(arguments, given)  # type: ignore[arg-type]
        answered = out.getvalue().encode("utf-8", "backslashreplace").decode().split("\n")[:-1]
        asked = [line for line in lines.decode(cli._encoding(lines[:4]), "replace").split("\n") if line.strip()]
        assert len(answered) == len(asked), f"{len(asked)} lines in, {len(answered)} out"
        rows = [json.loads(line) for line in answered]
        assert all("id" in row for row in rows)
        assert code == (1 if any("error" in row for row in rows) else 0)

    return check


def http(place: Path) -> Check:
    """Read the input as a request: a line with method and target, a line with one header, the rest its body."""
    from dateline.rag.service.http import build_app

    app = build_app(newsroom(place))

    async def send(method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> Any:
        sent: list[Any] = []
        pending = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if pending:
                return pending.pop()
            await asyncio.sleep(3600)
            raise AssertionError("unreachable")

        async def collect(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": quote(path).encode(), "query_string": query, "root_path": "", "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8600), "state": {},
        }  # fmt: skip
        await app(scope, receive, collect)
        return sent

    def check(data: bytes) -> None:
        line, _, rest = data.partition(b"\n")
        header, _, body = rest.partition(b"\n")
        method, _, target = line.decode("utf-8", "replace").partition(" ")
        path, _, query = target.partition("?")
        name, _, value = header.partition(b":")
        headers = [(b"host", b"127.0.0.1:8600"), (b"content-type", b"application/json")]
        headers += [(name.strip().lower(), value.strip())] if name.strip() else []
        sent = asyncio.run(send(method.upper() or "GET", "/" + path.lstrip("/"), query.encode(), headers, body))
        status = sent[0]["status"]
        answer = b"".join(message.get("body", b"") for message in sent[1:])
        assert status < 500, f"{status}: {answer[:200]!r}"
        if status >= 400 and not path.lstrip("/").startswith("mcp") and method.upper() != "HEAD":
            error = json.loads(answer)
            assert error.keys() == {"error"} and "\n" not in error["error"], answer

    return check


# --- the table ---------------------------------------------------------------------------------------------

NEWS = (
    b"Harbour bridge reopens\n\nLONDON, 29 January 2026 (Reuters) - The bridge reopened on Thursday, two days after "
    b'the storm. "We are glad", said Mayor Lena Brandt.\n\nIt had been shut since last week, 3,000 cars a day.\n'
)
PAGE = (
    b'<html><head><title>Bridge reopens</title><meta property="article:published_time" content="2026-01-29">'
    b'<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-01-29"}</script></head><body>'
    b"<nav>Home</nav><article><h1>Bridge reopens</h1><p>The <b>bridge</b> reopened on Thursday.<br>Cars came.</p>"
    b"<table><tr><td>Mon<td>12</table><ul><li>Buses run.</ul><blockquote>Glad.</blockquote></article></body></html>"
)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[4 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n4 0 obj<</Type/Page/Parent 2 0 R/Resources<</Font"
    b"<</F1 3 0 R>>>>/MediaBox[0 0 612 792]/Contents 5 0 R>>endobj\n5 0 obj<</Length 49>>\nstream\nBT /F1 12 Tf 72 720 "
    b"Td (The bridge reopened.) Tj T* ET\nendstream endobj\ntrailer<</Size 6/Root 1 0 R/Info<</Title(Bridge)>>>>\n"
    b"startxref\n0\n%%EOF\n"
)
FORMS = (
    PDF.replace(b"/Font<</F1 3 0 R>>", b"/Font<</F1 3 0 R>>/XObject<</X 7 0 R>>")
    .replace(b"Tj T* ET", b"Tj ET /X Do")
    .replace(
        b"trailer",
        b"7 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 3 0 R>>>>/Length 32>>\nstream\n"
        b"BT /F1 9 Tf [(Cars) -9 (came)]TJ ET\nendstream endobj\ntrailer",
    )
)
PARAGRAPH = b'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>The bridge reopened.</w:t></w:r></w:p>'
CELLS = b"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Mon</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
MAIL = (
    b"From: News Desk <desk@example.org>\nSubject: =?utf-8?q?Storm_hits_Bod=C3=B8?=\nDate: Thu, 29 Jan 2026 23:30:00 "
    b"-0500\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; "
    b"charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nA storm hit.\n--b\nContent-Type: text/html; "
    b"charset=latin-1\n\n<p>A storm hit.</p>\n--b--\n"
)
RSS = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Gazette</title><item><title>Rain</title><link>http://e.org'
    b"/1</link><guid>1</guid><pubDate>Thu, 29 Jan 2026 10:00:00 GMT</pubDate><author>a@e.org (Ann)</author><description>"
    b"&lt;p&gt;Rain fell.&lt;/p&gt;</description></item></channel></rss>"
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Gazette</title><entry><title>Rain</title><link href="http://e.org'
    b'/1"/><published>2026-01-29T10:00:00Z</published><author><name>Ann</name></author><content type="html">Rain fell.'
    b"</content></entry></feed>"
)
RECORD = (
    b'{"doc_id": "a/1", "text": "Rain fell on Monday.", "title": "Rain", "published": "2026-01-29", "source": "Gazette", '
    b'"url": "http://e.org/1", "authors": ["Ann"], "views": 3, "hot": true, "ratio": 1e9}\n'
)
FIELDS = b"title: Rain\npublished: 2026-01-29\nauthors: [Ann, Bo]\nurl: http://e.org\nsection: Local\nviews: 3\n"
QUESTIONS = (
    b'- id: "1"\n  question: Who met?\n  answers: [Ann]\n  answer_facts: [[Ann, Bo], [x]]\n  dates: [2026-02-04, '
    b"2026-01/2026-02]\n  gold_docs: {a: 2, b: 0}\n  gold_quotes: [Rain fell.]\n  asked_on: 2026-02-05\n"
    b"  history: [{role: user, content: Who?}]\n  tags: [who]\n  ordered: true\n"
)
VOTE = (
    b'{"answer": {"question": "Who?", "answer": "Ann [1]", "abstained": false, "reason": null, "confidence": 0.5, '
    b'"sentences": [], "citations": []}, "vote": 1, "comment": "good"}\n'
)
EXPORT = (
    b'{"format": "dateline-conversation", "version": 1, "title": "t", "turns": [{"answer": {"citations": [{"n": 1, '
    b'"doc_id": "a", "quote": "Rain", "start": 0, "end": 4}], "nearest": []}}], "documents": {"a": {"sha256": "0"}}}'
)

TARGETS: dict[str, Target] = {
    "text": Target(loader("a.txt", every=1), (NEWS, NEWS.decode().encode("utf-16"), "café – “x”".encode("cp1252"), b"")),
    "markdown": Target(
        loader("a.md"),
        (b"---\n" + FIELDS + b"---\n# Rain\n\nRain **fell** [here](x). ![p](q)\n\n- one\n\n|a|b|\n|-|-|\n|1|2|\n",
         b'+++\ntitle = "Rain"\n+++\nText\n```\ncode\n```\n> quote\n<div>html</div>\n'),
    ),
    "html": Target(loader("a.html"), (PAGE, b"<p>Rain.<script>x()</script><p>Sun.", b"<div>" * 40 + b"deep")),
    "pdf": Target(loader("a.pdf"), (PDF, FORMS)),
    "docx": Target(loader("a.docx", docx), (PARAGRAPH + CELLS, docx(PARAGRAPH))),
    "mail": Target(
        loader("a.eml"),
        (MAIL, b"From: a@b\nSubject: x\n\nPlain.\n",
         b"Content-Type: message/rfc822\n\nContent-Type: text/html; charset=nope\n\n<p>In.\n"),
    ),
    "jsonl": Target(loader("a.jsonl"), (RECORD, RECORD + b"\n[1]\n" + RECORD, b'{"text": "\\ud800", "n": 1e999}')),
    "csv": Target(loader("a.csv"), (b'doc_id;title;text;date\n1;"A; B";"One\nline.";2026-01-01\n2;B;;\n', b"text\nRain.\n")),
    "feed": Target(loader("a.xml"), (RSS, ATOM)),
    "sidecar": Target(sidecar, (FIELDS, RECORD, b"a: &a [1]\npublished: [*a, *a]\n")),
    "name": Target(file_name, (b"a", "ü\u202e\u200b".encode(), b"..\\..\\x", b"\xff\xfe\n", b"con", b"-rf", b"a.meta")),
    "dates": Target(
        dates,
        (b"2026-01-29\nOn Tuesday, two days after 3 March, he left at 5 pm; in mid-2025 or Q3, every Monday, 3 weeks ago.",
         NEWS, b"Between 5 and 7 May 2024, the first half of last year, the 1990s, tomorrow night, 31/12/9999."),
    ),
    "marks": Target(
        marks,
        (b"<think>x</think>Rain fell [1]. Sun [1, 2][3-5] shone\xe3\x80\x901\xe2\x80\xa0source\xe3\x80\x91.\n\n- item \\[2\\]\n",
         "| a | b |\n|---|---|\n| c [1] | d¹² |\n```\ncode [1]\n```\n# Head\nKm² <sup>[3]</sup> [^4]".encode()),
    ),
    "events": Target(
        events,
        (b'data: {"choices": [{"delta": {"content": "Rain"}, "finish_reason": "stop"}]}\ndata: [DONE]\n',
         b'!{"error": {"message": "no"}}', b'data: {"error": {"message": "no"}}\n',
         b'{"data": [{"id": "m", "max_model_len": 4096}], "models": [{"name": "m", "context_length": 9}]}'),
    ),
    "claims": Target(
        claims,
        (b"Brandt met the pilots on Tuesday.\nMayor Lena Brandt met the pilots on Tuesday. She thanked them.\nNo.",
         b"And when did she call him?\nWho met Lena Brandt?\nThe pilots did.\nNot 3 of 4 people."),
    ),
    "questions": Target(question_set, (QUESTIONS, b'{"id": 1, "question": "Who?", "answerable": false}\n', b"questions: []")),
    "settings": Target(
        settings,
        (b'index = "x"\nk = 3\n[llm]\nurl = "http://h/v1"\n\0\0DATELINE_K=4\0DATELINE_TOKEN=t\0\0search\0-k\x005\0x',
         b"\0\0DATELINE_UNSUPPORTED=flag\0PATH=x\0\0--index\0y\0status"),
    ),
    "verify": Target(verify, (EXPORT, VOTE, b'{"ann": "scrypt$00$00"}',
                              b'<script type="application/json" id="dateline-conversation">' + EXPORT + b"</script>")),
    "batch": Target(
        batch,
        (b'\0{"id": 1, "query": "mayor", "k": 2, "after": "2025-01-01"}\n{"query": 3}\n',
         b'\1{"id": "q", "question": "Who met the pilots?", "asked_on": "2025-03-07", "history": [{"role": "user", '
         b'"content": "Who?"}]}\n', b'\2{"id": 1, "text": "on Tuesday", "published": "2025-03-06"}\n',
         b'\3{"id": [], "claim": "She left.", "passages": ["She left.", ""]}\nnot json\n',
         b'\4{"id": null, "question": "And him?", "history": [{"role": "user", "content": "Who met Ann?"}]}\n'),
    ),
    "http": Target(
        http,
        (b"GET v1/search?query=mayor&k=2&after=2025-01-01&source=Coast%20Courier&doc_id=x\n",
         b'POST v1/ask\naccept: application/json\n{"question": "Who met the pilots?", "asked_on": "2025-03-07", '
         b'"history": [{"role": "user", "content": "Hm?"}], "doc_ids": []}',
         b'POST v1/ask\naccept: text/event-stream\n{"question": "When did the ferry line call?"}',
         b"GET v1/documents/port/harbour.txt\n", b"GET healthz\n", b"GET openapi.json\n",
         b'POST v1/ask\ncontent-length: 99999999\n{"question": "\\ud800", "\\ud800": 1}',
         b'POST mcp\naccept: application/json, text/event-stream\n{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'),
    ),
}  # fmt: skip

READING = (
    "dateline.index.reading.loaders",
    "dateline.index.reading.formats",
    "dateline.index.reading.encodings",
    "dateline.index.reading.fields",
    "dateline.index.reading.records",
    "dateline.index.reading.articles",
    "dateline.index.reading.mail",
    "dateline.index.reading.markdown",
    "dateline.index.reading.pages",
    "dateline.index.reading.page_dates",
    "dateline.index.reading.pdf",
    "dateline.index.reading.word",
    "dateline.index.layout.markup",
    "dateline.index.layout.tables",
    "dateline.index.layout.csvtable",
    "dateline.index.dates.written",
    "dateline.index.prose.plain",
    "dateline.index.prose.headline",
    "dateline.index.prose.furniture",
)

COVERS: dict[str, tuple[str, ...]] = {
    "dates": ("dateline.index.dates",),
    "marks": ("dateline.rag.llm.marks",),
    "events": ("dateline.rag.llm.server",),
    "claims": (
        "dateline.rag.check.grounding",
        "dateline.rag.check.alignment",
        "dateline.rag.check.disagreements",
        "dateline.rag.english.words",
        "dateline.rag.question.rewrite",
    ),
    "questions": ("dateline.eval.sets.questions", "dateline.eval.sets.items"),
    "settings": ("dateline.rag.settings", "dateline.rag.command.cli"),
    "verify": (
        "dateline.rag.chat.export",
        "dateline.rag.chat.users",
        "dateline.eval.sets.votes",
        "dateline.eval.sets.questions",
        "dateline.eval.sets.items",
        "dateline.eval.sets.adapters",
    ),
    "batch": ("dateline.rag.command.cli", "dateline.rag.search.query"),
    "http": ("dateline.rag.service.http", "dateline.rag.service.schemas", "dateline.rag.service.queue"),
}
"""The modules whose branches guide the search (else READING): the more, the slower."""
