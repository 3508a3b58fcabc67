"""Ask a running service (dateline serve) and watch the answer grow: python examples/http_client.py [URL] [QUESTION]."""

import json
import sys

import httpx


def main(url: str = "http://127.0.0.1:8600", question: str = "Who spoke with whom?", token: str = "") -> None:
    """Print the parts of the answer as they come, then the citations."""
    headers = {"Accept": "text/event-stream"} | ({"Authorization": f"Bearer {token}"} if token else {})
    with httpx.stream("POST", f"{url}/v1/ask", json={"question": question}, headers=headers, timeout=60) as events:
        if events.is_error:
            raise SystemExit(json.loads(events.read())["error"])
        for line in events.iter_lines():
            if line.startswith("data: "):
                answer = json.loads(line.removeprefix("data: "))
                print(answer.get("answer", answer.get("error")))
    for citation in answer.get("citations", []):
        print(f"[{citation['n']}] {citation['doc_id']}: “{citation['quote']}”")


if __name__ == "__main__":
    main(*sys.argv[1:])
