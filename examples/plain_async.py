"""Ask several questions at once without blocking: python examples/plain_async.py [INDEX] [QUESTION…]."""

import asyncio
import sys

from dateline import Assistant, Index, Retriever


async def main(location: str = ".dateline", *questions: str) -> None:
    """Print each question with its answer."""
    index = Index.open(location, read_only=True)
    assistant = Assistant(Retriever(index, k=10))
    asked = questions or ("Who spoke with whom?", "What was agreed?")
    answers = await asyncio.gather(*(asyncio.to_thread(assistant.ask, question) for question in asked))
    for answer in answers:
        print(f"{answer.question}\n{answer.text}\n")
    index.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
