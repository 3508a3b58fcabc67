"""What a question asks for: its kinds, names, content terms and the type of answer it wants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from dateline.index.dates.timex_lexicon import MONTHS, WEEKDAYS
from dateline.rag.english.people import ORGANISATION_WORDS, TITLES
from dateline.rag.english.tokens import Token, stem, tokens, wordset

Kind = Literal["who", "when", "where", "how_many", "which", "what", "said", "yes_no", "why", "how", "open"]
"""What a part of a question asks for; ``which`` names a class of things ("which country", "what kind")."""

AnswerType = Literal["person", "role", "place", "time", "number", "quote", "name", "phrase", "clause", "verdict"]
"""What an answer looks like in the text."""

_TIME_NOUNS = wordset(
    """
    year date day month time century decade week season era age period hour
    """
)
_PLACE_NOUNS = wordset(
    """
    country city state place town nation region continent county province village island location area district
    capital river lake mountain street venue airport neighborhood neighbourhood
    """
)
_PERSON_NOUNS = wordset(
    """
    person man woman president minister politician actor actress singer player leader author artist scientist writer
    king queen pope emperor director ceo senator governor mayor judge coach athlete celebrity star musician rapper
    general prince princess duke philosopher professor engineer inventor founder explorer team company organization
    organisation group party band agency firm brand club
    """
)
_NUMBER_NOUNS = wordset(
    """
    number percentage percent proportion amount population price cost total share rate score size length height
    width weight distance speed temperature fraction ratio turnout tariff fine salary budget fee toll margin
    """
)
QUANTITY = wordset(
    """
    many much old long far tall big large high deep fast often few heavy wide hot cold
    """
)
"""Words behind "how" that ask for an amount."""
_OWN = 2
"""Content words from which "when …?" asks about something of its own."""
_AUXILIARIES = wordset(
    """
    did do does has have had is are was were will would can could should may might must am didn't doesn't don't
    hasn't haven't hadn't isn't aren't wasn't weren't won't wouldn't can't couldn't shouldn't
    """
)
UTTERING = frozenset(
    stem(w)
    for w in wordset("say tell think claim warn announce comment argue insist promise suggest urge stress underscore")
)
"""Stems of the verbs whose object is a statement."""
_REPORTED = wordset(
    """
    say said tell told think thought claim comment state write wrote respond react reply
    """
)
_STANCES = wordset(
    """
    position stance view opinion attitude approach situation relationship background context significance importance
    """
)
"""Nouns that ask for an account of a thing, not for a name of it."""
_WH = re.compile(
    r"\b(who(?:m|se|'s|’s)?|when|where|why|which|what(?:'s|’s)?|how)\b",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?:,?\s*(?:\band|\bor|&)\s+|,\s+(?=\w+(?:,|\s+and)\s+(?:who|when|where|why|how|what)\b))"
    r"(?:(?:with|by|to|from|in|on|at|about|for)\s+)?(?=(?:who|when|where|why|how|what|which)\b)",
    re.IGNORECASE,
)
"""What joins two parts of a question: a comma alone does so only in a row of bare question words."""
_PREPOSITIONS = wordset(
    """
    of in on at to from with by for into about against over under as through after before
    """
)
_NAME_JOINTS = wordset(
    """
    of de la le al bin ibn van von der den du da dos and the for
    """
)
_CALENDAR = frozenset((*WEEKDAYS, *MONTHS))
_HAPPENED = re.compile(r"(?:has |have |had |is |was )?(?:happen(?:s|ed|ing)?|going on|went on)\b")
CONTENT_FREE = wordset(
    """
    tell explain describe summarise summarize list name know want find article articles news
    """
)


@dataclass(frozen=True)
class Question:
    """A question taken apart.

    ``kinds`` and ``types`` run in parallel, one entry for each part, the first asked first.
    ``names`` are its proper names as written, ``terms`` the stems of its content words in order,
    without repeats, and ``target`` the stems of the noun asked for ("which country" -> "countri").
    ``first`` and ``last`` are the stems of the content words nearest to the gap that the answer
    fills ("What was the palace built for?": palac, built), ``preposition`` the one that leads to it.
    ``verb`` is the stem of the verb whose object is asked for ("What did Okafor warn about?": warn).
    """

    text: str
    kinds: tuple[Kind, ...]
    types: tuple[AnswerType, ...]
    names: tuple[str, ...]
    terms: tuple[str, ...]
    target: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    preposition: str = ""
    verb: str = ""

    @property
    def kind(self) -> Kind:
        """The kind of the first part."""
        return self.kinds[0]

    @property
    def type(self) -> AnswerType:
        """The answer type of the first part."""
        return self.types[0]

    def asks(self, kind: Kind) -> bool:
        """Whether any part is of ``kind``."""
        return kind in self.kinds


def analyse(text: str) -> Question:
    """Take ``text``, a question that stands alone, apart."""
    clean = " ".join(text.split())
    kinds: list[Kind] = []
    types: list[AnswerType] = []
    target: tuple[str, ...] = ()
    for part in _parts(clean):
        kind, answer_type, noun = _kind(part)
        if kind == "open" and kinds:
            continue
        if kind not in kinds:
            kinds.append(kind)
            types.append(answer_type)
        target = target or noun
    sequence = tokens(clean)
    terms = dict.fromkeys(
        w.stem for w in sequence if w.content and w.text.casefold() not in CONTENT_FREE and not _WH.fullmatch(w.text)
    )
    first, last, preposition = _gap(clean, target)
    return Question(
        clean,
        tuple(kinds),
        tuple(types),
        _names(clean, sequence),
        tuple(terms),
        target,
        first,
        last,
        preposition,
        _verb(_parts(clean)[0]),
    )


def _gap(text: str, target: tuple[str, ...]) -> tuple[str, str, str]:
    """The stems around the gap that an answer fills, and the preposition that leads to it."""
    part = _parts(text)[0].rstrip("?!. ")
    match = _wh_word(part)
    if match is None:
        return "", "", ""
    before, after = tokens(part[: match.start()]), tokens(part[match.end() :])
    behind = [w for w in after if w.content and w.stem not in target]
    ahead = [w for w in before if w.content]
    if not behind:
        led = before[-1].text.casefold() if before else ""
        stem = ahead[-1].stem if ahead else ""
        return stem, stem, led if led in _PREPOSITIONS else ""
    led = after[-1].text.casefold() if after else ""
    if led not in _PREPOSITIONS:
        led = before[-1].text.casefold() if before else ""
    return behind[0].stem, behind[-1].stem, led if led in _PREPOSITIONS else ""


def _verb(text: str) -> str:
    """The stem of the verb in "what (or whom) did Okafor warn …"; "" where the question is built otherwise."""
    match = re.match(r"(?:what|who|whom)\s+(?:did|does|do|has|have|had|will|would)\s+", text, re.IGNORECASE)
    if match is None:
        return ""
    after = [w for w in tokens(text[match.end() :]) if w.content]
    for before, word in pairwise(after):
        if not word.capital and (before.capital or word.stem in UTTERING):
            return word.stem
    return ""


def questions(text: str) -> list[str]:
    """The questions in ``text`` that want an answer each: "who won and what did she say?" holds two, "who … when?" one.

    What stands in front of the first one, a sentence of context say, stays with it.
    """
    found: list[str] = []
    for part in _parts(" ".join(text.split())):
        # A day is told with what happened on it, unless it is asked of something else.
        timed = _kind(part)[0] == "when" and sum(w.content and w.text not in _TIME_NOUNS for w in tokens(part)) < _OWN
        if found and (timed or not (_complete(part) and _complete(found[-1]))):
            found[-1] = f"{found[-1].rstrip('?!., ')} and {part}"
        else:
            found.append(part)
    return [piece if piece.endswith(("?", ".", "!")) else f"{piece.rstrip(' ,;')}?" for piece in found]


def _complete(part: str) -> bool:
    """Whether a part says more than its question word, so that it can be asked by itself."""
    sequence = tokens(part)
    content = [w for w in sequence if w.content and not _WH.fullmatch(w.text)]
    if len(content) > 1 or (content and any(w.text.casefold() in _AUXILIARIES for w in sequence)):
        return True
    return bool(content) and sequence[0].text.casefold() in ("who", "what")


def _parts(text: str) -> list[str]:
    """Split "who … and when?" into its parts; one part where nothing joins two question words."""
    first = _WH.search(text)
    pieces = []
    start = 0
    for match in _PART.finditer(text):
        if first is not None and match.start() > first.start():
            pieces.append(text[start : match.start()])
            start = match.end()
    pieces.append(text[start:])
    return [piece for piece in pieces if piece.strip()] or [text]


def _kind(part: str) -> tuple[Kind, AnswerType, tuple[str, ...]]:
    """The kind, answer type and target noun of one part."""
    sequence = tokens(part)
    if not sequence:
        return "open", "clause", ()
    first = sequence[0].text.casefold().replace("’", "'")
    match = _wh_word(part)
    if first in _AUXILIARIES and (match is None or match.start() > sequence[0].end):
        return "yes_no", "verdict", ()
    if match is None:
        return "open", "clause", ()
    after = [w for w in sequence if w.start >= match.end()]
    lower = [w.text.casefold() for w in after]
    word = re.sub(r"['’]s$", "", match.group().casefold())
    if word in ("who", "whom", "whose"):
        # "Who is Ada Lovelace?" asks what she is, "Who is the president?" for a name.
        defines = lower[:1] and lower[0] in ("is", "was", "are", "were") and len(after) in range(2, 5)
        if defines and all(w.capital and w.content for w in after[1:]):
            return "who", "role", ()
        roles = [w.stem for w in after[1:7] if defines_role(w)] if lower[:1] and lower[0] in ("is", "was") else []
        return "who", "person", tuple(roles[:1])
    if word == "when":
        return "when", "time", ()
    if word == "where":
        return "where", "place", ()
    if word == "why":
        return "why", "clause", ()
    if word == "how":
        return _how(lower)
    if _asks_speech(lower):
        return "said", "quote", ()
    return _what(word, after, lower)


def _wh_word(part: str) -> re.Match[str] | None:
    """The question word that asks: the first of the last sentence, unless it merely opens a clause inside it."""
    last = max((m.end() for m in re.finditer(r"[.!;:]\s+(?=\S)", part.rstrip("?! "))), default=0)
    found = list(_WH.finditer(part, last)) or list(_WH.finditer(part))
    if not found:
        return None
    lead = tokens(part[last : found[0].start()])
    return found[-1] if any(w.content for w in lead) else found[0]


def defines_role(word: Token) -> bool:
    """Whether a word names an office or a part that someone has: "ambassador", "coach"."""
    lower = word.text.casefold()
    return lower in _PERSON_NOUNS or (lower in TITLES and not word.capital)


def _how(lower: list[str]) -> tuple[Kind, AnswerType, tuple[str, ...]]:
    if lower and lower[0] == "often":
        return "how", "clause", ()
    if lower and lower[0] in QUANTITY:
        nouns = tokens(" ".join(lower[1:3])) if lower[0] in ("many", "much") else ()
        return "how_many", "number", tuple(w.stem for w in nouns[:1] if w.content)
    if _asks_speech(lower):
        return "said", "quote", ()
    return "how", "clause", ()


def _asks_speech(lower: list[str]) -> bool:
    """Whether "(what) did X say …" is asked: an auxiliary, then a verb of saying not far behind."""
    if not lower or lower[0] not in ("did", "does", "do", "has", "have", "had"):
        return False
    return any(w in _REPORTED for w in lower[1:8])


def _what(word: str, after: list[Token], lower: list[str]) -> tuple[Kind, AnswerType, tuple[str, ...]]:
    """``what``/``which``: the noun right behind, or behind "is the", tells the answer's type."""
    if word == "what" and _HAPPENED.match(" ".join(lower)):
        return "open", "clause", ()
    if lower[:3] == ["of", "the", "following"]:
        after, lower = after[3:], lower[3:]
    nouns: list[Token] = []
    for token in after[:4]:
        if not token.content:
            break
        nouns.append(token)
    direct = bool(nouns)
    if not nouns and lower and lower[0] in ("is", "was", "were", "are", "of", "'s"):
        content = [w for w in after[1:6] if w.content]
        nouns = content[:1]
    heads = {w.text.casefold().rstrip("s") if len(w.text) > 4 else w.text.casefold() for w in nouns[:3]}
    heads |= {w.text.casefold() for w in nouns[:3]}
    heads |= {h[:-2] + "y" for h in heads if h.endswith("ie")}
    if not direct and lower[:1] in (["is"], ["are"], ["was"], ["were"]) and _asks_account(after[1:]):
        return "open", "clause", ()
    stems = tuple(w.stem for w in nouns[:2])
    kind: Kind = "which" if direct or word == "which" else "what"
    named = direct and nouns[-1].text.casefold() in _PLACE_NOUNS | _PERSON_NOUNS  # "which present day county"
    if heads & _TIME_NOUNS and not named and (direct or lower[:1] != ["of"]):
        return "when", "time", stems
    if heads & _NUMBER_NOUNS:
        return "how_many", "number", stems
    if heads & _PLACE_NOUNS:
        return kind, "place", stems
    if heads & _PERSON_NOUNS:
        return kind, "person", stems
    return kind, "name" if kind == "which" else "phrase", stems


def _asks_account(after: list[Token]) -> bool:
    """Whether "what is …" goes on with "the position of …", and not with "the position called"."""
    return (
        bool(after)
        and after[-1].text.casefold() not in ("called", "named")
        and any(w.text in _STANCES for w in after[:5])
    )


def _names(text: str, sequence: tuple[Token, ...]) -> tuple[str, ...]:
    """Runs of capitalised words, the first word of the question only where it is clearly a name."""
    content = [w for w in sequence if w.content]
    if len(content) > 3 and all(w.capital for w in sequence):
        return ()  # a headline in title case says nothing about names
    runs: list[list[Token]] = []
    previous: Token | None = None
    for position, word in enumerate(sequence):
        starts = position == 0 or text[: word.start].rstrip()[-1:] in ".?!:"
        if word.capital and word.content and not (starts and not _clearly_a_name(sequence, position)):
            joined = previous is not None and text[previous.end : word.start] in (
                " ",
                "-",
                " of ",
                " de ",
                " da ",
                " van ",
                " von ",
                " bin ",
                " al-",
            )
            if runs and joined and runs[-1][-1] is previous:
                runs[-1].append(word)
            else:
                runs.append([word])
            previous = word
        elif not word.text[:1].isdigit() and word.text.casefold() not in _NAME_JOINTS:
            previous = None
    named = [run for run in (_untitled(text, r) for r in runs) if not _calendar(run)]
    return tuple(dict.fromkeys(text[run[0].start : run[-1].end] for run in named))


def _calendar(run: list[Token]) -> bool:
    """Whether nothing but days of the week and months is left of a run of capitalised words."""
    return all(word.text.casefold() in _CALENDAR for word in run)


def _untitled(text: str, run: list[Token]) -> list[Token]:
    """A name without its titles; "President of Ruritania" alone is a role, no name."""
    organisation = any(w.text.casefold() in ORGANISATION_WORDS for w in run)
    cut = (
        0
        if organisation
        else max((i + 1 for i, w in enumerate(run) if w.text.casefold().rstrip(".") in TITLES), default=0)
    )
    if cut and cut < len(run) and " of " in text[run[cut - 1].end : run[cut].start]:
        return []
    return run[cut:] if cut < len(run) else []


def _clearly_a_name(sequence: tuple[Token, ...], position: int) -> bool:
    """A sentence-initial capital counts as a name when another capital follows, or all is capital."""
    word = sequence[position]
    following = sequence[position + 1] if position + 1 < len(sequence) else None
    if word.text.casefold() in CONTENT_FREE:
        return False
    return (word.text.isupper() and len(word.text) > 1) or (following is not None and following.capital)
