"""Tokens of a text: offsets, stems, and which of them carry content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

_TOKEN = re.compile(
    r"[$£€₹¥]?\d+(?:[.,:]\d+)*(?:%|(?:st|nd|rd|th|bn|m|k|s)\b)?"
    r"|(?:[^\W\d_]\.){2,}"
    r"|[^\W\d_][\w]*(?:[’'&/][^\W\d_]\w*|-\w+)*"
)
_POSSESSIVE = re.compile(r"[’']s?$")
_STEMMER = Stemmer.Stemmer("english")


def wordset(text: str) -> frozenset[str]:
    """The words of ``text``, which holds a word list."""
    return frozenset(text.split())


STOP_WORDS = wordset(
    """
    a about above according across after again against all almost along already also although always am among an and
    another any anyone anything are aren't around as at away back be became because become been before behind being
    below between both but by came can cannot can't come could couldn't did didn't do does doesn't doing done don't
    down during each either else ever every few for from further gave get gets getting give given go goes going got
    had hadn't has hasn't have haven't having he he's her here hers herself him himself his how however i i'm if in
    including into is isn't it it's its itself just least less let like made make makes making many may me might
    mine more most much must my myself near neither never nor not now of off often on once one ones only onto or
    other others our ours out over own per please rather really same shall she she's should shouldn't since so some
    someone something soon still such take taken takes taking than that that's the their theirs them themselves then
    there there's these they they're thing things this those though through throughout thus to together too took
    toward towards under until up upon us very was wasn't way we we're well went were weren't what what's whatever
    when where whether which while who who's whom whose why will with within without won't would wouldn't yet you
    you're your yours
    """
)
"""Words that carry no content of their own."""

_IRREGULAR = {
    form: base
    for base, *forms in (
        line.split()
        for line in """
        arise arose arisen; bear bore borne born; beat beaten; begin began begun; bend bent; bind bound; bite bit bitten
        bleed bled; blow blew blown; break broke broken; breed bred; bring brought; build built; burn burnt; buy bought
        catch caught; choose chose chosen; cling clung; creep crept; deal dealt; die died dying; dig dug; draw drew drawn
        drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought
        find found; flee fled; fly flew flown; forbid forbade forbidden; forget forgot forgotten; forgive forgave forgiven
        freeze froze frozen; grow grew grown; hang hung; hear heard; hide hid hidden; hold held; keep kept; know knew known
        lead led; leave left; lend lent; lose lost; mean meant; meet met; pay paid; ride rode ridden; ring rang rung
        rise rose risen; run ran; say said; see saw seen; seek sought; sell sold; send sent; shake shook shaken; shoot shot
        show shown; shrink shrank shrunk; sing sang sung; sink sank sunk; sit sat; sleep slept; speak spoke spoken
        spend spent; spin spun; stand stood; steal stole stolen; stick stuck; strike struck; swear swore sworn; sweep swept
        swim swam swum; swing swung; teach taught; tear tore torn; tell told; think thought; throw threw thrown
        understand understood; wake woke woken; wear wore worn; win won; wind wound; withdraw withdrew withdrawn
        write wrote written
        """.replace("\n", ";").split(";")
        if line.strip()
    )
    for form in forms
}
"""Irregular forms -> base form, where the stemmer cannot see the kinship."""

IRREGULAR_FORMS = frozenset(_IRREGULAR)
"""Past forms that are verbs whatever stands around them."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``text[start:end]`` without a possessive ending, and its stem."""

    start: int
    end: int
    text: str
    stem: str

    @property
    def content(self) -> bool:
        """Whether the token carries content (is no function word, nor one in capitals, as "US" is none)."""
        return self.text == "US" or self.text.casefold().replace("’", "'") not in STOP_WORDS

    @property
    def capital(self) -> bool:
        """Whether the token begins with a capital letter."""
        return self.text[:1].isupper()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The Snowball English stem of one word, case-folded; "U.S." and "US" are one."""
    plain = word.casefold().replace("’", "'")
    if plain.endswith("."):
        plain = plain.replace(".", "")
    plain = _IRREGULAR.get(plain, plain)
    return str(_STEMMER.stemWord(plain))


_PAST = {base: form for form, base in reversed(_IRREGULAR.items())}


def past(verb: str) -> str:
    """The simple past of a verb as a question with "did" has it: "speak" -> "spoke", "call" -> "called"."""
    if verb in _PAST:
        return _PAST[verb]
    return verb + ("d" if verb.endswith("e") else "ed")


@lru_cache(maxsize=4_096)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of ``text`` in order; a possessive "’s" is left out of its word."""
    found = []
    for match in _TOKEN.finditer(text):
        token = _POSSESSIVE.sub("", match.group())
        if token:
            found.append(Token(match.start(), match.start() + len(token), token, stem(token)))
    return tuple(found)


def content_stems(text: str) -> frozenset[str]:
    """The stems of the content words of ``text``."""
    return frozenset(token.stem for token in tokens(text) if token.content)
