from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dateline.index.documents import Document, Passage
from dateline.index.prose.chunking import chunk
from dateline.rag.evidence.confidence import features, missing_names, unknown_names
from dateline.rag.evidence.findings import read
from dateline.rag.evidence.sentences import gather
from dateline.rag.question.analysis import analyse
from dateline.rag.reader.calibration import calibration


@dataclass(frozen=True)
class Hit:
    rank: int
    score: float
    passage: Passage
    dense: float | None = 0.5
    lexical: float | None = 0.5


ARTICLE = Document(
    "league",
    "The Ruritanian League extended the fishing mandate on Monday. The F.S.A. objected. They told us so in Oslo.",
)


def hits(document: Document) -> list[Hit]:
    return [Hit(rank, 1 / rank, p) for rank, p in enumerate(chunk(document).passages, 1)]


def nobody(word: str) -> bool:
    return False


def test_a_name_is_known_by_its_acronym_and_the_other_way_round() -> None:
    assert missing_names(analyse("How long did the RL extend the mandate?"), hits(ARTICLE)) == []
    assert missing_names(analyse("Did the Fishing Safety Agency object?"), hits(ARTICLE)) == []
    assert missing_names(analyse("Did the KQX object?"), hits(ARTICLE)) == ["KQX"]


def test_a_pronoun_is_no_acronym() -> None:
    assert missing_names(analyse("Did Ursula Stone object?"), hits(ARTICLE)) == ["Ursula Stone"]


def test_a_question_without_any_known_word_mentions_nothing_known() -> None:
    assert unknown_names(analyse("asdf qwer?"), hits(ARTICLE), nobody) == ["asdf", "qwer"]
    assert unknown_names(analyse("who qwer the mandate?"), hits(ARTICLE), nobody) == []
    assert unknown_names(analyse("asdf qwer?"), hits(ARTICLE), lambda word: word == "qwer") == []


def test_an_old_article_that_says_what_is_asked_is_no_worse_for_being_old() -> None:
    old = replace(ARTICLE, published="2025-03-06")
    new = Document("new", "The weather stayed calm along the whole coast.", published="2026-11-20")
    question = "Who extended the mandate?"
    asked, found = analyse(question), [*hits(old), *(replace(h, rank=h.rank + 1) for h in hits(new))]

    def aged(some: list[Hit], asked_on: str | None) -> dict[str, float]:
        def alike(texts: list[str]) -> NDArray[np.float32]:
            return np.tile(np.array([0.8, 0.6], np.float32), (len(texts), 1))

        by_id = {"new": new, old.doc_id: old}
        evidence = gather(asked, some, by_id.__getitem__, alike)
        unread = read(asked.text, evidence, None, by_id.__getitem__, calibration(read=False))
        return features(asked, unread, some, asked_on)

    # The whole archive is old: as if no day of asking were known.
    assert not {"old", "recent", "future"} & aged(hits(old), "2026-11-21").keys()
    known = aged(found, "2026-11-21")
    assert known["old"] == 0.0
