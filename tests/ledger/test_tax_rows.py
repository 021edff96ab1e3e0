"""Closed lots as a tax return asks for them. Each case is worked out by hand in its comment."""

from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.contract import Stock
from allusetui.domain.event import AccountMarked, IndexMark, PositionAdjusted, ReinvestDone, TaxReleased, YearMarked
from allusetui.ledger.lots import LedgerError
from allusetui.ledger.tax.rows import Term, long_from
from allusetui.ledger.tax.year import tax_ledger
from allusetui.ledger.traces import Went
from tests.ledger.dealing import RULES, D, Dealing, call, put

pytestmark = pytest.mark.clause("10.3")

PUT = put("AAPL", "2020-03-06", "195")
CALL = call("AAPL", "2020-03-20", "200")
HEDGE = put("SPX", "2021-06-18", "3000")
LEAP = call("NVDA", "2021-06-18", "300")


def test_10_3_a_put_bought_back_is_short_term_whenever_it_was_sold() -> None:
    # 5 sold at 1.50 = 750, bought back at 0.60 = 300, 3.25 each way: 750 − 300 − 6.50 = 443.50.
    book = Dealing().on("2020-03-04").trade(PUT, -5, "1.5", "3.25").on("2020-03-05").trade(PUT, 5, "0.6", "3.25")
    (row,) = book.taxes.rows
    assert (row.proceeds, row.basis, row.fees, row.gain) == (D(750), D(300), D("6.50"), D("443.50"))
    assert (row.is_short, row.term, row.went) == (True, Term.SHORT, Went.TRADED)
    assert (row.acquired, row.disposed) == (date(2020, 3, 4), date(2020, 3, 5))
    old = call("AAPL", "2021-12-17", "400")
    book = Dealing().trade(old, -1, "9").on("2021-12-01").trade(old, 1, "2")
    assert book.taxes.rows[0].term is Term.SHORT


def test_10_3_a_partial_assignment_takes_its_share_of_premium_and_fees_into_the_shares() -> None:
    # 5 puts at 1.50 less 3.25. 2 are assigned: 200 shares at 195 − 1.50 = 193.50, fees 2/5 of 3.25 = 1.30.
    # Sold at 190 less 1.00: 38,000 − 38,700 − 2.30 = −702.30. The other 3 expire: 450 − 1.95 = 448.05.
    book = Dealing().on("2020-03-04").trade(PUT, -5, "1.5", "3.25")
    book.on("2020-03-06", "16:00").settle("assigned", PUT, 2).settle("expired", PUT, 3, "0")
    book.on("2020-03-09").shares("AAPL", -200, "190", "1")
    expired, sold = book.taxes.rows
    assert (expired.quantity, expired.gain, expired.went) == (3, D("448.05"), Went.EXPIRED)
    assert (sold.quantity, sold.basis, sold.proceeds, sold.fees) == (200, D(38700), D(38000), D("2.30"))
    assert (sold.gain, sold.acquired) == (D("-702.30"), date(2020, 3, 6))
    assert book.taxes.year(2020).gain == D("-254.25")


def test_10_3_shares_are_of_the_expiry_s_day_however_late_the_broker_shows_them() -> None:
    last, later = put("AAPL", "2021-12-31", "195"), call("AAPL", "2022-12-30", "200")
    book = Dealing().on("2021-12-29").trade(last, -1, "2").on("2022-01-03", "03:30").settle("assigned", last, 1)
    book.on("2022-12-01").trade(later, -1, "1").on("2023-01-02", "03:30").settle("called_away", later, 1)
    (row,) = book.taxes.rows
    assert (row.acquired, row.disposed) == (date(2021, 12, 31), date(2022, 12, 30))
    assert (row.went, row.term) == (Went.CALLED_AWAY, Term.SHORT)
    assert book.taxes.year(2022).gain == row.gain


def test_10_3_an_early_assignment_is_of_the_day_on_which_it_is_seen() -> None:
    book = Dealing().on("2020-03-02").trade(PUT, -1, "1").on("2020-03-04", "03:30").settle("assigned", PUT, 1)
    (row,) = book.shares("AAPL", -100, "190").taxes.rows
    assert row.acquired == date(2020, 3, 4)


def test_10_3_shares_called_away_over_two_lots_share_strike_and_premium() -> None:
    # 100 assigned at 195 − 1 = 194, 100 bought at 198. 2 calls at 0.80 = 160 less 1.30, called at 200.
    # Proceeds a share 200 + (160 − 1.30)/200 = 200.7935. Lot 1: 20,079.35 − 19,400 = 679.35; lot 2: 279.35.
    book = Dealing().on("2020-03-04").trade(PUT, -1, "1").on("2020-03-06").settle("assigned", PUT, 1)
    book.on("2020-03-09").shares("AAPL", 100, "198").trade(CALL, -2, "0.8", "1.3")
    first, second = book.on("2020-03-20", "16:00").settle("called_away", CALL, 2).taxes.rows
    assert (first.gain, first.basis, first.acquired) == (D("679.35"), D(19400), date(2020, 3, 6))
    assert (second.gain, second.basis, second.acquired) == (D("279.35"), D(19800), date(2020, 3, 9))
    assert {first.went, second.went} == {Went.CALLED_AWAY}


def test_10_3_a_leap_is_long_term_only_after_more_than_a_year() -> None:
    # Bought 2020-03-02: a year of holding ends on 2021-03-02, so a sale on that day is short-term.
    for day, term in (("2021-03-02", Term.SHORT), ("2021-03-03", Term.LONG)):
        book = Dealing().on("2020-03-02").trade(LEAP, 1, "20", "0.65").on(day).trade(LEAP, -1, "50", "0.65")
        (row,) = book.taxes.rows
        assert (row.term, row.gain) == (term, D("2998.70"))


@pytest.mark.parametrize(
    ("acquired", "first_long"),
    [
        ("2020-03-02", "2021-03-03"),
        ("2019-02-28", "2020-03-01"),  # a year from 1 March: through 29 February of the leap year
        ("2020-02-28", "2021-03-01"),
        ("2020-02-29", "2021-03-01"),
        ("2020-12-31", "2022-01-01"),
    ],
)
def test_10_3_the_holding_period_begins_the_day_after_and_knows_leap_days(acquired: str, first_long: str) -> None:
    assert long_from(date.fromisoformat(acquired)) == date.fromisoformat(first_long)


def test_10_3_shares_by_assignment_are_held_from_the_assignment_on() -> None:
    # The put was sold in 2019, the shares came on 2020-01-03: a sale on 2021-01-03 is still short-term.
    old = put("AAPL", "2020-01-03", "195")
    book = Dealing(start="2019-12-02").trade(old, -1, "2").on("2020-01-03").settle("assigned", old, 1)
    assert book.on("2021-01-03").shares("AAPL", -100, "210").taxes.rows[0].term is Term.SHORT
    assert book.taxes.rows[0].acquired == date(2020, 1, 3)


def test_10_3_an_index_option_open_at_the_year_s_end_is_taxed_at_its_mark_and_begins_the_next_year_there() -> None:
    # 2 SPX puts at 100 less 1.30; marked 140 at the end of 2020: 28,000 − 20,000 − 1.30 = 7,998.70, of which 60 % long.
    # Sold at 90 less 1.30 in 2021: 18,000 − 28,000 − 1.30 = −10,001.30. Together −2,002.60, as the journal says.
    book = Dealing().on("2020-09-01").trade(HEDGE, 2, "100", "1.3").on("2020-12-31", "16:00").mark(HEDGE, "140")
    taxes = book.on("2021-02-01").trade(HEDGE, -2, "90", "1.3").taxes
    marked, sold = taxes.rows
    assert (marked.term, marked.went, marked.disposed) == (Term.INDEX, Went.YEAR_END, date(2020, 12, 31))
    assert (marked.proceeds, marked.basis, marked.fees, marked.gain) == (D(28000), D(20000), D("1.30"), D("7998.70"))
    assert (sold.proceeds, sold.basis, sold.fees, sold.gain) == (D(18000), D(28000), D("1.30"), D("-10001.30"))
    assert (taxes.year(2020).long_gain, taxes.year(2020).short_gain) == (D("4799.22"), D("3199.48"))
    assert (taxes.year(2020).realized, taxes.year(2021).realized) == (D(0), D("-2002.60"))
    assert taxes.year(2020).gain + taxes.year(2021).gain == D("-2002.60")


def test_10_3_a_part_sold_after_the_year_s_end_has_its_part_of_what_was_taxed() -> None:
    # 3 at 10 less 0.10 in all, marked 11: 300 − 0.10 = 299.90. Sold one by one at 12 without fees: 300 more in all.
    book = Dealing().on("2020-09-01").trade(HEDGE, 3, "10", "0.1").on("2020-12-31").mark(HEDGE, "11").on("2021-02-01")
    for _ in range(3):
        book.trade(HEDGE, -1, "12")
    taxes = book.taxes
    assert (taxes.year(2020).gain, taxes.year(2021).gain) == (D("299.90"), D(300))
    assert sum((row.gain for row in taxes.rows), D(0)) == sum((row.realized for row in taxes.rows), D(0)) == D("599.90")


def test_10_3_two_year_s_ends_are_taxed_one_after_the_other() -> None:
    far = put("SPX", "2022-06-17", "3000")
    book = Dealing().on("2020-09-01").trade(far, 1, "100").on("2020-12-31").mark(far, "130").on("2021-12-31")
    book.mark(far, "90").on("2022-06-17", "16:00").settle("cash_settled", far, 1, "0")
    assert [book.taxes.year(year).gain for year in (2020, 2021, 2022)] == [D(3000), D(-4000), D(-9000)]


def test_10_3_a_mark_that_nobody_told_is_said_and_taxes_nothing() -> None:
    book = Dealing().on("2020-09-01").trade(HEDGE, 2, "100").on("2020-12-31").mark(HEDGE, None)
    taxes = book.taxes
    assert taxes.rows == ()
    assert [(row.contract, row.quantity, row.account) for row in taxes.unmarked] == [(HEDGE, 2, "GEN")]


def test_10_3_a_year_s_end_that_nobody_marked_is_said() -> None:
    book = Dealing().on("2020-09-01").trade(HEDGE, 2, "100").on("2021-01-04").shares("AAPL", 1, "130")
    (missing,) = book.taxes.unmarked
    assert (missing.contract, missing.quantity, missing.day) == (HEDGE, 2, date(2020, 12, 31))
    assert book.taxes.rows == ()


def test_10_3_an_expiry_booked_after_the_year_s_end_is_of_its_own_year() -> None:
    last = put("AAPL", "2021-12-31", "100")
    book = Dealing().on("2021-12-29").trade(last, -1, "2").on("2022-01-03").settle("expired", last, 1, "0")
    assert book.taxes.rows[0].disposed == date(2021, 12, 31)


def test_10_3_an_exercised_call_s_cost_is_part_of_the_shares_and_they_are_held_from_that_day() -> None:
    # 1 call at 20 less 0.65, exercised at 300: 100 shares at 320. Sold at 350: 3,000 − 0.65.
    book = Dealing().on("2020-03-02").trade(LEAP, 1, "20", "0.65").on("2021-06-18").settle("exercised", LEAP, 1)
    (row,) = book.on("2021-06-21").shares("NVDA", -100, "350").taxes.rows
    assert (row.basis, row.gain, row.term, row.acquired) == (D(32000), D("2999.35"), Term.SHORT, date(2021, 6, 18))


def test_10_3_an_exercised_put_s_cost_comes_off_what_its_shares_bring() -> None:
    # 100 shares at 190 less 1; a put at 5 less 0.65 sells them at 200: 20,000 − 500 − 19,000 − 1.65.
    own = put("NVDA", "2020-06-19", "200")
    book = Dealing().on("2020-03-02").shares("NVDA", 100, "190", "1").trade(own, 1, "5", "0.65")
    (row,) = book.on("2020-06-19").settle("exercised", own, 1).taxes.rows
    assert (row.contract, row.went, row.disposed) == (Stock("NVDA"), Went.EXERCISED, date(2020, 6, 19))
    assert (row.gain, row.gain) == (D("498.35"), row.realized)


def test_10_3_a_mark_of_more_than_is_held_is_refused_by_its_record() -> None:
    book = Dealing().on("2020-09-01").trade(HEDGE, 2, "100").on("2020-12-31")
    book.tell(YearMarked(account="GEN", clauses=("10.3",), year="2020", marks=(IndexMark(HEDGE, 3, D(140)),)))
    with pytest.raises(LedgerError, match="3 are marked, 2 held"):
        _ = book.taxes


def test_10_3_a_split_keeps_cost_and_day() -> None:
    aapl = Stock("AAPL")
    split = PositionAdjusted(account="GEN", reason="split", contract=aapl, from_=100, to=400, into=aapl, settlement="s")
    book = Dealing().on("2020-03-02").shares("AAPL", 100, "400").on("2020-08-31").tell(split)
    (row,) = book.on("2020-09-01").shares("AAPL", -400, "110").taxes.rows
    assert (row.quantity, row.basis, row.gain, row.acquired) == (400, D(40000), D(4000), date(2020, 3, 2))


def test_10_3_dividends_interest_and_the_tax_reserve_stand_apart_from_sales() -> None:
    zero = Decimal(0)
    book = Dealing("COM").on("2020-04-01").tell(
        ReinvestDone(
            account="COM", quarter="2020-Q1", gain=D(10000), tax_reserve=D(3000), contracts=D(5250), leaps=D(1750),
            to_buy=D(5250),
        )
    )  # fmt: skip
    book.on("2020-05-01").pay("dividend", "26", "AAPL", "COM").pay("interest", "3.11", None, "COM")
    book.pay("fee", "-10", None, "COM").pay("deposit", "1000", None, "COM").on("2020-12-31").tell(
        AccountMarked(
            account="COM", equity=zero, cash=zero, stock=zero, short_options=zero, leaps_growth=zero, leaps_hedge=zero,
            tax_reserve=zero, leap_cash=zero, high_water=zero, realized=zero, unrealized=D("-12.50"), fees=zero,
        )
    )  # fmt: skip
    book.on("2021-01-04").tell(
        TaxReleased(account="COM", year="2020", gain=D(9000), amount=D(300), tax_reserve=D(2700))
    ).on("2021-04-15").pay("tax", "-900", None, "COM")
    old, new = book.taxes.year(2020), book.taxes.year(2021)
    assert old.income == (("dividend", D(26)), ("interest", D("3.11")), ("fee", D(-10)))
    assert (old.gain, old.realized, old.unrealized) == (D(0), D("19.11"), D("-12.50"))
    assert (old.reserve.set_aside, old.reserve.balance) == (D(3000), D(3000))
    assert (new.reserve.opening, new.reserve.released, new.reserve.paid) == (D(3000), D(-300), D(-900))
    assert (new.reserve.balance, new.unrealized) == (D(1800), None)


def test_10_3_a_journal_that_begins_in_the_middle_is_refused_by_its_record() -> None:
    book = Dealing().on("2020-03-04").trade(PUT, -5, "1.5").on("2020-03-05").trade(PUT, 5, "0.6")
    with pytest.raises(LedgerError, match=r"record 4: lot\.closed can't follow"):
        tax_ledger([row for row in book.records if row[0] != 2], RULES)
