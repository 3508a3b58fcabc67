"""Who did it: the doer of the very deed, never somebody or something that merely stands nearby."""

import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document
from dateline.rag.question.analysis import analyse
from dateline.rag.rules.agents import deed, doers, may_act, told_of_another

RAID = Document(
    "raid",
    "A man broke into the home of Mayor Ilse Brandt on Sunday night. Lars Novak, 43, attacked Ilse Brandt with a hammer.\n\n"
    "Senator Anton Keller called Sunday's attack on Ilse Brandt abhorrent. President Lena Roth denounces attack on Brandt.\n\n"
    "Hours before, Novak had posted threats on Chatbook. Brandt was released from the Harwick clinic on Friday, said Otto Dahl.\n\n"
    "The prize for the best actress went to Maja Lind, who won it for “Winter of the Harbour”.\n\n"
    "The harbour board closed the ferry line in Sundby after Gazette reporters named its owners.\n\n"
    "The old lighthouse was built by the Coast Guild in 1871.\n\n",
    published="2026-05-18",
)


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("Who attacked Ilse Brandt?", "Lars Novak"),
        ("Who closed the ferry line?", "harbour board"),
        ("Who built the lighthouse?", "Coast Guild"),
        ("Who won the prize for the best actress?", "Maja Lind"),
    ],
)
def test_the_answer_is_who_did_it(question: str, who: str) -> None:
    assert who in ask(question, [RAID]).lead


@pytest.mark.parametrize(
    ("text", "verb", "who"),
    [
        ("They spoke when Brandt received a call from Novak in Harwick.", "call", ["Novak in Harwick"]),
        ("The attack by rebels left nine dead.", "attack", ["rebels left nine dead"]),
        ("The manufacturer, Bordurian company Northlab, makes a dose.", "manufactur", ["Bordurian company Northlab"]),
        ("Calls for a vote grew louder.", "call", []),
    ],
)
def test_a_deed_may_be_told_by_a_noun(text: str, verb: str, who: list[str]) -> None:
    assert [text[a:b].rstrip(".") for a, b in doers(text, verb)] == who


def test_who_speaks_of_a_deed_has_not_done_it() -> None:
    text = ask("Who attacked Ilse Brandt?", [RAID]).lead
    assert not any(name in text for name in ("Keller", "Roth", "Chatbook", "Dahl"))


def test_the_deed_asked_for_is_the_verb_behind_who() -> None:
    assert deed(analyse("Who attacked the mayor?")) == "attack"
    assert deed(analyse("Who has also won the cup?")) == "win"
    assert deed(analyse("Who is the mayor?")) == deed(analyse("Who did they elect?")) == ""


@pytest.mark.parametrize(
    ("text", "verb", "who"),
    [
        ("Ruritanian officials swiftly rejected the plan.", "reject", ["Ruritanian officials "]),
        ("The mayor was attacked by a man named Novak.", "attack", ["a man named Novak"]),
        ("Lind, a trainer from Harwick, won the race.", "win", ["Lind, a trainer from Harwick, "]),
        ("The tower, built by the guild, stands.", "build", ["the guild"]),
        ("She condemned the attack on the mayor.", "attack", []),
        ("They asked the minister to resign.", "resign", []),
    ],
)
def test_the_doer_is_the_subject_or_stands_behind_by(text: str, verb: str, who: list[str]) -> None:
    assert [text[start:end] for start, end in doers(text, verb)] == who


def test_a_place_a_title_of_a_work_and_a_source_do_nothing() -> None:
    text = "According to Otto Dahl, threats were posted on Chatbook in “Harbour News”."
    for words in ("Otto Dahl", "Chatbook", "Harbour News"):
        assert not may_act(text, text.index(words), text.index(words) + len(words))
    assert may_act(text, text.index("threats"), text.index("threats") + 7)


@pytest.mark.parametrize(
    ("question", "text", "another"),
    [
        ("When did Ada Holm die?", "When her father died in 1952, Ada Holm was eight.", True),
        ("When did Ada Holm die?", "Ada Holm died on Thursday at home.", False),
        ("When did Ada Holm die?", "She died on Thursday at home.", False),
        ("When did Ada Holm die?", "The death of Ada Holm was told on Friday.", False),
        ("Who won the Harbour Cup?", "Arlen won the group in 2010, and lost in the Harbour Cup.", True),
        ("Who won the Harbour Cup?", "Arlen won the Harbour Cup in 2010.", False),
        ("Who won the Harbour Cup?", "Arlen won its third cup.", False),
        ("Who won the Harbour Cup?", "The Harbour Cup was won by Arlen.", False),
        ("Who won?", "Arlen won the group.", False),
    ],
)
def test_the_deed_of_another_is_no_answer(question: str, text: str, another: bool) -> None:
    assert told_of_another(analyse(question), text) is another
