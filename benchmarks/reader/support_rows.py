"""Claims over passages that support them or, by a few words, do not."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grammar import (
    Clause,
    Event,
    Forms,
    capitalised,
    clause_of,
    event_at,
    inside,
    is_name,
    noun_phrase,
    past_event,
    subtree,
    text_of,
    tidy,
    wordset,
)
from parses import Passage, Row
from verdict_rows import Verdicts, other_number, other_time, spoken_of, window

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_DISCOURSE = re.compile(
    r"\b(?:example|instance|addition|contrast|particular|general|fact|result|case|turn|words|hand|short|conclusion|such|"
    r"this|that|these|those|latter|former|same|however|therefore|thus|also|he|she|they|it|his|her|their|its|we|you|i)\b",
    re.IGNORECASE,
)
_PALE = wordset(
    "same other first such own many several last next previous different various certain particular main whole entire "
    "following total former latter single possible only little few much new more most least less second third early "
    "late recent current present available able due likely able similar additional further actual original overall "
    "general common usual normal typical own real true long short high low good big great large small"
)
_DENYING = wordset("no not n't never only few nor without neither unless if less hardly rarely until than")
_OPPOSITES = (
    "rose fell|increased decreased|accepted rejected|won lost|opened closed|joined left|bought sold|approved rejected|"
    "supported opposed|began ended|started stopped|arrived departed|gained lost|allowed banned|praised criticised|"
    "confirmed denied|released arrested|hired fired|increase decrease|rise fall|accept reject|support oppose|before after|"
    "north south|northern southern|eastern western|east west|largest smallest|first last|oldest youngest|highest lowest|"
    "more fewer|higher lower|most least|older younger|larger smaller|public private|male female|best worst|major minor|"
    "upper lower|early late|increasing decreasing|successful unsuccessful|successfully unsuccessfully|legal illegal|"
    "guilty innocent|possible impossible|strong weak|positive negative|common rare|rich poor|victory defeat|majority minority|"
    "increased reduced|improved worsened|strengthened weakened|attacked defended|encouraged discouraged|inside outside|"
    "above below|married divorced|built demolished|founded dissolved|expanded shrank|resumed suspended|admitted denied|"
    "survived died|lifted imposed|entered left|raised lowered|advanced retreated|domestic foreign|summer winter|morning evening"
)
_OPPOSITE = {a: b for pair in _OPPOSITES.split("|") for a, b in (pair.split(), pair.split()[::-1])}
_STRONGER = {
    "some": "all", "many": "most", "most": "all", "several": "dozens of", "often": "always", "sometimes": "always",
    "usually": "always", "about": "exactly", "approximately": "exactly", "nearly": "more than", "almost": "more than",
    "mostly": "entirely", "partly": "entirely", "largely": "entirely", "generally": "always", "may": "will",
    "might": "will", "could": "will", "possibly": "certainly", "probably": "certainly", "likely": "certain",
    "mainly": "exclusively", "rarely": "never", "few": "no", "usual": "constant", "half": "two thirds",
}  # fmt: skip


@dataclass
class Edit:
    """A sentence with some words left out, some exchanged, some put before and after."""

    doc: Doc
    gone: frozenset[int] = frozenset()
    instead: dict[int, str] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    more: str = ""

    @property
    def text(self) -> str:
        """The sentence."""
        end = len(self.doc) - (self.doc[-1].text == ".")
        tokens = [t for t in self.doc[:end] if t.i not in self.gone]
        if self.first:
            said = text_of(tokens, self.instead)
            if tokens and not is_name(tokens[0]) and tokens[0].i not in self.instead:
                said = said[:1].lower() + said[1:]
            said = f"{self.first}, {said}"
        else:
            said = text_of(tokens, self.instead)
        said = tidy(said + self.last)
        stop = "" if said.endswith((".”", "?”", "!”", ".", "?", "!")) else "."
        return capitalised(said) + stop + (f" {self.more}" if self.more else "")


Found = tuple[str, str]
"""A phrase and the document it comes from."""


class Additions:
    """Phrases that texts add to their sentences, by the place where they may stand: found, not made up."""

    def __init__(self) -> None:
        self.openings: dict[str, list[Found]] = defaultdict(list)
        self.endings: dict[str, list[Found]] = defaultdict(list)
        """By the kind of subject and tense of the sentence, and by its verb."""
        self.adjectives: dict[str, list[Found]] = defaultdict(list)
        self.relatives: dict[str, list[Found]] = defaultdict(list)
        self.appositions: dict[str, list[Found]] = defaultdict(list)
        self._called: dict[str, Counter[str]] = defaultdict(Counter)
        self._nouns: dict[str, str] = {}
        self.quotations: list[Found] = []
        self.sentences: list[Found] = []

    def learn(self, doc: Doc, source: str) -> None:
        """Note what a sentence adds."""
        clause = clause_of(doc)
        if clause and 2 <= len(clause.opening) <= 11 and clause.opening[-1].text == ",":
            text = text_of(clause.opening)
            if not _DISCOURSE.search(text) and len(text.split()) > 1 and text.count(",") == 0:
                for key in keys(clause):
                    self.openings[key].append((text, source))
        for t in doc:
            if t.dep_ == "amod" and t.tag_ == "JJ" and t.head.pos_ == "NOUN" and t.i == t.head.i - 1:
                if t.lower_ not in _PALE and t.text.isalpha() and t.text.islower():
                    self.adjectives[t.head.lemma_.lower()].append((t.text, source))
            elif t.dep_ == "relcl":
                self._relative(t, source)
            elif t.dep_ == "appos":
                self._apposition(t, source)
            elif t.dep_ in ("advcl", "conj", "prep") and t.head.dep_ == "ROOT" and t.i > t.head.i:
                self._ending(t, clause, source)
        for said in re.findall(r"“([^“”]{20,160})”", doc.text):
            if 6 <= len(said.split()) <= 25 and said[0].isupper() and said[-1] in ".,":
                self.quotations.append((said.rstrip(",."), source))
        if 8 <= len(doc) <= 25 and clause and not clause.opening and "“" not in doc.text:
            self.sentences.append((doc.text, source))

    def settle(self) -> None:
        """Keep the appositions whose noun names persons, organisations or places more than once and more than others."""
        for label, found in self.appositions.items():
            self.appositions[label] = [f for f in found if self._fits(label, self._nouns[f[0]])]

    def names(self, noun: Token) -> bool:
        """Whether an apposition's noun is one that names of its kind are called by."""
        return self._fits(noun.head.ent_type_, noun.lemma_.lower())

    def _fits(self, label: str, noun: str) -> bool:
        count = self._called[label][noun]
        return count >= 3 and count >= sum(c[noun] for c in list(self._called.values())) * 0.6

    def _relative(self, verb: Token, source: str) -> None:
        tokens = subtree(verb)
        if tokens is None or not 4 <= len(tokens) <= 14 or tokens[0].lower_ not in ("who", "which"):
            return
        if verb.doc[tokens[0].i - 1].text != "," or tokens[0].dep_ not in ("nsubj", "nsubjpass"):
            return
        label = verb.head.ent_type_
        kind = (
            "who"
            if tokens[0].lower_ == "who"
            else ("org" if label == "ORG" else "place" if label == "GPE" else "which")
        )
        text = text_of(tokens)
        if not re.search(r"\b(?:he|she|they|it)\b|[“”\"()]", text):
            self.relatives[kind].append((text, source))

    def _apposition(self, noun: Token, source: str) -> None:
        tokens = subtree(noun)
        if tokens is None or not 2 <= len(tokens) <= 9 or tokens[0].lower_ not in ("a", "an", "the"):
            return
        if verb_before(noun) or noun.pos_ != "NOUN" or noun.doc[tokens[0].i - 1].text != ",":
            return
        if noun.head.ent_type_ in ("PERSON", "ORG", "GPE"):
            self.appositions[noun.head.ent_type_].append((text_of(tokens), source))
            self._called[noun.head.ent_type_][noun.lemma_.lower()] += 1
            self._nouns[text_of(tokens)] = noun.lemma_.lower()

    def _ending(self, t: Token, clause: Clause | None, source: str) -> None:
        end = clause.end if clause else len(t.doc) - 1
        tokens = subtree(t, end)
        if clause is None or tokens is None or not 3 <= len(tokens) <= 12 or tokens[-1].i != end - 1:
            return
        text = text_of(tokens)
        before = t.doc[tokens[0].i - 1].text
        comma = ", " if before == "," else " "
        if re.search(r"[“”\"()]|\b(?:he|she|it|they|this|that|these|those)\b", text) or text.count(",") > 1:
            return
        if t.dep_ == "advcl" and (
            t.tag_ == "VBG" or tokens[0].lower_ in ("after", "because", "before", "although", "while", "since")
        ):
            said = comma + text
        elif t.dep_ == "conj" and t.tag_ == "VBD" and clause.root.tag_ == "VBD" and tokens[0] == t:
            said = " and " + text
        elif t.dep_ == "prep" and tokens[0].lower_ in (
            "because", "due", "despite", "amid", "without", "under", "with", "following", "after", "during", "against", "for",
        ):  # fmt: skip
            said = " " + text
        else:
            return
        for key in keys(clause):
            self.endings[key].append((said, source))


def keys(clause: Clause) -> tuple[str, str]:
    """Return what a phrase must share with a sentence to fit it: the kind of subject and tense, or the verb."""
    kind = clause.head.ent_type_ if clause.head.ent_type_ in ("PERSON", "ORG", "GPE") else clause.head.tag_[:2]
    tense = (clause.auxiliaries[0] if clause.auxiliaries else clause.root).tag_
    voice = "passive" if any(a.dep_ == "auxpass" for a in clause.auxiliaries) else "active"
    return f"{kind} {tense} {voice}", f"{clause.root.lemma_.lower()} {tense} {voice}"


def verb_before(noun: Token) -> bool:
    """Whether an apposition has a verb of its own, so that its parse is doubtful."""
    return any(t.pos_ in ("VERB", "AUX") for t in noun.subtree)


def _around(tokens: Sequence[Token], doc: Doc, commas: bool) -> set[int]:
    """The numbers of tokens, and those of the commas on their sides where both or the end would stand bare."""
    found = {t.i for t in tokens}
    first, last = min(found), max(found)
    if commas and first > 0 and doc[first - 1].text in ",–-":
        found.add(first - 1)
        if last + 1 < len(doc) and doc[last + 1].text in ",–-":
            found.add(last + 1)
    return found


def droppable(doc: Doc) -> list[frozenset[int]]:
    """Return the parts of a sentence that can be left out so that what is left still follows from it."""
    clause = clause_of(doc)
    found: list[frozenset[int]] = []
    denied = {t.lower_ for t in doc} & _DENYING
    for t in doc:
        if t.dep_ in ("relcl", "appos", "acl") and t.i > t.head.i:
            tokens = subtree(t)
            if (
                tokens
                and tokens[0].i > 0
                and doc[tokens[0].i - 1].text in (",", "–", "-")
                and tokens[-1].i < len(doc) - 1
            ):
                after = doc[tokens[-1].i + 1].text
                if after in (",", ".", "–", "-") and len(tokens) > 1:
                    found.append(frozenset(_around(tokens, doc, True)))
    if clause is None or denied:
        return found
    # What is so in general, or of a share of many, may hold only where and when the sentence says.
    finite = clause.auxiliaries[0] if clause.auxiliaries else clause.root
    general = finite.tag_ not in ("VBD",) and finite.lower_ not in ("has", "have")
    if general or any(t.tag_ == "CD" or t.lower_ in ("most", "many", "all", "percent", "half") for t in clause.subject):
        return found
    for child in clause.root.rights:
        tokens = subtree(child, clause.end)
        if tokens is None or child.i >= clause.end:
            continue
        conditional = any(x.lower_ in ("if", "when", "unless", "whenever", "where", "once") for x in child.lefts)
        if (
            child.dep_ == "advcl"
            and not conditional
            and doc[tokens[0].i - 1].text == ","
            and len(tokens) > 2
            and tokens[-1].i == clause.end - 1
        ):
            found.append(frozenset(_around(tokens, doc, True)))
        if child.dep_ == "conj" and child.tag_ == clause.root.tag_ and tokens[-1].i == clause.end - 1:
            linked = [c for c in clause.root.rights if c.dep_ == "cc" and c.i < child.i]
            if linked and not any(x.dep_ == "conj" for x in clause.root.rights if x.i < child.i):
                found.append(frozenset(range(linked[0].i - (doc[linked[0].i - 1].text == ","), clause.end)))
    event = event_at(clause.root, _NO_FORMS) if clause.root.pos_ == "VERB" else None
    if event:
        found += [frozenset(t.i for t in p.tokens) for p in event.pieces if p.kind in ("loose", "time")]
    if (
        len(clause.opening) > 1
        and clause.opening[-1].text == ","
        and clause.opening[0].lower_ not in ("if", "when", "unless")
    ):
        found.append(frozenset(t.i for t in clause.opening))
    return found


_NO_FORMS = Forms([])


def turned(doc: Doc, forms: Forms, additions: Additions) -> Iterator[tuple[str, str]]:
    """Yield other tellings that follow from a sentence, with the kind of each."""
    clause = clause_of(doc)
    if clause is None:
        return
    root = clause.root
    found = past_event(doc, forms)
    if found and not clause.opening:
        event = found[0]
        times = [p for p in event.pieces if p.kind == "time" and p.head.dep_ in ("prep", "npadvmod")]
        last = event.pieces[-1] if event.pieces else None
        if times and last is times[-1] and last.tokens[-1].i == clause.end - 1:
            rest = [t for t in doc[: clause.end] if t.i < last.tokens[0].i]
            yield "time fronted", f"{capitalised(last.text)}, {inside(rest)}."
    if found and clause.opening and len(clause.opening) <= 7 and clause.opening[-1].text == ",":
        event = found[0]
        if (
            clause.opening[0].dep_ == "prep"
            and all(p.kind != "clause" for p in event.pieces)
            and not any(c.dep_ == "conj" for c in root.children)
        ):
            body = text_of(list(doc[clause.subject[0].i : clause.end]))
            yield "time moved back", f"{capitalised(body)} {inside(clause.opening)}."
    if found and found[0].passive and [a.lower_ for a in clause.auxiliaries] in (["was"], ["were"]):
        event = found[0]
        agents = [p for p in event.pieces if p.head.dep_ == "agent"]
        who = next((c for c in agents[0].head.children if c.dep_ == "pobj"), None) if agents else None
        phrase = noun_phrase(who) if who is not None else None
        if who is not None and phrase and who.pos_ in ("NOUN", "PROPN") and len(phrase) <= 8:
            rest = " ".join(p.text for p in event.pieces if p not in agents and p.kind != "clause")
            verb = forms.form(event.lemma, "VBD")
            if not re.search(r"\b(?:his|her|its|their)\b", event.named):
                yield "active", f"{capitalised(text_of(phrase))} {verb} {event.named} {rest}".strip() + "."
    if found and not found[0].passive and root.tag_ == "VBD" and found[0].pieces and found[0].agent != "thing":
        event = found[0]
        thing = event.pieces[0]
        if thing.head.dep_ == "dobj" and thing.head.pos_ in ("NOUN", "PROPN") and len(thing.tokens) <= 9 and (
            len(event.pieces) == 1 or all(p.kind in ("loose", "time") for p in event.pieces[1:])
        ) and not re.search(r"\b(?:his|her|its|their|himself|itself|themselves)\b", thing.text):  # fmt: skip
            be = (
                "were"
                if thing.head.tag_ in ("NNS", "NNPS") or any(c.dep_ == "conj" for c in thing.head.children)
                else "was"
            )
            rest = " ".join(p.text for p in event.pieces[1:])
            made = f"{capitalised(thing.text)} {be} {forms.form(event.lemma, 'VBN')} by {event.named} {rest}"
            yield "passive", tidy(made) + "."
    for t in doc:
        if t.dep_ == "appos" and t.head.pos_ == "PROPN" and t.pos_ == "NOUN" and not verb_before(t):
            tokens = subtree(t)
            if tokens and tokens[0].lower_ in ("a", "an", "the") and doc[tokens[0].i - 1].text == ",":
                name = [x for x in (noun_phrase(t.head) or []) if x.i < tokens[0].i]
                if name and additions.names(t) and len(tokens) <= 14:
                    be = "was" if root.tag_ == "VBD" else "is"
                    yield "is", f"{capitalised(inside(name))} {be} {text_of(tokens)}."
    verbs = [c for c in root.rights if c.dep_ == "conj" and c.tag_ == "VBD"]
    if root.tag_ == "VBD" and not clause.auxiliaries and len(verbs) == 1 and clause.head.tag_ != "PRP":
        conj = verbs[0]
        tokens = subtree(conj, clause.end)
        if tokens and tokens[0] == conj and not any(c.dep_ in ("nsubj", "nsubjpass") for c in conj.children):
            yield "second deed", f"{capitalised(inside(noun_phrase(clause.head) or clause.subject))} {text_of(tokens)}."


def named_again(doc: Doc, before: Doc) -> str | None:
    """Return a sentence whose subject is a pronoun with the name that the sentence before leaves no doubt about."""
    clause, earlier = clause_of(doc), clause_of(before)
    if clause is None or earlier is None or clause.head.lower_ not in ("he", "she") or len(clause.subject) != 1:
        return None
    people = {e.text for e in before.ents if e.label_ == "PERSON"}
    own = [e for e in doc.ents if e.label_ == "PERSON"]
    if len(people) != 1 or own or earlier.head.ent_type_ != "PERSON" or any(t.lower_ in ("he", "she") for t in before):
        return None
    phrase = noun_phrase(earlier.head)
    if not phrase or not any(t.ent_type_ == "PERSON" for t in phrase) or len(phrase) > 5:
        return None
    return Edit(doc, instead={clause.head.i: text_of(phrase)}).text


_TELLING = re.compile(
    r"\b(?:not|never|always|all|exactly|dozens|entirely|exclusively|certain|will)\b|n[’']t\b|[“”]|, (?:who|which|whose) |, an? "
)
"""What many of the claims that do not follow have been given: as many that follow have it of themselves."""
KEPT = 9000
QUOTAS = {
    "opening": 3000, "ending": 4000, "adjective": 4500, "relative": 2000, "apposition": 1000, "quotation": 600,
    "sentence": 1800, "number": 2500, "time": 2000, "name": 5000, "roles": 4000, "negation": 2200, "opposite": 2500,
    "stronger": 3000,
}  # fmt: skip
"""How many claims of a kind there may be: more of those that are harder to tell (exchanged roles and names)."""

Label = tuple[int, str | None]
_NEITHER: Label = (0, None)
_AGAINST: Label = (0, "contradiction")
_SUPPORTED: Label = (1, "entailment")


class Claims:
    """Writes the rows."""

    def __init__(self, forms: Forms, verdicts: Verdicts, additions: Additions, rng: random.Random) -> None:
        self.forms, self.verdicts, self.additions, self.rng = forms, verdicts, additions, rng
        self.counts: Counter[str] = Counter()
        self._sorted: dict[int, dict[str, list[Found]]] = {}
        self._changes: list[tuple[float, str, Callable[[Edit, str, str], tuple[Edit, Label] | None]]] = [
            (2.0, "opening", self._opening),
            (3.0, "ending", self._ending),
            (2.0, "adjective", self._adjective),
            (2.0, "relative", self._relative),
            (1.2, "apposition", self._apposition),
            (1.5, "quotation", self._quotation),
            (0.8, "sentence", self._sentence),
            (3.0, "number", self._number),
            (3.0, "time", self._time),
            (2.0, "name", self._name),
            (4.0, "roles", self._roles),
            (1.2, "negation", self._negation),
            (4.0, "opposite", self._opposite),
            (4.0, "stronger", self._stronger),
        ]

    def row(self, kind: str, claim: str, passage: str, label: Label, of: Passage) -> Row:
        """Return a row in the format of the corpora."""
        self.counts[f"{kind} {label[0]}"] += 1
        return {
            "id": "", "claim": claim, "passage": passage, "label": label[0], "label3": label[1],
            "source": f"made-{kind}: {of.source}", "licence": of.licence, "doc": of.doc,
        }  # fmt: skip

    def pick(self, found: Sequence[Found], source: str, passage: str, tries: int = 8) -> str | None:
        """Return a phrase few of whose longer words stand in the passage: of its document's other sentences, or of others."""
        near = self._of(found, source) if self.rng.random() < 0.35 else []
        for pool in (near, [f for f in found if f[1] != source] if len(found) < 50 else found):
            for _ in range(tries if pool else 0):
                text, _ = self.rng.choice(pool)
                if not self._told(text, passage):
                    return text
        return None

    def _of(self, found: Sequence[Found], source: str) -> list[Found]:
        if id(found) not in self._sorted:
            by: dict[str, list[Found]] = defaultdict(list)
            for phrase in found:
                by[phrase[1]].append(phrase)
            self._sorted[id(found)] = by
        return self._sorted[id(found)].get(source, [])

    def _told(self, text: str, passage: str) -> bool:
        words = set(re.findall(r"\w{5,}", text.lower())) or set(re.findall(r"\w+", text.lower()))
        return bool(words) and len(words & set(re.findall(r"\w+", passage.lower()))) > len(words) / 3

    # What does not follow: each takes a positive and returns it with a little more or a little else.

    def _opening(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        clause = clause_of(edit.doc)
        if clause is None or any(t.i not in edit.gone for t in clause.opening):
            return None
        text = self.pick(self._fitting(self.additions.openings, clause), source, passage)
        return (replace(edit, first=text), _NEITHER) if text else None

    def _fitting(self, found: dict[str, list[Found]], clause: Clause) -> list[Found]:
        kind, verb = keys(clause)
        return (
            found[verb]
            if clause.root.lemma_ != "be" and len(found[verb]) >= 4 and self.rng.random() < 0.7
            else found[kind]
        )

    def _ending(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        if "”" in edit.doc.text[-3:]:
            return None
        clause = clause_of(edit.doc)
        kept = [t for t in edit.doc[: clause.end] if t.i not in edit.gone] if clause else []
        if (
            clause is None
            or len(kept) > 28
            or any(c.dep_ == "conj" and c.i not in edit.gone for c in clause.root.children)
        ):
            return None
        text = self.pick(self._fitting(self.additions.endings, clause), source, passage)
        return (replace(edit, last=text), _NEITHER) if text else None

    def _adjective(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        nouns = [
            t for t in edit.doc
            if t.pos_ == "NOUN" and t.i not in edit.gone and t.i not in edit.instead and t.text.islower()
            and t.i > 0 and edit.doc[t.i - 1].pos_ in ("DET", "ADP", "VERB", "PRON", "NUM")
            and not any(c.dep_ in ("amod", "compound", "nmod") and c.i < t.i for c in t.children)
            and t.dep_ not in ("compound", "nmod", "amod", "npadvmod") and not t.ent_type_
            and len(self.additions.adjectives.get(t.lemma_.lower(), ())) >= 2
        ]  # fmt: skip
        self.rng.shuffle(nouns)
        for noun in nouns[:3]:
            adjective = self.pick(self.additions.adjectives[noun.lemma_.lower()], source, passage, 4)
            if adjective is None or adjective in passage.lower():
                continue
            instead = edit.instead | {noun.i: f"{adjective} {noun.text}"}
            before = edit.doc[noun.i - 1]
            if before.lower_ in ("a", "an"):
                article = "an" if adjective[0] in "aeiou" else "a"
                instead[before.i] = capitalised(article) if before.text[0].isupper() else article
            return replace(edit, instead=instead), _NEITHER
        return None

    def _after_name(self, edit: Edit) -> list[tuple[Token, str]]:
        found = []
        for entity in edit.doc.ents:
            last = entity[-1]
            following = edit.doc[last.i + 1].text if last.i + 1 < len(edit.doc) else "."
            inside_name = last.dep_ in ("compound", "poss", "nmod", "amod") or (
                last.head.i > last.i and last.head.pos_ == "PROPN"
            )
            kept = last.i not in edit.gone and last.i not in edit.instead and last.i + 1 not in edit.gone
            if (
                entity.label_ in ("PERSON", "ORG", "GPE")
                and kept
                and not inside_name
                and following not in (",", "(", "’s", "'s", "and", "or", "-", "”", "–")
            ):
                found.append((last, entity.label_))
        return found

    def _insert(self, edit: Edit, token: Token, text: str) -> Edit:
        at_end = token.i >= len(edit.doc) - 2
        said = f"{token.text}, {text}" + ("" if at_end else ",")
        return replace(edit, instead=edit.instead | {token.i: said})

    def _relative(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        places = self._after_name(edit)
        if not places:
            return None
        token, label = self.rng.choice(places)
        kind = {"PERSON": "who", "ORG": "org", "GPE": "place"}[label]
        text = self.pick(self.additions.relatives[kind], source, passage)
        return (self._insert(edit, token, text), _NEITHER) if text else None

    def _apposition(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        places = self._after_name(edit)
        if not places:
            return None
        token, label = self.rng.choice(places)
        text = self.pick(self.additions.appositions[label], source, passage)
        if text is None:
            return None
        if self.rng.random() < 0.35:
            name = next((e.text for e in edit.doc.ents if e[-1].i == token.i), "")
            if name:
                return Edit(
                    edit.doc, frozenset(range(1, len(edit.doc))), {0: f"{capitalised(name)} is {text}"}
                ), _NEITHER
        return self._insert(edit, token, text), _NEITHER

    def _quotation(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        text = self.pick(self.additions.quotations, source, passage)
        clause = clause_of(edit.doc)
        if text is None or clause is None or "“" in edit.doc.text:
            return None
        people = [e for e in edit.doc.ents if e.label_ == "PERSON"]
        if people and self.rng.random() < 0.5:
            name = self.rng.choice(people).text
            said = self.rng.choice(["said", "told reporters", "added", "said", "wrote"])
            return Edit(
                edit.doc, frozenset(range(1, len(edit.doc))), {0: f"“{capitalised(text)},” {name} {said}"}
            ), _NEITHER
        if clause.head.ent_type_ in ("PERSON", "ORG") or self.forms.agents[clause.head.lemma_.lower()] >= 2:
            verb = self.rng.choice([", saying: ", ", adding: ", ", saying that "])
            quoted = text[:1].lower() + text[1:] if verb.endswith("that ") else text
            return replace(edit, last=f"{verb}“{quoted}”"), _NEITHER
        return None

    def _sentence(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        text = self.pick(self.additions.sentences, source, passage)
        return (replace(edit, more=text), _NEITHER) if text else None

    def _number(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        numbers = [
            t for t in edit.doc
            if t.tag_ == "CD" and t.ent_type_ in ("CARDINAL", "QUANTITY", "MONEY", "PERCENT") and t.i not in edit.gone
            and re.fullmatch(r"[\d,]+|[a-z]+", t.text)
        ]  # fmt: skip
        self.rng.shuffle(numbers)
        for number in numbers:
            others = [
                n for n in re.findall(r"\b\d[\d,]*\b", passage) if len(n) == len(number.text) and n not in edit.doc.text
            ]
            other = (
                self.rng.choice(others) if others and self.rng.random() < 0.6 else other_number(self.rng, number.text)
            )
            if other and other != number.text:
                return replace(edit, instead=edit.instead | {number.i: other}), _AGAINST
        return None

    def _time(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        times = [t for t in edit.doc if t.ent_type_ == "DATE" and t.i not in edit.gone]
        self.rng.shuffle(times)
        for t in times:
            years = [y for y in re.findall(r"\b(?:1\d|20)\d\d\b", passage) if y not in edit.doc.text]
            if re.fullmatch(r"(?:1\d|20)\d\d", t.text) and years and self.rng.random() < 0.6:
                return replace(edit, instead=edit.instead | {t.i: self.rng.choice(years)}), _AGAINST
            other = other_time(self.rng, t.text)
            if other and other != t.text:
                return replace(edit, instead=edit.instead | {t.i: other}), _AGAINST
        return None

    def _names_in(self, edit: Edit) -> list[tuple[list[Token], str]]:
        found = []
        for entity in edit.doc.ents:
            tokens = [t for t in entity if t.lower_ not in ("the", "’s", "'s")]
            kept = tokens and all(t.i not in edit.gone and t.i not in edit.instead for t in tokens)
            if kept and entity.label_ in ("PERSON", "ORG", "GPE", "NORP") and tokens[0].text[0].isupper():
                found.append((tokens, entity.label_))
        return found

    def _put(self, edit: Edit, tokens: list[Token], text: str) -> Edit:
        return replace(edit, gone=edit.gone | {t.i for t in tokens[:-1]}, instead=edit.instead | {tokens[-1].i: text})

    def _name(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        names = self._names_in(edit)
        self.rng.shuffle(names)
        for tokens, label in names:
            own = text_of(tokens)
            known = [n for n in self.verdicts.names[source][label] if not set(n.split()) & set(own.split())]
            near = [n for n in known if n in passage and n not in edit.doc.text]
            others = near or [n for n in known if n not in edit.doc.text]
            if others and label != "NORP":
                return self._put(edit, tokens, self.rng.choice(others)), _NEITHER
        return None

    def _roles(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        names = self._names_in(edit)
        pairs = [
            (a, b) for i, (a, x) in enumerate(names) for b, y in names[i + 1 :]
            if x == y and text_of(a) != text_of(b) and not _listed(a[-1], b[-1])
            and not any(t.lower_ == "between" for t in edit.doc[max(0, a[0].i - 6) : a[0].i])
            and not set(map(str, a)) & set(map(str, b))
        ]  # fmt: skip
        if not pairs:
            return None
        a, b = self.rng.choice(pairs)
        return self._put(self._put(edit, a, text_of(b)), b, text_of(a)), _NEITHER

    def _negation(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        clause = clause_of(edit.doc)
        if clause is None or any(c.dep_ == "conj" and c.i not in edit.gone for c in clause.root.children):
            return None
        if clause.negations:
            no = clause.negations[0]
            if no.lower_ == "not" and clause.auxiliaries and clause.auxiliaries[0].lower_ not in ("did", "does", "do"):
                return replace(edit, gone=edit.gone | {no.i}), _AGAINST
            if no.lower_ == "never":
                return replace(edit, gone=edit.gone | {no.i}), _AGAINST
            return None
        if any(t.lower_ in ("only", "some", "several", "most", "many", "few", "no", "none") for t in edit.doc):
            return None
        at = clause.auxiliaries[0] if clause.auxiliaries else clause.root
        no = self.rng.choice(["not", "not", "never"]) if at != clause.root else "not"
        if at.dep_ in ("aux", "auxpass") or clause.root.lemma_ == "be":
            if "'" in at.text or "’" in at.text:
                return None
            return replace(edit, instead=edit.instead | {at.i: f"{at.text} {no}"}), _AGAINST
        if at.tag_ in ("VBD", "VBZ", "VBP"):
            do = {"VBD": "did", "VBZ": "does", "VBP": "do"}[at.tag_]
            return replace(edit, instead=edit.instead | {at.i: f"{do} not {at.lemma_.lower()}"}), _AGAINST
        return None

    def _opposite(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        words = [
            t
            for t in edit.doc
            if t.text in _OPPOSITE and t.i not in edit.gone and t.ent_type_ in ("", "DATE", "ORDINAL")
        ]
        if not words:
            return None
        word = self.rng.choice(words)
        return replace(edit, instead=edit.instead | {word.i: _OPPOSITE[word.text]}), _AGAINST

    def _stronger(self, edit: Edit, source: str, passage: str) -> tuple[Edit, Label] | None:
        words = [
            t for t in edit.doc
            if t.text in _STRONGER and t.i not in edit.gone and t.i + 1 < len(edit.doc)
            and not (t.text == "likely" and edit.doc[t.i + 1].text != "to")
            and not (t.text == "about" and edit.doc[t.i + 1].tag_ != "CD")
            and not (t.text in ("some", "many", "most", "several", "few") and edit.doc[t.i + 1].tag_ not in ("NNS", "JJ"))
            and not (t.text in ("may", "might", "could") and t.tag_ != "MD")
            and not (t.text in ("nearly", "almost", "half", "approximately") and edit.doc[t.i + 1].tag_ != "CD")
        ]  # fmt: skip
        hedged = [
            t
            for t in edit.doc
            if t.lower_ in ("reportedly", "allegedly", "apparently", "supposedly") and t.i not in edit.gone
        ]
        if hedged:
            return replace(edit, gone=edit.gone | {hedged[0].i}), _NEITHER
        if not words:
            return None
        word = self.rng.choice(words)
        return replace(edit, instead=edit.instead | {word.i: _STRONGER[word.text]}), _NEITHER

    # The rows of a sentence.

    def pairs(self, sentence: str, doc: Doc, passage: Passage, docs: dict[str, Doc]) -> Iterator[Row]:
        """Yield a claim that follows from a sentence, and the same with something that does not."""
        rng = self.rng
        if re.search(r"\b(?:i|we|you|my|our|your)\b", re.sub(r"“[^”]*”", "", sentence).lower()):
            return
        i = passage.sentences.index(sentence)
        text, _ = window(rng, sentence, sentence, passage, set())
        yield from self._named(i, doc, passage, docs)
        if quoted := re.search(r"“([A-Z][^“”]{19,})”", sentence):
            yield self.row("kept", sentence, text, _SUPPORTED, passage)
            other = self.pick(self.additions.quotations, passage.doc, text)
            if other and rng.random() < 0.6:
                claim = sentence.replace(quoted[1], other + ("," if quoted[1].endswith(",") else "."))
                yield self.row("requoted", claim, text, _NEITHER, passage)
        for how, claim in turned(doc, self.forms, self.additions):
            if how != "time moved back" or rng.random() < 0.6:
                yield self.row(how, claim, text, _SUPPORTED, passage)
        edit, kind = Edit(doc), "verbatim"
        parts = droppable(doc)
        if parts and rng.random() < 0.8:
            gone = frozenset().union(*rng.sample(parts, min(len(parts), rng.choice([1, 1, 2, 3]))))
            if len(doc) - len(gone) >= 5:
                edit, kind = Edit(doc, gone), "less"
        if _TELLING.search(edit.text) and self.counts["kept 1"] < KEPT and rng.random() < 0.7:
            yield self.row("kept", edit.text, text, _SUPPORTED, passage)
        if rng.random() < 0.045 and len(passage.sentences) > 1:
            yield from self._both(i, edit, passage, docs)
        for _ in range(6):
            changes = [(w, n, c) for w, n, c in self._changes if self.counts[f"{n} 0"] < QUOTAS[n]]
            if not changes:
                return
            _, name, change = rng.choices(changes, [w for w, _, _ in changes])[0]
            changed = change(edit, passage.doc, text)
            if changed and changed[0].text != edit.text and changed[0].text not in text:
                if kind != "verbatim" or rng.random() < 0.3:
                    yield self.row(kind, edit.text, text, _SUPPORTED, passage)
                yield self.row(name, changed[0].text, text, changed[1], passage)
                return

    def _named(self, i: int, doc: Doc, passage: Passage, docs: dict[str, Doc]) -> Iterator[Row]:
        """A pronoun replaced by the name that the sentence before gives it, and by another."""
        if not i or passage.sentences[i - 1] not in docs:
            return
        claim = named_again(doc, docs[passage.sentences[i - 1]])
        clause = clause_of(doc)
        if claim is None or clause is None:
            return
        text = " ".join(passage.sentences[max(0, i - 1 - self.rng.randint(0, 1)) : i + 1 + self.rng.randint(0, 1)])
        yield self.row("named", claim, text, _SUPPORTED, passage)
        people = [n for n in self.verdicts.names[passage.doc]["PERSON"] if n not in text]
        if people and self.rng.random() < 0.7:
            wrong = Edit(doc, instead={clause.head.i: self.rng.choice(people)}).text
            yield self.row("named", wrong, text, _NEITHER, passage)

    def _both(self, i: int, edit: Edit, passage: Passage, docs: dict[str, Doc]) -> Iterator[Row]:
        """Two neighbouring sentences as one claim."""
        j = i + 1 if i + 1 < len(passage.sentences) else i - 1
        neighbour = passage.sentences[j]
        if neighbour in docs and len(neighbour.split()) < 35:
            both = [edit.text, neighbour] if j > i else [neighbour, edit.text]
            first = max(0, min(i, j) - self.rng.randint(0, 1))
            last = max(i, j) + self.rng.randint(0, 1)
            yield self.row("both", " ".join(both), " ".join(passage.sentences[first : last + 1]), _SUPPORTED, passage)

    def moods(
        self, sentence: str, event: Event, said: str, verdict: str, claim: str, passage: Passage
    ) -> Iterator[Row]:
        """Yield the plain claim over a passage that tells the event in another mood, and that mood itself."""
        avoid = {event.lemma, self.forms.form(event.lemma, "VBD"), self.forms.form(event.lemma, "VBN")}
        text, _ = window(self.rng, sentence, said, passage, avoid)
        label = {"yes": _SUPPORTED, "no": _AGAINST}.get(verdict, _NEITHER)
        yield self.row(f"mood {verdict}", claim, text, label, passage)
        if said != claim and self.rng.random() < 0.8:
            yield self.row(f"mood {verdict} itself", said, text, _SUPPORTED, passage)

    def reworded(self, event: Event, sentence: str, passage: Passage) -> Iterator[Row]:
        """Yield claims of an event over passages in which it is planned, denied, alleged, or left open."""
        rng = self.rng
        kept = [p for p in event.pieces if p.kind == "core" or (p.kind == "loose" and rng.random() < 0.5)]
        if (not kept and not event.passive) or any(p.head.dep_ == "ccomp" for p in kept):
            return
        full = self.verdicts.closed(event)
        plain = capitalised(tidy(f"{full} {event.told('VBD', kept)}")) + "."
        variants = self.verdicts.variants(
            event, kept, full, rng.choice(["a spokesman", "one witness", "the opposition"])
        )
        variants.sort(key=lambda v: rng.random() * (0.6 if v[1] == "planned" else 1))
        for said, verdict, _ in variants[:2]:
            yield from self.moods(sentence, event, said, verdict, plain, passage)
            others = [v[0] for v in variants if v[1] in ("planned", "alleged", "no") and v[1] != verdict]
            if others and rng.random() < 0.35:
                # One mood against another.
                text, _ = window(rng, sentence, said, passage, {event.lemma})
                yield self.row("mood other", rng.choice(others), text, _NEITHER, passage)
        if rng.random() < 0.3 and len(variants) > 3:
            # The plain passage against a claim in another mood.
            said, verdict, _ = variants[-1]
            if verdict == "no":
                text, _ = window(rng, sentence, sentence, passage, set())
                yield self.row("mood denied", said, text, _AGAINST, passage)

    def spoken(self, sentence: str, doc: Doc, passage: Passage) -> Iterator[Row]:
        """Yield plain claims of events that a sentence tells as planned, refused, alleged."""
        for event, verdict, mood in spoken_of(doc, self.forms):
            kept = [p for p in event.pieces if p.kind in ("core", "loose")]
            if not kept:
                continue
            plain = capitalised(tidy(f"{event.named} {event.told('VBD', kept)}")) + "."
            text, _ = window(self.rng, sentence, sentence, passage, set())
            label = {"yes": _SUPPORTED, "no": _AGAINST}.get(verdict, _NEITHER)
            yield self.row(f"spoken {mood}", plain, text, label, passage)
            if self.rng.random() < 0.7:
                parts = droppable(doc)
                used = {t.i for p in kept for t in p.tokens} | {event.verb.i}
                gone = [p for p in parts if not p & used]
                less = Edit(doc, self.rng.choice(gone)) if gone else Edit(doc)
                yield self.row(f"spoken {mood} itself", less.text, text, _SUPPORTED, passage)


def _listed(a: Token, b: Token) -> bool:
    """Whether two names stand in one list or one name holds the other, so that exchanging them says the same."""
    return (
        b.head == a or a.head == b or (b in a.subtree and b.dep_ in ("conj", "appos"))
        or (a.head == b.head and a.dep_ == b.dep_)
        or a.dep_ == "conj" or b.dep_ == "conj"
    )  # fmt: skip
