"""How processes talk on a session's socket: where it is, who may, and what a line of it is.

One JSON object a line. The visitor begins with a hello; then it asks: `status`, `key`, `watch`, `end`. An answer is
`{"ok": true}`, `{"status": …}`, `{"error": one line}`; who watches gets `{"snapshot": …}` lines besides. A watch with
`"only": true` gives up keys and the end for the rest of the visit. Keys and status are understood by every version of
one protocol; snapshots by one version alone.
"""

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from time import monotonic, sleep
from typing import Any, Final

from allusetui import __version__
from allusetui.domain.text import untrusted

SOCKET_NAME: Final = "control.sock"
SNAPSHOT_PREFIX: Final = b'{"snapshot":'
LONGEST_ASK_BYTES: Final = 65_536
PROTOCOL: Final = 1
HELLO: Final = {"hello": "allusetui", "protocol": PROTOCOL, "version": __version__}
OK: Final = {"ok": True}
_LONGEST_FOLDER_BYTES: Final = 60
_OWNER_ONLY: Final = 0o600
_LONGEST_VERSION: Final = 20
_QUEUE_S: Final = 0.01


class ControlError(Exception):
    """Why an engine can't be asked, or won't do it: one line, to show as it is."""


def line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def message_of(data: bytes) -> dict[str, Any]:
    """The message on a line. Raises ControlError for anything else."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ControlError("not a message: one JSON object a line is spoken here")
    return found


def check_hello(message: Mapping[str, Any]) -> None:
    """Raises ControlError where the other side is not ours or speaks otherwise; `{"error": …}` is passed on."""
    if "error" in message:
        raise ControlError(str(message["error"]))
    if message.get("hello") != HELLO["hello"]:
        raise ControlError("no allusetui there: its hello is missing")
    if message.get("protocol") != PROTOCOL:
        spoken = untrusted(str(message.get("protocol")), _LONGEST_VERSION)
        other = f"allusetui {version_of(message)} (protocol {spoken})"
        mine = f"{__version__} (protocol {PROTOCOL})"
        raise ControlError(f"{other} can't talk with {mine}: use the allusetui that runs the engine")


def version_of(hello: Mapping[str, Any]) -> str:
    """What the other side says that it is."""
    return untrusted(str(hello.get("version", "of an unknown version")), _LONGEST_VERSION)


def listen(path: Path) -> socket.socket:
    """A listening socket at `path`, for its owner only from its first instant; what the dead left there is replaced."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        with TemporaryDirectory(dir=path.parent, prefix=".control-") as private, _near(Path(private)) as near:
            listener.bind(str(near / "s"))
            (near / "s").chmod(_OWNER_ONLY)
            listener.listen()
            (near / "s").replace(path)
    except BaseException:
        listener.close()
        raise
    return listener


def connect(folder: Path, timeout_s: float) -> socket.socket:
    """A connection to the engine of the session in `folder`. Raises ControlError where there is none in time."""
    visitor = socket.socket(socket.AF_UNIX)
    visitor.settimeout(timeout_s)
    try:
        with _near(folder) as near:
            _queue(visitor, str(near / SOCKET_NAME), monotonic() + timeout_s)
    except OSError as error:
        visitor.close()
        raise ControlError(_why_not(folder.resolve().name, error)) from None
    return visitor


def _queue(visitor: socket.socket, address: str, until_s: float) -> None:
    """A queue that is full at this instant refuses at once, whatever the time-out: a kill waits its turn."""
    while True:
        try:
            visitor.connect(address)
            return
        except BlockingIOError:
            if monotonic() >= until_s:
                raise
            sleep(_QUEUE_S)


def _why_not(session: str, error: OSError) -> str:
    match error:
        case FileNotFoundError() | ConnectionRefusedError() | NotADirectoryError():
            return f"no engine runs on the session {session}"
        case PermissionError():
            return f"the engine of the session {session} is another user's: permission denied"
        case TimeoutError() | BlockingIOError():
            return f"the engine of the session {session} does not answer"
        case _:
            return f"the engine of the session {session} can't be reached: {error.strerror or error}"


@contextmanager
def _near(folder: Path) -> Iterator[Path]:
    """`folder` by a path short enough for a socket's address: a link to it where its own is too long."""
    if len(os.fsencode(folder)) <= _LONGEST_FOLDER_BYTES:
        yield folder
        return
    shared = gettempdir() if len(gettempdir()) <= _LONGEST_FOLDER_BYTES else "/tmp"
    with TemporaryDirectory(dir=shared, prefix="allusetui-") as private:
        link = Path(private) / "s"
        link.symlink_to(folder.resolve(), target_is_directory=True)
        yield link
