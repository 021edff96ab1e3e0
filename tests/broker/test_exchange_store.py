"""The simulated exchange's book outlives its process: what is stored goes on as what was stored would have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from allusetui.broker.simulated.exchange import Exchange
from allusetui.broker.simulated.store import FILE_NAME, DurableExchange, load, save
from allusetui.compose.run import Run, build_run
from allusetui.domain.contract import Stock
from allusetui.domain.input import Input
from allusetui.domain.order import Order
from allusetui.journal.memory import MemoryJournal
from allusetui.ports import Broker
from allusetui.scenario.load import load as load_scenario
from allusetui.scenario.load import parse
from allusetui.scenario.model import Scenario
from tests.broker.exchanges import NOW, PUT, THE_PUT, exchange, on_disk, sell
from tests.broker.provisions import provision
from tests.broker.scripts import at
from tests.broker.scripts import fault as broker_fault
from tests.faults.runs import ENTRY, ROLL, STOP, fault, key
from tests.replaying import Silent

Call = tuple[str, tuple[object, ...], int]
STORIES = {
    "entry": ENTRY,
    "entry-slow": ENTRY + fault("partial_fill", "09:45:00", "30s", symbol="AAPL", value=1.0),
    "entry-late-acks": ENTRY + fault("lost_ack", "09:45:00", "20s", symbol="AAPL"),
    "entry-unfilled": ENTRY + fault("no_fill", "09:45:00", "2m", symbol="AAPL") + key("pause", "09:45:30"),
    "roll-slow": ROLL + fault("partial_fill", "10:30:00", "1m", symbol="AAPL", value=0.7),
    "stop-link-lost": STOP + fault("broker_down", "10:30:01", "25s"),
    "stop-rejected": STOP + fault("reject", "10:30:00", "15s", symbol="AAPL"),
    "roll-beside-a-stranger": ROLL + fault("foreign_order", "10:30:00", "10s", symbol="AAPL", quantity=2),
}


def scenario(name: str) -> Scenario:
    return load_scenario(name) if name == "crash-week" else parse(STORIES[name], f"{name}.toml")


def fresh(name: str) -> Run:
    return build_run(scenario(name), MemoryJournal(), Silent())


@dataclass
class Recorder:
    """Implements `ports.Broker`: the exchange, with every call and its answer written down."""

    broker: Broker
    calls: list[Call]
    answers: list[object]

    def _told(self, name: str, at_ms: int, *given: object) -> object:
        answer = getattr(self.broker, name)(*given, at_ms)
        self.calls.append((name, given, at_ms))
        self.answers.append(answer)
        return answer

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        return self._told("place", at_ms, order)

    def cancel(self, client_order_id: str, at_ms: int) -> Sequence[Input]:
        return self._told("cancel", at_ms, client_order_id)

    def pay_out(self, account: str, amount: Decimal, reason: str, at_ms: int) -> Sequence[Input]:
        return self._told("pay_out", at_ms, account, amount, reason)

    def ask_orders(self, at_ms: int) -> Sequence[Input]:
        return self._told("ask_orders", at_ms)

    def ask_positions(self, at_ms: int) -> Sequence[Input]:
        return self._told("ask_positions", at_ms)

    def advance(self, at_ms: int) -> Sequence[Input]:
        return self._told("advance", at_ms)

    def engine_down(self, down: bool) -> None:
        self.broker.engine_down(down)

    def next_ms(self, after_ms: int) -> int | None:
        return self.broker.next_ms(after_ms)


@cache
def recorded(name: str) -> tuple[tuple[Call, ...], tuple[object, ...]]:
    """Everything that a run asks of its exchange, and what it answers."""
    run, kept = fresh(name), Recorder(None, [], [])
    kept.broker = run.exchange
    run.runtime.world.broker = kept
    run.go()
    return tuple(kept.calls), tuple(kept.answers)


def asked(broker: Broker, calls: Sequence[Call]) -> Iterator[object]:
    for name, given, at_ms in calls:
        yield getattr(broker, name)(*given, at_ms)


def seeded(name: str, count: int) -> Iterator[int]:
    """Numbers of calls, most of them near those that changed something."""
    calls, answers = recorded(name)
    near = [n for n, answer in enumerate(answers) if answer and calls[n][0] in ("place", "cancel", "advance")]
    rng = np.random.default_rng(len(calls))
    for _ in range(count):
        drawn = int(rng.choice(near)) + int(rng.integers(0, 3)) if rng.random() < 0.8 else int(rng.integers(len(calls)))
        yield min(drawn, len(calls) - 1)


@pytest.mark.clause("9.5")
@pytest.mark.parametrize("name", [*STORIES, "crash-week"])
def test_9_5_an_exchange_that_is_restored_goes_on_exactly_as_the_first_would_have(name: str, tmp_path: Path) -> None:
    calls, answers = recorded(name)
    for number, cut in enumerate(seeded(name, 12)):
        path = tmp_path / f"{number}.json"
        list(asked(DurableExchange(fresh(name).exchange, path, "s"), calls[:cut]))
        second = fresh(name)
        told = list(asked(DurableExchange(second.exchange, path, "s"), calls[cut:]))
        assert told == list(answers[cut:])
        assert second.exchange.standing() == whole(name)


@cache
def whole(name: str) -> object:
    """The exchange's standing at the end of a run that nothing disturbed."""
    run = fresh(name)
    list(asked(run.exchange, recorded(name)[0]))
    return run.exchange.standing()


def test_what_is_stored_is_read_back_exactly(tmp_path: Path) -> None:
    standing = whole("crash-week")
    save(tmp_path / FILE_NAME, "s", standing)
    assert load(tmp_path / FILE_NAME, "s") == standing
    assert (tmp_path / FILE_NAME).stat().st_size < 50_000


# Killed between the book and the report


@pytest.mark.clause("9.5", "0.6")
def test_9_5_an_order_that_was_taken_is_listed_after_a_kill_that_swallowed_its_acknowledgement(tmp_path: Path) -> None:
    on_disk(tmp_path).place(sell("1.20"), NOW)  # and the process dies: nobody heard
    after = on_disk(tmp_path)
    assert [(o.client_order_id, o.open) for o in after.ask_orders(NOW)[0].orders] == [("o1", True)]
    with pytest.raises(ValueError, match="was placed before"):
        after.place(sell("1.20"), NOW + 1)


@pytest.mark.clause("9.5")
def test_9_5_a_fill_that_nobody_heard_of_is_among_the_executions_once_and_in_the_book(tmp_path: Path) -> None:
    before = on_disk(tmp_path)
    before.place(sell("1.15", 3), NOW)
    before.advance(NOW + 1_000)  # filled; the report dies with the process
    after = on_disk(tmp_path)
    assert [e.quantity for e in after.ask_orders(NOW + 1_000)[0].executions] == [3]
    assert set(after.ask_positions(NOW + 1_000)[0].positions.values()) == {-3}
    assert after.advance(NOW + 60_000) == ()


@pytest.mark.clause("9.5")
def test_9_5_a_limit_goes_on_waiting_for_its_fill_where_it_was(tmp_path: Path) -> None:
    on_disk(tmp_path).place(sell("1.15"), NOW)
    after = on_disk(tmp_path)
    assert after.advance(NOW + 999) == ()
    assert len(after.advance(NOW + 1_000)) == 1


@pytest.mark.clause("9.5", "10.3")
def test_9_5_a_settlement_that_nobody_heard_of_is_in_the_answer_and_the_next_one_has_an_id_of_its_own(
    tmp_path: Path,
) -> None:
    first = broker_fault("assign", f"{THE_PUT}\nquantity = 2", "2026-03-05T09:40:00", None)
    second = broker_fault("assign", f"{THE_PUT}\nquantity = 1", "2026-03-05T10:00:00", None)

    def house() -> Exchange:
        return exchange(first + second, provision(options=[(PUT, -4)]))

    on_disk(tmp_path, house()).advance(NOW)  # assigned; the report dies with the process
    after = on_disk(tmp_path, house())
    seen = after.ask_positions(NOW)[0]
    assert [(row.kind, row.quantity) for row in seen.settled.settlements] == [("assigned", 2)]
    assert seen.positions == {PUT: -2, Stock("AAPL"): 200}
    settlements = after.ask_positions(at(10))[0].settled.settlements
    assert [row.quantity for row in settlements] == [2, 1]
    assert len({row.id for row in settlements}) == 2


def test_nothing_is_written_while_nothing_changes(tmp_path: Path) -> None:
    house = on_disk(tmp_path)
    house.place(sell("1.20"), NOW)
    written = (tmp_path / FILE_NAME).stat().st_mtime_ns, (tmp_path / FILE_NAME).stat().st_ino
    for second in range(1, 120):
        house.advance(NOW + 1_000 * second)
        house.ask_orders(NOW + 1_000 * second)
        house.ask_positions(NOW + 1_000 * second)
    assert ((tmp_path / FILE_NAME).stat().st_mtime_ns, (tmp_path / FILE_NAME).stat().st_ino) == written
