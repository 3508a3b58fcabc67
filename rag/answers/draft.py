"""An answer as it is written: its lines of Markdown, the sentences it quotes, and the citations under its marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dateline.index.documents import Document, Passage
from dateline.rag.answer import Citation, Event, Reason, Sentence, Short, Verdict
from dateline.rag.events.when import show_day
from dateline.rag.evidence.sentences import Evidence

_MARK = re.compile(r"(?<!\\)\[(\d+)\]")
_SUREST = 0.99
"""Confidence that no written answer goes beyond."""


@dataclass(frozen=True)
class Draft:
    """An answer with its evidence, before it is checked and dressed as an Answer; ``lead`` is what it opens with."""

    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    events: tuple[Event, ...] = ()
    abstained: bool = False
    reason: Reason | None = None
    confidence: float = 0.0
    nearest: tuple[Citation, ...] = ()
    lead: str = ""
    short: tuple[Short, ...] = ()
    verdict: Verdict | None = None
    more: int = 0


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

    def number(self, evidence: Evidence) -> int:
        """The number of a sentence's citation."""
        return self.cite(evidence.passage, evidence.start, evidence.end)

    def also(self, spans: Sequence[tuple[Passage, int, int]], articles: int) -> None:
        """Cite with the first line what prints the very same, as the one report it is."""
        numbers = [self.cite(*span) for span in spans]
        self.lines[0] += f" {marked(numbers)} *({articles} articles, 1 independent report)*"
        self.sentences[0] = replace(self.sentences[0], citations=(*self.sentences[0].citations, *numbers))

    def contrast(self, rivals: Sequence[tuple[str, Passage, int, int, str]]) -> None:
        """Add what other articles give instead: (value, passage, start, end, remark), each with its outlet and day."""
        if rivals:
            self.lines.append("The articles differ:")
        for value, passage, start, end, remark in rivals:
            text = self.document(passage.doc_id).text[start:end]
            number = self.cite(passage, start, end)
            known = "; ".join(filter(None, (outlet(passage), remark)))
            self.lines.append(f"- **{value}** ({known}): {inline(text)} [{number}]")
            self.sentences.append(Sentence(text, (number,), "verbatim"))

    def draft(
        self,
        lead: str,
        confidence: float,
        *,
        short: Sequence[Short] = (),
        verdict: Verdict | None = None,
        more: int = 0,
    ) -> Draft:
        """The finished draft: ``lead``, if any, above the lines."""
        text = "\n\n".join(part for part in (lead, *self.lines) if part)
        sure = min(confidence, _SUREST)
        return Draft(
            text, tuple(self.sentences), tuple(self.citations), confidence=sure, lead=lead,
            short=tuple(short), verdict=verdict, more=more,
        )  # fmt: skip


def joined(answered: Sequence[tuple[str, Draft]]) -> Draft:
    """One draft of the answers to several questions: the short answers first, then what supports each.

    ``answered`` are (question, draft), at least one of them answered; citations are numbered anew, and what is
    left unanswered is said at the end.
    """
    given = [draft for _, draft in answered if not draft.abstained]
    citations: list[Citation] = []
    sentences: dict[str, Sentence] = {}
    blocks: dict[str, None] = {}
    events: list[Event] = []
    short: list[Short] = []
    for draft in given:
        numbers: dict[int, int] = {}
        for one in draft.citations:
            place = (one.doc_id, one.start, one.end)
            known = next((c.n for c in citations if (c.doc_id, c.start, c.end) == place), None)
            if known is None:
                citations.append(replace(one, n=len(citations) + 1))
            numbers[one.n] = known or len(citations)
        for block in draft.text.removeprefix(draft.lead).strip().split("\n\n"):
            blocks[_remarked(block, numbers)] = None
        for sentence in draft.sentences:
            sentences.setdefault(sentence.text, replace(sentence, citations=_renumbered(sentence.citations, numbers)))
        events += [replace(event, citations=_renumbered(event.citations, numbers)) for event in draft.events]
        short += [replace(one, citation=numbers[one.citation]) for one in draft.short]
    left = [f"*Not answered by the articles: {inline(asked)}*" for asked, draft in answered if draft.abstained]
    lead = " · ".join(dict.fromkeys(draft.lead for draft in given if draft.lead))
    return Draft(
        "\n\n".join(part for part in (lead, *blocks, *left) if part),
        tuple(sentences.values()),
        tuple(citations),
        tuple(events),
        confidence=min(draft.confidence for draft in given),
        lead=lead,
        short=tuple(short),
        verdict=next((draft.verdict for draft in given if draft.verdict), None),
        more=sum(draft.more for draft in given),
    )


def _remarked(text: str, numbers: Mapping[int, int]) -> str:
    """``text`` with its marks numbered anew."""
    return _MARK.sub(lambda mark: f"[{numbers[int(mark.group(1))]}]", text)


def _renumbered(marks: Sequence[int], numbers: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(numbers[n] for n in marks)


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


def outlet(passage: Passage) -> str:
    """Who published a passage, and on which day."""
    when = show_day(passage.published[:10]) if passage.published else "undated"
    return ", ".join(part for part in (passage.source or passage.title or passage.doc_id, when) if part)


def listed(names: Sequence[str]) -> str:
    """``names`` as "A, B and C"."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""


def marked(numbers: Sequence[int]) -> str:
    """Citation numbers as marks."""
    return " ".join(f"[{n}]" for n in numbers)


def inline(text: str) -> str:
    """A quote on one line, its Markdown characters escaped."""
    return re.sub(r"([*_`|\[\]<>\\])", r"\\\1", " ".join(text.split()))
