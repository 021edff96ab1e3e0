"""A second set of books, kept from the journal's events alone: what an accountant with a pencil would have."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Option, Side, Stock
from allusetui.domain.order import Pocket

Row = tuple[int, int, ev.Event]
ZERO = Decimal(0)


@dataclass
class Sheet:
    """One account: cash and what is set aside of it, what it holds, its latches and state."""

    cash: Decimal = ZERO
    aside: Decimal = ZERO
    held: dict[Contract, int] = field(default_factory=dict)
    latches: set[str] = field(default_factory=set)
    status: str = "SAFE"
    no_entries: bool = False

    def move(self, contract: Contract, quantity: int) -> None:
        self.held[contract] = self.held.get(contract, 0) + quantity
        if not self.held[contract]:
            del self.held[contract]

    @property
    def short_puts_usd(self) -> Decimal:
        """Strike cash of every short put held."""
        rows = ((c, n) for c, n in self.held.items() if isinstance(c, Option) and c.is_put and n < 0)
        return sum((-n * c.notional for c, n in rows), ZERO)

    def short_calls(self, symbol: str) -> int:
        rows = ((c, n) for c, n in self.held.items() if isinstance(c, Option) and not c.is_put and n < 0)
        return -sum(n for c, n in rows if c.symbol == symbol)


@dataclass
class Tally:
    """The accounts, the intents that are open, and the ids of fills and settlements that are booked."""

    accounts: dict[str, Sheet] = field(default_factory=dict)
    intents: dict[str, ev.OrderIntended] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    booked: set[str] = field(default_factory=set)

    def book(self, event: ev.Event) -> None:
        """One event; a fill or settlement that is booked already counts once."""
        ident = getattr(event, "exec_id", None) or getattr(event, "settlement", None)
        if ident in self.booked:
            return
        if ident is not None:
            self.booked.add(ident)
        match event:
            case ev.AccountProvisioned():
                self._provision(event)
            case ev.OrderIntended():
                self.intents[event.intent], self.left[event.intent] = event, event.quantity
            case ev.OrderAbandoned():
                self.left[event.intent] = 0
            case ev.OrderFilled():
                self._fill(event)
            case ev.AccountForked():
                self._sheet(event).cash -= event.amount
            case ev.AccountMerged():
                self._sheet(event).cash -= event.amount
                self.accounts[event.to].cash += event.amount
            case ev.CashBooked(reason="tax"):
                self._sheet(event).aside += event.amount
            case ev.CashBooked():
                self._sheet(event).cash += event.amount
            case ev.ReinvestDone():
                self._sheet(event).cash -= event.tax_reserve + event.leaps
                self._sheet(event).aside += event.tax_reserve + event.leaps
            case ev.TaxReleased():
                self._sheet(event).cash += event.amount
                self._sheet(event).aside -= event.amount
            case ev.StateChanged():
                self._sheet(event).status = event.to
            case ev.LatchSet():
                self._sheet(event).latches.add(event.latch)
            case ev.LatchReleased():
                self._sheet(event).latches.discard(event.latch)
            case ev.ExercisedReceived():
                bought = -event.shares if event.contract.is_put else event.shares
                self._sheet(event).move(event.contract, -event.quantity)
                self._sheet(event).move(Stock(event.contract.symbol), bought)
                self._sheet(event).cash -= event.price * bought
            case ev.AssignmentReceived() | ev.CalledAwayReceived() | ev.ExpiredReceived() | ev.PositionAdjusted():
                self._settle(event)

    def _sheet(self, event: ev.Event) -> Sheet:
        assert event.account is not None
        return self.accounts[event.account]

    def _provision(self, event: ev.AccountProvisioned) -> None:
        assert event.account is not None
        sheet = self.accounts[event.account] = Sheet(event.cash)
        for holding in event.holdings:
            sheet.move(Stock(holding.symbol), holding.shares)
        for option in event.options:
            sheet.move(option.contract, option.quantity)

    def _fill(self, event: ev.OrderFilled) -> None:
        sheet, signed = self._sheet(event), event.quantity * (1 if event.side is Side.BUY else -1)
        paid = signed * event.price * event.contract.multiplier + event.commission
        if event.pocket is Pocket.LEAP_CASH:
            sheet.aside -= paid
        else:
            sheet.cash -= paid
        sheet.move(event.contract, signed)
        if event.contract == self.intents[event.intent].contract:
            self.left[event.intent] -= event.quantity

    def _settle(
        self, event: ev.AssignmentReceived | ev.CalledAwayReceived | ev.ExpiredReceived | ev.PositionAdjusted
    ) -> None:
        sheet = self._sheet(event)
        match event:
            case ev.AssignmentReceived():
                sheet.move(event.contract, event.quantity)
                sheet.move(Stock(event.contract.symbol), event.shares)
                sheet.cash -= event.price * event.shares
            case ev.CalledAwayReceived():
                sheet.move(event.contract, event.quantity)
                sheet.move(Stock(event.contract.symbol), -event.shares)
                sheet.cash += event.price * event.shares
            case ev.ExpiredReceived():
                gone = event.quantity if sheet.held[event.contract] > 0 else -event.quantity
                sheet.move(event.contract, -gone)
                sheet.cash += gone * event.price * event.contract.multiplier
            case ev.PositionAdjusted():
                sheet.move(event.contract, -event.from_)
                sheet.move(event.into, event.to)

    def working(self, account: str, *, puts: bool) -> list[tuple[Option, int]]:
        """(option, contracts) that open intents of the account would still sell."""
        found: list[tuple[Option, int]] = []
        for key, intent in self.intents.items():
            sold = intent.candidate or (intent.contract if intent.side is Side.SELL else None)
            if intent.account == account and isinstance(sold, Option) and sold.is_put is puts and self.left[key]:
                found.append((sold, self.left[key]))
        return found


def steps(rows: Iterable[Row]) -> Iterator[tuple[Tally, int, ev.Event]]:
    """The books after each event, with the event and its instant."""
    tally = Tally()
    for _, at_ms, event in rows:
        tally.book(event)
        yield tally, at_ms, event


def final(rows: Iterable[Row]) -> Tally:
    """The books at the end."""
    tally = Tally()
    for _, _, event in rows:
        tally.book(event)
    return tally
