"""What people choose on the page: theirs alone, never a key, and no address where others may use the chat."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dateline.index.errors import UsageError
from dateline.rag.chat.preferences import CHOICES, Preferences, as_toml
from dateline.rag.settings import Settings

STARTED = Settings(k=7, llm_url="http://127.0.0.1:1/v1", llm_model="a", llm_key="s3cret")


def test_choices_are_ones_own_kept_and_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    held = Preferences(STARTED, path)
    held.keep("ann", k=3, style="quoted")
    held.keep("ann", shown=0)
    held.close()
    held = Preferences(STARTED, path)
    hers = held.of("ann")
    assert (hers.k, hers.style, hers.shown, hers.llm_url) == (3, "quoted", 0, STARTED.llm_url)
    assert held.of("bob") == STARTED
    assert held.reset("ann") == held.of("ann") == STARTED
    held.close()


def test_what_equals_the_defaults_follows_them_when_they_change(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    Preferences(STARTED, path).keep("ann", k=7, shown=2)
    later = Preferences(Settings(k=20), path).of("ann")
    assert (later.k, later.shown) == (20, 2)


@pytest.mark.parametrize(
    "chosen", [{"k": 0}, {"k": 101}, {"shown": -1}, {"style": "rhymed"}, {"llm_key": "x"}, {"index": "/"}, {"nli": "x"}]
)
def test_what_cannot_be_chosen_is_refused_and_changes_nothing(chosen: dict[str, object]) -> None:
    held = Preferences(STARTED)
    with pytest.raises(UsageError):
        held.keep("ann", **chosen)
    assert held.of("ann") == STARTED


def test_where_others_may_come_nobody_names_an_address_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    Preferences(STARTED, path).keep("ann", llm_url="http://127.0.0.1:2/v1", k=3)
    shared = Preferences(STARTED, path, own_llm=False)
    assert (shared.of("ann").llm_url, shared.of("ann").k) == (STARTED.llm_url, 3)
    with pytest.raises(UsageError, match="llm_url cannot be changed here"):
        shared.keep("ann", llm_url="http://127.0.0.1:3/v1")


def test_a_choice_that_is_no_longer_possible_is_left_out(tmp_path: Path) -> None:
    held = Preferences(STARTED)
    held.keep("ann", k=3)
    held._connection.execute("""UPDATE preferences SET chosen = '{"k": 1000}'""")
    assert held.of("ann") == STARTED


def test_the_toml_makes_the_choices_permanent_and_holds_no_key(tmp_path: Path) -> None:
    chosen = Settings(k=3, llm_url='http://h/"\\v1', llm_model="é\x7f\n", llm_key="s3cret", unsupported="flag")
    toml = as_toml(chosen)
    assert "s3cret" not in toml
    assert set(tomllib.loads(toml)) == set(CHOICES)
    (tmp_path / "dateline.toml").write_text(toml, encoding="utf-8")
    loaded = Settings.load(environ={}, folder=tmp_path)
    assert all(getattr(loaded, name) == getattr(chosen, name) for name in CHOICES)
