"""A claim and the sentences it rests on -> what they disagree about: names, numbers, and more.

``dateline.rag.check.claim_dates`` looks at days, ``dateline.rag.check.denials`` at what is denied or uncertain, ``dateline.rag.check.doers`` at who does what.

Every rule looks at words that stand in the same place of an otherwise equal sentence, or that the evidence lacks
altogether, so that a paraphrase passes and an exchanged name, number or "not" does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from dateline.rag.check import claim_dates, denials, doers
from dateline.rag.check.alignment import Alignment
from dateline.rag.check.names import same_name
from dateline.rag.english.words import ARTICLES, DAYS, MONTHS, TITLES, Word, Words


def _table(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ANTONYMS = frozenset(
    frozenset(pair.split("/"))
    for pair in _table(
        "rise/fall rose/fell risen/fallen increas/decreas increas/reduc grow/shrink grew/shrank up/down more/less "
        "more/fewer most/least win/lose won/lost victori/defeat before/after support/oppos accept/reject approv/reject "
        "arriv/leav arriv/left includ/exclud import/export buy/sell bought/sold open/close start/end begin/end "
        "first/last high/low higher/lower highest/lowest larg/small largest/smallest old/young oldest/youngest "
        "gain/loss gain/lost profit/loss guilti/innoc allow/ban legal/illeg aliv/dead surviv/die north/south east/west "
        "northern/southern eastern/western male/femal man/woman husband/wife son/daughter brother/sister father/mother "
        "abov/below over/under inside/outsid strong/weak success/failur success/unsuccess possibl/imposs major/minor "
        "earli/late earlier/later best/worst better/wors true/fals right/wrong left/right join/leav join/left "
        "for/against favour/against favor/against"
    )
)
_BLOCK = 5
"""Words of a difference that are compared all with all; of longer ones, those next to what is equal."""
_NEARLY_EQUAL = 0.75
_LEAST_COMMON = 0.5
"""How much of a claim a sentence must share before the places of their words are compared."""


@dataclass(frozen=True)
class Setting:
    """Where a sentence of the evidence stands: ``follows`` the one before it in the list, ``before`` it which words."""

    follows: bool = False
    before: frozenset[str] = frozenset()


def find(claim: Words, sentences: Sequence[Words], alignment: Alignment, settings: Sequence[Setting]) -> Iterator[str]:
    """Yield one phrase for each disagreement between ``claim`` and ``sentences``, on which ``alignment`` lays it.

    ``sentences`` are those the claim may rest on; the phrases are meant for a person or for an LLM that repairs.
    """
    if not sentences:
        return
    known = {word.key for sentence in sentences for word in sentence}
    yield from _missing(claim, sentences, known)
    yield from _mixed_names(claim, sentences, known)
    counts = Counter(place[0] for place, word in zip(alignment.places, claim, strict=True) if place and word.content)
    if not counts:
        return
    nearest = sentences[min(counts, key=lambda s: (-counts[s], s))]
    yield from _exchanged(claim, nearest)
    yield from _fetched(claim, sentences, alignment)
    yield from _opposites(claim, sentences, alignment)
    yield from claim_dates.find(claim, sentences, alignment, [setting.follows for setting in settings])
    yield from denials.find(claim, sentences, alignment)
    yield from doers.find(claim, sentences, alignment, [setting.before for setting in settings])


def _missing(claim: Words, sentences: Sequence[Words], known: set[str]) -> Iterator[str]:
    for i, word in enumerate(claim):
        if word.key in known:
            continue
        if word.kind == "number":
            if word.key != "#1" and not _about_a_known_number(claim, i, known):
                yield f"the number {word.text}"
        elif word.kind == "name" or (word.kind == "initial" and _name_follows(claim, i)):
            if word.key in DAYS or word.key in MONTHS:
                yield f"the date {word.text}"
            elif word.key not in TITLES and not any(same_name(claim, i, sentence) for sentence in sentences):
                yield f"the name {word.text}"


_ABOUT = _table("about around rough near almost approxim some")
_MORE = _table("than over least exceed")
_LESS = _table("less fewer")


def _about_a_known_number(claim: Words, i: int, known: set[str]) -> bool:
    """Whether "about 1,200" or "more than 1,000" is a fair way to say a number of the evidence."""
    before = {word.key for word in claim[max(0, i - 3) : i]}
    value = _value(claim[i])
    if value is None or not before & (_ABOUT | _MORE):
        return False
    unit = 10.0 ** (len(f"{value:.0f}") - len(f"{value:.0f}".rstrip("0")))
    values = [float(key[1:]) for key in known if key[0] == "#" and key[1:].replace(".", "", 1).isdigit()]
    if before & _ABOUT:
        return any(round(other / unit) * unit == value for other in values)
    return not before & _LESS and any(other // unit * unit == value for other in values)


def _value(word: Word) -> float | None:
    digits = word.key[1:]
    return float(digits) if word.kind == "number" and digits.replace(".", "", 1).isdigit() else None


def _name_follows(claim: Words, i: int) -> bool:
    return i + 1 < len(claim) and claim[i + 1].kind == "name" and claim[i + 1].start == claim[i].end + 1


def _mixed_names(claim: Words, sentences: Sequence[Words], known: set[str]) -> Iterator[str]:
    """Yield names put together from two people's: a first name with a surname that always follows another."""
    for i in range(len(claim) - 1):
        first, last = claim[i], claim[i + 1]
        if last.kind != "name" or first.kind not in ("name", "initial") or last.start != first.end + 1:
            continue
        if first.key not in known or last.key not in known or first.key in TITLES or last.key in TITLES:
            continue
        before = [s[j - 1] if j else None for s in sentences for j, word in enumerate(s) if word.key == last.key]
        others = {word.key for word in before if word and word.kind in ("name", "initial")} - TITLES
        if first.key not in others and len([1 for word in before if word and word.key in others]) == len(before):
            yield f"the name {first.text} {last.text}"


def _exchanged(claim: Words, sentence: Words) -> Iterator[str]:
    """Yield the words that stand where an otherwise equal sentence has another name, number or opposite."""
    ours, theirs = [word.key for word in claim], [word.key for word in sentence]
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    codes = matcher.get_opcodes()
    common = sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag == "equal") / len(ours)
    if common < _LEAST_COMMON:
        return
    mine, yours = Counter(ours), Counter(theirs)
    for tag, i1, i2, j1, j2 in codes:
        if tag != "replace":
            continue
        if max(i2 - i1, j2 - j1) > _BLOCK:
            yield from _at_the_seams(claim[:i2], i1, sentence[:j2], j1, mine, yours)
            continue
        for word in claim[i1:i2]:
            for other in sentence[j1:j2]:
                if frozenset((word.key, other.key)) in _ANTONYMS:
                    yield f"“{word.text}” where the passage says “{other.text}”"
        wanted = [word for word in sentence[j1:j2] if mine[word.key] < yours[word.key]]
        for i in range(i1, i2):
            word = claim[i]
            if yours[word.key] >= mine[word.key] or not _exchangeable(word, common):
                continue
            rival = next((other for other in wanted if _comparable(word, other)), None)
            if rival and not same_name(claim, i, wanted) and not _about_a_known_number(claim, i, {rival.key}):
                yield f"{word.text} where the passage says {rival.text}"


def _at_the_seams(
    claim: Words, i: int, sentence: Words, j: int, mine: Mapping[str, int], yours: Mapping[str, int]
) -> Iterator[str]:
    """Yield a name next to words both have, where the sentence has another name next to them.

    ``claim[i:]`` and ``sentence[j:]`` are what differs; all before and behind it is equal, if there is anything.
    """
    seams = [(range(i, len(claim)), range(j, len(sentence)))] if i and j else []
    seams.append((range(len(claim) - 1, i - 1, -1), range(len(sentence) - 1, j - 1, -1)))
    for ours, theirs in seams:
        mention, rival = _name_along(claim, ours), _name_along(sentence, theirs)
        if mention is None or rival is None or mine[rival.key] or yours[mention.key]:
            continue
        if not any(same_name(claim, n, sentence) for n in ours if claim[n] is mention):
            yield f"{mention.text} where the passage says {rival.text}"


def _name_along(words: Words, along: range) -> Word | None:
    """Return the name that begins (or, backwards, ends) here; titles and an article before it are passed over."""
    for n in along:
        word = words[n]
        if word.kind in ("name", "initial") and word.key not in TITLES | DAYS | MONTHS:
            return word
        if word.kind not in ("name", "initial") and word.key not in ARTICLES:
            return None
    return None


def _fetched(claim: Words, sentences: Sequence[Words], alignment: Alignment) -> Iterator[str]:
    """Yield numbers fetched from another sentence to a place where the evidence has a number of its own."""
    before: tuple[int, int] | None = None
    for i, (word, place) in enumerate(zip(claim, alignment.places, strict=True)):
        if word.kind == "number" and before is not None and (place is None or place[0] != before[0]):
            following = next((w for w in sentences[before[0]][before[1] + 1 :] if w.content), None)
            rival = following if following is not None and following.kind == "number" else word
            if rival.key != word.key and not _about_a_known_number(claim, i, {rival.key}):
                yield f"{word.text} where the passage says {rival.text}"
        if word.content:
            before = place


def _opposites(claim: Words, sentences: Sequence[Words], alignment: Alignment) -> Iterator[str]:
    """Yield words that come right after a word of the evidence and say the opposite of what comes there: "voted for"."""
    for i, place in enumerate(alignment.places):
        if place is None or claim[i].kind != "word" or place[1] + 1 >= len(sentences[place[0]]):
            continue
        theirs = sentences[place[0]][place[1] + 1]
        for word in claim[i + 1 : i + 3]:
            if frozenset((word.key, theirs.key)) in _ANTONYMS:
                yield f"“{word.text}” where the passage says “{theirs.text}”"
                return


def _exchangeable(word: Word, common: float) -> bool:
    """Whether an exchange of the word counts: a capitalised first word may be any word, unless all else is equal."""
    return word.kind in ("name", "number") or (word.kind == "initial" and common >= _NEARLY_EQUAL)


def _comparable(word: Word, other: Word) -> bool:
    if "number" in (word.kind, other.kind):
        return all(w.kind == "number" or w.key in DAYS or w.key in MONTHS for w in (word, other))
    return other.kind in ("name", "initial")
