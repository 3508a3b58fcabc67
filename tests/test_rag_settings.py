import json
from dataclasses import fields
from pathlib import Path

import pytest

from dateline.index.errors import UsageError
from dateline.rag.command.cli import main
from dateline.rag.settings import RENAMED, Settings


def load(tmp_path: Path, toml: str = "", environ: dict[str, str] | None = None, **flags: object) -> Settings:
    if toml:
        (tmp_path / "dateline.toml").write_text(toml, encoding="utf-8")
    return Settings.load(flags, environ=environ or {}, folder=tmp_path)


def test_flags_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    toml = 'index = "file"\nk = 3\nreranker = "file"\n'
    settings = load(tmp_path, toml, {"DATELINE_INDEX": "environment", "DATELINE_K": "4"}, index="flag", k=None)
    assert (settings.index, settings.k, settings.reranker, settings.llm_url) == ("flag", 4, "file", "")


def test_tables_are_read_too(tmp_path: Path) -> None:
    settings = load(tmp_path, '[llm]\nurl = "http://localhost:11434/v1"\nmodel = "m"\n')
    assert (settings.llm_url, settings.llm_model) == ("http://localhost:11434/v1", "m")


@pytest.mark.parametrize(
    ("toml", "environ", "message"),
    [
        ("embeder = 'x'", {}, "did you mean embedder"),
        ("", {"DATELINE_INDX": "x"}, "DATELINE_INDX.*did you mean index"),
        ("k = 'many'", {}, "must be a whole number"),
        ("k = 0", {}, "from 1 to 100"),
        ("k = inf", {}, "must be a whole number"),
        ("k = 2.5", {}, "must be a whole number"),
        ("k = " + "[" * 5000, {}, "nests too deeply"),
        ("shown = -1", {}, "shown is -1; it must be from 0 to 100"),
        ("unsupported = 'hide'", {}, "one of drop, fold, flag"),
        ("style = 'rhymed'", {}, "one of written, quoted"),
        ("theme = 'pink'", {}, "one of system, light, dark"),
        ("index = 3", {}, "a text in quotes"),
        ("index =", {}, "cannot be read"),
        ("llm_key = 'secret'", {}, "does not belong into a file"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, toml: str, environ: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load(tmp_path, toml, environ)


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    given = {"DATELINE_LLM_KEY": "s3cret", "DATELINE_TOKEN": "s3cret2", "DATELINE_WRITE_TOKEN": "s3cret3"}
    settings = load(tmp_path, "", given)
    assert settings.secrets() == ("s3cret", "s3cret2", "s3cret3")
    assert "s3cret" not in repr(settings)
    assert settings.public().keys() == {item.name for item in fields(Settings)} - {"llm_key", "token", "write_token"}
    assert "s3cret" not in str(settings.public())


@pytest.mark.parametrize("name", ["index", "llm_url"])
def test_an_address_with_a_password_is_refused_without_repeating_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} holds a password") as error:
        load(tmp_path, **{name: "http://ann:s3cret@localhost:8000/news"})
    assert "s3cret" not in str(error.value)


def test_a_renamed_setting_works_on_with_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RENAMED, "passages", "k")
    monkeypatch.setitem(RENAMED, "llm_secret", "llm_key")
    with pytest.warns(FutureWarning, match=r"dateline.toml: the setting passages is called k now"):
        assert load(tmp_path, "passages = 3").k == 3
    with pytest.warns(FutureWarning, match="DATELINE_PASSAGES: .* is called k now"):
        assert load(tmp_path, "k = 2", {"DATELINE_PASSAGES": "4"}).k == 4
    with pytest.warns(FutureWarning, match="is called llm_key now") as warned:
        assert load(tmp_path, "k = 2", {"DATELINE_LLM_SECRET": "s3cret"}).llm_key == "s3cret"
    assert "s3cret" not in str(warned[0].message)
    for environ in (
        {"DATELINE_PASSAGES": "4", "DATELINE_K": "5"},
        {"DATELINE_K": "5", "DATELINE_PASSAGES": "4"},
    ):
        with pytest.warns(FutureWarning):
            assert load(tmp_path, "k = 2", environ).k == 5


def test_the_command_tells_of_a_renamed_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(RENAMED, "passages", "k")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dateline.toml").write_text("passages = 3")
    (tmp_path / "a.txt").write_text("Rain fell on Monday.")
    assert main(["dates", "--json", "a.txt"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["timexes"]
    assert err == f"dateline: {tmp_path / 'dateline.toml'}: the setting passages is called k now; write that instead\n"
