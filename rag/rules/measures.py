"""What a number measures — time, age, length, money — and what a question of quantity wants measured."""

from __future__ import annotations

import re
from typing import Literal

from dateline.rag.english.people import mentions, name_words, same_name
from dateline.rag.english.tokens import content_stems, stem, tokens, wordset
from dateline.rag.evidence.sentences import Evidence
from dateline.rag.question.analysis import QUANTITY, Question
from dateline.rag.rules.spans import NUMBER, TIME, Span

Measure = Literal["duration", "age", "length", "money", "share", "temperature", "weight", "count"]

_SPELLED = (
    r"(?:\d[\d.,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half an?|several|many|few|a few)"
)
_TEMPORAL = r"(?:second|minute|hour|day|night|week|weekend|month|year|decade|centur(?:y|ies)|season|semester)s?"
_UNITS: tuple[tuple[Measure, re.Pattern[str]], ...] = (
    ("money", re.compile(r"[$£€¥₹]|\b(?:dollars?|euros?|pounds|(?<!per )cents?|rupees?|yen|yuan|francs?|crowns?)\b")),
    ("share", re.compile(r"%|\bper ?cent\b|\bpercentage points?\b|\b(?:half|third|quarter|fifth|two-thirds)s?\b")),
    ("temperature", re.compile(r"°|\bdegrees?\b")),
    ("weight", re.compile(r"\b(?:kg|kilo(?:gram)?s?|grams?|tons?|tonnes|pounds|lbs?|ounces)\b")),
    (
        "length",
        re.compile(
            r"\b(?:km|kilomet\w+|(?:nautical )?miles?|met(?:er|re)s?|centimet\w+|millimet\w+|feet|foot|ft|inch(?:es)?"
            r"|yards?|blocks?|pages?|words?|m)\b"
        ),
    ),
    ("duration", re.compile(rf"\b{_TEMPORAL}\b")),
)
"""The units of each measure; what has none counts."""
_OF_A_NOUN: dict[str, frozenset[Measure]] = {
    **dict.fromkeys(
        (stem(w) for w in wordset("second minute hour day night week month year decade century time season")),
        frozenset[Measure](["duration", "count"]),
    ),
    **dict.fromkeys(
        (stem(w) for w in wordset("kilometre kilometer mile metre meter foot feet inch yard page word")),
        frozenset[Measure](["length", "count"]),
    ),
    **dict.fromkeys(
        (stem(w) for w in wordset("dollar euro pound money cash")), frozenset[Measure](["money", "weight"])
    ),
    **dict.fromkeys((stem(w) for w in wordset("percent point")), frozenset[Measure](["share", "count"])),
    **dict.fromkeys((stem(w) for w in wordset("degree")), frozenset[Measure](["temperature", "count"])),
    **dict.fromkeys((stem(w) for w in wordset("ton tonne kilogram gram")), frozenset[Measure](["weight", "count"])),
}
"""Stem of the noun in "how many …" -> what it has measured; any other noun is counted."""
_ASKS: tuple[tuple[re.Pattern[str], frozenset[Measure]], ...] = (
    (re.compile(r"\bhow old\b|\b(?:at )?what age\b"), frozenset(["age"])),
    (re.compile(r"\bhow long (?:is|was|are|were)\b(?!.*\b\w+(?:ed|en|ing)\b)"), frozenset(["duration", "length"])),
    (re.compile(r"\bhow long (?!ago\b)"), frozenset(["duration"])),
    (re.compile(r"\bhow (?:far|tall|deep|wide)\b(?! (?:along|into|ahead|behind|back))"), frozenset(["length"])),
    (re.compile(r"\bhow (?:hot|cold|warm)\b"), frozenset(["temperature"])),
    (re.compile(r"\bhow heavy\b|\bhow much\b.*\bweigh\w*\b"), frozenset(["weight"])),
)
_ASKS_CHANGE = re.compile(r"\bby how (?:much|many)\b|\bhow much (?:more|less|higher|lower|cheaper)\b")
_IN_TIME = re.compile(
    r"\b(?:postpon|delay|extend|prolong|shorten|lengthen|late|earl|older|younger|ahead|behind)", re.IGNORECASE
)
"""What is changed by a length of time."""
_ONE_OF = re.compile(r"\s+(?:of|more|another|such|or)\b")
_WHOLE = re.compile(rf"\b{_SPELLED} of (?:its|the|their|his|her|our|these|those)\s+$", re.IGNORECASE)
_OF = re.compile(r"\s+of\s+(?:[\w’'-]+\s*){1,5}")
_OLD = re.compile(r"[\s-]?(?:years?[\s-]old|year[\s-]olds?|years? of age|months?[\s-]old)\b", re.IGNORECASE)
_AGED = re.compile(r"\b(?:aged|at age|at the age of|age of|age|turn(?:s|ed|ing)?)\s+$", re.IGNORECASE)
_BESIDE_NAME = re.compile(r"[A-Z][\w’'.-]+(?:,\s+|\s+\()$")
_CLOSES = re.compile(r"\s*[,.);]")
_WAS = re.compile(r"\b(?:[Hh]e|[Ss]he)\s+(?:was|is|would have been)\s+$")
_EXTENT = re.compile(
    rf"\b(?:an?|half an?|several|a few|another)\s+{_TEMPORAL}\b"
    rf"|\buntil\s+(?:at least\s+|the end of\s+)?(?:{TIME.pattern}|further notice)",
)
_FREQUENCY = re.compile(
    rf"\b(?:(?:{_SPELLED}|once|twice|several|multiple)(?:\s+times)?\s+(?:an?|each|every|per)\s+{_TEMPORAL}"
    rf"|every\s+(?:(?:other|second|single|{_SPELLED})\s+)?{_TEMPORAL}|(?:twice[- ])?(?:daily|weekly|monthly|yearly|hourly|annually)"
    rf"|(?:once|twice|{_SPELLED} times|multiple times|several times))\b",
    re.IGNORECASE,
)
_FILLERS = frozenset(
    stem(w) for w in wordset("last take money amount number total altogether overall age exactly year")
)
"""Words of a question of quantity that only ask; the sentence need not have them."""
_QUANTITY = frozenset(stem(w) for w in QUANTITY)


def wanted(question: Question) -> frozenset[Measure]:
    """What ``question`` wants measured; empty where any number will do."""
    text = question.text.casefold()
    for pattern, measures in _ASKS:
        if pattern.search(text):
            return measures
    if re.search(r"\bhow many\b", text):
        return _OF_A_NOUN.get(question.target[0], frozenset(["count"])) if question.target else frozenset(["count"])
    if re.search(r"\bhow much (?:money|cash)\b", text):
        return frozenset(["money"])
    return frozenset()


def measured(text: str, span: Span) -> frozenset[Measure]:
    """What the number at ``span`` of a sentence measures, by its unit and what stands around it."""
    words, before, behind = text[span.start : span.end].casefold(), text[: span.start], text[span.end :]
    if _OLD.search(words) or _OLD.match(behind) or _AGED.search(before):
        return frozenset(["age"])
    if words.startswith("until "):
        return frozenset(["duration"])
    if words.isdigit() and len(words) < 4 and _CLOSES.match(behind):
        if _BESIDE_NAME.search(before):
            return frozenset(["age", "count"])
        if _WAS.search(before):
            return frozenset(["age"])
    found: set[Measure] = {measure for measure, units in _UNITS if units.search(words)}
    return frozenset(found or {"count"})


def measures_up(question: Question, text: str, span: Span) -> bool:
    """Whether the number at ``span`` measures what ``question`` asks: no miles for "how many", no people for "how long"."""
    if span.type != "number":  # a longer piece measures what the numbers in it do
        if wanted(question):
            return False
        inside = [m.span() for m in NUMBER.finditer(text) if span.start <= m.start() < span.end]
        return any(measures_up(question, text, Span(*place, "number")) for place in inside)
    if text[span.start : span.end].casefold() == "one" and _ONE_OF.match(text, span.end):
        return False  # "one of the first" counts nothing
    if _dated(text, span):
        return False
    asked = wanted(question)
    if "age" in asked:
        return "age" in measured(text, span) and _owned(question, text, span)
    if _ASKS_CHANGE.search(question.text.casefold()):
        other = {"count"} if _IN_TIME.search(question.text) else {"count", "duration", "age"}
        return bool(measured(text, span) - other) or text[: span.start].endswith("by ")
    if re.search(r"\bhow many of\b", question.text, re.IGNORECASE) and _WHOLE.search(text[: span.start]):
        return False
    found = measured(text, span)
    part = "share" in found and "count" in asked and bool(set(question.target) & _of(text, span))
    return not asked or part or bool(asked & found)


def _of(text: str, span: Span) -> frozenset[str]:
    """The stems of what a share is of: "61 per cent of the voters"."""
    match = _OF.match(text, span.end)
    return content_stems(match.group()) if match else frozenset()


def _dated(text: str, span: Span) -> bool:
    """Whether the number is the day, hour or year of a date."""
    return any(
        m.start() <= span.start and span.end <= m.end() and m.end() - m.start() > span.end - span.start
        for m in TIME.finditer(text)
    )


def _owned(question: Question, text: str, span: Span) -> bool:
    """Whether an age is that of whom the question names: the last one named before it, or nobody else."""
    if not question.names:
        return True
    before = [m for m in mentions(text, name_words(text)) if m.end <= span.start and not m.place]
    if not before:
        return True
    near = before[-1:] if _BESIDE_NAME.search(text[: span.start]) else before
    return any(same_name(m.name, name) for m in near for name in question.names)


def extents(question: Question, text: str) -> list[Span]:
    """Further lengths of time that a sentence gives in words: "a week", "until at least Sunday"."""
    if "duration" not in wanted(question):
        return []
    return [Span(m.start(), m.end(), "number") for m in _EXTENT.finditer(text)]


def frequency(text: str) -> tuple[int, int] | None:
    """Where a sentence says how often something is done: "twice a day"; None where it does not."""
    match = _FREQUENCY.search(text)
    return match.span() if match else None


def plainly_told(question: Question, evidence: Evidence, span: Span) -> bool:
    """Whether a sentence with the very measure asked for has every other word of the question.

    A name may stand in the title, or before the sentence in its passage.
    """
    asked = wanted(question)
    text = evidence.text
    if not asked or not asked & measured(text, span) or not measures_up(question, text, span):
        return False
    stems, around = content_stems(text), content_stems(f"{evidence.passage.title} {evidence.passage.text}")
    named = {w.stem for name in question.names for w in tokens(name)}
    units = set(question.target) if question.target and question.target[0] in _OF_A_NOUN else set()
    told = [t for t in question.terms if t not in _QUANTITY | _FILLERS | units | named]
    if not told and not (named & stems and asked <= {"age", "temperature"}):
        return False
    if "age" in asked and named and not named & stems:
        return False
    if len(told) < 2 and not named:
        return False
    return set(told) <= stems and all(any(w.stem in around for w in tokens(name)) for name in question.names)
