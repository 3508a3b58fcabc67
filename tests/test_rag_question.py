import pytest

from dateline.rag.question.analysis import analyse


@pytest.mark.parametrize(
    ("text", "kinds", "types"),
    [
        ("who spoke with Okafor and when?", ("who", "when"), ("person", "time")),
        ("With whom did Okafor meet?", ("who",), ("person",)),
        ("Who is Adaeze Okafor?", ("who",), ("role",)),
        ("Who is the president of Ruritania?", ("who",), ("person",)),
        ("When was the dam opened?", ("when",), ("time",)),
        ("In what year did the dam open?", ("when",), ("time",)),
        ("Where were the talks held?", ("where",), ("place",)),
        ("How many people were evacuated?", ("how_many",), ("number",)),
        ("How long is the bridge?", ("how_many",), ("number",)),
        ("Which country hosted the summit?", ("which",), ("place",)),
        ("What did Okafor say about the flood?", ("said",), ("quote",)),
        ("How did Okafor respond?", ("said",), ("quote",)),
        ("Did Okafor resign?", ("yes_no",), ("verdict",)),
        ("Has the bridge been closed?", ("yes_no",), ("verdict",)),
        ("Why did the bridge collapse?", ("why",), ("clause",)),
        ("How did the bridge collapse?", ("how",), ("clause",)),
        ("What is the position of Ruritania on fishing?", ("open",), ("clause",)),
        ("What is Okafor's view?", ("open",), ("clause",)),
        ("What was the capital of Ruritania?", ("what",), ("place",)),
        ("Tell me about the flood", ("open",), ("clause",)),
        ("The festival, which began on Monday, is held in which city?", ("which",), ("place",)),
    ],
)
def test_kinds_and_types(text: str, kinds: tuple[str, ...], types: tuple[str, ...]) -> None:
    question = analyse(text)
    assert question.kinds == kinds
    assert question.types == types


def test_names_are_found_as_written_and_not_the_first_word() -> None:
    assert analyse("Did Maria da Silva meet the Bank of Ruritania?").names == ("Maria da Silva", "Bank of Ruritania")
    assert analyse("Floods hit which town?").names == ()


def test_terms_are_stems_without_function_words() -> None:
    assert analyse("Who spoke with Okafor and when did they speak?").terms == ("speak", "okafor")


def test_target_is_the_noun_asked_for() -> None:
    assert analyse("Which river flooded the valley?").target[0] == "river"
    assert analyse("How many villages were flooded?").target == ("villag",)


def test_a_question_without_content_has_no_terms() -> None:
    assert analyse("what about it?").terms == ()


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("What did Okafor warn about?", "warn"),
        ("Whom did Okafor meet in Oslo?", "meet"),
        ("What did the foreign minister urge?", "urg"),
        ("What does the union demand and what does Blue Line offer?", ""),
        ("When did Okafor resign?", ""),
        ("What is the Elm?", ""),
    ],
)
def test_the_verb_whose_object_is_asked_for(text: str, verb: str) -> None:
    assert analyse(text).verb == verb
