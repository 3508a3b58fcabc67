"""Did X …?: yes or no where a sentence states it, else what it states instead."""

from __future__ import annotations

import re
from dataclasses import replace

from dateline.rag.answers.draft import SENTENCES, Draft
from dateline.rag.answers.material import Material
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


def yes_no(material: Material) -> Draft | None:
    """The verdict with its sentences, a refusal where none states one, or None for another kind of question."""
    if material.asked.kind != "yes_no":
        return None
    return _told(material) or _stated(material)


def _told(material: Material) -> Draft | None:
    """Yes or no by the clauses that tell of the relation between the people asked about."""
    wanted = relation(material.asked)
    if wanted is None or len(material.asked.names) < 2:
        return None
    says = [
        (t, verdict(material.asked, t.clause.text))
        for t in tellings(material.asked, wanted, material.articles(), material.embed)
    ]
    done = [t for t, said in says if said == "yes"]
    denied = [t for t, said in says if said == "no"]
    if not done and not denied:
        return None
    opening = lead(material.asked, "yes" if done else "no")
    chosen = done or denied
    if done and denied:
        opening += " The articles differ, or tell of different times."
        chosen = [*done[: SENTENCES - 1], denied[0]]
    writing = material.writing()
    writing.tell(chosen)
    return writing.draft(opening, max(material.likely, _TOLD))


def _stated(material: Material) -> Draft:
    """The verdict of the best sentence that is about all that is asked."""
    asked = material.asked
    found = [(e, said) for e in material.evidence[:_SENTENCES] if (said := _states(material, e))]
    if not found:
        return material.decline("not_stated", min(material.likely, _UNSURE))
    first, said = found[0]
    stating = [e for e, _ in found]
    turns = _turns(material, first)
    awaited = said == "planned" or (said == "yes" and _AHEAD.match(asked.text))
    if turns and awaited and _CHANGED.search(turns[0].text):
        said = "changed"
    shown = [first, *turns, *unlike(stating)[1:2]]
    writing = material.writing()
    writing.quote([(e.passage, e.start, e.end) for e in shown], material.evidence)
    return writing.draft(lead(asked, said), max(material.likely, _STATED))


def _states(material: Material, evidence: Evidence) -> Verdict | None:
    """The verdict of one sentence that, read in its place, holds nearly everything the question says."""
    asked, text = material.asked, evidence.text
    around = f"{evidence.passage.title} {evidence.passage.text}"
    meant = _meant(material, evidence)
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


def _meant(material: Material, evidence: Evidence) -> str:
    """The names of the question that a pronoun or description in the sentence stands for."""
    for sentence in read(material.document(evidence.passage.doc_id)):
        if sentence.start == evidence.start:
            names = {m.name for clause in sentence.clauses for m in clause.names if m.resolved}
            return " ".join(name for name in material.asked.names if any(same_name(name, other) for other in names))
    return ""


def _turns(material: Material, first: Evidence) -> list[Evidence]:
    """The sentence right behind ``first``, where it takes something back: "However, …"."""
    passage, document = first.passage, material.document(first.passage.doc_id)
    for start, end in sentences(document, passage.start, passage.end):
        if start >= first.end:
            text = document.text[start:end]
            return [replace(first, start=start, end=end, text=text)] if _TURN.match(text) else []
    return []
