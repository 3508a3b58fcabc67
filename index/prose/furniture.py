"""Text -> spans of web furniture: what stands around an article without being part of its prose.

The rules look at whole lines (whole paragraphs where the text is hard-wrapped), are general (share
buttons, link lines, credits, date lines, headings) and lean towards keeping: a line is furniture
only when its form says so, never because it is short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Span = tuple[int, int]
_Kind = Literal["prose", "heading", "furniture", "other"]

MAX_LINE = 400
"""Characters; a longer line is prose, whatever it starts with."""

_LINES_FOR_WIDTH = 100
_FULL_LINE = 0.6
"""Share of the longest line's length that a line broken at the margin has at least."""

MAX_HEADING = 110
"""Characters of the longest sub-headline."""

_NETWORKS = (
    r"facebook|twitter|instagram|whats ?app|youtube|linkedin|telegram|tiktok|pinterest|reddit|threads|bluesky|"
    r"mastodon|flipboard|messenger|viber|snapchat|tumblr|wechat|x|x \(formerly twitter\)"
)
_BUTTON = rf"(?:{_NETWORKS}|share|tweet|e-?mail|print|pin|save|bookmark|copy link|copy|comment|like|follow|link|more)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
_CLOCK = r"(?:\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\.?)(?:\s*\(?[a-z]{2,4}\)?|\s*[+-]\d\d:?\d\d)?"
_DAY = (
    rf"(?:\d{{4}}-\d\d-\d\d(?:t[\d:.]+(?:z|[+-]\d\d:?\d\d)?)?|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH},?\s+\d{{4}})"
)
_DATE_LINE = (
    rf"(?:(?:first\s+)?(?:published|posted|updated|modified|last (?:updated|modified)|date|created)"
    rf"(?:\s+(?:on|at))?\s*:?\s*)?(?:{_CLOCK},?\s*)?(?:{_WEEKDAY},?\s*)?{_DAY}(?:[\s,|•·–-]+(?:at\s+)?{_CLOCK})?"
)
_NAME = r"(?:[A-Z][\w./’'-]*|and|in|for|of|the|with|to|by|via|editing|agencies|wires?|staff)"

_RULES: tuple[str, ...] = (
    # Share buttons, icons, counters.
    r"(?:icon|fa|fas|fab|social|share|btn)-[\w-]+(?:[\s|,•·]+(?:icon|fa|fas|fab|social|share|btn)-[\w-]+)*",
    rf"{_BUTTON}(?:[\s|,/•·]+{_BUTTON})+",
    r"(?:share|tweet|print|e-?mail|copy link|like|save|bookmark|retweet)",
    rf"(?:share|tweet|e-?mail|print)\s+(?:this|on|via|to)\b(?:\s+(?:{_NETWORKS}|article|story|post|page|news|e-?mail|on|via|to|with|friends?|your|a|or|and|link|by|this))*",
    r"[\d,.]+k?\s+(?:comments?|shares?|views?|likes?|reads?|reactions?|replies)",
    r"(?:view|show|hide|read|leave|post|add|write|see|load)\s+(?:a\s+|all\s+|your\s+|the\s+|more\s+|\d+\s+)*(?:comments?|reply)",
    r"comments?(?:\s*\(\d+\))?|join the (?:conversation|discussion)|be the first to comment|comments are closed",
    # Advertising.
    r"(?:- )?(?:advertise?ments?|advertorial|sponsored(?: content)?|promoted(?: content)?|ads?|paid (?:post|content))(?:\s+[-–—]\s.*|:)?",
    r"(?:story|article) continues (?:below|after)\b.*|(?:scroll|swipe) (?:down )?(?:to|for) \w+.*",
    r"ad feedback|video ad feedback.*|(?:\d\. )?how relevant is this ad to you\?|video player was slow to load content.*",
    r"remove ads?|skip (?:this )?ad(?:vertisement)?|why am i seeing this ad\??",
    # Links to other articles.
    r"(?:also\s+read|read\s+also|read\s+more|read\s+next|read\s+the\s+full\s+\w+|see\s+also|must[\s-]read|more\s+to\s+read|"
    r"related(?:\s+(?:articles?|stor(?:y|ies)|news|content|coverage|topics?|links?|posts?|reading|video))?|"
    r"recommended(?:\s+(?:for you|articles?|stories|reading))?|more on this(?:\s+story)?|don['’]t\s+miss|"
    r"you (?:may|might) (?:also )?(?:like|be interested in)|most (?:read|popular|viewed)|trending(?:\s+now)?|"
    r"in case you missed it|icymi|editor['’]s (?:picks?|choice)|top stories|latest news|up next"
    r")(?:\s*(?:[:>»›|…]|\.\.\.|[-–—]\s).*)?[.>»›]*",
    r"(?:read\s+(?:more|also|the\s+(?:full|whole|rest)\b[\w ]{0,20})|see\s+also|more\s+on\s+this)\s+(?:here|below|on|at|about|in|from)\b[^.]*\.?",
    r"click here(?: (?:to|for)\b[^.]*\.?)?",
    r"(?:more|watch(?:\s+(?:now|live|video|the video))?|listen(?:\s+now)?|live updates?|explained|explainer|analysis|opinion|"
    r"fact check|in pictures|in photos|photos|gallery|video|podcast|learn more|find out more|for more|"
    r"more (?:news|stories|coverage|from|on|about|in)\b[^:.]{0,60})\s*[:>»›|]\s*(?:(?![a-z]{3}\.\s).)*[^.,;]",
    # Newsletters, subscriptions, apps.
    r"\(?(?:please\s+)?(?:sign up|subscribe|register|log in|sign in|download|get)\b(?=.*\b(?:newsletters?|inbox|e-?paper|"
    r"daily digest|digital edition|our (?:\w+ )?(?:app|channel|podcast))\b).*",
    r"\(?(?:please\s+)?(?:sign up|subscribe)\b(?=.*\b(?:alerts?|notifications?|e-?mails?)\b).*",
    r"\(?(?:you can get|want|would you like to|looking for)\b.*\b(?:inbox|newsletters?)\b.*",
    r"(?:subscribe|sign up|log ?in|sign in|register|log out|my account|support (?:us|our journalism)|donate(?: now)?)",
    r"(?:support|subscribe to) (?:local|quality|independent) journalism\b.*",
    rf"(?:follow|find|like|join|connect with|stay connected with|watch) (?:us|[a-z ]{{2,40}}) on (?:our )?(?:{_NETWORKS}|google news|social media)\b.*",
    r"(?:download|get) (?:our|the) [\w ]{0,30}\bapp\b.*",
    r"(?:listen|subscribe) (?:to .{2,60})?(?:on|wherever|via)\b.*\b(?:podcasts?|spotify|google play)\b.*",
    # People and credits.
    r"(?:follow|contact|e-?mail|reach|write to|tweet)\s.*@[\w.]+.*",
    r"by\s+(?-i:[A-Z][\w.’'-]+(?:\s+(?:[A-Z][\w.’'-]*|and|de|van|von|der|bin|al|for|of|the|[&|,]))+)",
    r"contribut(?:ing|ors?)\s*:.*|\((?:additional )?(?:reporting|writing|editing) by .*\)",
    r"\(?(?:(?:additional |further )?(?:reporting|writing|editing|compiled|edited|written|translated) (?:by|from)|"
    r"with (?:inputs?|files|reporting|additional reporting) (?:from|by))\s"
    rf"(?-i:{_NAME}(?:[\s,;&]+{_NAME})*)\.?\)?",
    r"(?:editor['’]s note:\s*)?(?:a|this) version of this (?:story|article)\b.*",
    r"from (?:staff|wire|[\w ]+ network)\b[\w ,]*\breports?|(?:staff|wire|agency) reports?",
    r"special (?:to|for) (?-i:(?:[Tt]he )?[A-Z][\w.’'-]*(?: (?:[A-Z][\w.’'-]*|of|&))*)",
    r"(?:staff (?:writer|reporter)|(?:the )?associated press|ap|reuters|afp|agence france-presse|our correspondent|web desk|news desk|opinion contributor|guest columnist|columnist)",
    r"\(?(?:©|\(c\)\s|copyright\s*(?:©|\(c\)|\d{4}|by\b)).*",
    r"(?:this|the) (?:material|article|content) may not be (?:published|reproduced|copied).*",
    r"\(?this (?:story|article|post|page)(?: and (?:its )?headline)? (?:has been|was|is being|will be) updated\b[^.]{0,80}\.?\)?",
    # Pictures.
    r"(?:photo|image|picture|file photo|photograph|photos|video|credits?|caption|(?:photo|image|picture|video) (?:credits?|source|by|courtesy|caption|via))\s*[:/|]\s*[^.]{2,120}\.?",
    rf"(?:file )?(?:photo|image|picture|photograph) (?:by|courtesy(?: of)?|via)\s(?-i:{_NAME}(?:[\s,]+{_NAME})*)",
    r"(?:file photo|image|photo|representational image|getty images|ap photo|afp|image source, .*|image caption, .*)",
    # Dates, reading times.
    rf"{_DATE_LINE}(?:(?:\s*[|•·/]\s*|\s+)(?:{_DATE_LINE}|\d+ min(?:ute)?s? read))*",
    rf"(?:published|posted|updated|modified|last (?:updated|modified))\b[:\s].{{0,12}}{_DAY}.{{0,40}}|{_CLOCK}",
    r"(?:(?:published|posted|updated)\s+)?\d+ (?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?) ago",
    r"\d+[\s-]*min(?:ute)?s?(?: read)?|(?:estimated )?reading time\b.{0,20}|listen to (?:this )?article.*",
    # Navigation.
    r"home(?:page)?\s*[>»›/|].*|(?:[\w&' ]{2,30}[>»›]){2,}[\w&' ]{2,60}",
    r"skip to (?:main )?(?:content|navigation)|menu|search|close|back to top|(?:next|previous|older|newer)(?: (?:article|story|post|page))?|"
    r"(?:load|show|view|see) (?:more|all|less)|toggle navigation|breadcrumb|read more|continue reading|expand|collapse",
    r"(?:tags?|topics?|keywords?|filed under|categor(?:y|ies)|labels?|sections?)\s*:.{0,200}",
    # Cookies and consent.
    r"(?:we|this (?:web)?site|our (?:web)?site) (?:and our partners )?uses? (?:\w+ )?cookies\b.*",
    r"(?:accept|reject|manage|allow)(?: all)?(?: cookies| preferences)?|cookie (?:policy|settings|preferences|notice|consent)|privacy (?:policy|notice)|terms (?:of use|of service|and conditions|& conditions)",
    r"if you\b.*\b(?:tick|click|untick) (?:here|(?:this|the) box)\.?",
    r"by (?:continuing|clicking|signing up|entering your|registering|subscribing|submitting)\b.*\b(?:you|i) (?:\w+ )?(?:agree|accept|consent|acknowledge)\b.*",
    # Marks without a word, datelines alone on a line ("LONDON —").
    r"[\W_]+",
    r"[^.!?]{2,50}\s[—–]",
)
_GUARDED_RULES: tuple[tuple[tuple[str, ...], str], ...] = (
    # Links whose label is glued to their title ("More:What we know"), or that end in an arrow.
    ((":",), r"[^.:]{3,90}[^\s.:\d]:(?=[A-Z“‘\"'][a-z]+\s)[^.]*[^.”\"]"),
    ((">>", "»", "›", "→", "▶", "►"), r".{3,160}(?:>>+|»|›|→|▶|►)"),
    # Calls to sign up, unless someone is quoted with them.
    (
        ("sign up", "subscribe"),
        r"(?![“\"])(?!.*[“”\"]\s+(?:\w+\s+){0,3}said\b)(?=.*(?:newsletter|inbox|updates|alerts|digital|print|journalism|\bour\b|free)).*\b(?:sign up (?:here|now|today|for free)|subscribe (?:here|now|today)|"
        r"(?:sign up|subscribe) (?:for|to) our)\b.*",
    ),
    # Where to reach the author.
    (
        ("@",),
        r"(?:.*\b(?:he|she|they) can be reached|[\w.’'-]+ [\w.’' -]{2,30} can be reached|.*\b(?:reach (?:him|her|them|me|the (?:author|reporter))|"
        r"(?:follow|contact|e-?mail) (?:him|her|them|me|the (?:author|reporter))))\b.*@[\w.]+.*",
    ),
    (("all rights reserved",), r".*\ball rights reserved\b.{0,40}"),
    # What becomes of the reader's data.
    (
        ("privacy policy", "privacy notice"),
        r"(?:we|if you|you|your|by|please|read|see)\b.*\b(?:our|this) privacy (?:policy|notice)(?: here)?[.)]*",
    ),
    # Captions, known by their credit.
    (
        ("photo", "getty", "[file", "/afp", "/ afp", "/reuters", "/ reuters"),
        r".{0,300}(?:\(ap photo\b[^)]*\)|/\s*getty images|\bvia getty images|\bgetty images\)?|\[file(?: photo)?[:\]].*|"
        r"\(file photo\)|/ ?afp\)?|/ ?reuters\)?|\bphoto by [\w .]{2,40}\)?)[.\]]?",
    ),
)
"""Rules that look at a whole line are tried only on lines that hold one of their (lower-case) key strings."""

_FURNITURE = re.compile("|".join(f"(?:{rule})" for rule in _RULES), re.IGNORECASE | re.DOTALL)
_GUARDED = tuple((keys, re.compile(rule, re.IGNORECASE | re.DOTALL)) for keys, rule in _GUARDED_RULES)
_TERMINAL = re.compile(r"[.!?…][\"'”’»)\]]*$")
_STATEMENT = re.compile(r"[a-z]{3}\.\s+[A-Z(“\"]|\d,\s.*\s\d+$|,[\"'”’]\s|:\s+\S+\s+\S+\s+\S|^\S+(?:\s+\S+){0,2}:\s")
"""A sentence and more, a score, a quotation with its speaker, a label with its value: no headline, even without a full stop."""
_HEADING_START = re.compile(r"[\"'“‘(\[¿¡#*•►▶]*\s*(?:[A-Z\u00c0-\u00de]|\d|[^\W\d_a-z])")


def lines(text: str) -> Iterator[Span]:
    """Yield the span of every non-blank line, without the white space around it."""
    for match in re.finditer(r"[^\n\r]+", text):
        line = match.group()
        stripped = line.strip()
        if stripped:
            start = match.start() + line.index(stripped[0])
            yield start, start + len(stripped)


def is_wrapped(text: str) -> bool:
    """Whether lines were broken at a width, so that a paragraph spans several of them."""
    breaks = re.findall(r"[^\n\r]\r?\n[ \t]*([^\s])", text)
    return bool(breaks) and sum(first.islower() for first in breaks) >= 0.2 * len(breaks)


def units(text: str) -> list[Span]:
    """Return the spans of the paragraphs.

    These are the lines; in a wrapped text, runs of lines that end at a blank line. Where a text has no blank
    lines (as one taken from a PDF), they end at a line too short to have been broken; where it has, at such a line
    only if it ends a sentence or opens the text. Furniture stands by itself.
    """
    spans = list(lines(text))
    if not is_wrapped(text):
        return spans
    full = max(end - start for start, end in spans[:_LINES_FOR_WIDTH]) * _FULL_LINE
    spaced = re.search(r"\S[ \t]*\r?\n[ \t]*\r?\n", text) is not None
    blocks: list[Span] = []
    before, apart = (0, 0), False
    for start, end in spans:
        # A line that ends in a hyphen or a comma goes on, however short it is.
        goes_on = text[start].islower() or text[before[1] - 1 : before[1]] in ("-", ",", "\u2010", "\u00ad")
        short = before[1] - before[0] < full and not goes_on
        if short and spaced and blocks:
            short = before == spans[0] or _TERMINAL.search(text[slice(*before)]) is not None
        marked = is_furniture(text[start:end])
        short, apart = short or marked or apart, marked
        if not blocks or short or re.search(r"\n[ \t]*\r?\n", text[before[1] : start]):
            blocks.append((start, end))
        else:
            blocks[-1] = (blocks[-1][0], end)
        before = (start, end)
    return blocks


def is_furniture(line: str) -> bool:
    """Whether this line (or unwrapped paragraph), on its own, is web furniture."""
    if len(line) > MAX_LINE:
        return False
    line = " ".join(line.split())
    if _FURNITURE.fullmatch(line):
        return True
    lowered = line.lower()
    return any(rule.fullmatch(line) for keys, rule in _GUARDED if any(key in lowered for key in keys))


def is_heading(line: str) -> bool:
    """Whether a line has the form of a headline: short, capitalised, no sentence, no "key: value"."""
    return (
        len(line) <= MAX_HEADING
        and "\n" not in line
        and _HEADING_START.match(line) is not None
        and not _TERMINAL.search(line)
        and line[-1] not in ",;:-–—"
        and not _STATEMENT.search(line)
    )


def furniture_spans(text: str) -> tuple[Span, ...]:
    """Return the spans of web furniture and sub-headlines, in order and not overlapping."""
    kinds = [(span, _kind(text[slice(*span)])) for span in units(text)]
    found = list(_headings(kinds))
    for (start, end), kind in kinds:
        if kind == "furniture":
            found.append((start, end))
        elif "\n" in text[start:end]:
            found.extend(
                (start + left, start + right)
                for left, right in lines(text[start:end])
                if is_furniture(text[start + left : start + right])
            )
    return tuple(sorted(found))


def _headings(kinds: list[tuple[Span, _Kind]]) -> tuple[Span, ...]:
    kinds = [(span, kind) for span, kind in kinds if kind != "furniture"]
    neighbours = ["prose", *(kind for _, kind in kinds), "end"]
    return tuple(
        span
        for (span, kind), before, after in zip(kinds, neighbours, neighbours[2:], strict=False)
        if kind == "heading" and before == after == "prose"
    )


def _kind(line: str) -> _Kind:
    if is_furniture(line):
        return "furniture"
    if is_heading(line):
        return "heading"
    # A list item or a table row is neither: it must not make its neighbour a heading.
    return "prose" if _TERMINAL.search(line) or len(line) > MAX_HEADING else "other"
