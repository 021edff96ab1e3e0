"""What the users of other systems suffer at expiry and overnight: by its number, the whole engine over a socket."""

import pytest

from allusetui.broker.ibkr import client
from tests.broker.ibkr.engine_wired import over_the_wire
from tests.replaying import Replayed
from tests.rules.situations import AAPL, but, fault, option, situation, tape

pytestmark = pytest.mark.asyncio
QUIET = but(AAPL, atr=20.0)
FRIDAY, MONDAY = "2026-03-06", "2026-03-09"


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Market time runs faster than the wall's, by which messages are counted."""
    monkeypatch.setattr(client, "SHARES", ())


def clocks(replayed: Replayed, kind: str, **keys: object) -> list[str]:
    return [row["ts"][:16] for row in replayed.of(kind, **keys)]


@pytest.mark.clause("7.2", "9.5")
@pytest.mark.peer(34)
async def test_peer_34_on_a_holidays_eve_option_and_shares_change_together_and_the_books_tie() -> None:
    text = situation(
        "2026-04-02T14:00:00", "2026-04-06T09:44:00", {"AAPL": QUIET},
        option("GEN", "AAPL", "2026-04-02", 199.5, "P", -2, 1.1, "2026-04-01"),
        option("GEN", "AAPL", "2026-04-02", 170.0, "P", -2, 0.1, "2026-04-01"),
        tape("2026-04-02T14:20:00", AAPL=186.0),
    )  # fmt: skip
    replayed = await over_the_wire(text)
    assert clocks(replayed, "assignment.received") == ["2026-04-03T03:30"]  # on Good Friday itself
    assert clocks(replayed, "expired.received") == ["2026-04-03T03:30"]
    (assigned,) = replayed.of("assignment.received")
    assert (assigned["data"]["quantity"], assigned["data"]["shares"]) == (2, 200)
    account = replayed.run.runtime.engine.state.accounts["GEN"]
    assert account.shares("AAPL") == 200 and len(account.lots) == 1
    assert replayed.of("reconcile.mismatch") == []


@pytest.mark.clause("7.2", "9.5")
@pytest.mark.peer(36)
async def test_peer_36_of_an_assignment_in_part_the_rest_goes_on_and_its_stop_trades_no_more_than_that() -> None:
    assign = fault("2026-03-05T15:00:00", "assign", "AAPL", expiry="2026-03-13", strike=199.5, right='"P"', quantity=2)
    text = situation(
        "2026-03-05T14:00:00", f"{FRIDAY}T09:50:00", {"AAPL": but(AAPL, atr=4.0)},
        option("GEN", "AAPL", "2026-03-13", 199.5, "P", -5, 1.1, "2026-03-05"), assign,
        tape(f"{FRIDAY}T09:41:00", AAPL=187.0),
    )  # fmt: skip
    replayed = await over_the_wire(text)
    assert clocks(replayed, "assignment.received") == [f"{FRIDAY}T03:30"]
    (assigned,) = replayed.of("assignment.received")
    (stopped,) = replayed.of("stop.done")
    assert (assigned["data"]["quantity"], stopped["data"]["quantity"]) == (2, 3)
    account = replayed.run.runtime.engine.state.accounts["GEN"]
    assert account.shares("AAPL") == 200 and replayed.of("reconcile.mismatch") == []


@pytest.mark.clause("0.2", "9.5")
@pytest.mark.peer(37)
async def test_peer_37_an_expired_put_binds_its_cash_until_the_broker_has_let_it_go_and_is_no_mismatch_meanwhile() -> (
    None
):
    put = option("COM", "AAPL", FRIDAY, 190.0, "P", -2, 1.0, "2026-03-02")
    text = situation(
        f"{FRIDAY}T14:00:00", f"{MONDAY}T09:46:00", {"AAPL": QUIET}, "[accounts.COM]\nequity = 200_000", put,
        accounts=("COM",), capital=None,
    )  # fmt: skip
    replayed = await over_the_wire(text)
    assert clocks(replayed, "audit.done", account="COM") == [f"{FRIDAY}T17:00"]
    assert clocks(replayed, "expired.received") == ["2026-03-07T03:30"]
    assert replayed.of("reconcile.mismatch") == []
    (planned,) = replayed.of("entry.planned")
    assert (planned["ts"][:10], planned["data"]["quantity"]) == (MONDAY, 2)
