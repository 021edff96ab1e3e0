"""9: a process that dies before any step of its disk ends where one ends that never died. A sample of the sweep."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from allusetui.broker.simulated.store import DurableExchange
from allusetui.compose.sessions import open_session
from allusetui.domain.event import AccountForked
from allusetui.domain.input import Input
from allusetui.domain.order import Order
from tests.replaying import SHARED
from tests.torture.sweeps.chosen import minutes, scenario
from tests.torture.sweeps.crashes import Deaths, swept
from tests.torture.sweeps.disk import room
from tests.torture.sweeps.sqlite_io import shared_library

pytestmark = [
    pytest.mark.clause("9.5", "0.6"),
    pytest.mark.skipif(not shared_library(), reason="this interpreter's SQLite is not the system's"),
]
OF_THE_EXAMPLES = pytest.mark.skipif(
    not (SHARED / "scenarios").is_dir(), reason="the shared example scenarios are not here"
)
SAMPLE = (
    "6.4-level-3-stops", pytest.param("crash-between-steps", marks=OF_THE_EXAMPLES), "2.6-gen-fork", "0.8-kill-switch",
)  # fmt: skip


@pytest.fixture
def ram() -> Iterator[Path]:
    with room() as folder:
        yield Path(folder)


@pytest.mark.parametrize("name", SAMPLE)
def test_9_5_a_process_that_dies_before_any_step_of_its_disk_goes_on_as_if_it_had_not(name: str, ram: Path) -> None:
    found = swept(scenario(name), ram)
    assert found.told == []
    assert found.points > 100 and found.runs > 20


def test_9_5_a_broker_that_forgets_what_it_took_is_found(ram: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep itself: were an order acknowledged before it is stored, some crash would lose it."""

    def place(self: DurableExchange, order: Order, at_ms: int) -> Sequence[Input]:
        return self._exchange.place(order, at_ms)

    monkeypatch.setattr(DurableExchange, "place", place)
    assert any("invariant" in each for each in swept(minutes("entry"), ram).told)


@pytest.mark.clause("2.6")
def test_2_6_a_session_that_dies_between_the_close_and_the_week_s_books_forks_when_it_is_back(ram: Path) -> None:
    week = scenario("2.6-gen-fork")
    deaths = Deaths(week, ram)
    forks = [row[2] for row in deaths.rows if isinstance(row[2], AccountForked)]
    first = next(seq for seq, _, event in deaths.rows if isinstance(event, AccountForked))
    for point in deaths.points:
        if not (point.folder / "exchange.json").exists():
            continue
        run = open_session(week, point.folder)
        if run.stand is not None and run.runtime.world.journal.seq == first - 1:
            run.go()
            assert [e for _, _, e in run.runtime.world.journal.read() if isinstance(e, AccountForked)] == forks != []
            run.close()
            return
        run.close()
    pytest.fail("no crash between the close and the books")
