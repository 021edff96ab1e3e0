"""Whatever trades come, the ledger and the engine's books say the same."""

from datetime import date, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Contract, Option, Right, Side, Stock
from allusetui.domain.event import AccountProvisioned, LotClosed, OrderFilled
from allusetui.domain.input import CashBooking, Settled, Settlement
from allusetui.domain.lot import take
from allusetui.domain.moment import DAY_MS, to_ms
from allusetui.domain.money import ZERO, to_cent
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.engine.desk import Desk, lots_closed
from allusetui.engine.settlements import on_settled
from allusetui.law.load import load
from allusetui.ledger.postings import balances, postings

AT_MS = to_ms(datetime(2026, 3, 2, 10, 30))
PUT = Option("AAPL", date(2026, 3, 6), Decimal("195"), Right.PUT)
CALL = Option("AAPL", date(2026, 3, 6), Decimal("197.5"), Right.CALL)
LONG = Option("AAPL", date(2026, 3, 6), Decimal("190"), Right.CALL)
AAPL = Stock("AAPL")
LAW = load()
prices = st.integers(1, 2_000).map(lambda cents: Decimal(cents) / 100)
commissions = st.integers(0, 500).map(lambda cents: Decimal(cents) / 100)
fine_commissions = st.integers(0, 50_000).map(lambda n: Decimal(n) / 10_000)
counts = st.integers(1, 12)


class Book:
    """One account under the engine's own booking, and the journal that it leaves."""

    def __init__(self) -> None:
        self.desk = Desk(LAW, Calendar(()), State(), Volatile(), AT_MS)
        self.desk.emit(
            AccountProvisioned(
                account="GEN", equity=Decimal(10**6), base=Decimal(10**6), type="gen", group="A1", trading=True,
                cash=Decimal(10**6), high_water=Decimal(10**6), opened=date(2026, 3, 2), realized_quarter=ZERO,
                holdings=(), options=(),
            )
        )  # fmt: skip
        self.account = self.desk.state.accounts["GEN"]
        self.count = 0

    def _next(self) -> str:
        self.count += 1
        self.desk.now_ms += DAY_MS
        return str(self.count)

    def trade(self, contract: Contract, signed: int, price: Decimal, commission: Decimal) -> None:
        held = self.account.quantity(contract)
        taken = take(self.account.lots[contract], -signed)[0] if held and (held > 0) != (signed > 0) else []
        rows = lots_closed(self.account, contract, taken, price, commission, ("10.3",))
        fill = OrderFilled(
            account="GEN", client_order_id="AU-1-GEN-1-1.v1", contract=contract,
            side=Side.BUY if signed > 0 else Side.SELL, quantity=abs(signed), price=price, commission=commission,
            exec_id=self._next(), intent="1",
        )  # fmt: skip
        for event in (fill, *rows):
            self.desk.emit(event)

    def settle(self, kind: str, option: Option, quantity: int, price: Decimal) -> None:
        on_settled(
            self.desk, Settled(self.desk.now_ms, (Settlement(self._next(), kind, "GEN", option, quantity, price),))
        )

    def pay(self, amount: Decimal) -> None:
        """A dividend."""
        booking = CashBooking(self._next(), "GEN", "dividend", amount, "AAPL")
        on_settled(self.desk, Settled(self.desk.now_ms, bookings=(booking,)))

    def check(self, exact: bool) -> None:
        records = [(seq, AT_MS, event) for seq, event in enumerate(self.desk.events, 1)]
        rows = list(postings(records))
        sums: dict[int, Decimal] = {}
        for row in rows:
            sums[row.seq] = sums.get(row.seq, ZERO) + row.amount
        assert set(sums.values()) == {ZERO}
        found = balances(rows)
        assert found["GEN", "cash"] == to_cent(self.account.cash)
        if exact:
            # The engine rounds each lot of shares, the ledger their sum.
            shares = sum(isinstance(e, LotClosed) and isinstance(e.contract, Stock) for e in self.desk.events)
            apart = abs(found.get(("GEN", "realized"), ZERO) + self.account.realized_year)
            assert apart <= Decimal("0.005") * shares
        for ledger, contracts in (("short_options", (PUT, CALL, LONG)), ("stock", (AAPL,))):
            if not any(self.account.quantity(contract) for contract in contracts):
                assert found.get(("GEN", ledger), ZERO) == 0
        if not self.account.lots:
            assert found.get(("GEN", "fees"), ZERO) == 0


def do(book: Book, data: st.DataObject, fees: st.SearchStrategy[Decimal]) -> None:
    """One thing that may happen to the account as it stands."""
    puts, calls = -book.account.quantity(PUT), -book.account.quantity(CALL)
    shares, longs = book.account.quantity(AAPL), book.account.quantity(LONG)
    choices = ["sell put", "buy shares", "buy long"]
    choices += ["exercised"] if longs else []
    choices += ["dividend"] if shares else []
    choices += ["buy put", "assigned", "expired", "cash settled"] if puts else []
    choices += ["buy call", "called away"] if calls else []
    choices += ["sell call"] if shares // 100 > calls else []
    choices += ["sell shares"] if shares > 100 * calls else []
    what = data.draw(st.sampled_from(choices))
    some = {"put": puts, "call": calls, "expired": puts, "assigned": puts, "settled": puts, "away": calls}
    if what == "sell put":
        book.trade(PUT, -data.draw(counts), data.draw(prices), data.draw(fees))
    elif what == "sell call":
        book.trade(CALL, -data.draw(st.integers(1, shares // 100 - calls)), data.draw(prices), data.draw(fees))
    elif what == "buy long":
        book.trade(LONG, data.draw(counts), data.draw(prices), data.draw(fees))
    elif what == "exercised":
        book.settle("exercised", LONG, data.draw(st.integers(1, longs)), LONG.strike)
    elif what == "dividend":
        book.pay(data.draw(prices))
    elif what == "buy shares":
        book.trade(AAPL, data.draw(st.integers(1, 300)), data.draw(prices), data.draw(fees))
    elif what == "sell shares":
        book.trade(AAPL, -data.draw(st.integers(1, shares - 100 * calls)), data.draw(prices), data.draw(fees))
    else:
        quantity = data.draw(st.integers(1, some[what.split()[-1]]))
        if what in ("buy put", "buy call"):
            book.trade(PUT if what == "buy put" else CALL, quantity, data.draw(prices), data.draw(fees))
        elif what == "assigned":
            book.settle("assigned", PUT, quantity, PUT.strike)
        elif what == "called away":
            book.settle("called_away", CALL, quantity, CALL.strike)
        elif what == "expired":
            book.settle("expired", PUT, quantity, ZERO)
        else:
            book.settle("cash_settled", PUT, quantity, data.draw(prices))


@settings(max_examples=120)
@given(data=st.data(), steps=st.integers(1, 25))
def test_10_1_every_event_balances_and_cash_and_profit_are_the_engine_s(data: st.DataObject, steps: int) -> None:
    book = Book()
    for _ in range(steps):
        do(book, data, commissions)
    book.check(exact=True)


@settings(max_examples=60)
@given(data=st.data(), steps=st.integers(1, 25))
def test_10_1_cash_is_the_engine_s_where_commissions_have_fractions_of_a_cent(data: st.DataObject, steps: int) -> None:
    book = Book()
    for _ in range(steps):
        do(book, data, fine_commissions)
    book.check(exact=False)
