"""The shipped weights: read, checked and unpacked.

`reader.safetensors` holds the layers above the packaged model's word embeddings, matrices as int8 scaled by row;
`reader.json` beside it says what they are, and their SHA-256. Both are written by the training program.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent
SCALE = ".scale"
"""Suffix of the tensor that scales an int8 matrix by row."""


@dataclass(frozen=True)
class Weights:
    """Float32 tensors by the names that training gives them, and what `reader.json` says of them."""

    tensors: dict[str, NDArray[Any]]
    card: dict[str, Any]


def load(folder: Path = FOLDER) -> Weights:
    """Return the weights in a folder.

    Raises ValueError, naming the file, where it is not the one that the card describes.
    """
    from safetensors.numpy import load as parse

    file = folder / "reader.safetensors"
    card = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise ValueError(f"{file} is not the file that reader.json describes; install Dateline again")
    stored = parse(content)
    tensors = {
        name: value.astype(np.float32) * stored[name + SCALE].astype(np.float32)[:, None]
        if name + SCALE in stored else value.astype(np.float32)
        for name, value in stored.items() if not name.endswith(SCALE)
    }  # fmt: skip
    return Weights(tensors, card)


def save(tensors: dict[str, NDArray[Any]], card: dict[str, Any], folder: Path = FOLDER) -> None:
    """Write weights and card to a folder: layers' matrices as int8, all else in half precision."""
    from safetensors.numpy import save as pack

    stored: dict[str, NDArray[Any]] = {}
    for name, value in tensors.items():
        if value.ndim == 2 and ".layer." in name:
            scale = np.maximum(np.abs(value).max(axis=1), 1e-9).astype(np.float32) / 127
            stored[name] = np.rint(value / scale[:, None]).astype(np.int8)
            stored[name + SCALE] = scale
        else:
            stored[name] = value.astype(np.float16)
    content = pack(stored)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reader.safetensors").write_bytes(content)
    described = card | {"sha256": hashlib.sha256(content).hexdigest()}
    (folder / "reader.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
