"""Did X …?: yes or no where a sentence states it, else what it states instead."""

from __future__ import annotations

import re
from dataclasses import replace

from dateline.rag.answers.draft import SENTENCES, Draft
from dateline.rag.answers.material import Case
from dateline.rag.answers.rivals import unlike
from dateline.rag.english.people import same_name
from dateline.rag.events.tellings import relation, tellings
from dateline.rag.evidence.sentences import Evidence, sentences
from dateline.rag.rules.clauses import read
from dateline.rag.rules.deed_roles import Verdict
from dateline.rag.rules.verdicts import holds, lead, names_held, verdict

_SENTENCES = 8
"""Sentences of the evidence that are asked for a verdict."""
_TOLD = 0.9
"""Confidence, at least, where a clause tells of the very relation asked about."""
_STATED = 0.8
"""Confidence, at least, where a sentence holds nearly everything the question says."""
_UNSURE = 0.3
"""Confidence, at most, where no sentence does."""
_TURN = re.compile(r"(?:However|But|Instead|Later|Yet|Nevertheless)\b")
_CHANGED = re.compile(
    r"\b(?:shifted|moved|postponed|cancell?ed|called off|scrapped|delayed|reversed|withdrawn|abandoned)\b"
)
"""What a sentence says that takes a plan back."""
_AHEAD = re.compile(r"(?:will|won[’']t|shall)\b", re.IGNORECASE)
_NONE = re.compile(r"(?:No|None|Nobody)\b")


def yes_no(case: Case) -> Draft | None:
    """The verdict with its sentences, a refusal where none states one, or None for another kind of question."""
    if case.asked.kind != "yes_no":
        return None
    return _told(case) or _stated(case)


def _told(case: Case) -> Draft | None:
    """Yes or no by the clauses that tell of the relation between the people asked about."""
    wanted = relation(case.asked)
    if wanted is None or len(case.asked.names) < 2:
        return None
    says = [(t, verdict(case.asked, t.clause.text)) for t in tellings(case.asked, wanted, case.articles(), case.embed)]
    done = [t for t, said in says if said == "yes"]
    denied = [t for t, said in says if said == "no"]
    if not done and not denied:
        return None
    opening = lead(case.asked, "yes" if done else "no")
    chosen = done or denied
    if done and denied:
        opening += " The articles differ, or tell of different times."
        chosen = [*done[: SENTENCES - 1], denied[0]]
    writing = case.writing()
    writing.tell(chosen)
    return writing.draft(opening, max(case.likely, _TOLD))


def _stated(case: Case) -> Draft:
    """The verdict of the best sentence that is about all that is asked."""
    asked = case.asked
    found = [(e, said) for e in case.evidence[:_SENTENCES] if (said := _states(case, e))]
    if not found:
        return case.decline("not_stated", min(case.likely, _UNSURE))
    first, said = found[0]
    stating = [e for e, _ in found]
    turns = _turns(case, first)
    awaited = said == "planned" or (said == "yes" and _AHEAD.match(asked.text))
    if turns and awaited and _CHANGED.search(turns[0].text):
        said = "changed"
    shown = [first, *turns, *unlike(stating)[1:2]]
    writing = case.writing()
    writing.quote([(e.passage, e.start, e.end) for e in shown], case.evidence)
    return writing.draft(lead(asked, said), max(case.likely, _STATED))


def _states(case: Case, evidence: Evidence) -> Verdict | None:
    """The verdict of one sentence that, read in its place, holds nearly everything the question says."""
    asked, text = case.asked, evidence.text
    around = f"{evidence.passage.title} {evidence.passage.text}"
    meant = _meant(case, evidence)
    if not names_held(asked, f"{text} {meant}" if len(asked.names) > 1 else around):
        return None
    said = verdict(asked, text, resolved=bool(meant))
    if said is None:
        return None
    held, near = holds(asked, f"{text} {meant}"), holds(asked, around)
    if len(asked.terms) > 2:  # a verdict tells of the very deed, be it in another word
        held = min(1.0, held + 1 / len(asked.terms))
    enough = held >= 0.75 or (held >= 0.5 and near >= 0.8) or (_NONE.match(text) and near >= 0.6)
    return said if enough else None


def _meant(case: Case, evidence: Evidence) -> str:
    """The names of the question that a pronoun or description in the sentence stands for."""
    for sentence in read(case.document(evidence.passage.doc_id)):
        if sentence.start == evidence.start:
            names = {m.name for clause in sentence.clauses for m in clause.names if m.resolved}
            return " ".join(name for name in case.asked.names if any(same_name(name, other) for other in names))
    return ""


def _turns(case: Case, first: Evidence) -> list[Evidence]:
    """The sentence right behind ``first``, where it takes something back: "However, …"."""
    passage, document = first.passage, case.document(first.passage.doc_id)
    for start, end in sentences(document, passage.start, passage.end):
        if start >= first.end:
            text = document.text[start:end]
            return [replace(first, start=start, end=end, text=text)] if _TURN.match(text) else []
    return []
