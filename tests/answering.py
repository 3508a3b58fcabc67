"""A server that speaks an OpenAI-compatible API and always says the same."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def answering(words: str, status: int = 200, finish_reason: str = "stop") -> Iterator[str]:
    """The address of a server that says ``words``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply("application/json", {"data": [{"id": "small", "max_model_len": 2048}]})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            event = {"choices": [{"delta": {"content": words}, "finish_reason": finish_reason}]}
            self.reply("text/event-stream", event, "data: ", "\n\ndata: [DONE]\n\n")

        def reply(self, kind: str, value: object, before: str = "", behind: str = "") -> None:
            body = (before + json.dumps(value) + behind).encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
