"""Chains over the socket: what a decision needs is there, with its source, and a look costs no more than it has to."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.broker.gateway.quotes import Entitled
from allusetui.broker.ibkr import market, survey
from allusetui.broker.ibkr.known import Known, Report, Width
from allusetui.broker.ibkr.scans import Looked
from allusetui.broker.ibkr.sources import EVERY_MS
from allusetui.domain.contract import Option, Right, Stock
from allusetui.domain.moment import to_ms
from allusetui.domain.quote import Sought
from allusetui.rules.selection import slice_deltas
from tests.broker.gateway.desks import venue
from tests.broker.ibkr.chains import BAND, FIRST, FRIDAY, both, puts, scanned
from tests.broker.ibkr.wired import wired
from tests.broker.scripts import CALENDAR

pytestmark = pytest.mark.usefixtures("unhurried")
_RULE, _GREEKS = 93, 21


@pytest.mark.clause("2.2", "8.1")
@pytest.mark.asyncio
async def test_the_band_of_a_chain_is_what_the_market_shows(tmp_path: Path) -> None:
    async with wired(tmp_path, puts) as world:
        chain = await scanned(world)
        true = venue().market.chain("AAPL", world.house.now_ms)
        assert true is not None
        row, whole = chain.slices[FRIDAY, Right.PUT], true.slices[FRIDAY, Right.PUT]
        deltas = slice_deltas(whole, 200.0, true.at_ms, 0.0)
        inside = {k for k, each in zip(whole.strikes, deltas, strict=True) if BAND[0] <= each <= BAND[1]}
        assert inside and inside <= set(row.strikes)
        for strike in row.strikes:
            mine, theirs = row.strikes.index(strike), whole.strikes.index(strike)
            for name in ("bids", "asks", "open_interest", "average_volume"):
                assert getattr(row, name)[mine] == getattr(whole, name)[theirs]
        assert chain.expiries == true.expiries
        assert chain.tick == Decimal("0.01") and 0 <= world.house.now_ms - chain.at_ms < 1_000


@pytest.mark.asyncio
async def test_what_was_borrowed_is_given_back(tmp_path: Path) -> None:
    async with wired(tmp_path, puts) as world:
        await scanned(world)
        world.wait(2_000)
        assert world.market.lines.used(world.house.now_ms) == 2
        assert world.market.stream.shown(FIRST) is None


@pytest.mark.peer(30)
@pytest.mark.asyncio
async def test_peers_30_with_few_lines_neither_side_is_starved(tmp_path: Path) -> None:
    """Two sides of a chain that were asked for at once used up each other's lines, and what got none was left out."""
    async with wired(tmp_path, both, lines=5) as world:
        await world.look_for()
        used = world.market.lines.used
        await world.pass_until(lambda: used(world.house.now_ms) > 5 or world.chains(), moment_s=0.02)
        (seen,) = world.chains()
        assert seen.chain is not None
        for right in Right:
            row = seen.chain.slices[FRIDAY, right]
            deltas = slice_deltas(row, 200.0, seen.chain.at_ms, 0.0)
            assert deltas.min() < BAND[0] and deltas.max() > BAND[1]


@pytest.mark.asyncio
async def test_one_scan_a_symbol_answers_all_who_ask_meanwhile(tmp_path: Path) -> None:
    async with wired(tmp_path, puts) as world:
        await world.watch(["AAPL", "VIX"])
        for _ in range(3):
            world.market.ask_chain("AAPL", world.house.now_ms)
        await world.until(world.chains)
        world.wait(5_000)
        assert len(world.chains()) == 1


@pytest.mark.asyncio
async def test_surprise_10_two_who_want_the_same_price_steps_ask_once_and_both_are_answered(tmp_path: Path) -> None:
    """An answer names the rule alone: of two questions the first would have waited for ever, and its chain with it."""
    async with wired(tmp_path) as world:
        handlers, held = world.library.client.decoder.handlers, list[list[str]]()
        answered, handlers[_RULE] = handlers[_RULE], held.append
        rows = asyncio.gather(*(world.market.listings.row(symbol, FRIDAY, Right.PUT, world.house.now_ms)
                                for symbol in ("AAPL", "GOOG")))  # fmt: skip
        await world.until(lambda: held)
        await asyncio.sleep(0.05)
        assert len(held) == 1
        answered(held[0])
        assert [bool(row.strikes) for row in await asyncio.wait_for(rows, 1)] == [True, True]


@pytest.mark.asyncio
async def test_a_second_look_begins_where_the_first_one_ended(tmp_path: Path) -> None:
    async with wired(tmp_path, puts) as world:
        first = await scanned(world)
        world.market.ask_chain("AAPL", world.house.now_ms)
        await world.pass_until(lambda: len(world.chains()) == 2, moment_s=0.02)
        again = world.chains()[1].chain
        assert again is not None
        assert len(again.slices[FRIDAY, Right.PUT].strikes) < len(first.slices[FRIDAY, Right.PUT].strikes)


@pytest.mark.asyncio
async def test_a_guess_too_far_off_to_get_there_is_mended_by_what_was_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market, "guess_vol", lambda vix: 2.0)
    monkeypatch.setattr(survey, "MOST", 5)
    async with wired(tmp_path, puts) as world:
        row = (await scanned(world)).slices[FRIDAY, Right.PUT]
        assert len(row.strikes) == 2 * survey.FIRST_KNOWN + 1  # of the second search alone
        deltas = slice_deltas(row, 200.0, world.house.now_ms, 0.0)
        assert min(deltas) < BAND[0] < BAND[1] < max(deltas)


@pytest.mark.clause("8.5")
@pytest.mark.asyncio
async def test_8_5_a_guess_that_nothing_seen_could_mend_is_no_chain_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market, "guess_vol", lambda vix: 8.0)
    monkeypatch.setattr(survey, "MOST", 5)
    async with wired(tmp_path, puts) as world:
        await world.look_for()
        await world.pass_until(world.chains)
        (seen,) = world.chains()
        assert seen.chain is None
        assert seen.reason == "AAPL: no strike of 2026-03-13 P has the deltas that are sought"


@pytest.mark.asyncio
async def test_what_is_asked_for_while_a_scan_runs_is_in_its_chain(tmp_path: Path) -> None:
    """Else a roll would find no candidate in the chain of an entry, and stop what it should have rolled."""
    wishes = [puts("AAPL", ())]
    async with wired(tmp_path, lambda symbol, listed: wishes[-1]) as world:
        await world.look_for()
        await world.until(lambda: world.market.stream.shown(FIRST) is not None)
        wishes.append(both("AAPL", ()))
        await world.pass_until(world.chains)
        (seen,) = world.chains()
        assert seen.chain is not None and seen.chain.slices[FRIDAY, Right.CALL].strikes


@pytest.mark.clause("1.6")
@pytest.mark.peer(39)
@pytest.mark.asyncio
async def test_1_6_peers_39_the_report_filter_lives_on_the_brokers_calendar(tmp_path: Path) -> None:
    async with wired(tmp_path, puts) as world:
        chain = await scanned(world)
        assert chain.earnings == (date(2026, 4, 30),)
        told = world.market.calendars.told["AAPL"]
        assert told.source == "Interactive Brokers, corporate events"
        assert 0 <= world.house.now_ms - told.at_ms < 1_000


@pytest.mark.clause("1.6")
@pytest.mark.asyncio
async def test_1_6_a_report_of_monday_is_known_on_thursday(tmp_path: Path) -> None:
    reported = "[market.symbols.META]\nspot = 600.0\nearnings = [2026-02-26, 2026-03-02, 2026-06-03]"
    async with wired(tmp_path, puts, reported) as world:
        chain = await scanned(world, "META", moment_s=0.02)
        assert chain.earnings == (date(2026, 3, 2), date(2026, 6, 3))


@pytest.mark.clause("1.6")
@pytest.mark.asyncio
async def test_1_6_without_that_calendar_a_person_is_believed_and_else_nobody_knows(tmp_path: Path) -> None:
    known = Known(earnings={"AAPL": (Report(day=date(2026, 4, 28), after_close=True),)})
    async with wired(tmp_path, puts, known=known, entitled=Entitled(events=False)) as world:
        chain = await scanned(world)
        assert (chain.earnings, chain.reports_after_close) == ((date(2026, 4, 28),), {date(2026, 4, 28)})
        assert world.market.calendars.told["AAPL"].source == "market.toml"
        assert world.market.calendars.told["AAPL"].refusal
        world.seen.clear()
        chain = await scanned(world, "GOOG", moment_s=0.02)
        assert chain.earnings is None


@pytest.mark.clause("0.5")
@pytest.mark.peer(24)
@pytest.mark.asyncio
async def test_0_5_peers_24_the_price_step_depends_on_the_price(tmp_path: Path) -> None:
    nickels = ((Decimal(0), Decimal("0.05")), (Decimal(3), Decimal("0.10")))
    cheap, dear = (Option("AAPL", FRIDAY, Decimal(strike), Right.PUT) for strike in (190, 205))
    async with wired(tmp_path, puts, steps=nickels) as world:
        chain = await scanned(world)
        await world.watch(["AAPL", "VIX"], [cheap, dear])
        low, high = world.quote(cheap), world.quote(dear)
        assert low is not None and high is not None and low.mid < 3 < high.mid
        assert (low.tick, high.tick, chain.tick) == (Decimal("0.05"), Decimal("0.10"), Decimal("0.05"))
        assert chain.steps == high.steps == nickels


@pytest.mark.clause("2.2")
@pytest.mark.peer(38)
def test_2_2_peers_38_an_expiry_on_a_holiday_ends_with_the_session_before() -> None:
    good_friday = date(2026, 4, 3)
    row = Looked("AAPL", {}, [good_friday], CALENDAR)[good_friday, Right.PUT]
    assert row.strikes == () and row.expires_ms == to_ms(datetime(2026, 4, 2, 16))


@pytest.mark.clause("5.2")
@pytest.mark.asyncio
async def test_5_2_the_put_of_a_hedge_is_looked_for_around_its_price_alone(tmp_path: Path) -> None:
    month = date(2026, 12, 18)

    def hedge(symbol: str, listed: Sequence[date]) -> Sequence[Sought]:
        return (Sought(month, Right.PUT, near=Decimal(4255)),)

    async with wired(tmp_path, hedge) as world:
        chain = await scanned(world, "SPX")
        strikes = chain.slices[month, Right.PUT].strikes
        assert len(strikes) == 4 and Decimal(4250) in strikes
        assert chain.tick == Decimal("0.05")
        assert world.market.lines.holders(Stock("SPX")) == ["held"]


@pytest.mark.clause("5.2")
@pytest.mark.asyncio
async def test_5_2_the_call_of_a_hedge_is_looked_for_in_the_month_that_the_broker_lists(tmp_path: Path) -> None:
    """The VIX's months are Wednesdays, of a class of their own among the weeklies."""
    month = date(2026, 4, 15)

    def hedge(symbol: str, listed: Sequence[date]) -> Sequence[Sought]:
        months = (each for each in listed if CALENDAR.is_vix_monthly(each) and not CALENDAR.is_monthly(each))
        return tuple(Sought(each, Right.CALL, near=Decimal(27)) for each in months)

    async with wired(tmp_path, hedge) as world:
        chain = await scanned(world, "VIX")
        assert Decimal(27) in chain.slices[month, Right.CALL].strikes


@pytest.mark.asyncio
async def test_every_datum_is_told_with_its_source_and_its_age(tmp_path: Path) -> None:
    known = Known(breadth=Width(day=date(2026, 3, 4), value=Decimal(43)))
    async with wired(tmp_path, puts, known=known) as world:
        await scanned(world)
        world.market.ask_bars("AAPL", world.house.now_ms)
        await world.until(world.bars)
        world.entitled.data = "none"
        world.market.watch(["AAPL", "VIX", "GOOG"], [])
        await world.until(lambda: Stock("GOOG") in world.market.stream.trouble)
        world.wait(EVERY_MS)
        told = {(each.what, each.of): each for each in world.market.sources(world.house.now_ms)}
        bars, chain, events = told["bars", "AAPL"], told["chain", "AAPL"], told["earnings", "AAPL"]
        assert (bars.source, bars.value) == ("Interactive Brokers, trades of regular hours", "to 2026-03-04")
        assert chain.source == "Interactive Brokers" and chain.value.endswith(" contracts") and not chain.trouble
        assert events.source == "Interactive Brokers, corporate events"
        for each in (bars, chain, events):
            assert each.at_ms is not None and 0 <= world.house.now_ms - EVERY_MS - each.at_ms < 1_000
        assert told["quote", "GOOG"].trouble.startswith("354 ")
        assert (told["breadth", ""].source, told["breadth", ""].value) == ("market.toml", "43 %, 2026-03-04")
        assert told["rate", ""].source == ""


@pytest.mark.clause("2.2")
@pytest.mark.peer(26)
@pytest.mark.asyncio
@pytest.mark.parametrize("greeks", [None, ["-1", "-2", "-1", "-1", "-2", "-2", "-2", "-1"]])
async def test_2_2_peers_26_the_broker_s_greeks_are_not_waited_for_and_not_gone_by(
    tmp_path: Path, greeks: list[str] | None
) -> None:
    """Deltas are our own, of the mid: what never comes, or was not computed, keeps no strike out."""
    async with wired(tmp_path, puts) as world:
        handlers = world.library.client.decoder.handlers
        theirs = handlers[_GREEKS]
        handlers[_GREEKS] = lambda fields: None if greeks is None else theirs([*fields[:4], *greeks])
        row = (await scanned(world)).slices[FRIDAY, Right.PUT]
        deltas = slice_deltas(row, 200.0, world.house.now_ms, 0.0)
        assert ((deltas > BAND[0]) & (deltas < BAND[1])).any()
        assert deltas.min() < BAND[0] and deltas.max() > BAND[1]
