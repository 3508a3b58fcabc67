"""The examples that guard a repository by its question sets: every command in them is run, as it stands, with no network.

The working folder is what a checkout would be: this project with articles, questions and a baseline beside it. Its
packages are those of the environment the tests run in, so that pip has nothing to fetch.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from environments import clean_variables, environment
from fakes import SEEDS

ROOT = Path(__file__).parent.parent
WORKFLOW = ROOT / "examples" / "eval-gate.yml"
PROJECT = (
    "index",
    "rag",
    "eval",
    "__init__.py",
    "__main__.py",
    "py.typed",
    "ui.py",
    "pyproject.toml",
    "constraints.txt",
    "README.md",
    "LICENSE",
)
QUESTIONS = """
- id: who-called
  question: Who held a telephone conversation with the President of Iran?
  answers: [Shehbaz Sharif]
- id: where
  question: Who called Dar while he was in Dubai?
  answers: [Araghchi]
- id: nobody-says
  question: Who won the chess championship in Reykjavik?
  answerable: false
"""

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the examples are written for bash")


class Checkout:
    """A working folder with an environment of its own, into which the workflow installs the project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.folder.mkdir()
        for name in PROJECT:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, self.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, self.folder / name)
        shutil.copytree(SEEDS, self.folder / "articles")
        (self.folder / "questions").mkdir()
        (self.folder / "questions" / "news.yaml").write_text(QUESTIONS, encoding="utf-8")
        self.bin = environment(folder / "environment")
        self.summary = folder / "summary.md"

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a step as GitHub does where ``shell: bash`` is said."""
        variables = {**clean_variables(self.bin), "GITHUB_STEP_SUMMARY": os.fspath(self.summary)}
        bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]
        return subprocess.run(bash, cwd=self.folder, env=variables, capture_output=True, text=True, timeout=300)

    def must(self, command: str) -> str:
        done = self.run(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def steps() -> list[str]:
    (job,) = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values()
    return [step["run"] for step in job["steps"] if "run" in step]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> Checkout:
    """A checkout in which the project is installed and the baseline made, by the workflow's own commands."""
    checkout = Checkout(tmp_path_factory.mktemp("gate"))
    checkout.must(steps[0])
    (baseline,) = [
        line.removeprefix("#").strip()
        for line in WORKFLOW.read_text(encoding="utf-8").splitlines()
        if line.startswith("#") and "--name baseline" in line
    ]
    checkout.must(baseline)
    for made in (checkout.folder / "runs" / "baseline").iterdir():
        if made.name not in ("manifest.json", "questions.jsonl"):  # "are enough"
            made.unlink()
    shutil.rmtree(checkout.folder / ".dateline")
    return checkout


def test_the_workflow_installs_the_whole_package(checkout: Checkout) -> None:
    listing = (
        "import dateline, dateline.ui; from importlib.resources import files; "
        "print(dateline.__file__, len([*files('dateline.rag.html').iterdir()]))"
    )
    path, count = checkout.must(f"cd / && python -c {shlex.quote(listing)}").split()
    assert Path(path).is_relative_to(checkout.bin.parent)
    tracked = [file for file in (ROOT / "rag" / "html").iterdir() if file.is_file()]
    assert int(count) >= len(tracked)


def test_the_gate_passes_what_is_as_good(checkout: Checkout, steps: list[str]) -> None:
    for step in steps[1:]:
        checkout.must(step)
    assert "passed" in checkout.summary.read_text(encoding="utf-8")
    assert (checkout.folder / "runs" / "pull-request" / "report.html").is_file()


def test_the_gate_fails_what_got_worse(checkout: Checkout, steps: list[str]) -> None:
    """Offsets that do not hold are below the floor, whatever the baseline says."""
    run = checkout.folder / "runs" / "pull-request" / "questions.jsonl"
    before = run.read_text(encoding="utf-8")
    assert '"offsets_correct": 1.0' in before
    run.write_text(before.replace('"offsets_correct": 1.0', '"offsets_correct": 0.0'), encoding="utf-8")
    done = checkout.run(steps[-1])
    run.write_text(before, encoding="utf-8")
    assert done.returncode == 1
    assert "FAILED: offsets_correct" in done.stdout


def test_pre_commit_hooks(checkout: Checkout) -> None:
    (repository,) = yaml.safe_load((ROOT / "examples" / "pre-commit-eval.yaml").read_text(encoding="utf-8"))["repos"]
    well_formed, gate = (hook["entry"] for hook in repository["hooks"])
    checkout.must(f"{well_formed} questions/news.yaml")
    assert "passed" in checkout.must(gate)
    broken = checkout.folder / "questions" / "broken.yaml"
    broken.write_text("- question: Who?\n", encoding="utf-8")
    done = checkout.run(f"{well_formed} questions/broken.yaml")
    broken.unlink()
    assert done.returncode != 0
    assert "broken.yaml:1" in done.stderr
