"""Who stood in a relation with whom, and when: the people in bold, and the dated events as a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from dateline.rag.answer import Event, Sentence
from dateline.rag.answers.draft import Draft, Writing, listed, marked
from dateline.rag.answers.material import Material
from dateline.rag.english.people import full_names, same_name
from dateline.rag.events.tellings import Happening, Relation, Told, answers, merge, relation, tellings
from dateline.rag.question.analysis import Question

_LISTING = re.compile(r"\b(?:list|timeline|chronolog\w+|in order)\b", re.IGNORECASE)
_AHEAD = re.compile(r"(?:who|when|with whom|whom)\s+(?:will|is going to|are going to)\b", re.IGNORECASE)
_SURE = 0.85
"""Confidence, at least, where a clause tells of the very relation asked about."""


def events(material: Material) -> Draft | None:
    """The events that the asked people share, or None where the question asks for none or the articles tell none."""
    asked = material.asked
    listing = asked.kind == "open" and bool(_LISTING.search(asked.text))
    if not (asked.asks("who") or asked.kind == "when" or listing):
        return None
    wanted = relation(asked)
    if wanted is None or not wanted.symmetric:
        return None
    told = tellings(asked, wanted, material.articles(), material.embed)
    if asked.asks("who"):
        told = [t for t in told if answers(t, wanted)]
    awaited = ("planned",) if _AHEAD.match(asked.text) else ()
    actual = [t for t in told if t.modality in ("actual", "hedged", *awaited)]
    happenings = merge(actual, wanted)
    if not asked.asks("who") and not listing:
        happenings = [h for h in happenings if h.earliest or h.said]
    if not happenings:
        return None
    lead = _lead(asked, _people(happenings, wanted))
    return _table(lead, happenings, material.writing(), max(material.likely, _SURE))


def _people(happenings: Sequence[Happening], wanted: Relation) -> list[str]:
    """The names that answer "who?", in full, those of most events first."""
    who = Counter(
        name for h in happenings for name in dict.fromkeys(name for t in h.told for name in answers(t, wanted))
    )
    full = full_names(who)
    counted: Counter[str] = Counter()
    for name, count in who.items():
        counted[full[name]] += count
    return [name for name, _ in counted.most_common()]


def _lead(asked: Question, people: Sequence[str]) -> str:
    return f"**{listed(people)}**" if asked.asks("who") and people else ""


def note(told: Told) -> str:
    """Who "the two leaders" are, where the sentence itself does not name them."""
    named = [m.name for c in told.sentence.clauses for m in c.names if not m.resolved]
    if all(any(same_name(n, other) for other in named) for n in told.resolved):
        return ""
    return f" *({listed(list(dict.fromkeys(told.resolved)))})*"


def _table(lead: str, happenings: Sequence[Happening], writing: Writing, confidence: float) -> Draft:
    """A row for each event: when it was, in the reader's and the article's words, and what the articles say."""
    rows, quoted, found = [], [], []
    for happening in happenings:
        cited = (writing.cite(t.passage, t.sentence.start, t.sentence.end) for t in happening.told)
        numbers = tuple(dict.fromkeys(cited))
        first = happening.told[0]
        said = f" ({', '.join(f'“{s}”' for s in happening.said)})" if happening.said else ""
        when = happening.when if happening.when.startswith("“") else happening.when + said
        rows.append(f"| {cell(when)} | {cell(first.sentence.text + note(first))} {marked(numbers)} |")
        quoted.append(Sentence(first.sentence.text, numbers, "verbatim"))
        found.append(
            Event(happening.when, first.sentence.text, numbers, happening.earliest, happening.latest, happening.said)
        )
    table = "\n".join(["| when | what the articles say |", "| --- | --- |", *rows])
    text = f"{lead}\n\n{table}" if lead else table
    return Draft(text, tuple(quoted), tuple(writing.citations), tuple(found), confidence=confidence, lead=lead)


def cell(text: str) -> str:
    """Text that cannot leave its cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")
