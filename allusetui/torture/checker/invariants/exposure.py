"""5 and 6: no order takes exposure past its limits; no short call without its shares, no short put without its cash."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Option, Right, Side, Stock
from allusetui.domain.money import ZERO
from allusetui.domain.order import Purpose
from allusetui.domain.quote import Quote
from allusetui.law.model import Law
from allusetui.torture.checker.books import Books, Row
from allusetui.torture.checker.sheet import Sheet
from allusetui.torture.checker.violation import Violation
from allusetui.torture.checker.witness import Quotes

_STOCK_MARGIN: Final = Decimal("0.50")
_STRIKE_MARGIN: Final = Decimal("0.10")
"""The scripted broker's own rates, the part of them that a scenario does not set."""


def within_limits(books: Books, row: Row, law: Law, quotes: Quotes) -> Iterator[Violation]:
    """5. What an order opens, with all that is held and may still be opened, stays within 0.2, 0.3 and 0.10.

    Judged where the order is wanted, for the whole of it: a later move forces nothing. Where the market shows no price
    of something held, nothing can be said.
    """
    seq, at_ms, event = row
    if not isinstance(event, ev.OrderIntended) or _opened(event, event.quantity) is None:
        return
    sheet = books.sheet(event)
    found = _Exposure(books, event, law, lambda contract: quotes(contract, at_ms))
    worth = found.worth(sheet)
    if worth is None:
        return
    hedged = law.breakers.deployment_factor if "hedged_week" in books.breakers else 1
    limits = (
        ("0.2", found.total, law.sizing.ceiling * hedged * worth),
        ("0.3", found.by_issuer.get(_issuer(event.contract.symbol, law), ZERO), law.sizing.symbol_cap * worth),
        ("0.10", found.margin, law.sizing.margin_cap * worth),
    )
    for clause, taken, limit in limits:
        if taken > limit:
            what = f"{event.quantity} {event.contract} take {event.account}"
            yield Violation(5, at_ms, seq, f"{what} to {taken:.2f}, {clause} allows {limit:.2f}")


class _Exposure:
    """What an account is exposed to and margined at once an order is wanted."""

    def __init__(
        self, books: Books, event: ev.OrderIntended, law: Law, quote: Callable[[Contract], Quote | None]
    ) -> None:
        self._quote, self._rate, self._law = quote, books.margin_rate, law
        self.by_issuer: dict[str, Decimal] = {}
        self.margin = ZERO
        self.whole = True
        held = [(contract, quantity) for contract, quantity in books.sheet(event).held.items()]
        working = [_opened(each.wanted, each.left) for each in books.open_intents(event.account)]
        new = _opened(event, event.quantity)
        for contract, quantity in [*held, *(each for each in [*working, new] if each)]:
            self._add(contract, quantity)

    @property
    def total(self) -> Decimal:
        return sum(self.by_issuer.values(), ZERO)

    def worth(self, sheet: Sheet) -> Decimal | None:
        """Sizing equity in dollars: cash, stock and short options at mid, without what is held long of options."""
        worth = sheet.cash
        for contract, quantity in sheet.held.items():
            if isinstance(contract, Option) and quantity > 0:
                continue
            worth += quantity * contract.multiplier * self._mid(contract)
        return worth if self.whole else None

    def _mid(self, contract: Contract) -> Decimal:
        quote = self._quote(contract)
        if quote is None:
            self.whole = False
            return ZERO
        return quote.mid

    def _add(self, contract: Contract, quantity: int) -> None:
        issuer = _issuer(contract.symbol, self._law)
        if isinstance(contract, Stock):
            value = quantity * self._mid(contract)
            self.margin += _STOCK_MARGIN * value
        elif contract.is_put and quantity < 0:
            value = -quantity * contract.notional
            self.margin += -quantity * self._put_margin(contract)
        else:
            return
        self.by_issuer[issuer] = self.by_issuer.get(issuer, ZERO) + value

    def _put_margin(self, put: Option) -> Decimal:
        spot = self._mid(Stock(put.symbol))
        otm = max(spot - put.strike, ZERO)
        return (max(self._rate * spot - otm, _STRIKE_MARGIN * put.strike) + self._mid(put)) * put.multiplier


def _opened(wanted: ev.OrderIntended, quantity: int) -> tuple[Contract, int] | None:
    """The put or the shares that an entry or a purchase would add, signed."""
    contract = wanted.contract
    if isinstance(contract, Stock):
        return (contract, quantity) if wanted.side is Side.BUY else None
    return (contract, -quantity) if wanted.purpose is Purpose.ENTRY and contract.is_put else None


def _issuer(symbol: str, law: Law) -> str:
    """One name for all the symbols of an issuer."""
    return next((group[0] for group in law.sizing.same_issuer if symbol in group), symbol)


def covered(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """6. What an order sells has its shares or its cash, beside all that is sold and may still be."""
    seq, at_ms, event = row
    if not isinstance(event, ev.OrderIntended):
        return
    sheet = books.sheet(event)
    sold = event.candidate or event.contract
    if event.side is Side.SELL and event.candidate is None and sheet.held.get(sold, 0) >= event.quantity:
        if isinstance(sold, Stock):
            yield from _shares(books, sheet, sold.symbol, row, less=event.quantity)
        return
    if event.side is not Side.SELL and event.candidate is None:
        return
    if isinstance(sold, Option) and sold.is_put:
        yield from _cash(books, sheet, event, sold, row)
    elif isinstance(sold, Option):
        closes = event.quantity if event.candidate is not None else 0
        yield from _shares(books, sheet, sold.symbol, row, calls=event.quantity - closes)
    else:
        yield Violation(6, at_ms, seq, f"{event.account} sells {event.quantity} {sold}, and does not hold them")


def _shares(books: Books, sheet: Sheet, symbol: str, row: Row, calls: int = 0, less: int = 0) -> Iterator[Violation]:
    """`calls` more, and `less` shares."""
    seq, at_ms, event = row
    for each in books.open_intents(event.account):
        if each.wanted.contract == Stock(symbol) and each.wanted.side is Side.SELL:
            less += each.left
        elif each.sold is not None and each.sold.symbol == symbol and not each.sold.is_put:
            calls += each.left if each.wanted.candidate is None and sheet.held.get(each.sold, 0) <= 0 else 0
    needed, shares = (sheet.calls_on(symbol) + calls) * 100, sheet.shares(symbol) - less
    if needed > max(shares, 0):
        yield Violation(6, at_ms, seq, f"{event.account} would be short {needed // 100} calls on {shares} {symbol}")


def _cash(books: Books, sheet: Sheet, event: ev.OrderIntended, put: Option, row: Row) -> Iterator[Violation]:
    """A roll binds what its new leg does, and frees what the old one did."""
    seq, at_ms, _ = row
    frees = event.contract.notional * event.quantity if event.candidate and isinstance(event.contract, Option) else ZERO
    bound = sheet.strike_cash + put.notional * event.quantity - frees
    for each in books.open_intents(event.account):
        if each.wanted.purpose is Purpose.ENTRY and each.sold is not None and each.sold.is_put:
            bound += each.sold.notional * each.left
    # A roll that brings the strike down needs no more than was bound before it.
    if bound > sheet.cash and bound > sheet.strike_cash:
        yield Violation(6, at_ms, seq, f"{event.account} would bind {bound:.2f} by short puts on {sheet.cash:.2f} cash")


def stays_covered(books: Books, law: Law) -> Iterator[Violation]:
    """6. At the end of an instant every short call has its shares, and every short put its cash.

    But for what the broker has sold beyond an order, by copies of it that nobody had sent.
    """
    for name, sheet in books.accounts.items():
        beyond = _beyond(books, name)
        puts = [(put, quantity - beyond.get(put, 0)) for put, quantity in sheet.shorts(Right.PUT)]
        bound = sum((put.notional * max(quantity, 0) for put, quantity in puts), ZERO)
        if bound > max(sheet.cash, ZERO):
            text = f"{name} binds {bound:.2f} by short puts on {sheet.cash:.2f} cash"
            yield Violation(6, books.at_ms, books.seq, text)
        for symbol in sorted({call.symbol for call, _ in sheet.shorts(Right.CALL)}):
            more = sum(quantity for call, quantity in beyond.items() if call.symbol == symbol and not _is_put(call))
            needed, shares = (sheet.calls_on(symbol) - more) * 100, sheet.shares(symbol)
            if needed > shares:
                text = f"{name} is short {needed // 100} calls on {shares} shares of {symbol}"
                yield Violation(6, books.at_ms, books.seq, text)


def _beyond(books: Books, account: str) -> Mapping[Contract, int]:
    """What copies of an account's orders have sold beyond them, of what it is still short."""
    found: dict[Contract, int] = {}
    held = books.accounts[account].held
    for order in books.doubled:
        if order.sent.account == account and order.beyond is not None:
            sold, quantity = order.beyond
            found[sold] = min(found.get(sold, 0) + quantity, max(-held.get(sold, 0), 0))
    return found


def _is_put(contract: Contract) -> bool:
    return isinstance(contract, Option) and contract.is_put
