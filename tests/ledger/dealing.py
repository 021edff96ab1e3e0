"""A journal made by hand, day by day, in which the engine's own booking closes the lots."""

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Contract, Option, Right, Side, Stock
from allusetui.domain.input import CashBooking, Settled, Settlement
from allusetui.domain.lot import take
from allusetui.domain.moment import DAY_MS, day_of, to_ms
from allusetui.domain.money import ZERO
from allusetui.domain.order import Purpose, RollChain
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.engine.desk import Desk, lots_closed
from allusetui.engine.reports import on_executed
from allusetui.engine.settlements import on_settled
from allusetui.law.load import load
from allusetui.ledger.tax.rows import TaxRules
from allusetui.ledger.tax.year import TaxLedger, tax_ledger

D = Decimal
RULES = TaxRules(D("0.6"), (("GOOG", "GOOGL"),))


def put(symbol: str, expiry: str, strike: str) -> Option:
    return Option(symbol, date.fromisoformat(expiry), D(strike), Right.PUT)


def call(symbol: str, expiry: str, strike: str) -> Option:
    return Option(symbol, date.fromisoformat(expiry), D(strike), Right.CALL)


class Dealing:
    """Accounts with ten million each, and what is told of them."""

    def __init__(self, *accounts: str, start: str = "2020-01-02") -> None:
        self.desk = Desk(load(), Calendar(()), State(), Volatile(), to_ms(datetime.fromisoformat(f"{start}T09:00:00")))
        self.count = 0
        self.times: list[int] = []
        for name in accounts or ("GEN",):
            self._emit(
                ev.AccountProvisioned(
                    account=name, equity=D(10**7), base=D(10**7), type="gen", group="A1", trading=True, cash=D(10**7),
                    high_water=D(10**7), opened=date.fromisoformat(start), realized_quarter=ZERO, holdings=(),
                    options=(),
                )
            )  # fmt: skip

    def on(self, day: str, clock: str = "10:30") -> "Dealing":
        """From here on it is that day."""
        self.desk.now_ms = to_ms(datetime.combine(date.fromisoformat(day), time.fromisoformat(clock)))
        self.desk.today = date.fromisoformat(day)
        return self

    def next_day(self) -> "Dealing":
        """The same time of the day after."""
        self.desk.now_ms += DAY_MS
        self.desk.today = day_of(self.desk.now_ms)
        return self

    def _emit(self, event: ev.Event) -> None:
        self.desk.emit(event)
        self._stamp()

    def _stamp(self) -> None:
        self.times += [self.desk.now_ms] * (len(self.desk.events) - len(self.times))

    def _next(self) -> str:
        """`x.1.01`, `x.2.01` … as a broker's executions are named, which it may correct."""
        self.count += 1
        return f"x.{self.count}.01"

    @property
    def last(self) -> str:
        """The execution id of the last fill."""
        return next(e.exec_id for e in reversed(self.desk.events) if isinstance(e, ev.OrderFilled))

    def correct(
        self, exec_id: str, price: str, quantity: int | None = None, fees: str | None = None,
        contract: Contract | None = None,
    ) -> "Dealing":  # fmt: skip
        """The broker tells the fill anew, under its next version; the engine books that."""
        root, version = exec_id.rsplit(".", 1)
        was = self.desk.state.fills[root].execution
        self.desk.state.session, self.desk.state.intent_count = "1", 1
        anew = replace(
            was, exec_id=f"{root}.{int(version) + 1:02}", price=D(price), day=None,
            quantity=was.quantity if quantity is None else quantity,
            commission=was.commission if fees is None else D(fees), contract=contract or was.contract,
        )  # fmt: skip
        on_executed(self.desk, (anew,))
        self._stamp()
        return self

    def trade(
        self, contract: Contract, signed: int, price: str, fees: str = "0", account: str = "GEN", intent: str = ""
    ) -> "Dealing":
        """A fill; what is held the other way round is closed."""
        held = self.desk.state.accounts[account]
        have = held.quantity(contract)
        closes = max(min(signed, -have), 0) if have < 0 else min(max(signed, -have), 0)
        taken = take(held.lots[contract], -closes)[0] if closes else []
        rows = lots_closed(held, contract, taken, D(price), D(fees), ("10.3",))
        fill = ev.OrderFilled(
            account=account, client_order_id=f"AU-1-{account}-1-1.v1", contract=contract,
            side=Side.BUY if signed > 0 else Side.SELL, quantity=abs(signed), price=D(price), commission=D(fees),
            exec_id=self._next(), intent=intent or self._next(),
        )  # fmt: skip
        for event in (fill, *rows):
            self._emit(event)
        return self

    def roll(
        self, old: Option, new: Option, quantity: int, paid: str, got: str, fees: str, account: str = "GEN"
    ) -> "Dealing":
        """Bought back and sold anew by one intent, fees for each leg."""
        self.count += 1
        intent = str(self.count)
        self._emit(
            ev.OrderIntended(
                account=account, clauses=("6.3",), intent=intent, purpose=Purpose.ROLL, contract=old, candidate=new,
                side=Side.BUY, quantity=quantity, chain=RollChain(ZERO, ZERO),
            )
        )  # fmt: skip
        return self.trade(old, quantity, paid, fees, account, intent).trade(new, -quantity, got, fees, account, intent)

    def settle(
        self, kind: str, option: Option, quantity: int, price: str | None = None, account: str = "GEN"
    ) -> "Dealing":
        """Assigned, called_away, exercised, expired or cash_settled."""
        at = option.strike if price is None else D(price)
        row = Settlement(self._next(), kind, account, option, quantity, at)
        on_settled(self.desk, Settled(self.desk.now_ms, (row,)))
        self._stamp()
        return self

    def pay(self, reason: str, amount: str, symbol: str | None = None, account: str = "GEN") -> "Dealing":
        booking = CashBooking(self._next(), account, reason, D(amount), symbol)
        on_settled(self.desk, Settled(self.desk.now_ms, bookings=(booking,)))
        self._stamp()
        return self

    def mark(self, option: Option, price: str | None, account: str = "GEN") -> "Dealing":
        """The year's last close."""
        quantity = self.desk.state.accounts[account].quantity(option)
        year = str(day_of(self.desk.now_ms).year)
        mark = ev.IndexMark(option, quantity, None if price is None else D(price))
        self._emit(ev.YearMarked(account=account, clauses=("10.3",), year=year, marks=(mark,)))
        return self

    def tell(self, event: ev.Event) -> "Dealing":
        self._emit(event)
        return self

    def shares(self, symbol: str, signed: int, price: str, fees: str = "0", account: str = "GEN") -> "Dealing":
        return self.trade(Stock(symbol), signed, price, fees, account)

    @property
    def records(self) -> list[tuple[int, int, ev.Event]]:
        return [(n, at, event) for n, (at, event) in enumerate(zip(self.times, self.desk.events, strict=True), 1)]

    @property
    def taxes(self) -> TaxLedger:
        return tax_ledger(self.records, RULES)
