"""How readings and the cheap ranking are weighed together, and how sure an answer is: fitted linear models.

`calibration.json` holds, for each model, a weight a feature and a bias, and the thresholds; it is written by
`benchmarks/reader/fit.py` from development questions (Platt 1999: a logistic model turns scores into probabilities).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True)
class Calibration:
    """The fitted models by name: feature -> weight, "bias" among them; and the thresholds, as probabilities."""

    models: Mapping[str, Mapping[str, float]]
    thresholds: Mapping[str, float]

    def logit(self, model: str, features: Mapping[str, float]) -> float:
        """Return a model's log-odds; features that it does not know weigh nothing."""
        weights = self.models[model]
        return weights.get("bias", 0.0) + sum(weights.get(name, 0.0) * value for name, value in features.items())

    def probability(self, model: str, features: Mapping[str, float]) -> float:
        """Return a model's probability."""
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.logit(model, features)))))


@cache
def calibration(*, read: bool = True) -> Calibration:
    """Return what ships: for sentences that a reader has read, or for those that none has."""
    fitted = json.loads(_FILE.read_text(encoding="utf-8"))["read" if read else "unread"]
    return Calibration(fitted["models"], fitted["thresholds"])
