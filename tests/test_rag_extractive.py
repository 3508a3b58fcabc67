import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dateline.index.documents import Document, Passage
from dateline.index.prose.chunking import chunk
from dateline.index.reading import loaders
from dateline.index.vectors.embedding import open_embedder
from dateline.rag.answers.draft import Draft
from dateline.rag.answers.extractive import Extractive
from dateline.rag.english.tokens import content_stems
from dateline.rag.reader.shipped import open_reader

SEEDS = Path(__file__).parent.parent / "seeds"


@dataclass(frozen=True)
class Hit:
    rank: int
    score: float
    passage: Passage
    dense: float | None = None
    lexical: float | None = None


@cache
def embedder():
    return open_embedder()


@cache
def vector(text: str) -> NDArray[np.float32]:
    return embedder().encode([text])[0]


def encode(texts: list[str]) -> NDArray[np.float32]:
    """Embed each text once: the tests ask about the same few articles."""
    return np.stack([vector(text) for text in texts])


def ask(question: str, documents: list[Document], asked_on: str | None = None) -> Draft:
    """Rank all passages by cosine and shared stems, then answer."""
    by_id = {d.doc_id: d for d in documents}
    chunked = [chunk(d) for d in documents]
    passages = [p for c in chunked for p in c.passages]
    vectors = encode([question, *(t for c in chunked for t in c.embedded)])
    dense = vectors[1:] @ vectors[0]
    lexical = [len(content_stems(question) & content_stems(p.text + p.title)) for p in passages]
    order = sorted(range(len(passages)), key=lambda i: -(0.7 * dense[i] + 0.1 * lexical[i]))[:10]
    hits = [
        Hit(rank, float(dense[i]), passages[i], float(dense[i]), float(lexical[i])) for rank, i in enumerate(order, 1)
    ]
    draft = Extractive(encode, by_id.__getitem__, reader=open_reader()).answer(question, hits, asked_on=asked_on)
    for citation in (*draft.citations, *draft.nearest):
        assert by_id[citation.doc_id].text[citation.start : citation.end] == citation.quote
    marks = {int(n) for n in re.findall(r"\[(\d+)\]", draft.text)}
    assert marks == {c.n for c in draft.citations}
    if draft.abstained:
        assert not marks and draft.reason and draft.confidence < 0.5
    for sentence in draft.sentences:
        assert any(sentence.text == c.quote for c in draft.citations if c.n in sentence.citations)
    return draft


@pytest.fixture(scope="module")
def seeds() -> list[Document]:
    def fail(error: Exception) -> None:
        raise error

    return list(loaders.load([SEEDS], on_error=fail))


HARBOUR = [
    Document(
        "gazette",
        "The Harwick harbour bridge was closed on Monday after a ship hit a pillar.\n\n"
        "Mayor Joan Pell said the bridge would stay closed for six weeks because two cables had snapped. "
        "“Nobody was hurt, and that is a miracle,” Pell said.\n\n"
        "The ship’s owner, Nordline, denied that its captain had been drunk.\n\n"
        "A new bridge will be opened in 2031 by the Harwick Port Authority.\n",
        title="Harwick bridge closed",
        source="The Gazette",
        published="2025-03-05",
    ),
    Document(
        "courier",
        "Harwick’s harbour bridge was closed on Monday. Repairs to the Harwick harbour bridge will cost $4 million, engineers said.\n",
        title="Bridge repairs",
        source="The Courier",
        published="2025-03-06",
    ),
    Document(
        "herald",
        "Repairs to the Harwick harbour bridge will cost $9 million, the council said.\n",
        title="Council counts the cost",
        source="The Herald",
        published="2025-03-08",
    ),
]


def test_who_and_when_over_the_seed_articles(seeds: list[Document]) -> None:
    draft = ask("who spoke with Araghchi and when?", seeds)
    assert draft.text.startswith("**Ishaq Dar**\n\n| when |")
    assert [(e.earliest, e.when) for e in draft.events[:3]] == [
        ("2026-01-24", "Sat 24 January 2026"),
        (None, "day not stated; reported Thu 29 January 2026"),
        (None, "a Wednesday; the article is undated"),
    ]
    assert len(draft.events[0].citations) == 2
    assert not re.search("Pezeshkian|Fidan|Witkoff", draft.text)


def test_a_denial_is_an_answer_to_did(seeds: list[Document]) -> None:
    denied = ask("did Witkoff speak with Araghchi?", seeds).text
    assert not denied.startswith("**Yes") and "not been in contact" in denied
    told = ask("Did Dar speak with Araghchi?", seeds).text
    assert not told.startswith("**No") and "Dar" in told


def test_nobody_else_is_brought_in(seeds: list[Document]) -> None:
    assert not ask("Did Shehbaz Sharif speak with Araghchi?", seeds).text.startswith("**Yes")
    assert ask("Who spoke with Pezeshkian?", seeds).text.startswith("**Shehbaz Sharif**")


def test_an_unknown_name_is_never_answered_about(seeds: list[Document]) -> None:
    draft = ask("Who spoke with Zubrowka and when?", seeds)
    assert (draft.abstained, draft.reason) == (True, "not_mentioned")
    assert "Zubrowka" in draft.text
    assert 1 <= len(draft.nearest) <= 3


def test_facts_get_a_short_answer_and_its_sentence() -> None:
    assert "Monday" in bold(ask("When was the Harwick harbour bridge closed?", HARBOUR))
    assert "six weeks" in bold(ask("How long will the Harwick bridge stay closed?", HARBOUR))


def test_a_weekday_is_shown_with_its_day() -> None:
    assert "Mon 3 March 2025" in ask("When was the Harwick harbour bridge closed?", HARBOUR).text


def test_speech_is_quoted_with_its_speaker() -> None:
    draft = ask("What did Pell say about people being hurt?", HARBOUR)
    assert "“Nobody was hurt, and that is a miracle,” Pell said." in draft.text


def test_why_gets_the_reason() -> None:
    assert "because two cables had snapped" in ask("Why will the Harwick bridge stay closed?", HARBOUR).text


def test_disagreement_is_shown_with_outlet_and_date() -> None:
    draft = ask("How much will repairs to the Harwick harbour bridge cost?", HARBOUR)
    assert "$4 million" in draft.text and "$9 million" in draft.text
    assert "The articles differ" in draft.text
    assert re.search(r"The (Courier|Herald), \w{3} \d March 2025", draft.text)


def test_without_hits_or_content_nothing_is_made_up() -> None:
    assert ask("what about it?", HARBOUR).reason == "unclear_question"
    assert Extractive(encode, {}.__getitem__).answer("Who won?", []).reason == "no_documents"
    assert ask("What is the boiling point of tungsten?", HARBOUR).abstained


def bold(draft: Draft) -> str:
    match = re.search(r"\*\*(.+?)\*\*", draft.text)
    assert match, draft.text
    return match.group(1)


def test_the_same_sentence_in_two_articles_is_one_report_and_another_figure_is_none() -> None:
    text = "The Harwick dam holds 40 million litres of water, the council said."
    same = [Document(name, text + "\n", source=name) for name in ("Post", "Echo")]
    assert "2 articles, 1 independent report" in ask("How many litres of water does the Harwick dam hold?", same).text
    other = [same[0], Document("Mail", text.replace("40", "70") + "\n", source="Mail")]
    draft = ask("How many litres of water does the Harwick dam hold?", other)
    assert "The articles differ" in draft.text
    assert "independent" not in draft.text


def test_a_refusal_repeats_what_the_question_is_about() -> None:
    def refused(question: str) -> str:
        by_id = {d.doc_id: d for d in HARBOUR}
        passages = [p for d in HARBOUR for p in chunk(d).passages]
        hits = [Hit(rank, 0.1, p, 0.1, 0.0) for rank, p in enumerate(passages, 1)]
        draft = Extractive(encode, by_id.__getitem__, lambda word: False).answer(question, hits)
        assert draft.abstained and draft.reason == "not_mentioned"
        return draft.text

    assert refused("Who won the chess cup?") == "The articles do not mention the chess cup."
    assert refused("When was penicillin discovered?") == "The articles do not mention penicillin."
    assert refused("Can pigs fly?") == "The articles do not mention this."
    assert refused("Did Zubrov resign?") == "The articles do not mention Zubrov."
