"""Questions that ask about days and nothing else."""

import pytest

from dateline.rag import Assistant
from dateline.rag.search.query import analyse


@pytest.mark.parametrize(
    ("question", "only_when"),
    [
        ("What happened on 24 January?", True),
        ("what happened last week?", True),
        ("Any news on Monday?", True),
        ("What happened in Rome on 24 January?", False),
        ("Who called on Monday?", False),
        ("What happened?", False),
    ],
)
def test_which_questions_they_are(question: str, only_when: bool) -> None:
    assert analyse(question, "2026-01-30").only_when is only_when


def test_a_day_is_found_in_an_article_of_another_day(seed_assistant: Assistant) -> None:
    answer = seed_assistant.ask("What happened on 24 January?", asked_on="2026-02-10")
    assert [(e.earliest, e.latest) for e in answer.events] == [("2026-01-24", "2026-01-24")]
    assert answer.citations[0].published == "2026-01-29"
    assert "“Saturday”" in answer.text


def test_several_days_come_in_time_order(seed_assistant: Assistant) -> None:
    answer = seed_assistant.ask("What happened in January 2026?")
    days = [event.earliest for event in answer.events]
    assert len(days) >= 3 and days == sorted(days)
    for citation in answer.citations:
        assert seed_assistant.index.document(citation.doc_id).text[citation.start : citation.end] == citation.quote


def test_days_of_which_no_article_speaks(seed_assistant: Assistant) -> None:
    answer = seed_assistant.ask("What happened on 3 May 2019?")
    assert answer.abstained and not answer.citations
