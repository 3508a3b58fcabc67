"""Chat: what happens between a question box and the page, without a browser or Gradio."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from index.errors import DatelineError, UnknownDocumentError
from rag import render
from rag.conversations import Conversation, ConversationStore, Limits, Turn
from rag.timeline import timeline_html

if TYPE_CHECKING:
    from index.documents import Document
    from rag.answer import Answer
    from rag.assistant import Assistant

SHOWN_TURNS = 30
"""Turns of a long conversation that stay on the page; all of them are kept in the file."""

CLOSE = '<button type="button" class="dl-close" aria-label="Close the articles">×</button>'
BLANK = CLOSE + '<p class="dl-blank">The articles that an answer cites appear here, with the cited sentences lit.</p>'


class Chat:
    """What the page's events do; every method is callable without a browser."""

    def __init__(self, assistant: Assistant, conversations: ConversationStore, examples: Sequence[str] = ()) -> None:
        self.assistant = assistant
        self.conversations = conversations
        self.examples = examples

    def ask(
        self, question: str, conversation_id: str, limits: Limits, owner: str
    ) -> Iterator[tuple[str | None, str, str | None, str]]:
        """Answer a question step by step: earlier turns, this turn, its articles (None: as they were), conversation."""
        question = question.strip()
        conversation = self.conversations.get(owner, conversation_id)
        if not question:
            yield None, error_html("Type a question first."), None, conversation_id
            return
        if conversation is None:
            conversation = self.conversations.create(owner, question)
        yield self.thread_html(conversation), waiting_html(question), None, conversation.id
        answer: Answer | None = None
        try:
            for answer in self.assistant.stream(
                question,
                history=conversation.history(),
                after=limits.after,
                before=limits.before,
                doc_ids=limits.doc_ids,
            ):
                yield None, turn_html(Turn(0, answer, limits), conversation.id, busy=True), None, conversation.id
        except DatelineError as error:
            yield None, error_html(str(error), question), None, conversation.id
            return
        if answer is None:
            return
        turn = self.conversations.add(owner, conversation.id, answer, limits)
        yield None, turn_html(turn, conversation.id), self.sources_html(turn), conversation.id

    def open(self, conversation_id: str, owner: str) -> tuple[str, str, str, str]:
        """A kept conversation, or a new one: earlier turns, last turn, its articles, conversation."""
        conversation = self.conversations.get(owner, conversation_id) if conversation_id else None
        if conversation is None or not conversation.turns:
            return "", self.empty_html(), BLANK, ""
        *earlier, last = conversation.turns
        return (
            self.thread_html(conversation, earlier),
            turn_html(last, conversation.id),
            self.sources_html(last),
            conversation.id,
        )

    def cite(self, turn: str, owner: str) -> str:
        """The articles of an earlier turn, for the pane."""
        number = turn.removeprefix("t")
        kept = self.conversations.turn(owner, int(number)) if number.isdecimal() else None
        return self.sources_html(kept) if kept else BLANK

    def thread_html(self, conversation: Conversation, turns: Sequence[Turn] | None = None) -> str:
        """The turns above the current one."""
        turns = conversation.turns if turns is None else turns
        return "".join(turn_html(turn, conversation.id) for turn in turns[-SHOWN_TURNS:])

    def sources_html(self, turn: Turn) -> str:
        """The articles that a turn's answer cites."""
        answer = turn.answer
        documents: dict[str, Document] = {}
        for citation in (*answer.citations, *answer.nearest):
            try:
                documents.setdefault(citation.doc_id, self.assistant.index.document(citation.doc_id))
            except UnknownDocumentError:
                continue
        if not answer.citations and not answer.nearest:
            return BLANK
        return CLOSE + render.sources_html(answer, documents, f"t{turn.id}")

    def empty_html(self) -> str:
        """What stands there before the first question."""
        count = len(self.assistant.index.documents())
        if not count:
            return (
                '<section class="dl-empty"><h2>No articles yet</h2><p>Add some with <code>dateline index FOLDER</code>; '
                "questions are answered from them and from nothing else.</p></section>"
            )
        articles = "1 article" if count == 1 else f"{count:,} articles"
        items = "".join(
            f'<li><button type="button" class="dl-example" data-send="example" data-question="{escape(q)}">{escape(q)}</button></li>'
            for q in self.examples
        )
        return (
            f'<section class="dl-empty"><h2>Ask {articles}</h2><p>Each sentence of an answer is quoted from an article, '
            "with the sentence shown beside it. What the articles do not say is not answered.</p>"
            f'<ul class="dl-examples">{items}</ul></section>'
        )


def turn_html(turn: Turn, conversation_id: str, *, busy: bool = False) -> str:
    """One question with its answer."""
    answer = turn.answer
    key = f"t{turn.id}"
    parts = [
        f'<section class="dl-turn" id="{key}" data-conversation="{escape(conversation_id)}" aria-busy="{str(busy).lower()}">',
        f'<h2 class="dl-question">{escape(answer.question)}</h2>',
        understood_html(turn),
        render.answer_html(answer, key),
    ]
    if not busy:
        parts += [timeline_html(answer, key), render.dates_html(answer, key), render.summary_html(answer)]
    return "".join([*parts, "</section>"])


def understood_html(turn: Turn) -> str:
    """What was searched for, where that is not the question as typed, and the limits applied."""
    said = []
    if turn.answer.standalone_question.strip() != turn.answer.question.strip():
        said.append(f"Understood as <q>{escape(turn.answer.standalone_question)}</q>")
    limits = turn.limits
    if limits.after:
        said.append(f"published from <b>{escape(render.day(limits.after))}</b>")
    if limits.before:
        said.append(f"published until <b>{escape(render.day(limits.before))}</b>")
    if limits.doc_ids:
        said.append(f"in <b>{len(limits.doc_ids)}</b> chosen article{'s' if len(limits.doc_ids) > 1 else ''}")
    return f'<p class="dl-understood">{" · ".join(said)}</p>' if said else ""


def waiting_html(question: str) -> str:
    """A question whose answer is being looked for."""
    return (
        f'<section class="dl-turn" aria-busy="true"><h2 class="dl-question">{escape(question)}</h2>'
        '<div class="dl-waiting" role="status">Reading the articles<i></i><i></i><i></i></div></section>'
    )


def error_html(message: str, question: str = "") -> str:
    """Something went wrong, in one sentence."""
    heading = f'<h2 class="dl-question">{escape(question)}</h2>' if question else ""
    return f'<section class="dl-turn">{heading}<div class="dl-error" role="alert">{escape(message)}</div></section>'
