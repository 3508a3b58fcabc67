"""The packaged model's forward pass in NumPy, for when importing PyTorch would take longer than the encoding."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dateline.index.vectors.forks import leave_be, tell_of_forks
from dateline.index.vectors.pooling import Span, Vectors, pool, unit

_REMEMBERED = 4096
"""Texts whose vectors are remembered (1.5 KB each), the oldest forgotten first."""


def _one_blas_thread() -> None:
    """Have BLAS compute with one thread, from now on and in the whole process.

    The matrices of one sentence are too small to share out, and BLAS threads that wait for each
    other on busy processors take ten times the processor time. For good, because OpenBLAS heeds a
    limit that comes and goes in one thread only.
    """
    from threadpoolctl import ThreadpoolController

    ThreadpoolController().limit(limits=1, user_api="blas")


class MiniLM:
    """The forward pass of a BERT sentence encoder with mean pooling, in NumPy.

    Devlin et al. 2019 (BERT), Reimers and Gurevych 2019 (mean pooling over tokens, unit length).
    """

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        _one_blas_thread()
        self._pool: ThreadPoolExecutor | None = None
        self._guard = threading.Lock()
        self._remembered: dict[str, Vectors] = {}
        tell_of_forks(self)
        self.heads: int = config["num_attention_heads"]
        self.eps: float = config["layer_norm_eps"]
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        limit = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"]
        self.tokenizer.enable_truncation(limit)
        weights = load_file(folder / "model.safetensors")
        embeddings = "embeddings."
        self.words = weights[embeddings + "word_embeddings.weight"]
        # Every token is of segment 0, so its vector can be added to the positions' once.
        self.positions = (
            weights[embeddings + "position_embeddings.weight"] + weights[embeddings + "token_type_embeddings.weight"][0]
        )
        self.norm = (weights[embeddings + "LayerNorm.weight"], weights[embeddings + "LayerNorm.bias"])
        self.layers = [_layer(weights, f"encoder.layer.{i}.") for i in range(config["num_hidden_layers"])]

    def forked(self) -> None:
        """Start threads of this process's own: those of the parent are not here."""
        leave_be(self._pool)
        self._pool = None
        self._guard = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors; the last few thousand texts are remembered, a question's steps encode some of them again."""
        with self._guard:
            known = {text: self._remembered[text] for text in texts if text in self._remembered}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, self._encode(new), strict=True))
        with self._guard:
            self._remembered.update((text, known[text]) for text in new)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)))
        return np.stack([known[text] for text in texts]) if texts else self._encode([])

    def encode_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[list[Vectors | None]]]:
        """Return unit vectors of texts and of their spans; None for a span that was cut off."""
        encoded = self.tokenizer.encode_batch(list(texts))
        found = list(self._share([encoding.ids for encoding in encoded]))
        vectors = np.stack([unit(tokens.mean(axis=0)) for tokens in found])
        parts = [pool(t, e.offsets, some) for t, e, some in zip(found, encoded, spans, strict=True)]
        return vectors, parts

    def _encode(self, texts: Sequence[str]) -> Vectors:
        encoded = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        rows = [unit(tokens.mean(axis=0)) for tokens in self._share(encoded)]
        return np.stack(rows) if rows else np.empty((0, self.words.shape[1]), dtype=np.float32)

    def _share(self, encoded: list[list[int]]) -> Iterator[Vectors]:
        """Yield the token vectors of texts, shared out among threads: NumPy lets go of the interpreter meanwhile."""
        return self._threads().map(self._tokens, encoded) if len(encoded) > 1 else map(self._tokens, encoded)

    def _threads(self) -> ThreadPoolExecutor:
        with self._guard:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(min(os.cpu_count() or 1, 8), "encode")
            return self._pool

    def _tokens(self, ids: list[int]) -> Vectors:
        """Return the last layer's vector of every token."""
        tokens = len(ids)
        hidden = _normalise(self.words[ids] + self.positions[:tokens], self.norm, self.eps)
        width = hidden.shape[1] // self.heads
        for layer in self.layers:
            projected = hidden @ layer["qkv"][0] + layer["qkv"][1]
            query, key, value = projected.reshape(tokens, 3, self.heads, width).transpose(1, 2, 0, 3)
            scores = query @ key.transpose(0, 2, 1) * np.float32(width**-0.5)
            scores -= scores.max(axis=-1, keepdims=True)
            np.exp(scores, out=scores)
            scores /= scores.sum(axis=-1, keepdims=True)
            attended = (scores @ value).transpose(1, 0, 2).reshape(tokens, -1)
            attended = attended @ layer["out"][0] + layer["out"][1]
            hidden = _normalise(hidden + attended, layer["norm1"], self.eps)
            inner = hidden @ layer["up"][0] + layer["up"][1]
            inner *= np.float32(0.5) * (1 + _erf(inner * np.float32(2**-0.5)))
            hidden = _normalise(hidden + inner @ layer["down"][0] + layer["down"][1], layer["norm2"], self.eps)
        return hidden


_ERF_ABOVE = (-2.72614225801306e-10, 2.77068142495902e-08, -2.10102402082508e-06, -5.69250639462346e-05,
              -7.34990630326855e-04, -2.95459980854025e-03, -1.60960333262415e-02)  # fmt: skip
_ERF_BELOW = (-1.45660718464996e-05, -2.13374055278905e-04, -1.68282697438203e-03, -7.37332916720468e-03,
              -1.42647390514189e-02)  # fmt: skip


def _erf(x: Vectors) -> Vectors:
    """Return the error function, to 4e-7, in a fifth of SciPy's time.

    The rational approximation for single precision that Eigen and XLA use: an odd polynomial over
    an even one, constant beyond 4.
    """
    x = np.clip(x, -4, 4)
    square = x * x
    above = np.full_like(square, _ERF_ABOVE[0])
    for coefficient in _ERF_ABOVE[1:]:
        above *= square
        above += np.float32(coefficient)
    below = np.full_like(square, _ERF_BELOW[0])
    for coefficient in _ERF_BELOW[1:]:
        below *= square
        below += np.float32(coefficient)
    x *= above
    x /= below
    return x


_Pair = tuple[Vectors, Vectors]


def _layer(weights: dict[str, Vectors], prefix: str) -> dict[str, _Pair]:
    def linear(name: str) -> _Pair:
        return np.ascontiguousarray(weights[f"{prefix}{name}.weight"].T), weights[f"{prefix}{name}.bias"]

    parts = [linear(f"attention.self.{part}") for part in ("query", "key", "value")]
    return {
        "qkv": (np.concatenate([w for w, _ in parts], axis=1), np.concatenate([b for _, b in parts])),
        "out": linear("attention.output.dense"),
        "norm1": (
            weights[f"{prefix}attention.output.LayerNorm.weight"],
            weights[f"{prefix}attention.output.LayerNorm.bias"],
        ),
        "up": linear("intermediate.dense"),
        "down": linear("output.dense"),
        "norm2": (weights[f"{prefix}output.LayerNorm.weight"], weights[f"{prefix}output.LayerNorm.bias"]),
    }


def _normalise(x: NDArray[Any], norm: _Pair, eps: float) -> Vectors:
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred * centred).mean(axis=-1, keepdims=True)
    result: Vectors = centred / np.sqrt(variance + np.float32(eps)) * norm[0] + norm[1]
    return result
