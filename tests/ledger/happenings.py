"""Anything that may happen to an account, each in its day."""

from collections.abc import Callable
from decimal import Decimal

from hypothesis import strategies as st

from allusetui.domain.contract import Contract, Stock
from tests.ledger.dealing import Dealing, call, put

PUT, CALL, LONG = (
    put("AAPL", "2026-03-06", "195"),
    call("AAPL", "2026-03-06", "197.5"),
    call("AAPL", "2026-03-06", "190"),
)
AAPL = Stock("AAPL")
prices = st.integers(1, 2_000).map(lambda cents: Decimal(cents) / 100)
commissions = st.integers(0, 500).map(lambda cents: Decimal(cents) / 100)
fine_commissions = st.integers(0, 50_000).map(lambda n: Decimal(n) / 10_000)


def happened(data: st.DataObject, steps: int, fees: st.SearchStrategy[Decimal], start: str = "2026-03-02") -> Dealing:
    """The account after so many things, each on a day of its own."""
    book = Dealing(start=start)
    for _ in range(steps):
        _happens(book.next_day(), data, fees)
    return book


def _happens(book: Dealing, data: st.DataObject, fees: st.SearchStrategy[Decimal]) -> None:
    """One thing that may happen to the account as it stands."""
    account = book.desk.state.accounts["GEN"]
    puts, calls = -account.quantity(PUT), -account.quantity(CALL)
    shares, longs = account.quantity(AAPL), account.quantity(LONG)

    def some(most: int) -> int:
        return data.draw(st.integers(1, most))

    def trade(contract: Contract, signed: int) -> None:
        book.trade(contract, signed, str(data.draw(prices)), str(data.draw(fees)))

    may: dict[str, Callable[[], object]] = {
        "sell put": lambda: trade(PUT, -some(12)),
        "buy shares": lambda: trade(AAPL, some(300)),
        "buy long": lambda: trade(LONG, some(12)),
    }
    if longs:
        may["exercised"] = lambda: book.settle("exercised", LONG, some(longs))
    if shares:
        may["dividend"] = lambda: book.pay("dividend", str(data.draw(prices)), "AAPL")
    if puts:
        may["buy put"] = lambda: trade(PUT, some(puts))
        may["assigned"] = lambda: book.settle("assigned", PUT, some(puts))
        may["expired"] = lambda: book.settle("expired", PUT, some(puts), "0")
        may["cash settled"] = lambda: book.settle("cash_settled", PUT, some(puts), str(data.draw(prices)))
    if calls:
        may["buy call"] = lambda: trade(CALL, some(calls))
        may["called away"] = lambda: book.settle("called_away", CALL, some(calls))
    if shares // 100 > calls:
        may["sell call"] = lambda: trade(CALL, -some(shares // 100 - calls))
    if shares > 100 * calls:
        may["sell shares"] = lambda: trade(AAPL, -some(shares - 100 * calls))
    may[data.draw(st.sampled_from(list(may)))]()
