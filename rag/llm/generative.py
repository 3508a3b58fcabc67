"""Evidence -> answer by a language model, each sentence held against the evidence before it is shown.

::

    generator = Generator(llm)                              # any LlamaIndex LLM
    for written in generator.stream(question, evidence):    # evidence: Citations whose quotes are passages
        show(written.text)                                  # grows by checked sentences; closing stops the model
    if written.outcome != "answered":                       # "not_stated", "nothing_left" or "failed"
        ...                                                 # fall back to the extractive answer, with written.notice

The marks the model sets are hints: a sentence cites the passage sentences that support it, wherever they are, and one
that nothing supports is sent back once with the evidence, then dropped or flagged. One that is supported and has
nothing to do with the question is dropped.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Generator as Generating
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Literal

from llama_index.core.llms import LLM, ChatMessage, LLMMetadata

from dateline.index.errors import LLMError
from dateline.rag.answer import Citation, Sentence, Support
from dateline.rag.check.grounding import THRESHOLD, Checker, examine
from dateline.rag.english.words import read
from dateline.rag.llm import prompt
from dateline.rag.llm.marks import Marked, MarkParser
from dateline.rag.llm.relevance import Embed, Relevance
from dateline.rag.llm.server import EndlessError, RefusedError, UnreadableError, connect
from dateline.rag.llm.stream import BEAT, CutShortError, SilenceError, pieces
from dateline.rag.llm.utterances import escaped, plain, refuses, says_nothing, shared_words

__all__ = ["Generator", "Tally", "Written", "connect"]

log = logging.getLogger(__name__)

Outcome = Literal["writing", "answered", "not_stated", "nothing_left", "failed"]

FLAG = "(not supported by the articles)"
"""What stands, visibly, after a sentence that is flagged instead of dropped."""

_NOTICES: dict[Outcome, str] = {
    "not_stated": "The language model found no answer in these articles.",
    "nothing_left": "Nothing the language model wrote is supported by the articles.",
}
_BESIDE = "What the language model wrote and the articles support has nothing to do with the question."


@dataclass(frozen=True)
class Tally:
    """How many sentences the model wrote, and what became of them.

    ``invented`` counts marks of evidence that does not exist; ``passed`` includes the ``repaired``, ``dropped`` those
    that are supported but ``beside`` the question.
    """

    written: int = 0
    passed: int = 0
    repaired: int = 0
    dropped: int = 0
    flagged: int = 0
    beside: int = 0
    invented: int = 0


@dataclass(frozen=True)
class Checked:
    """What the check said of one sentence: ``score`` from 0 to 1, ``problems`` in words.

    ``verdict`` is about ``text``; where that is the model's second try, ``before`` is its first.
    """

    text: str
    verdict: Literal["passed", "beside", "unsupported"]
    score: float
    problems: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    before: str = ""


@dataclass(frozen=True)
class Written:
    """An answer as far as it is written and checked; marks and citations are numbered by first appearance.

    ``outcome`` is "writing" until the last one. Only "answered" has something to show; otherwise the texts are empty
    and ``notice`` says in a sentence why. ``checked`` are all sentences the model wrote, also those not shown.
    """

    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    outcome: Outcome = "writing"
    notice: str = ""
    confidence: float = 0.0
    tally: Tally = Tally()
    checked: tuple[Checked, ...] = ()


@dataclass
class _Line:
    """One sentence the model wrote: what supports it, if anything does."""

    marked: Marked
    text: str
    quotes: tuple[Citation, ...] = ()
    score: float = 0.0
    problems: tuple[str, ...] = ()
    before: str = ""
    relevant: bool = True

    @property
    def supported(self) -> bool:
        return bool(self.quotes) and self.score >= THRESHOLD

    @property
    def passed(self) -> bool:
        return self.supported and self.relevant

    def weigh(self, relevance: Relevance | None) -> None:
        """Note whether a supported sentence has to do with the question."""
        if self.supported and relevance is not None:
            self.relevant = relevance.holds(self.text, {quote.passage_id for quote in self.quotes})

    def checked(self) -> Checked:
        verdict: Literal["passed", "beside", "unsupported"] = (
            "passed" if self.passed else "beside" if self.supported else "unsupported"
        )
        quotes = tuple(quote.quote for quote in self.quotes)
        return Checked(self.text, verdict, self.score, self.problems, quotes, self.before)

    @property
    def support(self) -> Support:
        if not self.supported:
            return "unsupported"
        return "verbatim" if any(" ".join(q.quote.split()) == self.text for q in self.quotes) else "supported"


class Generator:
    """Writes answers with a LlamaIndex LLM and checks them.

    ``unsupported`` says what becomes of a sentence that stays unsupported; ``nli`` is the folder of a cross-encoder
    for the check; ``embed`` (texts -> unit vectors) lets it drop what has nothing to do with the question.
    ``patience`` is seconds without a word from the model, ``budget`` seconds for the whole answer;
    ``retries`` is how often a request that brought nothing is made again, after 0.5, 1, 2… seconds. One generator
    can serve several questions at once.
    """

    def __init__(
        self,
        llm: LLM,
        *,
        unsupported: Literal["drop", "flag"] = "drop",
        nli: str = "",
        embed: Embed | None = None,
        patience: float = 60.0,
        budget: float = 300.0,
        retries: int = 2,
        repairs: int = 4,
    ) -> None:
        self.llm = llm
        self.unsupported = unsupported
        self.entailment = Checker(nli).entailment
        self.embed = embed
        self.patience = patience
        self.budget = budget
        self.retries = retries
        self.repairs = repairs

    @property
    def name(self) -> str:
        """The model's name; of a file, as llama.cpp tells it, without its folder."""
        name = self.llm.metadata.model_name
        return re.split(r"[/\\]", name)[-1] if name.endswith(".gguf") else name

    def stream(self, question: str, evidence: Sequence[Citation]) -> Generating[Written, None, None]:
        """Yield the answer as it grows; the last one has an outcome. Closing the iterator stops the model.

        While nothing new is there, the answer so far is yielded again every second, so that it can be closed.
        ``evidence`` are passages as Citations (``quote`` is the passage, ``start`` its offset), best first; what
        finds no room in the model's context window is left out. Without evidence the model is not asked.
        """
        if not evidence:
            yield Written(outcome="not_stated", notice=_NOTICES["not_stated"])
            return
        deadline = time.monotonic() + self.budget
        lines: list[_Line] = []
        invented = 0
        refused = False
        relevance = Relevance(question, self.embed) if self.embed is not None else None
        try:
            limits = self._limits()
            asked = prompt.ask(
                question, evidence, context_window=limits.context_window, num_output=_output(limits.num_output)
            )
            shown = tuple(evidence[: asked.shown])
            with closing(self._pieces(asked.messages, deadline)) as said:
                for marked in _marked(MarkParser(len(shown)), said):
                    if marked is None:
                        yield self._so_far(lines, invented)
                        continue
                    invented += len(marked.invented)
                    if marked.kind == "heading" or not re.search(r"\w", marked.text):
                        continue
                    if refuses(marked.text):
                        refused = True
                        continue
                    if any(line.marked.text == marked.text for line in lines):
                        continue  # small models repeat themselves
                    lines.append(self._held(marked, shown, question))
                    lines[-1].weigh(relevance)
                    if lines[-1].passed:
                        yield self._so_far(lines, invented)
                    if len(lines) >= _MOST:
                        raise EndlessError(f"the language model wrote more than {_MOST} sentences")
            yield from self._repair(lines, invented, shown, question, relevance, deadline)
        except LLMError as error:
            log.warning("no answer from the language model: %s", error)
            yield Written(
                outcome="failed",
                notice=_why(lines, error),
                tally=self._tally(lines, invented),
                checked=tuple(line.checked() for line in lines),
            )
            return
        yield self._finished(lines, invented, refused)

    def _finished(self, lines: Sequence[_Line], invented: int, refused: bool) -> Written:
        so_far = self._so_far(lines, invented)
        if any(line.passed for line in lines):
            return replace(so_far, outcome="answered")
        outcome: Outcome = "not_stated" if refused and not lines else "nothing_left"
        notice = _BESIDE if so_far.tally.beside else _NOTICES[outcome]
        return Written(outcome=outcome, notice=notice, tally=so_far.tally, checked=so_far.checked)

    def _held(self, marked: Marked, evidence: Sequence[Citation], question: str) -> _Line:
        """Hold one sentence against what it cites and then, if need be, against all the evidence."""
        text = plain(marked.text)
        if reason := says_nothing(text, question):
            return _Line(marked, text, problems=(reason,))
        cited = [evidence[n - 1] for n in marked.marks]
        best = self._against(marked, text, cited) if cited else None
        if best is None or not best.supported:
            other = self._against(marked, text, evidence)
            best = other if best is None or other.score > best.score else best
        return best

    def _against(self, marked: Marked, text: str, evidence: Sequence[Citation]) -> _Line:
        said = sum(word.content for word in read(text))
        if marked.kind == "code" or said < _LEAST or len(text) > _LONGEST:
            return _Line(marked, text)
        passages = [prompt.without_orders(citation.quote) for citation in evidence]
        # Titles and sources may be named in a sentence, but a sentence cannot rest on them.
        heads = [f"{citation.title}\n\n{citation.source}" for citation in evidence]
        published = [citation.published for citation in evidence]
        finding = examine(text, [*passages, *heads], published=[*published, *published])
        quotes = tuple(_narrowed(evidence[p], passages[p], quote) for p, quote in finding.quotes if p < len(evidence))
        if not finding.quotes or finding.quotes[0][0] >= len(evidence):
            quotes = ()
        return _Line(marked, text, quotes, finding.score(text, self.entailment), finding.problems)

    def _repair(
        self,
        lines: list[_Line],
        invented: int,
        evidence: Sequence[Citation],
        question: str,
        relevance: Relevance | None,
        deadline: float,
    ) -> Generating[Written, None, None]:
        """Ask once for each unsupported sentence to be set right; put those that now are into ``lines``."""
        wrong = [i for i, line in enumerate(lines) if not line.supported and line.marked.kind != "code"]
        for i in wrong[: self.repairs]:
            line = lines[i]
            nearest = tuple(evidence[n - 1] for n in line.marked.marks) or evidence
            limits = self._limits()
            asked = prompt.repair(
                line.text, line.problems, nearest,
                context_window=limits.context_window, num_output=_output(limits.num_output),
            )  # fmt: skip
            shown = nearest[: asked.shown]
            first: Marked | None = None
            try:
                with closing(self._pieces(asked.messages, deadline)) as said:
                    for marked in _marked(MarkParser(len(shown)), said):
                        if marked is None:
                            yield self._so_far(lines, invented)
                        elif marked.kind != "heading":
                            first = marked
                            break
            except LLMError as error:
                log.warning("no repair from the language model: %s", error)
                return
            if first is None or refuses(first.text):
                continue
            again = self._held(replace(first, kind=line.marked.kind, paragraph=line.marked.paragraph), shown, question)
            again.weigh(relevance)
            known = {" ".join(other.text.lower().split()) for other in lines if other.supported}
            on_topic = shared_words(again.text, f"{line.text} {question}") >= _ON_TOPIC
            if again.passed and on_topic and " ".join(again.text.lower().split()) not in known:
                again.before = line.text
                lines[i] = again
                yield self._so_far(lines, invented)

    def _so_far(self, lines: Sequence[_Line], invented: int) -> Written:
        numbers: dict[tuple[str, int, int], Citation] = {}
        sentences: list[Sentence] = []
        text = ""
        for line in lines:
            if not line.passed and (line.supported or self.unsupported == "drop"):
                continue
            marks: list[int] = []
            for quote in line.quotes if line.passed else ():
                key = (quote.doc_id, quote.start, quote.end)
                numbers.setdefault(key, replace(quote, n=len(numbers) + 1))
                marks.append(numbers[key].n)
            sentences.append(Sentence(line.text, tuple(marks), line.support))
            text += _layout(text, line) + escaped(line.text)
            text += "".join(f" [{n}]" for n in marks) if marks else f" {FLAG}"
        kept = [line.score for line in lines if line.passed]
        return Written(
            text=text,
            sentences=tuple(sentences),
            citations=tuple(numbers.values()),
            confidence=min(kept, default=0.0),
            tally=self._tally(lines, invented),
            checked=tuple(line.checked() for line in lines),
        )

    def _tally(self, lines: Sequence[_Line], invented: int) -> Tally:
        passed = sum(line.passed for line in lines)
        beside = sum(line.supported for line in lines) - passed
        unsupported = len(lines) - passed - beside
        flag = self.unsupported == "flag"
        return Tally(
            written=len(lines),
            passed=passed,
            repaired=sum(bool(line.before) for line in lines),
            dropped=beside if flag else beside + unsupported,
            flagged=unsupported if flag else 0,
            beside=beside,
            invented=invented,
        )

    def _limits(self) -> LLMMetadata:
        """Return what the model says of itself. Raises LLMError, whatever its adapter raises."""
        try:
            return self.llm.metadata
        except Exception as error:
            raise LLMError(f"the language model does not tell its limits: {error}") from error

    def _pieces(self, messages: Sequence[ChatMessage], deadline: float) -> Generating[str, None, None]:
        return pieces(self.llm, messages, patience=self.patience, deadline=deadline, retries=self.retries)


def _marked(parser: MarkParser, pieces: Iterator[str]) -> Iterator[Marked | None]:
    """Yield the sentences of a reply, and None every BEAT seconds without one.

    Of a reply that is cut short, the unfinished end is left out; where that is all of it, CutShortError.
    """
    any_sentence = False
    beat = time.monotonic() + BEAT
    try:
        for piece in pieces:
            for marked in parser.feed(piece):
                any_sentence = True
                yield marked
            if time.monotonic() >= beat:
                yield None
                beat = time.monotonic() + BEAT
    except CutShortError:
        if any_sentence:
            return
        raise
    yield from parser.close()


_OUTPUT = 256
"""Tokens kept free for the answer where the model does not say how many it may write."""
_ON_TOPIC = 2
"""Content words that a repaired sentence shares with the one it replaces or with the question."""
_MOST = 60
"""Sentences that differ; a model that writes more does not come to an end."""
_LEAST = 2
"""Content words; a single word claims nothing that could be checked."""
_LONGEST = 1500
"""Characters; longer than any sentence."""


def _output(num_output: int) -> int:
    return num_output if num_output > 0 else _OUTPUT


def _layout(before: str, line: _Line) -> str:
    if line.marked.kind == "item":
        return "\n- " if before else "- "
    if not before:
        return ""
    return "\n\n" if line.marked.paragraph or before.rsplit("\n", 1)[-1].startswith("- ") else " "


def _narrowed(citation: Citation, passage: str, quote: str) -> Citation:
    """Return the citation of ``quote``, a sentence of the passage that ``citation`` cites."""
    at = passage.index(quote)
    start, end = citation.start + at, citation.start + at + len(quote)
    dates = tuple(date for date in citation.dates if start <= date.start and date.end <= end)
    return replace(citation, start=start, end=end, quote=citation.quote[at : at + len(quote)], dates=dates)


def _why(lines: Sequence[_Line], error: LLMError) -> str:
    if isinstance(error, CutShortError):
        return "The language model was stopped at its token limit before it had answered; if it thinks first, switch that off."
    if isinstance(error, EndlessError):
        return "The language model did not come to an end."
    if isinstance(error, UnreadableError):
        return "The language model's server sent something unreadable."
    if isinstance(error, RefusedError):
        return "The language model's server refused the request."
    if lines:
        return "The language model broke off in the middle of its answer."
    if isinstance(error, SilenceError):
        return "The language model did not answer in time."
    return "The language model could not be reached."
