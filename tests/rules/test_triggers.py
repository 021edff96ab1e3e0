"""5.3–5.6: what turns a hedge on at a close, when it is bought, and what it is held by. Mon 01-12 → Tue 01-13."""

from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.quote import Breadth
from allusetui.law.load import load
from allusetui.market.scripted import ScriptedMarket
from allusetui.rules.triggers import by_drawdown, by_vix
from tests.replaying import Replayed, replay_text
from tests.rules.situations import TRADED_VIX, fault, operator, option, situation, tape, told

INDICES = {"SPX": "spot = 5000.0", "VIX": TRADED_VIX}
LAW = load().hedging
MONDAY, TUESDAY = "2026-01-12", "2026-01-13"
NARROW = "[market.breadth]\nvalue = 19.0"
# Not the contract that a hedge would take now.
HELD = option("GEN", "SPX", "2026-10-16", 4000.0, "P", 1, 30.0, "2026-01-02")


def run(*more: str, end: str = f"{TUESDAY}T10:30:00", equity: str = "800_000", start: str = MONDAY) -> Replayed:
    """GEN without positions; breadth is 19 from the start, so that Monday's close turns its trigger on."""
    account = f"[accounts.GEN]\nequity = {equity}"
    return replay_text(situation(f"{start}T08:00:00", end, INDICES, account, *more, capital=None))


def legs(r: Replayed) -> list[tuple[str, str, int]]:
    rows = r.of("hedge.opened")
    return [(told(x), x["data"]["contract"]["symbol"], x["data"]["quantity"]) for x in rows]


def closes(*values: float) -> list[Decimal]:
    return [Decimal(str(value)) for value in values]


BOUGHT = [("10:00:01", "SPX", 1), ("10:00:01", "VIX", 11)]


# What a close says


@pytest.mark.clause("5.3")
@pytest.mark.parametrize(
    ("last", "holds"),
    [
        ((30.01,) * 5, True),
        ((30.01, 30.01, 30.0, 30.01, 30.01), None),
        ((30.01,) * 4, None),
        ((40, 30, 30, 30, 30), None),
        ((40, 30, 30, 30, 30, 30), False),
        ((), None),
    ],
)
def test_5_3_five_closes_above_turn_it_on_and_five_that_are_not_turn_it_off(
    last: tuple[float, ...], holds: bool | None
) -> None:
    assert by_vix(closes(*last), LAW).holds is holds


@pytest.mark.clause("5.4")
def test_5_4_the_close_against_the_highest_of_a_year_of_sessions() -> None:
    assert by_drawdown(closes(5000, 4000), LAW).holds
    assert not by_drawdown(closes(5000, 4000.01), LAW).holds
    assert by_drawdown(closes(5000, *[4000] * 251), LAW).holds
    assert not by_drawdown(closes(5000, *[4000] * 252), LAW).holds
    assert by_drawdown([], LAW).holds is None


@pytest.mark.clause("5.5")
def test_5_5_breadth_is_unknown_when_it_is_six_sessions_old(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of Mon 01-05: five sessions old at Monday's close (6, 7, 8, 9, 12), six at Tuesday's.
    old = Breadth(date(2026, 1, 5), Decimal(19))
    monkeypatch.setattr(ScriptedMarket, "breadth", lambda market, at_ms: old)
    r = run(end=f"{TUESDAY}T16:30:00")
    assert [(x["ts"][:10], x["data"]["value"]) for x in r.of("trigger.on")] == [(MONDAY, 19.0)]
    assert [(x["ts"][:10], x["data"]["value"]) for x in r.of("trigger.off")] == [(TUESDAY, None)]
    assert [x["data"]["breadth_day"] for x in r.of("triggers.judged")] == ["2026-01-05"] * 2


@pytest.mark.clause("5.5")
def test_5_5_without_a_breadth_nothing_is_opened() -> None:
    r = run()
    assert r.of("trigger.on") == r.of("hedge.planned") == []
    assert r.of("triggers.judged")[0]["data"]["breadth"] is None


# When it is bought


@pytest.mark.clause("5.5")
def test_5_5_the_hedge_is_bought_at_ten_of_the_next_session() -> None:
    r = run(NARROW)
    assert [(told(x), x["data"]["trigger"]) for x in r.of("trigger.on")] == [("16:00:00", "breadth")]
    assert legs(r) == BOUGHT


@pytest.mark.clause("5.5")
@pytest.mark.clause("9.1")
@pytest.mark.parametrize(("key", "reason", "clause"), [("pause", "paused", "0.7"), ("no_entries", "no_entries", "0.7")])
def test_5_5_an_account_that_is_held_all_day_buys_nothing_and_says_so_at_the_close(
    key: str, reason: str, clause: str
) -> None:
    r = run(NARROW, operator(f"{MONDAY}T09:00:00", key, "GEN"), end="2026-01-14T10:30:00")
    (row,) = r.of("hedge.skipped")
    assert (row["ts"][:19], row["data"]["reason"]) == (f"{TUESDAY}T16:00:00", reason)
    assert row["clauses"] == ["5.5", clause]
    assert r.of("order.intended") == []


@pytest.mark.clause("5.5")
def test_5_5_an_account_that_is_let_go_on_that_day_buys_at_its_next_look() -> None:
    keys = operator(f"{MONDAY}T09:00:00", "pause", "GEN"), operator(f"{TUESDAY}T14:02:00", "resume", "GEN")
    assert [row[0] for row in legs(run(NARROW, *keys, end=f"{TUESDAY}T16:30:00"))] == ["14:05:01"] * 2


@pytest.mark.clause("8.3")
@pytest.mark.clause("5.5")
def test_8_3_without_a_young_index_the_purchase_waits_for_one() -> None:
    r = run(NARROW, fault(f"{TUESDAY}T09:50:00", "stale", "SPX", "12m"))
    assert [row[0] for row in legs(r)] == ["10:05:01"] * 2


@pytest.mark.clause("5.5")
@pytest.mark.clause("5.1")
def test_5_5_what_fits_nothing_is_told_once() -> None:
    r = run(NARROW, equity="10_000")
    (row,) = r.of("hedge.skipped")
    assert (told(row), row["data"]["reason"], row["data"]["price"]) == ("10:00:00", "no_fit", 230)
    states = [x["data"]["to"] for x in r.of("state.changed") if told(x) == "10:00:00"]
    assert states == ["SCANNING", "ANALYZING", "SAFE"]


@pytest.mark.clause("5.5")
@pytest.mark.clause("5.3")
def test_5_3_a_second_trigger_of_the_same_episode_buys_nothing() -> None:
    # Breadth from Monday on; the VIX turns on at Friday's close.
    r = run(NARROW, tape(f"{MONDAY}T08:30:00", VIX=31.0), end="2026-01-20T10:30:00")
    assert [x["data"]["trigger"] for x in r.of("trigger.on")] == ["breadth", "vix"]
    assert {x["ts"][:10] for x in r.of("hedge.opened")} == {TUESDAY}


@pytest.mark.clause("5.3")
@pytest.mark.clause("5.5")
def test_5_3_an_episode_goes_on_where_one_trigger_takes_over_from_another() -> None:
    # At Friday's close breadth is back at 25, and the VIX has closed above 30 for the fifth time.
    moves = tape(f"{MONDAY}T08:30:00", VIX=31.0), tape("2026-01-16T12:00:00", breadth=25.0)
    r = run(NARROW, *moves, end="2026-01-16T16:30:00")
    turned = [(x["kind"], x["data"]["trigger"]) for x in r.of("trigger.on") + r.of("trigger.off")]
    assert turned == [("trigger.on", "breadth"), ("trigger.on", "vix"), ("trigger.off", "breadth")]
    found = r.run.runtime.engine.state.triggers
    assert (found.on, found.episode) == ({"vix"}, 1)


# Crashes


@pytest.mark.clause("9.5")
@pytest.mark.clause("5.5")
@pytest.mark.parametrize(
    ("at", "span"),
    [
        (f"{MONDAY}T16:00:00", "1s"), (f"{MONDAY}T15:55:00", "35m"), (f"{MONDAY}T15:55:00", "1050m"),
        (f"{TUESDAY}T09:59:59", "1s"), (f"{TUESDAY}T10:00:01", "1s"),
    ],
)  # fmt: skip
def test_9_5_a_crash_around_the_close_or_the_purchase_changes_nothing(at: str, span: str) -> None:
    r = run(NARROW, fault(at, "crash", None, span))
    assert [x["data"]["day"] for x in r.of("trigger.on")] == [MONDAY]
    assert [(name, count) for _, name, count in legs(r)] == [("SPX", 1), ("VIX", 11)]
    assert len(r.of("order.intended", purpose="hedge")) == 2


@pytest.mark.clause("9.5")
@pytest.mark.clause("5.5")
def test_9_5_a_purchase_that_a_crash_delayed_is_made_the_same_day() -> None:
    r = run(NARROW, fault(f"{TUESDAY}T09:55:00", "crash", None, "21m"), end=f"{TUESDAY}T11:00:00")
    assert [row[0] for row in legs(r)] == ["10:16:01"] * 2


@pytest.mark.clause("9.5")
@pytest.mark.clause("5.3")
def test_9_5_closes_that_nobody_saw_are_judged_by_their_bars() -> None:
    # Down from Thursday's close to Tuesday morning: Friday's was the fifth above 30.
    down = fault("2026-01-15T15:00:00", "crash", None, "6880m")
    moves = tape(f"{MONDAY}T08:30:00", VIX=31.0), tape("2026-01-20T09:00:00", VIX=20.0)
    r = run(*moves, down, end="2026-01-20T10:30:00")
    assert [(x["ts"][:16], x["data"]["day"]) for x in r.of("trigger.on")] == [("2026-01-20T09:40", "2026-01-16")]
    assert [x["data"]["day"] for x in r.of("triggers.judged")][-2:] == ["2026-01-15", "2026-01-16"]
    assert [row[0] for row in legs(r)] == ["10:00:01"] * 2


# What it is held by


@pytest.mark.clause("5.6")
@pytest.mark.clause("17.5")
def test_5_6_a_trigger_that_is_on_holds_the_hedge() -> None:
    assert run(HELD, end=f"{TUESDAY}T10:30:00").of("hedge.released", reason="reverted")
    assert run(HELD, NARROW, end=f"{TUESDAY}T10:30:00").of("hedge.released") == []


@pytest.mark.clause("5.6")
@pytest.mark.parametrize(("monday", "tuesday"), [(191.9, 200.0), (200.0, 191.9)], ids=["at the close", "at ten"])
def test_5_6_a_position_at_level_2_holds_the_hedge(monday: float, tuesday: float) -> None:
    # Breach 2.025 of a put that nothing fills, so that its level stays, or falls again before ten.
    stock = "spot = 200.0\niv = 0.3\natr = 4.0"
    put = option("GEN", "AAPL", "2026-01-23", 200.0, "P", -1, 20.00, "2026-01-09")
    text = situation(
        f"{MONDAY}T08:00:00", f"{TUESDAY}T10:30:00", {**INDICES, "AAPL": stock}, "[accounts.GEN]\nequity = 800_000",
        HELD, put, fault(f"{MONDAY}T09:00:00", "no_fill", "AAPL"), tape(f"{MONDAY}T15:50:00", AAPL=monday),
        tape(f"{TUESDAY}T09:31:00", AAPL=tuesday), capital=None,
    )  # fmt: skip
    r = replay_text(text)
    assert bool(r.of("triggers.judged")[0]["data"]["at_level2"]) == (monday < 192)
    assert r.of("hedge.released") == []


@pytest.mark.clause("5.6")
def test_5_6_a_hedge_that_nobody_bids_for_is_not_offered() -> None:
    worthless = option("GEN", "VIX", "2026-02-20", 90.0, "C", 2, 1.00, "2026-01-02")
    assert run(worthless, end="2026-01-21T10:30:00").of("order.intended") == []


@pytest.mark.clause("5.6")
@pytest.mark.clause("9.1")
def test_9_1_a_hedge_closed_by_hand_is_told_as_that() -> None:
    key = operator(f"{MONDAY}T11:00:00", "close", "GEN")
    contract = 'symbol = "SPX"\nexpiry = 2026-10-16\nstrike = 4000.0\nright = "P"'
    (row,) = run(HELD, f"{key}\n{contract}", end=f"{MONDAY}T11:10:00").of("hedge.released")
    assert (row["data"]["reason"], row["data"]["quantity"]) == ("closed", 1)
