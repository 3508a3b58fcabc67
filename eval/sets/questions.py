"""Question sets: read, validate, write.

A set is one YAML or JSONL file of questions, a folder of such files, or a folder in BEIR form (``corpus.jsonl``,
``queries.jsonl``, ``qrels/*.tsv``). Every error names the file, the line and the field.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import yaml  # type: ignore[import-untyped]

from dateline.eval.numbers.matching import MATCHING
from dateline.eval.numbers.metrics import interval
from dateline.eval.sets.items import SUFFIXES, Item, QuestionSetError, items, json_lines, kind, read_text
from dateline.index.documents import Document

SHIPPED = Path(__file__).parents[1] / "questions"
"""The sets that come with the program."""

VERDICTS = ("yes", "no", "planned", "alleged")
"""What a question of yes or no may be answered with where it can be answered."""


@dataclass(frozen=True)
class Question:
    """One question with what a right answer needs.

    ``answers`` are accepted strings, ``answer_facts`` lists of alternatives of which every list must be met,
    ``ordered`` asks for them in that order, ``dates`` are ISO days, months or intervals A/B, ``gold_docs`` and
    ``gold_passages`` map ids to grades (above 0 is relevant), ``gold_quotes`` are verbatim stretches of the
    articles, ``forbidden`` are claims that must not appear. ``short`` is the ideal short answer, ``forbidden_short``
    what must not stand in bold, ``verdict`` (yes, no, planned, alleged) the word that must come first, ``near`` what a
    careless program would quote instead. ``matching`` says how strings are looked for: by "words" (case, signs and
    articles aside) or as "text", letter for letter. ``draft`` marks what no person has looked at yet.

    >>> from dateline.eval import Question
    >>> question = Question("bridge", "When did the bridge reopen?", dates=("2026-03-02",), gold_docs={"bridge.txt": 1})
    >>> question.to_dict()
    {'id': 'bridge', 'question': 'When did the bridge reopen?', 'dates': ['2026-03-02'], 'gold_docs': ['bridge.txt']}
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    answer_facts: tuple[tuple[str, ...], ...] = ()
    ordered: bool = False
    dates: tuple[str, ...] = ()
    gold_docs: Mapping[str, int] = field(default_factory=dict)
    gold_passages: Mapping[str, int] = field(default_factory=dict)
    gold_quotes: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    short: str = ""
    forbidden_short: tuple[str, ...] = ()
    verdict: str = ""
    near: str = ""
    matching: str = "words"
    answerable: bool = True
    history: tuple[Mapping[str, str], ...] = ()
    asked_on: str | None = None
    tags: tuple[str, ...] = ()
    draft: bool = False
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The question as it stands in a file: fields at their default are left out."""
        row: dict[str, Any] = {"id": self.id, "question": self.question}
        for item in fields(self)[2:]:
            value = getattr(self, item.name)
            if value == ({} if item.default is MISSING else item.default):
                continue
            if item.name in ("gold_docs", "gold_passages"):
                value = list(value) if set(value.values()) == {1} else dict(value)
            elif item.name == "answer_facts":
                value = [list(alternatives) for alternatives in value]
            elif isinstance(value, tuple):
                value = [dict(part) if isinstance(part, Mapping) else part for part in value]
            row[item.name] = value
        return row


@dataclass(frozen=True)
class QuestionSet:
    """Questions under a name; ``documents`` is the corpus where the set brings its own.

    ``development`` marks the sets that the program was made and tuned with, which ship with it: reports say so.

    >>> from dateline.eval import Question, QuestionSet
    >>> when = Question("bridge", "When did the bridge reopen?", gold_docs={"bridge.txt": 1}, tags=("when",))
    >>> QuestionSet("made", (when,)).save("questions.yaml")
    >>> questions = QuestionSet.load("questions.yaml")
    >>> len(questions.select(lambda question: "when" in question.tags))
    1
    >>> questions.qrels()
    {'bridge': {'bridge.txt': 1}}
    """

    name: str
    questions: tuple[Question, ...]
    documents: tuple[Document, ...] = ()
    development: bool = False

    def __post_init__(self) -> None:
        """Refuse two questions of one id: runs keep what became of a question under it."""
        twice = [question_id for question_id, n in Counter(q.id for q in self.questions).items() if n > 1]
        if twice:
            raise QuestionSetError(self.name, f"two questions have the id {twice[0]!r}")

    def __len__(self) -> int:
        """Number of questions."""
        return len(self.questions)

    def __iter__(self) -> Iterator[Question]:
        """The questions in order."""
        return iter(self.questions)

    @classmethod
    def load(cls, path: str | Path) -> QuestionSet:
        """Read a file or folder; QuestionSetError names the file, line and field of what is wrong."""
        path = Path(path)
        if (path / "queries.jsonl").is_file():
            return _load_beir(path)
        if not path.exists():
            raise QuestionSetError(str(path), "there is no such file or folder")
        files = sorted(p for p in path.iterdir() if p.suffix in SUFFIXES) if path.is_dir() else [path]
        if not files:
            raise QuestionSetError(str(path), f"no question files ({', '.join(SUFFIXES)}) and no queries.jsonl")
        questions: list[Question] = []
        seen: dict[str, str] = {}
        for file in files:
            for item in items(file):
                question = _question(item)
                if question.id in seen:
                    raise QuestionSetError(item.where("id"), f"{question.id!r} is already used at {seen[question.id]}")
                seen[question.id] = item.where("id")
                questions.append(question)
        return cls(path.stem, tuple(questions), development=path.resolve().parent == SHIPPED.resolve())

    def save(self, path: str | Path) -> None:
        """Write the questions as YAML or JSONL, by the file's suffix."""
        path = Path(path)
        rows = [question.to_dict() for question in self.questions]
        if path.suffix == ".jsonl":
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        else:
            text = "\n".join(yaml.safe_dump([row], allow_unicode=True, sort_keys=False, width=110) for row in rows)
        path.write_text(text, encoding="utf-8")

    def select(self, keep: Callable[[Question], bool]) -> QuestionSet:
        """The same set with only the questions that ``keep`` accepts."""
        return replace(self, questions=tuple(question for question in self.questions if keep(question)))

    def qrels(self, level: str = "document") -> dict[str, dict[str, int]]:
        """{question id: {id: grade}} at "document" or "passage" level, for answerable questions with gold."""
        name = {"document": "gold_docs", "passage": "gold_passages"}[level]
        return {q.id: dict(getattr(q, name)) for q in self.questions if q.answerable and getattr(q, name)}


# --- reading -----------------------------------------------------------------------------------------------


def _text(item: Item, name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise item.wrong(name, f"expected text, found {kind(value)}")
    text = str(value)
    if not text.strip():
        raise item.wrong(name, "is empty")
    return text


def _texts(item: Item, name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise item.wrong(name, f"expected a list, found {kind(value)}")
    return tuple(_text(item, name, part) for part in value)


def _facts(item: Item, name: str, value: object) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list):
        raise item.wrong(name, f"expected a list of lists, found {kind(value)}")
    facts = tuple(_texts(item, name, part) if isinstance(part, list) else (_text(item, name, part),) for part in value)
    if not all(facts):
        raise item.wrong(name, "a fact has no alternatives")
    return facts


def _grades(item: Item, name: str, value: object) -> dict[str, int]:
    if not isinstance(value, dict):
        return dict.fromkeys(_texts(item, name, value), 1)
    try:
        return {_text(item, name, key): int(str(grade)) for key, grade in value.items()}
    except ValueError:
        raise item.wrong(name, "grades must be whole numbers") from None


def _flag(item: Item, name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise item.wrong(name, f"expected true or false, found {value!r}")


def _dates(item: Item, name: str, value: object) -> tuple[str, ...]:
    texts = _texts(item, name, value)
    for text in texts:
        try:
            interval(text)
        except ValueError as error:
            raise item.wrong(name, str(error)) from None
    return texts


def _day(item: Item, name: str, value: object) -> str:
    text = _text(item, name, value)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise item.wrong(name, f"{text!r} is not an ISO date such as 2026-02-04") from None


def _history(item: Item, name: str, value: object) -> tuple[dict[str, str], ...]:
    if not isinstance(value, list):
        raise item.wrong(name, f"expected a list of turns, found {kind(value)}")
    for turn in value:
        if not isinstance(turn, dict) or set(turn) != {"role", "content"}:
            raise item.wrong(name, "every turn needs exactly role and content")
        if turn["role"] not in ("user", "assistant"):
            raise item.wrong(name, f"role must be user or assistant, found {turn['role']!r}")
    return tuple({"role": turn["role"], "content": _text(item, name, turn["content"])} for turn in value)


def _one_of(*known: str) -> Callable[[Item, str, object], str]:
    def read(item: Item, name: str, value: object) -> str:
        text = _text(item, name, value)
        if text not in known:
            raise item.wrong(name, f"{text!r} is none of {', '.join(known)}")
        return text

    return read


_READERS: dict[str, Callable[[Item, str, object], object]] = {
    "id": _text, "question": _text, "answers": _texts, "answer_facts": _facts, "ordered": _flag, "dates": _dates,
    "gold_docs": _grades, "gold_passages": _grades, "gold_quotes": _texts, "forbidden": _texts, "short": _text,
    "forbidden_short": _texts, "verdict": _one_of(*VERDICTS), "near": _text, "matching": _one_of(*MATCHING),
    "answerable": _flag,
    "history": _history, "asked_on": _day, "tags": _texts, "draft": _flag, "note": _text,
}  # fmt: skip


def _question(item: Item) -> Question:
    for name in ("id", "question"):
        if name not in item.values:
            raise item.wrong(name, "is missing")
    for name in item.values:
        if name not in _READERS:
            raise item.wrong(name, f"does not exist; known: {', '.join(_READERS)}")
    question = Question(**cast(Any, {name: _READERS[name](item, name, value) for name, value in item.values.items()}))
    if not question.answerable:
        for name in ("answers", "answer_facts", "dates", "short", "verdict"):
            if getattr(question, name):
                raise item.wrong(name, "an unanswerable question has none")
    return question


def question_from_dict(row: Mapping[str, object], file: Path = Path("question"), line: int = 1) -> Question:
    """Read what ``Question.to_dict`` wrote; QuestionSetError names file, line and field."""
    return _question(Item(file, line, row))


def _load_beir(folder: Path) -> QuestionSet:
    """Queries with a judgment, the corpus where it is there, and the qrels of the ``test`` split (else of all files)."""
    grades: dict[str, dict[str, int]] = {}
    test = folder / "qrels" / "test.tsv"
    for file in [test] if test.is_file() else sorted(folder.glob("qrels/*.tsv")):
        _read_qrels(file, grades)
    queries = (Item(folder / "queries.jsonl", *row) for row in json_lines(folder / "queries.jsonl"))
    questions = [
        Question(query_id, _required(item, "text"), gold_docs=grades[query_id])
        for item in queries
        if (query_id := _required(item, "_id")) in grades
    ]
    corpus = folder / "corpus.jsonl"
    rows = json_lines(corpus) if corpus.is_file() else ()
    documents = tuple(Document(str(row["_id"]), str(row["text"]), str(row.get("title") or "")) for _, row in rows)
    return QuestionSet(folder.name, tuple(questions), documents)


def _required(item: Item, name: str) -> str:
    if name not in item.values:
        raise item.wrong(name, "is missing")
    return _text(item, name, item.values[name])


def _read_qrels(file: Path, grades: dict[str, dict[str, int]]) -> None:
    for line, text in enumerate(read_text(file).splitlines(), start=1):
        try:
            query_id, doc_id, grade = text.split("\t")
            grades.setdefault(query_id, {})[doc_id] = int(grade)
        except ValueError:
            if line > 1 and text.strip():  # the first line may be a head
                raise QuestionSetError(
                    f"{file}:{line}", "expected query-id, corpus-id and a whole number, by tabs"
                ) from None


def shipped_set(name: str) -> Path | None:
    """Return the file of the set that comes with the program under a name, unless questions lie in a folder called so."""
    shipped, here = SHIPPED / f"{name}.yaml", Path(name)
    if name != here.name or not shipped.is_file() or here.is_file():
        return None
    theirs = here.is_dir() and any(file.suffix in SUFFIXES for file in here.iterdir())
    return None if theirs else shipped
