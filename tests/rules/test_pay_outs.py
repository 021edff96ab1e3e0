"""Money that a person takes out: only what no put and no order binds, and nothing while the books are in doubt."""

from decimal import Decimal

import pytest

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, fault, holding, operator, option, situation, told

DAY = "2026-03-04"
# Ten puts bind 190,000 of GEN's cash, which is 200,000 and what they were sold for.
PUTS = option("GEN", "AAPL", "2026-03-06", 190.0, "P", -10, 2.0, "2026-03-02")
OWN = "[accounts.GEN]\nequity = 200_000"


def pay(at: str, action: str, amount: str, account: str = "GEN") -> str:
    return operator(at, action, account) + f"\namount = {amount}"


def wednesday(*more: str, end: str = f"{DAY}T10:30:00") -> Replayed:
    """GEN on a day without a window of its own."""
    return replay_text(situation(f"{DAY}T09:30:00", end, {"AAPL": AAPL}, *more))


def refused(r: Replayed) -> list[tuple[float, float]]:
    return [(x["data"]["amount"], x["data"]["free"]) for x in r.of("cash.refused")]


def free_at_start() -> Decimal:
    """What PUTS leave free, to the cent."""
    cash = wednesday(OWN, PUTS).of("account.provisioned", account="GEN")[0]["data"]["cash"]
    return Decimal(str(cash)) - 190_000


@pytest.mark.clause("0.2", "0.9")
def test_0_2_a_withdrawal_leaves_the_strike_cash_of_every_short_put() -> None:
    free = free_at_start()
    r = wednesday(OWN, PUTS, pay(f"{DAY}T10:00:00", "withdraw", str(free)))
    assert refused(r) == [] and [x["data"]["amount"] for x in r.of("cash.booked")] == [-float(free)]
    account = r.run.runtime.engine.state.accounts["GEN"]
    assert account.cash == account.strike_cash == 190_000


@pytest.mark.clause("0.2", "0.9")
def test_0_2_a_cent_more_than_is_free_is_refused_and_nothing_moves() -> None:
    free = free_at_start()
    r = wednesday(OWN, PUTS, pay(f"{DAY}T10:00:00", "withdraw", str(free + Decimal("0.01"))))
    assert refused(r) == [(float(free) + 0.01, float(free))]
    (event,), (alert,) = r.of("cash.refused"), r.of("alert.raised")
    assert event["clauses"] == ["0.2", "0.9"] and event["data"]["reason"] == "withdrawal"
    assert alert["data"]["severity"] == "warning" and f"{free:.2f} is free" in alert["data"]["text"]
    assert r.of("cash.booked") == []
    assert r.run.runtime.engine.state.accounts["GEN"].base == 200_000


@pytest.mark.clause("0.2")
def test_0_2_what_a_working_entry_would_bind_can_not_leave() -> None:
    # GEN plans 5 puts of 19,950 at 09:45 and nothing of AAPL fills: of 400,000 there are 300,250 free.
    own = "[accounts.GEN]\nequity = 400_000"
    r = replay_text(
        situation(
            "2026-03-05T09:40:00", "2026-03-05T09:47:00", {"AAPL": AAPL}, own,
            fault("2026-03-05T09:40:00", "no_fill", "AAPL"), pay("2026-03-05T09:45:02", "withdraw", "300_251"),
        )
    )  # fmt: skip
    assert r.of("entry.planned")[0]["data"]["quantity"] == 5
    assert refused(r) == [(300_251, 300_250)]


@pytest.mark.clause("10.2")
def test_10_2_a_tax_that_neither_reserve_nor_free_cash_can_pay_is_refused_whole() -> None:
    # No reserve: the tax would leave like a withdrawal, and 100 shares leave 2,000 of cash.
    own = "[accounts.COM]\nequity = 22_000"
    r = replay_text(
        situation(
            f"{DAY}T09:30:00", f"{DAY}T10:30:00", {"AAPL": AAPL}, own, holding("COM", "AAPL", 100, 200.0),
            pay(f"{DAY}T10:00:00", "tax_paid", "2_000.01", "COM"), pay(f"{DAY}T10:05:00", "tax_paid", "2_000", "COM"),
            accounts=("COM",),
        )
    )  # fmt: skip
    assert [x["data"]["reason"] for x in r.of("cash.refused")] == ["tax"]
    assert [(told(x), x["data"]["reason"], x["data"]["amount"]) for x in r.of("cash.booked")] == [
        ("10:05:00", "tax", 0), ("10:05:00", "withdrawal", -2_000),
    ]  # fmt: skip


@pytest.mark.clause("8.6", "9.2")
@pytest.mark.parametrize(
    "trouble",
    [
        fault(f"{DAY}T09:55:00", "broker_down", span="10m"),
        fault(f"{DAY}T09:55:00", "broker_book", "AAPL", quantity=1, expiry="2026-03-06", strike=190.0, right='"P"')
        + "\n" + operator(f"{DAY}T09:56:00", "audit", "GEN"),
        operator(f"{DAY}T09:55:00", "kill"),
    ],
    ids=["link lost", "books differ", "halted"],
)  # fmt: skip
def test_9_2_nothing_is_paid_out_while_the_link_or_the_books_are_in_doubt_or_all_is_halted(trouble: str) -> None:
    r = wednesday(OWN, PUTS, trouble, pay(f"{DAY}T10:00:00", "withdraw", "100"))
    assert [x["data"]["reason"] for x in r.of("state.refused")] == ["withdraw"]
    assert r.of("cash.booked") == []


@pytest.mark.clause("0.7")
def test_0_7_a_paused_account_still_pays_out_by_hand() -> None:
    r = wednesday(OWN, operator(f"{DAY}T09:55:00", "pause", "GEN"), pay(f"{DAY}T10:00:00", "withdraw", "100"))
    assert [x["data"]["amount"] for x in r.of("cash.booked")] == [-100]
    assert r.of("order.sent") == []


@pytest.mark.clause("9.5")
def test_9_5_a_withdrawal_asked_for_while_the_engine_is_dead_is_not_made() -> None:
    crash = fault(f"{DAY}T09:59:00", "crash", span="5m")
    r = wednesday(OWN, crash, pay(f"{DAY}T10:00:00", "withdraw", "100"))
    assert r.of("operator.acted") == [] and r.of("cash.booked") == []
    assert r.of("reconcile.mismatch") == []


@pytest.mark.clause("9.5")
def test_9_5_a_withdrawal_survives_a_crash_right_after_it_once() -> None:
    crash = fault(f"{DAY}T10:00:00.001", "crash", span="5m")
    r = wednesday(OWN, crash, pay(f"{DAY}T10:00:00", "withdraw", "100"))
    assert [x["data"]["amount"] for x in r.of("cash.booked")] == [-100]
    assert r.of("reconcile.mismatch") == []
