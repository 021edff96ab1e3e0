"""A client of the gateway without a socket: what it says goes in as bytes, what it hears comes out as fields."""

from collections.abc import Sequence

from allusetui.broker.gateway.frames import Frames, Value, frame, packed, split
from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.part import Ending


class Wire:
    """One connection of a gateway; `at_ms` is the clock of both. `beside`: another connection of the same gateway."""

    def __init__(self, gateway: Gateway, key: int = 1, at_ms: int = 0, beside: "Wire | None" = None) -> None:
        self.gateway = gateway
        self.key = key
        self.at_ms = at_ms
        self.closed = False
        self._frames = Frames()
        self._mail: dict[int, list[bytes | Ending]] = {} if beside is None else beside._mail
        gateway.connected(key, at_ms)

    def raw(self, data: bytes) -> list[list[str]]:
        """Sends bytes; the messages that are answered at once."""
        self.gateway.received(self.key, data, self.at_ms)
        return self.heard()

    def greet(self, versions: str = "v157..178") -> list[list[str]]:
        body = versions.encode()
        return self.raw(b"API\0" + len(body).to_bytes(4) + body)

    def begin(self, client_id: int = 1) -> list[list[str]]:
        """The handshake, and what follows it."""
        return [*self.greet(), *self.say(71, 2, client_id, "")]

    def say(self, *values: Value) -> list[list[str]]:
        """Sends one message."""
        return self.raw(frame(values))

    def say_fields(self, fields: Sequence[str]) -> list[list[str]]:
        """Sends fields as they are, NULs within them included."""
        return self.raw(packed("\0".join(fields)))

    def wait(self, ms: int) -> list[list[str]]:
        """Lets time pass."""
        self.at_ms += ms
        self.gateway.advance(self.at_ms)
        return self.heard()

    def heard(self) -> list[list[str]]:
        """What has come since the last time; what is for other connections is kept for them."""
        found: list[list[str]] = []
        for key, piece in self.gateway.drain():
            self._mail.setdefault(key, []).append(piece)
        for piece in self._mail.pop(self.key, []):
            if isinstance(piece, Ending):
                self.closed = True
            else:
                found += [split(body) for body in self._frames.feed(piece)]
        return found


def errors(messages: list[list[str]]) -> list[tuple[int, int]]:
    """(request id, code) of the errors among messages."""
    return [(int(each[2]), int(each[3])) for each in messages if each[0] == "4"]
