"""What do the articles say about …, or at all? Sentences in time order, each with its day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest

from dateline.index.documents import Document, Passage
from dateline.rag.answer import Event, Sentence
from dateline.rag.answers.draft import Draft, Writing
from dateline.rag.answers.material import Material
from dateline.rag.answers.rivals import unlike
from dateline.rag.answers.table import cell
from dateline.rag.english.tokens import content_stems
from dateline.rag.events.when import describe_time
from dateline.rag.evidence.captions import is_caption
from dateline.rag.evidence.sentences import Evidence, Hit, sentences
from dateline.rag.question.analysis import CONTENT_FREE
from dateline.rag.search.query import analyse

_ABOUT = r"(?:about|on|of|regarding|concerning|with|from|in|for)"
_ASKS = re.compile(
    rf"""^\W*(?:(?:please|can\ you|could\ you)\s+)?(?:
        (?:tell|inform)\ (?:me|us)\ (?:(?:more|something|everything|all)\ )?about
      | what\ (?:do|does|did)\ (?:the|these|your|my)\ (?:news|articles?|sources?|papers?)\ (?:say|tell|report|write|know)\ (?:about|on|of)
      | what\ (?:do\ you\ know|is\ known|is\ there|has\ been\ (?:said|reported|written))\ (?:about|on|of)
      | what(?:['’]s|\ is|\ are)?\ (?:the\ )?(?:latest|newest|new|recent)(?:\ (?:news|developments?|reports?|updates?))?\ {_ABOUT}
      | (?:any|latest|the\ latest|recent)\ (?:news|updates?|developments?)\ {_ABOUT}
      | news\ (?:about|on|of|from)
      | what(?:['’]s|\ is|\ has\ been|\ was)?\ (?:happened|happening|going\ on|went\ on)\ (?:to|with|in|at|around|on)
      | (?:summari[sz]e|outline)(?:\ (?:the|all))?(?:\ (?:news|articles?|reports?|coverage))?(?:\ {_ABOUT})?
      | (?:give\ (?:me|us)\ )?(?:a|an|the)?\ ?(?:summary|overview|digest|rundown)\ {_ABOUT}
      | list\ (?:all|every|the|any|each)(?:\ (?:of|the))*
    )\s+(?P<topic>.+?)[\s?.!]*$""",
    re.VERBOSE | re.IGNORECASE,
)
_ASKS_FOR_ALL = re.compile(
    r"""^\W*(?:(?:please|can\ you|could\ you)\s+)?(?:
        (?:summari[sz]e|sum\ up)(?:\ (?:this|it|all|everything|(?:all\ )?(?:of\ )?(?:the|these|my|your|today['’]s)?\ ?(?:news|articles?)))?
      | (?:give\ (?:me|us)\ |show\ (?:me|us)\ )?(?:a\ summary|an\ overview|a\ digest|the\ headlines|headlines|the\ (?:latest\ )?news
            |(?:all\ )?the\ articles)(?:\ of\ (?:the|these|all)?\ ?(?:the\ )?(?:news|articles?))?
      | what(?:['’]s|['’]re|\ is|\ are)\ (?:this|it|these|they|(?:the|these|your|my)\ (?:news|articles?))\ (?:all\ )?about
      | what(?:['’]s|\ is)\ (?:new|the\ (?:latest|news)|the\ latest\ news|in\ the\ (?:news|articles?|headlines)|happening|going\ on)
      | what\ (?:news|articles?)\ (?:do\ you\ have|are\ there|is\ there)
    )\W*$""",
    re.VERBOSE | re.IGNORECASE,
)
_PRONOUN = re.compile(r"\W*(?:He|She|They|It|His|Her|Their|Its)\b")
"""A sentence that begins so is not understood by itself."""
_WORDS = 6
"""Words from which on the first sentence of an article tells what it is about."""
_MOST = 6
"""Rows that are shown at most."""
_NAMED = 0.75
"""Confidence where the sentences name what was asked about."""
_TOLD = 0.55
"""Confidence where they have its words, which may be common ones."""
_FREE = frozenset(stem for word in CONTENT_FREE for stem in content_stems(word))

Span = tuple[Passage, int, int]


def survey(material: Material) -> Draft | None:
    """Answer a request for what the articles say of a topic; None for other questions, and where no sentence has it."""
    asks = _ASKS.match(material.asked.text)
    topic = content_stems(asks["topic"]) - _FREE if asks else frozenset()
    named = {s for name in material.asked.names for s in content_stems(name)} & topic
    whole = [f for f in material.findings if topic and topic <= content_stems(f.text)]
    # What is told of "the talks in Oman" may call them a meeting.
    found = whole or [f for f in material.findings if named and named <= content_stems(f.text)]
    told = [f.evidence for f in unlike([f for f in found if not _PRONOUN.match(f.text)] or found)]
    if not told:
        return None
    # What is new comes first where that is asked, else what was first.
    recent = analyse(material.asked.text).recent
    chosen = sorted(told, key=_order, reverse=True) if recent else _of_each(told)
    told = sorted(chosen[:_MOST], key=_order, reverse=recent)
    likely = max(material.likely, _NAMED if named and whole else _TOLD)
    return _table(material.writing(), [(e.passage, e.start, e.end) for e in told], likely)


def digest(question: str, hits: Sequence[Hit], document: Callable[[str], Document]) -> Draft | None:
    """Answer a request for all there is by how each article found begins, newest first; None for other questions."""
    if not _ASKS_FOR_ALL.match(question):
        return None
    first: dict[str, Passage] = {}
    for passage in sorted((hit.passage for hit in hits), key=lambda passage: passage.start):
        first.setdefault(passage.doc_id, passage)
    told: list[Span] = []
    for passage in first.values():
        article = document(passage.doc_id)
        spans = sentences(article, passage.start, passage.end)
        told += [(passage, a, b) for a, b in spans if _tells(article.text[a:b])][:1]
    told.sort(key=lambda span: (span[0].published or "", span[0].doc_id), reverse=True)
    return _table(Writing(document), told[:_MOST], _TOLD) if told else None


def _tells(text: str) -> bool:
    """Whether the first sentence of an article tells what it is about."""
    return len(text.split()) >= _WORDS and not is_caption(text)


def _table(writing: Writing, told: Iterable[Span], likely: float) -> Draft:
    """A row for each span: its day, what it says."""
    rows: list[str] = []
    events: list[Event] = []
    for passage, start, end in told:
        text = writing.document(passage.doc_id).text[start:end]
        time = next(
            (t for t in passage.dates if start <= t.start and t.end <= end and t.type in ("DATE", "TIME")), None
        )
        number = writing.cite(passage, start, end)
        when = describe_time(time, passage.published)
        rows.append(
            f"| {cell(f'{when} (“{time.text}”)' if time and time.earliest else when)} | {cell(text)} [{number}] |"
        )
        writing.sentences.append(Sentence(text, (number,), "verbatim"))
        days = (time.earliest, time.latest, (time.text,)) if time else (None, None, ())
        events.append(Event(when, text, (number,), *days))
    table = "\n".join(["| when | what the articles say |", "| --- | --- |", *rows])
    return Draft(table, tuple(writing.sentences), tuple(writing.citations), tuple(events), confidence=likely)


def _of_each(told: Sequence[Evidence]) -> list[Evidence]:
    """The best of each article first, then the second of each."""
    by_article: dict[str, list[Evidence]] = {}
    for evidence in told:
        by_article.setdefault(evidence.passage.doc_id, []).append(evidence)
    return [e for e in chain.from_iterable(zip_longest(*by_article.values())) if e is not None]


def _order(evidence: Evidence) -> tuple[str, str, int]:
    """Where a sentence belongs in time: the day it tells of, else its article's; what is undated comes first."""
    published = (evidence.passage.published or "")[:10]
    day = next((t.earliest for t in evidence.dates if t.earliest), "") or published
    return day, evidence.passage.doc_id, evidence.start
