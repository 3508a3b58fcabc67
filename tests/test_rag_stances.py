import pytest

from dateline.rag.question.analysis import analyse
from dateline.rag.rules.verdicts import verdict


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        ("Is Estmark against the dam?", "Estmark, which lies downstream, has repeatedly opposed the dam.", "yes"),
        ("Is Estmark for the dam?", "Estmark has repeatedly opposed the dam.", "no"),
        ("Does Estmark support the dam?", "Estmark has repeatedly opposed the dam.", "no"),
        ("Does Estmark oppose the dam?", "Estmark condemned the dam.", "yes"),
        ("Is Estmark in favour of the dam?", "Estmark backs the dam.", "yes"),
        ("Is Estmark in favour of the dam?", "Estmark called for the dam.", "yes"),
        ("Does Estmark support patience?", "Estmark stressed the importance of patience.", "yes"),
        ("Is Estmark on Borduria's side?", "Estmark is an ally of Borduria.", "yes"),
        ("Does Estmark support Borduria?", "Estmark has backed Borduria since May.", "yes"),
        ("Does Estmark support Borduria?", "Estmark does not support Borduria.", "no"),
        ("Is Estmark in the Tidewater Union?", "Estmark is a member of the Tidewater Union.", "yes"),
        ("Is Estmark in the Tidewater Union?", "Estmark is not a member of the Tidewater Union.", "no"),
    ],
)
def test_a_stance_is_told_in_other_words(question: str, text: str, said: str) -> None:
    assert verdict(analyse(question), text) == said


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Does Estmark support Borduria?", "Borduria supports Estmark."),
        ("Does Estmark support Borduria?", "Estmark is not an ally of Borduria."),
        ("Is Estmark in favour of the dam?", "Estmark did not call for the dam."),
        ("Does Estmark support the dam?", "Estmark supported the dam until May."),
        ("Does Estmark support a raid on Borduria?", "Estmark has opposed the tariff on Borduria."),
        ("Is Estmark against the dam?", "Estmark built the dam."),
    ],
)
def test_what_tells_of_no_stance_gives_no_verdict(question: str, text: str) -> None:
    assert verdict(analyse(question), text) is None
