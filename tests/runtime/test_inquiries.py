"""Chains and bars that take their time: decided when they have come, and not at all where they do not."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from allusetui.codec.records import to_record
from allusetui.compose.run import build_run
from allusetui.domain.contract import Option
from allusetui.domain.input import BarsSeen, ChainSeen, Input
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.snapshot import Source
from allusetui.journal.memory import MemoryJournal
from allusetui.ports import Market
from allusetui.scenario.load import load, parse
from allusetui.scenario.model import Scenario
from tests.replaying import Silent
from tests.rules.situations import AAPL, but, option, situation, tape, told

SCENARIO = Path(__file__).parent.parent / "scenarios" / "2.2-gen-delta-band.toml"


class Late:
    """A market whose answers come `wait_ms` later; None: chains never, and `reason` says why."""

    def __init__(self, market: Market, wait_ms: int | None, reason: str = "") -> None:
        self._market, self._wait_ms, self._reason = market, wait_ms, reason
        self._due: list[tuple[int, str, bool]] = []

    def watch(self, symbols: Sequence[str], options: Sequence[Option]) -> None:
        """Its quotes come by themselves."""

    def ask_chain(self, symbol: str, at_ms: int) -> Sequence[Input]:
        if self._wait_ms is None:
            return (ChainSeen(at_ms, symbol, None, self._reason),) if self._reason else ()
        self._due.append((at_ms + self._wait_ms, symbol, True))
        return ()

    def ask_bars(self, symbol: str, at_ms: int) -> Sequence[Input]:
        self._due.append((at_ms + (self._wait_ms or 0), symbol, False))
        return ()

    def next_ms(self, after_ms: int) -> int | None:
        return min((max(ms, after_ms + 1) for ms, *_ in self._due), default=None)

    def sources(self, at_ms: int) -> tuple[Source, ...]:
        return ()

    def advance(self, at_ms: int) -> Sequence[Input]:
        due = [each for each in self._due if each[0] <= at_ms]
        self._due = [each for each in self._due if each[0] > at_ms]
        found: list[Input] = []
        for _, symbol, is_chain in due:
            if is_chain:
                found.append(ChainSeen(at_ms, symbol, self._market.chain(symbol, at_ms)))
            else:
                found.append(BarsSeen(at_ms, symbol, self._market.bars(symbol, at_ms)))
        return found


def events(
    wait_ms: int | None, reason: str = "", later: bool = True, scenario: Scenario | None = None
) -> list[dict[str, Any]]:
    """The journal of a scenario with such a market; `later`: false leaves the market as it is."""
    journal = MemoryJournal()
    run = build_run(scenario or load(str(SCENARIO), None), journal, Silent())
    if later:
        run.runtime.world.inquiries = Late(run.runtime.world.market, wait_ms, reason)
    run.go()
    return [to_record(seq, at_ms, event) for seq, at_ms, event in journal.read()]


def of(records: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in records if each["kind"] == kind]


@pytest.mark.clause("2.2", "6.9")
def test_2_2_what_comes_seconds_later_leads_to_the_same_plan() -> None:
    at_once, late = events(None, later=False), events(5 * SECOND_MS)
    assert of(at_once, "entry.planned")
    for kind in ("entry.planned", "atr.fixed"):
        assert [each["data"] for each in of(late, kind)] == [each["data"] for each in of(at_once, kind)]


@pytest.mark.clause("8.5")
def test_8_5_a_chain_that_never_comes_is_waited_for_a_minute_and_then_skipped() -> None:
    records = events(None)
    assert not of(records, "entry.planned")
    skips = of(records, "entry.skipped")
    assert len(skips) == 7
    assert {(told(each), each["data"]["reason"]) for each in skips} == {("09:46:00", "no_chain")}


@pytest.mark.clause("8.5")
def test_8_5_why_there_is_no_chain_stands_in_the_journal() -> None:
    records = events(None, "354 Requested\x00 market data is not subscribed")
    skips = [each["data"] for each in of(records, "entry.skipped") if each["data"]["reason"] == "no_chain"]
    assert skips and {each["why"] for each in skips} == {"354 Requested market data is not subscribed"}


@pytest.mark.clause("2.3", "6.4")
@pytest.mark.parametrize(("wait_ms", "prepared"), [(59_000, 1), (60_500, 0)])
def test_6_4_a_chain_that_comes_after_its_put_went_to_level_3_prepares_no_roll(wait_ms: int, prepared: int) -> None:
    """ATR 4: 195 is level 1 at 10:05:00, which asks for the chain; 187 is level 3 at 10:06:00, filled at 10:06:01."""
    held = option("GEN", "AAPL", "2026-03-06", 200.0, "P", -1, 20.0, "2026-03-03")
    falls = (tape("2026-03-04T10:01:00", AAPL=195.0), tape("2026-03-04T10:05:10", AAPL=187.0))
    calm = but(AAPL, spot=205.0, atr=4.0)
    text = situation("2026-03-04T09:30:00", "2026-03-04T10:10:00", {"AAPL": calm}, held, *falls)
    records = events(wait_ms, scenario=parse(text, "test.toml"))
    assert [each["data"]["to"] for each in of(records, "protocol.level")] == [1, 3]
    assert len(of(records, "roll.prepared")) == prepared and len(of(records, "stop.done")) == 1
