"""Text -> spans of web furniture: what stands around an article without being part of its prose.

The rules look at whole lines (whole paragraphs where the text is hard-wrapped), are general (share
buttons, link lines, credits, date lines, headings) and lean towards keeping: a line is furniture
only when its form says so, never because it is short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

MAX_LINE = 320
"""Characters; a longer line is prose, whatever it starts with."""

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

_RULES: tuple[str, ...] = (
    # Share buttons, icons, counters.
    r"(?:(?:icon|fa|fas|fab|social|share|btn)-[\w-]+[\s|,•·]*)+",
    rf"{_BUTTON}(?:[\s|,/•·]+{_BUTTON})+",
    r"(?:share|tweet|print|e-?mail|copy link|like|save|bookmark|retweet)",
    rf"(?:share|tweet|e-?mail|print)\s+(?:this|on|via|to)\b(?:\s+(?:{_NETWORKS}|article|story|post|page|news|e-?mail|on|via|to|with|friends?|your|a|or|and|link|by|this))*",
    r"[\d,.]+k?\s+(?:comments?|shares?|views?|likes?|reads?|reactions?|replies)",
    r"(?:view|show|hide|read|leave|post|add|write|see|load)\s+(?:a\s+|all\s+|your\s+|the\s+|more\s+|\d+\s+)*(?:comments?|reply)",
    r"comments?(?:\s*\(\d+\))?|join the (?:conversation|discussion)|be the first to comment|comments are closed",
    # Advertising.
    r"(?:- )?(?:advertise?ments?|advertorial|sponsored(?: content)?|promoted(?: content)?|ads?|paid (?:post|content))(?:\s*[-–—:].*)?",
    r"(?:story|article) continues (?:below|after)\b.*|(?:scroll|swipe) (?:down )?(?:to|for) \w+.*",
    r"(?:video )?ad feedback|(?:\d\. )?how relevant is this ad to you\?|video player was slow to load content.*",
    r"remove ads?|skip (?:this )?ad(?:vertisement)?|why am i seeing this ad\??",
    # Links to other articles.
    r"(?:also\s+read|read\s+also|read\s+more|read\s+next|read\s+the\s+full\s+\w+|see\s+also|must[\s-]read|more\s+to\s+read|"
    r"related(?:\s+(?:articles?|stor(?:y|ies)|news|content|coverage|topics?|links?|posts?|reading|video))?|"
    r"recommended(?:\s+(?:for you|articles?|stories|reading))?|more on this(?:\s+story)?|don['’]t\s+miss|"
    r"you (?:may|might) (?:also )?(?:like|be interested in)|most (?:read|popular|viewed)|trending(?:\s+now)?|"
    r"in case you missed it|icymi|editor['’]s (?:picks?|choice)|top stories|latest news|up next|click here(?: to| for)?"
    r")(?:\s*(?:[:>»›|…]|\.\.\.|[-–—]\s).*|\s+(?:here|below|on|at|about|in)\b[^.]*\.?)?[.>»›]*",
    r"(?:more|watch(?:\s+(?:now|live|video|the video))?|listen(?:\s+now)?|live updates?|explained|explainer|analysis|opinion|"
    r"fact check|in pictures|in photos|photos|gallery|video|podcast|learn more|find out more|for more|"
    r"more (?:news|stories|coverage|from|on|about|in)\b[^:.]{0,60})\s*[:>»›|]\s*[^.]*[^.,;]",
    r"[^.:]{3,90}[^\s.:\d]:(?=[A-Z“‘\"][a-z]+\s)[^.]*[^.”\"]",
    r".{3,160}(?:>>+|»|›|→|▶|►)",
    # Newsletters, subscriptions, apps.
    r"\(?(?:please\s+)?(?:sign up|subscribe|register|log in|sign in|download|get)\b(?=.*\b(?:newsletters?|inbox|alerts?|notifications?|"
    r"our (?:\w+ )?(?:app|channel|podcast)|e-?mails?|e-?paper|daily digest|digital edition)\b).*",
    r"(?!.*[“”\"]\s+(?:he|she|they)?\s*said).*\b(?:sign up here|sign up for free|sign up now|subscribe (?:here|now|today)|(?:sign up|subscribe) (?:for|to) our)\b.*",
    r"\(?(?:you can get|want|would you like to|looking for)\b.*\b(?:inbox|newsletters?)\b.*",
    r"(?:subscribe|sign up|log ?in|sign in|register|log out|my account|support (?:us|our journalism)|donate(?: now)?)",
    r"(?:support|subscribe to) (?:local|quality|independent) journalism\b.*",
    rf"(?:follow|find|like|join|connect with|stay connected with|watch) (?:us|[a-z ]{{2,40}}) on (?:our )?(?:{_NETWORKS}|google news|social media)\b.*",
    r"(?:download|get) (?:our|the) [\w ]{0,30}\bapp\b.*",
    r"(?:listen|subscribe) (?:to .{2,60})?(?:on|wherever|via)\b.*\b(?:podcasts?|spotify|google play)\b.*",
    # People and credits.
    r"(?:follow|contact|e-?mail|reach|write to|tweet)\s.*@[\w.]+.*",
    r".*\b(?:can be reached|reach (?:him|her|them|me|the (?:author|reporter))|(?:follow|contact|e-?mail) (?:him|her|them|me|the (?:author|reporter)))\b.*@[\w.]+.*",
    r"by\s+(?-i:[A-Z][\w.’'-]+(?:\s+(?:[A-Z][\w.’'-]*|and|de|van|von|der|bin|al|for|of|the|[&|,]))+)",
    r"\(?(?:(?:additional |further )?(?:reporting|writing|editing|compiled|edited|written|translated) (?:by|from)|contributing|contributors?|"
    r"with (?:inputs?|files|reporting|additional reporting) (?:from|by))\b(?:\s*:)?\s[^.]*\.?\)?",
    r"from (?:staff|wire|[\w ]+ network)\b[\w ,]*\breports?|(?:staff|wire|agency) reports?|(?:special to|special for) [\w .]+",
    r"(?:staff (?:writer|reporter)|our correspondent|web desk|news desk|opinion contributor|guest columnist|columnist)",
    r"\(?(?:©|\(c\)|copyright\b).*|.*\ball rights reserved\b.{0,40}",
    r"(?:this|the) (?:material|article|content) may not be (?:published|reproduced|copied).*",
    r"\(?(?:this|the) (?:story|article|report|post|page)(?: and (?:its )?headline)? (?:has been|was|is being|will be) updated\b[^.]{0,80}\.?\)?",
    # Pictures.
    r"(?:photo|image|picture|file photo|photograph|photos|video|credits?|caption|(?:photo|image|picture|video) (?:credits?|source|by|courtesy|caption|via))\s*[:/|]\s*[^.]{2,120}\.?",
    r"(?:file )?(?:photo|image|picture|photograph) (?:by|courtesy(?: of)?|via|from)\s[^.]{2,80}\.?",
    r"(?:file photo|image|photo|representational image|getty images|ap photo|afp|image source, .*|image caption, .*)",
    r".{0,300}(?:\(ap photo\b[^)]*\)|/\s*getty images|\bvia getty images|\bgetty images\)?|\[file(?: photo)?[:\]].*|\(file photo\)|/ ?afp\)?|/ ?reuters\)?|photo by [\w .]{2,40}\)?)[.\]]?",
    # Dates, reading times.
    rf"{_DATE_LINE}(?:\s*[|•·/]\s*(?:{_DATE_LINE}|\d+ min(?:ute)?s? read))*",
    rf"(?:published|posted|updated|modified|last (?:updated|modified))\b[:\s].{{0,12}}{_DAY}.{{0,40}}|{_CLOCK}",
    r"(?:(?:published|posted|updated)\s+)?\d+ (?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?) ago",
    r"\d+[\s-]*min(?:ute)?s?(?: read)?|(?:estimated )?reading time\b.{0,20}|listen to (?:this )?article.*",
    # Navigation.
    r"home(?:page)?\s*[>»›/|].*|(?:[\w&' ]{2,30}\s*[>»›]\s*){2,}[\w&' ]{2,60}",
    r"skip to (?:main )?(?:content|navigation)|menu|search|close|back to top|(?:next|previous|older|newer)(?: (?:article|story|post|page))?|"
    r"(?:load|show|view|see) (?:more|all|less)|toggle navigation|breadcrumb|read more|continue reading|expand|collapse",
    r"(?:tags?|topics?|keywords?|filed under|categor(?:y|ies)|labels?|sections?)\s*:.{0,200}",
    # Cookies and consent.
    r"(?:we|this (?:web)?site|our (?:web)?site|[\w. ]{2,30}) (?:and our partners )?uses? (?:\w+ )?cookies\b.*",
    r"(?:accept|reject|manage|allow)(?: all)?(?: cookies| preferences)?|cookie (?:policy|settings|preferences|notice|consent)|privacy (?:policy|notice)|terms (?:of use|of service|and conditions|& conditions)",
    r"by (?:continuing|clicking|signing up|entering your|registering|subscribing|submitting)\b.*\b(?:agree|accept|consent|acknowledge)\b.*",
    # Marks without a word, datelines alone on a line ("LONDON —").
    r"[\W_]+",
    r"[^.!?]{2,50}\s[—–]",
)
_FURNITURE = re.compile("|".join(f"(?:{rule})" for rule in _RULES), re.IGNORECASE | re.DOTALL)
_TERMINAL = re.compile(r"[.!?…][\"'”’»)\]]*$")
_STATEMENT = re.compile(r",[\"'”’]\s|:\s+\S+\s+\S+\s+\S|^\S+(?:\s+\S+){0,2}:\s")
"""A quotation with its speaker, or a label with its value: no headline, even without a full stop."""
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
    """Return the spans of the paragraphs: lines, or blocks between blank lines where the text is wrapped."""
    if not is_wrapped(text):
        return list(lines(text))
    blocks: list[Span] = []
    for start, end in lines(text):
        if blocks and not re.search(r"\n[ \t]*\r?\n", text[blocks[-1][1] : start]):
            blocks[-1] = (blocks[-1][0], end)
        else:
            blocks.append((start, end))
    return blocks


def is_furniture(line: str) -> bool:
    """Whether this line (or unwrapped paragraph), on its own, is web furniture."""
    line = " ".join(line.split())
    return len(line) <= MAX_LINE and _FURNITURE.fullmatch(line) is not None


def is_heading(line: str, longest: int = MAX_HEADING) -> bool:
    """Whether a line has the form of a headline: short, capitalised, no sentence, no "key: value"."""
    return (
        len(line) <= longest
        and "\n" not in line
        and _HEADING_START.match(line) is not None
        and not _TERMINAL.search(line)
        and line[-1] not in ",;:-–—"
        and not _STATEMENT.search(line)
    )


def heading_spans(text: str) -> tuple[Span, ...]:
    """Return the spans of the sub-headlines: lone heading-like lines between paragraphs of prose."""
    kinds = [(span, _kind(text[slice(*span)])) for span in units(text)]
    kinds = [(span, kind) for span, kind in kinds if kind != "furniture"]
    found = []
    for position, (span, kind) in enumerate(kinds):
        before = kinds[position - 1][1] if position else "prose"
        after = kinds[position + 1][1] if position + 1 < len(kinds) else "end"
        if kind == "heading" and before == after == "prose":
            found.append(span)
    return tuple(found)


def furniture_spans(text: str) -> tuple[Span, ...]:
    """Return the spans of web furniture and sub-headlines, in order and not overlapping."""
    found = set(heading_spans(text))
    for start, end in units(text):
        if is_furniture(text[start:end]):
            found.add((start, end))
        else:
            found.update(
                (start + left, start + right)
                for left, right in lines(text[start:end])
                if right - left < end - start and is_furniture(text[start + left : start + right])
            )
    return tuple(sorted(found))


def _kind(line: str) -> str:
    if is_furniture(line):
        return "furniture"
    if is_heading(line):
        return "heading"
    # A list item or a table row is neither: it must not make its neighbour a heading.
    return "prose" if _TERMINAL.search(line) or len(line) > MAX_HEADING else "other"
