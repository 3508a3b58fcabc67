"""Did X …? — what one sentence says to a yes/no question.

A verdict is given only where a sentence tells of the asked deed itself: its verb (or a phrase that means the same)
with the asked subject and object in their roles, outside quotation marks, told as fact in a tense that fits. The
reading is made at function words and word forms, without a parser; whatever it cannot place gives no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from rag.people import TITLES
from rag.question import Question
from rag.tokens import IRREGULAR_FORMS, Token, tokens, wordset

Verdict = Literal["yes", "no", "planned", "hedged", "open"]

LEADS: dict[Verdict | None, str] = {
    "yes": "**Yes.**",
    "no": "**No.**",
    "planned": "**Planned or expected, not reported as done.**",
    "hedged": "**Reported as possible, not as fact.**",
    "open": "**Left open.**",
}
"""The words a verdict is given in."""

_BE = wordset("is are was were be been being am isn't aren't wasn't weren't")
_HAVE = wordset("has have had having hasn't haven't hadn't")
_DO = wordset("did does do didn't doesn't don't")
_MODALS = wordset("will would can could may might must shall should won't wouldn't can't couldn't shouldn't cannot")
_NOT = wordset("not never neither nor cannot")
_ADVERBS = wordset(
    "also already still since once again just then both all ever even now later earlier twice long often"
)
_AUXILIARIES = _BE | _HAVE | _DO | _MODALS
_PREPOSITIONS = wordset(
    "of in on at to from with by for into about against over under through during near off among amid without "
    "concerning regarding between across inside outside towards toward within following alongside despite since than"
)
_BREAKS = wordset(
    "that which who whom whose while whereas although though when where after before until because as if unless "
    "whether but so lest how why what"
)
_DOUBTFUL = wordset("if unless before until lest as how why what")
"""Words that open a clause which need not be true."""
_SAID = wordset(
    "said says say told added adding stated stating noted noting announced reported reports confirmed confirms insisted "
    "acknowledged admitted revealed showed shows explained saying confirming"
)
_CLAIMED = wordset(
    "claimed claims claiming alleged alleges alleging suggested suggests rumoured rumored "
    "predicted predicts believes believed argued argues"
)
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
_TIME = wordset(
    "monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow january february march april june "
    "july august september october november december last next this week month year night morning evening afternoon "
    "weekend earlier later meanwhile recently now again twice once separately however soon overnight"
)
_HARDLY = wordset("nearly almost hardly barely virtually supposedly rarely")
_PARTICLES = wordset("out up down away back")
_VAGUE = wordset("yet ever already recently so far time really actually just still also any")
_ARTICLES = wordset("the a an his her its their our my this that these those some any both")
_PRONOUNS = wordset("he she they it")
_ANYONE = wordset("anyone anybody someone somebody people")
_NOBODY = wordset("nobody none")
_OTHERWISE = wordset("former deputy vice assistant ex acting fake alleged draft proposed rival second")
"""Words that make their noun mean someone or something else."""
_STATE = wordset("officials authorities government forces army military troops navy warplanes jets")
"""Heads that act for the country named in front of them."""
_SAME_PREPOSITION = [
    wordset("in at on inside within"),
    wordset("about over on concerning regarding"),
    wordset("with to"),
    wordset("to towards toward"),
    wordset("during in amid"),
]
_SLACK = wordset("against about over concerning regarding on")
_MEANINGS = [
    wordset("speak talk convers"),
    wordset("call phone telephon"),
    wordset("attack strike bomb shell raid"),
    wordset("move shift reloc transfer"),
    wordset("adopt pass approv"),
    wordset("buy acquir purchas"),
    wordset("arrest detain"),
    wordset("close shut"),
    wordset("resign quit"),
    wordset("reject dismiss"),
    wordset("begin start"),
    wordset("share"),
]
"""Stems of verbs that tell of one deed."""
_NOUNS = {
    "speak": wordset("talk convers call discuss contact"),
    "talk": wordset("talk convers call discuss contact"),
    "call": wordset("call"),
    "phone": wordset("call"),
    "meet": wordset("meet"),
    "visit": wordset("visit"),
    "attack": wordset("attack strike raid assault"),
    "strike": wordset("attack strike raid"),
    "oppos": wordset("opposit"),
    "discuss": wordset("discuss"),
}
"""Verb stem -> stems of the nouns that name its deed behind a light verb: "held talks with"."""
_LIGHT = wordset(
    "hold have has had held holding pay paid launch launched launches made make carried express expressed conducted staged gave"
)
_SYMMETRIC = wordset("speak talk meet convers")
_DYING = wordset("die kill")
_KEPT = wordset("remain remains remained stay stayed stays became becomes")
_SPAN_OF_QUOTE = re.compile(r"“[^”]*(?:”|$)|\"[^\"]*(?:\"|$)|^[^“”]*”")


@dataclass(frozen=True)
class _Word:
    """One word: its lower-case form and stem, whether it is a possessive, in quotes, and what stands before it."""

    low: str
    stem: str
    capital: bool
    owner: bool
    quoted: bool
    gap: str


@dataclass(frozen=True)
class _Reading:
    """One way to take a question apart; ``verb`` is "be" for "Is X a …?" and "there" for "Were there …?"."""

    tense: Literal["past", "present", "future", "modal"]
    subject: tuple[_Word, ...]
    verb: str
    passive: bool
    chunks: tuple[tuple[str, tuple[_Word, ...]], ...]
    modal: str = ""


@dataclass(frozen=True)
class _Told:
    """How a verb is told: the words of its subject, the manner, whether denied, and whether its subject is done to."""

    subject: tuple[_Word, ...]
    manner: Literal["past", "present", "future", "hedged", "open", "modal"]
    denied: bool
    passive: bool
    modal: str = ""
    lasting: bool = False


def holds(asked: Question, text: str) -> float:
    """The share of the question's terms that ``text`` has; "Iranian" counts for "Iran"."""
    have = tokens(text)
    return sum(any(_meets(term, word) for word in have) for term in asked.terms) / max(1, len(asked.terms))


def relation_held(asked: Question, text: str) -> bool:
    """Whether ``text`` states the deed that is asked about, so that there is a verdict."""
    return verdict(asked, text) is not None


def verb_held(asked: Question, text: str) -> bool:
    """Whether ``text`` tells of the question's deed, be it as done, denied or planned."""
    return verdict(asked, text) is not None


def names_held(asked: Question, text: str) -> bool:
    """Whether every name of the question is in ``text``, at least by its last word."""
    have = tokens(text)
    return all(any(_meets(tokens(name)[-1].stem, word) for word in have) for name in asked.names)


def verdict(asked: Question, text: str) -> Verdict | None:
    """What ``text``, one sentence or clause, says to ``asked``; None where it does not tell of the very deed.

    A name of the question that is not in ``text`` may be meant by a pronoun or description there only if the
    question has several names: callers that resolve references pass clauses in which all names take part.
    """
    if text.rstrip(' ”"').endswith("?"):
        return None
    words = _words(text)
    claimed = any(w.low in _CLAIMED for w in words[-3:])
    found: set[Verdict] = set()
    for reading in _readings(asked):
        for said in _said(reading, words, len(asked.names) > 1):
            found.add("hedged" if claimed and said in ("yes", "no") else said)
    if {"yes", "no"} <= found:
        return None
    order: tuple[Verdict, ...] = ("yes", "no", "planned", "hedged", "open")
    return next((v for v in order if v in found), None)


# --- the question -----------------------------------------------------------------------------------------------


def _words(text: str) -> list[_Word]:
    quotes = [m.span() for m in _SPAN_OF_QUOTE.finditer(text)]
    found: list[_Word] = []
    last = 0
    for token in tokens(text):
        quoted = any(a <= token.start < b for a, b in quotes)
        owner = text[token.end : token.end + 2] in ("’s", "'s") or text[token.end - 1 : token.end + 1] in ("s’", "s'")
        low = token.text.casefold().replace("’", "'")
        gap = re.sub(r"^[’']s?", "", text[last : token.start])
        found.append(_Word(low, token.stem, token.capital, owner, quoted, gap))
        last = token.end
    return found


def _readings(asked: Question) -> Iterator[_Reading]:
    """Every split of the question into subject, verb and rest; wrong ones find no sentence that fits."""
    words = _words(asked.text)
    if len(words) < 2:
        return
    first, rest = words[0].low, words[1:]
    rest = [w for w in rest if w.low not in _VAGUE and w.low != "not"]
    tense: Literal["past", "present", "future", "modal"] = "past"
    base = first.removesuffix("n't")
    if base in ("will", "wo", "shall"):
        tense = "future"
    elif first in _MODALS:
        tense = "modal"
    elif base in ("does", "do", "is", "are"):
        tense = "present"
    if rest and rest[0].low == "there":
        yield _Reading(tense, (), "there", False, _chunks(rest[1:]))
        return
    for i in range(1, len(rest)):
        subject, word = tuple(rest[:i]), rest[i]
        if not any(_content(w) or w.low in _ANYONE for w in subject) or word.capital:
            continue
        if any(w.low in _AUXILIARIES for w in subject) or word.low in _PARTICLES:
            break
        if word.low == "have":
            yield _Reading(tense, subject, "have", False, _chunks(rest[i + 1 :]), base)
            break
        if base in _BE:
            if word.low == "going" and [w.low for w in rest[i + 1 : i + 2]] == ["to"] and i + 2 < len(rest):
                yield _Reading("future", subject, rest[i + 2].stem, False, _chunks(rest[i + 3 :]))
            elif _participle(word):
                yield _Reading(
                    "past" if base in ("was", "were") else tense, subject, word.stem, True, _chunks(rest[i + 1 :])
                )
        elif base in _HAVE and word.low == "been" and i + 1 < len(rest) and _participle(rest[i + 1]):
            yield _Reading("past", subject, rest[i + 1].stem, True, _chunks(rest[i + 2 :]))
        elif base in _HAVE and not _participle(word):
            continue
        elif word.low == "be" and i + 1 < len(rest) and _participle(rest[i + 1]):
            yield _Reading(tense, subject, rest[i + 1].stem, True, _chunks(rest[i + 2 :]), base)
        elif _content(word) or word.low in ("take", "give", "make", "get", "go", "gave", "taken", "made", "given"):
            if word.low == "plan" and [w.low for w in rest[i + 1 : i + 2]] == ["to"] and i + 2 < len(rest):
                yield _Reading("future", subject, rest[i + 2].stem, False, _chunks(rest[i + 3 :]))
            yield _Reading(tense, subject, word.stem, False, _chunks(rest[i + 1 :]), base)
    if base in _BE:
        for i in range(1, len(rest)):
            if any(_content(w) for w in rest[:i]) and (not rest[i].capital or rest[i - 1].capital):
                yield _Reading(tense, tuple(rest[:i]), "be", False, _chunks(rest[i:]))


def _chunks(words: list[_Word]) -> tuple[tuple[str, tuple[_Word, ...]], ...]:
    """The rest of a question cut at its prepositions: ("", object), ("with", …), …."""
    chunks: list[tuple[str, list[_Word]]] = [("", [])]
    for word in words:
        if word.low in _PREPOSITIONS and not word.capital:
            chunks.append((word.low, []))
        elif (_content(word) or word.capital) and word.low not in _ADVERBS:
            chunks[-1][1].append(word)
    return tuple((p, tuple(ws)) for p, ws in chunks if ws or p)


def _content(word: _Word) -> bool:
    return word.low not in _AUXILIARIES | _ARTICLES | _PREPOSITIONS | _BREAKS | _NOT | {"and", "or", "there"}


def _participle(word: _Word) -> bool:
    return word.low.endswith("ed") or word.low in IRREGULAR_FORMS or word.low in _UNCHANGED | {"taken", "made", "given"}


_UNCHANGED = wordset("hit cut put shut set hurt split cost let beat")
_FINITE = wordset("took gave made went came became got did was were had has is are")


def _finite(word: _Word) -> bool:
    """Whether the word is a verb that can carry a clause, by its form."""
    return not word.capital and (_participle(word) or word.low in _FINITE)


# --- the sentence -----------------------------------------------------------------------------------------------


def _said(asked: _Reading, words: list[_Word], resolved: bool) -> Iterator[Verdict]:
    """The verdict of every place in the sentence that tells of the deed with its subject and object in their roles."""
    if asked.verb == "there":
        yield from _existence(asked, words)
        return
    if asked.verb == "be":
        yield from _being(asked, words, resolved)
        return
    if asked.subject and all(w.low in _ANYONE for w in asked.subject):
        yield from _nobody(asked, words)
    meanings = next((m for m in _MEANINGS if asked.verb in m), frozenset([asked.verb]))
    for at, word in enumerate(words):
        if word.quoted or (word.capital and at > 0):
            continue
        owned = asked.verb == "have" and word.low in ("has", "have", "had")
        if owned and at + 1 < len(words) and (_participle(words[at + 1]) or words[at + 1].low in _NOT | {"been", "to"}):
            continue
        if word.stem in meanings or owned or (asked.verb == "die" and word.stem == "kill"):
            told = _told(words, at)
            if told is None:
                continue
            flipped = asked.verb == "die" and word.stem == "kill"
            if flipped and not told.passive:
                continue
            yield from _weigh(asked, told, words, at + 1, resolved, flipped=flipped)
        elif word.low in _LIGHT and asked.verb in _NOUNS:
            yield from _light(asked, words, at, resolved)
        elif word.low in ("on", "during") and asked.verb in _NOUNS:
            yield from _underway(asked, words, at)
        elif word.low == "contact" and asked.verb in _SYMMETRIC and at > 1 and words[at - 1].low == "in":
            be = next((i for i in range(at - 2, -1, -1) if words[i].low not in _NOT | _ADVERBS), 0)
            told = _told(words, be) if words[be].low in _BE else None
            if told is not None:
                denied = told.denied != any(w.low in _NOT for w in words[be:at])
                yield from _weigh(asked, replace(told, denied=denied, passive=False), words, at + 1, resolved)
        elif word.low in ("receiv", "received", "receives") and asked.verb in ("call", "phone", "speak", "talk"):
            yield from _received(asked, words, at, resolved)
        elif word.low in ("held", "host", "hosted", "hosts") and asked.verb == "take":
            yield from _hosted(asked, words, at)


def _told(words: list[_Word], at: int, depth: int = 0) -> _Told | None:
    """How the verb ``words[at]`` is told, or None where it cannot be placed or is not asserted."""
    start = at
    while start > 0 and not re.search(r"[,;:—(]", words[start].gap):
        left = words[start - 1]
        if left.low in _AUXILIARIES | _NOT | _ADVERBS or (left.low.endswith("ly") and not left.capital):
            start -= 1
        else:
            break
    group = [w.low for w in words[start:at]]
    word = words[at]
    before = words[start - 1].low if start else ""
    if before == "to" and not set(group) & _AUXILIARIES:
        return _infinitive(words, start - 1, depth)
    if before == "of" and word.low.endswith("ing"):
        lead = [w.low for w in words[max(0, start - 3) : start - 1]]
        if lead[-2:] in (["stopped", "short"], ["fell", "short"], ["stopping", "short"]):
            told = _told(words, start - 3, depth + 1)
            return replace(told, denied=not told.denied) if told else None
        return None
    if word.low.endswith("ing") and not set(group) & _BE:
        if words[at - 1].low in ("denied", "denies") and at and depth < 2:
            told = _told(words, at - 1, depth + 1)
            return replace(told, denied=True) if told and not told.denied else None
        return None
    joined = before in ("and", "or", "but", "then") and (start < 2 or not words[start - 2].capital or _finite(word))
    denied = any(w in _NOT or w.endswith("n't") for w in group)
    modals = [w for w in group if w in _MODALS]
    passive = bool(set(group) & _BE) and not word.low.endswith("ing") and _participle(word)
    passive = passive or (
        word.low.endswith(("ed", "en")) and not set(group) & _HAVE and at + 1 < len(words) and words[at + 1].low == "by"
    )
    manner: Literal["past", "present", "future", "hedged", "open", "modal"] = "past"
    if modals:
        modal = modals[-1]
        manner = "future" if modal in ("will", "shall", "won't", "would", "wouldn't") else "modal"
        if modal in ("may", "might", "could"):
            manner = "hedged"
    elif "reportedly" in group or "allegedly" in group or "possibly" in group or "probably" in group:
        manner = "hedged"
    elif (
        word.low.endswith("ing")
        or (passive and set(group) & {"is", "are"} and "been" not in group)
        or (not group and not _participle(word) and word.low != "had")
        or set(group) & {"does", "do", "doesn't", "don't"}
        or word.low in ("is", "are")
    ):
        manner = "present"
    if joined and depth < 3:
        told = _joined(words, start - 1, depth)
        if told is not None:
            shared = not set(group) & _AUXILIARIES
            if shared and told.manner in ("future", "hedged", "modal", "open"):
                return replace(told, passive=False)
            return replace(told, manner=manner if told.manner != "open" else "open", denied=denied, passive=passive)
    if manner == "present" and not group and word.low not in _BE and any(w.low in _TIME for w in words):
        manner = "modal"  # "meets her on Friday" may be still to come
    subject = _subject(words, start)
    if subject is None:
        return None
    own, opened = subject
    opener = words[opened - 1].low if opened else words[0].low
    if opener in ("when", "once", "after") and any(w.low == "will" for w in words):
        return None
    if (own and own[0].low in _AUXILIARIES) or set(group) & _HARDLY:
        return None
    if any(w.low in ("no", "neither", "nobody", "none") for w in own):
        denied = not denied
    governed = _governed(words, opened)
    if governed == "none":
        return None
    if governed == "said" and len(own) == 1 and own[0].low in _PRONOUNS:
        own = _speaker(words, opened) or own
    if governed == "open":
        return _Told(own, "open", denied, passive)
    if governed == "hedged":
        manner = "hedged"
    if governed == "denied":
        if denied:
            return None
        denied = True
    if manner == "future" and "would" in " ".join(modals) and governed != "said":
        manner = "modal"
    lasting = bool(set(group) & {"has", "have", "hasn't", "haven't"}) or governed == "said"
    return _Told(own, manner, denied, passive, modals[-1] if modals else "", lasting)


def _speaker(words: list[_Word], opened: int) -> tuple[_Word, ...] | None:
    """Who "he" is in "X said (that) he …": the one who says it."""
    at = opened - 2 if words[opened - 1].low == "that" else opened - 1
    if at < 1 or words[at].low not in _SAID or words[at].low.endswith("ing"):
        return None
    found = _subject(words, at)
    return found[0] if found else None


def _joined(words: list[_Word], conjunction: int, depth: int) -> _Told | None:
    """How the verb before "and" is told, whose subject the verb behind it shares."""
    for i in range(conjunction - 1, -1, -1):
        if words[i].low in _BREAKS:
            return None
        if _finite(words[i]) and not words[i].quoted and words[i].low not in _AUXILIARIES:
            return _told(words, i, depth + 1)
    return None


def _infinitive(words: list[_Word], to: int, depth: int) -> _Told | None:
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
        told = _told(words, at, depth + 1)
        return replace(told, denied=True, passive=False) if told and not told.denied else None
    if _THANKED.search(text):
        owner = next((w for w in reversed(words[: to - 1]) if w.owner), None)
        return _Told((replace(owner, owner=False),), "past", False, False) if owner else None
    if lead == "on" and to > 1 and words[to - 2].low == "went":
        return _told(words, to - 2, depth + 1)
    if lead not in _DECLINED | _PLANS | _SUCCEEDED:
        return None
    told = _told(words, to - 1 if lead != "yet" else to - 2, depth + 1)
    if lead == "yet":
        subject = _subject(words, to - 2) if words[to - 2].low in _HAVE else None
        return _Told(subject[0], "past", True, False) if subject else None
    if lead in ("due", "going", "ready", "likely", "set", "poised") and words[to - 2].low in _BE | _NOT:
        i = to - 2
        while i > 0 and words[i - 1].low in _AUXILIARIES | _NOT | _ADVERBS:
            i -= 1
        subject = _subject(words, i)
        if subject is None or _governed(words, subject[1]) not in ("", "said"):
            return None
        return _Told(subject[0], "future", any(w.low in _NOT for w in words[i : to - 1]), False)
    if told is None or told.manner not in ("past", "present"):
        return None
    if lead in _DECLINED:
        return None if told.denied else replace(told, manner="past", denied=True, passive=False)
    if lead in _PLANS:
        return None if told.denied else replace(told, manner="future", passive=False)
    return replace(told, passive=False)


def _subject(words: list[_Word], end: int) -> tuple[tuple[_Word, ...], int] | None:
    """The words of the subject of the verb group that starts at ``end``, and where its clause opens."""
    if end == 0:
        return None
    if words[end - 1].low in ("who", "which", "that") and end > 1:
        own, opened = _phrase(words, end - 1)
        return _member(words, opened) or (own, opened)
    if "," in words[end].gap:
        opened = _opening(words, end)
        parts: list[list[_Word]] = [[]]
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


def _member(words: list[_Word], start: int) -> tuple[tuple[_Word, ...], int] | None:
    """The subject of "X was among the countries that …": a member of the group did what the group did."""
    for i in range(start, max(0, start - 6), -1):
        if words[i].low in ("among", "of") and words[i - 1].low in _BE | {"one"}:
            verb = i - 1 if words[i - 1].low in _BE else i - 2
            if verb > 0 and words[verb].low in _BE:
                return _phrase(words, verb)
    return None


def _opening(words: list[_Word], end: int) -> int:
    """Where the clause that holds ``end`` opens: behind ";", "that", "while", a verb of saying …."""
    for i in range(end - 1, -1, -1):
        if re.search(r"[;:—(]|[.!?][”\"]?\s", words[i].gap) and i < end:
            return i
        if words[i].low in _BREAKS - {"who", "which", "whose", "whom"} or words[i].low in _SAID | _CLAIMED:
            return i + 1
    return 0


def _phrase(words: list[_Word], end: int) -> tuple[tuple[_Word, ...], int]:
    """The noun phrase that ends before ``end``, and where it opens."""
    i = end
    while i > 0:
        word = words[i - 1]
        if (
            word.low in _BREAKS
            or word.low in _SAID | _CLAIMED | _DENIED
            or (_finite(word) and i < end and not words[i - 1].owner)
        ):
            break
        i -= 1
        if re.search(r"[,;:—(]|[.!?][”\"]?\s", words[i].gap):
            break
    return tuple(words[i:end]), i


def _adverbial(part: list[_Word]) -> bool:
    return not part or part[0].low in _PREPOSITIONS | _TIME | _BREAKS or part[0].low.endswith(("ly", "ing"))


def _governed(words: list[_Word], opened: int) -> Literal["", "said", "hedged", "denied", "open", "none"]:
    """What the words before a clause make of it."""
    if opened == 0:
        return ""
    before = words[opened - 1].low
    negated = any(
        w.low in _NOT or w.low.endswith("n't") or w.low in ("no", "to") for w in words[max(0, opened - 5) : opened - 1]
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
    if lead in _SAID:
        return "none" if negated else "said"
    if lead in _CLAIMED:
        return "hedged"
    if lead in _DENIED:
        return "none" if negated else "denied"
    if before == "that":
        said = next((w.low for w in reversed(words[max(0, opened - 5) : opened - 1]) if w.low in _SAID), "")
        return "said" if said == "told" else "none"
    if before in _BREAKS or "," in words[opened].gap or ";" in words[opened].gap or ":" in words[opened].gap:
        earlier = [w.low for w in words[:opened]]
        if "if" in earlier or "unless" in earlier:
            return "none"
        return "said" if set(earlier) & _SAID else ""
    if re.search(r"[—(]|[.!?]", words[opened].gap):
        return ""
    told = next((w.low for w in reversed(words[max(0, opened - 4) : opened]) if w.low in _SAID), "")
    return "said" if told == "told" else "none"


# --- roles ------------------------------------------------------------------------------------------------------


def _weigh(
    asked: _Reading, told: _Told, words: list[_Word], behind: int, resolved: bool, *, flipped: bool = False
) -> Iterator[Verdict]:
    """The verdict of a verb told as ``told`` with ``words[behind:]`` after it."""
    goal = [w for p, ws in asked.chunks if p == "" for w in ws]
    others = [(p, ws) for p, ws in asked.chunks if p]
    after = _clause_after(words, behind)
    if (goal[0].low if goal and goal[0].low in _PARTICLES else "") != (
        after[0].low if after and after[0].low in _PARTICLES else ""
    ):
        return
    if after and after[0].low in _PARTICLES:
        goal, after = goal[1:], after[1:]
    turned = _turned(others, after)
    denied = told.denied != turned
    passive = told.passive and not flipped
    if asked.passive == passive:
        if asked.verb in _SYMMETRIC and _exchanged(asked, told, after, words, resolved):
            others = [(p, ws) for p, ws in others if p not in ("with", "to")]
            goal = []
        elif not _same(asked.subject, told.subject, words, resolved):
            return
        objects, _ = _objects(after)
        if goal and not _fits(tuple(goal), objects):
            return
    elif asked.passive and not passive:
        objects, _ = _objects(after)
        if not _fits(asked.subject, objects):
            return
        by = [ws for p, ws in others if p == "by"]
        if by and not _same(by[0], told.subject, words, resolved):
            return
        others = [(p, ws) for p, ws in others if p != "by"]
    else:
        actor = _behind(after, "by")
        if actor is None or not _heads_match(asked.subject, actor) or not _heads_match(tuple(goal), list(told.subject)):
            return
    if any(w.low == "no" for w in after[:2]):
        denied = not denied
    for preposition, wanted in others:
        if turned and preposition in ("for", "against"):
            continue
        if not _adjunct(preposition, wanted, after, told, words):
            return
    verdict = _verdict(asked, told, denied)
    if verdict is not None:
        yield verdict


def _verdict(asked: _Reading, told: _Told, denied: bool) -> Verdict | None:
    """What a deed told in a manner says to a question in a tense."""
    answer: Verdict = "no" if denied else "yes"
    if told.manner == "open":
        return "open"
    if told.manner == "hedged":
        return "hedged"
    if asked.tense == "modal":
        return answer if told.modal.removesuffix("n't") == asked.modal else None
    if asked.tense == "future":
        return answer if told.manner == "future" else None
    if told.manner == "future":
        return None if denied else "planned"
    if told.manner == "modal" or (asked.tense == "present" and told.manner == "past" and not told.lasting):
        return None
    return answer


def _clause_after(words: list[_Word], start: int) -> list[_Word]:
    """The words behind a verb up to the end of its clause."""
    found: list[_Word] = []
    for at, word in enumerate(words[start:], start=start):
        if word.low in _BREAKS or re.search(r"[;:—(]|[.!?][”\"]?\s", word.gap):
            break
        if found and "," in word.gap and any(w.low in _SAID | _CLAIMED for w in words[at : at + 8]):
            break
        if (
            found
            and "," in word.gap
            and (word.low in _SAID or word.low.endswith("ing") or word.low in ("and", "with", "including"))
        ):
            break
        if found and found[-1].low == "and" and not word.capital and (_finite(word) or word.low.endswith("s")):
            return found[:-1]
        found.append(word)
    return found


def _objects(after: list[_Word]) -> tuple[list[list[_Word]], int]:
    """The noun phrases directly behind a verb (several where joined by "and"), and how far they reach."""
    phrases: list[list[_Word]] = [[]]
    for i, word in enumerate(after):
        if word.low in _PREPOSITIONS and not word.capital:
            title = phrases[-1] and phrases[-1][-1].low in TITLES and word.low == "of"
            if not title:
                return [p for p in phrases if p], i
        elif word.low in ("and", "or"):
            phrases.append([])
            continue
        elif _finite(word) and i > 0:
            if len(phrases) > 1:
                phrases.pop()
            return [p for p in phrases if p], i
        elif "," in word.gap and phrases[-1]:
            following = after[i + 1] if i + 1 < len(after) else None
            if not word.capital or following is None or not ("," in following.gap or following.low == "and"):
                return [p for p in phrases if p], i
            phrases.append([])
        if word.low in _TIME and phrases[-1] and not (word.low in ("last", "next", "this") and i == 0):
            return [p for p in phrases if p], i
        phrases[-1].append(word)
    return [p for p in phrases if p], len(after)


def _fits(wanted: tuple[_Word, ...], phrases: list[list[_Word]]) -> bool:
    """Whether one of the object's phrases is what was asked, by its head and its other words."""
    return any(_heads_match(wanted, phrase) for phrase in phrases)


def _same(wanted: tuple[_Word, ...], phrase: tuple[_Word, ...], words: list[_Word], resolved: bool) -> bool:
    """Whether ``phrase`` is the asked subject, or a pronoun or description of it where its name is not in the text."""
    if wanted and all(w.low in _ANYONE for w in wanted):
        return bool(phrase)
    own = _stripped(list(phrase))
    if own and own[0].low in ("a", "an", "another") and wanted[0].low == "the" and not wanted[-1].capital:
        return False
    if _heads_match(wanted, own):
        return True
    if not resolved or not wanted[-1].capital or any(_equal(wanted[-1], w) for w in words):
        return False
    if not own:
        return False
    return own[-1].low in _PRONOUNS or (
        phrase[-len(own)].low in ("the", "both") or own[0].low in ("the", "both", "two")
    )


def _stripped(phrase: list[_Word]) -> list[_Word]:
    """A noun phrase without what stands around it: conjunctions, adverbs, "on Monday" in front."""
    own = list(phrase)
    while own:
        first = own[0]
        if first.low in _PREPOSITIONS:
            i = 1
            while i < len(own) and (own[i].low in _TIME or own[i].low[:1].isdigit() or own[i].low in ("the", "of")):
                i += 1
            if i == 1 or i >= len(own):
                return own if i == 1 else []
            own = own[i:]
        elif first.low in _TIME | {"and", "but", "also", "then"} or first.low in _BREAKS:
            own = own[1:]
        else:
            break
    return own


def _heads_match(wanted: tuple[_Word, ...], phrase: list[_Word]) -> bool:
    """Whether a noun phrase means ``wanted``: the same head, every word of ``wanted`` in it, and no other owner."""
    goal = [w for w in wanted if w.low not in _ARTICLES]
    own = _stripped(list(phrase))
    if not goal or not own:
        return False
    if any(w.low == "and" for w in goal):
        at = next(i for i, w in enumerate(goal) if w.low == "and")
        return _heads_match(tuple(goal[:at]), own) and _heads_match(tuple(goal[at + 1 :]), own)
    parts: list[list[_Word]] = [[]]
    for word in own:
        if word.low in ("and", "or") or ("," in word.gap and parts[-1]):
            parts.append([])
            if word.low in ("and", "or"):
                continue
        parts[-1].append(word)
    inside = next((i for i, part in enumerate(parts) if any(w.low in _PREPOSITIONS for w in part)), len(parts))
    return any(_head_matches(goal, part) for part in parts[: inside + 1] if part)


def _head_matches(goal: list[_Word], part: list[_Word]) -> bool:
    cut = next((i for i, w in enumerate(part) if w.low in _PREPOSITIONS and i > 0), len(part))
    front, tail = part[:cut], part[cut:]
    aim = next((i for i, w in enumerate(goal) if w.low in _PREPOSITIONS and i > 0), len(goal))
    if not front or not goal[:aim]:
        return False
    head = goal[aim - 1]
    while len(front) > 1 and (front[-1].low in _TIME or front[-1].low in _ADVERBS or front[-1].low.endswith("ly")):
        front = front[:-1]
    if front[-1].low in TITLES and tail and tail[0].low == "of" and len(tail) > 2 and all(w.capital for w in tail[1:]):
        front, tail = (front, tail) if any(_equal(tail[1], w) for w in goal) else (tail[1:], [])
    if not _equal(head, front[-1]):
        acting = front[-1].low in _STATE and len(front) > 1 and front[-2].stem[:4] == head.stem[:4] and len(goal) == 1
        return acting and head.capital and len(front) <= 3
    if front[-1].owner or any(w.low in _ARTICLES | _AUXILIARIES for w in front[1:]):
        return False
    if any(w.low in _OTHERWISE and not any(_equal(w, g) for g in goal) for w in front[:-1]) and not head.capital:
        return False
    for i, word in enumerate(front[:-1]):
        verbal = word.low.endswith(("s", "ed")) or word.low in IRREGULAR_FORMS
        if (
            i
            and verbal
            and not word.capital
            and front[i - 1].capital
            and not front[i - 1].owner
            and front[i + 1].capital
        ):
            return False
    if head.capital:
        first = [w for w in goal[: aim - 1] if w.capital and w.low not in TITLES]
        given = front[-2] if len(front) > 1 else None
        other = given and given.capital and not given.owner and given.low not in TITLES and not given.quoted
        if first and other and given and not any(_equal(given, w) for w in first):
            return False
        extra = [w for w in goal[aim:] if w.capital]
        return all(any(_equal(w, t) for t in tail) for w in extra)
    return all(any(_akin(w, t) for t in part) for w in goal if w.low not in _PREPOSITIONS)


def _equal(one: _Word, other: _Word) -> bool:
    return one.stem == other.stem


def _akin(one: _Word, other: _Word) -> bool:
    return one.stem == other.stem or (
        one.capital and other.capital and one.stem[:4] == other.stem[:4] and len(one.stem) > 3
    )


def _behind(after: list[_Word], preposition: str) -> list[_Word] | None:
    """The noun phrase behind a preposition."""
    for i, word in enumerate(after):
        if word.low == preposition:
            phrases, _ = _objects(after[i + 1 :])
            return phrases[0] if phrases else None
    return None


def _alike(one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in _SAME_PREPOSITION)


def _adjunct(preposition: str, wanted: tuple[_Word, ...], after: list[_Word], told: _Told, words: list[_Word]) -> bool:
    """Whether "with X", "in Oslo" of the question is in the clause, in front of the verb, or left to the reader."""
    if not wanted:
        return any(_alike(preposition, w.low) for w in after)
    for i, word in enumerate(after):
        if _alike(preposition, word.low) and not (i and after[i - 1].low == "not"):
            phrases, _ = _objects(after[i + 1 :])
            if any(_heads_match(wanted, p) for p in phrases):
                return True
            if preposition == "to" and any(_equal(wanted[0], w) for w in after[i + 1 : i + 2]):
                return all(any(_akin(w, t) for t in after[i + 1 :]) for w in wanted)
            if preposition in ("with", "to", "against", "from", "by"):
                return False
    if all(w.low in _TIME or w.low[:1].isdigit() for w in wanted):
        said = [
            [v.stem for v in words[i + 1 : i + 2 + len(wanted)]] for i, w in enumerate(words) if w.low == preposition
        ]
        return any(all(w.stem in stems for w in wanted) for stems in said)
    opened = words[: len(words) - len(after)]
    if preposition in ("in", "on", "at") and opened and _alike(preposition, opened[0].low):
        phrases, _ = _objects(opened[1:4])
        if phrases and _heads_match(wanted, phrases[0]) and len(opened) > 2:
            return True
    slot = any(w.low in _SLACK | _PREPOSITIONS for w in after)
    return preposition in _SLACK and not slot and all(any(_equal(w, t) and not t.quoted for t in words) for w in wanted)


def _turned(others: list[tuple[str, tuple[_Word, ...]]], after: list[_Word]) -> bool:
    """Whether the sentence tells "against" where "for" is asked, or the other way round."""
    asked = {p for p, _ in others} & {"for", "against"}
    have = next((w.low for w in after if w.low in ("for", "against")), "")
    if not asked or not have or have in asked:
        return False
    wanted = next(ws for p, ws in others if p in asked)
    said = _behind(after, have)
    return said is not None and _heads_match(wanted, said)


def _exchanged(asked: _Reading, told: _Told, after: list[_Word], words: list[_Word], resolved: bool) -> bool:
    """Whether a deed that holds both ways is told with subject and partner exchanged, or of both as subject."""
    partner = next((ws for p, ws in asked.chunks if p in ("with", "to", "") and ws), None)
    if partner is None:
        return False
    if _heads_match(asked.subject, list(told.subject)) and _heads_match(partner, list(told.subject)):
        return True
    if not _same(partner, told.subject, words, resolved):
        return False
    said = _behind(after, "with") or _behind(after, "to")
    direct, _ = _objects(after)
    return bool((said and _heads_match(asked.subject, said)) or any(_heads_match(asked.subject, d) for d in direct))


# --- the same deed in other words -------------------------------------------------------------------------------


def _light(asked: _Reading, words: list[_Word], at: int, resolved: bool) -> Iterator[Verdict]:
    """Read "held talks with X", "launched an attack on X", "paid a visit to X"."""
    after = words[at + 1 :]
    phrases, reach = _objects(_clause_after(words, at + 1))
    if not phrases or phrases[0][-1].stem not in _NOUNS[asked.verb] or asked.passive:
        return
    told = _told(words, at)
    if told is None or told.passive or reach >= len(after):
        return
    none = any(w.low == "no" for w in phrases[0])
    yield from _weigh(_indirect(asked), replace(told, denied=told.denied != none), words, at + 1 + reach, resolved)


def _indirect(asked: _Reading) -> _Reading:
    """The question with its object behind a preposition, as a noun takes it."""
    link = {"attack": "on", "strike": "on", "meet": "with"}.get(asked.verb, "to")
    return replace(asked, chunks=tuple((p or link, ws) for p, ws in asked.chunks))


def _underway(asked: _Reading, words: list[_Word], at: int) -> Iterator[Verdict]:
    """Read "while on a visit to X", said of the subject right before it."""
    if [w.low for w in words[at + 1 : at + 2]] not in (["a"], ["an"]) or at + 3 >= len(words):
        return
    if words[at + 2].stem not in _NOUNS[asked.verb] or asked.passive or at < 2 or words[at - 1].low != "while":
        return
    for verb in range(at - 2, 0, -1):
        if _finite(words[verb]) and not words[verb].quoted:
            told = _told(words, verb)
            if told is not None and told.manner == "past" and not told.denied:
                yield from _weigh(_indirect(asked), replace(told, passive=False), words, at + 3, False)
            return


def _received(asked: _Reading, words: list[_Word], at: int, resolved: bool) -> Iterator[Verdict]:
    """Read "X received a call from Y": Y called X, and the two spoke."""
    after = _clause_after(words, at + 1)
    phrases, reach = _objects(after)
    caller = _behind(after[reach:], "from")
    if not phrases or phrases[0][-1].stem != "call" or caller is None or asked.passive:
        return
    told = _told(words, at)
    partner = next((ws for p, ws in asked.chunks if ws), ())
    if told is None or told.passive or not partner:
        return
    pairs = [(asked.subject, partner)] + ([(partner, asked.subject)] if asked.verb in _SYMMETRIC else [])
    if any(_heads_match(a, caller) and _same(b, told.subject, words, resolved) for a, b in pairs):
        said = _verdict(asked, told, told.denied)
        if said is not None:
            yield said


def _hosted(asked: _Reading, words: list[_Word], at: int) -> Iterator[Verdict]:
    """Something takes place where it is held or hosted."""
    told = _told(words, at) if words[at].low != "host" or words[at - 1].low == "to" else None
    if told is None or not any(w.low == "place" for p, ws in asked.chunks if p == "" for w in ws):
        return
    places = [(p, ws) for p, ws in asked.chunks if p]
    after = _clause_after(words, at + 1)
    held = list(told.subject) if told.passive else after
    head = next((w for w in asked.subject if _content(w)), None)
    if head is None or not all(any(_equal(w, h) for h in held) for w in asked.subject if _content(w)):
        return
    if all(_adjunct(p, ws, after, told, words) for p, ws in places):
        said = _verdict(asked, told, told.denied)
        if said is not None:
            yield said


def _nobody(asked: _Reading, words: list[_Word]) -> Iterator[Verdict]:
    """Read "No deaths were reported", "nobody was hurt" where "anyone" is asked about."""
    nouns = {"die": ("death", "fatal", "casualti"), "kill": ("death", "fatal", "casualti"), "hurt": ("injuri", "casualti"),
             "injur": ("injuri", "casualti")}.get(asked.verb, ())  # fmt: skip
    for i, word in enumerate(words[:-1]):
        if word.low != "no" or words[i + 1].stem not in nouns or word.quoted:
            continue
        if i and words[i - 1].low in _AUXILIARIES | {"been"} and "there" not in [w.low for w in words[:i]]:
            continue
        if not any(w.stem in ("report", "record") or w.low == "there" for w in words):
            continue
        if any(w.low in _MODALS for w in words) or _governed(words, i) in ("none", "open", "denied", "hedged"):
            continue
        yield "no"


def _existence(asked: _Reading, words: list[_Word]) -> Iterator[Verdict]:
    """Read "There were blackouts", "there had been no blackouts"."""
    wanted = next((ws for p, ws in asked.chunks if p == ""), ())
    for at, word in enumerate(words):
        if word.low != "there" or word.quoted or not wanted:
            continue
        i = at + 1
        while i < len(words) and words[i].low in _AUXILIARIES | _NOT | _ADVERBS:
            i += 1
        group = [w.low for w in words[at + 1 : i]]
        governed = _governed(words, at)
        if not set(group) & _BE or set(group) & _MODALS or governed not in ("", "said"):
            continue
        phrases, _ = _objects(_clause_after(words, i))
        if not phrases or not _heads_match(wanted, phrases[0]):
            continue
        none = phrases[0][0].low == "no" or any(w in _NOT or w.endswith("n't") for w in group)
        if none or all(any(_equal(w, t) for t in words) for p, ws in asked.chunks if p for w in ws):
            yield "no" if none else "yes"


def _being(asked: _Reading, words: list[_Word], resolved: bool) -> Iterator[Verdict]:
    """Read "X is a Y", "Y X, which …", "X, a Y, …": what something is called, and where it belongs."""
    goal = tuple(w for p, ws in asked.chunks if p == "" for w in ws)
    others = [(p, ws) for p, ws in asked.chunks if p]
    for at, word in enumerate(words):
        if word.quoted or word.low not in _BE | _KEPT or word.low in ("be", "been", "being", "am"):
            continue
        told = _told(words, at)
        if (
            told is None
            or told.manner not in ("past", "present")
            or not _same(asked.subject, told.subject, words, resolved)
        ):
            continue
        after = _clause_after(words, at + 1)
        denied = told.denied
        while after and after[0].low in _NOT | _ADVERBS | {"no", "been"}:
            denied = denied != (after[0].low in _NOT | {"no"})
            after = after[1:]
        past = word.low in ("was", "were", "wasn't", "weren't")
        if past and asked.tense == "present" and _governed(words, _subject_start(words, at)) != "said":
            continue
        if goal:
            phrases, reach = _objects(after)
            if not phrases:
                continue
            cut = next((i for i, w in enumerate(after[:reach]) if w.low in _PREPOSITIONS), reach)
            if not _predicate(goal, after[:cut] if cut < reach else phrases[0]):
                continue
            rest = after[cut:]
            if not all(_adjunct(p, ws, rest, told, words) for p, ws in others):
                continue
        elif not others or not _placed(others, after, words, at):
            continue
        yield "no" if denied else "yes"
    if goal and not others and asked.tense == "present":
        yield from _apposed(asked.subject, goal, words)


def _subject_start(words: list[_Word], at: int) -> int:
    found = _subject(words, at)
    return found[1] if found else 0


def _predicate(goal: tuple[_Word, ...], phrase: list[_Word]) -> bool:
    """Whether what is said of something is what was asked: the same last word, and all others."""
    own = [w for w in phrase if w.low not in _ARTICLES and w.low not in _ADVERBS]
    if not own or any(w.low in ("potential", "likely", "future") for w in own):
        return False
    if any(w.low in _OTHERWISE | _HARDLY and not any(_equal(w, g) for g in goal) for w in own):
        return False
    return _equal(goal[-1], own[-1]) and all(any(_akin(w, o) for o in own) for w in goal)


def _placed(others: list[tuple[str, tuple[_Word, ...]]], after: list[_Word], words: list[_Word], at: int) -> bool:
    """Whether "among the countries that voted against …" is said word for word right behind the verb."""
    stems = {w.stem for w in words[at + 1 :]}
    first = others[0]
    if not after or not _alike(first[0], after[0].low):
        return False
    phrases, _ = _objects(after[1:])
    wanted = first[1]
    if not phrases or not any(_heads_match(wanted[:n], phrases[0]) for n in range(1, len(wanted) + 1)):
        return False
    return all(w.stem in stems for _, ws in others for w in ws) and all(
        any(_alike(p, w.low) for w in words[at + 1 :]) for p, _ in others
    )


def _apposed(subject: tuple[_Word, ...], goal: tuple[_Word, ...], words: list[_Word]) -> Iterator[Verdict]:
    """Read "NATO member X" and "X, a NATO member,"."""
    head = subject[-1]
    size = len(goal)
    for at, word in enumerate(words):
        if word.quoted or not head.capital or not _equal(head, word) or word.owner:
            continue
        front = words[max(0, at - size - len(subject) + 1) : at]
        before = front[:size] if len(subject) > 1 else front
        if len(before) == size and all(_equal(a, b) for a, b in zip(goal, before, strict=True)):
            lead = words[at - size - len(subject)] if at > size + len(subject) - 1 else None
            if lead is None or lead.low not in ("former", "not", "non", "ex", "and"):
                yield "yes"
        behind = words[at + 1 : at + 2 + size]
        opens = len(behind) == size + 1 and "," in behind[0].gap and behind[0].low in ("a", "an")
        if opens and all(_equal(a, b) for a, b in zip(goal, behind[1:], strict=True)):
            yield "yes"


def _meets(term: str, word: Token) -> bool:
    """Whether ``word`` is ``term``, means the same, or is its demonym or inhabitant."""
    if term == word.stem or any(term in group and word.stem in group for group in _MEANINGS):
        return True
    return word.stem in _NOUNS.get(term, ()) or (word.capital and len(term) > 3 and word.stem[:4] == term[:4])
