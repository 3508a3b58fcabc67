"""A follow-up and its history -> a question that stands alone; no model.

"And with Fidan?" takes the place of its counterpart in the previous question, "he" becomes the person the last
answer named, "Which ones?" asks for the things just counted, and a question that leaves its topic unsaid ("What are
the side effects?") is given one. What a gap refers to is chosen among everything mentioned so far by a linear score
over a mention's role, recency, agreement and frequency; leaving the question alone is one of the choices. The weights
are learned by ``benchmarks/rewrite_bench.py --train``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dateline.index.dates.timex_lexicon import MONTHS, WEEKDAYS
from dateline.rag.english.tokens import wordset
from dateline.rag.question.mentions import (
    ADVERBS,
    AUXILIARIES,
    CONNECTIVES,
    GENERIC,
    PREPOSITIONS,
    RELATIONAL,
    Mention,
    is_verb,
    mentions,
    stem,
    words_of,
)
from dateline.rag.question.referents import (
    GAPS,
    PRONOUN,
    REFERENT_WEIGHTS,
    SENTENCE,
    TOPIC_WEIGHTS,
    Gap,
    Turn,
    Weights,
    best_referent,
    is_person,
)

_POSSESSIVES = frozenset(("its", "their", "theirs", "his", "her", "hers"))
_THERE = re.compile(r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere(?=\s*(?:[?.,]|$))", re.IGNORECASE)
_EXISTENTIAL = re.compile(r"\b(?:is|are|was|were|be)\s+(?:\w+\s+)?there\s*[?.]?$", re.IGNORECASE)
_THEN = re.compile(r"\b(?:back )?then(?=\s*[?.]?$)", re.IGNORECASE)
_TIME = re.compile(
    rf"\b(?:in|on|during)\s+(?:early |late |mid-)?(?:{'|'.join((*MONTHS, *WEEKDAYS))}|\d)[\w ,]*?(?=\s*(?:[?.,;]|\band\b|$))",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"\b(?:is|was|isn't|does|will|would|did|be|makes?|if|when|than)\s+it\s+(?:\w+\s+){0,2}?(?:legal|illegal|better|easier|harder"
    r"|important|possible|necessary|true|good|bad|worth|likely|common|normal|hard|difficult|means?|takes?|costs?)\b"
    r"(?=.*\b(?:to|that|if|for)\b)|\bit(?:['’]s| is| was)\s+(?:\w+\s+){1,2}(?:to|that)\b"
    r"|\b(?:does|did|will|would)\s+it\s+(?:take|cost)\b|\bit\s+(?:takes?|costs?)\b|\bwhat\s+time\s+is\s+it\b"
    r"|\b(?:has|is)\s+it\s+been\b|\bit['’]s\s+(?:been|time)\b|\bcall(?:ed|s)?\s+it\s+quits\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,.?!;]|\b(?:and|but|or|so|if|when|because|that|who|which|before|after|while|as|since|though|until|than"
    r"|sa(?:id|ys)|announce[ds]|claim(?:s|ed)|reveal(?:s|ed)|warn(?:s|ed)|admit(?:s|ted)|denie[ds]|told)\b",
    re.IGNORECASE,
)
_ASKS_FOR_SUBJECT = re.compile(r"(?:which|what|who|how many)\s+(?!is|are|was|were|do|does|did)\w+", re.IGNORECASE)
_TURNS = 30
"""Past turns that are read: each is compared with all before it, and nobody means what was said long before."""
_SHORT = 10  # words: longer questions name things in full
_FAR = 6  # words: a pronoun that comes so late in a question is taken to mean something in it
_LEAD = re.compile(
    r"^(?:(?:oh|ok|okay|wow|cool|great|interesting|yes|no|really|thanks|well|hmm|and|but|so|awesome|right|sorry|yeah"
    r"|wait)\b[,.!?\s]*)+",
    re.IGNORECASE,
)
_WHAT_ABOUT = re.compile(
    r"^(?:(?:what|how)\s+about|i\s+(?:just\s+)?meant?)\s+(.+?)(?:\s+instead)?[?.!]*$", re.IGNORECASE
)
_BARE_WH = re.compile(
    r"^(?:and\s+)?(when|where|why|how many times|how often|how long|how|who)(?:\s+(?:so|not))?[?.!]*$", re.IGNORECASE
)
_WHEN_WAS_IT = re.compile(
    r"^(?:and\s+)?(when|where|why|how)\s+(?:was|is|did)\s+(?:it|that|this)(?:\s+happen)?[?.!]*$", re.IGNORECASE
)
_AND_WH = re.compile(r"\s+and\s+(?:when|where|why|how)$", re.IGNORECASE)
_PARTNER = re.compile(
    r"\b(?:speak|spoke|spoken|met|meet|talk|talked|called|negotiated?)\s+(?:with|to)\s+((?:[A-Z][\w’'-]*\s?)+)(?<!\s)"
)
_WHO_IS = re.compile(
    r"[Ww]ho(?:['’]s|\s+(?:is|was))\s+[A-Z][\w.-]*(?:[’'][A-Z]\w+)?(?:\s+(?:(?:de|al|bin|ibn|van|von|der|da)\s+)?[A-Z][\w.’'-]*(?<!s)(?<!['’]))*\s*\?*$"
)
_PARTICIPLE = re.compile(r"\b[^\W_]+ed\b")
_YES_NO = re.compile(r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b", re.IGNORECASE)
_WHICH_ONES = re.compile(r"^(?:and\s+)?which(?:\s+ones?)?[?.!]*$", re.IGNORECASE)
_ONES = re.compile(
    r"\b(ones)\b(?!\s+of\b)"
    r"|\b(?:which|a|an|the|this|that|other|another|\w+er|\w+est)\s+(?:\w+\s+)?(one)\b"
    r"(?=\s*[?.,!]|\s*$|\s+(?:is|are|was|were|do|does|did|has|have|can|could|will|would|should|in|on|at|for|with)\b)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(?:how many|two|three|four|five|six|seven|eight|nine|ten|\d+|several|many|some|various)\s+"
    r"((?:[^\W\d_]+\s+){0,2}?[^\W\d_]+s)\b(?!['’])",
    re.IGNORECASE,
)
_MARK = re.compile(r"\s*\[\d+\](?:\([^)]*\))?")
_BOLD = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
_TITLES = wordset(
    "deputy prime minister foreign president vice king queen prince princess chancellor senator governor mayor "
    "general secretary ambassador spokesman spokesperson spokeswoman chief chairman chairwoman ceo director "
    "professor dr mr mrs ms sir judge justice captain envoy leader commander us former the"
)


def rewrite(question: str, history: Sequence[Mapping[str, str]]) -> str:
    """Return ``question`` made standalone; a question that stands alone comes back unchanged.

    ``history`` are the earlier messages, oldest first, as ``{"role": "user" or "assistant", "content": Markdown}``.
    """
    return Rewriter().rewrite(question, history)


class Rewriter:
    """The rewriting, with weights that can be replaced (for training)."""

    def __init__(self, referent: Weights = REFERENT_WEIGHTS, topic: Weights = TOPIC_WEIGHTS) -> None:
        self.referent = referent
        self.topic = topic

    def rewrite(self, question: str, history: Sequence[Mapping[str, str]]) -> str:
        """See the function of the same name."""
        return self.resolve(question, self.turns(history))[0]

    def turns(self, history: Sequence[Mapping[str, str]]) -> list[Turn]:
        """Return the last ``_TURNS`` past turns, each question resolved against those before it."""
        asked = [at for at, message in enumerate(history) if message.get("role") == "user"]
        turns: list[Turn] = []
        for message in history[asked[-_TURNS] if len(asked) > _TURNS else 0 :]:
            content = message.get("content") or ""
            if message.get("role") == "user":
                standalone, referent = self.resolve(content, turns)
                turns.append(Turn(content, standalone, referent))
            elif turns:
                turns[-1] = replace(turns[-1], reply=_plain(content), bold=_bold(content))
        return turns

    def resolve(self, question: str, turns: Sequence[Turn]) -> tuple[str, str | None]:
        """Return the standalone question and the referent that was put in, if any."""
        if not turns or not question.strip():
            return question, None
        for step in (_fragment, self._pronouns, self._ones, _definite, self._unsaid_topic):
            standalone, referent = step(question, turns)
            if standalone != question:
                return standalone, referent
        return question, None

    def choose(self, gap: Gap, question: str, turns: Sequence[Turn]) -> Mention | None:
        """Return the mention that best fills ``gap``, or None where the question is best left alone."""
        about = _asked_person(turns[-1].standalone) if gap == "person" else None
        if about:
            return about
        if gap == "place" and re.match(r"\W*where\b", turns[-1].standalone, re.IGNORECASE) and turns[-1].bold:
            return next((m for m in mentions(turns[-1].bold[0]) if m.named), None)
        named = _answered_person(question, turns) if gap in ("person", "plural") else None
        if named and gap == "person":
            return named
        partner = _PARTNER.search(turns[-1].standalone)
        if named and partner:
            return replace(named, text=f"{named.text} and {partner.group(1)}")
        return best_referent(gap, question, turns, self.topic if gap == "topic" else self.referent)

    def _pronouns(self, question: str, turns: Sequence[Turn]) -> tuple[str, str | None]:
        """Fill he, it, they, this, there and then where nothing in the question itself is meant."""
        text, referent = question, None
        fillers: dict[str, tuple[int, int, str]] = {}
        for start, end, word, possessive in _open_pronouns(question):
            mention = self.choose(GAPS[word], question, turns)
            if mention is not None and mention.phrase not in fillers:
                ending = ("'" if mention.phrase.endswith("s") else "'s") if possessive else ""
                fillers[mention.phrase] = (start, end, mention.phrase + ending)
                referent = referent or mention.phrase
        for start, end, filler in sorted(fillers.values(), reverse=True):
            text = text[:start] + filler + text[end:]
        there = _THERE.search(text)
        if there and len(words_of(question)) <= _SHORT and not _EXISTENTIAL.search(text):
            mention = self.choose("place", question, turns)
            if mention:
                text = f"{text[: there.start()]}in {mention.phrase}{text[there.end() :]}"
                referent = referent or mention.phrase
        then = _THEN.search(text)
        when = next((match for turn in reversed(turns) if (match := _TIME.search(turn.standalone))), None)
        if then and when:
            text = text[: then.start()] + when.group() + text[then.end() :]
        return text, referent

    def _ones(self, question: str, turns: Sequence[Turn]) -> tuple[str, str | None]:
        """Turn "a new one", "traditional ones" into a new, traditional what."""
        match = _ONES.search(question)
        if match is None:
            return question, None
        start, end = match.span(match.lastindex or 0)
        if any(m.named and m.end < start and _CLAUSE.search(question, m.end, start) for m in mentions(question)):
            return question, None
        mention = self.choose("plural" if match.group(1) else "singular", question, turns)
        if mention is None:
            return question, None
        text = mention.text if match.group(1) or not mention.plural else _singular(mention.text)
        return question[:start] + text + question[end:], mention.phrase

    def _unsaid_topic(self, question: str, turns: Sequence[Turn]) -> tuple[str, str | None]:
        """Add the topic to a question that does without saying it ("What are the side effects?")."""
        if any(mention.named for mention in mentions(question)):
            return question, None
        mention = self.choose("topic", question, turns)
        if mention is None:
            return question, None
        own = mentions(SENTENCE.split(question.strip())[-1])
        if own and own[-1].head in RELATIONAL:
            preposition = "of"
        elif mention.preposition in ("in", "around", "near", "at"):
            preposition = "in"
        elif re.search(r"\b(?:need|needed|good|best|important|options?|popular)\b", question):
            preposition = "for"
        else:
            preposition = "of"
        body, end = _split_end(question)
        return f"{body} {preposition} {mention.phrase}{end}", mention.phrase


def _asked_person(question: str) -> Mention | None:
    """The one person a question is about, unless it asks who does what: "Who is Ann Lee?", "When did Lee resign?"."""
    if re.match(r"\W*(?:and\s+)?(?:with\s+|by\s+|to\s+)?who", question, re.IGNORECASE) and not _WHO_IS.match(question):
        return None
    people = [_bare(m) for m in mentions(question) if not m.owned]
    people = [m for m in people if m.text and is_person(m)]
    return people[0] if len({m.text for m in people}) == 1 else None


def _bare(mention: Mention) -> Mention:
    """A mention cut to the words with capitals that it opens with: "Okafor" for "Okafor travel"."""
    words = mention.text.split()
    size = next((i for i, word in enumerate(words) if not word[0].isupper()), len(words))
    return replace(mention, text=" ".join(words[:size]))


def _answered_person(question: str, turns: Sequence[Turn]) -> Mention | None:
    """Return the person the last reply names in bold, or names first in answer to a "who" question."""
    turn = turns[-1]
    asked = {stem(word) for word in words_of(f"{turn.standalone} {question}")}
    texts = list(turn.bold)
    if re.search(r"\bwho\b", turn.standalone, re.IGNORECASE):
        texts.append(turn.reply)
    for text in texts:
        for mention in mentions(text):
            words = mention.text.split()
            while words and words[0].lower() in _TITLES:
                words.pop(0)
            name = " ".join(words)
            if (
                name
                and all(word[0].isupper() for word in words)
                and not mention.plural
                and not all(stem(word.lower()) in asked for word in words)
            ):
                return Mention(name, mention.start, mention.end)
    return None


def _open_pronouns(question: str) -> list[tuple[int, int, str, bool]]:
    """Return (start, end, word, possessive) of the pronouns that refer outside the question, one of each kind."""
    found: list[tuple[int, int, str, bool]] = []
    kinds: set[Gap] = set()
    expletives = [match.span() for match in _EXPLETIVE.finditer(question)]
    for match in PRONOUN.finditer(question):
        start, end, word = match.start(), match.end(), match.group().lower()
        kind: Gap = "singular" if word in ("this", "that") else "plural" if word in ("these", "those") else GAPS[word]
        following = words_of(question[end:])[:1]
        after = following[0] if following and question[end:].lstrip()[:1].isalnum() else ""
        if kind in kinds or (word == "it" and any(a <= start < b for a, b in expletives)):
            continue
        if GAPS[word] == "demonstrative" and not _stands_alone(question, start, end, word, after):
            continue
        function_word = after in AUXILIARIES | PREPOSITIONS | CONNECTIVES | ADVERBS - {"first", "early", "latest"}
        possessive = word in _POSSESSIVES and (word != "her" or (after != "" and not function_word))
        if _bound(question, start, kind, possessive):
            continue
        kinds.add(kind)
        found.append((start, end, word, possessive))
    return found


def _stands_alone(question: str, start: int, end: int, word: str, after: str) -> bool:
    """Whether this / that is a pronoun rather than a determiner or a conjunction."""
    if question[end : end + 2] in ("'s", "’s"):
        return False
    verb_like = after in AUXILIARIES | PREPOSITIONS | CONNECTIVES | {"still", "really", "also"} or is_verb(after)
    if after and not verb_like:
        return False
    before = (words_of(question[:start]) or [""])[-1]
    if word != "that" or not before:
        return True
    if is_verb(before):
        return not after and before not in ("say", "said", "think", "mean")
    return before in AUXILIARIES | PREPOSITIONS | {"so", "and", "or", "but", "okay", "ok"}


def _bound(question: str, start: int, kind: Gap, possessive: bool) -> bool:
    """Whether something earlier in the question is what the pronoun means: in another clause, or far before it."""
    if possessive and _ASKS_FOR_SUBJECT.match(question[:start]):
        return True
    before, after = words_of(question[:start])[-1:], words_of(question[start:])[1:2]
    inside = bool(before) and before[0] not in AUXILIARIES | CONNECTIVES | PREPOSITIONS
    embedded = inside and bool(after) and after[0] in AUXILIARIES  # "announced it will"
    for mention in mentions(question):
        if mention.end > start or mention.head in GENERIC or mention.head in RELATIONAL:
            continue
        if len(words_of(question[mention.end : start])) >= _FAR or embedded:
            return True
        if possessive and mention.named:
            return True
        if (kind != "singular" or not mention.plural) and _CLAUSE.search(question, mention.end, start):
            return True
    return False


def _fragment(question: str, turns: Sequence[Turn]) -> tuple[str, str | None]:
    """Complete "And with X?", "What about X?", "When?" and "Which ones?" from the previous question."""
    previous = turns[-1]
    body, end = _split_end(previous.standalone)
    core = _LEAD.sub("", question.strip())
    bare = _BARE_WH.match(question.strip())
    if bare is None and re.match(r"who\b", body, re.IGNORECASE):
        bare = _WHEN_WAS_IT.match(question.strip())
    if _WHICH_ONES.match(question.strip()):
        return _which(question, previous)
    if bare:
        word = bare.group(1).lower()
        body = _AND_WH.sub("", body)
        if _YES_NO.match(previous.standalone):
            return f"{word.capitalize()} {body[0].lower()}{body[1:]}{end}", previous.referent
        return f"{body} and {word}{end}", previous.referent
    about = _WHAT_ABOUT.match(core)
    if about:
        piece = about.group(1)
    elif re.search(r"\band\b", question[: len(question) - len(core)], re.IGNORECASE) and _is_phrase(core):
        piece = core.rstrip("?.! ")
    else:
        return question, None
    own = mentions(piece)
    if PRONOUN.search(piece) or len(piece.split()) > 7 or (own and own[-1].head in RELATIONAL and not own[-1].named):
        return question, None
    return _put(piece, own, previous, body, end)


def _is_phrase(text: str) -> bool:
    words = words_of(text)
    return 0 < len(words) <= 6 and words[0] not in AUXILIARIES | CONNECTIVES | {"tell", "describe", "show", "give"}


def _put(piece: str, own: Sequence[Mention], previous: Turn, body: str, end: str) -> tuple[str, str | None]:
    """Put ``piece`` in place of its counterpart in the previous question, or at its end."""
    last = previous.standalone
    theirs = [m for m in mentions(last) if m.head not in GENERIC and not m.owner]
    first, _, rest = piece.partition(" ")
    if first.lower() in PREPOSITIONS and rest:
        for mention in reversed(theirs):
            if mention.preposition == first.lower():
                return last[: mention.phrase_start] + rest + last[mention.end :], rest
        return f"{body} {piece}{end}", previous.referent
    participle = _PARTICIPLE.search(last)
    if participle and _PARTICIPLE.fullmatch(piece):
        return last[: participle.start()] + piece + last[participle.end() :], previous.referent
    if not own or not theirs:
        return f"{body} {piece}{end}", previous.referent
    new = own[-1]

    def likeness(mention: Mention) -> tuple[float, int]:
        same_head = 4.0 * (stem(mention.head) == stem(new.head))
        was_referent = 2.0 * (mention.phrase == previous.referent)
        return same_head + was_referent + (mention.named == new.named) - 2 * (mention.head in RELATIONAL), mention.start

    old = max(theirs, key=likeness)
    start = old.phrase_start if new.named or new.determiner else old.start
    return last[:start] + piece + last[old.end :], new.phrase


def _which(question: str, previous: Turn) -> tuple[str, str | None]:
    """Ask for the things that the previous question or reply only counted."""
    last = previous.standalone
    how_many = re.match(r"how many\b", last, re.IGNORECASE)
    if how_many:
        return "Which" + last[how_many.end() :], previous.referent
    existence = re.match(r"(is|are|was|were) there (?:any |some |other )?(.+)", last, re.IGNORECASE)
    if existence:
        rest, end = _split_end(existence.group(2))
        return f"Which {rest} {existence.group(1).lower()} there{end}", previous.referent
    anything = re.match(r"(did|do|does|have|has|will|can) (?:any|the|some) (.+)", last, re.IGNORECASE)
    if anything and mentions(last) and mentions(last)[0].plural:
        subject = mentions(last)[0]
        return f"Which {subject.text} {anything.group(1).lower()}{last[subject.end :]}", previous.referent
    counted = _COUNTED.search(previous.reply)
    if counted:
        rest, _ = _split_end(SENTENCE.split(previous.reply[counted.start(1) :])[0])
        return f"Which {rest}?", previous.referent
    body, end = _split_end(last)
    return f"{body}, which ones{end}", previous.referent


def _definite(question: str, turns: Sequence[Turn]) -> tuple[str, str | None]:
    """Turn "the expedition" into the fuller name that an earlier mention gave it."""
    earlier = [
        m for turn in reversed(turns) for text in (turn.standalone, turn.reply) for m in mentions(text) if not m.owner
    ]
    if len(words_of(question)) > _SHORT:
        return question, None
    for mention in mentions(question):
        word = mention.text.lower()
        short = mention.determiner in ("the", "this", "that", "these", "those") or re.search(r"\d", mention.text)
        if mention.owner or " " in word or not short or mention.head in GENERIC:
            continue
        for full in earlier:
            words = full.text.lower().split()
            if 1 < len(words) <= 5 and words[-1] == word and full.named and not PRONOUN.search(full.text):
                phrase = f"the {full.text}" if full.determiner not in ("", "the") else full.phrase
                return question[: mention.phrase_start] + phrase + question[mention.end :], full.phrase
    return question, None


def _plain(markdown: str) -> str:
    """Return Markdown without citation marks, emphasis and table bars."""
    text = re.sub(r"[*_`#>|]+", " ", _MARK.sub("", markdown))
    return re.sub(r"\s+", " ", text).replace(" .", ".").replace(" ,", ",").strip()


def _bold(markdown: str) -> tuple[str, ...]:
    return tuple(_plain(a or b) for a, b in _BOLD.findall(markdown))


def _singular(noun: str) -> str:
    for plural, singular in (("ies", "y"), ("ses", "s"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("s", "")):
        if noun.endswith(plural):
            return noun[: -len(plural)] + singular
    return noun


def _split_end(question: str) -> tuple[str, str]:
    body = question.rstrip(" .?!")
    return body, question[len(body) :].strip() or "?"
