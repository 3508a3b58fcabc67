"""Follow-ups become standalone; standalone questions stay as they are."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.rag.question.mentions import mentions
from dateline.rag.question.referents import best_referent, candidates
from dateline.rag.question.rewrite import Rewriter, rewrite


def chat(*messages: str) -> list[dict[str, str]]:
    """Messages, the user's first, then by turns."""
    return [{"role": "user" if i % 2 == 0 else "assistant", "content": text} for i, text in enumerate(messages)]


CALL = chat(
    "who spoke with Moreau and when?",
    "**Deputy Prime Minister Ana Lund** spoke with Moreau on Wednesday [1]. The two had spoken in Lisbon [2].",
)
CALLS = [
    *CALL,
    *chat("And with Okafor?", "**Ana Lund** spoke with Paul Okafor earlier on Wednesday [1]."),
]
VOTE = chat(
    "Did any countries vote against the resolution?",
    "Yes. Norland was among **seven countries** that voted against the resolution [1].",
)
DEAL = chat("What did Brandt say about the fishing deal?", 'Brandt called the deal "a start" [1].')
LISBON = chat("What happened in Lisbon in January?", "Two ministers met there [1].")


@pytest.mark.parametrize(
    ("history", "question", "standalone"),
    [
        (CALL, "And with Okafor?", "who spoke with Okafor and when?"),
        (CALL, "And Okafor?", "who spoke with Okafor and when?"),
        (CALL, "What about Okafor?", "who spoke with Okafor and when?"),
        (CALL, "What did she say?", "What did Ana Lund say?"),
        (CALL, "What did she say about fishing?", "What did Ana Lund say about fishing?"),
        (CALL, "Where?", "who spoke with Moreau and where?"),
        (CALL, "When?", "who spoke with Moreau and when?"),
        (CALL, "When was it?", "who spoke with Moreau and when?"),
        (CALLS, "What did they discuss?", "What did Ana Lund and Okafor discuss?"),
        (CALLS, "And Brandt?", "who spoke with Brandt and when?"),
        (VOTE, "Which ones?", "Which countries did vote against the resolution?"),
        (VOTE, "When?", "When did any countries vote against the resolution?"),
        (VOTE, "Who proposed it?", "Who proposed the resolution?"),
        (DEAL, "What did he say about it?", "What did Brandt say about the fishing deal?"),
        (DEAL, "And Okafor?", "What did Okafor say about the fishing deal?"),
        (LISBON, "Who met there then?", "Who met there in January?"),
        (LISBON, "What else happened there?", "What else happened in Lisbon?"),
        (LISBON, "Where was Okafor then?", "Where was Okafor in January?"),
        (chat("How many people were killed?"), "And injured?", "How many people were injured?"),
        (chat("How many towns lost power?"), "Which ones?", "Which towns lost power?"),
        (chat("Tell me about electric buses."), "Should I ride a new one?", "Should I ride a new electric bus?"),
        (chat("Tell me about the history of trams."), "Why are they red?", "Why are trams red?"),
    ],
)
def test_follow_ups(history: list[dict[str, str]], question: str, standalone: str) -> None:
    assert rewrite(question, history) == standalone


@pytest.mark.parametrize(
    "question",
    [
        "did Okafor speak with Moreau?",
        "Who is Paul Okafor?",
        "What did Brandt say about the tram strike in Lisbon?",
        "Which bank says it will close its last branch in Lisbon?",
        "Is it legal to fish in Lisbon?",
        "Which town opened its second tram line on Monday?",
        "What is the Tram Museum, and who founded it?",
        "How many people have lost their homes in the Lisbon fire since it began?",
        "",
        "   ",
    ],
)
def test_standalone_questions_are_untouched(question: str) -> None:
    assert rewrite(question, CALL) == question


@pytest.mark.parametrize("question", ["And with Okafor?", "What did she say?", "When?"])
def test_nothing_to_refer_to(question: str) -> None:
    assert rewrite(question, []) == question
    assert rewrite(question, [{"role": "assistant", "content": "Hello, I am **Bot**."}]) == question


def test_a_noun_that_could_be_a_verb_stays_in_the_subject_of_a_question() -> None:
    history = chat("Where were the Ruritania-Borduria talks first planned?", "They were planned in Sundby [1].")
    assert rewrite("and where were they moved?", history) == "and where were the Ruritania-Borduria talks moved?"


def test_only_the_last_thirty_turns_are_read() -> None:
    history = [
        {"role": role, "content": text}
        for n in range(500)
        for role, text in (("user", f"Who is Ana Lund{n}?"), ("assistant", f"**Ana Lund{n}**, a judge [1]."))
    ]
    assert rewrite("Where does she live?", history) == "Where does Ana Lund499 live?"
    assert len(Rewriter().turns(history)) == 30


def test_a_chain_of_follow_ups_keeps_the_topic() -> None:
    history = chat(
        "Tell me about the Lisbon Tram Museum.", "It opened in 1999 [1].", "Who founded it?", "Ana Lund did [1]."
    )
    assert rewrite("How large is it?", history) == "How large is the Lisbon Tram Museum?"


def test_marks_and_emphasis_never_reach_the_question() -> None:
    for question in ("What did she say?", "Which ones?", "Why?", "What happened to it?", "And then?"):
        for history in (CALL, CALLS, VOTE, DEAL):
            assert not set("[]*_") & set(rewrite(question, history))


def test_the_dictated_choice_is_put_in() -> None:
    class Stubborn(Rewriter):
        def choose(self, gap, question, turns):  # type: ignore[no-untyped-def]
            return mentions("Tell me about the harbour.")[0]

    assert Stubborn().rewrite("How old is it?", CALL) == "How old is the harbour?"


def test_weights_decide() -> None:
    turns = Rewriter().turns(chat("Why did the harbour open the market?"))
    phrases = [mention.phrase for mention, _ in candidates("singular", "Was it repaired?", turns)]
    assert phrases == ["the harbour", "the market"]
    for role, phrase in (("subject", "the harbour"), ("object", "the market")):
        chosen = best_referent("singular", "Was it repaired?", turns, {f"role={role}": 1.0})
        assert chosen is not None
        assert chosen.phrase == phrase


def test_mentions_have_roles_and_offsets() -> None:
    question = "Tell me about the history of the Rhine and Meuse canal in Ana Lund's book."
    found = {mention.text: mention for mention in mentions(question)}
    assert found["history"].role == "relation"
    assert found["Rhine and Meuse canal"].role == "topic_of"
    assert found["Ana Lund"].owner
    assert found["Ana Lund's book"].owned
    assert all(question[m.start : m.end] == m.text for m in mentions(question))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120), st.lists(st.text(max_size=120), max_size=5))
def test_any_text_is_survived(question: str, messages: list[str]) -> None:
    result = rewrite(question, chat(*messages))
    assert isinstance(result, str)
    for text in [question, *messages]:
        assert all(text[m.start : m.end] == m.text and m.text for m in mentions(text))


def test_a_few_milliseconds() -> None:
    history = chat(*[text for message in CALLS * 5 for text in [message["content"]]])
    rewrite("What did she say?", history)
    begin = time.process_time()
    for _ in range(20):
        rewrite("What did she say about it?", history)
    assert (time.process_time() - begin) / 20 < 0.05


@pytest.mark.parametrize(
    ("asked", "answer", "then", "meant"),
    [
        ("Who is Anton Keller?", "**an aide to Queen Maud Lind**\n\nKeller, an aide to Queen Maud Lind, spoke. [1]",
         "What did he say?", "What did Anton Keller say?"),
        ("When did Ilse Brandt resign?", "**Monday** [1]", "Why did she resign?", "Why did Ilse Brandt resign?"),
        ("Where did Okafor travel?", "**Sundby** [1]", "What did he do there?", "What did Okafor do in Sundby?"),
        ("Who phoned Okafor?", "**Nils Voss**\n\nVoss phoned Okafor. [1]", "When did he phone?", "When did Nils Voss phone?"),
        ("Who is Maud Lind's brother?", "**Karl Lind** [1]", "What does he do?", "What does Karl Lind do?"),
        ("What did the Bordurian president say?", "**Karl Voss: no** [1]", "Why did he say no?", "Why did Karl Voss say no?"),
    ],
)  # fmt: skip
def test_a_pronoun_is_the_person_asked_about_before_anyone_in_the_answer(
    asked: str, answer: str, then: str, meant: str
) -> None:
    history = [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
    assert rewrite(then, history) == meant
