"""A sentence that a model wrote: its plain words, and whether it says anything that can be checked."""

from __future__ import annotations

import re

from dateline.rag.english.words import read

_REFUSAL = re.compile(
    r"""^\W*(?:(?:unfortunately|regrettably|sadly|however),?\ )?(?:
        none\W*$
      | (?:i'?m\ |i\ am\ )?sorry\b
      | i\ (?:do\ not|don't|cannot|can't|could\ not|am\ unable)\b
      | (?:the|these|this|none\ of\ the)\ (?:(?:provided|given|above|news)\ )*(?:articles?|evidence|passages?|texts?|information
          |sources?|context)\b.{0,40}?\b(?:(?:do|does|did)(?:\ not|n't)|cannot)\ (?:\w+\ )?(?:say|state|mention|contain|provide
          |answer|include|give|specify|tell|have|address|discuss|explain|report|indicate|name|cover)
      | the\ answer\ (?:is\ not|isn't|was\ not|is\ unknown|is\ unclear|cannot\ be)\b
      | there\ is\ no\ (?:information|mention|evidence|answer)\b
      | no\ (?:information|answer|mention)\b
      | (?:none\ of\ (?:the|these)|no|neither\ of\ (?:the|these))\ (?:(?:provided|given|above|news)\ )*(?:articles?|passages?|texts?
          |sources?)\ (?:says?|mentions?|states?|contains?|tells?|reports?|specif(?:y|ies)|answers?|provides?|gives?|names?)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def refuses(text: str) -> bool:
    """Whether a sentence says that there is no answer, or NONE."""
    return bool(_REFUSAL.match(text))


_ABOUT_THE_ARTICLE = re.compile(
    r"^\W*(?:the|this|these|both)\s+(?:\w+\s+)?(?:articles?|texts?|passages?|stor(?:y|ies)|questions?|sentences?)\b",
    re.IGNORECASE,
)
_OPEN_QUESTION = re.compile(r"^\W*(?:who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)
_PREAMBLE = re.compile(r"^\W*the answer(?: to (?:the|this|your) question)? is:?\s+(?:that\s+)?", re.IGNORECASE)


_ASKS_BACK = re.compile(
    r"^\W*the answer(?: to (?:the|this|your) question)? is:?\s+(?:who|whom|whose|what|when|where|which|why|how)\b",
    re.IGNORECASE,
)


def shared_words(text: str, other: str) -> int:
    """Return how many content words two texts share."""
    return len({w.key for w in read(text) if w.content} & {w.key for w in read(other) if w.content})


def says_nothing(text: str, question: str) -> str | None:
    """Return why a sentence tells no news, or None: it speaks of the article, or only repeats an open question."""
    if _ABOUT_THE_ARTICLE.match(text):
        return "it speaks of the article instead of the news"
    if _ASKS_BACK.match(text):
        return "it asks the question instead of answering it"
    said = {word.key for word in read(_PREAMBLE.sub("", text)) if word.content}
    if _OPEN_QUESTION.match(question) and said <= {word.key for word in read(question)}:
        return "it only repeats the question"
    return None


_LABEL = re.compile(
    r"""^\W*(?:
        (?:(?:final|short|direct|brief|my|the)\s+){0,2}(?:answer|response|reply)(?:\s+(?:to|is|:)[^:.!?\n]{0,60})?\W*:
      | (?:in\ short|in\ summary|summary|conclusion|in\ conclusion|explanation|note)\W*:
      | here(?:\ is|\ are|['’]s)[^:.!?\n]{0,80}:
      | (?:based\ (?:up)?on|according\ to|from|as\ (?:stated|reported|per)(?:\ in)?|per)\s+(?:the|these|this)\s+
        (?:(?:provided|given|above|supplied|news|numbered|following)\s+){0,3}
        (?:articles?|evidence|passages?|texts?|information|sources?|context|documents?)(?:\s+(?:provided|given|above|supplied))?\s*[,:]
    )[\s*_]*""",
    re.VERBOSE | re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"""^\W*(?:sure(?:\ thing)?|certainly|of\ course|absolutely|okay|ok|alright|all\ right|right|great(?:\ question)?|hmm+|well|yes,?\ sure
      | let\ me\b.{0,80} | i\ (?:hope|think|will|need\ to|should|must|can)\b.{0,80} | let(?:'s|\ us)\b.{0,80}
      | (?:please\ )?(?:let\ me\ know|feel\ free)\b.{0,120} | here(?:\ is|\ are|['’]s)\b[^:]{0,60}:
      | (?:sources?|references?|citations?)\s*:.*
    )\W*$""",
    re.VERBOSE | re.IGNORECASE,
)


def announces(text: str) -> bool:
    """Whether a sentence only leads to others or away from them ("Sure!", "Let me see.", "Sources: …"), or is empty."""
    return not re.search(r"\w", text) or bool(_ANNOUNCES.match(text))


_PICTURES_AND_LINKS = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)|!\[([^\]\n]*)\]\[[^\]\n]*\]")
_WITHIN_WORDS = re.compile(
    r"</?(?:b|i|em|strong|u|s|mark|small|sub|sup|span|font|code|abbr|a)(?:\s[^<>]*)?>", re.IGNORECASE
)
_TAGS = re.compile(r"</?[a-zA-Z!][^<>]*>|<\|[^<>|]*\|>|\[/?(?:INST|SYS|THINK)\]|◁[^▷]{0,20}▷")
_DAY_NOTE = re.compile(r"\s*\[(?:XXXX|\d{4})-[^\]]{1,30}\]|\s*\[\d{4}(?:-\d\d){0,2} to [^\]]{1,20}\]")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`")


def plain(text: str) -> str:
    """Return a model's sentence as plain words: no label, pictures, links, tags, emphasis, nor the prompt's own day notes.

    A tag that parts what stands beside it leaves a space, one that stands within words (<b>) nothing.
    """
    text = _PICTURES_AND_LINKS.sub(lambda m: m[1] or "", text)
    text = _TAGS.sub(" ", _WITHIN_WORDS.sub("", text))
    text = " ".join(_EMPHASIS.sub("", _DAY_NOTE.sub("", text)).split())
    text = re.sub(r"\s+(?=[.,;!?](?:\s|$))", "", text)
    for _ in range(3):  # "Answer: Based on the articles, …"
        label = _LABEL.match(text)
        if label is None or not (rest := text[label.end() :]):
            break
        text = rest[0].upper() + rest[1:]
    return text


def escaped(text: str) -> str:
    """Return plain words as Markdown that shows them as they are."""
    return re.sub(r"([\\*_`|\[\]<>])", r"\\\1", text)
