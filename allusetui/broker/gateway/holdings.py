"""What the broker shows of each account: cash, positions and what they cost; settlements only in the night after."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Final

from allusetui.broker.simulated.book import Book
from allusetui.broker.simulated.settlement import exercised
from allusetui.domain.contract import Contract, Stock, after_split
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.input import CashBooking, Execution, Provision, Settled, Settlement
from allusetui.domain.moment import at_clock, day_of
from allusetui.domain.money import ZERO

NIGHT: Final = time(2, 30)
"""When a broker books what was assigned, exercised or has expired: nobody is told, it is only there (New York)."""


@frozen
class Position:
    """A signed quantity and what it cost on average, dollars a share."""

    contract: Contract
    quantity: int
    cost: Decimal


@mutable
class _Day:
    """An account since midnight: what it was worth then, what it has realized, what was paid in; dollars.

    By contract: what a position was worth at midnight less what trades have brought since, and what they realized.
    """

    day: date
    worth: Decimal
    values: dict[Contract, Decimal]
    realized: Decimal = ZERO
    moved: Decimal = ZERO
    gains: dict[Contract, Decimal] = field(default_factory=dict)

    def pay(self, contract: Contract, amount: Decimal) -> None:
        """What a contract has cost (> 0) or brought today."""
        self.values[contract] = self.values.get(contract, ZERO) + amount

    def convert(self, symbol: str, into: str, ratio: Decimal) -> None:
        """What a symbol's contracts were worth and have realized is from now on what they become."""
        for figures in (self.values, self.gains):
            for contract in [each for each in figures if each.symbol == symbol]:
                figures[after_split(contract, ratio, into)] = figures.pop(contract)


class Holdings:
    """The accounts as they are shown. `price` gives a contract's middle price at an instant, dollars a share.

    `unexplained` gives what is shown beyond what was traded; it stands in the first account.
    """

    def __init__(
        self,
        provisions: Iterable[Provision],
        price: Callable[[Contract, int], Decimal],
        unexplained: Callable[[int], Mapping[Contract, int]],
    ) -> None:
        self._price = price
        self._unexplained = unexplained
        self._book = Book()
        self._cash: dict[str, Decimal] = {}
        self._costs: dict[tuple[str, Contract], Decimal] = {}
        self._waiting: list[tuple[int, Settlement]] = []
        self._booked: set[str] = set()
        self._days: dict[str, _Day] = {}
        self._changes = 0
        for provision in provisions:
            self._open(provision)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The broker's codes, as they were opened."""
        return tuple(self._cash)

    # What is shown

    def mark(self, at_ms: int) -> tuple[int, Mapping[Contract, int]]:
        """A value that is another one as soon as some position is."""
        return self._changes, self._unexplained(at_ms)

    def cash(self, account: str) -> Decimal:
        return self._cash[account]

    def positions(self, account: str, at_ms: int) -> tuple[Position, ...]:
        """Everything that an account is shown to hold, in a fixed order."""
        held = dict(next(each.held for each in self._book.standing() if each.account == account))
        if account == self.accounts[0]:
            for contract, quantity in self._unexplained(at_ms).items():
                held[contract] = held.get(contract, 0) + quantity
        rows = sorted(held.items(), key=lambda row: str(row[0]))
        return tuple(Position(each, quantity, self.cost(account, each)) for each, quantity in rows if quantity)

    def quantity(self, account: str, contract: Contract) -> int:
        return dict(self._book.holders(contract)).get(account, 0)

    def cost(self, account: str, contract: Contract) -> Decimal:
        """Dollars a share; 0 where nobody knows what it cost."""
        return self._costs.get((account, contract), ZERO)

    def price(self, contract: Contract, at_ms: int) -> Decimal:
        return self._price(contract, at_ms)

    def value(self, position: Position, at_ms: int) -> Decimal:
        """Dollars that a position is worth at the middle of the market."""
        return position.quantity * position.contract.multiplier * self._price(position.contract, at_ms)

    def unrealized(self, position: Position, at_ms: int) -> Decimal:
        """Dollars between what a position is worth and what it cost."""
        return self.value(position, at_ms) - position.quantity * position.contract.multiplier * position.cost

    def worth(self, account: str, at_ms: int) -> Decimal:
        """Cash and positions, dollars."""
        return self._cash[account] + sum((self.value(each, at_ms) for each in self.positions(account, at_ms)), ZERO)

    def day(self, account: str, at_ms: int) -> tuple[Decimal, Decimal]:
        """What an account has gained and what it has realized since midnight, dollars; paid in or out not counted."""
        today = self._today(account, at_ms)
        return self.worth(account, at_ms) - today.worth - today.moved, today.realized

    def day_of_position(self, account: str, position: Position, at_ms: int) -> tuple[Decimal, Decimal]:
        """What a position has gained and what it has realized since midnight, dollars."""
        today = self._today(account, at_ms)
        gained = self.value(position, at_ms) - today.values.get(position.contract, ZERO)
        return gained, today.gains.get(position.contract, ZERO)

    # What changes it

    def trade(self, account: str, execution: Execution, at_ms: int) -> Decimal | None:
        """Books a fill; gives the dollars that it realized, None where it closed nothing."""
        today, contract = self._today(account, at_ms), execution.contract
        held, change = self.quantity(account, contract), execution.side.sign * execution.quantity
        closed = min(abs(held), abs(change)) if held * change < 0 else 0
        gain = None
        if closed:
            each = (execution.price - self.cost(account, contract)) * contract.multiplier
            gain = each * closed * (1 if held > 0 else -1) - execution.commission
            today.realized += gain
            today.gains[contract] = today.gains.get(contract, ZERO) + gain
        self._reckon(account, contract, held, change, execution.price)
        today.pay(contract, change * contract.multiplier * execution.price + execution.commission)
        self._book.trade(account, execution)
        self._cash[account] -= change * contract.multiplier * execution.price + execution.commission
        return gain

    def adjust(self, account: str, amount: Decimal) -> None:
        """Dollars that a correction gives or takes."""
        self._cash[account] += amount

    def convert(self, symbol: str, into: str, ratio: Decimal, at_ms: int) -> None:
        """What is held of a symbol becomes `ratio` times as much of another one, or of itself; options with it."""
        for account in self.accounts:
            self._today(account, at_ms).convert(symbol, into, ratio)
        self._changes += 1
        self._book.split(symbol, ratio, into)
        for account, contract in [key for key in self._costs if key[1].symbol == symbol]:
            cost = self._costs.pop((account, contract)) / ratio
            self._costs[account, after_split(contract, ratio, into)] = cost

    def take(self, settled: Settled) -> None:
        """Notes what was settled, each once: money at once, splits at once, the rest when night comes."""
        for split in settled.splits:
            if self._first(split.id):
                self.convert(split.symbol, split.symbol, split.ratio, settled.at_ms)
        for booking in settled.bookings:
            if self._first(booking.id):
                self._pay(booking, settled.at_ms)
        for settlement in settled.settlements:
            if self._first(settlement.id):
                # What expired on an earlier day and is heard of only now should have been seen the night before.
                late = settlement.contract.expiry < day_of(settled.at_ms)
                self._waiting.append((settled.at_ms if late else night_after(settled.at_ms), settlement))

    def next_ms(self) -> int | None:
        """When the next settlement is shown."""
        return min((ms for ms, _ in self._waiting), default=None)

    def advance(self, at_ms: int) -> tuple[Settlement, ...]:
        """Books the settlements whose night has come."""
        due = tuple(each for ms, each in self._waiting if ms <= at_ms)
        self._waiting = [row for row in self._waiting if row[0] > at_ms]
        for settlement in due:
            self._settle(settlement, at_ms)
        return due

    def _open(self, provision: Provision) -> None:
        name = provision.name
        self._book.open_account(provision)
        self._cash[name] = provision.cash
        rows: list[tuple[Contract, int, Decimal]] = [
            *((Stock(each.symbol), each.shares, each.basis) for each in provision.holdings),
            *((each.contract, each.quantity, each.price) for each in provision.options),
        ]
        held: dict[Contract, int] = {}
        for contract, quantity, price in rows:
            self._reckon(name, contract, held.get(contract, 0), quantity, price)
            held[contract] = held.get(contract, 0) + quantity

    def _first(self, entry_id: str) -> bool:
        new = entry_id not in self._booked
        self._booked.add(entry_id)
        return new

    def _pay(self, booking: CashBooking, at_ms: int) -> None:
        today = self._today(booking.account, at_ms)
        self._cash[booking.account] += booking.amount
        if booking.reason != "dividend":
            today.moved += booking.amount

    def _settle(self, settlement: Settlement, at_ms: int) -> None:
        """An option goes; shares come or go at the strike, or cash does."""
        account, option = settlement.account, settlement.contract
        today = self._today(account, at_ms)
        short = self.quantity(account, option) < 0
        quantity = -settlement.quantity if short else settlement.quantity
        self._changes += 1
        self._book.move(account, option, -quantity)
        if settlement.kind == "cash_settled":
            cash = settlement.price * option.multiplier * quantity
            today.pay(option, -cash)
            self._cash[account] += cash
        elif settlement.kind != "expired":
            outcome, stock = exercised(option, quantity), Stock(option.symbol)
            self._reckon(account, stock, self.quantity(account, stock), outcome.shares, outcome.price)
            today.pay(stock, -outcome.cash)
            self._book.move(account, stock, outcome.shares)
            self._cash[account] += outcome.cash

    def _reckon(self, account: str, contract: Contract, held: int, change: int, price: Decimal) -> None:
        """The average cost after a change: what is added is averaged in, what is closed leaves it as it is."""
        self._changes += 1
        key, after = (account, contract), held + change
        if held * change >= 0:
            self._costs[key] = (abs(held) * self.cost(account, contract) + abs(change) * price) / abs(after)
        elif held * after < 0:
            self._costs[key] = price

    def _today(self, account: str, at_ms: int) -> _Day:
        day = day_of(at_ms)
        found = self._days.get(account)
        if found is None or found.day != day:
            midnight = at_clock(day, time.min)
            values = {each.contract: self.value(each, midnight) for each in self.positions(account, at_ms)}
            worth = self._cash[account] + sum(values.values(), ZERO)
            found = self._days[account] = _Day(day, worth, values)
        return found


def night_after(at_ms: int) -> int:
    """The first time at or after the instant at which a broker books its settlements."""
    day = day_of(at_ms)
    tonight = at_clock(day, NIGHT)
    return tonight if tonight >= at_ms else at_clock(day + timedelta(days=1), NIGHT)
