"""A sentence that a model wrote: its plain words, and whether it says anything that can be checked."""

from __future__ import annotations

import re

from dateline.rag.english.words import read

_REFUSAL = re.compile(
    r"""^\W*(?:
        none\W*$
      | (?:i'?m\ |i\ am\ )?sorry\b
      | i\ (?:do\ not|don't|cannot|can't|could\ not|am\ unable)\b
      | (?:the|these|this|none\ of\ the)\ (?:(?:provided|given|above|news)\ )*(?:articles?|evidence|passages?|texts?|information
          |sources?|context)\b.{0,40}?\b(?:(?:do|does|did)(?:\ not|n't)|cannot)\ (?:\w+\ )?(?:say|state|mention|contain|provide
          |answer|include|give|specify|tell|have|address|discuss|explain|report|indicate|name|cover)
      | the\ answer\ (?:is\ not|isn't|was\ not|is\ unknown|is\ unclear|cannot\ be)\b
      | there\ is\ no\ (?:information|mention|evidence|answer)\b
      | no\ (?:information|answer|mention)\b
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


_PICTURES_AND_LINKS = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)|!\[([^\]\n]*)\]\[[^\]\n]*\]")
_TAGS = re.compile(r"</?[a-zA-Z!][^<>]*>|<\|[^<>|]*\|>")
_DAY_NOTE = re.compile(r"\s*\[(?:XXXX|\d{4})-[^\]]{1,30}\]|\s*\[\d{4}(?:-\d\d){0,2} to [^\]]{1,20}\]")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`")


def plain(text: str) -> str:
    """Return a model's sentence as plain words: no pictures, links, tags, emphasis, or the prompt's own day notes."""
    text = _PICTURES_AND_LINKS.sub(lambda m: m[1] or "", text)
    text = _DAY_NOTE.sub("", _TAGS.sub("", text))
    return " ".join(_EMPHASIS.sub("", text).split())


def escaped(text: str) -> str:
    """Return plain words as Markdown that shows them as they are."""
    return re.sub(r"([\\*_`|\[\]<>])", r"\\\1", text)
