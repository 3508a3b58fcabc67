"""Any question-answering model of Transformers as the reader, by path or hub name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dateline.index.errors import ModelError
from dateline.index.vectors.packaged import offline
from dateline.rag.reader.reading import Reading, Window

_BATCH = 8


class TransformersReader:
    """A model for ``AutoModelForQuestionAnswering``, such as one fine-tuned on SQuAD 2.

    Such a model has no heads for sentences and verdicts: the log-odds of its best span stand for them.
    """

    def __init__(self, name: str) -> None:
        offline()
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        try:
            self.tokenizer: Any = AutoTokenizer.from_pretrained(name, use_fast=True)
            self.model: Any = AutoModelForQuestionAnswering.from_pretrained(name).eval()
        except Exception as error:
            raise ModelError(
                f"the reader {name!r} cannot be loaded ({error}); give the path or hub name of a question-answering "
                'model, "" for the one that ships or "off" for none'
            ) from error
        self.name = name

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """Read every window for a question."""
        import torch

        readings: list[Reading] = []
        for first in range(0, len(windows), _BATCH):
            batch = windows[first : first + _BATCH]
            texts = [f"{w.title}\n{w.text}" if w.title else w.text for w in batch]
            encoded = self.tokenizer(
                [question] * len(batch), texts, truncation="only_second", max_length=384, padding=True,
                return_offsets_mapping=True, return_tensors="pt",
            )  # fmt: skip
            offsets = encoded.pop("offset_mapping").numpy()
            with torch.inference_mode():
                out = self.model(**encoded)
            for row, window in enumerate(batch):
                skip = len(window.title) + 1 if window.title else 0
                inside = np.array([s == 1 for s in encoded.sequence_ids(row)]) & (offsets[row][:, 0] >= skip)
                readings.append(_reading(out, row, offsets[row], inside, skip))
        return readings


def _reading(out: Any, row: int, offsets: Any, inside: Any, skip: int) -> Reading:
    starts, ends = (logits[row].float().numpy() for logits in (out.start_logits, out.end_logits))
    starts, ends = starts - starts[0], ends - ends[0]  # the first token stands for "no answer" (Devlin et al. 2019)
    both = np.minimum(starts[inside], ends[inside])
    best = float(starts[inside].max() + ends[inside].max()) if inside.any() else -20.0
    return Reading((offsets[inside] - skip).astype(np.int64), starts[inside], ends[inside], both, best)
