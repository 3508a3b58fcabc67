"""Did X …?: yes or no where a sentence states it, else what it states instead."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.case import Case
from rag.comparison import unlike
from rag.draft import SENTENCES, Draft
from rag.events import relation, tellings
from rag.evidence import Evidence, sentences
from rag.question import Question
from rag.verdicts import LEADS, holds, names_held, verdict

_SENTENCES = 5
"""Sentences of the evidence that are asked for a verdict."""
_TOLD = 0.75
"""Confidence, at least, where a clause tells of the very relation asked about."""
_STATED = 0.5
"""Confidence, at least, where a sentence holds nearly everything the question says."""
_UNSURE = 0.3
"""Confidence, at most, where no sentence does."""
_TURN = re.compile(r"(?:However|But|Instead|Later|Yet|Nevertheless)\b")


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
    lead = LEADS["yes" if done else "no"]
    chosen = done or denied
    if done and denied:
        lead += " The articles differ, or tell of different times."
        chosen = [*done[: SENTENCES - 1], denied[0]]
    writing = case.writing()
    writing.tell(chosen)
    return writing.draft(lead, max(case.likely, _TOLD))


def _stated(case: Case) -> Draft:
    """The verdict of the best sentence that is about all that is asked."""
    asked = case.asked
    stating = [e for e in case.evidence[:_SENTENCES] if _states(asked, e)]
    if not stating:
        return case.decline("not_stated", min(case.likely, _UNSURE))
    first = stating[0]
    shown = [first, *_turns(case, first), *unlike(stating)[1:2]]
    writing = case.writing()
    writing.quote([(e.passage, e.start, e.end) for e in shown])
    return writing.draft(LEADS[verdict(asked, first.text)], max(case.likely, _STATED))


def _states(asked: Question, evidence: Evidence) -> bool:
    """Whether one sentence, read in its place, holds nearly everything the question says."""
    around = f"{evidence.passage.title} {evidence.passage.text}"
    if not names_held(asked, evidence.text if len(asked.names) > 1 else around):
        return False
    if verdict(asked, evidence.text) is None:
        return False
    held = holds(asked, evidence.text)
    return held >= 0.75 or (held >= 0.5 and holds(asked, around) >= 0.8)


def _turns(case: Case, first: Evidence) -> list[Evidence]:
    """The sentence right behind ``first``, where it takes something back: "However, …"."""
    passage, document = first.passage, case.document(first.passage.doc_id)
    for start, end in sentences(document, passage.start, passage.end):
        if start >= first.end:
            text = document.text[start:end]
            return [replace(first, start=start, end=end, text=text)] if _TURN.match(text) else []
    return []
