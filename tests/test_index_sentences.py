import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.index.prose.sentences import split


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Masoud Smith met Lt. Gen. Jones. They talked.", ["Dr. Masoud Smith met Lt. Gen. Jones.", "They talked."]),
        ("The U.S. Senate voted. It passed.", ["The U.S. Senate voted.", "It passed."]),
        ("He lives in the U.S. She does not.", ["He lives in the U.S.", "She does not."]),
        ("It closed at 3 p.m. The crowd left.", ["It closed at 3 p.m.", "The crowd left."]),
        ("John F. Kennedy spoke.", ["John F. Kennedy spoke."]),
        ("In Arlen v. Novak she dissented. It was close.", ["In Arlen v. Novak she dissented.", "It was close."]),
        ("It cost $3.5 million. Nobody paid.", ["It cost $3.5 million.", "Nobody paid."]),
        ("“Stop!” he said. “Go. Now.” She left.", ["“Stop!” he said.", "“Go. Now.”", "She left."]),
        ("“It is wrong. It is very wrong,” Fox said.", ["“It is wrong. It is very wrong,” Fox said."]),
        ("A headline\n\nA sentence of\ntwo lines. End", ["A headline", "A sentence of\ntwo lines.", "End"]),
        ("On Jan. 5 it rained. Then it stopped.", ["On Jan. 5 it rained.", "Then it stopped."]),
        ('He said "no." She said yes.', ['He said "no."', "She said yes."]),
        (
            "“An unclosed quote. With more\n\nNext paragraph. Two.",
            ["“An unclosed quote. With more", "Next paragraph.", "Two."],
        ),
        ("", []),
        (" \n ", []),
    ],
)
def test_split(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet=st.sampled_from("ab .!?\n“”\"'()A1…"), max_size=200))
def test_spans_cover_everything_but_white_space(text: str) -> None:
    spans = split(text)
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()
