"""At a year's last close the journal tells what index options are worth, which nothing else in it does."""

from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.calendar import Session
from allusetui.domain.event import IndexMark, YearMarked
from allusetui.engine.closing import mark_year
from allusetui.ledger.tax.rows import TaxRules, Term
from allusetui.ledger.tax.year import tax_ledger
from allusetui.ledger.traces import Went
from tests.ledger.dealing import Dealing, put
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, option, situation

pytestmark = pytest.mark.clause("10.3")

SPX = "spot = 5000.0\niv = 0.18"
SPAN = "2026-12-30T15:00:00", "2027-01-04T16:30:00"
HELD = option("COM", "SPX", "2027-06-18", 4250, "P", 2, 80, "2026-12-28")


def turn_of_the_year(*more: str) -> Replayed:
    return replay_text(situation(*SPAN, {"AAPL": AAPL, "SPX": SPX}, HELD, *more, accounts=("COM",)))


def test_10_3_index_options_are_marked_once_at_the_year_s_last_close() -> None:
    r = turn_of_the_year()
    (marked,) = r.of("year.marked")
    assert (marked["ts"][:19], marked["account"], marked["clauses"]) == ("2026-12-31T16:00:00", "COM", ["10.3"])
    (mark,) = marked["data"]["marks"]
    assert (marked["data"]["year"], mark["quantity"], mark["contract"]["strike"]) == ("2026", 2, Decimal(4250))
    # The same price as in the account's mark of that close: 2 × 100 of it.
    totals = [x for x in r.of("account.marked", account="COM") if x["ts"] == marked["ts"]]
    assert totals[0]["data"]["leaps_hedge"] == 200 * mark["price"]
    taxes = tax_ledger(r.journal.read(), TaxRules(Decimal("0.6")))
    (row,) = taxes.rows
    assert (row.went, row.term, row.gain) == (Went.YEAR_END, Term.INDEX, 200 * (mark["price"] - 80))
    assert taxes.year(2026).unrealized is not None


def test_10_3_without_any_quote_the_mark_stays_open() -> None:
    hedge = put("SPX", "2021-06-18", "3000")
    book = Dealing().on("2020-09-01").trade(hedge, 2, "100").on("2020-12-31", "16:00")
    mark_year(book.desk, Session(date(2020, 12, 31), 0, book.desk.now_ms))
    told = book.desk.events[-1]
    assert isinstance(told, YearMarked)
    assert told.marks == (IndexMark(hedge, 2, None),)


def test_10_3_no_year_s_end_no_mark_and_without_index_options_none_either() -> None:
    text = situation("2026-12-29T15:00:00", "2026-12-30T16:30:00", {"AAPL": AAPL, "SPX": SPX}, HELD, accounts=("COM",))
    assert replay_text(text).of("year.marked") == []
    assert replay_text(situation(*SPAN, {"AAPL": AAPL, "SPX": SPX}, accounts=("COM",))).of("year.marked") == []
