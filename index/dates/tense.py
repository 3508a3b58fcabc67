"""Does the sentence around an expression look back or ahead? Read off the nearest verb, no parser."""

from __future__ import annotations

import re

from dateline.index.dates.timex_tokens import Tokens

_MODALS = frozenset(("will", "shall", "ll", "wo", "may", "might", "should", "must", "can", "would", "could"))
# Ahead where "to" follows ("expects to", "is due to"), or alone where nothing else can be meant ("scheduled").
_ALONE = frozenset(("scheduled", "slated", "due", "payable", "effective", "tentatively", "upcoming", "starting"))
# Verbs of planned events: "to meet Tuesday", "meets Tuesday", "be meeting Tuesday" look ahead.
_EVENT_WORDS = """
be begin start meet resume hold vote visit discuss travel arrive leave return open close take go appear attend make give
announce release decide hear argue testify speak play face host launch present sign consider debate run expire end
report address deliver seek continue fly fight submit respond pay publish rule unveil become head join step retire mark
celebrate air kick come get work move use buy sell bring send raise cut
"""
_EVENTS = frozenset(_EVENT_WORDS.split())
_PRESENT_WORDS = """
begins starts meets resumes votes opens closes takes goes appears holds airs kicks returns arrives leaves expires ends
comes plays visits faces hosts launches meet begin resume arrive expire
"""
_PRESENT = frozenset(_PRESENT_WORDS.split())
_PAST_WORDS = """
said told was were had did went came met held began took made became got gave saw found left led won lost sent spoke
wrote rose fell ran struck shot broke drew grew knew kept brought bought sold built paid thought felt heard stood
understood caught taught fought sought chose drove flew froze shook spent swore threw tore wore woke died has have been
stopped since hit set put cut
"""
_PAST = frozenset(_PAST_WORDS.split())
_IN_VAIN = frozenset(("not", "neither", "nor", "never", "nobody", "reached", "located", "determined", "seen", "heard"))
_FORCED = frozenset(
    ("had", "able", "managed", "tried", "forced", "failed", "used", "helped", "refused", "began", "continued")
)
_PUT_OFF = frozenset(("postponed", "delayed", "adjourned", "extended", "suspended", "deferred"))
_PERFECT = frozenset(("was", "were", "had", "been"))
_IS = frozenset(("is", "are", "'s", "’s", "being"))
_PLANNED = frozenset(("expected", "planned", "scheduled", "slated", "set", "due", "poised", "anticipated"))
_PLANS_WORDS = """
plan plans planned planning expect expects expected scheduled agreed agree agrees intend intends intended want wants hope
hopes hoped ordered due set going slated poised vow vows vowed promised prepare preparing preparing ready about wait
waiting decides threatens threatened
"""
_PLANS = frozenset(_PLANS_WORDS.split())
_DETERMINERS = frozenset(("a", "an", "the", "still", "his", "her", "their", "its", "our", "my", "of"))
_ED = re.compile(r"[a-z]{2,}ed")
_NOT_VERBS = frozenset(
    ("united", "hundred", "need", "indeed", "speed", "red", "bed", "unprecedented", "exceed", "feed")
)
_STOP = frozenset((".", "!", "?", ";", "”", "“", '"', "`"))
_REACH = 16  # tokens to look over on either side


def points_ahead(tokens: Tokens, first: int, stop: int) -> bool | None:
    """Return True where the verb nearest to the tokens ``first`` up to ``stop`` speaks of the future, False of the past.

    None where no verb is near. Looks back to the start of the sentence, then ahead to its end.
    """
    words = tokens.words
    back = _nearest(tokens, range(first - 1, max(first - _REACH, 0) - 1, -1))
    if first and words[first - 1] in ("until", "till", "by", "through"):
        if _PUT_OFF & set(words[max(first - 8, 0) : first]):
            return True
        return not (back is False and _PERFECT & set(words[max(first - 8, 0) : first]))
    return back if back is not None else _nearest(tokens, range(stop, min(stop + _REACH, len(words))))


def _nearest(tokens: Tokens, indices: range) -> bool | None:
    """Return the verdict of the first verb met on the way."""
    for i in indices:
        if tokens.words[i] in _STOP:
            return None
        if tokens.words[i] == "may" and tokens.text[tokens.starts[i]].isupper():
            continue  # the month
        verdict = _verdict(tokens.words, i)
        if verdict is not None:
            return verdict
    return None


def _verdict(words: list[str], i: int) -> bool | None:
    """Return whether the word at ``i`` is a verb that speaks of the future (True) or of the past (False)."""
    word = words[i]
    before, after = words[max(i - 4, 0) : i], words[i + 1 : i + 2]
    if word in _MODALS or word in _ALONE:
        return not (word == "could" and _IN_VAIN & {*before, *words[i + 1 : i + 6]})
    to_do = before[-1:] == ["to"]
    if to_do and before[-2:-1] and before[-2] in _PLANS:
        return True
    if word in _EVENTS and to_do:
        return before[-2:-1] == [] or before[-2] not in _FORCED
    if word in _PRESENT or (word in _EVENTS and _MODALS & set(before)):
        return True
    if word in _PLANNED and (after in (["to"], ["for"]) or _IS & set(before)):
        return True
    if word in _PAST or (_ED.fullmatch(word) and word not in _NOT_VERBS and not _DETERMINERS & set(before[-1:])):
        if "could" in before and word in _IN_VAIN:
            return False  # "could be reached"
        return "be" in before or bool(_MODALS & set(before) and "have" not in before)
    return None
