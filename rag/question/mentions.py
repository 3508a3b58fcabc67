"""Text -> the things it mentions: a small noun-phrase chunker for questions and answers.

No tagger is loaded: a noun phrase is a run of words between function words and verbs, so a phrase costs
microseconds. English only. It is meant for finding what a pronoun may refer to, not for parsing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

Role = Literal["topic", "topic_of", "complement", "relation", "oblique", "subject", "object", "owner"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _words(
    "a an the some any this that these those my your our his her its their each every no another all both"
)
AUXILIARIES = _words(
    "is are was were be been being am do does did doing done have has had having can could will would shall should may "
    "might must isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't shouldn't hasn't "
    "haven't hadn't what's who's it's that's there's where's how's i'm i've i'd i'll we're they're you're let's"
)
CONNECTIVES = _words(
    "what which who whom whose when where why how whether if so such as then because while although though since until "
    "unless and or but nor not"
)
PREPOSITIONS = _words(
    "of in on at to from by for with about against between among into through during before after above below under "
    "over around near besides behind across per via without within towards toward upon like versus vs regarding "
    "despite except than off out up down onto inside outside along amid"
)
ADVERBS = _words(
    "also just only very really much many more most less least few several still even ever never always often usually "
    "sometimes currently now today recently first later ago again too quite rather almost nearly ok okay oh wow cool "
    "great interesting yes no thanks thank please well maybe perhaps instead actually specifically exactly typically "
    "generally together long far soon early late already yet right nice awesome sure hmm um hello hi sorry wait deep"
)
PRONOUNS = _words(
    "i you he she it we they me him them us myself yourself itself themselves one ones someone anyone everyone "
    "something anything everything nothing people else there here"
)
VERBS = _words(
    "accept achieve act add affect agree allow announce answer appear apply approve argue arrest arrive ask attack "
    "attend ban base become begin believe belong break bring build buy call care carry catch cause change choose claim "
    "come compare condemn confirm consider contain continue contrast contribute convict cook cope create decide define "
    "deny describe deserve determine develop die differ discover discuss do earn eat elect encounter encourage enjoy "
    "enroll ensure exist expect experience explain express fail fall feel fight find fire fix fly follow force form "
    "found gain get give go grow happen hear help hit hold hope hurt identify impact improve include increase influence "
    "inspire install introduce invent invest involve join keep kill know last lead learn leave let like list listen "
    "live look lose love make manage marry matter mean measure meet mention move need negotiate obtain occur offer open "
    "oppose order organize originate overcome own pass pay perform plan play prepare prevent produce promise propose "
    "protect prove provide publish put raise reach read receive recommend reduce refer refuse reject relate release "
    "remain remember remove replace reply represent require resign respond result return reveal rise run save say see "
    "seem sell send serve set share show sign sit solve speak spend spread stand start stay stop succeed suffer suggest "
    "support take talk teach tell tend think threaten treat try turn understand urge use visit vote wait want warn "
    "watch win wonder work write"
)
_IRREGULAR = _words(
    "said spoke spoken met made went gone came took taken gave given got became began begun wrote written won lost "
    "left held told thought knew known saw seen found felt kept led paid ran sold sent shown stood grew grown fell "
    "built bought brought broke broken chose chosen heard meant taught eaten caught"
)
_PREDICATE_ADJECTIVES = _words(
    "famous important difficult good bad better best worse worst easy easier hard harder safe cheap cheaper expensive "
    "likely possible necessary dangerous effective useful legal true different similar common popular available "
    "successful normal healthy profitable mandatory responsible related worth able due big biggest large largest small "
    "smallest old older oldest new newest longest high highest low lowest endangered biased powerful fast strong"
)
GENERIC = _words(
    "lot thing things way ways example examples kind kinds sort terms case time times day days year years reason "
    "reasons mean type types question answer point half rest part parts number home general one fact detail details "
    "information friend more else bit some return hours first second week weeks month months weekend yeah name mind people world"
)
"""Heads that a pronoun practically never refers to."""
RELATIONAL = _words(
    "type types kind kinds difference differences example examples role roles benefit benefits advantage advantages "
    "disadvantage disadvantages cause causes effect effects symptom symptoms treatment treatments history origin "
    "origins purpose purposes impact impacts importance relationship meaning definition characteristics features "
    "function functions requirement requirements process cost costs price prices member members author leader winner "
    "winners founder criticism themes characters application applications option options risk risks goal goals "
    "objective objectives aim result results consequences outcome alternative alternatives population capital size "
    "length height weight age level levels amount source sources ingredients method methods step version versions "
    "variant variants variations form forms creation founding beginning end stages components term science mechanism "
    "mechanisms pros cons evidence controversy solution solutions side cast plot ending works variety varieties rate "
    "rates uses use plans strategy series breed breeds species choice choices response quality safety"
)
"""Heads that are of something else ("the history of trams"): the talk is then of the complement."""
_COMPLEMENT_PREPOSITIONS = _words("of for in between to from about with by")
_PEOPLE_PLURALS = _words("people women men children teeth police")
_TRAILING = ADVERBS | {"of", "and"}
_NOT_ADVERB = _words("family supply italy ally reply assembly anomaly monopoly")

_PAST = re.compile(r"[a-z]{3,}ed")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_TOKEN = re.compile(r"[^\W_]+(?:[-'’&./][^\W_]+)*['’]?|[^\w\s]")
_POSSESSIVE = re.compile(r"(.+?)['’]s? (?=\S)")
_INTRODUCES = re.compile(
    r"(?:tell me (?:more |something )?about|(?:what|who|how) about|describe|(?:learn|know|hear) (?:more |a lot )?about"
    r"|(?:what|who)(?:['’]s| is| are| was| were))\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mention:
    """A noun phrase: ``text`` (without determiner) stands at ``start:end``; ``owner``: it stands before a 's."""

    text: str
    start: int
    end: int
    determiner: str = ""
    preposition: str = ""
    role: Role = "object"
    owner: bool = False
    owned: bool = False

    @property
    def phrase(self) -> str:
        """The phrase with its article, fit to stand where a pronoun stood."""
        return f"{self.determiner} {self.text}" if self.determiner in ("a", "an", "the") else self.text

    @property
    def phrase_start(self) -> int:
        """Where the phrase begins, determiner included."""
        return self.start - len(self.determiner) - 1 if self.determiner else self.start

    @property
    def head(self) -> str:
        """The head noun, lower case: the last word before an "of"."""
        return re.split(r"\s+of\s+", self.text)[0].split()[-1].lower()

    @property
    def named(self) -> bool:
        """Whether it holds a capitalised word or a number."""
        return any(word[0].isupper() or word[0].isdigit() for word in self.text.split())

    @property
    def plural(self) -> bool:
        """Whether its head looks plural."""
        head = self.head
        return head in _PEOPLE_PLURALS or (head.endswith("s") and not head.endswith(("ss", "us", "is", "ics")))


def words_of(text: str) -> list[str]:
    """Return the words of ``text``, lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def stem(word: str) -> str:
    """Return a word without 's and plural s: enough to see that two heads are the same."""
    return re.sub(r"['’]s$", "", word).rstrip("s")


def is_verb(word: str) -> bool:
    """Whether a lower-case word is a common verb or an inflection of one."""
    if word in VERBS or word in _IRREGULAR:
        return True
    for suffix, endings in (
        ("ies", ("y",)),
        ("es", ("", "e")),
        ("s", ("",)),
        ("ied", ("y",)),
        ("ed", ("", "e")),
        ("ing", ("", "e")),
    ):
        if word.endswith(suffix) and len(word) > len(suffix) + 2:
            base = word[: -len(suffix)]
            if any(base + ending in VERBS for ending in endings):
                return True
            if suffix in ("ed", "ing") and base[-1] == base[-2] and base[:-1] in VERBS:
                return True
    return False


@dataclass
class _Run:
    """Words collected since the last boundary."""

    spans: list[tuple[str, int, int]]
    determiner: str = ""
    preposition: str = ""


def _runs(text: str) -> list[_Run]:
    """Cut ``text`` at function words, verbs and punctuation."""
    tokens = [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
    runs: list[_Run] = []
    run = _Run([])
    inverted = False  # "were the …", "did the …": what follows is the subject, up to a verb that has no ending -s

    def flush(determiner: str = "", preposition: str = "") -> None:
        nonlocal run
        while run.spans and run.spans[-1][0].lower() in _TRAILING:
            run.spans.pop()
        if run.spans and not (len(run.spans) == 1 and run.spans[0][0].lower() in _PREDICATE_ADJECTIVES):
            runs.append(run)
        run = _Run([], determiner, preposition)

    for i, token in enumerate(tokens):
        word, lower = token[0], token[0].lower().replace("’", "'")
        before = tokens[i - 1][0] if i else "."
        following = tokens[i + 1][0] if i + 1 < len(tokens) else ""
        after = tokens[i + 2][0] if i + 2 < len(tokens) else ""
        capital = word[0].isupper() and before not in ".?!:"
        if not word[0].isalnum():
            if word not in '"“”':
                flush()
        elif (capital and lower != "i") or (run.spans and _joins(lower, run.spans[-1], following, after)):
            run.spans.append(token)
        elif lower in PREPOSITIONS:
            flush(preposition=lower)
            inverted = False
        elif lower in DETERMINERS:
            flush(lower, run.preposition if not run.spans else "")
        elif lower in AUXILIARIES or lower in CONNECTIVES or lower in PRONOUNS or lower in ADVERBS:
            flush()
            inverted = lower in AUXILIARIES
        elif run.spans and _PAST.fullmatch(word) and run.spans[-1][0][0].isupper():
            flush()  # "Okafor resigned"
        elif is_verb(lower):
            noun_slot = not run.spans and (run.determiner or run.preposition not in ("", "to"))
            after_adjective = bool(run.spans) and run.spans[-1][0].lower() in _PREDICATE_ADJECTIVES
            subject = inverted and bool(run.spans) and lower.endswith("s") and lower not in VERBS  # "the US-Iran talks"
            if noun_slot or subject or (lower in VERBS and after_adjective):
                run.spans.append(token)
            else:
                flush()
                inverted = False
        else:
            run.spans.append(token)
    flush()
    return runs


def _joins(lower: str, last: tuple[str, int, int], following: str, after: str) -> bool:
    """Whether "of", "of the" or "and" joins two capitalised words into one name."""
    if lower == "the":
        return last[0].lower() == "of"
    if lower == "of":
        inside = following[:1].isupper() or (following == "the" and after[:1].isupper())
        return last[0][0].isupper() and inside
    return lower == "and" and last[0][0].isupper() and last[1] > 0 and following[:1].isupper()


def _trimmed(text: str, start: int, end: int, run: _Run) -> Mention:
    """A mention without trailing adjectives and adverbs, nor a leading verb."""
    words = text[start:end].split()
    while len(words) > 1 and (words[-1].lower() in _PREDICATE_ADJECTIVES or _is_adverb(words[-1])):
        end = start + text[start:end].rindex(words.pop())
    while len(words) > 1 and not run.determiner and not run.preposition and words[0] in VERBS:
        start = text.index(words[1], start + len(words.pop(0)))
    phrase = text[start:end].rstrip()
    return Mention(phrase, start, start + len(phrase), run.determiner, run.preposition)


def _is_adverb(word: str) -> bool:
    return len(word) > 4 and word.endswith("ly") and word.islower() and word not in _NOT_ADVERB


@lru_cache(maxsize=4096)
def mentions(text: str) -> tuple[Mention, ...]:
    """Return the noun phrases of ``text`` in order; of "Dar's visit", both the owner "Dar" and the whole."""
    found: list[Mention] = []
    for run in _runs(text):
        start, end = run.spans[0][1], run.spans[-1][2]
        if text[start:end].endswith(("'", "’", "'s", "’s")):
            end = start + len(re.sub(r"['’]s?$", "", text[start:end]))
        possessive = _POSSESSIVE.match(text, start, end)
        if possessive:
            found.append(replace(_trimmed(text, start, start + len(possessive.group(1)), run), owner=True))
        found.append(replace(_trimmed(text, start, end, run), owned=possessive is not None))
    return tuple(_with_roles(text, found))


def _with_roles(text: str, found: list[Mention]) -> list[Mention]:
    """Say what part each mention plays: what the question introduces, its subject, a complement."""
    result: list[Mention] = []
    after_relation = introduced = subject_seen = False
    for mention in found:
        role: Role
        introduces = bool(_INTRODUCES.search(text[max(0, mention.start - 45) : mention.phrase_start]))
        if mention.owner:
            role = "owner"
        elif after_relation and mention.preposition in _COMPLEMENT_PREPOSITIONS:
            role = "topic_of" if introduced else "complement"
        elif mention.head in RELATIONAL:
            role, introduced = "relation", introduces
        elif introduces:
            role = "topic"
        elif mention.preposition:
            role = "oblique"
        else:
            role = "object" if subject_seen else "subject"
        if not mention.owner:
            after_relation = mention.head in RELATIONAL
        subject_seen = subject_seen or role in ("subject", "topic")
        result.append(replace(mention, role=role))
    return result


def things(question: str) -> list[str]:
    """What a question is about, as noun phrases fit to be repeated: "the chess cup", "penicillin".

    Only phrases that the words before them show to be such; of "What colour are zebras?" the class is left out.
    """
    found: list[tuple[str, bool]] = []
    for mention in mentions(question):
        before = words_of(question[: mention.phrase_start])[-1:]
        lead = before[0] if before else ""
        opens = lead in ("what", "which", "whose")
        led = opens or lead in PREPOSITIONS | AUXILIARIES | {"and", "or"} or lead.endswith("ed") or is_verb(lead)
        asks = bool(before) and not AUXILIARIES & {words_of(question)[0]}
        if mention.named or mention.determiner or (led and asks):
            found.append((mention.phrase, opens))
    others = [phrase for phrase, opens in found if not opens]
    return list(dict.fromkeys(others or [phrase for phrase, _ in found]))
