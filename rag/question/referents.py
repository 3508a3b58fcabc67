"""A gap in a follow-up -> the thing it refers to, chosen among everything mentioned so far.

Each thing gets a linear score over the role, age, agreement and frequency of its mentions. The weights come from
``benchmarks/rewrite_bench.py --train``, which fits them by listwise softmax regression: the probability of a choice is
to follow how close the question rewritten with it comes to a person's rewriting.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dateline.rag.english.places import PLACES
from dateline.rag.question.mentions import GENERIC, RELATIONAL, Mention, Role, mentions, stem, words_of

Gap = Literal["singular", "plural", "person", "demonstrative", "place", "topic"]
"""What is missing: the referent of it / they / he or she / this / there, or the topic itself."""
Features = dict[str, float]
Weights = Mapping[str, float]


GAPS: dict[str, Gap] = {
    **dict.fromkeys(("it", "its"), "singular"),
    **dict.fromkeys(("they", "them", "their", "theirs"), "plural"),
    **dict.fromkeys(("he", "she", "him", "his", "her", "hers"), "person"),
    **dict.fromkeys(("this", "that", "these", "those"), "demonstrative"),
}  # fmt: skip
PRONOUN = re.compile(rf"\b(?:{'|'.join(GAPS)})\b(?!['’](?!s\b))", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.?!])\s+")

REFERENT_WEIGHTS: Weights = {
    "age": -0.22,
    "before_new_topic": -0.2,
    "determiner=": -0.16,
    "determiner=a": 0.06,
    "determiner=an": 0.31,
    "determiner=other": -0.28,
    "determiner=the": 0.06,
    "frequency": 0.48,
    "gerund": -0.07,
    "in_reply": -0.5,
    "it=plural": 0.0,
    "latest": 0.66,
    "length": 0.81,
    "named": 0.52,
    "new_topic": 0.32,
    "opening": 0.49,
    "overlap": -0.02,
    "owned": 0.33,
    "person=full_name": 0.3,
    "person=owner": 0.27,
    "referred": 0.17,
    "referred_age": -0.11,
    "referred_last": 0.37,
    "referred_times": 0.07,
    "role=complement": 0.28,
    "role=object": -0.3,
    "role=oblique": -0.37,
    "role=owner": 0.27,
    "role=relation": -0.76,
    "role=subject": 0.27,
    "role=topic": 0.07,
    "role=topic_of": 0.53,
    "share_of_turns": 0.35,
    "there=in": -0.06,
    "there=name": 0.08,
    "they=name": 0.14,
    "they=plural": 0.57,
    "this=latest": 0.21,
    "this=plural": 0.1,
    "this=reply": -0.15,
}
TOPIC_WEIGHTS: Weights = {
    "age": -0.3,
    "alone": 0.67,
    "alone=a_last": 0.01,
    "alone=complement": 0.4,
    "alone=how": 0.19,
    "alone=named": 0.0,
    "alone=no_phrase": 0.36,
    "alone=phrases": 0.43,
    "alone=place": 0.05,
    "alone=pronoun": 0.16,
    "alone=relation_last": -0.48,
    "alone=request": 0.01,
    "alone=sentences": 0.26,
    "alone=speaker": 0.08,
    "alone=statement": 0.1,
    "alone=superlative": -0.23,
    "alone=the_last": 0.12,
    "alone=there_are": -0.23,
    "alone=what_is": 0.01,
    "alone=words": 0.9,
    "before_new_topic": -0.13,
    "determiner=": -0.16,
    "determiner=a": 0.02,
    "determiner=an": -0.13,
    "determiner=other": -0.16,
    "determiner=the": -0.23,
    "frequency": 0.26,
    "gerund": -0.05,
    "in_reply": -0.61,
    "latest": 0.33,
    "length": 0.25,
    "named": 0.66,
    "new_topic": 0.33,
    "opening": 0.67,
    "overlap": -0.04,
    "owned": 0.4,
    "referred": -0.08,
    "referred_age": -0.25,
    "referred_last": 0.18,
    "referred_times": 0.18,
    "role=complement": 0.17,
    "role=object": -0.12,
    "role=oblique": -0.1,
    "role=owner": -0.23,
    "role=relation": -0.83,
    "role=subject": 0.01,
    "role=topic": 0.0,
    "role=topic_of": 0.43,
    "share_of_turns": 0.58,
}


@dataclass(frozen=True)
class Turn:
    """A past question, what it was understood as, the referent that filled its gap, and the reply's plain text."""

    question: str
    standalone: str
    referent: str | None = None
    reply: str = ""
    bold: tuple[str, ...] = ()

    @property
    def introduces(self) -> bool:
        """Whether the question stood alone and so set the topic anew."""
        roles: tuple[Role, ...] = ("topic", "topic_of", "complement", "subject")
        return self.question == self.standalone and any(
            mention.role in roles and mention.head not in GENERIC for mention in mentions(self.question)
        )


def best_referent(gap: Gap, question: str, turns: Sequence[Turn], weights: Weights) -> Mention | None:
    """Return the mention that best fills ``gap``; None where there is none or the question is best left alone."""
    best = max(
        ((_score(weights, features), mention) for mention, features in candidates(gap, question, turns)),
        key=lambda scored: scored[0],
        default=None,
    )
    if best is None or (gap == "topic" and _score(weights, alone(question)) >= best[0]):
        return None
    return best[1]


_SPEAKING = re.compile(
    r"\s+(?:\w+ly\s+|also\s+)?(?:say|says|said|speak|speaks|spoke|talk|talked|tell|told|call|called|meet|met|urge|urged"
    r"|warn|warned|think|thinks|thought|want|wants|wanted|expressed|added|asked|insisted|thanked)\b"
)
_SPOKEN_WITH = re.compile(r"\b(?:sp[eo]ak|spoke|spoken|met|meet|talk(?:ed)?|call(?:ed)?)\s+(?:with|to|by)?\s*$")


def candidates(gap: Gap, question: str, turns: Sequence[Turn]) -> list[tuple[Mention, Features]]:
    """Return what a gap may refer to: every thing mentioned in past questions or the last reply, with its features."""
    last = len(turns) - 1
    reset = max((i for i, turn in enumerate(turns) if turn.introduces), default=0)
    everything = " ".join(f"{turn.standalone} {turn.reply}" for turn in turns).lower()
    asked = {stem(word) for word in words_of(question)}
    seen: dict[str, _Seen] = {}
    for i, turn in enumerate(turns):
        for from_reply, text in ((False, turn.question), (True, turn.reply if i == last else "")):
            for mention in mentions(text):
                if (
                    _cannot_be_meant(mention)
                    or (gap in ("singular", "demonstrative") and _is_speaker(mention, text))
                    or stem(mention.head) in asked
                ):
                    continue
                entry = seen.setdefault(mention.phrase.lower(), _Seen(mention, i, i, from_reply))
                if not from_reply or entry.from_reply:
                    entry.mention, entry.last, entry.from_reply = mention, i, from_reply
        entry_of_referent = seen.get(turn.referent.lower()) if turn.referent else None
        if entry_of_referent:
            entry_of_referent.referred.append(i)
    fitting = {phrase: entry for phrase, entry in seen.items() if _agrees(gap, entry.mention)}
    seen = fitting or seen
    options = []
    for entry in seen.values():
        features = _features(entry, gap, last, reset, turns[reset].introduces)
        features["frequency"] = math.log(1 + everything.count(entry.mention.text.lower()))
        features["share_of_turns"] = sum(entry.mention.text.lower() in t.standalone.lower() for t in turns) / max(
            2, last + 1
        )
        features["overlap"] = float(any(stem(word) in asked for word in words_of(entry.mention.text)))
        options.append((entry.mention, features))
    return options


@dataclass
class _Seen:
    """A thing mentioned so far: where first and last, and in which turns it filled a gap."""

    mention: Mention
    first: int
    last: int
    from_reply: bool
    referred: list[int] = field(default_factory=list)


def _features(entry: _Seen, gap: Gap, last: int, reset: int, reset_is_new: bool) -> Features:
    mention = entry.mention
    age = last - entry.last
    features: Features = {
        f"role={mention.role}": 1,
        "age": min(age, 6) / 3,
        "latest": float(age == 0),
        "opening": float(entry.first == 0 and not entry.from_reply),
        "before_new_topic": float(max([entry.last, *entry.referred]) < reset),
        "new_topic": float(entry.last == reset and reset_is_new),
        "in_reply": float(entry.from_reply),
        "named": float(mention.named),
        "length": min(len(mention.text.split()), 4) / 3,
        f"determiner={mention.determiner if mention.determiner in ('', 'a', 'an', 'the') else 'other'}": 1,
        "owned": float(mention.owned),
        "gerund": float(mention.head.endswith("ing") and " " not in mention.text),
    }
    if entry.referred:
        since = last - entry.referred[-1]
        features |= {"referred": 1, "referred_age": min(since, 4) / 2, "referred_last": float(since == 0),
                     "referred_times": min(len(entry.referred), 4) / 2}  # fmt: skip
    if gap == "plural":
        features |= {"they=plural": float(mention.plural), "they=name": float(mention.named and not mention.plural)}
    elif gap == "singular":
        features["it=plural"] = float(mention.plural)
    elif gap == "person":
        features |= {
            "person=owner": float(mention.owner),
            "person=full_name": float(len(mention.text.split()) == 2),
        }
    elif gap == "demonstrative":
        features |= {
            "this=reply": float(entry.from_reply),
            "this=latest": float(age == 0),
            "this=plural": float(mention.plural),
        }
    elif gap == "place":
        features |= {"there=name": float(mention.named),
                     "there=in": float(mention.preposition in ("in", "at", "to", "from", "around", "near"))}  # fmt: skip
    return features


def alone(question: str) -> Features:
    """Return the features of leaving a question without pronouns as it is."""
    sentences = SENTENCE.split(question.strip())
    sentence = sentences[-1].lower()
    own = mentions(sentences[-1])

    def has(pattern: str) -> float:
        return float(re.search(pattern, sentence) is not None)

    return {
        "alone": 1,
        "alone=named": float(any(mention.named for mention in mentions(question))),
        "alone=phrases": min(len(own), 4) / 2,
        "alone=words": min(len(words_of(sentence)), 14) / 7,
        "alone=sentences": float(len(sentences) > 1),
        "alone=complement": has(r"\b(?:of|between|for|about|related|besides|without|with|like|against|compared|from)\b"),
        "alone=place": has(r"\b(?:in|at|on|to)\b"),
        "alone=relation_last": float(bool(own) and own[-1].head in RELATIONAL),
        "alone=the_last": float(bool(own) and own[-1].determiner == "the"),
        "alone=a_last": float(bool(own) and own[-1].determiner in ("a", "an")),
        "alone=no_phrase": float(not own),
        "alone=there_are": has(r"^(?:is|are|was|were) there|^what .*are there"),
        "alone=what_is": has(r"^(?:what|who)(?:['’]s| is| are| was| were)\b"),
        "alone=request": has(r"^(?:tell|describe|show|give|compare)\b"),
        "alone=superlative": has(r"\b(?:most|best|\w+est|other|different|first)\b"),
        "alone=how": has(r"^(?:how|why|when|where)\b"),
        "alone=speaker": has(r"\b(?:i|my|you|your|we)\b"),
        "alone=pronoun": has(PRONOUN.pattern),
        "alone=statement": 1 - has(r"^(?:what|who|how|why|when|where|which|is|are|was|were|do|does|did|can|could|will"
                                   r"|would|should|has|have|tell|describe|show|give|at|in)\b"),
    }  # fmt: skip


def _score(weights: Weights, features: Features) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def _is_speaker(mention: Mention, text: str) -> bool:
    """Whether a named thing speaks or is spoken with, and so is hardly meant by "it"."""
    if not mention.named:
        return False
    before = text[: mention.phrase_start]
    return _SPEAKING.match(text, mention.end) is not None or _SPOKEN_WITH.search(before) is not None


def _agrees(gap: Gap, mention: Mention) -> bool:
    """Whether number and kind allow the mention: "it" is singular, he and she are bare names but no acronyms."""
    if gap == "singular":
        return not mention.plural
    return is_person(mention) if gap == "person" else True


def is_person(mention: Mention) -> bool:
    """Whether a mention can be a person's name: bare, no acronym, no place that news names often."""
    bare = mention.named and not mention.determiner and not mention.plural and not mention.text.isupper()
    return bare and mention.text.casefold() not in PLACES


def _cannot_be_meant(mention: Mention) -> bool:
    return (
        mention.head in GENERIC
        or len(mention.text) < 2
        or mention.text.isdigit()
        or PRONOUN.search(mention.text) is not None
        or mention.head.endswith(("ous", "ful", "less", "able", "ible", "ive", "ly"))
    )
