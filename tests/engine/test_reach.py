"""No decision looks at more of a chain than it says that it will: what has to ask for each contract relies on it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import numpy as np
import pytest

from allusetui.compose.run import Run, build_run
from allusetui.domain.contract import Right
from allusetui.domain.moment import at_clock, day_of
from allusetui.domain.quote import Chain, Slice, Sought
from allusetui.journal.memory import MemoryJournal
from allusetui.ports import Market
from allusetui.rules.selection import slice_deltas
from allusetui.scenario.load import load
from tests.replaying import Silent

SCENARIOS = Path(__file__).parent.parent / "scenarios"
NAMES = (
    "2.2-gen-delta-band", "2.2-stress-expiry", "2.3-gen-roll-trigger", "2.4-gen-assigned-calls", "3.2-rev-delta-band",
    "3.2-rev-outside-band", "4.1-com-calls", "5.4-drawdown-exactly-twenty-percent", "6.10-roll-at-half-the-credit",
    "6.11-hedge-at-level-2-once-a-week", "17.1-one-contract-at-a-time", "17.1-twelve-months", "17.2-put-rolled",
    "17.3-third-of-the-side", "17.4-proceeds", "17.6-acts-from-the-next-action",
)  # fmt: skip


class Narrowed(Mapping[tuple[date, Right], Slice]):
    """The slices of a chain with nothing in them but what was sought; any other look fails the test."""

    def __init__(self, chain: Chain, sought: tuple[Sought, ...], spot: float, rate: float) -> None:
        self._chain, self._sought, self._spot, self._rate = chain, sought, spot, rate

    def __getitem__(self, key: tuple[date, Right]) -> Slice:
        wanted = [each for each in self._sought if (each.expiry, each.right) == key]
        assert wanted, f"{self._chain.symbol} {key} is looked at and was not sought: {self._sought}"
        row = self._chain.slices[key]
        kept = sorted({index for each in wanted for index in self._indices(row, each)})
        arrays = ("bids", "asks", "open_interest", "volume", "previous_volume", "average_volume")
        cut = {name: getattr(row, name)[kept] for name in arrays}
        return replace(row, strikes=tuple(row.strikes[index] for index in kept), **cut)

    def _indices(self, row: Slice, sought: Sought) -> list[int]:
        if sought.near is not None:
            return sorted(range(len(row.strikes)), key=lambda i: abs(row.strikes[i] - (sought.near or 0)))[:2]
        assert sought.deltas is not None
        deltas = slice_deltas(row, self._spot, self._chain.at_ms, self._rate)
        low, high = sought.deltas
        inside = np.flatnonzero((deltas >= low) & (deltas <= high)).tolist()
        below, above = np.flatnonzero(deltas < low), np.flatnonzero(deltas > high)
        ends = [int(below[np.argmax(deltas[below])])] if below.size else []
        return [*inside, *ends, *([int(above[np.argmin(deltas[above])])] if above.size else [])]

    def __iter__(self) -> Iterator[tuple[date, Right]]:
        return iter(self._chain.slices)

    def __len__(self) -> int:
        return len(self._chain.slices)


class NarrowMarket:
    """A market whose chains hold only what the engine says that it waits for."""

    def __init__(self, market: Market, run: Run) -> None:
        self._market, self._run = market, run

    def __getattr__(self, name: str) -> object:
        return getattr(self._market, name)

    def chain(self, symbol: str, at_ms: int) -> Chain | None:
        chain, spot = self._market.chain(symbol, at_ms), self._market.underlying(symbol, at_ms)
        if chain is None or spot is None:
            return chain
        sought = self._run.runtime.engine.reach(symbol, chain.expiries, at_ms)
        return replace(chain, slices=Narrowed(chain, sought, float(spot.mid), self._market.rate(at_ms)))


@pytest.mark.clause("2.2", "3.2", "4.1", "5.2", "6.10", "17.1", "17.4")
@pytest.mark.parametrize("name", NAMES)
def test_a_chain_with_nothing_but_what_is_sought_leads_to_the_same_journal(name: str) -> None:
    journals = []
    for narrow in (False, True):
        journal = MemoryJournal()
        run = build_run(load(str(SCENARIOS / f"{name}.toml"), None), journal, Silent())
        if narrow:
            run.runtime.world.market = NarrowMarket(run.runtime.world.market, run)  # type: ignore[assignment]
        run.go()
        journals.append(list(journal.read()))
    assert journals[0] == journals[1]


class ToldMarket(NarrowMarket):
    """Remembers when what was sought, and from which volume on today's is enough."""

    def __init__(self, market: Market, run: Run) -> None:
        super().__init__(market, run)
        self.told: set[tuple[bool, int]] = set()

    def chain(self, symbol: str, at_ms: int) -> Chain | None:
        chain = self._market.chain(symbol, at_ms)
        sought = self._run.runtime.engine.reach(symbol, chain.expiries, at_ms) if chain is not None else ()
        early = at_ms < at_clock(day_of(at_ms), time(10, 30))
        self.told |= {(early, each.volume_below) for each in sought}
        return chain


@pytest.mark.clause("8.1")
def test_8_1_before_half_past_ten_the_previous_volume_of_what_is_thin_is_wanted_too() -> None:
    told: set[tuple[bool, int]] = set()
    for name in ("2.2-gen-delta-band", "6.11-hedge-at-level-2-once-a-week"):
        run = build_run(load(str(SCENARIOS / f"{name}.toml"), None), MemoryJournal(), Silent())
        run.runtime.world.market = market = ToldMarket(run.runtime.world.market, run)  # type: ignore[assignment]
        run.go()
        told |= market.told
    assert told == {(True, 100), (False, 0)}
