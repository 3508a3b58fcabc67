"""What did X say …?: quotations and reported speech of one person, the most to the point in bold."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.documents import Passage
from rag.case import Case
from rag.clauses import Read, read
from rag.draft import SENTENCES, Draft, inline
from rag.quotations import Quotation, quotation
from rag.quotations import speaker as attribution
from rag.tokens import content_stems, stem, tokens, wordset

_SPEECH_STEMS = frozenset(
    stem(w) for w in wordset("say said tell told think claim comment state write respond react reply")
)
_SURE = 0.8
"""Confidence, at least, where the speaker is quoted on the topic."""
_UNSURE = 0.3
"""Confidence, at most, where the speaker is quoted, but on other topics."""
_WHO_SAID = re.compile(
    r"who\s+(?:\w+ly\s+|also\s+)?(?:said|says|told|stated|added|wrote|claimed|insisted|argued|warned)\b", re.IGNORECASE
)
_QUOTED = 0.6
"""Share of the question's words that what somebody says must have, to be what the question quotes."""
_BEFORE = 0.5
"""What a word of the topic is worth that stands in the sentence before."""
_CLOSE = 1.2
"""How far below the best quotation's weight another one may lie and still be shown."""


@dataclass(frozen=True)
class _Spoken:
    """A sentence that quotes the speaker, how much it is to the point, and the share of the topic that is in it."""

    weight: float
    about: float
    passage: Passage
    sentence: Read
    quotation: Quotation


def speech(case: Case) -> Draft | None:
    """What the articles quote the person asked about as saying, or None where they quote nothing."""
    asked = case.asked
    if asked.kind == "who" and _WHO_SAID.match(asked.text):
        return _attributed(case)
    if asked.kind != "said" or not asked.names:
        return None
    speaker = asked.names[0]
    named = {w.stem for w in tokens(speaker)}
    topic = [t for t in asked.terms if t not in named and t not in _SPEECH_STEMS]
    found = sorted(_spoken(case, speaker, topic), key=lambda s: -s.weight)
    if not found:
        return None
    if topic and not any(s.about for s in found):
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
        before = ""
        for sentence in read(document):
            context, before = before, sentence.text
            if not (passage.start <= sentence.start and sentence.end <= passage.end):
                continue
            spoken = quotation(sentence, speaker)
            if spoken is None:
                continue
            place = (document.doc_id, sentence.start)
            about = _share(topic, sentence.text) if topic else 0.5
            about = max(about, _BEFORE * _share(topic, context)) if topic else about
            if topic and not about and place not in scores:
                continue
            weight = 2 * about + 0.5 * spoken.direct + 0.3 * (scores.get(place, floor - 1) - floor)
            found.append(_Spoken(weight, about, passage, sentence, spoken))
    return found


def _share(topic: list[str], text: str) -> float:
    stems = content_stems(text)
    return sum(t in stems for t in topic) / len(topic)


def _attributed(case: Case) -> Draft | None:
    """Who said the words that the question quotes or reports; None where no attributed sentence has enough of them."""
    wanted = [t for t in case.asked.terms if t not in _SPEECH_STEMS]
    found: list[tuple[float, Passage, Read, Quotation]] = []
    for document, passage in case.articles():
        for sentence in read(document):
            if not (passage.start <= sentence.start and sentence.end <= passage.end) or not wanted:
                continue
            share = _share(wanted, sentence.text)
            spoken = attribution(sentence) if share >= _QUOTED else None
            if spoken is not None and _share(wanted, sentence.text[spoken.start : spoken.end]) >= _QUOTED:
                found.append((share, passage, sentence, spoken))
    if not found:
        return None
    share, passage, sentence, spoken = max(found, key=lambda f: f[0])
    writing = case.writing()
    beside = [e for e in case.evidence if e.passage.doc_id == passage.doc_id and e.start == sentence.start]
    writing.quote([(passage, sentence.start, sentence.end)], beside)
    return writing.draft(f"**{inline(spoken.speaker)}**", max(case.likely, _SURE * share))
