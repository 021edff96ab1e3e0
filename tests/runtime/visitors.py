"""Who visits an engine's control socket, and says what it likes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from allusetui.codec.whole import FORMAT
from allusetui.runtime.talk import HELLO, connect
from tests.runtime.engines import PATIENCE_S, Engine

WATCH = {"ask": "watch", "format": FORMAT}


class Visitor:
    """A connection that says what it likes."""

    def __init__(self, folder: Path, hello: Any = HELLO) -> None:
        self.socket = connect(folder, PATIENCE_S)
        self.file = self.socket.makefile("rb")
        if hello is not None:
            self.say(hello)
            self.hello = self.hear()

    def say(self, message: Any) -> None:
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def hear(self) -> Any:
        """The next message; None where the engine has hung up."""
        found = self.file.readline()
        return json.loads(found) if found else None

    def ask(self, message: Any) -> Any:
        self.say(message)
        return self.hear()

    def close(self) -> None:
        self.file.close()
        self.socket.close()


@contextmanager
def visit(folder: Path, hello: Any = HELLO) -> Iterator[Visitor]:
    visitor = Visitor(folder, hello)
    try:
        yield visitor
    finally:
        visitor.close()


def count_of(message: Any) -> int:
    found = message["snapshot"][1][0]
    assert isinstance(found, int)
    return found


def buffered(engine: Engine) -> int:
    """Bytes that the server keeps for its visitors."""
    assert engine.server is not None
    visits = engine.server._visits.values()
    found = engine.call(lambda: sum(visit._writer.transport.get_write_buffer_size() for visit in visits))
    assert isinstance(found, int)
    return found
