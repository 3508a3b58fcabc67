from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dateline.index.documents import Document, Passage
from dateline.index.keeping.rows import Sentences
from dateline.index.prose.chunking import chunk
from dateline.rag.english.tokens import tokens
from dateline.rag.evidence.sentences import KEPT, gather, sentences
from dateline.rag.question.analysis import analyse


@dataclass(frozen=True)
class Hit:
    rank: int
    score: float
    passage: Passage
    dense: float | None = None
    lexical: float | None = None


def hashed(texts: list[str]) -> NDArray[np.float32]:
    vectors = np.zeros((len(texts), 512), np.float32)
    for row, text in enumerate(texts):
        for token in tokens(text):
            vectors[row, sum(map(ord, token.stem)) * 31 % 512] += 1
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


FLOOD = Document(
    "flood",
    "The river Elm rose by three metres on Monday. Share this article. It flooded the town of Harwick, where 1,200 people "
    "were evacuated. Mayor Joan Pell said the water was falling.",
    furniture=((46, 65),),
)


def hits(*documents: Document) -> list[Hit]:
    passages = [p for d in documents for p in chunk(d).passages]
    return [Hit(rank, 1 / rank, p, 0.5, 1 / rank) for rank, p in enumerate(passages, 1)]


def ranked(question: str, *documents: Document):
    by_id = {d.doc_id: d for d in documents}
    return gather(analyse(question), hits(*documents), by_id.__getitem__, hashed)


def test_spans_are_verbatim_and_leave_furniture_out() -> None:
    spans = sentences(FLOOD, 0, len(FLOOD.text))
    texts = [FLOOD.text[s:e] for s, e in spans]
    assert len(texts) == 3
    assert not any("Share" in t for t in texts)
    for evidence in ranked("Who is the mayor?", FLOOD):
        assert FLOOD.text[evidence.start : evidence.end] == evidence.text


def test_the_sentence_that_answers_comes_first() -> None:
    assert "1,200" in ranked("How many people were evacuated in Harwick?", FLOOD)[0].text
    assert "Monday" in ranked("When did the river Elm rise?", FLOOD)[0].text


def test_a_sentence_that_opens_with_a_pronoun_names_the_one_before() -> None:
    evidence = next(e for e in ranked("How many people were evacuated?", FLOOD) if "1,200" in e.text)
    assert evidence.previous is not None
    assert FLOOD.text[slice(*evidence.previous)].startswith("The river Elm")


def test_only_a_few_sentences_are_embedded() -> None:
    many = Document("many", " ".join(f"The town number {n} was flooded too." for n in range(80)))
    seen: list[int] = []

    def counting(texts: list[str]) -> NDArray[np.float32]:
        seen.append(len(texts))
        return hashed(texts)

    gather(analyse("Which town was flooded?"), hits(many), {"many": many}.__getitem__, counting)
    assert seen == [1, KEPT]


def test_stored_sentences_are_not_embedded_again() -> None:
    article = chunk(FLOOD)
    sentences_of = {p.passage_id: s for p, s in zip(article.passages, article.sentences, strict=True)}
    texts: list[str] = []

    def noting(some: list[str]) -> NDArray[np.float32]:
        texts.extend(some)
        return hashed(some)

    def stored(ids: Sequence[str]) -> dict[str, Sentences]:
        return {i: Sentences(list(sentences_of[i]), hashed([FLOOD.text[s:e] for s, e in sentences_of[i]])) for i in ids}

    question = analyse("How many people were evacuated in Harwick?")
    found = gather(question, hits(FLOOD), {"flood": FLOOD}.__getitem__, noting, stored)
    assert texts == [question.text]
    assert [e.text for e in found] == [e.text for e in ranked(question.text, FLOOD)]
    assert found[0].features["dense"] > found[-1].features["dense"]


def test_a_date_of_something_else_does_not_beat_the_sentence_that_tells_it() -> None:
    plan = Document(
        "plan",
        "On Wednesday, Mayor Joan Pell urged Sundby to negotiate over its harbour or face higher fees. "
        "Last week, the harbour council of Harwick adopted a plan to dredge the river Elm for two years.",
    )
    assert ranked("When was the plan adopted?", plan)[0].text.startswith("Last week")


def test_a_name_matches_its_acronym_in_a_sentence() -> None:
    article = Document(
        "league", "Sundby extended the mandate for one year. The Ruritanian League extended the mandate for two years."
    )
    first = ranked("How long did the RL extend the mandate?", article)[0]
    assert "two years" in first.text
    assert first.features["names"] == 1.0
