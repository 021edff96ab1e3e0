"""8.1 and 8.2: how liquid a contract has to be, and how much of its volume may be taken."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from allusetui.domain.contract import Right
from allusetui.domain.quote import Slice
from allusetui.law.load import load
from allusetui.rules.liquidity import liquidity_failures
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, holding, situation, told

LAW = load("v1.3")
FRI = date(2026, 3, 6)


def entered(lines: str, capital: int = 1_000_000) -> Replayed:
    """GEN's Thursday morning with AAPL alone."""
    times = ("2026-03-05T09:44:00", "2026-03-05T09:46:00")
    return replay_text(situation(*times, {"AAPL": lines}, capital=capital))


@pytest.mark.clause("8.1")
@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"oi": 500, "volume": 100}, []),
        ({"oi": 499}, ["open_interest"]),
        ({"oi": '"missing"'}, ["open_interest"]),
        ({"volume": 99}, ["volume"]),
        ({"volume": '"missing"'}, ["volume"]),
        ({"spread_pct": 0.10}, ["spread"]),
        ({"oi": 499, "volume": 99, "spread_pct": 0.10}, ["open_interest", "volume", "spread"]),
    ],
)
def test_8_1_each_failure_of_liquidity_is_its_own_reason(changes: dict[str, object], reasons: list[str]) -> None:
    replayed = entered(but(AAPL, **changes))
    rows = replayed.of("entry.skipped", symbol="AAPL")
    assert [r["data"]["reason"] for r in rows] == reasons
    assert all("8.1" in r["clauses"] for r in rows)
    assert bool(replayed.of("entry.planned")) is (not reasons)


@pytest.mark.clause("8.1")
@pytest.mark.parametrize(("bid", "ask", "fits"), [(0.975, 1.025, True), (0.9749, 1.025, False), (0.0, 0.0, False)])
def test_8_1_a_spread_of_exactly_five_percent_of_mid_passes(bid: float, ask: float, fits: bool) -> None:
    counts = np.full(1, 500, dtype=np.int64)
    row = Slice("AAPL", FRI, Right.PUT, 0, (Decimal(200),), np.array([bid]), np.array([ask]), *[counts] * 4)
    assert [why.reason for why in liquidity_failures(LAW, row, 0, False)] == ([] if fits else ["spread"])


@pytest.mark.clause("8.1")
@pytest.mark.parametrize(
    ("today", "before", "early", "fits"),
    [(100, 0, False, True), (99, 5000, False, False), (0, 100, True, True), (0, 99, True, False), (100, 0, True, True)],
)
def test_8_1_before_10_30_the_previous_sessions_volume_counts_if_it_is_larger(
    today: int, before: int, early: bool, fits: bool
) -> None:
    interest, volume, previous = (np.full(1, n, dtype=np.int64) for n in (500, today, before))
    quote = np.array([1.0])
    row = Slice("AAPL", FRI, Right.PUT, 0, (Decimal(200),), quote, quote, interest, volume, previous, volume)
    assert [why.reason for why in liquidity_failures(LAW, row, 0, early)] == ([] if fits else ["volume"])


@pytest.mark.clause("8.1")
def test_8_1_the_skip_tells_the_figure_that_decided() -> None:
    replayed = entered(but(AAPL, oi=499, volume=99, spread_pct=0.10))
    shown = {r["data"]["reason"]: r["data"] for r in replayed.of("entry.skipped", symbol="AAPL")}
    assert shown["open_interest"]["open_interest"] == 499
    assert shown["volume"]["volume"] == 99
    assert shown["spread"]["spread"] > 0.05


@pytest.mark.clause("8.2")
@pytest.mark.parametrize(
    ("volume", "quantity", "cut"),
    [(200, 20, False), (199, 19, True), (100, 10, True)],  # 400 000 a symbol carry 20 puts of 19 950
)
def test_8_2_an_order_is_cut_to_ten_percent_of_the_average_volume(volume: int, quantity: int, cut: bool) -> None:
    replayed = entered(but(AAPL, volume=volume), capital=4_000_000)
    (row,) = replayed.of("entry.planned")
    assert row["data"]["quantity"] == quantity
    assert (row["data"]["deviation"] is not None) is cut


@pytest.fixture(scope="module")
def shared_volume() -> Replayed:
    """GEN and MINI-1 want five puts each of an option that trades 60 a day; MINI-2 comes third."""
    minis = [f"[accounts.{name}]\nequity = 400_000" for name in ("MINI-1", "MINI-2")]
    return replay_text(
        situation(
            "2026-03-05T09:40:00", "2026-03-05T10:10:00", {"AAPL": but(AAPL, volume=100)}, *minis,
            '[[tape]]\nat = 2026-03-05T10:01:00\nset = { "AAPL.volume" = 110 }', accounts=("GEN", "MINI-1", "MINI-2"),
        )
    )  # fmt: skip


@pytest.mark.clause("8.2", "1.1")
def test_8_2_all_accounts_together_share_ten_percent_of_an_options_volume(shared_volume: Replayed) -> None:
    # 10 % of 100 = 10: five for GEN, five for MINI-1, none for MINI-2. At 110 it is 11: one is left at 10:05.
    rows = [(r["account"], told(r), r["data"]["quantity"]) for r in shared_volume.of("entry.planned")]
    assert rows == [("GEN", "09:45:00", 5), ("MINI-1", "09:45:00", 5), ("MINI-2", "10:05:00", 1)]
    (skipped,) = shared_volume.of("entry.skipped", account="MINI-2", symbol="AAPL")
    assert (told(skipped), skipped["data"]["reason"], skipped["data"]["adv"]) == ("09:45:00", "adv", 100)


@pytest.mark.clause("8.2")
def test_8_2_only_a_cut_is_a_deviation(shared_volume: Replayed) -> None:
    notes = {r["account"]: r["data"]["deviation"] for r in shared_volume.of("entry.planned")}
    assert notes["GEN"] is None
    assert notes["MINI-1"] is None  # it wants the five that are left
    assert notes["MINI-2"]


@pytest.mark.clause("8.2")
def test_8_2_a_call_is_cut_too() -> None:
    replayed = replay_text(
        situation(
            "2026-03-02T09:44:00", "2026-03-02T09:50:00", {"AAPL": but(AAPL, strike_step=1.0, volume=100)},
            "[accounts.COM]\nequity = 300_000", holding("COM", "AAPL", 1200, 190.0), accounts=("COM",), capital=None,
        )
    )  # fmt: skip
    assert replayed.of("entry.planned", account="COM")[0]["data"]["quantity"] == 10
    assert replayed.of("entry.planned")[0]["data"]["deviation"]


@pytest.mark.clause("8.2", "1.1")
def test_8_2_a_call_of_which_others_have_planned_the_tenth_is_skipped() -> None:
    held = [holding(name, "AAPL", shares, 190.0, assigned=True) for name, shares in (("GEN", 1000), ("COM", 200))]
    times = ("2026-03-02T09:44:00", "2026-03-02T09:46:00")
    replayed = replay_text(situation(*times, {"AAPL": but(AAPL, volume=100)}, *held, accounts=("GEN", "COM")))
    assert [(r["account"], r["data"]["quantity"]) for r in replayed.of("entry.planned")] == [("GEN", 10)]
    (skipped,) = replayed.of("entry.skipped", account="COM", symbol="AAPL", reason="adv")
    assert (skipped["data"]["adv"], "8.2" in skipped["clauses"]) == (100, True)
