"""The broker's clearing: what changes the book without a trade, and the record of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from allusetui.broker.simulated.book import Book
from allusetui.broker.simulated.owners import Owners
from allusetui.broker.simulated.settlement import Outcome, at_expiry, exercised
from allusetui.broker.simulated.standing import Standing
from allusetui.broker.simulated.wire import Recent
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Contract, Option, Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.input import CashBooking, Settled, Settlement, Split
from allusetui.domain.moment import day_of
from allusetui.ports import Market
from allusetui.scenario.model import Dividend

KEPT_DAYS = 10


@frozen
class _ExDate:
    """A dividend a share that falls due at the open of `day`; `eve_ms`: the close of the session before."""

    day: date
    eve_ms: int
    at_ms: int
    symbol: str
    amount: Decimal


@frozen
class Transfer:
    """Money that the owner puts into an account (`amount` > 0) or is paid out of it, in dollars, and what for."""

    at_ms: int
    account: str
    amount: Decimal
    reason: str


@frozen
class SplitDay:
    """`ratio` new shares of `symbol` for each old one, from the open of `day`."""

    day: date
    symbol: str
    ratio: Decimal


class Clearing:
    """Expiry, early exercise, dividends, splits and the owner's transfers over one book."""

    def __init__(
        self,
        market: Market,
        calendar: Calendar,
        owners: Owners,
        dividends: Mapping[str, Sequence[Dividend]],
        splits: Sequence[SplitDay] = (),
        transfers: Sequence[Transfer] = (),
    ) -> None:
        self.book = Book()
        self._owners = owners
        self._market = market
        self._calendar = calendar
        self._ex_dates = _ex_dates(dividends, calendar)
        self._eves: dict[int, dict[str, _ExDate]] = {}
        for ex in self._ex_dates:
            self._eves.setdefault(ex.eve_ms, {})[ex.symbol] = ex
        self._splits = tuple((calendar.from_day(split.day).open_ms, split) for split in splits)
        self._transfers = tuple(transfers)
        self._settled: Recent[Settlement | CashBooking | Split] = Recent(KEPT_DAYS)
        self.count = 0

    @property
    def agenda(self) -> frozenset[int]:
        """The instants at which a dividend is paid or called for, a split takes effect or money is transferred."""
        splits = (at_ms for at_ms, _ in self._splits)
        dividends = (at_ms for ex in self._ex_dates for at_ms in (ex.eve_ms, ex.at_ms))
        return frozenset((*dividends, *splits, *(t.at_ms for t in self._transfers)))

    def expires_ms(self, option: Option) -> int:
        """The close of the option's last session."""
        return self._calendar.up_to(option.expiry).close_ms

    def recent(self, at_ms: int) -> Settled:
        """Everything of the last ten days."""
        settlements = tuple(entry for entry in self._settled if isinstance(entry, Settlement))
        bookings = tuple(entry for entry in self._settled if isinstance(entry, CashBooking))
        splits = tuple(entry for entry in self._settled if isinstance(entry, Split))
        return Settled(at_ms, settlements, bookings, splits)

    @property
    def settled(self) -> tuple[tuple[int, Settlement | CashBooking | Split], ...]:
        """What changed the book in the last ten days, with its instants."""
        return self._settled.rows()

    def restore(self, standing: Standing) -> None:
        """Go on from there, the book too."""
        self.book.restore(standing.cash, standing.holders)
        self._settled = Recent(KEPT_DAYS, standing.settled)
        self.count = standing.settled_count

    def expire(self, at_ms: int) -> Settled:
        """Settles what has seen its last close. Raises LookupError where the market has no price for it."""
        settlements = []
        for account, option, quantity in list(self.book.options()):
            close_ms = self.expires_ms(option)
            if close_ms <= at_ms:
                quote = self._market.underlying(option.symbol, close_ms)
                if quote is None:
                    raise LookupError(f"no price of {option.symbol} to settle {option}")
                outcome = at_expiry(option, quantity, quote.mid, self._owners)
                settlements.append(self._settle(account, option, quantity, outcome, at_ms))
        return Settled(at_ms, tuple(settlements))

    def call_for_dividends(self, at_ms: int) -> Settled:
        """Calls away what owners want before an ex-date: the instant is the last close before it."""
        due = self._eves.get(at_ms, {})
        held = [row for row in self.book.options() if row[2] < 0 and row[1].symbol in due] if due else []
        called = [row for row in held if self._is_called(row[1], due[row[1].symbol], at_ms)]
        return Settled(at_ms, tuple(self._settle(*row, exercised(*row[1:]), at_ms) for row in called))

    def exercise_early(self, option: Contract, quantity: int, at_ms: int) -> Settled:
        """Exercises contracts of an option: the short ones by account; with none short the long ones."""
        left = abs(quantity)
        if not isinstance(option, Option):
            return Settled(at_ms)
        holders = self.book.holders(option)
        shorts = [(account, quantity) for account, quantity in holders if quantity < 0]
        settlements = []
        for account, quantity in shorts or holders:
            part = max(quantity, -left) if quantity < 0 else min(quantity, left)
            if part:
                left -= abs(part)
                settlements.append(self._settle(account, option, part, exercised(option, part), at_ms))
        return Settled(at_ms, tuple(settlements))

    def exercise(self, account: str, option: Option, quantity: int, at_ms: int) -> Settled:
        """An account exercises contracts that it holds. Raises ValueError where it does not hold as many."""
        if not 0 < quantity <= dict(self.book.holders(option)).get(account, 0):
            raise ValueError(f"{account} does not hold {quantity} of {option}")
        return Settled(at_ms, (self._settle(account, option, quantity, exercised(option, quantity), at_ms),))

    def pay_dividends(self, at_ms: int) -> Settled:
        """Pays the dividends that fall due at the instant; who is short of the shares pays them."""
        due = [ex for ex in self._ex_dates if ex.at_ms == at_ms]
        holders = [(ex, *holder) for ex in due for holder in self.book.holders(Stock(ex.symbol))]
        return Settled(at_ms, bookings=tuple(self._pay(ex, account, shares) for ex, account, shares in holders))

    def transfer(self, at_ms: int) -> Settled:
        """Moves what the owner puts in at the instant."""
        due = [t for t in self._transfers if t.at_ms == at_ms]
        return Settled(at_ms, bookings=tuple(self._move(transfer) for transfer in due))

    def pay_out(self, account: str, amount: Decimal, reason: str, at_ms: int) -> Settled:
        """Moves money to the owner."""
        return Settled(at_ms, bookings=(self._move(Transfer(at_ms, account, -amount, reason)),))

    def split(self, at_ms: int) -> Settled:
        """Splits what is held in the symbols whose split takes effect at the instant."""
        due = [s for due_ms, s in self._splits if due_ms == at_ms]
        rows = tuple(Split(self._next_id("P"), s.symbol, s.ratio, s.day) for s in due)
        for row in rows:
            self.book.split(row.symbol, row.ratio)
            self._settled.append(at_ms, row)
        return Settled(at_ms, splits=rows)

    def _is_called(self, option: Option, ex: _ExDate, at_ms: int) -> bool:
        """Whether its owners exercise a call for the dividend; not without prices to judge by."""
        if option.is_put or self.expires_ms(option) <= at_ms:
            return False
        spot, quote = self._market.underlying(option.symbol, at_ms), self._market.option(option, at_ms)
        if spot is None or quote is None:
            return False
        extrinsic = quote.mid - option.intrinsic(spot.mid)
        return self._owners.exercise_before(ex.day, option, spot.mid, extrinsic, ex.amount)

    def _pay(self, ex: _ExDate, account: str, shares: int) -> CashBooking:
        booking = CashBooking(self._next_id("D"), account, "dividend", ex.amount * shares, ex.symbol, day_of(ex.at_ms))
        return self._booked(ex.at_ms, booking)

    def _move(self, transfer: Transfer) -> CashBooking:
        day = day_of(transfer.at_ms)
        booking = CashBooking(self._next_id("T"), transfer.account, transfer.reason, transfer.amount, day=day)
        return self._booked(transfer.at_ms, booking)

    def _booked(self, at_ms: int, booking: CashBooking) -> CashBooking:
        self.book.cash += booking.amount
        self._settled.append(at_ms, booking)
        return booking

    def _settle(self, account: str, option: Option, quantity: int, outcome: Outcome, at_ms: int) -> Settlement:
        settlement = Settlement(self._next_id("S"), outcome.kind, account, option, abs(quantity), outcome.price)
        self.book.move(account, option, -quantity)
        self.book.move(account, Stock(option.symbol), outcome.shares)
        self.book.cash += outcome.cash
        self._settled.append(at_ms, settlement)
        return settlement

    def _next_id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count:06}"


def _ex_dates(dividends: Mapping[str, Sequence[Dividend]], calendar: Calendar) -> tuple[_ExDate, ...]:
    """An ex-date without a session falls due at the next open; those before or past the calendar never."""
    first, last = calendar.sessions[0].day, calendar.sessions[-1].day
    return tuple(
        _ex_date(symbol, dividend, calendar)
        for symbol, rows in dividends.items()
        for dividend in rows
        if first < dividend.ex <= last
    )


def _ex_date(symbol: str, dividend: Dividend, calendar: Calendar) -> _ExDate:
    session = calendar.from_day(dividend.ex)
    return _ExDate(session.day, calendar.before(session.day).close_ms, session.open_ms, symbol, dividend.amount)
