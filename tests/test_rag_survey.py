"""Requests for what the articles say of a topic, or at all."""

import pytest

from dateline.index import Document, Index
from dateline.rag import Assistant, Retriever


@pytest.fixture
def assistant(tmp_path, embedder) -> Assistant:
    index = Index.open(tmp_path / "index", embedder=embedder)
    index.add_documents(
        [
            Document(
                "old.txt",
                "The harbour of Belmora was closed on Monday. Divers searched the harbour for a lost anchor. "
                "Mayor Ida Voss asked people to stay at home.",
                title="Harbour closed",
                published="2026-03-03",
            ),
            Document(
                "new.txt",
                "The harbour of Belmora is open again, the port authority said. Ferries run every hour.",
                title="Harbour open",
                published="2026-03-09",
            ),
            Document("other.txt", "A bakery in Tarsk won a prize for its rye bread last week.", title="Prize"),
        ]
    )
    return Assistant(Retriever(index, k=10))


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines()[2:] if line.startswith("|")]


@pytest.mark.parametrize(
    "question",
    [
        "Tell me about the harbour of Belmora.",
        "What do the articles say about the harbour of Belmora?",
        "What happened to the harbour of Belmora?",
        "Give me an overview of the harbour of Belmora",
        "What is known about the harbour of Belmora?",
    ],
)
def test_a_topic_is_told_in_time_order(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert not answer.abstained
    days = [(c.dates[0].earliest if c.dates else c.published) for c in answer.citations]
    assert days == sorted(days)
    assert {c.doc_id for c in answer.citations} == {"old.txt", "new.txt"}
    assert [e.text for e in answer.events] == [c.quote for c in answer.citations]


@pytest.mark.parametrize("question", ["What's the latest on the harbour of Belmora?", "latest news about the harbour"])
def test_the_latest_comes_first(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.citations[0].doc_id == "new.txt"


@pytest.mark.parametrize(
    "question", ["Summarise the news.", "What's new?", "What are these articles about?", "Give me the headlines"]
)
def test_all_there_is_is_told_by_how_each_article_begins(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert [c.quote for c in answer.citations] == [
        "The harbour of Belmora is open again, the port authority said.",
        "The harbour of Belmora was closed on Monday.",
        "A bakery in Tarsk won a prize for its rye bread last week.",
    ]
    assert "undated" in rows(answer.text)[2]


@pytest.mark.parametrize(
    "question",
    ["Tell me about the opera of Quillon.", "What happened to Marta Quill in the harbour?", "Summarise it?!x"],
)
def test_what_no_article_tells_is_not_made_up(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).abstained


def test_a_thing_may_have_another_word_where_its_name_stands(assistant: Assistant) -> None:
    answer = assistant.ask("What's the latest on the seaport of Belmora?")
    assert [c.doc_id for c in answer.citations] == ["new.txt", "old.txt"]
    assert answer.confidence < assistant.ask("What's the latest on the harbour of Belmora?").confidence


def test_a_question_of_fact_is_none(assistant: Assistant) -> None:
    assert "| when |" not in assistant.ask("Who asked people to stay at home?").text


def test_the_telling_that_knows_the_day_is_shown(seed_assistant: Assistant) -> None:
    days = {event.earliest for event in seed_assistant.ask("What happened in Dubai?").events}
    assert "2026-01-24" in days
