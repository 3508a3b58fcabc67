import sqlite3
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from dateline.index.keeping import lexical
from dateline.index.keeping.lexical import document_frequency, search, terms


def test_terms_are_folded_stemmed_and_without_stop_words() -> None:
    assert terms("The ministers’ calls: Türkiye's FIDAN spoke, and called!") == [
        "minist", "call", "turkiy", "fidan", "spoke", "call",
    ]  # fmt: skip
    assert terms("who and when?") == []


@given(st.text(max_size=300))
def test_terms_never_raise_and_can_be_stored(text: str) -> None:
    for term in terms(text):
        assert term and not term.isspace() and '"' not in term


def test_the_rarer_word_counts_more_and_a_removed_passage_is_not_found() -> None:
    texts = ("the minister spoke", "the minister phoned Dubai", "the minister slept", "rain fell", "wheat rose")
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE passages (id INTEGER PRIMARY KEY, title_terms TEXT, terms TEXT)")
        db.executescript(lexical.SCHEMA)
        for text in texts:
            db.execute("INSERT INTO passages (title_terms, terms) VALUES ('', ?)", (" ".join(terms(text)),))
        assert next(row for row, _ in search(db, terms("minister Dubai"), 10)) == 2
        assert document_frequency(db, terms("minister Dubai nothing")) == {"minist": 3, "dubai": 1}
        db.execute("DELETE FROM passages WHERE id = 2")
        assert search(db, terms("Dubai"), 10) == []
        assert search(db, [], 10) == []


def test_common_words_are_left_out_only_when_rarer_ones_suffice(monkeypatch: object) -> None:
    frequencies = {"common": 5_000, "rare": 3, "commoner": 7_000}
    assert lexical._affordable(frequencies) == ["rare", "common"]
    assert lexical._affordable({"commoner": 70_000}) == ["commoner"]
