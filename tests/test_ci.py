"""The forges' files: every one runs the same script, on every Python that the project says it supports."""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSIONS = [
    line.split()[-1] for line in PROJECT["classifiers"] if line.startswith("Programming Language :: Python :: 3.")
]


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def of_actions(tree: Any) -> tuple[list[str], list[str]]:
    job = tree["jobs"]["test"]
    image = job["container"] if isinstance(job["container"], str) else job["container"]["image"]
    assert "${{ matrix.python }}" in image
    return job["strategy"]["matrix"]["python"], [step["run"] for step in job["steps"] if "run" in step]


def of_gitlab(tree: Any) -> tuple[list[str], list[str]]:
    job = tree["test"]
    assert "$PYTHON_VERSION" in job["image"]
    return job["parallel"]["matrix"][0]["PYTHON_VERSION"], job["script"]


def of_woodpecker(tree: Any) -> tuple[list[str], list[str]]:
    (step,) = tree["steps"]
    assert "${PYTHON_VERSION}" in step["image"]
    return tree["matrix"]["PYTHON_VERSION"], step["commands"]


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        (".github/workflows/test.yml", of_actions),
        (".forgejo/workflows/test.yml", of_actions),
        (".gitlab-ci.yml", of_gitlab),
        (".woodpecker.yaml", of_woodpecker),
    ],
)
def test_every_forge_runs_the_same_script_on_every_python(name: str, reader: Any) -> None:
    versions, commands = reader(read(name))
    assert versions == VERSIONS
    assert commands[-1] == ".ci/run"


def test_the_pythons_are_those_that_pip_allows() -> None:
    first, last = VERSIONS[0], VERSIONS[-1]
    above = f"3.{int(last.split('.')[1]) + 1}"
    assert PROJECT["requires-python"] == f">={first},<{above}"


@pytest.mark.parametrize("name", [".ci/run", ".ci/image"])
def test_a_script_of_ci_is_one(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    assert subprocess.run(["bash", "-n", ROOT / name], capture_output=True, text=True, check=False).stderr == ""


def test_the_script_tests_everything_by_the_command_that_people_use() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "apt-get install" in script and "chromium" in script
    dry = subprocess.run(
        ["make", "-n", *script.strip().splitlines()[-1].split()[1:]],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    (tests,) = [line for line in dry.splitlines() if "-m pytest" in line]
    assert "--cov" in tests and " -m " not in tests.split("-m pytest")[1] and "tests/" not in tests
    assert any("mypy" in line for line in dry.splitlines())


@pytest.mark.parametrize(
    "hook", [hook["id"] for repo in read(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
)
def test_a_hook_runs_what_is_there(hook: str) -> None:
    (said,) = [
        each for repo in read(".pre-commit-config.yaml")["repos"] for each in repo["hooks"] if each["id"] == hook
    ]
    command = said["entry"].split()
    if command[0] == "make":
        subprocess.run(["make", "-n", command[1]], cwd=ROOT, capture_output=True, check=True)
    else:
        assert any(
            line.startswith(Path(command[0]).name + "=") for line in (ROOT / "constraints.txt").read_text().splitlines()
        )
