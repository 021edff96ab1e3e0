"""What a file scripts happens: every key of the tape, every fault and every key of the operator, seen in whole runs."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import to_ms
from allusetui.domain.quote import Chain, Quote
from allusetui.scenario.script import ACTION_NEEDS, Action, FaultKind
from tests.replaying import DATA, Replayed, replay_text
from tests.rules.situations import AAPL, fault, holding, operator, option, situation, tape, told

DAY = "2026-03-04"
ETF = 'spot = 500.0\nearnings = "unknown"\ndividends = [{ ex = 2026-03-05, amount = 1.5 }]'
PUT = Option("AAPL", date(2026, 3, 6), Decimal(190), Right.PUT)
KEYS = 'expiry = 2026-03-06\nstrike = 190.0\nright = "P"'
CONTRACT = {"expiry": "2026-03-06", "strike": 190.0, "right": '"P"'}


def day(*more: str, end: str = f"{DAY}T10:30:00", **head: object) -> Replayed:
    """GEN with two puts on a day without a window of its own."""
    held = option("GEN", "AAPL", "2026-03-06", 190.0, "P", -2, 2.0, "2026-03-02")
    symbols = {"AAPL": AAPL, "QQQ": ETF, "SPX": "spot = 5000.0", "XSP": ""}
    return replay_text(situation(f"{DAY}T09:30:00", end, symbols, held, *more, **head))  # type: ignore[arg-type]


def at(clock: str) -> int:
    return to_ms(datetime.fromisoformat(f"{DAY}T{clock}"))


def chain(r: Replayed, clock: str, symbol: str = "AAPL") -> Chain:
    found = r.run.market.chain(symbol, at(clock))
    assert found is not None
    return found


def quote(r: Replayed, clock: str, contract: Option = PUT) -> Quote:
    found = r.run.market.option(contract, at(clock))
    assert found is not None
    return found


def depth(r: Replayed, clock: str) -> tuple[int, int, int, int]:
    """Open interest and the three volumes, which every contract of the chain has alike."""
    part = chain(r, clock).slices[PUT.expiry, PUT.right]
    rows = zip(part.open_interest, part.volume, part.previous_volume, part.average_volume, strict=True)
    (only,) = {tuple(int(figure) for figure in row) for row in rows}
    return only  # type: ignore[return-value]


# The tape


@pytest.mark.parametrize(
    ("glide", "seconds", "half"),
    [("90000ms", 90, 195), ("90s", 90, 195), ("1.5m", 90, 195), ("0.5h", 1800, 195), ("0.025d", 2160, 195)],
)
def test_a_glide_is_told_in_any_unit_and_is_half_way_at_half_its_time(glide: str, seconds: int, half: int) -> None:
    r = day(tape(f"{DAY}T09:40:00", AAPL=190.0) + f'\nglide = "{glide}"', end=f"{DAY}T09:40:00")
    start = at("09:40:00")
    spots = [r.run.market.underlying("AAPL", start + 1000 * s) for s in (0, seconds // 2, seconds, seconds * 3)]
    assert [s.mid for s in spots if s] == [200, half, 190, 190]


def test_volatility_spread_interest_and_volume_follow_the_tape() -> None:
    r = day(
        tape(f"{DAY}T10:00:00", AAPL__iv=0.6, AAPL__spread_pct=0.5, AAPL__oi='"missing"', AAPL__volume=70),
        tape(f"{DAY}T10:10:00", AAPL__oi=12, AAPL__volume='"missing"'),
    )
    before, after = quote(r, "09:59:55"), quote(r, "10:00:00")
    assert after.mid > 2 * before.mid
    assert (after.ask - after.bid) / after.mid == pytest.approx(Decimal("0.5"), abs=Decimal("0.02"))
    assert [depth(r, clock) for clock in ("09:59:55", "10:00:00", "10:10:00")] == [
        (5000, 5000, 5000, 5000), (-1, 70, 70, 70), (12, -1, -1, -1),
    ]  # fmt: skip


@pytest.mark.clause("6.9", "8.4")
def test_6_9_a_true_range_of_the_tape_holds_from_the_next_open_and_none_stops_the_bars() -> None:
    r = day(
        tape(f"{DAY}T10:00:00", AAPL__atr=7.0), tape("2026-03-05T10:00:00", AAPL__atr='"none"'),
        end="2026-03-06T09:31:00",
    )  # fmt: skip
    fixed = [(x["ts"][:10], x["data"]["atr"], x["data"]["atr_source"]) for x in r.of("atr.fixed", symbol="AAPL")]
    assert fixed == [(DAY, 20, "bars"), ("2026-03-05", 7, "bars"), ("2026-03-06", 7.7, "last_valid")]


@pytest.mark.clause("5.2")
def test_xsp_is_a_tenth_of_spx_in_price_and_volatility_as_the_tape_moves_them() -> None:
    r = day(tape(f"{DAY}T10:00:00", SPX=4500.0, SPX__iv=0.4))
    large, small = (Option(name, date(2026, 6, 19), Decimal(k), Right.PUT) for name, k in (("SPX", 4000), ("XSP", 400)))
    for clock in ("09:45:00", "10:05:00"):
        assert quote(r, clock, small).mid == pytest.approx(quote(r, clock, large).mid / 10, abs=Decimal("0.06"))
    spot = r.run.market.underlying("XSP", at("10:05:00"))
    assert spot is not None and spot.mid == 450


def test_a_chain_tells_that_nobody_knows_its_reports_and_which_dividends_come() -> None:
    r = day()
    assert chain(r, "10:00:00", "QQQ").earnings is None and chain(r, "10:00:00").earnings == ()
    assert [(p.ex, p.amount) for p in chain(r, "10:00:00", "QQQ").payouts] == [(date(2026, 3, 5), Decimal("1.5"))]


@pytest.mark.clause("5.5")
@pytest.mark.parametrize(
    "kind",
    [
        'kind = "scripted"', 'kind = "synthetic"',
        pytest.param(
            f'kind = "history"\ndata = "{DATA}"',
            marks=pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here"), id="history",
        ),
    ],
)  # fmt: skip
def test_5_5_a_breadth_that_the_file_tells_is_judged_in_every_market(kind: str) -> None:
    told = "[market.breadth]\nvalue = 43.5", tape("2020-03-04T10:00:00", breadth=18.5)
    text = situation("2020-03-03T15:50:00", "2020-03-04T16:01:00", {}, *told).replace('kind = "scripted"', kind)
    if "scripted" not in kind:
        text = text.replace("[market.symbols.VIX]\nspot = 18.0\noi = 0", "")
    r = replay_text(text)
    judged = [(x["data"]["breadth"], x["data"]["breadth_day"]) for x in r.of("triggers.judged")]
    assert judged == [(43.5, "2020-03-03"), (18.5, "2020-03-04")]
    assert [x["data"]["value"] for x in r.of("trigger.on", clauses=["5.5"])] == [18.5]


# Faults: what each leaves in the journal


def doubted(r: Replayed) -> bool:
    return [x["data"]["symbol"] for x in r.of("data.invalid")][:1] == ["AAPL"]


FAULTS: dict[str, tuple[str, Callable[[Replayed], bool]]] = {
    "stale": (fault(f"{DAY}T10:00:00", "stale", "AAPL", "2m"), lambda r: told(r.of("data.stale")[0]) > "10:00:00"),
    "no_chain": (fault(f"{DAY}T10:00:00", "no_chain", "AAPL", "2m"), lambda r: _engine_chain(r) is None),
    "no_fill": (
        fault(f"{DAY}T10:00:00", "no_fill", "AAPL", "10s") + "\n" + operator(f"{DAY}T10:00:05", "close", "GEN")
        + f'\nsymbol = "AAPL"\n{KEYS}',
        lambda r: told(r.of("order.sent")[0]) == "10:00:05" and told(r.of("order.filled")[0]) >= "10:00:10",
    ),
    "partial_fill": (
        fault(f"{DAY}T10:00:00", "partial_fill", "AAPL", "2m", value=1) + "\n"
        + operator(f"{DAY}T10:01:00", "close", "GEN") + f'\nsymbol = "AAPL"\n{KEYS}',
        lambda r: [x["data"]["quantity"] for x in r.of("order.filled")] == [1, 1],
    ),
    "reject": (
        fault(f"{DAY}T10:00:00", "reject", "AAPL", "10s") + "\n" + operator(f"{DAY}T10:00:05", "close", "GEN")
        + f'\nsymbol = "AAPL"\n{KEYS}',
        lambda r: told(r.of("order.rejected")[0]) == "10:00:05",
    ),
    "lost_ack": (
        fault(f"{DAY}T10:00:00", "lost_ack", span="1m") + "\n" + operator(f"{DAY}T10:00:05", "close", "GEN")
        + f'\nsymbol = "AAPL"\n{KEYS}',
        lambda r: len(r.of("order.unknown")) == 1 and [x["data"]["quantity"] for x in r.of("order.filled")] == [2],
    ),
    "bad_quote": (fault(f"{DAY}T10:00:00", "bad_quote", "AAPL", "2m", value='"crossed"'), doubted),
    "broker_down": (
        fault(f"{DAY}T10:00:00", "broker_down", span="2m"),
        lambda r: [told(x) for x in [*r.of("broker.down"), *r.of("broker.up")]] == ["10:00:00", "10:02:00"],
    ),
    "crash": (
        fault(f"{DAY}T10:00:00", "crash", span="2m"),
        lambda r: [told(x) for x in r.of("session.started")] == ["09:30:00", "10:02:00"],
    ),
    "broker_book": (
        fault(f"{DAY}T10:00:00", "broker_book", "AAPL", quantity=-3, **CONTRACT) + "\n"
        + operator(f"{DAY}T10:01:00", "audit", "GEN"),
        lambda r: [(x["data"]["ours"], x["data"]["broker"]) for x in r.of("reconcile.mismatch")] == [(-2, -5)],
    ),
    "foreign_order": (
        fault(f"{DAY}T10:00:00", "foreign_order", "XOM", quantity=7),
        lambda r: [x["data"]["what"] for x in r.of("reconcile.mismatch")] == ["foreign_order"],
    ),
    "assign": (
        fault(f"{DAY}T10:00:00", "assign", "AAPL", quantity=1, **CONTRACT),
        lambda r: [(x["data"]["quantity"], x["data"]["shares"]) for x in r.of("assignment.received")] == [(1, 100)],
    ),
}  # fmt: skip


def _engine_chain(r: Replayed) -> Chain | None:
    return r.run.runtime.world.market.chain("AAPL", at("10:01:00"))


@pytest.mark.parametrize("kind", FaultKind.__args__)  # type: ignore[attr-defined]
def test_every_fault_is_felt(kind: str) -> None:
    table, felt = FAULTS[kind]
    assert felt(day(table))


@pytest.mark.clause("9.5")
def test_9_5_a_stock_in_the_broker_s_book_is_a_difference_where_we_hold_some() -> None:
    book = fault(f"{DAY}T10:00:00", "broker_book", "AAPL", "2m", quantity=-100)
    own = ("[accounts.COM]\nequity = 100_000", holding("COM", "AAPL", 300, 190.0))
    r = day(book, *own, operator(f"{DAY}T10:01:00", "audit", "COM"))
    (shown,) = r.of("reconcile.mismatch")
    assert (shown["account"], shown["data"]["contract"]) == ("COM", {"symbol": "AAPL"})
    assert (shown["data"]["ours"], shown["data"]["broker"]) == (300, 200)


@pytest.mark.clause("7.2")
def test_7_2_an_early_assignment_of_more_than_is_held_takes_what_is_held() -> None:
    r = day(fault(f"{DAY}T10:00:00", "assign", "AAPL", quantity=9, **CONTRACT))
    assert [x["data"]["quantity"] for x in r.of("assignment.received")] == [2]
    assert r.of("reconcile.mismatch") == []


def test_a_fault_without_a_span_lasts_to_the_end_and_a_crash_never_comes_back() -> None:
    r = day(fault(f"{DAY}T10:00:00", "crash"))
    assert max(told(x) for x in r.records) <= "10:00:00"
    down = day(fault(f"{DAY}T10:00:00", "broker_down"))
    assert down.of("broker.up") == []


@pytest.mark.clause("9.5")
@pytest.mark.parametrize(("span", "starts"), [("30m", 2), ("30.001m", 1)])
def test_9_5_a_crash_that_outlasts_the_end_is_not_started_again_after_it(span: str, starts: int) -> None:
    r = day(fault(f"{DAY}T10:00:00", "crash", span=span))
    assert len(r.of("session.started")) == starts
    assert max(told(x) for x in r.records) <= "10:30:00"


@pytest.mark.clause("8.6", "9.5")
def test_8_6_a_link_that_was_lost_before_the_start_is_lost_at_it() -> None:
    r = day(fault(f"{DAY}T09:00:00", "broker_down", span="40m"))
    assert [told(x) for x in [*r.of("broker.down"), *r.of("broker.up")]] == ["09:30:00", "09:40:00"]
    assert {x["account"] for x in r.of("latch.set")} == {"GEN", "REV", "COM"}


@pytest.mark.clause("9.5")
def test_9_5_a_stranger_s_order_that_worked_before_the_start_is_told_at_it() -> None:
    r = day(fault(f"{DAY}T09:00:00", "foreign_order", "XOM", quantity=7))
    assert [(told(x), x["data"]["what"]) for x in r.of("reconcile.mismatch")] == [("09:30:00", "foreign_order")]


# The operator


AMOUNT, CLOSE = "\namount = 1000", f'\nsymbol = "AAPL"\n{KEYS}'


@pytest.mark.parametrize("action", Action.__args__)  # type: ignore[attr-defined]
def test_every_key_of_the_operator_is_told_with_who_pressed_it(action: str) -> None:
    needs = ACTION_NEEDS.get(action, ())
    more = (AMOUNT if "amount" in needs else "") + (CLOSE if "symbol" in needs else "")
    r = day(operator(f"{DAY}T10:00:00", action, None if action == "kill" else "GEN") + more)
    (acted,) = r.of("operator.acted")
    assert (told(acted), acted["account"]) == ("10:00:00", None if action == "kill" else "GEN")
    assert (acted["data"]["action"], acted["data"]["by"]) == (action, "operator")
    assert acted["data"]["amount"] == (1000 if "amount" in needs else None)
    assert acted["data"]["contract"] == (
        {"symbol": "AAPL", "expiry": "2026-03-06", "strike": 190, "right": "P", "multiplier": 100}
        if action == "close" else None
    )  # fmt: skip


@pytest.mark.clause("9.3")
def test_9_3_maintenance_is_left_by_resume() -> None:
    r = day(operator(f"{DAY}T10:00:00", "maintenance", "COM"), operator(f"{DAY}T10:05:00", "resume", "COM"))
    states = [(told(x), x["data"]["to"]) for x in r.of("state.changed", account="COM")]
    assert states == [("10:00:00", "MAINTENANCE"), ("10:05:00", "SAFE")]


def test_a_close_by_hand_buys_the_position_back() -> None:
    r = day(operator(f"{DAY}T10:00:00", "close", "GEN") + CLOSE)
    assert [(x["data"]["purpose"], x["data"]["side"], x["data"]["quantity"]) for x in r.of("order.sent")][:1] == [
        ("close", "BUY", 2)
    ]
    assert sum(x["data"]["quantity"] for x in r.of("order.filled")) == 2
