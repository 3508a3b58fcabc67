"""Add files to a running service (DATELINE_WRITE_TOKEN=… dateline serve): python examples/upload.py URL TOKEN FILE…."""

import json
import sys
from pathlib import Path

import httpx


def main(url: str, token: str, *paths: str) -> None:
    """Print the progress, then the report."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    files = [("files", (Path(path).name, Path(path).read_bytes())) for path in paths]
    with httpx.stream("POST", f"{url}/v1/documents", files=files, headers=headers, timeout=300) as events:
        if events.is_error:
            raise SystemExit(json.loads(events.read())["error"])
        for line in events.iter_lines():
            if line.startswith("data: "):
                print(line.removeprefix("data: "))


if __name__ == "__main__":
    main(*sys.argv[1:])
