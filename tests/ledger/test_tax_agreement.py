"""Whatever happens, the tax ledger's rows sum to the lots that were closed, and to the books, year by year."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.domain.contract import Stock
from allusetui.domain.event import AccountMarked, LotClosed
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.ledger.postings import postings
from allusetui.ledger.tax.year import KINDS, tax_ledger
from tests.ledger.dealing import RULES, Dealing, put
from tests.ledger.happenings import commissions, fine_commissions, happened, prices
from tests.replaying import SHARED, replay_file

pytestmark = pytest.mark.clause("10.3")

WHEEL = Path(__file__).parents[1] / "scenarios" / "wheel-three-weeks.toml"
RUNS = [WHEEL, *sorted((SHARED / "scenarios").glob("*.toml"))]


@settings(max_examples=120)
@given(data=st.data(), steps=st.integers(1, 25), fine=st.booleans())
def test_10_3_rows_sum_to_the_lots_and_to_the_ledger_of_each_year(data: st.DataObject, steps: int, fine: bool) -> None:
    records = happened(data, steps, fine_commissions if fine else commissions, start="2025-12-24").records
    taxes = tax_ledger(records, RULES)
    assert all(row.gain == row.proceeds - row.basis - row.fees == row.realized for row in taxes.rows)
    closed = [(at, event) for _, at, event in records if isinstance(event, LotClosed)]
    ledger = [row for row in postings(records) if row.ledger == "realized"]
    for year in (2025, 2026):
        told = [event for at, event in closed if day_of(at).year == year]
        rows = taxes.rows_of(year)
        assert sum((row.gain for row in rows), ZERO) == sum((event.realized for event in told), ZERO)
        # The engine rounds each lot to the cent, the ledger the balance of all, at any event.
        booked = sum((row.amount for row in ledger if day_of(row.at_ms).year == year), ZERO)
        slack = len(records) if fine else sum(isinstance(event.contract, Stock) for event in told)
        assert abs(booked + taxes.year(year).realized) <= Decimal("0.01") * slack
    assert tax_ledger([row for row in records if row[2].kind in KINDS], RULES) == taxes


@settings(max_examples=80)
@given(
    trades=st.lists(st.tuples(st.integers(-4, 4).filter(bool), prices, fine_commissions), min_size=1, max_size=12),
    marks=st.lists(prices, min_size=3, max_size=3),
)
def test_10_3_over_all_years_an_index_option_is_taxed_for_what_it_realized(
    trades: list[tuple[int, Decimal, Decimal]], marks: list[Decimal]
) -> None:
    hedge = put("SPX", "2023-06-16", "3000")
    book = Dealing(start="2020-06-01")
    for number, (signed, price, fees) in enumerate(trades):
        book.on(f"{2020 + number // 4}-{3 * (number % 4) + 1:02}-15").trade(hedge, signed, str(price), str(fees))
        if number % 4 == 3:
            book.on(f"{2020 + number // 4}-12-31").mark(hedge, str(marks[number // 4]))
    held = book.desk.state.accounts["GEN"].quantity(hedge)
    if held:
        book.on("2023-02-01").trade(hedge, -held, "7.7", "1.1111")
    rows = book.taxes.rows
    assert sum((row.gain for row in rows), ZERO) == sum((row.realized for row in rows), ZERO)
    assert all(row.gain == row.proceeds - row.basis - row.fees for row in rows)


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_10_3_a_run_s_tax_ledger_says_what_the_engine_its_marks_and_the_books_say(path: Path) -> None:
    replayed = replay_file(path)
    records = list(replayed.journal.read())
    taxes, year = tax_ledger(records, RULES), day_of(records[-1][1]).year
    booked: dict[str, Decimal] = defaultdict(Decimal)
    for row in postings(records):
        if row.ledger == "realized":
            booked[row.account] -= row.amount
    closings = sum(isinstance(event, LotClosed) for _, _, event in records)
    for name, account in replayed.run.runtime.engine.state.accounts.items():
        told = taxes.year(year, name).realized
        assert told == account.realized_year
        assert abs(told - booked[name]) <= Decimal("0.01") * closings
    marks = {event.account: event.realized for _, _, event in records if isinstance(event, AccountMarked)}
    assert all(taxes.year(year, name).realized == realized for name, realized in marks.items())
