"""Text as people see it, and the way back to how it is written."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.index import Document
from dateline.index.prose.chunking import chunk
from dateline.index.prose.plain import plain

SEEN = "The banker Ellá Moss-Perez met Karl Dunn on Wednesday, the museum said."


@pytest.mark.parametrize(
    "written",
    [
        unicodedata.normalize("NFD", SEEN),
        SEEN.replace("Moss", "Mo\u00adss"),
        SEEN.replace("banker", "ban\u200bker").replace(" ", "\u200b ", 1),
        SEEN.replace(" ", "\u00a0"),
        SEEN.replace(" ", "  "),
        SEEN.replace(" ", "\t"),
        SEEN.replace(" ", "\u2009"),
        SEEN.replace("-", "\u2011"),
        SEEN.replace("Karl", "\u202aKarl\u202c"),
        "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in SEEN),
        SEEN.replace("Moss", "Mo\u00ad\nss"),
        SEEN.replace("Karl Dunn", "Karl\nDunn").replace("the museum", "the\nmuseum"),
        SEEN.replace("museum", "mu-\nseum"),
        SEEN.replace("Moss-Perez", "Moss-\nPerez").replace("the museum", "the\nmuseum"),
    ],
)
def test_one_text_however_it_is_set(written: str) -> None:
    found = plain(written)
    assert found.text == SEEN
    for word in ("Moss", "Karl Dunn", "museum"):
        start = found.text.index(word)
        left, right = found.original(start, start + len(word))
        assert " ".join(plain(written[left:right]).text.split()) in (word, "mu- seum")
        assert found.shown(left, right) == (start, start + len(word))


def test_ligatures_are_letters() -> None:
    assert plain("The chief \ufb01refighter of\ufb01ce").text == "The chief firefighter office"


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("a plan for the long-\nterm good of all", "a plan for the long-term good of all"),
        ("the cross-\ning of the bay is shut", "the crossing of the bay is shut"),
        ("a re-\nentry, a re-entry it is", "a re-entry, a re-entry it is"),
    ],
)
def test_hyphens_at_line_ends(written: str, seen: str) -> None:
    assert plain(written).text == seen


def test_paragraphs_stay_apart() -> None:
    text = "Bridge opens\n\n4 March 2026\n\nThe bridge that was shut for nine days\nis open again. Buses run.\n\nOne more.\n"
    assert plain(text).text == text.replace("days\nis", "days is")
    assert plain("A list\nof things\n\nTea\nMilk").text.startswith("A list of things")


def test_plain_text_is_itself() -> None:
    assert plain(SEEN).edits == ()
    assert plain(SEEN).original(3, 7) == (3, 7)


@given(st.text(alphabet="ab A.\n\r\t-\u00a0\u00ad\u200b\u0301\u2011\ufb01\uff21é", max_size=60), st.data())
def test_every_span_has_its_way_back(text: str, data: st.DataObject) -> None:
    found = plain(text)
    start = data.draw(st.integers(0, len(found.text)))
    end = data.draw(st.integers(start, len(found.text)))
    left, right = found.original(start, end)
    assert 0 <= left <= right <= len(text) or start == end
    if not found.edits:
        assert text[left:right] == found.text[start:end]
    # Outside the edits, character for character.
    untouched = [at for at in range(start, end) if not any(a <= at < b for a, b, _, _ in found.edits)]
    assert all(found.text[at] == text[found.original(at, at + 1)[0]] for at in untouched)


def test_passages_of_a_typeset_article_are_found_by_its_words_and_quoted_in_its_letters() -> None:
    text = "Ro\u00adme\u00adro met Ida\u00a0Krog on\u00a04\u00a0March 2026. They  spoke of the har-\nbour and its quay."
    document = Document("a", text, published="2026-03-06")
    chunked = chunk(document)
    [passage] = chunked.passages
    assert document.text[passage.start : passage.end] == passage.text == text
    assert chunked.texts == (("Romero met Ida Krog on 4 March 2026.", "They spoke of the harbour and its quay."),)
    [(first, second)] = chunked.sentences
    assert text[slice(*first)].startswith("Ro\u00adme\u00adro")
    assert text[slice(*second)].startswith("They  spoke")
    [found] = passage.dates
    assert (found.value, text[found.start : found.end]) == ("2026-03-04", "4\u00a0March 2026")


def test_names_are_answered_with_and_quoted_as_written(tmp_path: Path) -> None:
    from dateline.index import Index
    from dateline.rag import Assistant, Retriever

    text = "4 March 2026\n\nThe captain Ro\u00adme\u00adro  Cal\u00adde\u00adrón met the pilot Ida\u00a0Krog on Wednesday, the port said.\n"
    (tmp_path / "a.txt").write_text(text)
    index = Index.open(tmp_path / "index")
    index.add(tmp_path / "a.txt")
    answer = Assistant(Retriever(index)).ask("Who met Ida Krog?")
    assert not answer.abstained
    assert "Romero Calderón" in answer.text
    for citation in answer.citations:
        assert text[citation.start : citation.end] == citation.quote
        assert all(text[found.start : found.end] == found.text for found in citation.dates)
    assert "Cal\u00adde\u00adrón" in answer.citations[0].quote
    index.close()
