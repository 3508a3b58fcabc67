"""Fuzz what reads strangers' bytes: ``python tests/fuzz/run.py [TARGET…] --runs 100000``.

Each target runs in a process of its own under atheris (coverage-guided; libFuzzer). A finding is an exception that is
none of our errors, an input that takes more than ``--seconds`` of processor time, or more memory than ``--megabytes``.
It is written to ``--out``/TARGET and the run goes on; the same exception at the same line is written once. A table at
the end says what was run. Inputs worth keeping belong into tests/fuzz/found/TARGET, where the tests try them for ever.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run every target after the other; return 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="which (default: all)")
    parser.add_argument("--runs", type=int, default=100_000, help="inputs for each target (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=2.0, help="processor time an input may take (%(default)s)")
    parser.add_argument("--megabytes", type=int, default=1024, help="memory a target may take (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=60, help="stop a target after so long (default: %(default)s)")
    parser.add_argument("--max-len", type=int, default=2048, help="bytes of the longest input (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other inputs")
    parser.add_argument("--out", type=Path, default=Path("runs/fuzz"), help="where findings go (default: %(default)s)")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sys.path[:0] = [str(HERE.parent), str(HERE)]
    if arguments.inside:
        fuzz(arguments.targets[0], arguments)
    from targets import TARGETS

    unknown = set(arguments.targets) - TARGETS.keys()
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    rows = []
    for name in arguments.targets or TARGETS:
        place = arguments.out / name
        place.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, __file__, name, "--inside"]
        for option in ("runs", "seconds", "megabytes", "minutes", "max_len", "seed", "out"):
            command += [f"--{option.replace('_', '-')}", str(getattr(arguments, option))]
        with (place / "log.txt").open("wb") as log:
            code = subprocess.run(command, stdout=log, stderr=log, check=False).returncode
        row = json.loads((place / "result.json").read_text()) | {"exit": code}
        rows.append(row)
        say(
            f"{name:<10} {row['runs']:>9,} inputs  {row['minutes']:>5.1f} min  slowest {row['slowest']:.2f} s  "
            f"peak {row['megabytes']:>5,} MB  {len(row['findings'])} findings" + (f"  exit {code}" if code else "")
        )
        for finding in row["findings"]:
            say(f"    {finding}")
    return 1 if any(row["findings"] or row["exit"] for row in rows) else 0


def fuzz(name: str, arguments: argparse.Namespace) -> None:
    """Fuzz one target in this process; never returns."""
    import atheris
    from targets import COVERS, READING, TARGETS, folder

    place = arguments.out / name
    target = TARGETS[name]
    with atheris.instrument_imports(include=list(COVERS.get(name, READING))):
        check = target.make(folder())
    seeds = place / "seeds"
    seeds.mkdir(exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (seeds / f"{number:02}").write_bytes(seed)
    state = {"target": name, "runs": 0, "minutes": 0.0, "slowest": 0.0, "megabytes": 0, "findings": []}
    known: set[str] = set()
    began = time.monotonic()

    def found(what: str, data: bytes) -> None:
        if what not in known:
            known.add(what)
            file = place / f"found-{hashlib.sha256(data).hexdigest()[:12]}"
            file.write_bytes(data)
            state["findings"].append(f"{what}  <- {file.name}")
            write()

    def write() -> None:
        state["minutes"] = round((time.monotonic() - began) / 60, 2)
        state["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        (place / "result.json").write_text(json.dumps(state, indent=1))

    def one(data: bytes) -> None:
        state["runs"] += 1
        started = time.process_time()
        try:
            check(data)
        except Exception as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            message = " ".join(str(error).split())[:160]
            if f"{type(error).__name__} {at.filename}:{at.lineno}" not in known:
                known.add(f"{type(error).__name__} {at.filename}:{at.lineno}")
                found(f"{type(error).__name__} at {Path(at.filename).name}:{at.lineno}: {message}", data)
        took = time.process_time() - started
        if took > state["slowest"]:
            state["slowest"] = round(took, 3)
            if took > arguments.seconds:
                found(f"slow: {took:.1f} s", data)
        if state["runs"] % 500 == 0 or state["runs"] >= arguments.runs:
            write()

    write()
    atheris.Setup(
        [
            sys.argv[0], f"-runs={arguments.runs}", f"-max_len={arguments.max_len}", f"-seed={arguments.seed}",
            f"-max_total_time={int(arguments.minutes * 60)}", f"-rss_limit_mb={arguments.megabytes}", "-timeout=120",
            "-len_control=20", f"-artifact_prefix={place}/", str(seeds),
        ],
        one,
    )  # fmt: skip
    atheris.Fuzz()


def say(line: str) -> None:
    """Write a line to standard output at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
