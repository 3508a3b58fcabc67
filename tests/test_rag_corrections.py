from dateline.rag.evidence.corrections import retracts, updates


def test_an_earlier_version_is_taken_back() -> None:
    assert retracts("An earlier version of this article gave the toll as nine.")
    assert retracts("The report incorrectly said that nine people had died.")
    assert not retracts("Nine people died, the mayor said.")


def test_a_later_value_is_told_as_a_change() -> None:
    assert updates("The toll has risen to eleven.")
    assert not updates("Eleven people died.")
