"""0.12: how often a position is looked at, and what is watched on every tick."""

import pytest

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, option, situation, tape, told

# A 200 put of next week; ATR 4: level 1 from 196, level 2 from 192, level 3 from 188. Sold dear: a roll is cheap.
HELD = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -1, 60.0, "2026-03-03")
WILD = but(AAPL, atr=4.0)
START, END = "2026-03-04T09:30:00", "2026-03-04T10:30:00"


def at(clock: str, **values: float) -> str:
    return tape(f"2026-03-04T{clock}", **values)


def wednesday(*more: str, end: str = END) -> Replayed:
    return replay_text(situation(START, end, {"AAPL": WILD}, HELD, *more))


def levels(replayed: Replayed) -> list[tuple[str, int, int]]:
    return [(told(r), r["data"]["from"], r["data"]["to"]) for r in replayed.of("protocol.level")]


@pytest.fixture(scope="module")
def steps() -> Replayed:
    """Down a level at a time, each just after a look; nothing fills, so the position stays."""
    still = fault("2026-03-04T09:30:00", "no_fill", "AAPL")
    return wednesday(
        still, at("10:00:05", AAPL=195.0), at("10:05:05", AAPL=191.0), at("10:06:05", AAPL=187.0),
        at("10:06:32", AAPL=195.0),
    )  # fmt: skip


@pytest.mark.clause("0.12", "6.1", "6.2", "6.3", "6.4")
def test_0_12_level_0_is_looked_at_every_5_minutes_level_1_every_minute_level_2_every_30_s(steps: Replayed) -> None:
    assert levels(steps)[:3] == [("10:05:00", 0, 1), ("10:06:00", 1, 2), ("10:06:30", 2, 3)]


@pytest.mark.clause("0.12", "6.4")
def test_0_12_level_3_is_looked_at_on_every_tick(steps: Replayed) -> None:
    # 195 is a breach of 1.25: the two looks in a row that a fall needs are the ticks of 10:06:32 and 10:06:35.
    assert levels(steps)[3] == ("10:06:35", 3, 1)


@pytest.mark.clause("0.12")
def test_0_12_a_price_that_comes_back_before_the_next_look_is_not_acted_on() -> None:
    r = wednesday(at("10:00:05", AAPL=187.0), at("10:04:55", AAPL=200.0))
    assert levels(r) == [] and r.of("order.sent") == []


@pytest.mark.clause("0.12")
def test_0_12_from_level_0_to_level_3_between_two_looks_is_one_event() -> None:
    r = wednesday(at("10:00:05", AAPL=195.0), at("10:02:00", AAPL=187.0))
    assert levels(r) == [("10:05:00", 0, 3)]
    assert [told(x) for x in r.of("order.sent")] == ["10:05:00"]


@pytest.mark.clause("0.12")
def test_0_12_a_price_that_passes_exactly_at_a_look_is_seen_by_it() -> None:
    assert levels(wednesday(at("10:05:00", AAPL=195.0)))[0] == ("10:05:00", 0, 1)


@pytest.mark.clause("0.12", "6.9")
def test_0_12_the_first_evaluation_of_a_session_is_at_its_first_fresh_tick() -> None:
    # The gap is there at the open, but no quote of today is, before 09:31:20.
    frozen = fault("2026-03-04T16:00:05", "stale", "AAPL", "63075s")
    gap = tape("2026-03-05T09:00:00", AAPL=195.0)
    r = replay_text(situation(START, "2026-03-05T09:40:00", {"AAPL": WILD}, HELD, frozen, gap))
    assert [(x["ts"][:10], told(x), x["data"]["to"]) for x in r.of("protocol.level")] == [("2026-03-05", "09:31:20", 1)]


@pytest.mark.clause("0.12")
def test_0_12_the_grid_counts_from_the_open_on_every_session() -> None:
    r = replay_text(
        situation(START, "2026-03-05T09:40:00", {"AAPL": WILD}, HELD, tape("2026-03-05T09:31:00", AAPL=195.0))
    )
    assert [(x["ts"][:10], told(x), x["data"]["to"]) for x in r.of("protocol.level")] == [("2026-03-05", "09:35:00", 1)]


@pytest.mark.clause("0.12", "8.3")
def test_0_12_staleness_is_seen_on_the_first_tick_past_30_s() -> None:
    # The last quote is that of 10:00:55: 30 s old at 10:01:25, older at 10:01:30.
    r = wednesday(fault("2026-03-04T10:01:00", "stale", "AAPL", "2m"))
    assert [(told(x), x["data"]["age"]) for x in r.of("data.stale", symbol="AAPL")] == [("10:01:30", 35.0)]


@pytest.mark.clause("0.12", "6.12")
def test_0_12_a_breaker_acts_within_its_tick() -> None:
    r = wednesday(at("10:01:07", VIX=50.01), at("10:01:12", VIX=40.0))
    assert [(told(x), x["data"]["tier"]) for x in r.of("breaker.tripped")] == [("10:01:07", "hedged_week")]


@pytest.mark.clause("0.12", "0.7")
def test_0_12_a_level_3_that_waits_for_an_answer_is_still_looked_at_on_every_tick() -> None:
    pause = '[[operator]]\nat = 2026-03-04T09:50:00\naction = "pause"\naccount = "GEN"'
    r = wednesday(pause, at("10:00:05", AAPL=187.0), at("10:07:00", AAPL=200.0))
    assert levels(r) == [("10:05:00", 0, 3), ("10:07:05", 3, 0)]
