"""Names in running text: who is mentioned, under which title, and who "the two leaders" are.

Rules rather than a statistical tagger: they need no model, take microseconds a sentence and are
right where news style is regular: a capitalised run, the titles in front of it, and the surname
alone later on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dateline.index.dates.timex_lexicon import MONTHS, WEEKDAYS
from dateline.rag.english.places import PLACES
from dateline.rag.english.tokens import STOP_WORDS, Token, stem, tokens, wordset

TITLES = wordset(
    """
    president prime minister ministers foreign deputy vice secretary general senator sen mr mrs ms dr doctor chief
    justice king queen prince princess pope judge governor gov mayor chancellor ambassador envoy special supreme
    leader captain coach ceo chairman chairwoman chair director professor prof sir dame lord lady congressman
    congresswoman representative rep speaker premier sheikh sultan emperor colonel col lieutenant lt sergeant sgt
    officer detective commissioner spokesman spokeswoman spokesperson attorney counsel archbishop bishop cardinal
    rev reverend ayatollah imam crown first lady interior defence defense finance health education home state
    treasury press administrator commander acting former manager pm adviser advisor king inspector superintendent
    major admiral brigadier marshal saint st secretary-general vice-president attorney-general
    """
)
"""Words that stand in front of a person's name and are no part of it."""

ORGANISATION_WORDS = wordset(
    """
    ministry office council university college school party bank inc corp ltd company committee court agency
    airlines airways nations union association federation department institute commission authority group police
    army navy force forces league club museum parliament senate congress house administration bureau foundation
    hospital church society organization organisation centre center board team network times post news press media
    wing treaty act
    """
)

_PLACE_STARTS = frozenset(place[:4] for place in PLACES)

_NEVER_NAMES = frozenset((*WEEKDAYS, *MONTHS)) | wordset(
    """
    earlier later separately meanwhile however last next yesterday today
    tomorrow also read according alongside despite following asked officials people police two three four five six
    seven eight nine ten several reflecting speaking regional nearly roughly jan feb aug sept oct nov dec
    """
)


_DATELINE = re.compile(r"[A-Z][A-Z .'’-]{2,}(?:, [^—–:(]{0,40})?\s*(?:\([^)]{0,40}\)\s*)?[—–:-]\s+")
"""The place and day an agency report opens with; they are no answer to a question about its events."""


_JOINTS = wordset("of and al bin bint ibn de del della der den di du da dos la le ter van von zu the")
_ELIDED = re.compile(r"[dl][’'][A-Z]")
"""How a later part of a name begins: "Pont d’Arve"."""


@dataclass(frozen=True)
class Mention:
    """A name (or a description resolved to one) at ``text[start:end]``.

    ``name`` is the name without titles; ``description`` holds the stems of the titles and the
    words around it ("Iranian Foreign Minister" -> iranian, foreign, minist). ``start``/``end``
    span the name with its titles. ``resolved`` tells that the text itself does not name it.
    """

    name: str
    start: int
    end: int
    name_start: int
    description: frozenset[str] = frozenset()
    titled: bool = False
    resolved: bool = False

    @property
    def key(self) -> str:
        """The last word of the name, case-folded: what later mentions shorten a person to."""
        return self.name.split()[-1].casefold()

    @property
    def place(self) -> bool:
        """Whether it is a country, or a city or region that news names often."""
        return self.name.casefold() in PLACES

    @property
    def organisation(self) -> bool:
        """Whether a word of the name says that it is an organisation."""
        return any(w.casefold() in ORGANISATION_WORDS for w in self.name.split())


def demonym(name: str) -> bool:
    """Whether a one-word name is a people's adjective ("Iranian") rather than a name."""
    word = name.casefold()
    return (
        word not in PLACES
        and word.endswith(("ian", "ean", "ish", "ese", "ani", "an", "qi", "li"))
        and word[:4] in _PLACE_STARTS
    )


def same_name(one: str, other: str) -> bool:
    """Whether one name is the other, its last word(s), or leaves out a middle one: "Dar" and "Ishaq Dar"."""
    a, b = [stem(w.text) for w in tokens(one)], [stem(w.text) for w in tokens(other)]
    if not a or not b:
        return False
    short, long = sorted((a, b), key=len)
    middle = len(short) == 2 and len(long) == 3 and short == [long[0], long[-1]]
    return long[-len(short) :] == short or (len(short) > 1 and long[: len(short)] == short) or middle


def dateline_end(text: str) -> int:
    """Where the text proper begins behind "OSLO, June 8 (Agency) — "; 0 where there is no such opening."""
    match = _DATELINE.match(text)
    return match.end() if match else 0


def mentions(text: str, known: frozenset[str] = frozenset()) -> list[Mention]:
    """The names of ``text`` in order.

    ``known`` are case-folded words known to be names from elsewhere in the article; they settle
    the first word of a sentence, which is capitalised anyway.
    """
    found: list[Mention] = []
    run: list[Token] = []
    sequence = tokens(text)
    body = dateline_end(text)
    for position, word in enumerate(sequence):
        if word.start < body:
            continue
        if run and not _joined(text, run[-1], word):
            _close(text, run, found)
            run = []
        lower = word.text.casefold()
        if word.capital and lower not in STOP_WORDS and lower not in _NEVER_NAMES:
            if not run and _opens_sentence(text, word) and not _initial_name(sequence, position, known):
                continue
            run.append(word)
        elif run and (_ELIDED.match(word.text) or (lower in _JOINTS and position + 1 < len(sequence))):
            run.append(word)
        elif run:
            _close(text, run, found)
            run = []
    _close(text, run, found)
    return found


def name_words(text: str) -> frozenset[str]:
    """Case-folded words that stand capitalised in the middle of a sentence of ``text``: its name words."""
    return frozenset(
        w.text.casefold() for w in tokens(text) if w.capital and w.content and not _opens_sentence(text, w)
    )


def _joined(text: str, left: Token, right: Token) -> bool:
    gap = text[left.end : right.start]
    return gap == " " or (gap in (". ", "-") and len(left.text) < 5)


def _opens_sentence(text: str, word: Token) -> bool:
    before = text[: word.start].rstrip(" \"'“‘(")
    return not before or before[-1] in ".?!:\n”’" or "\n" in text[len(before) : word.start]


def _initial_name(sequence: Sequence[Token], position: int, known: frozenset[str]) -> bool:
    word = sequence[position]
    if word.text.casefold() in known or word.text.casefold() in TITLES or word.text.isupper():
        return True
    following = sequence[position + 1] if position + 1 < len(sequence) else None
    return following is not None and (following.capital and following.content) and not word.text.endswith("ly")


def _close(text: str, run: list[Token], found: list[Mention]) -> None:
    """Turn a run of capitalised words into mentions: cut at "and", take titles off the front."""
    while run and not (run[-1].capital or _ELIDED.match(run[-1].text)):
        run.pop()
    if not run:
        return
    pieces: list[list[Token]] = [[]]
    for word in run:
        if word.text.casefold() == "and":
            pieces.append([])
        else:
            pieces[-1].append(word)
    carried: list[Token] = []
    for piece in pieces:
        whole = carried + piece
        organisation = any(w.text.casefold() in ORGANISATION_WORDS for w in whole)
        titles = [i for i, w in enumerate(whole) if w.text.casefold().rstrip(".") in TITLES and not organisation]
        cut = titles[-1] + 1 if titles else 0
        if titles and cut < len(whole) and not whole[cut].capital:
            # "Minister of Iran Abbas Araghchi": the place belongs to the title
            cut = min(cut + 2, len(whole)) if whole[cut].text.casefold() == "of" else cut + 1
            if cut >= len(whole):
                continue
        name = whole[cut:]
        if not name:
            carried = whole  # only titles so far: "Deputy Prime Minister and Foreign Minister …"
            continue
        carried = []
        while name and not name[0].capital:
            name = name[1:]
        if titles and not organisation:  # "Prime Minister Lena Roth of Ruritania": the place is no part of her name
            name = name[: next((i for i, w in enumerate(name) if i and w.text.casefold() == "of"), len(name))]
        if not name:
            continue
        start = whole[0].start if titles else name[0].start
        owner = re.search(r"([A-Z]\w+)(?:[’']s)? $", text[max(0, start - 30) : start])
        around = frozenset([stem(owner.group(1))] if owner and titles else [])
        after = re.match(r", (?:the |an? )?((?:[\w’'-]+ ){0,6}[\w’'-]+)", text[name[-1].end :])
        behind = frozenset(w.stem for w in tokens(after.group(1)) if w.content) if after else frozenset()
        described = around | frozenset(w.stem for w in whole[:cut]) | behind
        found.append(
            Mention(text[name[0].start : name[-1].end], start, name[-1].end, name[0].start, described, bool(titles))
        )


def full_names(names: Iterable[str]) -> dict[str, str]:
    """Map each name to the longest name among ``names`` that it shortens ("Dar" -> "Ishaq Dar")."""
    pool = sorted(set(names), key=lambda n: (-len(n.split()), n))
    full: dict[str, str] = {}
    for name in pool:
        longer = [p for p in pool if len(p.split()) > len(name.split()) and same_name(p, name)]
        full[name] = max(longer, key=lambda p: len(p.split())) if longer else name
    return full
