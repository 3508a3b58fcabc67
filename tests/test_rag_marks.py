import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.rag.llm.marks import Marked, MarkParser

NAMES = {"Coast News": 1, "Rain in Belmora": 2}


def parse(text: str, count: int = 3, size: int = 10_000) -> list[Marked]:
    parser = MarkParser(count, NAMES)
    found: list[Marked] = []
    for start in range(0, len(text), size):
        found.extend(parser.feed(text[start : start + size]))
    return [*found, *parser.close()]


@pytest.mark.parametrize(
    ("written", "marks"),
    [
        ("It rained [1].", (1,)),
        ("It rained. [1]", (1,)),
        ("It rained.[1]", (1,)),
        ("[2] It rained.", (2,)),
        ("It rained [1, 2].", (1, 2)),
        ("It rained [1,2; 3].", (1, 2, 3)),
        ("It rained [1-3].", (1, 2, 3)),
        ("It rained [1–2].", (1, 2)),
        ("It rained [1][2].", (1, 2)),
        ("It rained [1] [2].", (1, 2)),
        ("It rained [2][1][2].", (2, 1)),
        ("It rained【1】.", (1,)),
        ("It rained 【3†source】.", (3,)),
        ("It rained 【1†L3-L9】【2†L1】.", (1, 2)),
        ("It rained ［１］.", (1,)),
        ("It rained [[2]].", (2,)),
        ("It rained [^2].", (2,)),
        (r"It rained \[2\].", (2,)),
        ("It rained [2](https://example.org/a).", (2,)),
        ("It rained [Source 2].", (2,)),
        ("It rained [sources: 1 and 3].", (1, 3)),
        ("It rained [doc 1].", (1,)),
        ("It rained.¹", (1,)),
        ("It rained¹³.", (1, 3)),
        ("It rained<sup>2</sup>.", (2,)),
        ("It rained<sup>[1, 2]</sup>.", (1, 2)),
        ("It rained [citation:1].", (1,)),
        (r"It rained \[citation:1\].", (1,)),
        ("It rained [ID:1].", (1,)),
        ("It rained [ID: 2, ID: 3].", (2, 3)),
        ("It rained [S1].", (1,)),
        (r"It rained \[S2\].", (2,)),
        ("It rained [Article 1].", (1,)),
        ("It rained [Articles 1, 2].", (1, 2)),
        ("It rained [Article 1: Rain in Belmora].", (1,)),
        ("It rained [Article 1, Coast News].", (1,)),
        ("It rained [2: Coast News].", (2,)),
        ("It rained [Article 3 - Coast News].", (3,)),
        ("It rained [Article 1](https://example.org/a).", (1,)),
        ("It rained [[1]](#1).", (1,)),
        ("It rained [Coast News].", (1,)),
        (r"It rained \[Coast News\].", (1,)),
        ("It rained (Rain in Belmora).", (2,)),
        ("It rained (Source: Coast News).", (1,)),
        ("It rained (1).", (1,)),
        ("It rained. (1)", (1,)),
        ("It rained (1, 2).", (1, 2)),
        ("It rained (Article 1).", (1,)),
        ("It rained (Articles 1 and 2).", (1, 2)),
        ("It rained (Article 1, Coast News).", (1,)),
        ("It rained (source 2).", (2,)),
        ("It rained (Source: [1]).", (1,)),
        ("It rained (see [1]).", (1,)),
        ("It rained ([1]).", (1,)),
        ("It rained ([1], [3]).", (1, 3)),
        ("It rained (as reported in Article 2).", (2,)),
        ("It rained [1] - [3].", (1, 2, 3)),
        ("It rained [1] and [3].", (1, 3)),
        ("It rained [1], [2].", (1, 2)),
        ("It rained <cite>1</cite>.", (1,)),
        ("It rained <cite>[2]</cite>.", (2,)),
        ("It rained <ref>[1]</ref>.", (1,)),
        ('It rained <cite id="2"/>.', (2,)),
        ('It rained <citation source="3"></citation>.', (3,)),
        ("It rained ##0$$.", (1,)),
        ("It rained ##0$$ ##2$$.", (1, 3)),
        ("According to article 1, it rained.", (1,)),
        ("According to Article [2], it rained.", (2,)),
        ("According to [1], it rained.", (1,)),
        ("Article [3] says that it rained.", (3,)),
        ("Article 1 reports: it rained.", (1,)),
        ("It rained [1] (see).", (1,)),
        ("It rained [1] ().", (1,)),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_shapes_of_marks(written: str, marks: tuple[int, ...], size: int) -> None:
    assert parse(written, size=size) == [Marked("It rained.", marks)]


@pytest.mark.parametrize(
    "text",
    [
        "It rained on Wednesday [2026-02-04].",
        "He said it [sic] was fine […].",
        "The lake covers 12 km² and holds 10³ boats.",
        "Call `rows[1]` first.",
        "The year [2026] was dry.",
        "Prices rose 5 [5.5 before tax] percent.",
        "Ana Holm (7) and Ole Holm (12) won.",
        "The mayor (who was ill) stayed away.",
        "In 12 of 30 towns, it rained.",
        "It rained (and snowed).",
    ],
)
def test_what_is_no_mark(text: str) -> None:
    assert parse(text) == [Marked(text)]


def test_invented_numbers_are_dropped_and_kept_apart() -> None:
    assert parse("It rained [1, 7][0]. It snowed [12].") == [
        Marked("It rained.", (1,), (7, 0)),
        Marked("It snowed.", (), (12,)),
    ]


def test_two_raised_digits_are_one_number_where_there_is_such_evidence() -> None:
    assert parse("It rained.¹²", count=12)[0].marks == (12,)
    assert parse("It rained.¹²", count=9)[0].marks == (1, 2)


def test_marks_belong_to_the_sentence_before_them() -> None:
    assert parse("Dr. Ames left. [1] She went to the U.S. on Monday [2]. “Why?” he asked. [3]") == [
        Marked("Dr. Ames left.", (1,)),
        Marked("She went to the U.S. on Monday.", (2,)),
        Marked("“Why?” he asked.", (3,)),
    ]


def test_sentences_appear_once_the_next_has_begun() -> None:
    parser = MarkParser(3)
    assert list(parser.feed("It rained. [1")) == []
    assert list(parser.feed("]")) == []
    assert list(parser.feed(" [2] Then ")) == [Marked("It rained.", (1, 2))]
    assert list(parser.feed("it snowed")) == []
    assert list(parser.close()) == [Marked("Then it snowed")]


def test_lists_keep_their_items() -> None:
    text = "The storm:\n\n- Roads closed [1]. Trains ran [2].\n2. Schools open [3]\n\nThat was all. [1]"
    assert parse(text) == [
        Marked("The storm:", kind="heading"),
        Marked("Roads closed.", (1,), kind="item", paragraph=True),
        Marked("Trains ran.", (2,), kind="item"),
        Marked("Schools open", (3,), kind="item"),
        Marked("That was all.", (1,), paragraph=True),
    ]


def test_tables_become_items() -> None:
    text = "| Day | What |\n| --- | :-: |\n| Monday | Rain [1] |\n| Tuesday | Snow [2] [9] |\n\nDone. [1]"
    assert parse(text) == [
        Marked("Day | What", kind="heading"),
        Marked("Monday, Rain", (1,), kind="item"),
        Marked("Tuesday, Snow", (2,), (9,), kind="item"),
        Marked("Done.", (1,), paragraph=True),
    ]


@pytest.mark.parametrize("end", ["\n```\nIt rained. [2]", ""])
def test_code_is_left_alone(end: str) -> None:
    found = parse("It snowed. [1]\n```python\nx = rows[1]\nprint(x)" + end)
    assert found[:2] == [Marked("It snowed.", (1,)), Marked("x = rows[1]\nprint(x)", kind="code", paragraph=True)]
    assert found[2:] == ([Marked("It rained.", (2,))] if end else [])


def test_headings_claim_nothing() -> None:
    assert [m.kind for m in parse("# Weather\n**Rain**\nIt rained. [1]\nIn short:\n")] == [
        "heading", "heading", "sentence", "heading",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "listed",
    [
        "Sources:\n[1] Coast News",
        "**References**\n1. Rain in Belmora, Coast News, published 2026-02-05\n2. [Coast News](https://example.org)",
        "Source: Article [1]",
        "## Sources\n\n- [1] Rain in Belmora\n- [2] Coast News",
        "References: 1. Coast News. 2. Rain in Belmora.",
        "Citations:\n[1]",
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_list_of_sources_is_no_answer(listed: str, size: int) -> None:
    assert parse(f"It rained all day. [1]\n\n{listed}", size=size) == [Marked("It rained all day.", (1,))]
    later = parse(f"{listed}\n\nIt rained all day. [1]", size=size)
    assert later in ([Marked("It rained all day.", (1,))], [Marked("It rained all day.", (1,), paragraph=True)])


def test_sources_that_say_something_are_people() -> None:
    assert parse("Sources said it rained. [1]") == [Marked("Sources said it rained.", (1,))]


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_an_answer_in_an_object_is_read(size: int) -> None:
    told = '{"answer": "It rained. It snowed.", "citations": [1, 2]}'
    for text in (told, f"```json\n{told}\n```"):
        assert parse(text, size=size) == [Marked("It rained."), Marked("It snowed.", (1, 2))]
    assert parse('```json\n{"rain": 3}\n```')[0].kind == "code"
    assert parse("```markdown\nIt rained. [1]\n```", size=size) == [Marked("It rained.", (1,))]


def test_sentences_glued_together_are_two() -> None:
    assert parse("The road was wet.Ole Holm left [1].") == [Marked("The road was wet."), Marked("Ole Holm left.", (1,))]


PARTS = [
    "It rained", "Dr. Ames left", "the U.S. army came", "He paid $3.5 million", "“No. Never.” she said", ". ", ".", "! ",
    "? ", "\n", "\n\n", "- ", "1. ", "[1]", " [2, 3]", "【1†a】", "[", "]", " [9]", "²", "| a | b |\n", "|---|---|\n", "```\n",
    "`x[1]`", "**bold**", ": ", " and so ", "\\[3\\]", "<sup>1</sup>", "<b>", "(", ")",
]  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PARTS), max_size=14), st.integers(1, 9))
def test_pieces_of_any_size_read_the_same_words(parts: list[str], size: int) -> None:
    text = "".join(parts)
    whole, pieces = parse(text), parse(text, size=size)
    assert " ".join(m.text for m in whole).split() == " ".join(m.text for m in pieces).split()
    assert {n for m in whole for n in m.marks} == {n for m in pieces for n in m.marks}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=120), st.integers(0, 5))
def test_any_text_can_be_read(text: str, count: int) -> None:
    for marked in parse(text, count=count, size=3):
        assert all(1 <= n <= count for n in marked.marks)
        assert len(set(marked.marks)) == len(marked.marks)
