"""What a model thinks aloud, in whatever form, is no part of its answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from scripted_llm import ScriptedLLM

from dateline.rag.answer import Citation
from dateline.rag.llm.generative import Generator, Written
from dateline.rag.llm.thoughts import ANEW, Reply
from dateline.rag.llm.wording import announces, plain, refuses

NEWS = "The lighthouse of Orm was lit again on Friday. Its lamp had been dark for nine years. The port sold two cranes."
LIT, DARK, CRANES = (f"{sentence.strip()}." for sentence in NEWS.split(".")[:3])
ANSWER = f"{LIT} [1] {DARK} [1]"
EVIDENCE = [Citation(1, "d", "p", 0, len(NEWS), NEWS, title="Orm", source="Coast News", published="2026-02-07")]

FORMS = [
    f"<think>{CRANES}</think>{ANSWER}",
    f"<Thinking>\n{CRANES}\n</Thinking>\n\n{ANSWER}",
    f'<think time="3">{CRANES}</think>{ANSWER}',
    f"<thought>{CRANES}</thought>\n{ANSWER}",
    f"<reasoning>\n{CRANES}\n</reasoning>\n{ANSWER}",
    f"<seed:think>{CRANES}</seed:think>{ANSWER}",
    f"<scratchpad>{CRANES}</scratchpad>{ANSWER}",
    f"[THINK]{CRANES}[/THINK]{ANSWER}",
    f"◁think▷{CRANES}◁/think▷{ANSWER}",
    f"<|channel|>analysis<|message|>{CRANES}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>",
    f"<|channel>thought\n{CRANES}<channel|>{ANSWER}",
    f"analysis{CRANES}assistantfinal{ANSWER}",
    f"<|START_THINKING|>{CRANES}<|END_THINKING|><|START_RESPONSE|>{ANSWER}<|END_RESPONSE|>",
    f'<details type="reasoning" done="true">\n<summary>Thought</summary>\n> {CRANES}\n</details>\n{ANSWER}',
    f"<think>{CRANES}</think><answer>{ANSWER}</answer>",
    f"Okay, who lit it. {CRANES} So I should answer.</think>{ANSWER}",
    f"{CRANES}\n</think>\n\n{ANSWER}",
    f"{CRANES} {DARK}\n<answer>\n{ANSWER}\n</answer>",
    f"Let me think.\n<think>\n{CRANES}\n</think>\n{ANSWER}",
    f"{LIT} [1]\n<think>{CRANES}</think>\n{DARK} [1]",
    f"{ANSWER}<|im_end|>\n<|im_start|>user\nAnd then?<|im_end|>\n{CRANES} [1]",
    f"{ANSWER}\n\nQuestion: What else?\nAnswer: {CRANES} [1]",
]


def write(
    *scripts: object, evidence: Sequence[Citation] = EVIDENCE, size: int = 4, **settings: object
) -> list[Written]:
    llm = ScriptedLLM(*scripts, size=size)  # type: ignore[arg-type]
    return list(Generator(llm, **settings).stream("When was the lighthouse of Orm lit?", evidence))  # type: ignore[arg-type]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [1, 9, 5000])
def test_thoughts_never_reach_the_page(form: str, size: int) -> None:
    seen = write(form, "NONE", size=size)
    assert " ".join(seen[-1].text.split()) == f"{LIT} [1] {DARK} [2]"
    assert all("cranes" not in written.text for written in seen[:-1])


@pytest.mark.parametrize(
    "form", [f"<think>{CRANES} {ANSWER}", f"<|channel|>analysis<|message|>{ANSWER}", f"{ANSWER}</think>"]
)
def test_who_only_thinks_writes_nothing(form: str) -> None:
    final = write(form)[-1]
    assert (final.outcome, final.text, final.notice) == ("failed", "", "The language model wrote nothing.")


def test_a_model_that_closes_thoughts_it_never_opened_is_known_from_then_on() -> None:
    generator = Generator(ScriptedLLM(f"{ANSWER}</think>{ANSWER}"))
    first, second = (list(generator.stream("When was the lighthouse lit?", EVIDENCE)) for _ in range(2))
    assert any(written.text for written in first[:2])  # it begins as an answer would
    assert all(not before.text or after.text for before, after in pairwise(second[:-1]))
    assert second[-1].text == first[-1].text


def read(text: str, size: int) -> str:
    reply, said = Reply(), ""
    for start in range(0, len(text), size):
        for piece in reply.feed(text[start : start + size]):
            said = "" if piece is ANEW else said + piece
    for piece in reply.close():
        said = "" if piece is ANEW else said + piece
    return said


@pytest.mark.parametrize(
    "text",
    [
        "5 < 6 and [TH] is thorium.",
        "An analysis of assistants was final.",
        "<b>It</b> rained",
        "◁ left",
        "analysis",
        "[",
        "<",
    ],
)
@pytest.mark.parametrize("size", [1, 3, 500])
def test_what_is_no_thought_is_kept(text: str, size: int) -> None:
    assert read(text, size) == text


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("It rained.<br>It snowed.", "It rained. It snowed."),
        ("It <b>rained</b>, then<i>ce</i> it snowed.", "It rained, thence it snowed."),
        ("**Answer:** it rained.", "It rained."),
        ("Final answer: Based on the provided articles, it rained.", "It rained."),
        ("Here is the answer to your question: it rained.", "It rained."),
        ("According to the articles, it rained.", "It rained."),
        ("According to the Coast News, it rained.", "According to the Coast News, it rained."),
        ("It rained on Friday [2026-02-06].", "It rained on Friday."),
        ("The answer is rain.", "The answer is rain."),
    ],
)
def test_plain_words(written: str, words: str) -> None:
    assert plain(written) == words


@pytest.mark.parametrize(
    "text", ["Sure!", "Let me check the articles.", "Here is the answer:", "I hope this helps!", "Sources: [1] x", "—"]
)
def test_announcements_claim_nothing(text: str) -> None:
    assert announces(text)
    assert not announces("Sure Start closed its centre.")


@pytest.mark.parametrize(
    "text", ["Unfortunately, none of the articles mention who lit it.", "No article says who lit it."]
)
def test_refusals(text: str) -> None:
    assert refuses(text)
    assert not refuses("The article says who lit it.")
