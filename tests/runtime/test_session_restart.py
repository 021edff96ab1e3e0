"""A session goes on from its folder, whatever ended it: new objects, the journal, the exchange's book (9.5)."""

import errno
import os
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from allusetui.broker.simulated.store import FILE_NAME as BOOK
from allusetui.broker.simulated.store import BookError
from allusetui.codec.records import to_record
from allusetui.compose.run import Run
from allusetui.compose.sessions import open_session
from allusetui.domain.account import Latch
from allusetui.domain.event import AccountMarked, Event, OrderFilled, ReconcileMismatch, WeekTyped
from allusetui.engine.apply import fold
from allusetui.journal.error import JournalError, SessionInUse
from allusetui.journal.sqlite import FILE_NAME as JOURNAL
from allusetui.scenario.load import load, parse
from allusetui.scenario.model import Scenario
from tests.faults.runs import ENTRY, ROLL, STOP, at, fault, key

RESUMING = frozenset({"session.started", "resume.step", "state.changed", "order.unknown", "order.resolved"})
SPEAKING = ("place", "cancel", "advance", "ask_orders", "ask_positions")
Row = tuple[int, int, Event]


class Killed(BaseException):
    """The process dies here, as by kill -9: no code of the package catches it."""


@cache
def week() -> Scenario:
    return load("crash-week")


def decisions(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The journal without what a restart adds: its own steps, and the way of the states through SAFE."""
    records = (to_record(*row) for row in rows)
    return [{**record, "seq": 0} for record in records if record["kind"] not in RESUMING]


@cache
def undisturbed() -> tuple[Row, ...]:
    with TemporaryDirectory() as folder:
        run = open_session(week(), Path(folder))
        run.go()
        rows = tuple(run.runtime.world.journal.read())
        run.close()
    return rows


def working(at_ms: int) -> bool:
    """Whether an order works just before, or just after, an instant of the undisturbed week."""
    before = fold(row for row in undisturbed() if row[1] < at_ms).intents
    return bool(before) or bool(fold(row for row in undisturbed() if row[1] <= at_ms).intents)


def finished(scenario: Scenario, folder: Path) -> list[Row]:
    """The journal of a session taken up from its folder alone and run to its end, held to what must be so."""
    run = open_session(scenario, folder)
    run.go()
    rows = list(run.runtime.world.journal.read())
    hold(run, rows)
    run.close()
    return rows


def hold(run: Run, rows: Sequence[Row]) -> None:
    """No fill lost or booked twice, cash and positions tie, the state is the fold, nothing differs."""
    state, book = run.runtime.engine.state, run.exchange.positions(run.end_ms)
    assert state == fold(rows)
    assert sum(account.cash for account in state.accounts.values()) == book.cash
    held: Counter[Any] = Counter()
    for account in state.accounts.values():
        held.update({contract: account.quantity(contract) for contract in account.lots})
    assert dict(held) == dict(book.positions)
    assert not [event for _, _, event in rows if isinstance(event, ReconcileMismatch)]
    filled = [event.exec_id for _, _, event in rows if isinstance(event, OrderFilled)]
    assert sorted(filled) == sorted(e.exec_id for _, e in run.exchange.standing().executions)


@cache
def instants(seed: int, number: int) -> tuple[int, ...]:
    """Instants of the week: at, just after, or far from what the undisturbed journal tells."""
    rng = np.random.default_rng(seed)
    told = sorted({at_ms for _, at_ms, _ in undisturbed()})
    near = [int(rng.choice(told)) + int(rng.choice([0, 1, 500, 2_500, 60_000])) for _ in range(number)]
    return tuple(at_ms if rng.random() < 0.7 else int(rng.integers(told[0], told[-1])) for at_ms in near)


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.parametrize("number", range(14))
def test_9_5_a_session_stopped_between_two_instants_goes_on_as_if_nothing_had_happened(
    number: int, tmp_path: Path
) -> None:
    at_ms = instants(seed=3, number=14)[number]
    run = open_session(week(), tmp_path)
    run.begin()
    run.runtime.go_on(at_ms)
    run.close()
    rows = finished(week(), tmp_path)
    assert working(at_ms) or decisions(rows) == decisions(undisturbed())


def dying_once_stored(run: Run, dies: Callable[[Sequence[Event]], bool]) -> None:
    """The process dies when the first such batch is stored, before any effect of it leaves."""
    journal = run.runtime.world.journal
    true = journal.append

    def append(at_ms: int, events: Sequence[Event]) -> None:
        true(at_ms, events)
        if events and dies(events):
            raise Killed

    journal.append = append  # type: ignore[method-assign]


def dying_after_batch(run: Run, number: int) -> None:
    """The process dies when its `number`th batch is stored."""
    stored = count(1)
    dying_once_stored(run, lambda events: next(stored) == number)


def dying_after_answer(run: Run, number: int) -> None:
    """The process dies when the broker has stored its `number`th change, before it hears of it."""
    broker, changes, seen = run.runtime.world.broker, count(1), run.exchange.changes

    def wrapped(true: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object) -> object:
            nonlocal seen
            answer = true(*given)
            if run.exchange.changes != seen and next(changes) == number:
                raise Killed
            seen = run.exchange.changes
            return answer

        return call

    for name in SPEAKING:
        setattr(broker, name, wrapped(getattr(broker, name)))


def kill(scenario: Scenario, folder: Path, dying: Callable[[Run, Any], None], when: Any) -> int | None:
    """When the session of the folder was killed; None where it came to its end before."""
    run = open_session(scenario, folder)
    dying(run, when)
    try:
        run.go()
    except Killed:
        return run.runtime.now_ms
    finally:
        run.close()
    return None


@pytest.mark.clause("9.5", "0.6", "15.1")
@pytest.mark.parametrize("number", range(2, 148, 12))
def test_9_5_a_session_killed_with_a_batch_stored_and_nothing_sent_goes_on(number: int, tmp_path: Path) -> None:
    at_ms = kill(week(), tmp_path, dying_after_batch, number)
    rows = finished(week(), tmp_path)
    assert at_ms is not None
    assert working(at_ms) or decisions(rows) == decisions(undisturbed())


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.parametrize("number", range(1, 50, 6))
def test_9_5_a_session_killed_before_it_hears_of_what_the_broker_did_goes_on(number: int, tmp_path: Path) -> None:
    assert kill(week(), tmp_path, dying_after_answer, number) is not None
    finished(week(), tmp_path)


KILLED_OFTEN = {
    "slow-entry": ENTRY + fault("partial_fill", "09:45:00", "30s", symbol="AAPL", value=1.0),
    "paused-entry": ENTRY + fault("lost_ack", "09:45:00", "20s", symbol="AAPL") + key("pause", "09:45:02"),
    "waiting-roll": ROLL + fault("no_fill", "10:30:00", "20s", symbol="AAPL"),
    "rejected-stop": STOP + fault("reject", "10:30:00", "5s", symbol="AAPL"),
}


@pytest.mark.clause("9.5", "0.6")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("story", KILLED_OFTEN)
def test_9_5_a_session_killed_again_and_again_ends_with_its_books_in_order(
    story: str, seed: int, tmp_path: Path
) -> None:
    scenario = parse(KILLED_OFTEN[story], "killed.toml")
    rng = np.random.default_rng(seed)
    deaths = 0
    for _ in range(16):
        dying, last = ((dying_after_batch, 4), (dying_after_answer, 1))[int(rng.integers(2))]
        deaths += kill(scenario, tmp_path, dying, int(rng.integers(1, last + 1))) is not None
    assert deaths > 4
    finished(scenario, tmp_path)


@pytest.mark.clause("1.5", "9.5")
def test_1_5_a_report_that_died_before_it_was_written_is_written_by_the_next_start(tmp_path: Path) -> None:
    def types_the_week(events: Sequence[Event]) -> bool:
        return any(isinstance(event, WeekTyped) for event in events)

    kill(week(), tmp_path, dying_once_stored, types_the_week)
    assert not (tmp_path / "reports").exists()
    assert decisions(finished(week(), tmp_path)) == decisions(undisturbed())


@pytest.mark.clause("8.6", "9.5", "14.4")
@pytest.mark.parametrize("text", [ENTRY, ROLL, STOP], ids=["entry", "roll", "stop"])
@pytest.mark.parametrize("first", ["09:44:00", "09:45:01", "10:29:00", "10:30:01"])
@pytest.mark.parametrize("both", [True, False], ids=["one-disk", "a-disk-of-its-own"])
def test_8_6_a_session_outlives_a_disk_that_is_full_for_two_minutes(
    text: str, first: str, both: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_session(parse(text, "full.toml"), tmp_path)
    journal, replace, append = run.runtime.world.journal, os.replace, run.runtime.world.journal.append
    span = range(at(first), at(first) + 120_000)

    def full(is_full: bool) -> None:
        if is_full and run.runtime.now_ms in span:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", lambda *paths: full(True) or replace(*paths))
    monkeypatch.setattr(journal, "append", lambda *given: full(both) or append(*given))
    run.go()
    hold(run, list(journal.read()))
    latched = set().union(*(account.latches for account in run.runtime.engine.state.accounts.values()))
    assert not latched & {Latch.DISK, Latch.BROKER, Latch.MISMATCH}
    run.close()


@pytest.mark.clause("9.5", "12.1")
def test_9_5_a_disk_that_refuses_the_very_start_lets_nothing_be_looked_at_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over_a_weekend = ENTRY.replace("start = 2026-03-05T09:30", "start = 2026-03-06T15:55").replace(
        "end = 2026-03-05T12:00:00", "end = 2026-03-09T10:00:00"
    )
    scenario = parse(over_a_weekend, "full.toml")
    run = open_session(scenario, tmp_path)
    run.begin()
    run.runtime.go_on(at("23:00:00") + 24 * 3_600_000)
    run.close()
    again, refusals = open_session(scenario, tmp_path), iter(range(3))
    append = again.runtime.world.journal.append

    def full(*given: Any) -> None:
        if next(refusals, None) is not None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        append(*given)

    monkeypatch.setattr(again.runtime.world.journal, "append", full)
    again.go()
    rows = list(again.runtime.world.journal.read())
    hold(again, rows)
    again.close()
    assert Counter((event.week, event.group) for _, _, event in rows if isinstance(event, WeekTyped)) == {
        ("2026-W10", "A1"): 1,
        ("2026-W10", None): 1,
    }
    cuts = [event.account for _, _, event in rows if isinstance(event, AccountMarked) and event.at_cut]
    assert Counter(cuts) == {"GEN": 1, "REV": 1, "COM": 1}


# Folders that are refused


def begun(folder: Path) -> Path:
    run = open_session(week(), folder)
    run.begin()
    run.close()
    return folder


def test_a_folder_whose_book_or_journal_is_missing_is_refused(tmp_path: Path) -> None:
    run = open_session(week(), tmp_path)
    run.go()
    run.close()
    book = (tmp_path / BOOK).read_bytes()
    (tmp_path / BOOK).unlink()
    with pytest.raises(BookError, match=r"exchange\.json: is missing, though the journal beside it tells of a session"):
        open_session(week(), tmp_path)
    (tmp_path / BOOK).write_bytes(book)
    for file in tmp_path.glob(f"{JOURNAL}*"):
        file.unlink()
    with pytest.raises(BookError, match=r"has a session's trades, but the journal beside it is empty"):
        open_session(week(), tmp_path)


def test_another_sessions_folder_is_refused_and_given_back(tmp_path: Path) -> None:
    begun(tmp_path)
    other = parse(ENTRY, "other.toml")
    with pytest.raises(BookError, match="is the book of session"):
        open_session(other, tmp_path)
    open_session(week(), tmp_path).close()


def test_a_folder_is_held_by_one_session_at_a_time(tmp_path: Path) -> None:
    run = open_session(week(), tmp_path)
    with pytest.raises(SessionInUse):
        open_session(week(), tmp_path)
    run.close()
    open_session(week(), tmp_path).close()


def test_a_journal_of_another_session_beside_the_right_book_is_refused(tmp_path: Path) -> None:
    other = parse(ENTRY, "other.toml")
    begun(tmp_path / "week")
    run = open_session(other, tmp_path / "other")
    run.begin()
    run.close()
    (tmp_path / "week" / BOOK).write_bytes((tmp_path / "other" / BOOK).read_bytes())
    with pytest.raises(JournalError, match="holds session"):
        open_session(other, tmp_path / "week")


def test_a_session_killed_before_its_first_record_begins_anew(tmp_path: Path) -> None:
    open_session(week(), tmp_path).close()
    run = open_session(week(), tmp_path)
    assert (run.stand, run.runtime.now_ms) == (None, run.started.at_ms)
    run.begin()
    assert next(to_record(*row)["kind"] for row in run.runtime.world.journal.read()) == "session.started"
    run.close()
