"""The LLM's key and the service's token are in nothing that anybody sees or that is kept."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fakes import SEEDS
from newsroom import ANSWER, HARBOUR, FakeIndex
from starlette.testclient import TestClient

from dateline.rag.chat import export
from dateline.rag.chat.conversations import ConversationStore
from dateline.rag.command import cli
from dateline.rag.service.http import build_app
from dateline.rag.settings import Settings

KEY = "sk-key-5f1dd6c2a9"
TOKEN = "token-7be03c41d8"
SECRETS = (KEY, TOKEN)


class _Tattler(BaseHTTPRequestHandler):
    """An LLM server that fails and repeats the key it was sent: as a refusal, or in the middle of its stream."""

    def do_GET(self) -> None:
        self._say(404, "nothing here")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        said = json.dumps({"error": {"message": f"Incorrect API key provided: {self.headers['Authorization']}"}})
        if self.path.startswith("/stream/"):
            self._say(200, f"data: {said}\n\ndata: {said[:-9]}\n\n")
        else:
            self._say(401, said)

    def _say(self, status: int, body: str) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="module")
def tattler() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tattler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch, tattler: str, seed_index_folder: Path, tmp_path: Path) -> Path:
    """The secrets are set, the LLM server fails, and this is the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATELINE_LLM_KEY", KEY)
    monkeypatch.setenv("DATELINE_TOKEN", TOKEN)
    monkeypatch.setenv("DATELINE_LLM_URL", tattler)
    monkeypatch.setenv("DATELINE_INDEX", str(seed_index_folder))
    return tmp_path


def test_no_command_prints_logs_or_keeps_them(
    secret: Path,
    tattler: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    (secret / "set.yaml").write_text("- id: a\n  question: Who spoke with the foreign minister?\n")
    doc_id = next(SEEDS.iterdir()).name
    for arguments in (
        ["status", "--json"],
        ["show", doc_id, "--json"],
        ["ask", "Who met?", "--json"],
        ["ask", "Who met?"],
        ["search", "ministers", "--json"],
        ["doctor", "--json"],
        ["eval", "run", "set.yaml", "--out", "runs", "--name", "one", "--json"],
        ["show", "none.txt"],
    ):
        assert cli.main(arguments) in (0, 1, 2)
    monkeypatch.setenv("DATELINE_LLM_URL", f"{tattler}/stream")
    assert cli.main(["ask", "Who met?", "--json"]) in (0, 2)
    printed = capfd.readouterr()
    kept = {file: file.read_text(encoding="utf-8", errors="replace") for file in secret.rglob("*") if file.is_file()}
    assert any(file.name == "manifest.json" for file in kept), "the evaluation wrote no manifest"
    for given in SECRETS:
        assert given not in printed.out
        assert given not in printed.err
        assert given not in caplog.text
        for file, text in kept.items():
            assert given not in text, file
    assert tattler in printed.out + printed.err + caplog.text, "the failing server was not even asked"


def test_no_mistake_in_a_setting_repeats_them(secret: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for toml in (f"llm_key = '{KEY}'", f"token = '{TOKEN}'", f"[llm]\nkey = '{KEY}'"):
        (secret / "dateline.toml").write_text(toml)
        assert cli.main(["status"]) == 2
    (secret / "dateline.toml").unlink()
    assert cli.main(["--index", f"http://ann:{KEY}@localhost:1/news", "status"]) == 2
    printed = "".join(capfd.readouterr())
    assert "does not belong into a file" in printed
    assert "holds a password" in printed
    assert not any(given in printed for given in SECRETS)


def test_neither_the_service_nor_its_description_tells_them(secret: Path) -> None:
    settings = Settings.load()
    client = TestClient(build_app(settings.assistant(), token=settings.token), raise_server_exceptions=False)
    allowed = {"Authorization": f"Bearer {TOKEN}"}
    answers = [
        client.get("/openapi.json"),
        client.get("/healthz"),
        client.get("/v1/search?query=x"),
        client.get("/v1/search?query=x", headers={"Authorization": f"Bearer {TOKEN}x"}),
        client.get("/v1/search?query=ministers", headers=allowed),
        client.post("/v1/ask", json={"question": "Who met?"}, headers=allowed),
        client.post("/v1/ask", json={"question": "Who met?"}, headers={**allowed, "Accept": "text/event-stream"}),
        client.post("/v1/ask", content=b"{", headers=allowed),
    ]
    assert {answer.status_code for answer in answers} >= {200, 401, 422}
    for answer in answers:
        assert not any(given in answer.text + str(answer.headers) for given in SECRETS)
    assert not any(given in repr(settings) + str(settings.public()) for given in SECRETS)


def test_neither_the_page_nor_an_export_holds_them(secret: Path) -> None:
    import asyncio

    from dateline import ui

    conversations = ConversationStore(secret / "conversations.sqlite")
    settings = Settings.load()
    assistant = settings.assistant()

    async def page() -> str:
        blocks = ui.build(assistant, conversations)
        return json.dumps(blocks.get_config_file(), default=str) + str(ui.launch_options(assistant, conversations))

    shown = asyncio.run(page())
    held = conversations.create("ann", "Who met?")
    conversations.add("ann", held.id, assistant.ask("Who met?"))
    conversations.add("ann", held.id, ANSWER)
    conversation = conversations.get("ann", held.id)
    assert conversation is not None
    index = FakeIndex(HARBOUR)
    exported = [
        export.to_json(conversation, index),  # type: ignore[arg-type]
        export.to_html(conversation, index),  # type: ignore[arg-type]
        export.to_markdown(conversation),
        export.votes_jsonl([conversation]),
    ]
    conversations.close()
    stored = (secret / "conversations.sqlite").read_bytes().decode("latin-1")
    assert "Who met?" in exported[0]
    for text in (shown, stored, *exported):
        assert not any(given in text for given in SECRETS)
