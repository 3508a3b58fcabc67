"""Drafts: questions made from the sentences of an index, by plain patterns, for a person to correct.

Every draft says so (``draft: true``), quotes the sentence it was made from, and is one of: what somebody said, who
somebody is, how many, when; or, marked unanswerable, what somebody of one article said about a name of another.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from typing import Protocol

from dateline.eval.sets.questions import Question, QuestionSet
from dateline.index.dates.expressions import resolve
from dateline.index.documents import Document
from dateline.index.keeping.rows import DocumentInfo
from dateline.index.prose.sentences import split

_NAME = r"[A-Z][\w’'-]+(?: (?:al-|bin |de |van |von )?[A-Z][\w’'-]+)+"
_SAID = re.compile(rf"(?P<who>{_NAME})(?:, [^,]{{3,60}},)? (?:said|told|warned|stressed|announced|insisted)\b")
_IS = re.compile(rf"(?P<who>{_NAME}), (?P<what>(?:an?|the) [^,.]{{5,80}}),")
_MANY = re.compile(r"(?<![\w.,-])(?P<number>\d[\d,.]*\d|\d|(?:two|three|four|five|six|seven|eight|nine|ten|dozens|hundreds)) "
                   r"(?P<what>[a-z]+(?: [a-z]+)?)\b")  # fmt: skip


class Articles(Protocol):
    """What drafts are made from, such as an Index."""

    def documents(self) -> list[DocumentInfo]:
        """Every document without its text."""

    def document(self, doc_id: str) -> Document:
        """One document."""


def draft(articles: Articles, n: int, *, seed: int = 0) -> QuestionSet:
    """Up to ``n`` drafts, spread over the documents and the kinds; the same seed gives the same drafts."""
    draw = random.Random(seed)  # noqa: S311 - a sample of sentences, no secret
    doc_ids = [info.doc_id for info in articles.documents()]
    draw.shuffle(doc_ids)
    piles: list[list[Question]] = []
    speakers: list[tuple[str, str]] = []
    for doc_id in doc_ids[: 4 * n]:
        document = articles.document(doc_id)
        found = list(_drafts(document))
        draw.shuffle(found)
        speakers += [(doc_id, match["who"]) for match in _SAID.finditer(document.text)][:1]
        piles.append(found)
    strangers = [_unanswerable(*pair) for pair in itertools.pairwise(speakers) if pair[0][1] != pair[1][1]]
    piles.append(strangers[: max(1, n // 6)])
    picked: list[Question] = []
    while any(piles) and len(picked) < n:
        for pile in piles:
            if pile and len(picked) < n:
                picked.append(pile.pop())
    unique = {question.question: question for question in picked}
    return QuestionSet("drafts", tuple(unique.values()))


def _drafts(document: Document) -> Iterator[Question]:
    for number, (start, end) in enumerate(split(document.text)):
        sentence = " ".join(document.text[start:end].split())
        quote = document.text[start:end]
        if not 40 <= len(quote) <= 400 or "\n" in quote:
            continue

        def question(kind: str, text: str, *answers: str, dates: tuple[str, ...] = (), place: str = f"{number}",
                     quote: str = quote) -> Question:  # fmt: skip
            return Question(
                f"draft-{document.doc_id}-{place}-{kind}", text, answers=answers, dates=dates,
                gold_docs={document.doc_id: 1}, gold_quotes=(quote,), tags=(kind,), draft=True,
            )  # fmt: skip

        if match := _SAID.search(sentence):
            yield question("said", f"What did {match['who']} say?")
        if match := _IS.search(sentence):
            yield question("who", f"Who is {match['who']}?", match["what"])
        if match := _MANY.search(sentence):
            blank = f"{sentence[: match.start('number')]}…{sentence[match.end('number') :]}"
            yield question("how-many", f"How many {match['what']}: “{blank}”?", match["number"])
        days = [day for day in resolve(quote, document.published) if day.type == "DATE" and day.earliest and day.latest]
        if len(days) == 1:
            day = days[0]
            rest = " ".join((quote[: day.start] + quote[day.end :]).split())
            span = str(day.earliest) if day.earliest == day.latest else f"{day.earliest}/{day.latest}"
            yield question("when", f"When: “{rest}”?", day.text, dates=(span,))


def _unanswerable(speaker: tuple[str, str], other: tuple[str, str]) -> Question:
    (doc_id, who), (_, whom) = speaker, other
    return Question(
        f"draft-{doc_id}-unanswerable",
        f"What did {who} say about {whom}?",
        answerable=False,
        tags=("unanswerable",),
        draft=True,
        note="check that no article answers this",
    )
