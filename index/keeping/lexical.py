"""The BM25 side of the store: analysis of text into terms, and an FTS5 table over them.

Terms are made here (case, accents, possessives, stop words, Snowball stems) and stored as text, so
that the engine, the ranking and the tests all see the same ones. SQLite's FTS5 keeps the postings
in the file that holds the documents: a document and its terms change in one transaction.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

import Stemmer

from dateline.index.errors import StoreFileError

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_APOSTROPHES = re.compile(r"['’](?:s)?")

STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "hers",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "ours",
        "shall",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "theirs",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "too",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "yours",
        "am",
        "about",
        "after",
        "also",
        "any",
        "because",
        "both",
        "each",
        "just",
        "more",
        "most",
        "no",
        "not",
        "only",
        "other",
        "own",
        "same",
        "very",
    ]
)
"""Words that carry no content of their own; neither indexed nor searched for."""

_LONGEST = 64
"""Longer runs of letters and digits are no words."""
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")

_local = threading.local()


def _stemmer() -> Stemmer.Stemmer:
    # A PyStemmer object keeps state and must not be shared by threads.
    stemmer = getattr(_local, "stemmer", None)
    if stemmer is None:
        stemmer = _local.stemmer = Stemmer.Stemmer("english")
    return stemmer


def terms(text: str) -> list[str]:
    """Return the terms of ``text`` in order: folded, without stop words, stemmed (Snowball English)."""
    if not text.isascii():
        text = _BEYOND_ASCII.sub(_without_accents, unicodedata.normalize("NFKD", text))
    return [term for word in _WORD.findall(text.casefold()) if (term := _term(word))]


def _without_accents(decomposed: re.Match[str]) -> str:
    return "".join(character for character in decomposed[0] if not unicodedata.combining(character))


@lru_cache(maxsize=1 << 15)
def _term(word: str) -> str:
    """Return the term of a folded word, "" if it has none. Most words of a text are common ones, met before."""
    plain = _APOSTROPHES.sub("", word)
    if not plain or plain in STOP_WORDS or len(plain) > _LONGEST:
        return ""
    stem: str = _stemmer().stemWord(plain)
    return stem


SCHEMA = """
CREATE VIRTUAL TABLE postings USING fts5(
    title_terms, terms, content='passages', content_rowid='id', tokenize="unicode61 remove_diacritics 0"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab('postings', 'row');
CREATE TRIGGER passages_added AFTER INSERT ON passages BEGIN
    INSERT INTO postings(rowid, title_terms, terms) VALUES (new.id, new.title_terms, new.terms);
END;
CREATE TRIGGER passages_removed AFTER DELETE ON passages BEGIN
    INSERT INTO postings(postings, rowid, title_terms, terms) VALUES ('delete', old.id, old.title_terms, old.terms);
END;
"""
"""Postings follow the table ``passages``, whose columns ``title_terms`` and ``terms`` hold the terms."""

_MOST_POSTINGS = 10_000
"""Commoner terms are left to the ranking once the rarer ones match this many passages, so that a
query's time does not grow with the archive."""


def document_frequency(connection: sqlite3.Connection, wanted: Iterable[str]) -> dict[str, int]:
    """Return in how many passages (title included) each of the terms occurs; absent terms are left out."""
    unique = list(dict.fromkeys(wanted))
    marks = ",".join("?" * len(unique))
    rows = connection.execute(f"SELECT term, doc FROM vocabulary WHERE term IN ({marks})", unique)
    return dict(rows.fetchall())


def search(
    connection: sqlite3.Connection, query: Sequence[str], k: int, condition: str = "", parameters: Sequence[object] = ()
) -> list[tuple[int, float]]:
    """Return up to ``k`` (passage row, BM25 score), best first.

    ``query`` are terms. ``condition`` is SQL over ``passages`` (as ``p``) and ``documents`` (as
    ``d``). Scores are FTS5's BM25 (Robertson et al. 1994, k1 = 1.2, b = 0.75) with its sign
    turned, so that higher is better, title terms counted once and a half.
    """
    chosen = _affordable(document_frequency(connection, query))
    if not chosen:
        return []
    match = " OR ".join(f'"{term}"' for term in chosen)
    if condition:
        sql = (
            "SELECT postings.rowid, -bm25(postings, 1.5, 1.0) AS score FROM postings"
            " JOIN passages p ON p.id = postings.rowid JOIN documents d ON d.doc_id = p.doc_id"
            f" WHERE postings MATCH ? AND {condition} ORDER BY score DESC, postings.rowid LIMIT ?"
        )
    else:
        sql = "SELECT rowid, -rank FROM postings WHERE postings MATCH ? AND rank MATCH 'bm25(1.5, 1.0)' ORDER BY rank LIMIT ?"
    return connection.execute(sql, (match, *parameters, k)).fetchall()


def check(connection: sqlite3.Connection) -> str:
    """Return what is wrong between the postings and the passages, or ""."""
    try:
        connection.execute("INSERT INTO postings(postings, rank) VALUES ('integrity-check', 1)")
    except (sqlite3.DatabaseError, StoreFileError) as error:
        return str(error.__cause__ or error)
    finally:
        connection.rollback()
    return ""


def rebuild(connection: sqlite3.Connection) -> None:
    """Make the postings anew from the passages."""
    connection.execute("INSERT INTO postings(postings) VALUES ('rebuild')")


def _affordable(frequencies: dict[str, int]) -> list[str]:
    chosen: list[str] = []
    postings = 0
    for term, frequency in sorted(frequencies.items(), key=lambda item: (item[1], item[0])):
        if chosen and postings + frequency > _MOST_POSTINGS:
            break
        chosen.append(term)
        postings += frequency
    return chosen
