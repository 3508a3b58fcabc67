"""A LlamaIndex chat engine that understands follow-ups: python examples/llamaindex_chat.py [INDEX] [QUESTION…]."""

import sys

from dateline import Assistant, Index, Retriever


def main(location: str = ".dateline", *questions: str) -> None:
    """Print each answer as it grows, and where its sentences stand."""
    index = Index.open(location, read_only=True)
    chat = Assistant(Retriever(index, k=10)).as_chat_engine()
    for question in questions or ("Who spoke with whom?", "And when?"):
        response = chat.stream_chat(question)
        for text in response.response_gen:
            print(text, end="", flush=True)
        print("", *(hit.node.node_id for hit in response.source_nodes), sep="\n")
    index.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
