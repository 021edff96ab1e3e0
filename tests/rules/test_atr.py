"""6.9 and 8.4: where a session's ATR(5) comes from, and what stands for it when the bars are missing."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.moment import to_ms
from allusetui.domain.quote import Bar
from allusetui.domain.state import Atr, State
from allusetui.domain.volatile import Volatile
from allusetui.law.load import load
from allusetui.market.calendars import calendar
from allusetui.rules.protocol import fix_atr
from allusetui.rules.situation import Situation
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, option, situation, tape

DAYS = calendar(date(2026, 1, 2), date(2026, 6, 30))
TODAY = date(2026, 3, 11)
QUIET = but(AAPL, atr=4.0, earnings='"unknown"')  # no entries


def bars(ranges: Sequence[float], last: date = date(2026, 3, 10)) -> tuple[Bar, ...]:
    """Sessions up to `last` with these true ranges, around a close of 200; the first bar only gives its close."""
    days = [s.day for s in DAYS.sessions if s.day <= last][-len(ranges) - 1 :]
    return tuple(Bar(d, 200 + r / 2, 200 - r / 2, 200.0) for d, r in zip(days, [0.0, *ranges], strict=True))


def fixed(*rows: Bar, last_valid: Atr | None = None) -> tuple[Decimal, str]:
    """The ATR of `TODAY` at a spot of 150.00 and where it came from."""
    state = State(last_bars_atr={"AAPL": last_valid} if last_valid else {})
    situation = Situation(load("v1.3"), DAYS, state, Volatile(), to_ms(datetime(2026, 3, 11, 9, 30)))
    atr = fix_atr(situation, "AAPL", rows, Decimal(150))
    assert atr.day == TODAY
    return atr.value, atr.source


@pytest.mark.clause("6.9")
def test_6_9_the_seed_is_the_mean_of_the_first_five_true_ranges() -> None:
    assert fixed(*bars([1, 2, 3, 4, 5])) == (Decimal(3), "bars")


@pytest.mark.clause("6.9")
def test_6_9_after_the_seed_each_true_range_counts_a_fifth() -> None:
    assert fixed(*bars([1, 2, 3, 4, 5, 8])) == (Decimal(4), "bars")  # 3 + (8 − 3) / 5
    assert fixed(*bars([1, 2, 3, 4, 5, 8, 9])) == (Decimal(5), "bars")  # 4 + (9 − 4) / 5


@pytest.mark.clause("6.9")
def test_6_9_a_gap_widens_the_true_range_to_the_close_before() -> None:
    flat = [Bar(s.day, 200.0, 200.0, 200.0) for s in DAYS.sessions if s.day < date(2026, 3, 10)][-5:]
    gap = Bar(date(2026, 3, 10), 211.0, 209.0, 210.0)  # 211 − 200 = 11, though the day itself ranged over 2
    assert fixed(*flat, gap) == (Decimal("2.2"), "bars")  # (0 + 0 + 0 + 0 + 11) / 5


@pytest.mark.clause("6.9", "8.4")
def test_6_9_four_true_ranges_are_no_atr() -> None:
    assert fixed(*bars([4, 4, 4, 4])) == (Decimal(3), "price")  # 2 % of 150


@pytest.mark.clause("6.9")
def test_6_9_todays_unfinished_bar_does_not_count() -> None:
    unfinished = Bar(TODAY, 300.0, 100.0, 200.0)
    assert fixed(*bars([4, 4, 4, 4, 4]), unfinished) == (Decimal(4), "bars")


@pytest.mark.clause("6.9", "8.4")
@pytest.mark.parametrize(
    ("fixed_on", "value", "source"),
    [
        (date(2026, 3, 10), Decimal("4.4"), "last_valid"),
        (date(2026, 3, 4), Decimal("4.4"), "last_valid"),  # 5, 6, 9, 10 and 11 March: the fifth session
        (date(2026, 3, 3), Decimal(3), "price"),  # the sixth
    ],
)
def test_6_9_the_last_valid_atr_and_a_tenth_stands_for_five_sessions(
    fixed_on: date, value: Decimal, source: str
) -> None:
    assert fixed(last_valid=Atr(Decimal(4), "bars", fixed_on)) == (value, source)


@pytest.mark.clause("6.9")
def test_6_9_bars_that_end_too_early_still_give_the_last_valid_atr() -> None:
    assert fixed(*bars([4, 4, 4, 4, 4], last=date(2026, 3, 9))) == (Decimal("4.4"), "last_valid")
    assert fixed(*bars([4, 4, 4, 4, 4], last=date(2026, 3, 3))) == (Decimal("4.4"), "last_valid")
    assert fixed(*bars([4, 4, 4, 4, 4], last=date(2026, 3, 2))) == (Decimal(3), "price")


@pytest.mark.clause("6.9", "8.4")
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 0.0])
def test_8_4_bars_that_give_no_number_give_no_atr(bad: float) -> None:
    assert fixed(*bars([4, 4, bad, 4, 4] if bad else [0.0] * 5)) == (Decimal(3), "price")


@pytest.fixture(scope="module")
def fortnight() -> Replayed:
    """Bars with a range of 4; none from Wednesday the 4th on; with a range of 5 again from Thursday the 12th on."""
    return replay_text(
        situation(
            "2026-03-02T09:00:00", "2026-03-12T10:00:00", {"AAPL": QUIET},
            tape("2026-03-03T12:00:00", AAPL__atr='"none"'),
            tape("2026-03-11T12:00:00", AAPL__atr=5.0),
        )
    )  # fmt: skip


@pytest.mark.clause("6.9", "8.4")
def test_6_9_the_fallbacks_follow_each_other_and_never_compound(fortnight: Replayed) -> None:
    rows = [(r["ts"][8:10], r["data"]["atr"], r["data"]["atr_source"]) for r in fortnight.of("atr.fixed")]
    assert rows == [
        ("02", 4.0, "bars"), ("03", 4.0, "bars"),
        ("04", 4.4, "last_valid"), ("05", 4.4, "last_valid"), ("06", 4.4, "last_valid"),
        ("09", 4.4, "last_valid"), ("10", 4.4, "last_valid"),
        ("11", 4.0, "price"),  # 2 % of 200
        ("12", 5.0, "bars"),
    ]  # fmt: skip


@pytest.mark.clause("6.9", "8.4")
def test_6_9_it_is_fixed_once_a_session_at_half_past_nine_and_cites_its_clause(fortnight: Replayed) -> None:
    rows = fortnight.of("atr.fixed", symbol="AAPL")
    assert {r["ts"][11:23] for r in rows} == {"09:30:00.000"}
    assert len({r["ts"][:10] for r in rows}) == len(rows) == 9
    assert {r["data"]["atr_source"]: r["clauses"] for r in rows} == {
        "bars": ["6.9"],
        "last_valid": ["6.9"],
        "price": ["6.9", "8.4"],
    }


@pytest.mark.clause("8.4")
def test_8_4_a_symbol_that_never_had_bars_takes_two_percent_of_its_price_at_the_open() -> None:
    run = replay_text(
        situation("2026-03-04T09:00:00", "2026-03-04T10:00:00", {"AAPL": but(QUIET, atr='"none"', spot=212.5)})
    )
    assert [(r["data"]["atr"], r["data"]["atr_source"]) for r in run.of("atr.fixed")] == [(4.25, "price")]


@pytest.mark.clause("6.9")
def test_6_9_a_run_that_begins_when_the_bars_have_stopped_takes_the_last_valid_of_older_bars() -> None:
    run = replay_text(
        situation(
            "2026-03-04T09:00:00", "2026-03-04T10:00:00", {"AAPL": QUIET},
            tape("2026-03-04T09:10:00", AAPL__atr='"none"'),
        )
    )  # fmt: skip
    assert [(r["data"]["atr"], r["data"]["atr_source"]) for r in run.of("atr.fixed")] == [(4.4, "last_valid")]


@pytest.mark.clause("6.9", "6.2")
def test_6_9_levels_are_measured_in_the_sessions_atr_and_say_where_it_came_from() -> None:
    # 200 − 195.64 = 4.36 is less than the fallback's 4.4; 4.4 is exactly one of it.
    run = replay_text(
        situation(
            "2026-03-04T09:00:00", "2026-03-04T10:30:00", {"AAPL": but(QUIET, spot=205.0)},
            option("GEN", "AAPL", "2026-03-06", 200.0, "P", -5, 20.0, "2026-03-03"),
            tape("2026-03-04T09:10:00", AAPL__atr='"none"'),
            tape("2026-03-04T09:41:00", AAPL=195.64),
            tape("2026-03-04T10:01:00", AAPL=195.6),
        )
    )  # fmt: skip
    (level,) = run.of("protocol.level")
    assert level["ts"][11:19] == "10:05:00"
    assert (level["data"]["atr"], level["data"]["atr_source"], level["data"]["breach"]) == (4.4, "last_valid", 1.0)


@pytest.mark.clause("6.9", "0.12")
def test_6_9_quotes_that_are_stale_at_the_open_fix_it_at_the_first_fresh_tick() -> None:
    run = replay_text(
        situation(
            "2026-03-03T15:00:00", "2026-03-04T10:00:00", {"AAPL": but(QUIET, spot=205.0)},
            option("GEN", "AAPL", "2026-03-06", 200.0, "P", -5, 20.0, "2026-03-03"),
            tape("2026-03-04T09:00:00", AAPL=195.0),
            fault("2026-03-03T15:59:00", "stale", "AAPL", "63182s"),
        )
    )  # fmt: skip
    last = run.of("atr.fixed", symbol="AAPL")[-1]
    assert last["ts"][8:19] == "04T09:32:05"
    assert [r["ts"][8:19] for r in run.of("protocol.level", to=1)] == ["04T09:32:05"]
