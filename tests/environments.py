"""Virtual environments that see the packages of the one the tests run in, and install nothing from a network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def environment(folder: Path) -> Path:
    """Make a virtual environment that sees the packages of this one; return its folder of commands."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    shared = [place for place in sys.path if Path(place).name in ("site-packages", "dist-packages")]
    (packages(folder / "bin") / "shared.pth").write_text("\n".join(shared), encoding="utf-8")
    pip = folder / "bin" / "pip"
    pip.write_text(f'#!/bin/sh\nexec "{folder / "bin" / "python"}" -m pip "$@"\n', encoding="utf-8")
    pip.chmod(0o755)
    return folder / "bin"


def packages(commands: Path) -> Path:
    """Where an environment keeps what is installed into it."""
    where = subprocess.run(
        [commands / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Path(where.stdout.strip())


def clean_variables(commands: Path) -> dict[str, str]:
    """The variables of a process that finds an environment's commands first, and nothing of this process's Python."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))},
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's spelling of yes: setuptools is taken from the environment
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
