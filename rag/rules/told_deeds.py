"""A verb in a sentence -> how it is told: of whom, as done, planned, doubted or denied."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from dateline.rag.english.tokens import wordset
from dateline.rag.rules.deed_words import (
    ADVERBS,
    AUXILIARIES,
    BE,
    BREAKS,
    CLAIMED,
    HAVE,
    MODALS,
    NOT,
    PREPOSITIONS,
    PRONOUNS,
    SAID,
    TIME,
    Word,
    is_content,
    is_finite,
    is_participle,
)

_DOUBTFUL = wordset("if unless before until lest as how why what")
"""Words that open a clause which need not be true."""

_DENIED = wordset("denied denies denying rejected dismissed")

_PLANS = wordset(
    "plan plans planned planning set scheduled expected due intends intended going prepared preparing poised vowed "
    "promised agreed decided hopes wants aims ready likely"
)

_DECLINED = wordset("refused refuses declined declines failed fails neglected yet")

_PUSHED_OFF = re.compile(
    r"(?:rejected|refused|dismissed|resisted|rebuffed) (?:\w+ )?(?:calls?|demands?|pressure|requests?) $"
)

_THANKED = re.compile(r"\b(?:thanked|praised|welcomed|criticised|criticized|condemned|hailed)\b.*\bdecision $")

_DENIED_REPORTS = re.compile(
    r"\b(?:denied|rejected|dismissed) (?:\w+ )?(?:reports|claims|rumou?rs|allegations|accusations|suggestions)$"
)

_SUCCEEDED = wordset("managed went continued")

HARDLY = wordset("nearly almost hardly barely virtually supposedly rarely")


@dataclass(frozen=True)
class ToldDeed:
    """How a verb is told: the words of its subject, the manner, whether denied, and whether its subject is done to."""

    subject: tuple[Word, ...]
    manner: Literal["past", "present", "future", "hedged", "open", "modal"]
    denied: bool
    passive: bool
    modal: str = ""
    lasting: bool = False


def told_deed(words: list[Word], at: int, depth: int = 0) -> ToldDeed | None:
    """How the verb ``words[at]`` is told, or None where it cannot be placed or is not asserted."""
    start = at
    while start > 0 and not re.search(r"[,;:—(]", words[start].gap):
        left = words[start - 1]
        if left.low in AUXILIARIES | NOT | ADVERBS or (left.low.endswith("ly") and not left.capital):
            start -= 1
        else:
            break
    group = [w.low for w in words[start:at]]
    word = words[at]
    before = words[start - 1].low if start else ""
    if before == "to" and not set(group) & AUXILIARIES:
        return _infinitive(words, start - 1, depth)
    if before == "of" and word.low.endswith("ing"):
        lead = [w.low for w in words[max(0, start - 3) : start - 1]]
        if lead[-2:] in (["stopped", "short"], ["fell", "short"], ["stopping", "short"]):
            told = told_deed(words, start - 3, depth + 1)
            return replace(told, denied=not told.denied) if told else None
        return None
    if word.low.endswith("ing") and not set(group) & BE:
        if words[at - 1].low in ("denied", "denies") and at and depth < 2:
            told = told_deed(words, at - 1, depth + 1)
            return replace(told, denied=True) if told and not told.denied else None
        return None
    joined = before in ("and", "or", "but", "then") and (start < 2 or not words[start - 2].capital or is_finite(word))
    denied = any(w in NOT or w.endswith("n't") for w in group)
    modals = [w for w in group if w in MODALS]
    passive = bool(set(group) & BE) and not word.low.endswith("ing") and is_participle(word)
    passive = passive or (
        word.low.endswith(("ed", "en")) and not set(group) & HAVE and at + 1 < len(words) and words[at + 1].low == "by"
    )
    manner: Literal["past", "present", "future", "hedged", "open", "modal"] = "past"
    if modals:
        modal = modals[-1]
        manner = "future" if modal in ("will", "shall", "won't", "would", "wouldn't") else "modal"
        if modal in ("may", "might", "could"):
            manner = "hedged"
        elif modal == "must" and "still" in group:
            manner = "future"
    elif "reportedly" in group or "allegedly" in group or "possibly" in group or "probably" in group:
        manner = "hedged"
    elif (
        word.low.endswith("ing")
        or (passive and set(group) & {"is", "are"} and "been" not in group)
        or (not group and not is_participle(word) and word.low != "had")
        or set(group) & {"does", "do", "doesn't", "don't"}
        or word.low in ("is", "are")
    ):
        manner = "present"
    if joined and depth < 3:
        told = _joined(words, start - 1, depth)
        if told is not None:
            shared = not set(group) & AUXILIARIES
            if shared and told.manner in ("future", "hedged", "modal", "open"):
                return replace(told, passive=False)
            return replace(told, manner=manner if told.manner != "open" else "open", denied=denied, passive=passive)
    if manner == "present" and not group and word.low not in BE and any(w.low in TIME for w in words):
        manner = "modal"  # "meets her on Friday" may be still to come
    subject = subject_before(words, start)
    if subject is None:
        return None
    own, opened = subject
    opener = words[opened - 1].low if opened else words[0].low
    if opener in ("when", "once", "after") and any(w.low == "will" for w in words):
        return None
    if (own and own[0].low in AUXILIARIES) or set(group) & HARDLY:
        return None
    if any(w.low in ("no", "neither", "nobody", "none") for w in own):
        denied = not denied
    governed = framing(words, opened)
    if governed == "none":
        return None
    if governed == "said" and len(own) == 1 and own[0].low in PRONOUNS:
        own = _speaker(words, opened) or own
    if governed == "open":
        return ToldDeed(own, "open", denied, passive)
    if governed == "hedged":
        manner = "hedged"
    if governed == "denied":
        if denied:
            return None
        denied = True
    if manner == "future" and "would" in " ".join(modals) and governed != "said":
        manner = "modal"
    lasting = bool(set(group) & {"has", "have", "hasn't", "haven't"}) or governed == "said"
    return ToldDeed(own, manner, denied, passive, modals[-1] if modals else "", lasting)


def _speaker(words: list[Word], opened: int) -> tuple[Word, ...] | None:
    """Who "he" is in "X said (that) he …": the one who says it."""
    at = opened - 2 if words[opened - 1].low == "that" else opened - 1
    if at < 1 or words[at].low not in SAID:
        return None
    if words[at].low.endswith("ing"):  # "X said …, adding that he …"
        at = next((i for i in range(at - 1, 0, -1) if words[i].low in SAID and not words[i].quoted), 0)
        if at == 0:
            return None
    found = subject_before(words, at)
    return found[0] if found else None


def _joined(words: list[Word], conjunction: int, depth: int) -> ToldDeed | None:
    """How the verb before "and" is told, whose subject the verb behind it shares."""
    for i in range(conjunction - 1, -1, -1):
        if words[i].low in BREAKS:
            return None
        if is_finite(words[i]) and not words[i].quoted and words[i].low not in AUXILIARIES:
            return told_deed(words, i, depth + 1)
    return None


def _infinitive(words: list[Word], to: int, depth: int) -> ToldDeed | None:
    """How "to do" is told: by the verb that leads to it."""
    if to < 1 or depth > 2:
        return None
    lead = words[to - 1].low
    text = " ".join(w.low for w in words[:to]) + " "
    if _PUSHED_OFF.search(text):
        at = next(
            i
            for i in range(to - 1, -1, -1)
            if words[i].low in ("rejected", "refused", "dismissed", "resisted", "rebuffed")
        )
        told = told_deed(words, at, depth + 1)
        return replace(told, denied=True, passive=False) if told and not told.denied else None
    if _THANKED.search(text):
        owner = next((w for w in reversed(words[: to - 1]) if w.owner), None)
        return ToldDeed((replace(owner, owner=False),), "past", False, False) if owner else None
    if lead == "on" and to > 1 and words[to - 2].low == "went":
        return told_deed(words, to - 2, depth + 1)
    if lead not in _DECLINED | _PLANS | _SUCCEEDED:
        return None
    told = told_deed(words, to - 1 if lead != "yet" else to - 2, depth + 1)
    if lead == "yet":
        subject = subject_before(words, to - 2) if words[to - 2].low in HAVE else None
        return ToldDeed(subject[0], "past", True, False) if subject else None
    if lead in ("due", "going", "ready", "likely", "set", "poised") and words[to - 2].low in BE | NOT:
        i = to - 2
        while i > 0 and words[i - 1].low in AUXILIARIES | NOT | ADVERBS:
            i -= 1
        subject = subject_before(words, i)
        if subject is None or framing(words, subject[1]) not in ("", "said"):
            return None
        return ToldDeed(subject[0], "future", any(w.low in NOT for w in words[i : to - 1]), False)
    if told is None or told.manner not in ("past", "present"):
        return None
    if lead in _DECLINED:
        return None if told.denied else replace(told, manner="past", denied=True, passive=False)
    if lead in _PLANS:
        return None if told.denied else replace(told, manner="future", passive=False)
    return replace(told, passive=False)


def subject_before(words: list[Word], end: int) -> tuple[tuple[Word, ...], int] | None:
    """The words of the subject of the verb group that starts at ``end``, and where its clause opens."""
    if end == 0:
        return None
    if words[end - 1].low in ("who", "which", "that") and end > 1:
        own, opened = _phrase(words, end - 1)
        return _member(words, opened) or (own, opened)
    if "," in words[end].gap:
        opened = _opening(words, end)
        parts: list[list[Word]] = [[]]
        for i in range(opened, end):
            if "," in words[i].gap and i > opened:
                parts.append([])
            parts[-1].append(words[i])
        for part in parts[:-1]:
            if not _adverbial(part):
                return tuple(part), opened
        return None
    own, opened = _phrase(words, end)
    return (own, opened) if own else None


def _member(words: list[Word], start: int) -> tuple[tuple[Word, ...], int] | None:
    """The subject of "X was among the countries that …": a member of the group did what the group did."""
    for i in range(start, max(0, start - 6), -1):
        if words[i].low in ("among", "of") and words[i - 1].low in BE | {"one"}:
            verb = i - 1 if words[i - 1].low in BE else i - 2
            if verb > 0 and words[verb].low in BE:
                return _phrase(words, verb)
    return None


def _opening(words: list[Word], end: int) -> int:
    """Where the clause that holds ``end`` opens: behind ";", "that", "while", a verb of saying …."""
    for i in range(end - 1, -1, -1):
        if re.search(r"[;:—(]|[.!?][”\"]?\s", words[i].gap) and i < end:
            return i
        if words[i].low in BREAKS - {"who", "which", "whose", "whom"} or words[i].low in SAID | CLAIMED:
            return i + 1
    return 0


def _phrase(words: list[Word], end: int) -> tuple[tuple[Word, ...], int]:
    """The noun phrase that ends before ``end``, and where it opens."""
    i = end
    while i > 0:
        word = words[i - 1]
        if (
            word.low in BREAKS
            or word.low in SAID | CLAIMED | _DENIED
            or (is_finite(word) and i < end and not words[i - 1].owner and not _reduced(words, i - 1))
        ):
            break
        i -= 1
        if re.search(r"[,;:—(]|[.!?][”\"]?\s", words[i].gap):
            break
    return tuple(words[i:end]), i


def _reduced(words: list[Word], at: int) -> bool:
    """Whether a participle only describes the noun before it: "a group led by a general"."""
    if at < 1 or at + 1 >= len(words) or words[at + 1].low != "by" or "," in words[at].gap:
        return False
    return is_content(words[at - 1]) and not is_finite(words[at - 1]) and not words[at - 1].low.endswith("ly")


def _adverbial(part: list[Word]) -> bool:
    return not part or part[0].low in PREPOSITIONS | TIME | BREAKS or part[0].low.endswith(("ly", "ing"))


def framing(words: list[Word], opened: int) -> Literal["", "said", "hedged", "denied", "open", "none"]:
    """What the words before a clause make of it."""
    if opened == 0:
        return ""
    before = words[opened - 1].low
    negated = any(
        w.low in NOT or w.low.endswith("n't") or w.low in ("no", "to") for w in words[max(0, opened - 5) : opened - 1]
    )
    if before == "whether":
        return "open"
    if before in _DOUBTFUL:
        return "none"
    lead = before
    if before == "that" and opened > 1:
        lead = words[opened - 2].low
    if before == "that" and _DENIED_REPORTS.search(" ".join(w.low for w in words[max(0, opened - 5) : opened - 1])):
        return "denied"
    if opened == 1 and before == "that" and not words[0].capital:
        return "said"
    if lead in SAID:
        return "none" if negated else "said"
    if lead in CLAIMED:
        return "hedged"
    if lead in _DENIED:
        return "none" if negated else "denied"
    if before == "that":
        said = next((w.low for w in reversed(words[max(0, opened - 5) : opened - 1]) if w.low in SAID), "")
        return "said" if said == "told" else "none"
    if before in BREAKS or "," in words[opened].gap or ";" in words[opened].gap or ":" in words[opened].gap:
        earlier = [w.low for w in words[:opened]]
        if "if" in earlier or "unless" in earlier:
            return "none"
        return "said" if set(earlier) & SAID else ""
    if re.search(r"[—(]|[.!?]", words[opened].gap):
        return ""
    told = next((w.low for w in reversed(words[max(0, opened - 4) : opened]) if w.low in SAID), "")
    return "said" if told == "told" else "none"
