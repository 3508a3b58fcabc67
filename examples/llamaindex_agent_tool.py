"""Dateline as a tool of a LlamaIndex agent: give the tool to FunctionAgent(tools=[...], llm=...)."""

import sys

from llama_index.core.tools import QueryEngineTool

from dateline import Assistant, Index, Retriever


def news_tool(index: Index) -> QueryEngineTool:
    """Return a tool whose output is a cited answer and whose sources are the cited sentences."""
    engine = Assistant(Retriever(index, k=10)).as_query_engine()
    described = "Answers questions from indexed news articles with verbatim citations, or says they do not tell."
    return QueryEngineTool.from_defaults(engine, name="news", description=described)


if __name__ == "__main__":
    location, question = [*sys.argv[1:], ".dateline", "Who spoke with whom?"][:2]
    output = news_tool(Index.open(location, read_only=True)).call(question)
    print(output.content, *(hit.node.text for hit in output.raw_output.source_nodes), sep="\n- ")
