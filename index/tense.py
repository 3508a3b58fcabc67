"""Does the sentence around an expression look back or ahead? Read off the nearest verb, no parser."""

from __future__ import annotations

import re

from index.timex_tokens import Tokens

_AHEAD_WORDS = """
will shall ll wo would could may might should must plan plans planned planning expect expects expected scheduled
schedule due set slated poised upcoming intend intends hope hopes begin begins start starts open opens end ends
expire expires face faces vow vows vowed promise promised deadline tentatively effective hold holds meet meets
leave leaves arrive arrives return returns take takes kick kicks air airs vote votes go book meeting arrange
"""
_AHEAD = frozenset(_AHEAD_WORDS.split())
_BACK_WORDS = """
said told was were had did went came met held began took made became got gave saw found left led won lost sent
spoke told wrote rose fell hit ran set put cut struck shot broke drew grew knew kept brought bought sold built
paid thought felt heard stood understood caught taught fought sought chose drove flew froze shook spent swore
threw tore wore woke died has have been being since after quoted
"""
_BACK = frozenset(_BACK_WORDS.split())
_TO_BE = frozenset(("be", "to"))
_ED = re.compile(r"[a-z]{2,}ed")
_NOT_VERBS = frozenset(
    ("united", "hundred", "need", "indeed", "speed", "alleged", "red", "bed", "armed", "unprecedented")
)
_REACH = 14  # tokens to look back over
_STOP = frozenset((".", "!", "?", ";", "”", "“", '"'))


def points_ahead(tokens: Tokens, first: int, last: int) -> bool | None:
    """Return True where the verb nearest to tokens ``first`` to ``last`` speaks of the future, False of the past.

    None where no verb is near. Looks back to the start of the sentence, then ahead to its end.
    """
    words = tokens.words
    for i in range(first - 1, max(first - _REACH, 0) - 1, -1):
        word = words[i]
        if word in _STOP:
            break
        verdict = _verb(words, i)
        if verdict is not None:
            return verdict
    for i in range(last, min(last + _REACH, len(words))):
        word = words[i]
        if word in _STOP:
            break
        verdict = _verb(words, i)
        if verdict is not None:
            return verdict
    return None


def _verb(words: list[str], i: int) -> bool | None:
    word = words[i]
    if word in _AHEAD and not (word == "may" and i and words[i - 1] in ("in", "of", "last")):
        return True
    if word in _BACK or (_ED.fullmatch(word) and word not in _NOT_VERBS):
        before = words[max(i - 4, 0) : i]
        if _TO_BE & set(before) and not {"was", "were", "been", "had"} & set(before):
            return True
        return not ("will" not in before and "ll" not in before)
    return None
