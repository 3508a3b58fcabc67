"""Other hybrid searches over the passages and vectors of an index, for benchmarks that compare with them.

They need llama-index-retrievers-bm25 and txtai (with faiss-cpu), which Dateline does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from dateline.index import Index, Passage
from dateline.index.vectors.embedding import Embedder, as_llama_embedding
from dateline.index.vectors.pooling import Vectors

Found = list[tuple[str, float]]
"""(passage id, score), best first."""
Search = Callable[[str], Found]
"""A question -> what is found for it."""

_BATCH = 1000


class MissingPeer(SystemExit):
    """A package to compare with is not installed."""

    def __init__(self, error: ImportError) -> None:
        super().__init__(
            f"--peers compares with packages that are not installed here ({error});"
            " pip install llama-index-retrievers-bm25 txtai faiss-cpu"
        )


def llama_index(index: Index, embedder: Embedder, k: int) -> Search:
    """Return the search of LlamaIndex's stock hybrid: reciprocal rank fusion of vectors and BM25."""
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
    from llama_index.retrievers.bm25 import BM25Retriever

    nodes = []
    for passage, vector in stored(index):
        node = passage.to_node()
        node.embedding = vector.tolist()
        nodes.append(node)
    store = VectorStoreIndex(
        nodes, storage_context=StorageContext.from_defaults(), embed_model=as_llama_embedding(embedder)
    )
    fusion = QueryFusionRetriever(
        [store.as_retriever(similarity_top_k=k), BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=k)],
        llm=MockLLM(),
        mode=FUSION_MODES.RECIPROCAL_RANK,
        similarity_top_k=k,
        num_queries=1,
        use_async=False,
    )
    return lambda question: [(found.node.node_id, found.get_score()) for found in fusion.retrieve(question)]


def txtai(index: Index, embedder: Embedder, k: int) -> Search:
    """Return the search of txtai's hybrid index over the same passages and vectors, their headings in front."""
    from txtai import Embeddings

    passages, vectors = zip(*stored(index), strict=True)
    texts = [_headed(passage) for passage in passages]
    known = dict(zip(texts, vectors, strict=True))

    def transform(some: Sequence[str]) -> Vectors:
        if all(text in known for text in some):
            return np.stack([known[text] for text in some])
        return embedder.encode(some)

    embeddings = Embeddings(method="external", transform=transform, hybrid=True, content=True)
    embeddings.index([(passage.passage_id, text, None) for passage, text in zip(passages, texts, strict=True)])

    def search(question: str) -> Found:
        found: list[dict[str, Any]] = embeddings.search(question, k)
        return [(row["id"], row["score"]) for row in found]

    return search


PEERS: dict[str, Callable[[Index, Embedder, int], Search]] = {
    "LlamaIndex QueryFusionRetriever": llama_index,
    "txtai hybrid": txtai,
}


def peer(name: str, index: Index, embedder: Embedder, k: int) -> Search:
    """Return the search of ``PEERS[name]``; raises MissingPeer where its package is not installed."""
    try:
        return PEERS[name](index, embedder, k)
    except ImportError as error:
        raise MissingPeer(error) from error


def stored(index: Index) -> Iterator[tuple[Passage, Vectors]]:
    """Yield every passage of an index with its vector."""
    catalogue = index.store.catalogue
    ids = catalogue.passage_ids()
    for at in range(0, len(ids), _BATCH):
        some = ids[at : at + _BATCH]
        rows = catalogue.rows(some)
        vectors = index.store.vectors.vectors(some)
        for passage in catalogue.passages([rows[i] for i in some]):
            yield passage, vectors[passage.passage_id]


def _headed(passage: Passage) -> str:
    head = ". ".join(part for part in (passage.title, passage.source, (passage.published or "")[:10]) if part)
    return f"{head}\n{passage.text}"
