"""What a trader reads of the LEAP ladder."""

from dataclasses import replace

import pytest

from allusetui.domain.contract import Option
from allusetui.view.ladder import ladder
from allusetui.view.model import Cell, Seen, Table, Tone
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, operator, option, situation
from tests.view.snapshots import seen_of, shown

NOON = "2026-03-04T10:00:00"
SPX = "spot = 5000.0\niv = 0.18"
LEAPS = (
    option("REV", "NVDA", "2027-06-18", 230.0, "C", 2, 11.0, "2026-01-05"),
    option("COM", "AAPL", "2027-03-19", 240.0, "C", 3, 9.0, "2026-01-05"),
    option("GEN", "SPX", "2026-12-18", 4250.0, "P", 1, 80.0, "2026-03-02"),
    option("GEN", "VIX", "2026-09-16", 27.0, "C", 4, 1.2, "2026-03-02"),
)


def held(*more: str, end: str = "2026-03-04T10:01:00") -> Replayed:
    markets = {"AAPL": AAPL, "NVDA": AAPL, "SPX": SPX}
    return replay_text(situation(NOON, end, markets, *more, accounts=("GEN", "REV", "COM")))


@pytest.fixture(scope="module")
def seen() -> Seen:
    return seen_of(held(*LEAPS))


def lines(table: Table) -> list[dict[str, Cell]]:
    return [shown(table, row) for row in table.rows]


def line(table: Table, leap: str) -> dict[str, Cell]:
    return next(each for each in lines(table) if each["LEAP"].text == leap)


@pytest.mark.clause("17.7")
def test_17_7_growth_and_hedges_stand_apart_and_are_never_summed(seen: Seen) -> None:
    found = [(each["account"].text, each["side"].text, each["value"].text) for each in lines(ladder(seen, 160))]
    growth = [each for each in found if each[1] == "growth"]
    hedge = [each for each in found if each[1] == "hedge"]
    assert [each[0] for each in growth] == ["REV", "COM"] and [each[0] for each in hedge] == ["GEN", "REV", "COM"]
    assert hedge[1][2] == hedge[2][2] == "0"
    state = seen.snapshot.state
    assert {each[0] for each in growth} == {name for name, a in state.accounts.items() if name != "GEN" and a.longs()}


def test_a_side_tells_its_leap_cash_or_what_its_hedge_budget_has_left(seen: Seen) -> None:
    # 1 % of what GEN is worth; nothing was bought this quarter, and no LEAP cash was ever set aside.
    gen, *_ = lines(ladder(seen, 160))
    assert gen["LEAP"].text.startswith("2 held, budget 3,9")
    growth = {c["account"].text: c["LEAP"].text for c in lines(ladder(seen, 160)) if c["side"].text == "growth"}
    assert growth["COM"] == "1 held, cash 0"
    state = seen.snapshot.state
    rich = {**state.accounts, "COM": replace(state.accounts["COM"], leap_cash=12_345, latches=set())}
    told = lines(ladder(replace(seen, snapshot=replace(seen.snapshot, state=replace(state, accounts=rich))), 160))
    assert "1 held, cash 12,345" in [each["LEAP"].text for each in told]


@pytest.mark.clause("17.4")
def test_17_4_a_leap_rolls_from_three_months_before_its_expiry_or_once_its_delta_has_left_the_band(seen: Seen) -> None:
    found = line(ladder(seen, 160), "NVDA 18Jun27 230C")
    assert (found["TTE"].text, found["next"].text, found["next"].tone) == ("15.5m", "rolls 18 Mar 27", Tone.DIM)
    assert found["delta"].text == "0.46" and found["band"].text.index("●") < found["band"].text.rindex("│")
    state, volatile = seen.snapshot.state, seen.snapshot.volatile
    leap = next(o for o in state.accounts["REV"].longs() if o.symbol == "NVDA")
    dear = replace(volatile.option_quotes[leap], bid=leap.strike / 3, ask=leap.strike / 3)
    drifted = replace(volatile, option_quotes={**volatile.option_quotes, leap: dear})
    told = line(ladder(replace(seen, snapshot=replace(seen.snapshot, volatile=drifted)), 160), "NVDA 18Jun27 230C")
    assert (told["next"].text, told["next"].tone, told["delta"].tone) == ("drifted: 10:00", Tone.WARN, Tone.WARN)
    assert told["band"].text.index("●") > told["band"].text.rindex("│")


@pytest.mark.clause("5.2")
def test_5_2_a_call_on_vix_is_sold_a_month_before_it_expires_and_stands_on_no_rung(seen: Seen) -> None:
    call, put = line(ladder(seen, 160), "VIX 16Sep 27C"), line(ladder(seen, 160), "SPX 18Dec 4250P")
    assert (call["next"].text, call["rung"].text) == ("sold 16 Aug 26", "–")
    assert (put["next"].text, put["rung"].text, put["band"].text) == ("rolls 18 Sep 26", "100%", "")


def test_a_rung_stands_on_the_months_ahead_and_the_first_of_a_side_is_told(seen: Seen) -> None:
    table = ladder(seen, 160)
    axis = next(column.title for column in table.columns if column.title.startswith("0 "))
    names = ("VIX 16Sep 27C", "SPX 18Dec 4250P", "AAPL 19Mar27 240C")
    places = [line(table, name)[axis].text.index("●") for name in names]
    assert places == sorted(places) and axis.rstrip().endswith("18m")
    assert lines(table)[0]["next"].text == "first 16 Aug 26"


def test_without_a_quote_delta_and_value_are_unknown_and_never_zero(seen: Seen) -> None:
    blind = replace(seen.snapshot, volatile=replace(seen.snapshot.volatile, option_quotes={}))
    found = line(ladder(replace(seen, snapshot=blind), 160), "NVDA 18Jun27 230C")
    assert (found["delta"].text, found["band"].text, found["value"].text) == ("?", "?", "?")


def test_what_holds_the_ladder_back_is_told_on_its_growth_side() -> None:
    seen = seen_of(held(*LEAPS, operator("2026-03-04T10:00:30", "pause", "REV")))
    rev = [each for each in lines(ladder(seen, 160)) if each["account"].text == "REV"]
    assert [(each["side"].text, each["next"].text) for each in rev] == [("growth", "paused"), ("hedge", "–")]


def test_a_row_of_a_leap_has_a_key_of_its_own(seen: Seen) -> None:
    keys = [row.key for row in ladder(seen, 120).rows if row.key]
    options = [o for a in seen.snapshot.state.accounts.values() for o in a.longs() if isinstance(o, Option)]
    assert len(set(keys)) == len(keys) == len(options)
