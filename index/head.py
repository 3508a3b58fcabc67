"""Text -> the head of an article: headline, date line, place and agency, as printed in its opening lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from index.furniture import is_furniture, is_heading, is_wrapped, lines, units

Span = tuple[int, int]

HEAD_LINES = 12
"""A headline or date line further down belongs to something else."""

TITLE_LENGTH = 80
"""Characters of a title made from a first sentence."""

_AGENCIES = (
    r"AAP|AFP|Agence France-Presse|Al Jazeera|Anadolu(?: Agency)?|ANI|ANSA|AP|APP|Associated Press|Bernama|Bloomberg|"
    r"BBC|CNN(?: Business)?|DPA|dpa|EFE|IANS|Interfax|IRNA|JTA|Kyodo(?: News)?|PA|PTI|RIA|Reuters|SANA|SPA|TASS|"
    r"The Associated Press|The Canadian Press|UPI|WAFA|Xinhua|Yonhap"
)
_PLACE = r"[A-Z][\w.’'-]+(?:[ -][A-Z][\w.’'-]+){0,3}(?:, ?[A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+)?)?"
_DAY = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d{1,2}|\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DATELINES = (
    # "LONDON, Jan 24 (Reuters) - ", "Houston (CNN Business) — ", "WASHINGTON (AP): "
    re.compile(
        rf"(?:(?P<place>{_PLACE})(?:, (?:{_DAY}))?,? )?\((?P<agency>[A-Z][\w.& /-]{{1,30}})\)(?:\s*[-–—:]|\s+(?=[A-Z“\"]))"
    ),
    # "New York CNN Business —"
    re.compile(rf"(?:(?P<place>{_PLACE}) )?(?P<agency>{_AGENCIES}) ?[–—]"),
    # "ISLAMABAD: ", "NEW DELHI, Jan 24 - "
    re.compile(
        rf"(?P<place>[A-Z][A-Z.’'-]{{2,}}(?:[ /-][A-Z.’'-]{{2,}}){{0,3}})(?:, (?:[A-Z][\w.]+))?(?:, (?:{_DAY}))?(?::| ?[–—]| -)\s"
    ),
    # "London — "
    re.compile(rf"(?P<place>{_PLACE})(?:, (?:{_DAY}))? ?[—]\s"),
)
_SIGNED = re.compile(rf"(?:[–—-]{{1,2}} ?|\()(?P<agency>{_AGENCIES})\)?\.?\s*\Z")
_SENTENCE_END = re.compile(r"(?<=[.!?][\"”’»)])\s|(?<=[a-z0-9)\"”’][.!?])\s")


@dataclass(frozen=True)
class Head:
    """What the opening lines say: ``headline`` is its span, None where the article starts with prose."""

    headline: Span | None = None
    published: str | None = None
    place: str = ""
    agency: str = ""


def read_head(text: str) -> Head:
    """Return the head of an article's text."""
    opening = [span for _, span in zip(range(HEAD_LINES), lines(text), strict=False)]
    place, agency = _dateline(text)
    return Head(_headline(text), _stated_date(text, opening), place, agency)


def title_from_prose(text: str) -> str:
    """Return the first sentence of the prose, shortened at a word to ``TITLE_LENGTH`` with an ellipsis, for display."""
    for start, end in units(text):
        paragraph = " ".join(text[start:end].split())
        if is_furniture(paragraph):
            continue
        sentence = _SENTENCE_END.split(paragraph, maxsplit=1)[0]
        if len(sentence) <= TITLE_LENGTH:
            return sentence.rstrip(".")
        return sentence[: TITLE_LENGTH + 1].rsplit(" ", 1)[0].rstrip(",;:–—- ")[:TITLE_LENGTH] + "…"
    return ""


def _headline(text: str) -> Span | None:
    """Return the span of the first line that is not furniture, if it looks like a headline.

    It is short, no sentence, and stands apart: a blank line, furniture (a date line, share buttons)
    or, where every line is a paragraph, prose follows.
    """
    spans = [span for _, span in zip(range(HEAD_LINES), lines(text), strict=False)]
    for position, (start, end) in enumerate(spans):
        line = text[start:end]
        if is_furniture(line):
            continue
        if not is_heading(line, longest=200) or position + 1 == len(spans):
            return None
        following = text[slice(*spans[position + 1])]
        apart = text[end : spans[position + 1][0]].count("\n") > 1 or is_furniture(following)
        return (start, end) if apart or not is_wrapped(text) else None
    return None


def _dateline(text: str) -> tuple[str, str]:
    """Return place and agency from the start of one of the first paragraphs, or from the article's signature."""
    place = agency = ""
    for _, (start, end) in zip(range(HEAD_LINES), lines(text), strict=False):
        opening = text[start : min(end, start + 120)]
        match = next((match for match in (rule.match(opening) for rule in _DATELINES) if match), None)
        if match:
            place = match.group("place") or ""
            agency = (match.groupdict().get("agency")) or ""
            break
    if not agency:
        signed = _SIGNED.search(text[-200:])
        agency = signed.group("agency") if signed else ""
    return place, agency


def _stated_date(text: str, opening: list[Span]) -> str | None:
    for start, end in opening:
        if end - start <= 80 and is_furniture(text[start:end]) and (found := parse_date(text[start:end])):
            return found
    return None


_WRITTEN = re.compile(
    r"(?P<month1>[A-Za-z]{3,9})\.? +(?P<day1>\d{1,2})(?:st|nd|rd|th)?,? +(?P<year1>\d{4})"
    r"|(?P<day2>\d{1,2})(?:st|nd|rd|th)? +(?P<month2>[A-Za-z]{3,9})\.?,? +(?P<year2>\d{4})"
    r"|(?P<iso>\d{4}-\d\d-\d\d)"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_date(text: str) -> str | None:
    """Return the ISO day of a date written in full in ``text``, or None; day and month are never guessed from digits."""
    for match in _WRITTEN.finditer(text):
        try:
            if match["iso"]:
                return date.fromisoformat(match["iso"]).isoformat()
            number = "1" if match["month1"] else "2"
            month = _MONTHS.index(match[f"month{number}"][:3].lower()) + 1
            return date(int(match[f"year{number}"]), month, int(match[f"day{number}"])).isoformat()
        except ValueError:
            continue
    return None
