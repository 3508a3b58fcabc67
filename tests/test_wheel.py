"""The wheel: one package, ``dateline``, that works beside folders and packages called like the rooms inside it."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from environments import clean_variables, environment, packages
from fakes import SEEDS

ROOT = Path(__file__).parent.parent
PROJECT = ("index", "rag", "eval", "seeds", "tests", "benchmarks", "docs", "examples")
RAISES = 'raise ImportError("this is somebody else\'s")\n'


class Installed:
    """An app's folder with its own ``rag/``, ``index/``, ``eval/`` and ``ui.py``, and an environment with the wheel."""

    def __init__(self, folder: Path) -> None:
        source, self.app = folder / "source", folder / "app"
        source.mkdir()
        for name in PROJECT:
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        for file in filter(Path.is_file, ROOT.iterdir()):
            shutil.copy(file, source)
        self.bin = environment(folder / "environment")
        self.app.mkdir()
        self.run("pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(source))
        (self.wheel,) = folder.glob("*.whl")
        self.run("pip", "install", "-q", "--no-deps", str(self.wheel))
        for place in (packages(self.bin) / "rag", *(self.app / name for name in ("rag", "index", "eval"))):
            place.mkdir()
            (place / "__init__.py").write_text(RAISES, encoding="utf-8")
        (self.app / "ui.py").write_text(RAISES, encoding="utf-8")
        shutil.copytree(SEEDS, self.app / "seeds")

    def run(self, *command: str) -> str:
        """Run a command of the environment in the app's folder; return its standard output."""
        program = str(self.bin / command[0])
        done = subprocess.run(
            [program, *command[1:]], cwd=self.app, env=clean_variables(self.bin), capture_output=True, text=True, timeout=300
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp("wheel")
    yield Installed(folder)
    shutil.rmtree(folder)


def test_nothing_but_the_package_is_at_the_top(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}
    assert "dateline" in tops
    assert [top for top in tops if not top.endswith(".dist-info")] == ["dateline"]
    assert {name.split("/")[1] for name in names if name.startswith("dateline/")} == {
        "__init__.py", "__main__.py", "py.typed", "ui.py", "index", "rag", "eval", "seeds",
    }  # fmt: skip


def test_every_file_of_the_rooms_is_in_it(installed: Installed) -> None:
    files = [
        file.relative_to(ROOT).as_posix()
        for room in ("index", "rag", "eval", "seeds")
        for file in (ROOT / room).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ]
    with zipfile.ZipFile(installed.wheel) as wheel:
        assert {f"dateline/{name}" for name in files} <= set(wheel.namelist())


def test_it_works_beside_an_apps_own_folders(installed: Installed) -> None:
    assert installed.run("dateline", "--version").startswith("dateline ")
    assert installed.run("python", "-m", "dateline", "--version").startswith("dateline ")
    assert installed.run("dateline", "index", "seeds").startswith("added 2,")
    answer = json.loads(installed.run("dateline", "ask", "who spoke with Araghchi and when?", "--json"))
    assert "Dar" in answer["answer"]
    assert json.loads(installed.run("dateline", "doctor", "--json"))["healthy"]
    assert "--port" in installed.run("dateline", "chat", "--help")


@pytest.mark.parametrize(("options", "shown"), [([], "No articles yet"), (["--demo"], "Ask 2 articles")])
def test_the_chat_starts_without_articles_and_with_the_examples(
    installed: Installed, tmp_path: Path, options: list[str], shown: str
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [installed.bin / "dateline", "chat", "--port", str(port), *options],
            cwd=tmp_path, env=clean_variables(installed.bin), stdout=out, stderr=out,
        )  # fmt: skip
    try:
        for _ in range(240):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/config", timeout=30) as page,
            ):
                assert shown in page.read().decode()
                break
            time.sleep(0.5)
        else:
            raise AssertionError("the chat did not start")
    finally:
        process.terminate()
        process.wait()


def test_it_is_imported_beside_them(installed: Installed) -> None:
    code = (
        "import dateline, dateline.ui; from dateline import Answer, Assistant, Citation, Index, Retriever; "
        "from dateline.eval.commands import load_set; "
        "print(dateline.__version__, len(load_set('seeds')) > 0, dateline.__file__)"
    )
    version, found, place = installed.run("python", "-c", code).split()
    assert installed.run("dateline", "--version").split() == ["dateline", version]
    assert found == "True"
    assert Path(place).parent == packages(installed.bin) / "dateline"
