"""Who stood in the asked relation with whom, and when: events told by clauses, dated and merged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dateline.index.dates.expressions import TimeExpression, resolve
from dateline.index.dates.timex_lexicon import MONTHS, WEEKDAYS
from dateline.index.documents import Document, Passage
from dateline.rag.english.people import TITLES, Mention, demonym, same_name
from dateline.rag.english.tokens import IRREGULAR_FORMS, content_stems, past, stem, tokens, wordset
from dateline.rag.events.clauses import Clause, Modality, Read, read
from dateline.rag.events.when import describe_time
from dateline.rag.evidence.sentences import Embed
from dateline.rag.question.analysis import Question

SAME_RELATION = 0.52
"""Cosine from which two masked clauses ("someone spoke with someone") tell of one kind of relation."""

SAME_DEED = 0.6
"""The same, where one acts on the other: who does it to whom matters, and likeness sees little of that."""

_STATED = 0.3
"""The same, where the clause has the question's own words for it."""

_SAME_EVENT = 0.5
"""Share of the distinctive words of the shorter telling that the other must have, to be one event."""

_RELATION_NOISE = frozenset(
    stem(w) for w in wordset("time times day date year recently ever first last latest today yesterday")
)
_TITLE_STEMS = frozenset(stem(w) for w in TITLES)
_ASKS_OBJECT = re.compile(r"(?:with |to |by )?whom?\s+(?:did|does|do|has|have|had)\s+(?=someone)", re.IGNORECASE)
_ASKS_WITH_AUXILIARY = re.compile(
    r"(?:(?:when|where|why|how)\s+)?(?:did|does|do|has|have|had|was|were|is|are)\s+", re.IGNORECASE
)
_NEGATION = re.compile(r"\s(?:not|never)(?=\s)|n[’']t(?=\s)")
_BESIDES = re.compile(
    r",?\s*\b(?:besides|apart from|aside from|other than|except(?: for)?|in addition to)\s+(.+?)(?=[,?.!]|$)",
    re.IGNORECASE,
)
_SYMMETRIC = frozenset(stem(w) for w in wordset("speak talk meet converse confer"))
"""Stems of verbs that hold both ways, whatever preposition follows."""
_ADJECTIVE = re.compile(
    r"\s+(?!(?:and|or|but|who|which|that|is|was|were|has|had|have|will|would|did)\b)[a-z][\w-]*(?<!ed)\b"
)
"""A lower-case noun right behind a name."""
_ROLE_BEFORE = re.compile(rf"(?:\b[A-Z]\w+ )?(?:\b(?:{'|'.join(TITLES)})\b )+(?=someone\b)", re.IGNORECASE)
_SOURCE = re.compile(r"\baccording to\s+(?:[\w’']+\s+){0,4}\Z", re.IGNORECASE)
"""What stands in front of the one who tells of an event without taking part in it."""
_MAX_CLAUSES = 24
_NEAR = 40
"""Characters behind the second participant within which the relation's own word must stand."""
_LONG = 7
"""Words; a longer clause says more than who did what with whom, which blurs its embedding."""


@dataclass(frozen=True)
class Told:
    """One telling of one event: the sentence, the clause of it, who took part, and the time said."""

    document: Document
    passage: Passage
    sentence: Read
    clause: Clause
    participants: tuple[str, ...]
    modality: Modality
    times: tuple[TimeExpression, ...]
    resolved: tuple[str, ...] = ()


@dataclass(frozen=True)
class Happening:
    """One event with all its tellings, the most telling one first."""

    told: tuple[Told, ...]
    when: str
    earliest: str | None
    latest: str | None
    said: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """What a question asks to be true of its names: the masked wording, the stems that name the relation.

    ``excluded`` are names that are no answer ("besides Okafor"), ``calendar`` the weekdays, months and days of the
    month, case-folded, on which it is to have been so.
    """

    names: tuple[str, ...]
    masked: str
    stems: frozenset[str]
    symmetric: bool
    agent_asked: bool
    excluded: tuple[str, ...] = ()
    calendar: frozenset[str] = frozenset()


def relation(question: Question) -> Relation | None:
    """The relation a question asks about, or None where it has no name or no verb to ask with."""
    besides = _BESIDES.search(question.text)
    excluded = tuple(name for name in question.names if besides and name in besides.group(1))
    names = tuple(name for name in question.names if name not in excluded)
    if not names:
        return None
    text = _BESIDES.sub("", question.text)
    times = [time.text for time in resolve(text)]
    for time in times:
        text = re.sub(rf"\s+(?:(?:on|in|during|since|last|this)\s+)?{re.escape(time)}", "", text)
    named = {w.stem for name in question.names for w in tokens(name)} | {w.stem for t in times for w in tokens(t)}
    stems = frozenset(t for t in question.terms if t not in named and t not in _RELATION_NOISE)
    if not stems:
        return None
    text, agent_asked = _statement(text, names)
    symmetric = bool(stems & _SYMMETRIC)
    calendar = frozenset(word for t in times for word in _calendar(t))
    return Relation(names, text, stems, symmetric, agent_asked, excluded, calendar)


def _calendar(text: str) -> list[str]:
    """The weekdays, months and days of the month in ``text``, case-folded."""
    words = [w.text.casefold().rstrip("stndrh") if w.text[0].isdigit() else w.text.casefold() for w in tokens(text)]
    return [w for w in words if w in WEEKDAYS or w in MONTHS or (w.isdigit() and len(w) < 3)]


def _statement(text: str, names: Sequence[str]) -> tuple[str, bool]:
    """A question as a statement about "someone", and whether it asks for the one who acts."""
    text = re.sub(r"\belse\s+", "", text.rstrip("?!. "))
    text = re.sub(r"(?:\s+and|,)\s+(?:when|where|why|how|on what (?:day|date))\b.*$", "", text, flags=re.IGNORECASE)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "someone")
    match = _ASKS_OBJECT.match(text)
    if match:
        text = _past_tense(text[match.end() :]) + " someone"
        return text, False
    if _ASKS_WITH_AUXILIARY.match(text):
        text = _past_tense(_ASKS_WITH_AUXILIARY.sub("", text))
    return re.sub(r"\bwho(?:m)?\b", "someone", text, flags=re.IGNORECASE), True


def _past_tense(text: str) -> str:
    """Put the verb behind "someone" into the past: "someone speak with someone" -> "someone spoke with someone"."""
    words = text.split()
    last = next(
        (i for i, w in enumerate(words) if w == "someone" and words[i + 1 : i + 2] not in (["and"], ["or"])), None
    )
    if last is not None and last + 1 < len(words) and words[last + 1].isalpha():
        verb = words[last + 1]
        words[last + 1] = verb if verb.endswith("ed") or verb in IRREGULAR_FORMS else past(verb)
    return " ".join(words)


def tellings(
    question: Question,
    asked: Relation,
    articles: Iterable[tuple[Document, Passage]],
    embed: Embed,
) -> list[Told]:
    """The clauses in which all names of the question stand in the relation asked for, in article order."""
    found: list[tuple[Document, Passage, Read, Clause]] = []
    for document, passage in articles:
        for sentence in read(document):
            if passage.start <= sentence.start and sentence.end <= passage.end:
                found += [
                    (document, passage, sentence, clause)
                    for clause in sentence.clauses
                    if all(any(same_name(m.name, n) for m in clause.names) for n in asked.names)
                ]
    found = found[:_MAX_CLAUSES]
    if not found:
        return []
    wordings = [_wordings(clause) for _, _, _, clause in found]
    vectors = embed([asked.masked, *(w for variants in wordings for w in variants)])
    alike = iter((vectors[1:] @ vectors[0]).tolist())
    told = []
    for (document, passage, sentence, clause), variants in zip(found, wordings, strict=True):
        likeness = max([next(alike) for _ in variants])
        stated = _stated(clause, asked) and likeness >= _STATED
        if likeness < (SAME_RELATION if asked.symmetric else SAME_DEED) and not stated:
            continue
        people = tuple(dict.fromkeys(m.name for m in clause.names if _takes_part(clause, m)))
        times = tuple(t for t in passage.dates if sentence.start <= t.start and t.end <= sentence.end and _dates(t))
        resolved = tuple(m.name for m in clause.names if m.resolved)
        one = Told(document, passage, sentence, clause, people, clause.modality, times, resolved)
        if _on(one, asked.calendar):
            told.append(one)
    return told


def _on(told: Told, calendar: frozenset[str]) -> bool:
    """Whether a telling is of the days asked about: each part of the date is said, or meant by what is said."""
    if not calendar:
        return True
    for time in told.times:
        said = set(_calendar(time.text))
        if time.earliest and time.earliest == time.latest:
            day = date.fromisoformat(time.earliest)
            said |= {f"{day:%A}".casefold(), f"{day:%B}".casefold(), str(day.day)}
        if calendar <= said:
            return True
    return False


def answers(told: Told, asked: Relation) -> list[str]:
    """Who stands in the relation besides the names in the question, seen from one telling."""
    others = [
        m
        for m in told.clause.names
        if _takes_part(told.clause, m) and not any(same_name(m.name, n) for n in (*asked.names, *asked.excluded))
    ]
    clause = told.clause
    if asked.symmetric:
        return list(dict.fromkeys(m.name for m in others))
    if len(asked.names) != 1:
        return list(dict.fromkeys(m.name for m in others if _acts(clause, m) == asked.agent_asked))
    anchor = next(m for m in clause.names if same_name(m.name, asked.names[0]))
    anchor_acts = _acts(clause, anchor)
    return list(
        dict.fromkeys(
            m.name for m in others if _acts(clause, m) == asked.agent_asked and anchor_acts != asked.agent_asked
        )
    )


def _acts(clause: Clause, mention: Mention) -> bool:
    """Whether the mention does the deed: the first name, or, in "was called by X" and "a call from X", X."""
    before = clause.text[: max(0, mention.start - clause.start)]
    if re.search(r"\b(?:by|from)\s+(?:[\w’']+\s+){0,4}$", before):
        return True
    first = mention is clause.names[0] or not any(
        m.start < mention.start and _takes_part(clause, m) for m in clause.names
    )
    passive = re.search(
        r"\b(?:by|from)\s+(?:the\s+)?(?:[\w’']+\s+){0,3}[A-Z]", clause.text[max(0, mention.end - clause.start) :]
    )
    return first and not passive


def _possessive(clause: Clause, mention: Mention) -> bool:
    return clause.text[mention.end - clause.start :][:2] in ("’s", "'s")


def _takes_part(clause: Clause, mention: Mention) -> bool:
    if not _can_act(mention) or _possessive(clause, mention) or _adjectival(clause, mention):
        return False
    return not _SOURCE.search(clause.text[: max(0, mention.start - clause.start)])


def _adjectival(clause: Clause, mention: Mention) -> bool:
    """Whether a name is a people's adjective in front of its noun: "his Ruritanian counterpart"."""
    formed = " " not in mention.name and mention.name.endswith(("ian", "ean", "ish", "ese", "an"))
    return formed and bool(_ADJECTIVE.match(clause.text, max(0, mention.end - clause.start)))


def _can_act(mention: Mention) -> bool:
    """People and organisations; a country in front of its minister, or an adjective, is neither here."""
    return not mention.place and not demonym(mention.name)


def _stated(clause: Clause, asked: Relation) -> bool:
    """Whether the clause uses the question's own words for the relation, next to those who take part."""
    acting = [m for m in clause.names if _can_act(m)][:2] or list(clause.names[:2])
    reach = max(m.end for m in acting) - clause.start + _NEAR
    return asked.stems <= {w.stem for w in tokens(clause.text[:reach]) if not w.capital or w.start == 0}


def _wordings(clause: Clause) -> list[str]:
    """The masked clause; where it is long, also up to its second participant, and the words that lead to that one."""
    masked = _masked(clause)
    words = masked.split()
    people = [i for i, w in enumerate(words) if w.strip("“”,") == "someone"]
    if len(people) < 2 or len(words) <= _LONG:
        return [masked]
    second = people[1]
    near = ["someone", *words[max(people[0] + 1, second - 4) : second + 1]]
    return list(dict.fromkeys([masked, " ".join(words[: second + 1]), " ".join(near)]))


def _masked(clause: Clause) -> str:
    """The clause with its people and organisations replaced by "someone", without its lead-in."""
    text, offset = clause.text, clause.start
    pairs = {(m.start, m.end) for m in clause.names if m.resolved and m.end > m.start}
    counts = {span: sum((m.start, m.end) == span for m in clause.names) for span in pairs}
    for mention in sorted(clause.names, key=lambda m: -m.start):
        left, right = mention.start - offset, mention.end - offset
        if right <= left:
            continue
        span = (mention.start, mention.end)
        if counts.get(span, 1) > 1:
            counts[span] = 1
            continue
        if _possessive(clause, mention):
            text = text[:left] + text[right + 2 :]
        elif _can_act(mention):
            text = (
                text[:left]
                + ("they" if mention.resolved and span in pairs and _plural(clause, mention) else "someone")
                + text[right:]
            )
    text = re.sub(r"^[^,]{0,25},\s+(?=.*someone)", "", text.strip(" ,.;"))
    text = re.sub(r"^(?:when|that|and|while|adding that|after|as)\s+", "", text)
    text = _ROLE_BEFORE.sub("", _NEGATION.sub("", text))
    text = re.sub(r"(?:, \w[^,]*)?,? (?:and|while|amid|amidst)$", "", text)
    return " ".join(text.split())


def _plural(clause: Clause, mention: Mention) -> bool:
    return sum(m.start == mention.start for m in clause.names) > 1


def _dates(expression: TimeExpression) -> bool:
    return expression.type in ("DATE", "TIME") and not expression.value.endswith("_REF")


def merge(told: Sequence[Told], asked: Relation) -> list[Happening]:
    """Merge tellings of one event, date them, and put them in time order (undated last, as told)."""
    groups: list[list[Told]] = []
    for one in told:
        for group in groups:
            if any(_same(one, other, asked) for other in group):
                group.append(one)
                break
        else:
            groups.append([one])
    happenings = [_happening(group) for group in groups]
    order = {id(h): position for position, h in enumerate(happenings)}
    return sorted(
        happenings,
        key=lambda h: (h.earliest is None and not _published(h), h.earliest or _published(h) or "", order[id(h)]),
    )


def _published(happening: Happening) -> str:
    return (happening.told[0].document.published or "")[:10]


def _same(one: Told, other: Told, asked: Relation) -> bool:
    """Whether two tellings are of one event: same people, compatible days, shared distinctive words."""
    if one.sentence == other.sentence and one.document.doc_id == other.document.doc_id:
        return True
    if one.document.doc_id == other.document.doc_id and set(_values(one)) != set(_values(other)):
        return False
    others = [[p for p in t.participants if not any(same_name(p, n) for n in asked.names)] for t in (one, other)]
    if all(others) and not any(same_name(a, b) for a in others[0] for b in others[1]):
        return False
    if not _compatible(one, other):
        return False
    days = _bounds(one), _bounds(other)
    if days[0] is not None and days[0] == days[1] and days[0][0] == days[0][1]:
        return True
    own, its = _distinctive(one, asked), _distinctive(other, asked)
    smaller = min(len(own), len(its))
    shared = len(own & its)
    return shared >= 2 and shared / smaller >= _SAME_EVENT


def _values(told: Told) -> list[str]:
    return [t.value for t in told.times]


def _distinctive(told: Told, asked: Relation) -> frozenset[str]:
    named = {w.stem for m in told.clause.names for w in tokens(m.name)}
    spoken = {w.stem for t in told.times for w in tokens(t.text)}
    return content_stems(told.sentence.text) - named - spoken - asked.stems - _TITLE_STEMS


def _compatible(one: Told, other: Told) -> bool:
    a, b = _bounds(one), _bounds(other)
    if a is None or b is None:
        return not _different_weekday(one, other)
    return (a[0] or "") <= (b[1] or "9") and (b[0] or "") <= (a[1] or "9")


def _different_weekday(one: Told, other: Told) -> bool:
    """Whether both name a weekday, and not the same one."""
    mine = {d for t in one.times for d in WEEKDAYS if d in t.text.casefold()}
    its = {d for t in other.times for d in WEEKDAYS if d in t.text.casefold()}
    return bool(mine and its and not mine & its)


def _time(told: Told) -> TimeExpression | None:
    """The time expression of the clause itself, else of its sentence; one with a day before one without."""
    inside = [t for t in told.times if told.clause.start <= t.start < told.clause.end] or list(told.times)
    bounded = [t for t in inside if t.earliest and t.latest]
    return min(bounded, key=_length) if bounded else (inside[0] if inside else None)


def _length(expression: TimeExpression) -> int:
    return (date.fromisoformat(str(expression.latest)) - date.fromisoformat(str(expression.earliest))).days


def _bounds(told: Told) -> tuple[str | None, str | None] | None:
    time = _time(told)
    if time is None or not (time.earliest or time.latest):
        return None
    return time.earliest, time.latest


def _happening(group: Sequence[Told]) -> Happening:
    ordered = sorted(group, key=lambda t: (_bounds(t) is None, t.document.published is None))
    first = ordered[0]
    said = tuple(dict.fromkeys(time.text for t in ordered if (time := _time(t))))
    bounds = _bounds(first) or (None, None)
    return Happening(tuple(ordered), when(first), bounds[0], bounds[1], said)


def when(told: Told) -> str:
    """What a reader is told about the day: the day, its bounds, or why it is not known."""
    return describe_time(_time(told), told.document.published)
