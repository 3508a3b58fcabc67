"""The few words that answer a question, as they stand in a sentence of the evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dateline.rag.answers.draft import inline, listed
from dateline.rag.english.people import mentions, name_words
from dateline.rag.english.tokens import content_stems, tokens
from dateline.rag.events.tellings import describe_time
from dateline.rag.evidence.corrections import reached, retracts
from dateline.rag.evidence.sentences import Evidence
from dateline.rag.question.analysis import Question
from dateline.rag.rules.agents import deed, doers, told_of_another
from dateline.rag.rules.measures import extents, measures_up, plainly_told
from dateline.rag.rules.portraits import roles
from dateline.rag.rules.spans import TIME, Span, candidates, counts_target, fits, score, widened

_SENTENCES = 5
"""Sentences of the evidence that are searched for the words."""
_SPAN_SHARE = 0.15
"""How much the fit of the short answer counts beside that of its sentence."""
_MISCOUNT = 2.0
"""Log-odds; what a number that counts something else costs."""
_PLURAL = re.compile(
    r"which (?:\w+ ){0,2}?(?:countries|nations|states|cities|towns|places|regions|provinces)\b", re.IGNORECASE
)
_AND_NAME = re.compile(r"(?:\s+(?:for|of|from)\s+[A-Z]\w+)?\s+and\s+((?:(?:[a-z]+\s+){0,2})[A-Z])")
"""What joins a second name to a first: "Marin for Orlava and Ambassador Lekka"."""
_AHEAD = re.compile(
    r"\b(?:when|(?:what|which|on what|on which) (?:day|date|month|year)) (?:will|is|are)\b", re.IGNORECASE
)
_OVER = 2.5
"""Log-odds; what a time that is over costs where the question asks for one to come."""
_ANOTHERS = 2.5
"""The same where a sentence tells the deed of another, or done to something else."""
_REACHED = 3.0
"""Log-odds; what a number gains that something "has risen to"."""
_ACTS = 1.2
"""Log-odds; what an answer gains that stands where the doer of the very deed does."""
_WORDS = 0.15
"""Log-odds; what each word of a description of somebody is worth."""
_DOES = 0.8
"""Log-odds; what a sentence gains that has the very verb of "who built …?"."""
_HOURLY = 2.5
"""Log-odds; what an hour without its day costs where a question just asks when."""
_HOUR = re.compile(
    r"(?:(?:at|about|around|by|shortly (?:before|after))\s+)*\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?\s?m\.?", re.IGNORECASE
)
_APART = re.compile(r"\b(?:minutes?|hours?|days?|weeks?|months?|years?)\s+(?:after|before)\b")
_ASKS_HOUR = re.compile(r"\b(?:(?:what|which) (?:time|hour)|when exactly|what o['’]clock)\b", re.IGNORECASE)
_PLAINLY = 3.0
"""Log-odds; what an amount gains whose sentence has the very measure and all else that is asked."""
_RETRACTED = 3.0
"""Log-odds; what an answer costs that its sentence takes back."""
_ASKS_CORRECTION = re.compile(
    r"\b(?:correct(?:ed|ion)|earlier|before|version|wrong|originally|at first|first)\b", re.IGNORECASE
)
_BESIDE = 12
"""Characters around a time within which its sentence may say the calendar day itself."""
_ONLY = {"when": "time", "how_many": "number"}
"""Kinds of question whose further parts only a span of one type answers."""
_REASON = re.compile(
    r"\b((?:because(?: of)?|due to|owing to|thanks to|in order to|so that|as a result of|in response to|in protest at|"
    r"in an attempt to|amid concerns?|over concerns?)\s[^.;,]{5,160})",
    re.IGNORECASE,
)


def best_spans(asked: Question, evidence: Sequence[Evidence]) -> list[tuple[Evidence, Span]]:
    """The best candidate answer of each of the best sentences, best first."""
    told = _described(asked, evidence) if asked.type == "role" and asked.names else []
    if told:
        return told
    found = []
    for rank, e in enumerate(evidence):
        near = rank < _SENTENCES
        doing = _doing(asked, e)
        if not (near or doing or awaited(asked) or asked.type == "number"):
            continue
        fitting = _fitting(asked, e.text)
        acting = [s for s in fitting if any(a <= s.start and s.end <= b for a, b in doing)]
        if deed(asked) and asked.names and not acting and deed(asked) in content_stems(e.text):
            continue  # it speaks of the deed, but not of who did it: "the attack on the mayor"
        fitting = acting or fitting
        if not fitting:
            continue
        span = max(fitting, key=lambda s: _fit(asked, e.text, s))
        plain = asked.type == "number" and plainly_told(asked, e, span)
        if near or acting or awaited(asked) or plain:
            value = _worth(asked, e, span) + _ACTS * bool(acting) + _PLAINLY * plain
            found.append((value, e, _dated(e, widened(asked, e.text, span, fitting))))
    return [(e, span) for _, e, span in sorted(found, key=lambda f: -f[0])]


def _doing(asked: Question, evidence: Evidence) -> tuple[tuple[int, int], ...]:
    """Where a sentence names who does the deed asked about."""
    did = deed(asked)
    return doers(evidence.text, did) if did else ()


def _fitting(asked: Question, text: str) -> list[Span]:
    """The candidates of a sentence that can be what is asked for."""
    if asked.type != "number":
        fitting = [span for span in candidates(text) if fits(asked, text, span)]
        return [s for s in fitting if not _days_apart(asked, text, s)] if asked.type == "time" else fitting
    amounts = [*candidates(text), *extents(asked, text)]
    return [span for span in amounts if fits(asked, text, span) and measures_up(asked, text, span)]


def _fit(asked: Question, text: str, span: Span) -> float:
    """How well a candidate fits among those of its sentence: the figure reached first, and the day before the hour."""
    near = TIME.finditer(text) if asked.kind == "when" else ()
    times = [m.group() for m in near if m.start() < span.end and span.start < m.end()]
    hour = bool(times) and all(_HOUR.fullmatch(time) for time in times)
    value = score(asked, text, span) + _REACHED * reached(text, span)
    if hour and not _asks_hour(asked):
        value -= _HOURLY if _HOUR.fullmatch(text[span.start : span.end]) else 2 * _HOURLY
    return value


def _days_apart(asked: Question, text: str, span: Span) -> bool:
    """Whether a time is days before or after what is asked about: "on Monday, six days after the dam broke"."""
    done = next((w.start for w in tokens(text) if w.stem == asked.last and w.start >= span.end), 0)
    return bool(done) and bool(_APART.search(text, span.end, done))


def _asks_hour(asked: Question) -> bool:
    return bool(_ASKS_HOUR.search(asked.text))


def _dated(evidence: Evidence, span: Span) -> Span:
    """A time with the day that the sentence joins to it: "10 p.m. on July 4" for "10 p.m."."""
    if span.type != "time":
        return span
    whole = [
        (t.start - evidence.start, t.end - evidence.start)
        for t in evidence.dates
        if t.type == "TIME" and t.start - evidence.start <= span.start and span.end <= t.end - evidence.start
    ]
    return replace(span, start=whole[0][0], end=whole[0][1]) if whole else span


def _worth(asked: Question, evidence: Evidence, span: Span) -> float:
    """The log-odds of a sentence with a candidate in it, less what speaks against the two."""
    text = evidence.text
    value = evidence.score + _SPAN_SHARE * score(asked, text, span)
    if not counts_target(asked, text, span):
        value -= _MISCOUNT
    if awaited(asked) and over(evidence, span):
        value -= _OVER
    if told_of_another(asked, text):
        value -= _ANOTHERS
    if asked.kind == "who" and asked.first in content_stems(text) and not _doing(asked, evidence):
        value += _DOES
    if retracts(text) and not _ASKS_CORRECTION.search(asked.text):
        value -= _RETRACTED
    return value


def _described(asked: Question, evidence: Sequence[Evidence]) -> list[tuple[Evidence, Span]]:
    """What the best sentences say that the one asked about is, the fullest description of a good sentence first."""
    found = []
    for e in evidence:
        spans = [Span(start, end, "role") for start, end in roles(e.text, asked.names[0])]
        spans = [span for span in spans if fits(asked, e.text, span)]
        if spans:
            found.append((e.score + _WORDS * len(e.text[spans[0].start : spans[0].end].split()), e, spans[0]))
    return [(e, span) for _, e, span in sorted(found, key=lambda f: -f[0])]


def awaited(asked: Question) -> bool:
    """Whether a question asks when something will be."""
    return asked.type == "time" and bool(_AHEAD.search(asked.text))


def over(evidence: Evidence, span: Span) -> bool:
    """Whether a time in the short answer was over when the article was published."""
    published = evidence.passage.published
    left, right = evidence.start + span.start, evidence.start + span.end
    return bool(published) and any(
        time.latest and time.latest < str(published)[:10] and time.start < right and left < time.end
        for time in evidence.dates
    )


def listing(asked: Question, evidence: Evidence, span: Span) -> str:
    """The short answer in bold; all of them where a sentence names several: "Pakistan, India and China"."""
    text = evidence.text
    day = _meaning(evidence, span)
    if asked.kind == "when" and day and _HOUR.fullmatch(text[span.start : span.end]) and not _asks_hour(asked):
        return f"**{day.strip(' ()')}** (“{inline(text[span.start : span.end])}”)"
    if asked.type == "place" and asked.kind == "which" and _PLURAL.match(asked.text):
        known = name_words(evidence.passage.text)
        places = [m for m in mentions(text, known) if m.place and m.name not in asked.names]
        if len(places) > 1:
            return f"**{inline(listed([m.name for m in places]))}**"
    if asked.kind in ("who", "which") and asked.type == "person" and span.type in ("person", "name", "role", "group"):
        other = _AND_NAME.match(text, span.end)
        if other and any(m.start <= other.start(1) < m.end for m in mentions(text, name_words(text))):
            end = next(m.end for m in mentions(text, name_words(text)) if m.start <= other.start(1) < m.end)
            return f"{bold(evidence, span)} and **{inline(text[other.start(1) : end])}**"
    return bold(evidence, span)


def bold(evidence: Evidence, span: Span) -> str:
    """The short answer in bold, with what it means on the calendar where it is a time that leaves that open."""
    return f"**{inline(evidence.text[span.start : span.end])}**{_meaning(evidence, span)}"


def further_parts(asked: Question, evidence: Evidence) -> str:
    """The answers, in the same sentence, to the further parts of a question: "who … and when?"."""
    answers = ""
    for kind, wanted in zip(asked.kinds[1:], asked.types[1:], strict=True):
        part = replace(asked, kinds=(kind,), types=(wanted,), target=())
        for _, span in best_spans(part, [evidence]):
            if _ONLY.get(kind, span.type) == span.type:
                answers += f" · {bold(evidence, span)}"
    return answers


def reason(evidence: Evidence) -> str:
    """The reason a sentence gives, in bold, or "" where it names none in so many words."""
    match = _REASON.search(evidence.text)
    return f"**{inline(match.group(1))}**" if match else ""


def _meaning(evidence: Evidence, span: Span) -> str:
    """What a time in the short answer means on the calendar, where that is more than it says."""
    left, right = evidence.start + span.start, evidence.start + span.end
    for time in evidence.dates:
        if time.start < right and left < time.end and time.type in ("DATE", "TIME") and not time.value.endswith("_REF"):
            shown = describe_time(time, evidence.passage.published)
            plain = shown.split(" ", 1)[-1] if time.earliest and time.earliest == time.latest else shown
            around = evidence.text[max(0, left - evidence.start - _BESIDE) : right - evidence.start + _BESIDE]
            return "" if all(part in around for part in plain.split()) else f" ({shown})"
    return ""
