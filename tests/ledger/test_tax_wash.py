"""Wash-sale flags: which losses stand against which purchases. Prices are chosen so that a share loses 10 dollars."""

from decimal import Decimal

import pytest

from allusetui.domain.contract import Stock
from allusetui.domain.event import PositionAdjusted
from allusetui.engine.desk import lots_closed
from tests.ledger.dealing import D, Dealing, call, put

pytestmark = pytest.mark.clause("10.3", "0.3")

AAPL = Stock("AAPL")
LEAP = call("AAPL", "2021-06-18", "300")
APRIL = put("AAPL", "2020-04-17", "205")


def bought_in_january(*accounts: str) -> Dealing:
    """100 AAPL at 200, long before anything else."""
    return Dealing(*accounts).on("2020-01-02").shares("AAPL", 100, "200")


def flags(book: Dealing) -> list[tuple[Decimal, Decimal]]:
    return [(row.wash_quantity, row.wash_usd) for row in book.taxes.rows]


def test_10_3_a_loss_and_the_same_share_bought_30_days_later_in_another_account_are_flagged() -> None:
    book = bought_in_january("GEN", "COM").on("2020-05-01").shares("AAPL", -100, "190")
    (row,) = book.on("2020-05-31").shares("AAPL", 100, "195", account="COM").taxes.rows
    assert (row.gain, row.wash_quantity, row.wash_usd) == (D(-1000), D(100), D(1000))
    assert [(r.account, r.shares, r.day.isoformat()) for r in row.replaced_by] == [("COM", 100, "2020-05-31")]


def test_10_3_on_the_31st_day_nothing_is_flagged() -> None:
    book = bought_in_january().on("2020-05-01").shares("AAPL", -100, "190").on("2020-06-01").shares("AAPL", 100, "195")
    assert flags(book) == [(D(0), D(0))]
    book = bought_in_january("GEN", "COM").on("2020-05-01").shares("AAPL", 50, "195", account="COM")
    assert flags(book.on("2020-06-01").shares("AAPL", -100, "190")) == [(D(0), D(0))]


def test_10_3_goog_sold_at_a_loss_and_googl_assigned_in_another_account_are_one_name() -> None:
    # 100 GOOG lose 10 each in REV; two GOOGL puts of COM are assigned 10 days later: 200 shares for 100.
    googl = put("GOOGL", "2020-05-15", "1300")
    book = Dealing("REV", "COM").on("2020-01-02").shares("GOOG", 100, "1400", account="REV")
    book.on("2020-05-05").shares("GOOG", -100, "1390", account="REV")
    book.on("2020-05-11").trade(googl, -2, "20", account="COM")
    (row,) = book.on("2020-05-15", "16:00").settle("assigned", googl, 2, account="COM").taxes.rows
    assert (row.wash_quantity, row.wash_usd) == (D(100), D(1000))
    assert [(r.account, r.contract, r.shares) for r in row.replaced_by] == [("COM", Stock("GOOGL"), 100)]


def test_10_3_part_of_a_loss_is_flagged_for_what_was_bought() -> None:
    # 40 of 100 are bought again: 40 % of the loss of 1,000.
    book = bought_in_january().on("2020-05-01").shares("AAPL", -100, "190").on("2020-05-10").shares("AAPL", 40, "195")
    assert flags(book) == [(D(40), D(400))]


def test_10_3_a_share_replaces_once_and_the_earliest_loss_first() -> None:
    # Losses of 100 on 1 and on 4 May; 150 bought on 10 May: the first whole, of the second 50.
    book = Dealing("GEN", "COM").on("2020-01-02").shares("AAPL", 100, "200").shares("AAPL", 100, "210", account="COM")
    book.on("2020-05-01").shares("AAPL", -100, "190").on("2020-05-04").shares("AAPL", -100, "190", account="COM")
    book.on("2020-05-10").shares("AAPL", 150, "195")
    assert flags(book) == [(D(100), D(1000)), (D(50), D(1000))]


def test_10_3_a_loss_that_is_replaced_whole_names_no_further_purchase() -> None:
    book = bought_in_january().on("2020-05-01").shares("AAPL", -100, "190")
    (row,) = book.on("2020-05-10").shares("AAPL", 100, "195").on("2020-05-11").shares("AAPL", 100, "195").taxes.rows
    assert [(r.shares, r.day.isoformat()) for r in row.replaced_by] == [(100, "2020-05-10")]


def test_10_3_shares_bought_before_replace_only_while_they_are_held() -> None:
    # 100 of January, 100 of 20 April. 100 sold on 1 May: the others replace them. Both sold: nothing is left to.
    for sold, expected in ((100, [(D(100), D(1000))]), (200, [(D(0), D(0)), (D(0), D(0))])):
        book = bought_in_january().on("2020-04-20").shares("AAPL", 100, "205").on("2020-05-01")
        assert flags(book.shares("AAPL", -sold, "190")) == expected


def test_10_3_the_rest_of_the_very_purchase_is_no_replacement() -> None:
    # 200 bought at once on 20 April, 100 of them sold on 1 May: holdings reduced, nothing bought again.
    book = Dealing().on("2020-04-20").shares("AAPL", 200, "200").on("2020-05-01").shares("AAPL", -100, "190")
    assert flags(book) == [(D(0), D(0))]


def test_10_3_what_one_order_or_one_assignment_brought_in_parts_is_one_purchase() -> None:
    # 200 by one order in two fills; 200 by one assignment of puts that were sold at two prices. 100 are sold at a loss.
    order = Dealing().on("2020-04-20").trade(AAPL, 100, "200", intent="7").trade(AAPL, 100, "201", intent="7")
    puts = Dealing().on("2020-04-15").trade(APRIL, -1, "2").trade(APRIL, -1, "3").on("2020-04-17")
    for book in (order, puts.settle("assigned", APRIL, 2)):
        assert flags(book.on("2020-05-01").shares("AAPL", -100, "190")) == [(D(0), D(0))]


def test_10_3_shares_of_another_assignment_replace_and_a_put_bought_before_does_not() -> None:
    # 100 assigned at 205 − 2 on 17 April and on the 24th: 13 lost a share of the first, which the second replaces.
    later = put("AAPL", "2020-04-24", "205")
    book = Dealing().on("2020-04-15").trade(APRIL, -1, "2").trade(later, -1, "2").on("2020-04-17")
    book.settle("assigned", APRIL, 1).on("2020-04-24").settle("assigned", later, 1)
    assert flags(book.on("2020-05-01").shares("AAPL", -100, "190")) == [(D(100), D(1300))]
    book = bought_in_january().on("2020-04-20").trade(put("AAPL", "2020-12-18", "170"), 1, "4")
    assert flags(book.on("2020-05-01").shares("AAPL", -100, "190")) == [(D(0), D(0))]


def test_10_3_calls_bought_count_as_the_shares_they_are_on_and_a_put_does_not() -> None:
    # 300 lose 10 each; two calls are 200 shares.
    book = Dealing().on("2020-01-02").shares("AAPL", 300, "200").on("2020-05-01").shares("AAPL", -300, "190")
    book.on("2020-05-04").trade(put("AAPL", "2020-05-08", "185"), -5, "1")
    book.trade(put("AAPL", "2020-12-18", "170"), 5, "4").on("2020-05-05").trade(LEAP, 2, "20")
    assert book.taxes.rows[0].wash_quantity == 200
    assert book.taxes.rows[0].wash_usd == 2000


def test_10_3_a_call_sold_at_a_loss_and_rolled_within_30_days_is_flagged() -> None:
    # One call at 20, sold at 12: −800; another is bought the day after.
    book = Dealing().on("2020-01-02").trade(LEAP, 1, "20").on("2020-05-01").trade(LEAP, -1, "12")
    book.on("2020-05-02").trade(call("AAPL", "2021-09-17", "320"), 1, "15")
    assert flags(book) == [(D(1), D(800))]


def test_10_3_index_options_puts_short_options_and_gains_have_no_flag() -> None:
    spx, own = put("SPX", "2020-12-18", "2800"), put("AAPL", "2020-12-18", "170")
    short, written = put("AAPL", "2020-05-08", "185"), call("AAPL", "2020-05-08", "195")
    vix = call("VIX", "2020-12-16", "30")
    book = Dealing().on("2020-04-01").trade(spx, 1, "90").trade(own, 1, "6").shares("AAPL", 100, "180")
    book.on("2020-05-01").trade(spx, -1, "50").trade(own, -1, "4").trade(short, -1, "2").trade(written, -1, "2")
    book.shares("AAPL", -100, "190").on("2020-05-04").trade(spx, 1, "40").trade(short, 1, "5").trade(written, 1, "3")
    book.shares("AAPL", 100, "190").trade(vix, 1, "3").trade(vix, -1, "2.5").trade(vix, 1, "2.4")
    assert {row.wash_quantity for row in book.taxes.rows} == {D(0)}
    assert sorted(row.gain for row in book.taxes.rows) == [D(-4000), D(-300), D(-200), D(-100), D(-50), D(1000)]


def test_10_3_a_loss_of_december_is_flagged_in_its_year_by_a_purchase_of_january() -> None:
    book = bought_in_january().on("2020-12-21").shares("AAPL", -100, "190").on("2021-01-04").shares("AAPL", 100, "195")
    assert (book.taxes.year(2020).short.wash_usd, book.taxes.year(2021).short.wash_usd) == (D(1000), D(0))
    assert book.taxes.year(2020).gain == D(-1000)  # flagged, not taken out


def split(account: str, shares: int, stock: Stock = AAPL) -> PositionAdjusted:
    return PositionAdjusted(
        account=account, reason="split", contract=stock, from_=shares, to=4 * shares, into=stock, settlement=account
    )


def test_10_3_a_split_between_loss_and_purchase_is_reckoned_with() -> None:
    # 100 old shares lost 1,000 before the 4:1 split of 31 August; 100 new ones are a quarter of them.
    book = Dealing("GEN", "COM").on("2020-01-02").shares("AAPL", 100, "500").shares("AAPL", 10, "500", account="COM")
    book.on("2020-08-28").shares("AAPL", -100, "490").on("2020-08-31", "09:30").tell(split("COM", 10))
    assert flags(book.on("2020-09-01").shares("AAPL", 100, "130")) == [(D(25), D(250))]


def test_10_3_a_split_that_two_accounts_tell_of_scales_a_loss_once() -> None:
    # As before, but GEN has kept 10 of its own.
    book = Dealing("GEN", "COM").on("2020-01-02").shares("AAPL", 110, "500").shares("AAPL", 10, "500", account="COM")
    book.on("2020-08-28").shares("AAPL", -100, "490").on("2020-08-31", "09:30").tell(split("GEN", 10))
    book.tell(split("COM", 10)).on("2020-09-01").shares("AAPL", 100, "130")
    assert flags(book) == [(D(25), D(250))]


def test_10_3_a_split_of_another_name_scales_nothing() -> None:
    msft = Stock("MSFT")
    book = bought_in_january().shares("MSFT", 10, "180").on("2020-08-28").shares("AAPL", -100, "190")
    book.on("2020-08-31", "09:30").tell(split("GEN", 10, msft))
    assert flags(book.on("2020-09-01").shares("AAPL", 40, "195")) == [(D(40), D(400))]


def test_10_3_a_sale_that_the_broker_corrects_is_not_bought_again() -> None:
    # 100 sold at 190, told anew at 190.10: one sale at a loss of 990, and nothing was bought in between.
    book = bought_in_january().on("2020-05-01").shares("AAPL", -100, "190")
    book.on("2020-05-01", "10:40").correct(book.last, "190.1")
    assert flags(book) == [(D(0), D(0))]
    assert book.taxes.year(2020).gain == D(-990)


def test_10_3_what_was_accepted_as_gone_was_no_sale() -> None:
    book = bought_in_january().on("2020-05-01")
    account = book.desk.state.accounts["GEN"]
    rows = lots_closed(account, AAPL, account.lots[AAPL], D(0), D(0), ("9.5",))
    book.tell(
        PositionAdjusted(account="GEN", reason="accepted", contract=AAPL, from_=100, to=0, into=AAPL, settlement="a")
    ).tell(rows[0]).on("2020-05-04").shares("AAPL", 100, "190")
    (row,) = book.taxes.rows
    assert (row.gain, row.wash_quantity) == (D(-20000), D(0))
