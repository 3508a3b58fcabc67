"""Text -> the head of an article: its headline and agency, as printed in its opening lines."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import islice, pairwise

from dateline.index.prose.furniture import is_furniture, is_heading, lines, units
from dateline.index.prose.sentences import split

Span = tuple[int, int]

_LINES = 12
"""A headline or an agency further down belongs to something else."""

_LONGEST_HEADLINE = 200
_TITLE = 80
"""Characters of a title made from a first sentence."""

_HEADLINE = re.compile(r"[\"'“‘(\[¿¡#$£€]*[^\W_].*(?:[^.,;:–—-]|\.\.)")
"""A headline starts with a word and ends in no full stop, but perhaps in dots, a question or an exclamation mark."""

_YEAR = re.compile(r"\b\d{4}\b")

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


def headline_span(text: str, furniture: Container[Span] = ()) -> Span | None:
    """Return the span of the first line that is not furniture, if it looks like a headline.

    It is short, no statement, and stands apart: it is a paragraph of its own, or furniture (a date line,
    share buttons) follows. One or two capitalised words above it (the author's name, a section) are
    passed over. ``furniture`` are spans known beforehand.
    """
    paragraphs = dict(units(text))
    opening = list(islice(lines(text), _LINES))
    for (start, end), following in pairwise(opening):
        line = text[start:end]
        if (start, end) in furniture or is_furniture(line):
            continue
        below = text[slice(*following)] if is_furniture(text[slice(*following)]) else ""
        if len(line) > _LONGEST_HEADLINE or not (paragraphs.get(start) == end or below):
            return None
        # A line right above the date is a headline, full stop or not.
        if not _HEADLINE.fullmatch(line) and not _YEAR.search(below):
            return None
        words = line.split()
        if len(words) > 2 or not all(word[0].isupper() for word in words):
            return start, end
    return None


def title_from_prose(text: str, furniture: Container[Span] = ()) -> str:
    """Return the first sentence of the prose, for display: longer ones are cut at a word, with an ellipsis."""
    paragraphs = [
        " ".join(text[start:end].split())
        for start, end in units(text)
        if (start, end) not in furniture and not is_furniture(text[start:end])
    ]
    for paragraph in sorted(paragraphs[:_LINES], key=is_heading):
        paragraph = paragraph[: 4 * _TITLE]
        start, end = split(paragraph)[0]
        sentence = paragraph[start:end]
        if len(sentence) <= _TITLE:
            return sentence if sentence.endswith("..") else sentence.removesuffix(".")
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
