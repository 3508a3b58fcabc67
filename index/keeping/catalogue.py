"""The SQLite file that holds documents, passages and their terms.

It is the truth of the index: Chroma's vectors are looked up through it, and a vector whose passage
is not here does not exist for a reader. One transaction turns the old state of a document into the
new one, so a reader (another process too) sees the one or the other.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat

import numpy as np

from dateline.index.dates.expressions import TimeExpression
from dateline.index.documents import Document, Passage
from dateline.index.errors import UnknownDocumentError
from dateline.index.filters import Filter, days_spoken_of, to_day
from dateline.index.keeping import lexical
from dateline.index.keeping.database import Database
from dateline.index.keeping.rows import DOCUMENT_COLUMNS, Candidate, DocumentInfo, Sentences, document_of
from dateline.index.prose.chunking import Chunked, heading
from dateline.index.prose.copies import clusters_in_order
from dateline.index.vectors.pooling import Vectors, restore, similarities


class Catalogue(Database):
    """Documents, passages and terms in one SQLite file."""

    # Writing. Each of these runs inside ``transaction()``.

    def journal(self, connection: sqlite3.Connection, chunked: Iterable[Chunked]) -> None:
        """Note which vectors are about to be written, so that a kill leaves none behind unknown."""
        connection.executemany(
            "INSERT OR IGNORE INTO journal VALUES (?, ?)",
            [(passage.passage_id, passage.doc_id) for entry in chunked for passage in entry.passages],
        )

    def put(
        self,
        connection: sqlite3.Connection,
        entry: Chunked,
        origin: str = "",
        digest: str = "",
        sentences: Sequence[bytes] = (),
    ) -> None:
        """Put a document in, in place of what stood under its id; old vectors go to the journal.

        ``sentences`` holds the quantised vectors of each passage's sentences, or nothing.
        """
        document = entry.document
        self.delete(connection, [document.doc_id])
        published_day = to_day(document.published) if document.published else None
        connection.execute(
            "INSERT INTO documents VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                document.doc_id, document.content_hash(), origin, digest, document.title, document.source,
                document.published, document.published_from, published_day, document.url, json.dumps(document.authors),
                json.dumps(document.furniture), json.dumps(document.pages), json.dumps(document.metadata), document.text,
                len(entry.passages), entry.signature, None,
            ),
        )  # fmt: skip
        title_terms = " ".join(lexical.terms(heading(document)))
        connection.executemany(
            'INSERT INTO passages (passage_id, doc_id, start, "end", page, dates, published_day, first_day, last_day,'
            " title_terms, terms) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    passage.passage_id, passage.doc_id, passage.start, passage.end, passage.page,
                    json.dumps([expression.to_dict() for expression in passage.dates], ensure_ascii=False),
                    published_day, *days_spoken_of(passage.dates), title_terms,
                    " ".join(lexical.terms(" ".join(texts))),
                )
                for passage, texts in zip(entry.passages, entry.texts, strict=True)
            ],
        )  # fmt: skip
        self.put_sentences(connection, entry, sentences)
        connection.executemany("DELETE FROM journal WHERE passage_id = ?", [(p.passage_id,) for p in entry.passages])
        self._advance(connection)

    def put_sentences(self, connection: sqlite3.Connection, entry: Chunked, vectors: Sequence[bytes]) -> None:
        """Store the sentences of a document's passages, with their quantised vectors or without."""
        rows = connection.execute("SELECT id FROM passages WHERE doc_id = ? ORDER BY id", (entry.document.doc_id,))
        spans = [np.array(some, dtype="<i4").tobytes() for some in entry.sentences]
        connection.executemany(
            "INSERT OR REPLACE INTO sentences VALUES (?, ?, ?)",
            zip([row[0] for row in rows], spans, list(vectors) or repeat(None, len(spans)), strict=True),
        )

    def delete(self, connection: sqlite3.Connection, doc_ids: Sequence[str]) -> None:
        """Take documents out; their vectors go to the journal of things to delete."""
        for doc_id in doc_ids:
            connection.execute(
                "INSERT OR IGNORE INTO journal SELECT passage_id, doc_id FROM passages WHERE doc_id = ?", (doc_id,)
            )
            connection.execute(
                "DELETE FROM files WHERE origin = (SELECT origin FROM documents WHERE doc_id = ?)", (doc_id,)
            )
            connection.execute("DELETE FROM passages WHERE doc_id = ?", (doc_id,))
            connection.execute("DELETE FROM documents WHERE doc_id = ?", (doc_id,))
        self._advance(connection)

    def clear_journal(self, connection: sqlite3.Connection, passage_ids: Sequence[str] | None = None) -> None:
        """Forget vectors that are known to be gone; without ids, all."""
        if passage_ids is None:
            connection.execute("DELETE FROM journal")
        else:
            connection.executemany("DELETE FROM journal WHERE passage_id = ?", [(p,) for p in passage_ids])

    def _advance(self, connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")

    # Writing, in a transaction of their own.

    def remember_files(self, files: Sequence[tuple[str, str, list[str]]]) -> None:
        """Note files that were read without a fault: origin, digest of the bytes, ids of the documents in it."""
        with self.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?)", [(o, d, json.dumps(ids)) for o, d, ids in files]
            )

    def move(self, origins: Mapping[str, str]) -> None:
        """Note where documents, by id, are read from now."""
        with self.transaction() as connection:
            connection.executemany(
                "UPDATE documents SET origin = ? WHERE doc_id = ?", [(o, i) for i, o in origins.items()]
            )

    def is_clustered(self) -> bool:
        """Return whether it is known of every document which others are near-copies of it."""
        return self.connection.execute("SELECT 1 FROM documents WHERE cluster IS NULL").fetchone() is None

    def recluster(self) -> None:
        """Find out anew which documents are near-copies of each other."""
        before = dict(self.connection.execute("SELECT doc_id, cluster FROM documents ORDER BY doc_id").fetchall())
        ids = list(before)
        found = clusters_in_order(
            ids, (row[0] for row in self.connection.execute("SELECT signature FROM documents ORDER BY doc_id"))
        )
        changed = [(found[doc_id], doc_id) for doc_id in ids if found[doc_id] != before[doc_id]]
        with self.transaction() as connection:
            connection.executemany("UPDATE documents SET cluster = ? WHERE doc_id = ?", changed)

    def check_postings(self) -> str:
        """Return what is wrong with the lexical side, or "" where it matches the passages."""
        return lexical.check(self.connection)

    def rebuild_postings(self) -> None:
        """Make the lexical side anew from the passages' terms."""
        with self.transaction() as connection:
            lexical.rebuild(connection)

    # Reading.

    def journaled(self) -> list[str]:
        """Return the ids of vectors that may exist in Chroma but belong to no passage."""
        rows = self.connection.execute(
            "SELECT passage_id FROM journal WHERE passage_id NOT IN (SELECT passage_id FROM passages)"
        )
        return [row[0] for row in rows]

    def hashes(self) -> dict[str, str]:
        """Return the content hash of every document."""
        return dict(self.connection.execute("SELECT doc_id, hash FROM documents").fetchall())

    def digests(self) -> dict[str, str]:
        """Return the digest of what every document was made from."""
        return dict(self.connection.execute("SELECT doc_id, digest FROM documents").fetchall())

    def origins(self) -> dict[str, str]:
        """Return the file or collection that every document was read from."""
        return dict(self.connection.execute("SELECT doc_id, origin FROM documents").fetchall())

    def files(self) -> dict[str, tuple[str, list[str]]]:
        """Return, by origin, the digest and document ids of every file read without a fault."""
        rows = self.connection.execute("SELECT origin, digest, doc_ids FROM files")
        return {origin: (digest, json.loads(doc_ids)) for origin, digest, doc_ids in rows}

    def passage_ids(self, doc_ids: Sequence[str] | None = None) -> list[str]:
        """Return the ids of all passages, or of those of some documents."""
        if doc_ids is None:
            rows = self.connection.execute("SELECT passage_id FROM passages ORDER BY id")
            return [row[0] for row in rows]
        return [
            row[0]
            for doc_id in doc_ids
            for row in self.connection.execute(
                "SELECT passage_id FROM passages WHERE doc_id = ? ORDER BY id", (doc_id,)
            )
        ]

    def counts(self) -> dict[str, int]:
        """Return the numbers of documents, passages and undated documents."""
        row = self.connection.execute(
            "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages),"
            " (SELECT count(*) FROM documents WHERE published IS NULL)"
        ).fetchone()
        return {"documents": row[0], "passages": row[1], "undated": row[2]}

    def documents(self) -> list[DocumentInfo]:
        """Return every document without its text, newest first, undated ones last."""
        rows = self.connection.execute(
            "SELECT doc_id, title, source, published, published_from, url, passages, hash, origin, cluster FROM documents"
            " ORDER BY published_day IS NULL, published_day DESC, doc_id"
        )
        return [DocumentInfo(*row) for row in rows]

    def require(self, doc_ids: Sequence[str]) -> None:
        """Raise UnknownDocumentError unless all these documents are there."""
        known = {row[0] for row in self._select("SELECT doc_id FROM documents WHERE doc_id IN ({})", doc_ids)}
        for doc_id in doc_ids:
            if doc_id not in known:
                raise _unknown(doc_id)

    def document(self, doc_id: str) -> Document:
        """Return a whole document; raises UnknownDocumentError."""
        row = self.connection.execute(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE doc_id = ?", (doc_id,)
        ).fetchone()
        if row is None:
            raise _unknown(doc_id)
        with self._legible():
            return document_of(doc_id, row)

    def search(self, query: Sequence[str], k: int, bounds: Filter | None = None) -> list[tuple[int, float]]:
        """Return up to ``k`` (passage row, BM25 score) for query terms, best first."""
        condition, parameters = bounds.to_sql() if bounds else ("", [])
        return lexical.search(self.connection, query, k, condition, parameters)

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each term occurs."""
        return lexical.document_frequency(self.connection, terms)

    def rows(self, passage_ids: Sequence[str], bounds: Filter | None = None) -> dict[str, int]:
        """Return the row of each passage id that exists and is within ``bounds``."""
        if not bounds:
            return dict(self._select("SELECT passage_id, id FROM passages WHERE passage_id IN ({})", passage_ids))
        condition, parameters = bounds.to_sql()
        sql = (
            "SELECT p.passage_id, p.id FROM passages p JOIN documents d ON d.doc_id = p.doc_id"
            f" WHERE p.passage_id IN ({{}}) AND {condition}"
        )
        return dict(self._select(sql, passage_ids, parameters))

    def rows_within(self, bounds: Filter, most: int) -> dict[str, int]:
        """Return the rows, by passage id, of up to ``most`` passages within ``bounds``."""
        condition, parameters = bounds.to_sql()
        tables = "passages p JOIN documents d ON d.doc_id = p.doc_id" if "d." in condition else "passages p"
        sql = f"SELECT p.passage_id, p.id FROM {tables} WHERE {condition} LIMIT ?"
        return dict(self.connection.execute(sql, [*parameters, most]).fetchall())

    def candidates(self, rows: Sequence[int]) -> list[Candidate]:
        """Return the candidates of passage rows, in no particular order."""
        return [
            Candidate(
                row=r[0], passage_id=r[1], doc_id=r[2], title_terms=tuple(r[3].split()), terms=tuple(r[4].split()),
                source=r[5], published_day=r[6], first_day=r[7], last_day=r[8], cluster=r[9], alone=bool(r[10]),
            )
            for r in self._select(
                "SELECT p.id, p.passage_id, p.doc_id, p.title_terms, p.terms, d.source, p.published_day, p.first_day,"
                " p.last_day, d.cluster,"
                " NOT EXISTS (SELECT 1 FROM passages other WHERE other.doc_id = p.doc_id AND other.id <> p.id)"
                " FROM passages p JOIN documents d ON d.doc_id = p.doc_id WHERE p.id IN ({})",
                rows,
            )
        ]  # fmt: skip

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return the passages of rows, in the order asked for; rows that no longer exist are left out."""
        sql = (
            'SELECT p.id, p.passage_id, p.doc_id, p.start, p."end", substr(d.text, p.start + 1, p."end" - p.start),'
            " p.page, p.dates, d.title, d.source, d.published, d.published_from, d.url, d.metadata"
            " FROM passages p JOIN documents d ON d.doc_id = p.doc_id WHERE p.id IN ({})"
        )
        with self._legible():
            found = {
                r[0]: Passage(
                    passage_id=r[1], doc_id=r[2], start=r[3], end=r[4], text=r[5], page=r[6],
                    dates=tuple(TimeExpression(**e) for e in json.loads(r[7])), title=r[8], source=r[9],
                    published=r[10], published_from=r[11], url=r[12], metadata=json.loads(r[13]),
                )
                for r in self._select(sql, rows)
            }  # fmt: skip
        return [found[row] for row in rows if row in found]

    def sentences(self, passage_ids: Sequence[str]) -> dict[str, Sentences]:
        """Return the stored sentences of passages; an index of an earlier format has none."""
        sql = (
            "SELECT p.passage_id, s.spans, s.vectors FROM passages p JOIN sentences s ON s.passage = p.id"
            " WHERE p.passage_id IN ({})"
        )
        found = {}
        with self._legible():
            for passage_id, data, vectors in self._select(sql, passage_ids) if self._has_sentences() else ():
                spans = [(start, end) for start, end in np.frombuffer(data, dtype="<i4").reshape(-1, 2).tolist()]
                found[passage_id] = Sentences(spans, None if vectors is None else restore(vectors, len(spans)))
        return found

    def nearest_sentences(self, rows: Sequence[int], vector: Vectors) -> dict[int, float]:
        """Return, for each passage row, the cosine of ``vector`` and its nearest sentence; rows without any are left out."""
        sql = "SELECT passage, vectors FROM sentences WHERE passage IN ({}) AND length(vectors) > 0"
        stored = list(self._select(sql, rows)) if self._has_sentences() else []
        if not stored:
            return {}
        ends = np.cumsum([len(data) // len(vector) for _, data in stored])
        cosines = similarities(b"".join(data for _, data in stored), int(ends[-1]), vector)
        best = np.maximum.reduceat(cosines, [0, *ends[:-1]])
        return dict(zip((row for row, _ in stored), best.tolist(), strict=True))

    def without_sentences(self) -> list[str]:
        """Return the ids of the documents that have a passage whose sentences' vectors are not stored."""
        lacking = (
            "(SELECT 1 FROM passages p LEFT JOIN sentences s ON s.passage = p.id"
            " WHERE p.doc_id = d.doc_id AND s.vectors IS NULL)"
        )
        condition = f" WHERE EXISTS {lacking}" if self._has_sentences() else ""
        return [row[0] for row in self.connection.execute(f"SELECT d.doc_id FROM documents d{condition} ORDER BY 1")]

    def _has_sentences(self) -> bool:
        return self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sentences'").fetchone() is not None

    def rows_of(self, doc_id: str) -> list[int]:
        """Return a document's passage rows in reading order."""
        rows = self.connection.execute("SELECT id FROM passages WHERE doc_id = ? ORDER BY start", (doc_id,))
        return [row[0] for row in rows]


def _unknown(doc_id: str) -> UnknownDocumentError:
    return UnknownDocumentError(f"no document {doc_id!r} is in the index; list them with: dateline status --json")
