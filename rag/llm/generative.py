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
from dataclasses import replace
from enum import Enum, auto
from typing import Literal

from llama_index.core.llms import LLM, ChatMessage, LLMMetadata

from dateline.index.errors import LLMError
from dateline.rag.answer import Citation
from dateline.rag.check.grounding import Checker, examine
from dateline.rag.english.words import read
from dateline.rag.llm import prompt
from dateline.rag.llm.errors import BrokenOffError, CutShortError, EndlessError, TooLongError
from dateline.rag.llm.errors import notice as told
from dateline.rag.llm.marks import Marked, MarkParser
from dateline.rag.llm.relevance import Embed, Relevance
from dateline.rag.llm.server import connect
from dateline.rag.llm.stream import BEAT, pieces
from dateline.rag.llm.thoughts import ANEW, Reply
from dateline.rag.llm.wording import announces, plain, refuses, says_nothing, shared_words
from dateline.rag.llm.written import FLAG, Checked, Line, Outcome, Sheet, Tally, Written, left_out

__all__ = ["FLAG", "Checked", "Generator", "Tally", "Written", "connect"]

log = logging.getLogger(__name__)

_NOTICES: dict[Outcome, str] = {
    "not_stated": "The language model found no answer in these articles.",
    "nothing_left": "Nothing the language model wrote is supported by the articles.",
}
_BESIDE = "What the language model wrote and the articles support has nothing to do with the question."
_NOTHING = "The language model wrote nothing."


class _Sign(Enum):
    """What a reply tells beside its sentences."""

    BEAT = auto()
    ANEW = auto()


class Generator:
    """Writes answers with a LlamaIndex LLM and checks them.

    ``unsupported`` says what becomes of a sentence that stays unsupported: "drop" and "fold" leave it out (whoever shows
    the answer may fold it away), "flag" shows it flagged; ``nli`` is the folder of a cross-encoder
    for the check; ``embed`` (texts -> unit vectors) lets it drop what has nothing to do with the question.
    ``patience`` is seconds without a word from the model, ``budget`` seconds for the whole answer;
    ``retries`` is how often a request that brought nothing is made again, after 0.5, 1, 2… seconds. One generator
    can serve several questions at once.
    """

    def __init__(
        self,
        llm: LLM,
        *,
        unsupported: Literal["drop", "fold", "flag"] = "drop",
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
        self._window: int | None = None  # tokens, where the model's own word proved too much
        self._thinks_untagged = False

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
        sheet = Sheet(flag=self.unsupported == "flag")
        relevance = Relevance(question, self.embed) if self.embed is not None else None
        try:
            shown = yield from self._write(sheet, question, evidence, relevance, deadline)
            yield from self._repair(sheet, shown, question, relevance, deadline)
        except LLMError as error:
            log.warning("no answer from the language model: %s", error)
            yield replace(sheet.verdicts(), outcome="failed", notice=_why(sheet, error))
            return
        yield self._finished(sheet)

    def _finished(self, sheet: Sheet) -> Written:
        written = sheet.so_far()
        if any(line.passed for line in sheet.lines):
            return replace(written, outcome="answered", notice=left_out(written.dropped))
        if not sheet.any_word:
            return Written(outcome="failed", notice=_NOTHING)
        outcome: Outcome = "not_stated" if sheet.refused and not sheet.lines else "nothing_left"
        notice = _BESIDE if written.tally.beside else _NOTICES[outcome]
        return replace(sheet.verdicts(), outcome=outcome, notice=notice)

    def _write(
        self,
        sheet: Sheet,
        question: str,
        evidence: Sequence[Citation],
        relevance: Relevance | None,
        deadline: float,
    ) -> Generating[Written, None, tuple[Citation, ...]]:
        """Have the model answer, its sentences checked into ``sheet``; return the evidence that it was shown.

        Where that does not fit into the model's context, it is shown less.
        """
        for attempt in range(_FITTINGS):
            limits = self._limits()
            window = min(limits.context_window, self._window or limits.context_window)
            asked = prompt.ask(question, evidence, context_window=window, num_output=_output(limits.num_output))
            shown = tuple(evidence[: asked.shown])
            try:
                with closing(self._pieces(asked.messages, deadline)) as said:
                    yield from self._read(sheet, question, shown, relevance, said)
                return shown
            except TooLongError as error:
                if sheet.lines or attempt == _FITTINGS - 1:
                    raise
                told = error.window if error.window and error.window < window else window // 2
                self._window = max(told, _SMALLEST)
                log.info("asking the language model with less evidence: %s", error)
        raise AssertionError("a fitting returns or raises")

    def _read(
        self,
        sheet: Sheet,
        question: str,
        shown: Sequence[Citation],
        relevance: Relevance | None,
        said: Iterator[str],
    ) -> Iterator[Written]:
        """Check the sentences of one reply as they come.

        Some models think first and only close their thoughts with a tag. Nothing is shown before it is clear that the
        answer has begun: from the first sentence on where that is cited and holds, after thoughts, or at the end.
        """
        begun = False
        for marked in _sentences(said, shown):
            if marked is _Sign.ANEW:
                sheet.anew()
                self._thinks_untagged, begun = True, True
                yield sheet.so_far()
                continue
            if marked is _Sign.BEAT:
                yield sheet.so_far() if begun else Written()
                continue
            assert isinstance(marked, Marked)
            text = plain(marked.text)
            if sheet.lines and _NEXT_QUESTION.match(text):
                return  # small models go on and ask themselves
            sheet.invented += len(marked.invented)
            sheet.any_word = sheet.any_word or bool(re.search(r"\w", text))
            if marked.kind == "heading" or announces(text) or _is_source(text, shown):
                continue
            if refuses(text):
                sheet.refused = True
                continue
            if any(line.marked.text == marked.text for line in sheet.lines):
                continue  # small models repeat themselves
            line = self._held(marked, text, shown, question)
            line.weigh(relevance)
            begun = begun or (not sheet.lines and line.supported and bool(marked.marks) and not self._thinks_untagged)
            sheet.lines.append(line)
            if line.passed and begun:
                yield sheet.so_far()
            if len(sheet.lines) >= _MOST:
                raise EndlessError(f"the language model wrote more than {_MOST} sentences")

    def _held(self, marked: Marked, text: str, evidence: Sequence[Citation], question: str) -> Line:
        """Hold one sentence against what it cites and then, if need be, against all the evidence."""
        if reason := says_nothing(text, question):
            return Line(marked, text, nothing=reason)
        cited = [evidence[n - 1] for n in marked.marks]
        best = self._against(marked, text, cited) if cited else None
        if best is None or not best.supported:
            other = self._against(marked, text, evidence)
            best = other if best is None or other.score > best.score else best
        return best

    def _against(self, marked: Marked, text: str, evidence: Sequence[Citation]) -> Line:
        said = sum(word.content for word in read(text))
        if marked.kind == "code" or said < _LEAST or len(text) > _LONGEST:
            return Line(marked, text)
        passages = [prompt.without_orders(citation.quote) for citation in evidence]
        # Titles and sources may be named in a sentence, but a sentence cannot rest on them.
        heads = [f"{citation.title}\n\n{citation.source}" for citation in evidence]
        published = [citation.published for citation in evidence]
        finding = examine(prompt.in_full(text, evidence), [*passages, *heads], published=[*published, *published])
        quotes = tuple(_narrowed(evidence[p], passages[p], quote) for p, quote in finding.quotes if p < len(evidence))
        if not finding.quotes or finding.quotes[0][0] >= len(evidence):
            quotes = ()
        return Line(marked, text, quotes, finding.score(text, self.entailment), finding.problems)

    def _repair(
        self,
        sheet: Sheet,
        evidence: Sequence[Citation],
        question: str,
        relevance: Relevance | None,
        deadline: float,
    ) -> Generating[Written, None, None]:
        """Ask once for each unsupported sentence to be set right; put those that now are into the sheet."""
        lines = sheet.lines
        wrong = [i for i, line in enumerate(lines) if not line.supported and line.marked.kind != "code"]
        for i in wrong[: self.repairs]:
            line = lines[i]
            nearest = tuple(evidence[n - 1] for n in line.marked.marks) or tuple(evidence)
            limits = self._limits()
            asked = prompt.repair(
                line.text, (line.nothing,) if line.nothing else line.problems, nearest,
                context_window=min(limits.context_window, self._window or limits.context_window),
                num_output=_output(limits.num_output),
            )  # fmt: skip
            shown = nearest[: asked.shown]
            first: Marked | None = None
            try:
                with closing(self._pieces(asked.messages, deadline)) as said:
                    for marked in _sentences(said, shown):
                        if marked is _Sign.ANEW:
                            first = None
                        elif marked is _Sign.BEAT:
                            yield sheet.so_far()
                        elif (
                            isinstance(marked, Marked)
                            and marked.kind != "heading"
                            and not announces(plain(marked.text))
                        ):
                            first = first or marked
                            if marked.marks and not self._thinks_untagged:
                                break
            except LLMError as error:
                log.warning("no repair from the language model: %s", error)
                return
            if first is None or refuses(text := plain(first.text)):
                continue
            kept = replace(first, kind=line.marked.kind, paragraph=line.marked.paragraph)
            again = self._held(kept, text, shown, question)
            again.weigh(relevance)
            known = {" ".join(other.text.lower().split()) for other in lines if other.supported}
            on_topic = shared_words(again.text, f"{line.text} {question}") >= _ON_TOPIC
            if again.passed and on_topic and " ".join(again.text.lower().split()) not in known:
                again.before = line.text
                lines[i] = again
                yield sheet.so_far()

    def _limits(self) -> LLMMetadata:
        """Return what the model says of itself. Raises LLMError, whatever its adapter raises."""
        try:
            return self.llm.metadata
        except Exception as error:
            raise LLMError(f"the language model does not tell its limits: {error}") from error

    def _pieces(self, messages: Sequence[ChatMessage], deadline: float) -> Generating[str, None, None]:
        return pieces(self.llm, messages, patience=self.patience, deadline=deadline, retries=self.retries)


def _sentences(pieces: Iterator[str], shown: Sequence[Citation]) -> Iterator[Marked | _Sign]:
    """Yield the sentences of a reply, ANEW where those before were a thought, and BEAT every BEAT seconds without one.

    Of a reply that is cut short, the unfinished end is left out; where that is all of it, CutShortError.
    """
    names = {name: n for n, citation in reversed([*enumerate(shown, 1)]) for name in (citation.title, citation.source)}
    parser = MarkParser(len(shown), names)
    reply = Reply()
    any_sentence = False
    beat = time.monotonic() + BEAT

    def read(texts: Iterator[str | None]) -> Iterator[Marked | _Sign]:
        nonlocal parser, any_sentence
        for text in texts:
            if text is ANEW:
                parser, any_sentence = MarkParser(len(shown), names), False
                yield _Sign.ANEW
                continue
            for marked in parser.feed(text):
                any_sentence = True
                yield marked

    try:
        for piece in pieces:
            yield from read(reply.feed(piece))
            if time.monotonic() >= beat:
                yield _Sign.BEAT
                beat = time.monotonic() + BEAT
    except CutShortError:
        if any_sentence:
            return
        raise
    yield from read(reply.close())
    yield from parser.close()


def _is_source(text: str, shown: Sequence[Citation]) -> bool:
    """Whether a sentence only names an article: its outlet, perhaps with its title and day."""
    words = set(re.findall(r"\w+", text.casefold()))
    for citation in shown:
        outlet = set(re.findall(r"\w+", citation.source.casefold()))
        title = set(re.findall(r"\w+", f"{citation.title} {citation.published or ''} {_NAMING}".casefold()))
        if outlet and outlet <= words <= outlet | title:
            return True
    return False


_NAMING = "article source published by from on the"
_NEXT_QUESTION = re.compile(r"\W*(?:question|user|human)\W*:", re.IGNORECASE)
_FITTINGS = 6
"""How often evidence is left out until what remains fits."""
_SMALLEST = 300
"""Tokens; a context window in which no article has room."""
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


def _narrowed(citation: Citation, passage: str, quote: str) -> Citation:
    """Return the citation of ``quote``, a sentence of the passage that ``citation`` cites."""
    at = passage.index(quote)
    start, end = citation.start + at, citation.start + at + len(quote)
    dates = tuple(date for date in citation.dates if start <= date.start and date.end <= end)
    return replace(citation, start=start, end=end, quote=citation.quote[at : at + len(quote)], dates=dates)


def _why(sheet: Sheet, error: LLMError) -> str:
    """Say in a sentence why there is no answer: the error's own, or that the model broke off where it had begun."""
    if sheet.lines and not isinstance(error, (CutShortError, EndlessError)) and not getattr(error, "said", ""):
        return f"{BrokenOffError.opening}."
    return told(error)
