r"""A text as people see it: one normalisation for everything that reads words, with the way back to the original.

Typesetting hides names: decomposed accents (as macOS writes them), soft hyphens, no-break, thin and doubled spaces,
zero-width and bidirectional marks, full-width letters, ligatures, and lines broken at a width, within words too.
Whatever looks for words and names looks at ``plain(text).text``; what is stored and quoted is the text itself.

>>> from dateline.index.prose.plain import plain
>>> found = plain("Ro\u00adme\u00adro\u00a0 Cal\u00adde\u00adrón")
>>> found.text
'Romero Calderón'
>>> found.original(7, 15)
(10, 20)
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dateline.index.prose.furniture import units

Span = tuple[int, int]

_SPACE = r" \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_UNSEEN = r"\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
_WIDE = r"\ufb00-\ufb06\uff01-\uff5e\uffe0-\uffe6"
_BREAK = rf"[{_SPACE}{_UNSEEN}]*(?:\r\n|[\n\r\u2028])[{_SPACE}{_UNSEEN}]*"
_ODD = re.compile(
    rf"(?P<divided>(?<=[^\W\d_])[-\u2010\u00ad]{_BREAK}(?=[^\W\d_]))"
    rf"|(?P<broken>{_BREAK})"
    rf"|(?P<space>[{_SPACE}{_UNSEEN}]*[{_SPACE}][{_SPACE}{_UNSEEN}]*)"
    rf"|(?P<unseen>[{_UNSEEN}]+)"
    rf"|(?P<hyphen>[\u2010\u2011])"
    rf"|(?P<wide>[{_WIDE}]+)"
    rf"|(?P<composed>[^\W\d_]?[{_MARKS}]+|[\u1100-\u11ff]+)"
)
_QUICK = re.compile(rf"[\t\r{_SPACE[3:]}{_UNSEEN}{_MARKS}{_WIDE}\u1100-\u11ff\u2010\u2011\u2028]|  |[^\n]\n[^\n]")
_HYPHENATED = frozenset(
    (
        "all", "anti", "co", "cross", "de", "ex", "far", "first", "five", "four", "full", "half", "high", "ill", "long",
        "low", "mid", "multi", "near", "non", "one", "part", "post", "pre", "pro", "second", "self", "semi", "short",
        "so", "ten", "third", "three", "two", "ultra", "vice", "well", "year",
    )
)  # fmt: skip
"""Words that are oftener joined by a hyphen than cut by one."""


@dataclass(frozen=True)
class Plain:
    """A text as it is seen, and the edits (plain start, plain end, original start, original end) that made it so."""

    text: str
    edits: tuple[tuple[int, int, int, int], ...] = ()

    def original(self, start: int, end: int) -> Span:
        """Return the span of the original of a span of the plain text."""
        return self._start(start, 0), self._end(end, 0)

    def shown(self, start: int, end: int) -> Span:
        """Return the span of the plain text of a span of the original."""
        return self._start(start, 2), self._end(end, 2)

    def _start(self, offset: int, side: int) -> int:
        at = bisect_right(self.edits, offset, key=lambda edit: edit[side]) - 1
        if at < 0:
            return offset
        edit, other = self.edits[at], 2 - side
        return edit[other] if offset < edit[side + 1] else edit[other + 1] + offset - edit[side + 1]

    def _end(self, offset: int, side: int) -> int:
        at = bisect_left(self.edits, offset, key=lambda edit: edit[side]) - 1
        if at < 0:
            return offset
        edit, other = self.edits[at], 2 - side
        return edit[other + 1] + max(0, offset - edit[side + 1])


@lru_cache(16)
def plain(text: str) -> Plain:
    """Return ``text`` as people see it. Linear in its length."""
    if not _QUICK.search(text):
        return Plain(text)
    pieces: list[str] = []
    edits: list[tuple[int, int, int, int]] = []
    at = length = 0
    for start, end, seen in _edits(text):
        pieces += (text[at:start], seen)
        length += start - at
        edits.append((length, length + len(seen), start, end))
        length += len(seen)
        at = end
    return Plain("".join((*pieces, text[at:])), tuple(edits)) if edits else Plain(text)


def _edits(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, what is seen there) for what is seen differently from how it is written."""
    paragraphs = [(start, end) for start, end in units(text) if "\n" in text[start:end] or "\r" in text[start:end]]
    ends = [end for _, end in paragraphs]
    for match in _ODD.finditer(text):
        start, end = match.span()
        seen, kind = match[0], match.lastgroup
        if kind in ("divided", "broken"):
            inside = bisect_right(ends, start)
            if inside == len(paragraphs) or start < paragraphs[inside][0]:
                # The end of a paragraph stays; only how it is written is made one.
                seen, start = "\n", start + (kind == "divided")
            elif kind == "broken":
                seen = " "
            else:
                seen = "-" if _keeps_hyphen(text, start, end) else ""
        elif kind == "space":
            seen = " "
        elif kind == "unseen":
            seen = ""
        elif kind == "hyphen":
            seen = "-"
        elif kind == "wide":
            seen = unicodedata.normalize("NFKC", seen)
        else:
            seen = unicodedata.normalize("NFC", seen)
        if seen != text[start:end]:
            yield start, end, seen


def _keeps_hyphen(text: str, start: int, end: int) -> bool:
    """Whether a hyphen at the end of a line belongs to the word: "Anne-Marie", but not "Wester-field"."""
    if text[start] == "\u00ad":
        return False
    if not text[end].islower():
        return True
    left = re.search(r"[^\W\d_]+\Z", text[max(0, start - 40) : start])
    right = re.match(r"[^\W\d_]+", text[end : end + 40])
    first, second = left[0] if left else "", right[0] if right else ""
    return f"{first}-{second}" in text or (
        first.lower() in _HYPHENATED and len(second) > 3 and f"{first}{second}" not in text
    )
