"""The articles that a conversation cites, for reference managers: CSL-JSON and BibTeX."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from dateline.index.errors import UnknownDocumentError
from dateline.rag.answer import Citation
from dateline.rag.chat.conversations import Conversation

if TYPE_CHECKING:
    from dateline.index import Index

_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    c: "\\" + c for c in "&%$#_{}"
}


def csl(conversation: Conversation, index: Index) -> list[dict[str, Any]]:
    """Return an item of CSL-JSON for each cited article, in order of citation; what nobody knows is left out."""
    items: dict[str, dict[str, Any]] = {}
    for turn in conversation.turns:
        for citation in turn.answer.citations:
            if citation.doc_id not in items:
                items[citation.doc_id] = _item(citation, _authors(citation.doc_id, index), len(items) + 1)
    return list(items.values())


def to_csl(conversation: Conversation, index: Index) -> str:
    """The cited articles as CSL-JSON."""
    return json.dumps(csl(conversation, index), ensure_ascii=False, indent=2)


def to_bibtex(conversation: Conversation, index: Index) -> str:
    """The cited articles as BibTeX."""
    return "\n".join(_entry(item) for item in csl(conversation, index))


def _authors(doc_id: str, index: Index) -> tuple[str, ...]:
    try:
        return index.document(doc_id).authors
    except UnknownDocumentError:
        return ()


def _item(citation: Citation, authors: tuple[str, ...], number: int) -> dict[str, Any]:
    plain = (
        unicodedata.normalize("NFKD", citation.source or citation.title or "article").encode("ascii", "ignore").decode()
    )
    words = re.findall(r"[a-z0-9]+", plain.lower())
    published = (citation.published or "")[:10]
    item = {
        "id": "".join(words[:2]) + published[:4] + f"-{number}",
        "type": "article-newspaper",
        "title": " ".join((citation.title or citation.doc_id).split()),
        "container-title": citation.source,
        "issued": {"date-parts": [[int(part) for part in published.split("-")]]} if published else None,
        "author": [{"literal": author} for author in authors],
        "URL": citation.url if citation.url.startswith(("http://", "https://")) else "",
    }
    return {key: value for key, value in item.items() if value}


def _entry(item: dict[str, Any]) -> str:
    days = item.get("issued", {}).get("date-parts", [[]])[0]
    fields = {
        "title": "{" + _latex(item["title"]) + "}",
        "author": " and ".join("{" + _latex(author["literal"]) + "}" for author in item.get("author", ())),
        "journal": _latex(item.get("container-title", "")),
        "year": str(days[0]) if days else "",
        "date": "-".join(f"{part:02}" for part in days),
        "url": item.get("URL", "").replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C"),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@article{{{item['id']},\n{''.join(lines)}}}\n"


def _latex(text: str) -> str:
    return "".join(_LATEX.get(c, c) for c in " ".join(text.split()))
