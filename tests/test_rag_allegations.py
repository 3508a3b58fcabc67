import pytest
from test_rag_extractive import ask

from dateline.index.documents import Document
from dateline.rag.rules.allegations import hedged

BURNT = Document(
    "burnt",
    "The archive of Marrowby burnt down on Sunday.\n\n"
    "Police said that Otto Brand, a former clerk, allegedly burnt the archive of Marrowby.\n\n"
    "The council will meet on Friday.\n\n",
    published="2026-02-03",
)
CHARGED = Document(
    "charged",
    "Two guards were killed at the mint of Sallow in May.\n\n"
    "Greta Olsen has been charged with murder over the two guards killed at the mint, her lawyer said.\n\n",
    published="2026-06-03",
)
CONVICTED = Document(
    "convicted",
    "Greta Olsen, once accused of killing two guards at the mint of Sallow, killed them for money, the court found.\n\n",
    published="2026-09-03",
)


def test_an_alleged_deed_is_shown_as_alleged() -> None:
    draft = ask("Who burnt the archive of Marrowby?", [BURNT])
    assert draft.lead == "**Otto Brand** (“allegedly”; not told as fact)"


def test_whoever_is_charged_is_not_told_to_have_done_it() -> None:
    draft = ask("Who killed the guards at the mint?", [CHARGED])
    assert draft.lead == "**Greta Olsen** (“charged with”; not told as fact)"


def test_what_is_told_as_fact_needs_no_hedge() -> None:
    assert "not told" not in ask("Who killed the guards at the mint?", [CHARGED, CONVICTED]).lead


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("Brand allegedly burnt the archive.", True),
        ("Brand is believed to have burnt the archive.", True),
        ("Brand burnt the archive; a witness allegedly lied.", False),
        ("Brand burnt the archive.", False),
    ],
)
def test_a_hedge_is_that_of_the_deed(text: str, doubtful: bool) -> None:
    assert hedged(text, "burn") == doubtful


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who built the mill?", "She said the mill, built in 1957, had last been painted in May."),
        ("Who stabbed the dogs of Sallow?", "Arriving guards found the bodies of four badly stabbed dogs in Sallow."),
        ("Who attacked the mint of Sallow?", "The country behind the armed attacks on the mint of Sallow was silent."),
    ],
)
def test_whoever_merely_stands_before_the_deed_did_not_do_it(question: str, text: str) -> None:
    assert "**" not in ask(question, [Document("d", f"{text}\n\n", published="2026-02-03")]).text
