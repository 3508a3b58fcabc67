"""Evidence -> answer without a model that writes: the articles' own sentences, a short answer in bold, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dateline.index.documents import Document
from dateline.rag.answers.days import chronicle, days
from dateline.rag.answers.draft import Draft, joined
from dateline.rag.answers.fact import fact
from dateline.rag.answers.material import Material
from dateline.rag.answers.overview import digest, survey
from dateline.rag.answers.table import events
from dateline.rag.answers.yes_no import yes_no
from dateline.rag.evidence.confidence import Knows, confidence, unknown_names, wrong_year
from dateline.rag.evidence.findings import read
from dateline.rag.evidence.sentences import Embed, Hit, Stored, gather
from dateline.rag.question.analysis import analyse, questions
from dateline.rag.question.rewrite import rewrite
from dateline.rag.question.spelling import as_written
from dateline.rag.reader.calibration import calibration
from dateline.rag.reader.reading import Reader
from dateline.rag.search.query import analyse as look_for

_UNKNOWN_NAME = 0.1
"""Confidence, at most, where no article knows a name of the question."""
_WRONG_YEAR = 0.2
"""Confidence, at most, where the best passage is of another year than the one asked about."""


class Extractive:
    """The default answerer: it can only repeat what an article says, so it cannot invent.

    ``embed`` gives unit vectors (n, dimension), ``document`` an article by id; ``reader`` reads the best sentences
    (None: they are ranked by their words and vectors alone); ``knows`` tells whether any article has a word, so that
    a name that is merely not among the hits is no unknown name; ``stored`` gives the sentences that the index keeps
    of a passage.
    """

    def __init__(
        self,
        embed: Embed,
        document: Callable[[str], Document],
        knows: Knows | None = None,
        stored: Stored | None = None,
        reader: Reader | None = None,
    ) -> None:
        self.embed = embed
        self.document = document
        self.knows = knows
        self.stored = stored
        self.reader = reader

    def answer(self, question: str, hits: Sequence[Hit], *, asked_on: str | None = None) -> Draft:
        """Answer ``question``, which stands alone, from ``hits``; ``asked_on`` is the asker's today (ISO)."""
        if self.knows is not None:
            question = as_written(question, (hit.passage for hit in hits), self.knows)
        parts = questions(question)
        if len(parts) < 2:
            return self._one(question, hits, asked_on)
        answered: list[tuple[str, Draft]] = []
        history: list[dict[str, str]] = []
        for part in parts:
            alone = rewrite(part, history)
            draft = self._one(alone, hits, asked_on)
            answered.append((alone, draft))
            history += [{"role": "user", "content": alone}, {"role": "assistant", "content": draft.text}]
        return joined(answered) if any(not d.abstained for _, d in answered) else self._one(question, hits, asked_on)

    def _one(self, question: str, hits: Sequence[Hit], asked_on: str | None) -> Draft:
        """Answer one question."""
        if (all_there_is := digest(question, hits, self.document)) is not None:
            return all_there_is
        material = self.material(question, hits, asked_on)
        if isinstance(material, Draft):
            return material
        window = days(material.asked, look_for(question, asked_on))
        if window:
            return chronicle(material, window)
        missing = unknown_names(material.asked, hits, self.knows)
        if missing:
            return material.decline("not_mentioned", min(material.likely, _UNKNOWN_NAME), missing=missing)
        if wrong_year(material.asked, material.evidence[0]):
            return material.decline("outside_dates", min(material.likely, _WRONG_YEAR))
        for write in (survey, yes_no, events):
            draft = write(material)
            if draft is not None:
                return draft
        return fact(material)

    def material(self, question: str, hits: Sequence[Hit], asked_on: str | None) -> Material | Draft:
        """Return what a question is answered from, or a refusal where there is nothing to read."""
        asked = analyse(question)
        if not asked.terms:
            return Draft("Please say what, or whom, the question is about.", abstained=True, reason="unclear_question")
        if not hits:
            return Draft("There are no articles to answer from.", abstained=True, reason="no_documents")
        evidence = gather(asked, hits, self.document, self.embed, self.stored)
        if not evidence:
            return Draft("The articles do not mention this.", abstained=True, reason="not_mentioned")
        weighed = calibration(read=self.reader is not None)
        findings = read(asked.text, evidence, self.reader, self.document, weighed)
        likely = confidence(asked, findings, hits, asked_on, weighed)
        return Material(asked, hits, findings, likely, weighed, self.document, self.embed)
