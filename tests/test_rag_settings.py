from pathlib import Path

import pytest

from index.errors import UsageError
from rag.settings import Settings


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
        ("unsupported = 'hide'", {}, "one of drop, flag"),
        ("index = 3", {}, "a text in quotes"),
        ("index =", {}, "cannot be read"),
        ("llm_key = 'secret'", {}, "does not belong into a file"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, toml: str, environ: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load(tmp_path, toml, environ)


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    settings = load(tmp_path, "", {"DATELINE_LLM_KEY": "s3cret", "DATELINE_TOKEN": "s3cret2"})
    assert (settings.llm_key, settings.token) == ("s3cret", "s3cret2")
    assert "s3cret" not in repr(settings)
