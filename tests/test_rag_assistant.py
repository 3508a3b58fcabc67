"""The assistant around both answerers, and as a LlamaIndex query engine."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from pydantic import PrivateAttr

from dateline.index import Filter
from dateline.index.errors import LLMError, StoreError, UnknownDocumentError, UsageError
from dateline.rag import Assistant, Retriever

QUESTION = "who spoke with Araghchi and when?"


class Scripted(CustomLLM):
    """Says what it was told to, word by word, and remembers what it was asked."""

    _says: list[str] = PrivateAttr()
    _prompts: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, *says: str) -> None:
        super().__init__()
        self._says = list(says)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="scripted", context_window=8192, num_output=512)

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        *_, last = self.stream_complete(prompt)
        return last

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        self._prompts.append(prompt)
        if not self._says:
            raise LLMError("the server does not answer")
        said, text = self._says.pop(0), ""

        def grow() -> CompletionResponseGen:
            nonlocal text
            for word in said.split(" "):
                text += word + " "
                yield CompletionResponse(text=text, delta=word + " ")

        return grow()


def with_llm(assistant: Assistant, *says: str, **options: Any) -> Assistant:
    return Assistant(assistant.retriever, llm=Scripted(*says), **options)


def holds(assistant: Assistant, citations: Sequence[Any]) -> bool:
    return all(assistant.index.document(c.doc_id).text[c.start : c.end] == c.quote for c in citations)


def test_what_holds_is_shown_and_what_does_not_is_dropped(seed_assistant: Assistant) -> None:
    bot = with_llm(
        seed_assistant,
        "Dar received a call from Araghchi while he was visiting Dubai [1]. Macron flew to Moscow on Tuesday [2].",
        "NOTHING",
    )
    answer = bot.ask(QUESTION)
    assert answer.mode == "scripted"
    assert "Dubai" in answer.text and "Macron" not in answer.text
    assert [s.support for s in answer.sentences] == ["supported"]
    assert answer.citations and holds(bot, answer.citations)


def test_unsupported_sentences_can_be_flagged_instead(seed_assistant: Assistant) -> None:
    bot = with_llm(
        seed_assistant,
        "Dar received a call from Araghchi while he was visiting Dubai [1]. Macron flew to Moscow on Tuesday [2].",
        "NOTHING",
        unsupported="flag",
    )
    answer = bot.ask(QUESTION)
    assert "not supported" in answer.text
    assert {s.support for s in answer.sentences} == {"supported", "unsupported"}


@pytest.mark.parametrize("says", [(), ("Macron flew to Moscow on Tuesday [1].", "NOTHING")])
def test_without_anything_that_holds_the_articles_are_quoted(seed_assistant: Assistant, says: tuple[str, ...]) -> None:
    bot = with_llm(seed_assistant, *says)
    if bot.generator is not None:
        bot.generator.retries = 0
    answer = bot.ask(QUESTION)
    assert answer.mode == "extractive"
    assert answer.notice
    assert answer.text == seed_assistant.ask(QUESTION).text


def test_a_name_no_article_knows_never_reaches_the_model(seed_assistant: Assistant) -> None:
    bot = with_llm(seed_assistant, "Macron spoke with Scholz [1].")
    assert bot.ask("Who spoke with Macron?").abstained
    assert bot.generator is not None
    assert bot.generator.llm._prompts == []  # type: ignore[attr-defined]


def test_an_answer_grows(seed_assistant: Assistant) -> None:
    answers = list(seed_assistant.stream(QUESTION))
    assert len(answers) > 1
    assert all(later.text.startswith(earlier.text) for earlier, later in pairwise(answers))


def test_bounds_that_hold_no_article_are_said_to(seed_assistant: Assistant) -> None:
    answer = seed_assistant.ask(QUESTION, after="2030-01-01")
    assert (answer.abstained, answer.reason) == (True, "outside_dates")
    only = seed_assistant.ask(QUESTION, before="2026-01-31")
    assert {c.published for c in only.citations} == {"2026-01-29"}
    scoped = seed_assistant.ask(QUESTION, doc_ids=["002_9ffd71f8bf4f2c22.txt"])
    assert {c.doc_id for c in scoped.citations} == {"002_9ffd71f8bf4f2c22.txt"}


def test_a_follow_up_is_understood(seed_assistant: Assistant) -> None:
    first = seed_assistant.ask(QUESTION)
    history = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": first.text}]
    answer = seed_assistant.ask("And with Fidan?", history)
    assert "Fidan" in answer.standalone_question and "spoke" in answer.standalone_question
    assert any("Fidan" in citation.quote for citation in answer.citations)


@pytest.mark.parametrize(
    ("question", "options"), [("", {}), (" \n", {}), ("when?", {"after": "soon"}), ("x", {"asked_on": "1"})]
)
def test_mistakes_are_usage_errors(seed_assistant: Assistant, question: str, options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        seed_assistant.ask(question, **options)  # type: ignore[arg-type]


def test_as_a_query_engine(seed_assistant: Assistant) -> None:
    engine = seed_assistant.as_query_engine()
    response = engine.query(QUESTION)
    assert str(response).startswith("**Ishaq Dar**")
    assert [node.node.metadata["mark"] for node in response.source_nodes] == list(
        range(1, len(response.source_nodes) + 1)
    )
    assert (
        asyncio.run(engine.aquery(QUESTION)).metadata["answer"]["citations"] == response.metadata["answer"]["citations"]
    )


def test_the_retriever_drops_into_a_stock_query_engine(seed_assistant: Assistant) -> None:
    llm = Scripted("Dar spoke.", "Dar spoke.", "Dar spoke.", "Dar spoke.")
    engine = RetrieverQueryEngine(seed_assistant.retriever, get_response_synthesizer(llm=llm))
    response = engine.query(QUESTION)
    assert "Dar spoke." in str(response)
    metadata = response.source_nodes[0].node.metadata
    assert {"doc_id", "title", "source", "published", "start", "end", "dates"} <= metadata.keys()
    assert "title: Deputy Prime Minister" in llm._prompts[0] or "title: Pakistan Stresses" in llm._prompts[0]


def test_the_retrievers_own_bounds_and_day_hold_for_the_assistant(seed_assistant: Assistant) -> None:
    bounded = Retriever(seed_assistant.index, k=10, bounds=Filter(after="2026-01-01"), asked_on="2026-02-10")
    bot = Assistant(bounded)
    assert {c.published for c in bot.ask(QUESTION).citations} == {"2026-01-29"}
    assert [e.earliest for e in bot.ask("What happened on 24 January?").events] == ["2026-01-24"]
    undated = next(info.doc_id for info in seed_assistant.index.documents() if not info.published)
    nowhere = bot.ask(QUESTION, doc_ids=undated)
    assert (nowhere.abstained, nowhere.reason) == (True, "outside_dates")
    for asked in (bot, seed_assistant):
        with pytest.raises(UnknownDocumentError, match="no-such"):
            asked.ask(QUESTION, doc_ids=["no-such"])


def test_an_article_replaced_during_a_search_is_searched_again(
    seed_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = seed_assistant.retriever.search(QUESTION)
    moved = replace(right[0], passage=replace(right[0].passage, start=right[0].passage.start + 7))
    gone = replace(right[0], passage=replace(right[0].passage, doc_id="gone"))
    found = iter([[moved, *right], [gone], right])
    monkeypatch.setattr(Retriever, "search", lambda *_, **__: next(found))
    answer = seed_assistant.ask(QUESTION)
    assert answer.citations and holds(seed_assistant, answer.citations)
    assert next(found, None) is None


def test_an_article_replaced_while_the_model_writes_is_not_quoted(
    seed_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "Dar received a call from Araghchi while he was visiting Dubai [1]. Macron flew to Moscow [2]."
    bot = with_llm(seed_assistant, said, "NOTHING")
    stored = bot.index.document
    corrected = 0

    def document(doc_id: str) -> Any:
        found = stored(doc_id)
        return replace(found, text=f"{'!' * corrected}{found.text}")

    monkeypatch.setattr(bot.index, "document", document)
    monkeypatch.setattr(bot.extractive, "document", document)
    search = bot._search
    monkeypatch.setattr(bot, "_search", lambda *arguments: [moved(hit, corrected) for hit in search(*arguments)])

    def moved(hit: Any, by: int) -> Any:
        passage = hit.passage
        return replace(hit, passage=replace(passage, start=passage.start + by, end=passage.end + by))

    monkeypatch.setattr(bot, "_is_current", lambda _: True)
    answers = []
    for answer in bot.stream(QUESTION):
        answers.append(answer)
        corrected = 3
    assert answers[0].provisional and not answers[-1].provisional
    assert {answer.mode for answer in answers} == {"extractive"}
    assert answers[-1].notice == (
        "An article was replaced while the language model wrote. The articles are quoted instead."
    )
    assert answers[-1].citations and holds(bot, answers[-1].citations)
    assert all(c.start > 3 for c in answers[-1].citations)


def test_articles_replaced_again_and_again_are_an_error(
    seed_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seed_assistant, "_reproduces", lambda _: False)
    with pytest.raises(StoreError, match="replaced faster than they can be read"):
        seed_assistant.ask(QUESTION)


def test_follow_ups_are_rewritten_by_the_model_unless_told_otherwise(seed_assistant: Assistant) -> None:
    history = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "**Ishaq Dar** [1]"}]
    bot = with_llm(seed_assistant, "When did Ishaq Dar speak with Araghchi?", "The articles do not say.")
    assert bot.ask("When did he speak with him?", history).standalone_question == (
        "When did Ishaq Dar speak with Araghchi?"
    )
    ruled = with_llm(seed_assistant, "The articles do not say.", llm_rewrite=False)
    assert ruled.ask("And with Fidan?", history).standalone_question == (
        seed_assistant.ask("And with Fidan?", history).standalone_question
    )
    dead = with_llm(seed_assistant)
    assert dead.generator is not None
    dead.generator.retries = 0
    answer = dead.ask("And with Fidan?", history)
    assert "Fidan" in answer.standalone_question and "spoke" in answer.standalone_question
    assert answer.notice.startswith("The language model could not be reached.")
