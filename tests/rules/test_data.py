"""8.3: values that are bad, doubted and believed, and what is still decided on beside them."""

from datetime import datetime
from decimal import Decimal

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
from tests.replaying import replay_text
from tests.rules.feeds import CALM, PUT, THU, WED, entering, held, skips
from tests.rules.situations import clock, fault, situation, tape

LAW = load("v1.3")
DAYS = calendar(datetime(2026, 1, 2).date(), datetime(2026, 6, 30).date())
NOW = to_ms(datetime(2026, 3, 4, 10, 0))


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
    assert [clock(r) for r in run.of("entry.planned")] == ["09:50:00"]


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
