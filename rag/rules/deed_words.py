"""The words a deed is asked and told in: their forms, whether they are quoted, and the closed classes.

Clauses are read at function words and word forms, without a parser; these are the word lists for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dateline.rag.english.tokens import IRREGULAR_FORMS, tokens, wordset

BE = wordset("is are was were be been being am isn't aren't wasn't weren't")

HAVE = wordset("has have had having hasn't haven't hadn't")

_DO = wordset("did does do didn't doesn't don't")

MODALS = wordset("will would can could may might must shall should won't wouldn't can't couldn't shouldn't cannot")

NOT = wordset("not never neither nor cannot")

ADVERBS = wordset("also already still since once again just then both all ever even now later earlier twice long often")

AUXILIARIES = BE | HAVE | _DO | MODALS

PREPOSITIONS = wordset(
    "of in on at to from with by for into about against over under through during near off among amid without "
    "concerning regarding between across inside outside towards toward within following alongside despite since than"
)

BREAKS = wordset(
    "that which who whom whose while whereas although though when where after before until because as if unless "
    "whether but so lest how why what"
)

SAID = wordset(
    "said says say told added adding stated stating noted noting announced reported reports confirmed confirms insisted "
    "acknowledged admitted revealed showed shows explained saying confirming"
)

CLAIMED = wordset(
    "claimed claims claiming alleged alleges alleging suggested suggests rumoured rumored "
    "predicted predicts believes believed argued argues"
)

TIME = wordset(
    "monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow january february march april june "
    "july august september october november december last next this week month year night morning evening afternoon "
    "weekend earlier later meanwhile recently now again twice once separately however soon overnight"
)

PARTICLES = wordset("out up down away back")

ARTICLES = wordset("the a an his her its their our my this that these those some any both")

PRONOUNS = wordset("he she they it")

ANYONE = wordset("anyone anybody someone somebody people")

MEANINGS = [
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

OPPOSITES = {
    **dict.fromkeys(wordset("approv adopt pass accept support back endors"), wordset("reject oppos veto")),
    **dict.fromkeys(wordset("reject oppos veto"), wordset("approv adopt accept endors")),
    **dict.fromkeys(wordset("allow permit"), wordset("ban forbid prohibit")),
    **dict.fromkeys(wordset("ban forbid prohibit"), wordset("allow permit")),
}
"""Verb stem -> stems of the verbs that tell that it was not done: whoever rejected a plan did not approve it."""

NOUNS = {
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

SYMMETRIC = wordset("speak talk meet convers")

_SPAN_OF_QUOTE = re.compile(r"“[^”]*(?:”|$)|\"[^\"]*(?:\"|$)|^[^“”]*”")


@dataclass(frozen=True)
class Word:
    """One word: its lower-case form and stem, whether it is a possessive, in quotes, and what stands before it."""

    low: str
    stem: str
    capital: bool
    owner: bool
    quoted: bool
    gap: str


def words_of(text: str) -> list[Word]:
    """The words of a sentence or question in order."""
    quotes = [m.span() for m in _SPAN_OF_QUOTE.finditer(text)]
    found: list[Word] = []
    last = 0
    for token in tokens(text):
        quoted = any(a <= token.start < b for a, b in quotes)
        owner = text[token.end : token.end + 2] in ("’s", "'s") or text[token.end - 1 : token.end + 1] in ("s’", "s'")
        low = token.text.casefold().replace("’", "'")
        gap = re.sub(r"^[’']s?", "", text[last : token.start])
        found.append(Word(low, token.stem, token.capital, owner, quoted, gap))
        last = token.end
    return found


def is_content(word: Word) -> bool:
    """Whether a word says something by itself."""
    return word.low not in AUXILIARIES | ARTICLES | PREPOSITIONS | BREAKS | NOT | {"and", "or", "there"}


def is_participle(word: Word) -> bool:
    """Whether a word can be a past form or participle, by its form."""
    return word.low.endswith("ed") or word.low in IRREGULAR_FORMS or word.low in _UNCHANGED | {"taken", "made", "given"}


_UNCHANGED = wordset("hit cut put shut set hurt split cost let beat")

_FINITE = wordset("took gave made went came became got did was were had has is are")


def is_finite(word: Word) -> bool:
    """Whether the word is a verb that can carry a clause, by its form."""
    return not word.capital and (is_participle(word) or word.low in _FINITE)


def same_word(one: Word, other: Word) -> bool:
    """Whether two words share their stem."""
    return one.stem == other.stem


def akin(one: Word, other: Word) -> bool:
    """Whether two words share their stem, or one is the people's adjective of the other: "Iran", "Iranian"."""
    return one.stem == other.stem or (
        one.capital and other.capital and one.stem[:4] == other.stem[:4] and len(one.stem) > 3
    )
