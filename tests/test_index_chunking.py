import random

from dateline.index.documents import Document
from dateline.index.prose.chunking import chunk, evidence_sentences
from dateline.index.prose.sentences import split

WORDS = ["minister", "talks", "Geneva", "said", "Monday", "region", "agreed", "border", "vote", "council"]


def prose(sentences: int, seed: int = 0) -> str:
    rng = random.Random(seed)
    return " ".join(
        " ".join(rng.choice(WORDS) for _ in range(rng.randint(4, 25))).capitalize() + "." for _ in range(sentences)
    )


def test_passages_are_whole_sentences_and_reproduce_the_text() -> None:
    text = prose(80)
    chunked = chunk(Document("a.txt", text, title="A title"))
    boundaries = {start for start, _ in split(text)} | {end for _, end in split(text)}
    for passage in chunked.passages:
        assert text[passage.start : passage.end] == passage.text
        assert {passage.start, passage.end} <= boundaries
        assert len(passage.text.split()) <= 150
    assert "".join(p.text for p in chunked.passages).replace(" ", "") == text.replace(" ", "")
    assert all(e.startswith("A title\n") for e in chunked.embedded)


def test_furniture_is_neither_evidence_nor_embedded() -> None:
    text = "One sentence stands here.\nALSO READ: something\nAnother one follows."
    start = text.index("ALSO")
    document = Document("a", text, furniture=((start, start + len("ALSO READ: something")),))
    assert [text[s:e] for s, e in evidence_sentences(document)] == ["One sentence stands here.", "Another one follows."]
    chunked = chunk(document)
    assert len(chunked.passages) == 1
    assert "ALSO READ" not in chunked.embedded[0]


def test_title_source_and_date_are_embedded_and_dates_resolved() -> None:
    text = "ROME, Jan. 29 — The two men spoke on Saturday."
    chunked = chunk(
        Document("a", text, title="Talks", source="Wire", published="2026-01-29", published_from="metadata")
    )
    assert chunked.embedded[0].startswith("Talks. Wire. 2026-01-29\n")
    saturday = next(e for e in chunked.passages[0].dates if e.text == "Saturday")
    assert (saturday.value, saturday.earliest, saturday.latest) == ("2026-01-24", "2026-01-24", "2026-01-24")
    assert text[saturday.start : saturday.end] == "Saturday"


def test_a_sentence_without_end_is_cut_at_white_space() -> None:
    text = "word " * 5000
    passages = chunk(Document("a", text)).passages
    assert len(passages) > 10
    assert all(len(p.text) <= 900 and p.text == text[p.start : p.end] for p in passages)


def test_a_changed_document_gets_other_passage_ids() -> None:
    before = chunk(Document("a", "One. Two.")).passages[0].passage_id
    assert before != chunk(Document("a", "One. Three.")).passages[0].passage_id
    assert before == chunk(Document("a", "One. Two.")).passages[0].passage_id
