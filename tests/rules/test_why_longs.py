"""Why a hedge or a LEAP is held, sold or rolled: each verdict turns with what it looks at."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.account import Account, Latch, LeapSale
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.lot import Lot
from allusetui.domain.moment import to_ms
from allusetui.domain.order import Intent, Purpose
from allusetui.domain.quote import Quote
from allusetui.rules.explain import OfPosition, explain
from allusetui.rules.situation import VIX, Situation
from allusetui.rules.triggers import has_reverted
from tests.replaying import Replayed, replay_text
from tests.rules.situations import TRADED_VIX, option, situation
from tests.rules.whys import HOLDS, REFUSES, UNSEEN, WAITS, at_end, why

MONDAY, TUESDAY = date(2026, 1, 12), date(2026, 1, 13)
NVDA = "spot = 180.0\niv = 0.45\natr = 6.0\noi = 5000\nvolume = 5000\nstrike_step = 5.0"
PUT = Option("SPX", date(2026, 10, 16), Decimal(4250), Right.PUT)
VIX_CALL = Option("VIX", date(2026, 7, 15), Decimal(27), Right.CALL)
LEAP = Option("NVDA", date(2027, 1, 15), Decimal(220), Right.CALL)
OF_PUT, OF_VIX, OF_LEAP = OfPosition("GEN", PUT), OfPosition("GEN", VIX_CALL), OfPosition("REV", LEAP)
TEN = to_ms(datetime(2026, 1, 13, 10))


@pytest.fixture(scope="module")
def held() -> Replayed:
    """Tue 01-13 09:59: GEN's put and VIX calls of Fri 01-02, REV's call on NVDA a year away; all is calm."""
    symbols = {"SPX": "spot = 5000.0", "VIX": TRADED_VIX, "NVDA": NVDA}
    longs = (
        option("GEN", "SPX", "2026-10-16", 4250.0, "P", 1, 30.0, "2026-01-02"),
        option("GEN", "VIX", "2026-07-15", 27.0, "C", 5, 2.0, "2026-01-02"),
        option("REV", "NVDA", "2027-01-15", 220.0, "C", 2, 20.0, "2025-10-01"),
    )
    times = ("2026-01-12T08:00:00", "2026-01-13T09:59:00")
    return replay_text(situation(*times, symbols, *longs, accounts=("GEN", "REV")))


def gen(s: Situation) -> Account:
    return s.state.accounts["GEN"]


def rev(s: Situation) -> Account:
    return s.state.accounts["REV"]


def quoted(s: Situation, held: Option, bid: str, ask: str) -> None:
    s.volatile.option_quotes[held] = Quote(Decimal(bid), Decimal(ask), s.now_ms)


@pytest.mark.clause("5.6", "17.5")
@pytest.mark.parametrize(("bid", "verdict"), [("90.00", HOLDS), ("89.99", WAITS)])
def test_5_6_the_profit_is_enough_at_three_times_the_cost(held: Replayed, bid: str, verdict: object) -> None:
    found = why(held, OF_PUT, lambda s: quoted(s, PUT, bid, "95"))["its profit is enough"]
    assert found.verdict is verdict and found.law["at least_price"] == 90
    assert why(held, OF_PUT, lambda s: s.volatile.option_quotes.clear())["its profit is enough"].verdict is UNSEEN


SOLD = "it is to be sold at its look"
KEPT: dict[str, tuple[str, Callable[[Situation], object]]] = {
    "a trigger": ("no trigger keeps it", lambda s: s.state.triggers.on.add("breadth")),
    "a VIX that was high": ("no trigger keeps it", lambda s: setattr(s.state.triggers, "calm", False)),
    "level 2 at the close": ("no position keeps it", lambda s: s.state.triggers.level2.add("GEN")),
    "a young purchase": (
        "its purchase is old enough",
        lambda s: gen(s).lots[PUT].append(Lot(1, Decimal(30), Decimal(0), date(2026, 1, 6))),
    ),
    "a close nobody judged": (
        "the close before its look is known", lambda s: setattr(s.state.triggers, "judged", date(2026, 1, 9)),
    ),
}  # fmt: skip


@pytest.mark.clause("5.6", "17.5")
@pytest.mark.parametrize("what", KEPT)
def test_5_6_a_hedge_reverts_when_nothing_keeps_it(held: Replayed, what: str) -> None:
    fact, change = KEPT[what]
    before, after = why(held, OF_PUT), why(held, OF_PUT, change)
    assert (before[fact].verdict, before[SOLD].verdict) == (HOLDS, HOLDS)
    assert (after[fact].verdict, after[SOLD].verdict) == (WAITS, WAITS)
    assert before[SOLD].figures["looks_ms"] == TEN
    seen = at_end(held)
    assert has_reverted(seen, gen(seen), PUT, TUESDAY)
    change(seen)
    assert not has_reverted(seen, gen(seen), PUT, TUESDAY)


@pytest.mark.clause("5.6")
@pytest.mark.parametrize(("opened", "age", "verdict"), [(date(2026, 1, 5), 5, HOLDS), (date(2026, 1, 6), 4, WAITS)])
def test_5_6_the_age_is_counted_in_sessions_without_the_first_day(
    held: Replayed, opened: date, age: int, verdict: object
) -> None:
    def bought(s: Situation) -> None:
        gen(s).lots[PUT] = [Lot(1, Decimal(30), Decimal(0), opened)]

    found = why(held, OF_PUT, bought)["its purchase is old enough"]
    assert (found.verdict, found.figures["sessions"], found.law["sessions"]) == (verdict, age, 5)


@pytest.mark.clause("5.6")
def test_5_6_after_ten_the_look_of_tomorrow_waits_for_the_close_of_today(held: Replayed) -> None:
    def after(s: Situation) -> None:
        s.now_ms = TEN

    def evening(s: Situation) -> None:
        s.now_ms, s.state.triggers.judged = to_ms(datetime(2026, 1, 13, 17)), TUESDAY

    noon, night = why(held, OF_PUT, after), why(held, OF_PUT, evening)
    assert (noon["the close before its look is known"].verdict, noon[SOLD].verdict) == (WAITS, WAITS)
    assert (night["the close before its look is known"].verdict, night[SOLD].verdict) == (HOLDS, HOLDS)
    assert night[SOLD].figures["looks_ms"] == to_ms(datetime(2026, 1, 14, 10))


@pytest.mark.clause("5.6")
def test_5_6_before_any_close_was_judged_nobody_looks(held: Replayed) -> None:
    found = why(held, OF_PUT, lambda s: setattr(s.state.triggers, "judged", date.min))
    assert found["no trigger keeps it"].verdict is found["its purchase is old enough"].verdict is UNSEEN
    assert found[SOLD].verdict is WAITS


@pytest.mark.clause("5.2")
@pytest.mark.parametrize(("today", "verdict"), [("2026-06-15", HOLDS), ("2026-06-12", WAITS)])
def test_5_2_a_vix_call_is_sold_a_month_before_its_end(held: Replayed, today: str, verdict: object) -> None:
    def later(s: Situation) -> None:
        s.now_ms = to_ms(datetime.fromisoformat(f"{today}T09:59:00"))
        s.today = date.fromisoformat(today)
        s.state.triggers.on.add("vix")

    found = why(held, OF_VIX, later)
    assert (found["its last month has come"].verdict, found[SOLD].verdict) == (verdict, verdict)
    assert "its last month has come" not in why(held, OF_PUT)


@pytest.mark.clause("5.2", "10.3")
@pytest.mark.parametrize(("day", "verdict"), [(15, WAITS), (16, HOLDS)])
def test_10_3_a_hedge_waits_for_its_expiry(held: Replayed, day: int, verdict: object) -> None:
    found = why(held, OF_PUT, lambda s: setattr(s, "today", date(2026, 10, day)))["its expiry has come"]
    assert (found.verdict, found.figures["days"]) == (verdict, 16 - day)


ROLLED = "it is to be rolled at its look"


@pytest.mark.clause("17.4")
@pytest.mark.parametrize("of", [OF_PUT, OF_LEAP], ids=["hedge", "growth"])
@pytest.mark.parametrize(("days", "verdict"), [(0, HOLDS), (-1, WAITS)])
def test_17_4_three_calendar_months_before_its_end_it_is_rolled(
    held: Replayed, of: OfPosition, days: int, verdict: object
) -> None:
    expiry = of.option.expiry

    def later(s: Situation) -> None:
        first = date(expiry.year - (expiry.month < 4), (expiry.month - 4) % 12 + 1, expiry.day)
        s.today = date.fromordinal(first.toordinal() + days)

    found = why(held, of, later)
    assert (found["its last months have come"].verdict, found[ROLLED].verdict) == (verdict, verdict)
    assert found[ROLLED].figures["because"] == ("tte" if verdict is HOLDS else None)
    assert found["its last months have come"].law == {"months": 3}


@pytest.mark.clause("17.4")
@pytest.mark.parametrize(("bid", "verdict"), [("21.00", WAITS), ("1.00", HOLDS), ("60.00", HOLDS)])
def test_17_4_a_delta_outside_of_its_band_rolls_a_growth_leap(held: Replayed, bid: str, verdict: object) -> None:
    found = why(held, OF_LEAP, lambda s: quoted(s, LEAP, bid, bid))
    assert found["its delta has left its band"].verdict is found[ROLLED].verdict is verdict
    assert found["its delta has left its band"].law == {"from": 0.2, "to": 0.5}
    assert found[ROLLED].figures["looks_ms"] == TEN


@pytest.mark.clause("17.4")
def test_17_4_a_hedge_put_has_no_band_and_a_vix_call_is_no_rung(held: Replayed) -> None:
    put, call = why(held, OF_PUT), why(held, OF_VIX)
    assert ROLLED in put and "its delta has left its band" not in put
    assert ROLLED not in call and "it may be rolled" not in call
    assert "its profit is enough" in call and "its profit is enough" not in why(held, OF_LEAP)


@pytest.mark.clause("17.4")
def test_17_4_without_a_bid_nobody_looks_and_without_a_chain_no_contract_is_known(held: Replayed) -> None:
    fact = "a contract to roll to is found"
    unbid = why(held, OF_LEAP, lambda s: quoted(s, LEAP, "0", "0.10"))
    assert unbid[ROLLED].verdict is unbid["its delta has left its band"].verdict is UNSEEN
    assert unbid["somebody bids for it"].verdict is REFUSES
    assert why(held, OF_LEAP)[fact].verdict is WAITS
    due = why(held, OF_LEAP, lambda s: quoted(s, LEAP, "1.00", "1.10"))[fact]
    assert (due.verdict, due.figures) == (UNSEEN, {"candidates": "no chain at hand"})


def works(s: Situation) -> None:
    s.state.intents["9"] = Intent("9", "REV", Purpose.CLOSE, LEAP, Side.SELL, 2, None, ("0.7",), False, None, [2])


BEFORE: dict[str, Callable[[Situation], object]] = {
    "rejecting": lambda s: s.state.rejecting.add(("REV", "NVDA")),
    "rolling": lambda s: rev(s).leap_sales.update(
        {LEAP: LeapSale(1, Decimal(9), Decimal(900), "tte", TUESDAY)}
    ),
    "working": works,
}  # fmt: skip


@pytest.mark.clause("17.4")
@pytest.mark.parametrize("reason", BEFORE)
def test_17_4_what_has_to_end_before_a_roll_is_told(held: Replayed, reason: str) -> None:
    assert why(held, OF_LEAP)["nothing has to end before"].verdict is HOLDS
    found = why(held, OF_LEAP, BEFORE[reason])["nothing has to end before"]
    assert (found.verdict, found.figures["but"]) == (REFUSES, reason)


@pytest.mark.clause("9.1")
def test_9_1_a_latch_that_lets_a_hedge_be_sold_keeps_a_roll_back(held: Replayed) -> None:
    found = why(held, OF_PUT, lambda s: gen(s).latches.add(Latch.LEVEL3))
    assert (found["it may be sold"].verdict, found["it may be rolled"].verdict) == (HOLDS, REFUSES)
    assert found["nothing holds the ladder back"].verdict is REFUSES
    lost = why(held, OF_PUT, lambda s: gen(s).latches.add(Latch.BROKER))
    assert lost["it may be sold"].verdict is lost["its profit may be taken"].verdict is REFUSES
    assert found["its profit may be taken"].verdict is HOLDS


@pytest.mark.clause("8.3")
def test_8_3_an_old_spot_or_quote_of_a_hedge_refuses(held: Replayed) -> None:
    def old(s: Situation) -> None:
        s.volatile.quotes[VIX] = Quote(Decimal(18), Decimal(18), s.now_ms - 31_000)

    before, after = why(held, OF_VIX), why(held, OF_VIX, old)
    for fact in ("its spot is fresh", "its quote is fresh"):
        assert (before[fact].verdict, after[fact].verdict) == (HOLDS, REFUSES)
    assert "its ATR is today's" not in before


def test_a_hedge_that_is_gone_has_nothing_to_explain(held: Replayed) -> None:
    assert explain(at_end(held), OfPosition("REV", PUT)) == ()
