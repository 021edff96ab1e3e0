"""9.5: what cannot be stored stops every account, and is made up for once the disk takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest

from allusetui.compose.run import build_run
from allusetui.domain.account import Latch
from allusetui.domain.event import Event
from allusetui.domain.input import InboxFull
from allusetui.domain.moment import to_ms
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from tests.replaying import Replayed, Silent, replay
from tests.rules.comebacks import DAY, PUT, QUIET, SPAN, STEPS, latches, steps
from tests.rules.situations import AAPL, fault, situation

NOON = datetime(2026, 3, 5, 11, 30)


@dataclass
class Full(MemoryJournal):
    """A journal on a disk that from an instant on takes nothing, `refusals` times."""

    from_ms: int
    refusals: int
    refused: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def append(self, at_ms: int, events: Sequence[Event]) -> None:
        if at_ms >= self.from_ms and self.refused < self.refusals:
            self.refused += 1
            raise OSError(28, "No space left on device")
        super().append(at_ms, events)


# Orders of 09:45:00 rest; from 09:45:02 on nothing can be stored, five times over.
@pytest.fixture(scope="module")
def full() -> Replayed:
    text = situation(f"{DAY}T09:40:00", f"{DAY}T10:20:00", {"AAPL": AAPL}, fault(f"{DAY}T09:40:00", "no_fill", "AAPL"))
    journal = Full(from_ms=to_ms(datetime(2026, 3, 5, 9, 45, 2)), refusals=5)
    replayed = replay(parse(text, "test.toml"), journal)
    assert journal.refused == 5
    return replayed


@pytest.mark.clause("9.5", "9.1")
def test_9_5_a_batch_that_cannot_be_stored_latches_disk_and_the_live_order_is_cancelled(full: Replayed) -> None:
    assert {r["account"] for r in full.of("latch.set", latch="disk")} == {"GEN", "REV", "COM"}
    changed = full.of("state.changed", reason="disk")
    assert [(r["account"], r["data"]["to"]) for r in changed] == [("GEN", "SAFE")]
    (first,) = [o for o in full.run.exchange.orders(full.run.end_ms).orders if o.client_order_id.endswith("-1-1.v1")]
    assert first.open is False
    (gone,) = full.of("order.abandoned")
    assert gone["data"]["reason"] == "safe"


@pytest.mark.clause("9.5", "9.1")
def test_9_5_the_disk_s_latch_ends_by_itself_through_the_resume_flow(full: Replayed) -> None:
    assert steps(full, "GEN") == STEPS
    assert {r["account"] for r in full.of("latch.released", latch="disk")} == {"GEN", "REV", "COM"}
    assert latches(full) == {"GEN": set(), "REV": set(), "COM": set()}
    released = full.of("latch.released", latch="disk")[0]["seq"]
    latched = full.of("latch.set", latch="disk")[0]["seq"]
    sent = [r["seq"] for r in full.records if r["kind"] in ("order.sent", "order.replaced")]
    assert [seq for seq in sent if latched < seq < released] == []
    assert full.of("reconcile.mismatch") == []


@pytest.mark.clause("9.5", "8.6")
@pytest.mark.parametrize(("second", "refusals"), [(0, 3), (20, 3), (0, 200)], ids=["lost", "returned", "both"])
def test_9_5_what_the_disk_refused_to_know_of_the_link_is_heard_once_it_takes_it(second: int, refusals: int) -> None:
    """The link is down from 11:25:00 to 11:25:20; nobody says either again."""
    text = situation(*SPAN, {"AAPL": QUIET}, PUT, fault(f"{DAY}T11:25:00", "broker_down", span="20s"))
    journal = Full(from_ms=to_ms(datetime(2026, 3, 5, 11, 25, second)), refusals=refusals)
    replayed = replay(parse(text, "test.toml"), journal)
    assert journal.refused == refusals
    assert [r["kind"] for r in replayed.records if r["kind"].startswith("broker.")] == ["broker.down", "broker.up"]
    assert latches(replayed) == {"GEN": set(), "REV": set(), "COM": set()}


@pytest.mark.clause("9.5", "9.1")
def test_9_5_that_the_inbox_was_full_is_heard_once_the_disk_takes_it() -> None:
    run = build_run(parse(situation(*SPAN, {"AAPL": QUIET}), "test.toml"), Full(to_ms(NOON), 3), Silent())
    run.begin()
    run.runtime.now_ms = to_ms(NOON)
    run.runtime.deliver([InboxFull(to_ms(NOON))])
    assert not any(Latch.MISMATCH in each.latches for each in run.runtime.engine.state.accounts.values())
    run.runtime.go_on(to_ms(NOON) + 60_000)
    assert all(Latch.MISMATCH in each.latches for each in run.runtime.engine.state.accounts.values())
