"""A LangChain retriever over Dateline (pip install langchain-core): python examples/langchain_retriever.py [INDEX] [QUERY]."""

import sys

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from dateline import Index, Retriever


class DatelineRetriever(BaseRetriever):
    retriever: Retriever

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        hits = (hit.to_dict() for hit in self.retriever.search(query))
        return [Document(hit.pop("text"), id=hit["passage_id"], metadata=hit) for hit in hits]


if __name__ == "__main__":
    location, query = [*sys.argv[1:], ".dateline", "Who spoke with whom?"][:2]
    for document in DatelineRetriever(retriever=Retriever(Index.open(location, read_only=True), k=3)).invoke(query):
        print(document.metadata["title"], document.page_content, sep="\n")
