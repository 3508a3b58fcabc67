"""A model's reply, piece by piece -> the answer in it, without what the model thinks aloud.

Thoughts stand between tags (of many kinds), in channels, or before a closing tag whose opening one the prompt's
template has kept: then all that came before was a thought, which only its end tells. ``Reply`` says so by ANEW.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

ANEW: Final = None
"""All the text before was a thought: the answer begins here."""

_NAMES = r"(?:seed:|antml:|ant_?|inner_)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion)?|analysis|scratch_?pad|monologue|cot(?:_budget_reflect|_start)?)"
_OPEN = rf"""
    <{_NAMES}(?:\s[^<>]{{0,80}})?> | \[THINK(?:ING)?\] | ◁\s*think(?:ing)?\s*▷ | <\|(?:begin_of_thought|START_THINKING|think(?:ing)?)\|>
  | <details\s[^<>]{{0,80}}type="reasoning"[^<>]{{0,80}}>
  | <\|channel\|?>\s*(?:analysis|commentary|thought)\w* | <unused94>(?:thought)?
"""
_CLOSE = rf"""
    </{_NAMES}\s*> | \[/THINK(?:ING)?\] | ◁\s*/\s*think(?:ing)?\s*▷ | <\|(?:end_of_thought|END_THINKING|/think(?:ing)?)\|>
  | <channel\|> | <\|channel\|?>\s*(?:final|response|answer)\w*(?:\s*<\|message\|>)? | <unused95>
  | <(?:final_)?answer> | <(?:final|response|output)> | <\|(?:begin_of_solution|START_RESPONSE)\|> | assistantfinal(?=\W?[A-Z0-9“"'*\[-])
"""
_END = r"""<\|(?:im_end|eot_id|endoftext|end_of_text|end_of_turn|return|END_RESPONSE|end_of_solution)\|> | </s> | <end_of_turn> | <\|im_start\|>\s*user"""
_GONE = r"""</(?:final_)?answer> | </(?:final|response|output)> | <\|constrain\|>\w* | <\|start\|>\w* | <s> | <\|[^<>|\s]{0,40}\|>"""
_TAG = re.compile(
    rf"(?P<open>{_OPEN})|(?P<close>{_CLOSE})|(?P<end>{_END})|(?P<gone>{_GONE})", re.VERBOSE | re.IGNORECASE
)
_BARE = re.compile(r"\s*analysis(?=[A-Z])")
"""Harmony's channel without its tags, as some servers leave it."""


def _beginning(word: str) -> str:
    """Return a pattern of any beginning of ``word``."""
    return word[0] + "".join(f"(?:{c}" for c in word[1:]) + ")?" * (len(word) - 1)


_PARTIAL = re.compile(
    r"(?:<[^<>]{0,170}|<\|channel\|?>\s*\w{0,12}(?:\s*<\|?\w{0,8}\|?)?|<\|(?:constrain|start)\|>\w{0,12}"
    rf"|<unused94>t?h?o?u?g?h?|\[/?[a-z]{{0,8}}|◁[^▷]{{0,12}}|{_beginning('assistantfinal')}|assistantfinal\W?)$",
    re.IGNORECASE,
)
_DETAILS_END = re.compile(r"</details>")
_START = "analysis"
_TAIL = 200
"""Characters of a thought in which its end may have begun."""


class Reply:
    """Finds the answer in one reply; ``thought`` says whether anything was thought aloud."""

    def __init__(self) -> None:
        self.thought = False
        self._text = ""
        self._within = False
        self._details = False
        self._ended = False
        self._begun = False

    def feed(self, piece: str) -> Iterator[str | None]:
        """Take the next piece; yield text of the answer, or ANEW."""
        self._text += piece
        yield from self._read(final=False)

    def close(self) -> Iterator[str | None]:
        """Yield what is left when the model has stopped."""
        yield from self._read(final=True)

    def _read(self, *, final: bool) -> Iterator[str | None]:
        if not self._begun:
            head = self._text.lstrip()
            if not final and len(head) <= len(_START) and _START.startswith(head):
                return
            self._begun = True
            if bare := _BARE.match(self._text):
                self._text, self._within, self.thought = self._text[bare.end() :], True, True
        while not self._ended:
            # What may still become a tag waits for its end.
            held = None if final else _PARTIAL.search(self._text)
            limit = held.start() if held else len(self._text)
            tag = self._next_tag(limit)
            if tag is None and self._within:
                self._text = self._text[-_TAIL:]
                return
            if tag is None:
                ready, self._text = self._text[:limit], self._text[limit:]
                if ready:
                    yield ready
                return
            before, self._text = self._text[: tag.start()], self._text[tag.end() :]
            yield from self._passed(before, tag)

    def _next_tag(self, limit: int) -> re.Match[str] | None:
        pattern = _DETAILS_END if self._details else _TAG
        tag = pattern.search(self._text)
        return tag if tag and tag.end() <= limit else None

    def _passed(self, before: str, tag: re.Match[str]) -> Iterator[str | None]:
        """Yield what the text before a tag is, and note what follows it."""
        if self._details:
            self._details = self._within = False
        elif tag["open"]:
            if before and not self._within:
                yield before + " "
            self._within = self.thought = True
            self._details = tag["open"].startswith("<details")
        elif tag["close"]:
            # Text, and then the end of a thought that never began: the text was the thought.
            if not self._within:
                yield ANEW
            self._within = False
            self.thought = True
        elif not self._within:
            yield before + " "
            self._ended = bool(tag["end"])
