"""A cross-encoder that reads question and passage together and orders the best hits anew.

A LlamaIndex node postprocessor, off by default: it needs the weights of a model that reads pairs.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from llama_index.core.bridge.pydantic import Field, PrivateAttr
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle

from dateline.index.errors import ModelError
from dateline.index.vectors.embedding import without_progress_bars


class CrossEncoderReranker(BaseNodePostprocessor):
    """Any sentence-transformers cross-encoder, by path or hub name.

    Passages are read in batches, best first. When ``budget`` seconds are over no further batch is
    begun: the passages read so far are ordered by the model's score and the others follow in the
    order they came in, so a slow model costs time but never a passage. The model is loaded at the
    first question, outside the budget; a model that cannot be loaded raises ModelError.

    >>> from dateline.index import Index
    >>> from dateline.rag import Retriever
    >>> from dateline.rag.search.reranker import CrossEncoderReranker
    >>> index = Index.open(".dateline", read_only=True)
    >>> retriever = Retriever(index, reranker=CrossEncoderReranker(model="path/to/model", budget=0.5))
    >>> index.close()
    """

    model: str = Field(description="A sentence-transformers cross-encoder: folder or hub name.")
    batch_size: int = Field(default=8, ge=1, description="Passages read together.")
    budget: float = Field(default=2.0, gt=0, description="Seconds after which no further batch is begun.")
    top_n: int | None = Field(default=None, ge=1, description="How many passages to return; all by default.")
    _encoder: Any = PrivateAttr(default=None)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    @classmethod
    def class_name(cls) -> str:
        """The name that LlamaIndex serialises this class by."""
        return "CrossEncoderReranker"

    def __getstate__(self) -> dict[str, Any]:
        """What a copy is made from: the settings; the model is loaded where it is used."""
        return {**super().__getstate__(), "__pydantic_private__": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make the lock anew."""
        super().__setstate__(state)
        self.__pydantic_private__ = {"_encoder": None, "_lock": threading.Lock()}

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        if query_bundle is None or not nodes:
            return nodes[: self.top_n]
        encoder = self._load()
        deadline = time.monotonic() + self.budget
        scores: list[float] = []
        while len(scores) < len(nodes) and time.monotonic() < deadline:
            batch = nodes[len(scores) : len(scores) + self.batch_size]
            pairs = [(query_bundle.query_str, n.node.get_content(metadata_mode=MetadataMode.EMBED)) for n in batch]
            scores += map(float, encoder.predict(pairs, batch_size=self.batch_size, show_progress_bar=False))
        read = sorted(zip(scores, nodes, strict=False), key=lambda pair: -pair[0])
        ordered = [NodeWithScore(node=node.node, score=score) for score, node in read]
        ordered += self._below(nodes[len(scores) :], min(scores, default=0.0))
        return ordered[: self.top_n]

    @staticmethod
    def _below(unread: list[NodeWithScore], lowest: float) -> list[NodeWithScore]:
        """Give unread passages scores under ``lowest``, so that sorting by score keeps the order."""
        return [NodeWithScore(node=n.node, score=lowest - place) for place, n in enumerate(unread, 1)]

    def _load(self) -> Any:
        with self._lock:
            if self._encoder is None:
                self._encoder = _open(self.model)
            return self._encoder


def _open(name: str) -> Any:
    try:
        from sentence_transformers import CrossEncoder

        with without_progress_bars():
            encoder = CrossEncoder(name, trust_remote_code=False, model_kwargs={"use_safetensors": True})
    except Exception as error:
        lines = str(error).strip().splitlines()
        raise ModelError(
            f"the reranker {name!r} could not be loaded ({lines[0] if lines else type(error).__name__}); "
            "give the path of a sentence-transformers cross-encoder, or leave the reranker out"
        ) from error
    if encoder.num_labels != 1:
        raise ModelError(
            f"{name!r} is not a reranker: it has {encoder.num_labels} outputs for a pair, a reranker has one; "
            "give the path of a cross-encoder trained for ranking"
        )
    return encoder
