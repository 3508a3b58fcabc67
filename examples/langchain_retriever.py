"""A LangChain retriever over an index (pip install "dateline[langchain]"): python examples/langchain_retriever.py [INDEX] [QUERY]."""

import sys

from dateline.rag.apps.langchain import DatelineRetriever


def main(location: str = ".dateline", query: str = "Who spoke with whom?") -> None:
    """Print the title and the text of what is found."""
    retriever = DatelineRetriever(index=location, k=5)
    for document in retriever.invoke(query, k=3):
        print(document.metadata["title"], document.metadata["published"], document.page_content, sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
