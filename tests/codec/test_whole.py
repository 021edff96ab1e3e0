"""A snapshot reaches another process exactly as it was, fast, or is refused plainly."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from time import thread_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.codec.shape import CodecError
from allusetui.codec.whole import FORMAT, decode, encode, key_data, key_of
from allusetui.compose.run import build_run
from allusetui.domain.console import Key
from allusetui.domain.contract import Option, Right, Side, Stock
from allusetui.domain.event import AlertRaised
from allusetui.domain.input import Execution
from allusetui.domain.lot import Lot
from allusetui.domain.order import Pocket
from allusetui.domain.quote import Payout
from allusetui.domain.snapshot import Link, Mark, Proof, Snapshot, Source, Told
from allusetui.domain.state import Booked, State
from allusetui.domain.volatile import Volatile
from allusetui.journal.memory import MemoryJournal
from allusetui.runtime.tail import TailJournal
from allusetui.scenario.load import load
from tests.replaying import Silent

TOLD_OF_VOLATILE = ("quotes", "option_quotes", "rate", "walks", "told_invalid", "reports", "payouts")
BUDGET_S = 0.005


def shot(state: State, volatile: Volatile, at_ms: int, journal: MemoryJournal) -> Snapshot:
    told = tuple(Told(*row) for row in journal.read())[-200:]
    kept = TailJournal(journal)
    return Snapshot(
        7, "demo", "SIM", at_ms, 60.0, 12.5, 0.25, state, volatile, Link(False, 1.5, None), told,
        tuple(t for t in told if isinstance(t.event, AlertRaised)), {"": Proof("kill", at_ms, 3, 2, 0.1)},
        kept.marks, tuple(kept.moves.values()), tuple(kept.reports),
        (Source("bars", "AAPL", "x", at_ms, "to 2020-03-06"), Source("rate", "", "")), True,
    )  # fmt: skip


def assert_same(found: Snapshot, wanted: Snapshot) -> None:
    for name in Snapshot.__dataclass_fields__:
        if name != "volatile":
            assert getattr(found, name) == getattr(wanted, name), name
    for name in TOLD_OF_VOLATILE:
        assert getattr(found.volatile, name) == getattr(wanted.volatile, name), name


def test_every_instant_of_the_crash_week_comes_back_as_it_was() -> None:
    journal = MemoryJournal()
    run = build_run(load("crash-week"), journal, Silent())
    run.runtime.begin(run.started)
    worked = held = False
    count = 0
    while (at_ms := run.runtime.next_ms()) <= run.end_ms:
        run.runtime.step(at_ms)
        engine = run.runtime.engine
        count += 1
        if engine.state.intents or count % 50 == 0:
            wanted = shot(engine.state, engine.volatile, at_ms, journal)
            data = encode(wanted)
            assert_same(decode(data), wanted)
            assert encode(decode(data)) == data
            worked |= bool(engine.volatile.walks)
            held |= any(account.positions for account in engine.state.accounts.values())
    assert worked and held and wanted.marks and wanted.moves


money = st.decimals(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
options = st.builds(Option, texts, st.dates(), money, st.sampled_from(Right), st.integers())
executions = st.builds(
    Execution, texts, texts, options | st.builds(Stock, texts), st.sampled_from(Side), st.integers(), money, money
)
lots = st.builds(Lot, st.integers(), money, money, st.dates(), st.booleans(), texts)
booked = st.builds(Booked, executions, st.sampled_from(Pocket), st.booleans(), st.lists(lots, max_size=2).map(tuple))
states = st.builds(
    State, session=texts, margin_rate=money, planned_today=st.dictionaries(options, st.integers()),
    rejecting=st.sets(st.tuples(texts, texts)), seen_ids=st.sets(texts), fills=st.dictionaries(texts, booked),
    week_facts=st.dictionaries(texts, st.sets(texts)), planned_day=st.dates(), seed=st.integers(),
)  # fmt: skip


@settings(max_examples=100)
@given(states, st.floats(allow_nan=False))
def test_any_state_comes_back_as_it_was_and_as_the_same_bytes(state: State, speed: float) -> None:
    wanted = Snapshot(1, "s", "SIM", 0, speed, 0.0, 0.0, state, Volatile())
    found = decode(encode(wanted))
    assert_same(found, wanted)
    assert encode(found) == encode(wanted)


def test_a_decimal_keeps_its_trailing_zeros() -> None:
    state = State(margin_rate=Decimal("0.2000"), planned_today={option("180.50"): 1, option("180.5", "MSFT"): 2})
    found = decode(encode(Snapshot(1, "s", "SIM", 0, 1.0, 0.0, 0.0, state, Volatile()))).state
    assert [str(found.margin_rate), *[str(o.strike) for o in found.planned_today]] == ["0.2000", "180.50", "180.5"]


def test_what_is_known_of_reports_and_dividends_and_doubted_of_quotes_comes_along() -> None:
    day = date(2026, 3, 6)
    known = Volatile(
        told_invalid={("AAPL", "bid")}, reports={"AAPL": (day,), "SPY": (), "XYZ": None},
        payouts={"AAPL": (Payout(day, Decimal("0.26")),)},
    )  # fmt: skip
    wanted = replace(SMALL, volatile=known)
    assert_same(decode(encode(wanted)), wanted)


def option(strike: str, symbol: str = "BRK B") -> Option:
    return Option(symbol, date(2026, 3, 6), Decimal(strike), Right.PUT)


SMALL = Snapshot(1, "s", "SIM", 0, 1.0, 0.0, 0.0, State(), Volatile())


def test_another_format_is_refused_by_its_name() -> None:
    other = json.dumps(["1-older", json.loads(encode(SMALL))[1]]).encode()
    with pytest.raises(CodecError, match=f"format '1-older'; this program reads {FORMAT}"):
        decode(other)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"7", b"\xff", b"[" * 100_000, b'["' + FORMAT.encode() + b'"]'])
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data)


WRITTEN = json.loads(encode(replace(SMALL, state=State(planned_today={option("1"): 1}))))


@given(st.data())
def test_a_snapshot_with_one_value_of_another_type_is_refused_or_goes_on_as_it_was_read(data: st.DataObject) -> None:
    body = json.loads(json.dumps(WRITTEN[1]))
    place: Any = body
    index = data.draw(st.integers(0, len(place) - 1))
    while isinstance(place[index], list) and place[index] and data.draw(st.booleans()):
        place = place[index]
        index = data.draw(st.integers(0, len(place) - 1))
    place[index] = data.draw(st.none() | st.integers() | texts | st.lists(st.integers()) | st.just({"a": 1}))
    try:
        found = decode(json.dumps([FORMAT, body]).encode())
    except CodecError:  # and nothing else
        return
    written = encode(found)
    assert encode(decode(written)) == written


def test_a_normal_weeks_snapshot_takes_less_than_5_ms_each_way() -> None:
    journal = MemoryJournal()
    run = build_run(load("crash-week"), journal, Silent())
    run.go()
    snapshot = shot(run.runtime.engine.state, run.runtime.engine.volatile, run.end_ms, journal)
    year = tuple(Mark(date(2025, 1, 1) + timedelta(days=i), Decimal(400_000 + i), Decimal(400_300)) for i in range(252))
    snapshot = replace(snapshot, marks={f"FORK{number}": year for number in range(8)})
    data = encode(snapshot)
    assert min(seconds(lambda: encode(snapshot)) for _ in range(5)) < BUDGET_S
    assert min(seconds(lambda: decode(data)) for _ in range(5)) < BUDGET_S


def seconds(work: Any) -> float:
    """Of a processor: another that has the machine does not count."""
    began_s = thread_time()
    work()
    return thread_time() - began_s


def test_a_key_comes_back_as_it_was() -> None:
    key = Key("close", "GEN", option("180.50"), "ana", prompt="3", shown="ab")
    assert key_of(json.loads(json.dumps(key_data(key)))) == key
    assert key_of({"action": "kill"}) == Key("kill")


@pytest.mark.parametrize("data", [{}, {"action": 7}, {"action": "close", "contract": "AAPL"}, {"action": None}])
def test_what_is_no_key_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(CodecError, match="not a key"):
        key_of(data)
