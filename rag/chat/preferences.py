"""Preferences: what each person chose on the page, over the settings that the chat was started with."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from dateline.index.errors import UsageError
from dateline.index.keeping.connections import connect, ends_with
from dateline.rag.settings import CONFIG, Settings

CHOICES = ("style", "unsupported", "k", "shown", "llm_url", "llm_model")
"""The settings that the page can change; a key is none of them."""
_OF_THE_LLM = ("llm_url", "llm_model")

_SCHEMA = "CREATE TABLE IF NOT EXISTS preferences (owner TEXT PRIMARY KEY, chosen TEXT NOT NULL)"


class Preferences:
    """Settings per owner, kept in an SQLite file (or in memory).

    ``own_llm`` says whether people may name a language model's address of their own: this program calls it, so that
    only somebody who sits at this computer should.
    """

    def __init__(self, settings: Settings, path: str | Path = ":memory:", *, own_llm: bool = True) -> None:
        self.settings = settings
        self.own_llm = own_llm
        self._connection = connect(
            f"the file of preferences {path}", path, check_same_thread=False, isolation_level=None
        )
        try:
            self._connection.execute(_SCHEMA)
        except BaseException:
            self._connection.close()
            raise
        self._lock = threading.Lock()
        self._closing = ends_with(self, self._connection)

    def close(self) -> None:
        """Close the file, which ends with this object at the latest."""
        self._closing()

    def of(self, owner: str) -> Settings:
        """The settings that hold for a person; choices that are no longer possible are left out."""
        try:
            return replace(self.settings, **self._chosen(owner))
        except UsageError:
            return self.settings

    def keep(self, owner: str, **chosen: Any) -> Settings:
        """Keep some choices; raises UsageError for a value or a setting that cannot be chosen."""
        for name in chosen:
            if name not in CHOICES or (name in _OF_THE_LLM and not self.own_llm):
                raise UsageError(f"{name} cannot be changed here; set it in {CONFIG}")
        kept = self._chosen(owner) | chosen
        settings = replace(self.settings, **kept)
        different = {name: value for name, value in kept.items() if value != getattr(self.settings, name)}
        with self._lock:
            self._connection.execute(
                "INSERT INTO preferences VALUES (?, ?) ON CONFLICT (owner) DO UPDATE SET chosen = excluded.chosen",
                (owner, json.dumps(different)),
            )
        return settings

    def reset(self, owner: str) -> Settings:
        """Forget a person's choices."""
        with self._lock:
            self._connection.execute("DELETE FROM preferences WHERE owner = ?", (owner,))
        return self.settings

    def _chosen(self, owner: str) -> dict[str, Any]:
        with self._lock:
            row = self._connection.execute("SELECT chosen FROM preferences WHERE owner = ?", (owner,)).fetchone()
        try:
            held = dict(json.loads(row[0])) if row else {}
        except (ValueError, TypeError):  # damaged: as good as none, and written anew by the next choice
            held = {}
        may = [name for name in CHOICES if self.own_llm or name not in _OF_THE_LLM]
        return {name: held[name] for name in may if name in held}


def as_toml(settings: Settings) -> str:
    """The lines of dateline.toml that make what the page can change permanent."""
    values = asdict(settings)
    # JSON's strings and numbers are TOML's too, but for DEL.
    lines = [f"{name} = {json.dumps(values[name], ensure_ascii=False)}\n" for name in CHOICES]
    return "".join(lines).replace("\x7f", "\\u007f")
