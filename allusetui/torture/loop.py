"""An event loop whose time is virtual: it jumps to the next timer when nothing is ready, and has no socket at all."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from math import ceil
from typing import Any, Final

from allusetui.domain.moment import SECOND_MS
from allusetui.torture.pipe import join
from allusetui.torture.process import process_of

Draw = Callable[[int], int]
"""Which of so many comes next, from 0."""
_UNITS: Final = 1_000_000
"""Time goes by whole microseconds: a sum of fractions could come to stand just short of a timer for ever."""
_FIRST_PORT: Final = 40_000


class StuckError(RuntimeError):
    """Everybody waits and no timer is set: time would stand still for ever."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Connections are joined in memory; bytes take `latency_s` each way.

    `draw` gives the order of what is ready at one instant; first come, first served where it is left out. Whatever
    asks this loop for the time is told the virtual one.
    """

    def __init__(self, latency_s: float = 0.0, draw: Draw | None = None) -> None:
        super().__init__()
        self._selector = _Jumps(self)
        self._clock_resolution = 1 / _UNITS
        self._now = 0
        self._latency_s = latency_s
        self._listeners: dict[tuple[str, int], Listener] = {}
        self._next_port = _FIRST_PORT
        self._ready = _Ready(self, draw)

    def time(self) -> float:
        return self._now / _UNITS

    def ms(self) -> int:
        """Whole milliseconds since the beginning."""
        return self._now * SECOND_MS // _UNITS

    def jump(self, seconds: float) -> None:
        """Time passes."""
        self._now += ceil(seconds * _UNITS)

    async def create_connection(  # type: ignore[override]  # of its many arguments no other is used
        self, factory: Callable[[], asyncio.BaseProtocol], host: str, port: int
    ) -> Any:
        """Raises ConnectionRefusedError where nobody listens."""
        await asyncio.sleep(self._latency_s)
        listener = self._listeners.get((host, port))
        if listener is None:
            raise ConnectionRefusedError(f"nobody listens on {host}:{port}")
        ours, theirs = factory(), listener.factory()
        assert isinstance(ours, asyncio.Protocol) and isinstance(theirs, asyncio.Protocol)
        return join(self, ours, theirs, self._latency_s, listener.context), ours

    async def create_server(  # type: ignore[override]  # as above
        self, factory: Callable[[], asyncio.BaseProtocol], host: str, port: int
    ) -> "Listener":
        """Listen; with port 0 on one that is free. Raises OSError where it is taken."""
        if port == 0:
            port, self._next_port = self._next_port, self._next_port + 1
        if (host, port) in self._listeners:
            raise OSError(f"{host}:{port} is taken")
        self._listeners[host, port] = listener = Listener(self, factory, (host, port))
        return listener

    def forget(self, address: tuple[str, int]) -> None:
        """Nobody listens there any more."""
        self._listeners.pop(address, None)

    # What the base class asks of a loop

    def _process_events(self, events: object) -> None:
        pass

    def _write_to_self(self) -> None:
        """Other threads would have to wake it; in virtual time there are none."""


class Listener:
    """Somebody listens at an address: of `asyncio.Server` what servers use. It is its own socket."""

    def __init__(
        self, loop: VirtualLoop, factory: Callable[[], asyncio.BaseProtocol], address: tuple[str, int]
    ) -> None:
        self.factory = factory
        self.context = copy_context()
        self._loop, self._address = loop, address

    @property
    def sockets(self) -> "tuple[Listener, ...]":
        return (self,)

    def getsockname(self) -> tuple[str, int]:
        return self._address

    def close(self) -> None:
        self._loop.forget(self._address)

    async def wait_closed(self) -> None:
        pass


class _Jumps:
    """In place of a selector: to wait is to let time pass."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> tuple[()]:
        if timeout is None:
            raise StuckError("nothing is ready and nothing is due")
        self._loop.jump(timeout)
        return ()


class _Ready(deque[asyncio.Handle]):
    """Gives back what is in it in an order that is drawn, or as it came; what belongs to the stopped is put aside."""

    def __init__(self, loop: VirtualLoop, draw: Draw | None) -> None:
        super().__init__()
        self._draw = draw
        self._nothing = asyncio.Handle(_nothing, (), loop)
        self._nothing.cancel()

    def popleft(self) -> asyncio.Handle:
        found = super().popleft() if self._draw is None else self._drawn(self._draw)
        process = process_of(found)
        if process is None or not process.is_stopped:
            return found
        process.park(found)
        return self._nothing

    def _drawn(self, draw: Draw) -> asyncio.Handle:
        at = draw(len(self))
        found = self[at]
        del self[at]
        return found


def _nothing() -> None:
    """In place of what has to wait."""
