"""The tables of the catalogue."""

from __future__ import annotations

from dateline.index.keeping import lexical

SENTENCES = """
CREATE TABLE sentences (
    passage INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE, spans BLOB NOT NULL, vectors BLOB
);
CREATE INDEX documents_ranked ON documents (doc_id, source, cluster);
"""
"""What format 2 added. The index spares the ranking the articles' texts, which lie between those columns."""
TABLES = (
    """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    doc_id TEXT PRIMARY KEY, hash TEXT NOT NULL, origin TEXT NOT NULL, digest TEXT NOT NULL, title TEXT NOT NULL, source TEXT NOT NULL,
    published TEXT, published_from TEXT NOT NULL, published_day INTEGER, url TEXT NOT NULL, authors TEXT NOT NULL,
    furniture TEXT NOT NULL, pages TEXT NOT NULL, metadata TEXT NOT NULL, text TEXT NOT NULL,
    passages INTEGER NOT NULL, signature BLOB NOT NULL, cluster TEXT
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, passage_id TEXT NOT NULL UNIQUE,
    doc_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER, dates TEXT NOT NULL,
    published_day INTEGER, first_day INTEGER, last_day INTEGER, title_terms TEXT NOT NULL, terms TEXT NOT NULL
);
CREATE INDEX passages_of_document ON passages (doc_id);
CREATE INDEX documents_by_day ON documents (published_day);
CREATE INDEX passages_by_day ON passages (published_day);
CREATE INDEX passages_by_day_spoken_of ON passages (first_day, last_day);
CREATE TABLE files (origin TEXT PRIMARY KEY, digest TEXT NOT NULL, doc_ids TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (passage_id TEXT PRIMARY KEY, doc_id TEXT NOT NULL) WITHOUT ROWID;
"""
    + SENTENCES
    + lexical.SCHEMA
)
