"""A claim and the sentences it rests on -> what they disagree about: names, numbers, negation, certainty, roles.

Every rule looks at words that stand in the same place of an otherwise equal sentence, or that the evidence lacks
altogether, so that a paraphrase passes and an exchanged name, number or "not" does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from rag.alignment import Alignment
from rag.words import Word

Words = Sequence[Word]


def _table(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DAYS = _table("monday tuesday wednesday thursday friday saturday sunday")
_MONTHS = _table("januari februari march april may june juli august septemb octob novemb decemb")
_TITLES = _table(
    "mr mrs ms dr sir lord ladi dame presid prime minist professor prof king queen princ princess secretari general "
    "gen gov governor senat sen rep judg chief justic director captain capt colonel col sgt pope bishop archbishop "
    "chancellor mayor ambassador st saint state city river lake mount i"
)
_NEGATORS = _table("not no never none nobody nothing neither nor without cannot hard bare")
_WEAK_NEGATORS = _table("deni refus fail reject unabl declin lack avoid prevent stop ban rule unlik unless")
_HEDGES = _table(
    "may might could would allegedly alleged reportedly possibly perhaps probably likely potentially expected expects "
    "plans planned planning plan wants wanted hopes hoped hoping considering proposed threatened threatens suspected "
    "unlikely intends intended seeking if whether"
)
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
        "earli/late earlier/later best/worst better/wors true/fals right/wrong left/right join/leav join/left"
    )
)
_LEFT_OUT = 5
"""How many words a claim may leave out between two that are still read as neighbours."""
_NEARLY_EQUAL = 0.75
_LEAST_COMMON = 0.5
"""How much of a claim a sentence must share before the places of their words are compared."""


def find(claim: Words, sentences: Sequence[Words], alignment: Alignment) -> Iterator[str]:
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
    yield from _negation(claim, sentences, alignment)
    yield from _invented_negation(claim, sentences, alignment)
    yield from _certainty(claim, sentences, alignment)
    yield from _roles(claim, nearest)


def _missing(claim: Words, sentences: Sequence[Words], known: set[str]) -> Iterator[str]:
    for i, word in enumerate(claim):
        if word.key in known:
            continue
        if word.kind == "number":
            if word.key != "#1" and not _about_a_known_number(claim, i, known):
                yield f"the number {word.text}"
        elif word.kind == "name" or (word.kind == "initial" and _name_follows(claim, i)):
            if word.key in _DAYS or word.key in _MONTHS:
                yield f"the date {word.text}"
            elif word.key not in _TITLES and not any(_same_name(claim, i, sentence) for sentence in sentences):
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


_ENDINGS = frozenset(["", "n", "an", "ian", "ean", "i", "s", "es", "ese", "ish", "er", "a", "ia", "ic"])


def _same_name(claim: Words, i: int, sentence: Words) -> bool:
    """Whether ``sentence`` has the name in another form: "Russia" for "Russian", "United Nations" for "UN"."""
    word = claim[i]
    key = word.key
    for other in sentence:
        common = 0
        for a, b in zip(key, other.key, strict=False):
            if a != b:
                break
            common += 1
        if common >= 4 and key[common:] in _ENDINGS and other.key[common:] in _ENDINGS:
            return True
    return (word.text.isupper() and _spelled_out(key, sentence)) or any(
        other.text.isupper() and 2 <= len(other.key) <= 6 and other.key[0] == key[0] and _spelled_out(other.key, claim)
        for other in sentence
    )


def _spelled_out(initials: str, words: Words) -> bool:
    """Whether consecutive words of ``words`` begin with ``initials``."""
    if not 2 <= len(initials) <= 6:
        return False
    firsts = "".join(word.text[0].lower() for word in words if word.kind in ("name", "initial"))
    return initials in firsts


def _mixed_names(claim: Words, sentences: Sequence[Words], known: set[str]) -> Iterator[str]:
    """Yield names put together from two people's: a first name with a surname that always follows another."""
    for i in range(len(claim) - 1):
        first, last = claim[i], claim[i + 1]
        if last.kind != "name" or first.kind not in ("name", "initial") or last.start != first.end + 1:
            continue
        if first.key not in known or last.key not in known or first.key in _TITLES or last.key in _TITLES:
            continue
        before = [s[j - 1] if j else None for s in sentences for j, word in enumerate(s) if word.key == last.key]
        others = {word.key for word in before if word and word.kind in ("name", "initial")} - _TITLES
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
        if tag != "replace" or max(i2 - i1, j2 - j1) > _LEFT_OUT:
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
            if rival and not _same_name(claim, i, wanted) and not _about_a_known_number(claim, i, {rival.key}):
                yield f"{word.text} where the passage says {rival.text}"


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


def _exchangeable(word: Word, common: float) -> bool:
    """Whether an exchange of the word counts: a capitalised first word may be any word, unless all else is equal."""
    return word.kind in ("name", "number") or (word.kind == "initial" and common >= _NEARLY_EQUAL)


def _comparable(word: Word, other: Word) -> bool:
    if "number" in (word.kind, other.kind):
        return all(w.kind == "number" or w.key in _DAYS or w.key in _MONTHS for w in (word, other))
    return other.kind in ("name", "initial")


def _negation(claim: Words, sentences: Sequence[Words], alignment: Alignment) -> Iterator[str]:
    """Yield the words that are denied on one side and not on the other."""
    for i, sentence, left, right in _neighbours(claim, sentences, alignment):
        here = any(map(_negates, claim[max(0, i - 2) : i]))
        word = claim[i]
        if here and not any(_negates(w) or w.key in _WEAK_NEGATORS for w in sentence[max(0, right - 6) : right]):
            yield f"“{word.text}” is denied, which the passage does not do"
            return
        dropped = any(map(_negates, sentence[max(left, right - 4) : right]))
        if dropped and not any(_negates(w) or w.key in _WEAK_NEGATORS for w in claim[max(0, i - 6) : i + 3]):
            yield f"“{word.text}” is denied in the passage"
            return


def _invented_negation(claim: Words, sentences: Sequence[Words], alignment: Alignment) -> Iterator[str]:
    """Yield a word, the passage's or not, that is denied where the sentences that the claim rests on deny nothing."""
    if any(_negates(w) or w.key in _WEAK_NEGATORS for s in alignment.sentences for w in sentences[s]):
        return
    for i, word in enumerate(claim):
        if word.kind == "word" and any(map(_negates, claim[max(0, i - 2) : i])):
            yield f"“{word.text}” is denied, which the passage does not do"
            return


def _negates(word: Word) -> bool:
    return word.key in _NEGATORS or word.key.endswith("n't")


def _certainty(claim: Words, sentences: Sequence[Words], alignment: Alignment) -> Iterator[str]:
    """Yield the words that the claim asserts and the evidence only plans, expects or alleges."""
    if any(word.text.lower() in _HEDGES for word in claim):
        return
    for i, sentence, left, right in _neighbours(claim, sentences, alignment):
        hedge = next((w for w in sentence[max(left, right - 3) : right] if w.text.lower() in _HEDGES), None)
        if hedge is not None:
            yield f"“{claim[i].text}” is certain, where the passage says “{hedge.text}”"
            return


def _neighbours(
    claim: Words, sentences: Sequence[Words], alignment: Alignment
) -> Iterator[tuple[int, Words, int, int]]:
    """Yield content words found shortly after their predecessor in the same sentence, with what lies between.

    Items are (index in the claim, sentence, start, end): ``sentence[start:end]`` are the words the claim left out.
    """
    previous: tuple[int, int] | None = None
    for i, place in enumerate(alignment.places):
        if place is None:
            continue
        if claim[i].kind == "word" and previous is not None and previous[0] == place[0]:
            left, right = previous[1] + 1, place[1]
            if 0 <= right - left <= _LEFT_OUT:
                yield i, sentences[place[0]], left, right
        previous = place


def _roles(claim: Words, sentence: Words) -> Iterator[str]:
    """Yield two names that do to each other the reverse of what the sentence says."""
    ours, theirs = _once(claim), _once(sentence)
    names = [word.key for word in claim if word.kind in ("name", "initial") and word.key in ours and word.key in theirs]
    for a, b in pairwise(names):
        between = {word.key for word in claim[ours[a] + 1 : ours[b]] if word.kind == "word"}
        low, high = sorted((theirs[a], theirs[b]))
        middle = sentence[low + 1 : high]
        if not between & {word.key for word in middle}:
            continue
        reversed_order = theirs[a] > theirs[b]
        if reversed_order != (_turned(claim[ours[a] + 1 : ours[b]]) != _turned(middle)):
            first, second = claim[ours[a]].text, claim[ours[b]].text
            yield f"who did what: {first} and {second} change places"
            return


def _once(words: Words) -> dict[str, int]:
    """Return the index of each word that occurs exactly once."""
    counts = Counter(word.key for word in words)
    return {word.key: i for i, word in enumerate(words) if counts[word.key] == 1}


_TAKES = frozenset({"receiv", "got", "get", "took", "take", "taken", "accept", "heard", "hear"})
"""Stems of verbs whose doer is the one the thing comes from: "A received a call from B" is B's call to A."""


def _turned(words: Words) -> bool:
    """Return whether the one who acts is named after these words: "was told by", "received a call from"."""
    keys = {word.key for word in words}
    if "by" in keys:
        return bool(keys & {"was", "were", "is", "are", "been", "be", "being"})
    return "from" in keys and bool(keys & _TAKES)
