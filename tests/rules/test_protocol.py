"""§6.1–6.4 with 2.3 and 3.3: the levels of a short put and when a roll is prepared; 6.8 for a call that is gone."""

from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.account import Position
from allusetui.domain.contract import Option, Right
from allusetui.law.load import load
from allusetui.rules.protocol import confirmed_level, falls_to, level_of, roll_is_due
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, clock, fault, holding, option, situation, tape

LAW = load("v1.3")
WED, THU, FRI = "2026-03-04", "2026-03-05", "2026-03-06"
# ATR 4 and strike 200: level 1 at 196, level 2 at 192, level 3 at 188.
CALM = but(AAPL, spot=205.0, atr=4.0, spread_pct=0.002, volume=20000)


def put(account: str = "GEN", quantity: int = -10, symbol: str = "AAPL", price: float = 20.0) -> str:
    """Ten puts at 200 that expire on Friday, sold so dear that a roll may cost up to 10.00 a share."""
    return option(account, symbol, FRI, 200.0, "P", quantity, price, "2026-03-03")


def held(*more: str, end: str = f"{WED}T12:00:00", start: str = f"{WED}T09:30:00", aapl: str = CALM) -> Replayed:
    """GEN holds the puts on a day without a window of its own."""
    return replay_text(situation(start, end, {"AAPL": aapl}, put(), *more))


@pytest.mark.clause("6.1", "6.2", "6.3", "6.4")
@pytest.mark.parametrize(
    ("breach", "level"),
    [("-3", 0), ("0.9999", 0), ("1", 1), ("1.9999", 1), ("2", 2), ("2.9999", 2), ("3", 3), ("9", 3)],
)
def test_6_1_a_level_is_reached_at_exactly_its_number_of_atrs(breach: str, level: int) -> None:
    assert level_of(Decimal(breach), LAW.protocol) == level


@pytest.mark.clause("6.1", "6.2", "6.3", "6.4")
@pytest.mark.parametrize(
    ("level", "looks", "to"),
    [
        (1, ("0.9", "0.9"), 0),
        (1, ("0.9001", "0.2"), None),
        (1, ("0.2", "0.9001"), None),
        (2, ("1.9", "1.2"), 1),
        (2, ("1.95", "1.2"), None),
        (2, ("0.3", "0.95"), 0),
        (3, ("2.9", "0.1"), 2),
        (3, ("0.1", "1.5"), 1),
        (0, ("0.1", "0.1"), None),
    ],
)
def test_6_1_a_level_falls_by_two_looks_a_tenth_below_it_to_what_the_larger_reaches(
    level: int, looks: tuple[str, str], to: int | None
) -> None:
    assert falls_to(level, (Decimal(looks[0]), Decimal(looks[1])), LAW.protocol) == to


@pytest.mark.clause("8.3")
@pytest.mark.parametrize(
    ("level", "from_buffer", "breach", "acts_as"),
    [(3, True, "2.5", 2), (3, True, "1.5", 1), (2, True, "2", 2), (2, True, "3.5", 2), (2, False, "1.95", 2)],
)
def test_8_3_a_level_of_the_buffer_counts_for_as_much_as_a_young_quote_reaches(
    level: int, from_buffer: bool, breach: str, acts_as: int
) -> None:
    position = Position(level=level, level_from_buffer=from_buffer)
    assert confirmed_level(position, Decimal(breach), LAW.protocol) == acts_as


@pytest.mark.clause("2.3", "3.3")
@pytest.mark.parametrize(
    ("sleeve", "spot", "due"),
    [
        ("gen", "196", True),
        ("gen", "196.01", False),
        ("mini", "196", True),
        ("mini", "196.01", False),
        ("com", "196", True),
        ("com", "196.01", False),
        ("rev", "194", True),
        ("rev", "194.01", False),
    ],
)
def test_2_3_the_trigger_is_one_atr_below_the_strike_and_one_and_a_half_for_rev(
    sleeve: str, spot: str, due: bool
) -> None:
    sold = Option("AAPL", date(2026, 3, 6), Decimal(200), Right.PUT)
    assert roll_is_due(sold, Decimal(spot), Decimal(4), LAW.sleeves[sleeve].roll_trigger_atr) is due


@pytest.fixture(scope="module")
def rising() -> Replayed:
    """AAPL goes down a level at a time and nothing of it fills: 196 at 10:02, 192 at 10:10:20, 188 at 10:12:10."""
    return held(
        fault(f"{WED}T10:00:00", "no_fill", "AAPL"),
        tape(f"{WED}T09:47:00", AAPL=196.01),
        tape(f"{WED}T10:02:00", AAPL=196.0),
        tape(f"{WED}T10:07:00", AAPL=192.01),
        tape(f"{WED}T10:10:20", AAPL=192.0),
        tape(f"{WED}T10:12:10", AAPL=188.0),
        end=f"{WED}T10:30:00",
    )


@pytest.mark.clause("6.1", "6.2", "6.3", "6.4", "0.12")
def test_6_2_each_level_is_seen_at_the_next_look_of_the_level_before_it(rising: Replayed) -> None:
    seen = [(clock(r), r["data"]["from"], r["data"]["to"], r["clauses"]) for r in rising.of("protocol.level")]
    assert seen == [
        ("10:05:00", 0, 1, ["6.2"]),  # level 0 is looked at every five minutes from 09:30
        ("10:11:00", 1, 2, ["6.3"]),  # level 1 every minute
        ("10:12:30", 2, 3, ["6.4"]),  # level 2 every half minute
    ]


@pytest.mark.clause("6.2")
def test_6_2_the_event_shows_what_decided_it(rising: Replayed) -> None:
    first = rising.of("protocol.level", to=1)[0]
    assert first["account"] == "GEN"
    assert first["data"] == {
        "contract": {"symbol": "AAPL", "expiry": FRI, "strike": 200.0, "right": "P", "multiplier": 100},
        "from": 0, "to": 1, "spot": 196.0, "strike": 200.0, "atr": 4.0, "atr_source": "bars", "breach": 1.0,
        "stale": False,
    }  # fmt: skip


@pytest.mark.clause("6.1", "6.2")
def test_6_2_below_level_2_nothing_is_frozen_and_nothing_sent(rising: Replayed) -> None:
    early = [r["kind"] for r in rising.records if clock(r) < "10:11:00"]
    assert "roll.prepared" in early
    assert not {"freeze.on", "order.intended", "order.sent"} & set(early)


@pytest.mark.clause("2.3", "6.2")
def test_2_3_the_roll_is_prepared_at_one_atr_with_three_candidates_and_their_economics(rising: Replayed) -> None:
    (prepared,) = rising.of("roll.prepared")
    assert clock(prepared) == "10:05:00"
    assert {"2.3", "6.2"} <= set(prepared["clauses"])
    rows = prepared["data"]["candidates"]
    assert [row["contract"]["expiry"] for row in rows] == ["2026-03-13", "2026-03-20", "2026-03-27"]
    assert all(0.40 <= row["delta"] <= 0.45 for row in rows)
    # The buy-back's mid is the same for all: cost = it − the candidate's credit + 2 × 0.65 / 100.
    bought = {round(row["cost"] + row["credit"] - 0.013, 4) for row in rows}
    assert len(bought) == 1 and bought.pop() > 4.0
    assert all(row["chain_cost"] == row["cost"] for row in rows)
    assert prepared["data"]["first_credit"] == 20.0


@pytest.mark.clause("6.4")
def test_6_4_level_3_ends_the_roll_latches_at_once_and_stops_out(rising: Replayed) -> None:
    latched = rising.of("state.changed", account="GEN", reason="level3")
    assert [(clock(r), r["data"]["to"], r["clauses"]) for r in latched] == [("10:12:30", "SAFE", ["6.4"])]
    last_roll = rising.of("order.abandoned", account="GEN")[-1]
    assert last_roll["data"]["reason"] == "safe" and clock(last_roll) == "10:12:30"
    (stop,) = rising.of("order.intended", purpose="stop")
    assert (stop["data"]["side"], stop["data"]["quantity"], stop["clauses"]) == ("BUY", 10, ["6.4"])
    assert clock(stop) <= "10:12:35"


@pytest.mark.clause("6.4", "0.5")
def test_6_4_a_stop_that_nobody_fills_is_never_given_up(rising: Replayed) -> None:
    stop = rising.of("order.intended", purpose="stop")[0]["data"]["intent"]
    assert not rising.of("order.abandoned", intent=stop)
    assert not rising.of("stop.done")
    working = [r for r in rising.of("order.sent", purpose="stop") if r["data"]["intent"] == stop]
    assert len(working) == 1 and working[0]["data"]["quantity"] == 10


@pytest.mark.clause("2.3")
def test_2_3_the_roll_is_prepared_once_per_rise() -> None:
    run = held(
        tape(f"{WED}T10:01:00", AAPL=195.0),
        tape(f"{WED}T10:11:00", AAPL=193.0),  # deeper, the same rise
        tape(f"{WED}T10:21:00", AAPL=204.0),  # back at level 0 after two looks
        tape(f"{WED}T10:31:00", AAPL=195.0),  # another rise
    )
    assert [clock(r) for r in run.of("roll.prepared")] == ["10:05:00", "10:35:00"]
    assert [r["data"]["to"] for r in run.of("protocol.level")] == [1, 0, 1]


@pytest.fixture(scope="module")
def rev() -> Replayed:
    """REV holds NVDA puts: 1.25 ATR at 10:05, 1.4975 at 10:10, exactly 1.5 at 10:20."""
    return replay_text(
        situation(
            f"{THU}T09:30:00", f"{THU}T11:00:00", {"NVDA": CALM}, put("REV", symbol="NVDA"),
            tape(f"{THU}T10:01:00", NVDA=195.0),
            tape(f"{THU}T10:09:00", NVDA=194.01),
            tape(f"{THU}T10:19:30", NVDA=194.0),
            accounts=("REV",),
        )
    )  # fmt: skip


@pytest.mark.clause("3.3", "6.2")
def test_3_3_a_rev_put_between_1_and_1_5_atr_is_at_level_1_without_a_roll(rev: Replayed) -> None:
    assert [(clock(r), r["data"]["to"]) for r in rev.of("protocol.level")] == [("10:05:00", 1)]
    (prepared,) = rev.of("roll.prepared")
    assert clock(prepared) == "10:20:00"


@pytest.mark.clause("3.3")
def test_3_3_the_roll_is_prepared_at_exactly_1_5_atr_with_candidates_of_revs_band(rev: Replayed) -> None:
    (prepared,) = rev.of("roll.prepared")
    assert {"3.3"} <= set(prepared["clauses"])
    assert all(0.30 <= row["delta"] <= 0.35 for row in prepared["data"]["candidates"])
    assert not rev.of("order.intended")


@pytest.mark.clause("2.3")
@pytest.mark.parametrize("name", ["MINI-1", "COM"])
def test_2_3_minis_and_com_prepare_at_one_atr_as_gen_does(name: str) -> None:
    mini = "[accounts.MINI-1]\nequity = 400_000\n" if name == "MINI-1" else ""
    run = replay_text(
        situation(
            f"{WED}T09:30:00", f"{WED}T10:10:00", {"AAPL": CALM}, mini, put(name, -5),
            tape(f"{WED}T10:01:00", AAPL=196.0), accounts=(name,),
        )
    )  # fmt: skip
    (prepared,) = run.of("roll.prepared", account=name)
    assert "2.3" in prepared["clauses"] and clock(prepared) == "10:05:00"


@pytest.mark.clause("6.8", "7.3")
@pytest.mark.parametrize(
    ("name", "window", "day"), [("GEN", "1.1", "2026-03-12"), ("COM", "1.3", "2026-03-09")], ids=["GEN", "COM"]
)
def test_6_8_after_shares_are_called_away_a_put_is_sold_in_the_next_window(name: str, window: str, day: str) -> None:
    call = option(name, "AAPL", FRI, 195.0, "C", -2, 2.0, "2026-03-02")
    run = replay_text(
        situation(
            f"{FRI}T09:30:00", f"{day}T10:00:00", {"AAPL": but(AAPL, spot=205.0)},
            holding(name, "AAPL", 200, 190.0, assigned=True), call, accounts=(name,),
        )
    )  # fmt: skip
    (gone,) = run.of("called_away.received", account=name)
    assert gone["data"]["quantity"] == 2 and gone["data"]["shares"] == 200 and "6.8" in gone["clauses"]
    (sold,) = [r for r in run.of("entry.planned", account=name) if r["data"]["contract"]["right"] == "P"]
    assert {"6.8", window} <= set(sold["clauses"])
    assert str(sold["ts"])[:16] == f"{day}T09:45"
