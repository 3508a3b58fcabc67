"""The spans of a sentence that can be a short answer, and how well each fits a question.

Candidates come from rules (names, numbers, times, quotations, word groups between function words);
their order comes from a linear model over readable features (``rag/rules/weights.py``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from dateline.rag.english.acronyms import abbreviable, abbreviated, acronym, initials
from dateline.rag.english.people import TITLES, Mention, dateline_end, mentions, name_words
from dateline.rag.english.places import PLACES
from dateline.rag.english.tokens import IRREGULAR_FORMS, STOP_WORDS, Token, content_stems, tokens, wordset
from dateline.rag.question.analysis import UTTERING, Question, defines_role
from dateline.rag.rules.agents import deed, doers, may_act, somebody
from dateline.rag.rules.deed_words import AUXILIARIES, MEANINGS, is_finite, words_of
from dateline.rag.rules.weights import SPAN

SpanType = Literal["person", "role", "place", "organisation", "name", "number", "time", "quote", "group", "clause"]

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
TIME = re.compile(
    rf"\b(?:(?:{_MONTHS})\.?\s+\d{{1,2}}(?!\d)(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b\.?(?:,?\s+\d{{4}})?"
    rf"|(?:early |late |mid-?)?(?:{_MONTHS})(?:\s+(?:of\s+)?\d{{4}})?(?=\W)|(?:the\s+)?(?:early |late |mid-?)?(?:1\d|20)\d0s"
    r"|(?:1\d|20)\d\d(?:\s?[–-]\s?(?:\d{4}|\d\d))?\b(?!\s*(?:people|men|miles|km|percent|%))|\d{1,4}\s?(?:BC|BCE|AD|CE)\b|(?:the\s+)?(?:early |late |mid-?)?\d{1,2}(?:st|nd|rd|th)[\s-](?:century|centuries)"
    r"|(?:[Ll]ast |[Nn]ext |[Tt]his |[Oo]n |[Ee]arly |[Ll]ate )?(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)(?:\s+(?:morning|afternoon|evening|night))?"
    r"|(?:[Ll]ast|[Nn]ext|[Tt]his|[Ee]arlier this|[Ll]ater this|[Tt]he previous|[Tt]he following)\s+(?:week|month|year|weekend|spring|summer|autumn|fall|winter)|[Yy]esterday|[Tt]oday|[Tt]omorrow"
    r"|(?:the\s+)?(?:[a-z]+\s+)?(?:spring|summer|autumn|winter)\s+(?:of\s+)?\d{4}|\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m(?:\.|\b))"
)
"""Times as news and encyclopaedias write them; their resolution is the index's business."""

_NUMBER_WORD = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|trillion|dozens?|half|a third|a quarter|twice|once|two-thirds|one-third"
)
_UNIT = (
    r"%|percent|per cent|percentage points|million|billion|trillion|thousand|hundred|m|bn|km|(?:nautical )?miles?|kilomet\w+|met(?:er|re)s?|feet|foot|ft|inches|acres?|hectares|"
    r"square \w+|tons?|tonnes|pounds|kg|kilograms|grams|pages?|lit(?:er|re)s?|gallons?|barrels?|yards?|decades?|years?|months?|weeks?|days?|nights?|hours?|minutes?|seconds?|times|degrees?\s?\w*|dollars|euros|cents|points|"
    r"mph|km/h|volts|watts|people|°[CF]?|years old"
)
NUMBER = re.compile(
    rf"(?:(?:about|around|over|nearly|almost|more than|less than|fewer than|at least|up to|approximately|roughly)\s+)?"
    rf"(?:[$£€¥₹]\s?\d[\d,.]*\d|[$£€¥₹]\s?\d|\d[\d,.]*\d|\d|\b(?:{_NUMBER_WORD})\b(?:[\s-](?:and[\s-](?:a[\s-])?)?(?:{_NUMBER_WORD})\b)*)(?:st|nd|rd|th)?"
    rf"(?:[\s-]?(?:{_UNIT})(?!\w))*(?:\s+(?:old|long|tall|wide|high|deep))?",
    re.IGNORECASE,
)
_DAY_EDGE = re.compile(
    r"(?:(?:on|last|next|this|early|late)\s+)*(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:last|next|this)\s(?:week|month|year))\b",
    re.IGNORECASE,
)
_ONCE_MORE = re.compile(r"\s+(?:again|more)\b")
_DANGLING_DAY = re.compile(r"\s+(?:on|in|at|by)\s+\d{1,2}$")
"""What is left of "on 4 May" where a group of words ends before the month."""
_QUOTED = re.compile(r"[“\"]([^”\"]{2,})[”\"]")
_BREAKERS = STOP_WORDS - wordset(
    """
    first last own other such same many several two one three most more few
    """
)
_ROLE_BEFORE = re.compile(rf"\b(?:[a-z][\w’'-]+\s+){{0,3}}(?:{'|'.join(TITLES)})\s+\Z")
"""A role in lower case in front of a name: "commission chairwoman"."""
_ROLE_REACH = 50
_PREDICATES = wordset(
    """
    is was are were be been being became become has had have do does did will would can could may might must should
    """
)
_OPENING = re.compile(
    r"(?:\w+ly|Nevertheless|Nonetheless|However|Moreover|Furthermore|Therefore|Thus|Hence|Meanwhile|Instead|Otherwise|Besides)\b,?"
)
"""Adverbs that open a sentence; nothing that begins with one is an answer."""
_PREPOSITIONS = wordset(
    """
    of in on at to from with by for into about against over under as through after before
    """
)
_NEARLY = 2.3
"""Log-odds that a longer answer may fit worse than the shorter one inside it."""
_WIDER = 7
"""Words that a longer answer may have more."""
_MAX_GROUP = 12


@dataclass(frozen=True, slots=True)
class Span:
    """A candidate answer at ``text[start:end]`` of its sentence."""

    start: int
    end: int
    type: SpanType


def candidates(text: str, known: frozenset[str] = frozenset()) -> list[Span]:
    """The candidate answers of one sentence; ``known`` are name words of the article."""
    found: dict[tuple[int, int], SpanType] = {}
    body = dateline_end(text)
    opening = _OPENING.match(text[body:])

    def add(start: int, end: int, kind: SpanType) -> None:
        if start < body or (start == body and opening):
            return
        if kind in ("group", "clause"):
            start, end = _without_day(text, start, end)
        while start < end and not (text[start].isalnum() or text[start] in '“"$£€¥₹‘('):
            start += 1
        while end > start and not (text[end - 1].isalnum() or text[end - 1] in "%”\"’)°'"):
            end -= 1
        if end > start:
            found.setdefault((start, end), kind)

    for match in TIME.finditer(text):
        add(match.start(), match.end(), "time")
    for match in NUMBER.finditer(text):
        if re.search(
            r"\b(?:the|these|those)\s$", text[: match.start()], re.IGNORECASE
        ) and match.group().casefold() in (
            "two",
            "three",
            "one",
        ):
            continue  # "the two leaders" counts nobody
        if match.group().casefold() in ("once", "twice") and _ONCE_MORE.match(text, match.end()):
            continue
        add(match.start(), match.end(), "number")
    for mention in mentions(text, known | name_words(text)):
        add(mention.name_start, mention.end, _name_type(mention, text))
        if mention.titled:
            add(mention.start, mention.name_start, "role")
        before = _ROLE_BEFORE.search(text, max(body, mention.start - _ROLE_REACH), mention.start)
        if before:
            add(before.start(), before.end(), "role")
        beside = re.match(r",\s+((?:an?|the|his|her|its)\s[^,.;]{3,90})[,.;]", text[mention.end :])
        if beside:
            add(mention.end + beside.start(1), mention.end + beside.end(1), "role")
    for match in _QUOTED.finditer(text):
        add(match.start(), match.end(), "quote")
        add(match.start(1), match.end(1), "quote")
    groups = _groups(text)
    for start, end in groups:
        add(start, end, "group")
    for (start, middle), (after, end) in pairwise(groups):
        gap = text[middle:after].strip().casefold()
        if gap in (
            "of",
            "of the",
            "and",
            "for",
            "in",
            "to",
            "of a",
            "in the",
            "on",
            "and the",
            "or",
            "with",
            "for the",
            "from",
            ",",
            ", and",
        ):
            add(start, end, "group")
    for start, end in _clauses(text):
        if text.count("“", start, end) == text.count("”", start, end):
            add(start, end, "clause")
    return [Span(start, end, kind) for (start, end), kind in found.items()]


def _without_day(text: str, start: int, end: int) -> tuple[int, int]:
    """The piece without a day in front of it or behind it: "Oslo" for "Oslo on Monday"."""
    front = _DAY_EDGE.match(text, start, end)
    if front and front.end() < end:
        start = front.end()
    for match in _DAY_EDGE.finditer(text, start, end):
        if match.end() == end and match.start() > start:
            end = match.start()
    dangling = _DANGLING_DAY.search(text[start:end])
    return start, start + dangling.start() if dangling else end


def _name_type(mention: Mention, text: str) -> SpanType:
    if mention.place:
        return "place"
    if mention.organisation:
        return "organisation"
    if mention.titled or re.match(r",? (?:who|\d\d,|said|says|told)\b", text[mention.end :]):
        return "person"
    if re.search(r"\b(?:in|at|near|across|outside)\s+(?:the\s+)?$", text[: mention.start]):
        return "place"
    return "name"


def _groups(text: str) -> list[tuple[int, int]]:
    """Token groups between function words, verbs and punctuation: roughly the noun phrases."""
    sequence = tokens(text)
    groups: list[tuple[int, int]] = []
    run: list[Token] = []
    for position, word in enumerate(sequence):
        lower = word.text.casefold()
        breaks = lower in _BREAKERS or lower in IRREGULAR_FORMS or _verb(sequence, position)
        cut = bool(run) and not re.fullmatch(r"(?:[’']s?)? ?[-–/&“\"”.]?[“\"]?\s?", text[run[-1].end : word.start])
        if run and (breaks or cut):
            groups.append((run[0].start, run[-1].end))
            run = []
        if not breaks:
            run.append(word)
    if run:
        groups.append((run[0].start, run[-1].end))
    return [(s, e) for s, e in groups if len(text[s:e].split()) <= _MAX_GROUP]


def _verb(sequence: Sequence[Token], position: int) -> bool:
    """A lower-case "-ed" word that is followed by a function word is taken for a verb."""
    word = sequence[position]
    if not word.text.endswith(("ed", "ing")) or word.capital:
        return False
    following = sequence[position + 1] if position + 1 < len(sequence) else None
    return following is None or not following.content


def _clauses(text: str) -> list[tuple[int, int]]:
    """Longer pieces: what stands between commas, and what follows a verb, "because", "to", "by" or "that"."""
    ends = [m.start() for m in re.finditer(r"[,;:.!?](?=\s|$)|\s[–—-]\s|[()]", text)] + [len(text)]
    pieces = []
    start = 0
    for end in ends:
        if 3 <= len(text[start:end].split()) <= 25:
            pieces.append((start, end))
        start = end + 1
    for match in re.finditer(
        r"\b(?:is|was|are|were|be|been|because|since|due to|to|by|that|for|as|with|called|named|known as|when|after|into|from|of|on|in|at|than|has|have|had|if|include[sd]?|including|say(?:s|ing)|said|add(?:ed|ing)|(?:warn|stress|claim|announc|argu|insist|promis|suggest|urg|underscor)(?:e?s|ed|ing))\s+",
        text,
    ):
        stops = [e for e in ends if e > match.end()]
        if stops and 2 <= len(text[match.end() : stops[0]].split()) <= 18:
            pieces.append((match.end(), stops[0]))
    return pieces


def features(question: Question, text: str, span: Span) -> dict[str, float]:
    """The readable features of ``span`` as an answer to ``question``; names are those of ``rag/rules/weights.py``."""
    sequence = tokens(text)
    asked = set(question.terms)
    inside = [w for w in sequence if span.start <= w.start < span.end]
    content = [w for w in inside if w.content]
    outside = [w for w in sequence if w.stem in asked and w.content and not span.start <= w.start < span.end]
    distances = [_distance(sequence, span, w) for w in outside]
    before = text[: span.start].rstrip().casefold()
    lead = before.rsplit(None, 1)[-1].strip('(,“"') if before else ""
    after = text[span.end :].lstrip()
    follow = after.split(None, 1)[0].casefold().strip(',.”"') if after else ""
    overlap = sum(w.stem in asked for w in content) / len(content) if content else 1.0
    target_near = _target_near(question, sequence, span)
    named = [w for w in content if w.capital and (w.start > 0 or len(content) > 1)]
    capital = float(bool(content) and len(named) == len(content))
    answer, kind = question.type, question.kind
    values = {
        "overlap": overlap,
        "all_asked": float(overlap == 1.0),
        "nearest": 1 / (1 + min(distances)) if distances else 0.0,
        "mean_near": sum(1 / (1 + d) for d in distances) / max(1, len(distances)),
        "length": len(inside) / 10,
        "long": float(len(inside) > 8),
        "one_word": float(len(inside) == 1),
        "first": float(span.start < 3),
        "last": float(not after.strip(' .!?”"')),
        "target_inside": float(bool(question.target) and any(w.stem in question.target for w in inside)),
        "target_near": target_near,
        "bracketed": float(text[max(0, span.start - 1) : span.start] == "("),
        "capital": capital,
        f"lead_{_lead_class(lead)}": 1.0,
        f"follow_{_lead_class(follow)}": 1.0,
        f"{answer}:{span.type}": 1.0,
        f"{kind}:lead_{_lead_class(lead)}": 1.0,
        f"{answer}:length": len(inside) / 10,
        f"{answer}:before_terms": float(bool(outside) and all(w.start > span.start for w in outside)),
        f"{answer}:after_terms": float(bool(outside) and all(w.start < span.start for w in outside)),
        f"{answer}:capital": capital,
    }
    for place, term in (("first", question.first), ("last", question.last)):
        for side, gap in _gaps(sequence, span, term):
            values[f"{place}_{side}"] = 1 / (1 + gap)
            values[f"{kind}:{place}_{side}"] = 1 / (1 + gap)
    if question.preposition:
        values["same_preposition"] = float(lead == question.preposition)
        values["other_preposition"] = float(lead in _PREPOSITIONS and lead != question.preposition)
    if span.type in ("name", "person"):
        values["two_names"] = float(len(inside) in (2, 3))
    if span.type == "role" and answer == "role":
        around = content_stems(text[max(0, span.start - 30) : span.start]) | content_stems(
            text[span.end : span.end + 30]
        )
        values["role_of_asked"] = float(bool(around & asked))
    if span.type == "number":
        values["number_year"] = float(bool(re.fullmatch(r"(?:1\d|20)\d\d", text[span.start : span.end])))
        values["number_target"] = float(target_near > 0.4)
        values["number_one"] = float(text[span.start : span.end].casefold() in ("one", "once", "half"))
    if span.type == "time":
        values["time_year"] = float(bool(re.search(r"\d{4}", text[span.start : span.end])))
    return {name: value for name, value in values.items() if value}


def _gaps(sequence: Sequence[Token], span: Span, term: str) -> list[tuple[str, int]]:
    """How many words stand between ``span`` and the nearest ``term`` on either side."""
    gaps = []
    left = [w for w in sequence if w.stem == term and w.end <= span.start]
    right = [w for w in sequence if w.stem == term and w.start >= span.end]
    if left:
        gaps.append(("left", _distance(sequence, span, left[-1])))
    if right:
        gaps.append(("right", _distance(sequence, span, right[0])))
    return gaps


def _distance(sequence: Sequence[Token], span: Span, word: Token) -> int:
    """Words between ``span`` and ``word``."""
    low, high = (span.end, word.start) if word.start >= span.end else (word.end, span.start)
    return sum(low <= w.start < high for w in sequence)


def _target_near(question: Question, sequence: Sequence[Token], span: Span) -> float:
    near = [
        _distance(sequence, span, w)
        for w in sequence
        if w.stem in question.target and not span.start <= w.start < span.end
    ]
    return 1 / (1 + min(near)) if near else 0.0


def _lead_class(word: str) -> str:
    """Group a neighbouring word: a frequent preposition or conjunction as itself, predicates together."""
    if word in (
        "by",
        "in",
        "of",
        "to",
        "at",
        "on",
        "from",
        "for",
        "with",
        "as",
        "and",
        "the",
        "a",
        "an",
        "that",
        "because",
        "called",
        "named",
        "or",
        "than",
    ):
        return word
    if word in _PREDICATES:
        return "be"
    if not word:
        return "none"
    if word in TITLES or word in PLACES:
        return "title"
    return "other"


_MONEY = re.compile(
    r"[$£€¥₹]|\b(?:dollars?|euros?|pounds?|(?<!per )cents?|rupees?|yen|yuan|francs?|crowns?|million|billion)\b",
    re.IGNORECASE,
)
_ASKS_MONEY = re.compile(
    r"\bhow much\b.*\b(?:money|cost|pay|paid|fine|fined|worth|spend|spent|earn|price|raise|charge|charged|sell|sold)\b",
    re.IGNORECASE,
)
_TIMED = re.compile(r"(?:after|before|during|since)\b|(?:.*\s)?(?:when|until)\b", re.IGNORECASE)
_PLACE_LEAD = wordset(
    """
    in at to on near from into around across
    """
)


_ADDRESS = wordset("mr mrs ms dr sir dame lord lady sen rep gov gen rev st saint prof former late")
"""What people are addressed by, which does not tell who they are."""
_NO_PLACE_LEAD = wordset("with against between by envoy minister president spokesman spokeswoman leader")
_RELATIVE = re.compile(r"(?:who|whom|whose|which|where)\b", re.IGNORECASE)
_ASKS_TITLE = re.compile(
    r"\b(?:(?:title|position|office|job|role|post|rank|occupation|profession|name)s?|named|called)\b"
)
_SOMEBODY = re.compile(r"(?:(?:the|an?|his|her|its|their|some|both|many|several|other)\b|[A-Z“\"])")
_OWNER = re.compile(r"\b[A-Z]\w+[’']s?\s+\Z")
_ATTRIBUTION = re.compile(r"\s(?:said|says|added|announced|reported|stated)\b")
_ADVERBIAL = re.compile(r"\s(?:with|to|in|on|at|for|from)\s")
_CLAUSE_END = re.compile(r"[”\"’')]*(?:[,;:.!?]|\s[–—-]\s|\s*$)")
_LEADING = wordset("tri want need do seek hope plan")
"""Stems of verbs that only lead to the one asked about: "what did the fund try to stop?"."""
_OBJECT_LEAD = re.compile(r"\s+(?:(?:about|of|on|against|for|to|with|at)\s+)?")


def fits(question: Question, text: str, span: Span) -> bool:
    """Whether ``span`` can be what is asked for at all.

    A number that counts it, a time, a place; no echo of the question, no title of somebody it names,
    and where the object of a verb is asked for, something behind that verb.
    """
    words = text[span.start : span.end]
    if echoes(question, text, span):
        return False
    short = (
        acronym(question.names[0])
        if question.kind == "what" and len(question.terms) == len(question.names) == 1
        else ""
    )
    if short and short in abbreviable(text):
        return span.type != "clause" and initials(words) == short
    if question.type == "number":
        if _ASKS_MONEY.search(question.text):
            return bool(_MONEY.search(words)) and not text[: span.start].endswith("per ")
        return span.type == "number" or bool(re.search(r"\d|\b(?:half|third|quarter|dozen)", words))
    if question.type == "time":
        return span.type == "time" or bool(_TIMED.match(words)) or bool(re.search(r"\d", words))
    if question.kind in ("who", "what", "which", "where", "said") and _off_kind(text, span):
        return False
    if question.verb and not _object_fits(question, text, span):
        return False
    if question.kind == "who" and question.target and span.type in ("organisation", "place"):
        return False
    if question.kind == "who" and question.type == "person" and not somebody(text, span.start, span.end):
        return False
    if question.type == "role" and not _role(words, span):
        return False
    did = deed(question)
    if did and (span.type == "time" or not (_does(text, did, span) or may_act(text, span.start, span.end))):
        return False
    if question.kind == "who" and not _SOMEBODY.match(words) and (span.type == "clause" or _ADVERBIAL.search(words)):
        return False
    if question.kind == "which" and question.type in ("place", "person") and not _names_new(question, words):
        return False
    if question.kind == "where":
        if text[span.end : span.end + 2] in ("’s", "'s"):
            return False
        lead = tokens(text[: span.start])[-2:]
        if lead and lead[-1].text.casefold() in _NO_PLACE_LEAD:
            return False
        return span.type in ("place", "name", "organisation") or any(w.text.casefold() in _PLACE_LEAD for w in lead)
    return True


def _names_new(question: Question, words: str) -> bool:
    """Whether ``words`` have a name that the question does not say."""
    return any(w.capital and w.content and w.stem not in question.terms for w in tokens(words))


def _role(words: str, span: Span) -> bool:
    """Whether ``words`` can say what somebody is: more than how one is addressed, and no statement."""
    inside = words_of(words)
    states = span.type == "clause" and any(w.low in AUXILIARIES or is_finite(w) for w in inside)
    return not states and not all(w.low in _ADDRESS for w in inside)


def _does(text: str, did: str, span: Span) -> bool:
    """Whether ``span`` stands where the doer of the deed does."""
    return any(start <= span.start and span.end <= end for start, end in doers(text, did))


def echoes(question: Question, text: str, span: Span) -> bool:
    """Whether ``span`` only says what the question does: its own words, or a name in it with titles or in full."""
    if re.search(r"\bor\b", question.text):
        return False
    asked = set(question.terms)
    content = [w.stem for w in tokens(text[span.start : span.end]) if w.content]
    counted = question.type not in ("number", "time") and [s for s in content if not NUMBER.fullmatch(s)]
    if content and all(stem in asked for stem in counted or content):
        return True  # "two hikers" says no more than "the hikers"
    behind = next((w.stem for w in tokens(text) if w.start >= span.end), "")
    if question.type not in ("number", "time") and span.type == "number" and behind in asked:
        return True
    if _ASKS_TITLE.search(question.text) or set(question.target) & set(content):
        return False
    for mention in _asked_mentions(question.names, text):
        if mention.name_start <= span.start and span.end <= mention.end:
            return True
        if question.type == "role":
            continue
        owner = _OWNER.search(text, 0, mention.start)
        if (owner.start() if owner else mention.start) <= span.start and span.end <= mention.end:
            return True
        if span.type == "role" and 0 <= span.start - mention.end <= 2:
            return True
    return False


@lru_cache(maxsize=1_024)
def _asked_mentions(names: tuple[str, ...], text: str) -> tuple[Mention, ...]:
    """The mentions in ``text`` of people and things that the question names, perhaps more briefly."""
    return tuple(m for m in mentions(text, name_words(text)) if any(_ends_alike(m.name, n) for n in names))


def _ends_alike(one: str, other: str) -> bool:
    """Whether one name shortens the other to its last words; "Independence" does not shorten "Hall of Independence"."""
    short, long = sorted((tokens(one), tokens(other)), key=len)
    cut = len(long) - len(short)
    joined = cut > 0 and not long[cut - 1].capital
    return bool(short) and not joined and [w.stem for w in long[cut:]] == [w.stem for w in short]


def _off_kind(text: str, span: Span) -> bool:
    """Whether ``span`` is a day, or a relative clause: no thing or person."""
    words = text[span.start : span.end]
    if _DAY_EDGE.fullmatch(words) or (span.type == "time" and _DAY_EDGE.match(words)):
        return True
    return span.type == "clause" and bool(_RELATIVE.match(words))


def _object_fits(question: Question, text: str, span: Span) -> bool:
    """Whether ``span`` stands where the object of the asked verb does; a statement is all that follows its verb."""
    subject = {w.stem for name in question.names for w in tokens(name)}
    sequence = tokens(text)
    statement = question.verb in UTTERING and question.kind != "who"
    for position, word in enumerate(sequence):
        named = any(w.stem in subject for w in sequence[:position])
        if word.stem != question.verb or not (named or any(abbreviated(name, text) for name in question.names)):
            continue
        if statement:
            return span.start in _object_starts(text, word.end) and bool(_CLAUSE_END.match(text, span.end))
        return span.end > word.end
    if question.kind == "who":
        return not _ATTRIBUTION.match(text, span.end) and _may_be_somebody(text, span) and not statement
    meant = next((m for m in MEANINGS if question.verb in m), frozenset([question.verb]))
    behind = any(w.stem in meant and w.end < span.end for w in sequence)
    return not statement and (question.verb in _LEADING or behind)


def _may_be_somebody(text: str, span: Span) -> bool:
    """Whether ``span`` has a name, or a noun that people are called by."""
    return any(w.capital or defines_role(w) for w in tokens(text[span.start : span.end]))


def _object_starts(text: str, verb_end: int) -> tuple[int, int]:
    """Where a statement behind a verb may begin: with its "that" and without."""
    lead = _OBJECT_LEAD.match(text, verb_end)
    start = lead.end() if lead else verb_end
    return start, start + 5 * text.startswith("that ", start)


def counts_target(question: Question, text: str, span: Span) -> bool:
    """Whether a number stands at what is counted: "seven countries" for "how many countries"."""
    if not question.target or question.kind != "how_many":
        return True
    near = [w for w in tokens(text) if span.start - 40 <= w.start <= span.end + 40]
    return any(w.stem in question.target for w in near)


def score(question: Question, text: str, span: Span) -> float:
    """How well ``span`` answers ``question``: a log-odds, comparable within and across sentences."""
    return sum(SPAN.get(name, 0.0) * value for name, value in features(question, text, span).items())


def widened(question: Question, text: str, span: Span, known: Sequence[Span]) -> Span:
    """The longest of ``known`` around ``span`` that fits nearly as well: "the Dutch Cape Colony" for "Cape Colony"."""
    if question.type == "person":
        return span
    least, size = score(question, text, span) - _NEARLY, len(text[span.start : span.end].split())
    around = [
        s
        for s in known
        if s.start <= span.start
        and span.end <= s.end
        and (s.type == span.type or question.type not in ("time", "number"))
        and len(text[s.start : s.end].split()) <= size + _WIDER
        and score(question, text, s) >= least
    ]
    return max(around, key=lambda s: s.end - s.start, default=span)


def best(question: Question, text: str, known: frozenset[str] = frozenset()) -> tuple[Span, float] | None:
    """The candidate of ``text`` that answers ``question`` best, and its score."""
    scored = [(span, score(question, text, span)) for span in candidates(text, known)]
    return max(scored, key=lambda pair: pair[1], default=None)
