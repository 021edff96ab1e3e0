"""Interactive Brokers as `ports.Broker`: what leaves is written at once, what comes rings and waits for `advance`."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from decimal import Decimal
from typing import Final

from ib_async import Position

from allusetui.broker.ibkr import translate
from allusetui.broker.ibkr.answers import Answers, Linked
from allusetui.broker.ibkr.asks import Asks, UnansweredError
from allusetui.broker.ibkr.client import Lane
from allusetui.broker.ibkr.connection import Address, Connection, News
from allusetui.broker.ibkr.contracts import Contracts, UnknownContractError
from allusetui.broker.ibkr.drafts import Draft, Drafts, RefusedError
from allusetui.broker.ibkr.evidence import OURS, Evidence
from allusetui.broker.ibkr.fills import BookedFee, nothing_booked
from allusetui.broker.ibkr.hours import Hours
from allusetui.broker.ibkr.looks import Looks
from allusetui.broker.ibkr.standstill import Clocks
from allusetui.broker.ibkr.truth import OrderTruth
from allusetui.domain.contract import Contract
from allusetui.domain.frozen import frozen
from allusetui.domain.input import (
    BrokerLost,
    BrokerReturned,
    Input,
    OrderCancelled,
    OrderRejected,
    OrdersSeen,
    PositionsSeen,
    Settled,
)
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.money import ZERO
from allusetui.domain.order import Order

_LEAVES_S: Final = 2.5
"""How long an order may take to leave: for the names of its contracts, for its margin, for others before it.

After that it never does. From 3 s on nobody knows what it does (0.6): a kill would not cancel it, and it might be given
up, and sent anew, while it waits.
"""
_FILLS_EVERY_MS: Final = 2 * SECOND_MS
_NOT_YET: Final = "not linked yet"
_LINKED: Final = "linked, and the accounts read"


@frozen
class Account:
    """The broker's accounts of our sleeves: one code for all of them, but for those in `sleeves`, which have their own.

    `foreign` positions and `spare` dollars were there when it was linked: never touched. `session` stands in the ids of
    our orders; without one all that look like ours are. `parent`: whose broker account a sleeve shares that forked.
    `margin_cap`: see `Margins`; without one the broker is not asked before an order.
    """

    code: str
    sleeves: Mapping[str, str] = field(default_factory=dict)
    foreign: Mapping[Contract, int] = field(default_factory=dict)
    spare: Decimal = ZERO
    session: str = ""
    parent: Callable[[str], str | None] = lambda sleeve: None
    margin_cap: Decimal | None = None

    def code_of(self, sleeve: str) -> str:
        while sleeve not in self.sleeves and (parent := self.parent(sleeve)) is not None:
            sleeve = parent
        return self.sleeves.get(sleeve, self.code)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset({self.code, *self.sleeves.values()})


class IbkrBroker:
    """Implements `ports.Broker` over a connection that it keeps from `open` to `close`, in the loop of the runtime.

    `now_ms`: the session's clock; `ring`: wakes whoever turns it; `clocks` and `waits`: see `Connection`; `booked_fee`:
    see `Fills`.
    """

    def __init__(
        self, address: tuple[str, int, int], account: Account, now_ms: Callable[[], int], ring: Callable[[], None],
        hours: Hours | None = None, clocks: Clocks | None = None, booked_fee: BookedFee = nothing_booked,
        **waits: tuple[float, float],
    ) -> None:  # fmt: skip
        ours = f"{OURS}{account.session}-" if account.session else OURS
        self.truth = OrderTruth(account.codes, ours, booked_fee)
        self.trouble = _NOT_YET
        """Why the link is down; empty while it is up."""
        news = News(self._hear, self._lost, self._back)
        self.connection = Connection(Address(*address, account.codes), news, clocks=clocks, **waits)
        asks = Asks(self.connection.library, min(_LEAVES_S, self.connection.answer_s), Lane.ORDER)
        self.contracts = Contracts(asks)
        self._drafts = Drafts(self.connection.library, self.contracts, account.code_of, account.margin_cap)
        self._account, self._hours = account, hours or Hours()
        self._now_ms, self._ring = now_ms, ring
        linked = Linked(account.codes, account.foreign, account.spare)
        self._answers = Answers(self.connection, self.truth, linked, now_ms, self._answered)
        self._looks = Looks(self.truth.fills, now_ms())
        self.connection.library.positionEvent += self._pushed
        self._came: deque[tuple[int, Input]] = deque()
        self._resolving: dict[str, asyncio.Task[None]] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._told_lost: set[str] = set()
        self._fills_asked_ms = 0

    def open(self) -> None:
        """Begin to connect. Until the link is up and synchronized it is told to be lost."""
        self._tell_lost(self.trouble, alarm=False)
        self._keeper = asyncio.get_running_loop().create_task(self.connection.keep())
        self._keeper.add_done_callback(self._ended)

    def _ended(self, keeper: asyncio.Task[None]) -> None:
        """Nobody keeps the link any more; where nobody asked for that, somebody has to know."""
        if not keeper.cancelled() and (error := keeper.exception()) is not None:
            self._tell_lost(f"nothing keeps the link: {type(error).__name__}", alarm=True)

    def settle(self, foreign: Mapping[Contract, int], spare: Decimal) -> None:
        """What was there before the session began, which begins now.

        It hears nothing of what came before, and begins as after a link that was lost: with all books compared (9.5).
        """
        self._account = replace(self._account, foreign=foreign, spare=spare)
        self._answers.leave_alone(foreign, spare)
        self.truth.advance(self._now_ms())
        self._came.clear()
        self._told_lost.clear()
        self._tell_lost(self.trouble or _NOT_YET, alarm=False)
        if self.connection.up:
            self._back(_LINKED)

    async def close(self) -> None:
        """Hang up; what works at the broker goes on there."""
        self.connection.end()
        self._answers.close()
        for task in list(self._resolving.values()):
            task.cancel()
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    # Orders out

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        """Write an order; nothing while the link is lost, or about to be.

        Raises ValueError for a reference that is unfit for the wire, or that an order has had before.
        """
        translate.checked(order.client_order_id)
        if not self.connection.takes_orders or not self._hours.takes_orders(at_ms):
            return ()
        self.truth.begun(order.client_order_id)
        draft, loop = self._drafts.ready(order), asyncio.get_running_loop()
        until_s = loop.time() + _LEAVES_S
        if draft is not None:
            self._write(draft, order, until_s)
        else:
            task = loop.create_task(self._prepare_and_write(order, until_s))
            self._resolving[order.client_order_id] = task
        return ()

    async def _prepare_and_write(self, order: Order, until_s: float) -> None:
        """What can't be named, or is not allowed, is never written: evidence enough that it does not live."""
        order_id = order.client_order_id
        try:
            async with asyncio.timeout_at(until_s):
                draft = await self._drafts.prepared(order)
        except UnknownContractError as error:
            self._tell(OrderRejected(self._now_ms(), order_id, str(error)))
        except RefusedError as error:
            self._tell(OrderRejected(self._now_ms(), order_id, str(error), error.fits))
        except (UnansweredError, TimeoutError):
            pass  # the order is looked for, and not found
        else:
            # A task may lose its cancellation to a time-out of the library's; what was called off never leaves.
            if self.connection.takes_orders and order_id in self._resolving:
                self._write(draft, order, until_s)
        finally:
            self._resolving.pop(order_id, None)

    def _write(self, draft: Draft, order: Order, until_s: float) -> None:
        client = self.connection.library.client
        handle = client.getReqId()
        self.truth.sent(order.client_order_id, handle, order.candidate is not None)
        client.hurry(Lane.ORDER, lambda: client.placeOrder(handle, *draft), until_s)

    def cancel(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        """Write a cancel, ahead of all that waits; an order that has not left yet does not leave any more."""
        if (task := self._resolving.pop(client_order_id, None)) is not None:
            task.cancel()
            return (OrderCancelled(at_ms, client_order_id, 0),)
        client, handles = self.connection.library.client, self.truth.handles_of(client_order_id)
        if any(map(client.withdraw, handles)):
            return (OrderCancelled(at_ms, client_order_id, 0),)
        if handles and client.isReady():
            self.truth.cancel_asked(client_order_id)
            for handle in handles:
                self._cancel(handle)
        return ()

    def _cancel(self, handle: int) -> None:
        client = self.connection.library.client
        client.hurry(Lane.CANCEL, lambda: client.cancelOrder(handle, ""))

    def pay_out(self, account: str, amount: Decimal, reason: str, at_ms: int) -> Sequence[Input]:
        """The broker moves no money for a program: its owner does, and the book shows it."""
        return ()

    # Questions

    def ask_orders(self, at_ms: int) -> Sequence[Input]:
        if not self.connection.up:
            return (OrdersSeen(at_ms, (), (), complete=False),)
        self._answers.orders(at_ms)
        return ()

    def ask_positions(self, at_ms: int) -> Sequence[Input]:
        if not self.connection.up:
            return (PositionsSeen(at_ms, {}, ZERO, Settled(at_ms), complete=False),)
        self._answers.positions(at_ms)
        return ()

    # Time

    def engine_down(self, down: bool) -> None:
        """A process that is down has no link; what works at the broker works on."""

    def next_ms(self, after_ms: int) -> int | None:
        """When something has come in, or has waited for long enough, or the book is to be looked at."""
        due = [ms for ms in (self._came[0][0] if self._came else None, self.truth.next_ms()) if ms is not None]
        if self.connection.up:  # while it is down nothing can be asked: its return wakes
            due += [self._fills_asked_ms + _FILLS_EVERY_MS] if self.truth.wants_executions else []
            due.append(self._looks.next_ms())
        return max(min(due), after_ms + 1) if due else None

    def advance(self, at_ms: int) -> Sequence[Input]:
        """What has come in by the instant."""
        for report in self.truth.advance(at_ms):
            self._came.append((at_ms, report))
        if self.connection.up:
            self._look_after(at_ms)
        # Seen now: the session may have been turned, by a key, since it came.
        came, self._came = [replace(report, at_ms=at_ms) for _, report in self._came], deque()
        return came

    def _look_after(self, at_ms: int) -> None:
        if self.truth.wants_executions and at_ms >= self._fills_asked_ms + _FILLS_EVERY_MS:
            self._fills_asked_ms = at_ms
            self._answers.executions()
        if self._looks.take(at_ms, lambda: self.connection.library.held(self._account.codes)):
            self._answers.positions(at_ms)

    # What comes in

    def _hear(self, seen: Evidence) -> None:
        now_ms = self._now_ms()
        for report in self.truth.hear(seen, now_ms):
            self._tell(report)
        for handle in self.truth.take_strays():
            self._cancel(handle)
        if self.truth.wants_executions:
            self._ring()

    def _pushed(self, _: Position) -> None:
        self._looks.pushed(self._now_ms())

    def _answered(self, report: Input) -> None:
        if isinstance(report, PositionsSeen) and report.complete:
            self._looks.booked(report.positions)
        self._tell(report)

    def _tell(self, report: Input) -> None:
        self._came.append((report.at_ms, report))
        self._ring()

    def _lost(self, reason: str) -> None:
        if not self.connection.library.client.isReady():
            self.truth.disconnected()
            self._looks.lost()
        expected = self._hours.absence(self._now_ms())
        self._tell_lost(f"{reason} ({expected})" if expected else reason, alarm=expected is None)

    def _tell_lost(self, reason: str, alarm: bool) -> None:
        """Each reason once until the link is back: one that nobody expects may follow one that somebody did."""
        self.trouble = reason
        if reason not in self._told_lost:
            self._told_lost.add(reason)
            self._tell(BrokerLost(self._now_ms(), reason, alarm))

    def _back(self, reason: str) -> None:
        self.trouble = ""
        if self._told_lost:
            self._told_lost.clear()
            self._tell(BrokerReturned(self._now_ms(), reason))
