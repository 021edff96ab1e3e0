"""Why a position is held, rolled, stopped or bought back: each verdict turns with what it looks at."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.account import Account, Latch
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.moment import to_ms
from allusetui.domain.order import Intent, Purpose
from allusetui.domain.quote import Payout, Quote
from allusetui.domain.state import Atr
from allusetui.rules.explain import OfPosition, explain
from allusetui.rules.situation import Situation
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, holding, option, situation, tape
from tests.rules.whys import HOLDS, REFUSES, UNSEEN, WAITS, at_end, why

WEDNESDAY, FRIDAY = "2026-03-04T", "2026-03-06T"
PUT = Option("AAPL", date(2026, 3, 13), Decimal(200), Right.PUT)
CALL = Option("AAPL", date(2026, 3, 20), Decimal(210), Right.CALL)
OF_PUT, OF_CALL = OfPosition("GEN", PUT), OfPosition("COM", CALL)
LEVELS = (
    "level 0: held", "level 1: watched", "level 2: rolled", "level 3: bought back",
)  # fmt: skip


@pytest.fixture(scope="module")
def held() -> Replayed:
    """GEN's put at 200 with the spot at 202 and an ATR of 4; COM's call at 210 on 300 shares."""
    put = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -3, 4.0, "2026-03-03")
    call = option("COM", "AAPL", "2026-03-20", 210.0, "C", -3, 4.0, "2026-03-03")
    table = {"AAPL": but(AAPL, spot=202.0, atr=4.0)}
    times = (WEDNESDAY + "10:00:00", WEDNESDAY + "10:10:00")
    shares = holding("COM", "AAPL", 300, 190.0)
    return replay_text(situation(*times, table, put, call, shares, accounts=("GEN", "COM")))


def gen(s: Situation) -> Account:
    return s.state.accounts["GEN"]


def spot(s: Situation, value: str, age_s: int = 0) -> None:
    s.volatile.quotes["AAPL"] = Quote(Decimal(value), Decimal(value), s.now_ms - age_s * 1000)


def quoted(s: Situation, held: Option, bid: str, ask: str) -> None:
    s.volatile.option_quotes[held] = Quote(Decimal(bid), Decimal(ask), s.now_ms)


@pytest.mark.clause("6.1", "6.2", "6.3", "6.4")
@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_6_1_the_levels_that_are_reached_hold_and_those_above_wait(held: Replayed, level: int) -> None:
    found = why(held, OF_PUT, lambda s: setattr(gen(s).positions[PUT], "level", level))
    expected = [HOLDS if level == 0 else WAITS, *[HOLDS if n <= level else WAITS for n in (1, 2, 3)]]
    assert [found[fact].verdict for fact in LEVELS] == expected
    assert found[LEVELS[2]].figures["breach_atr"] == Decimal("-0.5") and found[LEVELS[2]].law == {"from_atr": 2.0}


@pytest.mark.parametrize(("value", "verdict"), [("196.40", HOLDS), ("196.39", WAITS)])
def test_6_2_a_level_falls_a_tenth_below_its_step(held: Replayed, value: str, verdict: object) -> None:
    def watched(s: Situation) -> None:
        gen(s).positions[PUT].level = 1
        spot(s, value)

    found = why(held, OF_PUT, watched)["it is to fall a level"]
    assert found.verdict is verdict and found.law["at most_atr"] == Decimal("0.9")
    assert "it is to fall a level" not in why(held, OF_PUT)


@pytest.mark.parametrize(("value", "verdict"), [("196.00", HOLDS), ("196.01", WAITS)])
def test_2_3_a_roll_is_prepared_at_the_strike_less_one_atr(held: Replayed, value: str, verdict: object) -> None:
    found = why(held, OF_PUT, lambda s: spot(s, value))["a roll is to be prepared"]
    assert found.verdict is verdict and found.figures["trigger_price"] == 196 and found.clauses == ("2.3",)


@pytest.mark.parametrize(("cost", "verdict"), [("2.00", HOLDS), ("2.01", REFUSES)])
def test_6_10_earlier_rolls_may_have_cost_half_of_the_first_credit(held: Replayed, cost: str, verdict: object) -> None:
    found = why(held, OF_PUT, lambda s: setattr(gen(s).positions[PUT], "chain_cost", Decimal(cost)))
    economics = found["its rolls are affordable"]
    assert economics.verdict is verdict and economics.law == {"at most_price": 2}
    assert found["a roll is allowed"].verdict is UNSEEN  # no chain has been asked for


@pytest.mark.clause("6.10")
@pytest.mark.parametrize(("credit", "verdict"), [(0.5, REFUSES), (20.0, HOLDS)])
def test_6_10_the_candidates_that_the_journal_told_of_have_a_verdict_each(credit: float, verdict: object) -> None:
    put = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -3, credit, "2026-03-03")
    times = (WEDNESDAY + "10:00:00", WEDNESDAY + "10:06:00")
    fall = tape(WEDNESDAY + "10:04:00", AAPL=195.5)
    found = why(replay_text(situation(*times, {"AAPL": but(AAPL, atr=4.0)}, put, fall)), OF_PUT)
    rolls = [finding for fact, finding in found.items() if fact.startswith("a roll to")]
    assert len(rolls) == 3
    assert {roll.verdict for roll in rolls} == {verdict}
    assert {roll.figures["refused"] for roll in rolls} == {"economics" if verdict is REFUSES else None}
    assert {roll.law["at most_price"] for roll in rolls} == {Decimal(str(credit)) / 2}


TURNS: dict[str, tuple[OfPosition, Callable[[Situation], object], object]] = {
    "its spot is fresh": (OF_PUT, lambda s: spot(s, "202", 31), REFUSES),
    "its quote is fresh": (OF_PUT, lambda s: s.volatile.option_quotes.pop(PUT), REFUSES),
    "a young quote proves it": (OF_PUT, lambda s: spot(s, "202", 31), REFUSES),
    "its ATR is today's": (
        OF_PUT, lambda s: s.state.atr.update(AAPL=Atr(Decimal(4), "bars", date(2026, 3, 3))), WAITS,
    ),
    "a stop may be sent": (OF_PUT, lambda s: gen(s).latches.add(Latch.PAUSED), REFUSES),
    "a roll may be sent": (OF_PUT, lambda s: gen(s).latches.add(Latch.BROKER), REFUSES),
    "it may be reduced": (OF_CALL, lambda s: s.state.accounts["COM"].latches.add(Latch.DISK), REFUSES),
    "its profit may be taken": (OF_CALL, lambda s: s.state.accounts["COM"].latches.add(Latch.DISK), REFUSES),
    "reports allow its calls": (OF_CALL, lambda s: s.volatile.reports.update(AAPL=(s.today,)), REFUSES),
}  # fmt: skip


@pytest.mark.parametrize("fact", TURNS)
def test_what_holds_turns_with_what_it_looks_at(held: Replayed, fact: str) -> None:
    of, change, turned = TURNS[fact]
    before = why(held, of, lambda s: s.volatile.reports.update(AAPL=()))
    assert before[fact].verdict is HOLDS
    assert why(held, of, change)[fact].verdict is turned


@pytest.mark.clause("6.4")
@pytest.mark.parametrize(("ask", "verdict"), [("1.10", HOLDS), ("1.30", REFUSES), (None, REFUSES)])
def test_6_4_before_09_31_only_a_narrow_spread_lets_a_stop_out(
    held: Replayed, ask: str | None, verdict: object
) -> None:
    def shown(s: Situation) -> None:
        if ask is None:
            s.volatile.option_quotes.pop(PUT)
        else:
            quoted(s, PUT, "1.00", ask)

    def opening(s: Situation) -> None:
        s.now_ms -= 2_400_000 - 30_000  # 09:30:30
        spot(s, "202")
        shown(s)

    assert at_end(held).now_ms == to_ms(datetime(2026, 3, 4, 10, 10))
    assert why(held, OF_PUT, opening)["it is past the opening"].verdict is verdict
    assert why(held, OF_PUT, shown)["it is past the opening"].verdict is HOLDS


def test_an_order_that_works_on_a_position_keeps_another_back(held: Replayed) -> None:
    def working(s: Situation) -> None:
        s.state.intents["9"] = Intent("9", "GEN", Purpose.CLOSE, PUT, Side.BUY, 3, None, ("9.1",), False, None, [3])

    found = why(held, OF_PUT, working)["no order on it works"]
    assert found.verdict is REFUSES and found.figures["works"] == "close"
    assert why(held, OF_PUT)["no order on it works"].verdict is HOLDS


def test_a_level_that_only_the_buffer_reached_has_no_young_quote_behind_it(held: Replayed) -> None:
    def buffered(s: Situation) -> None:
        position = gen(s).positions[PUT]
        position.level, position.level_from_buffer = 1, True

    assert why(held, OF_PUT, buffered)["a young quote proves it"].verdict is REFUSES


@pytest.mark.parametrize(("ask", "verdict"), [("1.40", HOLDS), ("1.41", WAITS)])
def test_4_2_the_profit_is_due_at_35_percent_of_the_credit(held: Replayed, ask: str, verdict: object) -> None:
    found = why(held, OF_CALL, lambda s: quoted(s, CALL, "1.00", ask))["its profit is enough"]
    assert found.verdict is verdict and found.law == {"at most_price": Decimal("1.40")}


def test_4_2_without_a_young_quote_nobody_looks(held: Replayed) -> None:
    found = why(held, OF_CALL, lambda s: s.volatile.option_quotes.clear())
    assert found["its profit is enough"].verdict is UNSEEN
    assert found["it may be assigned early"].verdict is UNSEEN


def test_6_6_a_dividend_makes_an_early_assignment_likely_and_a_small_profit_enough(held: Replayed) -> None:
    def feared(s: Situation) -> None:
        spot(s, "212.00")
        quoted(s, CALL, "2.20", "2.60")
        s.volatile.payouts["AAPL"] = (Payout(date(2026, 3, 10), Decimal("0.50")),)

    calm = why(held, OF_CALL, lambda s: quoted(s, CALL, "2.90", "3.00"))
    fear = why(held, OF_CALL, feared)
    assert calm["it may be assigned early"].verdict is WAITS
    assert fear["it may be assigned early"].verdict is HOLDS
    assert fear["it may be assigned early"].figures["risk_share"] == 1.0
    assert (calm[ENOUGH].verdict, fear[ENOUGH].verdict) == (WAITS, HOLDS)


ENOUGH = "its profit covers that"


@pytest.fixture(scope="module")
def friday() -> Replayed:
    """14:40 on the day that GEN's put at 190 and COM's call expire; the spot is at 200."""
    put = option("GEN", "AAPL", "2026-03-06", 190.0, "P", -3, 4.0, "2026-03-03")
    call = option("COM", "AAPL", "2026-03-06", 215.0, "C", -3, 4.0, "2026-03-06")
    times = (FRIDAY + "14:31:00", FRIDAY + "14:40:00")
    shares = holding("COM", "AAPL", 300, 220.0)
    table = {"AAPL": but(AAPL, atr=40.0)}
    return replay_text(situation(*times, table, put, call, shares, accounts=("GEN", "COM")))


@pytest.mark.clause("1.4", "7.1")
@pytest.mark.parametrize(
    ("value", "left", "near", "bought"),
    [("200.00", WAITS, WAITS, WAITS), ("190.90", WAITS, HOLDS, HOLDS), ("150.00", HOLDS, HOLDS, WAITS)],
)
def test_1_4_what_becomes_of_a_put_on_its_last_afternoon(
    friday: Replayed, value: str, left: object, near: object, bought: object
) -> None:
    put = Option("AAPL", date(2026, 3, 6), Decimal(190), Right.PUT)

    def moved(s: Situation) -> None:
        spot(s, value)
        mid = max(Decimal(190) - Decimal(value), Decimal(0)) + Decimal("0.30")
        quoted(s, put, str(mid - Decimal("0.10")), str(mid + Decimal("0.10")))

    found = why(friday, OfPosition("GEN", put), moved)
    assert found["its last afternoon is on"].verdict is HOLDS
    verdicts = [found[fact].verdict for fact in ("it is left to assignment", "it is near its strike")]
    assert verdicts == [left, near] and found["it is to be bought back"].verdict is bought


def test_before_its_last_day_an_option_waits_for_its_afternoon(held: Replayed) -> None:
    found = why(held, OF_PUT)
    assert found["its last afternoon is on"].verdict is WAITS
    assert "it is to be bought back" not in found


@pytest.mark.clause("6.5")
def test_6_5_a_call_on_its_last_day_says_why_it_is_held() -> None:
    # Thursday before a Friday expiry: 1 day is left, and the ask is far from worthless.
    call = option("COM", "AAPL", "2026-03-06", 200.5, "C", -3, 2.0, "2026-03-02")
    times = ("2026-03-05T09:40:00", "2026-03-05T09:50:00")
    shares = holding("COM", "AAPL", 300, 190.0)
    replayed = replay_text(situation(*times, {"AAPL": AAPL}, shares, call, accounts=("COM",)))
    of = OfPosition("COM", Option("AAPL", date(2026, 3, 6), Decimal("200.5"), Right.CALL))
    found = why(replayed, of)
    assert found["its last day has come"].verdict is HOLDS
    assert found["its last day closes it"].verdict is HOLDS
    called = why(replayed, of, lambda s: spot(s, "203"))["its last day closes it"]
    assert called.verdict is WAITS and called.figures["held because"] == "called_away"


def test_a_position_that_is_gone_has_nothing_to_explain(held: Replayed) -> None:
    assert explain(at_end(held), OfPosition("GEN", CALL)) == ()
