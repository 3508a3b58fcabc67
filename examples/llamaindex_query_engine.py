"""Dateline's retriever in a stock LlamaIndex query engine: python examples/llamaindex_query_engine.py [INDEX] [QUERY]."""

import sys

from llama_index.core.llms import LLM, MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine

from dateline import Index, Retriever


def main(location: str = ".dateline", query: str = "Who spoke with whom?", llm: LLM | None = None) -> None:
    """Print what the LLM made of the passages (any LlamaIndex LLM; the mock repeats its prompt) and their places."""
    index = Index.open(location, read_only=True)
    response = RetrieverQueryEngine.from_args(Retriever(index, k=3), llm=llm or MockLLM()).query(query)
    print(response)
    for hit in response.source_nodes:
        print(f"{hit.score:.3f} {hit.node.metadata['doc_id']} {hit.node.metadata['start']}-{hit.node.metadata['end']}")
    index.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
