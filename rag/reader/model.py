"""The shipped reader at work: questions and windows in, readings out, on onnxruntime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dateline.rag.reader.graph import build
from dateline.rag.reader.reading import Reading, Window
from dateline.rag.reader.weights import FOLDER, load

VERDICTS = ("yes", "no", "planned", "alleged", "not_stated")
SUPPORT = ("supported", "refuted", "neutral")
_QUESTION, _TITLE, _ALL = 64, 32, 256
"""Tokens at most of the question, of the title, and of everything: as in training."""
_BATCH = 2048
"""Padded tokens that are read at once."""


class MiniLMReader:
    """Six layers over the packaged model's word embeddings, with heads for spans, sentences, passage and verdict.

    BERT (Devlin et al. 2019), SQuAD 2's way of telling that there is no answer (Rajpurkar et al. 2018): the first
    token stands for it.
    """

    name = "dateline"

    def __init__(self, packaged: Path, folder: Path = FOLDER, *, threads: int = 2) -> None:
        import onnxruntime
        from safetensors import safe_open
        from tokenizers import Tokenizer

        weights = load(folder)
        self.card = weights.card
        self.tokenizer = Tokenizer.from_file(str(packaged / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        with safe_open(packaged / "model.safetensors", "numpy") as packed:
            self.words = packed.get_tensor("embeddings.word_embeddings.weight")
        at = "encoder.embeddings."
        self.positions = weights.tensors.pop(f"{at}position_embeddings.weight")
        self.segments = weights.tensors.pop(f"{at}token_type_embeddings.weight")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Threads that spin while they wait take the processor from whoever else asks.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model = build(weights.tensors, layers=6, heads=12, epsilon=1e-12)
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """Read every window for a question that stands alone, or for a claim."""
        asked = self.tokenizer.encode(question).ids
        separator = asked[-1]
        asked = [*asked[:-1][: _QUESTION - 1], separator]
        encoded = []
        for window in windows:
            title = self.tokenizer.encode(window.title, add_special_tokens=False).ids[:_TITLE] if window.title else []
            head = [*asked, *title, *([separator] if title else [])]
            text = self.tokenizer.encode(window.text, add_special_tokens=False)
            room = _ALL - len(head) - 1
            encoded.append((head, text.ids[:room], np.array(text.offsets[:room], np.int64).reshape(-1, 2)))
        readings: dict[int, Reading] = {}
        for batch in _batches([len(head) + len(ids) + 1 for head, ids, _ in encoded]):
            longest = max(len(encoded[i][0]) + len(encoded[i][1]) + 1 for i in batch)
            embedded = np.zeros((len(batch), longest, self.words.shape[1]), np.float32)
            mask = np.zeros((len(batch), longest), np.int32)
            for row, i in enumerate(batch):
                head, ids, _ = encoded[i]
                every = [*head, *ids, separator]
                n = len(every)
                embedded[row, :n] = self.words[every] + self.positions[:n]
                embedded[row, : len(asked)] += self.segments[0]
                embedded[row, len(asked) : n] += self.segments[1]
                mask[row, :n] = 1
            tokens, passage = self._session.run(None, {"embedded": embedded, "mask": mask})
            for row, i in enumerate(batch):
                head, ids, offsets = encoded[i]
                readings[i] = _reading(tokens[row], passage[row], len(head), len(ids), offsets)
        return [readings[i] for i in range(len(windows))]


def _reading(tokens: NDArray[Any], passage: NDArray[Any], first: int, n: int, offsets: NDArray[np.int64]) -> Reading:
    allowed = np.r_[0, first : first + n]
    starts, ends = _log_softmax(tokens[allowed, 0]), _log_softmax(tokens[allowed, 1])
    verdict = np.exp(_log_softmax(passage[1 : 1 + len(VERDICTS)]))
    support = np.exp(_log_softmax(passage[1 + len(VERDICTS) :]))
    return Reading(
        offsets,
        starts[1:] - starts[0],
        ends[1:] - ends[0],
        tokens[first : first + n, 2],
        float(passage[0]),
        dict(zip(VERDICTS, verdict.tolist(), strict=True)),
        dict(zip(SUPPORT, support.tolist(), strict=True)),
    )


def _log_softmax(x: NDArray[Any]) -> NDArray[np.float32]:
    shifted = x - x.max()
    result: NDArray[np.float32] = (shifted - np.log(np.exp(shifted).sum())).astype(np.float32)
    return result


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Yield the numbers of texts that are read together: of like length, so that little is padding."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[i] > _BATCH:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
