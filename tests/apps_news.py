"""Three made-up articles in an index of its own, with a fast embedder: what other apps' parts are tried on."""

from __future__ import annotations

from pathlib import Path

from fakes import HashingEmbedder

from dateline.index import Document, Index

ARTICLES = [
    Document(
        "canal.txt",
        "Marta Velde reopened the Osier Canal on Monday. Velde thanked the lock keepers. "
        "The canal had been closed since the flood in November.",
        title="Canal reopens",
        published="2026-03-04",
        source="Fen Herald",
        url="https://fen.example/canal",
    ),
    Document(
        "tram.txt",
        "Transport minister Ivo Brandl opened the tram line to Lower Marsh on Tuesday. "
        "Brandl said the line would carry nine thousand people a day.",
        title="Tram line opens",
        published="2026-03-11",
        source="Fen Herald",
        url="https://fen.example/tram",
    ),
    Document(
        "bakers.txt",
        "The bakers of Lower Marsh ended their strike on Friday after talks with mayor Petra Hulst.",
        title="Bakers end strike",
        published="2026-02-20",
        source="Marsh Weekly",
    ),
]
QUESTION = "Who reopened the Osier Canal?"


def news_index(folder: Path) -> Index:
    """An index of the three articles, opened for reading."""
    index = Index.open(folder, embedder=HashingEmbedder())
    assert index.add_documents(ARTICLES).added == len(ARTICLES)
    index.close()
    return Index.open(folder, embedder=HashingEmbedder(), read_only=True)
