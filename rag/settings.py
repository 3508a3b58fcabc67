"""Settings: one frozen object, and the only reader of the environment and of dateline.toml."""

from __future__ import annotations

import difflib
import os
import tomllib
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urlsplit

from dateline.index.errors import UsageError
from dateline.index.vectors.packaged import PACKAGED
from dateline.rag.service.addresses import host_pattern

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from dateline.index import Index
    from dateline.rag.assistant import Assistant

CONFIG = "dateline.toml"
PREFIX = "DATELINE_"

Unsupported = Literal["drop", "fold", "flag"]
Switch = Literal["on", "off"]
Logs = Literal["text", "json"]
Style = Literal["written", "quoted"]
Theme = Literal["system", "light", "dark"]


@dataclass(frozen=True)
class Settings:
    """Everything that can be set, in the order of a question's way.

    ``index`` is the store's folder; ``embedder`` the packaged model or a sentence-transformers
    path or name; ``k`` how many passages an answer is made from; ``reranker`` a cross-encoder's
    path or name, or "" for none; ``reader`` what finds the words that answer: "" the model that ships, "off" for
    sentences alone, or a question-answering model's path or name; ``llm_url`` an OpenAI-compatible address, "" for extractive
    answers; ``llm_model`` the model's name there; ``unsupported`` what becomes of a written
    sentence that its passages do not support: drop, fold (dropped, and in the chat behind a fold) or flag; ``nli`` an NLI cross-encoder's path or name for the
    check, or "". ``style`` is "written" (by the LLM, where there is one) or "quoted" (the articles'
    own sentences). ``llm_rewrite`` says whether that model makes follow-ups standalone: on, since a
    model sees what rules do not, its rewriting is held against the conversation, and the rules step
    in where it fails; off saves a request a follow-up. ``shown`` is how many passages the chat
    lists beside an answer, ``theme`` its colours. ``allowed_hosts`` are the names that chat and
    service are called by besides this computer's own (``dateline.rag.service.hosts``). ``traces``
    sends spans to OpenTelemetry (``dateline.rag.apps.telemetry``); ``logs`` makes a service log as JSON. ``llm_key`` (for the LLM's
    server), ``token`` (asked of HTTP and MCP clients) and ``write_token`` (by which clients of ``dateline serve`` may
    change the articles) come from the environment alone and are never shown.

    >>> from dateline.rag import Settings
    >>> Settings.load({"k": 5}, environ={"DATELINE_INDEX": "archive"}).public()["index"]
    'archive'
    >>> Settings(k=0)
    Traceback (most recent call last):
    dateline.index.errors.UsageError: k is 0; it must be from 1 to 100
    >>> assistant = Settings().assistant()
    >>> assistant.ask("Who is Ali Shamkhani?").abstained
    False
    >>> assistant.index.close()
    """

    index: str = ".dateline"
    embedder: str = PACKAGED
    k: int = 10
    reranker: str = ""
    reader: str = ""
    llm_url: str = ""
    llm_model: str = ""
    unsupported: Unsupported = "drop"
    nli: str = ""
    style: Style = "written"
    llm_rewrite: Switch = "on"
    shown: int = 5
    theme: Theme = "system"
    allowed_hosts: tuple[str, ...] = ()
    traces: Switch = "off"
    logs: Logs = "text"
    llm_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    write_token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for name, least in (("k", 1), ("shown", 0)):
            if not least <= getattr(self, name) <= 100:
                raise UsageError(f"{name} is {getattr(self, name)}; it must be from {least} to 100")
        for name, choices in (
            ("unsupported", Unsupported),
            ("style", Style),
            ("llm_rewrite", Switch),
            ("theme", Theme),
            ("traces", Switch),
            ("logs", Logs),
        ):
            if getattr(self, name) not in get_args(choices):
                raise UsageError(f"{name} is {getattr(self, name)!r}; it must be one of {', '.join(get_args(choices))}")

        for host in self.allowed_hosts:
            host_pattern(host)
        for name in ("index", "llm_url"):
            if _holds_password(getattr(self, name)):
                # Addresses are shown in messages and kept with evaluations.
                raise UsageError(f"{name} holds a password; take it out of the address (an LLM's key: {PREFIX}LLM_KEY)")

    @classmethod
    def load(
        cls,
        flags: Mapping[str, Any] | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> Settings:
        """Return the settings from flags, then ``DATELINE_*``, then dateline.toml, then defaults.

        A key that does not exist is a UsageError naming it and the nearest one that does. One that has been renamed
        works on, with a FutureWarning that says what it is called now.
        """
        environ = os.environ if environ is None else environ
        values = _from_file((folder or Path.cwd()) / CONFIG)
        values |= _from_environment(environ)
        values |= {key: value for key, value in (flags or {}).items() if value is not None}
        return cls(**values)

    def public(self) -> dict[str, Any]:
        """Return the settings by name without the secrets, as JSON has them: what may be printed and kept."""
        values = {name: getattr(self, name) for name in _PUBLIC}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def open_index(self, *, read_only: bool = False) -> Index:
        """Open the index that the settings name."""
        from dateline.index import Index
        from dateline.index.vectors.embedding import open_embedder

        return Index.open(self.index, embedder=open_embedder(self.embedder), read_only=read_only)

    def assistant(self, *, read_only: bool = True) -> Assistant:
        """Build the assistant that the settings describe."""
        from dateline.rag.assistant import Assistant
        from dateline.rag.search.retriever import Retriever

        if self.traces == "on":
            from dateline.rag.apps.telemetry import trace

            trace()
        reranker = None
        if self.reranker:
            from dateline.rag.search.reranker import CrossEncoderReranker

            reranker = CrossEncoderReranker(model=self.reranker)
        retriever = Retriever(self.open_index(read_only=read_only), k=self.k, reranker=reranker)
        return Assistant(
            retriever,
            llm=self._llm() if self.style == "written" else None,
            unsupported=self.unsupported,
            nli=self.nli,
            llm_rewrite=self.llm_rewrite == "on",
            reader=self.reader,
        )

    def secrets(self) -> tuple[str, ...]:
        """Return what must never be shown."""
        return tuple(getattr(self, name) for name in _SECRET)

    def rewriter(self) -> Callable[[str, Sequence[Mapping[str, str]]], str]:
        """Return what makes follow-ups standalone: (question, history) -> question."""
        llm = self._llm() if self.llm_rewrite == "on" else None
        if llm is None:
            from dateline.rag.question.rewrite import rewrite

            return rewrite
        from dateline.rag.llm.followup import LLMRewriter

        return LLMRewriter(llm).rewrite

    def _llm(self) -> LLM | None:
        if not self.llm_url:
            return None
        from dateline.rag.llm.server import connect

        return connect(self.llm_url, self.llm_model, self.llm_key)


_TYPES = {item.name: item.type for item in fields(Settings)}
_SECRET = ("llm_key", "token", "write_token")
_PUBLIC = tuple(name for name in _TYPES if name not in _SECRET)

RENAMED: dict[str, str] = {}
"""What a setting was called in an earlier version -> what it is called now."""


def _holds_password(address: str) -> bool:
    try:
        return "@" in urlsplit(address).netloc
    except ValueError:  # no address at all
        return False


def _renamed(values: Mapping[str, Any], where: Callable[[str], str]) -> dict[str, Any]:
    """Return ``values`` under the present names; where a former and a present name are given, the present one counts."""
    present: dict[str, Any] = {}
    for name, value in values.items():
        if name in RENAMED:
            sentence = f"{where(name)}: the setting {name} is called {RENAMED[name]} now; write that instead"
            warnings.warn(sentence, FutureWarning, stacklevel=4)
            present.setdefault(RENAMED[name], value)
        else:
            present[name] = value
    return present


def _known(name: str, where: str) -> str:
    if name in _PUBLIC:
        return name
    near = difflib.get_close_matches(name, _PUBLIC, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(_PUBLIC)}"
    raise UsageError(f"{where}: there is no setting {name!r}; {hint}")


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise UsageError(f"{path}: cannot be read (it nests too deeply); mend or remove it") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); mend or remove it") from error
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat |= {f"{key}_{inner}": inner_value for inner, inner_value in value.items()}
        else:
            flat[key] = value
    flat = _renamed(flat, lambda name: str(path))
    for name in _SECRET:
        if name in flat:
            raise UsageError(
                f"{path}: {name} does not belong into a file; set {PREFIX}{name.upper()} in the environment"
            )
    return {_known(key, str(path)): _typed(key, value, str(path)) for key, value in flat.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    given = {
        variable.removeprefix(PREFIX).lower(): value
        for variable, value in environ.items()
        if variable.startswith(PREFIX) and variable != f"{PREFIX}BENCHMARKS"
    }
    return {
        name: value if name in _SECRET else _typed(_known(name, _variable(name)), value, _variable(name))
        for name, value in _renamed(given, _variable).items()
    }


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _typed(name: str, value: Any, where: str) -> Any:
    if _TYPES.get(name) == "int":
        try:
            if isinstance(value, int | str) and not isinstance(value, bool):
                return int(value)
        except ValueError:
            pass
        raise UsageError(f"{where}: {name} is {value!r}; it must be a whole number")
    if _TYPES.get(name) == "tuple[str, ...]":
        texts = value.replace(",", " ").split() if isinstance(value, str) else value
        if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
            return tuple(texts)
        raise UsageError(f"{where}: {name} is {value!r}; it must be a list of texts in quotes")
    if not isinstance(value, str):
        raise UsageError(f"{where}: {name} is {value!r}; it must be a text in quotes")
    return value
