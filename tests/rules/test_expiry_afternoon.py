"""1.4, 1.5 and 1.7: the last afternoon of a short option."""

import pytest

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, option, situation, tape, told

FRIDAY = "2026-03-06T"


def friday(spot: float, *more: str, iv: float = 0.3, strike: float = 200.0, end: str = "16:31:00") -> Replayed:
    """GEN is short two 200 puts that expire this Friday."""
    held = option("GEN", "AAPL", "2026-03-06", strike, "P", -2, 1.2, "2026-03-05")
    return replay_text(situation(FRIDAY + "14:25:00", FRIDAY + end, {"AAPL": but(AAPL, spot=spot, iv=iv)}, held, *more))


@pytest.mark.clause("1.4")
@pytest.mark.parametrize("spot", [199.9, 200.0, 201.0])
def test_1_4_in_the_money_or_within_half_a_percent_of_the_strike_is_bought_at_14_30(spot: float) -> None:
    (wanted,) = friday(spot).of("order.intended")  # 200 × 0.5 % = 1.00: exactly met at 201.00
    assert (told(wanted), wanted["data"]["purpose"], wanted["data"]["side"]) == ("14:30:00", "close", "BUY")
    assert wanted["data"]["quantity"] == 2
    assert "1.4" in wanted["clauses"]


@pytest.mark.clause("1.4")
def test_1_4_just_beyond_half_a_percent_is_held_and_bought_at_15_30() -> None:
    (wanted,) = friday(201.01, iv=0.8).of("order.intended")
    assert told(wanted) == "15:30:00"


@pytest.mark.clause("1.4")
def test_1_4_out_of_the_money_with_an_ask_of_five_cents_is_let_expire() -> None:
    held = option("GEN", "AAPL", "2026-03-06", 195.0, "P", -2, 1.2, "2026-03-05")
    nickel = but(AAPL, tick=0.05)  # a worthless put asks one tick: 0.05, just as much as may be left
    replayed = replay_text(situation(FRIDAY + "14:25:00", FRIDAY + "16:31:00", {"AAPL": nickel}, held))
    assert not replayed.of("order.intended")
    (expired,) = replayed.of("expired.received")
    assert (told(expired), expired["data"]["quantity"]) == ("16:00:00", 2)


@pytest.mark.clause("1.4", "7.1")
def test_1_4_what_is_more_than_95_percent_in_the_money_is_left() -> None:
    replayed = friday(195.0)
    assert not replayed.of("order.intended")
    assert [told(r) for r in replayed.of("assignment.prepared")] == ["15:00:00"]
    assert [told(r) for r in replayed.of("assignment.received")] == ["16:00:00"]


@pytest.mark.clause("1.4")
def test_1_4_each_minute_looks_again() -> None:
    replayed = friday(205.0, tape(FRIDAY + "14:52:20", AAPL=200.9))
    (wanted,) = replayed.of("order.intended")
    assert told(wanted) == "14:53:00"


@pytest.mark.clause("1.4")
def test_1_4_before_14_30_and_from_15_45_nothing_is_bought() -> None:
    away, back = tape(FRIDAY + "14:29:30", AAPL=205.0), tape(FRIDAY + "15:45:30", AAPL=200.5)
    assert not friday(200.5, away, back).of("order.intended")


@pytest.mark.clause("1.4", "0.5")
def test_1_4_at_15_40_what_is_within_half_a_percent_is_worked_without_giving_up() -> None:
    replayed = friday(201.0, fault(FRIDAY + "14:25:00", "no_fill", "AAPL", "81m"), iv=0.8)
    abandoned = [told(r) for r in replayed.of("order.abandoned")]
    assert abandoned and max(abandoned) < "15:40:30"
    (filled,) = replayed.of("order.filled", side="BUY")
    assert told(filled)[:5] == "15:46"  # the fault's end; the order has not given up for it


@pytest.mark.clause("1.4", "0.5")
def test_1_4_at_15_40_what_is_further_out_of_the_money_gives_up_like_any_order() -> None:
    replayed = friday(201.01, fault(FRIDAY + "14:25:00", "no_fill", "AAPL", "2h"), iv=0.8)
    assert any(told(r) > "15:41:00" for r in replayed.of("order.abandoned", reason="slippage_cap"))


@pytest.mark.clause("1.4", "6.5")
@pytest.mark.parametrize(("basis", "bought"), [(200.0, 0), (200.01, 1)])
def test_1_4_a_covered_call_at_or_above_its_basis_is_left_alone(basis: float, bought: int) -> None:
    held = option("COM", "AAPL", "2026-03-06", 200.0, "C", -1, 0.2, "2026-03-05")
    replayed = replay_text(
        situation(
            FRIDAY + "14:25:00", FRIDAY + "15:20:00", {"AAPL": but(AAPL, spot=200.1)},
            holding("COM", "AAPL", 100, basis), held, accounts=("COM",),
        )
    )  # fmt: skip
    assert len([r for r in replayed.of("order.intended") if "1.4" in r["clauses"]]) == bought


@pytest.mark.clause("1.4")
def test_1_4_a_mid_week_expiry_is_worked_from_monitoring() -> None:
    held = option("GEN", "AAPL", "2026-03-04", 200.0, "P", -2, 1.2, "2026-03-03")
    aapl = but(AAPL, expiries='"mon-wed-fri"')
    day = "2026-03-04T"
    replayed = replay_text(situation(day + "14:00:00", day + "16:40:00", {"AAPL": aapl}, held))
    assert [told(r) for r in replayed.of("order.intended")] == ["14:30:00"]
    assert {r["data"]["to"] for r in replayed.of("state.changed")} == {"MONITORING", "SAFE"}
    assert not replayed.of("report.written")


@pytest.mark.clause("1.4", "9.1")
def test_1_4_on_the_last_session_the_account_closes_its_week() -> None:
    replayed = friday(201.01, iv=0.8)
    states = [(told(r), r["data"]["to"]) for r in replayed.of("state.changed")]
    assert states == [
        ("14:25:00", "MONITORING"),
        ("14:30:00", "CLOSING"),
        ("16:00:00", "RECONCILING"),
        ("16:00:00", "SAFE"),
    ]


@pytest.fixture(scope="module")
def early_friday() -> Replayed:
    """The 13:00 close of 2026-11-27: one put within half a percent of 200, one further out, one deep in the money."""
    day = "2026-11-27T"
    held = [
        option("GEN", name, "2026-11-27", strike, "P", -1, 1.2, "2026-11-25")
        for name, strike in (("AAPL", 199.5), ("MSFT", 198.9), ("AMZN", 210.0))
    ]
    return replay_text(
        situation(day + "12:00:00", day + "17:00:00", dict.fromkeys(("AAPL", "MSFT", "AMZN"), but(AAPL, iv=0.9)), *held)
    )


@pytest.mark.clause("1.7", "1.4")
def test_1_7_the_looks_of_an_early_close_begin_at_12_30_and_close_the_rest_at_12_40(early_friday: Replayed) -> None:
    wanted = {r["data"]["contract"]["symbol"]: told(r) for r in early_friday.of("order.intended")}
    assert wanted == {"AAPL": "12:30:00", "MSFT": "12:40:00"}


@pytest.mark.clause("1.7", "7.1", "1.5")
def test_1_7_prep_is_at_12_30_reconciling_at_13_00_and_the_cut_at_14_30(early_friday: Replayed) -> None:
    assert [told(r) for r in early_friday.of("assignment.prepared")] == ["12:30:00"]
    assert [told(r) for r in early_friday.of("assignment.received")] == ["13:00:00"]
    assert [told(r) for r in early_friday.of("state.changed", to="RECONCILING")] == ["13:00:00"]
    assert [told(r) for r in early_friday.of("report.written")] == ["14:30:00"]
