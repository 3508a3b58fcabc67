"""Where the public question sets are: the option that says so in every benchmark that reads some."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path


def add_data(parser: ArgumentParser, *, required: bool = True) -> None:
    """Add ``--data``, the folder of the sets, which the environment variable DATELINE_BENCHMARKS stands in for."""
    known = os.environ.get("DATELINE_BENCHMARKS")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=Path(known) if known else None,
        required=required and not known,
        help="folder of the public sets (default: the environment variable DATELINE_BENCHMARKS)",
    )
