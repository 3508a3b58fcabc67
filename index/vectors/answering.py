"""The process behind a ``RemoteCollection``: ``python -m dateline.index.vectors.answering FOLDER open|create``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from dateline.index.errors import first_line
from dateline.index.vectors.collection import open_folder

_METHODS = ("query", "get", "count", "upsert", "delete")


def main() -> None:
    """Answer requests until the input ends."""
    try:
        collection, close = open_folder(Path(sys.argv[1]), create=sys.argv[2] == "create")
    except BaseException as error:  # Chroma's panics are no Exceptions
        _put({"error": first_line(error)})
        return
    _put({"result": None})
    for line in sys.stdin:
        method, given = json.loads(line)
        try:
            result = getattr(collection, _METHODS[_METHODS.index(method)])(**given)
            _put({"result": result})
        except BaseException as error:
            _put({"error": first_line(error)})
    close()


def _put(reply: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(reply, default=_plain) + "\n")
    sys.stdout.flush()


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)


if __name__ == "__main__":
    main()
