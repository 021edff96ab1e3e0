"""Historical bars: what is made, and what is refused."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.broker.gateway.bars import MOST_BARS, BarMaker, MadeBar
from allusetui.broker.gateway.frames import Value
from allusetui.broker.gateway.session import Limits
from allusetui.broker.gateway.stamps import begins, instant, span, stamp, utc_stamp
from allusetui.domain.moment import DAY_MS, local, to_ms
from tests.broker.gateway.desks import NOW, gateway
from tests.broker.gateway.questions import bars, index, option, stock
from tests.broker.gateway.wire import Wire, errors
from tests.broker.scripts import at

FALL = """
[[tape]]
at = 2026-03-05T09:45:00
set = { AAPL = 190.0 }
[[tape]]
at = 2026-03-05T09:55:00
set = { AAPL = 195.0 }
"""


def _wire(at_ms: int = NOW, second_ms: int = 1_000) -> Wire:
    wire = Wire(gateway(FALL, Limits(messages=500, second_ms=second_ms)), at_ms=at_ms)
    wire.begin()
    return wire


def rows(messages: list[list[str]]) -> list[list[str]]:
    """Date, open, high, low, close, volume, average, count of each bar."""
    ((_, _, _, _, count, *fields),) = messages
    assert len(fields) == 8 * int(count)
    return [fields[8 * row : 8 * row + 8] for row in range(int(count))]


def test_daily_bars_end_with_the_day_so_far() -> None:
    found = rows(bars(_wire(), stock("AAPL")))
    assert [row[0] for row in found] == ["20260303", "20260304", "20260305"]
    assert [float(field) for field in found[-1][1:5]] == [200, 200, 190, 195]
    assert found[0][7] == "-1"


def test_a_bar_holds_what_it_closed_at_wherever_the_script_put_its_range() -> None:
    (found,) = rows(bars(_wire(at(9, 15) + DAY_MS), stock("AAPL"), "1 D"))
    assert found[0] == "20260305" and [float(field) for field in found[1:5]] == [200, 202, 195, 195]


def test_before_the_open_the_last_bar_is_yesterdays() -> None:
    assert rows(bars(_wire(at(9, 15)), stock("AAPL")))[-1][0] == "20260304"


def test_bars_end_where_they_are_asked_to() -> None:
    found = rows(bars(_wire(), stock("AAPL"), end="20260303 16:00:00 US/Eastern"))
    assert [row[0] for row in found] == ["20260227", "20260302", "20260303"]


@pytest.mark.parametrize(("span_text", "count"), [("1 W", 5), ("1 M", 19), ("1 Y", 106)])
def test_a_span_is_as_many_sessions_as_it_holds(span_text: str, count: int) -> None:
    assert len(rows(bars(_wire(), stock("AAPL"), span_text))) == count


def test_bars_within_the_session() -> None:
    found = rows(bars(_wire(), stock("AAPL"), "1 D", "10 mins"))
    assert [row[0][9:17] for row in found] == ["09:30:00", "09:40:00", "09:50:00"]
    assert [[float(each) for each in row[1:5]] for row in found] == [
        [200, 200, 200, 200], [200, 200, 190, 190], [190, 195, 190, 195],
    ]  # fmt: skip


def test_bars_of_seconds_and_as_epoch() -> None:
    found = rows(bars(_wire(), stock("AAPL"), "60 S", "30 secs", form=2))
    assert [row[0] for row in found] == [str((NOW - 60_000) // 1000), str((NOW - 30_000) // 1000)]


def test_an_options_hours_know_what_was_traded_in_them() -> None:
    found = rows(bars(_wire(), option(), "2 D", "1 hour"))
    assert sum(int(row[5]) for row in found if row[0].startswith("20260304")) == 777


def test_an_options_daily_bars_know_its_volume() -> None:
    found = rows(bars(_wire(), option(), "2 D"))
    assert [row[0] for row in found] == ["20260304", "20260305"]
    assert found[0][5] == "777" and float(found[1][2]) > float(found[1][3])


def test_bids_and_asks_have_bars_of_their_own() -> None:
    wire = _wire()
    bid, ask = (rows(bars(wire, option(), "2 D", kind=kind))[0] for kind in ("BID", "ASK"))
    assert float(bid[4]) < float(ask[4])


@pytest.mark.parametrize(
    ("contract", "more", "code"),
    [
        (stock("NOPE"), {}, 200),
        (stock("AAPL", exchange=""), {}, 321),
        (stock("AAPL"), {"size": "1 fortnight"}, 321),
        (stock("AAPL"), {"span_text": "0 D"}, 321),
        (stock("AAPL"), {"span_text": "9 Y"}, 321),
        (stock("AAPL"), {"kind": "RUMOURS"}, 321),
        (stock("AAPL"), {"end": "yesterday"}, 321),
        (stock("AAPL"), {"end": "20200101 16:00:00 UTC"}, 162),
        (stock("AAPL"), {"kind": "OPTION_IMPLIED_VOLATILITY"}, 162),
        (index("SPX"), {"kind": "BID"}, 162),
        (option("SPX", 5000.0), {}, 200),
    ],
)
def test_what_can_t_be_made_is_refused(contract: tuple[Value, ...], more: dict[str, str], code: int) -> None:
    assert errors(bars(_wire(), contract, **more)) == [(5, code)]  # type: ignore[arg-type]


def test_the_same_again_within_fifteen_seconds_is_too_much() -> None:
    wire = _wire()
    assert not errors(bars(wire, stock("AAPL")))
    wire.wait(14_999)
    assert errors(bars(wire, stock("AAPL"))) == [(5, 162)]
    wire.wait(1)
    assert not errors(bars(wire, stock("AAPL")))


def test_seven_on_one_contract_in_two_seconds_are_too_much() -> None:
    wire = _wire()
    assert not any(errors(bars(wire, stock("AAPL"), f"{days} D")) for days in range(1, 7))
    assert errors(bars(wire, stock("AAPL"), "7 D")) == [(5, 162)]
    assert not errors(bars(wire, stock("GOOG"), "7 D"))
    wire.wait(2_000)
    assert not errors(bars(wire, stock("AAPL"), "7 D"))


def test_sixty_in_ten_minutes_are_the_most_and_bid_ask_counts_twice() -> None:
    wire = _wire()
    for row in range(29):
        assert not errors(bars(wire, stock("AAPL"), f"{row + 1} D", kind="BID_ASK"))
        wire.wait(2_000)
    assert not errors(bars(wire, stock("GOOG"), "1 D"))
    assert not errors(bars(wire, stock("GOOG"), "2 D"))
    assert errors(bars(wire, stock("GOOG"), "3 D")) == [(5, 162)]


def test_a_faster_market_paces_by_its_clients_seconds() -> None:
    wire = _wire(second_ms=60_000)
    bars(wire, stock("AAPL"))
    wire.wait(60_000 * 15 - 1)
    assert errors(bars(wire, stock("AAPL"))) == [(5, 162)]


TIMES = st.builds(
    "{:04}{:02}{:02}{}{:02}:{:02}:{:02}{}".format, st.integers(1, 9_999), st.integers(0, 13), st.integers(0, 32),
    st.sampled_from([" ", "-", "  "]), st.integers(0, 25), st.integers(0, 60), st.integers(0, 60),
    st.sampled_from(["", " US/Eastern", " UTC", " MOON"]),
)  # fmt: skip


@given(st.one_of(TIMES, st.text(alphabet="0123456789 -:UTCES/astern", max_size=30)))
def test_any_text_is_a_time_of_these_decades_or_none(text: str) -> None:
    found = instant(text, NOW)
    assert found is None or 1990 <= local(found).year <= 2100


@given(st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)))
def test_every_time_is_read_as_it_was_written(moment: datetime) -> None:
    at_ms = to_ms(moment.replace(microsecond=0))
    assert instant(utc_stamp(at_ms), NOW) == at_ms
    assert instant(stamp(at_ms), NOW) == at_ms


@given(st.integers(0, 999_999), st.sampled_from("SDWMY"))
def test_any_span_lies_in_the_year_before_its_end(count: int, unit: str) -> None:
    found = span(f"{count} {unit}")
    assert found in ((count, unit), None)
    if found is not None and unit != "D":
        assert NOW - 366 * DAY_MS <= begins(*found, NOW) < NOW


@pytest.mark.parametrize("text", ["", "3", "D", "3D", "03 D", "0 D", "-1 D", "3 H", "366 D", "2 Y", "1000000 S"])
def test_what_is_no_span_of_a_year_at_most_is_none(text: str) -> None:
    assert span(text) is None


@pytest.mark.parametrize(
    "text", ["20260305 16:00:00", "20260305 16:00:00 US/Eastern", "20260305-21:00:00", "2026-03-05 21:00:00.0"]
)
def test_a_time_is_read_in_every_way_in_which_it_is_written(text: str) -> None:
    assert instant(text, NOW) == at(16)


def test_a_year_of_seconds_costs_no_more_than_the_bars_that_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    looks = BarMaker._looked

    def counted(maker: BarMaker, *asked: Any) -> MadeBar | None:
        nonlocal looked
        looked += 1
        return looks(maker, *asked)

    monkeypatch.setattr(BarMaker, "_looked", counted)
    found = rows(bars(_wire(), stock("AAPL"), "1 Y", "5 secs"))
    assert len(found) == looked == MOST_BARS
    assert found[-1][0] == "20260305 09:59:55 US/Eastern"
    assert [row[0] for row in found] == sorted(row[0] for row in found)
