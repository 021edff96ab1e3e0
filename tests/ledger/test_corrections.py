"""A fill that the broker corrects (`….02` for `….01`): lots, gains, cash and ledgers are those of its last version."""

from collections import defaultdict
from decimal import Decimal

import pytest

from allusetui.domain.account import Latch
from allusetui.domain.advice import LadderLog
from allusetui.domain.contract import Contract, Stock
from allusetui.domain.event import LotClosed
from allusetui.domain.order import Pocket
from allusetui.engine.apply import fold
from allusetui.ledger.chains import stories
from allusetui.ledger.entries import Ledger
from allusetui.ledger.ours import ours
from allusetui.ledger.postings import balances, postings
from tests.ledger.dealing import D, Dealing, call, put

pytestmark = pytest.mark.clause("0.6", "10.3")

AAPL = Stock("AAPL")
PUT = put("AAPL", "2020-03-13", "180")
DAY = "2020-03-03"


def two_lots() -> Dealing:
    """100 at 150, long before; 100 bought today at 200, a dollar each for the broker."""
    return Dealing().shares("AAPL", 100, "150", "1").on(DAY).shares("AAPL", 100, "200", "1")


def lots(book: Dealing, contract: Contract = AAPL) -> list[tuple[int, Decimal, str]]:
    held = book.desk.state.accounts["GEN"].lots.get(contract, [])
    return [(lot.quantity, lot.price, lot.opened.isoformat()) for lot in held]


def gains(book: Dealing) -> Decimal:
    return sum((event.realized for event in book.desk.events if isinstance(event, LotClosed)), D(0))


def held_to(book: Dealing, gain: str) -> None:
    """The engine's realized, the tax ledger's and the double entry's are one figure; the books balance and fold."""
    account = book.desk.state.accounts["GEN"]
    assert (gains(book), account.realized_year, book.taxes.year(2020).gain) == (D(gain),) * 3
    assert fold(book.records).accounts == book.desk.state.accounts
    rows = list(postings(book.records))
    sums: dict[int, Decimal] = defaultdict(lambda: D(0))
    for row in rows:
        sums[row.seq] += row.amount
    assert set(sums.values()) == {D(0)}
    found = balances(rows)
    assert found.get(("GEN", Ledger.REALIZED.value), D(0)) == -D(gain)
    assert found["GEN", Ledger.CASH.value] == account.cash
    stock = sum((lot.price * lot.quantity + lot.fees_usd for lot in account.lots.get(AAPL, [])), D(0))
    assert found.get(("GEN", Ledger.STOCK.value), D(0)) == stock
    options = [lot for contract, lots in account.lots.items() if contract != AAPL for lot in lots]
    fees = sum((lot.fees_usd for lot in options), D(0))
    assert found.get(("GEN", Ledger.FEES.value), D(0)) == fees
    cost = sum((lot.price * lot.quantity * 100 for lot in options), D(0))
    homes = (Ledger.SHORT_OPTIONS, Ledger.LEAPS_GROWTH, Ledger.LEAPS_HEDGE)
    assert sum((found.get(("GEN", home.value), D(0)) for home in homes), D(0)) == cost


def test_0_6_a_purchase_that_is_corrected_leaves_the_older_lot_alone_and_realizes_nothing() -> None:
    book = two_lots()
    book.correct(book.last, "201", fees="1.5")
    assert lots(book) == [(100, D(150), "2020-01-02"), (100, D(201), DAY)]
    assert [event for event in book.desk.events if isinstance(event, LotClosed)] == []
    held_to(book, "0")


def test_0_6_it_stays_in_its_place_among_later_lots_and_of_its_own_day() -> None:
    book = two_lots()
    first = book.last
    book.shares("AAPL", 50, "210").on("2020-03-04").correct(first, "201")
    assert lots(book) == [(100, D(150), "2020-01-02"), (100, D(201), DAY), (50, D(210), DAY)]
    # The next sale of 150 takes the oldest whole, and half of the one that was corrected.
    book.shares("AAPL", -150, "220")
    held_to(book, str(100 * 70 + 50 * 19 - D("1.5")))


def test_0_6_a_purchase_of_fewer_and_of_more() -> None:
    book = two_lots()
    book.correct(book.last, "200", quantity=60)
    assert lots(book) == [(100, D(150), "2020-01-02"), (60, D(200), DAY)]
    book.correct(book.last, "200", quantity=130)
    assert lots(book) == [(100, D(150), "2020-01-02"), (130, D(200), DAY)]
    held_to(book, "0")


def test_0_6_a_sale_that_is_corrected_closes_the_same_lot_again_and_its_gain_is_stated_anew() -> None:
    book = two_lots().shares("AAPL", -100, "190", "1")
    assert gains(book) == 3998
    book.correct(book.last, "190.10")
    assert lots(book) == [(100, D(200), DAY)]
    held_to(book, "4008.00")
    (row,) = book.taxes.rows
    assert (row.proceeds, row.basis, row.gain) == (D(19010), D(15000), D(4008))


def test_0_6_a_sale_of_fewer_gives_the_rest_of_its_lot_back_and_one_of_more_takes_the_next_lot() -> None:
    book = two_lots().shares("AAPL", -100, "190", "1")
    book.correct(book.last, "190", quantity=60, fees="0.60")
    assert lots(book) == [(40, D(150), "2020-01-02"), (100, D(200), DAY)]
    held_to(book, str(60 * 40 - D("1.20")))
    book.correct(book.last, "190", quantity=120, fees="1.20")
    assert lots(book) == [(80, D(200), DAY)]
    held_to(book, str(100 * 40 - 20 * 10 - D("2.40")))


def test_10_3_a_sale_of_december_that_is_corrected_in_january_is_of_its_own_year() -> None:
    book = two_lots().on("2020-12-31").shares("AAPL", -100, "190").on("2021-01-04")
    book.correct(book.last, "189")
    taxes = book.taxes
    assert (taxes.year(2020).gain, taxes.year(2021).gain) == (D(3899), D(0))
    assert [row.disposed.isoformat() for row in taxes.rows] == ["2020-12-31"]


def test_0_6_what_has_been_sold_since_has_the_price_of_the_correction_and_a_later_lot_its_own() -> None:
    book = Dealing().on(DAY).shares("AAPL", 100, "200", "1")
    first = book.last
    book.shares("AAPL", 100, "230").shares("AAPL", -60, "210", "0.60").correct(first, "201", fees="1.10")
    assert lots(book) == [(40, D(201), DAY), (100, D(230), DAY)]
    held_to(book, str(60 * 9 - D("0.66") - D("0.60")))
    book.shares("AAPL", -40, "210")
    held_to(book, str(100 * 9 - D("1.10") - D("0.60")))


def test_0_6_fewer_bought_than_have_been_sold_since_takes_the_rest_out_of_the_later_lot() -> None:
    book = Dealing().on(DAY).shares("AAPL", 100, "200", "1")
    first = book.last
    book.shares("AAPL", 100, "230").shares("AAPL", -100, "210").correct(first, "201", quantity=70, fees="0.70")
    assert lots(book) == [(70, D(230), DAY)]
    held_to(book, str(100 * 210 - 70 * 201 - 30 * 230 - D("0.70")))


def test_0_6_a_put_that_is_corrected_keeps_what_is_known_of_it_and_its_credit_is_the_new_one() -> None:
    book = Dealing().on(DAY).trade(PUT, -4, "1.00", "2.60").trade(PUT, -4, "1.50", "2.60")
    position = book.desk.state.accounts["GEN"].positions[PUT]
    position.level, position.roll_prepared = 2, True
    book.correct(book.last, "1.40")
    assert book.desk.state.accounts["GEN"].positions[PUT] is position and position.level == 2
    assert position.first_credit == D("1.20")
    assert lots(book, PUT) == [(-4, D("1.00"), DAY), (-4, D("1.40"), DAY)]
    position.level, position.roll_prepared = 0, False  # no event of this journal set them
    held_to(book, "0")


def test_0_6_a_put_bought_back_that_is_corrected_has_its_gain_anew_and_the_cash_is_the_sleeves() -> None:
    book = Dealing().on(DAY).trade(PUT, -4, "1.00", "2.60").trade(PUT, 4, "0.40", "2.60")
    book.correct(book.last, "0.45")
    account = book.desk.state.accounts["GEN"]
    assert PUT not in account.lots and account.leap_cash == 0
    held_to(book, str(400 * D("0.55") - D("5.20")))


def test_0_6_a_put_that_is_corrected_after_it_was_bought_back_is_paid_out_of_the_pocket_of_its_trade() -> None:
    book = Dealing().on(DAY).trade(PUT, -4, "1.00", "2.60")
    first = book.last
    book.trade(PUT, 4, "0.40", "2.60").correct(first, "1.05")
    account = book.desk.state.accounts["GEN"]
    assert account.leap_cash == 0 and account.ladder == LadderLog()
    assert {e.pocket for e in book.desk.events if e.kind == "order.filled"} == {Pocket.CASH}
    held_to(book, str(400 * D("0.65") - D("5.20")))


def test_0_6_a_leap_that_was_sold_and_is_corrected_has_realized_what_it_brought_in_the_end() -> None:
    leap = call("AAPL", "2021-06-18", "300")
    book = Dealing().on(DAY).trade(leap, 2, "20", "1.30").on("2020-04-01").trade(leap, -2, "25", "1.30")
    book.correct(book.last, "24")
    assert lots(book, leap) == []
    assert book.taxes.year(2020).gain == gains(book) == D(800) - D("2.60")


def test_10_3_the_story_of_assigned_shares_tells_the_sale_once_and_as_it_was_in_the_end() -> None:
    book = Dealing().on(DAY).trade(PUT, -1, "2", "0.65").on("2020-03-13", "16:00").settle("assigned", PUT, 1)
    book.on("2020-03-16").shares("AAPL", -100, "190", "1")
    book.correct(book.last, "191")
    (story,) = stories(book.records)
    assert [step.what for step in story.steps] == ["put sold", "assigned", "sold"]
    assert (story.left, story.gain) == (0, D(200) + D(1100) - D("1.65"))


def test_10_3_the_statement_s_trade_is_the_last_version() -> None:
    book = two_lots().shares("AAPL", -100, "190")
    book.correct(book.last, "190.10")
    mine = ours(book.records, book.taxes.rows[0].disposed, book.taxes.rows[0].disposed)
    assert [(fill.quantity, fill.price) for fill in mine.fills] == [(100, D(200)), (-100, D("190.10"))]
    assert mine.held == {AAPL: 100}


def test_0_6_a_correction_that_names_another_contract_is_not_booked_and_latches_the_account() -> None:
    book = two_lots()
    before = lots(book)
    book.correct(book.last, "201", contract=Stock("MSFT"))
    assert lots(book) == before and Latch.MISMATCH in book.desk.state.accounts["GEN"].latches
