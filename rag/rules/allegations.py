"""Who is only said to have done it: accused, charged, suspected, "allegedly" — and not told as fact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dateline.rag.answers.draft import SENTENCES, Draft, inline
from dateline.rag.answers.material import Material
from dateline.rag.english.people import mentions, name_words
from dateline.rag.english.tokens import content_stems, stem, tokens, wordset
from dateline.rag.evidence.sentences import Evidence
from dateline.rag.question.analysis import Question
from dateline.rag.rules.agents import deed, doers, subject_start
from dateline.rag.rules.weights import THRESHOLD

_HEDGE = re.compile(
    r"\b(?:allegedly|alleged to have|reportedly|accused of|charged with|suspected of|believed to have|thought to have"
    r"|said to have|is likely to have|may have|might have|apparently|supposedly)\b",
    re.IGNORECASE,
)
_ACCUSED = re.compile(
    r"\s+(?:(?:is|was|were|are|has been|had been|stands|faces|faced)\s+)?(?:also\s+|now\s+|formally\s+)?"
    r"(?P<how>accused of|charged with|charged in|suspected of|indicted (?:for|on|in)|arrested (?:for|over|in|on suspicion of|in connection with)"
    r"|on trial (?:for|over)|wanted (?:for|over|in)|(?:murder|manslaughter|criminal|terror\w*) charges? (?:in|over|for))\b"
)
_CONVICTED = re.compile(r"\b(?:convicted|found guilty|pleaded guilty|admitted|confessed|sentenced)\b")
_CRIMES = [
    frozenset(
        stem(w) for w in wordset("kill murder slay killing death deaths homicide manslaughter assassinate shoot stab")
    ),
    frozenset(stem(w) for w in wordset("attack assault stab strike attempt")),
    frozenset(stem(w) for w in wordset("steal theft robbery rob burglary")),
    frozenset(stem(w) for w in wordset("shoot shooting murder")),
    frozenset(stem(w) for w in wordset("kidnap abduct kidnapping")),
    frozenset(stem(w) for w in wordset("burn arson fire")),
    frozenset(stem(w) for w in wordset("leak leaking")),
    frozenset(stem(w) for w in wordset("bomb bombing plant")),
]
"""Stems of the words in which one crime is told, and charged."""
_NEAR = 6
"""Words between a hedge and the deed it makes doubtful."""
_OF_IT = 0.5
"""Share of the words of what was done that a sentence with its title must have."""


def allegation(material: Material) -> Draft | None:
    """Who is said to have done it, marked as not told as fact; None where a sentence tells it as fact, or nobody is."""
    did = deed(material.asked)
    if not did or material.likely < THRESHOLD:
        return None
    about = [e for e in material.evidence if _about(material.asked, did, e)]
    done_to = frozenset(t for t in material.asked.terms if t != did)
    if any(_told(e.text, did, done_to) for e in about):
        return None
    found = [(e, *one) for e in about for one in _alleged(e.text, did)]
    if not found:
        return None
    first, name, how = max(found, key=lambda f: (f[0].score, len(f[1])))
    shown = [first, *(e for e, other, _ in found if e is not first and other.split()[-1] == name.split()[-1])]
    writing = material.writing()
    once = dict.fromkeys((e.passage.doc_id, e.start) for e in shown)
    spans = [next(e for e in shown if (e.passage.doc_id, e.start) == place) for place in once]
    writing.quote([(e.passage, e.start, e.end) for e in spans[:SENTENCES]], material.evidence)
    return writing.draft(f"**{inline(name)}** (“{inline(how)}”; not told as fact)", material.likely)


def hedged(text: str, verb: str) -> bool:
    """Whether a sentence tells the deed ``verb`` (a stem) only as alleged or believed."""
    told = [bool(_hedge(text, word.start)) for word in tokens(text) if word.stem == verb]
    return bool(told) and all(told)


def _told(text: str, verb: str, done_to: frozenset[str]) -> bool:
    """Whether a sentence tells who did it, as a fact: in so many words, or as a conviction."""
    if _CONVICTED.search(text) and content_stems(text) & _kin(verb):
        return True
    acting = [(a, b) for a, b in doers(text, verb) if not content_stems(text[a:b].split(",")[0]) & done_to]
    return bool(acting) and not hedged(text, verb)


def _alleged(text: str, verb: str) -> Iterator[tuple[str, str]]:
    """Whom a sentence says to have done it without telling it as fact, and in which words."""
    if hedged(text, verb):
        how = next(h for w in tokens(text) if w.stem == verb and (h := _hedge(text, w.start)))
        yield from ((name, how) for start, end in doers(text, verb) for name in _names(text, start, end))
    for match in _ACCUSED.finditer(text):
        behind = {w.stem for w in tokens(text[match.end() : match.end() + 60])}
        if (behind | {w.stem for w in tokens(match["how"])}) & _kin(verb):
            start = subject_start(text, match.start())
            yield from ((name, match["how"]) for name in _names(text, start, match.start())[-1:])


def _hedge(text: str, at: int) -> str:
    """The words right before (or "allegedly" right behind) a deed that make it doubtful; "" where none do."""
    before = [m for m in _HEDGE.finditer(text, 0, at) if len(text[m.end() : at].split()) <= _NEAR]
    return before[-1].group() if before and not re.search(r"[;:]", text[before[-1].end() : at]) else ""


def _names(text: str, start: int, end: int) -> list[str]:
    """The people named between two places."""
    return [
        m.name
        for m in mentions(text, name_words(text))
        if start <= m.name_start < end and not m.place and not m.organisation
    ]


def _kin(verb: str) -> frozenset[str]:
    return frozenset({verb}).union(*(group for group in _CRIMES if verb in group))


def _about(asked: Question, did: str, evidence: Evidence) -> bool:
    """Whether a sentence, with its title, is about what the question says was done."""
    wanted: Sequence[str] = [t for t in asked.terms if t != did]
    have = content_stems(f"{evidence.text} {evidence.passage.title}")
    return bool(wanted) and sum(t in have for t in wanted) / len(wanted) >= _OF_IT
