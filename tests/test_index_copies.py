import random
import struct
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dateline.index.prose import copies
from dateline.index.prose.copies import clusters, independent, signature

WORDS = [f"word{number}" for number in range(3000)]


def prose(seed: int, length: int = 400) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def test_same_text_has_the_same_signature_whatever_its_case_and_layout() -> None:
    text = "The harbour bridge reopened on Thursday."
    assert signature(text) == signature("The  harbour bridge\nREOPENED on Thursday")
    assert len(signature(text)) == 4 + 256 * 4


def test_furniture_does_not_count() -> None:
    text = "The harbour bridge reopened.\nAdvertisement\nBuses run again."
    start = text.index("Advertisement")
    furniture = [(start, start + len("Advertisement"))]
    assert signature(text, furniture) == signature("The harbour bridge reopened. Buses run again.")
    assert signature(text) != signature(text, furniture)


def test_number_of_shingles_stands_in_front() -> None:
    # "a b c", "b c a", "c a b": the fourth, "a b c", is there already.
    assert struct.unpack_from("<I", signature("a b c a b c")) == (3,)
    assert struct.unpack_from("<I", signature("one two")) == (1,)
    assert struct.unpack_from("<I", signature("")) == (0,)


def test_agency_text_with_cuts_additions_and_edits_is_one_report() -> None:
    words = prose(1).split()
    agency = " ".join(words)
    cut = " ".join(words[:240])
    added = " ".join(words[:320]) + " " + prose(2, 100)
    edited = " ".join("changed" if number % 25 == 0 else word for number, word in enumerate(words))
    signatures = {"agency": agency, "cut": cut, "added": added, "edited": edited, "other": prose(3)}
    found = clusters({name: signature(text) for name, text in signatures.items()})
    assert found == {"added": "added", "agency": "added", "cut": "added", "edited": "added", "other": "other"}
    assert independent({name: signature(text) for name, text in signatures.items()}) == 2


def test_a_shared_paragraph_makes_no_copy() -> None:
    quote = prose(1, 60)
    texts = {"a": f"{prose(2)} {quote}", "b": f"{quote} {prose(3)}"}
    assert independent({name: signature(text) for name, text in texts.items()}) == 2


def test_short_texts_of_one_pattern_are_no_copies() -> None:
    texts = {name: f"The story of {name} is told here in full." for name in ("one", "two", "three")}
    assert independent({name: signature(text) for name, text in texts.items()}) == 3
    assert independent({"a": signature(texts["one"]), "b": signature(texts["one"].upper())}) == 1


def test_texts_without_words_are_copies_of_nothing() -> None:
    assert clusters({"a": signature(""), "b": signature("…"), "c": signature("word")}) == {"a": "a", "b": "b", "c": "c"}
    assert clusters({}) == {}


def test_clusters_do_not_depend_on_order_or_on_who_else_is_there() -> None:
    texts = {f"{kind}{number}": prose(number, 400 if kind == "a" else 300) for number in range(5) for kind in "ab"}
    signatures = {name: signature(text) for name, text in texts.items()}
    found = clusters(signatures)
    assert found == clusters(dict(reversed(signatures.items())))
    assert found == {name: f"a{name[1]}" for name in texts}
    assert clusters({name: signatures[name] for name in ("a1", "b1", "b2")}) == {"a1": "a1", "b1": "a1", "b2": "b2"}


def test_many_articles_are_compared_by_bands_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {f"{number:03}{kind}": prose(number, 120 if kind == "a" else 100) for number in range(60) for kind in "ab"}
    signatures = {name: signature(text) for name, text in texts.items()}
    compared = clusters(signatures)
    monkeypatch.setattr("dateline.index.prose.copies._ALL_PAIRS", 0)
    assert clusters(signatures) == compared == {name: f"{name[:3]}a" for name in texts}


def test_many_copies_of_one_text_are_not_all_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def counting(row: int, others: NDArray[np.int64], *rest: Any) -> NDArray[np.bool_]:
        nonlocal compared
        compared += len(others)
        return are_copies(row, others, *rest)

    are_copies = copies._are_copies
    monkeypatch.setattr(copies, "_are_copies", counting)
    pattern = prose(1, 200).split()
    texts = {f"{n:03}": " ".join([*pattern[:100], f"edition{n}", *pattern[100:]]) for n in range(600)}
    assert set(clusters({name: signature(text) for name, text in texts.items()}).values()) == {"000"}
    assert compared < 5 * len(texts)
