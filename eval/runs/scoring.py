"""Scoring: a question, its answer and hits -> scores by name, without a judge.

Document level   ``Recall@k`` … against ``gold_docs``; an article found by several passages counts once
Passage level    ``passage Recall@k`` … against ``gold_passages``, else against the passages that hold ``gold_quotes``
Answers          ``correct`` ``right`` (the same, of answerable questions alone) ``declined`` (of the others)
                 ``exact_match`` ``token_f1`` ``containment`` ``facts_found`` ``order_kept``
                 ``dates_exact`` ``dates_overlap`` ``forbidden_claims`` ``quote``
Headlines        ``headline`` ``top`` ``verdict`` ``bold_wrong``, in headline.py
Citations        ``citation_precision`` ``citation_recall`` ``verbatim`` ``offsets_correct`` ``right_document``
                 ``gold_quotes_cited`` ``groundedness``

A score that a question gives no ground for is absent, not 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from dateline.eval.numbers import metrics
from dateline.eval.numbers.matching import MATCHING, overlap
from dateline.eval.runs.headline import score_headline, unstressed
from dateline.eval.sets.questions import Question

RETRIEVAL = ("Recall@1", "Recall@5", "Recall@10", "P@5", "MRR@10", "MAP@10", "nDCG@10", "Success@1", "Success@5")

LONG_ANSWER = 20
"""References longer than this many words are essays: scored by word overlap, not judged right or wrong."""

_MARKS = re.compile(r"\s*\[\d+\]|\*\*")

JsonAnswer = Mapping[str, Any]
Hits = Sequence[Mapping[str, Any]]
TextOf = Callable[[str], str | None]


class Supports(Protocol):
    """What a grounding checker says about a claim."""

    @property
    def supported(self) -> bool:
        """Whether the passages support it."""


Check = Callable[[str, Sequence[str]], Supports]


def plain(text: str) -> str:
    """The text without citation marks and bold."""
    return _MARKS.sub("", text).strip()


def _squeezed(text: str) -> str:
    return " ".join(text.split())


# --- retrieval ---------------------------------------------------------------------------------------------


def quote_grades(quotes: Sequence[str], hits: Hits) -> tuple[list[str], dict[str, int]]:
    """A ranking and its grades when gold is given as quotes: a passage is relevant when it holds a new one.

    Quotes that one passage brings together count as one item, so a perfect ranking scores 1 whatever the chunking.
    """
    missing = {f"quote:{number}": _squeezed(quote) for number, quote in enumerate(quotes)}
    ranking, grades = [], {}
    for hit in hits:
        text = _squeezed(str(hit["text"]))
        held = [name for name, quote in missing.items() if quote in text]
        ranking.append(held[0] if held else str(hit["passage_id"]))
        grades.update(dict.fromkeys(held[:1], 1))
        for name in held:
            del missing[name]
    return ranking, grades | dict.fromkeys(missing, 1)


def score_retrieval(question: Question, hits: Hits, names: Sequence[str] = RETRIEVAL) -> dict[str, float]:
    """Retrieval scores at document and passage level, for the levels that the question has gold for."""
    if not question.answerable:
        return {}
    scores: dict[str, float] = {}
    functions = {name: metrics.parse_metric(name) for name in names}
    if question.gold_docs:
        ranking = [str(hit["doc_id"]) for hit in hits]
        scores |= {name: function(ranking, question.gold_docs) for name, function in functions.items()}
    if question.gold_passages:
        ranking, grades = [str(hit["passage_id"]) for hit in hits], dict(question.gold_passages)
    elif question.gold_quotes:
        ranking, grades = quote_grades(question.gold_quotes, hits)
    else:
        return scores
    return scores | {f"passage {name}": function(ranking, grades) for name, function in functions.items()}


# --- answers -----------------------------------------------------------------------------------------------


def answer_dates(answer: JsonAnswer) -> list[metrics.Interval]:
    """The days an answer gives: those of its events, else those inside its quotes."""
    rows = answer["events"] or [day for citation in answer["citations"] for day in citation["dates"]]
    return [(row["earliest"], row["latest"]) for row in rows if row["earliest"] or row["latest"]]


def _is_long(reference: str) -> bool:
    return len(metrics.words(reference)) > LONG_ANSWER


def _wanted(question: Question) -> list[Sequence[str]]:
    """Lists of alternatives of which the answer's text must hold one each: a short answer, and every fact."""
    short = [reference for reference in question.answers if not _is_long(reference)]
    return [short] * bool(short) + list(question.answer_facts)


def _text(question: Question, answer: JsonAnswer) -> str:
    """The answer's words, as the question's ``matching`` looks through them."""
    return (plain if question.matching == "words" else unstressed)(str(answer["answer"]))


def _quotes_cited(quotes: Sequence[str], answer: JsonAnswer) -> float:
    cited = [_squeezed(citation["quote"]) for citation in answer["citations"]]
    wanted = [_squeezed(quote) for quote in quotes]
    return metrics.mean(float(any(quote in text or text in quote for text in cited)) for quote in wanted)


def is_correct(question: Question, answer: JsonAnswer) -> bool | None:
    """Whether the answer is right; None where the set does not say what right is.

    Unanswerable: it declined. Else an accepted answer, every fact, every date, and no forbidden claim; where the
    set has none of the first three, every gold quote cited.
    """
    if not question.answerable:
        return bool(answer["abstained"])
    text, holds = _text(question, answer), MATCHING[question.matching]
    tests = [bool(holds(text, alternatives)) for alternatives in _wanted(question)]
    if question.ordered and question.answer_facts:
        tests.append(metrics.order_kept(text, question.answer_facts) == 1)
    if question.dates:
        tests.append(metrics.dates_exact(answer_dates(answer), question.dates) == 1)
    if not tests and question.gold_quotes:
        tests.append(_quotes_cited(question.gold_quotes, answer) == 1)
    if not tests:
        return None
    return not answer["abstained"] and all(tests) and not metrics.claims_found(text, question.forbidden, holds)


def score_answer(question: Question, answer: JsonAnswer) -> dict[str, float]:
    """Scores of the answer's content; a question that was declined scores 0 where it should have been answered."""
    right = is_correct(question, answer)
    scores = {} if right is None else {"correct": float(right)}
    text, holds = "" if answer["abstained"] else _text(question, answer), MATCHING[question.matching]
    if question.forbidden:
        scores["forbidden_claims"] = metrics.claims_found(text, question.forbidden, holds)
    if not question.answerable:
        return scores | {"declined": float(bool(answer["abstained"]))}
    if right is not None:
        scores["right"] = float(right)
    scores |= score_headline(question, _wanted(question), "" if answer["abstained"] else str(answer["answer"]))
    if question.gold_quotes:
        cited = [str(citation["quote"]) for citation in answer["citations"]]
        scores["quote"] = float(any(overlap(quote, gold) for quote in cited for gold in question.gold_quotes))
    if question.answers:
        scores["exact_match"] = metrics.exact_match(text, question.answers) if text else 0.0
        scores["token_f1"] = metrics.token_f1(text, question.answers)
        if not all(map(_is_long, question.answers)):
            scores["containment"] = metrics.containment(text, question.answers)
    if question.answer_facts:
        scores["facts_found"] = metrics.facts_found(text, question.answer_facts, holds)
        if question.ordered:
            scores["order_kept"] = metrics.order_kept(text, question.answer_facts)
    if question.dates:
        given = answer_dates(answer)
        scores["dates_exact"] = metrics.dates_exact(given, question.dates)
        scores["dates_overlap"] = metrics.dates_overlap(given, question.dates)
    return scores


# --- citations ---------------------------------------------------------------------------------------------


def score_citations(
    question: Question, answer: JsonAnswer, hits: Hits, text_of: TextOf | None = None, check: Check | None = None
) -> dict[str, float]:
    """Scores of the citations of an answer that was given.

    Citation precision and recall as in Liu, Zhang & Liang 2023 and Gao et al. 2023: of the marks, those whose quote
    supports their sentence; of the sentences, those with such a mark. ``groundedness``: of the sentences, those
    that the retrieved passages and the quotes support together. A sentence that stands in its quote is supported
    without asking ``check``.
    """
    if answer["abstained"]:
        return {}
    citations = {citation["n"]: citation for citation in answer["citations"]}
    scores: dict[str, float] = {}
    if citations and text_of:
        exact = [
            (text_of(citation["doc_id"]) or "")[citation["start"] : citation["end"]] == citation["quote"]
            for citation in citations.values()
        ]
        scores["offsets_correct"] = metrics.mean(exact)
    if question.answerable and question.gold_docs:
        gold = [question.gold_docs.get(citation["doc_id"], 0) > 0 for citation in citations.values()]
        scores["right_document"] = metrics.mean(gold)
    if question.answerable and question.gold_quotes:
        scores["gold_quotes_cited"] = _quotes_cited(question.gold_quotes, answer)
    sentences = answer["sentences"]
    if not sentences:
        return scores

    def supported(claim: str, passages: Sequence[str]) -> bool:
        if any(_squeezed(claim) in _squeezed(passage) for passage in passages):
            return True
        return bool(passages) and check is not None and check(claim, passages).supported

    marks: list[bool] = []
    backed: list[bool] = []
    grounded: list[bool] = []
    verbatim: list[bool] = []
    retrieved = [str(hit["text"]) for hit in hits]
    for sentence in sentences:
        claim = plain(sentence["text"])
        quotes = [citations[n]["quote"] for n in sentence["citations"] if n in citations]
        verdicts = [supported(claim, [quote]) for quote in quotes]
        marks += verdicts + [False] * (len(sentence["citations"]) - len(quotes))
        backed.append(any(verdicts) or (len(quotes) > 1 and supported(claim, quotes)))
        verbatim.append(any(_squeezed(claim) in _squeezed(quote) for quote in quotes))
        if check is not None:
            grounded.append(backed[-1] or supported(claim, retrieved + quotes))
    scores |= {"citation_precision": metrics.mean(marks), "citation_recall": metrics.mean(backed)}
    scores["verbatim"] = metrics.mean(verbatim)
    if check is not None:
        scores["groundedness"] = metrics.mean(grounded)
    return scores
