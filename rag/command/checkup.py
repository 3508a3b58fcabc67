"""The whole check-up of ``dateline doctor``: the index's files, what is in them, and the conversations beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dateline.index.mending import doctor
from dateline.index.mending.doctor import Diagnosis
from dateline.index.mending.rescue import Damage, damage, rescue
from dateline.index.vectors.embedding import open_embedder
from dateline.rag.chat import conversations_rescue
from dateline.rag.chat.conversations import CONVERSATIONS

if TYPE_CHECKING:
    from dateline.rag.chat.conversations_rescue import Rescued
    from dateline.rag.settings import Settings

_NAMED = 10
"""So many lost or altered articles are named on the terminal; JSON has them all."""


@dataclass
class Checkup:
    """What was found and what became of it; without a ``diagnosis`` the index could not be opened."""

    damage: Damage = field(default_factory=Damage)
    diagnosis: Diagnosis | None = None
    conversations: str = ""
    rescued: Rescued | None = None

    @property
    def sound(self) -> bool:
        """Whether all is well by now: nothing was wrong, or it has been mended and nothing was lost."""
        whole = self.diagnosis is not None and (self.diagnosis.healthy or self.diagnosis.repaired)
        return whole and not self.lost and (not self.conversations or self.rescued is not None)

    @property
    def lost(self) -> list[str]:
        """The articles that have to be indexed again, as far as they are known."""
        return sorted({*self.damage.lost, *(self.diagnosis.altered if self.diagnosis else ())})

    def to_dict(self) -> dict[str, object]:
        """The JSON form of ``dateline doctor``."""
        diagnosis = (self.diagnosis or Diagnosis()).to_dict()
        broken = bool(self.damage or self.conversations)
        return {
            **diagnosis,
            "healthy": bool(diagnosis["healthy"]) and not broken,
            "repaired": self.sound and (broken or bool(diagnosis["repaired"])),
            "damage": [*self.damage.sentences(), *([self._conversations()] if self.conversations else [])],
            "documents_lost": self.lost,
        }

    def lines(self) -> list[str]:
        """What a person is told, line by line."""
        told = list(self.damage.sentences())
        if self.damage.aside:
            told.append(f"  {self.damage.kept} articles were read from it; it is kept as {self.damage.aside}")
        if self.conversations:
            told.append(self._conversations())
        if self.rescued:
            told.append(
                f"  {self.rescued.conversations} conversations with {self.rescued.turns} answers were read from it; "
                f"it is kept as {self.rescued.aside}"
            )
        if self.diagnosis:
            told += _of_index(self.diagnosis)
        if self.lost:
            named = ", ".join(self.lost[:_NAMED]) + (", …" if len(self.lost) > _NAMED else "")
            told.append(f"{len(self.lost)} articles cannot be read any more; index them again: {named}")
        unpooled = bool(self.diagnosis and self.diagnosis.unpooled)
        mended = bool(self.rescued or self.damage.mended or (self.diagnosis and self.diagnosis.repaired))
        if mended:
            told.append("repaired")
        elif not self.sound or unpooled:
            told.append("mend it with: dateline doctor --repair")
        return told

    def _conversations(self) -> str:
        return f"the conversations ({CONVERSATIONS}) are damaged: {self.conversations}"


def _of_index(found: Diagnosis) -> list[str]:
    told = [f"{found.documents} documents, {found.passages} passages"]
    for what, count in (
        ("vectors without a passage", len(found.strays)),
        ("passages without a vector", len(found.missing)),
        ("documents whose passages do not reproduce their text", len(found.offsets)),
        ("documents that are not what was stored", len(found.altered)),
    ):
        told.append(f"  {count} {what}")
    told.append(f"  lexical side: {found.postings or 'ok'}")
    if found.unpooled and not found.repaired:
        told.append(f"  {len(found.unpooled)} documents of an earlier version, about which questions take longer")
    return told


def checkup(settings: Settings, *, repair: bool) -> Checkup:
    """Examine the index that the settings name, mend it with ``repair``; raises StoreError where there is none."""
    found = Checkup()
    if not settings.index.startswith(("http://", "https://")):
        folder = Path(settings.index)
        found.damage = damage(folder)
        kept = folder / CONVERSATIONS
        found.conversations = conversations_rescue.fault(kept)
        if repair and found.conversations:
            found.rescued = conversations_rescue.rescue(kept)
        if found.damage:
            if not repair:
                return found
            rescue(folder, open_embedder(settings.embedder), found.damage)
    index = settings.open_index()
    try:
        found.diagnosis = doctor.repair(index.store, index.embedder) if repair else doctor.examine(index.store)
    finally:
        index.close()
    return found
