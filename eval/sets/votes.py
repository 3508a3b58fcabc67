"""Votes: answers that people marked as helpful or not -> questions.

A line of the file is {"answer": the object of ``dateline ask``, "vote": 1, -1 or 0} with ``history``, ``asked_on``,
``comment`` and ``id`` where there are any. What was found helpful becomes gold: its quotes, or that declining was
right. What was not, or was only commented on, becomes a draft that carries the comment, for a person to say what
would have been right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dateline.eval.sets.items import QuestionSetError, json_lines, rows
from dateline.eval.sets.questions import Question, QuestionSet, question_from_dict


def read_votes(path: str | Path) -> QuestionSet:
    """The questions of a file of votes; of several votes on one question the last counts."""
    path = Path(path)
    questions: dict[str, Question] = {}
    for line, row in json_lines(path):
        question = _question(row, path, line)
        questions[question.id] = question
    return QuestionSet(path.stem, tuple(questions.values()))


def holds_votes(path: Path) -> bool:
    """Whether a file is one of votes, by its first line."""
    if path.suffix != ".jsonl" or not path.is_file():
        return False
    first: Mapping[str, Any] = next(rows(path), {})
    return "vote" in first and "answer" in first


def _question(row: Mapping[str, Any], file: Path, line: int) -> Question:
    where = f"{file}:{line}"
    if not isinstance(row.get("answer"), Mapping):
        raise QuestionSetError(where, "field 'answer': expected the object of dateline ask")
    if row.get("vote") not in (1, -1, 0):
        raise QuestionSetError(where, f"field 'vote': expected 1, -1 or 0, found {row.get('vote')!r}")
    answer: Mapping[str, Any] = row["answer"]
    history = row.get("history") or []
    # Without its history a follow-up can be asked again only as it was understood.
    text = answer.get("question") if history else answer.get("standalone_question") or answer.get("question")
    key = hashlib.sha256(f"{text}\n{history}\n{row.get('asked_on')}".encode("utf-8", "surrogatepass"))
    fields: dict[str, Any] = {"id": row.get("id") or f"vote-{key.hexdigest()[:10]}", "question": text}
    fields |= {name: row[name] for name in ("asked_on",) if row.get(name)} | ({"history": history} if history else {})
    if row.get("comment"):
        fields["note"] = row["comment"]
    if row["vote"] != 1:
        tag = "thumbs-down" if row["vote"] else "comment"
        return question_from_dict({**fields, "tags": [tag], "draft": True}, file, line)
    fields["tags"] = ["thumbs-up"]
    if answer.get("abstained"):
        return question_from_dict({**fields, "answerable": False}, file, line)
    citations = answer.get("citations") or []
    try:
        fields["gold_docs"] = list(dict.fromkeys(citation["doc_id"] for citation in citations))
        fields["gold_quotes"] = list(dict.fromkeys(citation["quote"] for citation in citations))
    except (TypeError, KeyError):
        raise QuestionSetError(where, "field 'answer': a citation needs doc_id and quote") from None
    return question_from_dict(fields, file, line)
