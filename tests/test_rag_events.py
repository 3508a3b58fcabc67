import numpy as np
import pytest
from numpy.typing import NDArray

from dateline.index.documents import Document
from dateline.index.prose.chunking import chunk
from dateline.rag.english.people import demonym, full_names, mentions, same_name
from dateline.rag.english.tokens import stem, tokens
from dateline.rag.events.clauses import modality, read
from dateline.rag.events.tellings import answers, merge, relation, tellings
from dateline.rag.events.when import describe_time
from dateline.rag.question.analysis import analyse

REPORT = Document(
    "report",
    "Ruritania’s Foreign Minister Maria Solano met Borduria’s Trade Minister Anton Keller on Tuesday, the ministry said.\n\n"
    "The two ministers had already met on Saturday, when Solano received a call from Keller in Oslo.\n\n"
    "Keller said he had not met the Bordurian envoy Ilse Brandt.\n\n"
    "President Karl Voss met Queen Ada, while Solano will meet Prime Minister Lena Roth next week.\n\n",
    published="2026-01-29",
)


def hashed(texts: list[str]) -> NDArray[np.float32]:
    """Embed a text as its stems: only texts that share words are alike."""
    vectors = np.zeros((len(texts), 512), np.float32)
    for row, text in enumerate(texts):
        for token in tokens(text):
            vectors[row, sum(map(ord, token.stem)) * 31 % 512] += 1
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def told(question: str):
    asked = analyse(question)
    wanted = relation(asked)
    assert wanted is not None
    articles = [(REPORT, passage) for passage in chunk(REPORT).passages]
    return wanted, tellings(asked, wanted, articles, hashed)


def test_titles_are_no_part_of_a_name() -> None:
    found = mentions(
        "Deputy Prime Minister and Foreign Minister Maria Solano spoke with Foreign Minister of Borduria Anton Keller."
    )
    assert [m.name for m in found] == ["Maria Solano", "Anton Keller"]
    assert stem("deputy") in found[0].description


def test_an_organisation_keeps_its_words() -> None:
    assert [m.name for m in mentions("It was the Ministry of Foreign Affairs in Oslo.")] == [
        "Ministry of Foreign Affairs",
        "Oslo",
    ]


def test_surnames_stand_for_full_names() -> None:
    assert same_name("Maria Solano", "Solano")
    assert not same_name("Maria Solano", "Maria Keller")
    assert full_names(["Solano", "Maria Solano", "Keller"])["Solano"] == "Maria Solano"


def test_demonyms_are_not_names() -> None:
    assert demonym("Iranian")
    assert not demonym("Pezeshkian")


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("Solano met Keller", "actual"),
        ("Solano had not met Keller", "denied"),
        ("Solano will meet Keller", "planned"),
        ("Solano is expected to meet Keller", "planned"),
        ("Solano may have met Keller", "hedged"),
        ("Solano met Keller, saying “we will not talk”", "actual"),
    ],
)
def test_modality(clause: str, expected: str) -> None:
    assert modality(clause) == expected


def test_descriptions_are_resolved_within_the_article() -> None:
    sentence = read(REPORT)[1]
    assert [m.name for m in sentence.clauses[0].names] == ["Maria Solano", "Anton Keller"]
    assert all(m.resolved for m in sentence.clauses[0].names)
    he = read(REPORT)[2].clauses[-1]
    assert "Anton Keller" in [m.name for m in he.names]
    assert he.modality == "denied"


def test_only_those_in_the_asked_relation_take_part() -> None:
    wanted, found = told("Who met Solano and when?")
    actual = [t for t in found if t.modality == "actual"]
    assert {name for t in actual for name in answers(t, wanted)} == {"Anton Keller"}
    assert [answers(t, wanted) for t in found if t.modality == "planned"] == [["Lena Roth"]]


def test_tellings_become_dated_events_in_time_order() -> None:
    wanted, found = told("When did Keller meet Solano?")
    events = merge([t for t in found if t.modality == "actual"], wanted)
    assert [(e.earliest, e.when) for e in events] == [
        ("2026-01-24", "Sat 24 January 2026"),
        ("2026-01-27", "Tue 27 January 2026"),
    ]
    assert events[0].said == ("Saturday",)


def test_two_articles_on_one_event_are_merged() -> None:
    other = Document(
        "other",
        "Maria Solano and Anton Keller had met the weekend prior, when Solano received a call from Keller in Oslo.\n",
    )
    asked = analyse("who met Keller and when?")
    wanted = relation(asked)
    assert wanted is not None
    articles = [(d, p) for d in (REPORT, other) for p in chunk(d).passages]
    events = merge([t for t in tellings(asked, wanted, articles, hashed) if t.modality == "actual"], wanted)
    call = next(e for e in events if e.earliest == "2026-01-24")
    assert {t.document.doc_id for t in call.told} == {"report", "other"}


def test_a_question_for_the_object_is_turned_round() -> None:
    wanted = relation(analyse("Who did Keller call?"))
    assert wanted is not None
    assert (wanted.masked, wanted.agent_asked, wanted.symmetric) == ("someone called someone", False, False)


def test_what_is_not_known_about_a_day_is_said() -> None:
    wednesday = next(t for t in chunk(Document("d", "They met on Wednesday.")).passages[0].dates)
    assert describe_time(wednesday, None) == "a Wednesday; the article is undated"
    assert describe_time(None, "2026-01-29") == "day not stated; reported Thu 29 January 2026"
    assert describe_time(None, None) == "day not stated; the article is undated"
