"""Read a folder's vectors in a process of its own: ``python -m dateline.index.vectors.probe FOLDER all|few|graph``.

"few" reads some of them, "graph" also walks the whole graph by a search for as many as there are, "all" reads all too.

Chroma's library can crash on a damaged file, which must not take the program along that asks. The
process prints one line of JSON: ``{"fault": "one sentence, or nothing"}``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

import numpy as np

from dateline.index.errors import StoreError, first_line
from dateline.index.vectors.collection import VectorStore

Look = Literal["all", "few", "graph"]
_SECONDS = 1800.0
"""A probe that takes longer has hung; a million vectors take some minutes."""
_ASKED = 50
"""So many of the stored vectors are searched for, spread over all."""
_BATCH = 1000


def vector_fault(folder: Path, *, look: Look = "all") -> str:
    """Return what is wrong with the vectors in a Chroma folder as far as such a look tells, or ""."""
    # It looks for modules where this process does.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "dateline.index.vectors.probe", str(folder), look],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            env=environment,
            check=False,
        )
        return str(json.loads(done.stdout.splitlines()[-1])["fault"])
    except subprocess.TimeoutExpired:
        return "reading them does not end"
    except (IndexError, ValueError, KeyError):
        return f"reading them ends the process (exit code {done.returncode})"


def _read(folder: Path, look: str) -> str:
    store = VectorStore.embedded(folder)
    ids = sorted(store.ids(None if look == "all" else _ASKED))
    for at in range(0, len(ids), _BATCH):
        some = ids[at : at + _BATCH]
        vectors = store.vectors(some)
        if len(vectors) < len(some):
            return f"{len(some) - len(vectors)} of {len(some)} vectors are not there"
        if not np.allclose(np.linalg.norm(np.stack(list(vectors.values())), axis=1), 1.0, atol=1e-2):
            return "some vectors are not of length 1"
    asked = store.vectors(ids[:: max(1, len(ids) // _ASKED)])
    if asked and look != "few":
        # As many as there are: on its way such a search comes by every node, and by every link that leads nowhere.
        store.search(next(iter(asked.values())), store.count())
    lost = sum(not any(score > 0.999 for _, score in store.search(vector, 10)) for vector in asked.values())
    return f"{lost} of {len(asked)} vectors are not found by a search for them" if lost > len(asked) // 10 else ""


def main() -> None:
    """Read and tell."""
    try:
        fault = _read(Path(sys.argv[1]), sys.argv[2])
    except StoreError as error:
        fault = str(error.__cause__ or error)
    except BaseException as error:  # Chroma's panics are no Exceptions
        fault = first_line(error)
    sys.stdout.write(json.dumps({"fault": fault.splitlines()[0] if fault else ""}) + "\n")


if __name__ == "__main__":
    main()
