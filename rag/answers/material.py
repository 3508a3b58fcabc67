"""What an answer without a model is made from: the question, the passages found, and their best sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dateline.index.documents import Document, Passage
from dateline.rag.answer import Reason
from dateline.rag.answers.draft import Draft, Writing, citation, inline
from dateline.rag.answers.rivals import unlike
from dateline.rag.english.tokens import content_stems, tokens
from dateline.rag.evidence.findings import Finding
from dateline.rag.evidence.sentences import Embed, Evidence, Hit
from dateline.rag.question.analysis import Question
from dateline.rag.question.mentions import things
from dateline.rag.reader.calibration import Calibration

_ALIKE = 0.4
"""Cosine from which a sentence is near a question whatever its words."""
_RELATED = 0.2
"""Cosine from which a sentence is near a question that shares a name or several words with it."""


@dataclass(frozen=True)
class Material:
    """A question with what was found, best first; ``likely`` is the probability that the sentences answer it.

    ``weighed`` are the fitted models and thresholds, ``document`` gives an article by id, ``embed`` unit vectors (n, dimension).
    """

    asked: Question
    hits: Sequence[Hit]
    findings: Sequence[Finding]
    likely: float
    weighed: Calibration
    document: Callable[[str], Document]
    embed: Embed

    @property
    def evidence(self) -> list[Evidence]:
        """The sentences found, best first."""
        return [f.evidence for f in self.findings]

    def writing(self) -> Writing:
        """An empty sheet for the answer."""
        return Writing(self.document)

    def articles(self) -> list[tuple[Document, Passage]]:
        """The passages found with their articles, in the articles' order."""
        return [
            (self.document(h.passage.doc_id), h.passage)
            for h in sorted(self.hits, key=lambda h: (h.passage.doc_id, h.passage.start))
        ]

    def _near(self, evidence: Evidence) -> bool:
        """Whether a sentence has to do with the question: by its meaning, or by more than a word of it."""
        asked = set(self.asked.terms)
        named = {w.stem for name in self.asked.names for w in tokens(name)}
        shared = asked & content_stems(evidence.text)
        likeness = evidence.features.get("dense", 1.0)
        return likeness >= _ALIKE or (likeness >= _RELATED and (bool(shared & named) or len(shared) > 1))

    def decline(
        self, reason: Reason, confidence: float, *, missing: Sequence[str] = (), first: Sequence[Finding] = ()
    ) -> Draft:
        """A refusal with the nearest evidence, ``first`` ahead of the rest; ``missing`` are names or words no article has."""
        found = unlike([*first, *self.findings])
        near = [f.evidence for f in found if missing or f in first or self._near(f.evidence)][:3]
        nearest = tuple(
            citation(self.document(e.passage.doc_id), e.passage, e.start, e.end, n) for n, e in enumerate(near, start=1)
        )
        if missing:
            text = f"The articles do not mention {self._unmentioned(missing)}."
        elif reason == "outside_dates":
            text = "The articles found are not from the dates asked for."
        elif nearest:
            text = "The articles do not say."
        else:
            text = "The articles do not say, and nothing in them comes near the question."
        return Draft(text, abstained=True, reason=reason, confidence=confidence, nearest=nearest)

    def _unmentioned(self, missing: Sequence[str]) -> str:
        """``missing`` as part of a sentence: the names; where they are mere words, what the question is about."""
        said = list(missing) if set(missing) <= set(self.asked.names) else things(self.asked.text)
        return " or ".join(inline(phrase) for phrase in said) or "this"
