"""The grammar's machinery: rules over token shapes, and what a rule makes of the tokens it matched."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from index.calendars import span_of
from index.timex_tokens import Tokens, code

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
    day_first: bool = False
    last: str | None = None  # value of the last date mentioned
    last_end: int = 0  # where it ended, in characters
    future: Callable[[int, int], bool | None] = field(default=lambda first, last: None)


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

    def rule(self, *patterns: str) -> Callable[[Handler], Handler]:
        """Register a handler for patterns such as ``"[ count unit ] ago"``.

        Items are classes, unions of them (``day``), or literal words; ``a|b`` is either, ``x?`` optional,
        ``name=x`` names an item, and brackets mark the extent where it is not all of the match. Patterns have
        no repetition, so matching takes time linear in the text.
        """

        def register(handler: Handler) -> Handler:
            for pattern in patterns:
                rule = _compile(pattern, handler)
                for start in rule.starts:
                    self._by_start.setdefault(start, []).append(rule)
            return handler

        return register

    def include(self, other: Grammar) -> None:
        """Add another grammar's rules after one's own."""
        for start, rules in other._by_start.items():
            self._by_start.setdefault(start, []).extend(rules)

    def read(self, context: Context) -> list[tuple[int, int, Reading]]:
        """Return (first token, last token + 1, reading) for the expressions of a text, in order."""
        tokens = context.tokens
        shape, found = tokens.shape, []
        starters = re.compile("[" + "".join(self._by_start) + "]")
        position = 0
        while (hit := starters.search(shape, position)) is not None:
            position = hit.start()
            matches = []
            for rule in self._by_start[shape[position]]:
                m = rule.pattern.match(shape, position)
                if m:
                    matches.append((m.end(), rule, m))
            matches.sort(key=lambda item: -item[0])  # stable: earlier rules first among equals
            for _, rule, m in matches:
                match = Match(tokens, m)
                reading = rule.handler(match, context)
                if reading is not None:
                    found.append((match.first, match.stop, reading))
                    if reading.anchors and span_of(reading.value):
                        context.last, context.last_end = reading.value, tokens.ends[match.stop - 1]
                    position = max(match.stop, position + 1)
                    break
            else:
                position += 1
        return found


def _classes(item: str) -> str:
    names = [name for part in item.split("|") for name in _UNIONS.get(part, part).split("|")]
    return "".join(dict.fromkeys(code(name) for name in names))


def _compile(pattern: str, handler: Handler) -> Rule:
    out: list[str] = []
    starts: set[str] = set()
    leading = True
    seen: dict[str, int] = {}
    for item in pattern.split():
        if item in "[]":
            out.append("(?P<extent>" if item == "[" else ")")
            continue
        optional = item.endswith("?")
        name, _, classes = item.rstrip("?").rpartition("=")
        name = (name or classes).replace("-", "_")
        chars = _classes(classes)
        if leading:
            starts.update(chars)
            leading = optional
        seen[name] = seen.get(name, 0) + 1
        label = name if seen[name] == 1 else f"{name}{seen[name]}"
        group = f"(?P<{label}>[{chars}])" if label.isidentifier() else f"[{chars}]"
        out.append(group + ("?" if optional else ""))
    return Rule(re.compile("".join(out)), frozenset(starts), handler)
