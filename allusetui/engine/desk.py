"""One batch in the making: what is decided here is applied at once, so that the next decision sees it."""

from datetime import date
from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Contract, Stock
from allusetui.domain.effect import AskChain, AskOrders, AskPositions, Effect
from allusetui.domain.event import AlertRaised, Event, LotClosed
from allusetui.domain.lot import Lot
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.money import ZERO, to_cent, to_price
from allusetui.domain.state import State
from allusetui.domain.volatile import Asked, Volatile
from allusetui.engine.apply import apply
from allusetui.law.model import Law
from allusetui.rules.situation import Situation


class Desk(Situation):
    """A situation that can be changed: by events, which are kept in order, and effects, which leave later."""

    def __init__(self, law: Law, calendar: Calendar, state: State, volatile: Volatile, now_ms: int) -> None:
        super().__init__(law, calendar, state, volatile, now_ms)
        self.events: list[Event] = []
        self.effects: list[Effect] = []

    def emit(self, event: Event) -> None:
        """Apply the event and keep it for the journal."""
        apply(self.state, self.now_ms, event)
        self.events.append(event)

    def ask(self, effect: Effect) -> None:
        """Want something done outside, once in this batch."""
        if effect not in self.effects:
            self.effects.append(effect)

    def ask_orders(self) -> None:
        """Ask the broker for our orders; what does not come within the time of 8.6 is silence."""
        self.volatile.orders_asked = self._asked()
        self.ask(AskOrders())

    def ask_positions(self) -> None:
        """Ask the broker for its book; what does not come within the time of 8.6 is silence."""
        self.volatile.positions_asked = self._asked()
        self.ask(AskPositions())

    def _asked(self) -> Asked:
        return Asked(self.now_ms, self.now_ms + self.law.broker.lost_s * SECOND_MS)

    def ask_chain(self, symbol: str) -> None:
        """Want a symbol's chain, and before it those of the same issuer: they tell of the same reports (1.6)."""
        others = [each for each in self.same_issuer(symbol) if each != symbol]
        for each in (*others, symbol):
            self.ask(AskChain(each))

    def alert(self, severity: str, text: str, account: str | None = None, clauses: tuple[str, ...] = ()) -> None:
        self.emit(AlertRaised(account=account, clauses=clauses, severity=severity, text=text))


def lots_closed(
    account: Account, contract: Contract, taken: list[Lot], price: Decimal, fees_usd: Decimal, clauses: tuple[str, ...],
    day: date | None = None,
) -> list[LotClosed]:  # fmt: skip
    """The events of lots that a trade or expiry at `price` a share closes; `fees_usd` of closing shared over them.

    `day`: the earlier one on which it was settled.
    """
    quantity = sum(abs(lot.quantity) for lot in taken)
    rows: list[LotClosed] = []
    told = exact = ZERO
    fees_left = fees_usd
    for index, lot in enumerate(taken):
        count = abs(lot.quantity)
        own = fees_left if index == len(taken) - 1 else to_cent(fees_usd * count / quantity)
        fees_left -= own
        exact += _gain(lot, price) * contract.multiplier - lot.fees_usd - own
        # Each row shows what the sum so far adds to the cent, so that the rows together lose nothing.
        realized = to_cent(exact) - told
        told += realized
        rows.append(_closed(account, contract, lot, price, own, realized, clauses, day))
    return rows


def _gain(lot: Lot, price: Decimal) -> Decimal:
    """What a share of the lot has gained, times its quantity."""
    return (price - lot.price) * lot.quantity


def _closed(
    account: Account, contract: Contract, lot: Lot, price: Decimal, closing_fees: Decimal, realized: Decimal,
    clauses: tuple[str, ...], day: date | None,
) -> LotClosed:  # fmt: skip
    units = abs(lot.quantity) * contract.multiplier
    # What it cost to get shares is part of their basis (10.3); an option's commissions stand beside its prices.
    cost = lot.price + lot.fees_usd / units if isinstance(contract, Stock) else lot.price
    proceeds, basis = (price, cost) if lot.quantity > 0 else (lot.price, price)
    fees = lot.fees_usd + closing_fees
    return LotClosed(
        account=account.name,
        clauses=clauses,
        contract=contract,
        quantity=abs(lot.quantity),
        proceeds=to_price(proceeds),
        basis=to_price(basis),
        book_usd=to_price(lot.price * units),
        fees=to_price(fees),
        realized=realized,
        opened=lot.opened,
        day=day,
    )
