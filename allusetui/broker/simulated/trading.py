"""The broker's trading: the orders that work, what of them fills by the quotes of an instant, the record of both."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time

from allusetui.broker.simulated.clearing import KEPT_DAYS, Clearing
from allusetui.broker.simulated.fees import Fees, Trade
from allusetui.broker.simulated.matching import Leg, Terms, terms
from allusetui.broker.simulated.outages import Outages
from allusetui.broker.simulated.slow import SlowMarket, next_look
from allusetui.broker.simulated.standing import Live, Standing
from allusetui.broker.simulated.takers import Takers
from allusetui.broker.simulated.wire import Recent, Wire
from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.contract import Option
from allusetui.domain.input import (
    BrokerOrder,
    Execution,
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
    OrderRejected,
)
from allusetui.domain.moment import SECOND_MS, at_clock, day_of
from allusetui.domain.money import ZERO
from allusetui.domain.order import Order
from allusetui.ports import Market

_ORDER_DAYS = 5


class Trading:
    """Orders over the clearing's book. What becomes of them is reported to `wire`, and remembered for some days."""

    def __init__(
        self,
        market: Market,
        calendar: Calendar,
        clearing: Clearing,
        outages: Outages,
        wire: Wire,
        takers: Takers,
        fees: Fees,
    ) -> None:
        self.live: dict[str, Live] = {}
        self.known: Recent[str] = Recent(KEPT_DAYS)
        """The ids that have been used."""
        self.done: Recent[BrokerOrder] = Recent(_ORDER_DAYS)
        self.executions: Recent[Execution] = Recent(_ORDER_DAYS)
        self.slow = SlowMarket()
        self.fill_count = 0
        self.fees = fees
        self._market = market
        self._calendar = calendar
        self._clearing = clearing
        self._outages = outages
        self._wire = wire
        self._takers = takers
        self._nearness: dict[str, float] = {}
        """Of the limits that are good enough, by order, as the market stands; what is not known is looked at anew."""

    def restore(self, standing: Standing) -> None:
        """Go on from there."""
        self.live = {live.order.client_order_id: replace(live) for live in standing.live}
        self.known = Recent(KEPT_DAYS, standing.known)
        self.done = Recent(_ORDER_DAYS, standing.done)
        self.executions = Recent(_ORDER_DAYS, standing.executions)
        self.slow.restore(standing.taken)
        self.fill_count = standing.fill_count
        self._nearness.clear()

    def orders(self) -> tuple[BrokerOrder, ...]:
        """Every order of the last days, those that work last."""
        live = (BrokerOrder(order_id, open=True, filled=each.filled) for order_id, each in self.live.items())
        return (*self.done, *live)

    def options(self) -> set[Option]:
        """What the orders that work are for."""
        return {option for live in self.live.values() for option in live.options}

    # Orders in

    def place(self, order: Order, for_the_day: bool, at_ms: int) -> None:
        """Takes an order, or refuses it. Raises ValueError for an id that has been used in the last ten days."""
        order_id, symbol = order.client_order_id, order.contract.symbol
        if order_id in self.known:
            raise ValueError(f"order {order_id} was placed before")
        self.known.append(at_ms, order_id)
        live = Live(order, self._end_of_day(at_ms) if for_the_day else None)
        reason = self._refusal(live, at_ms)
        if reason is not None:
            self.done.append(at_ms, BrokerOrder(order_id, open=False, filled=0))
            self._wire.report(OrderRejected(at_ms, order_id, reason), at_ms, symbol)
            return
        self.live[order_id] = live
        self._wire.report(OrderAcked(at_ms, order_id), at_ms, symbol)
        self._match(live, self._session(at_ms), at_ms)

    def cancel(self, order_id: str, at_ms: int) -> None:
        """Ends an order that works; silence for any other."""
        if order_id in self.live:
            self._end(self.live[order_id], at_ms)

    def amend(self, order: Order, for_the_day: bool, at_ms: int) -> None:
        """Gives an order that works another limit, quantity and time in force, and confirms it.

        Silence for any other, and where as much has filled already as it shall have in all.
        """
        live = self.live.get(order.client_order_id)
        if live is None or order.quantity <= live.filled:
            return
        live.order, live.since_ms = order, None
        live.ends_ms = self._end_of_day(at_ms) if for_the_day else None
        self._wire.report(OrderAcked(at_ms, order.client_order_id), at_ms, order.contract.symbol)
        self._match(live, self._session(at_ms), at_ms)

    # Time

    def next_ms(self, after_ms: int) -> int | None:
        """The next instant at which an order that works may fill, or ends."""
        if not self.live:
            return None
        tick = self._market.next_tick(after_ms)
        due = (*self._looks(after_ms, tick), *(live.ends_ms for live in self.live.values()), tick)
        return min((ms for ms in due if ms is not None and ms > after_ms), default=None)

    def match(self, at_ms: int) -> None:
        """Fills what the quotes of the instant allow."""
        session = self._session(at_ms)
        for live in list(self.live.values()):
            self._match(live, session, at_ms)

    def end_day(self, at_ms: int) -> None:
        """Ends the orders for the day that is over, whoever hears of it."""
        for live in list(self.live.values()):
            if live.ends_ms is not None and live.ends_ms <= at_ms:
                self._end(live, at_ms)

    def end_expired(self, at_ms: int) -> None:
        """Ends the orders in what has seen its last close."""
        for live in list(self.live.values()):
            if self._has_expired(live, at_ms):
                self._end(live, at_ms)

    def _looks(self, after_ms: int, tick_ms: int | None) -> Iterator[int | None]:
        """When each order whose limit is good enough is to be looked at again."""
        for order_id, live in self.live.items():
            if live.since_ms is None:
                continue
            pace = self._outages.active("partial_fill", after_ms, live.order.contract.symbol)
            if pace is not None:
                yield next_look(live, pace, after_ms)
            else:
                nearness = self._nearness.get(order_id)
                yield self._takers.next_ms(live.order, nearness, live.since_ms, after_ms, tick_ms)

    # Fills

    def _match(self, live: Live, session: Session | None, at_ms: int) -> None:
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
            self._fill(live, market, self.slow.allowance(live, pace, at_ms), at_ms)
        elif market.marketable or self._takers.come(order, market.nearness, at_ms - live.since_ms, at_ms):
            self._fill(live, market, min(live.open_quantity, self._left(live, at_ms)), at_ms)

    def _left(self, live: Live, at_ms: int) -> int:
        """How much of an order's options can be traded now: what is shown, less what was taken in the last second."""
        if self._takers.most is None or not live.options:
            return live.open_quantity
        lately = list(self.executions.since(at_ms - SECOND_MS + 1))
        taken = (sum(row.quantity for row in lately if row.contract == option) for option in live.options)
        return self._takers.most - max(taken)

    def _fill(self, live: Live, market: Terms, quantity: int, at_ms: int) -> None:
        if quantity <= 0:
            return
        self.fill_count += 1
        order, rows, name = live.order, enumerate(market.legs(), start=1), f"X{self.fill_count:06}"
        executions = tuple(self._execution(live, leg, quantity, f"{name}-{row}", at_ms) for row, leg in rows)
        live.filled += quantity
        if not live.open_quantity:
            self._forget(order.client_order_id)
            self.done.append(at_ms, BrokerOrder(order.client_order_id, open=False, filled=live.filled))
        self._wire.report(OrderExecuted(at_ms, executions), at_ms, order.contract.symbol)

    def _execution(self, live: Live, leg: Leg, quantity: int, exec_id: str, at_ms: int) -> Execution:
        """A fill of one leg, in the book; its fee is what the order owes for the day with it and did not without."""
        order_id, trade = live.order.client_order_id, Trade(leg.contract, leg.side, quantity, leg.price)
        today = self.executions.since(at_clock(day_of(at_ms), time.min))
        rows = [row for row in today if row.client_order_id == order_id]
        trades = [Trade(row.contract, row.side, row.quantity, row.price) for row in rows]
        fee = self.fees.due(day_of(at_ms), [*trades, trade]) - sum((row.commission for row in rows), ZERO)
        execution = Execution(exec_id, order_id, trade.contract, trade.side, quantity, trade.price, fee)
        self._clearing.book.trade(live.order.account, execution)
        self.executions.append(at_ms, execution)
        return execution

    # How an order ends

    def _forget(self, order_id: str) -> None:
        del self.live[order_id]
        self._nearness.pop(order_id, None)

    def _end(self, live: Live, at_ms: int) -> None:
        order_id = live.order.client_order_id
        self._forget(order_id)
        self.done.append(at_ms, BrokerOrder(order_id, open=False, filled=live.filled))
        self._wire.report(OrderCancelled(at_ms, order_id, live.filled), at_ms, live.order.contract.symbol)

    def _refusal(self, live: Live, at_ms: int) -> str | None:
        if self._outages.active("reject", at_ms, live.order.contract.symbol):
            return "rejected by the exchange"
        return "contract has expired" if self._has_expired(live, at_ms) else None

    def _has_expired(self, live: Live, at_ms: int) -> bool:
        return any(self._clearing.expires_ms(option) <= at_ms for option in live.options)

    def _session(self, at_ms: int) -> Session | None:
        """The session that is open at the instant, its first and last instant included."""
        session = self._calendar.at(at_ms)
        return session if session is not None and session.open_ms <= at_ms <= session.close_ms else None

    def _end_of_day(self, at_ms: int) -> int:
        """When an order for the day ends. The close is still of its session: who cancels then has cancelled."""
        return self._calendar.ahead(at_ms).close_ms + 1
