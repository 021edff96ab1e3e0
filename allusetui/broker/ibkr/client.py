"""The library's socket client with lanes: what can't wait leaves at once, the rest as the broker's limit allows."""

import asyncio
import struct
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from math import inf
from typing import Final

from ib_async.client import Client
from ib_async.wrapper import Wrapper

from allusetui.broker.ibkr.pacing import BULK_A_SECOND, Window
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import SECOND_MS

VERSIONS: Final = range(157, 179)
"""The server versions whose messages ib_async 2.1.0 reads; it accepts later ones too, and misreads them."""
READ_BYTES: Final = 16 * 1024
_SPAN_MS: Final = SECOND_MS + 1
"""A second, and what is lost of one where instants are rounded to milliseconds."""
_PLACE: Final = 3


class Lane(IntEnum):
    """What leaves first when something has to wait."""

    CANCEL = 0
    PROBE = 1
    ORDER = 2
    BULK = 3


SHARES: Final = (
    (frozenset({Lane.CANCEL}), 20),
    (frozenset({Lane.ORDER}), 20),
    (frozenset({Lane.BULK}), BULK_A_SECOND),
    (frozenset({Lane.ORDER, Lane.BULK}), 28),
)
"""How many messages of which lanes leave in a second. Nothing takes a cancel's place, and a flood of data leaves four
to orders. Together, and with the probe that a beat of the link sends, they stay below the 50 at which the broker
complains, and then hangs up."""

_REMEMBERED: Final = 256
"""Orders that never left: a cancel may still be wanted of each for a few seconds."""


@frozen
class _Waiting:
    """A message that has not left."""

    text: str
    until_s: float


class LaneClient(Client):
    """`ib_async.Client` with its queue replaced: every message counts, cancels and orders never wait behind data."""

    def __init__(self, wrapper: Wrapper) -> None:
        self.is_deaf: Callable[[], bool] = lambda: False
        """Whether what comes is not to be heard."""
        super().__init__(wrapper)

    def reset(self) -> None:
        super().reset()
        self._lane, self._until_s = Lane.BULK, inf
        self._lanes: tuple[deque[_Waiting], ...] = tuple(deque() for _ in Lane)
        self._too_late: deque[str] = deque(maxlen=_REMEMBERED)
        self._windows = [(lanes, Window(most, _SPAN_MS)) for lanes, most in SHARES]
        if (timer := getattr(self, "_timer", None)) is not None:
            timer.cancel()
        self._timer: asyncio.TimerHandle | None = None

    def startApi(self) -> None:
        # What is read at once is decoded at once, each message copying what is left of it: in a flood of ticks orders
        # and keys would wait, at asyncio's own 256 KB, for tens of milliseconds.
        assert self.conn.transport is not None
        self.conn.transport.max_size = READ_BYTES
        super().startApi()

    def _onSocketHasData(self, data: bytes) -> None:
        if not self.is_deaf():
            super()._onSocketHasData(data)

    def hurry(self, lane: Lane, send: Callable[[], None], until_s: float = inf) -> None:
        """Whatever `send` sends takes this lane; what has not left by `until_s`, the loop's time, never does."""
        self._lane, self._until_s = lane, until_s
        try:
            send()
        finally:
            self._lane, self._until_s = Lane.BULK, inf

    @property
    def waiting(self) -> int:
        """How many messages have not left yet."""
        return sum(map(len, self._lanes))

    def withdraw(self, handle: int) -> bool:
        """Whether an order has not left; it does not any more. Its cancel would leave before it, and miss it."""
        orders, beginning = self._lanes[Lane.ORDER], f"{_PLACE}\0{handle}\0"
        found = [each for each in orders if each.text.startswith(beginning)]
        for each in found:
            orders.remove(each)
        return bool(found) or any(text.startswith(beginning) for text in self._too_late)

    def sendMsg(self, msg: str) -> None:
        self._lanes[self._lane].append(_Waiting(msg, self._until_s))
        self._pump()

    def _pump(self) -> None:
        # Rounded, so that what a timer was set for has come when it fires.
        now_s = asyncio.get_running_loop().time()
        now_ms = round(now_s * SECOND_MS)
        for lane in Lane:
            while self._lanes[lane] and self._free_ms(lane, now_ms) <= now_ms:
                waited = self._lanes[lane].popleft()
                if now_s < waited.until_s:
                    self._write(lane, waited.text, now_ms)
                elif lane is Lane.ORDER:
                    self._too_late.append(waited.text)
        if self.waiting:
            self._wait(min(self._free_ms(lane, now_ms) for lane in Lane if self._lanes[lane]) / SECOND_MS)

    def _free_ms(self, lane: Lane, now_ms: int) -> int:
        """The first instant at which a message of the lane fits into every share that counts it."""
        return max((window.free_ms(now_ms) for lanes, window in self._windows if lane in lanes), default=now_ms)

    def _write(self, lane: Lane, msg: str, now_ms: int) -> None:
        body = msg.encode()
        self.conn.sendMsg(struct.pack(">I", len(body)) + body)
        for lanes, window in self._windows:
            if lane in lanes:
                window.take(now_ms)

    def _wait(self, due_s: float) -> None:
        """One timer for all that waits: what came last may be due first."""
        if self._timer is not None and self._timer.when() <= due_s:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(due_s, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        self._pump()
