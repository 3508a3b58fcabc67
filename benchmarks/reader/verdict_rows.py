"""Yes/no questions over passages that answer them with yes, no, planned, alleged or not at all."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grammar import (
    Clause,
    Event,
    Forms,
    Piece,
    capitalised,
    choices,
    clause_of,
    event_at,
    inside,
    inverted,
    past_event,
    tidy,
    wordset,
)
from parses import BROKEN, Passage, Row

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Variant = tuple[str, str, str]
"""A sentence's new wording, the verdict it gives on "did …?", and what it says of the deed (agreed, refused, …)."""

_NEXT = choices(
    "on Monday|on Tuesday|on Wednesday|on Thursday|on Friday|on Sunday|tomorrow|next week|next month|next year|"
    "later this week|later this month|later this year|in the coming days|in the coming weeks|soon|in the spring|"
    "this autumn|next summer|by the end of the year|before the end of the month|within two years|in the near future"
)
_PLANNED = choices(
    "will {VB}|{is} to {VB}|{is} expected to {VB}|{is} due to {VB}|{is} set to {VB}|{is} scheduled to {VB}|"
    "{is} going to {VB}"
)
_AGREED = choices(
    "plan{s} to {VB}|{has} agreed to {VB}|intend{s} to {VB}|{has} vowed to {VB}|{is} preparing to {VB}|"
    "{is} planning to {VB}|promised to {VB}|{has} announced plans to {VB}|{is} about to {VB}|{has} pledged to {VB}|"
    "{is} getting ready to {VB}|{is} committed to {VBG}|{has} decided to {VB}|{is} looking forward to {VBG}"
)
_PLANS_FOR = choices(
    "plans call for {X} to {VB}|under the plan, {X} will {VB}|{N} said {X} would {VB}|{N} announced that {X} would {VB}|"
    "there are plans for {X} to {VB}|the agreement provides for {X} to {VB}|preparations are under way for {X} to {VB}"
)
_NOT = choices(
    "did not {VB}|never {VBD}|{has} not {VBN}|{has} yet to {VB}|{has} never {VBN}|{has} still not {VBN}|"
    "did not, as first reported, {VB}"
)
_NOT_PASSIVE = choices(
    "{was} not {PART}|{was} never {PART}|{has} not been {PART}|{has} yet to be {PART}|{has} still not been {PART}|"
    "{was} not, as first reported, {PART}|narrowly avoided being {PART}"
)
_REFUSED = choices(
    "refused to {VB}|failed to {VB}|{was} unable to {VB}|declined to {VB}|{was} prevented from {VBG}|"
    "called off plans to {VB}|avoided {VBG}|stopped short of {VBG}|decided not to {VB}|chose not to {VB}|"
    "ruled out {VBG}|{has} ruled out {VBG}|{has} refused to {VB}|{has} so far failed to {VB}|abandoned a plan to {VB}|"
    "{was} stopped from {VBG}|will not {VB}|{has} decided against {VBG}|{has} rejected calls to {VB}|"
    "came close to {VBG} but did not|almost {VBD}|nearly {VBD}|could not {VB}|was about to {VB} but changed course"
)
_NOT_SO = choices(
    "plans for {X} to {VB} were dropped|there is no sign that {S}|it is not true that {S}|reports that {S} were false|"
    "{N} stopped {X} from {VBG}|no evidence was found that {S}|contrary to rumours, {X} did not {VB}|"
    "{N} prevented {X} from {VBG}|the idea that {S} turned out to be a hoax"
)
_SAID = choices(
    "allegedly {VBD}|reportedly {VBD}|{is} said to have {VBN}|{is} believed to have {VBN}|{is} thought to have {VBN}|"
    "{is} alleged to have {VBN}|supposedly {VBD}|{is} rumoured to have {VBN}|{was} reported to have {VBN}|"
    "{is} claimed to have {VBN}"
)
_ACCUSED = choices(
    "{is} accused of {VBG}|{has} been accused of {VBG}|{is} suspected of {VBG}|stand{s} accused of {VBG}|"
    "{was} accused of {VBG}|{is} under investigation for allegedly {VBG}|face{s} allegations of {VBG}"
)
_ALLEGE = choices(
    "prosecutors allege that {S}|according to unconfirmed reports, {S}|it is claimed that {S}|there are rumours that {S}|"
    "critics claim that {S}|{N} claimed that {S}|{N} alleges that {S}|{N} has alleged that {S}|"
    "{S}, according to unconfirmed reports|{S}, {N} has claimed|{S}, it is alleged|opponents say that {S}|"
    "an anonymous source claimed that {S}|unverified posts online said that {S}"
)
_MIGHT = choices(
    "might {VB}|could {VB}|may {VB}|may have {VBN}|might have {VBN}|{is} deciding whether to {VB}|"
    "{was} supposed to {VB}|may yet {VB}|could soon {VB}"
)
_WANTED = choices(
    "considered {VBG}|{is} considering whether to {VB}|wanted to {VB}|tried to {VB}|offered to {VB}|threatened to {VB}|"
    "{was} asked to {VB}|{was} urged to {VB}|{has} been called on to {VB}|{is} in talks to {VB}|hoped to {VB}|"
    "{is} weighing whether to {VB}|{has} the right to {VB}|{was} expected to {VB}|had planned to {VB}"
)
_OPEN = choices(
    "nobody knows whether {S}|it is unclear whether {S}|{N} asked whether {S}|it was not clear if {S}|"
    "{N} would not say whether {S}|investigators are still trying to establish whether {S}|"
    "{N} declined to comment on whether {S}|if {S}, much would change|the question of whether {S} remains open"
)
_CALLS = choices(
    "{N} urged {X} to {VB}|{N} called on {X} to {VB}|{N} wants {X} to {VB}|there were calls for {X} to {VB}|"
    "a proposal for {X} to {VB} is being debated|{N} asked {X} to {VB}|a court will decide whether {X} can {VB}"
)
_DID = choices(
    "managed to {VB}|went on to {VB}|{was} forced to {VB}|finally {VBD}|succeeded in {VBG}|did {VB}|ended up {VBG}|"
    "{has} now {VBN}|{has} admitted {VBG}|admitted {VBG}|did, after long hesitation, {VB}|had no choice but to {VB}"
)
_DONE = choices(
    "it is now confirmed that {S}|as planned, {S}|despite earlier denials, {S}|{N} confirmed that {S}|"
    "as had been expected, {S}|{S}, as had been planned|officials confirmed that {S}|{S}, contrary to what critics claimed|"
    "after months of speculation, {S}|{N} acknowledged that {S}|officials said that {S}|a spokesman said {S}|police said {S}|"
    "the ministry announced that {S}"
)
_WHO = choices("a spokesman|the opposition|a rival|one witness|a former aide|the newspaper|a local resident")

_EVERYDAY = {
    "purchase": "buy", "acquire": "buy", "construct": "build", "depart": "leave", "assist": "help", "permit": "allow",
    "commence": "begin", "conclude": "end", "disclose": "reveal", "demand": "call for", "criticise": "condemn",
    "criticize": "condemn", "resign": "step down", "obtain": "get", "retain": "keep", "select": "choose",
    "appoint": "name", "detain": "arrest", "arrest": "detain", "start": "begin", "begin": "start", "establish": "set up",
    "found": "set up", "reject": "turn down", "enter": "go into", "request": "ask for", "investigate": "look into",
    "postpone": "put off", "cancel": "call off", "discover": "find", "announce": "make public", "defeat": "beat",
    "murder": "kill", "receive": "get", "require": "need", "destroy": "wreck", "approve": "pass", "hire": "take on",
}  # fmt: skip
"""What people would rather say when they ask; each follows from the other."""

_BARE = wordset(
    "resign die win lose leave retire arrive return collapse crash surrender escape withdraw testify appeal vote"
)
"""Verbs that tell enough without an object."""
_WINDOWS = ((1, 0.3), (2, 0.3), (3, 0.25), (4, 0.15))


def filled(template: str, event: Event, pieces: Sequence[Piece], claimer: str, subject: str) -> str:
    """Return a template with the event's forms in it; one that tells no whole sentence gets its subject."""
    plural = event.plural
    small = {
        "is": "are" if plural else "is", "was": "were" if plural else "was", "has": "have" if plural else "has",
        "s": "" if plural else "s",
    }  # fmt: skip
    said = re.sub(r"\{(is|was|has|s)\}", lambda m: small[m[1]], template)
    said = re.sub(r"\{(VB|VBD|VBN|VBG)\}", lambda m: event.told(m[1], pieces), said)
    said = said.replace("{PART}", event.told("VBN", pieces).removeprefix("been "))
    sentence = f"{subject} {event.told('VBD', pieces)}"
    whole = "{S}" in said or "{X}" in said
    said = said.replace("{S}", sentence).replace("{N}", claimer).replace("{X}", subject)
    said = said if whole else f"{subject} {said}"
    return capitalised(tidy(said)) + "."


class Writer:
    """Asks about events and tells them in other ways."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def style(self, question: str) -> str:
        """Return a question as some people type it."""
        n = self.rng.random()
        if n < 0.14:
            return question.rstrip("?").lower() if n < 0.09 else question[:1].lower() + question[1:].rstrip("?")
        return question

    def asked(self, event: Event, pieces: Sequence[Piece], subject: str, verb: bool = True) -> str:
        """Return "did …?" in one of its forms."""
        rng, has, was = self.rng, "have" if event.plural else "has", "were" if event.plural else "was"
        rest = " ".join(p.text for p in pieces)
        base = event.lemma
        core = next((p for p in pieces if p.kind == "core"), None)
        if (
            verb
            and not event.passive
            and base in _EVERYDAY
            and rng.random() < 0.5
            and core
            and core.head.dep_ == "dobj"
        ):
            base = _EVERYDAY[base]
        told = f"{subject} {event.told('VBD', pieces)}"
        timed = any(p.kind == "time" for p in pieces)
        n = rng.random()
        if n < 0.16 and not timed:
            done = event.told("VBN", pieces)
            extra = rng.choice(["", "", " yet", " already", " so far"]) if len(done.split()) < 12 else ""
            question = f"{has} {subject} {done}{extra}?"
        elif n < 0.25:
            frame = rng.choice([
                "is it true that {}?", "do we know whether {}?", "any word on whether {}?", "{}, right?", "{}?",
                "I heard that {}. Is that right?", "is it confirmed that {}?", "can you tell me if {}?",
            ])  # fmt: skip
            question = frame.format(told)
        elif event.passive:
            question = f"{was} {subject} {event.told('VBN', pieces).removeprefix('been ')}?"
        else:
            really = rng.choice(["really ", "actually ", "ever "]) if rng.random() < 0.06 else ""
            question = f"did {subject} {really}{base} {rest}?"
        return self.style(capitalised(tidy(question)))

    def future(self, event: Event, pieces: Sequence[Piece], subject: str) -> str:
        """Return "will …?" in one of its forms."""
        base, be = event.told("VB", pieces), "are" if event.plural else "is"
        frames = ["will {s} {b}?", "will {s} {b}?", "{be} {s} going to {b}?", "{be} {s} expected to {b}?"]
        if event.controlled:
            does = "do" if event.plural else "does"
            frames += ["{be} {s} planning to {b}?", f"{does} {{s}} plan to {{b}}?"]
        question = self.rng.choice(frames).format(s=subject, b=base, be=be)
        return self.style(capitalised(tidy(question)))


def window(
    rng: random.Random,
    sentence: str,
    said: str,
    around: Passage,
    avoid: set[str],
    more: Sequence[str] = (),
    beside: str = "",
) -> tuple[str, list[list[int]]]:
    """Return a passage of one to four sentences in which one is reworded, and the place of that.

    Neighbours that have one of the words to avoid are left out: they could tell of the same deed. `more` are
    sentences of the same document that may stand beside it, `beside` is one that shall.
    """
    size = rng.choices([n for n, _ in _WINDOWS], [w for _, w in _WINDOWS])[0]
    i = around.sentences.index(sentence)
    before, after = list(around.sentences[:i]), list(around.sentences[i + 1 :])
    fit = [s for s in more if s != sentence]
    chosen: tuple[list[str], list[str]] = ([], [])
    if beside:
        chosen[rng.randrange(2)].append(beside)
    while len(chosen[0]) + len(chosen[1]) + 1 < size:
        side = rng.randrange(2)
        pool = (before, after)[side]
        if pool:
            neighbour = pool.pop() if side == 0 else pool.pop(0)
        elif fit:
            neighbour = fit.pop(rng.randrange(len(fit)))
        elif before or after:
            continue
        else:
            break
        words = set(re.findall(r"\w+", neighbour.lower()))
        if not (words & avoid) and len(neighbour.split()) < 60 and not BROKEN.search(neighbour):
            chosen[side].insert(0 if side == 0 else len(chosen[1]), neighbour)
    text = " ".join([*chosen[0], said, *chosen[1]])
    start = len(" ".join([*chosen[0], ""])) if chosen[0] else 0
    return text, [[start, start + len(said)]]


@dataclass
class Told:
    """An event, its sentence and where that stands."""

    event: Event
    clause: Clause
    sentence: str
    passage: Passage


class Verdicts:
    """Writes the rows."""

    def __init__(self, forms: Forms, rng: random.Random) -> None:
        self.forms, self.rng, self.writer = forms, rng, Writer(rng)
        self.names: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        """Names of a document by kind."""

    def learn(self, passage: Passage, docs: Iterable[Doc]) -> None:
        """Note the names of a document."""
        for doc in docs:
            for entity in doc.ents:
                text = re.sub(r"^the |['’]s$", "", entity.text, flags=re.IGNORECASE)
                if entity.label_ in ("PERSON", "ORG", "GPE") and re.fullmatch(
                    r"[A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+)*", text
                ):
                    known = self.names[passage.doc][entity.label_]
                    if text not in known:
                        known.append(text)

    def row(self, kind: str, question: str, context: str, verdict: str, sents: list[list[int]], of: Any) -> Row:
        """Return a row in the format of the corpora."""
        return {
            "id": "", "question": question, "context": context, "answers": [], "answerable": verdict != "not_stated",
            "verdict": verdict, "source": f"made-{kind}: {of.source}", "licence": of.licence, "doc": of.doc, "sents": sents,
        }  # fmt: skip

    def claims(self, row: Row, doc: Doc) -> Row | None:
        """Return the question that a claim answers, over its passage."""
        rng = self.rng
        clause = clause_of(doc)
        verdict = {"supports": "yes", "entailment": "yes", "refutes": "no", "contradiction": "no"}.get(
            str(row["label3"]).lower(), "not_stated"
        )
        if clause is None or any(t.text in '“”"()[]:;—?' for t in doc) or clause.head.tag_ in ("PRP", "DT", "WP"):
            return None
        if (
            len(doc) > 32
            or " yet " in doc.text
            or any(t.lower_ in ("if", "whether", "unless", "i", "we", "you") for t in doc)
        ):
            return None
        lower = {t.lower_ for t in doc}
        made = inverted(clause, "front" if rng.random() < 0.5 else "back")
        if made is None or (len(clause.opening) > 9):
            return None
        question, denied = made
        plain = denied is False
        if denied and lower & _UNSAFE:
            return None
        n = rng.random()
        if n < 0.1:
            told = inside(list(doc[: clause.end]))
            frame = rng.choice(
                ["is it true that {}?", "do we know whether {}?", "{}, right?", "is it correct that {}?"]
            )
            question, plain = self.writer.style(capitalised(frame.format(told))), True
            if denied and "whether" in frame:
                return None
        else:
            question = self.writer.style(question)
        if not plain:
            verdict = {"yes": "no", "no": "yes"}.get(verdict, verdict)
        single = len(re.findall(r"[.!?] +[A-Z]", row["passage"])) == 0
        sents = [[0, len(row["passage"])]] if verdict != "not_stated" and single else []
        of = Passage((), f"{row['source']}-{row['id']}", row["source"], row["licence"])
        return self.row("claim", question, row["passage"], verdict, sents, of)

    def variants(self, event: Event, pieces: Sequence[Piece], subject: str, claimer: str) -> list[Variant]:
        """Return other tellings of an event with the verdict that each gives."""

        def said(template: str) -> str:
            return filled(template, event, pieces, claimer, subject)

        rng, result = self.rng, []
        deed = event.controlled
        active = not event.passive
        if event.plannable:
            template = rng.choice(_PLANNED + (_AGREED if deed else []) + (_PLANS_FOR if rng.random() < 0.6 else []))
            told = said(template)
            if rng.random() < 0.45 and "{VB" in template:
                when = rng.choice(_NEXT)
                told = (
                    f"{capitalised(when)}, {subject}{told[len(subject) :]}"
                    if rng.random() < 0.3 and told.startswith(capitalised(subject))
                    else f"{told[:-1]} {when}."
                )
            how = "agreed" if template in _AGREED else "planned"
            result.append((told, "planned", how))
        if rng.random() < 0.25:
            result.append((said(rng.choice([t for t in _NOT_SO if active or "did not" not in t])), "no", "not"))
        elif active:
            refused = deed and rng.random() < 0.75
            template = rng.choice(_REFUSED if refused else _NOT)
            result.append((said(template), "no", "refused" if refused else "not"))
        else:
            result.append((said(rng.choice(_NOT_PASSIVE)), "no", "not"))
        if rng.random() < 0.5:
            result.append((said(rng.choice(_ALLEGE)), "alleged", "alleged"))
        elif deed and rng.random() < 0.45:
            result.append((said(rng.choice(_ACCUSED)), "alleged", "accused"))
        else:
            result.append((said(rng.choice(_SAID if active else _SAID_PASSIVE)), "alleged", "alleged"))
        if rng.random() < 0.4:
            result.append((said(rng.choice(_OPEN)), "not_stated", "open"))
        elif event.plannable and rng.random() < 0.35:
            result.append((said(rng.choice(_CALLS)), "not_stated", "wanted"))
        elif deed and rng.random() < 0.7:
            result.append((said(rng.choice(_WANTED)), "not_stated", "wanted"))
        else:
            result.append((said(rng.choice(_MIGHT)), "not_stated", "open"))
        if deed and rng.random() < 0.5:
            result.append((said(rng.choice(_DID)), "yes", "did"))
        else:
            result.append((said(rng.choice(_DONE)), "yes", "did"))
        return result

    def rewritten(self, told: Told, siblings: Sequence[Told], pool: Sequence[str], most: int) -> list[Row]:
        """Return questions about an event over its passage, as it stands and with the event told in other ways."""
        rng, event, clause, passage = self.rng, told.event, told.clause, told.passage
        speech = any(p.head.dep_ == "ccomp" for p in event.pieces)
        core, loose, time = event.chosen("core"), event.chosen("loose"), event.chosen("time")
        kept = [p for p in event.pieces if p in core or (p in loose and rng.random() < 0.45)]
        if len(event.told("VB", kept).split()) > 16 or (
            not any(p.kind == "core" for p in kept) and not event.passive and event.lemma not in _BARE
        ):
            return []
        subject = self.short(event)
        avoid = {event.lemma, event.forms.form(event.lemma, "VBD"), event.forms.form(event.lemma, "VBN")}
        avoid |= {event.forms.form(event.lemma, "VBG"), event.forms.form(event.lemma, "VBZ")}
        names = self.names[passage.doc]
        people = [n for n in names["PERSON"] if n not in told.sentence and " " in n]
        claimer = rng.choice(people) if people and rng.random() < 0.7 else rng.choice(_WHO)
        rows: list[Row] = []

        def add(kind: str, question: str, said: str, verdict: str, quiet: bool = False, evidence: bool = True) -> None:
            neighbour = ""
            # Another event of the passage, as it stands or told in another mood, and asked about in its turn: what is
            # said of one event says nothing of the other.
            beside = [(t, t.sentence, "yes") for t in siblings if t.event.lemma != event.lemma]
            if siblings and rng.random() < 0.3:
                other = rng.choice(siblings)
                if other.event.lemma != event.lemma and other.sentence not in passage.sentences:
                    bits = other.event.chosen("core", "loose")
                    retold = rng.choice(self.variants(other.event, bits, self.closed(other.event), rng.choice(_WHO)))
                    neighbour = retold[0]
                    beside.append((other, retold[0], retold[1]))
            text, sents = window(rng, told.sentence, said, passage, avoid if quiet else set(), pool, neighbour)
            rows.append(self.row(kind, question, text, verdict, sents if evidence else [], passage))
            for other, sentence, its in beside:
                bits = other.event.chosen("core", "loose")
                if sentence in text and sentence != said and bits and len(other.event.told("VB", bits).split()) <= 14:
                    start = text.index(sentence)
                    if rng.random() < 0.6 and other.event.lemma not in avoid:
                        ask = self.writer.asked(other.event, bits, self.short(other.event))
                        place = [[start, start + len(sentence)]]
                        rows.append(self.row(f"beside {its}", ask, text, its, place, passage))

        full = self.closed(event)
        opening = ""
        if (
            clause.opening
            and rng.random() < 0.4
            and clause.opening[0].dep_ == "prep"
            and not any(t.ent_type_ in ("DATE", "TIME") or t.pos_ == "VERB" for t in clause.opening)
        ):
            opening = inside(clause.opening)
        variants = self.variants(event, kept, full, claimer)
        # Shuffled, the rarer verdicts first more often.
        variants.sort(key=lambda v: rng.random() * (0.5 if v[1] == "planned" else 0.8 if v[1] == "no" else 1.0))
        # As it stands.
        if rng.random() < 0.8:
            timed = [p for p in event.pieces if p in kept or (p in time and rng.random() < 0.4)]
            add("told", self.writer.asked(event, timed, subject), told.sentence, "yes")
        for said, verdict, how in [] if speech else variants[:most]:
            if opening and said.startswith(capitalised(full)):
                said = f"{capitalised(opening)}, {full}{said[len(full) :]}"
            n = rng.random()
            if n < 0.68:
                add(f"{how}", self.writer.asked(event, kept, subject), said, verdict, True)
            elif n < 0.88:
                future = {"agreed": "yes", "planned": "yes", "not": "", "refused": "no", "open": "not_stated", "did": "",
                          "alleged": "", "accused": "", "wanted": "not_stated"}[how]  # fmt: skip
                if future and not re.search(
                    r"\b(failed|unable|prevented|stopped|avoided|came close|almost|nearly|could not|was about|may have|might have|was supposed|were supposed|was expected|were expected|had planned|asked whether|unclear|knows|clear if|whether|can|true|false|evidence|sign|hoax|dropped|contrary)\b",
                    said,
                ):
                    add(f"{how}-future", self.writer.future(event, kept, subject), said, future, True)
            elif event.controlled:
                question, verdict = self.meta(event, kept, subject, said, how)
                if question:
                    add(f"{how}-meta", question, said, verdict, True)
        if rng.random() < 0.3 and (swapped := self.exchanged(event, kept, subject, told.sentence, names)):
            add("exchanged", swapped[0], told.sentence, swapped[1], evidence=swapped[1] == "no")
        if rng.random() < 0.22:
            others = [s for s in passage.sentences if s != told.sentence] or list(pool)
            rest = [s for s in others if not avoid & set(re.findall(r"\w+", s.lower())) and s != told.sentence]
            if rest:
                first = rng.randrange(len(rest))
                text = " ".join(rest[first : first + rng.randint(1, 4)])
                rows.append(
                    self.row("elsewhere", self.writer.asked(event, kept, subject), text, "not_stated", [], passage)
                )
        return rows

    def short(self, event: Event) -> str:
        """Return the subject as a question names it: without additions, a person sometimes by the last name."""
        named = event.named
        head = event.head
        if head.ent_type_ == "PERSON" and self.rng.random() < 0.25 and re.fullmatch(r"[A-Z]\w{3,}", head.text):
            return head.text
        return named

    def closed(self, event: Event) -> str:
        """Return the subject with the comma that closes an addition at its end."""
        whole, bare = event.subject, event.named
        return f"{whole}," if whole != bare and not whole.endswith(bare) and "," in whole else whole

    def meta(self, event: Event, pieces: Sequence[Piece], subject: str, said: str, how: str) -> tuple[str, str]:
        """Return a question about what the passage says of the deed (was it refused, agreed, alleged), with its verdict."""
        be, have, do = ("are", "have", "do") if event.plural else ("is", "has", "does")
        base, ing = event.told("VB", pieces), event.told("VBG", pieces)
        kind = self.rng.choice(["agreed", "refused", "accused"])
        if kind == "agreed":
            question = self.rng.choice([f"{have} {subject} agreed to {base}?", f"{do} {subject} intend to {base}?"])
            if how == "agreed" or (how == "planned" and "intend" in question):
                verdict = "yes"
            elif how == "refused" and re.search(r"refused|declined|decided|chose|ruled|rejected|will not", said):
                verdict = "no"
            elif how in ("accused", "alleged", "open", "wanted"):
                verdict = "not_stated"
            else:
                return "", ""
        elif kind == "refused":
            question = self.rng.choice([f"did {subject} refuse to {base}?", f"{have} {subject} refused to {base}?"])
            if how == "refused" and re.search(r"refused|declined", said):
                verdict = "yes"
            elif how in ("agreed", "did"):
                verdict = "no"
            elif how in ("open", "wanted", "alleged"):
                verdict = "not_stated"
            else:
                return "", ""
        else:
            question = f"{be} {subject} accused of {ing}?"
            verdict = "yes" if how == "accused" else "not_stated"
            if how == "alleged":
                return "", ""
        return self.writer.style(capitalised(tidy(question))), verdict

    def exchanged(
        self, event: Event, pieces: Sequence[Piece], subject: str, sentence: str, names: dict[str, list[str]]
    ) -> tuple[str, str] | None:
        """Return a question with another name, number or day than the passage tells, and its verdict."""
        rng = self.rng
        time = [p for p in event.chosen("time") if p.head.dep_ == "prep"]
        if time and rng.random() < 0.4 and (other := other_time(rng, time[0].text)):
            question = self.writer.asked(event, [*pieces, *time[:1]], subject)
            if time[0].text in question:
                return question.replace(time[0].text, other), "no"
        numbers = [
            t for p in pieces for t in p.tokens if t.ent_type_ == "CARDINAL" and t.tag_ == "CD" and p.kind == "core"
        ]
        if numbers and (other := other_number(rng, numbers[0].text)):
            question = self.writer.asked(event, pieces, subject)
            if len(re.findall(rf"\b{re.escape(numbers[0].text)}\b", question)) == 1:
                return re.sub(rf"\b{re.escape(numbers[0].text)}\b", other, question), "no"
        kinds = {event.head.ent_type_: event.named} | {
            p.head.ent_type_: p.text for p in pieces if p.head.dep_ == "dobj" and p.head.ent_type_
        }
        for label in rng.sample(sorted(kinds), len(kinds)):
            if label not in ("PERSON", "ORG", "GPE"):
                continue
            fit = [n for n in names[label] if n not in sentence and not set(n.split()) & set(sentence.split())]
            if not fit:
                continue
            other = rng.choice(fit)
            if label == event.head.ent_type_:
                return self.writer.asked(event, pieces, other), "not_stated"
            question = self.writer.asked(event, pieces, subject)
            if kinds[label] in question:
                return question.replace(kinds[label], other, 1), "not_stated"
        return None


_SAID_PASSIVE = [re.sub(r"^(\w+ly) \{VBD\}", r"{was} \1 {PART}", template) for template in _SAID]
_UNSAFE = wordset(
    "only just necessarily also all until because since unless yet nor or exclusively merely solely every both always "
    "entirely either neither no none any longer anymore even but except sometimes often generally usually"
)
_DAYS = choices("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday")
_MONTHS = choices("January|February|March|April|May|June|July|August|September|October|November|December")
_COUNTS = choices("two|three|four|five|six|seven|eight|nine|ten|eleven|twelve")


def other_time(rng: random.Random, text: str) -> str | None:
    """Return a time with another day, month or year in it."""
    for list_ in (_DAYS, _MONTHS):
        for word in list_:
            if re.search(rf"\b{word}\b", text):
                return re.sub(rf"\b{word}\b", rng.choice([w for w in list_ if w != word]), text)
    if found := re.search(r"\b(1\d|20)\d\d\b", text):
        year = int(found[0]) + rng.choice([-11, -7, -4, -2, -1, 1, 2, 3, 6, 10])
        return text.replace(found[0], str(year))
    return None


def other_number(rng: random.Random, text: str) -> str | None:
    """Return another number of the same kind."""
    if text.lower() in _COUNTS:
        return rng.choice([c for c in _COUNTS if c != text.lower()])
    if re.fullmatch(r"\d{1,3}", text) and int(text) > 1:
        n = int(text)
        return str(rng.choice([m for m in (n + 1, n + 2, n * 2, n + 10, max(2, n - 2), n + 7) if m != n]))
    if re.fullmatch(r"\d{1,3},\d{3}", text):
        head, tail = text.split(",")
        return f"{int(head) + rng.choice([1, 2, 3, 7])},{tail}"
    return None


# Sentences that tell of plans, refusals, allegations by themselves.

_PLANS = wordset("plan intend prepare agree promise vow pledge aim commit")
_SET = wordset("expect schedule due set slate plan")
_REFUSE = wordset("refuse fail decline neglect")
_TRY = wordset("try attempt seek want threaten offer wish hope consider")
_ASKED = wordset("ask urge order tell invite request")
_MANAGE = wordset("manage begin continue start force oblige proceed go help")
_CONFIRMED = wordset("confirm announce reveal acknowledge admit say report note state")
_CLAIMED = wordset("allege claim accuse suspect rumour rumor")


_GENERAL = wordset('if unless would “ ” " often usually typically generally sometimes always when whenever')
"""Words of sentences that tell what is so in general, or what others say in their words."""


def spoken_of(doc: Doc, forms: Forms) -> Iterator[tuple[Event, str, str]]:
    """Yield the events that a sentence speaks of in a mood of their own, the verdict on "did …?" and the mood."""
    lower = [t.lower_ for t in doc]
    if any(w in _GENERAL for w in lower) or "In some cases" in doc.text:
        return
    for t in doc:
        if t.pos_ != "VERB":
            continue
        found = _mood(t)
        if found is None:
            continue
        head, verdict, mood = found
        event = event_at(t, forms, head)
        if event is None or not event.chosen("core", "loose", "time") or "only" in lower:
            continue
        proper = event.head.pos_ == "PROPN" or event.agent != "thing"
        if proper or mood not in ("will", "open", "wanted", "agreed") or (event.passive and mood == "will"):
            yield event, verdict, mood


def _subject(verb: Token) -> Token | None:
    return next((c for c in verb.lefts if c.dep_ in ("nsubj", "nsubjpass")), None)


def _mood(t: Token) -> tuple[Token | None, str, str] | None:
    """Return whose deed a verb names (None: its own subject's), the verdict and the mood; None where it has no mood."""
    left = [c for c in t.lefts if c.dep_ in ("aux", "auxpass", "neg", "advmod", "mark")]
    words = [c.lower_ for c in left]
    negated = any(c.dep_ == "neg" or c.lower_ == "never" for c in left)
    head = t.head
    if t.dep_ in ("ROOT", "ccomp") and _subject(t) is not None:
        if "whether" in words:
            return None, "not_stated", "open"
        above = head.lemma_.lower() if t.dep_ == "ccomp" else ""
        if "will" in words and (not above or above in _CONFIRMED):
            if t.doc[-1].text == "?":
                return None
            return None, "no" if negated else "planned", "will not" if negated else "will"
        if set(words) & {"may", "might"} and not negated and (not above or above in _CONFIRMED):
            return None, "not_stated", "open"
        told = t.tag_ == "VBD" or (
            t.tag_ in ("VBN", "VB") and set(words) & {"was", "were", "has", "have", "had", "did"}
        )
        if set(words) & {"allegedly", "reportedly", "supposedly", "apparently"} and told and not negated:
            return None, "alleged", "alleged"
        if above in _CLAIMED and told and not negated:
            return None, "alleged", "alleged"
        if above in ("confirm", "announce", "reveal", "acknowledge", "admit") and told:
            if any(c.dep_ == "neg" for c in head.children):
                return None
            return None, "no" if negated else "yes", "did"
        if t.dep_ == "ROOT" and negated and set(words) & {"did", "has", "have", "was", "were"} and told:
            if {x.lower_ for x in t.doc} & _UNSAFE:
                return None
            return None, "no", "not"
        return None
    matrix = head.lemma_.lower()
    hleft = [c.lower_ for c in head.lefts if c.dep_ in ("aux", "auxpass", "neg", "advmod")]
    hneg = any(c.dep_ == "neg" for c in head.children) or "never" in hleft
    subject = _subject(head)
    passive = any(c.dep_ == "auxpass" for c in head.children)
    if (
        head.pos_ == "VERB"
        and head.tag_ not in ("VBD", "VBZ", "VBP")
        and not set(hleft) & {"is", "are", "was", "were", "has", "have", "had"}
    ):
        return None
    if t.dep_ in ("xcomp", "advcl") and "to" in words and head.i < t.i and not negated:
        if head.dep_ not in ("ROOT", "ccomp", "conj", "acomp", "oprd") or (
            subject is None and head.dep_ not in ("acomp", "oprd")
        ):
            return None
        if (
            "have" in words
            and t.tag_ == "VBN"
            and matrix in ("say", "believe", "think", "report", "allege", "rumour", "claim", "suspect")
            and passive
        ):
            return subject, "alleged", "said to have"
        if "have" in words:
            return None
        if matrix == "unable" or (head.dep_ == "acomp" and matrix in ("due", "set", "likely", "ready")):
            above = head.head
            whose = _subject(above)
            if whose is None or above.lemma_ != "be":
                return None
            if matrix == "unable":
                return whose, "no", "refused"
            if matrix in ("due", "set") and above.tag_ in ("VBZ", "VBP"):
                return whose, "planned", "planned"
            return None
        if t.dep_ == "advcl":
            return None
        if any(c.dep_ == "dobj" for c in head.children if c.i < t.i):
            return None
        if passive and matrix in _SET and set(hleft) & {"is", "are"} and not hneg:
            return subject, "planned", "planned"
        if not passive and matrix in _PLANS:
            if hneg:
                return None
            if matrix in ("agree",) and head.tag_ == "VBD" and head.dep_ == "conj":
                return None
            return subject, "planned", "agreed"
        if matrix in _REFUSE and not passive and not hneg:
            return subject, "no", "refused"
        if matrix in _TRY and not passive and not hneg:
            return subject, "not_stated", "wanted"
        if matrix in _ASKED and passive and not hneg:
            return subject, "not_stated", "wanted"
        if (
            matrix in _MANAGE
            and not hneg
            and head.tag_ in ("VBD", "VBN")
            and (passive == (matrix in ("force", "oblige")))
        ):
            return subject, "yes", "did"
        return None
    if t.dep_ == "pcomp" and head.lower_ in ("of", "from") and t.tag_ == "VBG":
        above = head.head
        lemma = above.lemma_.lower()
        if above.pos_ != "VERB" or any(c.dep_ == "neg" for c in above.children):
            return None
        passive = any(c.dep_ == "auxpass" for c in above.children)
        whose = _subject(above) if passive else next((c for c in above.rights if c.dep_ == "dobj"), None)
        if whose is None or above.dep_ not in ("ROOT", "ccomp", "conj"):
            return None
        if head.lower_ == "of" and lemma in ("accuse", "suspect"):
            return whose, "alleged", "accused"
        if head.lower_ == "of" and lemma == "convict":
            return whose, "yes", "did"
        if head.lower_ == "from" and lemma in ("prevent", "stop"):
            return whose, "no", "not"
    if (
        t.dep_ == "xcomp"
        and t.tag_ == "VBG"
        and matrix in ("deny", "consider", "admit", "avoid")
        and not hneg
        and not passive
    ):
        verdict = {"consider": "not_stated", "admit": "yes", "avoid": "no"}.get(matrix)
        return (
            (subject, verdict, {"consider": "wanted", "admit": "did", "avoid": "not"}[matrix])
            if verdict and subject is not None
            else None
        )
    return None


def natural(verdicts: Verdicts, passage: Passage, sentence: str, doc: Doc) -> Iterator[Row]:
    """Yield questions about what a sentence says is planned, refused, alleged and so on, over its passage."""
    rng = verdicts.rng
    for event, verdict, mood in spoken_of(doc, verdicts.forms):
        timed = [p for p in event.pieces if p.kind == "core" or (p.kind == "loose" and rng.random() < 0.6)]
        if len(event.told("VB", timed).split()) > 16 or not timed:
            continue
        subject = verdicts.short(event)
        asks = ["did"]
        if mood in ("will", "will not", "planned", "agreed") or (mood == "wanted" and rng.random() < 0.3):
            asks.append("will")
        # They are rare and read best: each is asked three times, in other words and over another window.
        for ask in asks * 3:
            avoid = {event.lemma, event.forms.form(event.lemma, "VBD"), event.forms.form(event.lemma, "VBN")}
            text, sents = window(rng, sentence, sentence, passage, avoid)
            if ask == "did":
                question = verdicts.writer.asked(event, timed, subject)
                yield verdicts.row(f"natural {mood}", question, text, verdict, sents, passage)
            else:
                future = {"will": "yes", "planned": "yes", "agreed": "yes", "will not": "no"}.get(mood, "not_stated")
                question = verdicts.writer.future(event, timed, subject)
                yield verdicts.row(f"natural {mood} future", question, text, future, sents, passage)


__all__ = ["Told", "Verdicts", "natural", "past_event"]
