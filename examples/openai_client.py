"""Ask a running service as if it were an OpenAI model (pip install openai): python examples/openai_client.py [URL] [QUESTION]."""

import sys

from openai import OpenAI


def main(url: str = "http://127.0.0.1:8600/v1", question: str = "Who spoke with whom?", *keys: str) -> None:
    """Print the answer as it grows, then what its marks cite."""
    with OpenAI(base_url=url, api_key=keys[0] if keys else "none") as client:
        messages = [{"role": "user", "content": question}]
        for chunk in client.chat.completions.create(model="dateline", messages=messages, stream=True):
            print(chunk.choices[0].delta.content or "", end="", flush=True)
    print()
    for citation in chunk.dateline["citations"]:
        print(f"[{citation['n']}] {citation['doc_id']}: “{citation['quote']}”")


if __name__ == "__main__":
    main(*sys.argv[1:])
