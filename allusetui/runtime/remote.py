"""An engine in another process, over its session's socket: a screen's hold on it, and a shell's one question."""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from allusetui.codec.shape import CodecError
from allusetui.codec.whole import FORMAT, decode, key_data
from allusetui.domain.console import Key
from allusetui.domain.snapshot import Snapshot
from allusetui.runtime.talk import HELLO, SNAPSHOT_PREFIX, ControlError, check_hello, connect, line, message_of

PATIENCE_S: Final = 5.0
_CHUNK_BYTES: Final = 1 << 18
_LONGEST_LINE_BYTES: Final = 1 << 26


def status(folder: Path, patience_s: float = PATIENCE_S) -> dict[str, Any]:
    """How the engine of the session in `folder` stands. Raises ControlError, one line, where it can't be asked."""
    found = _asked(folder, {"ask": "status"}, patience_s)["status"]
    assert isinstance(found, dict)
    return found


def press(folder: Path, key: Key, patience_s: float = PATIENCE_S) -> None:
    """Press a key; returns once the journal has it. Raises ControlError, one line, where it did nothing."""
    _asked(folder, {"ask": "key", **key_data(key)}, patience_s)


def _asked(folder: Path, ask: Mapping[str, Any], patience_s: float) -> dict[str, Any]:
    talk = _Talk(folder, ask, patience_s)
    talk.close()
    return talk.answer


class _Talk:
    """A connection on which both sides have said hello, and its first `answer`. What it raises is a ControlError.

    The question goes with the hello: an engine that does not take the one does not hear the other.
    """

    def __init__(self, folder: Path, ask: Mapping[str, Any], patience_s: float) -> None:
        self._session = folder.resolve().name
        self.rest = bytearray()
        self.socket = connect(folder, patience_s)
        try:
            with suppress(OSError):  # gone; what it said before is told below
                self.socket.sendall(line(HELLO) + line(ask))
            check_hello(message_of(self.line()))
            self.answer = message_of(self.line())
            if "error" in self.answer:
                raise ControlError(str(self.answer["error"]))
        except BaseException:
            self.close()
            raise

    def line(self) -> bytes:
        """The next line, without its end."""
        while (end := self.rest.find(b"\n")) < 0:
            chunk = self._received()
            if not chunk or len(self.rest) > _LONGEST_LINE_BYTES:
                raise ControlError(f"the engine of the session {self._session} has ended")
            self.rest += chunk
        found = bytes(self.rest[:end])
        del self.rest[: end + 1]
        return found

    def close(self) -> None:
        self.socket.close()

    def _received(self) -> bytes:
        try:
            return self.socket.recv(_CHUNK_BYTES)
        except TimeoutError:
            raise ControlError(f"the engine of the session {self._session} does not answer") from None
        except OSError:
            return b""


class RemoteConsole:
    """Implements `domain.console.Console`. A lost engine is shown as ended; it is not looked for again.

    With `only` it watches and no more: no key leaves, and the engine would take none. Raises ControlError where no
    engine runs, or it shows nothing within the patience.
    """

    def __init__(self, folder: Path, patience_s: float = PATIENCE_S, only: bool = False) -> None:
        talk = _Talk(folder, {"ask": "watch", "format": FORMAT, "only": only}, patience_s)
        self._only = only
        try:
            self._latest = _snapshot(talk.line())
        except BaseException:
            talk.close()
            raise
        self._socket = talk.socket
        self._socket.settimeout(None)
        self._reader = threading.Thread(target=self._read, args=(talk.rest,), name="remote", daemon=True)
        self._reader.start()

    def latest(self) -> Snapshot | None:
        """The newest snapshot."""
        return self._latest

    def send(self, key: Key) -> None:
        """Hand a key to the engine; what becomes of it is seen in the snapshots. Raises BlockingIOError."""
        self._send({"ask": "key", **key_data(key)})

    def end(self) -> None:
        """End the engine in good order; one that is lost has ended. Raises BlockingIOError."""
        try:
            self._send({"ask": "end"})
        except BlockingIOError:
            if not self._latest.ended:
                raise

    def close(self) -> None:
        """Let go of the engine; it goes on."""
        with suppress(OSError):  # it went first
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()

    def _send(self, message: Mapping[str, Any]) -> None:
        if self._only:
            raise BlockingIOError("this dashboard only watches")
        data = line(message)
        try:
            sent = 0 if self._latest.ended else self._socket.send(data, socket.MSG_DONTWAIT)
        except OSError:
            sent = 0
        if sent != len(data):
            raise BlockingIOError("the engine is not running" if self._latest.ended else "the engine takes no keys")

    def _read(self, rest: bytearray) -> None:
        with suppress(OSError, ControlError):  # lost; which is shown
            while chunk := self._socket.recv(_CHUNK_BYTES):
                rest += chunk
                self._take(rest)
        self._latest = replace(self._latest, ended=True)
        self._socket.close()

    def _take(self, rest: bytearray) -> None:
        """Show the newest of the snapshots that are whole; what answers a key is seen in them."""
        *lines, left = bytes(rest).split(b"\n")
        rest[:] = left
        if len(rest) > _LONGEST_LINE_BYTES:
            raise ControlError("a line without end")
        newest = next((one for one in reversed(lines) if one.startswith(SNAPSHOT_PREFIX)), None)
        if newest is not None:
            self._latest = _snapshot(newest)


def _snapshot(found: bytes) -> Snapshot:
    """The snapshot on a line. Raises ControlError for any other line."""
    if not found.startswith(SNAPSHOT_PREFIX):
        raise ControlError(str(message_of(found).get("error", "not a snapshot")))
    try:
        return decode(found.removeprefix(SNAPSHOT_PREFIX).removesuffix(b"}"))
    except CodecError as error:
        raise ControlError(str(error)) from None
