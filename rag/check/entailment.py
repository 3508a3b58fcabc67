"""A second opinion on support: a natural-language-inference cross-encoder, read from a folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from dateline.index.errors import ModelError
from dateline.index.vectors.embedding import without_progress_bars


class CrossEncoderEntailment:
    """How likely a passage entails a claim, by the sentence-transformers CrossEncoder in ``path``.

    Models with several labels must name one of them "entailment"; a model with a single one is read as its logit.
    The model is loaded at the first call.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @cached_property
    def _model(self) -> Any:
        if not self.path.is_dir():
            raise ModelError(f"{self.path}: no such folder; give the folder of a cross-encoder")
        from sentence_transformers import CrossEncoder

        try:
            with without_progress_bars():
                return CrossEncoder(
                    str(self.path),
                    device="cpu",
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
        except (OSError, ValueError) as error:
            raise ModelError(f"{self.path}: not a cross-encoder: {error}") from error

    @cached_property
    def _entailment(self) -> int | None:
        """The column of the label "entailment", None for a model with a single logit."""
        labels: dict[int, str] = self._model.config.id2label
        if len(labels) == 1:
            return None
        column = next((i for i, label in labels.items() if label.lower().startswith("entail")), None)
        if column is None:
            raise ModelError(f"{self.path}: none of the model's labels is “entailment”: {', '.join(labels.values())}")
        return column

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return for each (passage, claim) the probability of entailment."""
        if not pairs:
            return []
        from torch.nn import Identity

        column = self._entailment
        logits = np.asarray(self._model.predict(list(pairs), activation_fn=Identity(), show_progress_bar=False))
        logits = logits.reshape(len(pairs), -1).astype(float)
        if column is None:
            return [float(p) for p in 1 / (1 + np.exp(-logits[:, 0]))]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return [float(p) for p in (odds / odds.sum(axis=1, keepdims=True))[:, column]]
