"""9.5 on a broker that books fees, interest and dividends silently: cash that differs is shown and never spent."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.domain.account import Latch
from allusetui.domain.input import PositionsSeen
from tests.replaying import Replayed
from tests.rules.answers import told_by
from tests.rules.situations import AAPL, but, fault, operator, option, situation, tape

DAY, FRIDAY = "2026-03-05", "2026-03-06"
CRASH = fault(f"{DAY}T11:25:00", "crash", span="1m")
EARLY = fault(f"{DAY}T09:42:00", "crash", span="1m")
PUT = option("GEN", "AAPL", FRIDAY, 199.5, "P", -5, 1.1, DAY)
QUIET = but(AAPL, atr=4.0)
FALL = tape(f"{DAY}T11:29:00", AAPL=187.0)
Book = Callable[[PositionsSeen], PositionsSeen]


def silent(less_usd: str) -> Book:
    """A broker's book with so many dollars less than ours, of which nothing is told."""
    return lambda seen: replace(seen, cash=seen.cash - Decimal(less_usd), tells_bookings=False)


def held(book: Book, *more: str) -> Replayed:
    return told_by(situation(f"{DAY}T11:20:00", f"{DAY}T11:50:00", {"AAPL": QUIET}, PUT, CRASH, *more), book=book)


def entry(book: Book, *more: str) -> Replayed:
    return told_by(situation(f"{DAY}T09:40:00", f"{DAY}T09:50:00", {"AAPL": AAPL}, EARLY, *more), book=book)


def sold(replayed: Replayed) -> int:
    return sum(row["data"]["quantity"] for row in replayed.of("order.filled", side="SELL"))


@pytest.mark.clause("9.5", "6.4")
@pytest.mark.parametrize("less_usd", ["4.50", "-12.34"])
def test_9_5_a_fee_or_interest_that_nobody_told_is_shown_once_and_no_stop_is_disarmed(less_usd: str) -> None:
    replayed = held(silent(less_usd), FALL)
    (shown,) = replayed.of("reconcile.mismatch")
    assert (shown["account"], shown["data"]["what"], shown["data"]["contract"]) == (None, "cash", None)
    assert shown["data"]["ours"] - shown["data"]["broker"] == pytest.approx(float(less_usd))
    assert replayed.of("latch.set", latch="mismatch") == []
    assert replayed.of("order.sent", purpose="stop")
    assert replayed.of("cash.booked") == []


@pytest.mark.clause("9.5", "0.2")
def test_9_5_what_the_broker_has_less_secures_no_new_put_and_what_it_has_more_is_not_used() -> None:
    usual = sold(entry(silent("0")))
    assert 0 < sold(entry(silent("320000"))) < usual
    assert sold(entry(silent("-320000"))) == usual
    starved = entry(silent("2000000"))
    assert sold(starved) == 0
    assert {row["data"]["reason"] for row in starved.of("entry.skipped", symbol="AAPL", account="GEN")} == {"sizing"}


@pytest.mark.clause("9.5")
def test_9_5_a_reset_books_the_difference_into_the_account_that_it_names_and_the_rest_goes_on() -> None:
    replayed = held(silent("4.50"), operator(f"{DAY}T11:30:00", "reset", "GEN"))
    (booked,) = replayed.of("cash.booked")
    assert (booked["ts"][11:19], booked["account"], booked["data"]["reason"]) == ("11:30:00", "GEN", "accepted")
    assert booked["data"]["amount"] == -4.5
    assert replayed.run.runtime.engine.volatile.cash_missing == 0
    assert [row["data"]["reason"] for row in replayed.of("state.changed", account="GEN")] == [
        "startup", "startup", "resume"
    ]


@pytest.mark.clause("9.5", "9.1")
def test_9_5_cash_that_differs_together_with_a_position_latches_as_ever() -> None:
    def sold_elsewhere(seen: PositionsSeen) -> PositionsSeen:
        fewer = {contract: quantity + 1 for contract, quantity in seen.positions.items()}
        return replace(silent("117")(seen), positions=fewer)

    replayed = held(sold_elsewhere, FALL)
    assert {row["data"]["what"] for row in replayed.of("reconcile.mismatch")} == {"missing_position", "cash"}
    assert all(Latch.MISMATCH in each.latches for each in replayed.run.runtime.engine.state.accounts.values())
    assert replayed.of("order.sent") == []


@pytest.mark.clause("9.5")
def test_9_5_a_reset_for_cash_accepts_no_position_that_differs_since() -> None:
    asked = 0

    def later_less(seen: PositionsSeen) -> PositionsSeen:
        nonlocal asked
        asked += 1
        fewer = {c: q + 1 for c, q in seen.positions.items()} if asked > 1 else seen.positions
        return replace(silent("4.50")(seen), positions=fewer)

    replayed = held(later_less, operator(f"{DAY}T11:30:00", "reset", "GEN"))
    assert replayed.of("position.adjusted") == replayed.of("cash.booked") == []
    assert replayed.run.runtime.engine.state.accounts["GEN"].latches == {Latch.MISMATCH}
