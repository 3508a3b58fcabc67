"""What did X say …?: quotations and reported speech of those asked about, the most to the point in bold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dateline.index.documents import Passage
from dateline.rag.answers.draft import SENTENCES, Draft, Writing, inline
from dateline.rag.answers.material import Material
from dateline.rag.answers.rivals import copied
from dateline.rag.english.tokens import content_stems, stem, tokens
from dateline.rag.evidence.sentences import Evidence
from dateline.rag.rules.asked_speech import AskedSpeech, Speaker, asked_speech, utterance
from dateline.rag.rules.clauses import Read, read
from dateline.rag.rules.deed_words import PRONOUNS
from dateline.rag.rules.quotations import Quotation, quotations

_SURE = 0.8
"""Confidence, at least, where the speaker is quoted on the topic."""
_FAIRLY_SURE = 0.65
"""The same, where less than half of the topic is in what is quoted."""
_UNSURE = 0.3
"""Confidence, at most, where the speaker is quoted, but on other topics."""
_WHO = re.compile(
    r"who\s+(?:(?:has|have|had|is|was|are|were|also|first|\w+ly)\s+)*(?P<verb>\w+)\b(?P<rest>.*)", re.IGNORECASE
)
_QUOTED = 0.6
"""Share of the question's words that what somebody says must have, to be what the question quotes."""
_AROUND = 0.7
"""What a word of the topic is worth that stands in the sentence, but not in what is said."""
_BEFORE = 0.5
"""What a word of the topic is worth that stands in the sentence before."""
_ALIKE = 0.45
"""Cosine of question and sentence from which a sentence is about the topic in other words."""
_DENSE = 0.5
"""What it is worth to speak of nothing but the topic: of two reports in a sentence, the closer one is shown."""
_CLOSE = 1.2
"""How far below the best quotation's weight another one may lie and still be shown."""


@dataclass(frozen=True)
class _Spoken:
    """A sentence that quotes a speaker, how much it is to the point, and the share of the topic that is in it."""

    weight: float
    about: float
    passage: Passage
    sentence: Read
    quotation: Quotation

    @property
    def words(self) -> str:
        """What is said."""
        return self.sentence.text[self.quotation.start : self.quotation.end]


def speech(material: Material) -> Draft | None:
    """What the articles quote those asked about as saying, or None where they quote nothing or it is not asked."""
    attributed = _attributed(material)
    if attributed is not None:
        return attributed
    wanted = asked_speech(material.asked)
    if wanted is None:
        return None
    found = {speaker: _spoken(material, speaker, wanted) for speaker in wanted.speakers}
    given = {speaker: spoken for speaker, spoken in found.items() if spoken}
    if not given:
        others = _of_others(material.evidence[0], wanted.speakers, material)
        return material.decline("not_stated", min(material.likely, _UNSURE)) if others else None
    if wanted.topic and not any(s.about for spoken in given.values() for s in spoken):
        first = _evidence(material, [spoken[0] for spoken in given.values()])
        return material.decline("not_stated", min(material.likely, _UNSURE), first=first)
    writing = material.writing()
    for spoken in given.values():
        _quote(writing, spoken[: SENTENCES if len(given) == 1 else 1], material.evidence)
    writing.lines += [f"*The articles quote nothing of {inline(s.text)} on this.*" for s in found if s not in given]
    sure = _SURE if min(spoken[0].about for spoken in given.values()) >= 0.5 else _FAIRLY_SURE
    return writing.draft(" · ".join(_lead(spoken[0]) for spoken in given.values()), max(material.likely, sure))


def _lead(spoken: _Spoken) -> str:
    """The speaker and the words, in bold."""
    said = spoken.quotation
    name = said.speaker if said.named else said.speaker[:1].upper() + said.speaker[1:]
    return f"**{inline(name)}{'' if said.told else ':'} {inline(spoken.words)}**"


def _quote(writing: Writing, spoken: Sequence[_Spoken], evidence: Sequence[Evidence]) -> None:
    spans = list(dict.fromkeys((s.passage.doc_id, s.sentence.start) for s in spoken))
    by_place = {(s.passage.doc_id, s.sentence.start): s for s in reversed(spoken)}
    shown = [by_place[span] for span in spans]
    for one in shown:
        named = one.quotation.speaker.split()[-1] in one.sentence.text
        span = (one.passage, one.sentence.start, one.sentence.end)
        writing.quote([span], () if named else evidence)


def _spoken(material: Material, speaker: Speaker, wanted: AskedSpeech) -> list[_Spoken]:
    """What ``speaker`` says on the topic, the most to the point first; copies of one sentence once."""
    every = _quoted(material, speaker, wanted.topic)
    found = [s for s in every if not wanted.verbs or s.quotation.verb in wanted.verbs]
    if not found:
        held = [s for s in every if wanted.holds(s.words) and (s.about or not wanted.topic)]
        found = held or [s for s in every if wanted.telling or (wanted.topic and s.about >= _QUOTED)]
    best = max(found, key=lambda s: s.weight, default=None)
    if best is None:
        return []
    kept: list[_Spoken] = []
    for one in sorted(found, key=lambda s: -s.weight):
        near = one.weight >= best.weight - _CLOSE and one.about >= best.about / 2
        if near and not any(copied(one.sentence.text, other.sentence.text) for other in kept):
            kept.append(one)
    return kept


def _quoted(material: Material, speaker: Speaker, topic: tuple[str, ...]) -> list[_Spoken]:
    """The sentences that quote ``speaker`` on ``topic``, or that are among the evidence."""
    evidence = {(e.passage.doc_id, e.start): e for e in material.evidence}
    floor = min(e.score for e in material.evidence)
    found = []
    for document, passage in material.articles():
        before = ""
        for sentence in read(document):
            context, before = before, sentence.text
            if not (passage.start <= sentence.start and sentence.end <= passage.end):
                continue
            known = evidence.get((document.doc_id, sentence.start))
            for said in quotations(sentence):
                sure = speaker.speaks(said)
                if not sure:
                    continue
                about = _about(topic, sentence.text, said, context, known) if topic else 0.5
                if topic and not about and known is None:
                    continue
                score = known.score if known else floor - 1
                terse = _DENSE * _density(topic, sentence.text[said.start : said.end])
                weight = 2 * about * sure + 0.5 * said.direct + 0.3 * (score - floor) - (1 - sure) + terse
                found.append(_Spoken(weight, about, passage, sentence, said))
    return found


def _about(topic: tuple[str, ...], text: str, said: Quotation, before: str, known: Evidence | None) -> float:
    """How much of ``topic`` is in what is said, around it, in the sentence before, or meant in other words."""
    alike = known.features.get("dense", 0.0) if known else 0.0
    return max(
        _share(topic, text[said.start : said.end]),
        _AROUND * _share(topic, text),
        _BEFORE * _share(topic, before),
        alike if alike >= _ALIKE else 0.0,
    )


def _density(topic: Sequence[str], text: str) -> float:
    """The share of what is said that is on the topic."""
    stems = content_stems(text)
    return len(stems.intersection(topic)) / max(1, len(stems))


def _share(topic: Sequence[str], text: str) -> float:
    stems = content_stems(text)
    names = {w.stem[:4] for w in tokens(text) if w.capital and len(w.stem) > 3}
    return sum(t in stems or (len(t) > 3 and t[:4] in names) for t in topic) / len(topic)


def _of_others(evidence: Evidence, speakers: Sequence[Speaker], material: Material) -> bool:
    """Whether the best sentence quotes somebody, and nobody of those asked about."""
    for sentence in read(material.document(evidence.passage.doc_id)):
        if sentence.start == evidence.start:
            said = quotations(sentence)
            return bool(said) and not any(s.speaks(q) for q in said for s in speakers)
    return False


def _evidence(material: Material, spoken: Sequence[_Spoken]) -> list[Evidence]:
    places = {(s.passage.doc_id, s.sentence.start) for s in spoken}
    return [e for e in material.evidence if (e.passage.doc_id, e.start) in places]


def _attributed(material: Material) -> Draft | None:
    """Who said the words that the question quotes or reports; None where no attributed sentence has enough of them."""
    match = _WHO.match(material.asked.text) if material.asked.kind == "who" else None
    verbs = utterance(stem(match.group("verb")), match.group("rest")) if match else None
    if match is None or verbs is None:
        return None
    said = content_stems(match.group("verb"))
    wanted = [t for t in material.asked.terms if t not in said]
    found: list[tuple[float, Passage, Read, Quotation]] = []
    for document, passage in material.articles():
        for sentence in read(document):
            if not (passage.start <= sentence.start and sentence.end <= passage.end) or not wanted:
                continue
            if _share(wanted, sentence.text) < _QUOTED:
                continue
            for spoken in quotations(sentence):
                share = _share(wanted, sentence.text[spoken.start : spoken.end])
                fits = not verbs or spoken.verb in verbs
                if fits and share >= _QUOTED and spoken.speaker.casefold() not in PRONOUNS:
                    found.append((share, passage, sentence, spoken))
    if not found:
        return None
    share, passage, sentence, spoken = max(found, key=lambda f: (f[0], f[3].named, bool(f[3].verb)))
    writing = material.writing()
    beside = [e for e in material.evidence if e.passage.doc_id == passage.doc_id and e.start == sentence.start]
    writing.quote([(passage, sentence.start, sentence.end)], beside)
    return writing.draft(f"**{inline(spoken.speaker)}**", max(material.likely, _SURE * share))
