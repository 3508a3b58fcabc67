"""Who somebody is: where a sentence says it, beside the name, behind "is", or as a title in front of it."""

from __future__ import annotations

import re

from dateline.rag.english.people import Mention, mentions, name_words, same_name
from dateline.rag.rules.deed_words import AUXILIARIES, words_of

_AGED = r"(?:,\s+\d{1,3})?"
_BESIDE = re.compile(
    rf"{_AGED},\s+(?P<role>(?:an?|the|his|her|its|their|one of|former|who (?:is|was))\s+[^,.;:“”\"—]{{3,90}})(?=[,.;])"
)
_IS = re.compile(
    r",?\s+(?:is|was|has been|became)\s+(?P<role>(?:an?|the|one of)\s+[^,.;:“”\"—]{3,90})(?=[,.;]|\s(?:who|and|but)\s)"
)
_BORNE = re.compile(r"(?:\s\([^)]*\))?")
_FRONT = re.compile(r"(?:(?:[A-Z][\w.’'-]*|former|ex-\w+)\s+){0,4}$")
_LEAD = re.compile(r"^(?:who (?:is|was)\s+)")
_OPENS = re.compile(r"^(?:The|A|An|In|On|But|And|As|When|While|After|According|With|For|From|To|By)\s+")


def roles(text: str, name: str) -> list[tuple[int, int]]:
    """The stretches of ``text`` that say what the person ``name`` is, the fullest kind first."""
    named = [m for m in mentions(text, name_words(text)) if same_name(m.name, name)]
    found: list[tuple[int, int]] = []
    for pattern in (_BESIDE, _IS):
        for mention in named:
            borne = _BORNE.match(text, mention.end)
            match = pattern.match(text, borne.end() if borne else mention.end)
            if match and not _states(match.group("role")):
                lead = _LEAD.match(match.group("role"))
                found.append((match.start("role") + (lead.end() if lead else 0), match.end("role")))
    # "Speaker Roth" need not be the Paul Roth who is asked about.
    called = [m for m in named if m.titled and len(m.name.split()) >= len(name.split())]
    return found + [span for mention in called if (span := _title(text, mention))]


def _states(words: str) -> bool:
    """Whether what stands behind a name is a statement of its own: "According to Voss, the navies have kept apart"."""
    return any(w.low in AUXILIARIES for w in words_of(_LEAD.sub("", words)))


def _title(text: str, mention: Mention) -> tuple[int, int] | None:
    """The title in front of a name with whose it is: "Ruritanian President"."""
    front = _FRONT.search(text[: mention.start])
    start = front.start() if front else mention.start
    opens = _OPENS.match(text[start : mention.name_start])
    start += opens.end() if opens else 0
    end = len(text[: mention.name_start].rstrip())
    return (start, end) if len(text[start:end]) > 4 else None
