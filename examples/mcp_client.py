"""Use the MCP tools of a running service (dateline serve): python examples/mcp_client.py [URL] [QUESTION]."""

import asyncio
import sys

from mcp import Client


async def main(url: str = "http://127.0.0.1:8600/mcp", question: str = "Who spoke with whom?") -> None:
    """Ask, then show the first article that the answer cites."""
    async with Client(url) as client:
        print("tools:", *(tool.name for tool in (await client.list_tools()).tools))
        answer = (await client.call_tool("ask", {"question": question})).structured_content or {}
        print(answer["answer"])
        for citation in answer["citations"][:1]:
            article = (await client.call_tool("show", {"doc_id": citation["doc_id"]})).structured_content or {}
            print(article["title"], article["published"], article["text"][citation["start"] : citation["end"]])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
