"""The library's socket client with two lanes: what can't wait leaves at once, the rest as the broker's limit allows."""

import asyncio
import struct
from collections import deque
from collections.abc import Callable
from enum import IntEnum

from ib_async.client import Client

BULK_A_SECOND = 28
URGENT_A_SECOND = 20
"""Together they stay below the 50 messages a second at which the broker complains, and then hangs up."""
READ_BYTES = 16 * 1024
_SECOND = 1.0


class Lane(IntEnum):
    """What leaves first when something has to wait."""

    CANCEL = 0
    ORDER = 1
    BULK = 2


class LaneClient(Client):
    """`ib_async.Client` with its queue replaced: every message counts, cancels and orders never wait behind data."""

    MaxRequests = BULK_A_SECOND

    def reset(self) -> None:
        super().reset()
        self._lane = Lane.BULK
        self._lanes: tuple[deque[str], ...] = tuple(deque() for _ in Lane)
        self._sent_s: deque[float] = deque()
        self._urgent_s: deque[float] = deque()
        if (timer := getattr(self, "_timer", None)) is not None:
            timer.cancel()
        self._timer: asyncio.TimerHandle | None = None

    def startApi(self) -> None:
        # What is read at once is decoded at once, each message copying what is left of it: in a flood of ticks orders
        # and keys would wait, at asyncio's own 256 KB, for tens of milliseconds.
        assert self.conn.transport is not None
        self.conn.transport.max_size = READ_BYTES
        super().startApi()

    def hurry(self, lane: Lane, send: Callable[[], None]) -> None:
        """Whatever `send` sends takes this lane."""
        self._lane = lane
        try:
            send()
        finally:
            self._lane = Lane.BULK

    @property
    def waiting(self) -> int:
        """How many messages have not left yet."""
        return sum(map(len, self._lanes))

    def sendMsg(self, msg: str) -> None:
        self._lanes[self._lane].append(msg)
        self._pump()

    def _pump(self) -> None:
        now_s = asyncio.get_running_loop().time()
        for times in (self._sent_s, self._urgent_s):
            while times and now_s - times[0] > _SECOND:
                times.popleft()
        for lane in Lane:
            while self._lanes[lane] and self._has_room(lane):
                self._write(lane, self._lanes[lane].popleft(), now_s)
        if self.waiting and self._timer is None:
            self._wait(now_s)

    def _has_room(self, lane: Lane) -> bool:
        if lane is Lane.BULK:
            return len(self._sent_s) < BULK_A_SECOND
        return len(self._urgent_s) < URGENT_A_SECOND

    def _write(self, lane: Lane, msg: str, now_s: float) -> None:
        body = msg.encode()
        self.conn.sendMsg(struct.pack(">I", len(body)) + body)
        self._sent_s.append(now_s)
        if lane is not Lane.BULK:
            self._urgent_s.append(now_s)

    def _wait(self, now_s: float) -> None:
        """One timer for all that waits: it looks again when the oldest message of a full window has left it."""
        full = [times[0] for times in (self._sent_s, self._urgent_s) if times]
        due_s = min(full, default=now_s) + _SECOND
        self._timer = asyncio.get_running_loop().call_at(max(due_s, now_s) + 0.001, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        self._pump()
