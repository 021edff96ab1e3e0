"""An OpenAI-compatible server on the loopback that says what a test wants of it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[dict[str, Any], int], tuple[int, bytes]]
"""Gives status and body for a request's JSON and its number, from 0."""


def message(content: str | None, calls: list[dict[str, Any]] | None = None) -> bytes:
    """A chat completion: text, or calls of the tool."""
    made = [
        {"id": f"c{place}", "type": "function", "function": {"name": "look", "arguments": json.dumps(each)}}
        for place, each in enumerate(calls or [])
    ]
    said: dict[str, Any] = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": said | ({"tool_calls": made} if made else {}),
              "finish_reason": "tool_calls" if made else "stop"}  # fmt: skip
    whole = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice],
             "usage": {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}}  # fmt: skip
    return json.dumps(whole).encode()


def script(*bodies: bytes) -> Reply:
    """The bodies one after another, the last again and again."""
    return lambda request, number: (200, bodies[min(number, len(bodies) - 1)])


@contextmanager
def serving(reply: Reply) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The base URL, and every request that came, with its Authorization header."""
    heard: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.append({**request, "key": self.headers.get("Authorization"), "path": self.path})
            status, body = reply(request, len(heard) - 1)
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the asker has gone

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
