"""English sentences by their parse: clauses and events cut at their verb, and put into other forms."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


def wordset(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


def choices(text: str) -> list[str]:
    """Return the phrases of a text, which "|" separates."""
    return text.split("|")


_SUBJECTS = frozenset(["nsubj", "nsubjpass"])
_OPENINGS = frozenset(["prep", "advcl", "npadvmod", "advmod", "punct", "cc"])
_CORE = frozenset(["dobj", "dative", "iobj", "attr", "acomp", "oprd", "xcomp", "ccomp", "prt", "agent"])
_TIMES = frozenset(["DATE", "TIME"])
_PLAIN_ENTITIES = _TIMES | frozenset(["", "CARDINAL", "ORDINAL", "QUANTITY", "PERCENT", "MONEY"])
_PAST = wordset(
    "yesterday ago last earlier previous previously recently since already later then once former formerly originally "
    "initially finally eventually subsequently again still no longer"
)
_LOOSE = wordset(
    "in on at during after before following with under over amid despite near throughout within outside inside around "
    "along between among because for against without until"
)
"""Prepositions whose phrase can go, where the verb has its object already."""
_NOT_LOOSE = wordset(
    "put place locate situate base treat regard describe set lay consist depend rely know include replace"
)
_VAGUE = wordset("no any each every some another this these that those all both many few most either")
_CONTROL = wordset(
    "plan agree refuse decide want try intend attempt choose offer promise vow threaten order persuade urge ask invite "
    "force decline"
)
_SPEECH = wordset("say announce tell ask agree decide refuse order demand urge deny claim accuse warn promise")
_EVENTS = wordset("begin start open close end launch arrive leave expand return continue run cover")
_STATES = wordset(
    "be have become remain seem appear know contain include belong consist exist feel live die suffer mean cost own "
    "need like love hate believe think understand resemble equal lack last happen occur fall rise grow increase "
    "decrease discover regard experience consider note describe suggest say tell argue fail refuse attempt try decline "
    "state claim find recognise recognize refer succeed plan agree emerge reach lose born stay stand lie survive see hear sound see get make do go come keep let be"
)


def tidy(text: str) -> str:
    """Return a text without doubled spaces and commas, and without those at its ends."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" (?=[,.;:?!’](?:\s|$))", "", text)
    text = re.sub(r",(?:\s*,)+", ",", text)
    text = re.sub(r",\s*(?=[.?!;:])", "", text)
    return re.sub(r"^[\s,;:–-]+|[\s,;:–-]+$", "", text)


def text_of(tokens: Iterable[Token], instead: dict[int, str] | None = None) -> str:
    """Return the text of tokens, with other words in the place of some (by their number)."""
    parts: list[str] = []
    before = None
    for token in tokens:
        if before is not None and token.i != before + 1 and parts and not parts[-1].endswith(" "):
            parts.append(" ")
        parts.append((instead or {}).get(token.i, token.text) + token.whitespace_)
        before = token.i
    return tidy("".join(parts))


def capitalised(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


def is_name(token: Token) -> bool:
    """Whether a word keeps its capital inside a sentence."""
    if token.tag_ in ("DT", "PRP$", "IN", "EX", "PRP", "CC", "RB", "WDT", "WP") and token.text != "I":
        return False
    if token.text.isupper() or any(c.isupper() for c in token.text[1:]):
        return True
    return token.pos_ == "PROPN" or token.ent_type_ not in _PLAIN_ENTITIES


def inside(tokens: Sequence[Token]) -> str:
    """Return the text of tokens as it stands inside a sentence: without the capital that a sentence's first has."""
    text = text_of(tokens)
    if tokens and tokens[0].i == 0 and not is_name(tokens[0]):
        return text[:1].lower() + text[1:]
    return text


def subtree(token: Token, end: int | None = None) -> list[Token] | None:
    """Return what depends on a token, in order, or None where it does not stand together."""
    found = [t for t in token.subtree if end is None or t.i < end]
    return found if found and found[-1].i - found[0].i + 1 == len(found) else None


class Forms:
    """The forms of verbs: as texts use them, by rule where they do not."""

    def __init__(self, docs: Iterable[Doc]) -> None:
        counted: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self.controlled: Counter[str] = Counter()
        """Verbs that name what somebody can plan, refuse or be asked to do."""
        self.agents: Counter[str] = Counter()
        """Nouns of those who say, decide and refuse."""
        for doc in docs:
            for t in doc:
                if t.tag_ in ("VBD", "VBN", "VBG", "VBZ") and t.pos_ == "VERB" and t.text.isalpha():
                    counted[t.tag_][t.lemma_.lower()][t.text.lower()] += 1
                if t.dep_ == "xcomp" and t.head.lemma_ in _CONTROL:
                    self.controlled[t.lemma_.lower()] += 1
                if t.dep_ == "nsubj" and t.head.lemma_ in _SPEECH and t.pos_ == "NOUN":
                    self.agents[t.lemma_.lower()] += 1
        self._forms = {tag: {lemma: c.most_common(1)[0][0] for lemma, c in by.items()} for tag, by in counted.items()}

    def _regular(self, lemma: str, ending: str) -> str:
        if ending == "s":
            if lemma.endswith(("s", "x", "z", "ch", "sh", "o")):
                return lemma + "es"
            return lemma[:-1] + "ies" if re.search(r"[^aeiou]y$", lemma) else lemma + "s"
        if lemma.endswith("e") and not lemma.endswith(("ee", "oe", "ye")):
            return lemma[:-1] + ending
        if ending == "ed" and re.search(r"[^aeiou]y$", lemma):
            return lemma[:-1] + "ied"
        if re.fullmatch(r"[^aeiou]*[aeiou][bdgklmnprt]", lemma):
            return lemma + lemma[-1] + ending
        return lemma + ending

    def form(self, lemma: str, tag: str) -> str:
        """Return the form of a verb: VB, VBD, VBN, VBG or VBZ."""
        if tag == "VB":
            return lemma
        ending = {"VBD": "ed", "VBN": "ed", "VBG": "ing", "VBZ": "s"}[tag]
        regular = self._regular(lemma, ending)
        found = self._forms.get(tag, {}).get(lemma)
        if found is None and tag in ("VBD", "VBN"):
            found = self._forms.get("VBN" if tag == "VBD" else "VBD", {}).get(lemma)
        if found is None or (tag == "VBG" and not found.endswith("ing")) or (tag == "VBZ" and not found.endswith("s")):
            return regular
        return found

    def can_be_planned(self, lemma: str) -> bool:
        """Whether a verb names what one can plan to do."""
        return lemma not in _STATES and self.controlled[lemma] > 0


@dataclass
class Piece:
    """What follows a verb and depends on it: its object, a phrase, a clause."""

    head: Token
    tokens: list[Token]
    kind: str
    """core (cannot go), loose (can go), time, or clause."""

    @property
    def text(self) -> str:
        """The words."""
        return text_of(self.tokens)

    @property
    def past(self) -> bool:
        """Whether it speaks of what is over."""
        return any(t.lower_ in _PAST or t.tag_ in ("VBD",) for t in self.tokens)


def _pieces(verb: Token, end: int) -> list[Piece] | None:
    """Return what follows a verb, up to its first conjunct or clause of its own; None where the parse is unclear."""
    pieces: list[Piece] = []
    filled = any(c.dep_ == "auxpass" for c in verb.children)
    for child in verb.rights:
        if child.i >= end or child.dep_ == "punct":
            continue
        if child.dep_ in ("cc", "conj", "preconj"):
            break
        tokens = subtree(child, end)
        if tokens is None or child.dep_ in ("parataxis", "dep", "appos", "relcl", "acl", "nsubj", "intj", "meta"):
            return None
        words = {t.lower_ for t in tokens}
        if child.dep_ in ("advcl", "mark"):
            kind = "clause"
        elif child.dep_ in _CORE:
            kind = "core"
            filled = True
        elif child.dep_ == "neg":
            return None
        elif any(t.ent_type_ in _TIMES for t in tokens) and len(tokens) <= 8:
            kind = "time"
        elif child.dep_ == "advmod":
            kind = "time" if words & _PAST else "loose"
        elif child.dep_ == "prep" and filled and child.lower_ in _LOOSE and verb.lemma_ not in _NOT_LOOSE:
            kind = "loose"
        else:
            kind = "core" if child.dep_ == "prep" else "odd"
            filled = True
        if kind == "odd" or (tokens[-1].tag_ in ("CC", ",", "IN", "DT") and child.dep_ != "prt"):
            return None
        pieces.append(Piece(child, tokens, kind))
    return pieces


def noun_phrase(head: Token) -> list[Token] | None:
    """Return a noun phrase without what is only added between commas or brackets."""
    tokens = subtree(head)
    if tokens is None or tokens[-1].dep_ == "cc":
        return None
    dropped: set[int] = set()
    for child in head.rights:
        added = [t.i for t in child.subtree]
        before = head.doc[min(added) - 1].text
        if child.dep_ in ("relcl", "appos", "acl", "amod", "prep") and before in (",", "(", "–", "-"):
            dropped.update(added)
        elif child.dep_ == "punct" and child.text in ",()–-":
            dropped.add(child.i)
    kept = [t for t in tokens if t.i not in dropped]
    while kept and kept[-1].text in ",(–-":
        kept.pop()
    return kept


@dataclass
class Clause:
    """A sentence of one main clause: opening, subject, auxiliaries, verb, rest."""

    doc: Doc
    root: Token
    head: Token
    subject: list[Token]
    opening: list[Token]
    auxiliaries: list[Token]
    adverbs: list[Token]
    end: int
    negations: list[Token] = field(default_factory=list)

    @property
    def rest(self) -> list[Token]:
        """Everything after the verb, without the final stop."""
        return list(self.doc[self.root.i + 1 : self.end])


def clause_of(doc: Doc) -> Clause | None:
    """Return the clause that a sentence is, or None where it is none or not a plain one."""
    root = next((t for t in doc if t.dep_ == "ROOT"), None)
    if root is None or root.pos_ not in ("VERB", "AUX") or root.tag_ not in ("VBD", "VBZ", "VBP", "VBN", "VBG", "VB"):
        return None
    end = len(doc) - 1 if doc[-1].text == "." else len(doc)
    subjects = [c for c in root.lefts if c.dep_ in (*_SUBJECTS, "expl", "csubj", "csubjpass")]
    if len(subjects) != 1 or subjects[0].dep_.startswith("csubj"):
        return None
    subject = subtree(subjects[0])
    if subject is None:
        return None
    auxiliaries = [c for c in root.lefts if c.dep_ in ("aux", "auxpass")]
    if any(a.i < subject[-1].i or a.tag_ == "TO" for a in auxiliaries):
        return None
    if root.tag_ in ("VBN", "VBG", "VB") and not auxiliaries:
        return None
    adverbs: list[Token] = []
    negations: list[Token] = []
    for t in doc[subject[-1].i + 1 : root.i]:
        if t in auxiliaries or (t.text == "," and t.i == subject[-1].i + 1):
            continue
        if t.head != root or t.dep_ not in ("neg", "advmod") or len(list(t.subtree)) > 1:
            return None
        (negations if t.dep_ == "neg" or t.lower_ in ("not", "n't", "never") else adverbs).append(t)
    if root.lemma_ == "be" and not auxiliaries:
        negations += [c for c in root.rights if c.dep_ == "neg"]
    opening = list(doc[: subject[0].i])
    if any(c.dep_ not in _OPENINGS for c in root.lefts if c.i < subject[0].i):
        return None
    return Clause(doc, root, subjects[0], subject, opening, auxiliaries, adverbs, end, negations)


_CONTRACTED = {"ca": "can", "wo": "will", "sha": "shall", "’ll": "will", "'ll": "will", "'ve": "have", "’ve": "have"}


def inverted(clause: Clause, opening: str = "front") -> tuple[str, bool] | None:
    """Return the yes/no question that a clause answers, and whether it denies it; None where it cannot be made well.

    The question is always the positive one: "X did not meet Y" gives ("Did X meet Y?", True).
    """
    root, instead = clause.root, {}
    if len(clause.negations) > 1 or any(c.dep_ == "parataxis" for c in root.children):
        return None
    ever = any(n.lower_ == "never" for n in clause.negations)
    gone = {n.i for n in clause.negations}
    supported = not clause.auxiliaries and root.lemma_ != "be"
    if clause.auxiliaries:
        first = clause.auxiliaries[0]
        front = _CONTRACTED.get(first.lower_, first.lower_)
        if "'" in front or "’" in front:
            return None
        verbs = [text_of([t]) for t in clause.auxiliaries[1:]] + [root.text]
    elif root.lemma_ == "be":
        front, verbs = root.lower_, []
        if "'" in front or "’" in front:
            return None
    else:
        if root.tag_ not in ("VBD", "VBZ", "VBP"):
            return None
        front = {"VBD": "did", "VBZ": "does", "VBP": "do"}[root.tag_]
        verbs = [root.lemma_.lower()]
    joined = [root]
    while joined:
        verb = joined.pop()
        for c in verb.children:
            if c.dep_ != "conj":
                continue
            if c.pos_ not in ("VERB", "AUX") or any(
                x.dep_ in (*_SUBJECTS, "aux", "auxpass", "expl") for x in c.children
            ):
                return None
            if c.tag_ != root.tag_ or (root.lemma_ == "be" and c.lemma_ != "be"):
                return None
            if (
                not supported
                and c.lemma_ != "be"
                and any(x.dep_ == "dobj" for x in c.children)
                and "auxpass" in {a.dep_ for a in clause.auxiliaries}
            ):
                return None
            if supported:
                instead[c.i] = c.lemma_.lower()
            joined.append(c)
    subject = inside(clause.subject)
    subject = subject[:1].lower() + subject[1:] if clause.head.dep_ == "expl" else subject
    adverbs = [t.text for t in clause.adverbs] + (["ever"] if ever else [])
    rest = text_of([t for t in clause.rest if t.i not in gone], instead)
    words = [front, subject, *adverbs, *verbs, rest]
    asked = tidy(" ".join(w for w in words if w))
    opened = [t for t in clause.opening if t.dep_ != "cc" or t.head != root]
    if opened and opening != "drop":
        said = inside(opened) if opened[0].i == 0 else text_of(opened)
        asked = f"{said}, {asked}" if opening == "front" else f"{asked} {said}"
    return capitalised(tidy(asked)) + "?", bool(clause.negations)


@dataclass
class Event:
    """Who did what: a subject and a verb with what follows it, to be told in other tenses and moods."""

    doc: Doc
    head: Token
    verb: Token
    passive: bool
    pieces: list[Piece]
    forms: Forms

    @property
    def lemma(self) -> str:
        """The verb as dictionaries list it."""
        return self.verb.lemma_.lower()

    @property
    def subject(self) -> str:
        """The whole subject as it stands inside a sentence."""
        return tidy(inside(subtree(self.head) or [self.head]))

    @property
    def named(self) -> str:
        """The subject without what is only added."""
        return tidy(inside(noun_phrase(self.head) or [self.head]))

    @property
    def plural(self) -> bool:
        """Whether the subject takes "are"."""
        said = next((c.lower_ for c in self.verb.children if c.dep_ in ("aux", "auxpass")), "")
        if said in ("was", "is", "has"):
            return False
        if said in ("were", "are", "have"):
            return True
        if any(c.lower_ == "and" for t in [self.head, *self.head.lefts] for c in t.children):
            return True
        return self.head.tag_ in ("NNS", "NNPS") or self.head.lower_ in ("police", "people")

    @property
    def agent(self) -> str:
        """Who the subject is: person, group or thing."""
        if self.head.ent_type_ == "PERSON":
            return "person"
        if self.head.ent_type_ in ("ORG", "GPE", "NORP") or self.head.lower_ == "police":
            return "group"
        return "person" if self.forms.agents[self.head.lemma_.lower()] >= 2 else "thing"

    @property
    def plannable(self) -> bool:
        """Whether it can be told as planned."""
        if self.passive:
            return self.lemma not in (
                "bear",
                "kill",
                "injure",
                "wound",
                "cause",
                "find",
                "know",
                "see",
                "believe",
                "think",
            )
        if self.controlled or self.lemma in _EVENTS:
            return True
        return self.agent != "thing" and self.lemma not in _STATES

    @property
    def controlled(self) -> bool:
        """Whether it is told as somebody's deed."""
        return not self.passive and self.agent != "thing" and self.forms.can_be_planned(self.lemma)

    def chosen(self, *kinds: str) -> list[Piece]:
        """The pieces of some kinds."""
        return [p for p in self.pieces if p.kind in kinds]

    def told(self, tag: str, pieces: Sequence[Piece]) -> str:
        """The verb in the form of a tag (VB, VBD, VBN, VBG) with some of what follows it."""
        if self.passive:
            participle = self.verb.text if self.verb.tag_ == "VBN" else self.forms.form(self.lemma, "VBN")
            be = {"VB": "be", "VBD": "were" if self.plural else "was", "VBN": "been", "VBG": "being"}[tag]
            verb = f"{be} {participle}"
        elif tag == self.verb.tag_:
            verb = self.verb.text
        else:
            verb = self.forms.form(self.lemma, tag)
        return tidy(" ".join([verb, *(p.text for p in pieces)]))


def event_at(verb: Token, forms: Forms, head: Token | None = None) -> Event | None:
    """Return the event that a verb tells, if its subject is named or definite and it reads well on its own."""
    doc = verb.doc
    end = len(doc) - 1 if doc[-1].text == "." else len(doc)
    own = next((c for c in verb.lefts if c.dep_ in _SUBJECTS), None)
    head = head or own
    if head is None or head.tag_ in ("PRP", "WP", "WDT", "DT", "EX", "CD", "JJ", "WP$", "WRB", "VBG"):
        return None
    determiner = next((c.lower_ for c in head.children if c.dep_ == "det"), "")
    phrase = noun_phrase(head)
    if (
        determiner in _VAGUE
        or not phrase
        or len(phrase) > 12
        or phrase[0].tag_ == "PRP$"
        or verb.lemma_.lower() in ("be", "have", "do")
    ):
        return None
    pieces = _pieces(verb, end)
    if pieces is None or not verb.text.isalpha():
        return None
    passive = any(c.dep_ == "auxpass" for c in verb.children)
    if passive and verb.tag_ not in ("VBN", "VBD"):
        return None
    for t in [t for p in pieces if p.kind != "clause" for t in p.tokens] + phrase:
        if t.text in '“”"()[]:;—' or (t.tag_ == "PRP" and not t.lower_.endswith(("self", "selves"))):
            return None
        if t.tag_ == "DT" and t.lower_ in ("this", "these", "those", "that"):
            return None
    return Event(doc, head, verb, passive, pieces, forms)


def past_event(doc: Doc, forms: Forms) -> tuple[Event, Clause] | None:
    """Return the event that a sentence tells as over and done, and its clause."""
    clause = clause_of(doc)
    if (
        clause is None
        or clause.negations
        or (
            clause.adverbs
            and any(
                t.lower_
                in ("reportedly", "allegedly", "nearly", "almost", "only", "apparently", "supposedly", "probably")
                for t in clause.adverbs
            )
        )
    ):
        return None
    if any(t.text in '“”"()[]:;—?' for t in doc) or any(t.lower_ in ("if", "whether", "would") for t in doc):
        return None
    said = [a.lower_ for a in clause.auxiliaries]
    told = (
        (not said and clause.root.tag_ == "VBD")
        or (said in (["was"], ["were"]) and clause.root.tag_ == "VBN")
        or said in (["has"], ["have"], ["has", "been"], ["have", "been"], ["had"], ["had", "been"])
    )  # fmt: skip
    event = event_at(clause.root, forms) if told else None
    if event is None or (event.verb.tag_ not in ("VBD", "VBN")):
        return None
    return event, clause
