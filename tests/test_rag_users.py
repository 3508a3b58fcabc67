"""Users of the chat: salted hashes in a private file."""

from __future__ import annotations

from pathlib import Path

import pytest

from dateline.index.errors import UsageError
from dateline.rag.chat.users import Users


def test_a_password_is_checked_and_never_kept(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    Users(path).add("Ann", "correct horse")
    Users(path).add("bob", "correct horse")
    users = Users(path)
    assert users.check("Ann", "correct horse")
    assert not users.check("Ann", "wrong horse")
    assert not users.check("carol", "correct horse")
    text = path.read_text(encoding="utf-8")
    assert "correct" not in text
    assert users.hashes["Ann"] != users.hashes["bob"], "the salt differs"
    assert path.stat().st_mode & 0o077 == 0
    users.add("Ann", "another one")
    assert Users(path).check("Ann", "another one")
    assert not Users(path).check("Ann", "correct horse")


@pytest.mark.parametrize(("name", "password"), [("", "long enough"), ("ann", "short")])
def test_no_name_and_a_short_password_are_refused(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(UsageError, match="at least"):
        Users(tmp_path / "users.json").add(name, password)


@pytest.mark.parametrize("content", ["[]", "{", '{"ann": "plain"}', '{"ann": "md5$00$00"}', '{"ann": "scrypt$zz$00"}'])
def test_another_file_is_one_clear_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "users.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="is no file of users"):
        Users(path)
