"""The simulated broker: takes orders, fills them by the scripted rules, settles what expires, and answers questions."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import time
from decimal import Decimal

from allusetui.broker.simulated.clearing import KEPT_DAYS, Clearing, SplitDay, Transfer
from allusetui.broker.simulated.fees import Fees, FlatFees, Trade
from allusetui.broker.simulated.matching import Leg, Terms, terms
from allusetui.broker.simulated.outages import Outages, contract_of, foreign_order
from allusetui.broker.simulated.owners import Owners, PunctualOwners
from allusetui.broker.simulated.slow import SlowMarket, next_look
from allusetui.broker.simulated.standing import Live, Standing
from allusetui.broker.simulated.takers import PunctualTakers, Takers
from allusetui.broker.simulated.wire import Recent, Wire
from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.contract import Contract, Option
from allusetui.domain.input import (
    BrokerLost,
    BrokerOrder,
    BrokerReturned,
    Execution,
    Input,
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
    OrderRejected,
    OrdersSeen,
    PositionsSeen,
    Provision,
    Settled,
)
from allusetui.domain.moment import SECOND_MS, at_clock, day_of
from allusetui.domain.money import ZERO
from allusetui.domain.order import Order
from allusetui.ports import Market
from allusetui.scenario.model import Dividend, Fault

_ORDER_DAYS = 5


class Exchange:
    """Implements `ports.Broker` over the true market, from `start_ms` on."""

    def __init__(
        self,
        market: Market,
        calendar: Calendar,
        start_ms: int,
        faults: Iterable[Fault] = (),
        dividends: Mapping[str, Sequence[Dividend]] | None = None,
        splits: Sequence[SplitDay] = (),
        transfers: Sequence[Transfer] = (),
        owners: Owners | None = None,
        takers: Takers | None = None,
        fees: Fees | None = None,
    ) -> None:
        """Without `owners` and `takers` they are punctual, without `fees` they are flat."""
        self._market = market
        self._calendar = calendar
        self.fees = fees or FlatFees()
        self._takers = takers or PunctualTakers()
        self._outages = Outages(faults, start_ms)
        self._wire = Wire(self._outages)
        owners = owners or PunctualOwners()
        self._clearing = Clearing(market, calendar, owners, dividends or {}, splits, transfers)
        self._book = self._clearing.book
        self._live: dict[str, Live] = {}
        self._known: Recent[str] = Recent(KEPT_DAYS)
        self._done: Recent[BrokerOrder] = Recent(_ORDER_DAYS)
        self._executions: Recent[Execution] = Recent(_ORDER_DAYS)
        self._slow = SlowMarket()
        self._nearness: dict[str, float] = {}
        """Of the limits that are good enough, by order, as the market stands; what is not known is looked at anew."""
        self._agenda = sorted({*self._outages.bounds(), *self._clearing.agenda})
        # What is due at the start itself has not happened yet.
        self._now_ms = start_ms - 1
        self._fills = 0
        self._closing_ms: int | None = None

    def open_account(self, provision: Provision) -> None:
        """Takes an account's cash, shares and options into the book."""
        self._book.open_account(provision)
        self._note_expiries()

    def engine_down(self, down: bool) -> None:
        """While the engine is down orders go on working and reports go nowhere."""
        self._wire.engine_down = down

    # What outlives the process

    @property
    def changes(self) -> int:
        """Rises whenever something of `standing` has changed that time alone would not bring about again."""
        return self._wire.count

    def standing(self) -> Standing:
        """Everything that it remembers."""
        return Standing(
            self._now_ms, self._book.cash, self._book.standing(), tuple(replace(live) for live in self._live.values()),
            self._known.rows(), self._done.rows(), self._executions.rows(), self._clearing.settled,
            self._wire.standing(), self._slow.standing(), self._fills, self._clearing.count,
        )  # fmt: skip

    def restore(self, standing: Standing) -> None:
        """Go on from there as the exchange would have that stood so; reports on their way are lost."""
        self._now_ms, self._fills = standing.now_ms, standing.fill_count
        self._clearing.restore(standing)
        self._live = {live.order.client_order_id: replace(live) for live in standing.live}
        self._known = Recent(KEPT_DAYS, standing.known)
        self._done = Recent(_ORDER_DAYS, standing.done)
        self._executions = Recent(_ORDER_DAYS, standing.executions)
        self._nearness.clear()
        self._wire.restore(standing.late)
        self._slow.restore(standing.taken)
        self._note_expiries()

    # Orders in

    def place(self, order: Order, at_ms: int, for_the_day: bool = True) -> Sequence[Input]:
        """Takes an order. Raises ValueError for an id that has been used in the last ten days.

        One `for_the_day` ends at the close that is ahead; any other when it is cancelled, or with its contract.
        """
        self._run_to(at_ms)
        if not self._reachable(at_ms):
            return self._wire.drain()
        order_id, symbol = order.client_order_id, order.contract.symbol
        if order_id in self._known:
            raise ValueError(f"order {order_id} was placed before")
        self._known.append(at_ms, order_id)
        live = Live(order, self._end_of_day(at_ms) if for_the_day else None)
        reason = self._refusal(live, at_ms)
        if reason is not None:
            self._done.append(at_ms, BrokerOrder(order_id, open=False, filled=0))
            self._wire.report(OrderRejected(at_ms, order_id, reason), at_ms, symbol)
            return self._wire.drain()
        self._live[order_id] = live
        self._wire.report(OrderAcked(at_ms, order_id), at_ms, symbol)
        self._match(live, self._session(at_ms), at_ms)
        self._note_expiries()
        return self._wire.drain()

    def cancel(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        """Ends an order that works; silence for any other."""
        self._run_to(at_ms)
        if self._reachable(at_ms) and client_order_id in self._live:
            self._end(self._live[client_order_id], at_ms)
        return self._wire.drain()

    def amend(self, order: Order, at_ms: int, for_the_day: bool = True) -> Sequence[Input]:
        """Gives an order that works another limit, quantity and time in force, and confirms it; silence for any other.

        Silence too where as much has filled already as it shall have in all: nothing of it would be left to work.
        """
        self._run_to(at_ms)
        live = self._live.get(order.client_order_id)
        if live is not None and self._reachable(at_ms) and order.quantity > live.filled:
            live.order, live.since_ms = order, None
            live.ends_ms = self._end_of_day(at_ms) if for_the_day else None
            self._wire.report(OrderAcked(at_ms, order.client_order_id), at_ms, order.contract.symbol)
            self._match(live, self._session(at_ms), at_ms)
        return self._wire.drain()

    def assign(self, option: Option, quantity: int, at_ms: int) -> Sequence[Input]:
        """Somebody exercises contracts of an option now."""
        self._run_to(at_ms)
        self._tell(self._clearing.exercise_early(option, quantity, at_ms), at_ms)
        return self._wire.drain()

    def exercise(self, account: str, option: Option, quantity: int, at_ms: int) -> Sequence[Input]:
        """An account exercises contracts that it holds. Raises ValueError where it does not hold as many."""
        self._run_to(at_ms)
        self._tell(self._clearing.exercise(account, option, quantity, at_ms), at_ms)
        return self._wire.drain()

    def pay_out(self, account: str, amount: Decimal, reason: str, at_ms: int) -> Sequence[Input]:
        """Moves the owner's money out; nothing while the link is lost."""
        self._run_to(at_ms)
        if self._reachable(at_ms):
            self._tell(self._clearing.pay_out(account, amount, reason, at_ms), at_ms)
        return self._wire.drain()

    # Questions

    def ask_orders(self, at_ms: int) -> Sequence[Input]:
        """`orders`, answered at once."""
        return (self.orders(at_ms),)

    def ask_positions(self, at_ms: int) -> Sequence[Input]:
        """`positions`, answered at once."""
        return (self.positions(at_ms),)

    def orders(self, at_ms: int) -> OrdersSeen:
        """Every order of ours of the last days, and their executions."""
        self._run_to(at_ms)
        if not self._reachable(at_ms):
            return OrdersSeen(at_ms, (), (), complete=False)
        live = (BrokerOrder(order_id, open=True, filled=each.filled) for order_id, each in self._live.items())
        foreign = tuple(foreign_order(each, at_ms) for each in self._outages.of("foreign_order") if each.holds(at_ms))
        return OrdersSeen(at_ms, (*self._done, *live), tuple(self._executions), complete=True, foreign=foreign)

    def positions(self, at_ms: int) -> PositionsSeen:
        """The book over all accounts, and what has been settled in the last days."""
        self._run_to(at_ms)
        if not self._reachable(at_ms):
            return PositionsSeen(at_ms, {}, ZERO, Settled(at_ms), complete=False)
        held = self._book.totals()
        for contract, quantity in self.unexplained(at_ms).items():
            held[contract] = held.get(contract, 0) + quantity
        shown = {contract: quantity for contract, quantity in held.items() if quantity}
        return PositionsSeen(at_ms, shown, self._book.cash, self._clearing.recent(at_ms), complete=True)

    def unexplained(self, at_ms: int) -> dict[Contract, int]:
        """What the broker shows at the instant that nobody traded (`broker_book`), as long as it is listed."""
        return {
            contract: quantity
            for contract, quantity in self._outages.extra(at_ms).items()
            if not (isinstance(contract, Option) and self._clearing.expires_ms(contract) <= at_ms)
        }

    # Time

    def next_ms(self, after_ms: int) -> int | None:
        """The next instant at which something may fill, settle, be paid, or go wrong."""
        index = bisect_right(self._agenda, after_ms)
        due = [self._agenda[index]] if index < len(self._agenda) else []
        if self._closing_ms is not None:
            due.append(max(self._closing_ms, after_ms + 1))
        if self._live:
            tick = self._market.next_tick(after_ms)
            looks = [self._look_ms(live, after_ms, tick) for live in self._live.values() if live.since_ms is not None]
            ends = (live.ends_ms for live in self._live.values())
            due.extend(ms for ms in (*looks, *ends, tick) if ms is not None)
        return min((ms for ms in due if ms > after_ms), default=None)

    def advance(self, at_ms: int) -> Sequence[Input]:
        """Everything up to the instant happens; what reaches the engine is returned."""
        self._run_to(at_ms)
        return self._wire.drain()

    def _run_to(self, at_ms: int) -> None:
        while (due := self.next_ms(self._now_ms)) is not None and due <= at_ms:
            self._now_ms = due
            self._step(due)
        self._now_ms = max(self._now_ms, at_ms)

    def _step(self, at_ms: int) -> None:
        index = bisect_right(self._agenda, at_ms) - 1
        if index >= 0 and self._agenda[index] == at_ms:
            self._follow_agenda(at_ms)
        session = self._session(at_ms)
        for live in list(self._live.values()):
            self._match(live, session, at_ms)
        self._end_day(at_ms)
        if self._closing_ms is not None and self._closing_ms <= at_ms:
            self._end_expired(at_ms)
            self._tell(self._clearing.expire(at_ms), at_ms)
        self._tell(self._clearing.call_for_dividends(at_ms), at_ms)
        self._note_expiries()

    def _follow_agenda(self, at_ms: int) -> None:
        for outage in self._outages.of("broker_down"):
            if outage.start_ms == at_ms:
                self._wire.announce(BrokerLost(at_ms, "link lost"))
            if outage.end_ms == at_ms:
                self._wire.announce(BrokerReturned(at_ms, "link back"))
        self._wire.release(at_ms)
        self._tell(self._clearing.split(at_ms), at_ms)
        self._tell(self._clearing.pay_dividends(at_ms), at_ms)
        self._tell(self._clearing.transfer(at_ms), at_ms)
        for outage in self._outages.of("foreign_order"):
            if outage.start_ms == at_ms:
                self._wire.report(foreign_order(outage, at_ms), at_ms)
        for outage in self._outages.of("assign"):
            if outage.start_ms == at_ms:
                option, quantity = contract_of(outage.fault), outage.fault.quantity or 0
                self._tell(self._clearing.exercise_early(option, quantity, at_ms), at_ms)

    # Fills

    def _look_ms(self, live: Live, after_ms: int, tick_ms: int | None) -> int | None:
        pace = self._outages.active("partial_fill", after_ms, live.order.contract.symbol)
        if pace is not None:
            return next_look(live, pace, after_ms)
        nearness = self._nearness.get(live.order.client_order_id)
        return self._takers.next_ms(live.order, nearness, live.since_ms or 0, after_ms, tick_ms)

    def _match(self, live: Live, session: Session | None, at_ms: int) -> None:
        """Fills what the quotes of the instant allow."""
        order = live.order
        market = None if session is None else terms(order, self._market, at_ms)
        if session is None or market is None or not market.generous:
            live.since_ms = None
            return
        if live.since_ms is None or live.since_ms < session.open_ms:
            live.since_ms = at_ms
        self._nearness[order.client_order_id] = market.nearness
        if self._outages.active("no_fill", at_ms, order.contract.symbol):
            return
        pace = self._outages.active("partial_fill", at_ms, order.contract.symbol)
        if pace is not None:
            self._fill(live, market, self._slow.allowance(live, pace, at_ms), at_ms)
        elif market.marketable or self._takers.come(order, market.nearness, at_ms - live.since_ms, at_ms):
            self._fill(live, market, min(live.open_quantity, self._left(live, at_ms)), at_ms)

    def _left(self, live: Live, at_ms: int) -> int:
        """How much of an order's options can be traded now: what is shown, less what was taken in the last second."""
        if self._takers.most is None or not live.options:
            return live.open_quantity
        lately = list(self._executions.since(at_ms - SECOND_MS + 1))
        taken = (sum(row.quantity for row in lately if row.contract == option) for option in live.options)
        return self._takers.most - max(taken)

    def _fill(self, live: Live, market: Terms, quantity: int, at_ms: int) -> None:
        if quantity <= 0:
            return
        self._fills += 1
        order, rows = live.order, enumerate(market.legs(), start=1)
        executions = tuple(self._execution(live, leg, quantity, f"X{self._fills:06}-{row}", at_ms) for row, leg in rows)
        live.filled += quantity
        if not live.open_quantity:
            self._forget(order.client_order_id)
            self._done.append(at_ms, BrokerOrder(order.client_order_id, open=False, filled=live.filled))
        self._wire.report(OrderExecuted(at_ms, executions), at_ms, order.contract.symbol)

    def _execution(self, live: Live, leg: Leg, quantity: int, exec_id: str, at_ms: int) -> Execution:
        """A fill of one leg, in the book; its fee is what the order owes for the day with it and did not without."""
        order_id, trade = live.order.client_order_id, Trade(leg.contract, leg.side, quantity, leg.price)
        today = self._executions.since(at_clock(day_of(at_ms), time.min))
        rows = [row for row in today if row.client_order_id == order_id]
        trades = [Trade(row.contract, row.side, row.quantity, row.price) for row in rows]
        fee = self.fees.due(day_of(at_ms), [*trades, trade]) - sum((row.commission for row in rows), ZERO)
        execution = Execution(exec_id, order_id, trade.contract, trade.side, quantity, trade.price, fee)
        self._book.trade(live.order.account, execution)
        self._executions.append(at_ms, execution)
        return execution

    def _forget(self, order_id: str) -> None:
        del self._live[order_id]
        self._nearness.pop(order_id, None)

    def _end(self, live: Live, at_ms: int) -> None:
        order_id = live.order.client_order_id
        self._forget(order_id)
        self._done.append(at_ms, BrokerOrder(order_id, open=False, filled=live.filled))
        self._wire.report(OrderCancelled(at_ms, order_id, live.filled), at_ms, live.order.contract.symbol)

    def _end_day(self, at_ms: int) -> None:
        """Ends the orders for the day that is over, whoever hears of it."""
        for live in list(self._live.values()):
            if live.ends_ms is not None and live.ends_ms <= at_ms:
                self._end(live, at_ms)

    def _end_expired(self, at_ms: int) -> None:
        """Ends the orders in what has seen its last close."""
        for live in list(self._live.values()):
            if any(self._clearing.expires_ms(option) <= at_ms for option in live.options):
                self._end(live, at_ms)

    def _refusal(self, live: Live, at_ms: int) -> str | None:
        if self._outages.active("reject", at_ms, live.order.contract.symbol):
            return "rejected by the exchange"
        if any(self._clearing.expires_ms(option) <= at_ms for option in live.options):
            return "contract has expired"
        return None

    # Where things stand

    def _tell(self, settled: Settled, at_ms: int) -> None:
        if settled.settlements or settled.bookings or settled.splits:
            self._wire.report(settled, at_ms)

    def _reachable(self, at_ms: int) -> bool:
        return self._outages.active("broker_down", at_ms) is None

    def _session(self, at_ms: int) -> Session | None:
        """The session that is open at the instant, its first and last instant included."""
        session = self._calendar.at(at_ms)
        return session if session is not None and session.open_ms <= at_ms <= session.close_ms else None

    def _end_of_day(self, at_ms: int) -> int:
        """When an order for the day ends. The close is still of its session: who cancels then has cancelled."""
        return self._calendar.ahead(at_ms).close_ms + 1

    def _note_expiries(self) -> None:
        """Keeps the earliest close at which something held or working ends."""
        held = {option for _, option, _ in self._book.options()}
        working = {option for live in self._live.values() for option in live.options}
        self._closing_ms = min(map(self._clearing.expires_ms, held | working), default=None)
