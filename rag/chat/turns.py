"""Chat: what happens between a question box and the page, without a browser or Gradio."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from dateline.index.errors import DatelineError, StoreError, UnknownDocumentError
from dateline.rag.chat.assistants import Assistants
from dateline.rag.chat.conversations import ConversationStore, Limits, Turn
from dateline.rag.chat.preferences import Preferences
from dateline.rag.html import render
from dateline.rag.html.timeline import events_csv, timeline_html
from dateline.rag.settings import Settings

if TYPE_CHECKING:
    from dateline.index.documents import Document
    from dateline.rag.answer import Answer, Citation
    from dateline.rag.assistant import Assistant

_EXPORTS = (
    ("html", "HTML"),
    ("md", "Markdown"),
    ("json", "JSON"),
    ("docx", "Word"),
    ("bib", "BibTeX"),
    ("csl.json", "CSL"),
)
SHOWN_TURNS = 30
"""Turns of a long conversation that stay on the page; all of them are kept in the file."""

CLOSE = '<button type="button" class="dl-close" aria-label="Close the articles">×</button>'
BLANK = CLOSE + '<p class="dl-blank">The articles that an answer cites appear here, with the cited sentences lit.</p>'


Step = tuple[str, str, str, str]
"""Earlier turns, this turn, conversation, the articles beside it: whole each time, since Gradio keeps an update of a part of them for ever."""


class Chat:
    """What the page's events do; every method is callable without a browser."""

    def __init__(
        self,
        assistant: Assistant,
        conversations: ConversationStore,
        examples: Sequence[str] = (),
        preferences: Preferences | None = None,
    ) -> None:
        self.assistant = assistant
        self.conversations = conversations
        self.examples = examples
        self.preferences = preferences or Preferences(Settings())
        self.assistants = Assistants(assistant, self.preferences.settings)

    def ask(
        self, question: str, conversation_id: str, limits: Limits, owner: str, instead_of: Turn | None = None
    ) -> Generator[Step, None, None]:
        """Answer a question step by step; ``instead_of`` is a last turn that gives way once there is an answer."""
        question = question.strip()
        try:
            conversation = self.conversations.get(owner, conversation_id)
        except StoreError as error:
            yield "", error_html(str(error), question), conversation_id, BLANK
            return
        earlier = conversation.turns if conversation else ()
        if not question:
            told = error_html("Type a question first.")
            yield thread_html(earlier, conversation_id), told, conversation_id, BLANK
            return
        if instead_of is not None:
            earlier = tuple(turn for turn in earlier if turn.id != instead_of.id)
        history = conversation.history(instead_of.id if instead_of else None) if conversation else []
        settings = self.preferences.of(owner)
        fold = settings.unsupported == "fold"
        past = thread_html(earlier, conversation_id, fold=fold)
        pane = BLANK
        yield past, waiting_html(question), conversation_id, pane
        answer: Answer | None = None
        cited: tuple[Citation, ...] = ()
        today = date.today().isoformat()
        try:
            for answer in self.assistants.of(settings).stream(
                question,
                history=history,
                asked_on=today,
                after=limits.after,
                before=limits.before,
                doc_ids=limits.doc_ids,
            ):
                shown = turn_html(Turn(0, answer, limits), conversation_id, busy=True) if answer.text else None
                if answer.citations != cited:
                    cited, pane = answer.citations, self._articles_html(answer, "t0")
                yield past, shown or waiting_html(question), conversation_id, pane
        except DatelineError as error:
            yield past, error_html(str(error), question), conversation_id, BLANK
            return
        except Exception:
            told = "Something went wrong on this computer; its log says more."
            yield past, error_html(told, question), conversation_id, BLANK
            raise
        if answer is None:
            return
        try:
            conversation = conversation or self.conversations.create(owner, question)
            turn = self.conversations.add(owner, conversation.id, answer, limits, today)
            if instead_of is not None:
                self.conversations.remove_turn(owner, instead_of.id)
        except StoreError as error:
            told = error_html(f"This answer was not kept: {error}")
            shown = turn_html(Turn(0, answer, limits), conversation_id, fold=fold)
            yield past, shown + told, conversation_id, self._articles_html(answer, "t0")
            return
        try:
            pane = self.sources_html(turn, owner)
        except StoreError as error:
            pane = CLOSE + error_html(str(error))
        yield past, turn_html(turn, conversation.id, fold=fold), conversation.id, pane

    def again(
        self, turn: str, conversation_id: str, owner: str, *, unlimited: bool = False
    ) -> Generator[Step, None, None]:
        """Ask a turn's question once more; the conversation's last turn gives way to its new answer."""
        kept = self._turn(turn, owner)
        if kept is None:
            return
        conversation = self.conversations.get(owner, conversation_id)
        last = conversation.turns[-1] if conversation and conversation.turns else None
        limits = Limits() if unlimited else kept.limits
        instead_of = last if last and last.id == kept.id else None
        yield from self.ask(kept.question, conversation_id, limits, owner, instead_of)

    def question(self, turn: str, owner: str) -> str:
        """What was asked in a turn."""
        kept = self._turn(turn, owner)
        return kept.question if kept else ""

    def vote(self, turn: str, owner: str, vote: int | None = None, comment: str | None = None) -> None:
        """Keep what a reader thinks of an answer; None leaves the vote or the comment as it is."""
        kept = self._turn(turn, owner)
        if kept is not None:
            vote = kept.vote if vote is None else vote
            self.conversations.vote(owner, kept.id, vote, kept.comment if comment is None else comment.strip()[:2000])

    def _turn(self, turn: str, owner: str) -> Turn | None:
        number = turn.removeprefix("t")
        return self.conversations.turn(owner, int(number)) if number.isdecimal() and len(number) < 18 else None

    def open(self, conversation_id: str, owner: str) -> tuple[str, str, str, str]:
        """A kept conversation, or a new one: earlier turns, last turn, its articles, conversation."""
        conversation = self.conversations.get(owner, conversation_id) if conversation_id else None
        if conversation is None or not conversation.turns:
            return "", self.empty_html(), BLANK, ""
        *earlier, last = conversation.turns
        fold = self.preferences.of(owner).unsupported == "fold"
        return (
            thread_html(earlier, conversation.id, fold=fold),
            turn_html(last, conversation.id, fold=fold),
            self.sources_html(last, owner),
            conversation.id,
        )

    def list_html(self, owner: str, search: str = "") -> str:
        """The owner's conversations, latest first."""
        found = self.conversations.find(owner, search)
        if not found:
            return f'<p class="dl-blank">{"Nothing matches." if search.strip() else "No conversations yet."}</p>'
        items = []
        for kept in found:
            key = f'data-id="{escape(kept.id)}"'
            title = escape(kept.title)
            exports = "".join(
                f'<a class="dl-action" href="conversations/{escape(kept.id)}.{form}" download>{words}</a>'
                for form, words in _EXPORTS
            )
            items.append(
                f'<li><button type="button" class="dl-link" data-send="open" {key}>{title}</button>'
                f'<span>{escape(render.day(kept.updated))}</span><div class="dl-actions" role="group" aria-label="{title}">'
                f"<span>Export</span>{exports}"
                f'<button type="button" class="dl-action" data-send="rename" {key} data-prompt="Another title" data-value="{title}">Rename</button>'
                f'<button type="button" class="dl-action" data-send="drop" {key} data-confirm="Delete “{title}” for good?">Delete</button>'
                "</div></li>"
            )
        return f'<ul class="dl-kept">{"".join(items)}</ul><p class="dl-summary"><a href="votes.jsonl" download>Judged answers as a question set</a></p>'

    def cite(self, turn: str, owner: str) -> str:
        """The articles of an earlier turn, for the pane."""
        try:
            kept = self._turn(turn, owner)
            return self.sources_html(kept, owner) if kept else BLANK
        except StoreError as error:
            return CLOSE + error_html(str(error))

    def sources_html(self, turn: Turn, owner: str) -> str:
        """The articles that a turn's answer cites, and the passages found for its question."""
        articles = self._articles_html(turn.answer, f"t{turn.id}")
        return articles if articles == BLANK else articles + self._found_html(turn, owner)

    def _articles_html(self, answer: Answer, key: str) -> str:
        documents: dict[str, Document] = {}
        for citation in (*answer.citations, *answer.nearest):
            try:
                documents.setdefault(citation.doc_id, self.assistant.index.document(citation.doc_id))
            except UnknownDocumentError:
                continue
        if not answer.citations and not answer.nearest:
            return BLANK
        return CLOSE + render.sources_html(answer, documents, key)

    def _found_html(self, turn: Turn, owner: str) -> str:
        settings = self.preferences.of(owner)
        if not settings.shown:
            return ""
        retriever = self.assistants.of(settings).retriever
        own, limits = retriever.bounds, turn.limits
        bounds = replace(
            own,
            after=limits.after or own.after,
            before=limits.before or own.before,
            doc_ids=limits.doc_ids or own.doc_ids,
        )
        hits = retriever.search(
            turn.answer.standalone_question, settings.shown, asked_on=turn.asked_on or None, bounds=bounds
        )
        return render.passages_html(hits)

    def empty_html(self) -> str:
        """What stands there before the first question."""
        count = len(self.assistant.index.documents())
        if not count:
            return (
                '<section class="dl-empty"><h2>No articles yet</h2><p>Questions are answered from your articles and from '
                'nothing else, so it begins with some:</p><ul class="dl-steps">'
                "<li>under <b>Articles</b>, above: drop files there, or paste a text;</li>"
                "<li>or on the command line, whole folders: <code>dateline index FOLDER</code>, then load this page anew;</li>"
                "<li>or only look around with two example articles: <code>dateline chat --demo</code>.</li></ul></section>"
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


def thread_html(turns: Sequence[Turn], conversation_id: str, *, fold: bool = False) -> str:
    """The turns above the current one."""
    return "".join(turn_html(turn, conversation_id, fold=fold) for turn in turns[-SHOWN_TURNS:])


def turn_html(turn: Turn, conversation_id: str, *, busy: bool = False, fold: bool = False) -> str:
    """One question with its answer; ``fold`` adds what a model wrote and the articles do not say, folded away."""
    answer = turn.answer
    key = f"t{turn.id}"
    parts = [
        f'<section class="dl-turn" id="{key}" data-conversation="{escape(conversation_id)}" aria-busy="{str(busy).lower()}">',
        f'<h2 class="dl-question">{escape(answer.question)}</h2>',
        understood_html(turn),
        render.answer_html(answer, key, fold=fold),
    ]
    if not busy:
        parts += [timeline_html(answer, key), render.dates_html(answer, key), render.summary_html(answer)]
        parts.append(actions_html(turn))
    return "".join([*parts, "</section>"])


def actions_html(turn: Turn) -> str:
    """What one can do with an answer: judge it, comment on it, ask again or otherwise, take its events along."""
    key = f'data-turn="t{turn.id}"'
    html = [
        f'<button type="button" class="dl-action" data-send="vote" data-vote="{vote}" {key}'
        f' aria-pressed="{str(turn.vote == vote).lower()}">{words}</button>'
        for vote, words in ((1, "Helpful"), (-1, "Not helpful"))
    ]
    html.append(f'<button type="button" class="dl-action" data-send="again" {key}>Ask again</button>')
    html.append(
        f'<button type="button" class="dl-action" data-send="edit" data-question="{escape(turn.question)}">Edit question</button>'
    )
    if turn.answer.events:
        address = "data:text/csv;charset=utf-8," + quote(events_csv(turn.answer))
        html.append(f'<a class="dl-action" download="events.csv" href="{address}">Events as CSV</a>')
    html.append(
        f'<details class="dl-comment"><summary class="dl-action">Comment</summary><label>What should be known about this answer?'
        f'<textarea rows="3" maxlength="2000">{escape(turn.comment)}</textarea></label>'
        f'<button type="button" class="dl-action" data-send="comment" {key}>Keep the comment</button></details>'
    )
    return f'<div class="dl-actions" role="group" aria-label="This answer">{"".join(html)}</div>'


def understood_html(turn: Turn) -> str:
    """What was searched for, where that is not the question as typed, and the limits applied; both can be changed."""
    said = []
    understood = turn.answer.standalone_question.strip()
    if understood != turn.question.strip():
        said.append(
            f"Understood as <q>{escape(understood)}</q> "
            f'<button type="button" class="dl-link" data-send="edit" data-question="{escape(understood)}">Edit</button>'
        )
    limits = []
    if turn.limits.after:
        limits.append(f"from <b>{escape(render.day(turn.limits.after))}</b>")
    if turn.limits.before:
        limits.append(f"until <b>{escape(render.day(turn.limits.before))}</b>")
    if turn.limits.doc_ids:
        count = len(turn.limits.doc_ids)
        limits.append(f"<b>{count}</b> chosen article{'s' if count > 1 else ''}")
    if limits:
        said.append(
            f"Limited to articles: {', '.join(limits)} "
            f'<button type="button" class="dl-link" data-send="again" data-unlimited="1" data-turn="t{turn.id}">Ask without</button>'
        )
    return f'<p class="dl-understood">{" · ".join(said)}</p>' if said else ""


def waiting_html(question: str) -> str:
    """A question whose answer is being looked for."""
    return (
        f'<section class="dl-turn" aria-busy="true"><h2 class="dl-question">{escape(question)}</h2>'
        '<div class="dl-waiting" role="status">Reading the articles<i></i><i></i><i></i></div></section>'
    )


def busy_html(question: str) -> str:
    """Too many questions wait already; the same one can be sent again by a button."""
    return (
        f'<section class="dl-turn"><h2 class="dl-question">{escape(question)}</h2>'
        '<div class="dl-error" role="alert"><p>The chat is busy: many questions are waiting already.</p>'
        f'<button type="button" class="dl-action" data-send="example" data-question="{escape(question)}">Ask again</button>'
        "</div></section>"
    )


def error_html(message: str, question: str = "") -> str:
    """Something went wrong, in one sentence."""
    heading = f'<h2 class="dl-question">{escape(question)}</h2>' if question else ""
    return f'<section class="dl-turn">{heading}<div class="dl-error" role="alert">{escape(message)}</div></section>'


def facts_html(assistant: Assistant) -> str:
    """What answers are made from and how; nothing of it is secret."""
    status = assistant.index.status()
    model = getattr(getattr(assistant, "generator", None), "name", "")
    facts = [
        ("Articles", f"{status['documents']:,}, of which {status['undated']:,} undated"),
        ("Passages", f"{status['passages']:,}"),
        ("Embedding model", f"{status['embedder']['name']}, {status['embedder']['dimension']} dimensions"),
        (
            "Answers",
            f"written by {model or 'a language model'}, checked"
            if assistant.generator
            else "the articles' own sentences",
        ),
        ("Index", str(status["store"])),
    ]
    rows = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in facts)
    return (
        f'<div class="dl-text"><table class="dl-facts"><tbody>{rows}</tbody></table></div>'
        '<p class="dl-summary">These are set by flags, by DATELINE_… in the environment, or in dateline.toml.</p>'
    )
