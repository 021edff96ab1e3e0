"""The gateway's sockets: on the loopback, one protocol a client, and a timer for what nobody asks for."""

import asyncio
from collections.abc import Callable
from typing import Final

from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.part import Ending

ADDRESS: Final = "127.0.0.1"
MOST_CLIENTS: Final = 32
MOST_UNREAD_BYTES: Final = 8 * 1024 * 1024
"""A client that leaves more unread is cut off: it must not cost the others their memory."""
_SOONEST_S: Final = 0.001
_LATEST_S: Final = 60.0


class Server:
    """Clients of one gateway. `now_ms` is its clock, `wait_s` how long until an instant of it, `say` hears trouble."""

    def __init__(
        self, gateway: Gateway, now_ms: Callable[[], int], wait_s: Callable[[int], float], say: Callable[[str], None]
    ) -> None:
        self.gateway = gateway
        self.now_ms = now_ms
        self._wait_s = wait_s
        self._say = say
        self._transports: dict[int, asyncio.Transport] = {}
        self._server: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._connections = 0

    async def open(self, port: int) -> int:
        """Listen; the port, where 0 was asked for the one that was free. Raises OSError where it is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Client(self), ADDRESS, port)
        self.turn()
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Hang up on everybody, for good."""
        server, self._server = self._server, None
        if self._timer is not None:
            self._timer.cancel()
        for transport in list(self._transports.values()):
            transport.abort()
        if server is not None:
            server.close()
            await server.wait_closed()

    def turn(self) -> None:
        """What is due happens, what there is to say is sent, and while it listens the timer is set for what is next."""
        now_ms = self.now_ms()
        self.gateway.advance(now_ms)
        self._send()
        if self._timer is not None:
            self._timer.cancel()
        if self._server is None:
            return
        due_ms = self.gateway.next_ms(now_ms)
        wait_s = _LATEST_S if due_ms is None else min(max(self._wait_s(due_ms), _SOONEST_S), _LATEST_S)
        self._timer = asyncio.get_running_loop().call_later(wait_s, self.turn)

    def joined(self, transport: asyncio.Transport) -> int | None:
        """A connection's key; None for one too many."""
        if len(self._transports) >= MOST_CLIENTS:
            self._say(f"a client was turned away: there are {MOST_CLIENTS} already")
            return None
        self._connections += 1
        self._transports[self._connections] = transport
        self.gateway.connected(self._connections, self.now_ms())
        return self._connections

    def heard(self, key: int, data: bytes) -> None:
        self.gateway.received(key, data, self.now_ms())
        self.turn()

    def left(self, key: int) -> None:
        del self._transports[key]
        self.gateway.lost(key, self.now_ms())
        self.turn()

    def _send(self) -> None:
        for key, piece in self.gateway.drain():
            transport = self._transports.get(key)
            if transport is None or transport.is_closing():
                continue
            if piece is Ending.CLOSE:
                transport.close()
            elif piece is Ending.ABORT:
                transport.abort()
            elif isinstance(piece, bytes):
                transport.write(piece)
                if transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
                    self._say(f"a client was cut off: it left more than {MOST_UNREAD_BYTES} bytes unread")
                    transport.abort()
        for line in self.gateway.notices():
            self._say(line)


class _Client(asyncio.Protocol):
    """One socket; all that it does is to pass bytes on."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._key: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._key = self._server.joined(transport)
        if self._key is None:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._key is not None:
            self._server.heard(self._key, data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._key is not None:
            self._server.left(self._key)
