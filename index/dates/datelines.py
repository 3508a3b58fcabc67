"""The dateline: the date, and the place, that an article is written from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from dateline.index.dates.calendars import unit_of
from dateline.index.dates.timex_days import grammar
from dateline.index.dates.timex_grammar import Context
from dateline.index.dates.timex_tokens import tokenize
from dateline.index.dates.written import AmbiguousDateError, Order, day_order, read_date

Kind = Literal["published", "updated"]


@dataclass(frozen=True)
class Dateline:
    """Where an article says when and where it was written.

    ``date`` is ISO, None where only the place (or a day without its year) is given; ``place`` may be "".
    ``start``/``end`` are the character offsets of the date, or of the place where there is no date. ``ambiguous``
    is a date in figures whose day and month could change places, as it is written; ``date`` is None then.
    """

    date: str | None
    place: str
    start: int
    end: int
    kind: Kind = "published"
    ambiguous: str = ""


_OPENING = 2000  # characters: datelines stand above the story or at the head of its first paragraph
_PROSE = 50  # a line with this many characters that ends like a sentence is the story itself
_LABEL = re.compile(
    r"\b(?:(?P<updated>updated|last\s+(?:updated|modified)|modified|revised|corrected)"
    r"|(?P<published>(?:first\s+)?published|posted|issued|released|date|dated|filed|created))\b",
    re.IGNORECASE,
)
# What may stand beside a date on a line of its own: labels, times, zones, bylines, reading times.
_BESIDE = re.compile(
    r"""(?:first\s+|last\s+)?(?:updated|modified|revised|corrected|published|posted|issued|released|dated?|filed|created)\b
    |\b(?:at|on|and|the|by|from)\b|\b[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?\b|\b[ap]\.?m\b\.?
    |\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b
    |\b(?:gmt|utc|bst|ist|pkt|cet|cest|[ecmp][sd]?t)\b|[+-][0-9]{2}:?[0-9]{2}|\b[0-9]+\s+(?:min|minutes?)\s+read\b""",
    re.IGNORECASE | re.VERBOSE,
)
_OTHER_LABEL = re.compile(r"[^\W\d]\s*:\s*\Z")
_OF_ELSE = re.compile(
    r"(?<!\w)(?!publication|publish|release|issue|posting|article|story|news|last|first)[^\W\d_]{2,}[\s_-]*\Z", re.I
)
"""What is dated, published or updated is named right before: "Event date", "Terms of use last updated"."""
_BYLINE = re.compile(r"\bby\s+[^|·•0-9]{2,60}?(?=[|·•,]|$)", re.IGNORECASE)
_MENTION = frozenset(("on", "in", "of", "since", "until", "before", "after", "by", "from", "to", "for", "during", "at"))
_CAPITAL = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0100\u010c\u0141\u015a\u0160\u0179\u017b\u017d"
_REGION = rf"(?:,\s[{_CAPITAL}][\w.]{{1,15}}(?:\s[{_CAPITAL}]\w{{1,15}})?|\s\[[{_CAPITAL}][\w .-]{{1,30}}\])?"
_UPPER = rf"[{_CAPITAL}][{_CAPITAL}'’.-]{{1,20}}(?:[ /][{_CAPITAL}][{_CAPITAL}'’.-]{{0,20}}){{0,4}}{_REGION}"
_MIXED = rf"[{_CAPITAL}][\w'’.-]{{1,20}}(?:[ /][{_CAPITAL}][\w'’.-]{{0,20}}){{0,3}}{_REGION}"
_AGENCY = r"\s*(?:\([A-Z][\w .&/-]{1,30}\)|/[A-Z][\w .&-]{1,30}/)"
_WHEN = r"(?:,\s(?P<{}>[A-Z0-9][^()—–:/]{{2,24}}?))"
# A wire's own marks end a dateline: "(Reuters) -", "/PRNewswire/ --", "/TASS/."; after a day the agency alone does.
_END = rf"{_AGENCY}\s*[—–:.-]"
_PLACE = re.compile(
    rf"(?P<upper>{_UPPER})(?:{_WHEN.format('when')}{_AGENCY}\s+(?=[{_CAPITAL}“\"])"
    rf"|{_WHEN.format('when_upper')}?(?:{_END}|\s*[—–:]\s|\s-{{1,2}}\s))"
    rf"|(?P<mixed>{_MIXED})(?:{_WHEN.format('when_before')}{_AGENCY}\s+(?=[{_CAPITAL}“\"])"
    rf"|{_WHEN.format('when_mixed')}?(?:{_AGENCY}\s*[—–-]|\s+[—–]\s|\s--\s)|{_WHEN.format('when_signed')}{_END})"
)
_WHEN_ONLY = re.compile(rf"(?P<when>[A-Z][a-z]{{2,8}}\.?\s[0-9]{{1,2}}(?:,\s[0-9]{{4}})?){_AGENCY}\s*[—–-]")
_LONE_PLACE = re.compile(
    rf"(?P<mixed>{_MIXED})\s(?:AFP|AP|BBC|CNN|DPA|Reuters)(?:\s[A-Z][a-z]{{1,15}})?\s?[—–-]{{1,2}}\s*"
)
_NO_PLACE = frozenset(
    (
        "breaking", "update", "updated", "exclusive", "watch", "opinion", "analysis", "live", "video", "photos", "read",
        "also", "editor", "note", "correction", "explainer", "factbox", "newsletter", "column",
    )
)  # fmt: skip


def find_dateline(text: str, order: Order | None = None) -> Dateline | None:
    """Return the dateline in a text's opening lines, None where there is none.

    A date counts where it stands on a line of its own (with a label, a time or a byline at most) or at the head
    of the first paragraph after a place ("WASHINGTON, Jan. 5 (Reuters) -"). Dates that headlines or sentences
    mention never count, nor do those of something else ("Deadline: 15 March 2026"). Publication wins over update.
    ``order`` is what dates in figures begin with in the source, where that is known; else the text's other dates tell.

    >>> from dateline.index.dates.datelines import find_dateline
    >>> line = find_dateline("DORVALE, March 4, 2026 (AP) - The bridge reopened on Monday.")
    >>> line.place, line.date
    ('DORVALE', '2026-03-04')
    >>> find_dateline("The bridge that fell on March 4, 2026 will be built again.") is None
    True
    """
    published: Dateline | None = None
    updated: Dateline | None = None
    place: Dateline | None = None
    label: Kind | None = None
    order = order or day_order([text[: 5 * _OPENING]])
    for start, line in _opening_lines(text):
        for found in _dated_line(line, start, label, order):
            if found.kind == "updated":
                updated = updated or found
            else:
                published = published or found
        label = _only_label(line)
        place = _placed(line, start)
        if place or (len(line) >= _PROSE and line.rstrip().endswith((".", "”", '"', "’"))):
            break
    dated = published or updated
    if place and place.date and not published:
        return place
    if dated:
        return replace(dated, place=place.place if place else "")
    return place


def _opening_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (offset, line) for the lines of a text's opening that are not blank."""
    head = text[:_OPENING]
    for m in re.finditer(r"[^\n]+", head):
        if not m[0].isspace():
            yield m.start(), m[0]


def _only_label(line: str) -> Kind | None:
    """Return the kind a line announces for the next one ("Published" alone on its line)."""
    m = _LABEL.fullmatch(line.strip().rstrip(":").strip())
    return None if not m else "updated" if m["updated"] else "published"


def _full_dates(line: str) -> list[tuple[int, int, str]]:
    """Return (start, end, ISO date) of the dates in ``line`` that name day, month and year."""
    tokens = tokenize(line)
    found = grammar.read(Context(tokens, None))
    return [
        (tokens.starts[first], tokens.ends[stop - 1], reading.value[:10])
        for first, stop, reading in found
        if reading.value[0] != "X" and "/" not in reading.value and unit_of(reading.value) == "day"
    ]


def _dated_line(line: str, offset: int, label: Kind | None, order: Order | None) -> Iterator[Dateline]:
    """Yield the datelines on a line that holds nothing but dates and what goes with them."""
    if len(line) > 200:
        return
    dates = _full_dates(line)
    if not dates:
        return
    rest, at = [], 0
    for start, end, _ in dates:
        rest.append(line[at:start])
        at = end
    rest.append(line[at:])
    first = _LABEL.search(line)
    if not (label or first) and (_OTHER_LABEL.search(rest[0]) or _said_of(rest)):
        return
    if first and _OF_ELSE.search(_BYLINE.sub(" ", line[: first.start()])):
        return
    others = re.findall(r"[^\W\d_]{2,}", _BESIDE.sub(" ", _BYLINE.sub(" ", " | ".join(rest))))
    if len(others) > (5 if label or first else 3):
        return
    at = 0
    for start, end, value in dates:
        labels = list(_LABEL.finditer(line, at, start))
        before = re.findall(r"[^\W\d_]+", line[at:start])
        if not labels and label is None and before and before[-1].lower() in _MENTION:
            return
        kind: Kind = label or "published"
        if labels:
            kind = "updated" if labels[-1]["updated"] else "published"
        yield _dateline(line, (start, end), value, order, offset, kind)
        at = end


def _said_of(rest: list[str]) -> bool:
    """Whether words right before a date, or small ones beside it, say what it is the date of ("Born 3 May")."""
    words = [_BESIDE.sub(" ", _BYLINE.sub(" ", part)) for part in rest]
    beside = [re.split(r"[|·•/—–]", words[0])[-1], *(re.split(r"[|·•/—–]", part)[0] for part in words[1:])]
    return re.search(r"[^\W\d_]{2,}\s*\Z", words[0]) is not None or any(
        re.search(r"(?<![^\W_])[a-z]{2,}", part) for part in beside
    )


def _dateline(line: str, span: tuple[int, int], value: str, order: Order | None, offset: int, kind: Kind) -> Dateline:
    """Return the dateline of a date; one in figures is read in the order of its source."""
    start, end = span
    ambiguous = ""
    if re.fullmatch(r"\d{1,2}([-/.])\d{1,2}\1\d{2,4}", line[start:end]):
        try:
            value = (read_date(line[start:end], order or day_order([], zone=line)) or value)[:10]
        except AmbiguousDateError:
            ambiguous = line[start:end]
        except ValueError:
            pass
    return Dateline(None if ambiguous else value, "", offset + start, offset + end, kind, ambiguous)


def _placed(line: str, offset: int) -> Dateline | None:
    """Return the dateline at the head of a paragraph: a place, a date or both, then a dash or a colon."""
    lead = len(line) - len(line.lstrip())
    head = line[lead : lead + 120]
    lone = len(line) - lead < 60  # nothing but the place and the agency
    m = (lone and _LONE_PLACE.fullmatch(head)) or _PLACE.match(head) or _WHEN_ONLY.match(head)
    if not m:
        return None
    groups = m.groupdict()
    when = next((name for name, value in groups.items() if name.startswith("when") and value), "")
    # A short line may be a headline with a colon: only a day or an agency makes it the head of a story.
    if lone and m.re is not _LONE_PLACE and not (re.search(r"\d", m[when] if when else "") or re.search(_AGENCY, m[0])):
        return None
    place = groups.get("upper") or groups.get("mixed") or ""
    if _NO_PLACE & set(re.findall(r"[a-z]+", place.lower())):
        return None
    if when:
        start = offset + lead + m.start(when)
        dates = _full_dates(m[when])
        value = dates[0][2] if dates else None
        return Dateline(value, place, start, start + len(m[when]))
    start = offset + lead
    return Dateline(None, place, start, start + len(place))
