"""Sizing, clips, the price walk and the levels over whatever comes: what the clauses promise holds of every draw."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allusetui.compose.provisions import provisions
from allusetui.domain.account import Account, AccountType
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.moment import to_ms
from allusetui.domain.order import Intent, Purpose
from allusetui.domain.quote import Quote
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.engine.walk import clips, halves
from allusetui.law.load import load
from allusetui.market.scripted import ScriptedMarket
from allusetui.rules.entry import Pick
from allusetui.rules.price_walk import limit_at
from allusetui.rules.situation import Situation
from allusetui.rules.sizing import Room, allocate, margin_of
from allusetui.scenario.load import parse
from tests.replaying import replay_text
from tests.rules.situations import AAPL, but, operator, option, situation, tape

LAW = load()
AT_MS = to_ms(datetime(2026, 3, 5, 10, 30))
FRIDAY = date(2026, 3, 6)
SYMBOLS = ("AAPL", "MSFT", "AMZN", "GOOG", "GOOGL", "SPY")
cents = st.integers(1, 60_000).map(lambda n: Decimal(n) / 100)
dollars = st.integers(0, 900_000).map(Decimal)


def desk() -> Situation:
    return Situation(LAW, Calendar(()), State(margin_rate=Decimal("0.2")), Volatile(), AT_MS)


# 0.1 to 0.4


@pytest.mark.clause("0.1")
@given(st.integers(0, 10**11))
def test_0_1_the_three_shares_are_the_capital_to_the_cent_and_gen_and_rev_get_no_cent_too_much(amount: int) -> None:
    capital = Decimal(amount) / 100
    text = situation("2026-03-05T09:30:00", "2026-03-05T10:00:00", {}, capital=None)
    scenario = parse(text.replace("[market]", f"capital = {capital}\n[market]", 1), "test.toml")
    market = ScriptedMarket(scenario.market, (), Calendar(()), AT_MS, AT_MS)
    gen, rev, com = (each.equity for each in provisions(scenario, LAW, market, Calendar(()), AT_MS))
    assert gen + rev + com == capital
    assert 0 <= Decimal("0.4") * capital - gen < Decimal("0.01")
    assert 0 <= Decimal("0.3") * capital - rev < Decimal("0.01")


@st.composite
def picks(draw: st.DrawFn) -> list[Pick]:
    names = draw(st.lists(st.sampled_from(SYMBOLS), unique=True, max_size=6))
    return [
        Pick(
            name, Option(name, FRIDAY, draw(st.integers(2, 120)) * Decimal("2.5"), Right.PUT),
            Quote(Decimal("1.14"), Decimal("1.17"), AT_MS), 0.42, 1, draw(st.integers(0, 60)), 1_000, None, (),
        )
        for name in sorted(names, key=SYMBOLS.index)
    ]  # fmt: skip


@st.composite
def rooms(draw: st.DrawFn) -> Room:
    """As `room` makes one: a quarter of the equity a symbol, half of everything in a Hedged Week."""
    equity, hedged = draw(dollars), draw(st.booleans())
    part = Decimal("0.5") if hedged else Decimal(1)
    held = {name: draw(dollars) / 10 for name in draw(st.lists(st.sampled_from(SYMBOLS), unique=True, max_size=2))}
    quarter = Decimal("0.25")
    return Room(
        equity=equity, ceiling=part * equity, cap_share=quarter, cap=quarter * equity, target=quarter * part * equity,
        aim=Decimal("0.95") * part * equity, cash=draw(dollars), margin_left=draw(dollars) / 3,
        held={desk().issuer(name): usd for name, usd in held.items()}, hedged=hedged, issuer=desk().issuer,
    )  # fmt: skip


def same_issuer(room: Room, one: Pick, other: Pick) -> bool:
    return room.issuer(one.symbol) == room.issuer(other.symbol)


@pytest.mark.clause("0.2", "0.3", "0.10", "8.2", "6.12")
@settings(max_examples=300)
@given(picks(), rooms())
def test_0_2_no_allocation_passes_a_cap_and_every_symbol_is_planned_or_refused(found: list[Pick], room: Room) -> None:
    s = desk()
    planned, refused = allocate(s, found, room)
    assert planned.keys() | refused.keys() == {pick.symbol for pick in found}
    assert not planned.keys() & refused.keys()
    added = {name: quantity * pick.option.notional for name, (pick, quantity) in planned.items()}
    assert sum(added.values()) <= max(room.free, 0)
    assert sum(quantity * margin_of(s, pick) for pick, quantity in planned.values()) <= max(room.margin_left, 0)
    for pick, quantity in planned.values():
        assert 0 < quantity <= pick.room
        issued = sum(usd for other, usd in added.items() if same_issuer(room, planned[other][0], pick))
        assert room.of(pick.symbol) + issued <= room.cap


@pytest.mark.clause("0.3")
def test_0_3_two_classes_of_an_issuer_s_shares_have_one_quarter_where_a_law_lists_both() -> None:
    found = [
        Pick(
            name, Option(name, FRIDAY, Decimal(200), Right.PUT), Quote(Decimal("1.14"), Decimal("1.17"), AT_MS), 0.42,
            1, 60, 1_000, None, (),
        )
        for name in ("AAPL", "GOOG", "GOOGL")
    ]  # fmt: skip
    quarter, much = Decimal("0.25"), Decimal(10**6)
    room = Room(
        equity=much, ceiling=much, cap_share=quarter, cap=quarter * much, target=quarter * much,
        aim=Decimal("0.95") * much, cash=much, margin_left=much, held={}, hedged=False, issuer=desk().issuer,
    )  # fmt: skip
    planned, refused = allocate(desk(), found, room)
    assert {name: quantity for name, (_, quantity) in planned.items()} == {"AAPL": 12, "GOOG": 12}
    assert refused["GOOGL"].reason == "sizing"


@pytest.mark.clause("0.2")
@settings(max_examples=300)
@given(picks(), rooms())
def test_0_2_below_the_aim_not_one_more_contract_fits(found: list[Pick], room: Room) -> None:
    s = desk()
    planned, _ = allocate(s, found, room)
    added = sum((n * pick.option.notional for pick, n in planned.values()), Decimal(0))
    bound = sum((n * margin_of(s, pick) for pick, n in planned.values()), Decimal(0))
    ample, _ = allocate(s, found, replace(room, margin_left=Decimal(10**12)))
    was_cut = sum((n * margin_of(s, pick) for pick, n in ample.values()), Decimal(0)) > room.margin_left
    if room.exposure + added >= room.aim or was_cut:  # what 0.10 cuts is not filled up again
        return
    for pick, quantity in planned.values():
        one = pick.option.notional
        issued = sum(n * p.option.notional for p, n in planned.values() if same_issuer(room, p, pick))
        fits = added + one <= room.free and room.of(pick.symbol) + issued + one <= room.cap
        assert not (fits and quantity < pick.room and bound + margin_of(s, pick) <= room.margin_left)


@pytest.mark.clause("0.4")
@given(st.integers(1, 5_000))
def test_0_4_clips_are_fifties_and_one_rest(contracts: int) -> None:
    sizes = clips(contracts, 50)
    assert sum(sizes) == contracts
    assert set(sizes[:-1]) <= {50} and 1 <= sizes[-1] <= 50


# 0.5


@pytest.mark.clause("0.5")
@given(st.integers(2, 50))
def test_0_5_three_halvings_lose_no_contract_and_end_at_clips_of_at_least_one(contracts: int) -> None:
    sizes: tuple[int, ...] = (contracts,)
    for _ in range(3):
        halved = [halves(size) for size in sizes]
        assert all(sum(parts) == size for parts, size in zip(halved, sizes, strict=True))
        assert all(1 <= part <= max(size // 2, 1) for parts, size in zip(halved, sizes, strict=True) for part in parts)
        sizes = tuple(part for parts in halved for part in parts)
    assert sum(sizes) == contracts


@pytest.mark.clause("0.5")
@settings(max_examples=300)
@example(Decimal("20.90"), Decimal("0.20"), Decimal("0.01"), Side.BUY, 2)  # 21 × (1 + 0.10 / 3) is 21.70, a whole tick
@example(Decimal("20.90"), Decimal("0.20"), Decimal("0.01"), Side.SELL, 2)  # and 20.30 below
@given(cents, cents, st.sampled_from([Decimal("0.01"), Decimal("0.05")]), st.sampled_from(Side), st.integers(0, 3))
def test_0_5_no_step_is_past_its_share_of_the_cap_nor_a_tick_short_of_it(
    bid: Decimal, width: Decimal, tick: Decimal, side: Side, step: int
) -> None:
    put, s = Option("AAPL", FRIDAY, Decimal("195"), Right.PUT), desk()
    s.volatile.quotes["AAPL"] = Quote(Decimal(200), Decimal(200), AT_MS)
    quote = s.volatile.option_quotes[put] = Quote(bid, bid + width, AT_MS, tick=tick)
    intent = Intent("1", "GEN", Purpose.CLOSE, put, side, 1, None, (), False, None, [1])
    limit, away = limit_at(s, intent, step), quote.mid * Decimal(5) * step / 300
    if limit is None:
        assert side is Side.BUY and quote.mid + away < tick
        return
    assert limit > 0 and limit % tick == 0
    worst = quote.mid - away if side is Side.SELL else quote.mid + away
    # In our favour of the step's exact price, by less than a tick; a cent's fraction is left to the division by three.
    assert -Decimal("1e-20") <= (limit - worst if side is Side.SELL else worst - limit) < tick


@pytest.mark.clause("0.5")
@settings(max_examples=300)
@example(Decimal("2.90"), Decimal("0.10"), Side.BUY, 3)  # the mid is below 3 dollars, the cap above
@example(Decimal("2.95"), Decimal("0.10"), Side.SELL, 3)  # the mid is 3 dollars, the cap below
@given(st.integers(50, 800).map(lambda n: Decimal(n) / 100), cents, st.sampled_from(Side), st.integers(0, 3))
def test_0_5_a_limit_keeps_the_grid_of_its_own_price_and_is_not_a_tick_of_it_short(
    bid: Decimal, width: Decimal, side: Side, step: int
) -> None:
    nickel, dime = Decimal("0.05"), Decimal("0.10")
    put, s = Option("SPX", FRIDAY, Decimal("4950"), Right.PUT), desk()
    tick = nickel if bid + width / 2 < 3 else dime
    quote = Quote(bid, bid + width, AT_MS, tick=tick, steps=((Decimal(0), nickel), (Decimal(3), dime)))
    s.volatile.quotes["SPX"] = Quote(Decimal(5000), Decimal(5000), AT_MS)
    s.volatile.option_quotes[put] = quote
    limit = limit_at(s, Intent("1", "GEN", Purpose.CLOSE, put, side, 1, None, (), False, None, [1]), step)
    assert limit is not None
    assert limit % (nickel if limit < 3 else dime) == 0
    worst = quote.mid * (1 + (step if side is Side.BUY else -step) * Decimal(5) / 300)
    short = worst - limit if side is Side.BUY else limit - worst
    assert -Decimal("1e-20") <= short < (nickel if worst < 3 else dime)


@pytest.mark.clause("0.5", "0.6")
def test_0_5_a_hedge_that_has_filled_while_a_version_too_many_still_lives_has_a_price_to_show() -> None:
    put, s = Option("SPX", FRIDAY, Decimal("4250"), Right.PUT), desk()
    s.state.accounts["GEN"] = Account(
        "GEN", AccountType.GEN, "A1", True, Decimal(0), Decimal(1_000), Decimal(0), FRIDAY
    )
    s.volatile.quotes["SPX"] = Quote(Decimal(5000), Decimal(5000), AT_MS)
    s.volatile.option_quotes[put] = Quote(Decimal("9.9"), Decimal("10.1"), AT_MS)
    hedge = Intent("1", "GEN", Purpose.HEDGE, put, Side.BUY, 2, None, (), False, None, [], filled=2)
    assert limit_at(s, hedge, 0) == Decimal(10)


# 6.1 to 6.4

START = datetime(2026, 3, 5, 9, 30)
TICK_S, PERIOD_S = 5, (300, 60, 30, 5)
ticks = st.integers(1, 20 * 60 // TICK_S)
moves = st.dictionaries(ticks, st.integers(1_860, 2_000).map(lambda n: n / 10), min_size=1, max_size=8)


def levels(spots: dict[int, float]) -> list[tuple[str, int, int]]:
    """By §6's words: the levels of a 199.5 put at an ATR of 4, looked at on the grid of the level it has."""
    told, level, before, spot = list[tuple[str, int, int]](), 0, None, Decimal(200)
    for tick in range(20 * 60 // TICK_S + 1):
        spot = Decimal(str(spots.get(tick, spot)))
        if tick * TICK_S % PERIOD_S[level]:
            continue
        breach = (Decimal("199.5") - spot) / 4
        reached = sum(breach >= n for n in (1, 2, 3))
        low = breach if level and breach <= level - Decimal("0.1") else None
        to = level
        if reached > level:
            to = reached
        elif low is not None and before is not None:
            to = min(sum(max(low, before) >= n for n in (1, 2, 3)), level)
        before = low if to == level else None
        if to != level:
            told.append(((START + timedelta(seconds=tick * TICK_S)).isoformat()[11:], level, to))
            level = to
    return told


@pytest.mark.clause("6.1", "6.2", "6.3", "6.4", "0.12")
@settings(max_examples=60)
@given(moves)
def test_6_1_levels_rise_at_once_and_fall_only_as_written_whatever_the_prices_do(spots: dict[int, float]) -> None:
    # Paused: what the levels ask for is not done, so the position stays. A credit of 40 affords every roll.
    points = [tape((START + timedelta(seconds=tick * TICK_S)).isoformat(), AAPL=spots[tick]) for tick in sorted(spots)]
    held = option("GEN", "AAPL", FRIDAY.isoformat(), 199.5, "P", -2, 40.0, "2026-03-04")
    end = (START + timedelta(minutes=20)).isoformat()
    paused = operator(START.isoformat(), "pause", "GEN")
    replayed = replay_text(
        situation(START.isoformat(), end, {"AAPL": but(AAPL, atr=4.0, expiries='"daily"')}, held, paused, *points)
    )
    rows = [(r["ts"][11:19], r["data"]["from"], r["data"]["to"]) for r in replayed.of("protocol.level")]
    assert rows == levels(spots)
