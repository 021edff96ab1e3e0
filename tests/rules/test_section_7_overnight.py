"""7.2, 6.8, 9.5: what no broker tells is read off its book: assignments, exercises, expiries; never by guessing."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from allusetui.domain.account import Latch
from allusetui.domain.contract import Contract, Stock
from allusetui.domain.input import PositionsSeen, Settled
from allusetui.domain.moment import to_ms
from tests.replaying import Replayed, replay_text
from tests.rules.answers import told_by
from tests.rules.comebacks import DAY, EVENING, FRIDAY, QUIET
from tests.rules.situations import holding, option, situation

SATURDAY_MS = to_ms(datetime(2026, 3, 7, 3, 30))
AAPL_SHARES = Stock("AAPL")


def put(account: str = "GEN", strike: float = 199.5, quantity: int = -5, expiry: str = "2026-03-13") -> str:
    return option(account, "AAPL", expiry, strike, "P", quantity, 1.1, DAY)


def named(positions: dict[Contract, int], strike: str) -> Contract:
    return next(c for c in positions if getattr(c, "strike", None) == Decimal(strike))


def seen_as(text: str, change: Any) -> Replayed:
    """A replay in which the broker settles nothing by word; `change` gives its book of each answer."""

    def silent(seen: PositionsSeen) -> PositionsSeen:
        positions = dict(seen.positions)
        cash = seen.cash + change(positions)
        kept = {contract: quantity for contract, quantity in positions.items() if quantity}
        return replace(seen, positions=kept, cash=cash, settled=Settled(seen.at_ms))

    return told_by(text, book=silent)


def gen(replayed: Replayed) -> Any:
    return replayed.run.runtime.engine.state.accounts["GEN"]


def shown(replayed: Replayed, kind: str) -> list[tuple[str, int, float]]:
    return [(r["account"], r["data"]["quantity"], r["data"]["price"]) for r in replayed.of(kind)]


@pytest.mark.clause("7.2", "9.5")
@pytest.mark.peer(33, 36)
def test_7_2_a_put_that_is_gone_and_its_shares_that_have_come_were_assigned() -> None:
    def assigned(positions: dict[Contract, int]) -> Decimal:
        positions[named(positions, "199.5")] += 2
        positions[AAPL_SHARES] = 200
        return Decimal("-39900")

    replayed = seen_as(situation(*EVENING, {"AAPL": QUIET}, put()), assigned)
    assert shown(replayed, "assignment.received") == [("GEN", 2, 199.5)]
    assert replayed.of("reconcile.mismatch") == [] and gen(replayed).shares("AAPL") == 200
    assert [r["data"]["mismatches"] for r in replayed.of("audit.done", account="GEN")] == [0]


@pytest.mark.clause("6.8", "9.5")
def test_6_8_a_call_that_is_gone_with_its_shares_was_called_away() -> None:
    def called(positions: dict[Contract, int]) -> Decimal:
        del positions[named(positions, "205")]
        del positions[AAPL_SHARES]
        return Decimal("61500")

    text = situation(
        *EVENING, {"AAPL": QUIET}, holding("GEN", "AAPL", 300, 190.0, assigned=True),
        option("GEN", "AAPL", "2026-03-13", 205.0, "C", -3, 1.0, DAY),
    )  # fmt: skip
    replayed = seen_as(text, called)
    assert shown(replayed, "called_away.received") == [("GEN", 3, 205.0)]
    assert replayed.of("reconcile.mismatch") == []


@pytest.mark.clause("9.5")
@pytest.mark.peer(34)
def test_9_5_an_option_that_is_gone_without_its_shares_before_its_last_close_is_a_missing_position() -> None:
    def vanished(positions: dict[Contract, int]) -> Decimal:
        positions[named(positions, "199.5")] += 2
        return Decimal(0)

    replayed = seen_as(situation(*EVENING, {"AAPL": QUIET}, put()), vanished)
    assert {r["data"]["what"] for r in replayed.of("reconcile.mismatch")} == {"missing_position"}
    assert gen(replayed).latches == {Latch.MISMATCH}


@pytest.mark.clause("9.5")
def test_9_5_shares_that_come_in_another_number_than_an_option_delivers_explain_nothing() -> None:
    def odd(positions: dict[Contract, int]) -> Decimal:
        positions[named(positions, "199.5")] += 2
        positions[AAPL_SHARES] = 100
        return Decimal("-19950")

    replayed = seen_as(situation(*EVENING, {"AAPL": QUIET}, put()), odd)
    assert replayed.of("assignment.received") == [] and gen(replayed).latches == {Latch.MISMATCH}


@pytest.mark.clause("9.5")
def test_9_5_what_two_accounts_hold_and_is_gone_in_part_is_nobodys_in_particular() -> None:
    def partly(positions: dict[Contract, int]) -> Decimal:
        positions[named(positions, "199.5")] += 2
        positions[AAPL_SHARES] = 200
        return Decimal("-39900")

    text = situation(*EVENING, {"AAPL": QUIET}, put(), put("REV"), accounts=("GEN", "REV"))
    replayed = seen_as(text, partly)
    assert replayed.of("assignment.received") == []
    assert {r["account"] for r in replayed.of("reconcile.mismatch")} == {"GEN", "REV", "COM", None}


@pytest.mark.clause("9.5", "7.2")
def test_9_5_what_two_accounts_hold_and_is_gone_whole_was_assigned_to_both() -> None:
    def wholly(positions: dict[Contract, int]) -> Decimal:
        del positions[named(positions, "199.5")]
        positions[AAPL_SHARES] = 800
        return Decimal("-159600")

    text = situation(*EVENING, {"AAPL": QUIET}, put(), put("REV", quantity=-3), accounts=("GEN", "REV"))
    replayed = seen_as(text, wholly)
    assert shown(replayed, "assignment.received") == [("GEN", 5, 199.5), ("REV", 3, 199.5)]
    assert replayed.of("reconcile.mismatch") == []


@pytest.mark.clause("9.5")
def test_9_5_cash_that_does_not_follow_from_what_was_delivered_is_shown() -> None:
    def dearer(positions: dict[Contract, int]) -> Decimal:
        positions[named(positions, "199.5")] += 2
        positions[AAPL_SHARES] = 200
        return Decimal("-39900.01")

    replayed = seen_as(situation(*EVENING, {"AAPL": QUIET}, put()), dearer)
    assert shown(replayed, "assignment.received") == [("GEN", 2, 199.5)]
    assert {r["data"]["what"] for r in replayed.of("reconcile.mismatch")} == {"cash"}


# After the last close: the engine of Thursday evening is handed the book of the Saturday after.

TWO_PUTS = (put(strike=199.5, quantity=-2, expiry=FRIDAY), put(strike=198.5, quantity=-2, expiry=FRIDAY))
INDEX_CALL = option("GEN", "SPX", FRIDAY, 5000.0, "C", 2, 1.0, DAY)
SPX = "spot = 5000.0\niv = 0.2"


def on_saturday(text: str, shares: int, cash: str) -> list[tuple[str, int]]:
    """What is told of a book without options, with so many shares and so many dollars more than before."""
    run = replay_text(text).run
    engine = run.runtime.engine
    before = run.exchange.positions(run.end_ms)
    held: dict[Contract, int] = {AAPL_SHARES: shares} if shares else {}
    book = PositionsSeen(SATURDAY_MS, held, before.cash + Decimal(cash), Settled(SATURDAY_MS), complete=True)
    events = engine.handle(book).events
    kinds = ("assignment.received", "expired.received", "reconcile.mismatch")
    return [(e.kind, getattr(e, "quantity", 0)) for e in events if e.kind in kinds]


@pytest.mark.clause("9.5", "10.3")
@pytest.mark.peer(34)
def test_9_5_after_the_last_close_what_is_gone_without_shares_has_expired() -> None:
    text = situation(*EVENING, {"AAPL": QUIET}, *TWO_PUTS)
    assert on_saturday(text, 0, "0") == [("expired.received", 2)] * 2


@pytest.mark.clause("9.5", "7.2")
def test_9_5_after_the_last_close_the_shares_tell_what_was_assigned() -> None:
    text = situation(*EVENING, {"AAPL": QUIET}, *TWO_PUTS)
    assert on_saturday(text, 400, "-79600") == [("assignment.received", 2)] * 2
    three = situation(*EVENING, {"AAPL": QUIET}, TWO_PUTS[0], put(strike=198.5, quantity=-3, expiry=FRIDAY))
    assert sorted(on_saturday(three, 200, "-39900")) == [("assignment.received", 2), ("expired.received", 3)]


@pytest.mark.clause("9.5", "7.2")
@pytest.mark.peer(34, 36)
@pytest.mark.parametrize("strike", [199.5, 198.5])
def test_9_5_of_two_strikes_of_which_one_was_assigned_the_cash_tells_which(strike: float) -> None:
    text = situation(*EVENING, {"AAPL": QUIET}, *TWO_PUTS)
    told = on_saturday(text, 200, str(-200 * Decimal(str(strike))))
    assert told == [("assignment.received" if each == strike else "expired.received", 2) for each in (198.5, 199.5)]


@pytest.mark.clause("9.5", "7.2")
@pytest.mark.peer(34)
@pytest.mark.parametrize("cash", ["-39900.01", "-39800"])
def test_9_5_where_the_cash_fits_neither_of_two_strikes_nobody_guesses(cash: str) -> None:
    text = situation(*EVENING, {"AAPL": QUIET}, *TWO_PUTS)
    assert {kind for kind, _ in on_saturday(text, 200, cash)} == {"reconcile.mismatch"}


@pytest.mark.clause("9.5", "7.2")
def test_9_5_of_two_accounts_with_the_same_put_nobody_guesses_whose_was_assigned() -> None:
    both = (put(name, strike=199.5, quantity=-3, expiry=FRIDAY) for name in ("GEN", "REV"))
    text = situation(*EVENING, {"AAPL": QUIET}, *both, accounts=("GEN", "REV"))
    assert {kind for kind, _ in on_saturday(text, 300, "-59850")} == {"reconcile.mismatch"}


@pytest.mark.clause("9.5", "5.2")
def test_9_5_an_index_option_that_is_gone_has_expired_only_where_it_brought_nothing() -> None:
    text = situation(*EVENING, {"AAPL": QUIET, "SPX": SPX}, INDEX_CALL)
    assert on_saturday(text, 0, "0") == [("expired.received", 2)]
    assert {kind for kind, _ in on_saturday(text, 0, "812.50")} == {"reconcile.mismatch"}
