"""Who says what: quotations and reported speech, attributed to their speaker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dateline.rag.english.people import Mention, same_name
from dateline.rag.english.tokens import Token, stem, tokens, wordset
from dateline.rag.rules.clauses import Read
from dateline.rag.rules.deed_words import (
    ADVERBS,
    AUXILIARIES,
    BE,
    BREAKS,
    NOT,
    PREPOSITIONS,
    TIME,
    Word,
    is_finite,
    words_of,
)

_SAYING = wordset(
    """
    say tell add state warn caution write insist claim announce argue explain stress note describe tweet post reply
    respond think believe confirm deny vow promise pledge predict suggest acknowledge admit declare reiterate underscore
    emphasise emphasize underline highlight remark comment joke reveal maintain allege assert complain estimate
    recall fear recommend propose repeat boast signal hint expect
    """
)
"""Verbs whose object is a statement: what follows them, without "that", is what is said."""
_ACTING = wordset(
    """
    call urge express convey voice thank praise criticise criticize condemn ask demand accuse reject welcome reaffirm
    hope blame dismiss hail denounce decry slam mourn apologise apologize oppose support back threaten unveil want seek request appeal regret order
    """
)
"""Verbs that do by saying: they are part of what is reported."""
_STATEMENTS = frozenset(stem(w) for w in _SAYING)
_STEMS = _STATEMENTS | {stem(w) for w in _ACTING}
_PLAIN = wordset("say warn think believe argue insist claim want hope fear expect demand urge")
"""Verbs that are read in their plain form too, behind a plural: "analysts say"."""
_CALLS = re.compile(r"\s+(?:on|for|it|the|him|her|them|an?|his|its|their|[A-Z]\w+[’']s\s[a-z]+)\b")
_ACCORDING = re.compile(r"\baccording to\s+", re.IGNORECASE)
_QUOTE = re.compile(r"“[^”]+”|\"[^\"]+\"")
_APPOSITION = re.compile(r",\s+(?:an?|the|his|her|its|their|one of|[a-z]+)\s[^,.;“”]*")
_INSERTED = re.compile(r"^,\s[^,]{2,150},(?=\s)")
_LINK = re.compile(r"\b(?:of|for|to|by|with|against|in|from|at|on|and|between)\s+(?:the\s+)?$", re.IGNORECASE)
"""What stands before a name that belongs to something else: "a spokesman for Okafor"."""
_PHRASE_BEFORE = re.compile(r"(?:^|[,;:—–“”\"(]\s*|\b(?:and|but|that|as|while|when)\s+)([^,;:—–“”\"()]{2,90}?)\s*$")
_PHRASE_BEHIND = re.compile(r"\s+([^,;:.—–“”\"()]{2,80})")
_DETERMINER = re.compile(r"(?:^|\s)(?:the|an?|his|her|its|their)\s*$", re.IGNORECASE)
_ATTRIBUTED = re.compile(
    r",\s(?:the\s)?(?:[\w’'-]+\s){1,6}?(?:said|says|added|told\s\w+)$|,?\saccording to\s[^,]{2,60}$"
)
"""What a report ends with that is by somebody else: ", the ministry said"."""
_REACH = 80
"""Characters between a speaker and the verb, at most."""
_RECIPIENT = re.compile(
    r"\s*(?:(?:reporters|journalists|parliament|lawmakers|CNN|BBC|(?:the\s+)?(?:[A-Z][\w.’'-]*\s?){1,5}|(?:him|her|them|us|me)\b)\s*)"
)
_ADVERBIAL = re.compile(
    r"[\s,]*(?:(?:(?:late|early)\s+)?(?:on\s+)?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:\s(?:morning|afternoon|evening|night))?"
    r"|(?:today|yesterday|earlier|later|last\s(?:week|month|year|night)|this\s(?:week|month|year|weekend))"
    r"|(?:in|during|at|on|via|through|to|after|before)\s(?:an?|the|his|her|its|their)?\s?(?:[\w’'-]+\s){0,5}?(?:interview|statement|speech|address|letter|"
    r"posts?|tweet|Twitter|Facebook|Instagram|briefing|conference|call|meeting|remarks|email|report|post|message|television|TV|video|memo|reporters|event|"
    r"hearing|blog|ruling|study|note)(?:\s(?:with|to|on|from|by|for|of)\s(?:[\w’'.]+\s?){1,3}?)?)(?=[\s,:.]|$)"
)
_THAT = re.compile(r"[\s,]*that\s+")
_RELATIVE = re.compile(r",\swho\s(?:\w+\s){1,5}(?:that\s)?$")
"""What stands before the words of somebody who is only mentioned: ", who announced this week that"."""
_ENOUGH = 4
"""Words, at least, in front of the speaker to be what is said, and not just when or where."""
_LONGEST = 45
"""Words; what is said is cut behind a comma beyond them."""


@dataclass(frozen=True)
class Quotation:
    """Words of a speaker inside one sentence: ``start``/``end`` are offsets in the sentence's text.

    ``direct`` tells a quotation from reported speech, ``verb`` is the stem of the verb of saying ("" for "according to"),
    ``told`` says that the words begin with that verb ("urged Ruritania to …"), ``named`` that the speaker is named.
    """

    speaker: str
    start: int
    end: int
    direct: bool
    verb: str = ""
    told: bool = False
    named: bool = True


def quotations(sentence: Read) -> list[Quotation]:
    """All that ``sentence`` reports somebody as saying, in the order of the verbs."""
    text = sentence.text
    masked = _QUOTE.sub(lambda m: m.group()[0] + "x" * (len(m.group()) - 2) + m.group()[-1], text)
    names = _leading(
        text,
        [
            (m.start - sentence.start, m.end - sentence.start, m)
            for c in sentence.clauses
            for m in c.names
            if m.end > m.start and not _inside(masked, m.start - sentence.start)
        ],
    )
    together = Counter(n[:2] for n in names)
    names = [n for n in names if together[n[:2]] == 1]  # "both sides" are two
    found = []
    for match in _ACCORDING.finditer(masked):
        source = _source(text, match.end(), names)
        if source:
            found.append(_according(text, match, *source))
    found += _within_quotes(text, names)
    who: tuple[int, int, str, bool] | None = None
    for verb in _verbs(masked):
        who = _speaker(masked, verb, names) or (who if _joined(masked, verb) else None)
        if who:
            left, right, name, named = who
            spoken = _said(text, masked, verb, left, right)
            if spoken:
                start, end, direct, told = spoken
                found.append(Quotation(name, start, end, direct, verb.stem, told, named))
    return found


def _within_quotes(text: str, names: Sequence[_Name]) -> list[Quotation]:
    """What is quoted with its verb: Okafor “stressed that the bridge was safe”."""
    found = []
    for match in _QUOTE.finditer(text):
        words = tokens(match.group())
        owner = next((n for n in names if text[n[1] : match.start()] == " "), None)
        if owner and len(words) > 1 and words[0].stem in _STEMS and _finite(words[0], None, match.group()):
            found.append(Quotation(owner[2].name, match.start(), match.end(), True, words[0].stem))
    return found


def quotation(sentence: Read, speaker: str) -> Quotation | None:
    """What ``speaker`` says in ``sentence``, or None where the sentence reports nothing of theirs."""
    return next((q for q in quotations(sentence) if q.named and same_name(q.speaker, speaker)), None)


def speaker(sentence: Read) -> Quotation | None:
    """The quotation or reported speech in ``sentence`` with whoever it is attributed to by name."""
    return next((q for q in quotations(sentence) if q.named), None)


_Name = tuple[int, int, Mention]


def _inside(masked: str, at: int) -> bool:
    return masked[at : at + 1] == "x" and masked[max(0, at - 1) : at + 2].strip('x“”" ') == ""


def _leading(text: str, names: Sequence[_Name]) -> list[_Name]:
    """``names`` without those inside a description of the name before: in "A, an aide to B, said" only A speaks."""
    kept: list[_Name] = []
    for name in sorted(names, key=lambda n: n[:2]):
        if kept:
            described = _APPOSITION.fullmatch(text, kept[-1][1], name[0])
            closed = described and re.match(r"[^,.;]{0,60},", text[name[1] :])
            if closed:
                continue
        kept.append(name)
    return kept


def _verbs(masked: str) -> list[Token]:
    """The words of ``masked`` that are verbs of saying by their form and place."""
    sequence = tokens(masked)
    found = []
    for at, word in enumerate(sequence):
        if word.stem not in _STEMS or word.capital or set(word.text) == {"x"}:
            continue
        before = sequence[at - 1] if at else None
        if word.stem == "call" and not _CALLS.match(masked, word.end):
            continue
        if word.text in ("states", "appeals") and not _THAT.match(masked, word.end):
            continue
        if _finite(word, before, masked):
            found.append(word)
    return found


def _finite(word: Token, before: Token | None, masked: str) -> bool:
    low = word.text.casefold()
    lead = before.text.casefold() if before else ""
    owned = before is not None and masked[before.end : before.end + 1] in ("’", "'")
    if lead in ("the", "a", "an", "his", "her", "its", "their", "to", "of") or owned:
        return False
    if low.endswith("ing"):
        return lead in BE or before is None or "," in masked[before.end : word.start]
    if low.endswith("s") and low != "was":
        return before is not None and (before.capital or lead in ("he", "she", "it", "who", "also", "now", "which"))
    if low.endswith("ed") or low in ("said", "told", "wrote", "thought", "sought", "written", "denied"):
        return True
    return low in _PLAIN and (lead in ("they", "who", "people", "police") or (len(lead) > 3 and lead.endswith("s")))


def _speaker(masked: str, verb: Token, names: Sequence[_Name]) -> tuple[int, int, str, bool] | None:
    """Where the one who says ``verb`` stands, by name, or else by the words in front of the verb or behind it."""
    for left, right, mention in reversed([n for n in names if n[1] <= verb.start]):
        opens = masked[max(0, left - 20) : left]
        if _owner(masked, right) or (_LINK.search(opens) and not re.match(r"\s*\w+\s+$", masked[:left])):
            continue
        gap = masked[right : verb.start]
        if _leads(gap, verb):
            return left, right, mention.name, True
        if "," not in gap and not _shared(gap):
            break
    ahead = next((n for n in names if 0 <= n[0] - verb.end <= _REACH // 2), None)
    closes = masked[: verb.start].rstrip().endswith(("”", '"', ","))
    if closes and ahead and _may_be_inverted(verb) and not re.search(r"[,;:.]|\bthat\b", masked[verb.end : ahead[0]]):
        return (*ahead[:2], ahead[2].name, True)
    first = next((n for n in names if not _owner(masked, n[1])), None)
    if first and first[1] <= verb.start and _shares(masked, first, verb):
        return (*first[:2], first[2].name, True)
    return _unnamed(masked, verb, closes, names)


def _may_be_inverted(verb: Token) -> bool:
    """Whether the speaker may stand behind the verb: "said X", but not "told X" or "adding X"."""
    return verb.stem != stem("tell") and not verb.text.endswith("ing")


def _joined(masked: str, verb: Token) -> bool:
    """Whether a verb goes on with the subject of the one before: ", adding", "and called"."""
    front = masked[: verb.start].rstrip()
    return (front.endswith(",") and verb.text.endswith("ing")) or _shared(f"{front} ")


def _owner(masked: str, end: int) -> bool:
    return masked[end : end + 1] in ("’", "'")


def _leads(gap: str, verb: Token) -> bool:
    """Whether nothing but an insertion, auxiliaries, adverbs and times stands between a speaker and the verb."""
    gap = _INSERTED.sub("", gap)
    if len(gap) > _REACH or re.search(r"[;:.“”\"—(]|,\s*$", gap):
        return False
    words = words_of(gap)
    if words and not _may_follow_a_name(words[0]):
        return False  # "Ruritanian officials": the name is not the one who speaks
    if any(w.low in NOT or w.low in BREAKS - {"who"} or w.low.endswith("n't") or w.low == "and" for w in words):
        return False
    if any(is_finite(w) and w.low not in AUXILIARIES for w in words):
        return False
    last = next((w.low for w in reversed(words) if w.low not in ADVERBS and not w.low.endswith("ly")), "")
    return last not in BE | {"being"} or verb.text.endswith("ing")


def _may_follow_a_name(word: Word) -> bool:
    """Whether a word behind a name is no noun that the name describes."""
    known = AUXILIARIES | ADVERBS | PREPOSITIONS | TIME | {"who", "himself", "herself", "themselves", "itself"}
    return word.low in known or word.low.endswith("ly") or word.capital


def _shared(gap: str) -> bool:
    return bool(re.search(r"\b(?:and|but)\s+(?:\w+ly\s+|also\s+|has\s+|had\s+)?$", gap))


def _shares(masked: str, first: _Name, verb: Token) -> bool:
    """Whether the verb belongs to the subject of an earlier one: "X met her and said", "X left, warning that"."""
    gap = masked[first[1] : verb.start]
    if _LINK.search(masked[: first[0]]) or re.search(r"[;]|\b(?:NOT|not)\s*$", gap):
        return False
    follows = verb.text.endswith("ing") and gap.rstrip().endswith(",")
    if not follows and not _shared(gap):
        return False
    words = words_of(_INSERTED.sub("", gap))
    at = next((i for i, w in enumerate(words) if is_finite(w) and w.low not in AUXILIARIES), None)
    if at is None or not _may_follow_a_name(words[0]):
        return False
    lead = " ".join(w.low for w in words[:at])
    return not any(w in BREAKS for w in lead.split()) and len(lead) <= _REACH


def _unnamed(masked: str, verb: Token, closes: bool, names: Sequence[_Name]) -> tuple[int, int, str, bool] | None:
    """The noun phrase that speaks: "the engineers" in "the engineers said", or behind the verb; the name beside it."""
    if closes and _may_be_inverted(verb):
        match = _PHRASE_BEHIND.match(masked, verb.end)
        if match and len(match.group(1).split()) < 9 and not re.match(r"(?:that|in|on|to|at)\b", match.group(1)):
            beside = next((n for n in names if masked[match.end() : n[0]] == ", "), None)
            if beside:
                return (*beside[:2], beside[2].name, True)
            return match.start(1), match.end(1), match.group(1), False
        return None
    match = _PHRASE_BEFORE.search(masked[: verb.start])
    if match is None:
        return None
    label = match.group(1)
    words = words_of(label)
    while words and (words[-1].low in AUXILIARIES | ADVERBS or words[-1].low.endswith("ly")):
        if words[-1].low in BE and not verb.text.endswith("ing"):
            return None
        label = label[: label.casefold().rfind(words.pop().low)]
    if not words or any((is_finite(w) and w.low not in AUXILIARIES) or w.low in NOT | BREAKS for w in words):
        return None
    return match.start(1), match.end(1), label.strip(), False


def _source(text: str, start: int, names: Sequence[_Name]) -> tuple[int, int, str, bool] | None:
    """Who "according to" names, up to where."""
    match = re.match(r"[^,;:“”\"()]{2,90}?(?=[,;:“”\"()]|\.?\s*$)", text[start:])
    if match is None:
        return None
    end = start + match.end()
    inside = [n for n in names if start <= n[0] and n[1] <= end and not _owner(text, n[1])]
    named = inside[0] if inside and not _LINK.search(text[start : inside[0][0]]) else None
    return (start, end, named[2].name, True) if named else (start, end, match.group().strip(" ."), False)


def _according(text: str, match: re.Match[str], _: int, end: int, name: str, named: bool) -> Quotation:
    """What is said according to somebody: the rest of the sentence in front of it, or behind it."""
    left = text[: match.start()].rstrip(" ,")
    if len(left.split()) >= _ENOUGH:
        return Quotation(
            name, 0, len(left), left.startswith(("“", '"')) and left.endswith(("”", '"')), "", False, named
        )
    start = end + len(text[end:]) - len(text[end:].lstrip(" ,"))
    return Quotation(name, start, _cut(text, start), False, "", False, named)


def _said(text: str, masked: str, verb: Token, left: int, right: int) -> tuple[int, int, bool, bool] | None:
    """What is said: (start, end, whether it is a quotation, whether it begins with the verb)."""
    inverted = left >= verb.end
    front = _DETERMINER.sub("", masked[: verb.start if inverted else left])
    rest = masked[right if inverted else verb.end :]
    if not verb.text.endswith("ing") and _spoken_before(front) and (inverted or not _statement_follows(rest, verb)):
        quotes = [m for m in _QUOTE.finditer(text, 0, len(front)) if len(m.group().split()) > 1]
        if front.rstrip().endswith(("”", '"')) and quotes:
            return *quotes[-1].span(), True, False
        start = re.match(r"(?:(?:However|Meanwhile|But|And|Still),?\s+)?", text)
        begin = start.end() if start else 0
        return begin, len(front.rstrip(" ,")), False, False
    if inverted:
        return None
    if verb.stem not in _STATEMENTS:
        end = _cut(text, verb.start)
        return (verb.start, end, False, True) if len(text[verb.end : end].split()) > 1 else None
    return _object(text, masked, verb)


def _spoken_before(front: str) -> bool:
    """Whether what stands in front of speaker and verb is what is said, and not when, where or of whom."""
    front = front.rstrip()
    if front.endswith(("”", '"')):
        return True
    words = words_of(front)
    clause = any(is_finite(w) or w.low in AUXILIARIES or w.low.endswith("s") for w in words)
    opens = (
        words[0].low in ("on", "in", "at", "during", "after", "before", "as", "while", "when", "following")
        if words
        else True
    )
    return front.endswith(",") and len(words) >= _ENOUGH and clause and not opens


def _statement_follows(rest: str, verb: Token) -> bool:
    """Whether a statement stands behind the verb, and not just when, where and to whom it was said."""
    position = _behind(rest, verb)
    after = rest[position:].strip(' .”"')
    return bool(_THAT.match(rest, position)) or (
        bool(after) and not re.match(r"[,;]|(?:in|on|at|as|to|during|after|from)\b", after)
    )


def _behind(rest: str, verb: Token) -> int:
    """Where, behind the verb, what was said begins: past whoever was told, and when and where."""
    position = 0
    if verb.stem == "tell":
        match = _RECIPIENT.match(rest)
        position = match.end() if match else 0
    for _ in range(3):
        match = _ADVERBIAL.match(rest, position)
        if match is None:
            break
        position = match.end()
    return position


def _object(text: str, masked: str, verb: Token) -> tuple[int, int, bool, bool] | None:
    """The statement behind a verb of saying, up to the end of the sentence."""
    begin = verb.end + _behind(masked[verb.end :], verb)
    late = re.match(r"[^,;:“”\"]{0,60}?\bthat\s+", masked[begin:])
    that = _THAT.match(masked, begin)
    if that:
        begin = that.end()
    elif late and not any(is_finite(w) for w in words_of(late.group())):
        begin += late.end()
    begin += len(masked[begin:]) - len(masked[begin:].lstrip(" ,:"))
    quote = _QUOTE.match(text, begin)
    if quote and len(quote.group().split()) > 1 and len(text[quote.end() :].strip(" .,;").split()) < 3:
        return *quote.span(), True, False
    end = _cut(text, begin)
    clause = any(is_finite(w) or w.low in AUXILIARIES for w in words_of(text[begin:end]))
    told = not (that or clause) or bool(re.match(r"(?:about|of|as|for|in|on|by|to)\b", text[begin:]))
    begin = verb.start if told else begin  # "stressed the importance of": the verb is part of it
    return (begin, end, False, told) if len(text[begin:end].split()) > 1 else None


def _cut(text: str, start: int) -> int:
    """Where a statement ends: with the sentence or relative clause, or behind a comma where it runs on and on."""
    end = len(text.rstrip(" .!?"))
    inserted = _RELATIVE.search(text[:start])
    if inserted:
        comma = text.find(",", start, end)
        return comma if comma > 0 else end
    attributed = _ATTRIBUTED.search(text, start, end)
    end = attributed.start() if attributed else end
    words = list(re.finditer(r"\S+", text[start:end]))
    if len(words) <= _LONGEST:
        return end
    limit = start + words[_LONGEST].start()
    comma = max(text.rfind(mark, start, limit) for mark in (", ", "; "))
    return comma if len(text[start:comma].split()) >= _ENOUGH * 2 else end
