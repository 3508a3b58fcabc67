"""Dockerfile and compose files, without an engine: what they name exists, and their commands run as written.

A container is stood in for by processes with the image's variables and commands, in which only addresses, ports and
folders are this test's own.
"""

from __future__ import annotations

import contextlib
import fnmatch
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from fakes import SEEDS
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dateline.rag.command.cli import build_parser
from dateline.rag.service.hosts import Hosts
from dateline.rag.settings import Settings

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMPOSE = ("compose.yaml", "compose.chroma.yaml")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


IMAGE = instructions()


def last(name: str) -> str:
    return [argument for instruction, argument in IMAGE if instruction == name][-1]


def variables() -> dict[str, str]:
    return dict(pair.split("=", 1) for name, argument in IMAGE if name == "ENV" for pair in shlex.split(argument))


def merged(*files: str) -> dict[str, Any]:
    """Compose files, the later laid over the earlier, as compose does for mappings; ``${NAME:-default}`` filled in."""

    def over(below: Any, above: Any) -> Any:
        if isinstance(above, dict):
            below = below if isinstance(below, dict) else {}
            return {**below, **{key: over(below.get(key), value) for key, value in above.items()}}
        return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", above) if isinstance(above, str) else above

    tree: dict[str, Any] = {}
    for file in files:
        tree = over(tree, yaml.safe_load((ROOT / file).read_text(encoding="utf-8")))
    return tree


def test_the_image_is_of_a_supported_python_and_of_extras_that_exist() -> None:
    (version,) = {argument.split()[0] for name, argument in IMAGE if name == "FROM"}
    supported = {line.split(" :: ")[-1] for line in PROJECT["project"]["classifiers"] if "Python :: 3." in line}
    assert version.removeprefix("python:").removesuffix("-slim") in supported
    (extras,) = re.findall(r"\.whl\)\[([\w,]+)\]", dict(IMAGE)["RUN"])
    assert set(extras.split(",")) <= set(PROJECT["project"]["optional-dependencies"])


def test_what_is_copied_is_what_the_wheel_is_made_from() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] not in "#"]
    assert rules[0] == "*"
    kept = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert all((ROOT / name).exists() for name in kept)
    packages = {name.split(".")[1] for name in PROJECT["tool"]["setuptools"]["packages"] if "." in name}
    data = {name.split("/")[0] for name in PROJECT["tool"]["setuptools"]["package-data"]["dateline"]}
    named = {PROJECT["project"]["readme"], *PROJECT["project"]["license-files"], "pyproject.toml"}
    assert packages | data | named | {file.name for file in ROOT.glob("*.py")} <= kept
    copied = [
        source
        for name, argument in IMAGE
        if name == "COPY" and "--from" not in argument
        for source in argument.split()[:-1]
    ]
    assert set(copied) - {"."} <= kept
    secret = [".dateline", ".venv", ".env", "users.json", "runs"]
    assert not [name for name in secret if any(fnmatch.fnmatch(name, rule) for rule in kept)]


def test_the_image_starts_a_command_of_ours_for_a_user_without_rights() -> None:
    command = [*json.loads(last("ENTRYPOINT")), *json.loads(last("CMD"))]
    assert command[0] in PROJECT["project"]["scripts"]
    arguments = build_parser().parse_args(command[1:])
    assert str(arguments.port) == last("EXPOSE")
    assert last("USER") not in ("root", "0")


def test_the_chat_answers_to_nobody_who_points_a_name_at_this_computer() -> None:
    arguments = build_parser().parse_args(json.loads(last("CMD")))

    async def page(request: Request) -> Response:
        return Response("the chat")

    def refuse(connection: HTTPConnection, status: int, sentence: str) -> Response:
        return Response(sentence, status)

    options = {"address": arguments.host, "allowed": arguments.allow_host, "closed": False, "refuse": refuse}
    app = Starlette(routes=[Route("/", page)], middleware=[Middleware(Hosts, **options)])
    with TestClient(app) as client:
        answers = [
            client.get("/", headers={"Host": host}) for host in ("localhost:7860", "127.0.0.1:7860", "evil.example")
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 421]


@pytest.mark.parametrize("files", [COMPOSE[:1], COMPOSE], ids=["alone", "with a server"])
def test_services_open_no_door_but_to_this_computer_and_keep_what_they_keep(files: tuple[str, ...]) -> None:
    tree = merged(*files)
    for service in tree["services"].values():
        assert service["image"] == "dateline"
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        named = [volume.split(":")[0] for volume in service["volumes"] if not volume.startswith(".")]
        assert set(named) <= set(tree["volumes"])
        assert last("VOLUME") in [volume.split(":")[1] for volume in service["volumes"]]
        set_here = {key: value for key, value in service.get("environment", {}).items() if value}
        assert Settings.load(environ=set_here)
    for service in tree["services"].values():
        for other, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in tree["services"][other]


class Containers:
    """The services of some compose files as processes here."""

    def __init__(self, folder: Path, *files: str) -> None:
        self.services = merged(*files)["services"]
        self.folder = folder
        self.ports = {port: str(free_port()) for port in ("7860", "8000")}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def here(self, service: str, text: str) -> str:
        """A text of the files with this computer's addresses and folders in place of the containers'."""
        text = text.replace("/data", str(self.folder / service)).replace("/articles", str(SEEDS))
        text = text.replace("http://chroma:", "http://127.0.0.1:").replace("0.0.0.0", "127.0.0.1")
        return re.sub("|".join(self.ports), lambda match: self.ports[match.group()], text)

    def command(self, service: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """What the container of a service runs, with ``arguments`` for another command, and its variables."""
        said = self.services[service]
        words = [*said.get("entrypoint", json.loads(last("ENTRYPOINT")))]
        words += arguments or said.get("command", json.loads(last("CMD")))
        given = {**variables(), **{name: str(value) for name, value in said.get("environment", {}).items()}}
        given = {name: self.here(service, value) for name, value in given.items()}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        words = [self.here(service, word) for word in words]
        if words[:2] == ["dateline", "chat"]:
            words += ["--port", self.ports["7860"]]
        return words, {**os.environ, **given, "PATH": path}

    def run(self, service: str, *arguments: str) -> str:
        """What ``docker compose run --rm SERVICE ARGUMENTS`` prints."""
        words, environ = self.command(service, *arguments)
        (self.folder / service).mkdir(exist_ok=True)
        done = subprocess.run(
            words, cwd=self.folder / service, env=environ, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, service: str) -> None:
        """Start a service and wait until its health check, run as written, says that it is well."""
        words, environ = self.command(service)
        (self.folder / service).mkdir(exist_ok=True)
        log = self.folder / f"{service}.log"
        with log.open("wb") as out:
            self.processes[service] = subprocess.Popen(
                words, cwd=self.folder / service, env=environ, stdout=out, stderr=out
            )
        own = self.services[service].get("healthcheck", {}).get("test")
        check = own[1:] if own else json.loads(last("HEALTHCHECK").split("CMD", 1)[1])
        words = [sys.executable if word == "python" else self.here(service, word) for word in check]
        for _ in range(120):
            assert self.processes[service].poll() is None, log.read_text(encoding="utf-8", errors="replace")
            if subprocess.run(words, stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.5)
        raise AssertionError(f"{service} does not get well")

    def page(self) -> int:
        """The status of the chat's page."""
        port = self.ports["7860"]
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=60) as answer:
            return int(answer.status)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def containers(folder: Path, *files: str) -> Iterator[Containers]:
    some = Containers(folder, *files)
    try:
        yield some
    finally:
        some.stop()


def asked(some: Containers) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = json.loads(some.run("chat", "ask", "Who called Dubai?", "--json"))
    return answer


def test_the_chat_alone_starts_empty_and_takes_articles(tmp_path: Path) -> None:
    with containers(tmp_path, "compose.yaml") as some:
        some.start("chat")
        assert some.page() == 200
        assert asked(some)["reason"] == "no_documents"
        # Articles are added from a second container while the chat runs.
        assert some.run("chat", "index", "/articles").startswith("added 2,")
        assert asked(some)["citations"]
        assert some.page() == 200
    assert (tmp_path / "chat" / ".dateline").is_dir()


def test_the_chat_with_a_server_keeps_its_articles_there(tmp_path: Path) -> None:
    with containers(tmp_path, *COMPOSE) as some:
        for service in some.services["chat"]["depends_on"]:
            some.start(service)
        some.start("chat")
        assert some.page() == 200
        assert some.run("chat", "index", "/articles").startswith("added 2,")
        assert asked(some)["citations"]
        status = json.loads(some.run("chat", "status", "--json"))
        assert status["store"].startswith("http://127.0.0.1:")
    assert not (tmp_path / "chat" / ".dateline").exists()
    assert (tmp_path / "chroma" / "chroma" / "chroma.sqlite3").is_file()
