"""What did two agree on, or discuss? — the clauses in which both take part, and what they agreed on or discussed."""

from __future__ import annotations

import re

from dateline.index.documents import Passage
from dateline.rag.answers.draft import SENTENCES, Draft, inline
from dateline.rag.answers.material import Material
from dateline.rag.english.people import same_name
from dateline.rag.rules.clauses import Clause, Read, read

_VERBS = {
    "agree": re.compile(
        r"\b(?:agreed|agree|decided|reaffirmed|committed)\s+(?:(?:on|to|that|upon)\s+)?(?=\w)", re.IGNORECASE
    ),
    "discuss": re.compile(
        r"\b(?:discuss(?:ed|es|ing)?|exchang(?:ed|ing) (?:\w+ )?views on|(?:talks|talked|spoke|spoken) (?:about|over)|talks on"
        r"|debated|review(?:ed|ing))\s+(?=[\w“])",
        re.IGNORECASE,
    ),
}
_ASKS = {
    "agree": re.compile(r"\bagree[ds]?\b|\bagreement\b", re.IGNORECASE),
    "discuss": re.compile(r"\bdiscuss(?:ed)?\b|\b(?:talk|speak|spoke|talked) about\b|\bviews\b", re.IGNORECASE),
}
_END = re.compile(r"[,;.”\"](?!\d)|\s(?:and|while|with|according)\s+(?:\w+ed\b|said|to\b)")
_DAY = re.compile(r"(?:on\s+)?\w+day\s+(?:to\s+)?")
_SURE = 0.75
"""Confidence, at least, where a clause tells what the two agreed on or discussed."""


_WITH = re.compile(r"\b(?:agree|discuss)\b.*\bwith\b", re.IGNORECASE)
_UNTOLD = 0.3
"""Confidence, at most, where no clause tells of both."""


def dealings(material: Material) -> Draft | None:
    """What those whom the question names agreed on or discussed, or None where it does not ask or nothing tells."""
    asked = material.asked
    kind = next((kind for kind, pattern in _ASKS.items() if pattern.search(asked.text)), None)
    if kind is None or len(asked.names) < 2 or asked.kind not in ("what", "open", "said"):
        return None
    found: list[tuple[Passage, Read, str]] = []
    for document, passage in material.articles():
        for sentence in read(document):
            if not (passage.start <= sentence.start and sentence.end <= passage.end):
                continue
            for clause in sentence.clauses:
                if clause.modality == "denied" or not _together(clause, asked.names):
                    continue
                dealt = _VERBS[kind].search(clause.text)
                if dealt and (what := _object(clause, dealt.end())):
                    found.append((passage, sentence, what))
                    break
    if not found:
        return material.decline("not_stated", min(material.likely, _UNTOLD)) if _WITH.search(asked.text) else None
    ranks = {hit.passage.passage_id: hit.rank for hit in material.hits}
    found.sort(key=lambda f: ranks[f[0].passage_id])
    writing = material.writing()
    writing.quote([(passage, s.start, s.end) for passage, s, _ in found[:SENTENCES]], material.evidence)
    told = dict.fromkeys(inline(what) for _, _, what in found[:SENTENCES] if what)
    return writing.draft(" · ".join(f"**{what}**" for what in told), max(material.likely, _SURE))


def _together(clause: Clause, names: tuple[str, ...]) -> bool:
    """Whether all of ``names`` take part in the clause."""
    return all(any(same_name(m.name, name) for m in clause.names) for name in names)


def _object(clause: Clause, start: int) -> str:
    """What stands behind the verb, without a day in front, up to the end of its phrase."""
    day = _DAY.match(clause.text, start)
    start = day.end() if day else start
    opened = clause.text.find("“", start)
    inside = clause.text.find("”", start) if opened >= 0 else -1  # a quotation inside the object is part of it
    end = _END.search(clause.text, max(start, inside + 1))
    return clause.text[start : end.start() if end else len(clause.text)].strip(" ,.;")
