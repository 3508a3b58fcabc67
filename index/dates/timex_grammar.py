"""The grammar's machinery: rules over token shapes, and what a rule makes of the tokens it matched."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from dateline.index.dates.calendars import span_of
from dateline.index.dates.timex_lexicon import code
from dateline.index.dates.timex_tokens import Tokens

# Names that stand for several classes in a pattern.
_UNIONS: dict[str, str] = {
    "day": "small|dayth|ordinal|second|word-number",
    "count": "small|number|year|word-number|word-year|article",
    "exact": "small|number|year|word-number|word-year",
    "nth": "dayth|ordinal|second",
    "anyunit": "unit|units",
    "weekdayish": "weekday|short-weekday",
    "yearish": "year|word-year",
}


@dataclass(frozen=True)
class Reading:
    """What an expression means, before it has a place in the text.

    ``bounds``, the earliest and the latest day, are given only where the value does not tell them. ``anchors``
    says whether a later "the next day" may count from here.
    """

    type: str
    value: str
    bounds: tuple[date | None, date | None] | None = None
    anchors: bool = True


@dataclass
class Context:
    """What a rule may know besides its own tokens."""

    tokens: Tokens
    published: date | None
    moment: datetime | None = None  # of publication, where the time of day is known too
    day_first: bool = False
    last: str | None = None  # value of the last date mentioned
    future: Callable[[int, int], bool | None] = field(default=lambda first, last: None)


_LEADS = code("last") + code("this") + code("next")
_EDGE = code("edge")
_PARTS = code("early") + _EDGE


class Match:
    """The tokens one rule matched; items are found by their name in the pattern."""

    def __init__(self, tokens: Tokens, found: re.Match[str]) -> None:
        self._tokens = tokens
        self._at = {name: found.start(name) for name, text in found.groupdict().items() if text}
        self.first, self.stop = found.span("extent" if "extent" in self._at else 0)

    def __contains__(self, name: str) -> bool:
        return name.replace("-", "_") in self._at

    def at(self, name: str) -> int:
        """Return the index of the token called ``name``; KeyError where it is absent."""
        return self._at[name.replace("-", "_")]

    def word(self, name: str) -> str:
        """Return the lower-cased token, "" where it is absent."""
        return self._tokens.words[self.at(name)] if name in self else ""

    def value(self, name: str) -> object:
        """Return what the lexicon says the token means."""
        return self._tokens.values[self.at(name)]

    @property
    def lead(self) -> tuple[str, int]:
        """Return the first word like "last", "this" or "next" and where it points (-1, 0, 1); ("", 0) without one."""
        for i in range(self.first, self.stop):
            if self._tokens.shape[i] in _LEADS:
                way = self._tokens.values[i]
                return self._tokens.words[i], way if isinstance(way, int) else 0
        return "", 0

    def narrowed(self, reading: Reading) -> Reading:
        """Cut a reading's days to what "early" (half), "the end of" (a quarter) and their like leave of them."""
        span = span_of(reading.value)
        i = next((k for k in range(self.first, self.stop) if self._tokens.shape[k] in _PARTS), None)
        part = None if i is None else self._tokens.values[i]
        if span is None or i is None or part not in ("START", "MID", "END"):
            return reading
        whole = span[1] - span[0]
        kept = whole // 4 if self._tokens.shape[i] == _EDGE and part != "MID" else whole // 2
        first = span[0] if part == "START" else span[1] - kept if part == "END" else span[0] + whole // 4
        return Reading(reading.type, reading.value, (first, first + kept), reading.anchors)

    def int(self, name: str) -> int:
        """Return a token's whole number, -1 where it has none."""
        value = self.value(name)
        return value if isinstance(value, int) else -1

    def str(self, name: str) -> str:
        """Return a token's meaning as a name (a unit, a season)."""
        return str(self.value(name))


Handler = Callable[[Match, Context], Reading | None]


@dataclass(frozen=True)
class Rule:
    """A pattern over classes and the handler that reads what it matched."""

    pattern: re.Pattern[str]
    starts: frozenset[str]
    handler: Handler


class Grammar:
    """An ordered set of rules; at a token, the longest match whose handler accepts it wins."""

    def __init__(self) -> None:
        self._by_start: dict[str, list[Rule]] = {}
        self._any: dict[str, re.Pattern[str]] = {}  # start -> whether any of its rules matches, in one go

    def rule(self, *patterns: str) -> Callable[[Handler], Handler]:
        """Register a handler for patterns such as ``"[ count unit ] ago"``.

        Items are classes, unions of them (``day``), or literal words; ``a|b`` is either, ``x?`` and ``(x y)?`` are
        optional, ``name=x`` names an item, and brackets mark the extent where it is not all of the match. Patterns
        have no repetition, so matching takes time linear in the text.
        """

        def register(handler: Handler) -> Handler:
            for pattern in patterns:
                rule = _compile(pattern, handler)
                for start in rule.starts:
                    self._by_start.setdefault(start, []).append(rule)
            self._any.clear()
            return handler

        return register

    def include(self, other: Grammar) -> None:
        """Add another grammar's rules after one's own."""
        for start, rules in other._by_start.items():
            self._by_start.setdefault(start, []).extend(rules)
        self._any.clear()

    def read(self, context: Context) -> list[tuple[int, int, Reading]]:
        """Return (first token, last token + 1, reading) for the expressions of a text, in order."""
        tokens = context.tokens
        found = []
        starters = re.compile("[" + "".join(self._by_start) + "]")
        position = 0
        while (hit := starters.search(tokens.shape, position)) is not None:
            position = hit.start()
            best = self._best(context, position)
            if best and best[0] > position:  # a word before the extent: something longer may start at the extent
                other = self._best(context, best[0])
                best = other if other and other[1] > best[1] else best
            if best is None:
                position += 1
                continue
            found.append(best)
            _, stop, reading = best
            if reading.anchors and span_of(reading.value):
                context.last = reading.value
            position = max(stop, position + 1)
        return found

    def _best(self, context: Context, position: int) -> tuple[int, int, Reading] | None:
        """Return the longest match at a token whose handler accepts it; the earlier rule among equals."""
        shape = context.tokens.shape
        rules = self._by_start.get(shape[position])
        if not rules or not self._any_of(shape[position], rules).match(shape, position):
            return None
        matches = [(m.end(), rule, m) for rule in rules if (m := rule.pattern.match(shape, position))]
        for _, rule, m in sorted(matches, key=lambda item: -item[0]):
            match = Match(context.tokens, m)
            reading = rule.handler(match, context)
            if reading is not None:
                return match.first, match.stop, reading
        return None

    def _any_of(self, start: str, rules: list[Rule]) -> re.Pattern[str]:
        """Return the union of the patterns that begin with a class: most tokens fail it, and only it is tried."""
        if start not in self._any:
            plain = [re.sub(r"\?P<\w+>", "?:", rule.pattern.pattern) for rule in rules]
            self._any[start] = re.compile("|".join(dict.fromkeys(plain)))
        return self._any[start]


def _classes(item: str) -> str:
    names = [name for part in item.split("|") for name in _UNIONS.get(part, part).split("|")]
    return "".join(dict.fromkeys(code(name) for name in names))


def shape_of(pattern: str) -> str:
    """Return the regular expression over shapes of a pattern without names, groups or an extent."""
    return "".join(f"[{_classes(item.rstrip('?'))}]" + ("?" if item.endswith("?") else "") for item in pattern.split())


def _compile(pattern: str, handler: Handler) -> Rule:
    out: list[str] = []
    starts: set[str] = set()
    leading = True  # may the next item be the first token of a match?
    entered: list[bool] = []
    seen: dict[str, int] = {}
    for item in pattern.replace("(", "( ").replace(")", " )").split():
        if item == "(":
            entered.append(leading)
            out.append("(?:")
        elif item in (")", ")?"):
            out.append(item)
            leading = leading or (item == ")?" and entered[-1])
            entered.pop()
        elif item in "[]":
            out.append("(?P<extent>" if item == "[" else ")")
        else:
            optional = item.endswith("?")
            name, _, classes = item.rstrip("?").rpartition("=")
            chars = _classes(classes)
            if leading:
                starts.update(chars)
                leading = optional
            label = (name or classes).replace("-", "_")
            seen[label] = seen.get(label, 0) + 1
            label += "" if seen[label] == 1 else str(seen[label])
            group = f"(?P<{label}>[{chars}])" if label.isidentifier() else f"[{chars}]"
            out.append(group + ("?" if optional else ""))
    return Rule(re.compile("".join(out)), frozenset(starts), handler)
