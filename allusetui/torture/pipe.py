"""Two transports joined in memory: what one end writes the other is told, in order, once it has come its way."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

from allusetui.torture.process import Way, running


def join(
    loop: asyncio.AbstractEventLoop,
    ours: asyncio.Protocol,
    theirs: asyncio.Protocol,
    latency_s: float,
    there: Context,
) -> "End":
    """Connect two protocols; the end of `ours`, which is whoever's calls. `there`: what `theirs` runs in."""
    near, far = End(loop, ours, latency_s), there.run(End, loop, theirs, latency_s)
    near.other, far.other = far, near
    there.run(theirs.connection_made, far)
    ours.connection_made(near)
    return near


class End(asyncio.Transport):
    """One end. What has been written before it is closed still arrives; where it is torn down the other end is told.

    It tells its protocol everything in the context, and so in the process, in which it was made.
    """

    other: "End"

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol, latency_s: float) -> None:
        super().__init__()
        self._loop, self._protocol, self._latency_s = loop, protocol, latency_s
        self._coming: deque[bytes | Exception | None] = deque()
        self._closing = self._over = False
        self._context = copy_context()
        self._process = running()
        if self._process is not None:
            self._process.owns(self)

    def write(self, data: Any) -> None:
        if not self._closing and self._process is not None:
            self._process.traffic(Way.OUT, bytes(data))
        if not self._closing:
            self._pass_on(bytes(data))

    def write_eof(self) -> None:
        """Whoever says that nothing more comes closes right after it."""

    def close(self) -> None:
        self._end(None)

    def abort(self) -> None:
        self._end(ConnectionResetError("torn down"))

    def sever(self) -> None:
        """Whose end it was is dead: the other one is told of the end of what was written, and this one of nothing."""
        self._over = True
        self._end(None)

    def is_closing(self) -> bool:
        return self._closing

    def get_write_buffer_size(self) -> int:
        """Bytes under way: in memory nobody leaves anything unread."""
        return sum(len(piece) for piece in self.other._coming if isinstance(piece, bytes))

    def _end(self, told: Exception | None) -> None:
        if not self._closing:
            self._closing = True
            self._pass_on(told)
            self._soon(self._lose, None)

    def _pass_on(self, piece: bytes | Exception | None) -> None:
        self.other._coming.append(piece)
        if self._latency_s:
            self._loop.call_later(self._latency_s, self.other._take, context=self.other._context)
        else:
            self.other._soon(self.other._take)

    def _soon(self, work: Callable[..., None], *told: Exception | None) -> None:
        self._loop.call_soon(work, *told, context=self._context)

    def _take(self) -> None:
        """The next piece that was under way, whichever call has come first."""
        piece = self._coming.popleft()
        if not isinstance(piece, bytes):
            self._closing = True
            self._lose(piece)
            return
        if not self._closing and self._process is not None:
            self._process.traffic(Way.IN, piece)
        if not self._closing:
            self._hand_over(piece)

    def _hand_over(self, piece: bytes) -> None:
        """Whoever raises loses the connection, as with any transport, and somebody is told."""
        try:
            self._protocol.data_received(piece)
        except Exception as error:
            self._loop.call_exception_handler({"message": "data_received failed", "exception": error})
            self._closing = True
            self._pass_on(ConnectionResetError("torn down"))
            self._lose(error)

    def _lose(self, told: Exception | None) -> None:
        if not self._over:
            self._over = True
            self._protocol.connection_lost(told)
