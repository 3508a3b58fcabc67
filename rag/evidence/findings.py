"""Evidence sentences, read: the best of the cheap ranking are read in their places and weighed anew."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dateline.index.documents import Document
from dateline.rag.evidence.sentences import Evidence, sentences
from dateline.rag.reader.calibration import Calibration
from dateline.rag.reader.reading import Reader, Reading, Span, Window

READ = 12
"""Sentences that are read at most, each with its neighbours."""
_LONGEST = 900
"""Characters of a window at most; a longer run of sentences is read as two."""


@dataclass(frozen=True, eq=False)
class Finding:
    """A sentence and what the reader says of it; offsets are the document's.

    ``score`` is the log-odds that the sentence answers, reader and cheap ranking weighed together. ``spans`` are
    the reader's answers inside it, best first. ``features`` are what was weighed. Without a reader there are no
    spans, and the score is the cheap ranking's.
    """

    evidence: Evidence
    score: float
    spans: tuple[Span, ...] = ()
    reading: Reading | None = None
    at: int = 0
    """Where the reading's window begins in the document."""
    features: dict[str, float] | None = None

    @property
    def text(self) -> str:
        """The sentence."""
        return self.evidence.text

    def said(self, span: Span) -> str:
        """The words of a span of this sentence."""
        return self.text[span.start - self.evidence.start : span.end - self.evidence.start]

    def time_score(self, start: int, end: int) -> float:
        """Return the log-odds that the words from ``start`` to ``end`` of the document are the answer."""
        if self.reading is None:
            return 0.0
        inside = self.reading.spans(start - self.at - 3, end - self.at + 1, 1)
        return inside[0].score if inside else -30.0


def read(
    question: str,
    evidence: Sequence[Evidence],
    reader: Reader | None,
    document: Callable[[str], Document],
    weighed: Calibration,
) -> list[Finding]:
    """Return findings, best first: the sentences read come before those that were not worth it."""
    first, rest = list(evidence[:READ]), evidence[READ:]
    if reader is None or not first:
        return [Finding(e, e.score) for e in evidence]
    windows = list(_windows(first, document))
    read = reader.read(question, [Window(document(doc).text[a:b], document(doc).title) for doc, a, b in windows])
    found: list[Finding] = []
    best = max((reading.spans(most=1)[0].score for reading in read if len(reading.offsets)), default=0.0)
    top = max(reading.answers for reading in read)
    for rank, e in enumerate(first):
        number = next(n for n, (doc, a, b) in enumerate(windows) if doc == e.passage.doc_id and a <= e.start < b)
        at, reading = windows[number][1], read[number]
        inside = reading.spans(e.start - at, e.end - at)
        spans = tuple(Span(s.start + at, s.end + at, s.score) for s in inside)
        score = spans[0].score if spans else -20.0
        values = {
            "cheap": e.score,
            "rank": 1 / (1 + rank),
            "dense": e.features.get("dense", 0.0),
            "evidence": reading.sentence(e.start - at, e.end - at),
            "span": max(-20.0, score),
            "span_gap": max(-20.0, score - best),
            "answers": reading.answers,
            "answers_gap": reading.answers - top,
            "length": math.log(1 + len(e.text)) / 4,
        }
        found.append(Finding(e, weighed.logit("sentence", values), spans, reading, at, values))
    found.sort(key=lambda f: -f.score)
    floor = min(f.score for f in found)
    return [*found, *(Finding(e, min(floor, e.score) - 1) for e in rest)]


def _windows(evidence: Sequence[Evidence], document: Callable[[str], Document]) -> Iterator[tuple[str, int, int]]:
    """Yield (doc_id, start, end): every sentence with its neighbours, those that touch joined."""
    wanted: dict[str, list[tuple[int, int]]] = {}
    for e in evidence:
        article = document(e.passage.doc_id)
        spans = sentences(article, e.passage.start, e.passage.end)
        here = next((i for i, (s, t) in enumerate(spans) if s <= e.start < t), None)
        near = spans[max(0, here - 1) : here + 2] if here is not None else [(e.start, e.end)]
        wanted.setdefault(e.passage.doc_id, []).append((min(near[0][0], e.start), max(near[-1][1], e.end)))
    for doc, parts in wanted.items():
        start, end = -1, -1
        for a, b in sorted(parts):
            if start < 0:
                start, end = a, b
            elif a <= end + 2 and max(b, end) - start <= _LONGEST:
                end = max(b, end)
            else:
                yield doc, start, end
                start, end = a, b
        yield doc, start, end
