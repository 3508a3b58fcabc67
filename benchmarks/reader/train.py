"""Train the reader: python benchmarks/reader/train.py --shards DIR --run DIR [--hours H] [--decay].

Runs on the processor's cores in bfloat16, or on a GPU where there is one, and goes on where it was interrupted: the
run's folder holds `last.pt` (weights, optimiser, place), `average.pt` (the moving average of the weights, which is
what is evaluated and shipped) and `log.jsonl`. `control.json` there, re-read every minute, may set `threads`, `rate`
(a factor on the learning rate) and `shares` {corpus: share}; new shards in the folder are taken up meanwhile.
The learning rate stays constant after warming up; with --decay it falls to nothing over the run's hours.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

# Threads that spin while they wait for each other cost four fifths of the speed on a busy machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "128")
import torch
from corpora import CLAIMS, QUESTIONS
from model import Batch, Reader, losses

from examples import Example, Shard, collate

WEIGHTS = {"span": 1.0, "evidence": 0.5, "answers": 0.6, "verdict": 1.0, "support": 1.0}
TOKENS = 4096
"""Padded tokens in a batch at most."""
CHUNK = 1024
"""Examples drawn at once and sorted by length, so that a batch has little padding."""


def slug(name: str) -> str:
    """Return the file stem of a corpus's shard."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


class Mixture:
    """Draws examples from the shards of a folder, each corpus by its share, without repeating one before all are seen."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.rng = folder, np.random.default_rng(seed)
        self.shares = {slug(c.name): c.share for c in (*QUESTIONS, *CLAIMS)}
        self.shards: dict[str, Shard] = {}
        self._order: dict[str, list[int]] = {}
        self.look()

    def look(self) -> None:
        """Take up shards that are new."""
        for file in sorted(self.folder.glob("*.npz")):
            if file.stem not in self.shards:
                self.shards[file.stem] = Shard(file)
                self._order[file.stem] = []

    def draw(self, n: int) -> list[Example]:
        """Return n examples, sorted by length."""
        names = [name for name in self.shards if self.shares.get(name, 1.0) > 0]
        weights = np.array([self.shares.get(name, 1.0) for name in names])
        found = []
        for i in self.rng.choice(len(names), n, p=weights / weights.sum()):
            name = names[i]
            if not self._order[name]:
                self._order[name] = self.rng.permutation(len(self.shards[name])).tolist()
            found.append(self.shards[name][self._order[name].pop()])
        return sorted(found, key=lambda e: len(e.ids))

    def batches(self) -> Iterator[list[Example]]:
        """Yield batches for ever."""
        while True:
            made: list[list[Example]] = [[]]
            for example in self.draw(CHUNK):
                if (len(made[-1]) + 1) * len(example.ids) > TOKENS or len(made[-1]) >= 48:
                    made.append([])
                made[-1].append(example)
            random.shuffle(made)
            yield from made


def to(batch: Batch, device: str) -> Batch:
    """Return the batch on a device."""
    return Batch(*(getattr(batch, name).to(device) for name in Batch.__dataclass_fields__))


def main() -> None:
    """Train until the hours are over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--hours", type=float, default=1e9)
    parser.add_argument("--decay", action="store_true")
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--start", type=Path, help="weights to start from, where the run has none yet")
    args = parser.parse_args()
    args.run.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    last, average = args.run / "last.pt", args.run / "average.pt"
    model = Reader().to(device)
    state: dict[str, Any] = {"seen": 0, "step": 0, "decayed": 0.0}
    if last.exists():
        state = torch.load(last, weights_only=True, map_location=device)
        model.load_state_dict(state.pop("model"), strict=False)
    elif args.start:
        model.load_state_dict(torch.load(args.start, weights_only=True)["model"], strict=False)
    # The encoder computes in bfloat16 throughout; what is updated is a float32 copy of its weights (Micikevicius
    # et al. 2018), or small steps would be lost.
    trained = {n: p.detach().float().clone() for n, p in model.named_parameters() if p.requires_grad}
    model.encoder.bfloat16()
    computed = {n: p for n, p in model.named_parameters() if p.requires_grad}
    body = [p for name, p in trained.items() if name.startswith("encoder.")]
    heads = [p for name, p in trained.items() if not name.startswith("encoder.")]
    groups = [{"params": body, "base": args.rate}, {"params": heads, "base": 5 * args.rate}]
    optimiser = torch.optim.AdamW(groups, lr=args.rate, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    if "optimiser" in state:
        optimiser.load_state_dict(state.pop("optimiser"))
    mean = {name: p.clone() for name, p in trained.items()}
    if average.exists():
        mean = {n: v.float().to(device) for n, v in torch.load(average, weights_only=True)["model"].items()}
    mixture = Mixture(args.shards, seed=state["seen"])
    log = (args.run / "log.jsonl").open("a", encoding="utf-8")

    def save() -> None:
        for file, content in (
            (last, {"model": trained, "optimiser": optimiser.state_dict(), **state}),
            (average, {"model": {n: v.half() for n, v in mean.items()}, "seen": state["seen"]}),
        ):
            torch.save(content, file.with_suffix(".new"))
            file.with_suffix(".new").replace(file)

    began = looked = saved = time.time()
    factor, sums, counted = 1.0, dict.fromkeys(WEIGHTS, 0.0), 0
    model.train()
    for examples in mixture.batches():
        now = time.time()
        if state["step"] % 20 == 0 or now - looked > 60:
            looked = now
            control = args.run / "control.json"
            wanted = json.loads(control.read_text()) if control.exists() else {}
            torch.set_num_threads(wanted.get("threads", torch.get_num_threads()))
            factor = wanted.get("rate", 1.0)
            mixture.shares.update(wanted.get("shares", {}))
            mixture.look()
        share = (now - began) / 3600 / args.hours
        warm = min(1.0, (state["step"] + 1) / 150)
        for group in optimiser.param_groups:
            group["lr"] = group["base"] * warm * factor * (max(0.0, 1 - share) if args.decay else 1.0)
        batch = to(collate(examples), device)
        parts = losses(model(batch.ids, batch.segments, batch.mask), batch)
        loss = sum(WEIGHTS[name] * part for name, part in parts.items())
        loss.backward()
        for name, p in computed.items():
            trained[name].grad = None if p.grad is None else p.grad.float()
            p.grad = None
        torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
        optimiser.step()
        with torch.no_grad():
            for name, p in computed.items():
                p.copy_(trained[name])
        keep = min(0.998, (state["step"] + 1) / (state["step"] + 10))
        torch._foreach_lerp_(list(mean.values()), list(trained.values()), 1 - keep)
        state["seen"] += len(examples)
        state["step"] += 1
        counted += len(examples)
        for name, part in parts.items():
            sums[name] += part.item() * len(examples)
        if counted >= 2500:
            row = {name: round(total / counted, 4) for name, total in sums.items()}
            speed = counted / (time.time() - saved) if counted else 0
            row |= {
                "step": state["step"],
                "seen": state["seen"],
                "time": time.strftime("%F %T"),
                "per_s": round(speed, 1),
            }
            log.write(json.dumps(row) + "\n")
            log.flush()
            save()
            sums, counted, saved = dict.fromkeys(WEIGHTS, 0.0), 0, time.time()
        if share >= 1:
            break
    save()
    sys.stdout.write(f"{state['seen']} examples seen\n")


if __name__ == "__main__":
    main()
