"""What did X say about Y? — whose words a question asks for, by which verbs, and about what."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dateline.rag.english.people import ORGANISATION_WORDS, same_name
from dateline.rag.english.places import PLACES
from dateline.rag.english.tokens import STOP_WORDS, Token, stem, tokens, wordset
from dateline.rag.question.analysis import Question
from dateline.rag.rules.deed_words import AUXILIARIES
from dateline.rag.rules.quotations import Quotation

_GROUPS = [
    wordset("warn caution alert"),
    wordset("promise vow pledge commit"),
    wordset("announce unveil reveal declare"),
    wordset("demand urge call seek ask request insist appeal"),
    wordset("want demand urge call seek hope stress underscore insist"),
    wordset("deny reject dismiss refute"),
    wordset("confirm admit acknowledge"),
    wordset("criticise criticize condemn blame accuse slam"),
    wordset("praise welcome thank hail"),
    wordset("propose suggest recommend"),
    wordset("predict expect forecast estimate"),
    wordset("stress underscore emphasise emphasize underline highlight reiterate"),
    wordset("express convey voice"),
    wordset("threaten vow"),
    wordset("apologise apologize regret"),
    wordset("claim allege argue insist maintain assert"),
    wordset("oppose"),
    wordset("support back"),
]
"""Verbs of one kind of utterance: whoever is asked what X promised is told what X vowed."""
_ANY = wordset(
    "say tell think state write comment respond react reply talk speak believe feel remark post tweet explain describe add"
)
"""Verbs that ask for whatever somebody said."""
_NOUNS = {
    **dict.fromkeys(
        wordset("reaction response reply comment comments statement remarks remark words message view views"), "say"
    ),
    **dict.fromkeys(wordset("opinion opinions position stance attitude take thoughts argument arguments"), "say"),
    "warning": "warn",
    "promise": "promise",
    "pledge": "promise",
    "demand": "demand",
    "demands": "demand",
    "announcement": "announce",
    "prediction": "predict",
    "proposal": "propose",
    "criticism": "criticise",
    "concern": "express",
    "concerns": "express",
}
"""Nouns that ask for words: "What was X’s reaction to …?"."""
_KINDRED: dict[str, frozenset[str]] = {}
for _group in _GROUPS:
    _stems = frozenset(stem(w) for w in _group)
    _KINDRED |= {verb: _stems for verb in _stems if verb not in _KINDRED or verb == stem("want")}
_TELLING = frozenset(stem(w) for w in wordset("announce unveil reveal declare confirm disclose"))
"""Verbs that come close to "say": where nothing is reported in such a word, what was said will do."""
_THREAT = re.compile(
    r"\b(?:will|would|shall|ready to|going to)\b.*\b(?:worse|attack\w*|strike|retaliat\w*|target\w*|respond|destroy\w*"
    r"|punish\w*|consequences?|sue|court|war|regret|impose|sanction\w*|cut off|halt|shut|close)\b",
    re.IGNORECASE,
)
"""What is announced in a threat."""
_GENERIC = frozenset(stem(w) for w in _ANY)
_ASKED = re.compile(
    r"(?:(?:and|so)\s+)?(?:what|how)(?:\s+(?:else|exactly|all|message|warning|statement))?\s+"
    r"(?:did|does|do|has|have|had|is|are|was|were)\s+(?P<rest>.+?)\s*[?.!]*$",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"(?:what|how)(?:['’]s|\s+(?:is|was|are|were))\s+(?:(?P<owner>.+?)(?:['’]s|(?<=s)['’])\s+(?:\w+\s+)?(?P<noun>\w+)"
    r"|the\s+(?P<other>\w+)\s+(?:of|from)\s+(?P<holder>.+?))(?:\s+(?:on|about|to|of|regarding|towards?|over)\s+(?P<about>.+?))?\s*[?.!]*$",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"(?:(?!what\b)\w+\s+){1,4}what\s+(?!(?:is|was|are|were|did|does|do|has|had)\b)(?P<who>[^?.]+?)\s+(?:have\s+|has\s+|had\s+)?"
    r"(?:said|says?|told|thinks?|thought)\b\s*(?P<about>.*?)[?.!]*$",
    re.IGNORECASE,
)
_DEEDS = frozenset(stem(w) for w in wordset("talk speak back support seek want commit feel post add"))
"""Verbs of ours that also tell of deeds, which are asked for by "who"."""
_AND = re.compile(r"\s+(?:and|or|versus|vs\.?)\s+|,\s+")
_WORDLESS = wordset(
    "about on of to regarding over that concerning toward towards after in at during for against with the a an when"
)
_VAGUE = wordset("publicly today recently now yet latest new news thing things issue matter subject topic situation")
_LOOSE = 0.6
"""What the words of a spokesperson, or of somebody described in part, count for beside the asked-about one's own."""


@dataclass(frozen=True)
class Speaker:
    """Somebody whose words are asked for: by ``name``, or by the stems of a description, the noun last."""

    text: str
    name: str
    stems: tuple[str, ...]

    def speaks(self, spoken: Quotation) -> float:
        """How surely these are the speaker's words: 0 to 1."""
        if self.name:
            if spoken.named and self._named(spoken.speaker):
                return 1.0
            words = tokens(spoken.speaker) if not spoken.named or self.place else ()
            short = bool(words) and not any(w.capital for w in words[1:]) and words[-1].stem in self.stems[:-1]
            return _LOOSE * (short or all(any(_akin(s, w) for w in words) for s in self.stems))
        have = tokens(spoken.speaker)
        heads = [w.stem for w in (*have[-2:], *have[:2])]
        if not self.stems or self.stems[-1] not in heads:
            return 0.0
        return float(all(any(_akin(s, w) for w in have) for s in self.stems[:-1]))

    @property
    def place(self) -> bool:
        """Whether it is a country or city, for which its officials speak."""
        return self.name.casefold() in PLACES

    def _named(self, name: str) -> bool:
        alike = self.place and " " not in name and name[:4].casefold() == self.name[:4].casefold()
        return alike or same_name(name, self.name)


@dataclass(frozen=True)
class AskedSpeech:
    """Whose words are asked for, the stems of the verbs that report them (none: any), and the stems they are about."""

    speakers: tuple[Speaker, ...]
    verbs: frozenset[str]
    topic: tuple[str, ...]

    def holds(self, words: str) -> bool:
        """Whether ``words`` are what is asked for by what they say, in whatever verb they are reported: a threat is one."""
        return stem("threaten") in self.verbs and bool(_THREAT.search(words))

    @property
    def telling(self) -> bool:
        """Whether mere saying comes close to what is asked for."""
        return bool(self.verbs & _TELLING)


def asked_speech(asked: Question) -> AskedSpeech | None:
    """What of somebody's words ``asked`` asks for; None where it asks for something else."""
    return _owned(asked) or _verbal(asked) or _compared(asked)


def _verbal(asked: Question) -> AskedSpeech | None:
    """Read "What did X warn (of) …?", "How did X react to …?"."""
    match = _ASKED.match(asked.text)
    if match is None:
        return None
    rest = match.group("rest")
    sequence = tokens(rest)
    for at, word in enumerate(sequence):
        wanted = _verbs(word.stem)
        if at == 0 or word.capital or wanted is None:
            continue
        if sequence[at - 1].text.casefold() in ("the", "a", "an", "of", "to"):
            continue
        speakers = _speakers(asked, rest[: word.start])
        if not speakers or (asked.text[:3].casefold() == "how" and word.stem not in ("react", "respond", "repli")):
            return None
        return AskedSpeech(speakers, wanted, _topic(asked, rest[word.end :], speakers))
    return None


def _owned(asked: Question) -> AskedSpeech | None:
    """Read "What was X’s reaction to …?", "What is the position of X on …?"."""
    match = _OWNED.match(asked.text)
    if match is None:
        return None
    noun = (match.group("noun") or match.group("other")).casefold()
    if noun not in _NOUNS:
        return None
    speakers = _speakers(asked, match.group("owner") or match.group("holder"))
    return (
        AskedSpeech(
            speakers, _verbs(stem(_NOUNS[noun])) or frozenset(), _topic(asked, match.group("about") or "", speakers)
        )
        if speakers
        else None
    )


def _compared(asked: Question) -> AskedSpeech | None:
    """Read "Compare what X and Y said about …"."""
    match = _SAID.match(asked.text)
    if match is None:
        return None
    speakers = _speakers(asked, match.group("who"))
    return AskedSpeech(speakers, frozenset(), _topic(asked, match.group("about"), speakers)) if speakers else None


def _verbs(verb: str) -> frozenset[str] | None:
    """The stems of the verbs that report what ``verb`` asks for, none for any; None where it asks for no words."""
    if verb in _GENERIC:
        return frozenset()
    return _KINDRED.get(verb)


def utterance(verb: str, behind: str) -> frozenset[str] | None:
    """The stems of the verbs that tell of the utterance "who ``verb`` …" asks for; None where it asks for a deed."""
    if verb == stem("call") and not re.match(r"\s+(?:on|for)\b", behind):
        return None
    return None if verb in _DEEDS else _verbs(verb)


def _speakers(asked: Question, text: str) -> tuple[Speaker, ...]:
    """The people, bodies or kinds of people that ``text`` speaks of."""
    found = []
    for part in _AND.split(text):
        words = [w for w in tokens(part) if w.content and w.text.casefold() not in AUXILIARIES | _VAGUE]
        name = next((n for n in asked.names if n in part), "")
        own = {w.stem for w in tokens(name)}
        described = [w for w in words if w.stem not in own and not w.capital]
        if name and described and part.rstrip(" ’'s").endswith(described[-1].text):
            name = ""  # "the Ruritanian minister"
        if name.casefold() in ORGANISATION_WORDS:
            name = ""  # "the Prime Minister’s Office"
        if words:
            stems = tuple(w.stem for w in (tokens(name) if name else words))
            found.append(Speaker(part.strip(), name, stems))
    return tuple(found)


def _topic(asked: Question, text: str, speakers: tuple[Speaker, ...]) -> tuple[str, ...]:
    """The stems of the content words of ``text``."""
    own = {s for speaker in speakers for s in speaker.stems}
    words = [w for w in tokens(text) if w.text.casefold() not in STOP_WORDS | _WORDLESS | _VAGUE or w.text == "US"]
    return tuple(dict.fromkeys(w.stem for w in words if w.stem not in own))


def _akin(one: str, word: Token) -> bool:
    """Whether a word has the stem ``one``, or is the people's adjective of that place."""
    return one == word.stem or (word.capital and min(len(one), len(word.stem)) > 3 and one[:4] == word.stem[:4])
