"""An answer as it is written: its lines of Markdown, the sentences it quotes, and the citations under its marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from index.documents import Document, Passage
from rag.answer import Citation, Event, Reason, Sentence
from rag.events import Told
from rag.evidence import Evidence
from rag.people import same_name

SENTENCES = 3
"""Sentences, or tellings, that an answer shows at most, unless it is an overview or a table."""
_SUREST = 0.99
"""Confidence that no written answer goes beyond."""


@dataclass(frozen=True)
class Draft:
    """An answer with its evidence, before it is checked and dressed as an Answer."""

    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    events: tuple[Event, ...] = ()
    abstained: bool = False
    reason: Reason | None = None
    confidence: float = 0.0
    nearest: tuple[Citation, ...] = ()


@dataclass
class Writing:
    """A draft in the making: ``lines`` of Markdown, the ``sentences`` they quote, and the ``citations``.

    Citations are numbered by first appearance; the same quote keeps its number. ``document`` gives an article by id.
    """

    document: Callable[[str], Document]
    lines: list[str] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)

    def cite(self, passage: Passage, start: int, end: int) -> int:
        """The number of the citation of ``document.text[start:end]``, an existing one or a new one."""
        for known in self.citations:
            if (known.doc_id, known.start, known.end) == (passage.doc_id, start, end):
                return known.n
        self.citations.append(citation(self.document(passage.doc_id), passage, start, end, len(self.citations) + 1))
        return len(self.citations)

    def quote(self, spans: Sequence[tuple[Passage, int, int]], evidence: Sequence[Evidence] = ()) -> None:
        """Add a line for each span; one that ``evidence`` knows not to stand alone gets the sentence before it."""
        for passage, start, end in spans:
            document = self.document(passage.doc_id)
            number = self.cite(passage, start, end)
            line = f"{inline(document.text[start:end])} [{number}]"
            self.sentences.append(Sentence(document.text[start:end], (number,), "verbatim"))
            previous = next(
                (e.previous for e in evidence if e.passage.doc_id == passage.doc_id and e.start == start), None
            )
            if previous and not any(p.doc_id == passage.doc_id and s == previous[0] for p, s, _ in spans):
                before = self.cite(passage, *previous)
                line += f"\n*(the sentence before: {inline(document.text[previous[0] : previous[1]])} [{before}])*"
                self.sentences.append(Sentence(document.text[previous[0] : previous[1]], (before,), "verbatim"))
            self.lines.append(line)

    def tell(self, told: Sequence[Told]) -> None:
        """Add a line for each telling, once a sentence, with a note on who "the two" or "he" are."""
        once = list({(t.document.doc_id, t.sentence.start): t for t in told}.values())[:SENTENCES]
        for t in once:
            number = self.cite(t.passage, t.sentence.start, t.sentence.end)
            self.lines.append(f"{inline(t.sentence.text)}{note(t)} [{number}]")
            self.sentences.append(Sentence(t.sentence.text, (number,), "verbatim"))

    def draft(self, lead: str, confidence: float) -> Draft:
        """The finished draft: ``lead``, if any, above the lines."""
        text = "\n\n".join(part for part in (lead, *self.lines) if part)
        return Draft(text, tuple(self.sentences), tuple(self.citations), confidence=min(confidence, _SUREST))


def citation(document: Document, passage: Passage, start: int, end: int, n: int) -> Citation:
    """The citation of ``document.text[start:end]`` as mark ``n``."""
    return Citation(
        n=n,
        doc_id=document.doc_id,
        passage_id=passage.passage_id,
        start=start,
        end=end,
        quote=document.text[start:end],
        title=document.title,
        source=document.source,
        published=document.published,
        published_from=document.published_from,
        url=document.url,
        page=passage.page,
        dates=tuple(t for t in passage.dates if start <= t.start and t.end <= end),
    )


def note(told: Told) -> str:
    """Who "the two leaders" are, where the sentence itself does not name them."""
    named = [m.name for c in told.sentence.clauses for m in c.names if not m.resolved]
    if all(any(same_name(n, other) for other in named) for n in told.resolved):
        return ""
    return f" *({listed(list(dict.fromkeys(told.resolved)))})*"


def listed(names: Sequence[str]) -> str:
    """``names`` as "A, B and C"."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""


def marked(numbers: Sequence[int]) -> str:
    """Citation numbers as marks."""
    return " ".join(f"[{n}]" for n in numbers)


def inline(text: str) -> str:
    """A quote on one line, its Markdown characters escaped."""
    return re.sub(r"([*_`|\[\]<>\\])", r"\\\1", " ".join(text.split()))
