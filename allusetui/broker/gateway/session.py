"""One client's session, and all of them: who is connected, under which client id, and how fast it speaks."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from allusetui.broker.gateway.frames import GREETING, Frames, Value
from allusetui.domain.frozen import frozen

SERVER_VERSION: Final = 178
ERROR: Final = 4
NOBODY: Final = -1
"""The request id of an error that answers no request."""
_FORGIVEN_S: Final = 60
_RANGE: Final = re.compile(r"v([0-9]{1,6})(?:\.\.([0-9]{1,6}))?(?: (.*))?", re.ASCII)


@frozen
class Limits:
    """What a client may do. `second_ms`: how long one of its seconds lasts on the market's clock."""

    messages: int = 50
    lines: int = 100
    second_ms: int = 1_000
    warnings: int = 3
    """How often within a minute it is told to slow down before it is cut off."""


USUAL: Final = Limits()


class Session:
    """What the gateway knows of one connection. `send` and `error` are how anything is said to it."""

    def __init__(self, key: int, post: Callable[["Session", tuple[Value, ...]], None]) -> None:
        self.key = key
        self.client_id: int | None = None
        """None until it has begun."""
        self.speaks = False
        """Whether a version has been agreed."""
        self.frames = Frames(GREETING)
        self.warned = 0
        self.gone = False
        self._post = post
        self._filled = 0
        self._filled_ms = 0
        self._warned_ms = 0

    def send(self, *values: Value) -> None:
        """A message, its id first."""
        self._post(self, values)

    def error(self, request_id: int, code: int, text: str) -> None:
        """An error, a warning or a notice; `request_id` −1 where it answers no request."""
        self.send(ERROR, 2, request_id, code, text, "")

    def too_fast(self, limits: Limits, at_ms: int) -> bool:
        """Whether this message is one too many; then a new second begins.

        The messages of one second more may have been on their way: how long they took is not the client's doing.
        """
        most = limits.messages * limits.second_ms
        drained = (at_ms - self._filled_ms) * limits.messages
        self._filled, self._filled_ms = max(self._filled - drained, 0) + limits.second_ms, at_ms
        if self._filled <= 2 * most:
            return False
        self._filled = most
        if at_ms - self._warned_ms > _FORGIVEN_S * limits.second_ms:
            self.warned = 0
        self.warned, self._warned_ms = self.warned + 1, at_ms
        return True


class Sessions:
    """Everybody who is connected, and the order id that each client id is given next, which outlives its sessions."""

    def __init__(self) -> None:
        self._by_key: dict[int, Session] = {}
        self._next_ids: dict[int, int] = {}

    def __iter__(self) -> Iterator[Session]:
        """Those that have begun, in the order of their connections."""
        return (session for session in self._by_key.values() if session.client_id is not None)

    def __len__(self) -> int:
        return len(self._by_key)

    def open(self, session: Session) -> None:
        self._by_key[session.key] = session

    def close(self, key: int) -> Session | None:
        return self._by_key.pop(key, None)

    def of_key(self, key: int) -> Session | None:
        return self._by_key.get(key)

    def of_client(self, client_id: int) -> Session | None:
        """The session under a client id, if there is one."""
        return next((session for session in self if session.client_id == client_id), None)

    def next_id(self, client_id: int) -> int:
        """The next valid order id of a client."""
        return self._next_ids.get(client_id, 1)

    def set_next_id(self, client_id: int, order_id: int) -> None:
        """From now on its ids begin there; a gateway that forgets sets it back."""
        self._next_ids[client_id] = order_id

    def forget_ids(self) -> None:
        """Every client's ids begin anew."""
        self._next_ids.clear()


def agreed(greeting: str) -> bool | None:
    """Whether a client's range of versions holds ours; None where it says no range."""
    said = _RANGE.fullmatch(greeting)
    if said is None:
        return None
    lowest, highest = int(said[1]), int(said[2] or said[1])
    return lowest <= SERVER_VERSION <= highest
