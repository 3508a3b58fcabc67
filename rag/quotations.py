"""Who says what: quotations and reported speech, attributed to their speaker."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.clauses import Read
from rag.people import same_name

_VERB = re.compile(
    r"\b(?:sa(?:id|ys|ying)|told|add(?:ed|s|ing)|stat(?:ed|es|ing)|warn(?:ed|s|ing)|wrote|writ(?:es|ing)|insist(?:ed|s|ing)|"
    r"claim(?:ed|s|ing)|announc(?:ed|es|ing)|argu(?:ed|es|ing)|call(?:ed|s|ing) (?:on|for|it|the|him|her|them)|urg(?:ed|es|ing)|"
    r"explain(?:ed|s|ing)|stress(?:ed|es|ing)|not(?:ed|es|ing)|described|describes|tweeted|posted|replied|responded|"
    r"think(?:s|ing)?|thought|believe[sd]?|confirmed|denied|denies|promised|vowed|predicted|suggested|acknowledged|admitted|"
    r"declared|reiterated|underscored|emphasi[sz]ed|expressed|conveyed|thanked|praised|criticised|criticized|condemned|asked|"
    r"demanded|according to|remarked|commented|joked|pledged|accused|rejected|welcomed|reaffirmed|hoped)\b",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"“[^”]+”|\"[^\"]+\"")
_APPOSITION = re.compile(r",\s+(?:an?|the|his|her|its|their|one of|[a-z]+)\s[^,.;“”]*")
_REACH = 60


@dataclass(frozen=True)
class Quotation:
    """Words of a speaker inside one sentence: ``start``/``end`` are offsets in the sentence's text.

    ``direct`` tells a quotation from reported speech.
    """

    speaker: str
    start: int
    end: int
    direct: bool


def quotation(sentence: Read, speaker: str) -> Quotation | None:
    """What ``speaker`` says in ``sentence``, or None where the sentence reports nothing of theirs."""
    text = sentence.text
    verbs = [m.span() for m in _VERB.finditer(_QUOTE.sub(lambda m: " " * len(m.group()), text))]
    names = _leading(
        text, [(m.start - sentence.start, m.end - sentence.start, m.name) for c in sentence.clauses for m in c.names]
    )
    quoted = [m.span() for m in _QUOTE.finditer(text)]
    for left, right, name in names:
        if not same_name(name, speaker) or any(start < left < end for start, end in quoted):
            continue
        for start, end in verbs:
            according = text[start:end].casefold().startswith("according")
            behind = 0 <= start - right <= _REACH and not according and not _between(names, right, start)
            ahead = (
                0 <= left - end <= 30 and not _between(names, end, left) and (according or _closes_quote(text, start))
            )
            if behind or ahead:
                return _said(text, name, end, ahead)
    return None


def speaker(sentence: Read) -> Quotation | None:
    """The quotation or reported speech in ``sentence`` with whoever it is attributed to."""
    people = dict.fromkeys(m.name for clause in sentence.clauses for m in clause.names)
    return next((found for name in people if (found := quotation(sentence, name))), None)


def _leading(text: str, names: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """``names`` without those inside a description of the name before: in "A, an aide to B, said" only A speaks."""
    kept: list[tuple[int, int, str]] = []
    for name in sorted(names):
        if kept:
            described = _APPOSITION.fullmatch(text, kept[-1][1], name[0])
            closed = described and re.match(r"[^,.;]{0,60},", text[name[1] :])
            if closed:
                continue
        kept.append(name)
    return kept


def _between(names: list[tuple[int, int, str]], left: int, right: int) -> bool:
    """Whether a name starts between two offsets: then the verb is someone else's."""
    return any(left < start < right for start, _, _ in names)


def _closes_quote(text: str, verb: int) -> bool:
    return text[:verb].rstrip().endswith(("”", '"', ","))


def _said(text: str, speaker: str, verb_end: int, inverted: bool) -> Quotation:
    quotes = [m for m in _QUOTE.finditer(text) if len(m.group().split()) > 1]
    if quotes:
        longest = max(quotes, key=lambda m: len(m.group()))
        return Quotation(speaker, longest.start(), longest.end(), direct=True)
    if inverted:
        return Quotation(speaker, 0, len(text), direct=False)
    start = verb_end
    match = re.match(r"[\s,]*(?:that\s+)?", text[start:])
    start += match.end() if match else 0
    end = len(text.rstrip(" .!?"))
    return Quotation(speaker, min(start, end), end, direct=False)
