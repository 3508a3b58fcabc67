"""Text -> the head of an article: its headline and agency, as printed in its opening lines."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import islice, pairwise

from index.furniture import is_furniture, is_heading, lines, units

Span = tuple[int, int]

_LINES = 12
"""A headline or an agency further down belongs to something else."""

_LONGEST_HEADLINE = 200
_TITLE = 80
"""Characters of a title made from a first sentence."""

_AGENCIES = (
    r"AAP|AFP|Agence France-Presse|Al Jazeera|Anadolu(?: Agency)?|ANI|ANSA|AP|APP|(?:The )?Associated Press|Bernama|BBC|"
    r"Bloomberg|CNN(?: Business)?|DPA|dpa|EFE|IANS|Interfax|IRNA|JTA|Kyodo(?: News)?|PA Media|PTI|RIA|Reuters|SANA|SPA|"
    r"TASS|The Canadian Press|UPI|WAFA|Xinhua|Yonhap"
)
_LED = re.compile(
    # "(Reuters) - ", "Houston (CNN Business) —", "WASHINGTON, Jan. 5 (AP): ", "(CNN) The …"
    r"(?:[A-Z][\w.’'-]*(?:[ ,/-]+(?:[A-Z][\w.’'-]*|\d{1,4})){0,8},? ?)?\((?P<bracketed>[A-Z][\w.& /-]{1,30})\)\s*[-–—:]"
    rf"|\((?P<opening>{_AGENCIES})\)\s"
    # "New York CNN Business —", "AFP —"
    rf"|(?:[A-Z][^()\n.]{{1,40}} )?(?P<bare>{_AGENCIES}) ?[–—]"
)
_SIGNED = re.compile(rf"(?:[–—-]{{1,2}} ?|\()(?P<agency>{_AGENCIES})\)?\.?\s*\Z")
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)][.!?])[\"'”’)]*\s")


def headline_span(text: str, furniture: Container[Span] = ()) -> Span | None:
    """Return the span of the first line that is not furniture, if it looks like a headline.

    It is short, no statement, and stands apart: it is a paragraph of its own, or furniture (a date line,
    share buttons) follows. ``furniture`` are spans known beforehand.
    """
    paragraphs = dict(units(text))
    opening = list(islice(lines(text), _LINES))
    for (start, end), following in pairwise(opening):
        line = text[start:end]
        if (start, end) in furniture or is_furniture(line):
            continue
        apart = paragraphs.get(start) == end or is_furniture(text[slice(*following)])
        return (start, end) if apart and is_heading(line.rstrip("?!"), longest=_LONGEST_HEADLINE) else None
    return None


def title_from_prose(text: str, furniture: Container[Span] = ()) -> str:
    """Return the first sentence of the prose, for display: longer ones are cut at a word, with an ellipsis."""
    for start, end in units(text):
        paragraph = " ".join(text[start:end].split())
        if (start, end) in furniture or is_furniture(paragraph):
            continue
        sentence = _SENTENCE_END.split(paragraph[: 4 * _TITLE], maxsplit=1)[0]
        if len(sentence) <= _TITLE:
            return sentence.rstrip(".")
        return sentence[: _TITLE + 1].rsplit(" ", 1)[0][:_TITLE].rstrip(",;:–—- ") + "…"
    return ""


def agency(text: str) -> str:
    """Return the news agency named in the dateline or in the signature at the end, "" where none is."""
    for start, end in islice(lines(text), _LINES):
        if match := _LED.match(text[start : min(end, start + 120)]):
            return match["bracketed"] or match["opening"] or match["bare"]
        if end - start > _LONGEST_HEADLINE:
            break
    signed = _SIGNED.search(text[-200:])
    return signed["agency"] if signed else ""
