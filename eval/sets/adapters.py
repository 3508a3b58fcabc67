"""Adapters: public evaluation sets, read from a folder of your own, as question sets that bring their corpus.

Nothing of these sets is part of the project.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dateline.eval.sets.items import rows
from dateline.eval.sets.questions import Question, QuestionSet
from dateline.index.documents import Document
from dateline.index.errors import LoadError, UsageError
from dateline.index.reading.loaders import load


def _grades(ids: list[str]) -> dict[str, int]:
    return dict.fromkeys(ids, 1)


def _dated(doc_id: str, text: str, row: Mapping[str, Any], published: str | None, title: str = "") -> Document:
    return Document(
        doc_id,
        text,
        title=title,
        published=published,
        published_from="metadata" if published else "unknown",
        source=row.get("source") or "",
        url=row.get("url") or "",
    )


def realtimeqa_evidence(folder: Path, published: str = "date") -> QuestionSet:
    """RealTime QA's weekly news quizzes over the editors' explanations, and those without any (unanswerable).

    ``published`` names the passage field taken as publication date: "date" (the day of the quiz, which flatters a
    date window) or the stricter "article_date". Tags: in_passage, paraphrased, too_short, no_evidence.
    """
    documents = tuple(
        _dated(row["passage_id"], row["text"], row, row[published]) for row in rows(folder / "passages.jsonl")
    )
    kinds = {True: "in_passage", False: "paraphrased", None: "too_short"}
    questions = [
        Question(
            row["id"],
            row["question"],
            answers=(row["answer"],),
            gold_docs=_grades(row["gold_passage_ids"]),
            asked_on=row["question_date"],
            tags=(kinds[row["answer_in_passage"]],),
        )
        for row in rows(folder / "questions.jsonl")
    ]
    questions += [
        Question(
            f"no-evidence-{row['id']}",
            row["question"],
            answerable=False,
            asked_on=row["question_date"],
            tags=("no_evidence",),
        )
        for row in rows(folder / "no_evidence_questions.jsonl")
    ]
    return QuestionSet("realtimeqa_evidence", tuple(questions), documents)


def realtimeqa_articles(folder: Path) -> QuestionSet:
    """The same quizzes over full articles; tags gold, weak_recent, weak_old and none say how support is known.

    Only ``gold`` (linked by the editors) is a human label; ``weak_recent`` takes its automatic documents as gold,
    the two others have none.
    """
    documents = tuple(
        _dated(row["doc_id"], row["text"], row, row["published"], row["title"] or "")
        for row in rows(folder / "articles.jsonl")
    )
    gold = {"gold": "gold_doc_ids", "weak_recent": "weak_recent_doc_ids"}
    questions = tuple(
        Question(
            row["id"],
            row["question"],
            answers=(row["answer"],),
            gold_docs=_grades(row[gold[row["support"]]]) if row["support"] in gold else {},
            asked_on=row["question_date"],
            tags=(row["support"],),
        )
        for row in rows(folder / "questions.jsonl")
    )
    return QuestionSet("realtimeqa_articles", questions, documents)


def multihop_rag_facts(folder: Path) -> QuestionSet:
    """MultiHop-RAG's queries over its evidence sentences; null queries are unanswerable. Tags: the type."""
    documents = tuple(
        _dated(row["fact_id"], row["text"], row, row["published_at"], row["title"])
        for row in rows(folder / "facts.jsonl")
    )
    questions = tuple(
        Question(
            row["id"],
            row["question"],
            answers=(row["answer"],) if row["answerable"] else (),
            gold_docs=_grades(row["gold_fact_ids"]) if row["answerable"] else {},
            answerable=row["answerable"],
            tags=(row["type"],),
        )
        for row in rows(folder / "queries.jsonl")
    )
    return QuestionSet("multihop_rag_facts", questions, documents)


def squad_v2(folder: Path) -> QuestionSet:
    """SQuAD 2.0: every passage a document, together one corpus; half of the questions are unanswerable."""
    documents = tuple(Document(row["passage_id"], row["text"], row["title"]) for row in rows(folder / "passages.jsonl"))
    questions = tuple(
        Question(
            row["id"],
            row["question"],
            answers=tuple(dict.fromkeys(answer["text"] for answer in row["answers"])) if row["answerable"] else (),
            gold_docs=_grades([row["passage_id"]]) if row["answerable"] else {},
            answerable=row["answerable"],
        )
        for row in rows(folder / "questions.jsonl")
    )
    return QuestionSet("squad_v2", questions, documents)


def clapnq(folder: Path) -> QuestionSet:
    """CLAPnq: each question has a passage of its own (document id = question id), half do not answer.

    ``answers`` are the annotators' long answers, ``gold_quotes`` the sentences they chose.
    """
    found = list(rows(folder / "items.jsonl"))
    questions = tuple(
        Question(
            row["id"],
            row["question"],
            answers=tuple(answer["answer"] for answer in row["answers"]) if row["answerable"] else (),
            gold_docs=_grades([row["id"]]) if row["answerable"] else {},
            gold_quotes=tuple(
                dict.fromkeys(quote for answer in row["answers"] for quote in answer["selected_sentences"])
            ),
            answerable=row["answerable"],
        )
        for row in found
    )
    return QuestionSet("clapnq", questions, tuple(Document(row["id"], row["passage"], row["title"]) for row in found))


def _roles(history: list[Mapping[str, Any]]) -> tuple[dict[str, str], ...]:
    roles = {"user": "user", "agent": "assistant"}
    return tuple({"role": roles[turn["speaker"]], "content": turn["text"]} for turn in history)


def mtrag_un(folder: Path) -> QuestionSet:
    """MTRAG-UN: conversations with unanswerable and underspecified turns; all contexts together are the corpus.

    Tags: the answerability, the collection and the kind of turn. Partial ones count as answerable,
    underspecified ones as unanswerable (ask back).
    """
    found = list(rows(folder / "tasks.jsonl"))
    documents = {
        context["doc_id"]: Document(context["doc_id"], context["text"], context["title"] or "")
        for row in found
        for context in row["contexts"]
    }
    questions = []
    for row in found:
        answerable = row["answerability"] in ("ANSWERABLE", "PARTIAL")
        questions.append(
            Question(
                row["id"],
                row["question"],
                answers=(row["target"],) if answerable and row["target"] else (),
                gold_docs=_grades([context["doc_id"] for context in row["contexts"]]) if answerable else {},
                answerable=answerable,
                history=_roles(row["history"]),
                tags=(row["answerability"].lower(), row["collection"], row["multi_turn"].lower()),
            )
        )
    return QuestionSet("mtrag_un", tuple(questions), tuple(documents.values()))


def trec_cast_rewrites(folder: Path) -> QuestionSet:
    """TREC CAsT turns; ``answers`` holds the human rewrite, the tag needs_rewrite marks turns that need one."""
    questions = []
    for row in rows(folder / "turns.jsonl"):
        history: list[dict[str, str]] = []
        for turn in row["history"]:
            history.append({"role": "user", "content": turn["user"]})
            if turn["system"]:
                history.append({"role": "assistant", "content": turn["system"]})
        tags = (str(row["year"]), "needs_rewrite" if row["needs_rewrite"] else "standalone")
        questions.append(
            Question(row["id"], row["utterance"], answers=(row["rewrite"],), history=tuple(history), tags=tags)
        )
    return QuestionSet("trec_cast_rewrites", tuple(questions))


def newsquizqa_probe(folder: Path) -> QuestionSet:
    """NewsQuizQA questions whose articles are absent from every corpus: all are to be declined."""
    questions = tuple(
        Question(row["id"], row["question"], answerable=False, asked_on=_day(row["url_date"]), tags=("absent",))
        for row in rows(folder / "questions.jsonl")
    )
    return QuestionSet("newsquizqa_probe", questions)


def _flat(value: Any) -> tuple[str, ...]:
    """The strings of a string or of lists of them, in order."""
    return (value,) if isinstance(value, str) else tuple(text for part in value for text in _flat(part))


def _day(date: str | None) -> str | None:
    """A day: of a month alone, its last that every month has."""
    return f"{date}-28" if date and len(date) == 7 else date


def rgb_en_fact(folder: Path) -> QuestionSet:
    """RGB's counterfactual items; a document's metadata name its ``question`` and its ``kind``.

    The kinds are positive, positive_wrong (the same snippets with a false answer put in) and negative (noise);
    the false answer is ``forbidden``.
    """
    found = list(rows(folder / "items.jsonl"))
    documents = tuple(
        Document(f"{row['id']}-{kind}-{number}", text, metadata={"question": row["id"], "kind": kind})
        for row in found
        for kind in ("positive", "positive_wrong", "negative")
        for number, text in enumerate(row[kind], start=1)
    )
    questions = tuple(
        Question(
            row["id"],
            row["question"],
            answers=_flat(row["answer"]),
            gold_docs=_grades([f"{row['id']}-positive-{n}" for n in range(1, len(row["positive"]) + 1)]),
            forbidden=(row["fake_answer"],),
        )
        for row in found
    )
    return QuestionSet("rgb_en_fact", questions, documents)


def _ir(folder: Path) -> QuestionSet:
    documents = tuple(
        _dated(row["doc_id"], row["text"], row, row.get("published"), row.get("title") or "")
        for row in rows(folder / "corpus.jsonl")
    )
    questions = tuple(
        Question(row["id"], row["text"], gold_docs=row["relevant"]) for row in rows(folder / "queries.jsonl")
    )
    return QuestionSet(folder.name, questions, documents)


def ir_time(folder: Path) -> QuestionSet:
    """The TIME collection: news of 1963, all upper case, human relevance."""
    return _ir(folder)


def ir_cranfield(folder: Path) -> QuestionSet:
    """The Cranfield collection: abstracts, human relevance with grades."""
    return _ir(folder)


def newsdesk(folder: Path) -> QuestionSet:
    """Everyday questions over news articles, each kind a tag; what an answer must hold is compared letter for letter.

    The articles are read as ``dateline index`` reads them, their furniture told apart. LoadError for one that cannot be.
    """
    questions = tuple(
        Question(
            row["id"],
            row["question"],
            answer_facts=tuple(map(tuple, row["must"])),
            gold_docs=_grades(row["gold_docs"]),
            gold_quotes=tuple(row["gold_quotes"]),
            forbidden=tuple(row.get("must_not", ())),
            short=row.get("short", ""),
            forbidden_short=tuple(row.get("must_not_short", ())),
            verdict=row.get("verdict", ""),
            near=row.get("near", ""),
            matching="text",
            answerable=row.get("answerable", True),
            history=tuple(row.get("history", ())),
            asked_on=row.get("asked_on"),
            tags=(row["kind"],),
            note=row.get("note", ""),
        )
        for row in rows(folder / "questions.jsonl")
    )
    return QuestionSet("newsdesk", questions, tuple(load([folder / "articles.jsonl"], on_error=_fail)))


def _fail(error: LoadError) -> None:
    raise error


ADAPTERS: dict[str, Callable[[Path], QuestionSet]] = {
    adapter.__name__: adapter
    for adapter in (
        newsdesk, realtimeqa_evidence, realtimeqa_articles, multihop_rag_facts, squad_v2, clapnq, mtrag_un, trec_cast_rewrites,
        newsquizqa_probe, rgb_en_fact, ir_time, ir_cranfield,
    )
}  # fmt: skip
"""The question sets by the name of their folder."""


def load_benchmark(root: str | Path, name: str) -> QuestionSet:
    """Read the public set ``name`` from its folder under ``root``; UsageError for a name without an adapter.

    >>> import json
    >>> from pathlib import Path
    >>> from dateline.eval import load_benchmark
    >>> folder = Path("benchmarks", "newsquizqa_probe")
    >>> folder.mkdir(parents=True)
    >>> row = {"id": "1", "question": "Who won?", "answer": "Ann Lee", "url": "", "url_date": None}
    >>> _ = (folder / "questions.jsonl").write_text(json.dumps(row))
    >>> len(load_benchmark("benchmarks", "newsquizqa_probe"))
    1
    """
    if name not in ADAPTERS:
        raise UsageError(f"{name!r} is no public set that can be read; known: {', '.join(ADAPTERS)}")
    return ADAPTERS[name](Path(root) / name)
