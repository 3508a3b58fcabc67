"""Library: the articles as a reader keeps them: added, listed, dated by hand, taken away and put back."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dateline.index.documents import Document
from dateline.index.errors import DatelineError, UsageError
from dateline.rag.html import render

if TYPE_CHECKING:
    from dateline.index import Index
    from dateline.index.keeping.rows import DocumentInfo

MAX_FILES = 50
MAX_BYTES = 20 * 1024 * 1024
"""Of one uploaded file."""
Order = Literal["Newest", "Oldest", "Title", "Source", "Passages"]
SHOWN = 200
OFFERED = 1000
"""Articles offered to limit a question to, the newest ones; a browser would not take many more."""


class Library:
    """Adds to an index and takes from it, telling in a sentence what became of each article."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def add_files(self, paths: Sequence[str | Path]) -> Iterator[tuple[int, str]]:
        """Add uploaded files one by one; yields how many are done and what became of the last one."""
        if len(paths) > MAX_FILES:
            raise UsageError(f"{len(paths)} files at once are too many; add at most {MAX_FILES} at a time")
        for done, path in enumerate(map(Path, paths), start=1):
            try:
                if path.stat().st_size > MAX_BYTES:
                    raise UsageError(f"larger than {MAX_BYTES // 2**20} MB")
                yield done, f"{path.name}: {self._add(path)}"
            except (DatelineError, OSError) as error:
                yield done, f"{path.name}: not added ({error})"

    def _add(self, path: Path) -> str:
        # A folder of its own gives the document the file's name for an id, whatever the upload's folder was.
        with tempfile.TemporaryDirectory() as folder:
            shutil.copyfile(path, Path(folder) / path.name)
            report = self.index.add(folder)
        if report.failed:
            raise UsageError(report.failed[0].why)
        return "updated" if report.updated else "added" if report.added else "already there"

    def add_text(self, text: str, title: str = "", source: str = "", published: str = "") -> Document:
        """Add a pasted article."""
        if not text.strip():
            raise UsageError("there is no text; paste an article")
        title = " ".join(title.split()) or " ".join(text.split())[:80]
        doc_id = "pasted/" + "-".join("".join(c if c.isalnum() else " " for c in title.casefold()).split())[:60]
        day = _day(published)
        document = Document(
            doc_id or "pasted/article",
            text,
            title=title,
            source=source.strip(),
            published=day,
            published_from="metadata" if day else "unknown",
        )
        self.index.add_documents([document])
        return document

    def amend(self, doc_id: str, published: str, source: str) -> Document:
        """Set an article's date and source by hand."""
        known = self.index.document(doc_id)
        day = _day(published)
        changed = day != (known.published or "")[:10]
        document = replace(
            known,
            source=source.strip(),
            published=(day or None) if changed else known.published,
            published_from=("metadata" if day else "unknown") if changed else known.published_from,
        )
        self.index.add_documents([document])
        return document

    def remove(self, doc_id: str) -> Document:
        """Take an article away; the document returned puts it back."""
        document = self.index.document(doc_id)
        self.index.remove([doc_id])
        return document

    def put_back(self, document: Document) -> None:
        """Undo a removal."""
        self.index.add_documents([document])

    def find(self, search: str = "", order: Order = "Newest") -> list[DocumentInfo]:
        """The articles whose title, source or id contains every word, in order; undated ones last by date."""
        words = search.casefold().split()
        found = [
            info
            for info in self.index.documents()
            if all(
                word in f"{info.title} {info.source} {info.doc_id} {info.published or ''}".casefold() for word in words
            )
        ]
        if order in ("Newest", "Oldest"):
            dated = [info for info in found if info.published]
            dated.sort(key=lambda info: info.published or "", reverse=order == "Newest")
            return dated + [info for info in found if not info.published]
        if order == "Passages":
            return sorted(found, key=lambda info: -info.passages)
        return sorted(found, key=lambda info: (info.title if order == "Title" else info.source).casefold())

    def choices(self) -> list[tuple[str, str]]:
        """Title and id of the articles that a question can be limited to."""
        return [(info.title or info.doc_id, info.doc_id) for info in self.find()[:OFFERED]]

    def table_html(self, search: str = "", order: Order = "Newest") -> str:
        """The articles as a table; a title is the button that opens its article."""
        found = self.find(search, order)
        if not found:
            words = "No article matches." if search.strip() else "No articles yet. Add files, or paste a text."
            return f'<p class="dl-blank">{words}</p>'
        rows = "".join(
            f'<tr><td><button type="button" class="dl-link" data-send="library" data-doc="{escape(info.doc_id)}">'
            f"{escape(info.title or info.doc_id)}</button></td><td>{escape(info.source) or '–'}</td>"
            f"<td>{escape(render.day(info.published)) or 'undated'}</td><td>{info.passages}</td></tr>"
            for info in found[:SHOWN]
        )
        more = f'<p class="dl-summary">The first {SHOWN} of {len(found):,}; search for the others.</p>'
        return (
            '<div class="dl-text"><table class="dl-library"><thead><tr><th scope="col">Title</th><th scope="col">Source</th>'
            f'<th scope="col">Published</th><th scope="col">Passages</th></tr></thead><tbody>{rows}</tbody></table></div>'
            + (more if len(found) > SHOWN else "")
        )


def _day(text: str) -> str:
    """An ISO date, or empty for none; raises UsageError for anything else."""
    text = text.strip()
    if not text:
        return ""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise UsageError(f"{text!r} is no date; write it as 2026-01-29") from None
