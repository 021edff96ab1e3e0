"""The simulated broker: trading and clearing over one book on one clock, its link, and the answers to questions."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from allusetui.broker.simulated.clearing import Clearing, SplitDay, Transfer
from allusetui.broker.simulated.fees import Fees, FlatFees
from allusetui.broker.simulated.outages import Outages, contract_of, foreign_order
from allusetui.broker.simulated.owners import Owners, PunctualOwners
from allusetui.broker.simulated.standing import Standing
from allusetui.broker.simulated.takers import PunctualTakers, Takers
from allusetui.broker.simulated.trading import Trading
from allusetui.broker.simulated.wire import Wire
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Contract, Option
from allusetui.domain.input import (
    BrokerLost,
    BrokerReturned,
    Input,
    OrdersSeen,
    PositionsSeen,
    Provision,
    Settled,
)
from allusetui.domain.money import ZERO
from allusetui.domain.order import Order
from allusetui.ports import Market
from allusetui.scenario.model import Dividend, Fault


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
        self._outages = Outages(faults, start_ms)
        self._wire = Wire(self._outages)
        owners, takers, fees = owners or PunctualOwners(), takers or PunctualTakers(), fees or FlatFees()
        self._clearing = Clearing(market, calendar, owners, dividends or {}, splits, transfers)
        self._book = self._clearing.book
        self._trading = Trading(market, calendar, self._clearing, self._outages, self._wire, takers, fees)
        self._agenda = sorted({*self._outages.bounds(), *self._clearing.agenda})
        # What is due at the start itself has not happened yet.
        self._now_ms = start_ms - 1
        self._closing_ms: int | None = None

    @property
    def fees(self) -> Fees:
        """What it takes."""
        return self._trading.fees

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
        trading, clearing = self._trading, self._clearing
        return Standing(
            now_ms=self._now_ms,
            cash=self._book.cash,
            holders=self._book.standing(),
            live=tuple(replace(live) for live in trading.live.values()),
            known=trading.known.rows(),
            done=trading.done.rows(),
            executions=trading.executions.rows(),
            settled=clearing.settled,
            late=self._wire.standing(),
            taken=trading.slow.standing(),
            fill_count=trading.fill_count,
            settled_count=clearing.count,
        )

    def restore(self, standing: Standing) -> None:
        """Go on from there as the exchange would have that stood so; reports on their way are lost."""
        self._now_ms = standing.now_ms
        self._clearing.restore(standing)
        self._trading.restore(standing)
        self._wire.restore(standing.late)
        self._note_expiries()

    # Orders in

    def place(self, order: Order, at_ms: int, for_the_day: bool = True) -> Sequence[Input]:
        """Takes an order. Raises ValueError for an id that has been used in the last ten days.

        One `for_the_day` ends at the close that is ahead; any other when it is cancelled, or with its contract.
        """
        self._run_to(at_ms)
        if self._reachable(at_ms):
            self._trading.place(order, for_the_day, at_ms)
            self._note_expiries()
        return self._wire.drain()

    def cancel(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        """Ends an order that works; silence for any other."""
        self._run_to(at_ms)
        if self._reachable(at_ms):
            self._trading.cancel(client_order_id, at_ms)
        return self._wire.drain()

    def amend(self, order: Order, at_ms: int, for_the_day: bool = True) -> Sequence[Input]:
        """Gives an order that works another limit, quantity and time in force, and confirms it; silence for any other.

        Silence too where as much has filled already as it shall have in all: nothing of it would be left to work.
        """
        self._run_to(at_ms)
        if self._reachable(at_ms):
            self._trading.amend(order, for_the_day, at_ms)
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
        foreign = tuple(foreign_order(each, at_ms) for each in self._outages.of("foreign_order") if each.holds(at_ms))
        trading = self._trading
        return OrdersSeen(at_ms, trading.orders(), tuple(trading.executions), complete=True, foreign=foreign)

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
        if (trading_ms := self._trading.next_ms(after_ms)) is not None:
            due.append(trading_ms)
        return min(due, default=None)

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
        self._trading.match(at_ms)
        self._trading.end_day(at_ms)
        if self._closing_ms is not None and self._closing_ms <= at_ms:
            self._trading.end_expired(at_ms)
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

    # Where things stand

    def _tell(self, settled: Settled, at_ms: int) -> None:
        if settled.settlements or settled.bookings or settled.splits:
            self._wire.report(settled, at_ms)

    def _reachable(self, at_ms: int) -> bool:
        return self._outages.active("broker_down", at_ms) is None

    def _note_expiries(self) -> None:
        """Keeps the earliest close at which something held or working ends."""
        held = {option for _, option, _ in self._book.options()}
        self._closing_ms = min(map(self._clearing.expires_ms, held | self._trading.options()), default=None)
