import pytest

from dateline.rag.english.acronyms import abbreviable, abbreviated, acronym, acronyms, initials


@pytest.mark.parametrize(
    ("word", "short"), [("RLF", "rlf"), ("R.L.F.", "rlf"), ("MoRA", "mra"), ("Rain", ""), ("a", "")]
)
def test_what_is_written_as_an_acronym(word: str, short: str) -> None:
    assert acronym(word) == short


def test_initials_skip_the_small_words() -> None:
    assert initials("League of Northern Ports") == "lnp"
    assert initials("Ruritania") == ""


def test_names_match_their_acronyms_both_ways() -> None:
    spelled = "The Ruritanian League for Fairness met in Oslo."
    assert abbreviated("RLF", spelled)
    assert abbreviated("Ruritanian League for Fairness", "The RLF met in Oslo.")
    assert abbreviated("R.L.F.", spelled)
    assert not abbreviated("RFL", spelled)


def test_an_acronym_may_shorten_the_beginning_of_a_longer_name() -> None:
    assert "rl" in abbreviable("the Ruritanian League Fishing Council")


def test_an_acronym_is_no_part_of_a_longer_one_and_no_small_word() -> None:
    assert not abbreviated("Ruritanian League", "The RLFC met in Oslo.")
    assert not abbreviated("Ursula Stone", "They told us nothing.")
    assert acronyms("They told us that the RLFC met.") == {"rlfc"}
