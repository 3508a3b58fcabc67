"""A conversation as Markdown, JSON or one self-contained HTML page, whose quotes ``verify`` re-checks later."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.index.documents import Document
from dateline.index.errors import UnknownDocumentError, UsageError
from dateline.rag.answer import Citation
from dateline.rag.chat.conversations import Conversation, Turn
from dateline.rag.html import render

if TYPE_CHECKING:
    from dateline.index import Index

FORMAT = "dateline-conversation"
VERSION = 1
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&!$])")
_RAW = re.compile(r"(?<!\\)<")
_LINK = re.compile(r"(?<!\\)\](?=\()")
_EMBEDDED = re.compile(r'<script type="application/json" id="dateline-conversation">(.*?)</script>', re.S)


def text_hash(text: str) -> str:
    """SHA-256 (hex) of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def to_dict(conversation: Conversation, index: Index) -> dict[str, Any]:
    """The conversation with, for each article quoted, the hash of its text."""
    documents = _documents(conversation, index)
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": conversation.title,
        "created": conversation.created,
        "updated": conversation.updated,
        "turns": [
            {
                "asked": turn.created,
                "asked_on": turn.asked_on or None,
                "limits": {"after": turn.limits.after, "before": turn.limits.before, "doc_ids": turn.limits.doc_ids},
                "vote": turn.vote,
                "comment": turn.comment,
                "answer": turn.answer.to_dict(),
            }
            for turn in conversation.turns
        ],
        "documents": {doc_id: {"sha256": text_hash(document.text)} for doc_id, document in documents.items()},
    }


def to_json(conversation: Conversation, index: Index) -> str:
    """The conversation as one JSON object."""
    return json.dumps(to_dict(conversation, index), ensure_ascii=False, indent=2)


def to_markdown(conversation: Conversation) -> str:
    """Questions, answers and a numbered list of the quotes behind each; markup in any of them stays text."""
    parts = [f"# {_literal(conversation.title)}\n"]
    for turn in conversation.turns:
        answer = turn.answer
        parts.append(f"## {_literal(turn.question)}\n\n{_inert(answer.text)}\n")
        if answer.abstained:
            parts.append("*Not answered from these articles.*\n")
        cited = answer.nearest if answer.abstained else answer.citations
        parts.append("".join(f"{c.n}. {_literal(_source(c))}: “{_literal(c.quote)}”\n" for c in cited))
    return "\n".join(parts)


def to_html(conversation: Conversation, index: Index) -> str:
    """One page that needs nothing beside itself: the answers, the articles quoted, and the JSON for ``verify``."""
    documents = _documents(conversation, index)
    body = [f"<h1>{escape(conversation.title)}</h1>"]
    for turn in conversation.turns:
        key = f"t{turn.id}"
        body.append(
            f'<section class="dl-turn"><h2 class="dl-question">{escape(turn.question)}</h2>'
            f"{render.answer_html(turn.answer, key)}{render.dates_html(turn.answer, key)}"
            f"{render.summary_html(turn.answer)}{_quotes(turn, documents)}</section>"
        )
    # "<" never stands in the embedded JSON, so that no text in it can end the element.
    data = json.dumps(to_dict(conversation, index), ensure_ascii=False).replace("<", "\\u003c")
    body.append(f'<script type="application/json" id="dateline-conversation">{data}</script>')
    return render.page_html(conversation.title, "".join(body), render.asset("page.css"), render.asset("page.js"))


def votes_jsonl(conversations: Iterable[Conversation]) -> str:
    """Judged answers, one JSON object a line: what an evaluation's question set is made from.

    Each stands with what came before it in its conversation and the day it was asked on, so that it can be asked again.
    """
    rows = [
        {
            "answer": turn.answer.to_dict(),
            "vote": turn.vote,
            "comment": turn.comment,
            "history": conversation.history(turn.id),
            "asked_on": turn.asked_on or None,
        }
        for conversation in conversations
        for turn in conversation.turns
        if turn.vote or turn.comment
    ]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read(path: Path) -> dict[str, Any]:
    """The conversation in an exported HTML or JSON file; raises UsageError where there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (isinstance(error, OSError) and error.strerror) or "it is not UTF-8"
        raise UsageError(f"{path}: cannot be read ({why}); give an exported HTML or JSON file") from error
    embedded = _EMBEDDED.search(text)
    try:
        data = json.loads(embedded[1] if embedded else text)
        if data["format"] != FORMAT or not isinstance(data["turns"], list):
            raise ValueError("another format")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"{path}: holds no conversation exported by Dateline") from error
    if data.get("version") != VERSION:
        raise UsageError(f"{path}: was exported in version {data.get('version')!r}; this is version {VERSION}")
    return dict(data)


def verify(data: Mapping[str, Any], index: Index) -> tuple[int, list[str]]:
    """Hold every quote against the index: how many were checked, and what does not hold, one sentence each."""
    checked = 0
    wrong: list[str] = []
    held: dict[str, Document | None] = {}
    try:
        for number, turn in enumerate(data["turns"], start=1):
            answer = turn["answer"]
            for citation in (*answer["citations"], *answer["nearest"]):
                checked += 1
                doc_id, start, end, quote = (citation[key] for key in ("doc_id", "start", "end", "quote"))
                where = f"question {number}, mark {citation['n']}, {doc_id}"
                document = held[doc_id] if doc_id in held else held.setdefault(doc_id, _document(index, doc_id))
                if document is None:
                    wrong.append(f"{where}: the article is not in the index")
                elif document.text[start:end] != quote:
                    wrong.append(f"{where}: characters {start} to {end} are not the quote")
        for doc_id, noted in data["documents"].items():
            document = held[doc_id] if doc_id in held else held.setdefault(doc_id, _document(index, doc_id))
            if document is not None and text_hash(document.text) != noted["sha256"]:
                wrong.append(f"{doc_id}: the article's text has changed since")
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"the conversation is damaged: {error!r} is missing or of another kind") from error
    return checked, wrong


def _document(index: Index, doc_id: str) -> Document | None:
    try:
        return index.document(doc_id)
    except UnknownDocumentError:
        return None


def _documents(conversation: Conversation, index: Index) -> dict[str, Document]:
    cited = {c.doc_id for turn in conversation.turns for c in (*turn.answer.citations, *turn.answer.nearest)}
    found = {doc_id: _document(index, doc_id) for doc_id in sorted(cited)}
    return {doc_id: document for doc_id, document in found.items() if document is not None}


def _quotes(turn: Turn, documents: Mapping[str, Document]) -> str:
    answer = turn.answer
    rows = []
    for c in answer.nearest if answer.abstained else answer.citations:
        document = documents.get(c.doc_id)
        sha = f"<br><code>sha256 {text_hash(document.text)}</code>" if document else ""
        rows.append(
            f"<li><q>{escape(c.quote)}</q><span>{escape(_source(c))} · {escape(c.doc_id)}, "
            f"characters {c.start} to {c.end}{sha}</span></li>"
        )
    return f'<ol class="dl-nearest">{"".join(rows)}</ol>'


def _source(citation: Citation) -> str:
    return _line(render.where(citation)) + ("" if citation.published else " · undated")


def _literal(text: str) -> str:
    """A text on one line, as Markdown that shows it and nothing else."""
    return _MARKUP.sub(r"\\\1", _line(text))


def _inert(markdown: str) -> str:
    """An answer's Markdown without raw HTML, links and pictures, which none of ours has."""
    return _LINK.sub(r"\\]", _RAW.sub("&lt;", markdown))


def _line(text: str) -> str:
    return " ".join(text.split())
