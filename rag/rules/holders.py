"""Who is the president of Ruritania? — the one person whom the articles name so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dateline.index.documents import Document, Passage
from dateline.rag.answers.draft import SENTENCES, Draft, inline
from dateline.rag.answers.material import Material
from dateline.rag.english.acronyms import acronym, initials
from dateline.rag.english.people import TITLES, Mention, full_names
from dateline.rag.english.tokens import Token, content_stems, tokens, wordset
from dateline.rag.rules.clauses import read

_ASKS = re.compile(r"who(?:['’]s|\s+(?:is|was|are))\s+(?P<office>[^,;]+?)\s*\??", re.IGNORECASE)
_LEADS = re.compile(r"who\s+(?:leads|heads|runs|chairs)\s+(?P<whose>[^,;]+?)\s*\??", re.IGNORECASE)
_ROLES = TITLES | wordset(
    "founder owner head winner host lawyer manager editor author spokesperson co-founder executive"
)
_WRITTEN_OUT = {
    "gov": ("governor",),
    "sen": ("senator",),
    "rep": ("representative",),
    "pm": ("prime", "minister"),
    "ceo": ("chief", "executive"),
    "secretary-general": ("secretary", "general"),
    "attorney-general": ("attorney", "general"),
    "vice-president": ("vice", "president"),
    **dict.fromkeys(("spokesman", "spokeswoman"), ("spokesperson",)),
    **dict.fromkeys(("chairman", "chairwoman", "chairperson"), ("chair",)),
}
"""Other words for an office."""
_LEADING = frozenset(
    frozenset(office.split())
    for office in ("leader", "head", "director", "president", "chief executive", "chair", "secretary general", "chief")
)
"""The offices of those who lead something."""
_OF_A_TOWN = frozenset(["mayor"])
"""Of whom a town has one, so that its reports need not say whose."""
_PUBLIC = wordset(
    "president prime minister foreign secretary general governor mayor chancellor ambassador chief executive spokesperson "
    "state defence defense finance interior speaker pope king queen chair"
)
"""Offices that an article names with their holders; who merely stands near such words holds none."""
_BODIES = wordset(
    "senate house parliament council commission court congress assembly chamber party union committee association federation"
)
"""Bodies with presidents and leaders of their own."""
_CLAUSE = wordset("who whom that which whose and or when while where as by with after before")
"""Words that make more of a question than an office and whose it is."""
_NOT_NOW = wordset("longest history incoming future next elect")
"""What is said of an office with those who hold it at another time."""
_NOW = wordset("new current present incumbent")
_SURE = 0.85
"""Confidence, at least, where somebody is named with the very office and whose it is."""
_RIVALS = 2
"""Other names that articles give the same office to, at most."""
_LOCALLY = 0.6
"""The same where a report of the very town names its mayor."""
_OTHERS = 0.25
"""Confidence, at most, where only holders of such an office elsewhere are named."""
_FRONT = 40
_BEHIND = re.compile(r",\s+((?:the\s+|an?\s+|its\s+)?(?:[\w’'-]+\s+){0,6}[\w’'-]+)\s*(?=[,.;]|$)")
_LOWER = re.compile(r"((?:[A-Z][\w.’'-]*\s+)*(?:[a-z][a-z-]+\s+){1,4})$")
_NO_OFFICE = re.compile(r"(?:according|said|says|for|to|with|by|like|unlike)\b", re.IGNORECASE)
"""How the words in front of a comma begin that describe nobody behind it."""
_BECOMES = re.compile(
    r"\s+(?:has\s+been\s+|was\s+|is\s+|is\s+now\s+)?(?:(?:re-?)?elected|named|appointed|becomes|became|is|sworn\s+in)\s+(?:as\s+)?"
    r"((?:the\s+)?(?:[\w’'-]+\s+){0,6}[\w’'-]+)(?=[,.;\s”\"]|$)"
)
"""What somebody is said to be, or to have become."""
_FORMER = re.compile(r"\b(?:[Ff]ormer|[Ll]ate|then|[Ee]x)[\s-]+(?:[\w’'.-]+\s+)*$")
_HOME = re.compile(r"\s+of\s+(?:the\s+)?[A-Z]\w+(?:\s+[A-Z]\w+)*")
_PLACE_START = 4


@dataclass(frozen=True)
class _Named:
    """Somebody named with an office: in which sentence, whether it is told to be the one asked about, or of others."""

    name: str
    passage: Passage
    start: int
    end: int
    owned: bool
    elsewhere: bool


def holder(material: Material) -> Draft | None:
    """The holder of the office asked about with the sentences that name the office; None where none is named.

    Where the articles only name the holders of such an office elsewhere, the answer is declined.
    """
    asks = _ASKS.fullmatch(material.asked.text)
    leads = _LEADS.fullmatch(material.asked.text)
    if asks is None and leads is None:
        return None
    words = tokens(asks["office"] if asks else leads["whose"] if leads else "")
    office, whose = _taken_apart(words)
    offices = frozenset([office]) if asks else _LEADING
    if not (office or leads) or any(w.text.casefold() in _CLAUSE for w in words) or len(words) < 2:
        return None
    articles = [(material.document(hit.passage.doc_id), hit.passage) for hit in material.hits]
    found = _named(articles, offices, whose)
    owned, sure = [one for one in found if one.owned], _SURE
    if not owned and whose and office == _OF_A_TOWN and len({one.name for one in found}) == 1:
        town = {w.stem for w in whose}
        owned, sure = [one for one in found if town <= content_stems(one.passage.text)], _LOCALLY
    if not owned and asks and (office <= _PUBLIC or any(one.elsewhere for one in found)):
        return material.decline("not_stated", min(material.likely, _OTHERS))
    if not owned:
        return None
    name, *others = (name for name, _ in Counter(one.name for one in owned).most_common())
    shown = {(o.passage.doc_id, o.start): (o.passage, o.start, o.end) for o in reversed(owned) if o.name == name}
    writing = material.writing()
    writing.quote(list(shown.values())[::-1][:SENTENCES])
    rivals = [next(one for one in owned if one.name == other) for other in others[:_RIVALS]]
    writing.contrast([(inline(one.name), one.passage, one.start, one.end, "") for one in rivals])
    return writing.draft(f"**{name}**", max(material.likely, sure))


def named_holders(office: str, articles: Sequence[tuple[Document, Passage]]) -> set[str]:
    """Those whom the passages name as holding "the foreign minister of Ruritania", and whose it is."""
    roles, whose = _taken_apart(tokens(office))
    return {one.name for one in _named(articles, frozenset([roles]), whose) if one.owned} if roles and whose else set()


def _taken_apart(words: Sequence[Token]) -> tuple[frozenset[str], list[Token]]:
    """The words of an office, and those that say whose it is."""
    office = _office(words)
    whose = [w for w in words if w.content and w.text.casefold() not in _ROLES | _NOW and not w.text.isdigit()]
    return office, whose


def _office(words: Sequence[Token]) -> frozenset[str]:
    """The words of an office among ``words``, abbreviations and other forms written out."""
    held = [w.text.casefold() for w in words if w.text.casefold() in _ROLES]
    full = frozenset(part for word in held for part in _WRITTEN_OUT.get(word, (word,)))
    return full - {"officer"} if {"chief", "executive"} <= full else full


def _named(
    articles: Sequence[tuple[Document, Passage]], offices: frozenset[frozenset[str]], whose: list[Token]
) -> list[_Named]:
    """Everybody whom a sentence gives exactly the words of one of ``offices``, in the order of the passages found."""
    found: list[_Named] = []
    for document, passage in articles:
        for sentence in read(document):
            if not (passage.start <= sentence.start and sentence.end <= passage.end):
                continue
            for mention in (_person(m) for c in sentence.clauses for m in c.names if not m.resolved):
                text, at = sentence.text, sentence.start
                if mention.organisation:
                    continue
                held = [part for part in _offices(text, mention, at) if _office(tokens(part)) in offices]
                if held:
                    owned = not whose or any(_belongs(whose, part) for part in held)
                    elsewhere = any(w.capital and w.text.casefold() not in _ROLES for h in held for w in tokens(h))
                    found.append(_Named(mention.name, passage, sentence.start, sentence.end, owned, elsewhere))
    full = full_names(one.name for one in found)
    return [replace(one, name=full[one.name]) for one in found]


def _person(mention: Mention) -> Mention:
    """The holder in "Commission President Ada Lindt", which as a whole looks like the name of a body."""
    words = tokens(mention.name)
    titles = [i for i, w in enumerate(words) if w.text.casefold() in TITLES]
    if not mention.organisation or not titles or titles[-1] + 1 == len(words):
        return mention
    first = next(i for i in reversed(range(len(titles))) if not i or titles[i] - titles[i - 1] > 1)
    name, title = words[titles[-1] + 1].start, words[titles[first]].start
    return replace(
        mention, name=mention.name[name:], start=mention.name_start + title, name_start=mention.name_start + name
    )


def _offices(text: str, mention: Mention, offset: int) -> list[str]:
    """The descriptions around a mention: its titles with what stands before them, and appositions on both sides."""
    start, name_start, end = mention.start - offset, mention.name_start - offset, mention.end - offset
    front = re.split(r"[,;:.—–“”]", text[max(0, start - _FRONT) : start])[-1]
    if _FORMER.search(front):
        return []
    owner = re.search(r"((?:[A-Z][\w’'.-]*\s+)*[A-Z][\w’'.-]*[’']s?\s+(?:[a-z-]+\s+)?|(?:[A-Z][\w.-]*\s+)+)$", front)
    titles = re.split(r"\s+and\s+", text[start:name_start].strip())
    home = _HOME.match(text, end)
    parts = [f"{owner.group() if owner else ''}{title}{home.group() if home else ''}" for title in titles if title]
    behind = _BEHIND.match(text, end)
    if behind:
        parts += re.split(r"\s+and\s+", behind.group(1))
    becomes = _BECOMES.match(text, end)
    if becomes:
        parts.append(becomes.group(1))
    before = re.search(r"(?:^|[.;—]\s|\band\s)([^.,;]{3,60}),\s+$", text[:start])
    if before and not _NO_OFFICE.match(before.group(1).strip()):
        parts.append(before.group(1))
    lower = _LOWER.search(front) if not titles[0] else None
    if lower and tokens(lower.group(1))[-1].text in _ROLES:
        parts.append(lower.group(1))
    return [part for part in parts if not any(w.text.casefold() in _NOT_NOW for w in tokens(part))]


def _belongs(whose: list[Token], part: str) -> bool:
    """Whether a description says whose the office is: every word, as a people's adjective too, or their acronym."""
    have = tokens(part)
    asked = {w.stem for w in whose}
    if any(h.capital and h.text.casefold() in _BODIES and h.stem not in asked for h in have):
        return False  # the president of a country's senate is not the country's
    short = initials(" ".join(w.text for w in whose))
    if short and any(acronym(w.text) == short for w in have):
        return True
    last = next((i for i, h in enumerate(have) if whose[-1].capital and h.stem == whose[-1].stem), None)
    if last is not None and not (last and have[last - 1].capital):
        return True  # a name may be cut to its last word
    return all(
        any(
            w.stem == h.stem or (h.capital and w.capital and w.stem[:_PLACE_START] == h.stem[:_PLACE_START])
            for h in have
        )
        for w in whose
    )
