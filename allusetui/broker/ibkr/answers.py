"""Questions answered over the wire: whole, or told not to be; one of a kind at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field, replace
from decimal import Decimal

from ib_async.wrapper import RequestError

from allusetui.broker.ibkr.cash import cash_by_code
from allusetui.broker.ibkr.connection import Connection
from allusetui.broker.ibkr.fills import PATIENCE_MS
from allusetui.broker.ibkr.truth import OrderTruth
from allusetui.domain.contract import Contract
from allusetui.domain.frozen import frozen
from allusetui.domain.input import Input, OrdersSeen, PositionsSeen, Settled
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.money import ZERO

_TRIES = 3


@frozen
class Linked:
    """What of the broker's accounts is ours: their codes; `foreign` positions and `spare` dollars were there before."""

    codes: frozenset[str]
    foreign: Mapping[Contract, int] = field(default_factory=dict)
    spare: Decimal = ZERO


class Answers:
    """Asks what the engine wants to know and gives each answer to `tell`, under the instant of its question."""

    def __init__(
        self, connection: Connection, truth: OrderTruth, linked: Linked, now_ms: Callable[[], int],
        tell: Callable[[Input], None],
    ) -> None:  # fmt: skip
        self._connection, self._truth, self._linked = connection, truth, linked
        self._now_ms, self._tell = now_ms, tell
        self._wanted: dict[str, int] = {}
        self._working: dict[str, asyncio.Task[None]] = {}

    def orders(self, asked_ms: int) -> None:
        """Ask for orders; while an answer is on its way only the newest question after it is kept."""
        self._want("orders", asked_ms, self._answer_orders)

    def positions(self, asked_ms: int) -> None:
        """Ask for the book, like `orders`."""
        self._want("positions", asked_ms, self._answer_positions)

    def executions(self) -> None:
        """Ask for executions, whose commissions come with them; the truth hears them."""
        self._want("executions", 0, self._ask_executions)

    def _want(self, kind: str, asked_ms: int, answer: Callable[[int], Awaitable[None]]) -> None:
        self._wanted[kind] = asked_ms
        if kind not in self._working:
            self._working[kind] = asyncio.get_running_loop().create_task(self._work(kind, answer))

    async def _work(self, kind: str, answer: Callable[[int], Awaitable[None]]) -> None:
        try:
            while kind in self._wanted:
                await answer(self._wanted.pop(kind))
        finally:
            del self._working[kind]

    def leave_alone(self, foreign: Mapping[Contract, int], spare: Decimal) -> None:
        """What was there before a session began is not ours."""
        self._linked = replace(self._linked, foreign=foreign, spare=spare)

    def close(self) -> None:
        """Nothing is answered any more."""
        for task in list(self._working.values()):
            task.cancel()

    # Each kind

    async def _answer_orders(self, asked_ms: int) -> None:
        library, ask = self._connection.library, self._connection.ask
        try:
            await asyncio.gather(
                ask("openOrders", library.reqAllOpenOrdersAsync),
                ask("completedOrders", lambda: library.reqCompletedOrdersAsync(False)),
            )
            await ask("executions", library.reqExecutionsAsync)
            await self._fills_told()
        except (OSError, RequestError):
            self._tell(OrdersSeen(self._now_ms(), (), (), complete=False, asked_ms=asked_ms))
            return
        now_ms = self._now_ms()
        seen = self._truth.answer(asked_ms, now_ms, complete=self._connection.up)
        for report in self._truth.advance(now_ms):
            self._tell(report)  # ahead of the answer: the reason of an order that is nowhere
        self._tell(seen)

    async def _answer_positions(self, asked_ms: int) -> None:
        try:
            seen = await self._book(asked_ms)
        except (OSError, RequestError):
            now_ms = self._now_ms()
            seen = PositionsSeen(now_ms, {}, ZERO, Settled(now_ms), complete=False, asked_ms=asked_ms)
        self._tell(seen)

    async def _ask_executions(self, _: int) -> None:
        try:
            await self._connection.ask("executions", self._connection.library.reqExecutionsAsync)
        except (OSError, RequestError):
            return

    async def _book(self, asked_ms: int) -> PositionsSeen:
        """Positions and cash between which, and the executions told before them, nothing was traded."""
        library, ask = self._connection.library, self._connection.ask
        for _ in range(_TRIES):
            await ask("executions", library.reqExecutionsAsync)
            heard = self._truth.fills.count
            await ask("positions", library.list_positions)
            cash = sum((await cash_by_code(self._connection, self._linked.codes)).values(), ZERO)
            if heard == self._truth.fills.count:
                break
        held, whole = library.held(self._linked.codes), heard == self._truth.fills.count
        await self._fills_told()
        now_ms, linked = self._now_ms(), self._linked
        return PositionsSeen(
            now_ms, held, cash - linked.spare, Settled(now_ms), whole and self._connection.up, foreign=linked.foreign,
            asked_ms=asked_ms,
        )  # fmt: skip

    async def _fills_told(self) -> None:
        """Wait for commissions and other legs, no longer than their patience: what is known is told before the book."""
        until_ms = self._now_ms() + PATIENCE_MS
        while not self._truth.fills.all_told and self._now_ms() < until_ms:
            await asyncio.sleep(PATIENCE_MS / SECOND_MS / 20)
