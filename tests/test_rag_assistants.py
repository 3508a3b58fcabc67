"""One assistant for each set of settings, and the address of a language model that a person typed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from answering import answering

from dateline.index.errors import UsageError
from dateline.rag.assistant import Assistant
from dateline.rag.chat.assistants import Assistants, checked_address, key_for, try_llm
from dateline.rag.search.retriever import Retriever
from dateline.rag.settings import Settings

STARTED = Settings()


@pytest.fixture
def assistants(seed_assistant: Any) -> Assistants:
    return Assistants(seed_assistant, STARTED)


def test_the_settings_it_was_started_with_are_the_assistant_it_was_started_with(assistants: Assistants) -> None:
    assert assistants.of(STARTED) is assistants.base


def test_others_share_the_index_and_read_as_many_passages_as_chosen(assistants: Assistants) -> None:
    few = assistants.of(replace(STARTED, k=2))
    assert few.index is assistants.base.index
    assert len(few.retriever.search("Who called Dar?")) == 2
    assert assistants.base.retriever.k == 10
    assert assistants.of(replace(STARTED, k=2)) is few
    assert few.retriever._turn is assistants.base.retriever._turn


def test_a_language_model_writes_only_where_it_is_asked_to(assistants: Assistants) -> None:
    address = "http://127.0.0.1:1/v1"
    written = assistants.of(replace(STARTED, llm_url=address, unsupported="flag"))
    assert written.generator is not None
    assert written.generator.unsupported == "flag"
    assert assistants.of(replace(STARTED, llm_url=address, style="quoted")).generator is None
    assert assistants.of(replace(STARTED, k=3)).generator is None
    with pytest.raises(UsageError):
        assistants.of(replace(STARTED, llm_url="ftp://host"))


def test_the_model_it_was_started_with_is_kept(seed_assistant: Any) -> None:
    started = Settings(llm_url="http://127.0.0.1:1/v1")
    base = Assistant(Retriever(seed_assistant.index), started._llm())
    few = Assistants(base, started).of(replace(started, k=2))
    assert few.generator is not None
    assert base.generator is not None
    assert few.generator.llm is base.generator.llm


@pytest.mark.parametrize(
    "url",
    [
        "", "host", "ftp://host/v1", "file:///etc/passwd", "http://", "http://h:x/v1", "http://me:secret@host/v1",
        "http://host/v1?key=secret", "http://169.254.169.254/latest", "http://[fe80::1]/v1", "http://0.0.0.0/v1",
        "http://224.0.0.1/", "javascript:alert(1)", "http://[::1",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_model_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        checked_address(url)
    assert "secret@" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:11434/v1", "https://llm.example/v1", " http://[::1]:8080 "])
def test_an_address_may_be_here_or_elsewhere(url: str) -> None:
    assert checked_address(url) == url.strip()


def test_the_key_goes_to_its_own_server_alone() -> None:
    started = Settings(llm_url="https://llm.example/v1", llm_key="s3cret")
    assert key_for("https://llm.example/other", started) == "s3cret"
    for other in ("http://llm.example/v1", "https://llm.example:444/v1", "https://evil.example/llm.example"):
        assert key_for(other, started) == ""
    assert key_for("https://any.example/v1", Settings(llm_key="s3cret")) == "s3cret"


def test_a_test_says_in_a_sentence_how_it_went() -> None:
    with answering("ready") as url:
        assert try_llm(url, "", STARTED).startswith("It works: small answered in ")
    with answering("") as url:
        assert "answered, but with nothing" in try_llm(url, "", STARTED)
    with answering("", finish_reason="length") as url:
        assert try_llm(url, "", STARTED).startswith("It works: small answered in ")
    with answering("no", status=401) as url:
        assert "This does not work" in try_llm(url, "", STARTED)
    assert "cannot be reached" in try_llm(url, "m", STARTED)
    assert "is no address" in try_llm("nonsense", "", STARTED)
