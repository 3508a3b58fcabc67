from dateline.index.documents import Passage
from dateline.rag.evidence.corrections import reached, retracts, standing, supersedes
from dateline.rag.evidence.sentences import Evidence
from dateline.rag.rules.spans import Span


class Hit:
    rank = 1
    score = 1.0
    dense = None
    lexical = None
    passage = Passage("a#0", "a", 0, 1, "x")


def told(text: str, published: str | None, doc_id: str = "a") -> Evidence:
    passage = Passage(f"{doc_id}#0", doc_id, 0, len(text), text, published=published)
    return Evidence(passage, 0, len(text), text, Hit())


def number(text: str, value: str) -> Span:
    return Span(text.index(value), text.index(value) + len(value), "number")


def test_an_earlier_version_is_taken_back() -> None:
    assert retracts("An earlier version of this article gave the toll as nine.")
    assert retracts("The report incorrectly said that nine people had died.")
    assert not retracts("Nine people died, the mayor said.")


def test_what_a_number_has_come_to_is_the_number() -> None:
    text = "The toll has risen from nine to eleven after two bodies were found."
    assert reached(text, number(text, "eleven"))
    assert not reached(text, number(text, "nine"))
    assert not reached(text, number(text, "two"))


def test_later_news_that_tells_of_a_change_supersedes() -> None:
    old, new = told("Nine people died.", "2026-03-03"), told("The toll has risen to eleven.", "2026-03-05", "b")
    assert supersedes(new, old)
    assert not supersedes(old, new)
    assert not supersedes(told("Eleven people died.", "2026-03-05"), old)
    assert not supersedes(told("The toll has risen to eleven.", None), old)


def test_a_rival_value_is_marked() -> None:
    first, rival = told("Turnout was 57 per cent.", "2026-06-09"), told("Turnout was 61 per cent.", "2026-06-08", "b")
    span = number(rival.text, "61 per cent")
    assert standing(rival, span, first, [first, rival]) == "earlier"
    corrected = told("Correction: an earlier version gave the turnout as 61 per cent.", "2026-06-09")
    assert standing(rival, span, first, [first, rival, corrected]) == "corrected since"
    assert standing(first, number(first.text, "57 per cent"), rival, [first, rival]) == "later"
    assert standing(told("Turnout was 3.", None), Span(12, 13, "number"), first, [first]) == ""
