"""Evidence -> answer without a model: the articles' own sentences, a short answer in bold, or an honest refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from index.documents import Document, Passage
from rag.answer import Citation, Event, Reason, Sentence
from rag.clauses import Read, described, read
from rag.confidence import Knows, confidence, unknown_names, wrong_year
from rag.events import Embed, Told, answers, describe_time, merge, relation, show_day, tellings
from rag.evidence import Evidence, Hit, gather
from rag.evidence import sentences as sentence_spans
from rag.people import full_names, same_name
from rag.question import Kind, Question, analyse
from rag.quotations import Quotation, quotation
from rag.spans import Span, candidates, counts_target, fits, score, widened
from rag.tokens import Token, content_stems, stem, tokens, wordset
from rag.verdicts import LEADS, holds, names_held, relation_held, verb_held, verdict
from rag.weights import THRESHOLD

_SENTENCES = 3
"""Cited sentences of an answer to a factual question; open questions get up to ``_OPEN``."""
_OPEN = 4
_SPAN_SHARE = 0.15
"""How much the fit of the short answer counts beside that of its sentence."""
_MISCOUNT = 2.0
"""Log-odds; what a number that counts something else costs."""
_OFF_TARGET = 0.6
"""Factor on the confidence where no number counts what is asked, or no passage knows the office asked about."""
_LIKELY = 1.5
"""Log-odds; how much worse a rival value may fit its sentence than the first answer fits its own."""
_COPY = 0.9
"""Share of common stems from which two sentences of two articles are copies of one text."""
_TWIN = 0.7
"""The same, leaving names and figures out, from which two sentences tell one thing differently."""
_CLOSE = 1.2
"""Log-odds; a further sentence is shown when its score is at most so far below the first."""
_DIFFERS = {"person", "place", "organisation", "name", "number", "time"}


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
class _Marks:
    """Numbers citations by first appearance; the same quote keeps its number."""

    document: Callable[[str], Document]
    citations: list[Citation] = field(default_factory=list)

    def cite(self, passage: Passage, start: int, end: int) -> int:
        for known in self.citations:
            if (known.doc_id, known.start, known.end) == (passage.doc_id, start, end):
                return known.n
        self.citations.append(
            make_citation(self.document(passage.doc_id), passage, start, end, len(self.citations) + 1)
        )
        return len(self.citations)


def make_citation(document: Document, passage: Passage, start: int, end: int, n: int) -> Citation:
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


class Extractive:
    """The default answerer: it can only repeat what an article says, so it cannot invent.

    ``embed`` gives unit vectors (n, dimension), ``document`` an article by id; ``knows`` tells
    whether any article has a word, so that a name that is merely not among the hits is no unknown name.
    """

    def __init__(self, embed: Embed, document: Callable[[str], Document], knows: Knows | None = None) -> None:
        self.embed = embed
        self.document = document
        self.knows = knows

    def answer(self, question: str, hits: Sequence[Hit], *, asked_on: str | None = None) -> Draft:
        """Answer ``question``, which stands alone, from ``hits``; ``asked_on`` is the asker's today (ISO)."""
        asked = analyse(question)
        if not asked.terms:
            return Draft("Please say what, or whom, the question is about.", abstained=True, reason="unclear_question")
        if not hits:
            return Draft("There are no articles to answer from.", abstained=True, reason="no_documents")
        asked = self._with_roles(asked, hits)
        evidence = gather(asked, hits, self.document, self.embed)
        if not evidence:
            return Draft("The articles do not mention this.", abstained=True, reason="not_mentioned")
        likely = confidence(asked, evidence, hits, asked_on)
        missing = unknown_names(asked, hits, self.knows)
        if missing:
            return self._decline(asked, evidence, "not_mentioned", min(likely, 0.1), missing)
        if wrong_year(asked, evidence[0]):
            return self._decline(asked, evidence, "outside_dates", min(likely, 0.2))
        for route in (self._verdict, self._events, self._speech):
            draft = route(asked, evidence, hits, likely)
            if draft is not None:
                return draft
        if likely < THRESHOLD:
            return self._decline(asked, evidence, "not_stated", likely)
        if asked.kind in ("why", "how", "open"):
            return self._overview(asked, evidence, likely)
        return self._fact(asked, evidence, likely)

    def _with_roles(self, asked: Question, hits: Sequence[Hit]) -> Question:
        """Put the name for "the president of Ruritania", where exactly one person of the articles is called so."""
        match = _ROLE_OF.search(asked.text) if asked.names == () or asked.kind == "yes_no" else None
        if match is None or asked.target:
            return asked
        wanted = [w.stem for w in tokens(match.group()) if w.content]
        known = {doc_id: described(self.document(doc_id)) for doc_id in dict.fromkeys(h.passage.doc_id for h in hits)}
        fitting = {
            name
            for people in known.values()
            for name, words in people.items()
            if all(any(w == d or (len(w) > 3 and w[:4] == d[:4]) for d in words) for w in wanted)
        }
        full = set(full_names(fitting).values())
        return analyse(asked.text.replace(match.group(), full.pop())) if len(full) == 1 else asked

    # --- refusing -------------------------------------------------------------------------------------------

    def _decline(
        self,
        asked: Question,
        evidence: Sequence[Evidence],
        reason: Reason,
        confidence: float,
        missing: Sequence[str] = (),
    ) -> Draft:
        nearest = tuple(
            make_citation(self.document(e.passage.doc_id), e.passage, e.start, e.end, n)
            for n, e in enumerate(_unlike(evidence)[:3], start=1)
        )
        if missing:
            text = f"The articles do not mention {' or '.join(missing)}."
        elif reason == "outside_dates":
            text = "The articles found are not from the dates asked for."
        else:
            text = "The articles do not say."
        return Draft(text, abstained=True, reason=reason, confidence=confidence, nearest=nearest)

    # --- did X …? -------------------------------------------------------------------------------------------

    def _verdict(
        self, asked: Question, evidence: Sequence[Evidence], hits: Sequence[Hit], likely: float
    ) -> Draft | None:
        """Yes or no where a sentence states it, else what it states instead, else nothing."""
        if asked.kind != "yes_no":
            return None
        asked_relation = relation(asked)
        told: list[Told] = []
        if asked_relation is not None and len(asked.names) > 1:
            told = tellings(asked, asked_relation, self._articles(hits), self.embed)
        says = [(t, verdict(asked, t.clause.text)) for t in told]
        done = [t for t, said in says if said == "yes"]
        denied = [t for t, said in says if said == "no"]
        marks = _Marks(self.document)
        if done or denied:
            chosen = done or denied
            lead = LEADS["yes" if done else "no"]
            if done and denied:
                lead += " The articles differ, or tell of different times."
                chosen = [*done[: _SENTENCES - 1], denied[0]]
            lines, sentences = self._told_lines(chosen, marks)
            return self._draft(lead, lines, sentences, marks, max(likely, 0.75))
        stating = [
            e
            for e in evidence[:5]
            if _states(asked, e) and (verdict(asked, e.text) != "yes" or verb_held(asked, e.text))
        ]
        if not stating:
            return self._decline(asked, evidence, "not_stated", min(likely, 0.3))
        first = stating[0]
        shown = [first, *self._turns(first), *(e for e in _unlike(stating)[1:2])]
        lines, sentences = self._lines([(e.passage, e.start, e.end) for e in shown], marks)
        return self._draft(LEADS[verdict(asked, first.text)], lines, sentences, marks, max(likely, 0.5))

    def _turns(self, first: Evidence) -> list[Evidence]:
        """The sentence right behind ``first``, where it takes something back: "However, …"."""
        passage = first.passage
        behind = [
            s for s in sentence_spans(self.document(passage.doc_id), passage.start, passage.end) if s[0] >= first.end
        ]
        if not behind:
            return []
        start, end = behind[0]
        text = self.document(passage.doc_id).text[start:end]
        return [replace(first, start=start, end=end, text=text)] if _TURN.match(text) else []

    # --- who … and when? ------------------------------------------------------------------------------------

    def _events(
        self, asked: Question, evidence: Sequence[Evidence], hits: Sequence[Hit], likely: float
    ) -> Draft | None:
        listing = asked.kind == "open" and bool(_LISTING.search(asked.text))
        if not (asked.asks("who") or asked.kind == "when" or listing):
            return None
        asked_relation = relation(asked)
        if asked_relation is None:
            return None
        told = tellings(asked, asked_relation, self._articles(hits), self.embed)
        if asked.asks("who"):
            named = [(t, answers(t, asked_relation)) for t in told]
            told = [t for t, who in named if who]
        actual = [t for t in told if t.modality in ("actual", "hedged")]
        if not actual:
            if told and asked.asks("who"):
                return self._decline(
                    asked, [*self._as_evidence(told, evidence), *evidence], "not_stated", min(likely, 0.3)
                )
            return None
        happenings = merge(actual, asked_relation)
        dated = asked.asks("when") or listing
        if not asked.asks("who") and len(happenings) < 2:
            return None
        who: dict[str, int] = {}
        for happening in happenings:
            for name in dict.fromkeys(n for t in happening.told for n in answers(t, asked_relation)):
                who[name] = who.get(name, 0) + 1
        full = full_names(who)
        counted: dict[str, int] = {}
        for name, count in who.items():
            counted[full[name]] = counted.get(full[name], 0) + count
        people = sorted(counted, key=lambda n: -counted[n])
        marks = _Marks(self.document)
        lead = f"**{_listed(people)}**" if asked.asks("who") and people else ""
        if lead and _conflicting(actual):
            lead += " — The articles differ:"
        elif _conflicting(actual):
            lead = "The articles differ:"
        if not dated:
            beside = next((e for e in evidence if e.start == happenings[0].told[0].sentence.start), None)
            for kind in asked.kinds[1:]:
                second = self._part(asked, kind, beside) if beside else None
                if second:
                    lead += f" · **{_inline(second[0])}**{second[1]}"
            lines, sentences = self._told_lines([h.told[0] for h in happenings], marks)
            return self._draft(lead, lines, sentences, marks, max(likely, 0.75))
        rows, sentences, events = [], [], []
        for happening in happenings:
            numbers = tuple(marks.cite(t.passage, t.sentence.start, t.sentence.end) for t in happening.told)
            numbers = tuple(dict.fromkeys(numbers))
            first = happening.told[0]
            said = f" ({', '.join(f'“{s}”' for s in happening.said)})" if happening.said else ""
            shown = "" if happening.when.startswith("“") else said
            note = _note(first)
            rows.append(f"| {_cell(happening.when + shown)} | {_cell(first.sentence.text + note)} {_marked(numbers)} |")
            sentences.append(Sentence(first.sentence.text, numbers, "verbatim"))
            events.append(
                Event(
                    happening.when, first.sentence.text, numbers, happening.earliest, happening.latest, happening.said
                )
            )
        table = "\n".join(["| when | what the articles say |", "| --- | --- |", *rows])
        text = f"{lead}\n\n{table}" if lead else table
        return Draft(text, tuple(sentences), tuple(marks.citations), tuple(events), confidence=max(likely, 0.75))

    def _as_evidence(self, told: Sequence[Told], evidence: Sequence[Evidence]) -> list[Evidence]:
        spans = {(t.document.doc_id, t.sentence.start) for t in told}
        return [e for e in evidence if (e.passage.doc_id, e.start) in spans]

    def _articles(self, hits: Sequence[Hit]) -> list[tuple[Document, Passage]]:
        return [
            (self.document(h.passage.doc_id), h.passage)
            for h in sorted(hits, key=lambda h: (h.passage.doc_id, h.passage.start))
        ]

    # --- what did X say …? ----------------------------------------------------------------------------------

    def _speech(
        self, asked: Question, evidence: Sequence[Evidence], hits: Sequence[Hit], likely: float
    ) -> Draft | None:
        if asked.kind != "said" or not asked.names:
            return None
        speaker = asked.names[0]
        named = {w.stem for w in tokens(speaker)}
        topic = [t for t in asked.terms if t not in named and t not in _SPEECH_STEMS]
        scores = {(e.passage.doc_id, e.start): e.score for e in evidence}
        floor = min(scores.values())
        found: list[tuple[float, Passage, Read, Quotation]] = []
        for document, passage in self._articles(hits):
            for sentence in read(document):
                if not (passage.start <= sentence.start and sentence.end <= passage.end):
                    continue
                spoken = quotation(sentence, speaker)
                if spoken is None:
                    continue
                stems = content_stems(sentence.text)
                about = sum(t in stems for t in topic) / len(topic) if topic else 0.5
                if topic and not about and (document.doc_id, sentence.start) not in scores:
                    continue
                weight = (
                    2 * about
                    + 0.5 * spoken.direct
                    + 0.3 * (scores.get((document.doc_id, sentence.start), floor - 1) - floor)
                )
                found.append((weight, passage, sentence, spoken))
        if not found:
            return None
        found.sort(key=lambda f: -f[0])
        if topic and not any(set(topic) & content_stems(f[2].text) for f in found):
            return self._decline(asked, evidence, "not_stated", min(likely, 0.3))
        kept = [f for f in found if f[0] >= found[0][0] - 1.2][:_SENTENCES]
        marks = _Marks(self.document)
        _, _, sentence, spoken = kept[0]
        lead = f"**{spoken.speaker}: {_inline(sentence.text[spoken.start : spoken.end])}**"
        lines, sentences = self._lines([(p, s.start, s.end) for _, p, s, _ in kept], marks)
        return self._draft(lead, lines, sentences, marks, max(likely, 0.6))

    # --- facts and overviews --------------------------------------------------------------------------------

    def _fact(self, asked: Question, evidence: Sequence[Evidence], likely: float) -> Draft:
        """A short answer in bold, its sentence, and what else supports or contradicts it."""
        chosen = best_spans(asked, evidence)
        marks = _Marks(self.document)
        if not chosen or not any(counts_target(asked, e.text, span) for e, span, _ in chosen):
            likely *= _OFF_TARGET
        if asked.kind == "who" and asked.target and not set(asked.target) & content_stems(evidence[0].passage.text):
            likely *= _OFF_TARGET
        if likely < THRESHOLD:
            return self._decline(asked, evidence, "not_stated", likely)
        if not chosen:
            return self._overview(asked, evidence, likely)
        first, span, _ = chosen[0]
        bold = first.text[span.start : span.end]
        rivals = disagreement(asked, first, span, evidence)
        others = [e for e in evidence if e is not first and e.score > first.score - _CLOSE]
        shown = [first]
        for e in _unlike([first, *others])[1:]:
            if len(shown) < _SENTENCES and e not in [r[0] for r in rivals]:
                shown.append(e)
        lead = f"**{_inline(bold)}**{_meaning(first, span)}"
        for kind in asked.kinds[1:]:
            second = self._part(asked, kind, first)
            if second:
                lead += f" · **{_inline(second[0])}**{second[1]}"
        lines, sentences = self._lines([(e.passage, e.start, e.end) for e in shown[:1]], marks, evidence)
        lines[0], sentences[0] = self._with_copies(lines[0], sentences[0], first, evidence, marks)
        if rivals:
            lines.append("The articles differ:")
            for rival, other in rivals:
                number = marks.cite(rival.passage, rival.start, rival.end)
                value = rival.text[other.start : other.end]
                lines.append(f"- **{_inline(value)}** ({_outlet(rival.passage)}): {_inline(rival.text)} [{number}]")
                sentences.append(Sentence(rival.text, (number,), "verbatim"))
        more, further = self._lines([(e.passage, e.start, e.end) for e in shown[1:]], marks)
        return self._draft(lead, lines + more, sentences + further, marks, likely)

    def _with_copies(
        self, line: str, sentence: Sentence, first: Evidence, evidence: Sequence[Evidence], marks: _Marks
    ) -> tuple[str, Sentence]:
        """Cite the articles that print the same sentence too, counted as the one report they are."""
        copies = [e for e in evidence if e.passage.doc_id != first.passage.doc_id and _copied(first.text, e.text)]
        if not copies:
            return line, sentence
        numbers = [marks.cite(e.passage, e.start, e.end) for e in copies]
        articles = 1 + len({e.passage.doc_id for e in copies})
        line += f" {_marked(numbers)} *({articles} articles, 1 independent report)*"
        return line, replace(sentence, citations=(*sentence.citations, *numbers))

    def _part(self, asked: Question, kind: Kind, first: Evidence) -> tuple[str, str] | None:
        """The answer to a further part of the question, from the same sentence."""
        position = asked.kinds.index(kind)
        part = replace(asked, kinds=(asked.kinds[position],), types=(asked.types[position],), target=())
        chosen = best_spans(part, [first])
        wanted = {"when": "time", "how_many": "number"}.get(kind)
        if not chosen or (wanted and chosen[0][1].type != wanted):
            return None
        span = chosen[0][1]
        return first.text[span.start : span.end], _meaning(first, span)

    def _overview(self, asked: Question, evidence: Sequence[Evidence], likely: float) -> Draft:
        """The sentences that cover the question best without repeating each other."""
        floor = evidence[0].score - 2 * _CLOSE
        chosen = [e for e in _unlike(evidence) if e.score >= floor][:_OPEN]
        first = chosen[0]
        chosen = [
            first,
            *sorted(chosen[1:], key=lambda e: (e.passage.doc_id != first.passage.doc_id, e.hit.rank, e.start)),
        ]
        marks = _Marks(self.document)
        lead = ""
        reason = _REASON.search(first.text) if asked.kind == "why" else None
        if reason:
            lead = f"**{_inline(reason.group(1))}**"
        lines, sentences = self._lines([(e.passage, e.start, e.end) for e in chosen], marks, evidence)
        return self._draft(lead, lines, sentences, marks, likely)

    # --- putting it together --------------------------------------------------------------------------------

    def _lines(
        self, spans: Sequence[tuple[Passage, int, int]], marks: _Marks, evidence: Sequence[Evidence] = ()
    ) -> tuple[list[str], list[Sentence]]:
        """A line of Markdown and a Sentence for each span; a sentence that needs it gets its context."""
        lines, sentences = [], []
        for passage, start, end in spans:
            document = self.document(passage.doc_id)
            number = marks.cite(passage, start, end)
            line = f"{_inline(document.text[start:end])} [{number}]"
            sentences.append(Sentence(document.text[start:end], (number,), "verbatim"))
            previous = next(
                (e.previous for e in evidence if e.passage.doc_id == passage.doc_id and e.start == start), None
            )
            if previous and not any(p.doc_id == passage.doc_id and s == previous[0] for p, s, _ in spans):
                before = marks.cite(passage, *previous)
                line += f"\n*(the sentence before: {_inline(document.text[previous[0] : previous[1]])} [{before}])*"
                sentences.append(Sentence(document.text[previous[0] : previous[1]], (before,), "verbatim"))
            lines.append(line)
        return lines, sentences

    def _told_lines(self, told: Sequence[Told], marks: _Marks) -> tuple[list[str], list[Sentence]]:
        """A line for each telling, once a sentence, with a note on who "the two" or "he" are."""
        once = list({(t.document.doc_id, t.sentence.start): t for t in told}.values())[:_SENTENCES]
        lines, sentences = [], []
        for t in once:
            number = marks.cite(t.passage, t.sentence.start, t.sentence.end)
            lines.append(f"{_inline(t.sentence.text)}{_note(t)} [{number}]")
            sentences.append(Sentence(t.sentence.text, (number,), "verbatim"))
        return lines, sentences

    def _draft(
        self, lead: str, lines: Sequence[str], sentences: Sequence[Sentence], marks: _Marks, likely: float
    ) -> Draft:
        text = "\n\n".join(part for part in (lead, *lines) if part)
        return Draft(text, tuple(sentences), tuple(marks.citations), confidence=min(likely, 0.99))


_SPEECH_STEMS = frozenset(
    stem(w) for w in wordset("say said tell told think claim comment state write respond react reply")
)


_DIGIT = re.compile(r"\d|\b(?:half|third|quarter|dozen|hundred|thousand|million|billion)", re.IGNORECASE)
_LISTING = re.compile(r"\b(?:list|timeline|chronolog\w+|in order)\b", re.IGNORECASE)
_ROLE_OF = re.compile(
    r"\bthe\s+(?:(?!of\b)[\w’']+\s+){0,3}(?:president|prime minister|minister|king|queen|chancellor|premier|mayor|governor|coach|envoy|"
    r"ambassador|leader|director|chairman|secretary)(?:\s+of\s+(?:the\s+)?[A-Z]\w+(?:\s[A-Z]\w+)*)?",
    re.IGNORECASE,
)
_TURN = re.compile(r"(?:However|But|Instead|Later|Yet|Nevertheless)\b")
_REASON = re.compile(
    r"\b((?:because(?: of)?|due to|owing to|thanks to|in order to|so that|as a result of|in response to|in protest at|"
    r"in an attempt to|amid concerns?|over concerns?)\s[^.;,]{5,160})",
    re.IGNORECASE,
)


def _meaning(evidence: Evidence, span: Span) -> str:
    """What a time in the short answer means on the calendar, where that is more than it says."""
    left, right = evidence.start + span.start, evidence.start + span.end
    for time in evidence.dates:
        if time.start < right and left < time.end and time.type in ("DATE", "TIME") and not time.value.endswith("_REF"):
            shown = describe_time(time, evidence.passage.published)
            plain = shown.split(" ", 1)[-1] if time.earliest and time.earliest == time.latest else shown
            known = all(
                part in evidence.text[left - evidence.start - 12 : right - evidence.start + 12]
                for part in plain.split()
            )
            return "" if known else f" ({shown})"
    return ""


def best_spans(asked: Question, evidence: Sequence[Evidence]) -> list[tuple[Evidence, Span, float]]:
    """The best candidate answer of each of the best sentences, best first."""
    found = []
    for e in evidence[:5]:
        fitting = [span for span in candidates(e.text) if fits(asked, e.text, span)]
        if fitting:
            span = max(fitting, key=lambda s: score(asked, e.text, s))
            value = e.score + _SPAN_SHARE * score(asked, e.text, span)
            if not counts_target(asked, e.text, span):
                value -= _MISCOUNT
            found.append((e, widened(asked, e.text, span, fitting), value))
    return sorted(found, key=lambda f: -f[2])


def disagreement(
    asked: Question, first: Evidence, span: Span, evidence: Sequence[Evidence]
) -> list[tuple[Evidence, Span]]:
    """Other articles' values for the same thing: sentences that tell the same, with another answer of that type."""
    mine = first.text[span.start : span.end]
    least = score(asked, first.text, span) - _LIKELY
    rivals: list[tuple[Evidence, Span]] = []
    for e in evidence:
        if e.passage.doc_id != first.passage.doc_id and _twins(first.text, e.text):
            value = _own_particulars(e.text, first.text)
            if value is not None:
                return [(e, value)]
    for e in evidence if span.type in _DIFFERS else ():
        if e.passage.doc_id == first.passage.doc_id or not _parallel(asked, first, e):
            continue
        fitting = [s for s in candidates(e.text) if _same_type(s, span)]
        other = max(fitting, key=lambda s: score(asked, e.text, s), default=None)
        if other is None or score(asked, e.text, other) < least:
            continue
        theirs = e.text[other.start : other.end]
        if mine.casefold() not in e.text.casefold() and not any(
            _same_value(theirs, known) for known in (mine, *(r[0].text[r[1].start : r[1].end] for r in rivals))
        ):
            rivals.append((e, other))
    return rivals[:2]


def _same_type(one: Span, other: Span) -> bool:
    """Names of people, places and organisations cannot be told apart surely; numbers and times can."""
    names = {"person", "place", "organisation", "name"}
    return one.type == other.type or (one.type in names and other.type in names)


def _same_value(one: str, other: str) -> bool:
    """Whether two short answers can be the same: the same figures, or words in common."""
    figures = [frozenset(re.findall(r"\d[\d.,]*", text)) for text in (one, other)]
    if any(figures):
        return bool(figures[0] & figures[1])
    return same_name(one, other) or bool(content_stems(one) & content_stems(other))


def _copied(one: str, other: str) -> bool:
    """Whether two sentences are one text: nearly the same words, and the very same names and figures."""
    if _particulars(one) != _particulars(other):
        return False
    a, b = content_stems(one), content_stems(other)
    return len(a & b) >= _COPY * max(1, len(a | b))


def _particulars(text: str) -> frozenset[str]:
    return frozenset(
        w.stem for w in tokens(text) if (w.capital and w.start > 0) or w.text[-1].isdigit() or w.text[0].isdigit()
    )


def _conflicting(told: Sequence[Told]) -> bool:
    """Whether two articles tell the same in nearly the same words, but with other names or figures."""
    return any(
        one.document.doc_id != other.document.doc_id and _twins(one.sentence.text, other.sentence.text)
        for i, one in enumerate(told)
        for other in told[i + 1 :]
    )


def _twins(one: str, other: str) -> bool:
    """Whether two sentences differ, almost, in names and figures alone, and both have their own."""
    a, b = _particulars(one), _particulars(other)
    plain = [content_stems(text) - a - b for text in (one, other)]
    shared = len(plain[0] & plain[1])
    return bool(a - b and b - a) and shared >= 2 and shared >= _TWIN * len(plain[0] | plain[1])


def _own_particulars(text: str, other: str) -> Span | None:
    """The first run of names or figures of ``text`` that ``other`` does not have."""
    own = _particulars(text) - _particulars(other)
    run: list[Token] = []
    for word in tokens(text):
        if word.stem in own and (not run or word.start - run[-1].end <= 2):
            run.append(word)
        elif run:
            break
    return Span(run[0].start, run[-1].end, "name") if run else None


def _parallel(asked: Question, one: Evidence, other: Evidence) -> bool:
    """Whether two sentences cover the same terms of the question."""
    a, b = content_stems(one.text), content_stems(other.text)
    terms = set(asked.terms)
    shared = terms & a & b
    return len(shared) >= 0.6 * max(1, len(terms & a))


def _states(asked: Question, evidence: Evidence) -> bool:
    """Whether one sentence, read in its place, holds nearly everything the question says."""
    around = f"{evidence.passage.title} {evidence.passage.text}"
    if not names_held(asked, evidence.text if len(asked.names) > 1 else around) or not relation_held(
        asked, evidence.text
    ):
        return False
    held = holds(asked, evidence.text)
    return held >= 0.75 or (held >= 0.5 and holds(asked, around) >= 0.8)


def _unlike(evidence: Sequence[Evidence]) -> list[Evidence]:
    """``evidence`` without sentences that nearly repeat an earlier one."""
    kept: list[tuple[Evidence, frozenset[str]]] = []
    for e in evidence:
        stems = content_stems(e.text)
        if all(len(stems & other) < 0.8 * max(1, min(len(stems), len(other))) for _, other in kept):
            kept.append((e, stems))
    return [e for e, _ in kept]


def _note(told: Told) -> str:
    """Who "the two leaders" are, where the sentence itself does not name them."""
    named = [m.name for c in told.sentence.clauses for m in c.names if not m.resolved]
    if all(any(same_name(n, other) for other in named) for n in told.resolved):
        return ""
    return f" *({_listed(list(dict.fromkeys(told.resolved)))})*"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""


def _marked(numbers: Sequence[int]) -> str:
    return " ".join(f"[{n}]" for n in numbers)


def _inline(text: str) -> str:
    """A quote on one line, its Markdown characters escaped."""
    return re.sub(r"([*_`|\[\]<>\\])", r"\\\1", " ".join(text.split()))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _outlet(passage: Passage) -> str:
    when = show_day(passage.published[:10]) if passage.published else "undated"
    return ", ".join(part for part in (passage.source or passage.title or passage.doc_id, when) if part)
