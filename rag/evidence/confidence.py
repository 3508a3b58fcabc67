"""How likely the articles answer a question, and which of its names they do not know."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from dateline.index.documents import Passage
from dateline.rag.english.acronyms import abbreviated
from dateline.rag.english.tokens import STOP_WORDS, stem, tokens
from dateline.rag.evidence.findings import Finding
from dateline.rag.evidence.sentences import Evidence, Hit
from dateline.rag.question.analysis import Question
from dateline.rag.reader.calibration import Calibration

Knows = Callable[[str], bool]
"""Whether any article of the index has a word."""

_SHORT = 6
"""Content terms; with more, the best passages may lack a name although another article has it."""
_SAID = 0.85
"""Share of the question's words, by their rarity, from which a sentence tells what is asked about."""
_OLD = 60
"""Days after which an article is no longer news."""
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def confidence(
    asked: Question, findings: Sequence[Finding], hits: Sequence[Hit], asked_on: str | None, weighed: Calibration
) -> float:
    """The probability that the sentences found answer ``asked``."""
    return weighed.probability("answered", features(asked, findings, hits, asked_on))


def features(
    asked: Question, findings: Sequence[Finding], hits: Sequence[Hit], asked_on: str | None
) -> dict[str, float]:
    """What the probability is read off: what the reader says of the best sentences, else how well they fit by words.

    How alike question and passages are says less the smaller the archive is, so it is left out where there is a reader.
    """
    first = findings[0].evidence
    missing = len(missing_names(asked, hits)) / len(asked.names) if asked.names else 0.0
    values = {"missing_names": missing, f"kind_{asked.kind}": 1.0}
    read = [f for f in findings if f.features]
    if read:
        best = read[0].features or {}
        values |= {f"read_{name}": best[name] for name in ("answers", "span", "evidence")}
        values |= {
            "sentence": read[0].score,
            "sentence_gap": read[0].score - read[1].score if len(read) > 1 else 1.0,
            "best_span": max((f.features or {})["span"] for f in read),
            "best_answers": max((f.features or {})["answers"] for f in read),
            "best_evidence": max((f.features or {})["evidence"] for f in read),
        }
    else:
        values |= {
            "cheap": first.score,
            "best_dense": max(f.evidence.features.get("dense", 0.0) for f in findings),
            "cover": first.features["cover"],
            "passage_cover": first.features["passage_cover"],
        }
    age = _age(first.passage, asked_on)
    # An archive that ends long before the day of asking says nothing by being old.
    current = any(days is not None and days <= _OLD for days in (_age(h.passage, asked_on) for h in hits))
    if age is not None and current:
        values["recent"] = float(-2 <= age <= 10)
        # Unless it says all that is asked about: then the question is about what was news then.
        values["old"] = float(age > _OLD and first.features["cover"] < _SAID)
        values["future"] = float(age < -2)
    return values


def _age(passage: Passage, asked_on: str | None) -> int | None:
    """Days from the passage's publication to the day of the question, where both are known to the day."""
    if not asked_on or not passage.published:
        return None
    try:
        return (date.fromisoformat(asked_on[:10]) - date.fromisoformat(passage.published[:10])).days
    except ValueError:
        return None


def unknown_names(asked: Question, hits: Sequence[Hit], knows: Knows | None) -> list[str]:
    """The names of the question that no article knows; all its content words where none of them is known.

    Asked of the whole index through ``knows``; without it, of ``hits``, and only for short
    questions, whose best passages would surely include one with the name.
    """
    missing = missing_names(asked, hits)
    if knows is None:
        missing = missing if len(asked.terms) <= _SHORT else []
    else:
        missing = [name for name in missing if not any(knows(w.text) for w in tokens(name) if w.content)]
    if missing:
        return missing
    words = [w.text for w in tokens(asked.text) if w.content and w.stem in asked.terms]
    return [] if any(_heard(word, hits) or (knows is not None and knows(word)) for word in words) else words


def missing_names(asked: Question, hits: Sequence[Hit]) -> list[str]:
    """The names of the question that no hit knows: none of their words, nor a spelling close to one."""
    known: set[str] = set()
    for hit in hits:
        passage = hit.passage
        for part in (passage.text, passage.title, passage.source):
            known |= {w.text.casefold().replace(".", "") for w in tokens(part)}
    stems = {stem(word) for word in known}
    missing = []
    for name in asked.names:
        parts = [w.text.casefold().replace(".", "") for w in tokens(name) if w.content]
        if parts and not any(_known(part, known, stems) for part in parts) and not _shortened(name, hits):
            missing.append(name)
    return missing


def _heard(word: str, hits: Sequence[Hit]) -> bool:
    """Whether a hit has ``word`` in some form, or what it is short for."""
    wanted = stem(word)
    parts = [part for hit in hits for part in (hit.passage.text, hit.passage.title, hit.passage.source)]
    return any(wanted in {w.stem for w in tokens(part)} or abbreviated(word, part) for part in parts)


def wrong_year(asked: Question, evidence: Evidence) -> bool:
    """Whether the question names a year that neither the passage nor its publication date is of."""
    years = set(_YEAR.findall(asked.text))
    known = set(_YEAR.findall(f"{evidence.passage.title} {evidence.passage.text}"))
    known |= {evidence.passage.published[:4]} if evidence.passage.published else set()
    known |= {str(day)[:4] for time in evidence.passage.dates for day in (time.earliest, time.latest) if day}
    return bool(years) and not years & known


def _shortened(name: str, hits: Sequence[Hit]) -> bool:
    """Whether a hit has ``name`` as its acronym, or spells out the acronym that it is."""
    return any(abbreviated(name, part) for hit in hits for part in (hit.passage.text, hit.passage.title))


def _known(word: str, known: set[str], stems: set[str]) -> bool:
    if word in known or word in STOP_WORDS or stem(word) in stems:
        return True
    if len(word) < 4:
        return False
    return any(
        k[:4] == word[:4] or (len(word) > 4 and abs(len(k) - len(word)) < 2 and _one_apart(k, word)) for k in known
    )


def _one_apart(one: str, other: str) -> bool:
    """Whether two words differ by at most one letter (spellings of foreign names do)."""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= 1
    short, long = sorted((one, other), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
