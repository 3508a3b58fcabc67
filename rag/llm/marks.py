r"""A model's text, piece by piece -> whole sentences and the evidence each one cites.

A mark may arrive in parts ("[", "1", "]"), in any of the shapes models write (``dateline.rag.llm.citing``). Marks in
code are left alone; numbers of no evidence are dropped and counted; a list of sources at the end is no part of the
answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from dateline.index.prose.sentences import split
from dateline.rag.llm.citing import held, numbers_of, tidied, without_marks

Kind = Literal["sentence", "item", "heading", "code"]
"""``item`` is a sentence of a list or a row of a table; ``heading`` claims nothing and announces what follows."""

_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s+")
_HEADING = re.compile(r"\s*#{1,6}\s+|\s*\*\*[^*\n]+\*\*:?\s*$")
_RULE = re.compile(r"[\s|:*_=-]+$")
_GAP = re.compile(r"[^\S\n]{9,}")
_GLUED = re.compile(r"(?<=[a-z]{2})([.!?])(?=[A-Z][a-z])")
_LONGEST = 3000
"""Characters that a sentence may grow to; more is taken for one, so that what is unfinished stays short."""
_SOURCES = re.compile(
    r"\W*(?:the\s+)?(?:sources?|references?|citations?|bibliography|footnotes?|works\s+cited|articles?\s+(?:cited|used)|cited\s+articles?)"
    r"(?:\s+(?:used|cited|consulted))?\W*(?::|$)",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s*(?:\\?[\[(【<^]|\d{1,3}[.):]|[-*•–])")
_FEW = 3
"""Words beside the names of articles that a line of such a list may have."""
_PROSE_FENCE = re.compile(r"\s{0,3}(?:```|~~~)\s*(?:markdown|md|text|txt|plaintext)\s*$", re.IGNORECASE)
_ANSWERS = ("answer", "response", "text", "final_answer", "result")
_CITED = ("citations", "sources", "articles", "cited", "references")


@dataclass(frozen=True)
class Marked:
    """A finished sentence without its marks, and the evidence it cites, by number from 1, each once.

    ``invented`` are the numbers it cites that are no evidence. ``paragraph`` is True where a blank line, or the
    beginning of a list, stands before it.
    """

    text: str
    marks: tuple[int, ...] = ()
    invented: tuple[int, ...] = ()
    kind: Kind = "sentence"
    paragraph: bool = False


class MarkParser:
    """Reads a model's text as it streams; ``count`` is how many pieces of evidence it was given.

    ``names`` are their titles and sources, each with its number: a name in brackets cites it too.
    """

    def __init__(self, count: int, names: Mapping[str, int] | None = None) -> None:
        self.count = count
        self.names = {" ".join(name.casefold().split()): number for name, number in (names or {}).items() if name}
        self._text = ""
        self._row = ""
        self._fence = ""
        self._code: list[str] = []
        self._blank = False
        self._any = False
        self._listing = False
        self._prose = False
        self._within: Kind | None = None  # the kind of a line whose first sentences are out already

    def feed(self, piece: str) -> Iterator[Marked]:
        """Take the next piece and yield what is finished by it."""
        self._text = _GLUED.sub(r"\1 ", _GAP.sub(" ", self._text + piece))
        while (end := self._text.find("\n")) >= 0:
            line, self._text = self._text[:end], self._text[end + 1 :]
            yield from self._line(line)
        yield from self._sentences()
        if len(self._text) > _LONGEST:
            line, self._text = self._text, ""
            yield from self._line(line)

    def close(self) -> Iterator[Marked]:
        """Yield what is left when the model has stopped, finished or not."""
        line, self._text = self._text, ""
        yield from self._line(line)
        yield from self._table_row("")
        if self._fence and self._code:
            yield from self._block()

    def _line(self, line: str) -> Iterator[Marked]:
        """Yield what a whole line holds."""
        if self._within:
            yield from self._read(line)
            return
        if not self._fence and _PROSE_FENCE.match(line):
            self._prose = True
            return
        if fence := _FENCE.match(line):
            if self._prose and not self._fence:
                self._prose = False
            elif not self._fence:
                yield from self._table_row("")
                self._fence = fence[1]
            elif self._fence == fence[1]:
                yield from self._block()
            return
        if not self._fence and not self._any and line.lstrip().startswith("{"):
            self._fence = "{"  # the whole reply is an object
        if self._fence:
            self._code.append(line)
            return
        if self._is_listed(line):
            return
        row = line.strip()
        if row.startswith("|") and row.count("|") > 1:
            yield from self._table_row(row)
            return
        yield from self._table_row("")
        if not line.strip():
            self._blank = self._any
            return
        yield from self._read(line)

    def _is_listed(self, line: str) -> bool:
        """Whether a line belongs to the model's own list of sources."""
        if _SOURCES.match(line):
            self._listing = True
        elif self._listing and line.strip():
            words = " ".join(line.casefold().split())
            for name in self.names:
                words = words.replace(name, "")
            self._listing = bool(_LISTED.match(line)) or len(re.findall(r"[^\W\d]{2,}", words)) < _FEW
        return self._listing

    def _block(self) -> Iterator[Marked]:
        """Yield a block of code; of an object that holds an answer, that answer."""
        code, self._fence, self._code = "\n".join(self._code), "", []
        if answer := _answer_in(code):
            for line in answer.splitlines():
                yield from self._line(line)
        else:
            yield Marked(code, kind="code", paragraph=True)

    def _table_row(self, row: str) -> Iterator[Marked]:
        """Yield the row before, which was a header if this one is a rule; then keep ``row``, "" after the table."""
        before, self._row = self._row, row
        if not before or _RULE.match(before):
            return
        if row and _RULE.match(row):
            yield self._marked(before.strip("|"), "heading")
        else:
            cells = [cell.strip() for cell in before.strip("|").split("|")]
            yield self._marked(", ".join(cell for cell in cells if cell), "item")

    def _sentences(self) -> Iterator[Marked]:
        """Yield the sentences of an unfinished line that can grow no more."""
        line = self._text
        if self._fence or self._listing:
            return
        if not self._within and (line.lstrip().startswith(("|", "#", "`", "~", "{")) or _SOURCES.match(line)):
            return
        kind, begin = self._opening(line)
        ends = [end for _, end in self._ends(line[begin : held(line)])]
        if len(ends) < 2:
            return
        # The last sentence may go on; the one before it is finished once a word has followed.
        cut = begin + ends[-2]
        if re.search(r"\w\W", line[cut : held(line)]):
            yield from self._table_row("")
            yield from (self._marked(line[begin + a : begin + b], kind) for a, b in pairwise([0, *ends[:-1]]))
            self._text, self._within = line[cut:], kind

    def _opening(self, line: str) -> tuple[Kind, int]:
        """Return what kind of line it is and where its words begin."""
        if self._within:
            return self._within, 0
        item = _ITEM.match(line)
        return ("item", item.end()) if item else ("sentence", 0)

    def _ends(self, text: str) -> list[tuple[int, int]]:
        """Return the sentences of ``text`` as spans of it, each with the marks that follow it."""
        plain, marks = without_marks(text, self.names)
        spans: list[tuple[int, int]] = []
        sentences = split(plain)
        for (_, end), following in pairwise([*sentences, (len(plain), len(plain))]):
            stop = end + sum(width for at, width, _ in marks if at <= end or at < following[0])
            spans.append((spans[-1][1] if spans else 0, stop))
        return spans

    def _read(self, line: str) -> Iterator[Marked]:
        """Yield the sentences of a line that has ended."""
        kind, begin = self._opening(line)
        started, self._within = self._within is not None, None
        body = line[begin:]
        if not started and (_HEADING.match(line) or (kind == "sentence" and body.rstrip().endswith(":"))):
            yield self._marked(re.sub(r"^\s*#{1,6}\s+", "", line), "heading")
            return
        for start, end in self._ends(body):
            yield self._marked(body[start:end], kind)

    def _marked(self, raw: str, kind: Kind) -> Marked:
        plain, found = without_marks(raw, self.names)
        numbers = list(dict.fromkeys(n for _, _, values in found for n in self._known(values)))
        paragraph, self._blank, self._any = self._blank, False, True
        return Marked(
            tidied(plain) if found else " ".join(plain.split()),
            tuple(n for n in numbers if 1 <= n <= self.count),
            tuple(n for n in numbers if not 1 <= n <= self.count),
            kind,
            paragraph,
        )

    def _known(self, values: str) -> list[int]:
        """Return the numbers of one mark; "12" raised is 1 and 2 where there is no twelfth piece of evidence."""
        if values[0] == "^":
            run = values[1:]
            if run.isdigit() and int(run) > self.count:
                return [int(digit) for digit in run]
            return [int(n) for n in re.findall(r"\d+", run)]
        return numbers_of(values)


def _answer_in(code: str) -> str:
    """Return the answer that a JSON object holds, with the numbers it cites as marks; "" where it holds none."""
    try:
        told = json.loads(code)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    answer = next((told[name] for name in _ANSWERS if isinstance(told.get(name), str)), "")
    cited: list[object] = (
        next((told[name] for name in _CITED if isinstance(told.get(name), list)), []) if answer else []
    )
    return answer + "".join(f" [{n}]" for n in cited if isinstance(n, int))
