"""8.3, 8.5 and the last paragraph of §8: values that are old, missing or bad, and what is still decided on."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from allusetui.domain.contract import Option, Right
from allusetui.domain.input import MarketSeen
from allusetui.domain.moment import to_ms
from allusetui.domain.quote import Quote
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.engine.engine import Engine
from allusetui.law.load import load
from allusetui.market.calendars import calendar
from allusetui.rules.liquidity import buffered_spot, flaw, jumps
from allusetui.rules.situation import Situation
from allusetui.torture.checker.checker import judge
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, option, situation, tape

LAW = load("v1.3")
WED, THU, FRI = "2026-03-04", "2026-03-05", "2026-03-06"
DAYS = calendar(datetime(2026, 1, 2).date(), datetime(2026, 6, 30).date())
NOW = to_ms(datetime(2026, 3, 4, 10, 0))
# ATR 4 and strike 200: levels at 196, 192 and 188; the buffer moves a stale spot down by 0.4 every 30 s.
CALM = but(AAPL, spot=205.0, atr=4.0, spread_pct=0.002, volume=20000)
PUT = option("GEN", "AAPL", FRI, 200.0, "P", -5, 20.0, "2026-03-03")


def clock(record: dict[str, Any]) -> str:
    return str(record["ts"])[11:19]


def held(*more: str, end: str = f"{WED}T11:00:00") -> Replayed:
    """GEN holds five puts on a day without a window of its own."""
    return replay_text(situation(f"{WED}T09:30:00", end, {"AAPL": CALM}, PUT, *more))


def entering(*more: str, end: str = f"{THU}T10:10:00", aapl: str = AAPL) -> Replayed:
    """GEN's window opens at 09:45."""
    return replay_text(situation(f"{THU}T09:30:00", end, {"AAPL": aapl}, *more))


def skips(run: Replayed) -> list[tuple[str, str]]:
    """When AAPL was skipped, and why."""
    return [(clock(r), r["data"]["reason"]) for r in run.of("entry.skipped", symbol="AAPL", account="GEN")]


def quote(bid: str, ask: str | None = None, after_ms: int = 0, confirmed: bool = False) -> Quote:
    return Quote(Decimal(bid), Decimal(ask if ask is not None else bid), NOW + after_ms, confirmed)


# Values


@pytest.mark.clause("8.3")
@pytest.mark.parametrize(
    ("seen", "underlying_ok", "option_ok"),
    [
        (quote("200"), True, True),
        (quote("NaN"), False, False),
        (quote("1", "NaN"), False, False),
        (quote("-1"), False, False),
        (quote("1.01", "1.00"), False, False),  # crossed
        (quote("1.00", "1.00"), True, True),  # locked is not crossed
        (quote("1", after_ms=1), False, False),  # a time in the future
        (quote("0"), False, False),
        (quote("0", "0.05"), False, True),  # an option's bid of zero is valid
    ],
)
def test_8_3_bad_are_nan_negative_crossed_and_future_and_zero_for_an_underlying(
    seen: Quote, underlying_ok: bool, option_ok: bool
) -> None:
    assert (flaw(seen, NOW, False) is None) is underlying_ok
    assert (flaw(seen, NOW, True) is None) is option_ok


@pytest.mark.clause("8.3")
def test_8_3_an_option_without_a_bid_is_worth_half_of_its_ask() -> None:
    assert quote("0", "0.05").mid == Decimal("0.025")


@pytest.mark.clause("8.3")
@pytest.mark.parametrize(
    ("before", "after", "confirmed", "doubted"),
    [
        ("200", "250", False, False),  # exactly 25 %
        ("200", "250.01", False, True),
        ("200", "150", False, False),
        ("200", "149.99", False, True),
        ("200", "20", True, False),  # a second source has it
    ],
)
def test_8_3_a_jump_is_doubted_above_a_quarter(before: str, after: str, confirmed: bool, doubted: bool) -> None:
    assert jumps(quote(before), quote(after, confirmed=confirmed), LAW.data) is doubted


@pytest.mark.clause("8.3")
@pytest.mark.parametrize(
    ("age_ms", "put", "call"),
    [
        (30_000, "200", "200"),  # thirty seconds are not above thirty
        (30_001, "199.6", "200.4"),
        (59_999, "199.6", "200.4"),
        (60_000, "199.2", "200.8"),
        (299_999, "196.4", "203.6"),
        (300_000, "196", "204"),  # ten steps, one ATR
        (9_000_000, "196", "204"),  # and never more
    ],
)
def test_8_3_a_stale_spot_moves_against_the_position_a_tenth_of_an_atr_each_half_minute(
    age_ms: int, put: str, call: str
) -> None:
    s = Situation(LAW, DAYS, State(), Volatile(quotes={"AAPL": quote("200")}), NOW + age_ms)
    for right, moved in ((Right.PUT, put), (Right.CALL, call)):
        sold = Option("AAPL", datetime(2026, 3, 6).date(), Decimal(200), right)
        assert buffered_spot(s, sold, Decimal(4)) == (Decimal(moved), age_ms > 30_000)


# What a feed sends, tick by tick


def fed(*ticks: tuple[int, str, bool]) -> tuple[Engine, list[tuple[int, str, str]]]:
    """An engine that has seen AAPL at (second, price, confirmed), and its `data.invalid` as (second, field, value)."""
    engine = Engine(LAW, "", DAYS, State(margin_rate=Decimal("0.2")))
    told: list[tuple[int, str, str]] = []
    for second, price, confirmed in ticks:
        seen = quote(price, after_ms=second * 1000, confirmed=confirmed)
        batch = engine.handle(MarketSeen(seen.at_ms, {"AAPL": seen}, {}, 0.04))
        rows = (e for e in batch.events if e.kind == "data.invalid")
        told += [(second, e.field, e.value) for e in rows]  # type: ignore[attr-defined]  # of this kind they are
    return engine, told


def believed(engine: Engine) -> Decimal:
    return engine.volatile.quotes["AAPL"].mid


@pytest.mark.clause("8.3")
def test_8_3_a_jump_that_stands_for_thirty_seconds_is_believed() -> None:
    early, told = fed((0, "200", False), *((s, "140", False) for s in range(5, 35, 5)))
    assert believed(early) == 200 and told == [(5, "jump", "140")]
    late, told = fed((0, "200", False), *((s, "140", False) for s in range(5, 40, 5)))
    assert believed(late) == 140 and len(told) == 1


@pytest.mark.clause("8.3")
def test_8_3_a_jump_to_another_value_begins_the_thirty_seconds_anew() -> None:
    wild, _ = fed((0, "200", False), (5, "20", False), (20, "2000", False), (35, "600", False))
    assert believed(wild) == 200
    broken, _ = fed((0, "200", False), (5, "140", False), (20, "NaN", False), (25, "140", False), (40, "140", False))
    assert believed(broken) == 200
    settled, _ = fed((0, "200", False), (5, "20", False), (20, "140", False), (50, "140", False))
    assert believed(settled) == 140


@pytest.mark.clause("8.3")
def test_8_3_a_single_jump_that_is_only_shown_again_after_a_minute_of_standing_still_has_not_stood() -> None:
    engine, _ = fed((0, "200", False), (5, "140", False))
    engine.handle(MarketSeen(NOW + 65_000, {"AAPL": quote("140", after_ms=5_000)}, {}, 0.04))
    assert believed(engine) == 200
    engine.handle(MarketSeen(NOW + 65_100, {"AAPL": quote("201", after_ms=65_050)}, {}, 0.04))
    assert believed(engine) == 201 and not engine.volatile.told_invalid


@pytest.mark.clause("8.3")
def test_8_3_a_second_source_is_believed_at_once() -> None:
    engine, told = fed((0, "200", False), (5, "140", True))
    assert believed(engine) == 140 and told == []


@pytest.mark.clause("8.3")
def test_8_3_one_data_invalid_for_each_field_and_episode() -> None:
    _, told = fed(
        (0, "200", False), (5, "NaN", False), (10, "NaN", False), (15, "900", False), (20, "NaN", False),
        (25, "200", False), (30, "NaN", False),
    )  # fmt: skip
    assert told == [(5, "bid", "nan"), (15, "jump", "900"), (30, "bid", "nan")]


# Bad quotes in a run


@pytest.mark.clause("8.3")
@pytest.mark.parametrize("value", ["nan", "zero", "negative", "crossed", "future"])
def test_8_3_a_bad_value_is_thrown_away_and_the_last_valid_one_ages(value: str) -> None:
    # Bad from 09:46:00: the last valid value is of 09:45:55, so it is stale from 09:46:30 on.
    bad = fault(f"{THU}T09:46:00", "bad_quote", "AAPL", "3m", value=f'"{value}"')
    run = replay_text(situation(f"{THU}T09:30:00", f"{THU}T09:55:00", {"AAPL": CALM}, PUT, bad))
    (invalid,) = run.of("data.invalid")
    assert (clock(invalid), invalid["data"]["symbol"], invalid["clauses"]) == ("09:46:00", "AAPL", ["8.3"])
    assert [(clock(r), r["data"]["symbol"]) for r in run.of("data.stale")] == [("09:46:30", "AAPL")]
    assert not run.of("protocol.level") and not run.of("breaker.tripped")


@pytest.mark.clause("8.3", "1.1")
@pytest.mark.parametrize("value", ["nan", "zero", "negative", "crossed", "future", "spike"])
def test_8_3_no_entry_on_a_bad_quote_and_another_look_five_minutes_later(value: str) -> None:
    run = entering(fault(f"{THU}T09:44:55", "bad_quote", "AAPL", "20s", value=f'"{value}"'))
    assert skips(run) == [("09:45:00", "bad_quote")]
    assert [clock(r) for r in run.of("entry.planned", symbol="AAPL")] == [] and len(run.of("entry.planned")) == 1
    assert clock(run.of("entry.planned")[0]) == "09:50:00"


@pytest.mark.clause("8.3")
def test_8_3_a_spike_shorter_than_thirty_seconds_moves_nothing() -> None:
    run = held(
        fault(f"{WED}T10:00:00", "bad_quote", "AAPL", "25s", value='"spike"'),
        fault(f"{WED}T10:10:00", "bad_quote", "VIX", "25s", value='"spike"'),
    )
    told = [(clock(r), r["data"]["symbol"], r["data"]["field"]) for r in run.of("data.invalid")]
    assert told == [("10:00:00", "AAPL", "jump"), ("10:10:00", "VIX", "jump")]
    assert not run.of("breaker.tripped") and not run.of("freeze.on") and not run.of("data.stale")


@pytest.mark.clause("8.3", "6.14")
def test_8_3_a_spike_that_stands_is_believed_after_thirty_seconds() -> None:
    run = held(fault(f"{WED}T10:10:00", "bad_quote", "VIX", "35s", value='"spike"'), end=f"{WED}T10:20:00")
    assert {clock(r) for r in run.of("breaker.tripped")} == {"10:10:30"}
    assert [r["data"]["vix"] for r in run.of("breaker.tripped", tier="halt")] == [180.0]


@pytest.mark.clause("8.3", "6.10")
@pytest.mark.parametrize("value", ["nan", "crossed", "spike", "negative"])
def test_8_3_no_roll_is_chosen_or_refused_on_a_chain_of_bad_quotes(value: str) -> None:
    # Level 2 is confirmed at 10:05:00 by a value of 10:04:58; from 10:04:59 on the feed is bad, good again at 10:05:20.
    run = held(
        tape(f"{WED}T10:04:57", AAPL=191.0),
        fault(f"{WED}T10:04:59", "bad_quote", "AAPL", "21s", value=f'"{value}"'),
        end=f"{WED}T10:10:00",
    )
    assert clock(run.of("protocol.level", to=2)[0]) == clock(run.of("freeze.on")[0]) == "10:05:00"
    assert not run.of("roll.refused")
    assert [clock(r) for r in run.of("roll.prepared")] == [clock(r) for r in run.of("order.intended")] == ["10:05:30"]
    assert len(run.of("roll.done")) == 1


# Stale quotes in a run


@pytest.mark.clause("8.3")
def test_8_3_a_working_entry_is_cancelled_stale_and_none_is_planned() -> None:
    run = entering(
        fault(f"{THU}T09:45:00", "no_fill", "AAPL"),
        fault(f"{THU}T09:44:40", "stale", "AAPL", "10m"),
        aapl=but(AAPL, volume=20000),
    )
    (ended,) = run.of("order.abandoned")
    assert ended["data"]["reason"] == "stale" and "8.3" in ended["clauses"]
    assert "09:45:05" < clock(ended) <= "09:45:10"


@pytest.mark.clause("8.3", "1.1")
def test_8_3_a_stale_symbol_is_skipped_once_and_planned_when_it_is_fresh_again() -> None:
    run = entering(fault(f"{THU}T09:40:00", "stale", "AAPL", "13m"))
    assert skips(run) == [("09:45:00", "stale")]
    assert [clock(r) for r in run.of("entry.planned")] == ["09:55:00"]


@pytest.fixture(scope="module")
def buffered() -> Replayed:
    """192.3 at 10:01, level 1 at 10:05:00; stale from 10:06:00 on; fresh again at 191.9 at 10:20:00."""
    return held(
        tape(f"{WED}T10:01:00", AAPL=192.3),
        fault(f"{WED}T10:06:00", "stale", "AAPL", "14m"),
        tape(f"{WED}T10:19:00", AAPL=191.9),
        end=f"{WED}T10:30:00",
    )


@pytest.mark.clause("8.3")
def test_8_3_a_level_reached_through_the_buffer_says_so_and_raises_a_critical_alert(buffered: Replayed) -> None:
    # At 10:07:00 the value is 65 s old: 192.3 − 2 × 0.4 = 191.5, a breach of 2.125.
    level = buffered.of("protocol.level", to=2)[0]
    assert clock(level) == "10:07:00"
    assert (level["data"]["spot"], level["data"]["breach"], level["data"]["stale"]) == (191.5, 2.125, True)
    (alert,) = buffered.of("alert.raised", severity="critical")
    assert (clock(alert), alert["account"], alert["clauses"]) == ("10:07:00", "GEN", ["8.3"])
    assert [clock(r) for r in buffered.of("data.stale")] == ["10:06:30"]


@pytest.mark.clause("8.3")
def test_8_3_nothing_else_follows_from_the_buffer(buffered: Replayed) -> None:
    blind = {r["kind"] for r in buffered.records if "10:06:30" <= clock(r) < "10:20:00"}
    assert not blind & {"freeze.on", "order.intended", "roll.refused", "state.changed", "hedge.opened", "hedge.skipped"}


@pytest.mark.clause("8.3")
def test_8_3_the_first_fresh_is_evaluated_at_once(buffered: Replayed) -> None:
    assert clock(buffered.of("freeze.on")[0]) == "10:20:00"
    assert [clock(r) for r in buffered.of("order.intended", purpose="roll")] == ["10:20:00"]


@pytest.mark.clause("8.3")
def test_8_3_what_a_young_quote_confirms_is_told_before_anything_follows(buffered: Replayed) -> None:
    levels = [r["data"] for r in buffered.of("protocol.level") if clock(r) >= "10:07:00"]
    assert [(r["from"], r["to"], r["stale"]) for r in levels[:2]] == [(1, 2, True), (2, 2, False)]
    assert judge(buffered.journal.read(), LAW) == []


@pytest.mark.clause("8.3", "6.4")
def test_8_3_a_level_3_that_a_young_quote_confirmed_stands_though_the_stop_had_to_wait() -> None:
    # 187.9 is level 3; 188.2, where it is when the broker is back, is 2.95: too near to it for a fall (6.1).
    run = held(
        tape(f"{WED}T10:01:00", AAPL=191.9),
        fault(f"{WED}T10:00:00", "no_fill", "AAPL", "19m"),
        fault(f"{WED}T10:06:00", "stale", "AAPL", "14m"),
        fault(f"{WED}T10:19:30", "broker_down", None, "45s"),
        tape(f"{WED}T10:19:00", AAPL=187.9),
        tape(f"{WED}T10:20:05", AAPL=188.2),
        end=f"{WED}T10:30:00",
    )
    (confirmed,) = run.of("protocol.level", to=3, stale=False)
    assert (clock(confirmed), confirmed["data"]["from"], confirmed["clauses"]) == ("10:20:00", 3, ["6.4", "8.3"])
    (stop,) = run.of("order.intended", purpose="stop")
    assert "10:20:15" <= clock(stop) <= "10:20:30"


@pytest.mark.clause("8.3", "2.3")
def test_8_3_the_buffer_prepares_the_roll() -> None:
    # 197.0 is level 0; at 10:10:00 the value is 300 s old or more: 197 − 4 = 193, a breach of 1.75.
    run = held(
        tape(f"{WED}T10:01:00", AAPL=197.0), fault(f"{WED}T10:02:00", "stale", "AAPL", "20m"), end=f"{WED}T10:40:00"
    )
    (prepared,) = run.of("roll.prepared")
    assert clock(prepared) in ("10:05:00", "10:10:00") and len(prepared["data"]["candidates"]) == 3
    # Fresh again at 197.0 it was no breach: back to level 0 after two looks.
    assert [(r["data"]["to"], r["data"]["stale"]) for r in run.of("protocol.level")] == [(1, True), (0, False)]
    assert not run.of("order.intended")


@pytest.mark.clause("8.3", "6.3")
def test_8_3_a_buffered_level_3_that_is_a_true_level_2_is_rolled_and_not_stopped() -> None:
    # 191.0 is level 2, where nothing fills. Stale for five minutes it counts as 191 − 4 = 187: level 3 by the buffer.
    run = held(
        tape(f"{WED}T10:01:00", AAPL=191.0),
        fault(f"{WED}T10:00:00", "no_fill", "AAPL", "19m"),
        fault(f"{WED}T10:06:00", "stale", "AAPL", "14m"),
        tape(f"{WED}T10:19:00", AAPL=190.0),
        end=f"{WED}T10:30:00",
    )
    assert [r["data"]["stale"] for r in run.of("protocol.level", to=3)] == [True]
    assert not run.of("order.intended", purpose="stop") and not run.of("state.changed", reason="level3")
    blind = [clock(r) for r in run.of("order.intended", purpose="roll") if clock(r) >= "10:06:30"]
    assert blind == ["10:20:00"]
    assert [clock(r) for r in run.of("roll.done")] == ["10:20:01"]


@pytest.mark.clause("8.3")
def test_8_3_the_buffer_never_moves_the_price_by_more_than_one_atr() -> None:
    # 196.04 − 4 = 192.04 is a breach of 1.99 however long the quotes stay away.
    run = held(tape(f"{WED}T10:01:00", AAPL=196.04), fault(f"{WED}T10:02:00", "stale", "AAPL"), end=f"{WED}T12:00:00")
    assert [r["data"]["to"] for r in run.of("protocol.level")] == [1]


@pytest.mark.clause("8.5", "1.1")
def test_8_5_a_missing_chain_skips_the_symbol_and_it_is_looked_at_again() -> None:
    run = entering(fault(f"{THU}T09:40:00", "no_chain", "AAPL", "12m"))
    (skipped,) = run.of("entry.skipped", symbol="AAPL")
    assert (clock(skipped), skipped["data"]["reason"], skipped["clauses"]) == ("09:45:00", "no_chain", ["8.5"])
    assert [clock(r) for r in run.of("entry.planned")] == ["09:55:00"]


@pytest.mark.clause("8.5")
def test_8_5_a_chain_that_never_comes_leaves_one_skip_and_no_order() -> None:
    run = entering(fault(f"{THU}T09:40:00", "no_chain", "AAPL"), end=f"{THU}T11:05:00")
    assert skips(run) == [("09:45:00", "no_chain")]
    assert not run.of("order.intended") and not run.of("entry.planned")
