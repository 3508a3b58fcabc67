"""Ask from plain Python: python examples/plain_sync.py [INDEX] [QUESTION]."""

import sys

from dateline import Assistant, Index, Retriever


def main(location: str = ".dateline", question: str = "Who spoke with whom, and when?") -> None:
    """Print the answer and the exact words behind each mark."""
    index = Index.open(location, read_only=True)
    answer = Assistant(Retriever(index, k=10)).ask(question)
    print(answer.text)
    for citation in answer.citations:
        print(f"[{citation.n}] {citation.title}, {citation.published}: “{citation.quote}”")
    index.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
