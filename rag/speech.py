"""What did X say …?: quotations and reported speech of one person, the most to the point in bold."""

from __future__ import annotations

from dataclasses import dataclass

from index.documents import Passage
from rag.case import Case
from rag.clauses import Read, read
from rag.draft import SENTENCES, Draft, inline
from rag.quotations import Quotation, quotation
from rag.tokens import content_stems, stem, tokens, wordset

_SPEECH_STEMS = frozenset(
    stem(w) for w in wordset("say said tell told think claim comment state write respond react reply")
)
_SURE = 0.6
"""Confidence, at least, where the speaker is quoted on the topic."""
_UNSURE = 0.3
"""Confidence, at most, where the speaker is quoted, but on other topics."""
_CLOSE = 1.2
"""How far below the best quotation's weight another one may lie and still be shown."""


@dataclass(frozen=True)
class _Spoken:
    """A sentence that quotes the speaker, and how much it is to the point."""

    weight: float
    passage: Passage
    sentence: Read
    quotation: Quotation


def speech(case: Case) -> Draft | None:
    """What the articles quote the person asked about as saying, or None where they quote nothing."""
    asked = case.asked
    if asked.kind != "said" or not asked.names:
        return None
    speaker = asked.names[0]
    named = {w.stem for w in tokens(speaker)}
    topic = [t for t in asked.terms if t not in named and t not in _SPEECH_STEMS]
    found = sorted(_spoken(case, speaker, topic), key=lambda s: -s.weight)
    if not found:
        return None
    if topic and not any(set(topic) & content_stems(s.sentence.text) for s in found):
        return case.decline("not_stated", min(case.likely, _UNSURE))
    best = found[0]
    words = best.sentence.text[best.quotation.start : best.quotation.end]
    shown = [s for s in found if s.weight >= best.weight - _CLOSE][:SENTENCES]
    writing = case.writing()
    writing.quote([(s.passage, s.sentence.start, s.sentence.end) for s in shown])
    return writing.draft(f"**{best.quotation.speaker}: {inline(words)}**", max(case.likely, _SURE))


def _spoken(case: Case, speaker: str, topic: list[str]) -> list[_Spoken]:
    """The sentences that quote ``speaker`` on ``topic``, or that are among the evidence."""
    scores = {(e.passage.doc_id, e.start): e.score for e in case.evidence}
    floor = min(scores.values())
    found = []
    for document, passage in case.articles():
        for sentence in read(document):
            if not (passage.start <= sentence.start and sentence.end <= passage.end):
                continue
            spoken = quotation(sentence, speaker)
            if spoken is None:
                continue
            place = (document.doc_id, sentence.start)
            stems = content_stems(sentence.text)
            about = sum(t in stems for t in topic) / len(topic) if topic else 0.5
            if topic and not about and place not in scores:
                continue
            weight = 2 * about + 0.5 * spoken.direct + 0.3 * (scores.get(place, floor - 1) - floor)
            found.append(_Spoken(weight, passage, sentence, spoken))
    return found
