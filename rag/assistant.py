"""Assistant: question in, checked answer out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from dateline.index import Filter, Index, Passage
from dateline.index.errors import StoreError, UnknownDocumentError, UsageError
from dateline.index.filters import to_day
from dateline.rag.answer import Answer, Citation, Dropped
from dateline.rag.answers.draft import Draft
from dateline.rag.answers.extractive import Extractive
from dateline.rag.question.history import History, Turns, turns
from dateline.rag.question.rewrite import rewrite
from dateline.rag.reader.shipped import open_reader
from dateline.rag.search.legible import Legible
from dateline.rag.search.retriever import Hit, Retriever
from dateline.rag.tracing import Span

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.chat_engine.types import BaseChatEngine
    from llama_index.core.llms import LLM

    from dateline.rag.llm.generative import Generator
    from dateline.rag.reader.reading import Reader

MEANWHILE = "The language model is still writing; until then the articles are quoted."
_SEARCHES = 3
"""How often a search is made when articles keep changing under it."""


class Assistant:
    """Answers questions from an index, every sentence checked against the passage it cites.

    Without ``llm`` the answer is made of the articles' own sentences. With one (any LlamaIndex
    LLM) the model writes, and ``unsupported`` says whether a sentence that its passages do not
    support is dropped or shown flagged; ``llm_rewrite`` lets it make follow-ups standalone too. ``reader`` finds the
    words that answer: "" the one that ships, "off" for sentences alone, a Transformers question-answering model by
    path or hub name, or any object that reads (``dateline.rag.reader.reading.Reader``).

    >>> from dateline.index import Index
    >>> from dateline.rag import Assistant, Retriever
    >>> index = Index.open(".dateline", read_only=True)
    >>> assistant = Assistant(Retriever(index, k=10))
    >>> answer = assistant.ask("Who called Dar in Dubai?")
    >>> answer.citations[0].quote in index.document(answer.citations[0].doc_id).text
    True
    >>> history = [{"role": "user", "content": answer.question}, {"role": "assistant", "content": answer.text}]
    >>> assistant.ask("And when?", history).standalone_question
    'Who called Dar in Dubai and when?'
    >>> print(assistant.as_query_engine().query("Who won the chess championship?"))
    The articles do not mention the chess championship.
    >>> index.close()
    """

    def __init__(
        self,
        retriever: Retriever,
        llm: LLM | None = None,
        *,
        unsupported: Literal["drop", "fold", "flag"] = "drop",
        nli: str = "",
        llm_rewrite: bool = True,
        reader: str | Reader = "",
    ) -> None:
        self.retriever = retriever
        index = retriever.index
        self._options: dict[str, Any] = {
            "llm": llm, "unsupported": unsupported, "nli": nli, "llm_rewrite": llm_rewrite, "reader": reader
        }  # fmt: skip
        chosen = open_reader(reader) if isinstance(reader, str) else reader
        self.legible = Legible(index)
        self.extractive = Extractive(
            index.embedder.encode, self.legible.document, index.knows, self.legible.sentences, chosen
        )
        self.generator: Generator | None = None
        self.rewrite: Callable[[str, Turns], str] = rewrite
        if llm is not None:
            from dateline.rag.llm.followup import LLMRewriter
            from dateline.rag.llm.generative import Generator

            self.generator = Generator(llm, unsupported=unsupported, nli=nli, embed=index.embedder.encode)
            if llm_rewrite:
                self.rewrite = LLMRewriter(llm).rewrite

    def __reduce__(self) -> tuple[Any, ...]:
        """Say how to make it again in another process."""
        return partial(type(self), **self._options), (self.retriever,)

    @property
    def index(self) -> Index:
        """The index that is asked."""
        return self.retriever.index

    def ask(
        self,
        question: str,
        history: History = (),
        *,
        asked_on: str | None = None,
        after: str | None = None,
        before: str | None = None,
        doc_ids: Sequence[str] = (),
    ) -> Answer:
        """Answer a question.

        ``history`` makes a follow-up understandable, in any form that ``dateline.rag.question.history`` reads;
        ``asked_on`` (ISO date) is "today" for the asker; ``after``/``before`` bound the publication date; ``doc_ids``
        (one or several) limit the articles.
        Raises UsageError for an empty question or a date that is none, UnknownDocumentError for a document that is
        not in the index.
        """
        *_, answer = self.stream(question, history, asked_on=asked_on, after=after, before=before, doc_ids=doc_ids)
        return answer

    async def aask(self, question: str, history: History = (), **options: Any) -> Answer:
        """Answer a question like ``ask``, in a thread: an event loop goes on meanwhile."""
        return await asyncio.to_thread(partial(self.ask, question, history, **options))

    async def astream(self, question: str, history: History = (), **options: Any) -> AsyncIterator[Answer]:
        """Yield the growing answer like ``stream``, each step made in a thread."""
        answers = self.stream(question, history, **options)
        try:
            while (answer := await asyncio.to_thread(next, answers, None)) is not None:
                yield answer
        finally:
            # Not awaited: whoever leaves early may do so because its task is cancelled.
            asyncio.get_running_loop().run_in_executor(None, _close, answers)

    def stream(
        self,
        question: str,
        history: History = (),
        *,
        asked_on: str | None = None,
        after: str | None = None,
        before: str | None = None,
        doc_ids: Sequence[str] = (),
    ) -> Iterator[Answer]:
        """Yield the answer as it grows; the last one is complete. Closing the iterator stops the work.

        While a language model has written nothing that can be shown, the articles' own sentences stand there,
        ``provisional``; what there is, at first perhaps an answer without text, is yielded again every second.
        """
        question = question.strip() if isinstance(question, str) else ""
        if not question:
            raise UsageError("the question is empty; ask something about the articles")
        for bound in (asked_on, after, before):
            if bound:
                to_day(bound)
        said = turns(history)
        asked_on = asked_on or self.retriever.asked_on
        own = self.retriever.bounds
        some = (doc_ids,) if isinstance(doc_ids, str) else tuple(doc_ids or ())
        if some:
            self.index.require(some)
        bounds = replace(own, after=after or own.after, before=before or own.before, doc_ids=some or own.doc_ids)
        given: dict[str, Any] = {"question": question, "history": said, "asked_on": asked_on, "bounds": bounds.given()}
        span = Span("Assistant.ask", self, **given)
        answer: Answer | None = None
        try:
            for answer in self._stream(question, said, asked_on, bounds, span):
                yield answer
        except GeneratorExit:
            span.end(answer and answer.text)
            raise
        except BaseException as error:
            span.fail(error)
            raise
        span.end(answer and answer.text)

    def _stream(self, question: str, said: Turns, asked_on: str | None, bounds: Filter, span: Span) -> Iterator[Answer]:
        """Yield the growing answer to a question whose bounds are known to be right."""
        started = time.perf_counter()
        # A model may take long to make a follow-up standalone: what the rules understand is answered at once.
        slow = self.generator is not None and self.rewrite is not rewrite and bool(said)
        with span.part("Assistant.rewrite", self, question=question, history=said) as part:
            standalone = (rewrite if slow else self.rewrite)(question, said)
            part.end(standalone)
        with span.part("Retriever.retrieve", self.retriever, query=standalone) as part:
            hits = self._search(standalone, asked_on, bounds)
            part.tell(lambda: _retrieved(standalone, hits))
        retrieved = time.perf_counter()

        def finish(answer: Answer) -> Answer:
            now = time.perf_counter()
            ms = {"retrieve": retrieved - started, "answer": now - retrieved, "total": now - started}
            return replace(answer, ms={key: round(value * 1000, 1) for key, value in ms.items()})

        base = Answer(question=question, standalone_question=standalone, text="")
        if slow:
            if hits:
                yield finish(_meanwhile(base, self._quote(standalone, asked_on, bounds, hits)))
            with span.part("Assistant.rewrite", self, question=question, history=said) as part:
                understood = self.rewrite(question, said)
                part.end(understood)
            if understood != standalone:
                standalone = understood
                base = replace(base, standalone_question=standalone)
                hits = self._search(standalone, asked_on, bounds)
                retrieved = time.perf_counter()
        if not hits:
            yield finish(self._without_hits(base, bounds))
            return
        with span.part(
            "Assistant.read", self, question=standalone, passages=[h.passage.passage_id for h in hits]
        ) as part:
            draft = self._quote(standalone, asked_on, bounds, hits)
            part.end([citation.quote for citation in draft.citations or draft.nearest])
        if self.generator is None:
            with span.part("Assistant.answer", self, question=standalone) as part:
                part.end(draft.text)
            yield from (finish(answer) for answer in _growing(_answer(base, draft)))
            return

        def afresh() -> Draft:
            return self._quote(standalone, asked_on, bounds, self._search(standalone, asked_on, bounds))

        writing = Span("Assistant.answer", self, span.id, question=standalone)
        answer = base
        try:
            for answer in self._write(self.generator, base, draft, hits, afresh):
                yield finish(answer)
        finally:
            writing.end(answer.text)

    def _search(self, question: str, asked_on: str | None, bounds: Filter) -> list[Hit]:
        """Search, again where an article was replaced or removed in the meantime: its offsets no longer hold."""
        for _ in range(_SEARCHES):
            hits = self.retriever.search(question, asked_on=asked_on, bounds=bounds)
            current = [hit for hit in hits if self._is_current(hit.passage)]
            if len(current) == len(hits):
                break
        return current

    def _is_current(self, passage: Passage) -> bool:
        try:
            return self.index.document(passage.doc_id).text[passage.start : passage.end] == passage.text
        except UnknownDocumentError:
            return False

    def _without_hits(self, base: Answer, bounds: Filter) -> Answer:
        if not self.index.status()["documents"]:
            return replace(base, text="There are no articles in the index yet.", abstained=True, reason="no_documents")
        if bounds.after or bounds.before:
            return replace(
                base, text="No article lies within the dates asked for.", abstained=True, reason="outside_dates"
            )
        return replace(base, text="The articles do not mention this.", abstained=True, reason="not_mentioned")

    def _quote(self, question: str, asked_on: str | None, bounds: Filter, hits: Sequence[Hit]) -> Draft:
        """Return the answer made of the articles' own sentences, each held against the stored article once more."""
        for _ in range(_SEARCHES):
            try:
                draft = self.extractive.answer(question, self.legible.hits(hits), asked_on=asked_on)
                draft = replace(
                    draft,
                    short=self.legible.short(draft.short, draft.citations),
                    citations=self._restored(draft.citations),
                    nearest=self._restored(draft.nearest),
                )
                if self._reproduces((*draft.citations, *draft.nearest)):
                    return draft
            except UnknownDocumentError:
                pass
            hits = self._search(question, asked_on, bounds)
        raise StoreError("the articles are replaced faster than they can be read; ask again in a moment")

    def _restored(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        """Return citations in the letters of the stored articles. Raises UnknownDocumentError."""
        return tuple(map(self.legible.restored, citations))

    def _reproduces(self, citations: Sequence[Citation]) -> bool:
        """Whether the stored articles say at this moment, character by character, what is quoted."""
        try:
            return all(self.index.document(c.doc_id).text[c.start : c.end] == c.quote for c in citations)
        except UnknownDocumentError:
            return False

    def _write(
        self, generator: Generator, base: Answer, draft: Draft, hits: Sequence[Hit], afresh: Callable[[], Draft]
    ) -> Iterator[Answer]:
        """Let the model write; where it has nothing that holds, fall back to the extractive answer, saying so.

        ``afresh`` makes the extractive answer again, where articles have been replaced while the model wrote.
        """
        if draft.reason in ("not_mentioned", "unclear_question"):
            # No article knows the name, or nothing was asked: there is nothing to write from.
            yield _answer(base, draft)
            return
        notice = ""
        dropped: tuple[Dropped, ...] = ()
        yield _meanwhile(base, draft)
        evidence = [_as_evidence(hit) for hit in self.legible.hits(hits)]
        with closing(generator.stream(base.standalone_question, evidence)) as stream:
            for written in stream:
                notice, dropped = written.notice, written.dropped
                if written.outcome not in ("writing", "answered"):
                    continue
                citations = self._restored(written.citations)
                if not self._reproduces(citations):
                    notice = "An article was replaced while the language model wrote."
                    break
                if not written.text:
                    yield _meanwhile(base, draft)
                    continue
                yield replace(
                    base,
                    text=written.text,
                    sentences=written.sentences,
                    citations=citations,
                    confidence=written.confidence,
                    mode=generator.name,
                    notice=notice,
                    dropped=dropped,
                )
                if written.outcome == "answered":
                    return
        if not self._reproduces((*draft.citations, *draft.nearest)):
            draft = afresh()
        extractive = _answer(base, draft)
        if notice and not extractive.abstained:
            notice += " The articles are quoted instead."
        yield replace(extractive, notice=notice, dropped=dropped)

    def as_query_engine(self, *, streaming: bool = False, unique_marks: bool = False) -> BaseQueryEngine:
        """Return a LlamaIndex query engine: its response's text is the answer, its source nodes the citations.

        With ``streaming`` it gives StreamingResponses, which grow by checked sentences; with ``unique_marks`` an
        answer's marks are no numbers but of their own, for an engine that puts several answers together.
        """
        from dateline.rag.query_engine import AssistantQueryEngine

        return AssistantQueryEngine(self, streaming=streaming, unique_marks=unique_marks)

    def as_chat_engine(self, chat_history: History = ()) -> BaseChatEngine:
        """Return a LlamaIndex chat engine, which keeps the conversation and understands follow-ups."""
        from dateline.rag.apps.chat_engine import AssistantChatEngine

        return AssistantChatEngine(self, chat_history)


def _close(answers: Iterator[Answer]) -> None:
    """Stop an answer; one whose step is under way in another thread stops when that has let go of it."""
    with suppress(ValueError, AttributeError):
        answers.close()  # type: ignore[attr-defined]


def _answer(base: Answer, draft: Draft) -> Answer:
    return replace(
        base,
        text=draft.text,
        sentences=draft.sentences,
        citations=draft.citations,
        short=draft.short,
        verdict=draft.verdict,
        events=draft.events,
        more=draft.more,
        abstained=draft.abstained,
        reason=draft.reason,
        confidence=draft.confidence,
        nearest=draft.nearest,
    )


def _retrieved(query: str, hits: Sequence[Hit]) -> Any:
    """The event that shows a tracer the passages found."""
    from llama_index.core.instrumentation.events.retrieval import RetrievalEndEvent

    return RetrievalEndEvent(str_or_query_bundle=query, nodes=[hit.to_node() for hit in hits])


def _meanwhile(base: Answer, draft: Draft) -> Answer:
    """Return what stands there until a model has written something; one may find an answer where quoting did not."""
    if draft.abstained:
        return replace(base, provisional=True)
    return replace(_answer(base, draft), provisional=True, notice=MEANWHILE)


def _as_evidence(hit: Hit) -> Citation:
    passage = hit.passage
    return Citation(
        n=hit.rank,
        doc_id=passage.doc_id,
        passage_id=passage.passage_id,
        start=passage.start,
        end=passage.end,
        quote=passage.text,
        title=passage.title,
        source=passage.source,
        published=passage.published,
        published_from=passage.published_from,
        url=passage.url,
        page=passage.page,
        dates=passage.dates,
    )


def _growing(answer: Answer) -> Iterator[Answer]:
    """Yield an extractive answer paragraph by paragraph, as a reader takes it in."""
    blocks = answer.text.split("\n\n")
    for upto in range(1, len(blocks)):
        text = "\n\n".join(blocks[:upto])
        shown: tuple[Citation, ...] = tuple(c for c in answer.citations if f"[{c.n}]" in text)
        yield replace(answer, text=text, citations=shown)
    yield answer
