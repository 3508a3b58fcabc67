"""Who stood in a relation with whom, and when: the people in bold, and the dated events as a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from dateline.rag.answer import Event, Sentence
from dateline.rag.answers.draft import Draft, Writing, listed, marked, note
from dateline.rag.answers.material import Material
from dateline.rag.answers.rivals import conflicting
from dateline.rag.english.people import full_names, same_name
from dateline.rag.english.tokens import IRREGULAR_FORMS, content_stems, tokens, wordset
from dateline.rag.events.tellings import Happening, Relation, Told, answers, merge, relation, tellings
from dateline.rag.question.analysis import Question
from dateline.rag.rules.agents import deed, doers, told_of_another
from dateline.rag.rules.paraphrases import LIGHT
from dateline.rag.rules.quotations import quotations
from dateline.rag.rules.short_answers import further_parts

_LISTING = re.compile(r"\b(?:list|timeline|chronolog\w+|in order)\b", re.IGNORECASE)
_AHEAD = re.compile(r"(?:who|when|with whom|whom)\s+(?:will|is going to|are going to)\b", re.IGNORECASE)
_COPULA = re.compile(r"who(?:['’]s|\s+(?:is|was|are|were))\s+(?:(?:also|now|\w+ly)\s+)?([\w’'-]+)", re.IGNORECASE)
_TAKING = wordset("received receives took takes got gets placed")
_SURE = 0.85
"""Confidence, at least, where a clause tells of the very relation asked about."""
_SAID_ALIKE = 3
"""Words that two tellings must share, besides the names, to tell of one event."""
_UNSURE = 0.3
"""Confidence, at most, where it is told of only as planned, denied or the like."""


def events(material: Material) -> Draft | None:
    """The events of the relation asked about, or None where the question asks for none or the articles tell none."""
    asked = material.asked
    listing = asked.kind == "open" and bool(_LISTING.search(asked.text))
    if not (asked.asks("who") or asked.kind == "when" or listing) or _asks_what_is(asked.text):
        return None
    wanted = relation(asked)
    if wanted is None:
        return None
    told = tellings(asked, wanted, material.articles(), material.embed)
    did = deed(asked) if not wanted.symmetric else ""
    if did:
        told = [t for t in _done(told, did, wanted.names) if not told_of_another(asked, t.sentence.text)]
    if asked.asks("who"):
        told = [t for t in told if answers(t, wanted)]
    awaited = ("planned",) if _AHEAD.match(asked.text) else ()
    actual = [t for t in told if t.modality in ("actual", "hedged", *awaited)]
    if not actual:
        if told and asked.asks("who"):
            spans = {(t.document.doc_id, t.sentence.start) for t in told}
            near = [e for e in material.evidence if (e.passage.doc_id, e.start) in spans]
            return material.decline("not_stated", min(material.likely, _UNSURE), first=near)
        return None
    happenings = merge(actual, wanted)
    if not asked.asks("who") and not listing:
        dated = [h for h in happenings if h.earliest or h.said]
        # "When?" is not answered by what has no day; the one day of one event is a short answer, which facts give,
        # but where both names are asked for they may take it from an event of one of them with somebody else.
        if not dated or (len(happenings) < 2 and len(wanted.names) < 2):
            return None
        happenings = dated
    lead = _lead(asked, _people(happenings, wanted), differ=conflicting(actual) or _named_otherwise(actual, wanted))
    writing = material.writing()
    sure = max(material.likely, _SURE)
    if asked.asks("when") or listing:
        return _table(lead, happenings, writing, sure)
    first = happenings[0].told[0]
    place = (first.passage.doc_id, first.sentence.start)
    beside = next((e for e in material.evidence if (e.passage.doc_id, e.start) == place), None)
    writing.tell([h.told[0] for h in happenings])
    return writing.draft(lead + (further_parts(asked, beside) if beside else ""), sure)


def _done(told: Sequence[Told], did: str, asked: Sequence[str]) -> list[Told]:
    """The tellings with only those who do the deed (a verb's stem), and those ``asked`` about.

    Those in other words count where none has the verb; whoever only speaks of the deed has not done it.
    """
    stated: list[Told] = []
    other: list[Told] = []
    for t in told:
        text, offset = t.sentence.text, t.sentence.start
        spans = doers(text, did)
        if spans:
            names = [m for m in t.clause.names if any(a <= m.start - offset < b for a, b in spans)]
        else:
            speaking = [q.speaker for q in quotations(t.sentence)]
            names = [
                m for m in t.clause.names if not m.organisation and not any(same_name(m.name, s) for s in speaking)
            ]
        of = [m for m in t.clause.names if m not in names and any(same_name(m.name, name) for name in asked)]
        acting = replace(t, clause=replace(t.clause, names=tuple(sorted([*names, *of], key=lambda m: m.name_start))))
        if not names or not (of or any(same_name(m.name, n) for m in names for n in asked)):
            continue
        if spans or _undertaken(text, did):
            stated.append(acting)
        elif did not in content_stems(text):
            other.append(acting)
    return stated or other


def _undertaken(text: str, did: str) -> bool:
    """Whether a deed is told as a noun with a verb that does it: "launched an attack", "received a call"."""
    before: list[str] = []
    for word in tokens(text):
        if word.stem == did and set(before[-4:]) & (LIGHT | _TAKING):
            return True
        before.append(word.text.casefold())
    return False


def _asks_what_is(text: str) -> bool:
    """Whether a question asks who somebody is, and not who does or did something."""
    match = _COPULA.match(text)
    if match is None:
        return False
    word = match.group(1)
    return word[0].isupper() or not (word.endswith(("ed", "ing")) or word in IRREGULAR_FORMS)


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


def _named_otherwise(told: Sequence[Told], wanted: Relation) -> bool:
    """Whether two articles say the very same of different people."""
    said = []
    for one in told:
        who = answers(one, wanted)
        if not who:
            continue
        named = {w.stem for name in who for w in tokens(name)}
        said.append((one.document.doc_id, frozenset(named), content_stems(one.clause.text) - named))
    return any(
        one[0] != other[0] and not one[1] & other[1] and one[2] == other[2] and len(one[2]) >= _SAID_ALIKE
        for i, one in enumerate(said)
        for other in said[i + 1 :]
    )


def _lead(asked: Question, people: Sequence[str], *, differ: bool) -> str:
    lead = f"**{listed(people)}**" if asked.asks("who") and people else ""
    if not differ:
        return lead
    return f"{lead} — The articles differ:" if lead else "The articles differ:"


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
